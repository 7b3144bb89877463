"""What the panels look at: the recipe being edited, what is known of its results, and what is selected."""

from relaxo_gui.session_model.model import Dragged, SessionModel, Voxel
from relaxo_gui.session_model.snapshot import Snapshot, follow
from relaxo_gui.session_model.steps import STEPS, Step, next_step, steps_of

__all__ = ["STEPS", "Dragged", "SessionModel", "Snapshot", "Step", "Voxel", "follow", "next_step", "steps_of"]
