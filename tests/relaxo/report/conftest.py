"""Results as the pipeline gives them, made from known truth without reading or fitting anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from matplotlib.text import Text

from relaxo.data import (
    AgentResult,
    Contents,
    FitStatus,
    Geometry,
    Inventory,
    Maps,
    Notice,
    Protocol,
    Rates,
    ReferenceAgent,
    Stack,
    StackSource,
    Well,
    WellRate,
    Wells,
)
from relaxo.data.inventory import ImageHeader
from relaxo.errors import AnalysisError
from relaxo.pipeline import Result
from relaxo.recipe import ConditionsPart, ContentsPart, Recipe
from relaxo.relaxivity.ratio import ratio
from relaxo.relaxivity.regress import regress
from relaxo.report.style import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ResultFactory = Callable[..., Result]

GD6 = (12.06, 24.10)
GD_DTPA = (4.55, 5.77)
SERIES = (0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
#: Rates of water without agent, 1/s.
WATER = {"T1": 0.33, "T2": 0.45}

PIXEL_MM = 0.5
PITCH_MM = 9.0
RADIUS_MM = 3.4
INVERSION_TIMES = np.array([0.05, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.1, 2.8, 3.8])
ECHO_TIMES = np.arange(1, 33) * 0.01

REFERENCE = ReferenceAgent(
    agent="gadopentetate",
    synonyms=("Gd-DTPA", "Magnevist"),
    field_T=1.0,
    temperature_C=None,
    medium="not stated",
    per="ion",
    r1=4.55,
    r1_se=None,
    r2=5.77,
    r2_se=None,
    citation="Inorg. Chem. Front. 2023, 10, 6269, citing its reference 12",
    doi="10.1039/d3qi01490h",
    status="secondary",
)


@pytest.fixture(scope="session")
def make_result() -> ResultFactory:
    """Return a function that makes the result of a plate, a row an agent and the blank first."""
    return _make_result


@pytest.fixture(scope="session")
def result() -> Result:
    """Return the result that most people see: Gd6, Gd-DTPA as the control, and a blank."""
    return _make_result()


@pytest.fixture(scope="session")
def without_contents() -> Callable[[Result], Result]:
    """Return a function that takes back what a person said of the wells."""
    return lambda result: dataclasses.replace(result, contents={}, agents=(), reference=None, control=None)


@pytest.fixture(scope="session")
def legible() -> Callable[[Figure], None]:
    """Return a function that fails where words of a figure leave the page or touch one another."""
    return _legible


def _legible(figure: Figure) -> None:
    with style():
        figure.draw_without_rendering()
        hidden = _out_of_view(figure)
        texts = [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
        boxes = [(text.get_text(), text.get_window_extent()) for text in texts if text not in hidden]
    page = figure.bbox
    for text, box in boxes:
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= page.x1 + 0.5, text
        assert box.y1 <= page.y1 + 0.5, text
    for (first, one), (second, other) in combinations(boxes, 2):
        # Boxes hold room for accents and descenders.
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        along = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert across <= 0.5 or along <= 1.5, (first, second)


def _out_of_view(figure: Figure) -> set[Text]:
    """Return the labels of ticks beyond the ends of their axis: matplotlib keeps them and does not draw them."""
    hidden: set[Text] = set()
    for axes in figure.axes:
        for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            for tick in axis.get_major_ticks():
                if not low <= tick.get_loc() <= high:
                    hidden |= {tick.label1, tick.label2}
    return hidden


def _make_result(
    agents: Mapping[str, tuple[Sequence[float | None], tuple[float, float]]] | None = None,
    *,
    quantities: Sequence[str] = ("T1", "T2"),
    blank: bool = True,
    component: str = "magnitude",
    exclude: Mapping[str, str] | None = None,
    reference: ReferenceAgent | None = REFERENCE,
    control: str | None = "Gd-DTPA",
    slices: int = 1,
    folder: Path | None = None,
    per: str = "ion",
) -> Result:
    rng = np.random.default_rng(6)
    if agents is None:
        agents = {"Gd6": (SERIES, GD6), "Gd-DTPA": (SERIES, GD_DTPA)}
    rows: list[list[tuple[str, float | None, float, float]]] = [
        [(name, concentration, *relaxivities) for concentration in concentrations]
        for name, (concentrations, relaxivities) in agents.items()
    ]
    if blank:
        rows[0].insert(0, ("", 0.0, 0.0, 0.0))
    names = [
        [str(1 + len(row) * 0 + sum(map(len, rows[:i])) + j) for j in range(len(row))] for i, row in enumerate(rows)
    ]
    geometry = _geometry(max(map(len, rows)), len(rows), slices)
    wells, fluid = _wells(geometry, names)
    contents = {
        name: Contents(concentration, agent, (exclude or {}).get(name))
        for row, row_names in zip(rows, names, strict=True)
        for (agent, concentration, *_), name in zip(row, row_names, strict=True)
    }
    flat = [well for row in rows for well in row]
    truth = {
        "T1": np.array([1 / (WATER["T1"] + (concentration or 0) * r1) for _, concentration, r1, _ in flat]),
        "T2": np.array([1 / (WATER["T2"] + (concentration or 0) * r2) for _, concentration, _, r2 in flat]),
    }
    stacks = {quantity: _stack(quantity, truth, fluid, geometry, component, rng, folder) for quantity in quantities}
    maps = {quantity: _maps(quantity, truth[quantity], fluid, rng) for quantity in quantities}
    rates = {
        f"R{quantity[1]}": Rates(
            f"R{quantity[1]}",
            tuple(
                _rate(maps[quantity][f"{quantity}map"], wells, index, contents, quantity) for index in range(len(wells))
            ),
        )
        for quantity in quantities
    }
    return Result(
        recipe=Recipe(
            sources=(str(folder or Path("/scans/plate").absolute()),),
            conditions=ConditionsPart(temperature_C=25.0, medium="water"),
            contents=tuple(
                ContentsPart(well=name, concentration_mM=each.concentration_mM, agent=each.agent, exclude=each.exclude)
                for name, each in contents.items()
            ),
        ),
        inventory=Inventory((), (), ()),
        stacks=stacks,
        maps=maps,
        wells=dict.fromkeys(quantities, wells),
        contents=contents,
        rates=rates,
        agents=tuple(found for name in agents if (found := _agent(name, rates, per)) is not None),
        field_T=1.0,
        reference=reference,
        control=control,
        notices=(
            Notice("no_temperature", "The temperature comes from you, not from the scanner."),
            Notice("blank_shared", "Well 1 holds no agent.", well="1"),
        ),
        created=datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
    )


def _geometry(columns: int, rows: int, slices: int) -> Geometry:
    extent = [int((count + 0.5) * PITCH_MM / PIXEL_MM) for count in (rows, columns)]
    affine = np.diag([-PIXEL_MM, -PIXEL_MM, 2.0, 1.0])
    affine[:3, 3] = 20.0, 15.0, -4.0
    return Geometry((slices, extent[0], extent[1]), affine)


def _wells(geometry: Geometry, names: Sequence[Sequence[str]]) -> tuple[Wells, np.ndarray]:
    """Return the wells, and where their fluid is: (z, y, x), 0 outside, k in the fluid of well k."""
    slices, height, width = geometry.shape
    row_grid, column_grid = np.mgrid[:height, :width]
    labels = np.zeros(geometry.shape, np.int16)
    fluid = np.zeros(geometry.shape, np.int16)
    wells: list[Well] = []
    for i, row_names in enumerate(names):
        for j, name in enumerate(row_names):
            row, column = (i + 0.75) * PITCH_MM / PIXEL_MM + 0.3, (j + 0.75) * PITCH_MM / PIXEL_MM - 0.2
            distance = np.hypot(row_grid - row, column_grid - column) * PIXEL_MM
            wells.append(Well(name, row, column, (slices - 1) / 2, (0, slices - 1), RADIUS_MM))
            labels[:, distance <= RADIUS_MM - 1] = len(wells)
            fluid[:, distance <= RADIUS_MM] = len(wells)
    return Wells(geometry, labels, tuple(wells)), fluid


def _stack(
    quantity: str,
    truth: Mapping[str, np.ndarray],
    fluid: np.ndarray,
    geometry: Geometry,
    component: str,
    rng: np.random.Generator,
    folder: Path | None,
) -> Stack:
    t1, t2 = truth["T1"], truth["T2"]
    if quantity == "T1":
        signal = 1 - np.exp(-INVERSION_TIMES[:, None] / t1) * 1.95 + 0.95 * np.exp(-4.0 / t1)
        signal = signal * np.exp(-0.012 / t2)
        protocol = Protocol(
            "IRT1", "InversionTime", INVERSION_TIMES, {"RepetitionTime": 4.0}, component=component, field_T=1.0
        )
    else:
        signal = np.exp(-ECHO_TIMES[:, None] / t2)
        protocol = Protocol("MESE", "EchoTime", ECHO_TIMES, {"RepetitionTime": 4.0}, field_T=1.0)
    table = np.column_stack([np.zeros(len(signal)), 1000 * signal])
    noise = rng.normal(0, 8, (2, len(signal), *geometry.shape))
    images = table[:, fluid] + noise[0]
    if not (quantity == "T1" and component == "real"):
        images = np.hypot(images, noise[1])
    source = _source(quantity, protocol, geometry, folder) if folder else None
    return Stack(images, protocol, geometry, source)


def _source(quantity: str, protocol: Protocol, geometry: Geometry, folder: Path) -> StackSource:
    headers = []
    for index in range(len(protocol)):
        path = folder / f"{quantity}_{index:02}.dcm"
        path.write_bytes(f"{quantity} {index}".encode())
        headers.append(
            (
                ImageHeader(
                    path,
                    "1.2",
                    f"1.2.{index}",
                    f"1.2.{index}.1",
                    geometry.shape[1],
                    geometry.shape[2],
                    (0, 0, 0),
                    (1, 0, 0, 0, 1, 0),
                    (PIXEL_MM, PIXEL_MM),
                ),
            )
        )
    return StackSource(f"{protocol.suffix}-1", protocol, geometry, tuple(headers))


def _maps(quantity: str, truth: np.ndarray, fluid: np.ndarray, rng: np.random.Generator) -> Maps:
    inside = fluid > 0
    time = np.full(fluid.shape, np.nan)
    time[inside] = truth[fluid[inside] - 1] * rng.normal(1, 0.02, inside.sum())
    names = {"T1": ("T1map", "M0map", "efficiency"), "T2": ("T2map", "S0map")}[quantity]
    units = {"T1map": "s", "T2map": "s", "efficiency": "1"}
    constant = np.where(inside, 1.0, np.nan)
    return Maps(
        model={"T1": "inversion_recovery", "T2": "spin_echo_decay"}[quantity],
        values={name: time if name == f"{quantity}map" else constant for name in names},
        error={name: 0.02 * (time if name == f"{quantity}map" else constant) for name in names},
        units={name: units.get(name, "arbitrary") for name in names},
        status=np.where(inside, FitStatus.OK, FitStatus.BELOW_NOISE),
        residual=constant,
        r_squared=constant,
    )


def _rate(time_map: np.ndarray, wells: Wells, index: int, contents: Mapping[str, Contents], quantity: str) -> WellRate:
    name = wells.wells[index].name
    times = time_map[wells.labels == index + 1]
    rate = 1 / times.mean()
    excluded = contents[name].exclude
    if quantity == "T2" and times.mean() > 2 * ECHO_TIMES[-1] and excluded is None:
        rate, excluded = np.nan, "T2 is longer than this echo train can tell"
    return WellRate(
        well=name,
        rate=float(rate),
        spread=float(times.std(ddof=1) * rate**2),
        standard_error=float(times.std(ddof=1) * rate**2 / np.sqrt(times.size)),
        voxels=int(times.size),
        concentration=contents[name].concentration_mM,
        agent=contents[name].agent,
        excluded=excluded,
    )


def _agent(name: str, rates: Mapping[str, Rates], per: str) -> AgentResult | None:
    lines = {}
    for quantity, relaxivity in (("R1", "r1"), ("R2", "r2")):
        if quantity in rates:
            blanks = [
                well
                for well in rates[quantity].wells
                if well.concentration == 0 and well.agent == "" and well.excluded is None
            ]
            of_agent = [well for well in rates[quantity].of(name) if well not in blanks]
            try:
                lines[relaxivity] = regress(relaxivity, [*blanks, *of_agent])
            except AnalysisError:
                continue
    r1, r2 = lines.get("r1"), lines.get("r2")
    if r1 is None and r2 is None:
        return None
    return AgentResult(name, per, r1, r2, ratio(r1, r2) if r1 and r2 else None)
