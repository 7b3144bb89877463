"""What is said of the times of volumes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from relaxo.data import ImageHeader, Inventory
from relaxo.io import untimed
from relaxo_gui.session_model.times import Measurement, find, labels, measurements, needs, time_of

_HEADER = ImageHeader(
    path=Path("a"),
    study_uid="1",
    series_uid="1",
    sop_uid="1",
    rows=4,
    columns=4,
    position=(0.0, 0.0, 0.0),
    orientation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    spacing=(1.0, 1.0),
    sequence=("SE", "IR"),
)


def volumes(count: int, **facts: Any) -> tuple[tuple[ImageHeader, ...], ...]:
    """Return volumes of one image each; facts are given as lists, one a volume."""
    return tuple(
        (replace(_HEADER, **{"path": Path(f"{k}.dcm"), **{name: values[k] for name, values in facts.items()}}),)
        for k in range(count)
    )


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"series_number": [3, 5]}, ["series 3", "series 5"]),
        ({"series_number": [3, 3], "instance_number": [1, 2]}, ["series 3, image 1", "series 3, image 2"]),
        ({"series_number": [3, 3]}, ["0.dcm", "1.dcm"]),
        ({"member": ["in/one", "in/two"]}, ["one", "two"]),
    ],
)
def test_volumes_are_called_as_the_scanner_numbered_them(facts: dict[str, Any], named: list[str]) -> None:
    assert labels(volumes(2, **facts)) == named


def test_times_are_in_ms_and_say_where_they_come_from() -> None:
    ((header,),) = volumes(
        1, inversion_time=[0.05], flip_angle=[90.0], entered=[(("InversionTime", "the table timing.csv"),)]
    )
    assert time_of([header], "TI_ms").text == "50"
    assert time_of([header], "TI_ms").origin == "the table timing.csv"
    assert time_of([header], "FA_deg").text == "90"
    assert time_of([header], "FA_deg").origin is None
    assert time_of([header], "TR_ms").text == ""


@pytest.mark.parametrize(
    ("axis", "times", "repetition", "said"),
    [
        ("TI_ms", [None, None, None], 5.0, ["missing for all 3 images"]),
        ("TI_ms", [0.05, None, 0.1], 5.0, ["missing for 1 of 3 images"]),
        ("TI_ms", [0.05, 0.05, 0.1], 5.0, ["same inversion time: 50 ms"]),
        ("TI_ms", [0.05, 0.1, 0.2], None, ["repetition time (TR) is not known"]),
        ("TI_ms", [0.05, 0.1, 0.2], 5.0, []),
        (None, [None, None, None], 5.0, ["What was varied is not known"]),
    ],
)
def test_what_is_missing_is_said(
    axis: str | None, times: list[float | None], repetition: float | None, said: list[str]
) -> None:
    shown = Measurement("k", "t", volumes(3, inversion_time=times, repetition_time=[repetition] * 3), axis)
    found = needs(shown)
    assert len(found) == len(said)
    assert all(part in sentence for part, sentence in zip(said, found, strict=True))


@pytest.mark.parametrize(
    ("facts", "axis"),
    [
        ({}, "TI_ms"),
        ({"sequence": [("SE",)] * 3}, "TE_ms"),
        ({"sequence": [("SE",)] * 3, "series_uid": list("abc"), "echo_time": [0.01] * 3}, None),
    ],
)
def test_what_was_varied_is_guessed_from_the_sequence(facts: dict[str, Any], axis: str | None) -> None:
    loose = tuple(header for images in volumes(3, **facts) for header in images)
    inventory = Inventory((), (), (), loose)
    (found,) = measurements(inventory, untimed(inventory))
    assert found.axis == axis
    assert found.stack is None


def test_what_was_shown_is_found_again_under_another_name() -> None:
    three = volumes(3)
    before = Measurement("untimed", "t", three, "TI_ms")
    other = Measurement("MESE-1", "t", volumes(9, path=[Path(f"x{k}") for k in range(9)]), "TE_ms")
    after = Measurement("IRT1-1", "t", three[::-1], "TI_ms")
    assert find([other, after], before) is after
    assert find([other], before) is None
    assert find([other, replace(before, title="again")], before) == replace(before, title="again")
