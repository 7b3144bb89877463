"""Rebuild Qt's copy of ICU's data with English alone: of 32 MB, Relaxo reads the rules of sorting and case.

Needs gcc, binutils and ICU's `icupkg` (Debian's icu-devtools); without them the whole data is shipped.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from fnmatch import fnmatch
from pathlib import Path

#: What stays: the rules that hold for every language, and English.
KEPT = (
    "*root.res",
    "*en.res",
    "*en_001.res",
    "*en_US*.res",
    "*res_index.res",
    "*pool.res",
    "*.icu",
    "*.nrm",
    "brkitr/*.brk",
    "coll/ucadata.icu",
    "dayPeriods.res",
    "icustd.res",
    "icuver.res",
    "keyTypeData.res",
    "likelySubtags.res",
    "metaZones.res",
    "metadata.res",
    "numberingSystems.res",
    "plurals.res",
    "supplementalData.res",
    "timezoneTypes.res",
    "windowsZones.res",
    "zoneinfo64.res",
)


def trim(library: Path) -> int:
    """Replace ICU's data library by a small one; returns how many bytes that saves, 0 where it cannot be done."""
    tools = [shutil.which(name) for name in ("icupkg", "cc", "objcopy")]
    if None in tools:
        return 0
    icupkg, compiler, objcopy = (str(tool) for tool in tools)
    version = re.fullmatch(r"libicudata\.so\.(\d+)", library.name)
    if version is None:
        raise SystemExit(f"{library}: not ICU's data library")
    before = library.stat().st_size
    with tempfile.TemporaryDirectory() as scratch:
        name = f"icudt{version[1]}"
        whole = Path(scratch, f"{name}l.dat")
        # Nothing but the package of data is in that section.
        _run([objcopy, "-O", "binary", "--only-section=.rodata", str(library), str(whole)])
        listed = _run([icupkg, "-l", str(whole)]).split()
        removed = Path(scratch, "removed.txt")
        removed.write_text("\n".join(each for each in listed if not any(fnmatch(each, kept) for kept in KEPT)))
        small = Path(scratch, "small", whole.name)
        small.parent.mkdir()
        _run([icupkg, "-r", str(removed), "--ignore-deps", str(whole), str(small)])
        source = Path(scratch, "data.S")
        source.write_text(
            f".section .rodata\n.globl {name}_dat\n.type {name}_dat, %object\n.balign 16\n"
            f'{name}_dat:\n.incbin "{small}"\n.size {name}_dat, .-{name}_dat\n.section .note.GNU-stack,"",%progbits\n'
        )
        built = Path(scratch, library.name)
        _run([compiler, "-shared", "-nostdlib", f"-Wl,-soname,{library.name}", "-s", "-o", str(built), str(source)])
        # Never half a library: the copy takes the place of the old one in one step.
        Path(shutil.copy(built, library.with_suffix(".new"))).replace(library)
    return before - library.stat().st_size


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - tools of the system
