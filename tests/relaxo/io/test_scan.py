from __future__ import annotations

import errno
import os
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest

from relaxo.data import LeftOut
from relaxo.errors import Cancelled, InputError
from relaxo.io import load, scan
from relaxo.io.scan import summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydicom.dataset import FileDataset

    from relaxo.data import Inventory

TIMES_MS = (50, 150, 450, 1200)
SLICES_MM = (30.0, 35.0, 40.0)


def reasons(inventory: Inventory) -> dict[str, str]:
    return {item.path.name: item.reason for item in inventory.left_out}


@pytest.fixture
def truth() -> np.ndarray[Any, Any]:
    """Signal (n, z, y, x), every image another one."""
    return np.random.default_rng(1).integers(1, 2000, (len(TIMES_MS), len(SLICES_MM), 3, 4))


def write_series(
    folder: Path,
    truth: np.ndarray[Any, Any],
    mr_image: Callable[..., FileDataset],
    change: Callable[[FileDataset, int], None] | None = None,
    store: Callable[[np.ndarray[Any, Any], int], np.ndarray[Any, Any]] = lambda signal, _: signal.astype(np.uint16),
) -> None:
    """Write one series a TI, in files whose names and instance numbers say nothing."""
    names = [f"{number:03d}" for number in np.random.default_rng(3).permutation(truth[..., 0, 0].size)]
    folders = names[: len(TIMES_MS)]
    for n, time in enumerate(TIMES_MS):
        for z, place in enumerate(SLICES_MM):
            dataset = mr_image(
                store(truth[n, z], n),
                InversionTime=str(time),
                RepetitionTime=str(3000 + time),
                SeriesNumber=10 + n,
                InstanceNumber=7 - z,
                SeriesDescription=f"IR_TI{time}",
                ImagePositionPatient=["-10", "-20", str(place)],
            )
            if change is not None:
                change(dataset, n)
            path = folder / f"series {folders[n]}" / names.pop()
            path.parent.mkdir(exist_ok=True)
            dataset.save_as(path)


def test_a_series_an_inversion_time_becomes_one_stack(
    tmp_path: Path, truth: np.ndarray[Any, Any], mr_image: Callable[..., FileDataset]
) -> None:
    write_series(tmp_path, truth, mr_image)
    inventory = scan([tmp_path])
    assert inventory.left_out == ()
    (source,) = inventory.stacks
    assert source.name == "IRT1-1"
    assert source.quantity == "T1"
    protocol = source.protocol
    np.testing.assert_array_equal(protocol.values, np.array(TIMES_MS) / 1000)
    np.testing.assert_array_equal(protocol.companions["RepetitionTime"], (3000 + np.array(TIMES_MS)) / 1000)
    np.testing.assert_array_equal(protocol.companions["EchoTime"], [0.01] * 4)
    assert protocol.field_T == pytest.approx(1.0)
    assert protocol.description == "IR"
    np.testing.assert_array_equal(
        source.geometry.affine, [[-1.5, 0, 0, 10], [0, -2, 0, 20], [0, 0, 5, 30], [0, 0, 0, 1]]
    )
    np.testing.assert_array_equal(load(source).signal, truth)


def siemens_signed(dataset: FileDataset, _n: int) -> None:
    dataset.Manufacturer = "SIEMENS"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "R", "ND"]
    dataset.RescaleSlope, dataset.RescaleIntercept = "2", "-4096"


