"""Write a stack as classic MR DICOM, as a scanner would have stored it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage

from relaxo.errors import Cancelled
from relaxo.units import frequency_from_field, s_to_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from relaxo.data import Geometry, Stack

#: Time from the start of a series to that of the next.
SERIES_APART = timedelta(minutes=10)

_BITS = 12
_LPS_OF_RAS = np.array([-1.0, -1.0, 1.0])
_IN_MS = ("InversionTime", "EchoTime", "RepetitionTime")
_SHORT = {"InversionTime": "TI", "RepetitionTime": "TR", "FlipAngle": "FA"}
_SCANNING = {"IRT1": "IR", "VFA": "GR", "MEGRE": "GR"}


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose and of when a made study is; the same identity gives the same files, byte for byte."""

    patient_name: str
    """As DICOM writes a name: ``Family^Given``."""
    patient_id: str
    study_description: str
    key: str
    """Every UID follows from it: studies with the same key are the same study."""
    manufacturer: str = "Relaxo digital phantom"
    started: datetime = datetime(2023, 1, 1, 8, tzinfo=UTC)
    """When the study began; its series follow each other by `SERIES_APART`."""


def write_stack(
    stack: Stack,
    folder: Path,
    *,
    identity: Identity,
    first_series: int = 1,
    progress: Callable[[int, int], bool] | None = None,
) -> list[Path]:
    """Write a stack as classic MR DICOM files, one an image, and return their paths.

    An echo train becomes one series, any other stack one series for each of its values, as scanners do. A series is
    a folder ``S01`` in `folder`, an image a file ``IM0001.dcm`` in it.

    Parameters
    ----------
    stack
        Its signal must be whole numbers from 0 to 4095, which 12 bits can hold: nothing is rescaled.
    folder
        Where the series' folders are made.
    identity
        Patient, study and the key of all UIDs.
    first_series
        Number of the first series; the next ones count on.
    progress
        Called with the images written and their total; answers whether to go on.

    Raises
    ------
    Cancelled
        When `progress` answers False.
    ValueError
        When 12 bits cannot hold the signal exactly.
    """
    largest = 2**_BITS - 1
    if stack.signal.min() < 0 or stack.signal.max() > largest or (stack.signal != np.rint(stack.signal)).any():
        raise ValueError(f"the signal must be whole numbers from 0 to {largest}")
    slices = stack.geometry.shape[0]
    train = stack.protocol.axis == "EchoTime"
    total = len(stack.protocol) * slices
    paths = []
    for index, volume in enumerate(stack.signal):
        series = first_series if train else first_series + index
        for level, image in enumerate(volume):
            instance = index * slices + level + 1 if train else level + 1
            path = folder / f"S{series:02d}" / f"IM{instance:04d}.dcm"
            path.parent.mkdir(parents=True, exist_ok=True)
            dataset = Dataset()
            _identify(dataset, identity, series, instance)
            _describe(dataset, stack, index)
            _place(dataset, stack.geometry, level)
            _fill(dataset, image, float(stack.signal.max()))
            dataset.save_as(path, enforce_file_format=True)
            paths.append(path)
            if progress is not None and not progress(len(paths), total):
                raise Cancelled
    return paths


def _identify(dataset: Dataset, identity: Identity, series: int, instance: int) -> None:
    """Fill in the modules Patient, General Study, General Series, Frame of Reference, Equipment and SOP Common."""
    sop_uid = _uid(identity, "image", series, instance)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.MediaStorageSOPInstanceUID = sop_uid
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    # Stated here because pydicom would state its own version, and the bytes would follow it.
    meta.ImplementationClassUID = _uuid("Relaxo")
    meta.ImplementationVersionName = "RELAXO"
    dataset.file_meta = meta
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID = MRImageStorage
    dataset.SOPInstanceUID = sop_uid
    dataset.PatientName = identity.patient_name
    dataset.PatientID = identity.patient_id
    dataset.PatientBirthDate = ""
    dataset.PatientSex = "O"
    dataset.StudyInstanceUID = _uid(identity, "study")
    acquired = identity.started + (series - 1) * SERIES_APART
    for event in ("Study", "Series", "Acquisition", "Content"):
        moment = identity.started if event == "Study" else acquired
        setattr(dataset, f"{event}Date", moment.strftime("%Y%m%d"))
        setattr(dataset, f"{event}Time", moment.strftime("%H%M%S"))
    dataset.ReferringPhysicianName = ""
    dataset.StudyID = "1"
    dataset.AccessionNumber = ""
    dataset.StudyDescription = identity.study_description
    dataset.Modality = "MR"
    dataset.SeriesInstanceUID = _uid(identity, "series", series)
    dataset.SeriesNumber = series
    dataset.AcquisitionNumber = 1
    dataset.InstanceNumber = instance
    dataset.PatientPosition = "HFS"
    dataset.FrameOfReferenceUID = _uid(identity, "frame of reference")
    dataset.PositionReferenceIndicator = ""
    dataset.Manufacturer = identity.manufacturer


