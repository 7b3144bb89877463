"""Maps as DICOM Parametric Maps and wells as DICOM Segmentations, in the frame of reference of the images."""

from __future__ import annotations

import uuid
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.sr.codedict import codes
from pydicom.uid import UID, EnhancedMRImageStorage, MRImageStorage, generate_uid

from relaxo import __version__
from relaxo.errors import Cancelled, InputError, UsageError
from relaxo.io.files import staged
from relaxo.report.rate_maps import rate_map
from relaxo.units import s_to_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from relaxo.data import ImageHeader, Stack, Wells
    from relaxo.pipeline import Result

    Progress = Callable[[int, int], bool]

_LPS_OF_RAS = np.array([-1.0, -1.0, 1.0])
#: What of the patient and the study is copied when that is asked for.
_IDENTITY = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyInstanceUID",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "StudyDescription",
    "AccessionNumber",
    "ReferringPhysicianName",
)
_METHOD = "Patient and study removed; frame of reference and UIDs kept"
#: Series of derived objects count on from here, where no scanner gets to.
_SERIES = 9000


def write_dicom(
    result: Result, folder: Path, *, follow_source: bool = False, progress: Progress | None = None
) -> tuple[Path, ...]:
    """Write T1 and T2 (ms), R1 and R2 (1/s) as Parametric Maps and the wells as Segmentations.

    Values are float32, NaN where a voxel has none, each map with the code of its quantity and UCUM unit. Nothing of
    patient and study is carried over unless `follow_source`; the frame of reference and the references to the images
    are, without which no viewer could lay a map over its image.

    Parameters
    ----------
    result
        What was computed.
    folder
        Receives ``T1map.dcm``, ``R1map.dcm``, ``T1wells.dcm`` and the same of T2; made when missing.
    follow_source
        Whether the objects belong to the patient and the study of the images.
    progress
        Told what is done of how much; the writing stops when it answers False.

    Returns
    -------
    The files.

    Raises
    ------
    UsageError
        When highdicom is not installed.
    InputError
        When the folder cannot be written, or the source has no patient and study to follow.
    Cancelled
        When `progress` answers False.
    """
    if find_spec("highdicom") is None:
        raise UsageError(
            "DICOM maps are written with highdicom, which is not installed", hint='pip install "relaxo[dicom]"'
        )
    files: list[tuple[str, Callable[[], Dataset]]] = []
    for quantity, stack in result.stacks.items():
        maps = result.maps[quantity]
        rate, rates, _ = rate_map(maps, quantity)
        images = _images(stack, follow_source=follow_source)
        number = _SERIES + 10 * len(files)
        times = s_to_ms(maps[f"{quantity}map"])
        wells = result.wells[quantity]
        files += [
            (f"{quantity}map", partial(_map, stack, images, quantity, "ms", times, number + 1)),
            (rate, partial(_map, stack, images, rate[:2], "/s", rates, number + 2)),
            (f"{quantity}wells", partial(_segmentation, stack, images, wells, number + 3)),
        ]
    names = [f"{name}.dcm" for name, _ in files]
    with staged(folder, owned=names) as staging:
        for done, (name, (_, make)) in enumerate(zip(names, files, strict=True)):
            if progress is not None and not progress(done, len(files)):
                raise Cancelled
            dataset = make()
            dataset.SpecificCharacterSet = "ISO_IR 192"
            dataset.ContentCreatorName = "Relaxo"
            if not follow_source:
                dataset.PatientIdentityRemoved = "YES"
                dataset.DeidentificationMethod = _METHOD
            dataset.save_as(staging / name, enforce_file_format=True)
    if progress is not None:
        progress(len(files), len(files))
    return tuple(folder / name for name in names)


