"""What the keys of a file that a person writes may hold, in words, and what is wrong where one holds something else."""

from __future__ import annotations

import difflib
import json
import re
import types
import typing
from typing import Any, Literal

import msgspec

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*?)`")
_MISSING = re.compile(r"Object missing required field `(.*?)`")
#: How msgspec begins where a value is of another type or size than it should be.
_OF_ITS_TYPE = ("Expected ", "Invalid enum value")
_WORDS = {float: "number", int: "whole number", str: "text", bool: "true or false"}


def complaint(error: msgspec.ValidationError, table: dict[str, Any], kind: type[msgspec.Struct]) -> tuple[str, str]:
    """Return what is wrong with a table that is to become a `kind`, and what to do about it.

    Parameters
    ----------
    error
        What `msgspec.convert` raised for it.
    table
        As it was read.
    """
    message, _, place = str(error).partition(" - at `$")
    steps = [int(number) if number.isdigit() else name or number for name, number in _STEP.findall(place.rstrip("`"))]
    hint, value = _follow(kind, table, steps)
    here = _name(steps)
    within = f" in [{here}]" if here else ""
    if unknown := _UNKNOWN.fullmatch(message):
        known = [each.encode_name for each in msgspec.structs.fields(_table_in(hint) or kind)]
        meant = difflib.get_close_matches(unknown[1], known, 1)
        advice = f'Did you mean "{meant[0]}"?' if meant else f"There are {', '.join(known)}"
        return f'there is no key "{unknown[1]}"{within}', advice
    if missing := _MISSING.fullmatch(message):
        return f'the key "{missing[1]}" is missing{within}', "Add it"
    if message.startswith(_OF_ITS_TYPE) and hint is not None:
        said = "" if value is None or isinstance(value, dict | list) else f" cannot be {in_toml(value)}"
        return f"{here}{said or ' cannot be this'}", f"It holds: {_as_typed(in_words(hint))}"
    # Said by one of our own checks.
    return message + within, "The guide says what each key holds"


def in_words(hint: object) -> str:
    """Say a type as who writes such a file thinks of it."""
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if _table_in(hint) is not None:
        return "tables" if origin is tuple else "a table"
    if not inside:
        return _WORDS[typing.cast("type", hint)]
    if origin is typing.Annotated:
        said = in_words(inside[0]) + "".join(_limits(each) for each in inside[1:] if isinstance(each, msgspec.Meta))
    elif origin is Literal:
        said = " or ".join(in_toml(each) for each in inside)
    elif origin is tuple:
        said = f"list{'' if inside[-1] is Ellipsis else f' of {len(inside)}'}, each {in_words(inside[0])}"
    elif origin is dict:
        said = f"table of names, each {in_words(inside[1])}"
    else:
        said = " or ".join(in_words(each) for each in inside if each is not type(None))
    return said


def in_toml(value: object) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _as_typed(words: str) -> str:
    return re.sub(r"\btext\b", "text in quotes", words).replace("list", "list in square brackets", 1)


def _limits(meta: msgspec.Meta) -> str:
    said = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    parts = [f"{words} {getattr(meta, name):g}" for name, words in said.items() if getattr(meta, name) is not None]
    return f", {' and '.join(parts)}"


def _table_in(hint: object) -> type[msgspec.Struct] | None:
    """Return the table that a type holds, if it does."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint
    return next(filter(None, map(_table_in, typing.get_args(hint))), None)


def _follow(kind: type[msgspec.Struct], table: dict[str, Any], steps: list[int | str]) -> tuple[object, object]:
    """Return the type that stands at a place, None where none is known, and the value there."""
    hint: object = kind
    value: object = table
    for step in steps:
        part = _table_in(hint)
        if isinstance(step, str) and step != "..." and part is not None:
            hint = typing.get_type_hints(part, include_extras=True).get(step)
        elif part is None:
            hint = _inside(hint)
        try:
            value = value[step]  # type: ignore[index] # whatever stands there
        except (KeyError, IndexError, TypeError):
            value = None
    return hint, value


def _inside(hint: object) -> object:
    """Return the type of what a list or a table of names holds."""
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return inside[0]
    if origin is dict:
        return inside[1]
    if origin in {typing.Union, types.UnionType}:
        return next(filter(None, map(_inside, inside)), None)
    return None


def _name(steps: list[int | str]) -> str:
    """Return a place as a person counts: the third of `contents` is ``contents 3``."""
    return "".join(
        f" {step + 1}" if isinstance(step, int) else "" if step == "..." else f".{step}" for step in steps
    ).lstrip(".")
