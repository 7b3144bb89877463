"""Figures, tables and files that leave."""

from relaxo.report.compare import Comparison, Quotient, compare
from relaxo.report.figure import draw, save
from relaxo.report.maps import write_maps
from relaxo.report.methods import methods, regression_methods
from relaxo.report.record import Item, missing, record
from relaxo.report.results import agents_table, comparisons_table, results_table
from relaxo.report.rounding import decimals, fixed, rounded
from relaxo.report.tables import relaxivity_csv, wells_csv
from relaxo.report.write import check, write

__all__ = [
    "Comparison",
    "Item",
    "Quotient",
    "agents_table",
    "check",
    "compare",
    "comparisons_table",
    "decimals",
    "draw",
    "fixed",
    "methods",
    "missing",
    "record",
    "regression_methods",
    "relaxivity_csv",
    "results_table",
    "rounded",
    "save",
    "wells_csv",
    "write",
    "write_maps",
]
