from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from relaxo.errors import InputError
from relaxo.io import load, scan
from relaxo.io.timing import complete, in_names
from relaxo.recipe import TimingPart

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relaxo.data import ImageHeader, Inventory, StackSource

LOST = {"InversionTime": None, "ScanningSequence": ["SE"]}


def notices(stack: StackSource) -> dict[str, str]:
    return {notice.code: notice.message for notice in stack.notices}


def reasons(inventory: Inventory) -> dict[str, str]:
    return {item.path.name: item.reason for item in inventory.left_out}


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("TI100", {"InversionTime": 0.1}),
        ("IR_TI_100ms", {"InversionTime": 0.1}),
        ("TE=20", {"EchoTime": 0.02}),
        ("t1 ti 0.5s", {"InversionTime": 0.5}),
        ("TI-1500 TR=5000 TE 8,5ms", {"InversionTime": 1.5, "RepetitionTime": 5.0, "EchoTime": 0.0085}),
        ("FLASH_FA15", {"FlipAngle": 15.0}),
        ("flip angle 12.5 deg", {"FlipAngle": 12.5}),
        ("FA=7°", {"FlipAngle": 7.0}),
        ("T1 map", {}),
        ("T2", {}),
        ("T1100", {}),
        ("MULTI100", {}),
        ("TI", {}),
        ("TE 8echoes", {}),
        ("TI0", {}),
        ("TI100.dcm", {"InversionTime": 0.1}),
        ("TI100.", {"InversionTime": 0.1}),
        ("FA15ms", {}),
        ("Test20 train12", {}),
    ],
)
def test_times_are_recognised_in_names(name: str, stated: dict[str, float]) -> None:
    assert in_names(name) == stated


@pytest.mark.parametrize(
    ("described", "path"),
    [
        ({"SeriesDescription": "IR TI{}"}, "{}"),
        ({"SeriesDescription": "T1", "ProtocolName": "IR_TI_{}ms"}, "{}"),
        ({}, "image_TI={}.dcm"),
        ({}, "TI{}/image"),
        ({"SeriesDescription": "TI{} of TI{}"}, "TI9/{}"),
    ],
)
def test_inversion_times_that_stand_only_in_names_are_found(
    write: Callable[..., Path], tmp_path: Path, described: dict[str, str], path: str
) -> None:
    for time in (100, 50, 400):
        write(
            path.format(time),
            np.full((2, 3), time, np.uint16),
            **{**LOST, **{keyword: text.format(time, time) for keyword, text in described.items()}},
        )
    inventory = scan([tmp_path])
    (source,) = inventory.stacks
    assert source.protocol.suffix == "IRT1"
    np.testing.assert_allclose(source.protocol.values, [0.05, 0.1, 0.4])
    assert source.protocol.entered == {"InversionTime": "the names of series, files or folders"}
    assert "entered, not read" in notices(source)["timing_entered"]
    np.testing.assert_array_equal(load(source).signal[:, 0, 0, 0], [50, 100, 400])


def test_a_header_is_believed_more_than_a_name(write: Callable[..., Path], tmp_path: Path) -> None:
    for time in ("50", "100"):
        write(f"TI{time}0", InversionTime=time, SeriesDescription=f"TI{time}00")
    (source,) = scan([tmp_path]).stacks
    np.testing.assert_allclose(source.protocol.values, [0.05, 0.1])
    assert source.protocol.entered == {}


@pytest.mark.parametrize(
    "table",
    [
        "file,TI_ms\na,50\nb,100\n",
        "file;TI\na.dcm;50,0\nsub/b.dcm;100\n",
        "series\tTI (s)\n1\t0.05\n2\t0.1\n",
        "# from the lab book\nSeries number,Inversion time (ms),TR_ms\n1,50,5000\n2,100,5000\n",
        "instance,file,ti_ms\n7,a,50\n8,sub,100\n",
    ],
)
def test_a_side_table_gives_the_times(write: Callable[..., Path], tmp_path: Path, table: str) -> None:
    write("a.dcm", np.full((2, 3), 1, np.uint16), SeriesNumber=1, InstanceNumber=7, **LOST)
    write("sub/b.dcm", np.full((2, 3), 2, np.uint16), SeriesNumber=2, InstanceNumber=8, **LOST)
    (tmp_path / "timing.csv").write_text(table)
    inventory = scan([tmp_path])
    (source,) = inventory.stacks
    assert inventory.left_out == ()
    np.testing.assert_allclose(source.protocol.values, [0.05, 0.1])
    np.testing.assert_array_equal(load(source).signal[:, 0, 0, 0], [1, 2])
    assert source.protocol.entered["InversionTime"] == "the table timing.csv"
    assert "the table timing.csv" in notices(source)["timing_entered"]


def test_a_table_replaces_the_header_and_says_so(write: Callable[..., Path], tmp_path: Path) -> None:
    for number, time in enumerate(("50", "100", "200"), 1):
        write(time, InversionTime="50", SeriesNumber=number)  # the header says the same of all
    table = tmp_path / "elsewhere" / "times.csv"
    table.parent.mkdir()
    table.write_text("series,TI_ms\n1,10\n2,20\n3,40\n")
    (source,) = scan([tmp_path, table]).stacks
    np.testing.assert_allclose(source.protocol.values, [0.01, 0.02, 0.04])
    assert source.protocol.entered == {"InversionTime": "the table times.csv"}


