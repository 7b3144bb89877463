import dataclasses
import io

import numpy as np
import pydicom
import pytest

from relaxo import samples
from relaxo.errors import Cancelled, InputError, UsageError
from relaxo.phantoms import CATALOGUE, scan
from relaxo.pipeline import run
from relaxo.report import dicom_out
from relaxo.report.dicom_out import write_dicom
from relaxo.units import s_to_ms

hd = pytest.importorskip("highdicom", reason="highdicom is not installed: pip install relaxo[dicom]")

LPS = np.array([-1, -1, 1])
NAME, PATIENT_ID, BIRTH_DATE = "Døe^Jane", "MRN-4711", "19700101"


@pytest.fixture(scope="module")
def oblique(tmp_path_factory):
    """Return the result of three tilted slices whose files name a patient."""
    folder = tmp_path_factory.mktemp("rack")
    samples.write_phantom(scan(CATALOGUE["tube_rack"], seed=1), folder)
    for path in (folder / "dicom").rglob("*.dcm"):
        dataset = pydicom.dcmread(path)
        dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate = NAME, PATIENT_ID, BIRTH_DATE
        dataset.save_as(path)
    return run(folder / samples.RECIPE)


@pytest.fixture(scope="module")
def written(oblique, tmp_path_factory):
    """Return the folder of its objects."""
    folder = tmp_path_factory.mktemp("objects")
    write_dicom(oblique, folder)
    return folder


def points(dataset, frame, rows, columns):
    """Return pixels of a frame as RAS+ mm (n, 3), by nothing but the elements of the file (PS3.3 C.7.6.2.1.1)."""
    shared, own = dataset.SharedFunctionalGroupsSequence[0], dataset.PerFrameFunctionalGroupsSequence[frame]
    right, down = np.reshape([float(x) for x in shared.PlaneOrientationSequence[0].ImageOrientationPatient], (2, 3))
    between_rows, between_columns = (float(x) for x in shared.PixelMeasuresSequence[0].PixelSpacing)
    corner = np.array([float(x) for x in own.PlanePositionSequence[0].ImagePositionPatient])
    step = np.outer(columns, right * between_columns) + np.outer(rows, down * between_rows)
    return (corner + step) * LPS


def raw_map(path):
    dataset = pydicom.dcmread(path)
    shape = (int(dataset.NumberOfFrames), dataset.Rows, dataset.Columns)
    return dataset, np.frombuffer(dataset.FloatPixelData, "<f4").reshape(shape)


@pytest.mark.parametrize(
    ("name", "code", "unit"),
    [("T1", "113063", "ms"), ("T2", "113065", "ms"), ("R1", "126393", "/s"), ("R2", "126394", "/s")],
)
def test_maps_read_back_bit_for_bit_with_quantity_and_unit(oblique, written, name, code, unit):
    quantity = f"T{name[1]}"
    times = oblique.maps[quantity][f"{quantity}map"]
    expected = (s_to_ms(times) if unit == "ms" else 1 / times).astype(np.float32)
    dataset, pixels = raw_map(written / f"{name}map.dcm")
    assert dataset.SOPClassUID.name == "Parametric Map Storage"
    mapping = dataset.SharedFunctionalGroupsSequence[0].RealWorldValueMappingSequence[0]
    assert mapping.MeasurementUnitsCodeSequence[0].CodeValue == unit
    assert mapping.MeasurementUnitsCodeSequence[0].CodingSchemeDesignator == "UCUM"
    assert mapping.QuantityDefinitionSequence[0].ConceptCodeSequence[0].CodeValue == code
    assert (mapping.RealWorldValueSlope, mapping.RealWorldValueIntercept) == (1, 0)
    # dcmqi crashes without the first and warns without the second.
    (anatomy,) = dataset.SharedFunctionalGroupsSequence[0].FrameAnatomySequence
    assert anatomy.AnatomicRegionSequence[0].CodeMeaning == "Phantom"
    assert dataset.ContentCreatorName == "Relaxo"
    order = [frame_of(oblique, quantity, dataset, index) for index in range(len(pixels))]
    np.testing.assert_array_equal(pixels, expected[order])
    volume = hd.imread(written / f"{name}map.dcm").get_volume(dtype=np.float32)
    corners = volume.map_indices_to_reference(np.array([[level, 0, 0] for level in range(len(order))])) * LPS
    levels = np.rint(oblique.stacks[quantity].geometry.to_pixels(corners)[:, 2]).astype(int)
    np.testing.assert_array_equal(volume.array, expected[levels])


def frame_of(result, quantity, dataset, index):
    """Return the slice of the stack that a frame shows."""
    position = result.stacks[quantity].geometry.to_pixels(points(dataset, index, [0], [0])[0])
    np.testing.assert_allclose(position[:2], 0, atol=1e-4)
    assert abs(position[2] - round(position[2])) < 1e-4
    return round(position[2])


