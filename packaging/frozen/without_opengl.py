"""What pyqtgraph finds in place of Qt's OpenGL: 10 MB that it names on import and that no plot of Relaxo draws with."""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType


class _WithoutOpenGL(MetaPathFinder, Loader):
    """Gives empty modules; the one class of them that pyqtgraph derives from is a plain widget."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - every finder's
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname in {"PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets"} else None

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ == "PySide6.QtOpenGLWidgets":
            from PySide6.QtWidgets import QWidget  # noqa: PLC0415 - the command never gets here

            module.QOpenGLWidget = QWidget  # type: ignore[attr-defined]


def install() -> None:
    """Let the modules be found."""
    sys.meta_path.append(_WithoutOpenGL())
