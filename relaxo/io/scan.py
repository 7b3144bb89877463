"""Files and folders -> Inventory: what stacks are in there, from headers alone, and what is left out and why."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING

from relaxo.data import ImageHeader, Inventory, LeftOut
from relaxo.errors import Cancelled, InputError
from relaxo.io.elements import quiet
from relaxo.io.group import group
from relaxo.io.images import read_images
from relaxo.io.sidecars import Sidecars, is_sidecar
from relaxo.io.sources import sources
from relaxo.io.text import printable
from relaxo.io.timing import complete, of_recipe
from relaxo.io.timing_table import is_timing_table, read_timing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from relaxo.recipe import TimingPart


def scan(
    paths: Sequence[Path],
    progress: Callable[[int, int], bool] | None = None,
    *,
    timing: Sequence[TimingPart] = (),
) -> Inventory:
    """Return what is below some files and folders; no pixel is read.

    Parameters
    ----------
    paths
        Files and folders with DICOM or NIfTI images, and .zip archives of them; a table of times among them speaks of
        all images, one called ``timing.csv`` in a folder of those below it.
    progress
        Called with files looked at and files in all; answers whether to go on.
    timing
        Times that a recipe states.

    Raises
    ------
    InputError
        When a path does not exist, when a table of times cannot be read, or when not a single usable MR image is found.
    Cancelled
        When `progress` answers False.
    """
    headers: list[ImageHeader] = []
    first_with: dict[str, Path] = {}
    with quiet(), ExitStack() as archives:
        files, left_out = sources(paths, archives)
        tables = [source for source in files if is_timing_table(source)]
        notes = [source for source in files if is_sidecar(source)]
        sidecars = Sidecars(notes)
        entries = [
            entry for source in tables for entry in read_timing(source, everywhere=source.path == source.root)
        ] + of_recipe(timing)
        others = {source.shown for source in (*tables, *notes)}
        images = [source for source in files if source.shown not in others]
        for done, source in enumerate(images):
            if progress is not None and not progress(done, len(images)):
                raise Cancelled
            found, faults = read_images(source, sidecars)
            left_out.extend(faults)
            uid = found.images[0].sop_uid if found.images else ""
            if uid and uid in first_with:
                other = printable(first_with[uid].name)
                left_out.append(LeftOut(source.shown, f"the same image as {other} (same SOP Instance UID)"))
                continue
            if found.images:
                first_with.setdefault(uid, source.shown)
            headers.extend(found.images)
        left_out.extend(
            LeftOut(note.shown, "a JSON file that describes no image")
            for note in notes
            if note.shown not in sidecars.used
        )
    if progress is not None:
        progress(len(images), len(images))
    if not headers:
        raise InputError(
            f"there is no MR image that can be used: {summary(left_out)}",
            where=", ".join(printable(path) for path in paths),
            hint="Give the folder with the scanner's original DICOM images",
        )
    complete_headers, unmet = complete(headers, entries)
    stacks, in_no_stack = group(complete_headers)
    stacked = {header.image for stack in stacks for header in stack.images}
    loose = tuple(header for header in complete_headers if header.image not in stacked)
    return Inventory(tuple(paths), stacks, (*left_out, *unmet, *in_no_stack), loose)


def summary(left_out: Sequence[LeftOut], most: int = 3) -> str:
    """Return in one line how many files were left out for which reasons, the frequent ones first."""
    reasons = Counter(item.reason for item in left_out).most_common()
    parts = [f"{count} {'file' if count == 1 else 'files'}: {reason}" for reason, count in reasons[:most]]
    more = sum(count for _, count in reasons[most:])
    return "; ".join([*parts, f"{more} more for other reasons"] if more else parts)
