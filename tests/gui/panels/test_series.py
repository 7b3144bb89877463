"""The series panel: what is fitted, what else there is, and what was left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relaxo.data import Inventory, LeftOut

if TYPE_CHECKING:
    from PySide6.QtWidgets import QTreeWidgetItem

    from relaxo_gui.main_window import MainWindow
    from relaxo_gui.session_model import Snapshot


def heads(window: MainWindow) -> list[QTreeWidgetItem]:
    tree = window.series.tree
    items = [tree.topLevelItem(k) for k in range(tree.topLevelItemCount())]
    return [item for item in items if item is not None]


@pytest.fixture
def crowded(sample: MainWindow) -> Snapshot:
    """Return results of a folder that holds the T1 stack twice, and files that are no images."""
    known = sample.model.snapshot
    assert known is not None
    assert known.inventory is not None
    first = known.inventory.stacks[0]
    left_out = tuple(LeftOut(Path(f"scan/{k}.txt"), "not a DICOM file") for k in range(3))
    stacks = (*known.inventory.stacks, replace(first, name="IRT1-9"))
    return replace(known, inventory=Inventory(known.inventory.paths, stacks, left_out))


def test_the_fitted_stacks_come_first_with_their_timing(sample: MainWindow) -> None:
    first, second = heads(sample)
    assert first.text(0) == "T1   Inversion recovery"
    assert second.text(0) == "T2   Multi-echo spin echo"
    assert [first.child(k).text(0) for k in range(first.childCount())][1] == "10 TI: 25 … 4000 ms"


def test_other_stacks_and_what_was_left_out_follow(sample: MainWindow, crowded: Snapshot) -> None:
    sample.model.show(crowded)
    texts = [head.text(0) for head in heads(sample)]
    assert texts == [
        "T1   Inversion recovery",
        "T2   Multi-echo spin echo",
        "Not fitted   Inversion recovery",
        "Left out: 3 files",
    ]
    reason = heads(sample)[3].child(0)
    assert reason.text(0) == "3x  not a DICOM file"
    assert str(Path("scan/2.txt")) in reason.toolTip(0)


def test_a_double_click_on_another_stack_has_it_fitted(sample: MainWindow, crowded: Snapshot) -> None:
    sample.model.show(crowded)
    sample.series.tree.itemDoubleClicked.emit(heads(sample)[2], 0)
    assert sample.model.recipe is not None
    assert sample.model.recipe.stacks.T1 == "IRT1-9"
    assert sample.model.undo_label == "Measure T1 on IRT1-9"
    sample.commands.cancel()


def test_a_double_click_on_what_is_fitted_already_changes_nothing(sample: MainWindow) -> None:
    before = sample.model.recipe
    for head in heads(sample):
        sample.series.tree.itemDoubleClicked.emit(head, 0)
    assert sample.model.recipe == before
