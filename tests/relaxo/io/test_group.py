from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from relaxo.io.group import group

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaxo.data import ImageHeader

TIMES = (0.1, 0.2, 0.4, 0.8)


def test_stacks_are_numbered_in_the_order_of_their_series(
    header: Callable[..., ImageHeader], spin_echo: Callable[..., ImageHeader]
) -> None:
    late = [header(inversion_time=time, series=30, spacing=(1.0, 1.0)) for time in TIMES]
    early = [header(inversion_time=time, series=10 + n) for n, time in enumerate(TIMES)]
    echoes = [spin_echo(echo_time=time, series=20) for time in TIMES]
    unnumbered = [header(inversion_time=time, series_number=None, rows=9) for time in TIMES]
    stacks, left_out = group([*unnumbered, *late, *echoes, *early])
    assert left_out == ()
    assert [(stack.name, stack.headers[0][0].series_number) for stack in stacks] == [
        ("IRT1-1", 10),
        ("MESE-1", 20),
        ("IRT1-2", 30),
        ("IRT1-3", None),
    ]


def four_components(header: Callable[..., ImageHeader], *components: str) -> list[ImageHeader]:
    return [
        header(inversion_time=time, component=component, series=n)
        for n, time in enumerate(TIMES)
        for component in components
    ]


def test_magnitude_and_complex_images_of_one_series_are_two_stacks(header: Callable[..., ImageHeader]) -> None:
    stacks, left_out = group(four_components(header, "magnitude", "phase", "real", "imaginary"))
    by_component = {stack.protocol.component: stack for stack in stacks}
    assert by_component.keys() == {"magnitude", "complex"}
    reason = "a phase image: the fits need magnitude, real (signed) or complex images"
    assert [item.reason for item in left_out] == [reason] * len(TIMES)
    for (image,) in by_component["complex"].headers:
        assert image.imaginary is not None
        assert image.imaginary.inversion_time == image.inversion_time
        assert image.imaginary.component == "imaginary"
    assert len(by_component["complex"].paths) == 2 * len(TIMES)


def test_real_images_alone_are_signed_and_imaginary_ones_alone_nothing(header: Callable[..., ImageHeader]) -> None:
    (stack,), left_out = group(four_components(header, "real"))
    assert (stack.protocol.component, left_out) == ("real", ())
    stacks, left_out = group(four_components(header, "imaginary"))
    assert stacks == ()
    assert {item.reason for item in left_out} == {"an imaginary image without its real one"}


def test_real_and_imaginary_images_of_other_series_are_joined(header: Callable[..., ImageHeader]) -> None:
    images = [
        header(inversion_time=time, component=component, series=10 * (component == "real") + n)
        for n, time in enumerate(TIMES)
        for component in ("imaginary", "real")
    ]
    (stack,), left_out = group(images)
    assert (stack.protocol.component, left_out) == ("complex", ())


def test_an_echo_train_keeps_what_stays_the_same(spin_echo: Callable[..., ImageHeader]) -> None:
    images = [spin_echo(echo_time=time, flip_angle=180.0, repetition_time=2.5) for time in (0.03, 0.01, 0.02)]
    (stack,), _ = group(images)
    assert (stack.name, stack.quantity) == ("MESE-1", "T2")
    assert {name: list(times) for name, times in stack.protocol.times.items()} == {
        "EchoTime": [0.01, 0.02, 0.03],
        "RepetitionTime": [2.5] * 3,
        "FlipAngle": [180.0] * 3,
    }


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_every_image_is_in_a_stack_or_left_out_with_a_reason(
    data: st.DataObject, header: Callable[..., ImageHeader]
) -> None:
    """And every stack is a full table of one geometry, evenly spaced."""
    facts = st.fixed_dictionaries(
        {
            "z": st.sampled_from([0.0, 5.0, 10.0, 23.0]),
            "series": st.integers(1, 4),
            "inversion_time": st.sampled_from([None, None, 0.1, 0.2, 0.4]),
            "echo_time": st.sampled_from([0.01, 0.02, None]),
            "repetition_time": st.sampled_from([1.0, 2.0, 3.0, None]),
            "flip_angle": st.sampled_from([10.0, 90.0]),
            "sequence": st.sampled_from([("SE",), ("GR",), ("IR",), ()]),
            "component": st.sampled_from(["magnitude", "magnitude", "real", "phase"]),
            "acquired": st.sampled_from(["", "2024"]),
        }
    )
    images = [header(**some) for some in data.draw(st.lists(facts, max_size=30))]
    stacks, left_out = group(images)
    used = {path for stack in stacks for path in stack.paths}
    told = [item.path for item in left_out]
    assert len(told) == len(set(told))
    assert used.isdisjoint(told)
    assert used | set(told) == {image.path for image in images}
    assert all(item.reason for item in left_out)
    assert len({stack.name for stack in stacks}) == len(stacks)
    for stack in stacks:
        shape = stack.geometry.shape
        assert len(stack.protocol) >= 2
        assert [len(volume) for volume in stack.headers] == [shape[0]] * len(stack.protocol)
        for volume in stack.headers:
            for index, image in enumerate(volume):
                assert abs(stack.geometry.to_mm([0, 0, index])[2] - image.position[2]) < 1e-6
