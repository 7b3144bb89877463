"""Magnitude, phase, real and imaginary images: which are fitted, and real and imaginary ones joined to complex ones."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaxo.io.text import article

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from relaxo.data import ImageHeader
    from relaxo.io.kinds import Reasons

_FITTED = ("magnitude", "real")


def fittable(headers: Sequence[ImageHeader], reasons: Reasons) -> list[ImageHeader]:
    """Return magnitude, real and complex images; `reasons` learns why others are not among them.

    A real and an imaginary image of one slice at one time are one complex image, whether they stand in one series or in
    two. A real image without its imaginary one is a signed image.
    """
    imaginary: dict[Hashable, list[ImageHeader]] = {}
    for header in headers:
        if header.component == "imaginary":
            imaginary.setdefault(_what(header), []).append(header)
    found = []
    for header in headers:
        partners = imaginary.get(_what(header), []) if header.component == "real" else []
        if partners:
            found.append(dataclasses.replace(header, component="complex", imaginary=_partner(header, partners)))
        elif header.component in _FITTED:
            found.append(header)
        elif header.component != "imaginary":
            reasons[header.image] = (
                f"{article(header.component)} image: the fits need magnitude, real (signed) or complex images"
            )
    used = {header.imaginary.image for header in found if header.imaginary is not None}
    for header in headers:
        if header.component == "imaginary" and header.image not in used:
            reasons[header.image] = "an imaginary image without its real one"
    return found


def _partner(header: ImageHeader, partners: list[ImageHeader]) -> ImageHeader:
    """Take the imaginary image of the same series where there is one, else the next."""
    same = next((one for one in partners if one.series_uid == header.series_uid), partners[0])
    partners.remove(same)
    return same


def _what(header: ImageHeader) -> Hashable:
    """Return what a real and an imaginary image have in common."""
    numbers = (
        *header.position,
        *header.orientation,
        *header.spacing,
        header.inversion_time or 0.0,
        header.echo_time or 0.0,
        header.repetition_time or 0.0,
        header.flip_angle or 0.0,
    )
    return header.study_uid, header.rows, header.columns, tuple(round(number, 4) for number in numbers)
