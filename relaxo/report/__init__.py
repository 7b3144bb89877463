"""Figures, tables and files that leave."""

from relaxo.report.alone import REPORT_FORMATS, report_pdf, write_figure, write_report, write_tables
from relaxo.report.compare import Comparison, Quotient, compare
from relaxo.report.figure import KINDS, draw
from relaxo.report.locations import draw_locations
from relaxo.report.look import Look, load_look
from relaxo.report.maps import write_maps
from relaxo.report.material import Material, material
from relaxo.report.methods import methods, regression_methods
from relaxo.report.page import ALL_FORMATS, FORMATS, save
from relaxo.report.record import Item, missing, record
from relaxo.report.results import agents_table, comparisons_table, results_table
from relaxo.report.same import check_same
from relaxo.report.store import read
from relaxo.report.tables import relaxivity_csv, wells_csv
from relaxo.report.write import check, write
from relaxo.rounding import decimals, fixed, rounded

__all__ = [
    "ALL_FORMATS",
    "FORMATS",
    "KINDS",
    "REPORT_FORMATS",
    "Comparison",
    "Item",
    "Look",
    "Material",
    "Quotient",
    "agents_table",
    "check",
    "check_same",
    "compare",
    "comparisons_table",
    "decimals",
    "draw",
    "draw_locations",
    "fixed",
    "load_look",
    "material",
    "methods",
    "missing",
    "read",
    "record",
    "regression_methods",
    "relaxivity_csv",
    "report_pdf",
    "results_table",
    "rounded",
    "save",
    "wells_csv",
    "write",
    "write_figure",
    "write_maps",
    "write_report",
    "write_tables",
]
