import numpy as np

from relaxo.report.rate_maps import rate_map


def test_a_rate_is_one_over_the_time_and_its_error_that_of_a_thousand_draws(result):
    maps = result.maps["T1"]
    name, rates, errors = rate_map(maps, "T1")
    assert name == "R1map"
    known = np.isfinite(maps["T1map"])
    np.testing.assert_array_equal(np.isfinite(rates), known)
    np.testing.assert_array_equal(np.isfinite(errors), known)
    np.testing.assert_allclose(rates[known] * maps["T1map"][known], 1)
    voxel = tuple(np.argwhere(known)[0])
    drawn = np.random.default_rng(1).normal(maps["T1map"][voxel], maps.error["T1map"][voxel], 100_000)
    np.testing.assert_allclose(errors[voxel], (1 / drawn).std(), rtol=0.02)
