"""Build hook: compile the fit kernel into the wheel, with whatever compiler there is; without one, the wheel has none.

An ordinary compiler is tried first ($CXX, c++, g++, clang++), then the one that installs as the package ziglang.
RELAXO_KERNEL=none builds without a kernel, RELAXO_KERNEL=require fails where none can be built; RELAXO_KERNEL_TARGET
names another platform to build for, which needs ziglang. The kernel is called through ctypes, so one wheel serves
every Python of a platform.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Path("relaxo", "fitting")
FLAGS = (
    "-O3",
    "-std=c++17",
    "-fvisibility=hidden",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fno-exceptions",
    "-fno-rtti",
    "-ffp-contract=fast",
)
_AVX512 = ("-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mfma", "-mprefer-vector-width=512")
#: For every variant: how many voxels fill a register in single and in double precision, and its instruction set.
VARIANTS = {
    "baseline": (4, 2, ()),
    "avx2": (8, 4, ("-mavx2", "-mfma")),
    "avx512": (16, 8, _AVX512),
}


class Target(NamedTuple):
    """A platform that a kernel is built for."""

    tag: str
    """The platform's name in the name of a wheel."""
    system: str
    """As `sys.platform` names it."""
    is_x86: bool
    compilers: Sequence[Sequence[str]]
    """Compilers that may work, as the beginnings of command lines."""
    is_native: bool = True

    @property
    def library(self) -> str:
        """Name of the file that `relaxo.fitting.compiled` loads."""
        return {"win32": "_kernel.dll", "cygwin": "_kernel.dll", "darwin": "_kernel.dylib"}.get(
            self.system, "_kernel.so"
        )


_ZIG = (sys.executable, "-m", "ziglang", "c++")
#: Platforms that ziglang builds for from any other: its name of each, and ours.
CROSS = {
    "linux-x86_64": ("x86_64-linux-gnu.2.17", "manylinux_2_17_x86_64", "linux", True),
    "linux-aarch64": ("aarch64-linux-gnu.2.17", "manylinux_2_17_aarch64", "linux", False),
    "macos-x86_64": ("x86_64-macos.11.0", "macosx_11_0_x86_64", "darwin", True),
    "macos-arm64": ("aarch64-macos.11.0", "macosx_11_0_arm64", "darwin", False),
    "windows-x86_64": ("x86_64-windows-gnu", "win_amd64", "win32", True),
}


class KernelHook(BuildHookInterface):
    """Puts the kernel into wheels and editable installations."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write down the commit, compile, and tell hatchling what to take along."""
        # An editable installation looks into its checkout, which moves on.
        if version != "editable":
            self._note_commit(build_data)
        if self.target_name != "wheel" or os.environ.get("RELAXO_KERNEL") == "none":
            return
        target = _target(os.environ.get("RELAXO_KERNEL_TARGET"))
        # A library for another platform must not take the place of the one that this checkout runs with.
        place = FOLDER if target.is_native else Path("build", target.tag)
        library = Path(self.root) / place / target.library
        failures = []
        for compiler in target.compilers:
            try:
                _compile(compiler, Path(self.root) / FOLDER / "kernel", library, target)
            except (OSError, subprocess.CalledProcessError) as error:
                said = getattr(error, "stderr", "") or str(error)
                failures.append(f"{shlex.join(compiler)}: {said.strip().splitlines()[0] if said.strip() else error}")
                continue
            inside = (FOLDER / library.name).as_posix()
            if target.is_native:
                build_data["artifacts"].append(f"/{inside}")
            else:
                build_data["force_include"][str(library)] = inside
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{target.tag}"
            return
        reasons = "; ".join(failures) or "no compiler was found"
        if os.environ.get("RELAXO_KERNEL") == "require":
            raise RuntimeError(f"the fit kernel could not be compiled: {reasons}")
        library.unlink(missing_ok=True)
        self.app.display_warning(f"Relaxo will fit with NumPy: the kernel could not be compiled ({reasons})")

    def _note_commit(self, build_data: dict[str, Any]) -> None:
        git = shutil.which("git")
        if git is None or not Path(self.root, ".git").exists():
            return
        told = subprocess.run([git, "rev-parse", "HEAD"], cwd=self.root, capture_output=True, text=True, check=False)  # noqa: S603
        if told.returncode == 0:
            record = Path(self.root, "build", "_commit.txt")
            record.parent.mkdir(exist_ok=True)
            record.write_text(told.stdout, encoding="ascii")
            build_data["force_include"][str(record)] = "relaxo/_commit.txt"


def _target(name: str | None) -> Target:
    """Return the platform of that name, or that of this machine."""
    if not name:
        tag = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        return Target(tag, sys.platform, platform.machine().lower() in {"x86_64", "amd64"}, _compilers())
    if name not in CROSS:
        raise ValueError(f"RELAXO_KERNEL_TARGET={name} is not one of {', '.join(CROSS)}")
    triple, tag, system, is_x86 = CROSS[name]
    return Target(tag, system, is_x86, [[*_ZIG, "-target", triple]], is_native=False)


def _compilers() -> list[list[str]]:
    """Return the compilers that may work, as the beginnings of command lines."""
    named = shlex.split(os.environ.get("CXX", ""))
    found = [named] if named else []
    found += [[path] for path in map(shutil.which, ("c++", "g++", "clang++")) if path]
    if importlib.util.find_spec("ziglang"):
        found.append(list(_ZIG))
    return found


def _compile(compiler: Sequence[str], sources: Path, library: Path, target: Target) -> None:
    """Compile every variant and link them to one library, beside which nothing is left."""
    flags = [*FLAGS, *([] if target.system == "win32" else ["-fPIC"])]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        jobs = {folder / "kernel.o": [str(sources / "kernel.cpp")]}
        for variant, (single, double, instructions) in VARIANTS.items():
            if variant != "baseline" and not target.is_x86:
                continue
            fit, surface = ([str(sources / source), *instructions] for source in ("fit.cpp", "surface.cpp"))
            name = f"-DRELAXO_VARIANT={variant}"
            jobs[folder / f"{variant}.o"] = [*fit, name, f"-DLANES={single}"]
            jobs[folder / f"{variant}_surface.o"] = [*surface, name, f"-DLANES={single}"]
            jobs[folder / f"{variant}_double.o"] = [*fit, f"{name}_double", f"-DLANES={double}", "-DRELAXO_DOUBLE"]
        commands = [[*compiler, *flags, *job, "-c", "-o", str(result)] for result, job in jobs.items()]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(_run, commands))
        linked = folder / library.name
        # Nothing of the C++ library is used; what the compiler takes from its own goes in.
        own = [] if target.system == "darwin" or "ziglang" in compiler else ["-static-libgcc", "-static-libstdc++"]
        _run([*compiler, "-shared", *own, "-s", *map(str, jobs), "-o", str(linked)])
        # A library in use must not be written over.
        library.parent.mkdir(parents=True, exist_ok=True)
        waiting = library.with_name(f"{library.name}.new")
        shutil.copyfile(linked, waiting)
        waiting.replace(library)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - the command is ours
