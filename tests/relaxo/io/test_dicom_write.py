from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pydicom
import pytest

from relaxo.data import Protocol, Stack
from relaxo.errors import Cancelled
from relaxo.io import Identity, load, scan, write_stack
from relaxo.phantoms import grid, make

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydicom.dataset import FileDataset

IDENTITY = Identity("Phantom^Test", "PHANTOM-1", "A made study", key="test")

# What DICOM PS3.3 requires of a classic MR image (table A.4-1 and its modules): a value for type 1, the element for 2.
TYPE_1 = {
    "SOP Common": ("SOPClassUID", "SOPInstanceUID"),
    "General Study": ("StudyInstanceUID",),
    "General Series": ("Modality", "SeriesInstanceUID", "PatientPosition"),
    "Frame of Reference": ("FrameOfReferenceUID",),
    "Image Plane": ("PixelSpacing", "ImageOrientationPatient", "ImagePositionPatient"),
    "Image Pixel": (
        *("SamplesPerPixel", "PhotometricInterpretation", "Rows", "Columns", "PixelData"),
        *("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"),
    ),
    "MR Image": ("ImageType", "ScanningSequence", "SequenceVariant"),
}
TYPE_2 = {
    "Patient": ("PatientName", "PatientID", "PatientBirthDate", "PatientSex"),
    "General Study": ("StudyDate", "StudyTime", "ReferringPhysicianName", "StudyID", "AccessionNumber"),
    "General Series": ("SeriesNumber",),
    "Frame of Reference": ("PositionReferenceIndicator",),
    "General Equipment": ("Manufacturer",),
    "General Image": ("InstanceNumber",),
    "Image Plane": ("SliceThickness",),
    "MR Image": ("ScanOptions", "MRAcquisitionType", "RepetitionTime", "EchoTime", "EchoTrainLength"),
}


@pytest.fixture(autouse=True)
def strict() -> Iterator[None]:
    """Let pydicom refuse every value that the standard forbids."""
    settings = pydicom.config.settings
    before = settings.reading_validation_mode, settings.writing_validation_mode
    settings.reading_validation_mode = settings.writing_validation_mode = pydicom.config.RAISE
    yield
    settings.reading_validation_mode, settings.writing_validation_mode = before


def inversion(slices: int = 1, **changes: object) -> Stack:
    """Return a stack of three inversion times, 4 rows and 6 columns, every value another."""
    protocol = Protocol(
        "IRT1",
        "InversionTime",
        np.array([0.025, 0.5, 2.0]),
        {"RepetitionTime": np.array([2.025, 2.5, 4.0]), "EchoTime": np.full(3, 0.008), "FlipAngle": np.full(3, 90.0)},
        field_T=1.0,
        description="IR-SE T1",
    )
    signal = np.arange(3 * slices * 24, dtype=np.float32).reshape(3, slices, 4, 6) * 5
    return dataclasses.replace(Stack(signal, protocol, grid((slices, 4, 6), (3.0, 0.5, 0.25), tilt=20.0)), **changes)  # type: ignore[arg-type]


def read(paths: list[Path]) -> list[FileDataset]:
    return [pydicom.dcmread(path) for path in paths]


@pytest.fixture(scope="module")
def phantom_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    folder = tmp_path_factory.mktemp("phantom")
    stacks = make("tube_rack").stacks
    return {
        "T1": write_stack(stacks["T1"], folder, identity=IDENTITY),
        "T2": write_stack(stacks["T2"], folder, identity=IDENTITY, first_series=11),
    }


def test_every_file_has_what_the_standard_requires(phantom_files: dict[str, list[Path]]) -> None:
    for path in [*phantom_files["T1"][:3], *phantom_files["T2"][:3]]:
        dataset = pydicom.dcmread(path)
        for module, keywords in TYPE_1.items():
            assert [keyword for keyword in keywords if dataset[keyword].is_empty] == [], module
        for module, keywords in TYPE_2.items():
            assert [keyword for keyword in keywords if keyword not in dataset] == [], module
        assert dataset.file_meta.TransferSyntaxUID == pydicom.uid.ExplicitVRLittleEndian
        assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID
        assert dataset.SOPClassUID == pydicom.uid.MRImageStorage
        assert dataset.ScanningSequence != "IR" or "InversionTime" in dataset
        for element in dataset.iterall():
            if element.VR == "DS":
                values = element.value if element.VM > 1 else [element.value]
                assert all(len(str(value)) <= 16 for value in values)


