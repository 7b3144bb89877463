"""Collect the licences of all that is shipped: `python packaging/collect_licences.py FILE [FROZEN]`.

Run by the Python of the environment that is shipped. With the folder of a frozen app, those of the system's libraries
in it follow, which on Debian lie in /usr/share/doc.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

#: What a file of a licence is called.
NAMES = ("licen", "copying", "copyright", "notice", "authors")
#: Tools of the build that no package contains.
TOOLS = {"altgraph", "packaging", "pip", "pyinstaller", "pyinstaller-hooks-contrib", "setuptools", "wheel"}
#: Libraries that say their licence and do not carry its text, to the texts here.
ELSEWHERE = {"PySide6_Essentials": ("LGPL-3.0", "GPL-3.0"), "shiboken6": ("LGPL-3.0", "GPL-3.0")}
TEXTS = Path(__file__).parent / "licences"
_RULE = "=" * 100


def collect(file: Path, frozen: Path | None = None) -> None:
    """Write one text with the licence of Relaxo, of Python, of every library, and of those of the system."""
    parts = [_python()]
    missing = []
    for each in sorted(distributions(), key=lambda one: one.metadata["Name"].lower()):
        name = each.metadata["Name"]
        if name.lower() in TOOLS:
            continue
        texts = _texts(each) or [_text(TEXTS / f"{licence}.txt") for licence in ELSEWHERE.get(name, ())]
        said = each.metadata.get("License-Expression") or each.metadata.get("License") or _classified(each)
        if not texts and not said:
            missing.append(name)
        heading = f"{_RULE}\n{name} {each.version}: {(said or 'see below').strip().splitlines()[0]}\n{_RULE}\n"
        parts.append(heading + "\n\n".join(texts))
    if missing:
        raise SystemExit(f"these libraries say nothing of their licence: {', '.join(missing)}")
    if frozen is not None:
        parts += _system(frozen)
    file.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _system(frozen: Path) -> list[str]:
    """Return the copyright of every package of Debian that a library in the frozen app is from."""
    dpkg = shutil.which("dpkg-query")
    names = sorted(path.name for path in (frozen / "_internal").glob("lib*.so*"))
    if dpkg is None or not names:
        return []
    command = [dpkg, "--search", *(f"*/{name}" for name in names)]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603
    packages = sorted({line.split(":")[0] for line in told.splitlines() if ": /" in line})
    files = [(name, Path("/usr/share/doc", name, "copyright")) for name in packages]
    return [f"{_RULE}\n{name} (Debian)\n{_RULE}\n{_text(file)}" for name, file in files if file.is_file()]


def _texts(library: Distribution) -> list[str]:
    """Return the licences that lie among a library's files."""
    found = [
        path
        for path in library.files or ()
        if any(name in path.name.lower() for name in NAMES)
        and path.suffix.lower() not in {".py", ".pyc", ".so", ".svg"}
    ]
    texts = (Path(str(library.locate_file(path))) for path in found)
    return [_text(path) for path in texts if path.is_file()]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _classified(library: Distribution) -> str:
    kinds = [line for line in library.metadata.get_all("Classifier") or () if line.startswith("License ::")]
    return "; ".join(kind.split(" :: ")[-1] for kind in kinds)


def _python() -> str:
    place = Path(sys.base_prefix)
    candidates = [place / "LICENSE.txt", *place.glob("lib/python3.*/LICENSE.txt")]
    text = next((path.read_text(encoding="utf-8") for path in candidates if path.is_file()), "")
    return f"{_RULE}\nPython {sys.version.split()[0]}: Python Software Foundation License\n{_RULE}\n{text}"


if __name__ == "__main__":
    collect(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