def _map(
    stack: Stack, images: Sequence[Dataset], quantity: str, unit: str, values: NDArray[Any], number: int
) -> Dataset:
    """Return a Parametric Map of values (z, y, x)."""
    import highdicom as hd  # noqa: PLC0415 - an extra

    pixels = values.astype(np.float32)
    finite = pixels[np.isfinite(pixels)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    mapping = hd.pm.RealWorldValueMapping(
        lut_label=quantity,
        lut_explanation=f"{quantity} in {unit}",
        unit={"ms": codes.UCUM.Millisecond, "/s": codes.UCUM.PerSecond}[unit],
        value_range=(low, high),
        slope=1.0,
        intercept=0.0,
        quantity_definition=getattr(codes.DCM, quantity),
    )
    window = hd.VOILUTTransformation(window_center=(low + high) / 2, window_width=max(high - low, 1e-3))
    dataset = hd.pm.ParametricMap(
        source_images=images,
        pixel_array=pixels,
        real_world_value_mappings=[mapping],
        voi_lut_transformations=[window],
        contains_recognizable_visual_features=False,
        content_label=f"{quantity}_MAP",
        content_description=f"{quantity} map",
        **_equipment(number),
    )
    dataset.SeriesDescription = f"Relaxo {quantity} map"
    dataset.SharedFunctionalGroupsSequence[0].FrameAnatomySequence = [_anatomy()]
    return _referring(dataset, stack, images)


def _segmentation(stack: Stack, images: Sequence[Dataset], wells: Wells, number: int) -> Dataset:
    """Return a Segmentation, a segment a well, in the order of the wells."""
    import highdicom as hd  # noqa: PLC0415 - an extra

    algorithm = hd.AlgorithmIdentificationSequence(
        name="Relaxo", version=__version__, family=codes.cid7162.EdgeDetection, source="Relaxo"
    )
    segments = [
        hd.seg.SegmentDescription(
            segment_number=index,
            segment_label=f"Well {well.name}"[:64],
            segmented_property_category=codes.SCT.PhysicalObject,
            segmented_property_type=codes.SCT.Phantom,
            algorithm_type=hd.seg.SegmentAlgorithmTypeValues.AUTOMATIC,
            algorithm_identification=algorithm,
        )
        for index, well in enumerate(wells.wells, start=1)
    ]
    dataset = hd.seg.Segmentation(
        source_images=images,
        pixel_array=wells.labels.astype(np.uint16),
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=segments,
        content_label="WELLS",
        content_description="Voxels that count for each well",
        **_equipment(number),
    )
    dataset.SeriesDescription = "Relaxo wells"
    return _referring(dataset, stack, images)


def _anatomy() -> Dataset:
    """Return what the images are of: optional here, and readers (dcmqi) crash without it."""
    region, anatomy = Dataset(), Dataset()
    code = codes.SCT.Phantom
    region.CodeValue, region.CodingSchemeDesignator, region.CodeMeaning = (
        code.value,
        code.scheme_designator,
        code.meaning,
    )
    anatomy.AnatomicRegionSequence = [region]
    anatomy.FrameLaterality = "U"  # unpaired
    return anatomy


def _equipment(number: int) -> dict[str, Any]:
    return {
        "series_instance_uid": generate_uid(prefix=None),
        "series_number": number,
        "sop_instance_uid": generate_uid(prefix=None),
        "instance_number": 1,
        "manufacturer": "Relaxo",
        "manufacturer_model_name": "Relaxo",
        "software_versions": __version__,
        "device_serial_number": "none",
    }


def _images(stack: Stack, *, follow_source: bool) -> list[Dataset]:
    """Return one header a slice with what a derived object takes over, and nothing else.

    Built up from what is needed, not cut down from what is there: a private element cannot slip through.
    """
    geometry = stack.geometry
    through, row, column = geometry.spacing
    directions = geometry.affine[:3, :3] / (column, row, through) * _LPS_OF_RAS[:, None]
    headers = _headers(stack)
    first = headers[0] if headers else None
    study = first.study_uid if first else ""
    identity = _identity(stack) if follow_source else Dataset()
    # The same for both stacks of a study, so that their maps lie together.
    own_study, own_frame = _uuid(f"study {study}"), _uuid(f"frame of reference {study}")
    images = []
    for level in range(geometry.shape[0]):
        image = Dataset()
        image.SOPClassUID = MRImageStorage
        image.SOPInstanceUID = _uuid(f"{uuid.uuid4()}")
        image.SeriesInstanceUID = _uuid(f"series {first.series_uid if first else uuid.uuid4()}")
        if headers and headers[level].sop_uid:
            image.SeriesInstanceUID = headers[level].series_uid
            image.SOPInstanceUID = headers[level].sop_uid if headers[level].frames == 1 else image.SOPInstanceUID
        image.FrameOfReferenceUID = (first.frame_uid if first else "") or own_frame
        image.PositionReferenceIndicator = ""
        image.Modality = "MR"
        image.ImageType = ["ORIGINAL", "PRIMARY", "M"]
        image.PatientName, image.PatientID = "Anonymous^Phantom", "ANONYMOUS"
        image.StudyInstanceUID = own_study
        for name in ("PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyID", "AccessionNumber"):
            setattr(image, name, "")
        image.ReferringPhysicianName = ""
        image.update(identity)
        image.Rows, image.Columns = geometry.shape[1:]
        image.PixelSpacing = _decimals([row, column])
        image.SliceThickness = _decimals([through])[0]
        image.ImageOrientationPatient = _decimals([*directions[:, 0], *directions[:, 1]])
        image.ImagePositionPatient = _decimals(geometry.to_mm([0, 0, level]) * _LPS_OF_RAS)
        image.InstanceNumber = level + 1
        image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
        image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 16, 16, 15, 0
        images.append(image)
    return images


def _identity(stack: Stack) -> Dataset:
    headers = _headers(stack)
    path = headers[0].path if headers and not headers[0].member else None
    try:
        source = (
            Dataset() if path is None else pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(_IDENTITY))
        )
    except (OSError, InvalidDicomError):
        source = Dataset()
    if "StudyInstanceUID" not in source:
        raise InputError(
            "the source has no DICOM file whose patient and study could be followed",
            where=str(path) if path else None,
            hint="Leave the identity out, as is done where nothing is said",
        )
    identity = Dataset()
    for name in _IDENTITY:
        if name in source:
            setattr(identity, name, str(source[name].value))
    return identity


