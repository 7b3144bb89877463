"""The one window for mistakes of ours: it shows them all, from every thread, and the app goes on."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QGuiApplication

import relaxo
from relaxo_gui.app import Reporter, report_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from relaxo_gui.main_window import MainWindow


@pytest.fixture
def reporter(window: MainWindow) -> Iterator[Reporter]:
    hooks = sys.excepthook, threading.excepthook
    reporter = Reporter(window)
    reporter.install()
    yield reporter
    sys.excepthook, threading.excepthook = hooks


def test_a_report_says_versions_and_where(capsys: pytest.CaptureFixture[str], reporter: Reporter) -> None:
    try:
        _ = {}["nowhere"]
    except KeyError as error:
        sys.excepthook(KeyError, error, error.__traceback__)
    assert reporter.window is not None
    assert reporter.window.isVisible()
    assert f"Relaxo {relaxo.__version__}" in reporter.window.report
    assert "test_app.py" in reporter.window.report
    assert "KeyError: 'nowhere'" in reporter.window.report
    assert "KeyError" in capsys.readouterr().err


def test_a_second_report_goes_into_the_same_window_and_can_be_copied(reporter: Reporter) -> None:
    reporter.report(ValueError("first"))
    first = reporter.window
    reporter.report(ValueError("second"))
    assert reporter.window is first
    assert first is not None
    assert first.report.index("first") < first.report.index("second")
    first._copy.click()
    assert QGuiApplication.clipboard().text() == first.report


@pytest.mark.usefixtures("capsys")
def test_a_thread_that_fails_is_reported_on_the_ui_thread(reporter: Reporter, qtbot: QtBot) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: reporter.window is not None)
    assert reporter.window is not None
    assert "ZeroDivisionError" in reporter.window.report


def test_a_report_holds_the_whole_chain() -> None:
    error = RuntimeError("write")
    error.__cause__ = OSError("disk")
    text = report_text(error)
    assert "disk" in text
    assert "write" in text


def test_an_empty_window_waits_for_none_of_the_large_libraries() -> None:
    program = (
        "import sys, relaxo_gui.app; from relaxo_gui import core\n"
        "large = {'scipy', 'skimage', 'pydicom', 'nibabel', 'matplotlib', 'openpyxl', 'reportlab'}\n"
        "print(sorted(large & set(sys.modules)))\n"
        "core.load(); print('scipy' in sys.modules, 'pydicom' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["[]", "True True"]


def test_what_is_loaded_later_is_what_it_stands_for() -> None:
    import relaxo.wells
    from relaxo_gui import core

    assert core.wells.match is relaxo.wells.match
    with pytest.raises(AttributeError):
        _ = core.wells.nothing_of_that_name  # type: ignore[attr-defined] # that is the point


def test_the_first_analysis_is_prepared_while_there_is_nothing_to_do(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.commands.warming.succeeded, timeout=60_000):
        window.commands.warm_up()


def test_what_is_opened_before_the_libraries_are_there_waits_for_them_and_the_window_does_not(
    window: MainWindow, qtbot: QtBot, settle: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    going_on = threading.Event()
    monkeypatch.setattr("relaxo_gui.actions.commands.load", lambda: going_on.wait(60))
    window.commands.warm_up()
    window.commands.open_sample()
    assert window.commands.waiting
    assert window.model.recipe is None
    qtbot.waitUntil(window.status.progress.isVisible)
    going_on.set()
    qtbot.waitUntil(lambda: window.model.recipe is not None)
    assert not window.commands.waiting
    settle()
    assert window.model.snapshot is not None


def test_opening_can_be_given_up_while_libraries_are_loaded(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    going_on = threading.Event()
    monkeypatch.setattr("relaxo_gui.actions.commands.load", lambda: going_on.wait(60))
    monkeypatch.setattr("relaxo_gui.actions.commands.is_loaded", lambda: False)
    window.commands.open_sample()
    window.commands.cancel()
    assert not window.commands.waiting
    with qtbot.waitSignal(window.commands.warming.succeeded):
        going_on.set()
    assert window.model.recipe is None
