from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from relaxo.data import Geometry
from relaxo.errors import InputError
from relaxo.recipe import TemplatePart, TemplateWellPart, WellsPart
from relaxo.wells import labelled, lay, transfer

if TYPE_CHECKING:
    from typing import Any


def test_a_label_image_gives_each_well_its_number_and_its_voxels(plane: Geometry) -> None:
    image = np.zeros(plane.shape)
    image[0, 40:44, 20:30] = 5
    image[0, 80, 80] = 2
    wells = labelled(image, plane)
    assert [(well.name, well.row, well.column) for well in wells.wells] == [("2", 80, 80), ("5", 41.5, 24.5)]
    np.testing.assert_array_equal(wells.voxel_counts(), [1, 40])
    assert wells.wells[1].radius_mm == pytest.approx(np.sqrt(40 / np.pi))


def test_a_label_image_goes_over_to_another_grid_voxel_by_voxel(plane: Geometry) -> None:
    image = np.zeros(plane.shape)
    image[0, 40:60, 20:50] = 1
    finer = np.diag([0.5, 0.5, 5.0, 1.0])
    finer[:2, 3] = -0.25
    wells = transfer(labelled(image, plane), Geometry((1, 256, 256), finer), WellsPart())
    np.testing.assert_array_equal(wells.labels[0], np.kron(image[0], np.ones((2, 2))))
    assert wells.wells[0].origin == "image"


@pytest.mark.parametrize("value", [0.5, -1.0])
def test_numbers_that_are_no_labels_are_refused(plane: Geometry, value: float) -> None:
    with pytest.raises(InputError, match="no labels"):
        labelled(np.full(plane.shape, value), plane)


def test_an_empty_label_image_is_refused(plane: Geometry) -> None:
    with pytest.raises(InputError, match="labels nothing"):
        labelled(np.zeros(plane.shape), plane)


def places(template: TemplatePart, plane: Geometry) -> dict[str, tuple[float, float]]:
    return {well.name: (well.row, well.column) for well in lay(template, plane, WellsPart()).wells}


def test_a_plate_lies_about_its_middle(plane: Geometry) -> None:
    at = places(TemplatePart(plate=96, row=64, column=64), plane)
    assert len(at) == 96
    assert at["A1"] == pytest.approx((64 - 31.5, 64 - 49.5))
    assert at["H12"] == pytest.approx((64 + 31.5, 64 + 49.5))


def test_a_template_is_mirrored_then_turned_clockwise(plane: Geometry) -> None:
    wells = (TemplateWellPart(name="up", down_mm=-10, right_mm=0, radius_mm=4),)
    wells += (TemplateWellPart(name="right", down_mm=0, right_mm=20, radius_mm=4),)
    at = places(TemplatePart(wells=wells, row=60, column=50, angle_deg=90), plane)
    assert at["up"] == pytest.approx((60, 60))
    assert at["right"] == pytest.approx((80, 50))
    at = places(TemplatePart(wells=wells, row=60, column=50, angle_deg=90, mirrored=True, scale=0.5), plane)
    assert at["up"] == pytest.approx((60, 55))
    assert at["right"] == pytest.approx((50, 50))


def test_scale_and_radius_belong_to_the_template(plane: Geometry) -> None:
    wells = lay(TemplatePart(plate=24, radius_mm=6.0, scale=0.5, row=64, column=64), plane, WellsPart()).wells
    assert {well.radius_mm for well in wells} == {3.0}
    assert {well.origin for well in wells} == {"template"}


def test_a_template_that_reaches_beyond_the_images_is_refused(plane: Geometry) -> None:
    with pytest.raises(InputError, match="from slice 0 to 3"):
        lay(TemplatePart(plate=6, row=64, column=64, slices=(0, 3)), plane, WellsPart())


def test_two_wells_of_one_name_are_refused(plane: Geometry) -> None:
    well = TemplateWellPart(name="1", down_mm=0, right_mm=0, radius_mm=4)
    with pytest.raises(InputError, match="the same name"):
        lay(TemplatePart(wells=(well, well), row=64, column=64), plane, WellsPart())


@pytest.mark.parametrize("template", [{"row": 1.0, "column": 1.0}, {"row": 1.0, "column": 1.0, "plate": 95}])
def test_a_recipe_holds_no_template_without_wells(template: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(template, TemplatePart)


def test_wells_come_from_labels_or_from_a_template() -> None:
    with pytest.raises(ValueError, match="labels"):
        WellsPart(labels="a.nii", template=TemplatePart(plate=6, row=1, column=1))
