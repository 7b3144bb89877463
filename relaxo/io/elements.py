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
from struct import Struct
from typing import TYPE_CHECKING

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException
from pydicom.tag import BaseTag

from relaxo.io.text import LONGEST, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaxo.io.plain import Plain

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


_TEXT = frozenset({"CS", "DA", "DS", "DT", "IS", "LO", "PN", "SH", "TM", "UI"})


_NUMBERS = {
    b"US": Struct("<H"),
    b"SS": Struct("<h"),
    b"UL": Struct("<I"),
    b"SL": Struct("<i"),
    b"FL": Struct("<f"),
    b"FD": Struct("<d"),
}


class PlainDataset(Dataset):
    """A dataset in explicit VR little endian whose elements stay bytes until one is asked for.

    Making pydicom's elements of a whole header takes longer than all else that is done with it.
    """

    def __init__(
        self,
        elements: dict[int, Plain],
        character_set: list[str] | None = None,
        known: dict[int, tuple[object, ...]] | None = None,
    ) -> None:
        super().__init__()
        object.__setattr__(self, "plain", elements)
        object.__setattr__(self, "known", {} if known is None else known)
        self.set_original_encoding(is_implicit_vr=False, is_little_endian=True, character_encoding=character_set)

    plain: dict[int, Plain]
    """By tag."""
    known: dict[int, tuple[object, ...]]
    """Values that were asked for, or given from the start."""

    def read(self, tag: int) -> tuple[object, ...]:
        """Return the values of an element; none when it is missing."""
        if tag in self.known:
            return self.known[tag]
        if tag not in self.plain:
            return ()
        vr, value = self.plain[tag]
        if vr in _NUMBERS and len(value) % _NUMBERS[vr].size == 0:
            found: tuple[object, ...] | None = tuple(number for (number,) in _NUMBERS[vr].iter_unpack(value))
        else:
            found = _text_values(vr.decode("ascii"), value)
        if found is None:
            element = _raw(tag, vr, value)
            self[element.tag] = element
            found = _as_tuple(self[element.tag].value)
        self.known[tag] = found
        return found


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
    try:
        if isinstance(dataset, PlainDataset):
            return dataset.read(tag)
        if tag not in dataset.keys():  # noqa: SIM118 - `in dataset` is ten times slower
            return ()
        element: object = dataset.get_item(tag)
        plain = _plain(element) if isinstance(element, RawDataElement) else None
        return _as_tuple(dataset[tag].value) if plain is None else plain
    except MALFORMED:
        return ()


def tags(dataset: Dataset) -> Iterable[int]:
    """Return the tags of a dataset's elements."""
    return dataset.plain.keys() | dataset.known.keys() if isinstance(dataset, PlainDataset) else dataset.keys()


def _raw(tag: int, vr: bytes, value: bytes) -> RawDataElement:
    return RawDataElement(
        BaseTag(tag), vr.decode("ascii"), len(value), value, 0, is_implicit_VR=False, is_little_endian=True
    )


def _as_tuple(value: object) -> tuple[object, ...]:
    if value is None:
        return ()
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        return (value,)
    return tuple(value)


def _plain(element: RawDataElement) -> tuple[str, ...] | None:
    """Return the values of text and of numbers written as text; None where pydicom's full machinery is needed.

    Most of a header is such text, and pydicom takes ten times as long to make its types of it.
    """
    return _text_values(element.VR, element.value) if isinstance(element.value, bytes) else None


def _text_values(vr: str | None, value: bytes) -> tuple[str, ...] | None:
    if vr not in _TEXT or not value.isascii() or b"\x1b" in value:  # another character set
        return None
    plain = value.decode("ascii").strip(" \0")
    if "\\" not in plain:
        return (plain,) if plain else ()
    parts = plain.split("\\")
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
