"""Build the frozen app: `python packaging/frozen/build.py [--out FOLDER]`.

Makes an environment of its own, installs Relaxo from this checkout with everything it can use, freezes it, collects the
licences and runs the smoke test. Needs Python 3.11 or newer and a C++ compiler; on Debian also icu-devtools, or the
folder is 27 MB larger.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import small_lapack
import trim_highdicom
import trim_icu

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EXTRAS = "gui,batch,dicom"
PYINSTALLER = "pyinstaller>=6.11"


def build(out: Path) -> Path:
    """Return the folder of the frozen app, below `out`."""
    work = out / "work"
    python = _environment(work / "environment")
    _run(python, ROOT / "packaging" / "icons.py", out / "icons")
    _run(python, HERE / "compress.py", out / "compressed")
    places = ["--distpath", out, "--workpath", work / "pyinstaller"]
    arguments = ["-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", *places, HERE / "relaxo.spec"]
    _run(python, *arguments, RELAXO_ICONS=str(out / "icons"))
    folder = out / "relaxo"
    _run(python, ROOT / "packaging" / "collect_licences.py", folder / "LICENCES.txt", folder)
    if sys.platform != "win32":
        app = folder / "relaxo-gui"
        app.unlink(missing_ok=True)
        app.symlink_to("relaxo")
    for library in folder.rglob("libicudata.so.*"):
        if not library.is_symlink():
            trim_icu.trim(library)
    # On macOS the bundle is made by now, too.
    for place in (folder, out / "Relaxo.app"):
        for table in place.rglob("highdicom/_standard/module_attribute_map.json"):
            if not table.is_symlink():
                trim_highdicom.trim(table)
    if sys.platform.startswith("linux"):
        small_lapack.replace(folder / "_internal")
        _strip(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    print(f"{folder}: {size / 1e6:.0f} MB")  # noqa: T201
    return folder


def _strip(folder: Path) -> None:
    """Take the symbols for debuggers out of libraries."""
    for library in folder.rglob("*.so*"):
        # `strip` breaks the libraries of a wheel, which were rewritten to find each other.
        if not library.is_symlink() and not library.parent.name.endswith(".libs"):
            _run("strip", library)


def _environment(folder: Path) -> Path:
    """Return the Python of a new environment with Relaxo in it."""
    if folder.exists():
        shutil.rmtree(folder)
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    install = [python, "-m", "pip", "install", "--quiet"]
    _run(*install, "--upgrade", "pip")
    _run(*install, f"{ROOT}[{EXTRAS}]", PYINSTALLER, RELAXO_KERNEL="require")
    return python


def _run(*command: object, **variables: str) -> None:
    # What is frozen is what was installed, whatever the caller's environment and folder lead to.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([str(part) for part in command], check=True, cwd=HERE, env={**inherited, **variables})  # noqa: S603


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "frozen")
    parser.add_argument("--no-smoke", action="store_true", help="build only")
    given = parser.parse_args()
    built = build(given.out.resolve())
    if not given.no_smoke:
        _run(sys.executable, HERE / "smoke.py", built, built.parent / "compressed")
