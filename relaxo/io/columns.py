"""What the columns of a table mean: the names and units that chemists give them, and those that are nearly right."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaxo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaxo.io.sheets import Sheet


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is understood."""

    field: str
    """What it holds, such as ``concentration`` or ``T1_se``."""
    unit: str
    """``mM``, ``M``, ``uM``, ``nM``, ``ms``, ``s``, ``1/s`` or ``percent``; empty where it has none."""
    index: int
    name: str
    """As the table writes it."""


#: What a field is called in a table that needs no guessing.
PLAIN_NAMES = {
    "well": "well",
    "row": "row",
    "column": "column",
    "concentration": "concentration_mM",
    "concentration_se": "concentration_se_mM",
    "stock_error": "stock_error_percent",
    "pipetting_error": "pipetting_error_percent",
    "assay_error": "assay_error_percent",
    "agent": "agent",
    "exclude": "exclude",
    "voxels": "voxels",
    "T1_reference": "T1_reference_ms",
    "T2_reference": "T2_reference_ms",
    **{
        f"{quantity}{suffix}": f"{quantity}{suffix}_{unit}"
        for quantities, unit in (("T1 T2", "ms"), ("R1 R2", "per_s"))
        for quantity in quantities.split()
        for suffix in ("", "_se", "_sd")
    },
}

_SYNONYMS = {
    "well": "well wells wellname wellno wellnumber wellid",
    "row": "row",
    "column": "column col",
    "concentration": "concentration conc concn c",
    "concentration_se": "concentrationse concse seconcentration seconc concentrationstandarderror "
    "concentrationstderror concentrationerror concerror concentrationuncertainty uconcentration uc",
    "stock_error": "stockerror stockse stockuncertainty ustock",
    "pipetting_error": "pipettingerror pipettingse pipettinguncertainty upipetting upipette",
    "assay_error": "assayerror assayse assayuncertainty uassay icperror icpse icpuncertainty uicp",
    "agent": "agent contrastagent agentname compound substance complex",
    "exclude": "exclude excluded exclusion excludedbecause excludereason skip omit ignore",
    "voxels": "voxels voxel nvoxels",
    "T1_reference": "t1reference t1ref referencet1 reft1",
    "T2_reference": "t2reference t2ref referencet2 reft2",
    "T1": "t1",
    "T2": "t2",
    "R1": "r1 1t1",
    "R2": "r2 1t2",
    **{
        f"{quantity}_{kind}": " ".join(pattern.replace("_", quantity.casefold()) for pattern in patterns.split())
        for quantity in ("T1", "T2", "R1", "R2")
        for kind, patterns in (
            ("se", "_se se_ _u u_ _error _stderror _standarderror _uncertainty"),
            ("sd", "_sd sd_ _std _stdev _standarddeviation _spread"),
        )
    },
}
_FIELD_OF = {synonym: field for field, synonyms in _SYNONYMS.items() for synonym in synonyms.split()}

#: Names of wells that count only where no column is called `well`.
_OTHER_WELL_NAMES = {"name", "vial", "tube", "sphere", "position", "nr", "no"}

_MOLAR = {
    "mM": "mm mmol/l mmoll-1 mmol/dm3 mmoldm-3 millimolar mol/m3",
    "M": "mol/l moll-1 mol/dm3 moldm-3 molar",
    "uM": "um umol/l umoll-1 micromolar",
    "nM": "nm nmol/l nmoll-1 nanomolar",
}
_TIME = {"ms": "ms msec millisecond milliseconds", "s": "s sec second seconds"}
_PERCENT = {"percent": "percent % pct"}
_RATE = {"1/s": "1/s s-1 pers /s 1/sec sec-1"}
_UNITS = {
    kind: {spelling: unit for unit, spellings in units.items() for spelling in spellings.split()}
    for kind, units in (("concentration", _MOLAR), ("T", _TIME), ("R", _RATE), ("percent", _PERCENT))
}

_METALS = "gd gd3 gadolinium mn mn2 manganese fe fe2 fe3 iron ni ni2 nickel cu cu2 copper dy dy3 ho ho3 er er3 ii iii"
_FILLERS = "metal ion of the final nominal total agent"

#: What a concentration counts, and other words that do not change what the column is.
_OF_WHAT = frozenset([*_METALS.split(), *_FILLERS.split()])

