"""What can go wrong: every error says what happened, where, and what to do about it."""

from __future__ import annotations

from typing import ClassVar


class RelaxoError(Exception):
    """A failure that a user can understand and mend; shown as a sentence, never as a traceback.

    Parameters
    ----------
    what
        What happened, as a sentence without its full stop.
    where
        The file, line, well or setting it happened at.
    hint
        What to do about it, as a sentence.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        self.what = what.rstrip(".")
        self.where = where
        self.hint = hint
        super().__init__(what)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}. {self.advice}".rstrip()

    @property
    def advice(self) -> str:
        """What to do about it, as a whole sentence; empty where nobody knows."""
        return f"{self.hint.rstrip('.')}{'' if self.hint.endswith('?') else '.'}" if self.hint else ""


class UsageError(RelaxoError):
    """The call itself is wrong: an option, an argument, a name that does not exist."""

    exit_code = 2


class InputError(RelaxoError):
    """A file, folder, table or recipe could not be used."""

    exit_code = 3


class AnalysisError(RelaxoError):
    """The input was read, but what was asked of it cannot be computed."""

    exit_code = 4


class Cancelled(Exception):  # noqa: N818 - not a failure: somebody asked to stop
    """Raised by long work when its progress callback answers False."""
