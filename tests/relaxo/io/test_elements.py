from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from relaxo.io.elements import integer, number, numbers, positive, quiet, text, values, words

if TYPE_CHECKING:
    from collections.abc import Iterator

INVERSION_TIME = 0x00180082


def written(vr: str, value: bytes) -> Dataset:
    """Return a dataset with these bytes as its inversion time, not yet looked at, as from a file."""
    dataset = Dataset()
    tag = BaseTag(INVERSION_TIME)
    dataset[tag] = RawDataElement(tag, vr, len(value), value, 0, is_implicit_VR=False, is_little_endian=True)
    return dataset


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    with quiet():
        yield


@pytest.mark.parametrize(
    ("vr", "value", "expected"),
    [
        ("DS", b"200 ", (200.0,)),
        ("DS", b"0\\50.5\\100", (0.0, 50.5, 100.0)),
        ("FD", b"\0\0\0\0\0\0\x69\x40", (200.0,)),
        ("DS", b"", ()),
        ("DS", b"about 200", ()),
        ("DS", b"nan\\inf\\3", (3.0,)),
        ("FD", b"\0\0\0", ()),
        ("US", b"\0", ()),
        ("ZZ", b"1", ()),
        ("LO", b"12", (12.0,)),
        ("LO", b"twelve", ()),
    ],
)
def test_numbers_are_those_that_are_finite(vr: str, value: bytes, expected: tuple[float, ...]) -> None:
    assert numbers(written(vr, value), INVERSION_TIME) == expected


def test_nothing_is_none() -> None:
    empty = Dataset()
    assert values(empty, INVERSION_TIME) == ()
    assert number(empty, INVERSION_TIME) is None
    assert positive(empty, INVERSION_TIME) is None
    assert integer(empty, INVERSION_TIME) is None
    assert text(empty, INVERSION_TIME) == ""
    assert words(empty, INVERSION_TIME) == ()


def test_zero_stands_for_what_does_not_apply() -> None:
    assert positive(written("DS", b"0"), INVERSION_TIME) is None
    assert positive(written("DS", b"0\\50"), INVERSION_TIME) == 50
    assert number(written("DS", b"0\\50"), INVERSION_TIME) == 0


def test_text_is_fit_to_be_shown() -> None:
    dataset = written("LO", b"a\x1b[2Jb\\C")
    assert text(dataset, INVERSION_TIME) == "a [2Jb C"
    assert words(dataset, INVERSION_TIME) == ("A [2JB", "C")
    assert len(text(written("UT", b"x" * 5000), INVERSION_TIME)) == 200


def test_quiet_restores_warnings() -> None:
    with pytest.warns(UserWarning, match="heard"):
        warnings.warn("heard", stacklevel=1)
