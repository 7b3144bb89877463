"""Computing: what an edit changes is computed, at once where that is only the regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo_gui.actions import computing

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from relaxo_gui.main_window import MainWindow

    Settle = Callable[[], None]


def test_a_concentration_is_regressed_at_once_and_nothing_else_is_run(
    sample: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sample.model.snapshot
    assert before is not None

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a stage before the regression was run again")

    for module, name in (
        ("relaxo.pipeline.stages.io", "load"),
        ("relaxo.pipeline.stages", "fit_stack"),
        ("relaxo.pipeline.stages", "fit_curves"),
        ("relaxo.pipeline.stages", "locate"),
    ):
        monkeypatch.setattr(f"{module}.{name}", never)
    sample.commands.set_concentration("4", "0.25")
    # Without waiting: what is shown is already that of the recipe.
    assert not sample.commands.analysis.running
    assert sample.model.current
    after = sample.model.snapshot
    assert after is not None
    assert after.result is not None
    assert before.result is not None
    assert after.maps["T1"] is before.maps["T1"]
    assert after.wells["T2"] is before.wells["T2"]
    first, second = (each.result.agents[0].r1 for each in (before, after) if each.result is not None)
    assert first is not None
    assert second is not None
    assert first.relaxivity.value != second.relaxivity.value
    # The other agent is the same one: its wells did not change.
    assert before.result.agents[1] is after.result.agents[1]
    sample.commands.undo()
    assert sample.model.current


def test_an_edit_while_something_is_computed_waits_for_its_turn(sample: MainWindow, settle: Callable[[], None]) -> None:
    sample.commands.choices.choose_option("T2", "noise_floor", 4.0)
    assert sample.commands.analysis.running
    sample.commands.set_concentration("4", "0.25")
    assert sample.commands.analysis.running
    settle()
    assert sample.model.current
    assert sample.model.snapshot is not None
    assert sample.model.snapshot.maps["T2"].options["noise_floor"] == 4


def test_a_regression_that_took_long_leaves_the_window_its_thread(
    sample: MainWindow, settle: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computing, "_AT_ONCE_S", 0.0)
    sample.commands.set_concentration("4", "0.25")
    assert sample.commands.analysis.running
    settle()
    assert sample.model.current


def test_an_edit_that_cannot_be_regressed_says_why_and_keeps_the_maps(sample: MainWindow) -> None:
    sample.commands.choices.regress_by("Published agent", reference="nothing known")
    known = sample.model.snapshot
    assert known is not None
    assert known.error is not None
    assert known.maps
    sample.commands.undo()
    assert sample.model.current
