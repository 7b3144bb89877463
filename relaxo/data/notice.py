"""Notice: something a person must know about a result, with a stable code for programs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """Something else that a person could decide, in answer to a notice."""

    words: str
    """What it would be, in a few words."""
    settings: tuple[tuple[str, object], ...]
    """Settings of the recipe's ``[wells]`` and their values."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning that goes with a result."""

    code: str
    """A stable word for programs, such as ``tr_short``."""
    message: str
    """What it means for the result and what to do, as a sentence for a person."""
    well: str | None = None
    """Name of the well it concerns; None when it concerns the whole run."""
    choices: tuple[Choice, ...] = ()
    """What it could be instead."""
