"""What every type refuses to be, and how it keeps what it is."""

import numpy as np
import pytest

from relaxo.data import FitStatus, Geometry, Maps, Protocol, Stack, Well, WellRate, Wells
from relaxo.data.rates import Rates

TURNED = np.array([[0.0, 2.0, 0.0, 5.0], [1.5, 0.0, 0.0, -7.0], [0.0, 0.0, -3.0, 11.0], [0.0, 0.0, 0.0, 1.0]])


def geometry(shape=(2, 3, 4), affine=TURNED):
    return Geometry(shape=shape, affine=affine)


def test_positions_go_to_millimetres_and_back():
    points = np.array([[0.0, 0.0, 0.0], [1.25, 2.5, 1.0]])
    grid = geometry()
    np.testing.assert_allclose(grid.to_pixels(grid.to_mm(points)), points, atol=1e-12)


def test_a_step_of_one_column_moves_along_the_first_column_of_the_affine():
    grid = geometry()
    np.testing.assert_allclose(grid.to_mm([0, 1, 0]) - grid.to_mm([0, 0, 0]), TURNED[:3, 0])
    np.testing.assert_allclose(grid.to_mm([1, 0, 0]) - grid.to_mm([0, 0, 0]), TURNED[:3, 1])
    assert grid.spacing == (3.0, 2.0, 1.5)


@pytest.mark.parametrize("affine", [np.eye(3), np.full((4, 4), np.nan), np.zeros((4, 4))])
def test_an_affine_that_is_none_is_refused(affine):
    with pytest.raises(ValueError, match=r"affine|dimensions"):
        geometry(affine=affine)


def test_geometries_are_equal_by_value():
    assert geometry() == geometry()
    assert hash(geometry()) == hash(geometry())
    assert geometry() != geometry(shape=(1, 3, 4))


def test_a_protocol_keeps_its_own_copy_and_leaves_the_given_array_alone():
    times = np.array([0.1, 0.2])
    protocol = Protocol("IRT1", "InversionTime", times, {"RepetitionTime": np.array(5.0)})
    times[0] = 9
    assert protocol.values.tolist() == [0.1, 0.2]
    assert protocol.times["RepetitionTime"].tolist() == [5.0, 5.0]
    with pytest.raises(ValueError, match="read-only"):
        protocol.values[0] = 1


@pytest.mark.parametrize("times", [[], [0.2, 0.1], [0.1, np.nan]])
def test_a_protocol_refuses_times_that_cannot_be(times):
    with pytest.raises(ValueError, match="InversionTime"):
        Protocol("IRT1", "InversionTime", np.array(times))


def test_a_stack_has_a_volume_for_every_time_on_its_grid():
    protocol = Protocol("MESE", "EchoTime", np.array([0.01, 0.02]))
    stack = Stack(np.zeros((2, 2, 3, 4)), protocol, geometry())
    assert stack.signal.dtype == np.float32
    with pytest.raises(ValueError, match="3 volumes for 2 values"):
        Stack(np.zeros((3, 2, 3, 4)), protocol, geometry())
    with pytest.raises(ValueError, match="on a grid of"):
        Stack(np.zeros((2, 2, 3, 5)), protocol, geometry())


def maps(values, status):
    array = np.array(values, float)
    return Maps("m", {"T1map": array}, {"T1map": array}, {"T1map": "s"}, np.array(status), array, array)


def test_maps_hold_a_number_exactly_where_the_status_is_ok():
    known = maps([1.0, np.nan], [FitStatus.OK, FitStatus.CONSTANT])
    assert known["T1map"][0] == 1.0
    assert list(known) == ["T1map"]
    with pytest.raises(ValueError, match="finite exactly where"):
        maps([1.0, 0.0], [FitStatus.OK, FitStatus.CONSTANT])
    with pytest.raises(ValueError, match="finite exactly where"):
        maps([1.0, np.nan], [FitStatus.OK, FitStatus.OK])


def well(name):
    return Well(name=name, row=1, column=1, slice=0, slices=(0, 0), radius_mm=1)


def test_labels_and_wells_are_one_to_one():
    labels = np.zeros((2, 3, 4), int)
    labels[0, 0, :2] = [1, 2]
    assert Wells(geometry(), labels, (well("1"), well("2"))).voxel_counts().tolist() == [1, 1]
    with pytest.raises(ValueError, match="number of wells"):
        Wells(geometry(), labels, (well("1"),))
    with pytest.raises(ValueError, match="same name"):
        Wells(geometry(), labels, (well("1"), well("1")))


def test_an_unknown_rate_needs_a_reason():
    with pytest.raises(ValueError, match="must be excluded with a reason"):
        WellRate("1", float("nan"), 0, 0, 0)
    assert WellRate("1", float("nan"), 0, 0, 0, excluded="below the noise").excluded


def test_a_time_is_the_reciprocal_of_its_rate_with_its_error_carried_over():
    none = WellRate("1", rate=0.0, spread=0.1, standard_error=0.1, voxels=9, excluded="no signal")
    assert all(np.isnan(value) for value in (none.time, none.time_spread, none.time_standard_error))
    known = WellRate("1", rate=4.0, spread=0.4, standard_error=0.04, voxels=100)
    assert known.time == 0.25
    assert known.time_spread == pytest.approx(0.025)
    assert known.time_standard_error == pytest.approx(0.0025)


def test_rates_of_an_agent_leave_out_the_excluded_and_the_unknown():
    rates = Rates(
        "R1",
        (
            WellRate("1", 1.0, 0, 0, 9, concentration=0.0, agent="Gd6"),
            WellRate("2", 1.0, 0, 0, 9, concentration=0.1, agent="Gd6", excluded="bubble"),
            WellRate("3", 1.0, 0, 0, 9, agent="Gd6"),
            WellRate("4", 1.0, 0, 0, 9, concentration=0.1, agent="other"),
        ),
    )
    assert [known.well for known in rates.of("Gd6")] == ["1"]
