"""Build every wheel and check it: `python packaging/wheels.py [--out FOLDER]`.

One without a kernel for any platform, and one with it for each platform that ziglang builds for from this one. All are
checked for their contents and their description; those that can run here are installed without Qt and tried.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import venv
from pathlib import Path

from build_kernel import CROSS

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ("build", "check-wheel-contents", "hatchling", "twine", "ziglang")
#: Fits a recovery whose T1 is 0.5 s, and names the engine that did.
TRIAL = """
import importlib.util, numpy, relaxo
from relaxo.fitting import engine_name
assert importlib.util.find_spec("PySide6") is None, "Qt came along"
times = numpy.linspace(0.05, 4, 10)
signal = numpy.abs(1 - 2 * numpy.exp(-times / 0.5))[:, None]
maps = relaxo.fit("inversion_recovery", signal, InversionTime=times, RepetitionTime=20)
assert abs(maps["T1map"][0] - 0.5) < 1e-4, maps["T1map"]
print(engine_name())
"""


def build(out: Path) -> None:
    """Write the wheels and the source distribution to `out`."""
    python = _environment(out / "work" / "tools", *TOOLS)
    making = [python, "-m", "build", "--no-isolation", "--outdir", out]
    _run(*making, "--sdist", ROOT)
    _run(*making, "--wheel", ROOT, RELAXO_KERNEL="none")
    for target in CROSS:
        _run(*making, "--wheel", ROOT, RELAXO_KERNEL="require", RELAXO_KERNEL_TARGET=target)
    wheels = sorted(out.glob("relaxo-*.whl"))
    # W002: an empty __init__.py is the same file as another; W009: the app is a second package.
    _run(python.with_name("check-wheel-contents"), "--ignore", "W002,W009", *wheels)
    _run(python, "-m", "twine", "check", "--strict", *wheels, *out.glob("relaxo-*.tar.gz"))
    for wheel in wheels:
        if _runs_here(wheel):
            trial = _environment(out / "work" / wheel.stem, wheel)
            # Isolated from this folder, whose checkout would be imported in its place.
            engine = _run(trial, "-I", "-c", TRIAL).strip()
            if ("none-any" in wheel.name) != (engine == "NumPy"):
                raise SystemExit(f"{wheel.name}: fits with {engine}")
            print(f"{wheel.name}: installed without Qt, fits with {engine}")  # noqa: T201
        else:
            print(f"{wheel.name}: built and checked; cannot run here")  # noqa: T201


def _runs_here(wheel: Path) -> bool:
    return "none-any" in wheel.name or (sys.platform == "linux" and f"linux_2_17_{platform.machine()}" in wheel.name)


def _environment(folder: Path, *packages: object) -> Path:
    """Return the Python of a new environment with these packages in it."""
    venv.create(folder, with_pip=True, clear=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    _run(python, "-m", "pip", "install", "--quiet", *packages)
    return python


def _run(*command: object, **variables: str) -> str:
    # What was installed is tried, whatever the caller's environment leads to.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    told = subprocess.run(  # noqa: S603 - our own commands
        [str(part) for part in command], env={**inherited, **variables}, capture_output=True, text=True, check=False
    )
    if told.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{told.stdout}{told.stderr}")
    return told.stdout


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    build(parser.parse_args().out.resolve())
