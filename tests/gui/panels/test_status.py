"""The line at the foot of the window: what is under the pointer, what computes, what counts, what is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo.fitting import engine_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from relaxo_gui.main_window import MainWindow
    from tests.gui.conftest import Answers


def test_an_empty_window_claims_nothing(window: MainWindow) -> None:
    status = window.status
    assert [each.text() for each in (status.voxel, status.engine, status.wells, status.saved)] == [""] * 4


def test_it_says_engine_wells_and_whether_it_is_saved(
    sample: MainWindow, settle: Callable[[], None], answers: Answers, tmp_path: Path
) -> None:
    status = sample.status
    assert status.engine.text() == f"{engine_name()} engine"
    assert status.wells.text() == "18 wells used"
    sample.commands.exclude("9", "air bubble")
    settle()
    assert status.wells.text() == "17 wells used, 1 excluded"
    assert status.saved.text() == "not saved"
    answers.save_to = tmp_path / "kept.toml"
    sample.commands.save()
    assert status.saved.text() == "saved"
    assert "kept.toml" in status.saved.toolTip()


def test_the_voxel_under_the_pointer_is_read(sample: MainWindow) -> None:
    known = sample.model.snapshot
    assert known is not None
    well = known.wells["T1"].wells[2]
    index = (0, round(well.row), round(well.column))
    sample.model.point("T1", index)
    words = sample.status.voxel.text()
    assert words.startswith(f"voxel ({index[2]}, {index[1]}, 0)")
    assert "T₁ 6" in words
    assert "T₂ 3" in words
    sample.model.point("T1", (0, 0, 0))
    assert "no T₁: signal below the noise" in sample.status.voxel.text()
    sample.model.point("T1", None)
    assert sample.status.voxel.text() == ""
