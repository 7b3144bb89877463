"""The header of a DICOM file in its usual form, explicit VR little endian, walked without pydicom's machinery.

pydicom reads every kind of file and takes several times as long; what is unusual in the least is left to it.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

#: Value representation and bytes of an element.
Plain = tuple[bytes, bytes]

UNDEFINED = 0xFFFFFFFF
#: Where the data set begins: after the preamble and ``DICM``.
START = 132

_FIRST_PIXEL_TAG = 0x7FE00001
_LONG = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))
_SHORT = frozenset(
    (b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN", b"SH", b"SL")
) | frozenset((b"SS", b"ST", b"TM", b"UI", b"UL", b"US"))
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
#: Sequences within sequences deeper than this are no scanner's.
_DEEPEST = 32

_element = Struct("<HH2sH").unpack_from
_item = Struct("<HHI").unpack_from
_length = Struct("<I").unpack_from


class UnusualError(Exception):
    """The bytes are not those of a usual header, or it does not end within them."""


def walk(data: bytes, wanted: AbstractSet[int]) -> tuple[dict[int, Plain], int]:
    """Return the elements of some tags, and where the element of the pixels begins.

    Parameters
    ----------
    data
        The file from its start, as far at least as the pixels.
    wanted
        Tags.

    Raises
    ------
    UnusualError
        When anything is not as expected.
    """
    found: dict[int, Plain] = {}
    at, end = START, len(data) - 12
    while at <= end:
        group, element, vr, length = _element(data, at)
        tag = group << 16 | element
        if tag >= _FIRST_PIXEL_TAG:
            return found, at
        if vr in _SHORT:
            start = at + 8
        elif vr in _LONG:
            (length,) = _length(data, at + 8)
            start = at + 12
        else:
            raise UnusualError
        at = _after_sequence(data, start) if length == UNDEFINED else start + length
        if tag in wanted:
            # A sequence is read up to its delimiter, which is 8 bytes long.
            found[tag] = vr, data[start : at - 8 if length == UNDEFINED else at]
    raise UnusualError


def _after_sequence(data: bytes, at: int, depth: int = 0) -> int:
    """Return where a sequence of undefined length ends that begins at a place."""
    if depth > _DEEPEST:
        raise UnusualError
    end = len(data) - 8
    while at <= end:
        group, element, length = _item(data, at)
        tag, at = group << 16 | element, at + 8
        if tag == _SEQUENCE_END:
            return at
        if tag != _ITEM:
            raise UnusualError
        at = _after_item(data, at, depth) if length == UNDEFINED else at + length
    raise UnusualError


def _after_item(data: bytes, at: int, depth: int) -> int:
    """Return where an item of undefined length ends that begins at a place."""
    end = len(data) - 12
    while at <= end:
        group, element, vr, length = _element(data, at)
        if group << 16 | element == _ITEM_END:
            return at + 8
        if vr in _SHORT:
            at += 8 + length
            continue
        if vr not in _LONG:
            raise UnusualError
        (length,) = _length(data, at + 8)
        at = _after_sequence(data, at + 12, depth + 1) if length == UNDEFINED else at + 12 + length
    raise UnusualError
