"""Words of the screens: protocols in ms, numbers no finer than their errors."""

from __future__ import annotations

import numpy as np

from relaxo.data import Geometry, ImageHeader, Protocol, StackSource
from relaxo_gui.session_model.words import axis_values, protocol_words


def stack(protocol: Protocol, shape: tuple[int, int, int] = (1, 64, 96)) -> StackSource:
    return StackSource("IRT1-1", protocol, Geometry(shape, np.eye(4)), headers=((ImageHeader,),))  # type: ignore[arg-type] # not looked at


def test_a_protocol_is_said_in_the_fields_words() -> None:
    protocol = Protocol(
        "IRT1",
        "InversionTime",
        [0.025, 0.0505, 4.0],
        {"RepetitionTime": 5.0, "EchoTime": 0.008},
        field_T=1.4941,
        description="ir_se",
    )
    words = protocol_words(stack(protocol))
    assert words.kind == "Inversion recovery"
    assert words.lines == ("ir_se", "3 TI: 25 … 4000 ms", "TR 5000 ms, TE 8 ms", "96 x 64, 1.49 T")
    assert axis_values(protocol) == ["25", "50.5", "4000"]


def test_companions_that_vary_are_said_as_a_span_and_unknown_ones_as_such() -> None:
    protocol = Protocol("IRT1", "InversionTime", [0.1, 0.2], {"RepetitionTime": [1.5, 3.0], "EchoTime": np.nan})
    assert protocol_words(stack(protocol, (3, 8, 8))).lines == (
        "IRT1-1",
        "2 TI: 100 … 200 ms",
        "TR 1500 to 3000 ms, TE not known",
        "8 x 8, 3 slices",
    )


def test_angles_stay_in_degrees() -> None:
    protocol = Protocol("VFA", "FlipAngle", [2.0, 15.0])
    assert protocol_words(stack(protocol)).lines[1] == "2 FA: 2 … 15 °"
