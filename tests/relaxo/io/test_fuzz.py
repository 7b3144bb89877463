"""Whatever the bytes of an image are, it is read, left out with a reason, or refused in words, within its memory."""

from __future__ import annotations

import gzip
import io
import random
import tracemalloc
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nibabel as nib
import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import RLELossless

from relaxo.errors import InputError
from relaxo.io import load, scan

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydicom.dataset import FileDataset

#: No mutation of a file of some kB may cost more.
MOST_BYTES = 2**26


class Corpus(dict[str, bytes]):
    """Files by their name, which Hypothesis need not print."""

    def __repr__(self) -> str:
        return "corpus"


def enhanced(mr_image: Callable[..., FileDataset]) -> FileDataset:
    dataset = mr_image(
        SOPClassUID="1.2.840.10008.5.1.4.1.1.4.1", NumberOfFrames=2, InversionTime=None, ImagePositionPatient=None
    )
    dataset.PixelData = dataset.PixelData * 2
    frames = []
    for time in (50.0, 100.0):
        frame, place, modifier = Dataset(), Dataset(), Dataset()
        place.ImagePositionPatient = ["-10", "-20", "30"]
        modifier.InversionRecovery, modifier.InversionTimes = "YES", [time]
        frame.PlanePositionSequence, frame.MRModifierSequence = Sequence([place]), Sequence([modifier])
        frames.append(frame)
    dataset.PerFrameFunctionalGroupsSequence = Sequence(frames)
    dataset.SharedFunctionalGroupsSequence = Sequence([Dataset()])
    return dataset


def saved(dataset: FileDataset, **how: Any) -> bytes:
    target = io.BytesIO()
    pydicom.dcmwrite(target, dataset, **how)
    return target.getvalue()


@pytest.fixture(scope="session")
def corpus(mr_image: Callable[..., FileDataset], philips: Callable[..., None]) -> dict[str, bytes]:
    """Return a small file of every form, by its name."""
    scaled, squeezed, deflated, big = (mr_image(InversionTime="50") for _ in range(4))
    philips(scaled, 0.5)
    squeezed.compress(RLELossless)
    deflated.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1.99"
    big.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.2"
    volumes = nib.Nifti1Image(np.arange(48, dtype=np.int16).reshape(4, 3, 1, 4), np.diag([1.0, 1, 1, 1]))
    found = {
        "philips": saved(scaled),
        "rle": saved(squeezed),
        "deflated": saved(deflated, implicit_vr=False, little_endian=True),
        "big": saved(big, implicit_vr=False, little_endian=False),
        "enhanced": saved(enhanced(mr_image)),
        "sub-1_MESE.nii": volumes.to_bytes(),
        "sub-2_MESE.nii.gz": gzip.compress(volumes.to_bytes(), mtime=0),
    }
    shipped = Path(pydicom.__file__).parent / "data" / "test_files"
    found |= {path.name: path.read_bytes() for path in sorted(shipped.glob("MR_small*.dcm"))}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("image", found["philips"])
    return Corpus({**found, "archive.zip": packed.getvalue()})


def mutated(content: bytes, seed: int) -> bytes:
    """Return content with a few bytes changed, most of them in the header, or a piece lost, doubled or moved."""
    draw = random.Random(seed)  # noqa: S311 - not a secret
    damaged = bytearray(content)
    header = min(len(damaged), 3000)
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(damaged)) if draw.random() < 0.3 else draw.randrange(header)
        at = min(at, len(damaged) - 1)
        match draw.randrange(6):
            case 0:
                damaged[at] = draw.randrange(256)
            case 1:
                damaged[at] ^= 1 << draw.randrange(8)
            case 2:  # a length, or a number of rows, frames or items
                damaged[at : at + 4] = draw.choice(
                    [b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\0\0\0\x80"]
                )
            case 3:
                del damaged[at : at + draw.randint(1, 40)]
            case 4:
                damaged[at:at] = damaged[at : at + draw.randint(1, 40)]
            case _:
                del damaged[max(at, len(damaged) - 400) :]
        if not damaged:
            return b""
    return bytes(damaged)


def check_text(text: str) -> None:
    assert text
    assert text.isprintable()


def read(folder: Path) -> None:
    """Scan and load; only InputError may leave, and every text is fit to be shown."""
    try:
        inventory = scan([folder])
    except InputError as error:
        check_text(str(error))
        return
    for item in inventory.left_out:
        check_text(item.reason)
    for source in inventory.stacks:
        assert source.protocol.description.isprintable()
        with suppress(InputError):
            stack = load(source)
            assert stack.signal.shape == (len(source.protocol), *source.geometry.shape)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), kind=st.integers(0, 20))
def test_mutated_files_end_in_a_stack_or_in_words(
    corpus: dict[str, bytes], write: Callable[..., Path], tmp_path: Path, seed: int, kind: int
) -> None:
    """Beside a good image, so that a damaged one can become part of its stack."""
    name = sorted(corpus)[kind % len(corpus)]
    folder = tmp_path / "images"
    write("images/good", InversionTime="150")
    damaged = folder / name
    damaged.write_bytes(mutated(corpus[name], seed))
    try:
        read(folder)
    finally:
        damaged.unlink()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400), start=st.sampled_from(["", "DICM", "meta", "nifti", "gzip", "zip"]))
def test_bytes_of_any_kind_end_in_words(corpus: dict[str, bytes], tmp_path: Path, content: bytes, start: str) -> None:
    prefix = {
        "": b"",
        "DICM": bytes(128) + b"DICM",
        "meta": corpus["philips"][:350],
        "nifti": corpus["sub-1_MESE.nii"][:100],
        "gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\x03",
        "zip": b"PK\x03\x04",
    }[start]
    for name in ("image", "image.nii", "image.nii.gz", "image.zip", "image_T1.json"):
        (tmp_path / name).write_bytes(prefix + content)
    read(tmp_path)


def test_no_mutation_takes_more_memory_than_its_pixels(corpus: dict[str, bytes], tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        for seed in range(40):
            for name, content in corpus.items():
                (tmp_path / name).write_bytes(mutated(content, seed))
            read(tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MOST_BYTES


def test_mutated_real_headers(real_data: Path, tmp_path: Path) -> None:
    """As the fuzz above, on what real scanners wrote."""
    files = [sorted(folder.iterdir())[:2] for folder in sorted(real_data.glob("nist_phantom/*/*")) if folder.is_dir()]
    for seed in range(12):
        for number, pair in enumerate(files):
            for path in pair:
                content = path.read_bytes()
                damaged = mutated(content, seed * 100 + number) if path is pair[0] else content
                (tmp_path / f"{number} {path.name}").write_bytes(damaged)
        read(tmp_path)
