"""Regression of rates on concentration, and the reference agents to compare with."""

from relaxo.relaxivity.analyse import analyse
from relaxo.relaxivity.control import conditions, control_of, differences, off_band
from relaxo.relaxivity.names import is_called
from relaxo.relaxivity.per import conversions, counted, counted_per, counted_rates, ions_per_molecule, published_per
from relaxo.relaxivity.ratio import covariance_of_slopes, disagree, fieller, ratio, slope_of_rates, verdict
from relaxo.relaxivity.references import published, read_references, reference, references
from relaxo.relaxivity.regress import regress

__all__ = [
    "analyse",
    "conditions",
    "control_of",
    "conversions",
    "counted",
    "counted_per",
    "counted_rates",
    "covariance_of_slopes",
    "differences",
    "disagree",
    "fieller",
    "ions_per_molecule",
    "is_called",
    "off_band",
    "published",
    "published_per",
    "ratio",
    "read_references",
    "reference",
    "references",
    "regress",
    "slope_of_rates",
    "verdict",
]
