from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import stats

from relaxo.errors import Cancelled
from relaxo.phantoms import (
    CATALOGUE,
    LARGEST,
    Design,
    Fluid,
    TrueAgent,
    TrueWell,
    Truth,
    coverage,
    grid,
    noise_free,
    scan,
    sensitivity,
)

WATER = TrueAgent("water", r1=1.0, r2=1.0, R10=0.4, R20=0.8)


def one_well(**changes: object) -> Design:
    """Return a design of one well of water, of 10 mm radius, in the middle of 64 x 64 pixels of 1 mm."""
    well = TrueWell("1", "water", 0.0, *WATER.times(0.0), row=31.5, column=31.5, radius_mm=10.0)
    return dataclasses.replace(
        CATALOGUE["gd6_plate"],
        **{"geometry": grid((1, 64, 64), (3.0, 1.0, 1.0)), "truth": Truth((well,), (WATER,)), **changes},  # type: ignore[arg-type]
    )


def test_without_noise_the_middle_of_a_well_is_the_equation() -> None:
    design = one_well(shading=0.0)
    fluid = Fluid(*WATER.times(0.0))
    for quantity, sequence in (("T1", design.inversion), ("T2", design.train)):
        images = noise_free(design, quantity)
        np.testing.assert_allclose(images[:, 0, 31, 31], design.gain * sequence.signal(fluid), rtol=1e-12)
        np.testing.assert_array_equal(images[:, 0, 2, 2], 0.0)


def test_noise_is_that_of_a_magnitude() -> None:
    phantom = scan(one_well(), seed=1)
    background = phantom.stacks["T2"].signal[:, 0, :15, :].astype(float).ravel()
    # A magnitude without signal follows the Rayleigh distribution.
    assert background.mean() == pytest.approx(phantom.noise * np.sqrt(np.pi / 2), rel=0.01)
    assert background.std() == pytest.approx(phantom.noise * np.sqrt(2 - np.pi / 2), rel=0.02)
    cumulative = np.searchsorted(np.sort(background), [20, 34, 50, 80], side="right") / background.size
    np.testing.assert_allclose(cumulative, stats.rayleigh.cdf([20.5, 34.5, 50.5, 80.5], scale=phantom.noise), atol=0.01)


def test_noise_about_a_strong_signal_has_the_width_of_one_channel() -> None:
    design = one_well(shading=0.0)
    phantom = scan(design, seed=2)
    inside = phantom.wells.labels == 1
    residual = phantom.stacks["T2"].signal[:5, inside] - noise_free(design, "T2")[:5, inside]
    assert residual.std() == pytest.approx(phantom.noise, rel=0.05)
    assert abs(residual.mean()) < 3 * phantom.noise / np.sqrt(residual.size) + phantom.noise**2 / 2000


def test_the_signal_to_noise_ratio_is_the_one_asked_for() -> None:
    assert scan(one_well(gain=2000.0, snr=50.0), seed=0).noise == 40.0


def test_a_disc_covers_its_area_and_is_blurred_only_at_its_rim() -> None:
    design = one_well()
    covered = coverage(design)["1"][0]
    assert covered.sum() == pytest.approx(np.pi * 10.0**2, rel=2e-3)
    rows, columns = np.indices(covered.shape)
    distance = np.hypot(rows - 31.5, columns - 31.5)
    assert (covered[distance < 9.2] == 1).all()
    assert (covered[distance > 10.8] == 0).all()
    assert ((covered > 0) & (covered < 1)).sum() > 40


def test_the_covered_part_follows_the_centre_by_less_than_a_pixel() -> None:
    moved = dataclasses.replace(one_well().truth.wells[0], row=30.25, column=33.4)
    covered = coverage(one_well(truth=Truth((moved,), (WATER,))))["1"][0]
    rows, columns = np.indices(covered.shape)
    centre = (rows * covered).sum() / covered.sum(), (columns * covered).sum() / covered.sum()
    assert centre == pytest.approx((30.25, 33.4), abs=0.01)


