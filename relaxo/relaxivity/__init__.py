"""Regression of rates on concentration, and the reference agents to compare with."""

from relaxo.relaxivity.analyse import analyse
from relaxo.relaxivity.ratio import covariance_of_slopes, disagree, fieller, ratio, slope_of_rates, verdict
from relaxo.relaxivity.references import control_of, is_called, reference, references
from relaxo.relaxivity.regress import regress

__all__ = [
    "analyse",
    "control_of",
    "covariance_of_slopes",
    "disagree",
    "fieller",
    "is_called",
    "ratio",
    "reference",
    "references",
    "regress",
    "slope_of_rates",
    "verdict",
]
