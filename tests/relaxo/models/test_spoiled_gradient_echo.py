from __future__ import annotations

import csv

import numpy as np
import pytest

from relaxo.data import FitStatus
from relaxo.errors import UsageError
from relaxo.models import CATALOGUE, fit

MODEL = CATALOGUE["spoiled_gradient_echo"]
TIMES = {"FlipAngle": np.array([2.0, 5.0, 9.0, 15.0, 25.0]), "RepetitionTime": 0.006}


def table(path):
    """Return flip angles (n,), repetition time, signal (n, v), reference R1 in 1/s (v,) and S0 (v,)."""
    with path.open() as file:
        rows = list(csv.DictReader(file))
    angles, repetition = (np.array(rows[0][name].split(), float) for name in ("FA", "TR"))
    signal = np.array([row["s"].split() for row in rows], float).T
    return angles, repetition, signal, *(np.array([float(row[name]) for row in rows]) for name in ("R1", "s0"))


def test_brain_values_are_reproduced(real_data):
    angles, repetition, signal, rate, equilibrium = table(real_data / "vfa_osipi" / "t1_brain_data.csv")
    maps = fit(MODEL, signal, FlipAngle=angles, RepetitionTime=repetition)
    assert (maps.status == FitStatus.OK).all()
    np.testing.assert_allclose(1 / maps["T1map"], rate, rtol=1e-4)
    np.testing.assert_allclose(maps["M0map"], equilibrium, rtol=1e-4)


def test_the_simulated_object_of_qiba_is_reproduced_as_far_as_its_noise_allows(real_data):
    angles, repetition, signal, rate, _ = table(real_data / "vfa_osipi" / "t1_quiba_data.csv")
    maps = fit(MODEL, signal, FlipAngle=angles, RepetitionTime=repetition)
    assert (maps.status == FitStatus.OK).all()
    # Its rates are in 1/ms.
    deviation = np.abs(1 / maps["T1map"] / (1000 * rate) - 1)
    assert np.median(deviation) < 0.005
    assert deviation.max() < 0.04


def test_a_map_of_b1_gives_t1_back_and_its_lack_does_not():
    shape = (3, 20)
    b1 = np.linspace(0.7, 1.3, 60).reshape(shape)
    truth = {"T1map": np.geomspace(0.1, 3.0, 60).reshape(shape), "M0map": np.full(shape, 900.0)}
    signal = MODEL.signal(truth, {"FlipAngle": TIMES["FlipAngle"], "RepetitionTime": np.full(5, 0.006), "TB1map": b1})
    maps = fit(MODEL, signal.reshape(5, *shape), TB1map=b1, **TIMES)
    np.testing.assert_allclose(maps["T1map"], truth["T1map"], rtol=1e-6)
    np.testing.assert_allclose(maps["M0map"], truth["M0map"], rtol=1e-6)
    without = fit(MODEL, signal.reshape(5, *shape), **TIMES)
    # T1 goes with the square of the angle.
    assert without["T1map"][0, 0] / truth["T1map"][0, 0] == pytest.approx(0.7**2, rel=0.05)


def test_one_b1_for_all_is_a_map_that_says_the_same_everywhere():
    rng = np.random.default_rng(2)
    truth = {"T1map": np.geomspace(0.2, 2.0, 40), "M0map": np.full(40, 1000.0)}
    times = {"FlipAngle": TIMES["FlipAngle"], "RepetitionTime": np.full(5, 0.006), "TB1map": np.array([0.9])}
    signal = MODEL.signal(truth, times) + rng.normal(0, 0.3, (5, 40))
    one, each = (fit(MODEL, signal, TB1map=b1, **TIMES) for b1 in (0.9, np.full(40, 0.9)))
    np.testing.assert_array_equal(one.status, each.status)
    for name in one:
        np.testing.assert_allclose(each[name], one[name], rtol=1e-5)
        np.testing.assert_allclose(each.error[name], one.error[name], rtol=1e-3)


def test_a_voxel_without_b1_has_no_t1():
    b1 = np.array([1.0, np.nan, 0.0, np.inf, 1.1])
    truth = {"T1map": np.full(5, 0.8), "M0map": np.full(5, 1000.0)}
    times = {"FlipAngle": TIMES["FlipAngle"], "RepetitionTime": np.full(5, 0.006)}
    maps = fit(MODEL, MODEL.signal(truth, times), TB1map=b1, **TIMES)
    assert maps.status.tolist() == [0, FitStatus.NOT_FINITE, FitStatus.NOT_FINITE, FitStatus.NOT_FINITE, 0]
    assert maps["T1map"][0] == pytest.approx(0.8, rel=1e-6)


def test_a_map_of_another_shape_is_refused():
    with pytest.raises(UsageError, match="TB1map has the shape"):
        fit(MODEL, np.ones((5, 3, 4)), TB1map=np.ones((4, 3)), **TIMES)


def test_the_repetition_time_may_have_the_name_that_bids_gives_it():
    truth = {"T1map": 0.8, "M0map": 1000.0}
    times = {"FlipAngle": TIMES["FlipAngle"], "RepetitionTime": np.full(5, 0.006)}
    signal = MODEL.signal(truth, times)
    maps = fit(MODEL, signal, FlipAngle=TIMES["FlipAngle"], RepetitionTimeExcitation=0.006)
    assert float(maps["T1map"]) == pytest.approx(0.8, rel=1e-6)
