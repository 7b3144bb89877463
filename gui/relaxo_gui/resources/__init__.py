"""How the app looks: its icon, its colours, its style."""

from relaxo_gui.resources.appearance import APPEARANCES, Appearance, wear
from relaxo_gui.resources.colour_maps import lookup_table
from relaxo_gui.resources.icons import app_icon, sign
from relaxo_gui.resources.theme import Theme, style_sheet

__all__ = ["APPEARANCES", "Appearance", "Theme", "app_icon", "lookup_table", "sign", "style_sheet", "wear"]
