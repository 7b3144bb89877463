"""What holds for every model that there is and will be.

A new model needs nothing here as long as its inputs and parameters have names that others have too; otherwise it says
below how a protocol of its own looks, and which values its parameters take.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import product

import numpy as np
import pytest

from relaxo.data import FitStatus
from relaxo.errors import UsageError
from relaxo.models import CATALOGUE, Input, Model, fit

#: Plausible protocols by the name of the varying axis, in s and degree.
AXES = {
    "InversionTime": [
        np.geomspace(0.03, 4.0, 8),
        np.array([0.05, 0.1, 0.2, 0.35, 0.5, 0.8, 1.2, 2.0, 3.0, 5.0]),
        np.arange(1, 31) * 0.1,
    ],
    "RepetitionTime": [np.geomspace(0.05, 8.0, 8), np.array([0.1, 0.25, 0.5, 1.0, 2.0, 4.0])],
    "EchoTime": [np.arange(1, 17) * 0.01, np.arange(1, 33) * 0.008, np.arange(1, 13) * 0.0025],
    "FlipAngle": [np.array([2.0, 5.0, 12.0]), np.array([3.0, 6.0, 9.0, 15.0, 24.0, 35.0])],
}
#: What else an equation may ask for, from the axis.
COMPANIONS = {
    "RepetitionTime": [
        lambda axis: np.full(axis.size, 5.0 + axis.max() if axis.max() < 10 else 0.005),
        lambda axis: 1.5 + axis if axis.max() < 10 else np.full(axis.size, 0.02),
    ],
    "TB1map": [lambda _: np.array([1.0]), lambda _: np.array([0.85])],
}
#: Values of the parameters after the time constant.
VALUES = {
    "M0map": [1.0, 800.0],
    "S0map": [1.0, 800.0],
    "efficiency": [0.8, 1.0],
    "A": [500.0],
    "B": [800.0, 990.0],
    "TB1map": [0.97, 0.65, 0.8],
    "offset": [0.05, 0.2],
}


def variants() -> list[tuple[Model, dict[str, bool]]]:
    """Return every model with every combination of its switches."""
    found = []
    for model in CATALOGUE.values():
        switches = [name for name, default in model.defaults.items() if isinstance(default, bool)]
        for choice in product((False, True), repeat=len(switches)):
            options = dict(zip(switches, choice, strict=True))
            # Some exclude each other.
            with suppress(UsageError):
                found.append((model.with_options(options), options))
    return found


def protocols(model: Model) -> list[dict[str, np.ndarray]]:
    found = []
    for axis in AXES[model.axis.name]:
        for companions in product(*(COMPANIONS[given.name] for given in model.inputs[1:])):
            made = [value(axis) for value in companions]
            found.append(
                {model.axis.name: axis, **dict(zip((given.name for given in model.inputs[1:]), made, strict=True))}
            )
    return found


def time_range(model: Model, times: dict[str, np.ndarray]) -> tuple[float, float]:
    """Return time constants that such a protocol measures well."""
    axis = times[model.axis.name]
    if model.axis.unit == "s":
        return float(axis.min()), float(axis.max())
    return 0.05, 3.0


def truths(model: Model, times: dict[str, np.ndarray], count: int = 25) -> dict[str, np.ndarray]:
    """Return parameters (v,): time constants over the range, with every combination of the others."""
    time = np.geomspace(*time_range(model, times), count)
    others = [VALUES[parameter.name] for parameter in model.parameters[1:]]
    rows = np.array([(one, *rest) for one in time for rest in product(*others)])
    return {parameter.name: column for parameter, column in zip(model.parameters, rows.T, strict=True)}


def as_equation(values: np.ndarray, given: Input) -> np.ndarray:
    """Return an input as equations take it: angles in radians, images along the first axis."""
    values = np.radians(values) if given.unit == "degree" else values
    return values if given.per_voxel else values[:, np.newaxis]


def epg(TE: np.ndarray, T2: np.ndarray, B1: np.ndarray) -> np.ndarray:
    """Return the echoes (n, v) of a train with T1 = 2 T2, configuration by configuration and in complex numbers."""
    half, echoes = TE[0, 0] / 2, TE.shape[0]
    orders = 2 * echoes + 2
    found = []
    for one, angle in zip(T2, np.pi * B1, strict=True):
        c, s, sine = np.cos(angle / 2) ** 2, np.sin(angle / 2) ** 2, np.sin(angle)
        turn = np.array([[c, s, -1j * sine], [s, c, 1j * sine], [-0.5j * sine, 0.5j * sine, np.cos(angle)]])
        states = np.zeros((3, orders), complex)
        states[:2, 0] = 1

        def wait(states, T2=one):
            decayed = states * np.exp(-half / T2 * np.array([1, 1, 0.5]))[:, np.newaxis]
            moved = np.array([np.roll(decayed[0], 1), np.roll(decayed[1], -1), decayed[2]])
            moved[0, 0], moved[1, -1] = np.conj(moved[1, 0]), 0
            return moved

        train = []
        for _ in range(echoes):
            states = wait(turn @ wait(states))
            train.append(states[0, 0].real)
        found.append(train)
    return np.array(found).T


CASES = [
    pytest.param(model, options, times, id=f"{model.name}-{'-'.join(map(str, options.values()))}-{index}")
    for model, options in variants()
    for index, times in enumerate(protocols(model))
]
ONE_EACH = [
    pytest.param(model, options, protocols(model)[0], id=f"{model.name}-{'-'.join(map(str, options.values()))}")
    for model, options in variants()
]
#: The fastest that there is for a model, and the one that is everywhere.
ENGINES = ["auto", "numpy"]
#: The variants as models of their own, for what concerns no fit.
EQUATIONS = [pytest.param(case.values[0], case.values[2], id=case.id) for case in CASES]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("model", "options", "times"), CASES)
def test_a_signal_without_noise_gives_its_parameters_back(model, options, times, engine):
    truth = truths(model, times)
    signal = np.abs(model.signal(truth, times))
    maps = fit(model, signal, noise=None, engine=engine, **times, **options)
    assert (maps.status == FitStatus.OK).all()
    for name, values in truth.items():
        # Single precision would be good enough for any measurement.
        np.testing.assert_allclose(maps[name], values, rtol=1e-5, err_msg=name)
    np.testing.assert_allclose(maps.r_squared, 1, atol=1e-8)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("model", "options", "times"), CASES)
def test_single_precision_is_as_good_as_a_measurement(model, options, times, engine):
    truth = truths(model, times)
    signal = np.abs(model.signal(truth, times))
    maps = fit(model, signal.astype(np.float32), noise=None, engine=engine, **times, **options)
    assert (maps.status == FitStatus.OK).all()
    np.testing.assert_allclose(maps[model.parameters[0].name], truth[model.parameters[0].name], rtol=5e-5)


@pytest.mark.parametrize(("model", "times"), EQUATIONS)
def test_the_equation_says_what_the_code_does(model, times):
    truth = truths(model, times)
    names = {given.symbol: as_equation(times[given.name], given) for given in model.inputs}
    names |= {parameter.symbol: truth[parameter.name] for parameter in model.parameters}
    functions = {"exp": np.exp, "sin": np.sin, "cos": np.cos, "epg": epg}
    expected = eval(model.equation, {"__builtins__": {}}, functions | names)  # noqa: S307 - our own equations
    signal = model.signal(truth, times)
    np.testing.assert_allclose(signal, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())


@pytest.mark.parametrize(("model", "times"), EQUATIONS)
def test_the_derivative_is_that_of_the_basis(model, times):
    time = np.geomspace(*time_range(model, times), 40)
    known, step = model.complete(times), 1e-5
    names = [parameter.name for parameter in model.parameters]
    known |= {name: np.resize(VALUES[name], time.size) for name in names[len(names) - model.nonlinear :]}
    basis, derivative = model.basis(time, known)
    above, below = (model.basis(time * np.exp(sign * step), known)[0] for sign in (1, -1))
    assert basis.shape == derivative.shape
    np.testing.assert_allclose(derivative, (above - below) / (2 * step), atol=1e-8 * np.abs(basis).max())


@pytest.mark.parametrize(("model", "times"), EQUATIONS)
def test_parameters_and_amplitudes_are_each_other_s_inverse(model, times):
    rest = tuple(truths(model, times).values())[1:]
    for values, back in zip(rest, model.to_parameters(model.to_amplitudes(rest)), strict=True):
        np.testing.assert_allclose(back, values, rtol=1e-13)


@pytest.mark.parametrize(("model", "options", "times"), ONE_EACH)
def test_the_order_of_the_images_does_not_matter(model, options, times):
    rng = np.random.default_rng(1)
    truth = truths(model, times, count=9)
    signal = np.abs(model.signal(truth, times) + rng.normal(0, 0.01, (len(times[model.axis.name]), 1)))
    order = rng.permutation(len(signal))
    shuffled = {name: values[order] if values.size == order.size else values for name, values in times.items()}
    there = fit(model, signal, noise=None, **times, **options)
    back = fit(model, signal[order], noise=None, **shuffled, **options)
    np.testing.assert_array_equal(there.status, back.status)
    for name in there:
        np.testing.assert_allclose(there[name], back[name], rtol=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("model", "options", "times"), ONE_EACH)
def test_values_keep_to_their_bounds_and_whatever_is_not_ok_is_nan(model, options, times, engine):
    rng = np.random.default_rng(2)
    truth = truths(model, times, count=40)
    clean = np.abs(model.signal(truth, times))
    noisy = np.abs(clean + rng.normal(0, 0.2 * clean.max(axis=0), clean.shape))
    noise_only = np.abs(rng.normal(0, 1, (len(clean), 200)))
    maps = fit(model, np.hstack([clean, noisy, noise_only]), noise=None, engine=engine, **times, **options)
    ok = maps.status == FitStatus.OK
    assert ok.any()
    assert not ok.all()
    for parameter in model.parameters:
        values = maps[parameter.name]
        assert np.isnan(values[~ok]).all()
        assert np.isnan(maps.error[parameter.name][~ok]).all()
        assert (values[ok] > parameter.lower).all()
        assert (values[ok] <= parameter.upper).all()
        assert parameter.may_reach_upper or (values[ok] < parameter.upper).all()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("model", "options", "times"), ONE_EACH)
def test_a_voxel_that_cannot_be_fitted_says_why_and_leaves_its_neighbours_alone(model, options, times, engine):
    truth = truths(model, times, count=6)
    signal = np.abs(model.signal(truth, times))
    spoiled = signal.copy()
    spoiled[1, 0], spoiled[0, 2], spoiled[-1, 4] = np.nan, np.inf, -np.inf
    spoiled[:, 1], spoiled[:, 3] = 0, 7.0
    keep = spoiled.copy()
    there = fit(model, signal, noise=None, engine=engine, component="real", **times, **options)
    maps = fit(model, spoiled, noise=None, engine=engine, component="real", **times, **options)
    np.testing.assert_array_equal(spoiled, keep)
    assert maps.status[[0, 2, 4]].tolist() == [FitStatus.NOT_FINITE] * 3
    assert maps.status[[1, 3]].tolist() == [FitStatus.CONSTANT] * 2
    for name in maps:
        assert np.isnan(maps[name][:5]).all()
        np.testing.assert_allclose(maps[name][5:], there[name][5:], rtol=1e-6)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("model", "options", "times"), ONE_EACH)
def test_standard_errors_are_the_spread_of_repeated_measurements(model, options, times, engine):
    rng = np.random.default_rng(3)
    low, high = time_range(model, times)
    truth = {parameter.name: VALUES.get(parameter.name, [0.0])[-1] for parameter in model.parameters}
    truth[model.parameters[0].name] = float(low**0.4 * high**0.6)
    clean = model.signal(truth, times)
    signal = clean[:, np.newaxis] + rng.normal(0, np.abs(clean).max() / 200, (clean.size, 4000))
    maps = fit(model, signal, noise=None, engine=engine, component="real", **times, **options)
    ok = maps.status == FitStatus.OK
    assert ok.mean() > 0.99
    for name in maps:
        mean_square = np.mean(maps.error[name][ok] ** 2)
        assert np.sqrt(mean_square) == pytest.approx(np.std(maps[name][ok]), rel=0.06), name
