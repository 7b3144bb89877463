"""Pack the frozen app for Linux machines without root: `python packaging/linux/archive.py FROZEN --out FOLDER`."""

from __future__ import annotations

import argparse
import tarfile
from pathlib import Path

import common

_README = """Relaxo {version}

From the scanner's DICOM images to T1 and T2 maps, the relaxivities r1 and r2, and the figure for the paper.

Unpack it anywhere; nothing needs to be installed.

    ./relaxo demo        analyses the phantom that comes along, and says where the figure lies
    ./relaxo --help      shows every command
    ./relaxo-gui         opens the app

The app needs a desktop with libEGL, libGL and fontconfig, as every desktop has. Move or delete the folder as you like:
settings and unsaved analyses lie in ~/.config and ~/.local/share, nothing else outside.

For research use, not for diagnosis. Licences of all that is in here: LICENCES.txt
"""


def pack(frozen: Path, out: Path) -> Path:
    """Return the archive, below `out`."""
    version = common.version(frozen)
    name = f"relaxo-{version}-linux-{common.machine()}"
    (frozen / "README.txt").write_text(_README.format(version=version), encoding="utf-8")
    archive = out / f"{name}.tar.xz"
    out.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive, "w:xz", preset=6) as tar:
        tar.add(frozen, name, filter=common.as_root)
    return archive


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("frozen", type=Path, help="what packaging/frozen/build.py made")
    parser.add_argument("--out", type=Path, default=Path("dist"))
    given = parser.parse_args()
    print(pack(given.frozen.resolve(), given.out))  # noqa: T201
