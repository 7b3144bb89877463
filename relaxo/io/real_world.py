"""Real-world value mappings: what is believed of them, and what is not.

Scanners attach one to images of the signal too, with "no units" and the slope that the display needs (Philips): it says
nothing of the signal, and is not used. With a physical unit the numbers are a calculated map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo.io.elements import MALFORMED, text, values

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_MAPPING, _UNITS, _CODE = 0x00409096, 0x004008EA, 0x00080100
_PHYSICAL = {"ms": "ms", "s": "s", "Hz": "Hz", "kHz": "kHz", "1/s": "1/s", "/s": "1/s", "s-1": "1/s", "mm2/s": "mm2/s"}


def physical_unit(dataset: Dataset) -> str | None:
    """Return the physical unit of an image's numbers; None when they have none, as those of a signal."""
    try:
        for item in values(dataset, _MAPPING):
            for unit in values(item, _UNITS):  # type: ignore[arg-type] # what is no dataset is malformed
                code = text(unit, _CODE)  # type: ignore[arg-type] # as above
                if code in _PHYSICAL:
                    return _PHYSICAL[code]
    except MALFORMED:
        return None
    return None
