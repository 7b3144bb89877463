"""Whole series as vendors write them, and real folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from relaxo.errors import InputError
from relaxo.io import load, scan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pydicom.dataset import FileDataset

    from relaxo.data import Inventory


def reasons(inventory: Inventory) -> dict[str, str]:
    return {item.path.name: item.reason for item in inventory.left_out}


def siemens_signed(dataset: FileDataset, _n: int) -> None:
    dataset.Manufacturer = "SIEMENS"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "R", "ND"]
    dataset.RescaleSlope, dataset.RescaleIntercept = "2", "-4096"


def test_a_signed_siemens_image_is_real(
    write_series: Callable[..., None], tmp_path: Path, truth: np.ndarray[Any, Any]
) -> None:
    signed = 2 * truth - 2000
    write_series(tmp_path, signed, siemens_signed, lambda signal, _: ((signal + 4096) // 2).astype(np.uint16))
    (source,) = scan([tmp_path]).stacks
    assert source.protocol.component == "real"
    np.testing.assert_array_equal(load(source).signal, signed)


def test_ge_images_are_sorted_by_their_flag(
    write_series: Callable[..., None],
    tmp_path: Path,
    truth: np.ndarray[Any, Any],
    mr_image: Callable[..., FileDataset],
    gem: Callable[[FileDataset, int], None],
) -> None:
    write_series(tmp_path, truth, lambda dataset, _: gem(dataset, 0), lambda signal, _: signal.astype(np.int16))
    phase = mr_image(SeriesNumber=99)
    gem(phase, 1)
    phase.save_as(tmp_path / "phase")
    inventory = scan([tmp_path])
    (source,) = inventory.stacks
    assert source.protocol.component == "magnitude"
    np.testing.assert_array_equal(load(source).signal, truth)
    assert "a phase image" in reasons(inventory)["phase"]


def test_philips_images_are_scaled_to_one_another(
    write_series: Callable[..., None],
    tmp_path: Path,
    truth: np.ndarray[Any, Any],
    philips: Callable[..., None],
) -> None:
    # SV = FP SS; the rescale slope cancels. Without the scale slope every volume would be off by its own factor.
    write_series(
        tmp_path,
        truth,
        lambda dataset, n: philips(dataset, scale_slope=2.0 ** -(n % 3), rescale_slope=1.75),
        lambda signal, n: (signal * 4 * 2.0 ** -(n % 3)).astype(np.uint16),
    )
    (source,) = scan([tmp_path]).stacks
    np.testing.assert_allclose(load(source).signal, 4 * truth, rtol=1e-6)
    assert "scale_varies" in [notice.code for notice in source.notices]


def test_a_philips_image_without_its_scale_is_left_out(write: Callable[..., Path], tmp_path: Path) -> None:
    for time in (50, 100, 200):
        write(f"{time}", InversionTime=str(time), Manufacturer="Philips", RescaleSlope="2", RescaleIntercept="0")
    with pytest.raises(InputError, match=r"3 files: a Philips image without its private scale slope \(2005,100E\)"):
        scan([tmp_path])


def test_real_siemens_folder(real_data: Path) -> None:
    inventory = scan([real_data / "nist_phantom" / "siemens_aera_1p5T"])
    assert inventory.left_out == ()
    t1, t2 = inventory.stacks
    assert (t1.name, t2.name) == ("IRT1-1", "MESE-1")
    np.testing.assert_array_equal(t1.protocol.values, [0.05, 0.1, 0.2, 0.4, 0.6, 0.8])
    np.testing.assert_array_equal(t1.protocol.companions["RepetitionTime"], [1.0, 1.0, 1.0, 1.26, 1.86, 2.46])
    np.testing.assert_allclose(t2.protocol.values, 0.0127 * np.arange(1, 33), rtol=1e-9)
    np.testing.assert_array_equal(t2.protocol.companions["FlipAngle"], [180.0] * 32)
    np.testing.assert_array_equal(t2.protocol.companions["RepetitionTime"], [2.0] * 32)
    assert {notice.code for notice in t1.notices} == {"tr_short", "tr_varies"}
    assert t2.notices == ()
    for stack in (t1, t2):
        assert stack.protocol.field_T == pytest.approx(63.64649 / 42.577478461)
        assert stack.protocol.component == "magnitude"
        assert stack.geometry.shape == (1, 192, 192)
        assert stack.geometry.spacing == pytest.approx((5, 250 / 192, 250 / 192), rel=1e-6)
    # A coronal slice: the first pixel lies right, above; T2 was measured 40 mm before T1.
    np.testing.assert_allclose(t1.geometry.to_mm([0, 0, 0]), [121.867, 53.8, 124.38], atol=0.01)
    np.testing.assert_allclose(t2.geometry.to_mm([0, 0, 0]), [121.867, 13.8, 124.38], atol=0.01)
    assert load(t2).signal[0].max() > 100


def test_real_ge_folder(real_data: Path) -> None:
    inventory = scan([real_data / "nist_phantom" / "ge_450w_1p5T"])
    assert inventory.left_out == ()
    t1, t2 = inventory.stacks
    assert (t1.name, t2.name) == ("IRT1-1", "MESE-1")
    np.testing.assert_array_equal(t1.protocol.values, [0.05, 0.1, 0.2, 0.4, 0.6, 0.8])
    np.testing.assert_array_equal(t1.protocol.companions["RepetitionTime"], [1.0] * 6)
    np.testing.assert_allclose(t2.protocol.values, 0.00964 * np.arange(1, 9), rtol=1e-9)
    assert [notice.code for notice in t1.notices] == ["tr_short"]
    assert t2.notices == ()
    assert t1.geometry.shape == t2.geometry.shape == (1, 256, 256)
    np.testing.assert_allclose(t1.geometry.to_mm([0, 0, 0]), [119.821, 39.1017, 125.094], atol=1e-3)
    np.testing.assert_allclose(t2.geometry.to_mm([0, 0, 0]), [124.508, 38.326, 126.852], atol=1e-3)
    signal = load(t1).signal
    assert signal.shape == (6, 1, 256, 256)
    assert (signal >= 0).all()
