"""A report as a list of blocks, which HTML and PDF set in their own ways."""

from __future__ import annotations

from dataclasses import dataclass

#: A cell that says that something is not known, and is to be seen.
MISSING = "not stated"


#: A longer name of an agent is shortened in all tables but the first.
_LONGEST_NAME = 18


def abbreviated(name: str) -> str:
    """Return a name that fits into a column, with an ellipsis in its middle: names of agents differ at both ends."""
    if len(name) <= _LONGEST_NAME:
        return name
    head, tail = name[: _LONGEST_NAME // 2].rstrip(), name[1 - _LONGEST_NAME // 2 :].lstrip()
    return f"{head}…{tail}"


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str
    small: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """Points, one below the other."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    """Of the columns, relative to one another, where they are fixed."""
    numbers: frozenset[int] = frozenset()
    """Columns that are set to the right."""
    wide: frozenset[int] = frozenset()
    """Columns whose text may break anywhere: hashes and paths."""


@dataclass(frozen=True, slots=True)
class FigurePlace:
    """Where the figure stands."""

    caption: str


Block = Heading | Paragraph | Items | Grid | FigurePlace


@dataclass(frozen=True, slots=True)
class Document:
    """A report."""

    title: str
    subtitle: str
    notice: str
    """What it may be used for."""
    blocks: tuple[Block, ...]
