from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pydicom
import pytest

from relaxo.io.elements import UnusableError
from relaxo.io.vendors import vendor_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pydicom.dataset import FileDataset


def test_signal_is_displayed_value_over_both_slopes(
    mr_image: Callable[..., FileDataset], philips: Callable[..., None]
) -> None:
    dataset = mr_image()
    philips(dataset, scale_slope=0.25, rescale_slope=1.6, rescale_intercept=-8.0)
    assert vendor_of(dataset).name == "Philips"
    slope, intercept = vendor_of(dataset).scale(dataset)
    stored = 1000
    displayed = stored * 1.6 - 8.0
    assert stored * slope + intercept == pytest.approx(displayed / (1.6 * 0.25))


def test_the_private_block_tells_a_philips_image_whose_maker_was_removed(
    mr_image: Callable[..., FileDataset], philips: Callable[..., None]
) -> None:
    dataset = mr_image()
    philips(dataset, scale_slope=0.5)
    dataset.Manufacturer = ""
    assert vendor_of(dataset).scale(dataset) == (2.0, 0.0)


@pytest.mark.parametrize("implicit", [True, False])
def test_the_scale_is_read_from_files_that_do_not_state_its_type(
    mr_image: Callable[..., FileDataset], philips: Callable[..., None], tmp_path: Path, *, implicit: bool
) -> None:
    dataset = mr_image()
    philips(dataset, scale_slope=0.5)
    block = dataset.private_block(0x2005, "Philips MR Imaging DD 001")
    if not implicit:
        block.add_new(0x0E, "UN", struct.pack("<f", 0.5))
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
    if not implicit:
        dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    dataset.save_as(tmp_path / "image")
    read = pydicom.dcmread(tmp_path / "image")
    assert vendor_of(read).scale(read) == (2.0, 0.0)


@pytest.mark.parametrize("scale_slope", [0.0, -1.0, float("nan")])
def test_a_scale_that_is_none_is_refused(
    mr_image: Callable[..., FileDataset], philips: Callable[..., None], scale_slope: float
) -> None:
    dataset = mr_image()
    philips(dataset, scale_slope)
    with pytest.raises(UnusableError, match=r"private scale slope \(2005,100E\)"):
        vendor_of(dataset).scale(dataset)
