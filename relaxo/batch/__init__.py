"""Many studies without a screen: each in a process of its own, on this machine or a cluster, and one table of all."""

from relaxo.batch.run import Happening, Outcome, run_batch
from relaxo.batch.studies import Study, find_studies
from relaxo.batch.summary import write_summary

__all__ = ["Happening", "Outcome", "Study", "find_studies", "run_batch", "write_summary"]
