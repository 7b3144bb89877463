import numpy as np
import pytest

from relaxo.data import Protocol, Rates, WellRate
from relaxo.wells import exclude_outside, outside_window

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


def test_such_wells_leave_the_line_with_the_reason_and_keep_their_time():
    judged = exclude_outside(rates("R2", 0.05, 2.27), ECHOES)
    assert judged.wells[0].excluded is None
    assert judged.wells[1].excluded == "T2 of 2270 ms is too long for a longest echo time of 100 ms"
    assert judged.wells[1].time == pytest.approx(2.27)


def test_a_blank_of_water_is_too_long_for_an_echo_train_of_320_ms():
    train = Protocol("MESE", "EchoTime", np.arange(1, 33) * 0.01)
    assert exclude_outside(rates("R2", 2.222, 0.604), train).wells[0].excluded is not None


def test_little_magnetisation_is_left_where_inversions_follow_too_soon():
    quick = Protocol("IRT1", "InversionTime", np.array([0.05, 0.9]), {"RepetitionTime": np.array([0.7, 0.8])})
    assert [notice.code for notice in outside_window(rates("R1", 1.5, 1.7), quick)] == ["tr_short"]
    assert exclude_outside(rates("R1", 1.5, 1.7), quick).wells[1].excluded.endswith("a repetition time of 800 ms")


def test_what_a_person_left_out_already_keeps_that_reason():
    spilt = Rates("R2", (WellRate("1", 0.4, 0.0, 0.0, 9, excluded="spilt"),))
    assert exclude_outside(spilt, ECHOES).wells[0].excluded == "spilt"
    assert outside_window(spilt, ECHOES) == ()


def test_flip_angles_set_no_window():
    assert outside_window(rates("R1", 99.0), Protocol("VFA", "FlipAngle", np.array([2.0, 15.0]))) == ()
