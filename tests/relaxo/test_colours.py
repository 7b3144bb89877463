"""The colour maps are those of their package, which is not loaded for them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from cmcrameri import cm

from relaxo.colours import crameri


@pytest.mark.parametrize("name", ["lipari", "navia"])
def test_tables_are_those_of_the_package_bit_for_bit(name: str) -> None:
    np.testing.assert_array_equal(crameri(name), cm.cmaps[name](np.arange(256))[:, :3])


def test_neither_the_package_nor_matplotlib_is_loaded_for_them() -> None:
    code = (
        "import sys; from relaxo.colours import crameri; crameri('lipari'); "
        "assert not {'cmcrameri', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
