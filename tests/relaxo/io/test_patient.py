"""A patient is known in names of files by what the headers say, and words that are nobody's stay."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest

from relaxo.io import patients
from relaxo.io.dicom_header import header_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pydicom.dataset import FileDataset

    from relaxo.io import Patients


@pytest.fixture
def known(mr_image: Callable[..., FileDataset], tmp_path: Path) -> Callable[..., Patients]:
    """Return a function that says whom an image is of."""

    def make(name: str = "", number: str = "", born: str = "", spared: tuple[str, ...] = ()) -> Patients:
        image = mr_image(SpecificCharacterSet="ISO_IR 192", PatientName=name, PatientID=number, PatientBirthDate=born)
        return patients([header_of(image, tmp_path / "1.dcm")], spared=spared)

    return make


@pytest.mark.parametrize(
    "folder",
    [
        "Mueller_Hans",
        "hans-mueller 2",
        "MUELLER^HANS",
        "HansMueller",
        "Müller",
        "mullerhans",
        unicodedata.normalize("NFD", "Müller"),
        "0815-4711",
        "ID_08154711",
        "08154711",
        "1970-01-31",
        "31.01.1970",
        "T1_19700131",
        "700131",
    ],
)
def test_a_patient_is_known_however_it_is_written(known: Callable[..., Patients], folder: str) -> None:
    patient = known("Müller^Hans^^Dr.", "0815-4711", "19700131")
    assert patient.named_in(folder)
    taken = patient.taken_out(f"scans/{folder}/IM_0001.dcm")
    assert taken.startswith("scans/")
    assert taken.endswith("/IM_0001.dcm")
    assert taken.count("[patient]") == 1
    assert not patient.named_in(taken.replace("[patient]", ""))


@pytest.mark.parametrize("word", ["hansen", "muellerite", "dr", "108154711", "IM_0815", "197001311", "results"])
def test_other_words_stay(known: Callable[..., Patients], word: str) -> None:
    assert not known("Müller^Hans^^Dr.", "0815-4711", "19700131").named_in(word)


@pytest.mark.parametrize(
    ("name", "number"), [("Phantom^Gd6", "PHANTOM-6"), ("QA", "test12345"), ("", ""), ("^^", "17"), ("X", "0001")]
)
def test_a_phantom_is_nobody(known: Callable[..., Patients], name: str, number: str) -> None:
    patient = known(name, number)
    for word in ("phantom", "Gd6", "gd6_plate", "QA", "test12345", "17", "0001", "X"):
        assert not patient.named_in(word)


def test_an_agent_is_nobody(known: Callable[..., Patients]) -> None:
    assert known("Gd6 DTPA").named_in("gd6/1.dcm")
    assert not known("Gd6 DTPA", spared=("Gd6",)).named_in("gd6/1.dcm")


def test_a_name_that_is_a_word_leaves_sentences_alone(known: Callable[..., Patients]) -> None:
    patient = known("An^Long")
    told = "An image is too long: see Long_An/scans/an.dcm, and the table long.csv."
    expected = "An image is too long: see [patient]/scans/[patient].dcm, and the table [patient].csv."
    assert patient.taken_out_of_prose(told) == expected


def test_a_name_in_two_scripts_is_known_in_both(known: Callable[..., Patients]) -> None:
    patient = known("Yamada^Tarou=山田^太郎")
    assert patient.taken_out("山田太郎/yamada/1.dcm") == "[patient]/[patient]/1.dcm"


def test_images_without_a_patient_name_nobody() -> None:
    assert patients([]).taken_out("Mueller/1.dcm") == "Mueller/1.dcm"