def test_pixels_are_the_signal(phantom_files: dict[str, list[Path]]) -> None:
    stacks = make("tube_rack").stacks
    for quantity, paths in phantom_files.items():
        signal = stacks[quantity].signal
        pixels = np.array([dataset.pixel_array for dataset in read(paths)])
        np.testing.assert_array_equal(pixels.reshape(signal.shape), signal)


def test_one_series_for_each_inversion_time(phantom_files: dict[str, list[Path]]) -> None:
    datasets = read(phantom_files["T1"])
    sequence = make("tube_rack").design.inversion
    assert [int(dataset.SeriesNumber) for dataset in datasets] == [number for number in range(1, 11) for _ in range(3)]
    assert len({dataset.SeriesInstanceUID for dataset in datasets}) == 10
    assert [dataset.InversionTime / 1e3 for dataset in datasets[::3]] == list(sequence.inversion_times)
    assert [dataset.RepetitionTime / 1e3 for dataset in datasets[::3]] == list(sequence.repetition_times)
    assert {float(dataset.EchoTime) for dataset in datasets} == {10.0}
    assert {dataset.ScanningSequence for dataset in datasets} == {"IR"}
    assert datasets[0].SeriesDescription == "IR-SE T1 TI 25"
    assert [int(dataset.InstanceNumber) for dataset in datasets[:4]] == [1, 2, 3, 1]


def test_one_series_for_an_echo_train(phantom_files: dict[str, list[Path]]) -> None:
    datasets = read(phantom_files["T2"])
    assert len({dataset.SeriesInstanceUID for dataset in datasets}) == 1
    assert {int(dataset.SeriesNumber) for dataset in datasets} == {11}
    assert [int(dataset.EchoNumbers) for dataset in datasets[::3]] == list(range(1, 33))
    assert [float(dataset.EchoTime) for dataset in datasets[::3]] == [10.0 * echo for echo in range(1, 33)]
    assert {int(dataset.EchoTrainLength) for dataset in datasets} == {32}
    assert {float(dataset.RepetitionTime) for dataset in datasets} == {2500.0}
    assert {dataset.ScanningSequence for dataset in datasets} == {"SE"}
    assert "InversionTime" not in datasets[0]
    assert [int(dataset.InstanceNumber) for dataset in datasets] == list(range(1, 97))


def test_all_series_are_of_one_study_and_one_frame(phantom_files: dict[str, list[Path]]) -> None:
    datasets = read([*phantom_files["T1"], *phantom_files["T2"]])
    assert len({dataset.StudyInstanceUID for dataset in datasets}) == 1
    assert len({dataset.FrameOfReferenceUID for dataset in datasets}) == 1
    assert len({dataset.SOPInstanceUID for dataset in datasets}) == len(datasets)


def test_voxels_lie_where_the_geometry_says(tmp_path: Path) -> None:
    stack = inversion(slices=3)
    for index, dataset in enumerate(read(write_stack(stack, tmp_path, identity=IDENTITY))):
        right, down = np.reshape(dataset.ImageOrientationPatient, (2, 3)).astype(float)
        between_rows, between_columns = map(float, dataset.PixelSpacing)
        corner = np.array(dataset.ImagePositionPatient, float)
        point = corner + 2 * between_rows * down + 5 * between_columns * right
        expected = stack.geometry.to_mm([2, 5, index % 3]) * [-1, -1, 1]
        np.testing.assert_allclose(point, expected, atol=1e-8)
        assert (between_rows, between_columns, float(dataset.SpacingBetweenSlices)) == (0.5, 0.25, 3.0)


def test_field_and_flip_angle(tmp_path: Path) -> None:
    dataset = read(write_stack(inversion(), tmp_path, identity=IDENTITY))[0]
    assert float(dataset.ImagingFrequency) == 42.577478461
    assert float(dataset.MagneticFieldStrength) == 1.0
    assert float(dataset.FlipAngle) == 90.0


