"""Find wells, name them, and measure a map in them."""

from relaxo.wells.find import find
from relaxo.wells.match import is_plate_name, match
from relaxo.wells.measure import fill, measure
from relaxo.wells.naming import plate_names, rename
from relaxo.wells.raster import rasterise, transfer
from relaxo.wells.window import exclude_outside, outside_window

__all__ = [
    "exclude_outside",
    "fill",
    "find",
    "is_plate_name",
    "match",
    "measure",
    "outside_window",
    "plate_names",
    "rasterise",
    "rename",
    "transfer",
]