def test_a_signed_siemens_image_is_real(
    tmp_path: Path, truth: np.ndarray[Any, Any], mr_image: Callable[..., FileDataset]
) -> None:
    signed = 2 * truth - 2000
    write_series(tmp_path, signed, mr_image, siemens_signed, lambda signal, _: ((signal + 4096) // 2).astype(np.uint16))
    (source,) = scan([tmp_path]).stacks
    assert source.protocol.component == "real"
    np.testing.assert_array_equal(load(source).signal, signed)


def test_ge_images_are_sorted_by_their_flag(
    tmp_path: Path,
    truth: np.ndarray[Any, Any],
    mr_image: Callable[..., FileDataset],
    gem: Callable[[FileDataset, int], None],
) -> None:
    write_series(
        tmp_path, truth, mr_image, lambda dataset, _: gem(dataset, 0), lambda signal, _: signal.astype(np.int16)
    )
    phase = mr_image(SeriesNumber=99)
    gem(phase, 1)
    phase.save_as(tmp_path / "phase")
    inventory = scan([tmp_path])
    (source,) = inventory.stacks
    assert source.protocol.component == "magnitude"
    np.testing.assert_array_equal(load(source).signal, truth)
    assert "a phase image" in reasons(inventory)["phase"]


def test_philips_images_are_scaled_to_one_another(
    tmp_path: Path, truth: np.ndarray[Any, Any], mr_image: Callable[..., FileDataset], philips: Callable[..., None]
) -> None:
    # SV = FP SS; the rescale slope cancels. Without the scale slope every volume would be off by its own factor.
    write_series(
        tmp_path,
        truth,
        mr_image,
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


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ({"Modality": "CT"}, "not an MR image (modality CT)"),
        ({"Modality": None}, "not an MR image (modality not stated)"),
        ({"ImageType": ["DERIVED", "SECONDARY", "M"]}, "derived from other images"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, "a localizer"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "T2 MAP", "T2"]}, "a map that was calculated"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.4.1"}, "a multi-frame image of 1 frames with headers for 0"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.4.3"}, "a colour image"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "a screenshot"),
        ({"NumberOfFrames": 3}, "several frames in one file"),
        ({"Rows": None}, "no pixels"),
        ({"BitsAllocated": None, "PixelData": None}, "no pixels"),
        ({"PixelData": None}, "its pixels are missing"),
        ({"BitsAllocated": 12}, "its pixels have 12 bits each"),
        ({"BitsStored": None}, "does not say how its pixels are stored"),
        ({"BitsStored": 17}, "does not say how its pixels are stored"),
        ({"PixelRepresentation": None}, "does not say how its pixels are stored"),
        ({"Rows": 4}, "it is cut short"),
        ({"Rows": 65535, "Columns": 65535}, "65535 x 65535 pixels is not an MR image"),
        ({"PhotometricInterpretation": "RGB", "SamplesPerPixel": 3}, "a colour image"),
        ({"ImagePositionPatient": None}, "its place in the scanner is not stated"),
        ({"ImageOrientationPatient": ["0"] * 6}, "its place in the scanner makes no sense"),
        ({"PixelSpacing": ["0", "1"]}, "its place in the scanner makes no sense"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "P"]}, "a phase image"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "I"]}, "an imaginary image"),
        ({"RescaleSlope": "0"}, "its RescaleSlope is 0"),
        ({"InversionTime": None}, "its header has no inversion time"),
        ({"InversionTime": "0"}, "its header has no inversion time"),
        ({"EchoTime": "17"}, "only one inversion time (200 ms) at this place"),
        ({"PixelSpacing": ["3", "3"]}, "only one inversion time (200 ms) at this place"),
        ({"StudyInstanceUID": "1.2.3"}, "only one inversion time (200 ms) at this place"),
    ],
)
def test_what_fits_no_stack_is_left_out_with_the_reason(
    write: Callable[..., Path], tmp_path: Path, elements: dict[str, Any], reason: str
) -> None:
    write("good 50", InversionTime="50")
    write("good 100", InversionTime="100")
    write("bad", **elements)
    inventory = scan([tmp_path])
    (stack,) = inventory.stacks
    assert [path.name for path in stack.paths] == ["good 50", "good 100"]
    assert list(reasons(inventory)) == ["bad"]
    assert reason in reasons(inventory)["bad"]


def test_files_that_are_no_images_are_left_out(write: Callable[..., Path], tmp_path: Path) -> None:
    write("50", InversionTime="50")
    whole = write("100", InversionTime="100").read_bytes()
    (tmp_path / "empty").touch()
    (tmp_path / "notes.txt").write_text("TI 50, 100")
    (tmp_path / "cut.dcm").write_bytes(whole[:-1])
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    inventory = scan([tmp_path])
    assert len(inventory.stacks) == 1
    assert reasons(inventory) == {
        "empty": "an empty file",
        "notes.txt": "not a DICOM file",
        "cut.dcm": "it is cut short: its header says that it holds more pixels than it does",
        "pipe": "not a regular file",
        "dangling": "not a regular file",
    }


