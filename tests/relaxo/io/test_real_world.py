from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from relaxo.io import load, scan
from relaxo.io.real_world import physical_unit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pydicom.dataset import FileDataset


def mapping(unit: str, slope: float = 7.0) -> Sequence:
    code, found = Dataset(), Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = unit, "UCUM", unit
    found.RealWorldValueSlope, found.RealWorldValueIntercept = slope, 0.0
    found.MeasurementUnitsCodeSequence = Sequence([code])
    return Sequence([found])


@pytest.mark.parametrize(("unit", "physical"), [("ms", "ms"), ("/s", "1/s"), ("1", None), ("no units", None)])
def test_only_a_physical_unit_says_something(
    mr_image: Callable[..., FileDataset], unit: str, physical: str | None
) -> None:
    assert physical_unit(mr_image(RealWorldValueMappingSequence=mapping(unit))) == physical
    assert physical_unit(mr_image()) is None


def test_a_mapping_without_units_changes_no_signal_and_one_in_ms_tells_a_map(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    for time in ("50", "100"):
        write(time, InversionTime=time, RealWorldValueMappingSequence=mapping("1"))
    write("map", InversionTime="200", RealWorldValueMappingSequence=mapping("ms"))
    inventory = scan([tmp_path])
    (source,) = inventory.stacks
    np.testing.assert_array_equal(load(source).signal[0].ravel(), range(12))
    (left_out,) = inventory.left_out
    assert left_out.reason.startswith("a map in ms")
