"""Wells by hand in the window: dragged live, let go as one step, and measured without fitting anything anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from relaxo.data import Geometry, Stack
from relaxo.errors import AnalysisError
from relaxo.pipeline import locate
from relaxo.wells import transfer

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaxo.data import Well, Wells
    from relaxo_gui.main_window import MainWindow

    Settle = Callable[[], None]


def well(window: MainWindow, name: str) -> Well:
    known = window.model.snapshot
    assert known is not None
    assert known.located is not None
    return next(each for each in known.located.wells if each.name == name)


def rate(window: MainWindow, name: str) -> float:
    known = window.model.snapshot
    assert known is not None
    return next(each.rate for each in known.rates["R1"].wells if each.well == name)


def test_a_dragged_well_is_measured_at_every_step_and_the_maps_are_not_fitted_anew(
    sample: MainWindow, settle: Settle
) -> None:
    known = sample.model.snapshot
    assert known is not None
    before, hand, was = known.maps, sample.commands.by_hand, well(sample, "6")
    hand.drag("T1", "6", was.row + 1, was.column)
    first = sample.model.dragged
    hand.drag("T1", "6", was.row + 2, was.column)
    second = sample.model.dragged
    assert first is not None
    assert second is not None
    assert second.well.row == was.row + 2
    assert first.rates["R1"].rate != second.rates["R1"].rate
    assert set(second.rates) == {"R1", "R2"}
    assert sample.model.undo_label is None
    hand.let_go(keep=True)
    assert sample.model.dragged is None
    assert sample.model.undo_label == "Move well 6"
    settle()
    after = sample.model.snapshot
    assert after is not None
    assert all(after.maps[quantity] is before[quantity] for quantity in before)
    assert well(sample, "6").origin == "changed"
    # Voids are cut out of it by now, and neighbours take what is theirs.
    assert rate(sample, "6") == pytest.approx(second.rates["R1"].rate, rel=0.01)
    sample.commands.undo()
    settle()
    assert well(sample, "6") == was


def test_a_drag_that_is_given_up_changes_nothing(sample: MainWindow) -> None:
    was = well(sample, "6")
    sample.commands.by_hand.drag("T1", "6", was.row + 5, was.column)
    sample.commands.by_hand.let_go(keep=False)
    assert sample.model.dragged is None
    assert sample.model.undo_label is None


def test_steps_of_a_nudge_are_one_step_back(sample: MainWindow, settle: Settle) -> None:
    was = well(sample, "3")
    sample.model.select("3")
    for _ in range(3):
        sample.commands.by_hand.nudge(0, 1)
    sample.commands.by_hand.nudge(10, 0)
    settle()
    there = well(sample, "3")
    assert (there.row, there.column) == (pytest.approx(was.row + 10, abs=0.01), pytest.approx(was.column + 3, abs=0.01))
    sample.commands.undo()
    assert sample.model.undo_label is None
    settle()


def test_the_radius_grows_by_half_a_pixel_and_never_vanishes(sample: MainWindow, settle: Settle) -> None:
    was = well(sample, "3")
    sample.model.select("3")
    sample.commands.by_hand.grow(2)
    settle()
    assert well(sample, "3").radius_mm == pytest.approx(was.radius_mm + 0.5, abs=0.01)
    sample.commands.by_hand.grow(-1000)
    settle()
    assert well(sample, "3").radius_mm > 0


def test_a_removed_well_is_added_again_where_its_edge_is_seen(sample: MainWindow, settle: Settle) -> None:
    was, hand = well(sample, "9"), sample.commands.by_hand
    hand.remove("9")
    settle()
    known = sample.model.snapshot
    assert known is not None
    assert known.error is None
    assert "9" not in {each.name for each in known.wells["T1"].wells}
    hand.take_up("place")
    hand.add("T1", was.row + 2, was.column - 2, 0)
    assert hand.tool is None
    assert sample.model.selected == "9"
    settle()
    there = well(sample, "9")
    assert there.origin == "added"
    assert (there.row, there.column) == (pytest.approx(was.row, abs=0.1), pytest.approx(was.column, abs=0.1))
    assert there.radius_mm == pytest.approx(was.radius_mm, rel=0.03)


def test_without_snapping_a_well_is_added_exactly_where_it_is_pointed(sample: MainWindow, settle: Settle) -> None:
    hand = sample.commands.by_hand
    hand.set_snapping(False)
    hand.add("T1", 100.0, 100.0, 0)
    settle()
    there = well(sample, "19")
    assert (there.row, there.column, there.origin) == (100.0, 100.0, "added")


def test_a_well_that_is_dragged_far_snaps_to_the_edge_that_is_seen(sample: MainWindow, settle: Settle) -> None:
    there, hand = well(sample, "9"), sample.commands.by_hand
    hand.remove("9")
    settle()
    hand.drag("T1", "8", there.row + 1.5, there.column + 1.5)
    hand.let_go(keep=True)
    settle()
    moved = well(sample, "8")
    assert (moved.row, moved.column) == (pytest.approx(there.row, abs=0.1), pytest.approx(there.column, abs=0.1))
    hand.drag("T1", "8", there.row + 1.5, there.column, exactly=True)
    hand.let_go(keep=True)
    settle()
    assert well(sample, "8").row == pytest.approx(there.row + 1.5, abs=0.01)


def test_a_name_that_is_taken_is_said_and_changes_nothing(sample: MainWindow) -> None:
    sample.commands.by_hand.rename("3", "4")
    assert "there is a well 4 already" in sample.banner.text
    assert sample.model.undo_label is None


def test_the_names_turn_so_that_a_well_bears_its_label(sample: MainWindow, settle: Settle) -> None:
    sample.commands.by_hand.name_by("Plate", naming="plate")
    settle()
    corner = well(sample, "D1")
    sample.commands.by_hand.seen_as("D1", "A1")
    settle()
    assert sample.model.recipe is not None
    assert sample.model.recipe.wells.marker is not None
    known = sample.model.snapshot
    assert known is not None
    assert known.found is not None
    turned = next(each for each in known.found.wells if each.name == "A1")
    assert (turned.row, turned.column) == (corner.row, corner.column)
    assert sample.model.undo_label == "Turn the names: this is A1"


def test_a_label_that_no_turn_gives_is_said(sample: MainWindow) -> None:
    sample.commands.by_hand.seen_as("1", "H12")
    assert "no turn of the image" in sample.banner.text


def test_a_well_is_dragged_on_images_of_another_grid(sample: MainWindow) -> None:
    known = sample.model.snapshot
    assert known is not None
    stack = known.stacks["T1"]
    home = stack.geometry
    # Twice the resolution, beginning a quarter of a pixel before.
    affine = home.affine.copy()
    affine[:3, :2] /= 2
    affine[:3, 3] -= (home.affine[:3, 0] + home.affine[:3, 1]) / 4
    signal = np.repeat(np.repeat(stack.signal, 2, axis=2), 2, axis=3)
    other = Stack(signal, stack.protocol, Geometry((1, 2 * home.shape[1], 2 * home.shape[2]), affine))
    there = transfer(known.wells["T1"], other.geometry, known.recipe.wells)
    sample.model.show(
        replace(known, stacks={"T1": stack, "T2": other}, wells={"T1": known.wells["T1"], "T2": there}, maps={})
    )
    hand, was = sample.commands.by_hand, there.wells[5]
    hand.drag("T2", was.name, was.row + 4, was.column - 2)
    dragged = sample.model.dragged
    assert dragged is not None
    first = well(sample, was.name)
    assert dragged.well.row == pytest.approx(first.row + 2, abs=0.01)
    assert dragged.well.column == pytest.approx(first.column - 1, abs=0.01)
    back = hand.places.carried(dragged.well, "T2")
    assert back is not None
    assert (back.row, back.column) == (pytest.approx(was.row + 4, abs=0.01), pytest.approx(was.column - 2, abs=0.01))
    hand.let_go(keep=True)
    sample.commands.cancel()
    # At once, before anything is computed anew.
    moved = next(each for each in hand.places.wells_on("T2") if each.name == was.name)
    assert (moved.row, moved.column) == (pytest.approx(was.row + 4, abs=0.01), pytest.approx(was.column - 2, abs=0.01))


def test_where_no_wells_are_found_they_are_added_by_hand(
    sample: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> Wells:
        raise AnalysisError("no wells were found", hint="Add them by hand")

    places = [(each.row, each.column) for each in (well(sample, name) for name in ("1", "2", "3"))]
    monkeypatch.setattr(locate.wells, "search", none)
    hand = sample.commands.by_hand
    assert sample.model.recipe is not None
    sample.model.edit("No contents", msgspec.structs.replace(sample.model.recipe, contents=()))
    hand.set_margin(1.05)
    settle()
    assert "no wells were found" in sample.banner.text
    assert sample.image.views.allowed() == ["T1w", "T2w", "T1map", "T2map"]
    assert sample.image.image.shapes == ()
    for row, column in places:
        hand.take_up("place")
        assert hand.tool == "place"
        hand.add("T1", row + 1, column, 0)
        settle()
    known = sample.model.snapshot
    assert known is not None
    assert known.error is None
    assert [each.name for each in known.wells["T1"].wells] == ["1", "2", "3"]
    assert [(each.row, each.column) for each in known.wells["T1"].wells] == [
        (pytest.approx(row, abs=0.2), pytest.approx(column, abs=0.2)) for row, column in places
    ]
    hand.restore_all()
    settle()
    assert "no wells were found" in sample.banner.text
