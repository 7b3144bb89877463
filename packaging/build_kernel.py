"""Build hook: compile the fit kernel into the wheel, with whatever compiler there is; without one, the wheel has none.

An ordinary compiler is tried first ($CXX, c++, g++, clang++), then the one that installs as the package ziglang.
RELAXO_KERNEL=none builds without a kernel, RELAXO_KERNEL=require fails where none can be built. The kernel is called
through ctypes, so one wheel serves every Python of a platform.
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
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

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


class KernelHook(BuildHookInterface):
    """Puts the kernel into wheels and editable installations."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Compile, and tell hatchling what to take along."""
        if self.target_name != "wheel" or os.environ.get("RELAXO_KERNEL") == "none":
            return
        library = Path(self.root) / FOLDER / _library_name()
        failures = []
        for compiler in _compilers():
            try:
                _compile(compiler, Path(self.root) / FOLDER / "kernel", library)
            except (OSError, subprocess.CalledProcessError) as error:
                said = getattr(error, "stderr", "") or str(error)
                failures.append(f"{shlex.join(compiler)}: {said.strip().splitlines()[0] if said.strip() else error}")
                continue
            build_data["artifacts"].append(f"/{(FOLDER / library.name).as_posix()}")
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{_platform_tag()}"
            return
        reasons = "; ".join(failures) or "no compiler was found"
        if os.environ.get("RELAXO_KERNEL") == "require":
            raise RuntimeError(f"the fit kernel could not be compiled: {reasons}")
        library.unlink(missing_ok=True)
        self.app.display_warning(f"Relaxo will fit with NumPy: the kernel could not be compiled ({reasons})")


def _library_name() -> str:
    return {"win32": "_kernel.dll", "cygwin": "_kernel.dll", "darwin": "_kernel.dylib"}.get(sys.platform, "_kernel.so")


def _compilers() -> list[list[str]]:
    """Return the compilers that may work, as the beginnings of command lines."""
    named = shlex.split(os.environ.get("CXX", ""))
    found = [named] if named else []
    found += [[path] for path in map(shutil.which, ("c++", "g++", "clang++")) if path]
    if importlib.util.find_spec("ziglang"):
        found.append([sys.executable, "-m", "ziglang", "c++"])
    return found


def _compile(compiler: list[str], sources: Path, library: Path) -> None:
    """Compile every variant and link them to one library, beside which nothing is left."""
    is_x86 = platform.machine().lower() in {"x86_64", "amd64"}
    flags = [*FLAGS, *([] if sys.platform == "win32" else ["-fPIC"])]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        jobs = {folder / "kernel.o": [str(sources / "kernel.cpp")]}
        for variant, (single, double, instructions) in VARIANTS.items():
            if variant != "baseline" and not is_x86:
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
        own = [] if sys.platform == "darwin" or "ziglang" in compiler else ["-static-libgcc", "-static-libstdc++"]
        _run([*compiler, "-shared", *own, "-s", *map(str, jobs), "-o", str(linked)])
        # A library in use must not be written over.
        waiting = library.with_name(f"{library.name}.new")
        shutil.copyfile(linked, waiting)
        waiting.replace(library)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - the command is ours


def _platform_tag() -> str:
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")