#: Columns for people: never read, whatever follows in their name.
_REMARKS = ("note", "comment", "remark")

#: Columns that our own table of wells has beside a time, and that are no time: of what voxels it is the mean.
_BESIDE_A_TIME = re.compile(r"\s*[tr][12][\s_]+(voxels|homogeneity)", re.IGNORECASE)

#: What a position may be said to be in.
_PIXEL = {"px", "pixel", "pixels"}

#: Errors that are a share of a concentration.
_RELATIVE = frozenset({"stock_error", "pipetting_error", "assay_error"})

#: How like a known name a misspelt one is, on difflib's scale.
_CLOSE = 0.8


def recognised(name: str) -> bool:
    """Tell whether a name is one of a column that some table has, its unit right or wrong."""
    return _understood(name) is not None


def heading(name: str) -> tuple[str, str | None] | None:
    """Return which field a heading stands for, and its unit: None where it has none, or one that is not known.

    None for a heading that stands for nothing, or a cell that is no heading.
    """
    understood = _understood(name)
    if understood is None and (_squashed(name) in _OTHER_WELL_NAMES or name.strip() == "#"):
        return "well", ""
    return understood


def columns_of(sheet: Sheet, fields: frozenset[str]) -> dict[str, Column]:
    """Find the columns of a sheet that hold some fields.

    Columns that hold something else are left alone. A name that is nearly right, or lacks a unit, is an error: it is
    more likely to be meant than not.

    Raises
    ------
    InputError
        For such a name, or when two columns hold the same.
    """
    where = sheet.at(sheet.header_line)
    columns: dict[str, Column] = {}
    others = []
    for index, name in enumerate(sheet.header):
        if not name:
            _refuse_nameless(sheet, index)
            continue
        understood = _understood(name)
        if understood is None:
            if _squashed(name) in _OTHER_WELL_NAMES or name == "#":
                others.append(Column("well", "", index, name))
            else:
                _refuse_near_miss(name, fields, where)
            continue
        field, unit = understood
        if field not in fields:
            continue
        if unit is None:
            raise _unit_unknown(name, field, where)
        if field in columns:
            raise InputError(
                f'the columns "{columns[field].name}" and "{name}" both hold {_meaning(field)}',
                where=where,
                hint='Keep one; a column whose name begins with "note" is not read',
            )
        columns[field] = Column(field, unit, index, name)
    if "well" in fields and "well" not in columns and others:
        columns["well"] = others[0]
    return columns


def to_millimolar(concentration: float, unit: str) -> float:
    """Return a concentration in mM from one in mM, M, uM or nM."""
    match unit:
        case "M":
            return concentration * 1e3
        case "uM":
            return concentration / 1e3
        case "nM":
            return concentration / 1e6
        case _:
            return concentration


def _understood(name: str) -> tuple[str, str | None] | None:
    """Return what a column holds and its unit (None when missing or unknown); None when it is not one of ours."""
    text = unicodedata.normalize("NFKC", name).strip()
    if not text or _not_read(name):
        return None
    without_unit = None
    for base, unit, marked in _splits(text):
        field = _field(base)
        if field is None:
            if (not base or _is_metal(base)) and _is_molar(unit):
                return "concentration", _unit("concentration", unit)
            continue
        kind = _kind(field)
        if kind is not None and (known := _unit(kind, unit)):
            return field, known
        if kind is None and (marked or not unit or _squashed(unit) in _PIXEL):
            return field, ""
        if kind is not None and (marked or " " not in unit):
            without_unit = field
    return (without_unit, None) if without_unit else None


def _not_read(name: str) -> bool:
    """Tell whether a column is for people: a remark, the R² of a fit, or what voxels a time is the mean of."""
    if name.strip().casefold().startswith(_REMARKS) or _BESIDE_A_TIME.match(name):
        return True
    return bool(re.match(r"\s*r\s*(\^2|²)", name, re.IGNORECASE))


