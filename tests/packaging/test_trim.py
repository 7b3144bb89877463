"""What is shortened for the frozen app still holds what it is read for."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

FROZEN = Path(__file__).parents[2] / "packaging" / "frozen"
pytestmark = pytest.mark.skipif(not FROZEN.is_dir(), reason="packaging/ lies in a checkout only")


@pytest.fixture
def loaded(script: Callable[[Path], ModuleType]) -> Callable[[str], ModuleType]:
    return lambda name: script(FROZEN / f"{name}.py")


def test_the_short_table_answers_what_highdicom_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loaded: Callable[[str], ModuleType]
) -> None:
    highdicom = pytest.importorskip("highdicom")
    standard = pytest.importorskip("highdicom._standard_utils")
    whole = Path(highdicom.__file__).parent / "_standard" / "module_attribute_map.json"
    table = tmp_path / whole.name
    shutil.copy(whole, table)
    trimming = loaded("trim_highdicom")
    assert trimming.trim(table) > 0.9 * whole.stat().st_size
    full, short = (json.loads(path.read_text(encoding="utf-8")) for path in (whole, table))
    assert short.keys() == full.keys()
    for name in trimming.WHOLE:
        assert short[name] == full[name]
    classes = standard.get_sop_class_iod_map()

    def images() -> dict[str, bool | None]:
        said: dict[str, bool | None] = {}
        for uid in classes:
            try:
                said[uid] = standard.does_iod_have_pixel_data(uid)
            except KeyError:  # of a few classes highdicom names modules that it knows nothing of
                said[uid] = None
        return said

    before = images()
    assert any(before.values())
    monkeypatch.setattr(standard, "get_module_attribute_map", lambda: short)
    assert images() == before


def test_a_table_without_what_is_needed_is_refused(tmp_path: Path, loaded: Callable[[str], ModuleType]) -> None:
    table = tmp_path / "table.json"
    table.write_text("{}")
    with pytest.raises(SystemExit, match="segmentation"):
        loaded("trim_highdicom").trim(table)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere SciPy's library is shipped as it is")
def test_the_small_library_fails_where_the_whole_one_computes(
    tmp_path: Path, loaded: Callable[[str], ModuleType]
) -> None:
    scipy = Path(pytest.importorskip("scipy").__file__).parent
    libraries = scipy.with_name("scipy.libs")
    if not libraries.is_dir() or shutil.which("cc") is None:
        pytest.skip("SciPy is no wheel, or there is no compiler")
    for part in ("_lib", "fft", "ndimage", "special"):
        shutil.copytree(scipy / part, tmp_path / "scipy" / part, ignore=shutil.ignore_patterns("tests"))
    for file in scipy.glob("*.*"):
        shutil.copy(file, tmp_path / "scipy")
    shutil.copytree(libraries, tmp_path / "scipy.libs")
    small = loaded("small_lapack")
    assert small.replace(tmp_path) > 20e6
    script = """if True:
        import sys
        sys.path.insert(0, sys.argv[1])
        from scipy import special
        assert special.__file__.startswith(sys.argv[1])
        print(special.stdtrit(5, 0.975))
        print(special.ellip_harm(5, 8, 1, 1, 2.5))
    """
    command = [sys.executable, "-c", script, str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert float(said.stdout) == pytest.approx(2.5705818366147395)
    assert "SpecialFunctionError" in said.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere SciPy's library is shipped as it is")
def test_the_library_stays_where_more_of_it_is_needed(tmp_path: Path, loaded: Callable[[str], ModuleType]) -> None:
    scipy = Path(pytest.importorskip("scipy").__file__).parent
    libraries = scipy.with_name("scipy.libs")
    if not libraries.is_dir():
        pytest.skip("SciPy is no wheel")
    (tmp_path / "scipy").mkdir()
    for module in (scipy / "linalg").glob("_flapack*.so"):
        shutil.copy(module, tmp_path / "scipy")
    shutil.copytree(libraries, tmp_path / "scipy.libs")
    assert loaded("small_lapack").replace(tmp_path) == 0
    assert any((tmp_path / "scipy.libs").glob("libscipy_openblas*"))
