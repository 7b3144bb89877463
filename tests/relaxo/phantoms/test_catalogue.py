from __future__ import annotations

import numpy as np
import pytest

from relaxo.errors import UsageError
from relaxo.phantoms import CATALOGUE, LARGEST, SEED, Phantom, make


@pytest.fixture(scope="module", params=list(CATALOGUE))
def phantom(request: pytest.FixtureRequest) -> Phantom:
    return make(request.param)


def test_every_phantom_holds_what_its_agents_say(phantom: Phantom) -> None:
    agents = {agent.name: agent for agent in phantom.truth.agents}
    for well in phantom.truth.wells:
        assert (well.T1_s, well.T2_s) == agents[well.agent].times(well.concentration_mM)


def test_every_phantom_has_wells_that_can_be_measured(phantom: Phantom) -> None:
    assert [well.name for well in phantom.wells.wells] == [well.name for well in phantom.truth.wells]
    assert phantom.wells.voxel_counts().min() >= 100
    for well in phantom.truth.wells:
        of_agent = [other for other in phantom.truth.wells if other.agent == well.agent]
        assert len(of_agent) >= 8


def test_no_phantom_is_clipped_nor_wastes_its_bits(phantom: Phantom) -> None:
    brightest = max(stack.signal.max() for stack in phantom.stacks.values())
    assert LARGEST / 2 < brightest < LARGEST


def test_the_times_suit_the_fluids(phantom: Phantom) -> None:
    shortest = min(well.T1_s for well in phantom.truth.wells)
    TI = phantom.stacks["T1"].protocol.values
    assert len(TI) == 10
    assert TI[0] < shortest
    assert len(phantom.stacks["T2"].protocol) == 32


def test_wells_lie_in_the_image_and_apart(phantom: Phantom) -> None:
    step = phantom.wells.geometry.spacing[1]
    centres = np.array([[well.row, well.column] for well in phantom.truth.wells]) * step
    radii = np.array([well.radius_mm for well in phantom.truth.wells])
    distance = np.linalg.norm(centres[:, None] - centres[None], axis=-1) + np.diag(np.full(len(centres), np.inf))
    assert (distance > radii[:, None] + radii[None] + step).all()
    assert (centres - radii[:, None] > 0).all()
    assert (centres + radii[:, None] < np.array(phantom.wells.geometry.shape[1:]) * step).all()


def test_gd6_plate_is_the_founding_case() -> None:
    design = CATALOGUE["gd6_plate"]
    agents = {agent.name: (agent.r1, agent.r2) for agent in design.truth.agents}
    assert agents == {"Gd6": (12.06, 24.10), "Gd-DTPA": (4.55, 5.77)}
    assert design.field_T == 1.0
    assert design.control == "Gd-DTPA"
    assert [well.name for well in design.truth.wells] == [str(number) for number in range(1, 19)]
    # Down a row, or along it: as a person reads, in spite of the plate lying askew.
    rows = np.array([well.row for well in design.truth.wells])
    columns = np.array([well.column for well in design.truth.wells])
    new_line = np.diff(rows) > 10
    np.testing.assert_array_equal(np.flatnonzero(new_line), [4, 8, 13])
    assert (np.diff(columns)[~new_line] > 10).all()


def test_tube_rack_is_oblique_and_has_a_repetition_time_for_each_inversion_time() -> None:
    design = CATALOGUE["tube_rack"]
    assert len(set(design.inversion.repetition_times)) == 10
    assert design.geometry.shape[0] == 3
    assert np.count_nonzero(np.abs(design.geometry.affine[:3, :3]) > 1e-9) == 5


def test_a_name_that_nobody_knows() -> None:
    with pytest.raises(UsageError, match="no phantom named 'gd6_plat'") as caught:
        make("gd6_plat")
    assert caught.value.hint == "Did you mean gd6_plate?"
    with pytest.raises(UsageError) as caught:
        make("zzz")
    assert "nicl2_bath" in str(caught.value)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(UsageError, match="-1"):
        make("gd6_plate", seed=-1)


def test_the_seed_is_the_shipped_one_where_nobody_asks() -> None:
    assert make("gd6_plate").seed == SEED
