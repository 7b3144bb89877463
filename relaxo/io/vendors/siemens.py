"""Siemens: signed images are real ones with a negative intercept, which the standard's rules read; mosaics are refused.

A mosaic holds all slices of a volume side by side in one image, and its header the place of none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo.io.elements import text, words
from relaxo.io.vendors.vendor import Vendor

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_IMAGE_TYPE, _MANUFACTURER = 0x00080008, 0x00080070


def unusable(dataset: Dataset) -> str | None:
    """Refuse a mosaic."""
    if "MOSAIC" not in words(dataset, _IMAGE_TYPE):
        return None
    return "a mosaic of slices in one image: export Enhanced MR, or one slice an image"


SIEMENS = Vendor("Siemens", wrote=lambda dataset: "SIEMENS" in text(dataset, _MANUFACTURER).upper(), unusable=unusable)
