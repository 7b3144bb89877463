"""The stacks that were found, which of them are fitted, and what was left out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from relaxo_gui.resources.icons import sign
from relaxo_gui.resources.theme import Theme
from relaxo_gui.session_model.times import measurements, needs
from relaxo_gui.session_model.words import protocol_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import Inventory, StackSource
    from relaxo.io import Untimed
    from relaxo_gui.actions import Commands
    from relaxo_gui.session_model.times import Measurement

_NAME = Qt.ItemDataRole.UserRole


class SeriesPanel(QWidget):
    """A tree: T1, T2, what lacks its times, other stacks, left out.

    A click on a stack shows its times; a double click on another one has it fitted instead.
    """

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._model = commands.model
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(12)
        self.tree.setWordWrap(True)
        self.tree.setAccessibleName("Stacks found")
        self.tree.itemClicked.connect(self._look)
        self.tree.itemActivated.connect(self._look)
        self.tree.itemDoubleClicked.connect(self._choose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tree)
        self._shown: object = None
        self._model.snapshot_changed.connect(self._refresh)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's own
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._shown = None
            self._refresh()

    def _refresh(self) -> None:
        known = self._model.snapshot
        inventory = known.inventory if known else None
        fitted = (
            {quantity: stack.source.name for quantity, stack in known.stacks.items() if stack.source} if known else {}
        )
        if (inventory, fitted) == self._shown:
            return
        self._shown = (inventory, fitted)
        self.tree.clear()
        if inventory is not None and known is not None:
            self._fill(inventory, fitted, known.untimed)

    def _fill(self, inventory: Inventory, fitted: dict[str, str], untimed: Sequence[Untimed]) -> None:
        by_name = {stack.name: stack for stack in inventory.stacks}
        for quantity, name in fitted.items():
            if name in by_name:  # else what is shown still is of images that are being read anew
                self._add_stack(by_name[name], quantity)
        for each in measurements(inventory, untimed):
            if each.stack is None:
                self._add_untimed(each)
        for stack in inventory.stacks:
            if stack.name not in fitted.values():
                self._add_stack(stack, None)
        if inventory.left_out:
            reasons = Counter(left.reason for left in inventory.left_out)
            count = len(inventory.left_out)
            head = self._head(f"Left out: {count} file{'s'[: count > 1]}")
            for reason, times in reasons.most_common():
                item = QTreeWidgetItem(head, [f"{times}x  {reason}"])
                paths = [str(left.path) for left in inventory.left_out if left.reason == reason]
                item.setToolTip(0, "\n".join([f"{reason}:", *paths[:20], *(["…"] if len(paths) > 20 else [])]))
            # They are no one's fault as a rule: scouts, reports, thumbnails.
            head.setExpanded(len(reasons) <= 3)

    def _add_stack(self, stack: StackSource, quantity: str | None) -> None:
        words = protocol_words(stack)
        head = self._head(f"{quantity or 'Not fitted'}   {words.kind}")
        head.setData(0, _NAME, (stack.name, quantity))
        for line in words.lines:
            item = QTreeWidgetItem(head, [line])
            item.setToolTip(0, line)
            item.setData(0, _NAME, (stack.name, quantity))
        if quantity is None and stack.quantity is not None:
            head.setToolTip(0, f"Double-click to measure {stack.quantity} on it")
        head.setExpanded(quantity is not None)

    def _add_untimed(self, group: Measurement) -> None:
        head = self._head("Times missing")
        head.setIcon(0, sign("alert_outline", Theme.of(self.palette()).amber))
        head.setData(0, _NAME, (group.key, None))
        head.setToolTip(0, "Click to type or paste their times")
        for line in (group.title, f"{len(group.volumes)} images"):
            item = QTreeWidgetItem(head, [line])
            item.setToolTip(0, needs(group)[0])
            item.setData(0, _NAME, (group.key, None))
        head.setExpanded(True)

    def _head(self, text: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self.tree, [text])
        font = item.font(0)
        font.setBold(True)
        item.setFont(0, font)
        return item

    def _look(self, item: QTreeWidgetItem) -> None:
        """Show the times of what was clicked, in the step Images."""
        chosen = item.data(0, _NAME)
        if chosen is not None:
            self._model.look_at(chosen[0])
            self._model.go_to("images")

    def _choose(self, item: QTreeWidgetItem) -> None:
        chosen = item.data(0, _NAME)
        known = self._model.snapshot
        if chosen is None or chosen[1] is not None or known is None or known.inventory is None:
            return
        stack = next((stack for stack in known.inventory.stacks if stack.name == chosen[0]), None)
        if stack is not None and stack.quantity is not None:
            self._commands.choices.choose_stack(stack.quantity, stack.name)