def test_what_may_not_be_opened_is_left_out(
    write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("50", InversionTime="50")
    write("100", InversionTime="100")
    write("locked", InversionTime="200")
    opened = Path.open

    def refuse(path: Path, *arguments: Any) -> Any:
        if path.name == "locked":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *arguments)

    monkeypatch.setattr(Path, "open", refuse)  # permissions do not stop the superuser, as whom tests may run
    assert reasons(scan([tmp_path])) == {"locked": "it cannot be opened: Permission denied"}


def test_a_file_that_vanishes_while_it_is_read_is_left_out(write: Callable[..., Path], tmp_path: Path) -> None:
    for time in ("50", "100", "200"):
        write(time, InversionTime=time)

    def remove(done: int, _total: int) -> bool:
        if done == 1:
            (tmp_path / "200").unlink()
        return True

    inventory = scan([tmp_path], remove)
    assert reasons(inventory) == {"200": "it cannot be opened: No such file or directory"}
    assert len(inventory.stacks[0].protocol) == 2


def test_the_same_image_twice_counts_once(write: Callable[..., Path], tmp_path: Path) -> None:
    first = write("a", InversionTime="50")
    write("b", InversionTime="100")
    (tmp_path / "copy").write_bytes(first.read_bytes())
    inventory = scan([tmp_path, first, tmp_path])
    assert reasons(inventory) == {"copy": "the same image as a (same SOP Instance UID)"}


def test_images_without_a_uid_are_all_kept(write: Callable[..., Path], tmp_path: Path) -> None:
    for time in ("50", "100", "200"):
        write(time, InversionTime=time, SOPInstanceUID="")
    (stack,) = scan([tmp_path]).stacks
    assert len(stack.protocol) == 3


def test_text_from_a_file_carries_no_control_codes(write: Callable[..., Path], tmp_path: Path) -> None:
    for time in ("50", "100"):
        write(time, InversionTime=time, SeriesDescription="T1\x1b[2J\u202e map", SpecificCharacterSet="ISO_IR 192")
    (stack,) = scan([tmp_path]).stacks
    assert stack.protocol.description == "T1 [2J map"


def test_a_missing_path_and_an_empty_folder_are_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        scan([tmp_path / "nowhere"])
    with pytest.raises(InputError, match="the folder is empty"):
        scan([tmp_path])
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(InputError, match="no MR image that can be used: 1 file: not a DICOM file"):
        scan([tmp_path])


def test_images_that_make_no_stack_are_no_error(write: Callable[..., Path], tmp_path: Path) -> None:
    write("50", InversionTime="50")
    inventory = scan([tmp_path])
    assert inventory.stacks == ()
    assert reasons(inventory) == {"50": "only one inversion time (50 ms) at this place"}


def test_progress_counts_files_and_can_stop(write: Callable[..., Path], tmp_path: Path) -> None:
    write("50", InversionTime="50")
    write("100", InversionTime="100")
    calls: list[tuple[int, int]] = []

    def note(done: int, total: int) -> bool:
        calls.append((done, total))
        return True

    scan([tmp_path], note)
    assert calls == [(0, 2), (1, 2), (2, 2)]
    with pytest.raises(Cancelled):
        scan([tmp_path], lambda done, _total: done < 1)


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"])
def test_every_way_to_write_a_header_is_read(
    tmp_path: Path, truth: np.ndarray[Any, Any], mr_image: Callable[..., FileDataset], syntax: str
) -> None:
    """Implicit, big endian and deflated files give the same stack as plain ones."""
    big = syntax.endswith(".2.2")
    for n, time in enumerate(TIMES_MS):
        stored = truth[n, 0].astype(np.uint16)
        dataset = mr_image(stored, InversionTime=str(time))
        if big:
            dataset.PixelData = stored.astype(">u2").tobytes()
        dataset.file_meta.TransferSyntaxUID = syntax
        source = dataset
        pydicom.dcmwrite(
            tmp_path / str(time),
            source,
            implicit_vr=syntax == "1.2.840.10008.1.2",
            little_endian=not big,
            overwrite=True,
        )
    inventory = scan([tmp_path])
    assert inventory.left_out == ()
    np.testing.assert_array_equal(load(inventory.stacks[0]).signal[:, 0], truth[:, 0])