def _headers(stack: Stack) -> tuple[ImageHeader, ...]:
    return stack.source.headers[0] if stack.source else ()


def _referring(dataset: Dataset, stack: Stack, images: Sequence[Dataset]) -> Dataset:
    """Turn references to the headers that were made here into ones to the images that there are, or take them out."""
    # Of a single slice highdicom takes 1 mm.
    shared = dataset.SharedFunctionalGroupsSequence[0]
    shared.PixelMeasuresSequence[0].SpacingBetweenSlices = _decimals([stack.geometry.spacing[0]])[0]
    real = {
        image.SOPInstanceUID: header
        for image, header in zip(images, _headers(stack), strict=False)
        if header.sop_uid and header.frames > 1
    }
    frames = dataset.PerFrameFunctionalGroupsSequence
    if not any(header.sop_uid for header in _headers(stack)):
        for part in (dataset, *frames):
            for name in ("ReferencedSeriesSequence", "SourceImageSequence", "DerivationImageSequence"):
                if name in part:
                    delattr(part, name)
        return dataset
    for part in (dataset, *(item for frame in frames for item in frame.get("DerivationImageSequence", []))):
        for item in part.get("SourceImageSequence", []):
            _refer(item, real)
    for series in dataset.get("ReferencedSeriesSequence", []):
        for item in series.ReferencedInstanceSequence:
            _refer(item, real)
        series.ReferencedInstanceSequence = _once(series.ReferencedInstanceSequence)
    return dataset


def _refer(item: Dataset, real: dict[UID, ImageHeader]) -> None:
    """Make a reference name the frame of a file that holds several."""
    header = real.get(item.ReferencedSOPInstanceUID)
    if header is not None:
        item.ReferencedSOPClassUID = EnhancedMRImageStorage
        item.ReferencedSOPInstanceUID = header.sop_uid
        item.ReferencedFrameNumber = header.frame + 1


def _once(items: Sequence[Dataset]) -> list[Dataset]:
    """Return one reference an instance, without its frame."""
    found = {}
    for item in items:
        if "ReferencedFrameNumber" in item:
            del item.ReferencedFrameNumber
        found[item.ReferencedSOPInstanceUID] = item
    return list(found.values())


def _uuid(name: str) -> UID:
    """Return a UID that follows from a name: one made of a UUID, root 2.25 (DICOM PS3.5, B.2)."""
    return UID(f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, f'Relaxo derived {name}').int}")


def _decimals(values: Sequence[float] | NDArray[np.float64]) -> list[str]:
    """Return numbers as decimal strings of at most 16 characters."""
    return [f"{round(float(value), 9) + 0.0:.12g}" for value in values]
