"""The worked examples of CONTRIBUTING.md work as they are printed."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from types import ModuleType

import numpy as np
from pydicom.dataset import Dataset

import relaxo
from relaxo.relaxivity import references

TEXT = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")


def _module(first_words: str) -> ModuleType:
    """Run the block of Python that begins so."""
    blocks = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    (code,) = (block for block in blocks if block.startswith(f'"""{first_words}'))
    module = ModuleType("example")
    exec(compile(code, first_words, "exec"), module.__dict__)  # noqa: S102 - what a contributor would type
    return module


def test_the_model_is_fitted() -> None:
    model = _module("Decay during a spin lock").MODEL
    lock = np.array([0.001, 0.01, 0.02, 0.04, 0.06, 0.08])
    maps = relaxo.fit(model, 900 * np.exp(-lock / 0.03)[:, np.newaxis], SpinLockTime=lock)
    np.testing.assert_allclose(maps["T1rhomap"], 0.03, rtol=1e-6)
    np.testing.assert_allclose(maps["S0map"], 900, rtol=1e-6)


def test_the_vendor_knows_its_images() -> None:
    vendor = _module("Example Instruments").EXAMPLE
    image = Dataset()
    image.Manufacturer, image.SeriesDescription = "Example Instruments", "CALC T2"
    assert vendor.wrote(image)
    assert "calculated by the console" in vendor.unusable(image)
    image.SeriesDescription = "T2 32 echoes"
    assert vendor.unusable(image) is None


def test_the_agent_has_the_columns_of_the_table() -> None:
    row = re.search(r"^```csv\n(.*?)\n```", TEXT, re.MULTILINE | re.DOTALL)
    assert row is not None
    from_file = Path(relaxo.__file__).parent / "relaxivity" / "references.csv"
    head = from_file.read_text(encoding="utf-8").splitlines()[0].split(",")
    (cells,) = csv.reader([row[1]])
    named = dict(zip(head, cells, strict=True))
    assert (named["agent"], float(named["field_T"]), named["status"]) == ("Example-DOTA", 1.5, "verified")
    assert named["status"] in {agent.status for agent in references()}
