"""Replace SciPy's OpenBLAS, 31 MB of which the special functions need one routine, for ellipsoidal harmonics.

Relaxo has no use for these. In its place stands a library whose `dstevr` reports that it failed: SciPy raises an error
then, and never gives a number. Linux only; elsewhere OpenBLAS is shipped.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

_SOURCE = r"""
#include <math.h>

void scipy_dstevr_(const char *jobz, const char *range, const int *n, double *d, double *e, const double *vl,
    const double *vu, const int *il, const int *iu, const double *abstol, int *m, double *w, double *z, const int *ldz,
    int *isuppz, double *work, const int *lwork, int *iwork, const int *liwork, int *info)
{
    (void)jobz, (void)range, (void)d, (void)e, (void)vl, (void)vu, (void)il, (void)iu, (void)abstol, (void)ldz;
    (void)isuppz, (void)work, (void)lwork, (void)iwork, (void)liwork;
    for (int i = 0; i < *n; ++i)
        w[i] = z[i] = NAN;
    *m = 0;
    *info = 1;
}
"""


def replace(internal: Path) -> int:
    """Replace the library in a frozen app's folder of libraries; returns how many bytes that saves.

    It stays where a module that is shipped needs another of its routines, or where there is no compiler.
    """
    libraries = list((internal / "scipy.libs").glob("libscipy_openblas-*.so"))
    compiler = shutil.which("cc")
    if len(libraries) != 1 or compiler is None:
        return 0
    (library,) = libraries
    modules = list((internal / "scipy").rglob("*.so"))
    offered = _names(library, "--defined-only")
    if set().union(*(_names(module, "--undefined-only") for module in modules)) & offered != {"scipy_dstevr_"}:
        return 0
    before = _size(library.parent)
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch, "dstevr.c")
        source.write_text(_SOURCE)
        built = Path(scratch, library.name)
        _run(compiler, "-O2", "-shared", "-fPIC", "-s", f"-Wl,-soname,{library.name}", "-o", built, source)
        for each in library.parent.iterdir():
            # What OpenBLAS needed, Fortran's library among them, goes with it.
            each.unlink()
        shutil.copy(built, library)
    for link in internal.iterdir():
        if link.is_symlink() and not link.exists():
            link.unlink()
    return before - _size(library.parent)


def _names(library: Path, which: str) -> set[str]:
    return {line.split()[-1].split("@")[0] for line in _run("nm", "-D", which, library).splitlines() if line.split()}


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def _run(*command: object) -> str:
    told = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)  # noqa: S603
    return told.stdout
