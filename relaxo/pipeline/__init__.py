"""From a recipe to results, stage by stage; the one way in which anything is computed."""

from relaxo.data import RATES
from relaxo.pipeline.result import Findings, Glance, Result
from relaxo.pipeline.stages import Pipeline, StageProgress, run
from relaxo.pipeline.table import rates_of_table

__all__ = ["RATES", "Findings", "Glance", "Pipeline", "Result", "StageProgress", "rates_of_table", "run"]
