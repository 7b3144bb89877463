"""Names of columns as chemists type them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relaxo.errors import InputError
from relaxo.io.columns import PLAIN_NAMES, columns_of, recognised, to_millimolar
from relaxo.io.sheets import Sheet

if TYPE_CHECKING:
    from pathlib import Path

ALL = frozenset(PLAIN_NAMES)


def _one(name: str, path: Path, fields: frozenset[str] = ALL) -> tuple[str, str] | None:
    columns = columns_of(Sheet(path, (name,), 1, ()), fields)
    return next(((column.field, column.unit) for column in columns.values()), None)


@pytest.mark.parametrize(
    ("name", "field", "unit"),
    [
        ("concentration_mM", "concentration", "mM"),
        ("Concentration (mM)", "concentration", "mM"),
        ("CONCENTRATION_MM", "concentration", "mM"),
        ("conc [mM]", "concentration", "mM"),
        ("Conc. mmol/L", "concentration", "mM"),
        ("c / mmol/L", "concentration", "mM"),
        ("c(Gd) / mmol L-1", "concentration", "mM"),
        ("[Gd] (mM)", "concentration", "mM"),
        ("[Gd3+] / mM", "concentration", "mM"),
        ("Gd_mM", "concentration", "mM"),
        ("Concentration (mM Gd(III))", "concentration", "mM"),
        ("final concentration (mM)", "concentration", "mM"),
        ("mM", "concentration", "mM"),
        ("Concentration_uM", "concentration", "uM"),
        ("concentration [\N{MICRO SIGN}M]", "concentration", "uM"),
        ("concentration [\N{GREEK SMALL LETTER MU}mol/L]", "concentration", "uM"),
        ("conc (nM)", "concentration", "nM"),
        ("concentration (M)", "concentration", "M"),
        ("concentration mol/L", "concentration", "M"),
        ("concentration_se_mM", "concentration_se", "mM"),
        ("T1_ms", "T1", "ms"),
        ("t1 (MS)", "T1", "ms"),
        ("T2 [s]", "T2", "s"),
        ("T2/ms", "T2", "ms"),
        ("R1_per_s", "R1", "1/s"),
        ("R2 (s-1)", "R2", "1/s"),
        ("R2 / s\N{SUPERSCRIPT MINUS}\N{SUPERSCRIPT ONE}", "R2", "1/s"),
        ("1/T1 (1/s)", "R1", "1/s"),
        ("1/T2 / s-1", "R2", "1/s"),
        ("T1_se_ms", "T1_se", "ms"),
        ("T2 standard error (ms)", "T2_se", "ms"),
        ("T1_u_ms", "T1_se", "ms"),
        ("T2_sd_ms", "T2_sd", "ms"),
        ("R1_se_per_s", "R1_se", "1/s"),
        ("Well", "well", ""),
        ("Well (reading order)", "well", ""),
        ("vial", "well", ""),
        ("#", "well", ""),
        ("Row (px)", "row", ""),
        ("Agent name", "agent", ""),
        ("Compound", "agent", ""),
        ("excluded", "exclude", ""),
        ("voxels", "voxels", ""),
    ],
)
def test_what_chemists_type_is_understood(name: str, field: str, unit: str, tmp_path: Path) -> None:
    assert _one(name, tmp_path) == (field, unit)


@pytest.mark.parametrize("plain", PLAIN_NAMES.values())
def test_every_plain_name_is_understood_as_itself(plain: str, tmp_path: Path) -> None:
    found = _one(plain, tmp_path)
    assert found is not None
    assert PLAIN_NAMES[found[0]] == plain


@pytest.mark.parametrize(
    "name",
    [
        *("notes", "Comment", "remarks (Anna)", "note: concentration of the stock", "date", "pH", "radius_mm", "slice"),
        *("mm", "warnings", "R\N{SUPERSCRIPT TWO}", "R^2", "TR_ms", "TE (ms)", "well notes", "temperature_C", "volume"),
    ],
)
def test_columns_for_people_are_left_alone(name: str, tmp_path: Path) -> None:
    assert _one(name, tmp_path) is None
    assert not recognised(name)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("concentration", "concentration_mM"),
        ("conc (mg/mL)", "concentration_mM"),
        ("concentration [ppm]", "concentration_mM"),
        ("concentration_m", "concentration_mM"),
        ("T1", "T1_ms"),
        ("T1 (min)", "T1_ms"),
        ("T2_se", "T2_se_ms"),
        ("R2", "R2_per_s"),
        ("R1 (mM-1 s-1)", "R1_per_s"),
    ],
)
def test_a_unit_that_cannot_be_known_is_an_error(name: str, plain: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unit that Relaxo cannot know") as caught:
        _one(name, tmp_path)
    assert f'"{name}"' in caught.value.what
    assert plain in (caught.value.hint or "")
    assert "line 1" in (caught.value.where or "")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("conentration_mM", "concentration_mM"),
        ("concentraton (mM)", "concentration_mM"),
        ("stock concentration (mM)", "concentration_mM"),
        ("wel", "well"),
        ("colum", "column"),
        ("agnet", "agent"),
        ("exlude", "exclude"),
        ("T1_sem_ms", "T1_se_ms"),
        ("concentration_sd_mM", "concentration_se_mM"),
    ],
)
def test_a_name_that_is_nearly_right_is_an_error_that_says_what_was_meant(
    name: str, meant: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        _one(name, tmp_path)
    assert f'Did you mean "{meant}"?' in str(caught.value)


def test_columns_of_another_table_are_neither_read_nor_refused(tmp_path: Path) -> None:
    assert _one("T1 (fortnights)", tmp_path, frozenset({"well", "concentration"})) is None


def test_two_columns_for_the_same_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='"conc_mM" and "Gd \\(mM\\)" both hold'):
        columns_of(Sheet(tmp_path, ("conc_mM", "Gd (mM)"), 3, ()), ALL)


def test_a_column_called_well_comes_before_other_names(tmp_path: Path) -> None:
    columns = columns_of(Sheet(tmp_path, ("name", "well"), 1, ()), ALL)
    assert columns["well"].name == "well"


@pytest.mark.parametrize(("unit", "value"), [("mM", 0.1), ("M", 0.0001), ("uM", 100.0), ("nM", 1e5)])
def test_stated_units_become_millimolar(unit: str, value: float) -> None:
    assert to_millimolar(value, unit) == pytest.approx(0.1, rel=1e-15)
