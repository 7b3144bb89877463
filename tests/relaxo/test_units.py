import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaxo import units


@given(st.integers(min_value=0, max_value=10_000_000))
def test_whole_milliseconds_survive_the_way_there_and_back(time):
    assert units.s_to_ms(units.ms_to_s(float(time))) == pytest.approx(time, rel=1e-15)


def test_arrays_are_converted_element_by_element():
    np.testing.assert_array_equal(units.ms_to_s(np.array([650.0, 20.0])), [0.65, 0.02])


def test_a_tesla_is_42_577_megahertz():
    assert units.frequency_from_field(1.0) == pytest.approx(42.577, abs=1e-3)
    assert units.field_from_frequency(63.897953) == pytest.approx(1.5008, abs=1e-4)


def test_a_rate_is_one_over_the_time_and_as_uncertain_and_back():
    rate, error = units.reciprocal(0.5, 0.01)
    assert (rate, error) == pytest.approx((2.0, 0.04))
    assert units.reciprocal(rate, error) == pytest.approx((0.5, 0.01))
