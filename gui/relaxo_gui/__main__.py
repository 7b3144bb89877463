"""`relaxo-gui` and `python -m relaxo_gui`: the desktop app."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import relaxo

if TYPE_CHECKING:
    from collections.abc import Sequence

_CANNOT_START = 1
_DEBIAN = (
    "apt install libdbus-1-3 libegl1 libfontconfig1 libgl1 libglib2.0-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 "
    "libxcb-shape0 libxkbcommon-x11-0"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Open the app; returns the exit code."""
    multiprocessing.freeze_support()
    parser = argparse.ArgumentParser(
        prog="relaxo-gui", description="Relaxo's desktop app: from images to r1, r2 and the figure."
    )
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="path",
        type=Path,
        help="a folder of images or a recipe (.toml); files or .zip archives",
    )
    parser.add_argument(
        "--picture", type=Path, metavar="PNG", help="save a picture of the window when all is computed, and close it"
    )
    parser.add_argument("--version", action="version", version=f"relaxo {relaxo.__version__}")
    given = parser.parse_args(argv)
    if given.picture is not None and _no_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if _no_display():
        print("relaxo-gui: there is no display. Use the command line: relaxo --help", file=sys.stderr)  # noqa: T201 - a console script
        return _CANNOT_START
    try:
        from relaxo_gui.app import run  # noqa: PLC0415 - so that --help answers at once, and Qt can be missing
    except ImportError as error:
        if ".so" not in str(error):
            raise
        print(f"relaxo-gui: Qt lacks a system library: {error}. On Debian: {_DEBIAN}", file=sys.stderr)  # noqa: T201
        return _CANNOT_START
    return run(given.paths, given.picture)


def _no_display() -> bool:
    """Whether Qt would find no screen and abort."""
    return sys.platform.startswith("linux") and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    )


if __name__ == "__main__":
    sys.exit(main())
