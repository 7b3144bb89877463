"""What the panels look at: the recipe being edited, what is known of its results, and what is selected."""

from relaxo_gui.session_model.model import Dragged, SessionModel, Voxel
from relaxo_gui.session_model.snapshot import Snapshot, follow

__all__ = ["Dragged", "SessionModel", "Snapshot", "Voxel", "follow"]
