"""What is wrong with a file that a person wrote is said in words of who wrote it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import pytest

from relaxo.keys import complaint, in_toml, in_words

Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    """A table in a table."""

    way: Literal["there", "back"] = "there"
    share: Percent | None = None
    counts: dict[str, Annotated[int, msgspec.Meta(ge=1)]] = {}
    places: tuple[tuple[float, float], ...] = ()


class Outer(msgspec.Struct, forbid_unknown_fields=True):
    """A file."""

    names: tuple[str, ...]
    inner: Inner = msgspec.field(default_factory=Inner)
    rows: tuple[Inner, ...] = ()


@pytest.mark.parametrize(
    ("table", "what", "hint"),
    [
        ({"names": ["a"], "iner": {}}, 'there is no key "iner"', 'Did you mean "inner"?'),
        ({"names": ["a"], "zzz": {}}, 'there is no key "zzz"', "There are names, inner, rows"),
        ({"names": ["a"], "rows": [{}, {"wy": 1}]}, 'there is no key "wy" in [rows 2]', 'Did you mean "way"?'),
        ({}, 'the key "names" is missing', "Add it"),
        ({"names": "a"}, 'names cannot be "a"', "It holds: list in square brackets, each text in quotes"),
        ({"names": [3]}, "names 1 cannot be 3", "It holds: text in quotes"),
        ({"names": [], "inner": 3}, "inner cannot be 3", "It holds: a table"),
        ({"names": [], "inner": {"way": "up"}}, 'inner.way cannot be "up"', 'It holds: "there" or "back"'),
        (
            {"names": [], "inner": {"share": 101.5}},
            "inner.share cannot be 101.5",
            "It holds: number, at least 0 and at most 100",
        ),
        (
            {"names": [], "inner": {"counts": {"Gd6": "six"}}},
            "inner.counts cannot be this",
            "It holds: whole number, at least 1",
        ),
        ({"names": [], "inner": {"places": [[1.0, "2"]]}}, 'inner.places 1 2 cannot be "2"', "It holds: number"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_what_would_be_right(table: dict[str, Any], what: str, hint: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(table, Outer)
    assert complaint(caught.value, table, Outer) == (what, hint)


def test_what_a_key_holds_is_said_without_the_words_of_python() -> None:
    assert in_words(float | None) == "number"
    assert in_words(tuple[float, float]) == "list of 2, each number"
    assert in_words(dict[str, int]) == "table of names, each whole number"
    assert in_words(bool) == "true or false"
    assert in_words(tuple[Inner, ...]) == "tables"


def test_a_value_is_written_as_in_the_file() -> None:
    assert [in_toml(each) for each in (True, "µM", 1.0, 3)] == ["true", '"µM"', "1", "3"]
