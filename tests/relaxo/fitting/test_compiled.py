"""Two engines, one answer: whatever the compiled kernel fits, NumPy fits alike."""

from __future__ import annotations

import ctypes
import json
import os
import platform
import re
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from relaxo.data import FitStatus
from relaxo.errors import AnalysisError, Cancelled, UsageError
from relaxo.fitting import blocks, cells, compiled, engine_name
from relaxo.models import CATALOGUE, fit

TI = np.geomspace(0.05, 3.0, 10)
TE = np.arange(1, 17) * 0.01
VOXELS = 3000

#: Model, protocol, range of the time constant, and what else it has.
PROTOCOLS = {
    "inversion recovery": ("inversion_recovery", {"InversionTime": TI}, (0.06, 2.5), {"efficiency": 0.95}),
    "a TR per image": (
        "inversion_recovery",
        {"InversionTime": TI, "RepetitionTime": TI + 1.5},
        (0.06, 2.5),
        {"efficiency": 0.95},
    ),
    "echoes": ("spin_echo_decay", {"EchoTime": TE, "skip_first_echo": False}, (0.015, 0.15), {}),
    "echoes but the first": ("spin_echo_decay", {"EchoTime": TE}, (0.02, 0.15), {}),
    "gradient echoes": ("gradient_echo_decay", {"EchoTime": TE[:11] / 4}, (0.005, 0.03), {}),
    "saturation recovery": ("saturation_recovery", {"RepetitionTime": np.geomspace(0.1, 4, 8)}, (0.15, 3.0), {}),
    "flip angles": (
        "spoiled_gradient_echo",
        {"FlipAngle": np.array([2.0, 4, 8, 12, 18, 25]), "RepetitionTime": 0.006},
        (0.2, 2.5),
        {},
    ),
}


needs_kernel = pytest.mark.skipif(engine_name() == "NumPy", reason="this installation has no compiled kernel")


def measured(case, snr, voxels=VOXELS, seed=0):
    name, protocol, (low, high), more = PROTOCOLS[case]
    model = CATALOGUE[name]
    rng = np.random.default_rng(seed)
    amplitude = model.parameters[1].name
    truth = {
        model.parameters[0].name: np.exp(rng.uniform(np.log(low), np.log(high), voxels)),
        amplitude: 1000.0,
        **more,
    }
    times = {given.name: protocol[given.name] for given in model.inputs if given.name in protocol}
    size = np.size(times[model.axis.name])
    times = {key: np.broadcast_to(np.asarray(value, float), size) for key, value in times.items()}
    clean = model.signal(truth, times)
    sigma = np.abs(clean).max() / snr
    noisy = np.hypot(clean + rng.normal(0, sigma, clean.shape), rng.normal(0, sigma, clean.shape))
    return name, protocol, noisy, sigma


def both(name, signal, mask=None, **keywords):
    return (fit(name, signal, mask, engine=engine, **keywords) for engine in ("c++", "numpy"))


def assert_same(there, here, tolerance=1e-5):
    assert (there.status != here.status).mean() < 1e-3
    ok = (there.status == FitStatus.OK) & (here.status == FitStatus.OK)
    assert ok.any()
    for name in here:
        assert np.quantile(np.abs(there[name] / here[name] - 1)[ok], 0.999) < tolerance, name
        assert np.quantile(np.abs(there.error[name] / here.error[name] - 1)[ok], 0.999) < 1e-3, name
        np.testing.assert_array_equal(np.isnan(there[name]), there.status != FitStatus.OK)
    np.testing.assert_allclose(there.residual[ok], here.residual[ok], rtol=1e-3)
    np.testing.assert_allclose(there.r_squared[ok], here.r_squared[ok], atol=1e-4)


@needs_kernel
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("snr", [20, 50, 200])
@pytest.mark.parametrize("case", PROTOCOLS)
def test_both_engines_give_the_same_answer(case, snr, dtype):
    name, protocol, signal, _ = measured(case, snr)
    assert_same(*both(name, signal.astype(dtype), noise=None, **protocol))


@needs_kernel
@pytest.mark.parametrize("case", ["inversion recovery", "echoes"])
def test_they_agree_where_noise_is_strong(case):
    name, protocol, signal, _ = measured(case, 5)
    assert_same(*both(name, signal.astype(np.float32), noise=None, **protocol), tolerance=1e-3)


@needs_kernel
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", ["echoes", "echoes but the first"])
def test_they_agree_where_echoes_sink_into_the_noise(case, dtype):
    name, protocol, signal, sigma = measured(case, 30)
    there, here = both(name, signal.astype(dtype), noise=sigma, **protocol)
    assert (here.status == FitStatus.BELOW_NOISE).any()
    assert_same(there, here)


