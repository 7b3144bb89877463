"""Draw the app's icon in every size and format that systems ask for: `python packaging/icons.py FOLDER`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
DRAWING = Path(__file__).parents[1] / "gui" / "relaxo_gui" / "resources" / "relaxo.svg"


def draw(folder: Path) -> None:
    """Write ``relaxo-<size>.png``, ``relaxo.ico`` (Windows) and ``relaxo.icns`` (macOS)."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PIL import Image  # noqa: PLC0415 - Qt wants its platform first
    from PySide6.QtCore import QRectF, Qt  # noqa: PLC0415
    from PySide6.QtGui import QGuiApplication, QImage, QPainter  # noqa: PLC0415
    from PySide6.QtSvg import QSvgRenderer  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    app = QGuiApplication.instance() or QGuiApplication([])
    renderer = QSvgRenderer(str(DRAWING))
    for size in SIZES:
        picture = QImage(size, size, QImage.Format.Format_ARGB32)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        picture.save(str(folder / f"relaxo-{size}.png"))
    largest = Image.open(folder / f"relaxo-{SIZES[-1]}.png")
    largest.save(folder / "relaxo.ico", sizes=[(size, size) for size in SIZES if size <= 256])
    largest.save(folder / "relaxo.icns")
    del app


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
