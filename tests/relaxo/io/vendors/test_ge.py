from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relaxo.io.vendors import vendor_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydicom.dataset import FileDataset


@pytest.mark.parametrize(("flag", "component"), list(enumerate(["magnitude", "phase", "real", "imaginary"])))
def test_the_private_flag_tells_the_component(
    mr_image: Callable[..., FileDataset], gem: Callable[[FileDataset, int], None], flag: int, component: str
) -> None:
    dataset = mr_image()
    gem(dataset, flag)
    assert vendor_of(dataset).name == "GE"
    assert vendor_of(dataset).component(dataset) == component


def test_without_the_flag_image_type_counts(mr_image: Callable[..., FileDataset]) -> None:
    dataset = mr_image(Manufacturer="GE MEDICAL SYSTEMS", ImageType=["ORIGINAL", "PRIMARY", "R"])
    assert vendor_of(dataset).component(dataset) == "real"


def test_another_vendors_element_at_that_place_is_not_the_flag(mr_image: Callable[..., FileDataset]) -> None:
    dataset = mr_image(Manufacturer="GE MEDICAL SYSTEMS")
    dataset.private_block(0x0043, "SOMEBODY ELSE", create=True).add_new(0x2F, "SS", 1)
    assert vendor_of(dataset).component(dataset) == "magnitude"