def test_what_a_protocol_does_not_know_is_not_made_up(tmp_path: Path) -> None:
    protocol = Protocol("MESE", "EchoTime", np.array([0.01, 0.02]))
    stack = Stack(np.ones((2, 1, 4, 6)), protocol, grid((1, 4, 6), (3.0, 0.5, 0.5)))
    dataset = read(write_stack(stack, tmp_path, identity=IDENTITY))[0]
    assert dataset["RepetitionTime"].is_empty
    assert not {"FlipAngle", "InversionTime", "ImagingFrequency", "MagneticFieldStrength"} & {
        element.keyword for element in dataset
    }


@pytest.mark.parametrize(
    ("suffix", "axis", "value", "sequence", "description"),
    [("VFA", "FlipAngle", 5.0, "GR", "FA 5"), ("VTR", "RepetitionTime", 0.05, "SE", "TR 50")],
)
def test_other_collections(
    tmp_path: Path, suffix: str, axis: str, value: float, sequence: str, description: str
) -> None:
    stack = Stack(
        np.ones((2, 1, 4, 6)), Protocol(suffix, axis, np.array([value, 3 * value])), grid((1, 4, 6), (3.0, 0.5, 0.5))
    )
    first, second = read(write_stack(stack, tmp_path, identity=IDENTITY))
    assert first.SeriesInstanceUID != second.SeriesInstanceUID
    assert (first.ScanningSequence, first.SeriesDescription) == (sequence, description)


@pytest.mark.parametrize("wrong", [-1.0, 0.5, 4096.0, np.nan])
def test_a_signal_that_twelve_bits_cannot_hold_is_refused(tmp_path: Path, wrong: float) -> None:
    signal = np.ones((3, 1, 4, 6))
    signal[1, 0, 2, 3] = wrong
    with pytest.raises(ValueError, match="whole numbers from 0 to 4095"):
        write_stack(inversion(signal=signal), tmp_path, identity=IDENTITY)
    assert list(tmp_path.iterdir()) == []


def test_the_same_identity_gives_the_same_bytes(tmp_path: Path) -> None:
    first = write_stack(inversion(), tmp_path / "a", identity=IDENTITY)
    again = write_stack(inversion(), tmp_path / "b", identity=IDENTITY)
    other = write_stack(inversion(), tmp_path / "c", identity=dataclasses.replace(IDENTITY, key="other"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert not {str(dataset.SOPInstanceUID) for dataset in read(first)} & {
        str(dataset.SOPInstanceUID) for dataset in read(other)
    }


def test_series_follow_each_other_in_time(tmp_path: Path) -> None:
    late = dataclasses.replace(IDENTITY, started=datetime(2024, 2, 29, 23, 45, tzinfo=UTC))
    datasets = read(write_stack(inversion(), tmp_path, identity=late))
    assert [(dataset.AcquisitionDate, dataset.AcquisitionTime) for dataset in datasets] == [
        ("20240229", "234500"),
        ("20240229", "235500"),
        ("20240301", "000500"),
    ]
    assert {(dataset.StudyDate, dataset.StudyTime) for dataset in datasets} == {("20240229", "234500")}


def test_names_in_any_script(tmp_path: Path) -> None:
    identity = dataclasses.replace(IDENTITY, patient_name="Прибор^Жёлтый")
    assert str(read(write_stack(inversion(), tmp_path, identity=identity))[0].PatientName) == "Прибор^Жёлтый"


def test_progress_is_told_and_can_stop(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> bool:
        told.append((done, total))
        return done < 2

    with pytest.raises(Cancelled):
        write_stack(inversion(), tmp_path, identity=IDENTITY, progress=tell)
    assert told == [(1, 3), (2, 3)]


def test_what_was_written_is_read_back(phantom_files: dict[str, list[Path]]) -> None:
    stacks = make("tube_rack").stacks
    inventory = scan([phantom_files["T1"][0].parents[1]])
    assert inventory.left_out == ()
    assert {source.quantity for source in inventory.stacks} == {"T1", "T2"}
    for source in inventory.stacks:
        assert source.quantity is not None
        written, read = stacks[source.quantity], load(source)
        np.testing.assert_array_equal(read.signal, written.signal)
        np.testing.assert_allclose(read.geometry.affine, written.geometry.affine, atol=1e-6)
        assert (read.protocol.suffix, read.protocol.axis) == (written.protocol.suffix, written.protocol.axis)
        assert read.protocol.field_T == 1.0
        for name, times in written.protocol.times.items():
            np.testing.assert_array_equal(read.protocol.times[name], times)
