from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relaxo.data import Inventory, LeftOut
from relaxo.errors import InputError
from relaxo.io import choose
from relaxo.io.group import group
from relaxo.recipe import StacksPart

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relaxo.data import ImageHeader


def inventory(*images: Sequence[ImageHeader]) -> Inventory:
    stacks, left_out = group([image for some in images for image in some])
    return Inventory((Path("folder"),), stacks, left_out)


@pytest.fixture
def recovery(header: Callable[..., ImageHeader]) -> Callable[..., list[ImageHeader]]:
    """Return the maker of an inversion recovery measurement with n inversion times."""

    def images(n: int, *, slices: int = 1, **facts: object) -> list[ImageHeader]:
        return [header(inversion_time=0.1 * (i + 1), z=5 * z, **facts) for i in range(n) for z in range(slices)]

    return images


@pytest.fixture
def train(spin_echo: Callable[..., ImageHeader]) -> Callable[..., list[ImageHeader]]:
    """Return the maker of a multi-echo measurement with n echoes."""

    def images(n: int, **facts: object) -> list[ImageHeader]:
        return [spin_echo(**{"echo_time": 0.01 * (i + 1), "series": 9, **facts}) for i in range(n)]

    return images


def test_one_of_each_leaves_no_choice(recovery: Callable[..., list], train: Callable[..., list]) -> None:
    chosen, notices = choose(inventory(recovery(6), train(8)), StacksPart())
    assert {quantity: stack.name for quantity, stack in chosen.items()} == {"T1": "IRT1-1", "T2": "MESE-1"}
    assert notices == ()


def test_one_quantity_is_enough(recovery: Callable[..., list], train: Callable[..., list]) -> None:
    assert list(choose(inventory(recovery(6)), StacksPart())[0]) == ["T1"]
    assert list(choose(inventory(train(6)), StacksPart())[0]) == ["T2"]


def test_more_times_are_better_then_more_slices_then_later(recovery: Callable[..., list]) -> None:
    few = recovery(5, slices=9, echo_time=0.010, series=7)
    many = recovery(6, slices=1, echo_time=0.011, series=1)
    thick = recovery(6, slices=2, echo_time=0.012, series=2)
    later = recovery(6, slices=2, echo_time=0.013, series=3)

    def taken(*images: list) -> int | None:
        return choose(inventory(*images), StacksPart())[0]["T1"].headers[0][0].series_number

    assert taken(few, many) == 1
    assert taken(few, many, thick) == 2
    assert taken(later, few, many, thick) == 3


def test_a_choice_is_told_with_the_way_to_change_it(recovery: Callable[..., list]) -> None:
    both = inventory(recovery(6, slices=2, series=1), recovery(5, echo_time=0.02, series=2))
    _, (notice,) = choose(both, StacksPart())
    assert notice.code == "stack_chosen"
    assert notice.message == (
        "T1 is measured on IRT1-1 (6 inversion times, 2 slices). There is also IRT1-2 (5 inversion times, 1 slice): to "
        'take another one, write `[stacks] T1 = "IRT1-2"` in the recipe.'
    )
    chosen, notices = choose(both, StacksPart(T1="IRT1-2"))
    assert chosen["T1"].name == "IRT1-2"
    assert notices == ()


def test_inversion_recovery_is_better_than_other_methods(
    recovery: Callable[..., list], spin_echo: Callable[..., ImageHeader]
) -> None:
    saturation = [spin_echo(repetition_time=0.1 * (i + 1), series=i) for i in range(12)]
    chosen, _ = choose(inventory(recovery(6), saturation), StacksPart())
    assert chosen["T1"].protocol.suffix == "IRT1"


def test_both_come_from_one_study_if_possible(recovery: Callable[..., list], train: Callable[..., list]) -> None:
    here = [recovery(6, study_uid="a"), train(8, study_uid="a")]
    there = [recovery(9, study_uid="b", series=5)]
    chosen, notices = choose(inventory(*here, *there), StacksPart())
    assert {stack.headers[0][0].study_uid for stack in chosen.values()} == {"a"}
    assert [notice.code for notice in notices] == ["stack_chosen"]
    chosen, notices = choose(inventory(*here, *there), StacksPart(T1="IRT1-2"))
    assert [notice.code for notice in notices] == ["different_studies"]


def test_a_name_must_exist_and_measure_what_it_should(
    recovery: Callable[..., list], train: Callable[..., list]
) -> None:
    both = inventory(recovery(6), train(8))
    with pytest.raises(InputError, match=r'\[stacks\] T1: stack "IRT1-9" does not exist.*IRT1-1 \(6 inversion times'):
        choose(both, StacksPart(T1="IRT1-9"))
    with pytest.raises(InputError, match='stack "MESE-1" does not measure T1'):
        choose(both, StacksPart(T1="MESE-1"))
    with pytest.raises(InputError, match="Stacks for T2: none"):
        choose(inventory(recovery(6)), StacksPart(T2="MESE-1"))


def test_nothing_to_fit_says_what_was_found(
    recovery: Callable[..., list], spin_echo: Callable[..., ImageHeader]
) -> None:
    with pytest.raises(InputError, match=r"no stack was found\. 1 file: only one inversion time \(100 ms\)"):
        choose(inventory(recovery(1)), StacksPart())
    gradient = [spin_echo(sequence=("GR",), echo_time=0.002 * (i + 1)) for i in range(4)]
    with pytest.raises(InputError, match=r"found only MEGRE-1 \(4 echo times, 1 slice\)"):
        choose(inventory(gradient), StacksPart())
    with pytest.raises(InputError, match="1 file: a localizer"):
        choose(Inventory((Path("folder"),), (), (LeftOut(Path("a"), "a localizer"),)), StacksPart())
