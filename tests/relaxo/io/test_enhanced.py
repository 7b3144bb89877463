from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence
from pydicom.uid import RLELossless

from relaxo.errors import InputError
from relaxo.io import load, scan

if TYPE_CHECKING:
    from pathlib import Path

ENHANCED = "1.2.840.10008.5.1.4.1.1.4.1"
TIMES_MS = (50.0, 150.0, 450.0, 1200.0)
SLICES_MM = (30.0, 35.0, 40.0)

Maker = "Callable[..., FileDataset]"


def item(**elements: Any) -> Dataset:
    dataset = Dataset()
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return dataset


def group(**elements: Any) -> Sequence:
    return Sequence([item(**elements)])


def frame(time: float, place: float, *, slope: float = 1.0, intercept: float = 0.0, label: str = "") -> Dataset:
    """Return the functional groups of one inversion recovery image."""
    return item(
        FrameContentSequence=group(FrameAcquisitionDateTime="20240131120000", FrameLabel=label),
        PlanePositionSequence=group(ImagePositionPatient=["-10", "-20", str(place)]),
        MRModifierSequence=group(InversionRecovery="YES", InversionTimes=[time]),
        PixelValueTransformationSequence=group(RescaleSlope=str(slope), RescaleIntercept=str(intercept)),
        MRImageFrameTypeSequence=group(
            FrameType=["ORIGINAL", "PRIMARY", "T1", "NONE"], ComplexImageComponent="MAGNITUDE"
        ),
    )


def enhanced(mr_image: Maker, stored: np.ndarray[Any, Any], frames: list[Dataset], **elements: Any) -> FileDataset:
    """Return one multi-frame file of images (frames, y, x)."""
    facts: dict[str, Any] = {
        "SOPClassUID": ENHANCED,
        "NumberOfFrames": len(stored),
        "ImageType": ["ORIGINAL", "PRIMARY", "T1", "NONE"],
        "EchoPulseSequence": "SPIN",
    }
    absent = (
        *("ScanningSequence", "InversionTime", "EchoTime", "RepetitionTime", "FlipAngle", "EchoTrainLength"),
        *("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness", "ImagingFrequency"),
    )
    dataset = mr_image(stored[0], **{**facts, **dict.fromkeys(absent), **elements})
    dataset.PixelData = stored.astype(stored.dtype.newbyteorder("<")).tobytes()
    dataset.PerFrameFunctionalGroupsSequence = Sequence(frames)
    dataset.SharedFunctionalGroupsSequence = Sequence(
        [
            item(
                PlaneOrientationSequence=group(ImageOrientationPatient=["1", "0", "0", "0", "1", "0"]),
                PixelMeasuresSequence=group(PixelSpacing=["2", "1.5"], SliceThickness="5"),
                MREchoSequence=group(EffectiveEchoTime=10.0),
                MRTimingAndRelatedParametersSequence=group(
                    RepetitionTime="5000", FlipAngle="90", RFEchoTrainLength=1, GradientEchoTrainLength=0
                ),
                MRImagingModifierSequence=group(TransmitterFrequency=42.577478461),
            )
        ]
    )
    return dataset


@pytest.fixture
def truth() -> np.ndarray[Any, Any]:
    """Signal (n, z, y, x)."""
    return np.random.default_rng(1).integers(1, 2000, (len(TIMES_MS), len(SLICES_MM), 3, 4))


