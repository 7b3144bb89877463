"""`relaxo gui`: open the desktop app, where it is installed."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import click

from relaxo.errors import UsageError


@click.command("gui", short_help="Open the desktop app.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
def command(paths: tuple[Path, ...]) -> None:
    """Open the desktop app, on PATH if one is given: a folder, a recipe, files or .zip archives."""
    (app,) = entry_points(group="relaxo.apps", name="gui")
    try:
        main = app.load()
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"PySide6", "pyqtgraph", "shiboken6"}:
            raise
        raise UsageError(
            "the desktop app is not installed", hint='Install it with: pip install "relaxo[gui]"'
        ) from error
    raise click.exceptions.Exit(main([str(path) for path in paths]))
