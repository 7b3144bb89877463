"""What a fit takes: numbers of any type and layout, masks, wrong calls, and being watched and stopped."""

from __future__ import annotations

import time

import numpy as np
import pytest

from relaxo.data import FitStatus
from relaxo.errors import AnalysisError, Cancelled, UsageError
from relaxo.models import fit

TI = np.array([0.05, 0.1, 0.2, 0.35, 0.5, 0.8, 1.2, 1.8, 2.6, 4.0])
TE = np.arange(1, 17) * 0.01


def recoveries(voxels):
    """Return noisy magnitudes (n, v) of inversion recoveries, and their T1 (v,)."""
    rng = np.random.default_rng(0)
    t1 = rng.permutation(np.geomspace(0.06, 3.0, voxels))
    return np.abs(1000 * (1 - 1.9 * np.exp(-TI[:, np.newaxis] / t1)) + rng.normal(0, 20, (TI.size, voxels))), t1


def test_a_mask_chooses_voxels_and_changes_none():
    signal, _ = recoveries(24)
    volume = signal.reshape(TI.size, 2, 3, 4)
    mask = np.random.default_rng(1).random((2, 3, 4)) < 0.5
    everything, some = (fit("inversion_recovery", volume, which, InversionTime=TI) for which in (None, mask))
    assert some.shape == (2, 3, 4)
    assert (some.status[~mask] == FitStatus.NOT_FITTED).all()
    assert np.isnan(some["T1map"][~mask]).all()
    np.testing.assert_allclose(some["T1map"][mask], everything["T1map"][mask], rtol=1e-10)
    nothing = fit("inversion_recovery", volume, np.zeros((2, 3, 4), bool), InversionTime=TI)
    assert (nothing.status == FitStatus.NOT_FITTED).all()


def test_many_blocks_and_threads_change_nothing():
    signal, _ = recoveries(20_000)
    one = fit("inversion_recovery", signal.astype(np.float32), InversionTime=TI, threads=1)
    many = fit("inversion_recovery", signal.astype(np.float32), InversionTime=TI, threads=3)
    np.testing.assert_array_equal(one["T1map"], many["T1map"])
    np.testing.assert_array_equal(one.status, many.status)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.int32, np.float16, ">i2", ">f4", np.int64])
def test_numbers_of_any_type_are_read(dtype):
    signal, _ = recoveries(50)
    counts = np.minimum(signal / 5, 250).astype(dtype)
    maps = fit("inversion_recovery", counts, InversionTime=TI, noise=None)
    expected = fit("inversion_recovery", counts.astype(np.float64), InversionTime=TI, noise=None)
    np.testing.assert_allclose(maps["T1map"], expected["T1map"], rtol=1e-4)


def layouts():
    signal, _ = recoveries(120)
    volume = signal.astype(np.float32).reshape(TI.size, 4, 5, 6)
    wide = np.zeros((TI.size, 8, 5, 12), np.float32)
    wide[:, ::2, :, ::2] = volume
    yield "C", volume, volume
    yield "Fortran", volume, np.asfortranarray(volume)
    yield "images last", volume, np.moveaxis(np.ascontiguousarray(np.moveaxis(volume, 0, -1)), -1, 0)
    yield "reversed", volume, np.ascontiguousarray(volume[:, ::-1, :, ::-1])[:, ::-1, :, ::-1]
    yield "every other", volume, wide[:, ::2, :, ::2]
    yield "all alike", np.repeat(volume[:, :1], 4, axis=1), np.broadcast_to(volume[:, :1], volume.shape)


@pytest.mark.parametrize(("expected", "given"), [pytest.param(*pair, id=name) for name, *pair in layouts()])
@pytest.mark.parametrize("masked", [False, True])
def test_any_memory_layout_is_read_and_not_changed(expected, given, masked):
    given.flags.writeable = False
    mask = np.random.default_rng(0).random(given.shape[1:]) < 0.7 if masked else None
    there = fit("inversion_recovery", given, mask, InversionTime=TI, noise=None)
    here = fit("inversion_recovery", np.ascontiguousarray(expected), mask, InversionTime=TI, noise=None)
    np.testing.assert_array_equal(there["T1map"], here["T1map"])
    assert there["T1map"].flags.c_contiguous


