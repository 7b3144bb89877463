"""The report: its pages are those that are saved, every format can be written, and conditions are stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pypdfium2
import pytest

from relaxo.report import report_pdf

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from relaxo_gui.main_window import MainWindow
    from tests.gui.conftest import Answers

    Settle = Callable[[], None]


def test_the_pages_are_those_of_the_pdf(sample: MainWindow, settle: Settle) -> None:
    assert not sample.commands.exports.drawing.running
    sample.model.go_to("report")
    assert sample.preview.isVisible()
    assert not sample._docks["rates"].isVisible()
    settle()
    assert sample.model.snapshot is not None
    assert sample.model.snapshot.result is not None
    document = pypdfium2.PdfDocument(report_pdf(sample.model.snapshot.result))
    assert len(sample.preview.pages.paper.pages) == len(document)
    width, height = document[0].get_size()
    document.close()
    first = sample.preview.pages.paper.pages[0]
    assert first.height() / first.width() == pytest.approx(height / width, rel=2e-3)
    # Its ground is white, and something is printed on it.
    assert first.pixelColor(2, 2).name() == "#ffffff"
    greys = {first.pixelColor(x, y).lightness() for x in range(0, first.width(), 5) for y in range(0, 500, 5)}
    assert min(greys) < 100
    # Elsewhere the plots are back.
    sample.model.go_to("relaxivity")
    assert sample._docks["rates"].isVisible()
    assert sample.image.isVisible()


def test_pages_follow_what_is_decided(sample: MainWindow, settle: Settle) -> None:
    sample.model.go_to("report")
    settle()
    before = sample.commands.exports.pages
    sample.commands.exclude("9", "air bubble")
    settle()
    assert sample.commands.exports.pages_current
    assert sample.commands.exports.pages[0] != before[0]


def test_another_analysis_does_not_show_the_pages_of_the_last(
    sample: MainWindow, settle: Settle, phantom: Path
) -> None:
    sample.model.go_to("report")
    settle()
    assert sample.commands.exports.pages
    sample.commands.open_paths([phantom / "recipe.toml"])
    assert sample.commands.exports.pages == ()
    settle()


@pytest.mark.parametrize(
    ("button", "name", "begins"),
    [
        ("figure", "a.png", b"\x89PNG"),
        ("report pdf", "a.pdf", b"%PDF"),
        ("report html", "a.html", b"<!DOCTYPE html>"),
    ],
)
def test_one_thing_alone_is_saved_under_the_name_that_was_given(
    sample: MainWindow, settle: Settle, answers: Answers, tmp_path: Path, button: str, name: str, begins: bytes
) -> None:
    answers.export_to = tmp_path / name
    assert sample.commands.steps()["report"].state == "needs you"
    sample.report.buttons[button].click()
    settle()
    assert (tmp_path / name).read_bytes()[:60].upper().startswith(begins.upper())
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert sample.commands.steps()["report"].words == "saved"
    assert sample.report.saved.text() == f"Saved: {name}"


def test_the_figure_is_asked_for_in_the_format_that_was_chosen(
    sample: MainWindow, settle: Settle, answers: Answers, tmp_path: Path
) -> None:
    answers.export_to = tmp_path / "mine.svg"
    sample.report.format.setCurrentIndex(sample.report.format.findData("svg"))
    sample.report.kind.setCurrentIndex(sample.report.kind.findData("lines"))
    sample.report.width_choice.setCurrentIndex(sample.report.width_choice.findData("single"))
    sample.report.buttons["figure"].click()
    settle()
    assert answers.asked == ["Save figure, figure.svg"]
    assert b"<svg" in (tmp_path / "mine.svg").read_bytes()


def test_workbook_bids_and_dicom(sample: MainWindow, settle: Settle, answers: Answers, tmp_path: Path) -> None:
    answers.export_to = tmp_path / "results.xlsx"
    sample.report.buttons["tables xlsx"].click()
    settle()
    assert "Wells" in openpyxl.load_workbook(tmp_path / "results.xlsx").sheetnames
    answers.export_to = tmp_path / "bids"
    sample.report.buttons["bids"].click()
    settle()
    assert (tmp_path / "bids" / "dataset_description.json").is_file()
    answers.export_to = tmp_path / "dicom"
    sample.report.buttons["dicom"].click()
    settle()
    assert (tmp_path / "dicom" / "T1map.dcm").is_file()


def test_a_place_that_cannot_be_written_is_said_in_the_window(
    sample: MainWindow, settle: Settle, answers: Answers, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    answers.export_to = tmp_path / "file" / "a.pdf"
    sample.report.buttons["report pdf"].click()
    settle()
    assert sample.banner.isVisible()
    assert sample.commands.steps()["report"].state == "needs you"


def test_nothing_can_be_saved_while_there_are_no_results(window: MainWindow) -> None:
    assert not any(button.isEnabled() for button in window.report.buttons.values())
    assert not any(field.isEnabled() for field in window.report.fields.values())


def test_conditions_are_typed_and_undone(sample: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    sample.model.go_to("report")
    field = sample.report.fields["temperature_C"]
    assert field.text() == "20"
    field.selectAll()
    qtbot.keyClicks(field, "37,5")
    field.editingFinished.emit()
    settle()
    assert sample.model.recipe is not None
    assert sample.model.recipe.conditions.temperature_C == 37.5
    assert field.text() == "37.5"
    assert sample.model.undo_label == "Temperature"
    sample.commands.undo()
    settle()
    assert field.text() == "20"


def test_a_condition_that_is_none_is_refused_and_the_old_one_stays(
    sample: MainWindow, settle: Settle, qtbot: QtBot
) -> None:
    before = sample.model.recipe
    field = sample.report.fields["pH"]
    qtbot.keyClicks(field, "17")
    field.editingFinished.emit()
    assert sample.model.recipe == before
    assert "'17' is no pH" in sample.banner.text
    assert field.text() == ""
    settle()
