"""What a scan finds: stacks, whatever the scanner called its series, and the rest with its reason."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from relaxo.data import LeftOut
from relaxo.errors import Cancelled, InputError
from relaxo.io import load, scan
from relaxo.io.scan import summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaxo.data import Inventory

TIMES_MS = (50, 150, 450, 1200)


def reasons(inventory: Inventory) -> dict[str, str]:
    return {item.path.name: item.reason for item in inventory.left_out}


def test_a_series_an_inversion_time_becomes_one_stack(
    write_series: Callable[..., None], tmp_path: Path, truth: np.ndarray[Any, Any]
) -> None:
    write_series(tmp_path, truth)
    inventory = scan([tmp_path])
    assert inventory.left_out == ()
    (source,) = inventory.stacks
    assert source.name == "IRT1-1"
    assert source.quantity == "T1"
    protocol = source.protocol
    np.testing.assert_array_equal(protocol.values, np.array(TIMES_MS) / 1000)
    np.testing.assert_array_equal(protocol.companions["RepetitionTime"], (3000 + np.array(TIMES_MS)) / 1000)
    np.testing.assert_array_equal(protocol.companions["EchoTime"], [0.01] * 4)
    assert protocol.field_T == pytest.approx(1.0)
    assert protocol.description == "IR"
    np.testing.assert_array_equal(
        source.geometry.affine, [[-1.5, 0, 0, 10], [0, -2, 0, 20], [0, 0, 5, 30], [0, 0, 0, 1]]
    )
    np.testing.assert_array_equal(load(source).signal, truth)


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ({"Modality": "CT"}, "not an MR image (modality CT)"),
        ({"Modality": None}, "not an MR image (modality not stated)"),
        ({"ImageType": ["DERIVED", "SECONDARY", "M"]}, "derived from other images"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, "a localizer"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "T2 MAP", "T2"]}, "a map that was calculated"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.4.1"}, "a multi-frame image of 1 frames with headers for 0"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.4.3"}, "a colour image"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "a screenshot"),
        ({"NumberOfFrames": 3}, "several frames in one file"),
        ({"Rows": None}, "no pixels"),
        ({"BitsAllocated": None, "PixelData": None}, "no pixels"),
        ({"PixelData": None}, "its pixels are missing"),
        ({"BitsAllocated": 12}, "its pixels have 12 bits each"),
        ({"BitsStored": None}, "does not say how its pixels are stored"),
        ({"BitsStored": 17}, "does not say how its pixels are stored"),
        ({"PixelRepresentation": None}, "does not say how its pixels are stored"),
        ({"Rows": 4}, "it is cut short"),
        ({"Rows": 65535, "Columns": 65535}, "65535 x 65535 pixels is not an MR image"),
        ({"PhotometricInterpretation": "RGB", "SamplesPerPixel": 3}, "a colour image"),
        ({"ImagePositionPatient": None}, "its place in the scanner is not stated"),
        ({"ImageOrientationPatient": ["0"] * 6}, "its place in the scanner makes no sense"),
        ({"PixelSpacing": ["0", "1"]}, "its place in the scanner makes no sense"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "P"]}, "a phase image"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "I"]}, "an imaginary image"),
        ({"RescaleSlope": "0"}, "its RescaleSlope is 0"),
        ({"InversionTime": None}, "its header has no inversion time"),
        ({"InversionTime": "0"}, "its header has no inversion time"),
        ({"EchoTime": "17"}, "only one inversion time (200 ms) at this place"),
        ({"PixelSpacing": ["3", "3"]}, "only one inversion time (200 ms) at this place"),
        ({"StudyInstanceUID": "1.2.3"}, "only one inversion time (200 ms) at this place"),
    ],
)
def test_what_fits_no_stack_is_left_out_with_the_reason(
    write: Callable[..., Path], tmp_path: Path, elements: dict[str, Any], reason: str
) -> None:
    write("good 50", InversionTime="50")
    write("good 100", InversionTime="100")
    write("bad", **elements)
    inventory = scan([tmp_path])
    (stack,) = inventory.stacks
    assert [path.name for path in stack.paths] == ["good 50", "good 100"]
    assert list(reasons(inventory)) == ["bad"]
    assert reason in reasons(inventory)["bad"]


def test_files_that_are_no_images_are_left_out(write: Callable[..., Path], tmp_path: Path) -> None:
    write("50", InversionTime="50")
    whole = write("100", InversionTime="100").read_bytes()
    (tmp_path / "empty").touch()
    (tmp_path / "notes.txt").write_text("TI 50, 100")
    (tmp_path / "cut.dcm").write_bytes(whole[:-1])
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    inventory = scan([tmp_path])
    assert len(inventory.stacks) == 1
    assert reasons(inventory) == {
        "empty": "an empty file",
        "notes.txt": "not a DICOM file",
        "cut.dcm": "it is cut short: its header says that it holds more pixels than it does",
        "pipe": "not a regular file",
        "dangling": "not a regular file",
    }


def test_the_same_image_twice_counts_once(write: Callable[..., Path], tmp_path: Path) -> None:
    first = write("a", InversionTime="50")
    write("b", InversionTime="100")
    (tmp_path / "copy").write_bytes(first.read_bytes())
    inventory = scan([tmp_path, first, tmp_path])
    assert reasons(inventory) == {"copy": "the same image as a (same SOP Instance UID)"}


def test_images_without_a_uid_are_all_kept(write: Callable[..., Path], tmp_path: Path) -> None:
    for time in ("50", "100", "200"):
        write(time, InversionTime=time, SOPInstanceUID="")
    (stack,) = scan([tmp_path]).stacks
    assert len(stack.protocol) == 3


def test_a_missing_path_and_an_empty_folder_are_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        scan([tmp_path / "nowhere"])
    with pytest.raises(InputError, match="the folder is empty"):
        scan([tmp_path])
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(InputError, match="no MR image that can be used: 1 file: not a DICOM file"):
        scan([tmp_path])


def test_images_that_make_no_stack_are_no_error(write: Callable[..., Path], tmp_path: Path) -> None:
    write("50", InversionTime="50")
    inventory = scan([tmp_path])
    assert inventory.stacks == ()
    assert reasons(inventory) == {"50": "only one inversion time (50 ms) at this place"}


def test_progress_counts_files_and_can_stop(write: Callable[..., Path], tmp_path: Path) -> None:
    write("50", InversionTime="50")
    write("100", InversionTime="100")
    calls: list[tuple[int, int]] = []

    def note(done: int, total: int) -> bool:
        calls.append((done, total))
        return True

    scan([tmp_path], note)
    assert calls == [(0, 2), (1, 2), (2, 2)]
    with pytest.raises(Cancelled):
        scan([tmp_path], lambda done, _total: done < 1)


def test_the_summary_counts_reasons() -> None:
    items = [LeftOut(Path(str(n)), reason) for n, reason in enumerate("abacada")]
    assert summary(items, most=2) == "4 files: a; 1 file: b; 2 more for other reasons"
