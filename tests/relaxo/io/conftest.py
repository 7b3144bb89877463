"""A small scanner: classic MR DICOM of known content, in the dialects of several vendors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from relaxo.data import ImageHeader

if TYPE_CHECKING:
    from collections.abc import Callable

#: What `write_series` writes.
TIMES_MS, SLICES_MM = (50, 150, 450, 1200), (30.0, 35.0, 40.0)

MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"


def _uid(*names: object) -> str:
    return str(generate_uid(entropy_srcs=[str(name) for name in names]))


def _mr_image(stored: np.ndarray[Any, Any] | None = None, **elements: Any) -> FileDataset:
    """Return an inversion recovery image; elements by DICOM keyword replace its own, None removes one."""
    if stored is None:
        stored = np.arange(12, dtype=np.uint16).reshape(3, 4)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = elements.get("SOPClassUID", MR_IMAGE)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset(None, {}, preamble=b"\0" * 128, file_meta=meta)
    facts: dict[str, Any] = {
        "SOPClassUID": MR_IMAGE,
        "Modality": "MR",
        "ImageType": ["ORIGINAL", "PRIMARY", "M", "ND"],
        "Manufacturer": "SCANNERS",
        "SeriesDescription": "T1 map",
        "StudyDate": "20240131",
        "AcquisitionTime": "120000",
        "ScanningSequence": ["SE", "IR"],
        "InversionTime": "200",
        "EchoTime": "10",
        "RepetitionTime": "5000",
        "FlipAngle": "90",
        "EchoTrainLength": "1",
        "ImagingFrequency": "42.577478461",
        "MagneticFieldStrength": "1",
        "SliceThickness": "5",
        "StudyInstanceUID": _uid("study"),
        "FrameOfReferenceUID": _uid("frame"),
        "SeriesNumber": 1,
        "InstanceNumber": 1,
        "ImagePositionPatient": ["-10", "-20", "30"],
        "ImageOrientationPatient": ["1", "0", "0", "0", "1", "0"],
        "PixelSpacing": ["2", "1.5"],
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": stored.shape[0],
        "Columns": stored.shape[1],
        "BitsAllocated": stored.dtype.itemsize * 8,
        "BitsStored": stored.dtype.itemsize * 8,
        "HighBit": stored.dtype.itemsize * 8 - 1,
        "PixelRepresentation": int(stored.dtype.kind == "i"),
        "PixelData": stored.astype(stored.dtype.newbyteorder("<")).tobytes(),
        **elements,
    }
    facts.setdefault("SeriesInstanceUID", _uid("series", facts["StudyInstanceUID"], facts["SeriesNumber"]))
    facts.setdefault("SOPInstanceUID", _uid(sorted((key, str(value)) for key, value in facts.items())))
    meta.MediaStorageSOPInstanceUID = facts["SOPInstanceUID"] or _uid("none")
    for keyword, value in facts.items():
        if value is not None:
            setattr(dataset, keyword, value)
    if "PixelData" in dataset:
        dataset["PixelData"].VR = "OW"
    return dataset


@pytest.fixture(scope="session")
def mr_image() -> Callable[..., FileDataset]:
    """Return the maker of an MR image as a dataset: ``mr_image(stored, InversionTime="50")``."""
    return _mr_image


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes one MR image: ``write("name", stored, InversionTime="50")``."""

    def to_file(name: str, stored: np.ndarray[Any, Any] | None = None, **elements: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _mr_image(stored, **elements).save_as(path)
        return path

    return to_file


@pytest.fixture(scope="session")
def gem() -> Callable[[Dataset, int], None]:
    """Return what sets GE's flag of magnitude, phase, real and imaginary (0 to 3) in an image."""

    def flag(dataset: Dataset, value: int) -> None:
        dataset.Manufacturer = "GE MEDICAL SYSTEMS"
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
        dataset.private_block(0x0043, "GEMS_PARM_01", create=True).add_new(0x2F, "SS", [value, 0, 0, 0])

    return flag


@pytest.fixture(scope="session")
def philips() -> Callable[..., None]:
    """Return what makes an image one of Philips, with its scale slope: SV = FP * SS."""

    def scaled(
        dataset: Dataset, scale_slope: float, rescale_slope: float = 1.0, rescale_intercept: float = 0.0
    ) -> None:
        dataset.Manufacturer = "Philips Medical Systems"
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "M_IR", "M", "IR"]
        dataset.RescaleSlope, dataset.RescaleIntercept = str(rescale_slope), str(rescale_intercept)
        dataset.private_block(0x2005, "Philips MR Imaging DD 005", create=True).add_new(0x0E, "FL", 99.0)
        dataset.private_block(0x2005, "Philips MR Imaging DD 001", create=True).add_new(0x0E, "FL", scale_slope)

    return scaled


