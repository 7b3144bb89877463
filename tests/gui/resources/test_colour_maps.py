"""Tables of colours for images."""

from __future__ import annotations

import numpy as np
import pytest
from cmcrameri import cm

from relaxo_gui.resources.colour_maps import lookup_table


@pytest.mark.parametrize("name", ["lipari", "navia", "batlow"])
def test_tables_are_those_of_the_package(name: str) -> None:
    expected = np.rint(np.asarray(cm.cmaps[name](np.linspace(0, 1, 256)))[:, :3] * 255)
    np.testing.assert_array_equal(lookup_table(name), expected)


def test_grey_goes_from_black_to_white() -> None:
    np.testing.assert_array_equal(lookup_table("grey")[[0, 128, 255]], [[0] * 3, [128] * 3, [255] * 3])
