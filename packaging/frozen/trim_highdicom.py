"""Shorten highdicom's table of DICOM's attributes: of 23 MB, parametric maps and segmentations need a twentieth."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: Modules of which attributes inside of sequences are read: those of the frames of what Relaxo writes.
WHOLE = {"parametric-map-multi-frame-functional-groups", "segmentation-multi-frame-functional-groups"}

#: Attributes that are looked for at any depth.
ANYWHERE = {"ContentDate", "ContentTime", "DoubleFloatPixelData", "FloatPixelData", "PixelData"}


def trim(table: Path) -> int:
    """Replace the table by a short one, in which every module keeps what is not inside of a sequence.

    Returns how many bytes that saves.
    """
    before = table.stat().st_size
    modules = json.loads(table.read_text(encoding="utf-8"))
    if missing := WHOLE - modules.keys():
        raise SystemExit(f"{table}: knows nothing of {', '.join(sorted(missing))}")
    short = {
        name: [each for each in attributes if name in WHOLE or not each["path"] or each["keyword"] in ANYWHERE]
        for name, attributes in modules.items()
    }
    table.write_text(json.dumps(short, separators=(",", ":")), encoding="utf-8")
    return before - table.stat().st_size