def _splits(text: str) -> Iterator[tuple[str, str, bool]]:
    """Yield the ways in which a name may part into a base and a unit, and whether a bracket or slash marks the unit."""
    if bracketed := re.fullmatch(r"(.+?)[\s_]*[(\[]([^()\[\]]*)[)\]]", text):
        yield bracketed[1], bracketed[2], True
    # In "1/T1 / s-1" it is the second slash that parts.
    reciprocal = "1/" if text.startswith("1/") else ""
    base, slash, unit = text.removeprefix(reciprocal).partition("/")
    if slash and base:
        yield reciprocal + base, unit, True
    words = re.split(r"[\s_]+", text)
    for length in (3, 2, 1):
        if len(words) > length:
            yield " ".join(words[:-length]), " ".join(words[-length:]), False
    yield "", text, False
    yield text, "", False


def _field(base: str) -> str | None:
    """Return the field of a name without its unit; of what metal a concentration is makes no difference."""
    words = re.findall(r"[^\W_]+", base.casefold())
    core = "".join(word for word in words if word not in _OF_WHAT)
    field = _FIELD_OF.get(_squashed(base)) or _FIELD_OF.get(core)
    return field if field in {_FIELD_OF.get(_squashed(base)), "concentration", "concentration_se"} else None


def _is_metal(base: str) -> bool:
    """Tell whether a name says only of what: "[Gd]", "total Gd"."""
    words = re.findall(r"[^\W_]+", base.casefold())
    return bool(words) and all(word in _OF_WHAT for word in words)


def _is_molar(unit: str) -> bool:
    """Tell whether a unit can only be that of a concentration: mm, um and nm alone are lengths."""
    return _unit("concentration", unit) is not None and ("mM" in unit or "M" in unit[1:] or "mol" in unit.casefold())


def _kind(field: str) -> str | None:
    """Return which units a field may have; None when it has none."""
    if field.startswith("concentration"):
        return "concentration"
    if field in _RELATIVE:
        return "percent"
    return field[0] if field[0] in "TR" else None


def _unit(kind: str, text: str) -> str | None:
    if kind == "concentration":
        words = re.sub(r"[_()\[\]+]", " ", text).split()
        text = " ".join(word for word in words if word.casefold() not in _OF_WHAT)
        if text == "M":  # capital: a small m is a metre, or a molality
            return "M"
    spelling = unicodedata.normalize("NFKC", text).casefold().replace("\N{GREEK SMALL LETTER MU}", "u")
    spelling = spelling.replace("\N{MINUS SIGN}", "-")
    return _UNITS[kind].get(re.sub(r"[\s_*^·.]", "", spelling))


def _squashed(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


def _unit_unknown(name: str, field: str, where: str) -> InputError:
    expected = PLAIN_NAMES[field]
    units = {"concentration": "mM, M, uM or nM", "T": "ms or s", "R": "1/s", "percent": "percent"}[_kind(field) or ""]
    return InputError(
        f'the column "{name}" has a unit that Relaxo cannot know',
        where=where,
        hint=f'Write it into the name, as in "{expected}"; {units} are understood'
        if field[0] != "R"
        else f'Write it into the name, as in "{expected}"',
    )


def _refuse_near_miss(name: str, fields: frozenset[str], where: str) -> None:
    if _not_read(name):
        return
    # Two letters are near to too much: T1 to TR, TI and TE.
    targets = {_squashed(field): PLAIN_NAMES[field] for field in fields if len(field) > 2}
    for base in dict.fromkeys(_squashed(base) for base, _, _ in _splits(name)):
        # One that is right, with more words behind it, means something else: "well notes".
        close = [] if base in targets else difflib.get_close_matches(base, targets, 1, _CLOSE)
        if close:
            raise _misspelt(name, targets[close[0]], where)
    words = re.findall(r"[^\W_]+", name.casefold())
    if any(word.startswith("conc") for word in words):
        raise _misspelt(name, PLAIN_NAMES["concentration"], where)


def _misspelt(name: str, meant: str, where: str) -> InputError:
    return InputError(
        f'the column "{name}" is not one that Relaxo knows',
        where=where,
        hint=f'Did you mean "{meant}"? A column whose name begins with "note" is not read',
    )


def _refuse_nameless(sheet: Sheet, index: int) -> None:
    for row in sheet.rows:
        if row.cells[index] != "":
            raise InputError(
                f"column {index + 1} has cells but no name", where=sheet.at(row.line), hint="Name it in the header"
            )


def _meaning(field: str) -> str:
    return {"well": "names of wells", "exclude": "exclusions", "agent": "agents"}.get(field, f'"{PLAIN_NAMES[field]}"')
