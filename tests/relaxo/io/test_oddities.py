from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo.io.group import group

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relaxo.data import ImageHeader

LONG = 20.0


def notices(images: Sequence[ImageHeader]) -> dict[str, str]:
    (stack,), _ = group(images)
    return {notice.code: notice.message for notice in stack.notices}


def test_a_good_measurement_is_not_remarked_on(
    header: Callable[..., ImageHeader], spin_echo: Callable[..., ImageHeader]
) -> None:
    assert notices([header(inversion_time=time, repetition_time=LONG) for time in (0.1, 0.5, 1.0, 4.0)]) == {}
    assert notices([spin_echo(echo_time=0.0127 * n) for n in range(1, 9)]) == {}


def test_a_short_repetition_time_is_said(header: Callable[..., ImageHeader]) -> None:
    found = notices([header(inversion_time=time, repetition_time=3.0) for time in (0.1, 0.5, 1.0, 2.0)])
    assert list(found) == ["tr_short"]
    assert (
        "The repetition time (3000 ms) is less than 5 times the longest inversion time (2000 ms)" in found["tr_short"]
    )
    assert "T1 is longer than 600 ms" in found["tr_short"]


def test_a_varying_repetition_time_is_said(header: Callable[..., ImageHeader]) -> None:
    found = notices([header(inversion_time=time, repetition_time=LONG + time) for time in (0.1, 0.5, 1.0, 2.0)])
    assert list(found) == ["tr_varies"]
    assert "from 20100 to 22000 ms" in found["tr_varies"]


def test_rounding_of_the_repetition_time_is_not(header: Callable[..., ImageHeader]) -> None:
    images = [header(inversion_time=time, repetition_time=LONG + 1e-6 * time) for time in (0.1, 0.5, 1.0, 2.0)]
    assert notices(images) == {}


def test_slices_with_other_repetition_times_are_said(header: Callable[..., ImageHeader]) -> None:
    images = [
        header(inversion_time=time, repetition_time=LONG + z, z=z) for time in (0.1, 0.5, 1.0, 2.0) for z in (0, 5)
    ]
    assert list(notices(images)) == ["tr_differs_between_slices"]


def test_few_times_are_said(header: Callable[..., ImageHeader]) -> None:
    found = notices([header(inversion_time=time, repetition_time=LONG) for time in (0.1, 0.5, 1.0)])
    assert found["few_times"].startswith("There are only 3 inversion times")


def test_uneven_echoes_are_said(spin_echo: Callable[..., ImageHeader]) -> None:
    missing = notices([spin_echo(echo_time=0.01 * n) for n in (1, 2, 3, 5, 6)])
    assert "the first comes at 10 ms, then they are 10 to 20 ms apart" in missing["echo_spacing"]
    assert "echo_spacing" in notices([spin_echo(echo_time=0.01 * n) for n in (2, 3, 4, 5)])


def test_echoes_of_their_own_acquisitions_are_said(spin_echo: Callable[..., ImageHeader]) -> None:
    assert list(notices([spin_echo(echo_time=0.01 * n, series=n) for n in (1, 2, 4, 9)])) == ["single_echoes"]


def test_other_scales_are_said(header: Callable[..., ImageHeader]) -> None:
    found = notices(
        [header(inversion_time=time, repetition_time=LONG, slope=1 + time) for time in (0.1, 0.5, 1.0, 2.0)]
    )
    assert list(found) == ["scale_varies"]
    assert "4 different scales" in found["scale_varies"]
