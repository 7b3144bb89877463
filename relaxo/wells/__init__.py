"""Find wells, name them, and measure a map in them."""

from relaxo.wells.curves import mean_curves, uneven, with_curves
from relaxo.wells.doubts import turn_to
from relaxo.wells.edit import Trace, edit, trace
from relaxo.wells.find import find, search
from relaxo.wells.given import labelled, lay
from relaxo.wells.grid import free_name, lattice_place
from relaxo.wells.label import name
from relaxo.wells.marks import marks
from relaxo.wells.match import is_plate_name, match
from relaxo.wells.measure import fill, measure
from relaxo.wells.naming import levels_of, plate_names, plate_places, rename
from relaxo.wells.raster import rasterise, transfer
from relaxo.wells.touch import Snapper, hit_test, measure_one
from relaxo.wells.voids import cut_voids
from relaxo.wells.window import exclude_outside, outside_window

__all__ = [
    "Snapper",
    "Trace",
    "cut_voids",
    "edit",
    "exclude_outside",
    "fill",
    "find",
    "free_name",
    "hit_test",
    "is_plate_name",
    "labelled",
    "lattice_place",
    "lay",
    "levels_of",
    "marks",
    "match",
    "mean_curves",
    "measure",
    "measure_one",
    "name",
    "outside_window",
    "plate_names",
    "plate_places",
    "rasterise",
    "rename",
    "search",
    "trace",
    "transfer",
    "turn_to",
    "uneven",
    "with_curves",
]
