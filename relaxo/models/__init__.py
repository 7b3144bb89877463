"""The signal equations, one to a file, and the catalogue of them."""

from relaxo.models.catalogue import CATALOGUE, models_for, usual_for
from relaxo.models.fit import fit
from relaxo.models.model import Input, Model, Option, Parameter

__all__ = ["CATALOGUE", "Input", "Model", "Option", "Parameter", "fit", "models_for", "usual_for"]
