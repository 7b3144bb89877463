"""A NIfTI file with its sidecar -> its slices as images, each with its times, in the words of a DICOM header."""

from __future__ import annotations

import dataclasses
import gzip
import io
import re
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO

import nibabel
import numpy as np
from nibabel.spatialimages import HeaderDataError
from nibabel.wrapstruct import WrapStructError

from relaxo.data import ImageHeader, StoredPixels
from relaxo.io.dicom_images import Found
from relaxo.io.elements import UnusableError
from relaxo.io.sidecars import entities, numbers, suffix, words
from relaxo.io.text import LONGEST, printable
from relaxo.io.vendors.philips import nifti_factor
from relaxo.units import field_from_frequency

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.io.sidecars import Sidecar, Sidecars
    from relaxo.io.sources import Source

#: nibabel gives types to some of its functions only.
_Header1: Any = nibabel.Nifti1Header
_Header2: Any = nibabel.Nifti2Header

_NAME = re.compile(r"\.nii(\.gz)?$", re.IGNORECASE)
GZIP = b"\x1f\x8b"
#: gzip shrinks no further than this.
_MOST_SHRUNK = 1040
#: The first bytes that hold any header.
_HEADER = 544

#: By the suffix of BIDS, what a scanner would write into ScanningSequence.
_SEQUENCES = {"IRT1": ("IR",), "MESE": ("SE",), "MEGRE": ("GR",), "VFA": ("GR",)}
#: Entities that differ between the volumes of one measurement.
_VARYING = ("inv", "echo", "flip", "part")
_PARTS = {"mag": "magnitude", "phase": "phase", "real": "real", "imag": "imaginary"}
_IMAGE_TYPES = {"PHASE": "phase", "P": "phase", "REAL": "real", "R": "real", "IMAGINARY": "imaginary", "I": "imaginary"}


def is_nifti(name: str) -> bool:
    """Tell a NIfTI file by its name."""
    return _NAME.search(name) is not None


def read_nifti(file: BinaryIO, source: Source, sidecars: Sidecars) -> Found:
    """Return the slices of all volumes of a file.

    Raises
    ------
    UnusableError
        When it is no NIfTI image of a signal.
    """
    try:
        return _read(file, source, sidecars)
    except (HeaderDataError, WrapStructError, ArithmeticError, LookupError, ValueError) as error:
        raise UnusableError(_NO_NIFTI) from error


_NO_NIFTI = "not a NIfTI file, or a damaged one"


def _read(file: BinaryIO, source: Source, sidecars: Sidecars) -> Found:
    stem = _NAME.sub("", source.name)
    if suffix(stem).endswith("map"):
        raise UnusableError(f"a map ({printable(suffix(stem), LONGEST)}), not an image of the signal")
    start = file.read(_HEADER)
    packed = start.startswith(GZIP)
    plain = _start(file, source.size) if packed else start
    header = _header(plain)
    rows, columns, slices, volumes = _shape(header)
    dtype = header.get_data_dtype()
    if dtype.kind not in "iuf":
        raise UnusableError(f"numbers of the type {dtype.name}: save real and imaginary part as two files of numbers")
    offset, sidecar = int(header["vox_offset"]), sidecars.of(source, stem)
    length = offset + rows * columns * slices * volumes * dtype.itemsize
    if offset < 0 or length > (source.size * _MOST_SHRUNK if packed else source.size):
        raise UnusableError("it is cut short: its header says that it holds more pixels than it does")
    slope, intercept = (float(number) if number is not None else None for number in header.get_slope_inter())
    factor = nifti_factor(sidecar)
    first = _facts(source, stem, sidecar)
    first = dataclasses.replace(
        first,
        rows=rows,
        columns=columns,
        frames=slices * volumes,
        slope=(1.0 if slope is None else slope) * factor,
        intercept=(intercept or 0.0) * factor,
    )
    if first.slope == 0:
        raise UnusableError("its slope (scl_slope) is 0, which leaves no signal")
    place = StoredPixels(offset, dtype.str, dtype.itemsize * 8, min(offset, len(plain)), zlib.crc32(plain[:offset]))
    positions = _positions(header, slices)
    images = []
    for volume, times in enumerate(_times(sidecar, volumes)):
        for level, position in enumerate(positions.places):
            frame = volume * slices + level
            images.append(
                dataclasses.replace(
                    first,
                    position=position,
                    orientation=positions.orientation,
                    spacing=positions.spacing,
                    slice_thickness=positions.thickness,
                    frame=frame,
                    instance_number=volume + 1,
                    stored=dataclasses.replace(place, offset=offset + frame * rows * columns * dtype.itemsize),
                    **times,
                )
            )
    return Found(tuple(images))


def unpacked(content: bytes, most: int) -> bytes:
    """Return the first bytes of a file that may be packed by gzip, at most so many; raises UnusableError."""
    if not content.startswith(GZIP):
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            return file.read(most)
    except (OSError, EOFError, zlib.error) as error:
        raise UnusableError("it is damaged or cut short") from error


def _start(file: BinaryIO, size: int) -> bytes:
    """Return the first bytes of a file packed by gzip, as far as a header can reach."""
    file.seek(0)
    try:
        with gzip.GzipFile(fileobj=file) as inside:
            return inside.read(_HEADER)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnusableError("an empty file" if size == 0 else "it is damaged or cut short") from error


