import numpy as np
import pytest

from relaxo.data import Protocol, Rates, WellRate
from relaxo.wells import outside_window

INVERSION = Protocol("IRT1", "InversionTime", np.array([0.05, 0.2, 0.8]))
ECHOES = Protocol("MESE", "EchoTime", np.array([0.01, 0.02, 0.1]))


def rates(quantity, *times):
    return Rates(quantity, tuple(WellRate(str(k), 1 / time, 0.0, 0.0, 9) for k, time in enumerate(times, 1)))


@pytest.mark.parametrize(
    ("quantity", "protocol", "time", "code"),
    [
        ("R1", INVERSION, 0.02, "t1_short"),
        ("R1", INVERSION, 0.5, None),
        ("R1", INVERSION, 1.8, "t1_long"),
        ("R2", ECHOES, 0.004, "t2_short"),
        ("R2", ECHOES, 0.05, None),
        ("R2", ECHOES, 2.2, "t2_long"),
    ],
)
def test_a_time_that_the_protocol_barely_reaches_is_told_with_its_well(quantity, protocol, time, code):
    notices = outside_window(rates(quantity, 0.05, time), protocol)
    assert [(notice.code, notice.well) for notice in notices] == ([] if code is None else [(code, "2")])


def test_the_notice_names_the_times_as_people_write_them():
    (notice,) = outside_window(rates("R2", 2.27), ECHOES)
    assert "2270 ms" in notice.message
    assert "100 ms" in notice.message


def test_a_well_without_a_value_is_not_judged():
    unknown = Rates("R1", (WellRate("1", float("nan"), 0.0, 0.0, 0, excluded="below the noise"),))
    assert outside_window(unknown, INVERSION) == ()
