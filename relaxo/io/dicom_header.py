"""The header of one DICOM image -> its facts in Relaxo's units, or the reason why it is none that can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo.data import ImageHeader
from relaxo.io.elements import UnusableError, integer, numbers, positive, text, words
from relaxo.io.patient import patient_of
from relaxo.io.real_world import physical_unit
from relaxo.io.vendors import vendor_of
from relaxo.units import field_from_frequency, ms_to_s

if TYPE_CHECKING:
    from pathlib import Path

    from pydicom.dataset import Dataset

#: More pixels than any MR image has (8192 x 8192): such a size is a damaged header or a decompression bomb.
MOST_PIXELS = 2**26

#: Several images in a file, each with functional groups of its own.
MULTI_FRAME = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.4.1",  # Enhanced MR Image
        "1.2.840.10008.5.1.4.1.1.4.4",  # Legacy Converted Enhanced MR Image
    }
)
_NO_MR_IMAGE = {
    "1.2.840.10008.1.3.10": "an index of files (DICOMDIR), not an image",
    "1.2.840.10008.5.1.4.1.1.4.3": "a colour image, not one of the scanner",
    "1.2.840.10008.5.1.4.1.1.4.2": "an MR spectrum, not an image",
    "1.2.840.10008.5.1.4.1.1.7": "a screenshot (Secondary Capture), not an image of the scanner",
    "1.2.840.10008.5.1.4.1.1.66": "raw data, not an image",
}

#: Philips writes the largest number there is where a time does not apply.
_LONGEST_MS = 1e9


def header_of(dataset: Dataset, path: Path) -> ImageHeader:
    """Return the facts of an image in Relaxo's units.

    Raises
    ------
    UnusableError
        With the reason, when it is no MR image that can be used.
    """
    check_image(dataset)
    rows, columns = matrix(dataset)
    position, orientation, spacing = _geometry(dataset)
    vendor = vendor_of(dataset)
    component = vendor.component(dataset) or "magnitude"
    slope, intercept = (1.0, 0.0) if component == "phase" else vendor.scale(dataset)
    if slope == 0:
        raise UnusableError("its RescaleSlope is 0, which leaves no signal")
    series, protocol = text(dataset, 0x0008103E), text(dataset, 0x00181030)
    return ImageHeader(
        path=path,
        study_uid=text(dataset, 0x0020000D),
        series_uid=text(dataset, 0x0020000E),
        sop_uid=text(dataset, 0x00080018),
        rows=rows,
        columns=columns,
        position=position,
        orientation=orientation,
        spacing=spacing,
        slice_thickness=positive(dataset, 0x00180050),
        series_number=integer(dataset, 0x00200011),
        instance_number=integer(dataset, 0x00200013),
        inversion_time=_seconds(dataset, 0x00180082) or _seconds(dataset, 0x00189079),
        echo_time=_seconds(dataset, 0x00180081),
        repetition_time=_seconds(dataset, 0x00180080),
        flip_angle=positive(dataset, 0x00181314),
        echo_number=integer(dataset, 0x00180086),
        echo_train_length=integer(dataset, 0x00180091),
        component=component,
        slope=slope,
        intercept=intercept,
        field_T=_field(dataset),
        frequency_MHz=positive(dataset, 0x00180084),
        manufacturer=text(dataset, 0x00080070),
        description=series or protocol,
        protocol_name=protocol,
        sequence=words(dataset, 0x00180020),
        frame_uid=text(dataset, 0x00200052),
        acquired=_acquired(dataset),
        receiver_gain=vendor.receiver_gain(dataset),
        fills_range=vendor.fills_range,
        patient=patient_of(dataset),
    )


def check_kind(dataset: Dataset, sop_class: str) -> None:
    """Raise UnusableError when a file holds no MR images; `sop_class` is that of the file."""
    modality = text(dataset, 0x00080060)
    if sop_class in _NO_MR_IMAGE:
        raise UnusableError(_NO_MR_IMAGE[sop_class])
    if not sop_class and not modality:
        raise UnusableError("a DICOM file that does not say what it holds, or is cut short before it does")
    if modality != "MR":
        raise UnusableError(f"not an MR image (modality {modality or 'not stated'})")
    if sop_class not in MULTI_FRAME and (integer(dataset, 0x00280008) or 1) > 1:
        raise UnusableError(
            "several frames in one file without a header for each: export it as Enhanced MR, or one image a file"
        )


def check_image(dataset: Dataset) -> None:
    """Raise UnusableError when an image is not one that the scanner measured."""
    kinds = words(dataset, 0x00080008)
    if "LOCALIZER" in kinds:
        raise UnusableError("a localizer")
    if any("MAP" in kind.split() and "PHASE" not in kind for kind in kinds):
        raise UnusableError("a map that was calculated from other images")
    unit = physical_unit(dataset)
    if unit:
        raise UnusableError(f"a map in {unit}, as its real-world values say, not an image of the signal")
    reason = vendor_of(dataset).unusable(dataset)
    if reason:
        raise UnusableError(reason)
    if kinds[:1] == ("DERIVED",):
        raise UnusableError("derived from other images (ImageType DERIVED): export the original ones")


def matrix(dataset: Dataset) -> tuple[int, int]:
    """Return rows and columns; raises UnusableError when there is no such image."""
    rows, columns = integer(dataset, 0x00280010), integer(dataset, 0x00280011)
    if not rows or not columns or rows < 0 or columns < 0 or integer(dataset, 0x00280100) is None:
        raise UnusableError("no pixels: its header describes no image")
    if rows * columns > MOST_PIXELS:
        raise UnusableError(f"an image of {rows} x {columns} pixels is not an MR image")
    if (integer(dataset, 0x00280002) or 1) != 1 or text(dataset, 0x00280004) not in {"", "MONOCHROME1", "MONOCHROME2"}:
        raise UnusableError("a colour image, not one of the scanner")
    return rows, columns


def _geometry(
    dataset: Dataset,
) -> tuple[tuple[float, float, float], tuple[float, float, float, float, float, float], tuple[float, float]]:
    position, orientation = numbers(dataset, 0x00200032), numbers(dataset, 0x00200037)
    spacing = numbers(dataset, 0x00280030)
    if len(position) != 3 or len(orientation) != 6 or len(spacing) != 2:
        raise UnusableError("its place in the scanner is not stated (position, orientation and pixel spacing)")
    a, b, c, d, e, f = orientation
    # Two lengths and a scalar product; rounded direction cosines are seen with three decimals.
    askew = max(abs(a * a + b * b + c * c - 1), abs(d * d + e * e + f * f - 1), abs(a * d + b * e + c * f))
    if min(spacing) <= 0 or not askew <= 1e-2:
        raise UnusableError("its place in the scanner makes no sense (pixel spacing or orientation)")
    x, y, z = position
    return (x, y, z), (a, b, c, d, e, f), (spacing[0], spacing[1])


def _seconds(dataset: Dataset, tag: int) -> float | None:
    return next((ms_to_s(time) for time in numbers(dataset, tag) if 0 < time < _LONGEST_MS), None)


def _field(dataset: Dataset) -> float | None:
    """Return the field in T, from the imaging frequency unless that contradicts the nominal field.

    It does where another nucleus than the proton is imaged, or where the unit is not MHz.
    """
    nominal, frequency = positive(dataset, 0x00180087), positive(dataset, 0x00180084)
    plausible = nominal if nominal is not None and 0.001 <= nominal <= 30 else None
    if frequency is None:
        return plausible
    exact = field_from_frequency(frequency)
    if plausible is None:
        return exact if 0.001 <= exact <= 30 else None
    return exact if abs(exact - plausible) <= 0.1 * plausible else plausible


def _acquired(dataset: Dataset) -> str:
    together = text(dataset, 0x0008002A)
    if together:
        return together
    date, time = text(dataset, 0x00080022) or text(dataset, 0x00080020), text(dataset, 0x00080032)
    return date + time if time else ""
