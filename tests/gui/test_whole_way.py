"""From a folder to the exported results with mouse and keyboard; the saved recipe gives the same headless."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from relaxo import samples
from relaxo.cli import run_command
from relaxo.recipe import Recipe, load

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from relaxo_gui.main_window import MainWindow
    from tests.gui.conftest import Answers

    Settle = Callable[[], None]

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
TIMES = (25, 50, 100, 175, 300, 500, 900, 1600, 2600, 4000)


@pytest.fixture
def scans(phantom: Path, tmp_path: Path) -> Path:
    """Return a folder with images alone, as a scanner exports them."""
    return Path(shutil.copytree(phantom / "dicom", tmp_path / "plate"))


def fingerprint(folder: Path) -> dict[str, Any]:
    """Return all that writing to a folder would change: names, contents, and when each was last changed."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None,
        )
        for path in (folder, *folder.rglob("*"))
    }


def spreadsheet(phantom: Path) -> str:
    """Return the phantom's concentrations as a spreadsheet puts them on the clipboard."""
    with (phantom / samples.CONCENTRATIONS).open(encoding="utf-8", newline="") as file:
        return "\r\n".join("\t".join(row) for row in csv.reader(file))


def press(window: MainWindow, action: str) -> None:
    """Press the keys that the menu shows beside an action."""
    window.activateWindow()
    QTest.keySequence(window, window.actions_by_id[action].shortcut())


def paste(qtbot: QtBot, table: QWidget, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    qtbot.keyClick(table, Qt.Key.Key_V, CONTROL)


def drag_well(window: MainWindow, qtbot: QtBot, name: str, by: QPoint) -> None:
    view, known = window.image.image, window.model.snapshot
    assert known is not None
    assert known.located is not None
    well = next(each for each in known.located.wells if each.name == name)
    start = view.to_screen(well.row, well.column).toPoint()
    qtbot.mouseClick(view, LEFT, pos=start)
    qtbot.mousePress(view, LEFT, pos=start)
    for share in (0.5, 1.0):
        qtbot.mouseMove(view, start + QPoint(round(by.x() * share), round(by.y() * share)))
    qtbot.mouseRelease(view, LEFT, pos=start + by)


def click_point(window: MainWindow, qtbot: QtBot, well: str) -> None:
    plot = window.relaxivity.plots["R1"]
    plot.grab()  # the axes find their width when they are drawn
    place = plot.place_of(well)
    assert place is not None
    viewport = plot._plot.viewport()
    qtbot.mouseClick(viewport, LEFT, pos=viewport.mapFrom(plot, place))


def numbers(folder: Path) -> Any:
    """Return everything of the results but when and where they were computed."""
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return without(results, {"created", "recipe", "provenance", "sources", "finished", "path"})


def without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: without(item, names) for name, item in value.items() if name not in names}
    return [without(item, names) for item in value] if isinstance(value, list) else value


def check_headless(exported: Path, recipe: Path, out: Path) -> None:
    """Run the saved recipe on the command line, and compare every number to the last digit."""
    assert run_command(["--quiet", "run", str(recipe), "--out", str(out)]) == 0
    assert numbers(exported) == numbers(out)
    for table in exported.glob("*.csv"):
        assert table.read_bytes() == (out / table.name).read_bytes(), table.name
    for image in exported.rglob("*.nii.gz"):
        assert image.read_bytes() == (out / image.relative_to(exported)).read_bytes(), image.name


def test_from_a_folder_to_the_results(
    window: MainWindow, answers: Answers, settle: Settle, qtbot: QtBot, scans: Path, phantom: Path, tmp_path: Path
) -> None:
    before = fingerprint(scans)
    answers.folder, answers.save_to, answers.export_to = scans, tmp_path / "mine.toml", tmp_path / "out"
    # Open; the way leads to what is missing: the concentrations.
    qtbot.mouseClick(window.welcome.open_button, LEFT)
    settle()
    assert window.model.step == "concentrations"
    # A well is moved by hand on the image.
    found = window.model.recipe
    drag_well(window, qtbot, "4", QPoint(5, 0))
    settle()
    assert window.model.recipe is not None
    assert window.model.recipe != found
    moved = window.model.recipe.wells.edit
    assert [(each.do, each.well) for each in moved] == [("change", "4")]
    # Concentrations from the spreadsheet, seen before they are taken.
    paste(qtbot, window.wells.table, spreadsheet(phantom))
    qtbot.mouseClick(window.wells.bar.take, LEFT)
    settle()
    assert len(window.model.contents) == 18
    assert window.model.current
    # A point is excluded in the plot, taken back with the keyboard, and excluded again.
    click_point(window, qtbot, "9")
    qtbot.mouseClick(window.relaxivity.card.out, LEFT)
    settle()
    assert window.model.contents["9"].exclude is not None
    press(window, "undo")
    settle()
    assert window.model.contents["9"].exclude is None
    press(window, "redo")
    settle()
    assert window.model.contents["9"].exclude is not None
    # Saved and exported, with the keys that the menus show.
    press(window, "save")
    press(window, "export")
    settle()
    assert not window.isWindowModified()
    assert load(tmp_path / "mine.toml") == window.model.recipe
    check_headless(tmp_path / "out", tmp_path / "mine.toml", tmp_path / "headless")
    # Nothing was written among the images.
    assert fingerprint(scans) == before


