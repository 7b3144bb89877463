"""The pulse sequences of digital phantoms: what a fluid gives at each time.

The equations are written here apart from `relaxo.models`, so that a mistake there does not repeat itself in the data
that it is tested on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from relaxo.data import Protocol

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Fluid:
    """What fills a part of a phantom."""

    T1: float
    """s."""
    T2: float
    """s."""
    density: float = 1.0
    """Equilibrium magnetisation, relative to that of water."""


@dataclass(frozen=True, slots=True)
class InversionRecovery:
    """Inversion recovery with a spin echo read-out; times in s."""

    inversion_times: tuple[float, ...]
    repetition_times: tuple[float, ...]
    """From inversion to inversion; one for each inversion time."""
    echo_time: float
    efficiency: float = 1.0
    """The part of the magnetisation that the pulse inverts; 1 is a perfect inversion, 0 none at all."""

    def __post_init__(self) -> None:
        pairs = zip(self.inversion_times, self.repetition_times, strict=True)
        if any(repetition < inversion + self.echo_time for inversion, repetition in pairs):
            raise ValueError("a repetition time is shorter than the inversion time and the echo time together")

    def protocol(self, field_T: float) -> Protocol:
        """Return how it is described in a stack."""
        companions = {
            "RepetitionTime": np.asarray(self.repetition_times),
            "EchoTime": np.full(len(self.inversion_times), self.echo_time),
        }
        return Protocol(
            suffix="IRT1",
            axis="InversionTime",
            values=np.asarray(self.inversion_times),
            companions=companions,
            field_T=field_T,
            description="IR-SE T1",
        )

    def signal(self, fluid: Fluid) -> NDArray[np.float64]:
        """Return the signed signal (n,) of a fluid, relative to the equilibrium magnetisation of water.

        S = M0 [(1 - E_TI) + e (E_TR - E_TI)] exp(-TE / T2) with E_t = exp(-t / T1). The excitation at TI leaves no
        longitudinal magnetisation, so that M0 (1 - E_(TR - TI)) is there to be inverted in the steady state, and the
        inversion turns the part e of it over.
        """
        E_TI = np.exp(-np.asarray(self.inversion_times) / fluid.T1)
        E_TR = np.exp(-np.asarray(self.repetition_times) / fluid.T1)
        longitudinal = (1 - E_TI) + self.efficiency * (E_TR - E_TI)
        decayed: NDArray[np.float64] = fluid.density * longitudinal * np.exp(-self.echo_time / fluid.T2)
        return decayed


@dataclass(frozen=True, slots=True)
class EchoTrain:
    """Multi-echo spin echo with perfect refocusing; times in s."""

    echoes: int
    spacing: float
    repetition_time: float

    def __post_init__(self) -> None:
        if self.repetition_time < self.echoes * self.spacing:
            raise ValueError("the repetition time is shorter than the echo train")

    @property
    def echo_times(self) -> NDArray[np.float64]:
        """Echo times (n,) in s."""
        # Rounded to the ns, so that the third echo at 10 ms lies at 0.03 s and not beside it.
        return np.round(np.arange(1, self.echoes + 1) * self.spacing, 9)

    def protocol(self, field_T: float) -> Protocol:
        """Return how it is described in a stack."""
        return Protocol(
            suffix="MESE",
            axis="EchoTime",
            values=self.echo_times,
            companions={"RepetitionTime": np.full(self.echoes, self.repetition_time)},
            field_T=field_T,
            description="MESE T2",
        )

    def signal(self, fluid: Fluid) -> NDArray[np.float64]:
        """Return the signal (n,) of a fluid: S = M0 (1 - exp(-TR / T1)) exp(-TE / T2)."""
        longitudinal = fluid.density * (1 - np.exp(-self.repetition_time / fluid.T1))
        decayed: NDArray[np.float64] = longitudinal * np.exp(-self.echo_times / fluid.T2)
        return decayed
