"""Every transfer syntax gives the same stack as plain pixels; the encoder is GDCM's, which is no part of Relaxo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gdcm
import numpy as np
import pytest
from pydicom.encaps import encapsulate, generate_fragments
from pydicom.uid import JPEG2000Lossless

from relaxo.errors import InputError
from relaxo.io import load, scan
from relaxo.io.pixels import codestream_size

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pydicom.dataset import FileDataset

TIMES_MS = (50, 150, 450)

LOSSLESS = {
    "RLE": gdcm.TransferSyntax.RLELossless,
    "JPEG lossless": gdcm.TransferSyntax.JPEGLosslessProcess14,
    "JPEG lossless, first order": gdcm.TransferSyntax.JPEGLosslessProcess14_1,
    "JPEG-LS": gdcm.TransferSyntax.JPEGLSLossless,
    "JPEG 2000": gdcm.TransferSyntax.JPEG2000Lossless,
    "deflated": gdcm.TransferSyntax.DeflatedExplicitVRLittleEndian,
    "big endian": gdcm.TransferSyntax.ExplicitVRBigEndian,
    "implicit": gdcm.TransferSyntax.ImplicitVRLittleEndian,
}
LOSSY = {
    "JPEG baseline": (gdcm.TransferSyntax.JPEGBaselineProcess1, np.uint8),
    "JPEG extended": (gdcm.TransferSyntax.JPEGExtendedProcess2_4, np.uint8),
    "JPEG 2000": (gdcm.TransferSyntax.JPEG2000, np.uint16),
}


def image(n: int, dtype: type) -> np.ndarray[Any, Any]:
    """Return a smooth image (y, x): lossy codes keep it."""
    y, x = np.mgrid[:32, :48]
    return (100 + 50 * n + y + 0.5 * x).astype(dtype)


def write_as(syntax: int, folder: Path, mr_image: Callable[..., FileDataset], dtype: type) -> None:
    for n, time in enumerate(TIMES_MS):
        plain = folder.parent / f"plain{time}"
        mr_image(image(n, dtype), InversionTime=str(time), RescaleSlope="2", RescaleIntercept="-1").save_as(plain)
        reader = gdcm.ImageReader()
        reader.SetFileName(str(plain))
        assert reader.Read()
        change = gdcm.ImageChangeTransferSyntax()
        change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
        change.SetInput(reader.GetImage())
        assert change.Change()
        writer = gdcm.ImageWriter()
        writer.SetFileName(str(folder / str(time)))
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        assert writer.Write()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "images"
    found.mkdir()
    return found


@pytest.mark.parametrize("syntax", LOSSLESS.values(), ids=LOSSLESS)
@pytest.mark.parametrize("dtype", [np.uint16, np.int16])
def test_lossless_codes_give_the_plain_stack(
    folder: Path, mr_image: Callable[..., FileDataset], syntax: int, dtype: type
) -> None:
    write_as(syntax, folder, mr_image, dtype)
    (source,) = scan([folder]).stacks
    expected = [2.0 * image(n, dtype) - 1 for n in range(3)]
    np.testing.assert_array_equal(load(source).signal[:, 0], expected)


@pytest.mark.parametrize(("syntax", "dtype"), LOSSY.values(), ids=LOSSY)
def test_lossy_codes_come_close(folder: Path, mr_image: Callable[..., FileDataset], syntax: int, dtype: type) -> None:
    write_as(syntax, folder, mr_image, dtype)
    (source,) = scan([folder]).stacks
    expected = [2.0 * image(n, dtype) - 1 for n in range(3)]
    np.testing.assert_allclose(load(source).signal[:, 0], expected, atol=8)


@pytest.mark.parametrize("name", ["JPEG lossless", "JPEG-LS", "JPEG 2000"])
def test_a_codestream_that_is_larger_than_its_header_says_is_refused(
    folder: Path, mr_image: Callable[..., FileDataset], name: str
) -> None:
    """Decoders believe the codestream, and allocate what it says."""
    import pydicom

    write_as(LOSSLESS[name], folder, mr_image, np.uint16)
    path = folder / "150"
    dataset = pydicom.dcmread(path)
    (codestream,) = generate_fragments(dataset.PixelData[8:])
    assert codestream_size(codestream) == (32, 48)
    at = codestream.index((32).to_bytes(2, "big") + (48).to_bytes(2, "big")) if name != "JPEG 2000" else 8
    width = 2 if name != "JPEG 2000" else 4
    larger = bytearray(codestream)
    larger[at : at + 2 * width] = (60000).to_bytes(width, "big") * 2
    assert codestream_size(bytes(larger)) == (60000, 60000)
    dataset.PixelData = encapsulate([bytes(larger)])
    dataset.save_as(path)
    (source,) = scan([folder]).stacks
    with pytest.raises(InputError, match="150: its pixels are not as many as its header says"):
        load(source)


def test_what_claims_to_be_shrunk_beyond_measure_is_left_out(
    write: Callable[..., Path], mr_image: Callable[..., FileDataset], tmp_path: Path
) -> None:
    dataset = mr_image(InversionTime="7", Rows=8000, Columns=8000)
    dataset.PixelData = encapsulate([b"\xff\x4f\xff\x51" + bytes(100)])
    dataset["PixelData"].VR = "OB"
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless
    dataset.save_as(tmp_path / "bomb")
    write("50", InversionTime="50")
    write("100", InversionTime="100")
    (left_out,) = scan([tmp_path]).left_out
    assert left_out.reason == "it claims 128 MB of pixels and holds 0.000132 MB of data"
