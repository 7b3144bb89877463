from __future__ import annotations

import pytest

from relaxo.phantoms import TrueAgent, TrueWell, Truth

GD6 = TrueAgent("Gd6", r1=12.06, r2=24.10, R10=0.33, R20=0.45)


def test_times_are_the_reciprocals_of_the_rates() -> None:
    T1, T2 = GD6.times(0.4)
    assert pytest.approx(0.33 + 12.06 * 0.4) == 1 / T1
    assert pytest.approx(0.45 + 24.10 * 0.4) == 1 / T2


def test_water_alone_has_the_rates_without_agent() -> None:
    assert GD6.times(0.0) == (1 / 0.33, 1 / 0.45)


@pytest.mark.parametrize("wrong", ["r1", "r2", "R10", "R20"])
def test_an_agent_must_relax(wrong: str) -> None:
    values = {"r1": 1.0, "r2": 1.0, "R10": 1.0, "R20": 1.0, wrong: 0.0}
    with pytest.raises(ValueError, match="must be positive"):
        TrueAgent("Gd6", **values)


def test_a_well_of_an_unknown_agent_is_refused() -> None:
    well = TrueWell("1", "Gd7", 0.0, 3.0, 2.0, 10.0, 10.0, 3.0)
    with pytest.raises(ValueError, match="Gd7"):
        Truth((well,), (GD6,))