@pytest.fixture(scope="session")
def header() -> Callable[..., ImageHeader]:
    """Return the maker of an inversion recovery image's facts, one slice: ``header(inversion_time=0.05, z=5)``."""
    first = ImageHeader(
        path=Path("image"),
        study_uid="study",
        series_uid="series",
        sop_uid="",
        rows=3,
        columns=4,
        position=(-10.0, -20.0, 0.0),
        orientation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
        spacing=(2.0, 1.5),
        slice_thickness=5.0,
        series_number=1,
        inversion_time=0.2,
        echo_time=0.01,
        repetition_time=5.0,
        flip_angle=90.0,
        echo_train_length=1,
        sequence=("SE", "IR"),
        frame_uid="frame",
    )
    counter = iter(range(10**9))

    def facts(*, z: float = 0.0, series: int = 1, **others: Any) -> ImageHeader:
        changed: dict[str, Any] = {
            "path": Path(f"image{next(counter):04d}"),
            "position": (-10.0, -20.0, z),
            "series_uid": f"series {series}",
            "series_number": series,
            **others,
        }
        return replace(first, **changed)

    return facts


@pytest.fixture(scope="session")
def spin_echo(header: Callable[..., ImageHeader]) -> Callable[..., ImageHeader]:
    """Return the maker of a spin echo image's facts."""

    def facts(**others: Any) -> ImageHeader:
        return header(**{"inversion_time": None, "sequence": ("SE",), "repetition_time": 2.0, **others})

    return facts


@pytest.fixture
def truth() -> np.ndarray[Any, Any]:
    """Signal (n, z, y, x), every image another one."""
    return np.random.default_rng(1).integers(1, 2000, (len(TIMES_MS), len(SLICES_MM), 3, 4))


@pytest.fixture(scope="session")
def write_series() -> Callable[..., None]:
    """Return the writer of an inversion recovery: ``write_series(folder, truth)``."""
    return _write_series


def _write_series(
    folder: Path,
    truth: np.ndarray[Any, Any],
    change: Callable[[FileDataset, int], None] | None = None,
    store: Callable[[np.ndarray[Any, Any], int], np.ndarray[Any, Any]] = lambda signal, _: signal.astype(np.uint16),
) -> None:
    """Write one series a TI, in files whose names and instance numbers say nothing."""
    names = [f"{number:03d}" for number in np.random.default_rng(3).permutation(truth[..., 0, 0].size)]
    folders = names[: len(TIMES_MS)]
    for n, time in enumerate(TIMES_MS):
        for z, place in enumerate(SLICES_MM):
            dataset = _mr_image(
                store(truth[n, z], n),
                InversionTime=str(time),
                RepetitionTime=str(3000 + time),
                SeriesNumber=10 + n,
                InstanceNumber=7 - z,
                SeriesDescription=f"IR_TI{time}",
                ImagePositionPatient=["-10", "-20", str(place)],
            )
            if change is not None:
                change(dataset, n)
            path = folder / f"series {folders[n]}" / names.pop()
            path.parent.mkdir(exist_ok=True)
            dataset.save_as(path)