def test_a_file_without_preamble_is_read(write: Callable[..., Path], tmp_path: Path) -> None:
    write("50", InversionTime="50")
    bare = write("100", InversionTime="100")
    bare.write_bytes(bare.read_bytes()[132:])
    (stack,) = scan([tmp_path]).stacks
    assert load(stack).signal.shape == (2, 1, 3, 4)


def test_a_scan_reads_no_pixels(write: Callable[..., Path], tmp_path: Path) -> None:
    small = write("a", Rows=8000, Columns=8000, PixelData=b"\0\0")
    content = small.read_bytes()
    at = content.rindex(b"\xe0\x7f\x10\x00OW\x00\x00")
    length = 8000 * 8000 * 2
    small.write_bytes(content[: at + 8] + length.to_bytes(4, "little"))
    os.truncate(small, at + 12 + length)  # a sparse file of 128 MB
    tracemalloc.start()
    try:
        inventory = scan([tmp_path])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "only one inversion time" in reasons(inventory)["a"]
    assert peak < 4e6


def test_a_file_cut_anywhere_is_left_out(write: Callable[..., Path], tmp_path: Path) -> None:
    whole = write("whole", InversionTime="50").read_bytes()
    write("other", InversionTime="100")
    cut = tmp_path / "cut"
    (tmp_path / "whole").unlink()
    for length in range(0, len(whole), 7):
        cut.write_bytes(whole[:length])
        assert set(reasons(scan([tmp_path]))) == {"cut", "other"}, length


def test_damaged_bytes_never_escape_as_another_error(
    write: Callable[..., Path], tmp_path: Path, mr_image: Callable[..., FileDataset], philips: Callable[..., None]
) -> None:
    rng = np.random.default_rng(5)
    path = tmp_path / "image"
    dataset = mr_image(InversionTime="50")
    philips(dataset, 0.5)
    dataset.save_as(path)
    whole = path.read_bytes()
    write("other", InversionTime="100")
    for _ in range(400):
        damaged = bytearray(whole)
        for _ in range(rng.integers(1, 6)):
            damaged[rng.integers(128, len(damaged))] = rng.integers(256)
        path.write_bytes(damaged)
        inventory = scan([tmp_path])  # warnings are errors here: none may leak either
        for stack in inventory.stacks:
            with suppress(InputError):
                load(stack)


def test_the_test_files_of_pydicom_are_left_out_with_the_right_reason(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    folder = Path(pydicom.__file__).parent / "data" / "test_files"
    with pytest.raises(InputError, match="there is no MR image that can be used"):
        scan([folder])
    write("50", InversionTime="50")
    write("100", InversionTime="100")
    inventory = scan([folder, tmp_path])
    assert len(inventory.stacks) == 1
    left_out = reasons(inventory)
    assert len(inventory.left_out) == sum(path.is_file() for path in folder.rglob("*"))
    assert left_out["CT_small.dcm"] == "not an MR image (modality CT)"
    assert left_out["MR_small.dcm"].startswith("derived from other images")
    assert left_out["DICOMDIR"] == "an index of files (DICOMDIR), not an image"
    assert left_out["reportsi.dcm"] == "not an MR image (modality SR)"
    assert left_out["README.txt"] == "not a DICOM file"
    assert all(left_out.values())


def test_the_summary_counts_reasons() -> None:
    items = [LeftOut(Path(str(n)), reason) for n, reason in enumerate("abacada")]
    assert summary(items, most=2) == "4 files: a; 1 file: b; 2 more for other reasons"


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
