"""What is true of a phantom: its agents, and what each well holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrueAgent:
    """A contrast agent and the medium it is dissolved in."""

    name: str
    r1: float
    """Longitudinal relaxivity, 1/s/mM."""
    r2: float
    """Transverse relaxivity, 1/s/mM."""
    R10: float
    """Longitudinal rate without agent, 1/s."""
    R20: float
    """Transverse rate without agent, 1/s."""
    per: str = "ion"
    """``ion`` or ``molecule``: what a concentration counts."""

    def __post_init__(self) -> None:
        if min(self.r1, self.r2, self.R10, self.R20) <= 0:
            raise ValueError(f"relaxivities and rates of {self.name} must be positive")

    def times(self, concentration: float) -> tuple[float, float]:
        """Return T1 and T2 in s at a concentration in mM: 1/T = R0 + r C."""
        return 1 / (self.R10 + self.r1 * concentration), 1 / (self.R20 + self.r2 * concentration)


@dataclass(frozen=True, slots=True)
class TrueWell:
    """A round well: where it is, and what it holds."""

    name: str
    agent: str
    concentration_mM: float
    T1_s: float
    T2_s: float
    row: float
    """Of its centre, in pixels."""
    column: float
    radius_mm: float
    """Of the fluid, out to its edge; of a sphere, where it is widest."""


@dataclass(frozen=True, slots=True)
class Truth:
    """All that is true of a phantom."""

    wells: tuple[TrueWell, ...]
    agents: tuple[TrueAgent, ...]

    def __post_init__(self) -> None:
        missing = {well.agent for well in self.wells} - {agent.name for agent in self.agents}
        if missing:
            raise ValueError(f"no relaxivities are given for {', '.join(sorted(missing))}")
