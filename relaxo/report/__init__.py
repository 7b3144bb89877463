"""Figures, tables and files that leave."""

from relaxo.report.compare import Comparison, Quotient, compare
from relaxo.report.figure import draw, save
from relaxo.report.maps import write_maps
from relaxo.report.results import agents_table, results_table
from relaxo.report.rounding import decimals, fixed, rounded
from relaxo.report.tables import relaxivity_csv, wells_csv
from relaxo.report.write import check, write

__all__ = [
    "Comparison",
    "Quotient",
    "agents_table",
    "check",
    "compare",
    "decimals",
    "draw",
    "fixed",
    "relaxivity_csv",
    "results_table",
    "rounded",
    "save",
    "wells_csv",
    "write",
    "write_maps",
]
