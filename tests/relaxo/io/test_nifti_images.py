from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import nibabel as nib
import numpy as np
import pytest

from relaxo.errors import InputError
from relaxo.io import choose, load, scan
from relaxo.recipe import StacksPart, TimingPart

if TYPE_CHECKING:
    from pathlib import Path

    from relaxo.data import Inventory

TIMES = (0.05, 0.15, 0.45, 1.2)
AFFINE = np.array([[-1.5, 0, 0, 10], [0, -2.0, 0, 20], [0, 0, 5, 30], [0, 0, 0, 1]])


@pytest.fixture
def truth() -> np.ndarray[Any, Any]:
    """Signal (n, z, y, x)."""
    return np.random.default_rng(1).integers(1, 2000, (4, 3, 5, 4))


def write(
    path: Path, volumes: np.ndarray[Any, Any], sidecar: object = None, dtype: str = "int16", **scale: float
) -> None:
    """Write volumes (n, z, y, x) or one (z, y, x)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = nib.Nifti1Image(volumes.T.astype(dtype), AFFINE)
    if scale:
        image.header.set_slope_inter(scale["slope"], scale["intercept"])
    nib.save(image, path)
    if sidecar is not None:
        name = path.name.removesuffix(".gz").removesuffix(".nii")
        path.with_name(name + ".json").write_text(json.dumps(sidecar))


def reasons(inventory: Inventory) -> dict[str, str]:
    return {item.path.name: item.reason for item in inventory.left_out}


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
@pytest.mark.parametrize("dtype", ["int16", "float32", "uint16", "float64"])
def test_a_bids_inversion_recovery(tmp_path: Path, truth: np.ndarray[Any, Any], ending: str, dtype: str) -> None:
    folder = tmp_path / "sub-phantom" / "anat"
    for n, time in enumerate(TIMES):
        name = f"sub-phantom_inv-{4 - n}_IRT1{ending}"
        write(folder / name, truth[n], {"InversionTime": time, "RepetitionTime": 5, "EchoTime": 0.01}, dtype)
    (tmp_path / "IRT1.json").write_text('{"MagneticFieldStrength": 3, "EchoTime": 9}')
    inventory = scan([tmp_path])
    (source,) = inventory.stacks
    assert inventory.left_out == ()
    assert (source.name, source.quantity) == ("IRT1-1", "T1")
    np.testing.assert_allclose(source.protocol.values, TIMES)
    np.testing.assert_allclose(source.protocol.companions["EchoTime"], 0.01)  # the nearer sidecar counts
    assert source.protocol.field_T == 3
    np.testing.assert_allclose(source.geometry.affine, AFFINE, atol=1e-5)
    np.testing.assert_array_equal(load(source).signal, truth)


def test_one_file_of_all_echoes(tmp_path: Path, truth: np.ndarray[Any, Any]) -> None:
    sidecar = {"EchoTime": [0.01, 0.02, 0.03, 0.04], "RepetitionTime": 2.0}
    write(tmp_path / "sub-1_MESE.nii.gz", truth, sidecar, slope=0.5, intercept=3.0)
    (source,) = scan([tmp_path]).stacks
    assert (source.protocol.suffix, source.notices) == ("MESE", ())
    np.testing.assert_allclose(source.protocol.values, sidecar["EchoTime"])
    np.testing.assert_allclose(load(source).signal, truth * 0.5 + 3, rtol=1e-6)


@pytest.mark.parametrize(
    ("suffix", "entity", "key", "values", "axis"),
    [
        ("MESE", "echo", "EchoTime", (0.01, 0.02, 0.03, 0.04), "EchoTime"),
        ("MEGRE", "echo", "EchoTime", (0.002, 0.004, 0.006, 0.008), "EchoTime"),
        ("VFA", "flip", "FlipAngle", (2, 5, 10, 15), "FlipAngle"),
    ],
)
def test_bids_collections(
    tmp_path: Path,
    truth: np.ndarray[Any, Any],
    suffix: str,
    entity: str,
    key: str,
    values: tuple[float, ...],
    axis: str,
) -> None:
    for n, value in enumerate(values):
        sidecar = {"RepetitionTimeExcitation": 0.015, "EchoTime": 0.002, "FlipAngle": 15, key: value}
        write(tmp_path / f"sub-1_{entity}-{n + 1}_part-mag_{suffix}.nii", truth[n], sidecar)
        write(tmp_path / f"sub-1_{entity}-{n + 1}_part-phase_{suffix}.nii", truth[n], sidecar)
    inventory = scan([tmp_path])
    (source,) = inventory.stacks
    assert (source.protocol.suffix, source.protocol.axis) == (suffix, axis)
    np.testing.assert_allclose(source.protocol.values, values)
    assert "single_echoes" not in {notice.code for notice in source.notices}
    assert all("phase image" in reason for reason in reasons(inventory).values())
    np.testing.assert_array_equal(load(source).signal, truth)


def test_real_and_imaginary_files_become_complex(tmp_path: Path, truth: np.ndarray[Any, Any]) -> None:
    for n, time in enumerate(TIMES):
        for part, sign in (("real", 1), ("imag", -1)):
            write(tmp_path / f"sub-1_inv-{n}_part-{part}_IRT1.nii", sign * truth[n], {"InversionTime": time})
    (source,) = scan([tmp_path]).stacks
    assert source.protocol.component == "complex"
    np.testing.assert_array_equal(load(source).signal, truth - 1j * truth)


def test_without_timing_it_asks(tmp_path: Path, truth: np.ndarray[Any, Any]) -> None:
    write(tmp_path / "phantom.nii.gz", truth)
    inventory = scan([tmp_path])
    assert inventory.stacks == ()
    assert "states no inversion, echo or repetition time: enter it" in reasons(inventory)["phantom.nii.gz"]
    with pytest.raises(InputError, match=r"timing\.csv"):
        choose(inventory, StacksPart())
    timing = tuple(TimingPart(instance=n + 1, TI_ms=time * 1000) for n, time in enumerate(TIMES))
    (source,) = scan([tmp_path], timing=timing).stacks
    np.testing.assert_allclose(source.protocol.values, TIMES)
    np.testing.assert_array_equal(load(source).signal, truth)
    (tmp_path / "timing.csv").write_text(
        "file,volume,TI_ms\n" + "".join(f"phantom.nii.gz,{n},{n * 100}\n" for n in (1, 2, 3, 4))
    )
    (source,) = scan([tmp_path]).stacks
    np.testing.assert_allclose(source.protocol.values, [0.1, 0.2, 0.3, 0.4])


def test_a_sidecar_in_milliseconds_is_recognised_and_reported(tmp_path: Path, truth: np.ndarray[Any, Any]) -> None:
    write(tmp_path / "sub-1_MESE.nii", truth, {"EchoTime": [10, 20, 30, 40], "RepetitionTime": 2000})
    (source,) = scan([tmp_path]).stacks
    np.testing.assert_allclose(source.protocol.values, [0.01, 0.02, 0.03, 0.04])
    assert "times_in_milliseconds" in {notice.code for notice in source.notices}


PHILIPS = {"Manufacturer": "Philips", "PhilipsRescaleSlope": 2.0, "PhilipsScaleSlope": 0.25}


@pytest.mark.parametrize(
    ("scaling", "factor"), [({**PHILIPS}, 2.0), ({**PHILIPS, "UsePhilipsFloatNotDisplayScaling": 1}, 1.0)]
)
def test_philips_conversions_are_scaled(
    tmp_path: Path, truth: np.ndarray[Any, Any], scaling: dict[str, Any], factor: float
) -> None:
    write(tmp_path / "sub-1_MESE.nii", truth, {"EchoTime": [0.01, 0.02, 0.03, 0.04], **scaling})
    (source,) = scan([tmp_path]).stacks
    np.testing.assert_allclose(load(source).signal, truth * factor)


def test_philips_conversions_that_do_not_say_how_they_are_scaled_are_refused(
    tmp_path: Path, truth: np.ndarray[Any, Any]
) -> None:
    write(tmp_path / "sub-1_MESE.nii", truth, {"EchoTime": [0.01, 0.02, 0.03, 0.04], "Manufacturer": "Philips"})
    with pytest.raises(InputError, match="does not say how it is scaled"):
        scan([tmp_path])


def damaged(content: bytes) -> dict[str, tuple[bytes, str]]:
    absurd = bytearray(content)
    absurd[42:48] = (30000).to_bytes(2, "little") * 3
    return {
        "empty.nii": (b"", "an empty file"),
        "text.nii": (b"hello" * 100, "not a NIfTI file"),
        "short.nii": (content[:200], "not a NIfTI file"),
        "cut.nii": (content[:-1], "it is cut short"),
        "absurd.nii": (bytes(absurd), "it is cut short"),
        "absurd.nii.gz": (gzip.compress(bytes(absurd)), "it is cut short"),
        "cut.nii.gz": (gzip.compress(content)[:50], "it is damaged or cut short"),
        "colour.nii": (
            content[:70] + (128).to_bytes(2, "little") + (24).to_bytes(2, "little") + content[74:],
            "numbers of the type",
        ),
        "sub-1_T1map.nii": (content, "a map (T1map), not an image of the signal"),
    }


def test_damaged_files_are_left_out_with_the_reason(tmp_path: Path, truth: np.ndarray[Any, Any]) -> None:
    write(tmp_path / "sub-1_MESE.nii", truth, {"EchoTime": [0.01, 0.02, 0.03, 0.04]})
    content = (tmp_path / "sub-1_MESE.nii").read_bytes()
    files = damaged(content)
    for name, (what, _) in files.items():
        (tmp_path / name).write_bytes(what)
    write(tmp_path / "other_MESE.nii", truth, {"EchoTime": [0.01, 0.02]})
    inventory = scan([tmp_path])
    assert len(inventory.stacks) == 1
    found = reasons(inventory)
    for name, (_, reason) in files.items():
        assert reason in found[name], name
    assert "2 values of EchoTime, and the file 4 volumes" in found["other_MESE.nii"]


def test_a_file_that_changed_or_ends_too_soon_is_named(tmp_path: Path, truth: np.ndarray[Any, Any]) -> None:
    path = tmp_path / "sub-1_MESE.nii.gz"
    write(path, truth, {"EchoTime": [0.01, 0.02, 0.03, 0.04]})
    (source,) = scan([tmp_path]).stacks
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"sub-1_MESE.nii.gz: the image can no longer be used: it is damaged"):
        load(source)
    write(path, truth[:2])
    with pytest.raises(InputError, match="has changed since"):
        load(source)


def test_a_sheared_affine_is_refused(tmp_path: Path, truth: np.ndarray[Any, Any]) -> None:
    affine = AFFINE.copy()
    affine[0, 1] = 1.0
    nib.save(nib.Nifti1Image(truth.T.astype("int16"), affine), tmp_path / "sub-1_MESE.nii")
    with pytest.raises(InputError, match="not perpendicular"):
        scan([tmp_path])
