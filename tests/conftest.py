"""What every test may lean on."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_BESIDE = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real scanner data, or skip and say why."""
    folder = Path(os.environ.get("RELAXO_TEST_DATA", _BESIDE / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real scanner data: RELAXO_TEST_DATA is not set and {folder} does not exist")
    return folder


@pytest.fixture(scope="session")
def reference_tables() -> Path:
    """Return the folder of published values beside the real data, or skip and say why."""
    folder = Path(os.environ.get("RELAXO_TEST_REFERENCE", _BESIDE / "reference"))
    if not folder.is_dir():
        pytest.skip(f"no reference tables: RELAXO_TEST_REFERENCE is not set and {folder} does not exist")
    return folder


@pytest.fixture(scope="session")
def script() -> Callable[[Path], ModuleType]:
    """Return what imports a file that lies in no package, such as a benchmark or a step of the packaging."""

    def imported(path: Path) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f"script_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # a dataclass looks there for its types
        spec.loader.exec_module(module)
        return module

    return imported
