"""What the frozen app leaves out of what its libraries carry, and why."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import PurePosixPath

#: Modules that something imports if it can, and that Relaxo never reaches.
MODULES = [
    "IPython",  # matplotlib and rich draw into notebooks
    "PIL.AvifImagePlugin",  # pictures that are no scanner's
    "PIL.ImageTk",
    "PIL.WebPImagePlugin",
    "PIL._avif",
    "PIL._imagingtk",
    "PIL._webp",
    "PySide6.QtDBus",
    "PySide6.QtNetwork",
    "PySide6.QtOpenGL",  # pyqtgraph names it; see without_opengl.py
    "PySide6.QtOpenGLWidgets",
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "PySide6.QtTest",
    "_curses",
    "_pytest",
    "dask.array",  # a batch's tasks are studies
    "dask.bag",
    "dask.dataframe",
    "docutils",
    "lxml",
    "matplotlib.backends._backend_tk",
    "matplotlib.backends.backend_qt",
    "matplotlib.backends.backend_qtagg",
    "matplotlib._qhull",  # triangles
    "pandas",
    "pkg_resources",
    "pyqtgraph.examples",
    "pyqtgraph.opengl",
    "pygments",  # rich colours source code
    "pytest",
    "readline",
    # Relaxo uses the special functions, filters of images and Fourier transforms.
    "scipy.cluster",
    "scipy.constants",
    "scipy.datasets",
    "scipy.differentiate",
    "scipy.fftpack",
    "scipy.integrate",
    "scipy.interpolate",
    "scipy.io",
    "scipy.linalg",
    "scipy.odr",
    "scipy.optimize",
    "scipy.signal",
    "scipy.sparse",
    "scipy.spatial",
    "scipy.special.cython_special",
    "scipy.stats",
    "setuptools",
    "sphinx",
    "tkinter",
]

#: Files, as patterns of their places in the folder.
FILES = {
    "GTK's look of file dialogs, and GTK with it": ["PySide6/Qt/plugins/platformthemes/libqgtk3.so"],
    "screens without a window system": [
        "PySide6/Qt/plugins/egldeviceintegrations/*",
        "PySide6/Qt/plugins/generic/*",
        "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/Qt/plugins/platforms/libqlinuxfb.so",
        "PySide6/Qt/plugins/platforms/libqminimal*",
        "PySide6/Qt/plugins/platforms/libqvkkhrdisplay.so",
        "PySide6/Qt/plugins/platforms/libqvnc.so",
        "PySide6/Qt/lib/libQt6EglF*",
        "libQt6EglF*",
    ],
    "shells of Wayland that no desktop has": [
        "PySide6/Qt/lib/libQt6WlShell*",
        "PySide6/Qt/plugins/wayland-shell-integration/libfullscreen*",
        "PySide6/Qt/plugins/wayland-shell-integration/libivi*",
        "PySide6/Qt/plugins/wayland-shell-integration/libqt-shell*",
        "PySide6/Qt/plugins/wayland-shell-integration/libwl-shell*",
        "libQt6WlShell*",
    ],
    "OpenGL": [
        "PySide6/Qt/lib/libQt6OpenGL*",
        "PySide6/Qt6OpenGL*",
        "libQt6OpenGL*",
        "PySide6/Qt/plugins/xcbglintegrations/*",
        "PySide6/Qt/plugins/wayland-graphics-integration-*/*",
        "PySide6/opengl32sw.dll",
    ],
    "the network": [
        "PySide6/Qt/lib/libQt6Network*",
        "PySide6/Qt6Network*",
        "libQt6Network*",
        "PySide6/Qt/plugins/tls/*",
        "PySide6/Qt/plugins/networkinformation/*",
        "PySide6/plugins/tls/*",
        "PySide6/plugins/networkinformation/*",
    ],
    "a keyboard on the screen": ["PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboard*"],
    "pictures of other formats than PNG, SVG and ICO": [
        "PySide6/*plugins/imageformats/*qgif*",
        "PySide6/*plugins/imageformats/*qicns*",
        "PySide6/*plugins/imageformats/*qjpeg*",
        "PySide6/*plugins/imageformats/*qpdf*",
        "PySide6/*plugins/imageformats/*qtga*",
        "PySide6/*plugins/imageformats/*qtiff*",
        "PySide6/*plugins/imageformats/*qwbmp*",
        "PySide6/*plugins/imageformats/*qwebp*",
    ],
    "Qt in other languages than the app's": ["PySide6/*translations/*"],
    "pictures and fonts of matplotlib that no figure uses": [
        "matplotlib/mpl-data/fonts/afm/*",
        "matplotlib/mpl-data/fonts/ttf/DejaVuSansMono-*",
        "matplotlib/mpl-data/fonts/ttf/DejaVuSerif*",
        "matplotlib/mpl-data/fonts/pdfcorefonts/*",
        "matplotlib/mpl-data/fonts/ttf/STIX*",
        "matplotlib/mpl-data/images/*",
        "matplotlib/mpl-data/plot_directive/*",
        "matplotlib/mpl-data/sample_data/*",
    ],
    "tests, headers and sources": ["*/tests/*", "*.pxd", "*.pyi", "*/include/*", "*.f2cmap"],
    "pages and pictures of dask's dashboard": ["distributed/dashboard/*", "distributed/http/static/*"],
    "pyqtgraph's own pictures": ["pyqtgraph/icons/peegee/*"],
    "pictures of the window that no page of the guide shows": ["relaxo/docs/images/*-1920x1080-*"],
    "lists of what was installed": ["*.dist-info/RECORD"],
    "programs of GDCM": ["_gdcm/gdcm*"],
}


def is_left_out(place: str) -> bool:
    """Return whether a file stays behind; `place` is where it would lie in the folder."""
    path = PurePosixPath(place.replace("\\", "/")).as_posix()
    return any(fnmatch(path, pattern) for patterns in FILES.values() for pattern in patterns)


def without_orphans(binaries: list[tuple[str, str, str]], needs: dict[str, set[str]]) -> list[tuple[str, str, str]]:
    """Return the binaries without libraries of the system that nothing left needs.

    Parameters
    ----------
    binaries
        Place, source and kind of each, as PyInstaller keeps them.
    needs
        For each place, the file names of the libraries that it needs.
    """
    kept = list(binaries)
    while True:
        wanted = {name for place, _, _ in kept for name in needs.get(place, ())}
        # Those at the top were taken along because something needed them; what lies in a package came with it.
        fewer = [
            entry
            for entry in kept
            # The program itself opens libpython.
            if "/" in entry[0] or entry[0] in wanted or not entry[0].startswith("lib") or "libpython" in entry[0]
        ]
        if len(fewer) == len(kept):
            return kept
        kept = fewer
