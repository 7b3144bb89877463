"""Inventory: what a folder holds, known from headers alone, before a pixel is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from relaxo.data.geometry import Geometry
    from relaxo.data.notice import Notice
    from relaxo.data.protocol import Protocol


@dataclass(frozen=True, slots=True)
class StoredPixels:
    """Where the numbers of an image stand in its file, for files that hold them as they are."""

    offset: int
    """Bytes before the first number."""
    dtype: str
    """Their type as NumPy writes it, ``<u2``."""
    bits: int
    """How many bits of each count, from the lowest."""
    header_length: int
    """Bytes that tell what the numbers mean, from the start of the file."""
    header_sum: int
    """CRC-32 of these, by which a file that was changed after the scan is known."""


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """The facts of one image (one slice at one time), as its header states them, in s, degree, mm, T and MHz."""

    path: Path
    study_uid: str
    series_uid: str
    sop_uid: str
    rows: int
    columns: int
    position: tuple[float, float, float]
    """Centre of the first pixel in mm, left, posterior and superior positive (LPS+), as in DICOM."""
    orientation: tuple[float, float, float, float, float, float]
    """Direction of increasing column, then of increasing row, LPS+."""
    spacing: tuple[float, float]
    """Distance between rows, between columns, in mm."""
    slice_thickness: float | None = None
    series_number: int | None = None
    instance_number: int | None = None
    inversion_time: float | None = None
    echo_time: float | None = None
    repetition_time: float | None = None
    flip_angle: float | None = None
    echo_number: int | None = None
    echo_train_length: int | None = None
    component: str = "magnitude"
    slope: float = 1.0
    intercept: float = 0.0
    field_T: float | None = None
    frequency_MHz: float | None = None
    manufacturer: str = ""
    description: str = ""
    sequence: tuple[str, ...] = ()
    """ScanningSequence: ``SE``, ``IR``, ``GR``, ``EP``."""
    frame_uid: str = ""
    """Frame of reference: positions in the same one can be compared."""
    acquired: str = ""
    """Date and time of the acquisition as DICOM writes them, ``20240131143005.25``: they sort as they happened."""
    protocol_name: str = ""
    member: str = ""
    """Name of its file inside `path`, when that is an archive."""
    frame: int = 0
    """Which image of its file it is, from 0."""
    frames: int = 1
    """How many images its file holds."""
    receiver_gain: tuple[int, ...] = ()
    """As the vendor counts it; empty where it does not say."""
    largest: float | None = None
    """The signal of the largest number that its file can store; None where there is no such limit."""
    fills_range: bool = False
    """Whether its scanner scales every image so that the brightest voxel has the largest number."""
    entered: tuple[tuple[str, str], ...] = ()
    """BIDS name of every time or angle that the header does not state, or not in its unit, and where it is from."""
    patient: tuple[str, str, str] | None = field(default=None, repr=False)
    """Name, ID and date of birth as the header has them, to be kept out of what leaves; None where it can have none."""
    stored: StoredPixels | None = None
    """None where the numbers must be decoded."""
    imaginary: ImageHeader | None = None
    """The image of the imaginary part, when the component is ``complex``."""

    @property
    def image(self) -> tuple[Path, str, int]:
        """What tells it from every other image: file, member and frame."""
        return self.path, self.member, self.frame


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that belongs to no stack, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class StackSource:
    """A stack that can be loaded: its protocol and geometry, and the image of every slice at every time."""

    name: str
    """Stable within a folder, as a recipe names it: ``IRT1-1``, ``MESE-1``."""
    protocol: Protocol
    geometry: Geometry
    headers: tuple[tuple[ImageHeader, ...], ...]
    """(n, z): one header an image, ordered as the stack's first two axes."""
    notices: tuple[Notice, ...] = ()
    """What is odd about it."""

    @property
    def quantity(self) -> str | None:
        """``T1`` or ``T2``: what a stack of this kind measures; None when neither."""
        return {"IRT1": "T1", "VTR": "T1", "VFA": "T1", "MESE": "T2"}.get(self.protocol.suffix)

    @property
    def images(self) -> tuple[ImageHeader, ...]:
        """Its images in the stack's order, the imaginary parts of complex ones among them."""
        whole = (header for slices in self.headers for header in slices)
        return tuple(part for header in whole for part in (header, header.imaginary) if part is not None)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files it is read from, each once, in the stack's order."""
        return tuple(dict.fromkeys(header.path for header in self.images))


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that was found below some paths."""

    paths: tuple[Path, ...]
    stacks: tuple[StackSource, ...]
    left_out: tuple[LeftOut, ...]
    loose: tuple[ImageHeader, ...] = ()
    """Images that could be read and are in no stack; `left_out` says why."""

    @property
    def images(self) -> tuple[ImageHeader, ...]:
        """Every image that could be read, in a stack or not, each once."""
        stacked = (header for stack in self.stacks for header in stack.images)
        return tuple({header.image: header for header in (*stacked, *self.loose)}.values())
