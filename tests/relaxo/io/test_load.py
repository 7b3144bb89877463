from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEGLSLossless, RLELossless

from relaxo.errors import Cancelled, InputError
from relaxo.io import load, scan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pydicom.dataset import FileDataset

    from relaxo.data import StackSource


@pytest.fixture
def two_times(write: Callable[..., Path], tmp_path: Path) -> StackSource:
    for time, first in (("50", 0), ("100", 100)):
        write(time, np.arange(first, first + 12, dtype=np.uint16).reshape(3, 4), InversionTime=time)
    (stack,) = scan([tmp_path]).stacks
    return stack


def test_the_signal_is_what_was_stored(two_times: StackSource) -> None:
    stack = load(two_times)
    assert stack.signal.dtype == np.float32
    np.testing.assert_array_equal(stack.signal.ravel(), [*range(12), *range(100, 112)])
    assert stack.source is two_times
    assert stack.protocol is two_times.protocol


def test_every_image_has_its_own_scale(write: Callable[..., Path], tmp_path: Path) -> None:
    stored = np.array([[-3, 0], [5, 1000]], np.int16)
    write("a", stored, InversionTime="50", RescaleSlope="2.5", RescaleIntercept="-7")
    write("b", stored, InversionTime="100")
    (source,) = scan([tmp_path]).stacks
    signal = load(source).signal
    np.testing.assert_array_equal(signal[0, 0], stored * 2.5 - 7)
    np.testing.assert_array_equal(signal[1, 0], stored)


def test_rle_is_decoded(mr_image: Callable[..., FileDataset], tmp_path: Path) -> None:
    for time in ("50", "100"):
        dataset = mr_image(InversionTime=time)
        dataset.compress(RLELossless)
        dataset.save_as(tmp_path / time)
    (source,) = scan([tmp_path]).stacks
    np.testing.assert_array_equal(load(source).signal[1].ravel(), range(12))


def test_what_cannot_be_decoded_is_named(mr_image: Callable[..., FileDataset], tmp_path: Path) -> None:
    for time in ("50", "100"):
        dataset = mr_image(InversionTime=time)
        dataset.PixelData = encapsulate([b"this is no JPEG-LS image"])
        dataset["PixelData"].VR = "OB"
        dataset.file_meta.TransferSyntaxUID = JPEGLSLossless
        dataset.save_as(tmp_path / time)
    (source,) = scan([tmp_path]).stacks
    with pytest.raises(InputError, match=r"50: its pixels cannot be decoded \(stored as JPEG-LS Lossless.*\)"):
        load(source)


def test_a_file_that_is_gone_is_named(two_times: StackSource, tmp_path: Path) -> None:
    (tmp_path / "100").unlink()
    with pytest.raises(InputError, match=r"100: the image cannot be read: No such file"):
        load(two_times)


def test_a_file_that_became_something_else_is_named(two_times: StackSource, tmp_path: Path) -> None:
    (tmp_path / "100").write_text("replaced")
    with pytest.raises(InputError, match=r"100: the image can no longer be used: not a DICOM file"):
        load(two_times)


@pytest.mark.parametrize("changed", [{"InversionTime": "70"}, {"RescaleSlope": "2"}, {"SOPInstanceUID": "1.2.3"}])
def test_a_file_that_changed_is_named(
    two_times: StackSource, write: Callable[..., Path], changed: dict[str, str]
) -> None:
    write("50", **{"InversionTime": "50", **changed})
    with pytest.raises(InputError, match="50: the image has changed since the folder was scanned"):
        load(two_times)


def test_progress_counts_images_and_can_stop(two_times: StackSource) -> None:
    calls: list[tuple[int, int]] = []

    def note(done: int, total: int) -> bool:
        calls.append((done, total))
        return True

    load(two_times, note)
    assert calls == [(0, 2), (1, 2), (2, 2)]
    with pytest.raises(Cancelled):
        load(two_times, lambda done, _total: done < 1)


def test_voxels_at_the_largest_number_are_clipped(write: Callable[..., Path], tmp_path: Path) -> None:
    stored = np.full((3, 4), 4000, np.uint16)
    stored[1, 2] = 4095
    for time in ("50", "100", "200"):
        image = stored if time == "100" else np.full((3, 4), 4094, np.uint16)
        write(time, image, InversionTime=time, BitsStored=12, HighBit=11, RescaleSlope="0.37", RescaleIntercept="-2")
    (source,) = scan([tmp_path]).stacks
    stack = load(source)
    expected = np.zeros((1, 3, 4), bool)
    expected[0, 1, 2] = True
    assert stack.clipped is not None
    np.testing.assert_array_equal(stack.clipped, expected)


def test_nothing_is_clipped_below_the_largest_number(two_times: StackSource) -> None:
    assert load(two_times).clipped is None


@pytest.mark.parametrize("count", [1, 3])
def test_the_brightest_voxel_of_a_scanner_that_fills_its_range_is_not_clipped(
    mr_image: Callable[..., FileDataset], philips: Callable[..., None], tmp_path: Path, count: int
) -> None:
    for n, time in enumerate(("50", "100")):
        stored = np.arange(12, dtype=np.uint16).reshape(3, 4)
        stored[0, :count] = 4095
        dataset = mr_image(stored, InversionTime=time, BitsStored=12, HighBit=11)
        philips(dataset, scale_slope=0.5 + n, rescale_slope=2.0)
        dataset.save_as(tmp_path / time)
    (source,) = scan([tmp_path]).stacks
    clipped = load(source).clipped
    assert (0 if clipped is None else clipped.sum()) == (count if count >= 3 else 0)


def test_unused_bits_do_not_count(write: Callable[..., Path], tmp_path: Path) -> None:
    for time in ("50", "100"):
        signed = np.array([[-3, 5], [100, -2048]], np.int16)
        overlay = (signed & 0x0FFF) | np.array([[0x1000, 0], [0x7000, 0]], np.int16)
        write(time, overlay, InversionTime=time, BitsStored=12, HighBit=11)
    (source,) = scan([tmp_path]).stacks
    np.testing.assert_array_equal(load(source).signal[0, 0], signed)


def test_a_deflated_bomb_costs_no_more_than_its_pixels(mr_image: Callable[..., FileDataset], tmp_path: Path) -> None:
    for time in ("50", "100"):
        dataset = mr_image(InversionTime=time)
        dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
        dataset.private_block(0x7FE3, "BOMB", create=True).add_new(0x10, "OB", bytes(2**27))  # after the pixels
        dataset.save_as(tmp_path / time)
    assert (tmp_path / "50").stat().st_size < 2**18
    tracemalloc.start()
    try:
        (source,) = scan([tmp_path]).stacks
        stack = load(source)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    np.testing.assert_array_equal(stack.signal[0].ravel(), range(12))
    assert peak < 2**27