def test_from_images_without_times_to_the_results(
    window: MainWindow, answers: Answers, settle: Settle, qtbot: QtBot, untimed: Path, phantom: Path, tmp_path: Path
) -> None:
    """From an archive, at that: a recipe about it finds its images in it again."""
    archive = tmp_path / "plate.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(untimed.rglob("*.dcm")):
            file.write(path, path.relative_to(untimed))
    answers.files, answers.save_to, answers.export_to = [archive], tmp_path / "mine.toml", tmp_path / "out"
    press(window, "open_files")
    settle()
    # What is missing is asked for, beside the table that takes it.
    assert window.model.step == "images"
    assert window.times.isVisible()
    assert window.times.need.isVisible()
    paste(qtbot, window.times.table, "TI (ms)\r\n" + "\r\n".join(map(str, TIMES)))
    settle()
    assert not window.times.need.isVisible()
    window.model.go_to("concentrations")
    paste(qtbot, window.wells.table, spreadsheet(phantom))
    qtbot.mouseClick(window.wells.bar.take, LEFT)
    settle()
    known = window.model.snapshot
    assert known is not None
    assert known.result is not None
    truth = {agent.name: agent for agent in samples.truth(phantom).agents}
    for agent in known.result.agents:
        assert agent.r1 is not None
        assert agent.r1.relaxivity.value == pytest.approx(truth[agent.name].r1, rel=0.02)
    press(window, "save")
    press(window, "export")
    settle()
    assert load(tmp_path / "mine.toml").sources == (str(archive),)
    assert "plate.zip" in (tmp_path / "mine.toml").read_text(encoding="utf-8")
    check_headless(tmp_path / "out", tmp_path / "mine.toml", tmp_path / "headless")


