from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relaxo.io import scan
from relaxo.io.vendors import vendor_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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


def test_a_receiver_gain_that_changes_is_told(
    mr_image: Callable[..., FileDataset], gem: Callable[[FileDataset, int], None], tmp_path: Path
) -> None:
    for n, time in enumerate(("50", "100", "400", "900")):
        dataset = mr_image(InversionTime=time)
        gem(dataset, 0)
        block = dataset.private_block(0x0019, "GEMS_ACQU_01", create=True)
        block.add_new(0x8A, "SS", 11 + (n == 3))
        block.add_new(0x8B, "SS", 15)
        assert vendor_of(dataset).receiver_gain(dataset) == (11 + (n == 3), 15)
        dataset.save_as(tmp_path / time)
    (source,) = scan([tmp_path]).stacks
    (notice,) = [notice for notice in source.notices if notice.code == "receiver_gain_varies"]
    assert "11/15, 12/15" in notice.message
