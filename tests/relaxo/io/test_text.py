from __future__ import annotations

import os
from pathlib import Path

from relaxo.io.text import printable


def test_control_codes_become_blanks() -> None:
    assert printable("T1\x1b[31m map\r\n\x00end\x9b2J") == "T1 [31m map end 2J"


def test_names_in_any_script_stay() -> None:
    for name in ("Probenröhrchen", "造影剤", "دوتارم", "👩‍🔬 plate", "Gd\u2083⁺"):
        assert printable(name) == name


def test_text_runs_in_the_order_it_has() -> None:
    assert printable("plate\u202egnp.\u2066exe\u2028x") == "plategnp.exe x"


def test_a_file_name_that_is_no_text_can_be_printed() -> None:
    path = Path(os.fsdecode(b"scan\xff"))
    assert printable(path).encode("utf-8") == "scan\N{REPLACEMENT CHARACTER}".encode()


def test_long_text_is_cut() -> None:
    assert printable("x" * 300, 10) == "x" * 9 + "…"
    assert printable("x" * 10, 10) == "x" * 10
