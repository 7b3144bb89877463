"""Tables of concentrations and of relaxation times: what is read, and what is refused."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any

import msgspec
import openpyxl
import pytest

from relaxo import io
from relaxo.errors import InputError
from relaxo.io import read_rates
from relaxo.recipe import ContentsPart

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def _csv(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "table.csv"
    path.write_bytes(text.encode(encoding))
    return path


def _xlsx(folder: Path, *sheets: tuple[str, Sequence[Sequence[Any]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    path = folder / "table.xlsx"
    book.save(path)
    return path


def read_contents(path: Path) -> tuple[ContentsPart, ...]:
    """Read a table; where each row stood is another matter."""
    return tuple(msgspec.structs.replace(part, read_from=None) for part in io.read_contents(path))


THREE = (
    ContentsPart(well="1", concentration_mM=0.0, agent="water"),
    ContentsPart(well="2", concentration_mM=0.25, agent="Gd6"),
    ContentsPart(well="3", concentration_mM=1.5, agent="Gd6", exclude="bubble"),
)

COMMAS = "well,concentration_mM,agent,exclude\n1,0,water,\n2,0.25,Gd6,\n3,1.5,Gd6,bubble\n"
SEMICOLONS = "well;concentration_mM;agent;exclude\n1;0;water;\n2;0,25;Gd6;\n3;1,5;Gd6;bubble\n"

DIALECTS = {
    "commas": COMMAS,
    "semicolons": COMMAS.replace(",", ";"),
    "decimal commas": SEMICOLONS,
    "thousandths": SEMICOLONS.replace("0,25", "0,250").replace("1,5", "1,500"),
    "quoted decimal commas": COMMAS.replace("0.25", '"0,25"').replace("1.5", '"1,5"'),
    "tabs": SEMICOLONS.replace(";", "\t"),
    "Windows lines": COMMAS.replace("\n", "\r\n"),
    "old Mac lines": COMMAS.replace("\n", "\r"),
    "trailing blanks": COMMAS.replace("Gd6", " Gd6\u00a0").replace("agent", "agent ").replace("\n", " ,,\n\n,,,\n"),
    "short lines": COMMAS.replace(",\n", "\n").rstrip(),
    "a title above": "Dilution series of 3 May\n\n" + COMMAS,
    "a word to Excel": "sep=;\n" + SEMICOLONS,
    "comments": "# made by Anna\n" + COMMAS.replace("\n2", "\n# a gap\n2"),
    "leading zeros": COMMAS.replace("\n2,0.", "\n02,.").replace("3,1.5", "3.0,15e-1"),
    "other names": "Vial;Conc. (\N{MICRO SIGN}M);Compound;Excluded;Comment\n"
    "1;0;water;0;\n2;250;Gd6;FALSCH;\n3;1500;gd6;bubble;hm\n",
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_dialects_of_csv_say_the_same(dialect: str, tmp_path: Path) -> None:
    assert read_contents(_csv(tmp_path, DIALECTS[dialect])) == THREE


def test_every_row_says_where_it_was_read(tmp_path: Path) -> None:
    text = "Series of 3 May\n\nwell,mM\n1,0\n\n2,1\n"
    first, second = io.read_contents(_csv(tmp_path, text))
    assert (first.read_from, second.read_from) == ("table.csv, line 4", "table.csv, line 6")
    (part,) = io.read_contents(_xlsx(tmp_path, ("Plate", [["well", "mM"], [1, 0.5]])))
    assert part.read_from == "table.xlsx, sheet Plate, line 2"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_encodings_say_the_same(encoding: str, tmp_path: Path) -> None:
    text = "well;concentration (\N{MICRO SIGN}M);agent\nA1;0,5;Prüfstoff\n"
    part = ContentsPart(well="A1", concentration_mM=0.0005, agent="Prüfstoff")
    assert read_contents(_csv(tmp_path, text, encoding)) == (part,)


def test_excel_is_read_as_its_cells_are(tmp_path: Path) -> None:
    rows = [
        ["Series of 3 May"],
        [],
        ["Well", "Concentration (mM)", "Agent", "Exclude"],
        [1, 0, "water", None],
        [2.0, 0.25, "Gd6", False],
        [],
        [3, "1,5", "Gd6 ", "bubble"],
    ]
    path = _xlsx(tmp_path, ("Notes", [["nothing", "here"]]), ("Plate", rows))
    assert read_contents(path) == THREE
    rows[4][1] = -0.25
    with pytest.raises(InputError, match="sheet Plate, line 5"):
        read_contents(_xlsx(tmp_path, ("Plate", rows)))


def test_excel_says_why_a_cell_holds_no_number(tmp_path: Path) -> None:
    header = ["well", "concentration_mM"]
    with pytest.raises(InputError, match="turned a number into a date"):
        read_contents(_xlsx(tmp_path, ("A", [header, ["1", dt.datetime(2024, 5, 1)]])))  # noqa: DTZ001 - as Excel
    with pytest.raises(InputError, match="line 2: the formula =A2/2 has no stored value"):
        read_contents(_xlsx(tmp_path, ("A", [header, [1, "=A2/2"]])))
    with pytest.raises(InputError, match='"#DIV/0!"'):
        read_contents(_xlsx(tmp_path, ("A", [header, [1, "#DIV/0!"]])))


def test_wells_by_plate_coordinate_or_by_position(tmp_path: Path) -> None:
    plate = read_contents(_csv(tmp_path, "well,mM\na1,0\nB02,1.0\nh12,2\n"))
    assert [part.well for part in plate] == ["A1", "B2", "H12"]
    text = "row;column;concentration_mM;concentration_se_mM\n63,5;40;0,1;0,002\n63,5;80;;\n"
    assert read_contents(_csv(tmp_path, text)) == (
        ContentsPart(row=63.5, column=40.0, concentration_mM=0.1, concentration_se_mM=0.002),
        ContentsPart(row=63.5, column=80.0),
    )
    both = read_contents(_csv(tmp_path, "well,row,column,mM\n1,10,20,0.1\n,30,20,0.2\n"))
    assert both == (
        ContentsPart(well="1", concentration_mM=0.1),
        ContentsPart(row=30.0, column=20.0, concentration_mM=0.2),
    )


@pytest.mark.parametrize(
    ("cell", "reason"),
    [("", None), ("no", None), ("False", None), ("0", None), ("-", None), ("nein", None)]
    + [(yes, "excluded in the table") for yes in ("yes", "X", "1", "TRUE", "oui")]
    + [("leaked", "leaked"), ("T1: bad; T2: worse", "bad; worse")],
)
def test_exclusions_have_a_reason(cell: str, reason: str | None, tmp_path: Path) -> None:
    (part,) = read_contents(_csv(tmp_path, f"well,concentration_mM,exclude\n1,0.5,{cell}\n"))
    assert part.exclude == reason


REFUSED = {
    "a well twice": ("well,mM\n1,0\n2,1\n\n01,2\n", 5, "well 1 is named twice, in lines 2 and 5"),
    "a place twice": ("row,column,mM\n1,2,0\n1.0,2.0,1\n", 3, "named twice, in lines 2 and 3"),
    "no well": ("well,mM\n1,0\n,0.5\n", 3, "the line names no well"),
    "half a place": ("row,column,mM\n1,,0\n", 2, "the line names no well"),
    "negative": ("well,mM\n1,0\n2,-0.5\n", 3, '"-0.5" in the column "mM" is negative'),
    "typographic minus": ("well,mM\n1,\N{MINUS SIGN}0.5\n", 2, "is negative"),
    "a word": ("well,mM\n1,0\n2,none given\n", 3, '"none given" in the column "mM" is not a number'),
    "a unit in the cell": ("well,mM\n1,0.5 mM\n", 2, "is not a number"),
    "more than pure": ("well,mM\n1,1e6\n", 2, "no concentration that a well can have"),
    "too large": ("well,mM\n1,1e999\n", 2, "is not a number"),
    "a plate row": ("row,column,mM\nA,1,0\n", 2, "is not a number"),
    "comma and point": ("well;mM\n1;0\n2;1.234,5\n", 3, '"1.234,5" has a comma and a point'),
    "mixed marks": ("well;mM;se_conc_mM\n1;0,5;0.1\n", 2, '"0,5" has a comma where "0.1" in line 2 has a point'),
    "thousands": ('well,mM\n1,0\n2,"1,234"\n', 3, "a decimal comma or one of thousands"),
    "decimal commas in commas": ("well,concentration_mM\n1,0,25\n2,0,5\n", 2, "the row has more cells"),
    "the same, hidden by an agent": ("well,concentration_mM,agent\n1,0,25\n2,0,5\n", 2, "holds numbers only"),
    "the same, hidden by a reason": ("well,concentration_mM,exclude\n1,0,25\n2,0,5\n", 2, "holds numbers only"),
    "a cell beyond": ("well;mM\n1;0;oops\n", 2, "more cells than the header has columns"),
    "a nameless column": ("well,,mM\n1,x,0.5\n", 2, "column 2 has cells but no name"),
    "no concentration": ("well,agent\n1,Gd6\n", 1, "the table has no concentrations"),
    "no wells": ("sample,concentration_mM\n1,0.1\n", 1, 'no column "well"'),
    "no unit": ("\nwell,concentration\n1,0.1\n", 2, 'column "concentration" has a unit that Relaxo cannot know'),
    "misspelt": ("well,concentration_mM,exlude\n1,0.1,\n", 1, 'column "exlude" is not one'),
    "spaces": ("well concentration_mM\n1 0.1\n", 1, "has a single column"),
    "for one quantity": ("well,mM,exclude\n1,0,T2: too long\n", 2, "counts for T2 only"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_understood_is_refused_with_its_line(case: str, tmp_path: Path) -> None:
    text, line, message = REFUSED[case]
    path = _csv(tmp_path, text)
    with pytest.raises(InputError) as caught:
        read_contents(path)
    assert message in str(caught.value)
    assert caught.value.where == f"{path}, line {line}"
    assert caught.value.hint


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table"
    for data, message in [
        (b"", "is empty"),
        (b"\n,,\n", "is empty"),
        (b"well,mM\n", "no line below it"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "not a table"),
        (b"\x00\x01\x00", "not a table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Excel's old format"),
        (b"PK\x03\x04 broken", "cannot be read as an Excel workbook"),
    ]:
        path.write_bytes(data)
        with pytest.raises(InputError, match=message) as caught:
            read_contents(path)
        assert str(path) in str(caught.value)
    for missing in (tmp_path / "missing.csv", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            read_contents(missing)


def test_an_ambiguous_comma_is_decimal_where_the_table_shows_it(tmp_path: Path) -> None:
    contents = read_contents(_csv(tmp_path, "well\tmM\n1\t1,234\n2\t0,5\n"))
    assert [part.concentration_mM for part in contents] == [1.234, 0.5]


def test_numbered_compounds_are_agents_where_decimals_have_points(tmp_path: Path) -> None:
    contents = read_contents(_csv(tmp_path, "well,mM,agent\n1,0.5,2\n2,0.25,3\n"))
    assert [part.agent for part in contents] == ["2", "3"]


def test_control_codes_do_not_come_through(tmp_path: Path) -> None:
    (part,) = read_contents(_csv(tmp_path, "well,mM,agent\n1,0.5,Gd\x1b6\n"))
    assert part.agent.isprintable()


# Relaxation times


def test_times_become_rates(tmp_path: Path) -> None:
    text = (
        "concentration_mM,agent,T1_ms,T1_se_ms,T1_sd_ms,T2_ms\n"
        "0,water,2500,25,50,\n"
        "0.1,Gd6,650,6.5,13,350\n"
        "0.2,Gd6,365,,,-\n"
    )
    rates = read_rates(_csv(tmp_path, text))
    assert list(rates) == ["R1", "R2"]
    r1, r2 = rates["R1"].wells, rates["R2"].wells
    assert [well.well for well in r1] == ["1", "2", "3"]
    assert [well.agent for well in r2] == ["water", "Gd6", "Gd6"]
    assert r1[1].rate == 1 / 0.65
    assert r1[1].standard_error == pytest.approx(0.01 / 0.65)
    assert r1[1].spread == pytest.approx(0.02 / 0.65)
    assert math.isnan(r1[2].standard_error)
    assert math.isnan(r1[2].spread)
    assert [well.excluded for well in r1] == [None, None, None]
    assert [well.excluded for well in r2] == ["not measured", None, "not measured"]
    assert math.isnan(r2[0].rate)
    assert [well.concentration for well in r2] == [0.0, 0.1, 0.2]


def test_only_what_was_measured_is_there(tmp_path: Path) -> None:
    assert list(read_rates(_csv(tmp_path, "mM,T2_ms\n0,80\n"))) == ["R2"]
    assert list(read_rates(_csv(tmp_path, "mM,T1_ms,T2_ms\n0,,80\n"))) == ["R2"]
    assert list(read_rates(_csv(tmp_path, "mM,T1_ms,T2_ms\n0,,\n"))) == ["R1", "R2"]


def test_rates_and_seconds_are_taken_as_they_are(tmp_path: Path) -> None:
    text = (
        "vial;c / \N{MICRO SIGN}M;1/T1 (s-1);R1_se_per_s;T2 (s);T2_se (s)\nblank;0;0,4;0,01;2;0,02\nx;500;6,4;;0,08;\n"
    )
    rates = read_rates(_csv(tmp_path, text))
    assert [(well.well, well.concentration, well.rate) for well in rates["R1"].wells] == [
        ("blank", 0.0, 0.4),
        ("x", 0.5, 6.4),
    ]
    assert rates["R1"].wells[0].standard_error == 0.01
    assert rates["R2"].wells[1].rate == 12.5
    assert rates["R2"].wells[0].standard_error == pytest.approx(0.005)


def test_the_table_that_relaxo_writes_is_read_back(tmp_path: Path) -> None:
    t1, t2 = 1 / 1.7320508075688772, 1 / 22.360679774997898
    text = (
        "well,agent,concentration_mM,row,column,slice,radius_mm,voxels,T1_ms,T1_sd_ms,T1_se_ms,"
        "T2_ms,T2_sd_ms,T2_se_ms,excluded,warnings\n"
        f"A1,Gd6,0.1,63.5,40.25,0,4.1,96,{t1 * 1e3!r},4,0.5,{t2 * 1e3!r},3,0.4,,\n"
        "A2,Gd6,0,63.5,80,0,4.1,96,2900,4,0.5,,,,T2: longer than the echo train can see,the blank; is long\n"
        "A3,Gd6,0.3,63.5,80,0,4.1,90,250,4,0.5,99,2,1,leaked,\n"
        'A4,,,63.5,80,0,4.1,0,,,,,,,"T1: no voxel; T2: too few, one",\n'
    )
    rates = read_rates(_csv(tmp_path, text))
    r1, r2 = rates["R1"].wells, rates["R2"].wells
    assert r1[0].rate == pytest.approx(1 / t1, rel=1e-15)
    assert r2[0].rate == pytest.approx(1 / t2, rel=1e-15)
    assert r1[0].voxels == 96
    assert [well.excluded for well in r1] == [None, None, "leaked", "no voxel"]
    assert [well.excluded for well in r2] == [None, "longer than the echo train can see", "leaked", "too few, one"]
    assert r1[3].concentration is None
    assert r1[2].rate == 4.0


RATES_REFUSED = {
    "zero": ("mM,T1_ms\n0,0\n", 2, "is not above zero"),
    "negative": ("mM,T1_ms\n0,100\n1,-5\n", 3, "is not above zero"),
    "too short": ("mM,T1_ms\n0,1e-320\n", 2, "no relaxation of a sample"),
    "too fast": ("mM,R1_per_s\n0,1e300\n", 2, "no relaxation of a sample"),
    "a negative error": ("mM,T1_ms,T1_se_ms\n0,100,-1\n", 2, "is negative"),
    "a word": ("mM,T1_ms\n0,long\n", 2, "is not a number"),
    "both": ("mM,T1_ms,R1_per_s\n0,100,10\n", 1, "say the same twice"),
    "neither": ("mM,T1_se_ms\n0,100\n", 1, "neither relaxation times nor rates"),
    "no unit": ("mM,T1\n0,100\n", 1, "unit that Relaxo cannot know"),
    "twice": ("well,mM,T1_ms\nx,0,100\nX,1,50\n", 3, "well X is named twice, in lines 2 and 3"),
    "German thousands": ("mM;T1_ms\n0,5;1.234\n", 2, "can be read in two ways"),
    "English thousands": ('mM,T1_ms\n0.5,"1,234"\n', 2, "can be read in two ways"),
}


@pytest.mark.parametrize("case", RATES_REFUSED)
def test_times_that_cannot_be_understood_are_refused_with_their_line(case: str, tmp_path: Path) -> None:
    text, line, message = RATES_REFUSED[case]
    path = _csv(tmp_path, text)
    with pytest.raises(InputError) as caught:
        read_rates(path)
    assert message in str(caught.value)
    assert caught.value.where == f"{path}, line {line}"


def test_an_excluded_well_need_not_have_a_time(tmp_path: Path) -> None:
    (well,) = read_rates(_csv(tmp_path, "mM,T1_ms,exclude\n0,0,spilt\n"))["R1"].wells
    assert math.isnan(well.rate)
    assert well.excluded == "spilt"


def test_errors_of_stock_pipetting_and_assay_are_read_in_percent(tmp_path):
    path = tmp_path / "errors.csv"
    path.write_text(
        "well,concentration_mM,T1_ms,stock_error_percent,Pipetting error (%),u_assay_percent\n"
        "1,0.1,600,5,3,\n2,0.2,300,5,,1.5\n"
    )
    first, second = read_rates(path)["R1"].wells
    assert (first.stock_error, first.pipetting_error, first.assay_error) == (0.05, 0.03, None)
    assert (second.stock_error, second.pipetting_error, second.assay_error) == (0.05, None, 0.015)
    contents = read_contents(path)
    assert (contents[0].stock_error_percent, contents[0].pipetting_error_percent) == (5, 3)
    assert contents[1].assay_error_percent == 1.5


@pytest.mark.parametrize(
    ("cell", "words"), [("-1", "negative"), ("500", "no error that tells"), ("five", "not a number")]
)
def test_a_relative_error_that_cannot_be_names_its_line(cell, words, tmp_path):
    path = tmp_path / "errors.csv"
    path.write_text(f"well,concentration_mM,T1_ms,stock_error_percent\n1,0.1,600,{cell}\n")
    with pytest.raises(InputError, match=words) as caught:
        read_rates(path)
    assert "line 2" in caught.value.where


def test_a_relative_error_without_its_unit_is_asked_for(tmp_path):
    path = tmp_path / "errors.csv"
    path.write_text("well,concentration_mM,T1_ms,stock_error_mM\n1,0.1,600,5\n")
    with pytest.raises(InputError, match="unit") as caught:
        read_rates(path)
    assert "stock_error_percent" in caught.value.hint


@pytest.mark.parametrize("header", ["T1_reference_ms", "T1 reference (ms)", "T1 ref [ms]"])
def test_times_of_a_reference_method_come_along(header: str, tmp_path: Path) -> None:
    first, second = read_contents(_csv(tmp_path, f"well,mM,{header},T2_reference_s\n1,0,2800,\n2,1,,0.25\n"))
    assert (first.T1_reference_ms, first.T2_reference_ms) == (2800, None)
    assert (second.T1_reference_ms, second.T2_reference_ms) == (None, 250)


def test_a_reference_time_that_no_sample_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no relaxation of a sample"):
        read_contents(_csv(tmp_path, "well,mM,T1_reference_ms\n1,0,0\n"))
