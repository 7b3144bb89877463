"""Writes the pages of the reference from the code, so that they cannot say anything else: an extension of Sphinx.

The pages are kept with the guide, since the app shows them where nothing can be made. Every build of the guide writes
them anew, and so does `python docs/_extensions/reference_pages.py`; the tests fail where they are not what that writes.
"""

from __future__ import annotations

import ast
import csv
import importlib
import inspect
import itertools
import json
import shutil
import subprocess
import sys
import tempfile
import typing
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from relaxo import errors, recipe
from relaxo.cli.app import relaxo as command_line
from relaxo.keys import in_toml, in_words
from relaxo.models import CATALOGUE
from relaxo.relaxivity import references

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sphinx.application import Sphinx

#: Where they are written, below the folder of the guide.
FOLDER = "reference/generated"
#: Keys of results.json that differ from run to run or from machine to machine: no example is shown.
_VOLATILE = ("created", "sha256", "versions", "path", "relaxo", "engine", "system", "python")
_PUBLIC = ("relaxo", "relaxo.io", "relaxo.wells", "relaxo.relaxivity", "relaxo.report", "relaxo.data", "relaxo.errors")


def setup(app: Sphinx) -> dict[str, object]:
    """Register with Sphinx."""
    app.connect("builder-inited", lambda app: write(Path(app.srcdir) / FOLDER))
    return {"parallel_read_safe": True}


def write(folder: Path) -> None:
    """Write every page."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        page = folder / f"{name}.md"
        # An unchanged page is not built again.
        if not page.is_file() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """Return the text of every page, by its name."""
    made = {
        "models": _models(),
        "recipe-keys": _recipe_keys(),
        "exit-codes": _exit_codes(),
        "agents": _agents(),
        "commands": _commands(command_line, "relaxo"),
        "python-names": _python_names(),
        **_files(),
    }
    return {name: "\n".join(lines) + "\n" for name, lines in made.items()}


def _commands(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[str]:
    if parent is None:
        yield "# Commands"
        yield ""
        yield "What `--help` says of every command."
    settings = {"terminal_width": 100, "max_content_width": 100, **command.context_settings}
    context = click.Context(command, info_name=name, parent=parent, **settings)
    title = context.command_path
    yield from ["", f"{'#' * min(len(title.split()) + 1, 3)} {title}", ""]
    yield from ["```text", command.get_help(context).rstrip(), "```"]
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            inner = command.get_command(context, each)
            if inner is not None:
                yield from _commands(inner, each, context)


def _python_names() -> Iterator[str]:
    yield "# Names in Python"
    yield ""
    yield "What may be imported, and what it is for; `help(name)` in Python and the guide as web pages tell more."
    for module in map(importlib.import_module, _PUBLIC):
        yield from ["", f"## {module.__name__}", ""]
        rows = []
        for name in sorted(getattr(module, "__all__", None) or _own(module)):
            said = inspect.getdoc(getattr(module, name))
            if said and (inspect.isclass(getattr(module, name)) or callable(getattr(module, name))):
                rows.append((f"`{name}`", " ".join(said.split("\n\n")[0].split())))
        yield from _table(("name", "is for"), rows)


def _own(module: object) -> list[str]:
    return [
        name
        for name, each in vars(module).items()
        if not name.startswith("_") and getattr(each, "__module__", None) == getattr(module, "__name__", "")
    ]


def _models() -> Iterator[str]:
    yield "# Signal models"
    yield ""
    yield "What `relaxo models` lists. `[fit.T1]` and `[fit.T2]` of a recipe choose one by its name, and its options."
    for model in CATALOGUE.values():
        yield from ["", f"## {model.name}", "", f"{model.title}, for data of BIDS suffix `{model.suffix}`.", ""]
        yield from ["```text", model.equation, "```", "", f"From {model.reference}", ""]
        yield from _table(
            ("parameter", "symbol", "meaning", "unit", "bounds"),
            (
                (f"`{each.name}`", each.symbol, each.meaning, each.unit, f"{each.lower:g} to {each.upper:g}")
                for each in model.parameters
            ),
        )
        yield ""
        yield from _table(
            ("needs", "symbol", "meaning", "unit", "if not given"),
            ((f"`{each.name}`", each.symbol, each.meaning, each.unit, _default(each.default)) for each in model.inputs),
        )
        if model.options:
            yield ""
            yield from _table(
                ("option", "meaning", "default", "unit"),
                ((f"`{each.name}`", each.meaning, in_toml(each.default), each.unit) for each in model.options),
            )


def _default(value: float | None) -> str:
    return "an error" if value is None else f"{value:g}"


def _recipe_keys() -> Iterator[str]:
    yield "# Keys of a recipe"
    yield ""
    yield "Every table and key that `recipe.toml` may hold. [The recipe](../../recipe.md) shows them in an example."
    yield from _part(recipe.Recipe, "")


def _part(part: type, place: str) -> Iterator[str]:
    """Describe a table of the recipe, and those inside it."""
    said = _meanings(part)
    hints = typing.get_type_hints(part, include_extras=True)
    inner, rows = [], []
    for each in msgspec.structs.fields(part):
        within = _part_in(hints[each.name])
        key = f"{place}.{each.name}" if place else each.name
        about = said.get(each.name, "")
        if within is not None:
            inner.append((within, key))
            many = typing.get_origin(hints[each.name]) is tuple
            about = about or f"see below, `{f'[[{key}]]' if many else f'[{key}]'}`"
        rows.append((f"`{each.encode_name}`", in_words(hints[each.name]), _default_of(each), about))
    if place:
        yield from ["", f"## {place}", ""]
        yield " ".join(line.strip() for line in (part.__doc__ or "").strip().splitlines())
    yield ""
    yield from _table(("key", "holds", "if not given", "meaning"), rows)
    for within, key in inner:
        yield from _part(within, key)


def _meanings(part: type) -> dict[str, str]:
    """Return what stands below each field of a class, as text."""
    body = typing.cast("ast.ClassDef", ast.parse(inspect.getsource(part)).body[0]).body
    return {
        field.target.id: " ".join(said.value.value.split())
        for field, said in itertools.pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(said, ast.Expr) and isinstance(said.value, ast.Constant) and isinstance(said.value.value, str)
    }


def _part_in(hint: object) -> type | None:
    """Return the table of the recipe that a type holds, if it does."""
    if isinstance(hint, type) and issubclass(hint, recipe.Part):
        return hint
    return next(filter(None, map(_part_in, typing.get_args(hint))), None)


def _default_of(each: msgspec.structs.FieldInfo) -> str:
    if each.required:
        return "an error"
    if each.default is msgspec.NODEFAULT or each.default is None or each.default in ((), {}):
        return ""
    return "" if isinstance(each.default, recipe.Part) else f"`{in_toml(each.default)}`"


def _exit_codes() -> Iterator[str]:
    kinds = [errors.UsageError, errors.InputError, errors.AnalysisError]
    yield "# Exit codes"
    yield ""
    rows = [("0", "done")]
    rows += [(str(kind.exit_code), (kind.__doc__ or "").splitlines()[0]) for kind in kinds]
    rows += [
        ("5", "Of a batch, some studies failed: the summary says which, and why."),
        ("6", "Of a batch, none worked."),
        ("130", "Stopped by the user; nothing was written."),
    ]
    yield from _table(("code", "means"), rows)


def _agents() -> Iterator[str]:
    yield "# Published agents"
    yield ""
    yield "What `relaxo agents` lists, per mM. `regression.references` of a recipe adds agents of your own."
    yield ""
    yield from _table(
        ("agent", "field (T)", "temperature (°C)", "medium", "per", "r1", "r2", "source", "value"),
        (
            (
                each.agent,
                _known(each.field_T),
                _known(each.temperature_C),
                each.medium,
                each.per,
                _known(each.r1),
                _known(each.r2),
                each.citation + (f" [doi](https://doi.org/{each.doi})" if each.doi else ""),
                each.status,
            )
            for each in references()
        ),
    )


def _known(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:g}"  # noqa: PLR0124 - NaN


def _files() -> dict[str, Iterable[str]]:
    """Describe the files of results by those of the sample phantom."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch, "results")
        command = [sys.executable, "-m", "relaxo", "demo", "--quiet", "--out", str(out)]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own command
        results = json.loads((out / "results.json").read_text(encoding="utf-8"))
        tables = {path.name: _columns(path) for path in sorted(out.glob("*.csv"))}
        shutil.rmtree(out)
    return {"results-json": _results_keys(results), "tables": _columns_page(tables)}


