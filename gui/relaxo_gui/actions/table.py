"""The table of actions: what each is called, its keys, when it can be done and what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence

from relaxo_gui.session_model import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject

    from relaxo_gui.actions.commands import Commands

Keys = QKeySequence.StandardKey


@dataclass(frozen=True, slots=True)
class Action:
    """One row."""

    id: str
    menu: str
    text: str
    tip: str
    do: Callable[[Commands], object]
    keys: QKeySequence.StandardKey | str | None = None
    enabled: Callable[[Commands], bool] = lambda _: True
    label: Callable[[Commands], str | None] = lambda _: None
    """What it would do now; it goes behind the text."""
    starts_group: bool = False
    sign: str | None = None
    """Its icon, as `relaxo_gui.resources.sign` names it."""
    on_image: bool = False
    """Whether its keys are meant for the image alone, and mean something else elsewhere."""


ACTIONS = (
    Action(
        "open",
        "File",
        "&Open Folder…",
        "Open a folder of DICOM images",
        lambda on: on.open_folder(),
        Keys.Open,
        sign="folder_open_outline",
    ),
    Action(
        "open_files",
        "File",
        "Open &Files…",
        "Open single images, or a .zip archive of them",
        lambda on: on.open_files(),
        "Ctrl+Alt+O",
        sign="file_multiple_outline",
    ),
    Action(
        "open_recipe",
        "File",
        "Open &Recipe…",
        "Open an analysis that was saved",
        lambda on: on.open_recipe(),
        "Ctrl+Shift+O",
        sign="file_document_outline",
    ),
    Action(
        "open_sample",
        "File",
        "Open Sample &Phantom",
        "Try Relaxo on a phantom whose answer is known",
        lambda on: on.open_sample(),
        sign="test_tube",
    ),
    Action(
        "save",
        "File",
        "&Save Recipe",
        "Save every decision, so that the analysis can be run again",
        lambda on: on.save(),
        Keys.Save,
        lambda on: on.model.recipe is not None,
        starts_group=True,
        sign="content_save_outline",
    ),
    Action(
        "save_as",
        "File",
        "Save Recipe &As…",
        "Save the recipe under another name",
        lambda on: on.save_as(),
        Keys.SaveAs,
        lambda on: on.model.recipe is not None,
    ),
    Action(
        "export",
        "File",
        "&Export Results…",
        "Write results, tables, maps and the figure to a folder",
        lambda on: on.export(),
        "Ctrl+E",
        lambda on: on.model.current,
        sign="tray_arrow_down",
    ),
    Action(
        "undo",
        "Edit",
        "&Undo",
        "Take the last change back",
        lambda on: on.undo(),
        Keys.Undo,
        lambda on: on.model.undo_label is not None,
        lambda on: on.model.undo_label,
        sign="undo",
    ),
    Action(
        "redo",
        "Edit",
        "&Redo",
        "Bring the last change back",
        lambda on: on.redo(),
        Keys.Redo,
        lambda on: on.model.redo_label is not None,
        lambda on: on.model.redo_label,
        sign="redo",
    ),
    Action(
        "toggle",
        "Edit",
        "&Leave Well Out",
        "Leave the selected well out of the regression, or take it back",
        lambda on: on.toggle_selected(),
        Keys.Delete,
        lambda on: on.model.selected is not None,
        lambda on: on.model.selected,
        starts_group=True,
        sign="minus_circle_outline",
    ),
    Action(
        "add_well",
        "Edit",
        "&Add Well",
        "Add a well: click where it is in the picture",
        lambda on: on.by_hand.take_up("place"),
        "Ins",
        lambda on: on.model.snapshot is not None and on.model.snapshot.found is not None,
        sign="plus_circle_outline",
        starts_group=True,
    ),
    Action(
        "draw_ellipse",
        "Edit",
        "Draw &Ellipse",
        "Draw a well: drag from corner to corner in the picture, with Shift for a circle",
        lambda on: on.by_hand.take_up("ellipse"),
        "Ctrl+Shift+E",
        lambda on: on.model.snapshot is not None and on.model.snapshot.found is not None,
    ),
    Action(
        "draw_polygon",
        "Edit",
        "Draw &Polygon",
        "Draw a well: click its corners in the picture; a double click or Enter closes it",
        lambda on: on.by_hand.take_up("polygon"),
        "Ctrl+Shift+P",
        lambda on: on.model.snapshot is not None and on.model.snapshot.found is not None,
    ),
    Action(
        "rename_well",
        "Edit",
        "Re&name Well",
        "Give the selected well another name, in the picture",
        lambda on: on.by_hand.rename_selected(),
        "F2",
        lambda on: on.model.selected is not None,
        lambda on: on.model.selected,
        on_image=True,
    ),
    Action(
        "remove_well",
        "Edit",
        "Re&move Well",
        "Take the selected well away",
        lambda on: on.by_hand.remove_selected(),
        "Shift+Del",
        lambda on: on.model.selected is not None,
        lambda on: on.model.selected,
    ),
    Action(
        "restore_well",
        "Edit",
        "Put Well &Back as Found",
        "Take back what was changed by hand of the selected well",
        lambda on: on.by_hand.restore_selected(),
        enabled=lambda on: on.by_hand.is_changed(on.model.selected),
        label=lambda on: on.model.selected,
    ),
    *(
        Action(
            f"step_{key}",
            "View",
            f"&{number} {title}",
            f"Go to the step {title}",
            lambda on, key=key: on.model.go_to(key),  # type: ignore[misc] # mypy cannot infer a lambda with a default
            f"Ctrl+{number}",
        )
        for number, (key, title) in enumerate(STEPS.items(), 1)
    ),
    Action(
        "locate_images",
        "Analysis",
        "&Locate Images…",
        "Say where the images of this recipe are now",
        lambda on: on.locate_images(),
        enabled=lambda on: on.model.recipe is not None,
        sign="folder_search_outline",
    ),
    Action(
        "cancel",
        "Analysis",
        "&Cancel",
        "Stop what is being computed",
        lambda on: on.cancel(),
        "Esc",
        lambda on: on.analysis.running or on.exporting.running,
        sign="close_circle_outline",
    ),
    Action(
        "again",
        "Analysis",
        "Compute &Again",
        "Read the files and compute everything anew",
        lambda on: on.computing.start_over(),
        "F5",
        lambda on: on.model.recipe is not None and not on.analysis.running,
        sign="refresh",
    ),
)


def build(commands: Commands, parent: QObject) -> dict[str, QAction]:
    """Return the actions by their id, kept as the state of the app allows them."""
    built = {}
    for row in ACTIONS:
        action = QAction(row.text, parent)
        action.setObjectName(row.id)
        action.setToolTip(row.tip)
        action.setStatusTip(row.tip)
        if row.keys is not None:
            # All keys that the system has for it; menus show the first.
            action.setShortcuts(row.keys if isinstance(row.keys, Keys) else [QKeySequence(row.keys)])
        if row.on_image:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(lambda _checked=False, row=row: row.do(commands))
        built[row.id] = action

    def refresh() -> None:
        for row in ACTIONS:
            label = (row.label(commands) or "").replace("&", "&&")
            built[row.id].setText(f"{row.text} {label}".rstrip())
            built[row.id].setEnabled(row.enabled(commands))

    model = commands.model
    for signal in (model.opened, model.history_changed, model.snapshot_changed, model.selection_changed):
        signal.connect(refresh)
    commands.analysis.running_changed.connect(refresh)
    commands.exporting.running_changed.connect(refresh)
    refresh()
    return built
