"""Studies that are quick to analyse."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

pytest.importorskip("distributed", reason="Dask is not installed: pip install relaxo[batch]")

_MAKER = Path(__file__).resolve().parents[2] / "benchmarks" / "studies.py"


@pytest.fixture(scope="session")
def maker(script: Callable[[Path], ModuleType]) -> ModuleType:
    """Return the module that writes and breaks studies."""
    return script(_MAKER)


@pytest.fixture(scope="session")
def pristine(maker: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of five studies; not to be changed."""
    folder = tmp_path_factory.mktemp("studies")
    for number in range(5):
        maker.write_study(folder / f"p{number}", number)
    return folder


@pytest.fixture
def studies(pristine: Path, tmp_path: Path) -> Path:
    """Return a copy of the five studies."""
    return Path(shutil.copytree(pristine, tmp_path / "studies"))