def _results_keys(results: object) -> Iterator[str]:
    yield "# Keys of results.json"
    yield ""
    yield "Every key of the sample phantom's results. [The results](../../results.md) says what they mean."
    yield ""
    rows: dict[str, tuple[str, str]] = {}
    for key, value in _leaves(results, ""):
        kind, example = rows.get(key, ("", ""))
        if kind in {"", "null"}:
            volatile = key.rsplit(".", 1)[-1].rstrip("[]") in _VOLATILE
            rows[key] = (_json_kind(value), "" if volatile else example if value is None else _example(value))
    yield from _table(("key", "holds", "example"), ((f"`{key}`", *row) for key, row in rows.items()))


def _leaves(value: object, place: str) -> Iterator[tuple[str, object]]:
    """Go through every value that is no container, with its place."""
    # Names that somebody chose, as of files and agents, are no keys of the format.
    chosen = place.endswith(("versions", "ions_per_molecule", "molar_mass_g_per_mol"))
    if isinstance(value, dict) and value and not chosen:
        for key, inside in value.items():
            yield from _leaves(inside, f"{place}.{key}" if place else key)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for inside in value:
            yield from _leaves(inside, f"{place}[]")
    else:
        yield place, value


def _json_kind(value: object) -> str:
    kinds = {bool: "true or false", int: "number", float: "number", str: "text", list: "list", dict: "names and values"}
    return "null" if value is None else kinds[type(value)]


def _example(value: object) -> str:
    text = f"{value:.3g}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False)
    return f"`{text if len(text) <= 60 else text[:59] + '…'}`".replace("\n", " ")


def _columns(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        head, *rows = itertools.islice(csv.reader(lines), 200)
    return head, rows


def _short(cell: str) -> str:
    try:
        return f"{float(cell):.3g}"
    except ValueError:
        return cell


def _columns_page(tables: dict[str, tuple[list[str], list[list[str]]]]) -> Iterator[str]:
    yield "# Columns of the tables"
    yield ""
    yield "Those of the sample phantom's results: UTF-8, commas, a point as the decimal mark, full precision; examples"
    yield "are shortened."
    for name, (head, rows) in tables.items():
        yield from ["", f"## {name}", ""]
        examples = [_short(next((row[k] for row in rows if row[k]), "")) for k in range(len(head))]
        yield from _table(
            ("column", "example"), ((f"`{key}`", example) for key, example in zip(head, examples, strict=True))
        )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        # An empty cell would be joined with the one before it in the app.
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') or chr(0xA0) for cell in row)} |"


if __name__ == "__main__":
    write(Path(__file__).parents[1] / FOLDER)
