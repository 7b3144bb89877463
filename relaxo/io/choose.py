"""Which stacks are fitted: those a recipe names, or the better one of each kind."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from relaxo.data import Notice
from relaxo.errors import InputError
from relaxo.io.scan import summary
from relaxo.io.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from relaxo.data import Inventory, StackSource
    from relaxo.recipe import StacksPart

#: Of several ways to measure T1, the one with the least bias first.
_SIGN_MATTERS = ("IRT1", "VTR")
_PREFERENCE = ("IRT1", "VTR", "VFA", "MESE")


def choose(inventory: Inventory, part: StacksPart) -> tuple[dict[str, StackSource], tuple[Notice, ...]]:
    """Return the stack to fit for ``T1`` and for ``T2``, or for one of them, and a notice wherever there was a choice.

    Where a recipe names none, both come from one study if possible; then inversion recovery is better than another
    method, more times than fewer, more slices than fewer, images with a sign (real or complex) than magnitudes, whose
    polarity has to be guessed, and the later measurement than the earlier one.

    Raises
    ------
    InputError
        When a name is unknown or of the wrong kind, or when there is nothing to fit at all.
    """
    wanted = {"T1": part.T1, "T2": part.T2}
    there = {quantity: [stack for stack in inventory.stacks if stack.quantity == quantity] for quantity in wanted}
    eligible = {
        quantity: there[quantity] if name is None else [_named(inventory, there[quantity], quantity, name)]
        for quantity, name in wanted.items()
    }
    if not eligible["T1"] and not eligible["T2"]:
        raise _nothing(inventory)
    none: list[StackSource | None] = [None]
    pairs = product(eligible["T1"] or none, eligible["T2"] or none)
    order = {id(stack): number for number, stack in enumerate(inventory.stacks)}
    best = max(pairs, key=lambda pair: (_together(*pair), *(_merit(stack, order) for stack in pair)))
    chosen = {quantity: stack for quantity, stack in zip(wanted, best, strict=True) if stack is not None}
    notices = [
        _choice(there[quantity], stack, quantity)
        for quantity, stack in chosen.items()
        if wanted[quantity] is None and len(there[quantity]) > 1
    ]
    if len(chosen) > 1 and not _together(*best):
        notices.append(
            Notice(
                "different_studies",
                f"{chosen['T1'].name} and {chosen['T2'].name} come from different studies: the wells found in one are "
                "looked for at the same place in the other. Look whether they lie on the wells in both.",
            )
        )
    return chosen, tuple(notices)


def describe(stack: StackSource) -> str:
    """Return a stack in a few words: ``IRT1-1 (6 inversion times, 1 slice)``."""
    times = {
        "InversionTime": "inversion times",
        "EchoTime": "echo times",
        "RepetitionTime": "repetition times",
        "FlipAngle": "flip angles",
    }[stack.protocol.axis]
    slices = stack.geometry.shape[0]
    signed = "" if stack.protocol.component == "magnitude" else f", {stack.protocol.component}"
    return f"{stack.name} ({len(stack.protocol)} {times}, {slices} slice{'s'[: slices > 1]}{signed})"


def _together(first: StackSource | None, second: StackSource | None) -> bool:
    """Whether two stacks were measured in one study and frame of reference, so that places can be compared."""
    if first is None or second is None:
        return False
    one, other = first.headers[0][0], second.headers[0][0]
    return (one.study_uid, one.frame_uid) == (other.study_uid, other.frame_uid)


def _merit(stack: StackSource | None, order: Mapping[int, int]) -> tuple[int, ...]:
    if stack is None:
        return ()
    method = -_PREFERENCE.index(stack.protocol.suffix)
    # The sign of an echo is known: there, magnitudes lose nothing, and the noise of real images is no better.
    signed = stack.protocol.component != "magnitude" and stack.protocol.suffix in _SIGN_MATTERS
    return method, len(stack.protocol), stack.geometry.shape[0], int(signed), order[id(stack)]


def _nothing(inventory: Inventory) -> InputError:
    found = "; ".join(describe(stack) for stack in inventory.stacks)
    return InputError(
        "there is nothing to measure T1 or T2 from: "
        + (f"found only {found}" if found else f"no stack was found. {summary(inventory.left_out)}"),
        where=", ".join(printable(path) for path in inventory.paths),
        hint="T1 needs images at several inversion times, T2 at several echo times, of the same slices",
    )


def _named(inventory: Inventory, candidates: Sequence[StackSource], quantity: str, name: str) -> StackSource:
    for stack in candidates:
        if stack.name == name:
            return stack
    known = any(stack.name == name for stack in inventory.stacks)
    raise InputError(
        f'stack "{printable(name)}" ' + (f"does not measure {quantity}" if known else "does not exist"),
        where=f"[stacks] {quantity}",
        hint=f"Stacks for {quantity}: {_names(candidates) or 'none'}; `relaxo scan` shows what there is",
    )


def _choice(candidates: Iterable[StackSource], taken: StackSource, quantity: str) -> Notice:
    others = [stack for stack in candidates if stack is not taken]
    return Notice(
        "stack_chosen",
        f"{quantity} is measured on {describe(taken)}. There is also {' and '.join(map(describe, others))}: to take "
        f'another one, write `[stacks] {quantity} = "{others[0].name}"` in the recipe.',
    )


def _names(stacks: Iterable[StackSource]) -> str:
    return ", ".join(describe(stack) for stack in stacks)