@pytest.mark.parametrize("quantity", ["T1", "T2"])
def test_wells_lie_where_they_are_in_the_patient(oblique, written, quantity):
    wells = oblique.wells[quantity]
    dataset = pydicom.dcmread(written / f"{quantity}wells.dcm")
    assert dataset.SOPClassUID.name == "Segmentation Storage"
    assert [segment.SegmentLabel for segment in dataset.SegmentSequence] == [
        f"Well {well.name}" for well in wells.wells
    ]
    masks = dataset.pixel_array.reshape(-1, dataset.Rows, dataset.Columns)
    labels = np.zeros(wells.geometry.shape, int)
    centres = {}
    for index, (mask, group) in enumerate(zip(masks, dataset.PerFrameFunctionalGroupsSequence, strict=True)):
        number = group.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        labels[frame_of(oblique, quantity, dataset, index)][mask > 0] = number
        centres.setdefault(number, []).append(points(dataset, index, *np.nonzero(mask)))
    np.testing.assert_array_equal(labels, wells.labels)
    for number, well in enumerate(wells.wells, start=1):
        centre = np.concatenate(centres[number]).mean(axis=0)
        expected = wells.geometry.to_mm([well.row, well.column, well.slice])
        assert np.linalg.norm(centre - expected) < 0.1
    read = hd.seg.segread(written / f"{quantity}wells.dcm")
    volume = read.get_volume(combine_segments=True)
    assert volume.frame_of_reference_uid == dataset.FrameOfReferenceUID
    assert np.count_nonzero(volume.array) == np.count_nonzero(wells.labels)


def test_frame_of_reference_and_images_are_those_of_the_source(oblique, written):
    header = oblique.stacks["T1"].source.headers[0][0]
    for path in written.glob("*.dcm"):
        dataset = pydicom.dcmread(path)
        assert dataset.FrameOfReferenceUID == header.frame_uid
        spacing = dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].SpacingBetweenSlices
        assert float(spacing) == pytest.approx(oblique.stacks["T1"].geometry.spacing[0])
    referred = {
        item.ReferencedSOPInstanceUID
        for series in pydicom.dcmread(written / "T1map.dcm").ReferencedSeriesSequence
        for item in series.ReferencedInstanceSequence
    }
    assert referred == {each.sop_uid for each in oblique.stacks["T1"].source.headers[0]}


def test_the_patient_stays_behind_unless_asked_for(oblique, written, tmp_path):
    study = oblique.stacks["T1"].source.headers[0][0].study_uid
    for path in written.glob("*.dcm"):
        dataset = pydicom.dcmread(path)
        for pixels in {"PixelData", "FloatPixelData"} & set(dataset.dir()):
            del dataset[pixels]  # the bytes of a map may happen to spell anything
        header = io.BytesIO()
        dataset.save_as(header)
        for secret in ("Jane", PATIENT_ID, BIRTH_DATE, study):
            assert secret.encode() not in header.getvalue()
        assert dataset.PatientIdentityRemoved == "YES"
    studies = {pydicom.dcmread(path).StudyInstanceUID for path in written.glob("*.dcm")}
    assert len(studies) == 1
    for path in write_dicom(oblique, tmp_path, follow_source=True):
        dataset = pydicom.dcmread(path)
        assert (dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate) == (NAME, PATIENT_ID, BIRTH_DATE)
        assert dataset.StudyInstanceUID == study
        assert "PatientIdentityRemoved" not in dataset


def test_every_object_is_one_of_its_own(written):
    datasets = [pydicom.dcmread(path) for path in written.glob("*.dcm")]
    assert len(datasets) == 6
    for uid in ("SOPInstanceUID", "SeriesInstanceUID", "SeriesNumber"):
        assert len({dataset[uid].value for dataset in datasets}) == 6


def test_images_that_were_no_dicom_are_referred_to_by_nobody(result, tmp_path):
    for path in write_dicom(result, tmp_path):
        dataset = pydicom.dcmread(path)
        assert "ReferencedSeriesSequence" not in dataset
        assert "SourceImageSequence" not in dataset
        assert "DerivationImageSequence" not in dataset.PerFrameFunctionalGroupsSequence[0]
    with pytest.raises(InputError, match="no DICOM file"):
        write_dicom(result, tmp_path / "more", follow_source=True)


def test_frames_of_one_file_are_referred_to_by_number(oblique, tmp_path):
    stack = oblique.stacks["T1"]
    frames = tuple(
        dataclasses.replace(header, sop_uid="1.2.3", frame=level, frames=3)
        for level, header in enumerate(stack.source.headers[0])
    )
    source = dataclasses.replace(stack.source, headers=(frames, *stack.source.headers[1:]))
    one = dataclasses.replace(oblique, stacks={"T1": dataclasses.replace(stack, source=source)})
    dataset = pydicom.dcmread(write_dicom(one, tmp_path)[0])
    (instance,) = dataset.ReferencedSeriesSequence[0].ReferencedInstanceSequence
    assert instance.ReferencedSOPInstanceUID == "1.2.3"
    numbers = [
        group.DerivationImageSequence[0].SourceImageSequence[0].ReferencedFrameNumber
        for group in dataset.PerFrameFunctionalGroupsSequence
    ]
    assert sorted(numbers) == [1, 2, 3]


def test_without_highdicom_it_says_what_to_install(result, tmp_path, monkeypatch):
    monkeypatch.setattr(dicom_out, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"relaxo\[dicom\]"):
        write_dicom(result, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_who_stops_it_finds_nothing(result, tmp_path):
    with pytest.raises(Cancelled):
        write_dicom(result, tmp_path / "out", progress=lambda done, _: done < 2)
    assert not (tmp_path / "out").exists()
