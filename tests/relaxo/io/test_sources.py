from __future__ import annotations

import os
import sys
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from relaxo.errors import InputError
from relaxo.io import fingerprint, load, scan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from relaxo.data import Inventory


def reasons(inventory: Inventory) -> dict[str, str]:
    return {item.path.name: item.reason for item in inventory.left_out}


@pytest.fixture
def images(write: Callable[..., Path]) -> dict[int, Path]:
    """Inversion recovery images in the folder ``images``, by their TI in ms, which is also their signal."""
    return {
        time: write(f"images/{time}", np.full((3, 4), time, np.uint16), InversionTime=str(time))
        for time in (50, 100, 400)
    }


def packed(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_images_in_an_archive_are_read(images: dict[int, Path], tmp_path: Path, method: int) -> None:
    members = {f"study/series {time}/IM1": path.read_bytes() for time, path in images.items()}
    archive = packed(tmp_path / "study.ZIP", members, method)
    inventory = scan([archive])
    (source,) = inventory.stacks
    assert inventory.left_out == ()
    assert source.paths == (archive,)
    np.testing.assert_array_equal(load(source).signal[:, 0, 0, 0], [50, 100, 400])
    assert [path for path, _ in fingerprint(source.paths)] == [archive]
    archive.unlink()
    with pytest.raises(InputError, match="cannot be read"):
        load(source)


def test_names_in_an_archive_lead_nowhere(images: dict[int, Path], tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    content = {time: path.read_bytes() for time, path in images.items()}
    archive = packed(
        outside / "study.zip",
        {
            "../../images/50": content[50],
            "/etc/100": content[100],
            "..\\..\\400\x1b[2J": content[400],
            "../../../../../../etc/passwd": b"root",
        },
    )
    for path in images.values():
        path.unlink()
    before = sorted(tmp_path.rglob("*"))
    inventory = scan([archive])
    (source,) = inventory.stacks
    np.testing.assert_array_equal(load(source).signal[:, 0, 0, 0], [50, 100, 400])
    assert sorted(tmp_path.rglob("*")) == before
    (left_out,) = inventory.left_out
    assert left_out.path == archive / "etc" / "passwd"
    assert left_out.reason == "not a DICOM file"


def test_archives_that_cannot_be_read_are_left_out(images: dict[int, Path], tmp_path: Path) -> None:
    folder = images[50].parent
    whole = packed(tmp_path / "whole.zip", {"50": images[50].read_bytes() + bytes(5000)}).read_bytes()
    (folder / "cut.zip").write_bytes(whole[:-30])
    (folder / "text.zip").write_text("no archive")
    (folder / "empty.zip").touch()
    broken = bytearray(whole)
    broken[60:100] = bytes(40)
    (folder / "broken.zip").write_bytes(broken)
    packed(folder / "nested.zip", {"inner.zip": whole})
    packed(folder / "lzma.zip", {"image": images[50].read_bytes()}, zipfile.ZIP_LZMA)
    locked = bytearray(whole)
    at = locked.rindex(b"PK\x01\x02")
    locked[at + 8] |= 1  # the flag of a password
    (folder / "locked.zip").write_bytes(locked)
    inventory = scan([folder])
    assert len(inventory.stacks) == 1
    found = reasons(inventory)
    assert found["cut.zip"] == found["text.zip"] == found["empty.zip"] == "a .zip archive that is damaged or cut short"
    assert found["inner.zip"] == "an archive in an archive: unpack it first"
    assert found["image"].startswith("compressed in a way that is not usual")
    assert found["50"].startswith(("it is damaged in its archive", "protected by a password"))


def test_a_side_table_and_sidecars_in_an_archive_count(images: dict[int, Path], tmp_path: Path) -> None:
    members = {f"a/{time}": path.read_bytes() for time, path in images.items()}
    archive = packed(tmp_path / "s.zip", {**members, "a/timing.csv": b"file,TI_ms\n50,60\n"})
    (source,) = scan([archive]).stacks
    np.testing.assert_allclose(source.protocol.values, [0.06, 0.1, 0.4])


@pytest.mark.parametrize(
    "name", ["данные 数据 🧪", "a" * 200, "dot.dicom.old", "new\nline", "\u202egnp.dcm", "'\"; rm -rf"]
)
def test_names_of_every_kind_are_read(images: dict[int, Path], tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    for time, path in images.items():
        path.rename(folder / f"{time} {name}"[:250])
    (source,) = scan([folder]).stacks
    assert load(source).signal.max() == 400


def test_a_name_that_no_file_can_have_is_an_error(tmp_path: Path) -> None:
    for name in ("a" * 300, "nul\0byte"):
        with pytest.raises(InputError, match=r"the path cannot be used|no such file"):
            scan([tmp_path / name])


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_locked_folder_is_left_out(images: dict[int, Path]) -> None:
    locked = images[50].parent / "locked"
    locked.mkdir(mode=0)
    assert "cannot be opened" in reasons(scan([images[50].parent]))["locked"]
    locked.chmod(0o700)
