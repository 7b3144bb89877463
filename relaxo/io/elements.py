"""Single elements of a DICOM dataset as plain numbers and text, whatever is wrong with them.

A value that is missing, empty or of the wrong kind is None: a header that says nonsense says nothing.
"""

from __future__ import annotations

import math
import struct
import warnings
import zlib
from collections.abc import Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydicom.dataelem import RawDataElement
from pydicom.errors import BytesLengthException

from relaxo.io.text import LONGEST, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydicom.dataset import Dataset

#: What pydicom and its decoders raise on files that are not as they should be.
MALFORMED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BytesLengthException,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


_TEXT = frozenset({"CS", "DA", "DS", "DT", "IS", "LO", "SH", "TM", "UI"})


class UnusableError(Exception):
    """An image cannot be used, for the reason given in plain words."""


@contextmanager
def quiet() -> Iterator[None]:
    """Keep pydicom from warning about files that Relaxo judges itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def values(dataset: Dataset, tag: int) -> tuple[object, ...]:
    """Return the values of an element; none when it is missing, empty or malformed."""
    if tag not in dataset.keys():  # noqa: SIM118 - `in dataset` is ten times slower
        return ()
    try:
        element: object = dataset.get_item(tag)
        plain = _plain(element) if isinstance(element, RawDataElement) else None
        value = dataset[tag].value if plain is None else plain
    except MALFORMED:
        return ()
    if value is None:
        return ()
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        return (value,)
    return tuple(value)


def _plain(element: RawDataElement) -> tuple[str, ...] | None:
    """Return the values of text and of numbers written as text; None where pydicom's full machinery is needed.

    Most of a header is such text, and pydicom takes ten times as long to make its types of it.
    """
    if element.VR not in _TEXT or not isinstance(element.value, bytes) or not element.value.isascii():
        return None
    if b"\x1b" in element.value:  # another character set
        return None
    parts = element.value.decode("ascii").rstrip(" \0").split("\\")
    return tuple(part.strip(" \0") for part in parts) if any(parts) else ()


def numbers(dataset: Dataset, tag: int) -> tuple[float, ...]:
    """Return the finite numbers of an element, those that are none left out."""
    found = []
    for value in values(dataset, tag):
        try:
            number = float(value)  # type: ignore[arg-type] # a TypeError is caught
        except (TypeError, ValueError, OverflowError):
            continue
        if math.isfinite(number):
            found.append(number)
    return tuple(found)


def number(dataset: Dataset, tag: int) -> float | None:
    """Return the first finite number of an element."""
    return next(iter(numbers(dataset, tag)), None)


def positive(dataset: Dataset, tag: int) -> float | None:
    """Return the first finite number above zero of an element: vendors write 0 for what does not apply."""
    return next((value for value in numbers(dataset, tag) if value > 0), None)


def integer(dataset: Dataset, tag: int) -> int | None:
    """Return the first number of an element as an integer."""
    value = number(dataset, tag)
    return None if value is None else int(value)


def words(dataset: Dataset, tag: int) -> tuple[str, ...]:
    """Return the values of an element as upper-case text without blanks around it."""
    return tuple(printable(str(value), LONGEST).upper() for value in values(dataset, tag))


def text(dataset: Dataset, tag: int) -> str:
    """Return an element as text that can be shown; empty when there is none."""
    return printable(" ".join(str(value) for value in values(dataset, tag)), LONGEST)
