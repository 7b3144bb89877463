from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from relaxo.io.elements import PlainDataset, values
from relaxo.io.plain import UnusualError, walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pydicom.dataset import FileDataset

WANTED = frozenset(range(0x00080000, 0x00290000)) | {0x00409096}


def written(dataset: FileDataset) -> bytes:
    target = BytesIO()
    dataset.save_as(target)
    return target.getvalue()


@pytest.mark.parametrize("undefined", [False, True])
def test_what_is_walked_is_what_pydicom_reads(mr_image: Callable[..., FileDataset], *, undefined: bool) -> None:
    dataset = mr_image(SeriesDescription="Übung", SpecificCharacterSet="ISO_IR 100", EchoNumbers=[1, 2])
    inner, item = Dataset(), Dataset()
    item.CodeValue = "ms"
    inner.MeasurementUnitsCodeSequence = Sequence([item])
    dataset.RealWorldValueMappingSequence = Sequence([inner])
    for sequence in (dataset["RealWorldValueMappingSequence"], inner["MeasurementUnitsCodeSequence"]):
        sequence.is_undefined_length = undefined
    content = written(dataset)
    elements, at = walk(content, WANTED)
    assert content[at : at + 4] == b"\xe0\x7f\x10\x00"
    plain = PlainDataset(elements, ["latin-1"])
    whole = pydicom.dcmread(BytesIO(content))
    assert set(elements) == {tag for tag in list(whole.keys()) if tag in WANTED}
    for tag in elements:
        if tag != 0x00409096:
            assert [str(value) for value in values(plain, tag)] == [str(value) for value in values(whole, tag)], hex(
                tag
            )
    (mapping,) = values(plain, 0x00409096)
    assert isinstance(mapping, Dataset)
    assert mapping.MeasurementUnitsCodeSequence[0].CodeValue == "ms"


def test_real_headers_are_walked_as_pydicom_reads_them(real_data: Path) -> None:
    for folder in sorted(real_data.glob("nist_phantom/*/*")):
        if folder.is_dir():
            content = min(folder.iterdir()).read_bytes()
            elements, _ = walk(content, WANTED)
            whole = pydicom.dcmread(BytesIO(content), stop_before_pixels=True)
            plain = PlainDataset(elements, None)
            for keyword in ("Rows", "InversionTime", "RepetitionTime", "ImagePositionPatient", "Manufacturer"):
                tag = pydicom.tag.Tag(keyword)
                assert [str(one) for one in values(plain, tag)] == [str(one) for one in values(whole, tag)]


def test_what_is_cut_or_unusual_is_left_to_pydicom(mr_image: Callable[..., FileDataset]) -> None:
    content = written(mr_image())
    _, at = walk(content, WANTED)
    for end in range(132, at, 5):
        with pytest.raises(UnusualError):
            walk(content[:end], WANTED)
    with pytest.raises(UnusualError):
        walk(content.replace(b"UI", b"??"), WANTED)
