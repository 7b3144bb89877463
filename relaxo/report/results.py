"""results.json: every number of a result under names that stay, with what it was computed from."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relaxo.recipe import to_table
from relaxo.report.compare import compare
from relaxo.report.material import material
from relaxo.report.methods import methods
from relaxo.report.provenance import withheld
from relaxo.report.record import missing, record
from relaxo.report.rows import details, known, well_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from relaxo.data import AgentResult, Estimate, Line, Notice, Quality, ReferenceAgent, Verdict, WellRate
    from relaxo.errors import RelaxoError
    from relaxo.io import Patients
    from relaxo.pipeline import Result
    from relaxo.recipe import Recipe
    from relaxo.report.compare import Comparison
    from relaxo.report.material import Material
    from relaxo.report.rows import WellRow

    Table = dict[str, Any]

SCHEMA = 1

#: The fields of a well's rate, and their names in the file.
RATE_FIELDS = {
    "well": "well",
    "rate": "rate_per_s",
    "spread": "sd_per_s",
    "standard_error": "standard_error_per_s",
    "voxels": "voxels",
    "concentration": "concentration_mM",
    "agent": "agent",
    "excluded": "excluded",
    "concentration_se": "concentration_se_mM",
    "stock_error": "stock_error",
    "pipetting_error": "pipetting_error",
    "assay_error": "assay_error",
    "median_rate": "median_per_s",
    "independent_voxels": "independent_voxels",
    "homogeneity": "homogeneity",
    "curve_rate": "curve_per_s",
    "curve_standard_error": "curve_standard_error_per_s",
}


def results_table(result: Result, source: Material | None = None) -> Table:
    """Return a result as JSON can hold it; what is not known is None, never a NaN.

    Names and units of what stands here stay as they are; more may come to stand beside it.
    """
    items = record(result)
    source = source or material(result)
    known_patients = withheld(result)
    return {
        "schema": SCHEMA,
        "agents": agents_table(result.agents),
        "failure": _failure(result.failure, known_patients) if result.failure else None,
        "wells": [_well(row) for row in well_rows(result)],
        "warnings": [_notice(notice) for notice in result.notices],
        "conditions": {
            "field_T": known(result.field_T),
            "temperature_C": known(result.recipe.conditions.temperature_C),
            "medium": result.recipe.conditions.medium,
        },
        "reference": _reference(result.reference) if result.reference else None,
        "control": result.control,
        "comparisons": comparisons_table(compare(result.agents, result.reference, result.control)),
        "record": [{"name": item.name, "value": item.value, "setting": item.setting} for item in items],
        "missing": [{"name": item.name, "setting": item.setting} for item in missing(items)],
        "methods": methods(result),
        "provenance": {
            "relaxo": source.provenance.relaxo,
            "recipe": _recipe(result.recipe, known_patients),
            "sources": [{"path": path, "sha256": digest} for path, digest in source.provenance.sources],
            "created": result.created.isoformat(timespec="seconds"),
            "versions": dict(source.provenance.versions),
        },
        "rates": {name: [_rate(rate) for rate in rates.wells] for name, rates in source.rates.items()},
        "acquisition": {quantity: _acquisition(source, quantity, known_patients) for quantity in source.quantities},
        "left_out": [{"path": path, "reason": reason} for path, reason in source.provenance.left_out],
    }


def agents_table(agents: Sequence[AgentResult]) -> list[Table]:
    """Return the relaxivities as JSON can hold them."""
    return [
        {
            "name": agent.name,
            "per": agent.per,
            "r1": _line(agent.r1) if agent.r1 else None,
            "r2": _line(agent.r2) if agent.r2 else None,
            "r2_over_r1": _estimate(agent.ratio) if agent.ratio else None,
            "r2_over_r1_fieller_ci95": [known(end) for end in agent.ratio_fieller] if agent.ratio_fieller else None,
            "r2_over_r1_of_rates": _estimate(agent.ratio_of_rates) if agent.ratio_of_rates else None,
            "r2_over_r1_verdict": _verdict(agent.verdict) if agent.verdict else None,
            "conversions": {
                per: {
                    "r1": _estimate(r1) if r1 else None,
                    "r2": _estimate(r2) if r2 else None,
                    "unit": next((each.unit for each in (r1, r2) if each), None),
                }
                for per, (r1, r2) in agent.conversions.items()
            },
        }
        for agent in agents
    ]


def comparisons_table(comparisons: Sequence[Comparison]) -> list[Table]:
    """Return comparisons as JSON can hold them."""
    return [
        {
            "agent": comparison.agent,
            "with": comparison.kind,
            "name": comparison.name,
            **{
                name: {
                    "value": known(quotient.value),
                    "standard_error": known(quotient.standard_error),
                    "ci95": [known(end) for end in quotient.ci95],
                    "p_equal": known(quotient.p_equal),
                }
                for name, quotient in comparison.quotients.items()
            },
        }
        for comparison in comparisons
    ]


def _line(line: Line) -> Table:
    return {
        **_estimate(line.relaxivity),
        "intercept_per_s": known(line.intercept.value),
        "unit": line.relaxivity.unit,
        "wells": len(line.wells),
        "intercept_standard_error_per_s": known(line.intercept.standard_error),
        "intercept_ci95_per_s": [known(end) for end in line.intercept.ci95],
        "degrees_of_freedom": line.degrees_of_freedom,
        "well_names": list(line.wells),
        "method": line.method,
        "weights": line.weights,
        "intercept_from": line.intercept_from,
        "interval_degrees_of_freedom": known(line.interval_degrees_of_freedom),
        "budget": [{"source": share.source, "standard_error": known(share.standard_error)} for share in line.budget],
        "quality": _quality(line.quality) if line.quality else None,
        "influence": [
            {
                "well": each.well,
                "deviation": known(each.deviation),
                "score": known(each.score),
                "outlier": each.outlier,
                "value_without": known(each.relaxivity_without),
                "intercept_without_per_s": known(each.intercept_without),
            }
            for each in line.influence
        ],
        "alternatives": [
            {
                "kind": each.kind,
                "wells": list(each.wells),
                **_estimate(each.relaxivity),
                "intercept_per_s": known(each.intercept.value),
            }
            for each in line.alternatives
        ],
    }


def _quality(quality: Quality) -> Table:
    return {
        "r_squared": known(quality.r_squared),
        "chi_square": known(quality.chi_square),
        "chi_square_p": known(quality.chi_square_p),
        "birge_ratio": known(quality.birge_ratio),
        "lack_of_fit_p": known(quality.lack_of_fit_p),
        "curvature_per_s_per_mM2": known(quality.curvature),
        "curvature_p": known(quality.curvature_p),
        "runs_p": known(quality.runs_p),
    }


def _verdict(verdict: Verdict) -> Table:
    return {
        "threshold": verdict.threshold,
        "probability_below": known(verdict.probability_below),
        "answer": verdict.answer,
    }


def _estimate(estimate: Estimate) -> Table:
    return {
        "value": known(estimate.value),
        "standard_error": known(estimate.standard_error),
        "ci95": [known(end) for end in estimate.ci95],
    }


def _well(row: WellRow) -> Table:
    times: Table = {}
    for quantity in ("T1", "T2"):
        time = row.times.get(quantity)
        times[f"{quantity}_ms"] = time.value if time else None
        times[f"{quantity}_sd_ms"] = time.spread if time else None
        times[f"{quantity}_se_ms"] = time.standard_error if time else None
    return {
        "name": row.well.name,
        "agent": row.agent,
        "concentration_mM": known(row.concentration_mM),
        "row": known(row.well.row),
        "column": known(row.well.column),
        "slice": known(row.well.slice),
        "radius_mm": known(row.well.radius_mm),
        "voxels": row.voxels,
        **times,
        "excluded": row.excluded,
        "warnings": list(row.warnings),
        "slices": list(row.well.slices),
        **details(row),
    }


def _rate(rate: WellRate) -> Table:
    values = {name: getattr(rate, field) for field, name in RATE_FIELDS.items()}
    return {name: known(value) if isinstance(value, float) else value for name, value in values.items()}


def _recipe(recipe: Recipe, known_patients: Patients) -> Table:
    """Return a recipe whose files go by their names alone; recipe.toml says where they lie."""
    table = to_table(recipe)

    def name(path: str) -> str:
        return known_patients.taken_out(Path(path).name)

    table["sources"] = [name(source) for source in recipe.sources]
    if recipe.regression.references is not None:
        table["regression"]["references"] = name(recipe.regression.references)
    if recipe.wells.labels is not None:
        table["wells"]["labels"] = name(recipe.wells.labels)
    for part, key in (("timing", "file"), ("contents", "read_from")):
        for entry in table[part]:
            if key in entry:
                entry[key] = known_patients.taken_out(entry[key])
    return table


def _acquisition(source: Material, quantity: str, known_patients: Patients) -> Table:
    """Return what the scanner did, in s and degree under BIDS's names."""
    protocol = source.protocols[quantity]
    return {
        "series": source.provenance.stacks.get(quantity),
        "model": source.fits[quantity].model,
        "suffix": protocol.suffix,
        "axis": protocol.axis,
        "times": {name: _numbers(values) for name, values in protocol.times.items()},
        "entered": dict(protocol.entered),
        "component": protocol.component,
        "field_T": known(protocol.field_T),
        "description": known_patients.taken_out(protocol.description),
        "shown_image": source.pictures[quantity].setting,
    }


def _numbers(values: Iterable[float]) -> list[float | None]:
    return [float(value) if math.isfinite(value) else None for value in values]


def _failure(failure: RelaxoError, known_patients: Patients) -> Table:
    return {
        "what": known_patients.taken_out_of_prose(failure.what),
        "where": None if failure.where is None else known_patients.taken_out(failure.where),
        "hint": failure.hint,
        "exit_code": failure.exit_code,
    }


def _notice(notice: Notice) -> Table:
    return {"code": notice.code, "message": notice.message, "well": notice.well}


def _reference(reference: ReferenceAgent) -> Table:
    return {
        "agent": reference.agent,
        "field_T": known(reference.field_T),
        "temperature_C": known(reference.temperature_C),
        "medium": reference.medium,
        "per": reference.per,
        "r1": known(reference.r1),
        "r1_standard_error": known(reference.r1_se),
        "r2": known(reference.r2),
        "r2_standard_error": known(reference.r2_se),
        "citation": reference.citation,
        "doi": reference.doi,
        "status": reference.status,
    }
