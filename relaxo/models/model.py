"""Model: what a signal equation says about itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from relaxo.fitting import Form, Solution

    Array = NDArray[np.float64]
    Options = Mapping[str, bool | float]
    Times = Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A quantity that a fit finds."""

    name: str
    """As BIDS names its map where BIDS knows it: ``T1map``, ``M0map``."""
    symbol: str
    """As the equation writes it."""
    meaning: str
    unit: str
    """``s``, ``1``, ``arbitrary``."""
    lower: float
    upper: float
    may_reach_upper: bool = False
    """Whether a fit that ends at the upper bound is a result: beyond it the signal only repeats itself."""


@dataclass(frozen=True, slots=True)
class Input:
    """A time or angle of the protocol that the equation needs."""

    name: str
    """BIDS name: ``InversionTime``."""
    symbol: str
    """As the equation writes it: ``TI``."""
    meaning: str
    default: float | None = None
    """Taken where the protocol does not say; None when it must."""
    unit: str = "s"
    """``s``, ``degree``, ``1``."""
    per_voxel: bool = False
    """Whether it is a map, one value a voxel, where the others have one value an image."""
    other_names: tuple[str, ...] = ()
    """Names under which it may be given as well."""


@dataclass(frozen=True, slots=True)
class Option:
    """A choice about the fit that a recipe can make."""

    name: str
    meaning: str
    default: bool | float
    unit: str = ""
    """Of a number: ``s``, ``degree``, ``sigma`` (of the noise); empty for a ratio."""
    lower: float = 0.0
    """Least number that may be chosen."""
    upper: float = np.inf


class SignalBasis(Protocol):
    """The functions of one time constant that the amplitudes multiply."""

    def __call__(self, time: Array, times: Times) -> tuple[Array, Array]:
        """Return the basis (k, n, v) at time constants (v,) for protocol times (n,), and its derivative by ln time."""
        ...


class Solver(Protocol):
    """The fit of a model that has more than one nonlinear parameter."""

    def __call__(
        self,
        signal: Array,
        keep: NDArray[np.bool_],
        times: Times,
        options: Options,
        sigma: float | None,
        *,
        compiled: bool,
    ) -> Solution:
        """Fit voxels (n, v), of which the points `keep` (n, v) count, as magnitudes in noise of `sigma` unless None.

        `compiled` says whether the kernel may be used. The solution holds the parameters after the first as its
        amplitudes.
        """
        ...


class Conversion(Protocol):
    """A change between amplitudes and parameters."""

    def __call__(self, values: tuple[Array, ...], /) -> tuple[Array, ...]:
        """Return the other set, in the order of the parameters."""
        ...


def unchanged(values: tuple[Array, ...]) -> tuple[Array, ...]:
    """Return amplitudes as the parameters that they are."""
    return values


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A signal equation, linear in its amplitudes and nonlinear in one time constant."""

    name: str
    title: str
    suffix: str
    """BIDS suffix of the data it describes."""
    inputs: tuple[Input, ...]
    """The varying axis first."""
    parameters: tuple[Parameter, ...]
    """The time constant first."""
    equation: str
    """In the symbols of inputs and parameters, as Python writes it; the tests hold the code to it."""
    reference: str
    """Where the equation is from."""
    basis: SignalBasis
    to_parameters: Conversion = unchanged
    """Amplitudes (k of them) to the parameters after the first."""
    to_amplitudes: Conversion = unchanged
    """And back."""
    rises_through_zero: bool = False
    """Whether the signal changes sign, so that magnitude images have lost its polarity."""
    decays: bool = False
    """Whether the signal falls along the axis, so that what follows its first point in the noise is noise too."""
    time_factor: Callable[[tuple[Array, ...]], Array] | None = None
    """From the amplitudes to the ratio of the first parameter to the time constant of the basis; None where they are
    the same."""
    search_range: Callable[[Times], tuple[float, float]] | None = None
    """From the protocol to the time constants, in s, between which the fit looks; None where the times of the axis say
    it."""
    solver: Solver | None = None
    """Its own fit; None where the basis says all."""
    compiled: Callable[[], bool] | None = None
    """Whether the kernel takes part in that here; None where it never does."""
    form: Callable[[Times], Form] | None = None
    """From the protocol to what the compiled engine calls the equation; None where only NumPy knows it."""
    nonlinear: int = 0
    """How many of the last parameters enter the basis, (v,) each, by their names among the protocol times."""
    variant: Callable[[Options], Model] | None = None
    """From the options to the model that they make of this one; None where they change no parameter."""
    options: tuple[Option, ...] = ()
    defaults: Mapping[str, bool | float] = field(init=False)
    """The options by name, at their defaults."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "defaults", MappingProxyType({option.name: option.default for option in self.options}))

    @property
    def axis(self) -> Input:
        """What the scanner varies."""
        return self.inputs[0]

    def with_options(self, options: Options) -> Model:
        """Return the model that options, those not given at their defaults, make of this one."""
        return self if self.variant is None else self.variant({**self.defaults, **options})

    def signal(self, parameters: Mapping[str, NDArray[np.float64] | float], times: Times) -> Array:
        """Return the signed signal (n, ...) of parameters (...) by name, at protocol times (n,) in s by BIDS name.

        Inputs that have a default may be left out; a map among them is (...), or one value for all.
        """
        values = np.broadcast_arrays(*(np.asarray(parameters[known.name], np.float64) for known in self.parameters))
        shape = values[0].shape
        time, *rest = (value.ravel() for value in values)
        linear = len(rest) - self.nonlinear
        amplitudes = np.array(self.to_amplitudes(tuple(rest[:linear])))
        if self.time_factor is not None:
            time = time / self.time_factor(tuple(amplitudes))
        names = [known.name for known in self.parameters[1:]]
        within = dict(zip(names[linear:], rest[linear:], strict=True))
        basis, _ = self.basis(time, {**self.complete(times), **within})
        total: Array = (amplitudes[:, np.newaxis] * basis).sum(axis=0)
        return total.reshape(-1, *shape)

    def complete(self, times: Times) -> Times:
        """Return protocol times (n,) with the defaults of those that are missing; maps become (v,), or (1,)."""
        size = len(times[self.axis.name])
        known = {name: np.ravel(np.asarray(values, np.float64)) for name, values in times.items()}
        for given in self.inputs:
            if given.name not in known and given.default is not None:
                known[given.name] = np.full(1 if given.per_voxel else size, given.default)
        return known
