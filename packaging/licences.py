"""Collect the licences of all that an environment holds: `python packaging/licences.py FILE`, with its Python."""

from __future__ import annotations

import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

#: What a file of a licence is called.
NAMES = ("licen", "copying", "copyright", "notice", "authors")
#: Tools of the build that no package contains.
TOOLS = {"altgraph", "packaging", "pip", "pyinstaller", "pyinstaller-hooks-contrib", "setuptools", "wheel"}
_RULE = "=" * 100


def collect(file: Path) -> None:
    """Write one text with the licence of Relaxo, of Python, and of every library."""
    parts = [_python()]
    missing = []
    for each in sorted(distributions(), key=lambda one: one.metadata["Name"].lower()):
        name = each.metadata["Name"]
        if name.lower() in TOOLS:
            continue
        texts = _texts(each)
        said = each.metadata.get("License-Expression") or each.metadata.get("License") or _classified(each)
        if not texts and not said:
            missing.append(name)
        heading = f"{_RULE}\n{name} {each.version}: {(said or 'see below').strip().splitlines()[0]}\n{_RULE}\n"
        parts.append(heading + "\n\n".join(texts))
    if missing:
        raise SystemExit(f"these libraries say nothing of their licence: {', '.join(missing)}")
    file.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _texts(library: Distribution) -> list[str]:
    """Return the licences that lie among a library's files."""
    found = [
        path
        for path in library.files or ()
        if any(name in path.name.lower() for name in NAMES)
        and path.suffix.lower() not in {".py", ".pyc", ".so", ".svg"}
    ]
    texts = (Path(str(library.locate_file(path))) for path in found)
    return [path.read_text(encoding="utf-8", errors="replace") for path in texts if path.is_file()]


def _classified(library: Distribution) -> str:
    kinds = [line for line in library.metadata.get_all("Classifier") or () if line.startswith("License ::")]
    return "; ".join(kind.split(" :: ")[-1] for kind in kinds)


def _python() -> str:
    place = Path(sys.base_prefix)
    candidates = [place / "LICENSE.txt", *place.glob("lib/python3.*/LICENSE.txt")]
    text = next((path.read_text(encoding="utf-8") for path in candidates if path.is_file()), "")
    return f"{_RULE}\nPython {sys.version.split()[0]}: Python Software Foundation License\n{_RULE}\n{text}"


if __name__ == "__main__":
    collect(Path(sys.argv[1]))