def test_a_file_is_mapped_not_read(tmp_path):
    signal, _ = recoveries(200)
    path = tmp_path / "signal.npy"
    np.save(path, signal.astype(np.float32))
    maps = fit("inversion_recovery", np.load(path, mmap_mode="r"), InversionTime=TI)
    expected = fit("inversion_recovery", signal.astype(np.float32), InversionTime=TI)
    np.testing.assert_array_equal(maps["T1map"], expected["T1map"])


def test_a_list_is_as_good_as_an_array():
    signal = 1000 * (1 - 2 * np.exp(-TI / 0.65))
    maps = fit("inversion_recovery", np.abs(signal).tolist(), InversionTime=TI.tolist())
    assert maps.shape == ()
    assert maps["T1map"] == pytest.approx(0.65, rel=1e-8)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"InversionTimes": TI}, "no 'InversionTimes'.*Did you mean 'InversionTime'"),
        ({"InversionTime": TI[:-1]}, "9 values for 10 images"),
        ({"InversionTime": -TI}, "0 s or more"),
        ({"InversionTime": np.where(TI > 1, np.nan, TI)}, "0 s or more"),
        ({"InversionTime": TI.reshape(2, 5)}, "10 values"),
        ({"mask": np.ones(4, bool)}, r"shape \(4,\)"),
        ({"engine": "abacus"}, "no engine 'abacus'"),
        ({"component": "imaginary"}, "no component 'imaginary'"),
        ({"component": "complex"}, "float64"),
        ({"model": "inversion_recover"}, "Did you mean 'inversion_recovery'"),
        ({"signal": np.array(["a"] * 10)}, "array of numbers"),
        ({"signal": np.float64(3)}, "array of numbers"),
    ],
)
def test_a_wrong_call_is_answered_in_words(change, says):
    signal, _ = recoveries(3)
    call = {"model": "inversion_recovery", "signal": signal, "InversionTime": TI, **change}
    with pytest.raises(UsageError, match=says):
        fit(call.pop("model"), call.pop("signal"), **call)


def test_a_missing_time_is_asked_for():
    with pytest.raises(UsageError, match="needs InversionTime"):
        fit("inversion_recovery", recoveries(3)[0])


def test_what_cannot_be_analysed_is_refused():
    signal, _ = recoveries(3)
    with pytest.raises(AnalysisError, match="3 parameters"):
        fit("inversion_recovery", signal[:2], InversionTime=TI[:2])
    with pytest.raises(AnalysisError, match="same in every image"):
        fit("inversion_recovery", signal, InversionTime=np.full(TI.size, 0.5))
    with pytest.raises(AnalysisError, match='component="real"'):
        fit("inversion_recovery", -signal, InversionTime=TI)
    with pytest.raises(AnalysisError, match="skip_first_echo"):
        fit("spin_echo_decay", signal[:2], EchoTime=TE[:2])


def test_a_negative_magnitude_outside_the_mask_is_nobody_s_business():
    signal, _ = recoveries(3)
    signal[0, 0] = -1
    maps = fit("inversion_recovery", signal, np.array([False, True, True]), InversionTime=TI)
    assert maps.status.tolist() == [FitStatus.NOT_FITTED, FitStatus.OK, FitStatus.OK]


def test_no_voxel_is_no_problem():
    maps = fit("inversion_recovery", np.empty((TI.size, 0)), InversionTime=TI)
    assert maps.shape == (0,)


def test_progress_counts_up_and_can_stop_the_fit():
    signal = np.repeat(recoveries(100)[0], 3000, axis=1).astype(np.float32)
    calls = []
    fit("inversion_recovery", signal, InversionTime=TI, progress=lambda *state: calls.append(state) is None)
    assert calls == sorted(calls)
    assert calls[-1] == (signal.shape[1], signal.shape[1])
    with pytest.raises(Cancelled):
        fit("inversion_recovery", signal, InversionTime=TI, progress=lambda *_: False)


def test_a_cancel_is_prompt():
    signal = np.repeat(recoveries(100)[0], 20_000, axis=1).astype(np.float32)
    asked = []

    def progress(done, total):
        if done < total // 10:
            return True
        asked.append(time.monotonic())
        return False

    with pytest.raises(Cancelled):
        fit("inversion_recovery", signal, InversionTime=TI, progress=progress)
    # 50 ms on an idle machine; the tests may share theirs.
    assert time.monotonic() - asked[0] < 0.5
