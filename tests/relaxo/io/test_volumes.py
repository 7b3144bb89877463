from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo.io.group import group

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from relaxo.data import ImageHeader, StackSource

TIMES = (0.1, 0.2, 0.4, 0.8)


def recoveries(
    header: Callable[..., ImageHeader], places: Iterable[float], times: Iterable[float] = TIMES, first_series: int = 1
) -> dict[tuple[float, float], ImageHeader]:
    """Return (time, place) to image, one series a time."""
    places = list(places)
    return {
        (time, place): header(inversion_time=time, z=place, series=first_series + n)
        for n, time in enumerate(times)
        for place in places
    }


def places(stack: StackSource) -> list[float]:
    return [image.position[2] for image in stack.headers[0]]


def times(stack: StackSource) -> list[float]:
    return list(stack.protocol.values)


def codes(stack: StackSource) -> set[str]:
    return {notice.code for notice in stack.notices}


def check_table(stack: StackSource) -> None:
    """Every image stands where its time and its place say."""
    for time, volume in zip(stack.protocol.values, stack.headers, strict=True):
        for index, image in enumerate(volume):
            assert image.inversion_time == time
            expected = np.array(image.position) * [-1, -1, 1]
            np.testing.assert_allclose(stack.geometry.to_mm([0, 0, index]), expected, atol=1e-9)


def test_slices_and_times_are_sorted_whatever_the_order_of_files(header: Callable[..., ImageHeader]) -> None:
    images = list(recoveries(header, (0, 5, 10)).values())
    shuffled = [images[index] for index in np.random.default_rng(2).permutation(len(images))]
    (stack,), left_out = group(shuffled)
    assert left_out == ()
    assert times(stack) == list(TIMES)
    assert places(stack) == [0, 5, 10]
    check_table(stack)


def test_two_plates_are_two_stacks(header: Callable[..., ImageHeader]) -> None:
    low = recoveries(header, (0, 5, 10))
    high = recoveries(header, (40, 45), first_series=11)
    (first, second), left_out = group([*high.values(), *low.values()])
    assert left_out == ()
    assert (first.name, places(first)) == ("IRT1-1", [0, 5, 10])
    assert (second.name, places(second)) == ("IRT1-2", [40, 45])
    check_table(first)
    check_table(second)


def test_two_far_slices_are_two_stacks_and_two_close_ones_are_one(header: Callable[..., ImageHeader]) -> None:
    first, far, close = (recoveries(header, (z,), first_series=s) for z, s in ((0, 1), (40, 11), (6, 21)))
    assert [places(stack) for stack in group([*first.values(), *far.values()])[0]] == [[0], [40]]
    assert [places(stack) for stack in group([*first.values(), *close.values()])[0]] == [[0, 6]]


def test_interleaved_series_make_one_volume(header: Callable[..., ImageHeader]) -> None:
    odd, even = recoveries(header, (0, 10, 20)), recoveries(header, (5, 15), first_series=11)
    (stack,), _ = group([*odd.values(), *even.values()])
    assert places(stack) == [0, 5, 10, 15, 20]
    check_table(stack)


def test_plates_with_times_of_their_own_are_two_stacks(header: Callable[..., ImageHeader]) -> None:
    low = recoveries(header, (0,), (0.1, 0.2, 0.4))
    high = recoveries(header, (5,), (0.1, 0.3, 0.9), first_series=11)
    (first, second), left_out = group([*low.values(), *high.values()])
    assert left_out == ()
    assert (times(first), places(first)) == ([0.1, 0.2, 0.4], [0])
    assert (times(second), places(second)) == ([0.1, 0.3, 0.9], [5])


def test_a_volume_that_lacks_a_slice_is_left_out(header: Callable[..., ImageHeader]) -> None:
    images = recoveries(header, (0, 5, 10))
    del images[0.4, 5]
    (stack,), left_out = group(list(images.values()))
    assert times(stack) == [0.1, 0.2, 0.8]
    assert places(stack) == [0, 5, 10]
    check_table(stack)
    why = "inversion time 400 ms lacks 1 of 3 slices, so the whole volume is left out"
    assert {item.path: item.reason for item in left_out} == {
        images[0.4, 0].path: why,
        images[0.4, 10].path: why,
    }
    (notice,) = (notice for notice in stack.notices if notice.code == "incomplete")
    assert why in notice.message


