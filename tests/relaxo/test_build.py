"""The commit: as a package says, as a checkout stands, or not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relaxo import build

if TYPE_CHECKING:
    from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "relaxo").mkdir()
    monkeypatch.setattr(build, "files", lambda _: tmp_path / "relaxo")
    return tmp_path / "relaxo"


def test_a_package_says_what_it_was_made_from(package: Path) -> None:
    (package / build.RECORD).write_text(COMMIT + "\n")
    assert build.commit() == "0123456789"


@pytest.mark.parametrize(
    ("head", "others"),
    [
        (COMMIT, {}),
        ("ref: refs/heads/main", {"refs/heads/main": COMMIT}),
        ("ref: refs/heads/main", {"packed-refs": f"# pack-refs\n{COMMIT} refs/heads/main\n"}),
    ],
)
def test_a_checkout_is_where_its_head_is(package: Path, head: str, others: dict[str, str]) -> None:
    for name, text in {"HEAD": head, **others}.items():
        file = package.parent / ".git" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")
    assert build.commit() == "0123456789"


def test_without_either_it_is_not_known(package: Path) -> None:
    assert build.commit() is None
    (package.parent / ".git").mkdir()
    (package.parent / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    assert build.commit() is None