def test_a_well_at_the_edge_of_the_image_is_cut_off() -> None:
    cut = dataclasses.replace(one_well().truth.wells[0], row=-0.5)
    covered = coverage(one_well(truth=Truth((cut,), (WATER,))))["1"]
    assert covered.sum() == pytest.approx(np.pi * 10.0**2 / 2, rel=5e-3)


def test_a_sphere_shows_its_section() -> None:
    design = one_well(geometry=grid((3, 64, 64), (8.0, 1.0, 1.0)), shape="sphere")
    below, middle, above = coverage(design)["1"]
    np.testing.assert_allclose(below, above)
    # Part of the volume between the heights a and b: the mean of pi (r^2 - h^2).
    assert middle.sum() == pytest.approx(np.pi * (100 - 4.0**2 / 3), rel=0.01)
    assert below.sum() == pytest.approx(np.pi * ((100 * 10 - 10**3 / 3) - (100 * 4 - 4**3 / 3)) / 8, rel=0.05)


def test_a_bath_leaves_out_the_walls() -> None:
    design = CATALOGUE["nicl2_bath"]
    covered = coverage(design)
    assert design.bath is not None
    total = sum(covered.values())
    well = design.truth.wells[0]
    row, column = round(well.row), round(well.column)
    assert covered[well.name][0, row, column] == pytest.approx(1)
    wall = row + round((well.radius_mm + design.bath.wall_mm / 2) / 1.05)
    assert total[0, wall, column] < 0.2
    assert covered[""][0, 96, 96] == 1
    assert np.max(total) < 1 + 1e-9


def test_signals_add_with_their_signs_before_the_magnitude_is_taken() -> None:
    # A voxel half of wall is half as bright; one shared by inverted and recovered fluid is darker than either.
    design = dataclasses.replace(CATALOGUE["nicl2_bath"], shading=0.0)
    images = noise_free(design, "T1")
    covered = coverage(design)
    fluids = {well.name: Fluid(well.T1_s, well.T2_s) for well in design.truth.wells}
    assert design.bath is not None
    fluids[""] = design.bath.fluid
    row, column = np.argwhere((covered["1"][0] > 0.2) & (covered["1"][0] < 0.8))[0]
    expected = sum(
        design.gain * covered[name][0, row, column] * design.inversion.signal(fluid) for name, fluid in fluids.items()
    )
    np.testing.assert_allclose(images[:, 0, row, column], expected)
    assert images.min() < 0 < images.max()


def test_the_coil_is_smooth_and_never_above_one() -> None:
    coil = sensitivity(one_well(shading=0.3))
    assert coil.max() == pytest.approx(1.0, abs=0.01)
    assert coil.max() <= 1.0
    assert coil.min() == pytest.approx(0.7)
    assert np.abs(np.diff(coil, axis=0)).max() < 0.03
    assert (sensitivity(one_well(shading=0.0)) == 1).all()


def test_images_hold_what_twelve_bits_can() -> None:
    for stack in scan(one_well(), seed=0).stacks.values():
        assert stack.signal.dtype == np.float32
        assert (stack.signal == np.rint(stack.signal)).all()
        assert stack.signal.min() >= 0
        assert stack.signal.max() <= LARGEST


def test_a_gain_that_would_clip_is_refused() -> None:
    with pytest.raises(ValueError, match="lower its receive gain"):
        scan(one_well(gain=9000.0), seed=0)


def test_a_voxel_counts_when_it_lies_wholly_in_the_fluid() -> None:
    design = one_well()
    phantom = scan(design, seed=0)
    np.testing.assert_array_equal(phantom.wells.labels == 1, coverage(design)["1"] == 1)
    well = phantom.wells.wells[0]
    assert (well.name, well.row, well.column, well.slice, well.slices) == ("1", 31.5, 31.5, 0.0, (0, 0))


def test_the_seed_alone_decides_the_noise() -> None:
    first, again, other = (scan(one_well(), seed=seed).stacks["T1"].signal for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert (first != other).mean() > 0.9


def test_progress_is_told_and_can_stop() -> None:
    told: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> bool:
        told.append((done, total))
        return done < 12

    with pytest.raises(Cancelled):
        scan(one_well(), seed=0, progress=tell)
    assert told == [(done, 42) for done in range(1, 13)]
