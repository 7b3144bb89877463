"""What a report says: the relaxivities, the figure, the wells, what is doubtful, and how it all came about."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from relaxo.relaxivity import conditions
from relaxo.report.agreement import agreement
from relaxo.report.compare import compare
from relaxo.report.document import MISSING, Document, FigurePlace, Grid, Heading, Items, Paragraph, abbreviated
from relaxo.report.lettering import RELAXIVITY, SYMBOL
from relaxo.report.methods import methods
from relaxo.report.record import record
from relaxo.report.wells_section import wells_section
from relaxo.rounding import UNKNOWN, fixed, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaxo.data import AgentResult, Estimate, Line, Share
    from relaxo.pipeline import Result
    from relaxo.report.compare import Quotient
    from relaxo.report.document import Block
    from relaxo.report.material import Material

NOTICE = "For research use, not for diagnosis."

_RATIO = f"{RELAXIVITY['T2']}/{RELAXIVITY['T1']}"
_NAMES = {"r1": RELAXIVITY["T1"], "r2": RELAXIVITY["T2"], "r2_over_r1": _RATIO}
_CAPTION = (
    "Relaxation rates against concentration. Filled markers are wells in the line, open ones are left out; error bars "
    "are standard deviations over the voxels of a well, bands the 95 % confidence of the line, and the dashed line has "
    "the published slope. Below: every well cut out of one image of each kind and of the maps, by concentration in mM; "
    "black has no value, and wells left out have a grey label."
)
_ALTERNATIVES = {"without_outliers": "without", "with_excluded": "with"}


def document(result: Result, source: Material) -> Document:
    """Return the report of a result; `source` is the same result, as its figures are drawn from it."""
    names = [agent.name for agent in result.agents if agent.name]
    title = f"Relaxivity of {_and(names)}" if names else "Relaxivity" if result.agents else "Relaxation times of wells"
    blocks: list[Block] = []
    for section in (
        _relaxivities(result),
        _figure(),
        _budget(result),
        _comparisons(result),
        _agreement(source),
        _quality(result),
        _warnings(result),
        wells_section(source),
        _left_out(source),
        _methods(result),
        _record(result),
        _provenance(source),
    ):
        blocks += section
    created = f"{result.created:%d %B %Y, %H:%M} UTC"
    return Document(title, f"{created}, Relaxo {source.provenance.relaxo}", NOTICE, tuple(blocks))


def _relaxivities(result: Result) -> Iterator[Block]:
    if not result.agents:
        yield Paragraph("No relaxivities: nothing was regressed. The reasons stand under Warnings.")
        return
    per = result.agents[0].per
    rows = [
        (agent.name or "agent", _NAMES[name], *_figures(estimate), count)
        for agent in result.agents
        for name, estimate, count in (
            *((line.quantity, line.relaxivity, str(len(line.wells))) for line in (agent.r1, agent.r2) if line),
            *((("r2_over_r1", agent.ratio, ""),) if agent.ratio else ()),
        )
    ]
    columns = ("Agent", f"mM⁻¹ s⁻¹ per {per}", "Value ± standard error", "95 % interval", "Wells")
    yield Grid(columns, tuple(rows), (3, 2.4, 3, 3, 1), frozenset({2, 3, 4}))
    for agent in result.agents:
        if agent.verdict is not None:
            yield Paragraph(
                f"{agent.name or 'Agent'}: {_RATIO} lies below {agent.verdict.threshold:g} with a probability of "
                f"{_probability(agent.verdict.probability_below)} ({agent.verdict.answer})."
            )


def _budget(result: Result) -> Iterator[Block]:
    lines = [(agent, line) for agent in result.agents for line in (agent.r1, agent.r2) if line is not None]
    shares = [(agent, line, share) for agent, line in lines for share in line.budget if share.standard_error != 0]
    if not shares:
        return
    yield Heading("What the errors are made of")
    sources = {share.source for _, _, share in shares}
    if sources == {"scatter"}:
        yield Paragraph(
            "The standard errors come from the scatter about the lines alone. An error of the stock solution, which "
            "all wells of an agent share, is not in them: the recipe states none."
        )
        return
    rows = tuple(
        (_short(agent), _NAMES[line.quantity], share.source, _error(share.standard_error), _share(share, line))
        for agent, line, share in shares
    )
    columns = ("Agent", "", "Source", "Standard error (mM⁻¹ s⁻¹)", "Share of the square")
    yield Grid(columns, rows, (3, 1, 3, 3, 2.5), frozenset({3, 4}))


def _figure() -> Iterator[Block]:
    yield Heading("Figure")
    yield FigurePlace(_CAPTION)


def _comparisons(result: Result) -> Iterator[Block]:
    rows = [
        (
            abbreviated(comparison.agent or "agent"),
            f"{comparison.name} ({'published' if comparison.kind == 'reference' else 'control'})",
            _NAMES[name],
            rounded(quotient.value, quotient.standard_error),
            _interval(quotient),
            _probability(quotient.p_equal),
        )
        for comparison in compare(result.agents, result.reference, result.control)
        for name, quotient in comparison.quotients.items()
    ]
    if not rows:
        return
    yield Heading("Comparison")
    columns = ("Agent", "Over", "Of", "Quotient", "95 % interval", "p, were they equal")
    yield Grid(columns, tuple(rows), (2.4, 3.4, 1, 2.4, 2.4, 2), frozenset({3, 4, 5}))
    reference = result.reference
    if reference is not None:
        yield Paragraph(
            f"Published: {reference.agent}, {conditions(reference)}, per {reference.per}; {reference.citation}, "
            f"doi {reference.doi} ({reference.status}).",
            small=True,
        )


def _agreement(source: Material) -> Iterator[Block]:
    rows = [
        (
            SYMBOL[quantity],
            str(len(found.wells)),
            f"{fixed(found.bias, 2)} ({fixed(found.bias_ci95[0], 2)} to {fixed(found.bias_ci95[1], 2)})",
            f"{fixed(found.limits[0], 2)} to {fixed(found.limits[1], 2)}",
        )
        for quantity in source.quantities
        if (found := agreement(source, quantity)) is not None
    ]
    if rows:
        yield Heading("Agreement with reference times")
        columns = ("", "Wells", "Bias, % (95 % interval)", "Limits of agreement, %")
        yield Grid(columns, tuple(rows), (1, 1, 3, 3), frozenset({1, 2, 3}))


def _quality(result: Result) -> Iterator[Block]:
    lines = [(agent, line) for agent in result.agents for line in (agent.r1, agent.r2) if line is not None]
    if not lines:
        return
    yield Heading("Quality of the lines")
    rows = [
        (
            _short(agent),
            SYMBOL["T1" if line.quantity == "r1" else "T2"],
            rounded(line.intercept.value, line.intercept.standard_error),
            *(
                (
                    _r_squared(line.quality.r_squared),
                    _probability(line.quality.curvature_p),
                    _probability(line.quality.lack_of_fit_p),
                    _probability(line.quality.runs_p),
                )
                if line.quality
                else (UNKNOWN,) * 4
            ),
        )
        for agent, line in lines
    ]
    columns = ("Agent", "", "Intercept (s⁻¹)", "R²", "p, straight", "p, lack of fit", "p, runs")
    yield Grid(columns, tuple(rows), (2.6, 0.8, 2.6, 1.8, 1.6, 1.8, 1.4), frozenset({2, 3, 4, 5, 6}))
    doubts = tuple(text for agent, line in lines for text in _doubts(agent, line))
    if doubts:
        yield Items(doubts)


def _doubts(agent: AgentResult, line: Line) -> Iterator[str]:
    name = f"{agent.name or 'agent'}, {_NAMES[line.quantity]}"
    if line.outliers:
        yield f"{name}: {_wells_named(line.outliers)} may be wrong: far from the line of all others."
    for other in line.alternatives:
        others = f"{_ALTERNATIVES[other.kind]} {_wells_named(other.wells)}"
        yield f"{name} {others}: {_figures(other.relaxivity)[0]} mM⁻¹ s⁻¹."


def _warnings(result: Result) -> Iterator[Block]:
    yield Heading("Warnings")
    texts = [f"Well {note.well}: {note.message}" if note.well else note.message for note in result.notices]
    yield Items(tuple(dict.fromkeys(texts))) if texts else Paragraph("None.")


def _left_out(source: Material) -> Iterator[Block]:
    yield Heading("Files that were not used")
    about = source.provenance
    reasons: dict[str, list[str]] = {}
    for name, reason in about.left_out:
        reasons.setdefault(reason, []).append(name)
    if not reasons:
        yield Paragraph("None: every file that was found was read.")
        return
    rows = tuple((reason, str(len(paths)), ", ".join(sorted(paths))) for reason, paths in reasons.items())
    yield Grid(("Why", "Files", "Which"), rows, (4, 1, 6), frozenset({1}), frozenset({2}))


def _methods(result: Result) -> Iterator[Block]:
    yield Heading("Methods")
    yield Paragraph(methods(result))


def _record(result: Result) -> Iterator[Block]:
    yield Heading("Record")
    items = record(result)
    unknown = [item for item in items if item.value is None]
    if unknown:
        yield Paragraph(
            f"Missing, and to be stated in a paper: {', '.join(item.name for item in unknown)}. The recipe takes them."
        )
    rows = tuple(
        (
            item.name if item.name == "pH" else f"{item.name[:1].upper()}{item.name[1:]}",
            item.value or (f"{MISSING} ({item.setting})" if item.setting else MISSING),
        )
        for item in items
    )
    yield Grid(("What a paper states", ""), rows, (3, 7))


def _provenance(source: Material) -> Iterator[Block]:
    about = source.provenance
    yield Heading("Provenance")
    versions = ", ".join(f"{name} {version}" for name, version in about.versions.items())
    series = ", ".join(f"{quantity} from {name}" for quantity, name in about.stacks.items())
    yield Paragraph(
        f"Relaxo {about.relaxo}, {versions}. {f'Series: {series}. ' if series else ''}"
        "The recipe that was run lies beside this report as recipe.toml; every number, with all its digits, stands in "
        "results.json."
    )
    if about.sources:
        rows = tuple((name, digest or "could not be read again") for name, digest in about.sources)
        yield Grid(("File", "SHA-256"), rows, (4, 7), wide=frozenset({0, 1}))


def _figures(estimate: Estimate) -> tuple[str, str]:
    low, high = (rounded(end, estimate.standard_error).partition(" ")[0] for end in estimate.ci95)
    return rounded(estimate.value, estimate.standard_error), f"{low} to {high}"


def _interval(quotient: Quotient) -> str:
    if not math.isfinite(quotient.half_width):
        return UNKNOWN
    low, high = (rounded(end, quotient.standard_error).partition(" ")[0] for end in quotient.ci95)
    return f"{low} to {high}"


def _short(agent: AgentResult) -> str:
    return abbreviated(agent.name or "agent")


def _share(share: Share, line: Line) -> str:
    whole = line.relaxivity.standard_error
    known = whole > 0 and math.isfinite(share.standard_error)
    return f"{100 * (share.standard_error / whole) ** 2:.0f} %" if known else UNKNOWN


def _error(value: float) -> str:
    return f"{value:.2g}" if math.isfinite(value) else UNKNOWN


def _r_squared(value: float) -> str:
    """Return as many digits as tell it from 1."""
    if not math.isfinite(value):
        return UNKNOWN
    return f"{value:.6f}" if value > 0.999 else f"{value:.4f}"


def _probability(value: float) -> str:
    if not math.isfinite(value):
        return UNKNOWN
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _wells_named(names: tuple[str, ...]) -> str:
    return f"well {names[0]}" if len(names) == 1 else f"wells {_and(list(names))}"


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
