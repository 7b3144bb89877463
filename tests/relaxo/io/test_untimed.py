from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaxo.io import scan, untimed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def place(height: float) -> dict[str, Any]:
    return {"ImagePositionPatient": ["-10", "-20", str(height)]}


def numbers(group: Any) -> list[list[tuple[int | None, int | None]]]:
    return [[(header.series_number, header.instance_number) for header in images] for images in group.volumes]


def series(number: int) -> dict[str, Any]:
    return {"SeriesNumber": number, "SeriesInstanceUID": f"1.2.{number}"}


def test_inversion_recovery_without_its_times_is_one_measurement(write: Callable[..., Path], tmp_path: Path) -> None:
    for number in (10, 2, 3):
        for level in (1, 2):
            write(f"{number}-{level}", InversionTime=None, InstanceNumber=level, **series(number), **place(5 * level))
    inventory = scan([tmp_path])
    (group,) = untimed(inventory)
    assert group.description == "T1 map"
    assert numbers(group) == [[(2, 1), (2, 2)], [(3, 1), (3, 2)], [(10, 1), (10, 2)]]
    assert len(inventory.loose) == 6


def test_an_echo_train_without_its_times_is_another(write: Callable[..., Path], tmp_path: Path) -> None:
    lost: dict[str, Any] = {"InversionTime": None, "ScanningSequence": ["SE"]}
    for number in (1, 2, 3):
        write(f"T1-{number}", **series(number), **lost)
    for image in range(6):  # three echoes of two slices, slice by slice
        write(f"T2-{image}", EchoTime=None, InstanceNumber=image + 1, **series(8), **place(5 * (image // 3)), **lost)
    first, second = untimed(scan([tmp_path]))
    assert sorted(map(len, (first.volumes, second.volumes))) == [3, 3]
    train = first if len(first.volumes[0]) == 2 else second
    assert numbers(train) == [[(8, 1), (8, 4)], [(8, 2), (8, 5)], [(8, 3), (8, 6)]]


def test_what_has_times_or_no_partner_is_none(write: Callable[..., Path], tmp_path: Path) -> None:
    for number, time in enumerate(("50", "100", "200"), 1):
        write(f"good {number}", InversionTime=time, **series(number))
    write("repeat", InversionTime="50", **series(4))
    write("alone", InversionTime=None, PixelSpacing=["3", "3"], **series(5))
    lost: dict[str, Any] = {"InversionTime": None, "ScanningSequence": ["SE"]}
    for number, time in ((6, "500"), (7, "3000")):  # anatomy, weighted in two ways
        write(f"scout {number}", RepetitionTime=time, **series(number), **lost, **place(99))
    inventory = scan([tmp_path])
    assert len(inventory.stacks) == 1
    assert len(inventory.loose) == 4
    assert untimed(inventory) == ()
