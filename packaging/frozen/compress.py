"""Make the sample phantom as scanners compress it: `python packaging/frozen/compress.py FOLDER`.

The smoke test reads it with the frozen app. Run by the Python of the environment that is frozen, which has GDCM.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import gdcm

PHANTOM = Path(__file__).resolve().parents[2] / "sample_phantoms" / "gd6_plate"
#: Lossless all: the numbers must be those of the plain images.
SYNTAXES = (
    gdcm.TransferSyntax.JPEGLosslessProcess14_1,
    gdcm.TransferSyntax.JPEGLSLossless,
    gdcm.TransferSyntax.JPEG2000Lossless,
    gdcm.TransferSyntax.RLELossless,
)


def compress(folder: Path) -> None:
    """Write the phantom's images to `folder`/dicom, each series in the next of the syntaxes, with the table."""
    if folder.exists():
        shutil.rmtree(folder)
    series = sorted(path for path in (PHANTOM / "dicom").iterdir() if path.is_dir())
    for number, plain in enumerate(series):
        for file in sorted(path for path in plain.rglob("*") if path.is_file()):
            target = folder / "dicom" / file.relative_to(PHANTOM / "dicom")
            target.parent.mkdir(parents=True, exist_ok=True)
            _compress(file, target, SYNTAXES[number % len(SYNTAXES)])
    shutil.copy(PHANTOM / "concentrations.csv", folder)


def _compress(plain: Path, target: Path, syntax: int) -> None:
    reader = gdcm.ImageReader()
    reader.SetFileName(str(plain))
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    if not reader.Read():
        raise SystemExit(f"{plain} cannot be read")
    change.SetInput(reader.GetImage())
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(target))
    writer.SetFile(reader.GetFile())
    if not change.Change():
        raise SystemExit(f"{plain} cannot be compressed")
    writer.SetImage(change.GetOutput())
    if not writer.Write():
        raise SystemExit(f"{target} cannot be written")


if __name__ == "__main__":
    compress(Path(sys.argv[1]))