#: As Philips counts frames, and as Bruker and Canon do.
ORDERS = {
    "slices first": [(n, z) for n in range(4) for z in range(3)],
    "times first": [(n, z) for z in range(3) for n in range(4)],
    "shuffled": [divmod(int(k), 3) for k in np.random.default_rng(0).permutation(12)],
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("compression", [None, RLELossless])
def test_frames_are_sorted_by_time_and_place_and_each_has_its_scale(
    tmp_path: Path,
    truth: np.ndarray[Any, Any],
    mr_image: Maker,
    order: list[tuple[int, int]],
    compression: str | None,
) -> None:
    stored = np.array([truth[n, z] * 2**n + 97 for n, z in order]).astype(np.uint16)
    frames = [frame(TIMES_MS[n], SLICES_MM[z], slope=2.0**-n, intercept=-97 * 2.0**-n) for n, z in order]
    dataset = enhanced(mr_image, stored, frames)
    if compression:
        dataset.compress(compression)
    dataset.save_as(tmp_path / "enhanced")
    inventory = scan([tmp_path])
    (source,) = inventory.stacks
    assert inventory.left_out == ()
    assert source.protocol.suffix == "IRT1"
    np.testing.assert_allclose(source.protocol.values, np.array(TIMES_MS) / 1000)
    np.testing.assert_allclose(source.protocol.companions["RepetitionTime"], 5.0)
    np.testing.assert_allclose(source.protocol.companions["EchoTime"], 0.01)
    assert source.protocol.field_T == pytest.approx(1.0)
    assert len(source.paths) == 1
    np.testing.assert_array_equal(
        source.geometry.affine, [[-1.5, 0, 0, 10], [0, -2, 0, 20], [0, 0, 5, 30], [0, 0, 0, 1]]
    )
    np.testing.assert_allclose(load(source).signal, truth, rtol=1e-5)


def philips_frame(time: float, scale_slope: float | None) -> Dataset:
    found = frame(time, 0.0, slope=1.75)
    if scale_slope is not None:
        private = Dataset()
        private.private_block(0x2005, "Philips MR Imaging DD 005", create=True).add_new(0x0E, "FL", 99.0)
        private.private_block(0x2005, "Philips MR Imaging DD 001", create=True).add_new(0x0E, "FL", scale_slope)
        private.ComplexImageComponent = "REAL"  # as in real files, of magnitude images
        found.add_new(0x20050014, "LO", "Philips MR Imaging DD 005")
        found.add_new(0x2005140F, "SQ", Sequence([private]))
    return found


def test_philips_frames_have_the_private_scale_of_each(
    tmp_path: Path, truth: np.ndarray[Any, Any], mr_image: Maker
) -> None:
    slopes = [2.0 ** -(n % 3) for n in range(4)]
    stored = np.array([4 * truth[n, 0] * slopes[n] for n in range(4)]).astype(np.uint16)
    frames = [philips_frame(time, slope) for time, slope in zip(TIMES_MS, slopes, strict=True)]
    enhanced(mr_image, stored, frames, Manufacturer="Philips").save_as(tmp_path / "enhanced")
    (source,) = scan([tmp_path]).stacks
    assert source.protocol.component == "magnitude"
    np.testing.assert_allclose(load(source).signal[:, 0], 4 * truth[:, 0], rtol=1e-6)


def test_philips_frames_without_their_private_scale_are_refused(
    tmp_path: Path, truth: np.ndarray[Any, Any], mr_image: Maker
) -> None:
    frames = [philips_frame(time, None) for time in TIMES_MS]
    enhanced(mr_image, truth[:, 0].astype(np.uint16), frames, Manufacturer="Philips").save_as(tmp_path / "enhanced")
    with pytest.raises(InputError, match=r"4 of its 4 images: a Philips image without its private scale slope"):
        scan([tmp_path])


def test_brukers_parameter_frames_are_left_out(tmp_path: Path, truth: np.ndarray[Any, Any], mr_image: Maker) -> None:
    labels = ["", "", "", "", "T2 relaxation time", "signal intensity", "std dev of T2"]
    times = [*TIMES_MS, 50.0, 50.0, 50.0]
    stored = np.concatenate([truth[:, 0], truth[:3, 1]]).astype(np.uint16)
    frames = [frame(time, 0.0, label=label) for time, label in zip(times, labels, strict=True)]
    enhanced(mr_image, stored, frames, Manufacturer="Bruker BioSpin MRI GmbH").save_as(tmp_path / "enhanced")
    inventory = scan([tmp_path])
    (source,) = inventory.stacks
    np.testing.assert_array_equal(load(source).signal[:, 0], truth[:, 0])
    assert [item.reason for item in inventory.left_out] == [
        f'1 of its 7 images: a parameter that ParaVision calculated ("{label}"), not an image' for label in labels[4:]
    ]


def test_real_and_imaginary_frames_become_complex(tmp_path: Path, mr_image: Maker) -> None:
    rng = np.random.default_rng(4)
    truth = rng.integers(-900, 900, (4, 3, 4)) + 1j * rng.integers(-900, 900, (4, 3, 4))
    frames, stored = [], []
    for n, time in enumerate(TIMES_MS):
        for component, part in (("REAL", truth[n].real), ("IMAGINARY", truth[n].imag), ("PHASE", truth[n].real)):
            one = frame(time, 0.0, intercept=-1000)
            one.MRImageFrameTypeSequence[0].ComplexImageComponent = component
            frames.append(one)
            stored.append(part + 1000)
    enhanced(mr_image, np.array(stored).astype(np.uint16), frames).save_as(tmp_path / "enhanced")
    inventory = scan([tmp_path])
    (source,) = inventory.stacks
    assert source.protocol.component == "complex"
    stack = load(source)
    assert stack.signal.dtype == np.complex64
    np.testing.assert_array_equal(stack.signal[:, 0], truth)
    np.testing.assert_allclose(stack.shown[:, 0], np.abs(truth), rtol=1e-6)
    (left_out,) = inventory.left_out
    assert left_out.reason.startswith("4 of its 12 images: a phase image")


def test_without_an_inversion_the_times_of_one_mean_nothing(tmp_path: Path, mr_image: Maker) -> None:
    """Philips writes the largest number there is where an inversion does not apply."""
    frames = []
    for n in range(4):
        one = frame(0.0, 0.0)
        one.MRModifierSequence[0].InversionTimes = [0.0, 1.797e308] if n % 2 else [500.0]
        one.MRModifierSequence[0].InversionRecovery = "NO"
        one.MREchoSequence = group(EffectiveEchoTime=10.0 * (n + 1))
        frames.append(one)
    enhanced(mr_image, np.ones((4, 3, 4), np.uint16), frames).save_as(tmp_path / "enhanced")
    (source,) = scan([tmp_path]).stacks
    assert source.protocol.suffix == "MESE"
    np.testing.assert_allclose(source.protocol.values, [0.01, 0.02, 0.03, 0.04])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"NumberOfFrames": 5}, "cut short"),
        ({"NumberOfFrames": 3}, "a multi-frame image of 3 frames with headers for 4"),
        ({"NumberOfFrames": 2**31 - 1}, "cut short"),
        ({"NumberOfFrames": -4}, "a multi-frame image of -4 frames"),
        ({"Rows": 65535, "Columns": 65535}, "65535 x 65535 pixels is not an MR image"),
        ({"PerFrameFunctionalGroupsSequence": None}, "with headers for 0"),
        ({"SharedFunctionalGroupsSequence": None}, "4 of its 4 images: its place in the scanner is not stated"),
        ({"PixelData": None}, "its pixels are missing"),
        ({"Modality": "CT"}, "not an MR image"),
    ],
)
def test_a_multi_frame_file_that_makes_no_sense_is_left_out(
    tmp_path: Path, mr_image: Maker, change: dict[str, Any], reason: str
) -> None:
    dataset = enhanced(mr_image, np.ones((4, 3, 4), np.uint16), [frame(time, 0.0) for time in TIMES_MS])
    for keyword, value in change.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    dataset.save_as(tmp_path / "enhanced")
    with pytest.raises(InputError) as caught:
        scan([tmp_path])
    assert reason in str(caught.value)
