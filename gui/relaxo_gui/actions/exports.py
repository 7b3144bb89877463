"""What leaves: every export with its formats, and the report as pages to look at."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from relaxo.errors import RelaxoError
from relaxo_gui.actions.opening import check_export
from relaxo_gui.jobs import Job, Told

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from relaxo.pipeline import Result
    from relaxo_gui.actions.dialogs import Dialogs
    from relaxo_gui.session_model import SessionModel

#: Pixels of a point of the page: sharp on a screen of twice the usual density.
_SCALE = 2.4

#: matplotlib's settings are those of the whole process: one thread at a time draws.
_DRAWING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Choice:
    """How a figure is wanted."""

    kind: str = "figure"
    width: Literal["single", "double"] = "double"


@dataclass(frozen=True, slots=True)
class Export:
    """One thing that can be written."""

    id: str
    title: str
    tip: str
    name: str
    """What is proposed as the name of the file or folder."""
    write: Callable[[Result, Path, Choice, Told], Path]
    endings: tuple[str, ...] = ()
    """Of the file, the usual first; none for a folder."""


def _everything(result: Result, folder: Path, _choice: Choice, told: Told) -> Path:
    from relaxo import report  # noqa: PLC0415 - brings matplotlib, which the window does without, as in all of these

    report.write(result, folder, partial(told.progress, "Writing results"))
    return folder


def _figure(result: Result, path: Path, choice: Choice, _told: Told) -> Path:
    from relaxo.report import write_figure  # noqa: PLC0415

    write_figure(result, path, choice.kind, width=choice.width)
    return path


def _report(result: Result, path: Path, _choice: Choice, _told: Told) -> Path:
    from relaxo.report import write_report  # noqa: PLC0415

    write_report(result, path)
    return path


def _tables(result: Result, path: Path, _choice: Choice, _told: Told) -> Path:
    from relaxo.report import write_tables  # noqa: PLC0415

    write_tables(result, path)
    return path


def _bids(result: Result, folder: Path, _choice: Choice, told: Told) -> Path:
    from relaxo.report.bids import write_bids  # noqa: PLC0415

    write_bids(result, folder, progress=partial(told.progress, "Writing BIDS"))
    return folder


def _dicom(result: Result, folder: Path, _choice: Choice, told: Told) -> Path:
    from relaxo.report.dicom_out import write_dicom  # noqa: PLC0415

    write_dicom(result, folder, progress=partial(told.progress, "Writing DICOM"))
    return folder


EXPORTS = {
    each.id: each
    for each in (
        Export(
            "everything",
            "Save everything",
            "Results, tables, maps, figure, report and recipe, in one folder",
            "relaxo",
            _everything,
        ),
        Export("figure", "Save figure", "The figure for the paper", "figure", _figure, ("png", "svg", "pdf", "tiff")),
        Export("report", "Save report", "Everything for a reader, in one file", "report", _report, ("pdf", "html")),
        Export("tables", "Excel workbook", "Wells and relaxivities as a workbook", "results", _tables, ("xlsx",)),
        Export("bids", "BIDS dataset", "Images, maps and wells as a BIDS dataset with derivatives", "bids", _bids),
        Export(
            "dicom",
            "DICOM",
            "Maps as Parametric Maps and wells as Segmentations, without the patient's name",
            "dicom",
            _dicom,
        ),
    )
}


class Exports(QObject):
    """Writes what a person asks for, off the thread of the window, and draws the pages of the report."""

    saved = Signal(object)
    """Path of what was written."""
    pages_changed = Signal()

    def __init__(self, model: SessionModel, ask: Callable[[], Dialogs], home: Callable[[], Path], job: Job) -> None:
        """Write with the job; `ask` and `home` give the dialogs and the folder that is proposed in them."""
        super().__init__(job.parent())
        self._model = model
        self._ask = ask
        self._home = home
        self._job = job
        self._written: Result | None = None
        self._paged: Result | None = None
        self.drawing = Job(self)
        self.pages: tuple[QImage, ...] = ()
        """Those of the report, as it prints."""
        job.succeeded.connect(self._note)
        self.drawing.succeeded.connect(self._show_pages)
        model.opened.connect(self._forget)

    @property
    def result(self) -> Result | None:
        """What can be written: the results of the recipe as it stands, when they are complete."""
        known = self._model.snapshot
        return known.result if known is not None and self._model.current else None

    @property
    def written(self) -> bool:
        """Whether something of the results as they stand was written."""
        return self.result is not None and self.result is self._written

    @property
    def pages_current(self) -> bool:
        """Whether the pages are those of the results as they stand."""
        return self.result is not None and self.result is self._paged

    def save(self, kind: str, ending: str | None = None, choice: Choice | None = None) -> None:
        """Ask where, and write one of `EXPORTS` there, for a file with the ending that was chosen."""
        result, export = self.result, EXPORTS[kind]
        if result is None:
            return
        if export.endings:
            endings = (ending,) if ending else export.endings
            path = self._ask().file_to_export(export.title, self._home() / f"{export.name}.{endings[0]}", endings)
        else:
            path = self._ask().folder_to_export(self._home())
        if path is None:
            return
        try:
            check_export(path.parent if export.endings else path, result.recipe)
        except RelaxoError as error:
            self._model.message.emit(error)
        else:
            self._job.start(partial(_write, export, result, path, choice or Choice()))

    def draw_pages(self) -> None:
        """Draw the report's pages anew if they are old."""
        if self.result is not None and not self.pages_current and not self.drawing.running:
            self.drawing.start(partial(_pages, self.result))

    def finish(self) -> None:
        """Stop the threads."""
        self.drawing.finish()

    def _note(self, written: object) -> None:
        assert isinstance(written, tuple)
        self._written, path = written
        self.saved.emit(path)

    def _show_pages(self, drawn: object) -> None:
        assert isinstance(drawn, tuple)
        self._paged, self.pages = drawn
        self.pages_changed.emit()
        # What was decided while they were drawn.
        self.draw_pages()

    def _forget(self) -> None:
        self.drawing.cancel()
        self._written = self._paged = None
        self.pages = ()
        self.pages_changed.emit()


def _write(export: Export, result: Result, path: Path, choice: Choice, told: Told) -> tuple[Result, Path]:
    told.progress(export.title, 0, 0)
    with _DRAWING:
        return result, export.write(result, path, choice, told)


def _pages(result: Result, told: Told) -> tuple[Result, tuple[QImage, ...]]:
    """Return the pages of the very PDF that is saved."""
    import pypdfium2  # noqa: PLC0415 - not before a report is looked at, as the next

    from relaxo.report import report_pdf  # noqa: PLC0415

    told.progress("Drawing the report", 0, 0)
    with _DRAWING:
        document = pypdfium2.PdfDocument(report_pdf(result))
    try:
        return result, tuple(_picture(page) for page in document)
    finally:
        document.close()


def _picture(page: object) -> QImage:
    drawn = page.render(scale=_SCALE)  # type: ignore[attr-defined] # pypdfium2 has no types
    picture = QImage(drawn.buffer, drawn.width, drawn.height, drawn.stride, QImage.Format.Format_BGR888)
    # A copy: the buffer goes with the page.
    return picture.copy()
