"""What the panels look at: the recipe being edited, what is known of its results, and what is selected."""

from relaxo_gui.session_model.model import SessionModel
from relaxo_gui.session_model.snapshot import Snapshot, follow

__all__ = ["SessionModel", "Snapshot", "follow"]