def test_slices_that_a_single_volume_has_more_are_left_out(header: Callable[..., ImageHeader]) -> None:
    images = recoveries(header, (0, 5))
    images[0.1, 10] = header(inversion_time=0.1, z=10, series=1)
    (stack,), left_out = group(list(images.values()))
    assert times(stack) == list(TIMES)
    assert places(stack) == [0, 5]
    assert [(item.path, item.reason) for item in left_out] == [
        (images[0.1, 10].path, "not every inversion time has the slice at 10 mm")
    ]


def test_volumes_that_overlap_share_their_common_slices(header: Callable[..., ImageHeader]) -> None:
    low, high = recoveries(header, (0, 5, 10), (0.1,)), recoveries(header, (5, 10, 15), (0.2,), first_series=2)
    (stack,), left_out = group([*low.values(), *high.values()])
    assert places(stack) == [5, 10]
    assert len(left_out) == 2


def test_a_gap_that_all_volumes_have_makes_two_stacks(header: Callable[..., ImageHeader]) -> None:
    stacks, left_out = group(list(recoveries(header, (0, 5, 10, 20, 25)).values()))
    assert [places(stack) for stack in stacks] == [[0, 5, 10], [20, 25]]
    assert left_out == ()


def test_the_first_of_repeats_is_kept(header: Callable[..., ImageHeader]) -> None:
    def run(day: str, first_series: int) -> list[ImageHeader]:
        return [
            header(inversion_time=time, series=first_series + n, acquired=f"{day}1200{n:02d}")
            for n, time in enumerate(TIMES)
        ]

    late, early = run("20240102", 1), run("20240101", 20)
    (stack,), left_out = group([*late, *early])
    assert stack.paths == tuple(image.path for image in early)
    assert [item.path for item in left_out] == [image.path for image in late]
    assert left_out[1].reason == f"a repeat of {early[1].path.name}: inversion time 200 ms, same slice"


def test_the_same_times_at_another_repetition_time_are_another_measurement(
    header: Callable[..., ImageHeader],
) -> None:
    short = [header(inversion_time=time, series=n, repetition_time=2.0) for n, time in enumerate(TIMES)]
    long = [header(inversion_time=time, series=10 + n, repetition_time=8.0) for n, time in enumerate(TIMES)]
    (first, second), left_out = group([*short, *long])
    assert left_out == ()
    np.testing.assert_array_equal(first.protocol.companions["RepetitionTime"], [2.0] * 4)
    np.testing.assert_array_equal(second.protocol.companions["RepetitionTime"], [8.0] * 4)


def test_a_repetition_time_that_follows_the_inversion_time_stays_in_one_stack(
    header: Callable[..., ImageHeader],
) -> None:
    images = [header(inversion_time=time, series=n, repetition_time=1 + time) for n, time in enumerate(TIMES)]
    again = [header(inversion_time=0.1, series=20, repetition_time=3.0)]
    (stack,), left_out = group([*images, *again])
    np.testing.assert_allclose(stack.protocol.companions["RepetitionTime"], np.add(TIMES, 1))
    assert len(left_out) == 1


def test_a_time_that_a_header_lacks_is_no_companion(header: Callable[..., ImageHeader]) -> None:
    images = [header(inversion_time=time, repetition_time=None if time == 0.4 else 5.0) for time in TIMES]
    (stack,), _ = group(images)
    assert sorted(stack.protocol.companions) == ["EchoTime", "FlipAngle"]
    assert "tr_unknown" in codes(stack)


def test_the_description_is_what_all_volumes_share(header: Callable[..., ImageHeader]) -> None:
    def described(*words: str) -> str:
        images = [header(inversion_time=0.1 * (n + 1), description=text) for n, text in enumerate(words)]
        return group(images)[0][0].protocol.description

    assert described("T1 map", "T1 map") == "T1 map"
    assert described("IR_TI50", "IR_TI500", "IR_TI5000") == "IR"
    assert described("IR-SE T1 TI 25", "IR-SE T1 TI 100", "IR-SE T1 TI 200") == "IR-SE T1"
    assert described("MULTI 1", "MULTI 2") == "MULTI"
    assert described("50 ms", "100 ms") == "50 ms"
    assert described("", "") == ""
