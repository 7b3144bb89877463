"""Try a frozen Relaxo as a stranger's machine would run it: `python packaging/frozen/smoke.py FOLDER [COMPRESSED]`.

It must import all that Relaxo may import, name its engine, list every model, run the sample phantom to the known r1 and
r2, from compressed images too (those of compress.py), write figures, workbook, report and DICOM, run a batch, and open
its window without a screen, in an environment that leads to no Python. Uses nothing but the standard library.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

#: Of the sample phantom, in 1/(mM s).
TRUTH = {("Gd6", "r1"): 12.06, ("Gd6", "r2"): 24.10, ("Gd-DTPA", "r1"): 4.55, ("Gd-DTPA", "r2"): 5.77}
MODELS = (
    "gradient_echo_decay",
    "inversion_recovery",
    "inversion_recovery_ideal",
    "look_locker",
    "saturation_recovery",
    "spin_echo_decay",
    "spin_echo_epg",
    "spoiled_gradient_echo",
)
#: What Relaxo imports when it is needed, with the libraries below it.
LATE = (
    "PIL.TiffImagePlugin",
    "PySide6.QtSvg",
    "distributed",
    "gdcm",
    "highdicom",
    "matplotlib.backends.backend_pdf",
    "matplotlib.backends.backend_svg",
    "nibabel",
    "openpyxl",
    "pypdfium2",
    "pyqtgraph",
    "reportlab.platypus",
    "scipy.fft",
    "scipy.ndimage",
    "scipy.special",
    "ssl",
)
ROOT = Path(__file__).resolve().parents[2]
SUFFIX = ".exe" if sys.platform == "win32" else ""


def main(folder: Path, compressed: Path | None = None) -> None:
    """Run every step; ends with an exit code other than 0 at the first that fails."""
    command = folder / f"relaxo{SUFFIX}"
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        environment = {**_environment(place), "QT_QPA_PLATFORM": "offscreen"}
        _said(place, command, "--import", *LATE, *_modules(), environment=environment)
        version = _said(place, command, "--version")
        _expect("relaxo " in version and "engine" in version, version)
        models = _said(place, command, "models")
        _expect(all(name in models for name in MODELS), models)
        _said(place, command, "demo", "--out", "demo")
        found = _relaxivities(place / "demo")
        _expect(found.keys() == TRUTH.keys(), f"there are r1 and r2 of {sorted(found)}")
        for which, truth in TRUTH.items():
            _expect(abs(found[which] / truth - 1) < 0.03, f"{which} is {found[which]}, not {truth}")
        _written(place / "demo", command)
        if compressed is not None:
            table = ["--concentrations", compressed / "concentrations.csv"]
            _said(place, command, "run", compressed / "dicom", *table, "--out", "compressed")
            _expect(
                _relaxivities(place / "compressed") == found, "compressed images give other numbers than plain ones"
            )
        _said(place, command, "export", "demo/recipe.toml", "--as", "dicom", "--out", "dicom")
        _expect(any((place / "dicom").rglob("*.dcm")), "there is no DICOM map")
        _said(place, command, "batch", "demo/recipe.toml", "--out", "batch", "--workers", "1")
        _expect((place / "batch" / "summary.csv").is_file(), "the batch wrote no summary")
        _window(place, folder / f"relaxo-gui{SUFFIX}")
    print("The frozen app works.")  # noqa: T201


def _modules() -> list[str]:
    """Return the names of all modules of Relaxo."""
    places = [path.relative_to(home) for home in (ROOT, ROOT / "gui") for path in home.glob("relaxo*/**/*.py")]
    names = {".".join(place.with_suffix("").parts).removesuffix(".__init__") for place in places}
    return sorted(names - {name for name in names if name.endswith("__main__")})


def _relaxivities(folder: Path) -> dict[tuple[str, str], float]:
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return {(agent["name"], key): agent[key]["value"] for agent in results["agents"] for key in ("r1", "r2")}


def _written(results: Path, command: Path) -> None:
    """Look at what an analysis wrote, and draw its figures in every format."""
    _expect((results / "figure.png").stat().st_size > 10_000, "there is no figure")
    with zipfile.ZipFile(results / "results.xlsx") as workbook:
        _expect("xl/workbook.xml" in workbook.namelist(), "there is no workbook")
    report = (results / "report.pdf").read_bytes()
    _expect(report.startswith(b"%PDF") and b"DejaVu" in report, "there is no report, or not in its font")
    formats = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF", "tiff": b"II*\x00"}
    kinds = ("figure", "lines", "strips", "maps", "curves")
    chosen = [*(f"--kind={kind}" for kind in kinds), *(f"--format={name}" for name in formats)]
    _said(results.parent, command, "figure", results.name, *chosen, "--out", "figures")
    for kind in kinds:
        drawn = [path for path in (results.parent / "figures").iterdir() if path.stem.startswith(kind)]
        _expect({path.suffix[1:] for path in drawn} == set(formats), f"{kind} is not there in every format")
        for path in drawn:
            _expect(path.read_bytes().startswith(formats[path.suffix[1:]]), f"{path.name} is no {path.suffix}")


def _window(place: Path, app: Path) -> None:
    """Open the window on the phantom's results and take its picture, without a screen."""
    picture = place / "window.png"
    environment = {**_environment(place), "QT_QPA_PLATFORM": "offscreen"}
    _said(place, app, "--picture", picture, "demo/recipe.toml", environment=environment)
    _expect(picture.is_file() and picture.stat().st_size > 10_000, "the window gave no picture")


def _said(place: Path, *command: object, environment: dict[str, str] | None = None) -> str:
    began = time.monotonic()
    told = subprocess.run(  # noqa: S603 - what was just built
        [str(part) for part in command],
        cwd=place,
        env=environment or _environment(place),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    _expect(told.returncode == 0, f"{command} ended with {told.returncode}:\n{told.stdout}\n{told.stderr}")
    print(f"{time.monotonic() - began:6.1f} s  {' '.join(map(str, command[1:]))[:100]}")  # noqa: T201
    return told.stdout


def _environment(home: Path) -> dict[str, str]:
    """Return an environment that leads to no Python and to nobody's settings."""
    kept = {name: value for name, value in os.environ.items() if name in {"SYSTEMROOT", "TEMP", "TMP", "DISPLAY"}}
    return {**kept, "PATH": "", "HOME": str(home), "USERPROFILE": str(home), "LANG": "C.UTF-8"}


def _expect(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - a condition
    if not holds:
        raise SystemExit(f"the frozen app does not work: {otherwise}")


if __name__ == "__main__":
    main(*(Path(each).resolve() for each in sys.argv[1:3]))
