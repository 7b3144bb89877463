"""What a person can do: the table of actions, the verbs behind it, and the edits they make to a recipe."""

from relaxo_gui.actions.commands import Commands
from relaxo_gui.actions.table import ACTIONS, Action, build

__all__ = ["ACTIONS", "Action", "Commands", "build"]
