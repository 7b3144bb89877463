"""Make the Debian package of the frozen app: `python packaging/linux/debian.py FROZEN --icons FOLDER --out FOLDER`.

Needs dpkg-deb, binutils, and help2man for the man pages, which are made from --help.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import common

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
#: What a frozen Qt takes from the system, since it must fit its drivers, its fonts and its windows.
DEPENDS = "libc6 (>= {glibc}), libegl1, libfontconfig1, libgl1"
SUMMARY = "relaxivities r1 and r2 of MRI contrast agents, from the scanner's images"
DESCRIPTION = """\
 Relaxo takes the DICOM images of a dilution series and gives maps of T1 and
 T2, the relaxivities r1 and r2 with their intervals, and the figure for the
 paper: in a desktop app, or as the command relaxo without a screen.
 .
 For research use, not for diagnosis.
"""
SECTIONS = {"relaxo": "what is measured of a contrast agent", "relaxo-gui": "the desktop app of Relaxo"}


def package(frozen: Path, icons: Path, out: Path) -> Path:
    """Return the package, below `out`."""
    version = common.version(frozen)
    architecture = ARCHITECTURES[common.machine()]
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "root"
        _fill(root, frozen, icons)
        _control(root, version, architecture, _glibc(frozen))
        out.mkdir(parents=True, exist_ok=True)
        built = out / f"relaxo_{version}_{architecture}.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Zxz", "-z6", "--build", root, built], check=True)  # noqa: S603, S607
    return built


def _fill(root: Path, frozen: Path, icons: Path) -> None:
    """Lay every file where it belongs."""
    home = root / "usr/lib/relaxo"
    shutil.copytree(frozen, home, symlinks=True)
    programs = root / "usr/bin"
    programs.mkdir(parents=True)
    for name in ("relaxo", "relaxo-gui"):
        (programs / name).symlink_to(f"../lib/relaxo/{name}")
    share = root / "usr/share"
    _copy(HERE / "relaxo.desktop", share / "applications/relaxo.desktop")
    _copy(HERE / "relaxo.xml", share / "mime/packages/relaxo.xml")
    for icon in icons.glob("relaxo-*.png"):
        size = icon.stem.removeprefix("relaxo-")
        _copy(icon, share / f"icons/hicolor/{size}x{size}/apps/relaxo.png")
    _copy(ROOT / "gui/relaxo_gui/resources/relaxo.svg", share / "icons/hicolor/scalable/apps/relaxo.svg")
    documents = share / "doc/relaxo"
    documents.mkdir(parents=True)
    (home / "LICENCES.txt").replace(documents / "copyright")
    (home / "LICENCES.txt").symlink_to("../../share/doc/relaxo/copyright")
    _zip((ROOT / "CHANGELOG.md").read_bytes(), documents / "changelog.gz")
    for name, about in SECTIONS.items():
        _zip(_manual(frozen / name, about), share / f"man/man1/{name}.1.gz")
    for path in root.rglob("*"):
        if not path.is_symlink():
            runs = path.is_dir() or (os.access(path, os.X_OK) and path.suffix not in {".txt", ".py", ".svg"})
            path.chmod(0o755 if runs else 0o644)


def _manual(program: Path, about: str) -> bytes:
    """Return a man page made from what a program says of itself; that of the command holds every command."""
    command = ["help2man", "--no-info", "--name", about, str(program)]
    page = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    if program.name == "relaxo":
        page += "".join(_command_section(program, name) for name in _commands(program))
    return page.encode()


def _commands(program: Path) -> list[str]:
    # Up to the empty line: what follows says something else.
    lines = _help(program).split("Commands:\n")[1].split("\n\n")[0].splitlines()
    return [line.split()[0] for line in lines if line.startswith("  ") and not line.startswith("   ")]


def _command_section(program: Path, name: str) -> str:
    text = _help(program, name).replace("\\", "\\e")
    lines = ("\\&" + line if line.startswith((".", "'")) else line for line in text.splitlines())
    return f'.SH "RELAXO {name.upper()}"\n.nf\n' + "\n".join(lines) + "\n.fi\n"


def _help(program: Path, *command: str) -> str:
    environment = {**os.environ, "COLUMNS": "80"}
    told = subprocess.run(  # noqa: S603 - what was just built
        [program, *command, "--help"], capture_output=True, text=True, check=True, env=environment
    )
    return told.stdout


def _glibc(frozen: Path) -> str:
    """Return the oldest version of the C library that everything in the frozen app runs with."""
    programs = [path for path in frozen.rglob("*") if ".so" in path.name or path.name == "relaxo"]
    files = [path for path in programs if path.is_file() and not path.is_symlink()]
    command = ["readelf", "--version-info", "--wide", *files]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603
    return max(re.findall(r"Name: GLIBC_(\d+\.\d+)", told), key=lambda each: [int(part) for part in each.split(".")])


def _control(root: Path, version: str, architecture: str, glibc: str) -> None:
    size = sum(path.lstat().st_size for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    control = root / "DEBIAN"
    control.mkdir()
    control.chmod(0o755)
    depends = DEPENDS.format(glibc=glibc)
    (control / "control").write_text(
        f"Package: relaxo\nVersion: {version}\nArchitecture: {architecture}\nSection: science\nPriority: optional\n"
        f"Maintainer: The Relaxo authors <relaxo@localhost>\nInstalled-Size: {size // 1024}\nDepends: {depends}\n"
        f"Description: {SUMMARY}\n{DESCRIPTION}",
        encoding="utf-8",
    )


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _zip(data: bytes, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # No time of making: the same input gives the same package.
    target.write_bytes(gzip.compress(data, 9, mtime=0))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("frozen", type=Path, help="what packaging/frozen/build.py made")
    parser.add_argument("--icons", type=Path, required=True, help="made by packaging/icons.py")
    parser.add_argument("--out", type=Path, default=Path("dist"))
    given = parser.parse_args()
    print(package(given.frozen.resolve(), given.icons.resolve(), given.out))  # noqa: T201
