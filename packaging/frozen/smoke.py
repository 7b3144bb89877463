"""Try a frozen Relaxo as a stranger's machine would run it: `python packaging/frozen/smoke.py FOLDER`.

It must name its engine, list every model, run the sample phantom to the known r1 and r2, run a batch, write DICOM, and
open its window without a screen, in an environment that leads to no Python. Uses nothing but the standard library.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

#: Of the sample phantom, in 1/(mM s).
TRUTH = {"Gd6": (12.06, 24.10), "Gd-DTPA": (4.55, 5.77)}
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
SUFFIX = ".exe" if sys.platform == "win32" else ""


def main(folder: Path) -> None:
    """Run every step; ends with an exit code other than 0 at the first that fails."""
    command = folder / f"relaxo{SUFFIX}"
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        version = _said(place, command, "--version")
        _expect("relaxo " in version and "engine" in version, version)
        models = _said(place, command, "models")
        _expect(all(name in models for name in MODELS), models)
        _said(place, command, "demo", "--out", "demo")
        results = json.loads((place / "demo" / "results.json").read_text(encoding="utf-8"))
        for agent in results["agents"]:
            for key, truth in zip(("r1", "r2"), TRUTH[agent["name"]], strict=True):
                value = agent[key]["value"]
                _expect(abs(value / truth - 1) < 0.03, f"{agent['name']}: {key} is {value}, not {truth}")
        _expect((place / "demo" / "figure.png").stat().st_size > 10_000, "there is no figure")
        _said(place, command, "export", "demo/recipe.toml", "--as", "dicom", "--out", "dicom")
        _expect(any((place / "dicom").rglob("*.dcm")), "there is no DICOM map")
        _said(place, command, "batch", "demo/recipe.toml", "--out", "batch", "--workers", "1")
        _expect((place / "batch" / "summary.csv").is_file(), "the batch wrote no summary")
        _window(place, folder / f"relaxo-gui{SUFFIX}")
    print("The frozen app works.")  # noqa: T201


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
    print(f"{time.monotonic() - began:6.1f} s  {' '.join(map(str, command[1:]))}")  # noqa: T201
    return told.stdout


def _environment(home: Path) -> dict[str, str]:
    """Return an environment that leads to no Python and to nobody's settings."""
    kept = {name: value for name, value in os.environ.items() if name in {"SYSTEMROOT", "TEMP", "TMP", "DISPLAY"}}
    return {**kept, "PATH": "", "HOME": str(home), "USERPROFILE": str(home), "LANG": "C.UTF-8"}


def _expect(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - a condition
    if not holds:
        raise SystemExit(f"the frozen app does not work: {otherwise}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