@needs_kernel
@pytest.mark.parametrize("voxels", [1, 7, 129, 20_000])
def test_any_number_of_voxels_and_any_mask(voxels):
    name, protocol, signal, _ = measured("inversion recovery", 50, voxels)
    mask = np.random.default_rng(1).random(voxels) < 0.5
    whole, masked = (fit(name, signal, which, engine="c++", noise=None, **protocol) for which in (None, mask))
    np.testing.assert_array_equal(whole["T1map"][mask], masked["T1map"][mask])
    np.testing.assert_array_equal(whole.error["M0map"][mask], masked.error["M0map"][mask])
    assert (masked.status[~mask] == FitStatus.NOT_FITTED).all()


@needs_kernel
def test_voxels_that_cannot_be_fitted_get_the_same_status():
    name, protocol, signal, _ = measured("echoes", 50, 40)
    signal[3, 0], signal[0, 1], signal[:, 2], signal[:, 3], signal[5, 4] = np.nan, np.inf, 0, 7, 1e9
    signal[:, 5] = 1 + TE
    signal[:, 6] = np.exp(-TE / 1e-4)
    there, here = both(name, signal, noise=None, clip_level=1e8, **protocol)
    np.testing.assert_array_equal(there.status, here.status)
    expected = [FitStatus.NOT_FINITE] * 2 + [FitStatus.CONSTANT] * 2 + [FitStatus.CLIPPED, FitStatus.AT_BOUND]
    assert there.status[:6].tolist() == expected
    assert np.isnan(there["T2map"][:7]).all()
    np.testing.assert_array_equal(np.isnan(there.residual), np.isnan(here.residual))


@needs_kernel
def test_signed_and_complex_signals_are_fitted_alike():
    rng = np.random.default_rng(0)
    t1 = np.exp(rng.uniform(np.log(0.1), np.log(2.0), 500))
    clean = 1000 * (1 - 1.9 * np.exp(-TI[:, np.newaxis] / t1)) + rng.normal(0, 10, (10, 500))
    assert_same(*both("inversion_recovery", clean.astype(np.float32), component="real", InversionTime=TI))
    assert_same(*both("inversion_recovery", (clean * np.exp(0.7j)).astype(np.complex64), InversionTime=TI))


@needs_kernel
def test_integers_are_fitted_alike():
    name, protocol, signal, _ = measured("inversion recovery", 50)
    assert_same(*both(name, signal.astype(np.uint16), noise=None, **protocol))


@needs_kernel
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_images_are_read_where_they_lie_and_stay_as_they_are(dtype, tmp_path):
    name, protocol, signal, _ = measured("inversion recovery", 50, 600)
    signal = signal.astype(dtype)
    signal[3, 5] = np.nan
    expected = fit(name, signal, engine="numpy", noise=None, **protocol)
    order = np.random.default_rng(2).permutation(len(TI))
    mapped = np.memmap(tmp_path / "signal", dtype, "w+", shape=signal.shape)
    mapped[:] = signal
    frozen = signal.copy()
    frozen.flags.writeable = False
    wide = np.zeros((len(TI), 1200), dtype)
    wide[:, ::2] = signal
    layouts = (mapped, frozen, np.asfortranarray(signal), wide[:, ::2], signal.astype(signal.dtype.newbyteorder()))
    for images in layouts:
        before = images.copy()
        assert_same(fit(name, images, engine="c++", noise=None, **protocol), expected)
        np.testing.assert_array_equal(images, before)
    shuffled = fit(name, signal[order], engine="c++", noise=None, InversionTime=TI[order])
    assert_same(shuffled, expected)


