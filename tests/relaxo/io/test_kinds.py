from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo.io.kinds import ECHO, FLIP, INVERSION, REPETITION, collections

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from relaxo.data import ImageHeader


def kinds(images: Sequence[ImageHeader]) -> list[tuple[str, str, int]]:
    return [(found.suffix, found.axis.name, len(found.headers)) for found in collections(images, {})]


def test_several_inversion_times(header: Callable[..., ImageHeader]) -> None:
    # As Siemens writes one and the same sequence, as GE does, and with the repetition time prolonged.
    images = [
        header(inversion_time=0.1, sequence=("SE", "IR"), repetition_time=2.0),
        header(inversion_time=0.2, sequence=("SE",), repetition_time=2.5),
        header(inversion_time=0.3, sequence=("IR",), repetition_time=3.0),
    ]
    assert kinds(images) == [("IRT1", "InversionTime", 3)]


def test_inversion_recovery_with_other_echo_times_is_another_measurement(header: Callable[..., ImageHeader]) -> None:
    images = [header(inversion_time=time, echo_time=echo) for time in (0.1, 0.2) for echo in (0.01, 0.02)]
    assert kinds(images) == [("IRT1", "InversionTime", 2), ("IRT1", "InversionTime", 2)]


def test_an_echo_train(spin_echo: Callable[..., ImageHeader]) -> None:
    images = [spin_echo(echo_time=0.01 * n) for n in (1, 2, 3)]
    assert kinds(images) == [("MESE", "EchoTime", 3)]
    assert not collections(images, {})[0].single_echoes


def test_gradient_echoes_are_no_spin_echoes(spin_echo: Callable[..., ImageHeader]) -> None:
    assert kinds([spin_echo(echo_time=0.01 * n, sequence=("GR",)) for n in (1, 2, 3)]) == [("MEGRE", "EchoTime", 3)]


def test_single_echoes_of_several_series_are_joined_and_marked(spin_echo: Callable[..., ImageHeader]) -> None:
    (found,) = collections([spin_echo(echo_time=0.01 * n, series=n) for n in (1, 2, 3)], {})
    assert (found.suffix, len(found.headers), found.single_echoes) == ("MESE", 3, True)


def test_two_echo_trains_are_not_mixed(spin_echo: Callable[..., ImageHeader]) -> None:
    short = [spin_echo(echo_time=0.010 * n, series=1) for n in (1, 2, 3)]
    long = [spin_echo(echo_time=0.015 * n, series=2) for n in (1, 2, 3, 4)]
    assert kinds([*short, *long]) == [("MESE", "EchoTime", 3), ("MESE", "EchoTime", 4)]


def test_saturation_recovery(spin_echo: Callable[..., ImageHeader]) -> None:
    images = [spin_echo(repetition_time=time, series=n) for n, time in enumerate((0.2, 0.5, 1.0, 3.0))]
    assert kinds(images) == [("VTR", "RepetitionTime", 4)]


def test_two_repetition_times_may_be_chance(spin_echo: Callable[..., ImageHeader]) -> None:
    reasons: dict[Path, str] = {}
    assert collections([spin_echo(repetition_time=time) for time in (0.5, 1.0)], reasons) == []
    assert set(reasons.values()) == {"only one echo time, repetition time and flip angle at this place: nothing to fit"}


def test_several_repetition_times_with_an_echo_train_each_measure_both(
    spin_echo: Callable[..., ImageHeader],
) -> None:
    images = [
        spin_echo(repetition_time=time, echo_time=0.01 * n, series=int(10 * time))
        for time in (0.5, 1.0, 3.0)
        for n in (1, 2)
    ]
    assert kinds(images) == [("MESE", "EchoTime", 2)] * 3 + [("VTR", "RepetitionTime", 3)]


def test_variable_flip_angle(spin_echo: Callable[..., ImageHeader]) -> None:
    angles = (2.0, 5.0, 15.0)
    assert kinds([spin_echo(flip_angle=angle, sequence=("GR",), series=int(angle)) for angle in angles]) == [
        ("VFA", "FlipAngle", 3)
    ]
    assert kinds([spin_echo(flip_angle=angle) for angle in angles]) == []


def test_images_without_times_are_told(spin_echo: Callable[..., ImageHeader]) -> None:
    reasons: dict[Path, str] = {}
    bare = [spin_echo(echo_time=None, repetition_time=None, flip_angle=None) for _ in range(2)]
    assert collections(bare, reasons) == []
    assert len(reasons) == 2


def test_values_are_said_in_the_units_of_screens() -> None:
    assert INVERSION.say(0.05) == "50 ms"
    assert ECHO.say(0.00964) == "9.64 ms"
    assert REPETITION.say(12.5) == "12500 ms"
    assert FLIP.say(15.0) == "15°"
