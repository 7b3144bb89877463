"""The relatively weighted line: there is one for every set of rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from relaxo.relaxivity.gamma import fitted_rate

if TYPE_CHECKING:
    from collections.abc import Sequence


@pytest.mark.parametrize(
    "rate", [[5.0, 1.0, 0.001], [1.0, 1e-6, 1e6, 3.0], [1e-3, 1e3, 1.0, 1.0], [7.0, 7.0, 7.0], [9.0, 5.0, 1.0]]
)
def test_no_rates_are_too_odd_for_relative_weights(rate: Sequence[float]) -> None:
    concentration = np.arange(len(rate), dtype=float)
    fitted = fitted_rate(concentration, np.array(rate))
    assert (fitted > 0).all()
    relative = (np.array(rate) - fitted) / fitted
    # What the equations balance is zero, up to the rounding of what it is made of.
    assert abs(np.sum(relative / fitted)) < 1e-6 * np.sum(np.abs(relative) / fitted) + 1e-12
    assert abs(np.sum(relative * concentration / fitted)) < 1e-6 * np.sum(np.abs(relative) / fitted) + 1e-12