def test_a_broken_folder_says_so_and_another_can_be_opened(window: MainWindow, settle: Settle, scans: Path) -> None:
    for number, path in enumerate(sorted(scans.rglob("*.dcm"))):
        data = path.read_bytes()
        path.write_bytes([b"", data[:200], data[: len(data) // 2], b"\0" * 500][number % 4])
    window.commands.open_paths([scans])
    settle()
    assert window.banner.isVisible()
    assert window.banner.text
    assert "Traceback" not in window.banner.text
    window.commands.open_sample()
    settle()
    assert window.model.current
    assert not window.banner.isVisible()


def test_some_broken_files_are_left_out_with_their_reason(window: MainWindow, settle: Settle, scans: Path) -> None:
    broken = sorted(scans.rglob("*.dcm"))[3]
    broken.write_bytes(broken.read_bytes()[:300])
    window.commands.open_paths([scans])
    settle()
    known = window.model.snapshot
    assert known is not None
    assert known.inventory is not None
    assert [left.path for left in known.inventory.left_out] == [broken]
    assert len(known.stacks["T1"].protocol) == 9
    tree = window.series.tree
    assert any(
        (item := tree.topLevelItem(k)) is not None and item.text(0) == "Left out: 1 file"
        for k in range(tree.topLevelItemCount())
    )


def test_images_that_were_moved_are_found_again(
    window: MainWindow, answers: Answers, settle: Settle, scans: Path, tmp_path: Path
) -> None:
    recipe = Recipe(sources=(str(tmp_path / "gone"),))
    window.model.open(recipe)
    window.commands.computing.analyse()
    settle()
    assert "no such file or folder" in window.banner.text
    answers.folder = scans
    window.actions_by_id["locate_images"].trigger()
    settle()
    assert not window.banner.isVisible()
    assert window.model.snapshot is not None
    assert set(window.model.snapshot.maps) == {"T1", "T2"}
    assert window.model.undo_label == "Take images from plate"


#: What a person can do: the name of something in `_do`, and what it is given.
STEPS = {
    "concentration": st.sampled_from(["0", "0,1", "0.37", "2", "", "much", "-1"]),
    "agent": st.sampled_from(["Gd6", "Gd-DTPA", "new", ""]),
    "exclude": st.sampled_from(["", "bubble"]),
    "include": st.none(),
    "toggle": st.none(),
    "paste": st.integers(0, 17),
    "stack": st.sampled_from(["IRT1-1", None]),
    "repetition time": st.sampled_from([4000.0, 5000.0, None]),
    "nudge": st.tuples(st.sampled_from([-1, 1]), st.sampled_from([0, 10])),
    "grow": st.sampled_from([-1, 1]),
    "rename": st.integers(1, 99),
    "remove": st.none(),
    "restore": st.none(),
    "restore all": st.none(),
    "add": st.tuples(st.floats(5, 20), st.floats(5, 120)),
    "margin": st.sampled_from([0.5, 1.0, 1.5]),
    "voids": st.booleans(),
    "option": st.sampled_from([2.0, 3.0, None]),
    "reset options": st.none(),
    "weights": st.sampled_from(["none", "relative", "standard_error"]),
    "condition": st.sampled_from(["20", "37,5", "warm", ""]),
}
OTHERS = {
    "go to": st.sampled_from(["images", "wells", "concentrations", "maps", "relaxivity", "report"]),
    "undo": st.none(),
    "redo": st.none(),
    "there and back": st.none(),
    "cancel": st.none(),
    "wait": st.none(),
}
WELLS = st.integers(1, 18).map(str)
ACTS = st.one_of(
    *(st.tuples(st.just(name), WELLS, given) for name, given in STEPS.items()),
    *(st.tuples(st.just(name), WELLS, given) for name, given in OTHERS.items()),
)


def test_whatever_is_done_can_be_undone_and_done_again(window: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    """Two hundred random actions, undo and redo among them: then undo to the start, and redo to the end."""
    different = []

    @settings(
        max_examples=3,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example, HealthCheck.data_too_large],
    )
    @given(acts=st.lists(ACTS, min_size=200, max_size=200))
    def can_be_undone(acts: list[tuple[str, str, Any]]) -> None:
        window.commands.open_sample()
        settle()
        model, start = window.model, window.model.recipe
        seen: list[Recipe | None] = [start]
        for number, (what, well, how) in enumerate(acts):
            note(f"{number}: {what} {how} on {well}; undo would take back {model.undo_label}")
            model.select(well)
            _do(window, qtbot, what, well, how)
            if model.recipe not in seen:
                seen.append(model.recipe)
        different.append(len(seen))
        _all(window.commands.redo, lambda: model.redo_label)
        end = model.recipe
        back = _all(window.commands.undo, lambda: model.undo_label)
        assert model.recipe == start
        assert not model.modified
        assert _all(window.commands.redo, lambda: model.redo_label) == back
        assert model.recipe == end
        window.commands.cancel()
        window.commands.exports.drawing.cancel()

    can_be_undone()
    assert max(different) > 50


def _all(do: Callable[[], None], label: Callable[[], str | None]) -> int:
    """Undo or redo as long as there is something to; return how often."""
    steps = 0
    while label() is not None:
        do()
        steps += 1
        assert steps < 500
    return steps


def _do(window: MainWindow, qtbot: QtBot, what: str, well: str, how: Any) -> None:
    """Do one thing that a person can do, whatever state the window is in."""
    on, model, by_hand = window.commands, window.model, window.commands.by_hand
    known = model.snapshot
    volumes = () if known is None or known.inventory is None else known.inventory.stacks[0].headers

    def there_and_back() -> None:
        before = model.recipe
        if model.undo_label is not None:
            on.undo()
            on.redo()
        assert model.recipe == before

    def paste() -> None:
        on.proposal.paste([["0.3", "spill"], ["x", ""]], how, "concentration_mM")
        on.proposal.take()

    do: dict[str, Callable[[], object]] = {
        "concentration": lambda: on.set_concentration(well, how),
        "agent": lambda: on.set_agent(well, how),
        "exclude": lambda: on.exclude(well, how),
        "include": lambda: on.include(well),
        "toggle": on.toggle_selected,
        "paste": paste,
        "stack": lambda: on.choices.choose_stack("T1", how),
        "repetition time": lambda: on.choices.set_times("TR", [(volumes[0], {"TR_ms": how})]) if volumes else None,
        "nudge": lambda: by_hand.nudge(*how),
        "grow": lambda: by_hand.grow(how),
        "rename": lambda: by_hand.rename(well, f"tube {how}"),
        "remove": by_hand.remove_selected,
        "restore": by_hand.restore_selected,
        "restore all": by_hand.restore_all,
        "add": lambda: by_hand.add("T1", *how, 0),
        "margin": lambda: by_hand.set_margin(how),
        "voids": lambda: by_hand.set_voids(cut=how),
        "option": lambda: on.choices.choose_option("T2", "noise_floor", how),
        "reset options": lambda: on.choices.reset_options("T2"),
        "weights": lambda: on.choices.regress_by("Weights", weights=how),
        "condition": lambda: on.choices.set_condition("temperature_C", how),
        "go to": lambda: model.go_to(how),
        "undo": on.undo,
        "redo": on.redo,
        "there and back": there_and_back,
        "cancel": on.cancel,
        "wait": lambda: qtbot.wait(1),  # results come in between
    }
    do[what]()
