"""Jobs: only the newest answer arrives, on the UI thread, and a cancelled one never."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, QThread

from relaxo.errors import Cancelled, InputError
from relaxo_gui.jobs import Job, Told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


@pytest.fixture
def job() -> Iterator[Job]:
    job = Job()
    yield job
    job.finish()


class Log(QObject):
    """Notes what a job delivers, and on which thread."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.heard: list[tuple[str, object]] = []
        self.threads: set[QThread] = set()
        for name in ("succeeded", "partial", "failed", "crashed"):
            getattr(job, name).connect(lambda value, name=name: self.note(name, value))
        job.cancelled.connect(lambda: self.note("cancelled", None))

    def note(self, name: str, value: object) -> None:
        self.heard.append((name, value))
        self.threads.add(QThread.currentThread())


def test_an_answer_is_delivered_on_the_ui_thread(qtbot: QtBot, job: Job) -> None:
    log, worker = Log(job), []

    def work(_told: Told) -> int:
        worker.append(threading.get_ident())
        return 42

    with qtbot.waitSignal(job.succeeded):
        job.start(work)
        assert job.running
    assert log.heard == [("succeeded", 42)]
    assert log.threads == {QThread.currentThread()}
    assert worker != [threading.get_ident()]
    assert not job.running


def test_the_newest_answer_wins_and_the_older_is_told_to_stop(qtbot: QtBot, job: Job) -> None:
    log, begun, stopped = Log(job), threading.Event(), threading.Event()

    def slow(told: Told) -> str:
        begun.set()
        while told.progress("slow", 1, 2):
            threading.Event().wait(0.001)
        stopped.set()
        raise Cancelled

    job.start(slow)
    assert begun.wait(5)
    with qtbot.waitSignal(job.succeeded):
        job.start(lambda _told: "new")
    assert stopped.is_set()
    assert log.heard == [("succeeded", "new")]


def test_an_older_answer_that_does_not_stop_is_dropped(qtbot: QtBot, job: Job) -> None:
    log, go = Log(job), threading.Event()

    def deaf(_told: Told) -> str:
        go.wait(5)
        return "old"

    job.start(deaf)
    job.start(lambda _told: "new")
    with qtbot.waitSignal(job.succeeded):
        go.set()
    assert log.heard == [("succeeded", "new")]


def test_what_waits_behind_a_newer_one_is_not_even_begun(qtbot: QtBot, job: Job) -> None:
    begun, go, ran = threading.Event(), threading.Event(), []
    job.start(lambda _told: begun.set() or go.wait(5))
    assert begun.wait(5)
    job.start(lambda _told: ran.append("second"))
    with qtbot.waitSignal(job.succeeded):
        job.start(lambda _told: ran.append("third"))
        go.set()
    assert ran == ["third"]


def test_a_cancelled_job_delivers_nothing(qtbot: QtBot, job: Job) -> None:
    log, go = Log(job), threading.Event()
    job.start(lambda _told: go.wait(5))
    with qtbot.waitSignal(job.running_changed):
        job.cancel()
    go.set()
    job.finish()
    qtbot.wait(20)
    assert log.heard == [("cancelled", None)]
    assert not job.running


def test_partial_results_arrive_in_order_before_the_last(qtbot: QtBot, job: Job) -> None:
    log = Log(job)

    def work(told: Told) -> int:
        told.partial(1)
        told.partial(2)
        return 3

    with qtbot.waitSignal(job.succeeded):
        job.start(work)
    assert log.heard == [("partial", 1), ("partial", 2), ("succeeded", 3)]


def test_an_error_with_a_hint_is_delivered_as_a_failure(qtbot: QtBot, job: Job) -> None:
    error = InputError("no such folder", hint="Check the path")

    def work(_told: Told) -> None:
        raise error

    with qtbot.waitSignal(job.failed) as heard:
        job.start(work)
    assert heard.args == [error]
    assert not job.running


def test_a_mistake_of_ours_is_delivered_with_its_traceback(qtbot: QtBot, job: Job) -> None:
    def work(_told: Told) -> None:
        raise ZeroDivisionError

    with qtbot.waitSignal(job.crashed) as heard:
        job.start(work)
    (error,) = heard.args
    assert isinstance(error, ZeroDivisionError)
    assert error.__traceback__ is not None


def test_every_stage_is_announced_and_a_flood_of_reports_is_not(qtbot: QtBot, job: Job) -> None:
    reports: list[tuple[str, int, int]] = []
    job.progressed.connect(lambda *report: reports.append(report))

    def work(told: Told) -> None:
        for done in range(2000):
            told.progress("first", done, 2000)
        told.progress("second", 0, 1)

    with qtbot.waitSignal(job.succeeded):
        job.start(work)
    assert reports[0] == ("first", 0, 2000)
    assert reports[-1] == ("second", 0, 1)
    assert len(reports) < 1000


def test_it_is_idle_only_when_what_was_cancelled_has_ended(qtbot: QtBot, job: Job) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def work(_told: Told) -> None:
        begun.set()
        may_end.wait()

    assert job.idle
    job.start(work)
    begun.wait()
    assert not job.idle
    job.cancel()
    assert not job.running
    assert not job.idle
    may_end.set()
    qtbot.waitUntil(lambda: job.idle)
