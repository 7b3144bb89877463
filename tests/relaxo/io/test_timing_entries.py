from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import numpy as np
import pytest

from relaxo.errors import InputError
from relaxo.io import scan, set_times, untimed
from relaxo.recipe import TimingPart

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from relaxo.data import ImageHeader, Inventory

LOST: dict[str, Any] = {"InversionTime": None, "ScanningSequence": ["SE"]}
NAMELESS: dict[str, Any] = {"SeriesNumber": None, "InstanceNumber": None, **LOST}
TIMES = (50.0, 100.0, 400.0)


def volumes(inventory: Inventory) -> Sequence[Sequence[ImageHeader]]:
    (group,) = untimed(inventory)
    return group.volumes


def entered(inventory: Inventory) -> tuple[TimingPart, ...]:
    """Return entries with one inversion time a volume."""
    rows = volumes(inventory)
    return set_times(inventory, (), [(row, {"TI_ms": time}) for row, time in zip(rows, TIMES, strict=True)])


def check(paths: Sequence[Path], timing: Sequence[TimingPart]) -> None:
    (source,) = scan(paths, timing=timing).stacks
    np.testing.assert_allclose(source.protocol.values, np.divide(TIMES, 1000))


def test_a_series_is_named_by_its_number(write: Callable[..., Path], tmp_path: Path) -> None:
    for number in (1, 2, 3):
        for level in (0, 6):
            write(
                f"{number}/{level}",
                SeriesNumber=number,
                SeriesInstanceUID=f"1.2.{number}",
                InstanceNumber=level + 1,
                ImagePositionPatient=["-10", "-20", str(level)],
                **LOST,
            )
    timing = entered(scan([tmp_path]))
    assert timing == tuple(TimingPart(series=k, TI_ms=time) for k, time in enumerate(TIMES, 1))
    check([tmp_path], timing)


def test_images_of_one_series_are_named_by_their_instance(write: Callable[..., Path], tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write(f"{number}", SeriesNumber=7, InstanceNumber=number, **LOST)
    timing = entered(scan([tmp_path]))
    assert timing == tuple(TimingPart(series=7, instance=k, TI_ms=time) for k, time in enumerate(TIMES, 1))
    check([tmp_path], timing)


def test_without_numbers_the_shortest_end_of_the_path_names_them(write: Callable[..., Path], tmp_path: Path) -> None:
    for number, place in enumerate(("a/x/image", "b/x/image", "b/y")):
        write(place, SOPInstanceUID=f"1.2.{number}", **NAMELESS)
    timing = entered(scan([tmp_path]))
    assert [part.file for part in timing] == ["a/x/image", "b/x/image", "y"]
    check([tmp_path], timing)


def test_a_name_that_another_file_answers_to_is_not_taken(write: Callable[..., Path], tmp_path: Path) -> None:
    """The folder ``one`` holds another image, and ``two.dcm`` answers to ``two``."""
    for number, place in enumerate(("one", "sub/one/three", "two.dcm")):
        write(place, SOPInstanceUID=f"1.2.{number}", **NAMELESS)
    timing = entered(scan([tmp_path]))
    assert [part.file for part in timing] == [f"{tmp_path.name}/one", "three", "two.dcm"]
    check([tmp_path], timing)


def test_images_in_an_archive_are_named_too(write: Callable[..., Path], tmp_path: Path) -> None:
    with ZipFile(tmp_path / "all.zip", "w") as archive:
        for number in (1, 2, 3):
            path = write(f"out/{number}", SOPInstanceUID=f"1.2.{number}", **NAMELESS)
            archive.write(path, f"in/{number}/image")
    timing = entered(scan([tmp_path / "all.zip"]))
    assert [part.file for part in timing] == ["1/image", "2/image", "3/image"]
    check([tmp_path / "all.zip"], timing)


def test_what_was_entered_is_changed_taken_back_and_otherwise_kept(write: Callable[..., Path], tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write(f"S/{number}", SeriesNumber=number, SeriesInstanceUID=f"1.2.{number}", **LOST)
    given = (TimingPart(file="S", TR_ms=4000.0), *entered(scan([tmp_path])))
    inventory = scan([tmp_path], timing=given)
    (source,) = inventory.stacks
    # One repetition time of three changes: the entry about the folder becomes one for each of the others.
    after = set_times(inventory, given, [(source.headers[1], {"TR_ms": 5000.0, "TI_ms": 200.0})])
    (changed,) = scan([tmp_path], timing=after).stacks
    np.testing.assert_allclose(changed.protocol.values, [0.05, 0.2, 0.4])
    np.testing.assert_allclose(changed.protocol.companions["RepetitionTime"], [4, 5, 4])
    # Taken back, the header speaks again.
    inventory = scan([tmp_path], timing=after)
    rows = inventory.stacks[0].headers
    back = set_times(inventory, after, [(row, {"TR_ms": None}) for row in rows])
    assert back == tuple(TimingPart(series=k, TI_ms=time) for k, time in enumerate((50.0, 200.0, 400.0), 1))
    assert set_times(inventory, after, [(row, {"TR_ms": None, "TI_ms": None}) for row in rows]) == ()


def test_images_that_nothing_tells_apart_are_refused(write: Callable[..., Path], tmp_path: Path) -> None:
    for number in (1, 2):
        write(f"{number}", SOPInstanceUID=f"1.2.{number}", **NAMELESS)
    inventory = scan([tmp_path])
    # Both answer to the same: their paths are made equal.
    (first, second) = inventory.loose
    object.__setattr__(second, "path", first.path)
    object.__setattr__(second, "frame", 1)
    with pytest.raises(InputError, match="cannot be told from others"):
        set_times(inventory, (), [([first], {"TI_ms": 50.0})])


def test_the_recipe_wins_over_a_table(write: Callable[..., Path], tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write(f"{number}", SeriesNumber=number, **LOST)
    (tmp_path / "timing.csv").write_text("series,TI_ms\n1,50\n2,100\n3,300\n")
    check([tmp_path], (TimingPart(series=3, TI_ms=400.0),))
