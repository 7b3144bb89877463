"""What single vendors write in their own way: one file a vendor, each with one `Vendor`.

A new vendor is a new file and one more entry in `VENDORS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo.io.vendors.bruker import BRUKER
from relaxo.io.vendors.ge import GE
from relaxo.io.vendors.philips import PHILIPS
from relaxo.io.vendors.siemens import SIEMENS
from relaxo.io.vendors.vendor import STANDARD, Vendor

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["VENDORS", "Vendor", "vendor_of"]

VENDORS = (BRUKER, GE, PHILIPS, SIEMENS)


def vendor_of(dataset: Dataset) -> Vendor:
    """Return the vendor whose rules an image follows; the standard's where none claims it."""
    return next((vendor for vendor in VENDORS if vendor.wrote(dataset)), STANDARD)
