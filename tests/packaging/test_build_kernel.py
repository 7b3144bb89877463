"""The build hook: which platforms it builds for, and what it says where it cannot."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relaxo.fitting.compiled import LIBRARY

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

HOOK = Path(__file__).parents[2] / "packaging" / "build_kernel.py"
pytestmark = [
    pytest.mark.skipif(not HOOK.is_file(), reason="packaging/ lies in a checkout only"),
    pytest.mark.skipif(importlib.util.find_spec("hatchling") is None, reason="hatchling is not installed"),
]


@pytest.fixture(scope="module")
def hook(script: Callable[[Path], ModuleType]) -> ModuleType:
    return script(HOOK)


def test_this_platform_is_built_with_its_own_compilers(hook: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "mine -m64")
    target = hook._target(None)
    assert target.is_native
    assert target.compilers[0] == ["mine", "-m64"]
    assert target.library == LIBRARY.name


def test_other_platforms_are_built_by_zig_for_old_systems(hook: ModuleType) -> None:
    for name in hook.CROSS:
        target = hook._target(name)
        assert not target.is_native
        assert target.compilers == [[sys.executable, "-m", "ziglang", "c++", "-target", hook.CROSS[name][0]]]
    assert hook._target("windows-x86_64").library == "_kernel.dll"
    assert hook._target("macos-arm64").library == "_kernel.dylib"
    assert not hook._target("linux-aarch64").is_x86


def test_an_unknown_platform_is_named(hook: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"RELAXO_KERNEL_TARGET=amiga is not one of linux-x86_64"):
        hook._target("amiga")
