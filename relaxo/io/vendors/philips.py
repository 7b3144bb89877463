"""Philips: images are comparable only after a private scale that changes from series to series.

The stored value SV becomes the displayed value ``DV = SV RS + RI`` with RescaleSlope and RescaleIntercept, which differ
from image to image so as to fill 12 bits, and the signal ``FP = DV / (RS SS)`` with the private scale slope SS of
(2005,xx0E) (Chenevert et al. 2014, doi:10.1593/tlo.13811). Without SS every inversion time would have a scale of its
own, and the T1 be wrong by any factor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo.io.elements import UnusableError, number, text
from relaxo.io.vendors.vendor import Vendor, private_tag, private_tags, standard_scale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydicom.dataset import Dataset

_GROUP, _CREATOR, _SCALE_SLOPE = 0x2005, "Philips MR Imaging DD 001", 0x0E


def wrote(dataset: Dataset) -> bool:
    """Tell a Philips image by its manufacturer, or by its private block where that was removed."""
    named = "PHILIPS" in text(dataset, 0x00080070).upper()
    return named or private_tag(dataset, _GROUP, _CREATOR, _SCALE_SLOPE) is not None


def scale(dataset: Dataset) -> tuple[float, float]:
    """Return 1 / SS and RI / (RS SS), so that ``FP = SV slope + intercept``.

    Raises
    ------
    UnusableError
        When the private scale slope is missing or unusable.
    """
    rescale_slope, rescale_intercept = standard_scale(dataset)
    tag = private_tag(dataset, _GROUP, _CREATOR, _SCALE_SLOPE)
    scale_slope = None if tag is None else number(dataset, tag)
    if scale_slope is None or scale_slope <= 0 or rescale_slope <= 0:
        raise UnusableError(
            "a Philips image without its private scale slope (2005,100E): its signal cannot be compared with that of "
            "other images; export it again with private elements kept"
        )
    return 1 / scale_slope, rescale_intercept / (rescale_slope * scale_slope)


def nifti_factor(sidecar: Mapping[str, object]) -> float:
    """Return what the numbers of a converted image are multiplied by to be signal.

    dcm2niix writes both slopes into the sidecar, and whether it stored FP or DV.

    Raises
    ------
    UnusableError
        When the sidecar of a Philips image does not say how the image is scaled.
    """
    if "PHILIPS" not in str(sidecar.get("Manufacturer") or "").upper():
        return 1.0
    if sidecar.get("UsePhilipsFloatNotDisplayScaling") == 1:
        return 1.0
    slopes = [sidecar.get(name) for name in ("PhilipsRescaleSlope", "PhilipsScaleSlope")]
    rescale, scale_slope = (float(slope) if isinstance(slope, int | float) and slope > 0 else None for slope in slopes)
    if rescale is None or scale_slope is None:
        raise UnusableError(
            "a Philips image whose sidecar does not say how it is scaled (PhilipsScaleSlope): convert it again with "
            "dcm2niix, from DICOM with private elements kept"
        )
    return 1 / (rescale * scale_slope)


PHILIPS = Vendor("Philips", wrote=wrote, tags=private_tags(_GROUP, _SCALE_SLOPE), scale=scale, fills_range=True)
