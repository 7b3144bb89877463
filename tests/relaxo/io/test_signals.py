from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest

from relaxo.errors import InputError
from relaxo.io import holds_signals, read_signals
from relaxo.models import CATALOGUE
from relaxo.pipeline import rates_of_table

if TYPE_CHECKING:
    from pathlib import Path

TIMES_MS = (50, 150, 450, 1200, 3000)
T1 = {"A1": 0.3, "A2": 0.6, "A3": 1.2}


def table(path: Path, lines: list[str], header: str = "well,TI_ms,TR_ms,signal,concentration_mM,agent") -> Path:
    path.write_text("\n".join([header, *lines]))
    return path


def lines(sign: int = 1) -> list[str]:
    found = []
    for n, (well, t1) in enumerate(T1.items()):
        for time in TIMES_MS:
            signal = 1000 * (1 - 2 * np.exp(-time / 1000 / t1) + np.exp(-9 / t1))
            signal = signal if sign < 0 else abs(signal)
            found.append(f"{well},{time},9000,{signal:.6f},{1 / t1 - 0.3:.6f},{'Gd6' if n else ''}")
    return found


def test_a_table_of_signals_becomes_rates(tmp_path: Path) -> None:
    path = table(tmp_path / "signals.csv", lines()[::-1])
    assert holds_signals(path)
    found = read_signals(path)
    assert (found.protocol.suffix, found.protocol.axis, found.protocol.component) == (
        "IRT1",
        "InversionTime",
        "magnitude",
    )
    np.testing.assert_allclose(found.protocol.values, np.array(TIMES_MS) / 1000)
    np.testing.assert_allclose(found.protocol.companions["RepetitionTime"], 9)
    assert sorted(found.wells) == list(T1)
    rates = rates_of_table(path)["R1"]
    assert {well.well: well.time for well in rates.wells} == {
        name: pytest.approx(t1, rel=1e-4) for name, t1 in T1.items()
    }
    assert {well.well: well.agent for well in rates.wells} == {"A1": "", "A2": "Gd6", "A3": "Gd6"}
    assert rates.wells[0].concentration == pytest.approx(1 / T1["A3"] - 0.3, abs=1e-6)


def test_signals_below_zero_are_signed(tmp_path: Path) -> None:
    path = table(tmp_path / "signals.csv", lines(-1))
    assert read_signals(path).protocol.component == "real"
    rates = rates_of_table(path)["R1"]
    assert [well.time for well in rates.wells] == pytest.approx(list(T1.values()), rel=1e-4)


def test_echoes_give_r2(tmp_path: Path) -> None:
    rows = [
        f"{well};{time};{800 * np.exp(-time / t2):.4f}".replace(".", ",")
        for well, t2 in (("1", 40), ("2", 90))
        for time in (10, 20, 40, 80, 160)
    ]
    path = table(tmp_path / "signals.csv", rows, "well;TE (ms);Signal (a.u.)")
    rates = rates_of_table(path)["R2"]
    assert [well.time for well in rates.wells] == pytest.approx([0.04, 0.09], rel=1e-3)


def test_a_table_of_times_stays_what_it_is(tmp_path: Path) -> None:
    path = table(tmp_path / "times.csv", ["1,500", "2,250"], "concentration_mM,T1_ms")
    assert not holds_signals(path)
    assert [well.time for well in rates_of_table(path)["R1"].wells] == [0.5, 0.25]


@pytest.mark.parametrize(
    ("header", "rows", "error"),
    [
        ("well,TI_ms,signal", ["1,50,3", "1,100,", "1,200,5"], "line 3: the line lacks a well or a signal"),
        ("well,TI_ms,signal", ["1,50,3", "1,100,4", "2,50,1", "2,90,1"], "well 2 was not measured at the times"),
        ("well,TI_ms,signal", ["1,50,3", "2,50,4"], "no time and no angle varies"),
        ("well,TI_ms,signal", ["1,-50,3", "1,5,4"], "line 2: .* not a number above 0"),
        ("well,TI_ms,signal,concentration_mM", ["1,50,3,1", "1,90,4,2"], "line 3: .* another concentration"),
        ("well,signal", ["1,50"], "lacks a column TI_ms"),
        ("TI_ms,signal", ["1,50"], "lacks a column well"),
        ("well,TI_ms,TI_s,signal", ["1,50,1,1"], "a second column"),
    ],
)
def test_a_table_that_makes_no_sense_is_an_error(tmp_path: Path, header: str, rows: list[str], error: str) -> None:
    with pytest.raises(InputError, match=error):
        read_signals(table(tmp_path / "signals.csv", rows, header))


def test_real_flip_angle_signals(real_data: Path, tmp_path: Path) -> None:
    """The tables of OSIPI, rearranged: T1 as their reference has it."""
    with (real_data / "vfa_osipi" / "t1_brain_data.csv").open() as file:
        voxels = list(csv.DictReader(file))[:20]
    rows = [
        f"{number},{angle},{float(tr) * 1000},{signal}"
        for number, voxel in enumerate(voxels)
        for angle, tr, signal in zip(voxel["FA"].split(), voxel["TR"].split(), voxel["s"].split(), strict=True)
    ]
    rates = rates_of_table(table(tmp_path / "signals.csv", rows, "well,FA_deg,TR_ms,signal"))["R1"]
    assert [well.rate for well in rates.wells] == pytest.approx([float(voxel["R1"]) for voxel in voxels], rel=1e-3)
    assert CATALOGUE["spoiled_gradient_echo"].suffix == "VFA"