def _header(start: bytes) -> Any:  # noqa: ANN401 - nibabel has no types
    kind = _Header2 if start[:4] in {b"\x1c\x02\0\0", b"\0\0\x02\x1c"} else _Header1
    if not start:
        raise UnusableError("an empty file")
    header = kind.from_fileobj(io.BytesIO(start), check=False)
    if header["magic"].item() not in {b"n+1", b"n+2", b"n+2\0\r\n\x1a\n"}:
        raise UnusableError("not a NIfTI file, or one in two parts (.hdr and .img): save it as .nii")
    return header


def _shape(header: Any) -> tuple[int, int, int, int]:  # noqa: ANN401 - nibabel has no types
    """Return rows, columns, slices and volumes."""
    shape = [int(extent) for extent in header.get_data_shape()]
    while len(shape) > 4 and shape[-1] == 1:
        shape.pop()
    if not 2 <= len(shape) <= 4 or min(shape) < 1:
        raise UnusableError(f"an image of {len(shape)} dimensions ({' x '.join(map(str, shape))})")
    columns, rows, slices, volumes = [*shape, 1, 1][:4]
    return rows, columns, slices, volumes


@dataclasses.dataclass(frozen=True, slots=True)
class _Positions:
    places: list[tuple[float, float, float]]
    orientation: tuple[float, float, float, float, float, float]
    spacing: tuple[float, float]
    thickness: float


def _positions(header: Any, slices: int) -> _Positions:  # noqa: ANN401 - as above
    """Return where slices lie, LPS+ as in DICOM."""
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ np.asarray(header.get_best_affine(), np.float64)
    lengths: NDArray[np.float64] = np.linalg.norm(affine[:3, :3], axis=0)
    if not np.isfinite(affine).all() or lengths.min() <= 0:
        raise UnusableError("its place in the scanner makes no sense (affine)")
    column, row, through = (affine[:3, :3] / lengths).T
    if abs(column @ row) > 1e-2 or abs(abs(np.cross(column, row) @ through) - 1) > 1e-2:
        raise UnusableError("its axes are not perpendicular to one another (affine)")
    a, b, c = column.tolist()
    d, e, f = row.tolist()
    places: list[tuple[float, float, float]] = []
    for level in range(slices):
        x, y, z = (affine[:3, 3] + level * affine[:3, 2]).tolist()
        places.append((x, y, z))
    return _Positions(places, (a, b, c, d, e, f), (float(lengths[1]), float(lengths[0])), float(lengths[2]))


def _times(sidecar: Sidecar, volumes: int) -> list[dict[str, Any]]:
    """Return the times and angles of every volume, in s and degree."""
    found: list[dict[str, Any]] = [{} for _ in range(volumes)]
    for field, names in (
        ("inversion_time", ("InversionTime",)),
        ("echo_time", ("EchoTime",)),
        ("repetition_time", ("RepetitionTime", "RepetitionTimePreparation", "RepetitionTimeExcitation")),
        ("flip_angle", ("FlipAngle",)),
    ):
        given = numbers(sidecar, *names)
        if len(given) not in {0, 1, volumes}:
            raise UnusableError(f"its sidecar has {len(given)} values of {names[0]}, and the file {volumes} volumes")
        for volume, times in enumerate(found):
            value = given[volume if len(given) > 1 else 0] if given else None
            times[field] = value if value is not None and value > 0 else None
    return found


def _facts(source: Source, stem: str, sidecar: Sidecar) -> ImageHeader:
    """Return what all images of a file have in common; where they lie is not known yet."""
    known, kind = entities(stem), suffix(stem)
    group = "_".join(f"{key}-{value}" for key, value in known.items() if key not in _VARYING)
    subject = [known[key] for key in ("sub", "ses") if key in known]
    frequency = next(iter(numbers(sidecar, "ImagingFrequency")), None)
    nominal = next(iter(numbers(sidecar, "MagneticFieldStrength")), None)
    field = nominal if frequency is None else field_from_frequency(frequency)
    description = sidecar.get("SeriesDescription") or sidecar.get("ProtocolName") or stem
    sequence = tuple(word.upper() for word in words(sidecar, "ScanningSequence"))
    return ImageHeader(
        path=source.path,
        study_uid="/".join([str(source.root), *subject]),
        series_uid=f"{source.shown.parent}/{group}_{kind}" if known else str(source.shown),
        sop_uid="",
        rows=1,
        columns=1,
        position=(0.0, 0.0, 0.0),
        orientation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
        spacing=(1.0, 1.0),
        component=_component(known, sidecar),
        field_T=field if field is not None and 0.001 <= field <= 30 else None,
        frequency_MHz=frequency,
        manufacturer=printable(str(sidecar.get("Manufacturer") or ""), LONGEST),
        description=printable(str(description), LONGEST),
        sequence=sequence or _SEQUENCES.get(kind, ()),
        member=source.member,
    )


def _component(known: dict[str, str], sidecar: Sidecar) -> str:
    if "part" in known:
        return _PARTS.get(known["part"], "magnitude")
    return next((_IMAGE_TYPES[word] for word in words(sidecar, "ImageType") if word in _IMAGE_TYPES), "magnitude")
