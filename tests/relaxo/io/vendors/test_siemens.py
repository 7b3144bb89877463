from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo.io.vendors import vendor_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydicom.dataset import FileDataset


def test_a_mosaic_is_refused_and_a_signed_image_is_real(mr_image: Callable[..., FileDataset]) -> None:
    mosaic = mr_image(Manufacturer="SIEMENS", ImageType=["ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC"])
    vendor = vendor_of(mosaic)
    assert vendor.name == "Siemens"
    assert "mosaic" in str(vendor.unusable(mosaic))
    signed = mr_image(
        Manufacturer="SIEMENS", ImageType=["ORIGINAL", "PRIMARY", "R"], RescaleSlope="2", RescaleIntercept="-4096"
    )
    assert vendor.unusable(signed) is None
    assert vendor.component(signed) == "real"
    assert vendor.scale(signed) == (2.0, -4096.0)
