"""Files in every form, cut short, damaged, locked or vanished: read as they are meant, or left out with the reason."""

from __future__ import annotations

import errno
import os
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest

from relaxo.errors import InputError
from relaxo.io import load, scan

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydicom.dataset import FileDataset

    from relaxo.data import Inventory

TIMES_MS = (50, 150, 450, 1200)


def reasons(inventory: Inventory) -> dict[str, str]:
    return {item.path.name: item.reason for item in inventory.left_out}


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"])
def test_every_way_to_write_a_header_is_read(
    tmp_path: Path, truth: np.ndarray[Any, Any], mr_image: Callable[..., FileDataset], syntax: str
) -> None:
    """Implicit, big endian and deflated files give the same stack as plain ones."""
    big = syntax.endswith(".2.2")
    for n, time in enumerate(TIMES_MS):
        stored = truth[n, 0].astype(np.uint16)
        dataset = mr_image(stored, InversionTime=str(time))
        if big:
            dataset.PixelData = stored.astype(">u2").tobytes()
        dataset.file_meta.TransferSyntaxUID = syntax
        source = dataset
        pydicom.dcmwrite(
            tmp_path / str(time),
            source,
            implicit_vr=syntax == "1.2.840.10008.1.2",
            little_endian=not big,
            overwrite=True,
        )
    inventory = scan([tmp_path])
    assert inventory.left_out == ()
    np.testing.assert_array_equal(load(inventory.stacks[0]).signal[:, 0], truth[:, 0])


def test_a_file_without_preamble_is_read(write: Callable[..., Path], tmp_path: Path) -> None:
    write("50", InversionTime="50")
    bare = write("100", InversionTime="100")
    bare.write_bytes(bare.read_bytes()[132:])
    (stack,) = scan([tmp_path]).stacks
    assert load(stack).signal.shape == (2, 1, 3, 4)


def test_a_scan_reads_no_pixels(write: Callable[..., Path], tmp_path: Path) -> None:
    small = write("a", Rows=8000, Columns=8000, PixelData=b"\0\0")
    content = small.read_bytes()
    at = content.rindex(b"\xe0\x7f\x10\x00OW\x00\x00")
    length = 8000 * 8000 * 2
    small.write_bytes(content[: at + 8] + length.to_bytes(4, "little"))
    os.truncate(small, at + 12 + length)  # a sparse file of 128 MB
    tracemalloc.start()
    try:
        inventory = scan([tmp_path])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "only one inversion time" in reasons(inventory)["a"]
    assert peak < 4e6


def test_a_file_cut_anywhere_is_left_out(write: Callable[..., Path], tmp_path: Path) -> None:
    whole = write("whole", InversionTime="50").read_bytes()
    write("other", InversionTime="100")
    cut = tmp_path / "cut"
    (tmp_path / "whole").unlink()
    for length in range(0, len(whole), 7):
        cut.write_bytes(whole[:length])
        assert set(reasons(scan([tmp_path]))) == {"cut", "other"}, length


def test_damaged_bytes_never_escape_as_another_error(
    write: Callable[..., Path], tmp_path: Path, mr_image: Callable[..., FileDataset], philips: Callable[..., None]
) -> None:
    rng = np.random.default_rng(5)
    path = tmp_path / "image"
    dataset = mr_image(InversionTime="50")
    philips(dataset, 0.5)
    dataset.save_as(path)
    whole = path.read_bytes()
    write("other", InversionTime="100")
    for _ in range(400):
        damaged = bytearray(whole)
        for _ in range(rng.integers(1, 6)):
            damaged[rng.integers(128, len(damaged))] = rng.integers(256)
        path.write_bytes(damaged)
        inventory = scan([tmp_path])  # warnings are errors here: none may leak either
        for stack in inventory.stacks:
            with suppress(InputError):
                load(stack)


def test_the_test_files_of_pydicom_are_left_out_with_the_right_reason(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    folder = Path(pydicom.__file__).parent / "data" / "test_files"
    with pytest.raises(InputError, match="there is no MR image that can be used"):
        scan([folder])
    write("50", InversionTime="50")
    write("100", InversionTime="100")
    inventory = scan([folder, tmp_path])
    assert len(inventory.stacks) == 1
    left_out = reasons(inventory)
    assert len(inventory.left_out) == sum(path.is_file() for path in folder.rglob("*"))
    assert left_out["CT_small.dcm"] == "not an MR image (modality CT)"
    assert left_out["MR_small.dcm"].startswith("derived from other images")
    assert left_out["DICOMDIR"] == "an index of files (DICOMDIR), not an image"
    assert left_out["reportsi.dcm"] == "not an MR image (modality SR)"
    assert left_out["README.txt"] == "not a DICOM file"
    assert all(left_out.values())


def test_what_may_not_be_opened_is_left_out(
    write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("50", InversionTime="50")
    write("100", InversionTime="100")
    write("locked", InversionTime="200")
    opened = Path.open

    def refuse(path: Path, *arguments: Any) -> Any:
        if path.name == "locked":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *arguments)

    monkeypatch.setattr(Path, "open", refuse)  # permissions do not stop the superuser, as whom tests may run
    assert reasons(scan([tmp_path])) == {"locked": "it cannot be opened: Permission denied"}


def test_a_file_that_vanishes_while_it_is_read_is_left_out(write: Callable[..., Path], tmp_path: Path) -> None:
    for time in ("50", "100", "200"):
        write(time, InversionTime=time)

    def remove(done: int, _total: int) -> bool:
        if done == 1:
            (tmp_path / "200").unlink()
        return True

    inventory = scan([tmp_path], remove)
    assert reasons(inventory) == {"200": "it cannot be opened: No such file or directory"}
    assert len(inventory.stacks[0].protocol) == 2


def test_text_from_a_file_carries_no_control_codes(write: Callable[..., Path], tmp_path: Path) -> None:
    for time in ("50", "100"):
        write(time, InversionTime=time, SeriesDescription="T1\x1b[2J\u202e map", SpecificCharacterSet="ISO_IR 192")
    (stack,) = scan([tmp_path]).stacks
    assert stack.protocol.description == "T1 [2J map"