@needs_kernel
@pytest.mark.skipif(platform.machine() not in {"x86_64", "AMD64"}, reason="this processor has one set of instructions")
def test_older_processors_get_the_same_answer(tmp_path):
    runs, given = [], {}
    for dtype in ("float32", "float64"):
        for case in PROTOCOLS:
            name, protocol, signal, sigma = measured(case, 50, 500)
            given[str(len(runs))] = signal.astype(dtype)
            noise = sigma if "echoes" in case else None
            runs.append(
                (name, {"noise": noise, **{key: np.asarray(value).tolist() for key, value in protocol.items()}})
            )
    np.savez(tmp_path / "given.npz", **given)
    program = """
import json, sys
import numpy as np
from relaxo.fitting import engine_name
from relaxo.models import fit
found = {"engine": engine_name()}
with np.load(sys.argv[1]) as given:
    for run, (name, keywords) in enumerate(json.loads(sys.argv[2])):
        maps = fit(name, given[str(run)], engine="c++", **keywords)
        found[f"{run} status"] = maps.status
        found |= {f"{run} {key}": value for key, value in maps.values.items()}
        found |= {f"{run} error {key}": value for key, value in maps.error.items()}
np.savez(sys.argv[3], **found)
"""
    command = [sys.executable, "-c", program, *map(str, (tmp_path / "given.npz", json.dumps(runs), tmp_path / "there"))]
    subprocess.run(command, check=True, env={**os.environ, "RELAXO_INSTRUCTIONS": "SSE2"})
    with np.load(tmp_path / "there.npz") as older:
        assert older["engine"] == "C++ SSE2"
        for run, (name, keywords) in enumerate(runs):
            here = fit(name, given[str(run)], engine="c++", **keywords)
            assert (older[f"{run} status"] != here.status).mean() < 1e-2
            ok = (older[f"{run} status"] == FitStatus.OK) & (here.status == FitStatus.OK)
            assert ok.any()
            for key in here:
                np.testing.assert_allclose(older[f"{run} {key}"][ok], here[key][ok], rtol=1e-5)
                np.testing.assert_allclose(older[f"{run} error {key}"][ok], here.error[key][ok], rtol=1e-3)


@needs_kernel
def test_a_negative_magnitude_is_refused():
    name, protocol, signal, _ = measured("echoes", 50, 20)
    signal[4, 13] = -1
    with pytest.raises(AnalysisError, match="negative"):
        fit(name, signal, engine="c++", **protocol)


@needs_kernel
def test_what_it_cannot_fit_is_said_or_left_to_numpy():
    signal = np.exp(-np.arange(1, 101)[:, np.newaxis] * 0.01 / np.array([0.05, 0.2]))
    times = {"EchoTime": np.arange(1, 101) * 0.01}
    with pytest.raises(UsageError, match="cannot fit spin_echo_decay"):
        fit("spin_echo_decay", signal, engine="c++", **times)
    np.testing.assert_allclose(fit("spin_echo_decay", signal, **times)["T2map"], [0.05, 0.2], rtol=1e-6)


def test_without_a_kernel_numpy_fits(monkeypatch, tmp_path):
    monkeypatch.setattr(compiled, "LIBRARY", tmp_path / "none.so")
    compiled.library.cache_clear()
    try:
        assert engine_name() == "NumPy"
        name, protocol, signal, _ = measured("inversion recovery", 50, 50)
        assert (fit(name, signal, **protocol).status == FitStatus.OK).all()
        with pytest.raises(UsageError, match="this is NumPy"):
            fit(name, signal, engine="c++", **protocol)
    finally:
        compiled.library.cache_clear()


def test_the_kernel_s_source_knows_the_statuses_and_the_size_of_its_tables():
    folder = Path(compiled.__file__).parent / "kernel"
    header = (folder / "kernel.h").read_text()
    statuses = {name: int(value) for name, value in re.findall(r"\b([A-Z_]+) = (\d)", header)}
    assert statuses
    assert all(FitStatus[name] == value for name, value in statuses.items())
    forms = re.search(r"enum \{ (.+?) \}", header)
    assert forms is not None
    assert tuple(form.lower() for form in forms[1].split(", ")) == compiled.FORMS
    assert f"MOST_POINTS = {compiled.MOST_POINTS};" in (folder / "projection.hpp").read_text()
    tables = f"COEFFICIENTS = {cells.COEFFICIENTS}, CELL_BITS = {compiled.CELL_BITS}, TILE = {cells.TILE};"
    assert tables in (folder / "search.hpp").read_text()


@needs_kernel
@pytest.mark.parametrize("case", ["inversion recovery", "echoes"])
def test_the_kernel_leaves_a_block_where_the_work_is_to_end(case, monkeypatch):
    name, protocol, signal, sigma = measured(case, 50, 1000)
    monkeypatch.setattr(blocks, "_NEVER", ctypes.c_int32(1))
    task = compiled.Compiled.fit
    statuses = []

    def fit_alone(self, signal, place, values, errors, residual, r_squared, status):
        values[:], status[:] = -1, 255
        with monkeypatch.context() as alone:
            alone.setattr(blocks, "_here", threading.local())
            assert task(self, signal, place, values, errors, residual, r_squared, status) == 0
        statuses.append(status.copy())
        raise Cancelled

    monkeypatch.setattr(compiled.Compiled, "fit", fit_alone)
    with pytest.raises(Cancelled):
        fit(name, signal, noise=sigma, engine="c++", threads=1, **protocol)
    assert (statuses[0] == 255).all()