def _describe(dataset: Dataset, stack: Stack, index: int) -> None:
    """Fill in the module MR Image: how the image at an index of the varying axis was acquired."""
    protocol = stack.protocol
    # BIDS and DICOM name the times alike.
    times = {name: _decimal(s_to_ms(float(protocol.times[name][index]))) for name in _IN_MS if name in protocol.times}
    if "FlipAngle" in protocol.times:
        times["FlipAngle"] = _decimal(protocol.times["FlipAngle"][index])
    train = protocol.axis == "EchoTime"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "M"]
    dataset.SeriesDescription = " ".join(
        [protocol.description, *([] if train else [_SHORT[protocol.axis], times[protocol.axis]])]
    ).strip()
    dataset.ScanningSequence = _SCANNING.get(protocol.suffix, "SE")
    dataset.SequenceVariant = "NONE"
    dataset.ScanOptions = ""
    dataset.MRAcquisitionType = "2D"
    dataset.RepetitionTime = ""
    dataset.EchoTime = ""
    for name, value in times.items():
        setattr(dataset, name, value)
    dataset.NumberOfAverages = "1"
    dataset.EchoNumbers = index + 1 if train else 1
    dataset.EchoTrainLength = len(protocol) if train else 1
    if protocol.field_T is not None:
        dataset.MagneticFieldStrength = _decimal(protocol.field_T)
        dataset.ImagingFrequency = _decimal(frequency_from_field(protocol.field_T))
    dataset.ImagedNucleus = "1H"


def _place(dataset: Dataset, geometry: Geometry, level: int) -> None:
    """Fill in the module Image Plane: where a slice lies, in mm, left, posterior and superior positive."""
    through, row, column = geometry.spacing
    directions = geometry.affine[:3, :3] / (column, row, through) * _LPS_OF_RAS[:, None]
    corner = geometry.to_mm([0, 0, level]) * _LPS_OF_RAS
    dataset.ImagePositionPatient = _decimals(corner)
    dataset.ImageOrientationPatient = _decimals([*directions[:, 0], *directions[:, 1]])
    dataset.PixelSpacing = _decimals([row, column])
    dataset.SliceThickness = _decimal(through)
    dataset.SpacingBetweenSlices = _decimal(through)
    dataset.SliceLocation = _decimal(float(corner @ np.cross(directions[:, 0], directions[:, 1])))


def _fill(dataset: Dataset, image: NDArray[Any], largest: float) -> None:
    """Fill in the module Image Pixel, and a window that shows the whole stack alike."""
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = image.shape
    dataset.BitsAllocated = 16
    dataset.BitsStored = _BITS
    dataset.HighBit = _BITS - 1
    dataset.PixelRepresentation = 0
    dataset.WindowCenter = _decimal(largest / 2)
    dataset.WindowWidth = _decimal(max(largest, 1))
    dataset.PixelData = image.astype("<u2").tobytes()


def _uid(identity: Identity, *of: object) -> UID:
    return _uuid("/".join(map(str, (identity.key, *of))))


def _uuid(name: str) -> UID:
    """Return a UID that follows from a name: one made of a UUID, root 2.25 (DICOM PS3.5, B.2)."""
    return UID(f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, name).int}")


def _decimal(value: float) -> str:
    """Return a number as a decimal string: 9 decimals at most, which its 16 characters hold for any size in use."""
    return f"{round(float(value), 9) + 0.0:.12g}"  # the sum turns -0.0 into 0


def _decimals(values: Iterable[float]) -> list[str]:
    return [_decimal(value) for value in values]
