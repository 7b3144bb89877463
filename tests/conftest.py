"""What every test may lean on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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
