"""The patient in names of files and folders: seen by what the images' headers say, and taken out.

Folders of scans are often called after whoever lay in the scanner. A header that names a phantom names nobody.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaxo.io.elements import text, values
from relaxo.io.text import LONGEST, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydicom.dataset import Dataset

    from relaxo.data import ImageHeader

#: What stands in the patient's stead.
WITHHELD = "[patient]"

_NAME, _ID, _BIRTH_DATE = 0x00100010, 0x00100020, 0x00100030
#: A name or an ID with one of these is nobody's.
_NOBODY = re.compile(r"phantom|anonym|unknown|\btest|\bq[ac]\b|\bdummy", re.IGNORECASE)
#: A shorter ID, or one of fewer digits, is that of many a file.
_SHORTEST_ID, _FEWEST_DIGITS = 4, 5
_SHORTEST_NAME = 2
_BETWEEN = r"[\W_]{0,2}"
#: A word that is, or may be, the name or path of a file.
_FILE = re.compile(r"\S*(?:[\\/_^]|\.(?=\w))\S*")
_TRANSLITERATED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "ß": "ss"})


def patient_of(dataset: Dataset) -> tuple[str, str, str]:
    """Return name, ID and date of birth as a header has them; empty where it has none."""
    # Of a name that is not ASCII pydicom gives the letters as values.
    name = printable("".join(str(letter) for letter in values(dataset, _NAME)), LONGEST)
    return name, text(dataset, _ID), text(dataset, _BIRTH_DATE)


@dataclass(frozen=True, slots=True)
class Patients:
    """Whom some images are of, to be kept out of what leaves."""

    _pattern: re.Pattern[str] | None = None

    def named_in(self, words: str) -> bool:
        """Return whether a text has a part of a name, an ID or a date of birth in it."""
        return self._pattern is not None and self._pattern.search(unicodedata.normalize("NFC", words)) is not None

    def taken_out(self, words: str) -> str:
        """Return a text with `WITHHELD` in the place of every part of a name, ID or date of birth."""
        if self._pattern is None or not self.named_in(words):
            return words
        once = self._pattern.sub(WITHHELD, unicodedata.normalize("NFC", words))
        # Family and given name are one person.
        return re.sub(rf"{re.escape(WITHHELD)}(?:[\s_^,.-]*{re.escape(WITHHELD)})+", WITHHELD, once)

    def taken_out_of_prose(self, words: str) -> str:
        """Return sentences that may name files: An and Long are names too, and words of any sentence."""
        return _FILE.sub(lambda file: self.taken_out(file[0]), words)


def patients(images: Iterable[ImageHeader], *, spared: Iterable[str] = ()) -> Patients:
    """Return whom images are of.

    Parameters
    ----------
    images
        Their headers.
    spared
        Names that a person gave to what is measured: the parts of these are nobody's.
    """
    words: set[str] = set()
    for name, number, born in {image.patient for image in images if image.patient is not None}:
        if not _NOBODY.search(name):
            words.update(_of_name(name))
        if not _NOBODY.search(number):
            words.update(_of_number(number))
        words.update(_of_date(born))
    for each in spared:
        words.difference_update(re.escape(part) for part in _parts(each))
    if not words:
        return Patients()
    longest_first = "|".join(sorted(words, key=lambda word: (-len(word), word)))
    # An underscore is part of no name.
    return Patients(re.compile(rf"(?<![^\W_])(?:{longest_first})(?![^\W_])", re.IGNORECASE))


def _parts(name: str) -> list[str]:
    """Return the words of a name, as they are and as they are spelled without accents."""
    spelled = []
    for part in re.split(r"[\W_]+", unicodedata.normalize("NFC", name).lower()):
        bare = "".join(sign for sign in unicodedata.normalize("NFD", part) if not unicodedata.combining(sign))
        spelled += [part, bare, part.translate(_TRANSLITERATED)]
    return list(dict.fromkeys(part for part in spelled if len(part) >= _SHORTEST_NAME and not part.isdigit()))


def _of_name(name: str) -> Iterator[str]:
    """Yield patterns for a DICOM name: family^given^middle^prefix^suffix, in up to three scripts."""
    for script in name.split("="):
        parts = _parts("^".join(script.split("^")[:3]))
        yield from map(re.escape, parts)
        yield from (re.escape(first + second) for first, second in itertools.permutations(parts, 2))


def _of_number(number: str) -> Iterator[str]:
    signs = re.findall(r"[^\W_]+", number)
    whole = "".join(signs)
    if len(whole) >= (_FEWEST_DIGITS if whole.isdigit() else _SHORTEST_ID):
        yield _BETWEEN.join(map(re.escape, signs))


def _of_date(born: str) -> Iterator[str]:
    if re.fullmatch(r"\d{8}", born):
        year, month, day = born[:4], born[4:6], born[6:]
        for order in ((year, month, day), (day, month, year), (month, day, year), (year[2:], month, day)):
            yield _BETWEEN.join(order)
