"""How far the way from images to report is gone: each step's state and its result in a few words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from relaxo.rounding import rounded
from relaxo_gui.session_model.words import AXES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaxo.data import Contents, Notice
    from relaxo.errors import RelaxoError
    from relaxo_gui.session_model.snapshot import Snapshot

State = Literal["waiting", "busy", "needs you", "warning", "failed", "done"]

#: Key of a step to its title, in the order of the way.
STEPS = {
    "images": "Images",
    "wells": "Wells",
    "concentrations": "Concentrations",
    "maps": "Maps",
    "relaxivity": "Relaxivity",
    "report": "Report",
}


@dataclass(frozen=True, slots=True)
class Step:
    """How one step stands."""

    key: str
    state: State
    words: str
    """Its result, or what it needs, in a few words."""
    tip: str = ""
    """The same in sentences, with what to do."""
    notices: tuple[Notice, ...] = ()
    """What a person must know of it."""


def steps_of(
    known: Snapshot | None,
    contents: Mapping[str, Contents],
    *,
    opened: bool,
    running: bool = False,
    current: bool = False,
    exported: bool = False,
) -> dict[str, Step]:
    """Return every step by its key.

    Parameters
    ----------
    known
        The newest results; None before there are any.
    contents
        What the recipe says of each well, by its name.
    opened
        Whether there is a recipe.
    running
        Whether results are being computed.
    current
        Whether the results are complete and those of the recipe as it stands.
    exported
        Whether these results were written to files.
    """
    if not opened:
        first = Step(
            "images", "needs you", "open a folder", "Open a folder of DICOM images, or try the sample phantom."
        )
        return {"images": first} | {key: Step(key, "waiting", "") for key in STEPS if key != "images"}
    reached = {
        "images": None if known is None or not known.stacks else _images(known),
        "wells": None if known is None or known.located is None else _wells(known),
        "concentrations": None if known is None or known.located is None else _concentrations(contents),
        "maps": None if known is None or not known.maps else _maps(known),
        "relaxivity": None if known is None or known.result is None or not known.result.agents else _relaxivity(known),
        "report": None
        if known is None or known.result is None
        else _report(agents=bool(known.result.agents), current=current, exported=exported),
    }
    error = None if known is None or running else known.error
    stopped = not running and not current and error is None
    found: dict[str, Step] = {}
    for key, step in reached.items():
        if step is not None:
            found[key] = _warned(step, known) if known is not None else step
        elif key == "images" and error is not None and known is not None and known.untimed:
            found[key] = _lacks_times(known)
        elif error is not None and not any(each.state in {"needs you", "failed"} for each in found.values()):
            found[key] = _stopped(key, error, read=known is not None and known.inventory is not None)
        elif running and not any(each.state == "busy" for each in found.values()):
            found[key] = Step(key, "busy", _BUSY[key])
        elif stopped and not any(each.state == "needs you" for each in found.values()):
            found[key] = Step(key, "needs you", "stopped: F5 goes on", _STOPPED)
        else:
            found[key] = Step(key, "waiting", "")
    if stopped and found["relaxivity"].state in {"done", "warning"}:
        found["relaxivity"] = replace(found["relaxivity"], state="needs you", words="old: F5 renews it", tip=_STOPPED)
    return found


def next_step(steps: Mapping[str, Step]) -> str:
    """Return the key of the step that is to be looked at when an analysis was opened.

    That is the first that waits for the person; where all that can be computed is there, the table of the wells.
    """
    before_report = [step for step in steps.values() if step.key != "report"]
    return next((step.key for step in before_report if step.state in {"needs you", "failed"}), "concentrations")


_STOPPED = "It was stopped before the results of these decisions were there. Compute Again (F5) goes on."

_BUSY = {
    "images": "reading",
    "wells": "looking for wells",
    "concentrations": "",
    "maps": "fitting",
    "relaxivity": "computing",
    "report": "",
}

#: Code of a notice to the step where it can be acted on; what is not here belongs to the relaxivity.
_STEP_OF_NOTICE = dict.fromkeys(
    (
        "different_studies",
        "echo_spacing",
        "few_times",
        "incomplete",
        "patient_in_path",
        "receiver_gain_varies",
        "scale_varies",
        "single_echoes",
        "stack_chosen",
        "ti_range",
        "times_in_milliseconds",
        "times_in_seconds",
        "timing_entered",
        "tr_differs_between_slices",
        "tr_short",
        "tr_unknown",
        "tr_varies",
    ),
    "images",
)
_STEP_OF_NOTICE |= dict.fromkeys(("clipped",), "maps")
_STEP_OF_NOTICE |= dict.fromkeys(
    ("blank_shared", "concentration_errors_left_out", "concentration_missing", "no_concentrations", "not_regressed"),
    "concentrations",
)


def step_of_notice(notice: Notice) -> str:
    """Return the key of the step where something can be done about a notice."""
    if notice.code.startswith(("well", "plate")):
        return "wells"
    return _STEP_OF_NOTICE.get(notice.code, "relaxivity")


def _images(known: Snapshot) -> Step:
    parts = []
    for quantity, stack in known.stacks.items():
        symbol = AXES.get(stack.protocol.axis, (stack.protocol.axis,))[0]
        parts.append(f"{quantity} {len(stack.protocol.values)} {symbol}")
    if len(known.stacks) < 2 and known.untimed:
        return _lacks_times(known)
    return Step("images", "done", ", ".join(parts))


def _lacks_times(known: Snapshot) -> Step:
    count = sum(len(group.volumes) for group in known.untimed)
    tip = "Type the times of the images, or copy the column in the spreadsheet and paste it at the first."
    return Step("images", "needs you", f"times of {count} images", tip)


def _wells(known: Snapshot) -> Step:
    assert known.located is not None
    count = len(known.located)
    by_hand = sum(well.origin != "found" for well in known.located.wells)
    words = f"{count} found" if not by_hand else f"{count} wells, {by_hand} by hand"
    return Step("wells", "done", words)


def _concentrations(contents: Mapping[str, Contents]) -> Step:
    given = [each for each in contents.values() if each.concentration_mM is not None and each.exclude is None]
    if not given:
        tip = "Type the concentrations, or copy them in the spreadsheet and paste them at the first well."
        return Step("concentrations", "needs you", "paste from Excel", tip)
    agents = Counter(each.agent for each in given if each.concentration_mM)
    excluded = sum(each.exclude is not None for each in contents.values())
    words = f"{len(given)} wells"
    if len(agents) > 1:
        words += f", {len(agents)} agents"
    if excluded:
        words += f", {excluded} excluded"
    return Step("concentrations", "done", words)


def _maps(known: Snapshot) -> Step:
    return Step("maps", "done", ", ".join(known.maps))


def _relaxivity(known: Snapshot) -> Step:
    assert known.result is not None
    first = known.result.agents[0]
    parts = [
        f"{name} {rounded(line.relaxivity.value, line.relaxivity.standard_error)}"
        for name, line in (("r₁", first.r1), ("r₂", first.r2))
        if line is not None
    ]
    agent = first.name or "the agent"
    return Step("relaxivity", "done", parts[0] if parts else "", f"{agent}: {', '.join(parts)} mM⁻¹ s⁻¹")


def _report(*, agents: bool, current: bool, exported: bool) -> Step:
    if not current:
        return Step("report", "waiting", "")
    if exported:
        return Step("report", "done", "saved")
    if not agents:
        return Step(
            "report", "waiting", "maps can be saved", "Without concentrations there are times and maps to save."
        )
    return Step("report", "needs you", "save the figure", "Save the results, the figure and the report.")


def _warned(step: Step, known: Snapshot) -> Step:
    notices = tuple(notice for notice in known.notices if step_of_notice(notice) == step.key)
    if not notices:
        return step
    state: State = "warning" if step.state == "done" else step.state
    tip = "\n".join(part for part in (step.tip, *(notice.message for notice in notices)) if part)
    return Step(step.key, state, step.words, tip, notices)


def _stopped(key: str, error: RelaxoError, *, read: bool) -> Step:
    tip = f"{error.what}. {error.advice}".strip()
    return Step(key, "needs you" if read else "failed", "see the message" if read else "cannot be read", tip)