def test_the_recipe_gives_the_times(write: Callable[..., Path], tmp_path: Path) -> None:
    for number, name in enumerate("ab"):
        write(name, SeriesNumber=number, **LOST)
    timing = (TimingPart(file="a", TI_ms=50), TimingPart(file="b", TI_ms=100, TR_ms=9000))
    (source,) = scan([tmp_path], timing=timing).stacks
    np.testing.assert_allclose(source.protocol.values, [0.05, 0.1])
    np.testing.assert_allclose(source.protocol.companions["RepetitionTime"], [5, 9])
    assert source.protocol.entered == {"InversionTime": "the recipe", "RepetitionTime": "the recipe"}
    with pytest.raises(InputError, match="entry 1: no image is what this entry speaks of"):
        scan([tmp_path], timing=(TimingPart(series=77, TI_ms=50),))


def test_a_line_that_speaks_of_no_image_is_reported(write: Callable[..., Path], tmp_path: Path) -> None:
    write("a", SeriesNumber=1, **LOST)
    write("b", SeriesNumber=2, **LOST)
    (tmp_path / "timing.csv").write_text("file,TI_ms\na,50\nb,100\nc,200\n")
    inventory = scan([tmp_path])
    assert len(inventory.stacks) == 1
    assert reasons(inventory) == {"timing.csv": "line 4: no image is what it speaks of"}


@pytest.mark.parametrize(
    ("table", "error"),
    [
        ("file,TI_ms\na,50\na,60\n", "two lines say different things of a"),
        ("file,TI_ms\na,-50\n", 'line 2: "-50" .* is not a number above 0'),
        ("file,TI_ms\na,x\n", "is not a number"),
        ("file,TI_ms\n,50\n", "line 2: the line does not say of which images"),
        ("series,TI_ms\n1.5,50\n", "1.5 is not a whole number"),
        ("name,comment\na,50\n", "lacks TI_ms"),
        ("TI_ms,TE_ms\n1,50\n", "lacks file, series or instance"),
        ("file,TI_ms,TI\na,1,2\n", "a second column"),
        ("", "the table is empty"),
    ],
)
def test_a_table_that_makes_no_sense_is_an_error(
    write: Callable[..., Path], tmp_path: Path, table: str, error: str
) -> None:
    write("a", **LOST)
    (tmp_path / "timing.csv").write_text(table)
    with pytest.raises(InputError, match=error):
        scan([tmp_path])


def test_without_timing_the_reason_says_what_to_write(write: Callable[..., Path], tmp_path: Path) -> None:
    write("a", SeriesNumber=1, InversionTime=None)
    write("b", SeriesNumber=2, InversionTime=None)
    inventory = scan([tmp_path])
    assert inventory.stacks == ()
    assert all("timing.csv" in reason for reason in reasons(inventory).values())


def test_times_in_seconds_are_recognised_and_reported(write: Callable[..., Path], tmp_path: Path) -> None:
    for time in ("0.05", "0.5", "2.5"):
        write(time, InversionTime=time, EchoTime="0.012", RepetitionTime="10.0", Manufacturer="MR Solutions")
    (source,) = scan([tmp_path]).stacks
    np.testing.assert_allclose(source.protocol.values, [0.05, 0.5, 2.5])
    np.testing.assert_allclose(source.protocol.companions["RepetitionTime"], 10)
    np.testing.assert_allclose(source.protocol.companions["EchoTime"], 0.012)
    assert "read in seconds" in notices(source)["times_in_seconds"]


@pytest.mark.parametrize(
    "times",
    [
        [{"inversion_time": 0.005, "repetition_time": 0.02, "echo_time": 0.0012}],  # fast, and possible
        [{"inversion_time": None, "sequence": ("GR",), "repetition_time": 0.003, "echo_time": 0.00003}],  # UTE
        [{"inversion_time": 0.0004, "repetition_time": 5.0, "echo_time": 0.01}],  # a slip in one image
        [{"inversion_time": None, "repetition_time": None, "echo_time": 0.01}],
    ],
)
def test_times_that_may_be_ms_stay_ms(header: Callable[..., ImageHeader], times: Sequence[dict[str, Any]]) -> None:
    images = [replace(header(), **{"manufacturer": "MR Solutions", **one}) for one in times]
    assert complete(images, [])[0] == images


def test_a_table_in_a_folder_speaks_of_that_folder_only(write: Callable[..., Path], tmp_path: Path) -> None:
    for place in ("one", "two"):
        for number in (1, 2):
            study = "1.2.1" if place == "one" else "1.2.2"
            write(f"{place}/{number}", SeriesNumber=number, StudyInstanceUID=study, **LOST)
    (tmp_path / "one" / "timing.csv").write_text("series,TI_ms\n1,50\n2,100\n")
    (source,) = scan([tmp_path]).stacks
    assert {path.parent.name for path in source.paths} == {"one"}
    assert Path(tmp_path / "one" / "1") in source.paths
