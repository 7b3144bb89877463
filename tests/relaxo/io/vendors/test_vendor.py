from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo.io.vendors import VENDORS, vendor_of
from relaxo.io.vendors.vendor import private_tag, private_tags

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydicom.dataset import FileDataset


def test_the_standard_holds_where_no_vendor_claims_an_image(mr_image: Callable[..., FileDataset]) -> None:
    plain = mr_image(Manufacturer="CANON_MEC")
    vendor = vendor_of(plain)
    assert vendor not in VENDORS
    assert vendor.scale(plain) == (1.0, 0.0)
    scaled = mr_image(RescaleSlope="2", RescaleIntercept="-4096")
    assert vendor.scale(scaled) == (2.0, -4096.0)


def test_a_private_element_is_found_in_its_creators_block(mr_image: Callable[..., FileDataset]) -> None:
    dataset = mr_image()
    dataset.private_block(0x0043, "FIRST", create=True).add_new(0x2F, "SS", 1)
    dataset.private_block(0x0043, "SECOND", create=True).add_new(0x2F, "SS", 2)
    tag = private_tag(dataset, 0x0043, "SECOND", 0x2F)
    assert tag == 0x0043112F
    assert {tag, 0x00430010, 0x00430011} <= private_tags(0x0043, 0x2F)
    assert private_tag(dataset, 0x0043, "THIRD", 0x2F) is None
