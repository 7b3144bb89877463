"""What the menu of a well on an image offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from relaxo_gui.actions import Commands
    from relaxo_gui.widgets.image_view import ImageView


def fill_menu(menu: QMenu, commands: Commands, tile: ImageView, name: str | None) -> None:
    """Offer what can be done with a well, or beside them where there is none.

    The keys are said here and belong to the actions of the window, or to the view.
    """
    hand = commands.by_hand
    if name is None:
        menu.addAction("Add Well\tIns", lambda: hand.take_up("place"))
        menu.addAction("Draw Ellipse\tCtrl+Shift+E", lambda: hand.take_up("ellipse"))
        menu.addAction("Draw Polygon\tCtrl+Shift+P", lambda: hand.take_up("polygon"))
        return
    commands.model.select(name)
    known = commands.model.contents.get(name)
    excluded = known is not None and known.exclude is not None
    menu.addAction("Rename…\tF2", lambda: tile.rename(name))
    menu.addAction("Use Again\tDel" if excluded else "Leave Out\tDel", commands.toggle_selected)
    menu.addAction("Remove\tShift+Del", lambda: hand.remove(name))
    back = menu.addAction("Back to as Found", lambda: hand.restore(name))
    back.setEnabled(hand.is_changed(name))
