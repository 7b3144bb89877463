from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relaxo.errors import Cancelled, InputError
from relaxo.io import fingerprint

if TYPE_CHECKING:
    from pathlib import Path


def test_files_are_known_by_their_content(tmp_path: Path) -> None:
    empty, abc = tmp_path / "empty", tmp_path / "abc"
    empty.touch()
    abc.write_bytes(b"abc")
    assert fingerprint([abc, empty]) == (
        (abc, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (empty, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    )


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone.*cannot be read"):
        fingerprint([tmp_path / "gone"])


def test_it_can_be_stopped(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        fingerprint([tmp_path / "never read"], lambda _done, _total: False)
