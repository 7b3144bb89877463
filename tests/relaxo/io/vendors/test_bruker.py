from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relaxo.io.vendors import vendor_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydicom.dataset import FileDataset


@pytest.mark.parametrize(
    ("label", "parameter"),
    [
        ("T2 relaxation time", True),
        ("signal intensity", True),
        ("std dev of T2", True),
        ("std dev of fit", True),
        ("", False),
        ("echo 3", False),
    ],
)
def test_frames_that_are_parameters_of_a_fit_are_told_by_their_label(
    mr_image: Callable[..., FileDataset], label: str, *, parameter: bool
) -> None:
    image = mr_image(Manufacturer="Bruker BioSpin MRI GmbH", FrameLabel=label)
    vendor = vendor_of(image)
    assert vendor.name == "Bruker"
    reason = vendor.unusable(image)
    assert (reason is not None and "ParaVision" in reason) is parameter
