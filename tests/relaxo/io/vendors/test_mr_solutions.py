from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from relaxo.io.vendors.mr_solutions import in_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaxo.data import ImageHeader


@pytest.mark.parametrize(
    ("times_ms", "seconds"),
    [
        ({"inversion_time": 0.05, "echo_time": 0.012, "repetition_time": 10}, True),
        ({"inversion_time": 2.5, "echo_time": 0.012, "repetition_time": 10}, True),
        ({"inversion_time": None, "sequence": ("SE",), "echo_time": 0.02, "repetition_time": 2}, True),
        ({"inversion_time": None, "sequence": ("GR",), "echo_time": 0.004, "repetition_time": 0.02}, True),
        ({"inversion_time": 50, "echo_time": 12, "repetition_time": 10000}, False),
        ({"inversion_time": 5, "echo_time": 1.2, "repetition_time": 20}, False),
        ({"inversion_time": None, "sequence": ("GR",), "echo_time": 0.03, "repetition_time": 3}, False),
        ({"inversion_time": None, "sequence": ("SE",), "echo_time": 10, "repetition_time": 500}, False),
    ],
)
def test_times_that_no_scanner_reaches_in_ms_are_seconds(
    header: Callable[..., ImageHeader], times_ms: dict[str, Any], *, seconds: bool
) -> None:
    times = {name: value / 1000 if isinstance(value, int | float) else value for name, value in times_ms.items()}
    assert in_seconds([header(**times)]) is seconds


def test_one_image_that_cannot_be_in_seconds_speaks_for_all(header: Callable[..., ImageHeader]) -> None:
    slip = header(inversion_time=0.0001)
    assert not in_seconds([slip, header(inversion_time=0.8)])
