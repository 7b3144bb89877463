"""Model: what a signal equation says about itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
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


@dataclass(frozen=True, slots=True)
class Option:
    """A choice about the fit that a recipe can make."""

    name: str
    meaning: str
    default: bool | float


class SignalBasis(Protocol):
    """The functions of one time constant that the amplitudes multiply."""

    def __call__(self, time: Array, times: Times) -> tuple[Array, Array]:
        """Return the basis (k, n, v) at time constants (v,) for protocol times (n,), and its derivative by ln time."""
        ...


class Conversion(Protocol):
    """A change between amplitudes and parameters; it must hold for complex numbers too."""

    def __call__(self, values: tuple[Array, ...]) -> tuple[Array, ...]:
        """Return the other set, in the order of the parameters."""
        ...


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
    to_parameters: Conversion
    """Amplitudes (k of them) to the parameters after the first."""
    to_amplitudes: Conversion
    """And back."""
    rises_through_zero: bool = False
    """Whether the signal changes sign, so that magnitude images have lost its polarity."""
    options: tuple[Option, ...] = ()
    defaults: Mapping[str, bool | float] = field(init=False)
    """The options by name, at their defaults."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "defaults", MappingProxyType({option.name: option.default for option in self.options}))

    @property
    def axis(self) -> Input:
        """What the scanner varies."""
        return self.inputs[0]

    def signal(self, parameters: Mapping[str, NDArray[np.float64] | float], times: Times) -> Array:
        """Return the signed signal (n, ...) of parameters (...) by name, at protocol times (n,) in s by BIDS name."""
        values = np.broadcast_arrays(*(np.asarray(parameters[known.name], np.float64) for known in self.parameters))
        shape = values[0].shape
        time, *rest = (value.ravel() for value in values)
        basis, _ = self.basis(time, times)
        amplitudes = np.array(self.to_amplitudes(tuple(rest)))
        total: Array = (amplitudes[:, np.newaxis] * basis).sum(axis=0)
        return total.reshape(-1, *shape)
