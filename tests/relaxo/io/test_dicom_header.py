from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from relaxo.io.dicom_header import header_of
from relaxo.io.elements import quiet

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydicom.dataset import FileDataset

    from relaxo.data import ImageHeader


@pytest.fixture
def facts(mr_image: Callable[..., FileDataset]) -> Callable[..., ImageHeader]:
    def read(**elements: Any) -> ImageHeader:
        with quiet():
            return header_of(mr_image(**elements), Path("image"))

    return read


def test_facts_come_in_seconds_and_tesla(facts: Callable[..., ImageHeader]) -> None:
    header = facts(EchoNumbers=2, SliceThickness="4.5", InstanceNumber=17)
    assert (header.inversion_time, header.echo_time, header.repetition_time) == (0.2, 0.01, 5.0)
    assert (header.flip_angle, header.echo_number, header.echo_train_length) == (90.0, 2, 1)
    assert (header.rows, header.columns, header.spacing, header.slice_thickness) == (3, 4, (2.0, 1.5), 4.5)
    assert header.position == (-10.0, -20.0, 30.0)
    assert header.orientation == (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    assert (header.series_number, header.instance_number) == (1, 17)
    assert header.sequence == ("SE", "IR")
    assert header.acquired == "20240131120000"
    assert header.frequency_MHz == 42.577478461
    assert header.path == Path("image")


@pytest.mark.parametrize(
    ("frequency", "nominal", "field"),
    [
        ("63.64649", "1.5", 63.64649 / 42.577478461),
        ("45.0", None, 45.0 / 42.577478461),
        (None, "1.5", 1.5),
        ("25.85", "1.5", 1.5),  # phosphorus
        ("63646490", "1.5", 1.5),  # Hz
        ("127.77", "30000", 127.77 / 42.577478461),  # gauss
        (None, "30000", None),
        ("63646490", None, None),
        (None, None, None),
    ],
)
def test_the_field_comes_from_the_frequency_unless_that_makes_no_sense(
    facts: Callable[..., ImageHeader], frequency: str | None, nominal: str | None, field: float | None
) -> None:
    assert facts(ImagingFrequency=frequency, MagneticFieldStrength=nominal).field_T == (
        None if field is None else pytest.approx(field)
    )


def test_what_is_missing_is_none(facts: Callable[..., ImageHeader]) -> None:
    absent = ["InversionTime", "EchoTime", "RepetitionTime", "FlipAngle", "SliceThickness", "SeriesNumber"]
    header = facts(**dict.fromkeys(absent), ScanningSequence=None, SeriesDescription=None, ProtocolName="by protocol")
    assert header.inversion_time is header.echo_time is header.repetition_time is header.flip_angle is None
    assert header.slice_thickness is header.series_number is None
    assert header.sequence == ()
    assert header.description == "by protocol"


def test_the_first_inversion_time_that_is_one_counts(facts: Callable[..., ImageHeader]) -> None:
    assert facts(InversionTime=["0", "150"]).inversion_time == 0.15


@pytest.mark.parametrize(
    ("elements", "component"),
    [
        ({"ImageType": ["ORIGINAL", "PRIMARY", "M", "ND"]}, "magnitude"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "R", "ND"]}, "real"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "P", "ND"]}, "phase"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "PHASE MAP", "P"]}, "phase"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "R_IR", "R", "IR"]}, "real"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "I_IR", "I", "IR"]}, "imaginary"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "OTHER"]}, "magnitude"),
        ({"ImageType": ["ORIGINAL", "PRIMARY"], "ComplexImageComponent": "REAL"}, "real"),
        ({"ImageType": None}, "magnitude"),
    ],
)
def test_magnitude_phase_real_and_imaginary_are_told_apart(
    facts: Callable[..., ImageHeader], elements: dict[str, Any], component: str
) -> None:
    assert facts(**elements).component == component


def test_time_and_date_are_joined(facts: Callable[..., ImageHeader]) -> None:
    assert facts(AcquisitionDate="20240201", AcquisitionTime="093000.5").acquired == "20240201093000.5"
    assert facts(AcquisitionDateTime="20240201093001").acquired == "20240201093001"
    assert facts(AcquisitionTime=None).acquired == ""
