"""What the tests of the app stand on: a screen, settings of their own, and a look at what is left behind."""

from __future__ import annotations

import gc
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydicom import dcmread
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, QThreadPool, QTimer
from shiboken6 import isValid

from relaxo.pipeline import Pipeline
from relaxo.samples import sample_phantom
from relaxo_gui import core
from relaxo_gui.actions import commands
from relaxo_gui.main_window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from relaxo_gui.actions.dialogs import Leave

if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    # In time: Qt looks for a screen when the application is made.
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

#: What opening the sample phantom may take on a busy machine, in ms.
PATIENCE_MS = 60_000

_PASSED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let pass what the offscreen platform says of itself on every window."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("^This plugin does not support ", extend=True))


@pytest.fixture(autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every test settings and drafts of its own: what the person at this machine has is not touched."""
    folder = tmp_path_factory.mktemp("settings")
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))
    monkeypatch.setattr(commands, "drafts_folder", lambda: folder / "unsaved")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note whether a test passed, for the look at what it left."""
    report = yield
    if report.when == "call":
        item.stash[_PASSED] = report.passed
    return report


@pytest.fixture(autouse=True)
def _nothing_left(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[None]:
    """Fail a test that leaves a window, a thread or a running timer behind.

    The usual causes: a widget without a parent that was not given to ``qtbot.addWidget``, and a job that was started
    and not waited for.
    """
    threads, others = set(threading.enumerate()), qapp.topLevelWidgets()
    # What was there before is not looked at again: that is most of the time that the look takes.
    gc.freeze()
    yield
    # A test that failed keeps its frames, and with them all that is in them.
    if "qtbot" in request.fixturenames and request.node.stash.get(_PASSED, False):
        # What the test was given would be kept alive until after this look.
        request.node.funcargs.clear()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        qapp.processEvents()
        gc.collect()
        assert not [repr(widget) for widget in qapp.topLevelWidgets() if widget not in others]
        assert QThreadPool.globalInstance().activeThreadCount() == 0
        # Python holds a dummy for every thread of Qt that it ever met; those threads belong to pools.
        begun = set(threading.enumerate()) - threads
        assert not [thread for thread in begun if not isinstance(thread, threading._DummyThread)]
        qt = [each for each in gc.get_objects() if isinstance(each, QTimer | QThreadPool) and isValid(each)]
        assert not [each for each in qt if isinstance(each, QTimer) and each.isActive()]
        assert not [each for each in qt if isinstance(each, QThreadPool) and each.activeThreadCount()]


class Answers:
    """Stands in for the dialogs: gives the answers it was told to, and remembers what was asked."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.files: list[Path] = []
        self.recipe: Path | None = None
        self.save_to: Path | None = None
        self.export_to: Path | None = None
        self.leaving: Leave = "discard"
        self.asked: list[str] = []

    def folder_to_open(self) -> Path | None:
        self.asked.append("folder to open")
        return self.folder

    def files_to_open(self) -> list[Path]:
        self.asked.append("files to open")
        return self.files

    def recipe_to_open(self) -> Path | None:
        self.asked.append("recipe to open")
        return self.recipe

    def recipe_to_save(self, proposal: Path) -> Path | None:
        self.asked.append(f"recipe to save, {proposal.name}")
        return self.save_to

    def folder_to_export(self, _proposal: Path) -> Path | None:
        self.asked.append("folder to export")
        return self.export_to

    def file_to_export(self, title: str, proposal: Path, _endings: Sequence[str]) -> Path | None:
        self.asked.append(f"{title}, {proposal.name}")
        return self.export_to

    def leave(self, what: str) -> Leave:
        self.asked.append(f"leave {what}")
        return self.leaving


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture(scope="session")
def pipeline() -> Pipeline:
    """Return a pipeline that all tests with the sample phantom share: it is read and fitted once."""
    return Pipeline()


@pytest.fixture
def window(qtbot: QtBot, answers: Answers, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """Return the window, empty."""
    # At once, as no test is about how long it takes.
    core.load()
    monkeypatch.setattr("relaxo.pipeline.Pipeline", lambda: pipeline)
    window = MainWindow()
    window.commands.dialogs = answers  # type: ignore[assignment] # it only looks like one
    window.commands.crashed.connect(_raise)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def settle(qtbot: QtBot, window: MainWindow) -> Callable[[], None]:
    """Return a call that waits until nothing is computed any more."""

    def wait() -> None:
        jobs = (window.commands.analysis, window.commands.exporting, window.commands.exports.drawing)
        qtbot.waitUntil(lambda: not any(job.running for job in jobs), timeout=PATIENCE_MS)

    return wait


@pytest.fixture
def sample(window: MainWindow, settle: Callable[[], None]) -> MainWindow:
    """Return the window with the sample phantom, computed."""
    window.commands.open_sample()
    settle()
    assert window.model.snapshot is not None
    assert window.model.snapshot.error is None
    return window


@pytest.fixture(scope="session")
def phantom() -> Path:
    """Return the folder of the sample phantom."""
    return sample_phantom()


@pytest.fixture(scope="session")
def untimed(phantom: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sample phantom's images, which say nothing of their inversion times."""
    folder = tmp_path_factory.mktemp("untimed")
    for path in sorted((phantom / "dicom").rglob("*.dcm")):
        dataset = dcmread(path)
        if "InversionTime" in dataset:
            del dataset.InversionTime, dataset.SeriesDescription
        copy = folder / path.relative_to(phantom / "dicom")
        copy.parent.mkdir(parents=True, exist_ok=True)
        dataset.save_as(copy)
    return folder


def _raise(error: BaseException) -> None:
    raise error
