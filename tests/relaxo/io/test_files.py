"""Nothing half-written is ever left where a result is looked for."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from relaxo.errors import InputError, UsageError
from relaxo.io.files import check_folder, staged

OWNED = ("results.json", "wells.csv", "maps/T1map.nii.gz", "maps/T2map.nii.gz")


def tree(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def put(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_a_new_folder_appears_with_its_parents_when_the_block_ends(tmp_path: Path) -> None:
    folder = tmp_path / "study" / "out"
    with staged(folder) as staging:
        put(staging, {"results.json": "1", "maps/T1map.nii.gz": "2"})
        assert not folder.exists()
    assert tree(tmp_path) == {"study/out/results.json": "1", "study/out/maps/T1map.nii.gz": "2"}


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_a_new_folder_can_be_read_by_those_who_can_read_others(tmp_path: Path) -> None:
    (tmp_path / "usual").mkdir()
    with staged(tmp_path / "out"):
        pass
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == stat.S_IMODE((tmp_path / "usual").stat().st_mode)


@pytest.mark.parametrize("exists", [False, True])
def test_an_error_leaves_everything_as_it_was(tmp_path: Path, *, exists: bool) -> None:
    folder = tmp_path / "study" / "out"
    if exists:
        put(folder, {"results.json": "old", "notes.txt": "mine"})
    before = sorted(tmp_path.rglob("*"))

    def stop_half_way() -> None:
        with staged(folder, seal="results.json", owned=OWNED) as staging:
            put(staging, {"results.json": "new"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stop_half_way()
    assert sorted(tmp_path.rglob("*")) == before
    if exists:
        assert tree(folder) == {"results.json": "old", "notes.txt": "mine"}


def test_an_older_result_goes_whole_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    put(tmp_path, {"results.json": "old", "maps/T2map.nii.gz": "old", "maps/mine.nii.gz": "mine", "notes.txt": "mine"})
    with staged(tmp_path, seal="results.json", owned=OWNED) as staging:
        put(staging, {"results.json": "new", "maps/T1map.nii.gz": "new"})
    assert tree(tmp_path) == {
        "results.json": "new",
        "maps/T1map.nii.gz": "new",
        "maps/mine.nii.gz": "mine",
        "notes.txt": "mine",
    }


def test_folders_that_the_older_result_leaves_empty_go_with_it(tmp_path: Path) -> None:
    put(tmp_path, {"results.json": "old", "maps/T2map.nii.gz": "old"})
    with staged(tmp_path, seal="results.json", owned=OWNED) as staging:
        put(staging, {"results.json": "new"})
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]


def test_a_file_that_cannot_be_replaced_brings_the_whole_older_result_back(tmp_path: Path) -> None:
    old = {"results.json": "old", "maps/T1map.nii.gz": "old"}
    put(tmp_path, old)
    (tmp_path / "wells.csv").mkdir()  # no file can be renamed onto a folder
    with (
        pytest.raises(InputError, match="cannot be written"),
        staged(tmp_path, seal="results.json", owned=OWNED) as staging,
    ):
        put(staging, {"results.json": "new", "maps/T1map.nii.gz": "new", "wells.csv": "new"})
    assert tree(tmp_path) == old


def test_the_seal_is_the_first_to_go_and_the_last_to_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, {"a.csv": "old", "results.json": "old", "z.csv": "old"})
    moves: list[tuple[str, bool]] = []
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:
        moves.append((self.name, target.parent == tmp_path))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    with staged(tmp_path, seal="results.json") as staging:
        put(staging, {"a.csv": "new", "results.json": "new", "z.csv": "new"})
    assert moves[0] == ("results.json", False)
    assert moves[-1] == ("results.json", True)
    assert len(moves) == 6


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX's")
@pytest.mark.parametrize("exists", [False, True])
def test_a_kill_leaves_no_new_file_and_the_older_result(tmp_path: Path, *, exists: bool) -> None:
    folder = tmp_path / "out"
    if exists:
        put(folder, {"results.json": "old"})
    script = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom relaxo.io.files import staged\n"
        "with staged(Path(sys.argv[1]), seal='results.json') as staging:\n"
        "    (staging / 'results.json').write_text('new')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    run = subprocess.run([sys.executable, "-c", script, str(folder)], check=False)
    assert run.returncode == -signal.SIGKILL
    if exists:
        assert (folder / "results.json").read_text() == "old"
        assert [path.name for path in folder.iterdir() if not path.name.startswith(".")] == ["results.json"]
    else:
        assert not folder.exists()
    with staged(folder, seal="results.json") as staging:
        put(staging, {"results.json": "after"})
    assert (folder / "results.json").read_text() == "after"


def test_what_a_kill_left_is_cleared_a_day_later(tmp_path: Path) -> None:
    for name, age in ((".relaxo-partial-old", 2 * 86400), (".relaxo-partial-young", 60)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    with staged(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [".relaxo-partial-young"]


def test_files_of_the_user_with_our_names_are_not_replaced(tmp_path: Path) -> None:
    put(tmp_path, {"wells.csv": "concentrations of the user"})
    with (
        pytest.raises(UsageError, match=r"wells\.csv without results\.json") as caught,
        staged(tmp_path, seal="results.json", owned=OWNED),
    ):
        raise AssertionError("work was begun")
    assert caught.value.hint is not None
    assert tree(tmp_path) == {"wells.csv": "concentrations of the user"}


def test_a_result_whose_replacement_was_killed_counts_as_ours(tmp_path: Path) -> None:
    put(tmp_path, {"wells.csv": "new", ".relaxo-partial-0/previous/results.json": "old"})
    check_folder(tmp_path, seal="results.json", owned=OWNED)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(UsageError, match="a file"), staged(tmp_path / "out"):
        raise AssertionError("work was begun")
    assert tree(tmp_path) == {"out": "mine"}


def test_a_folder_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="cannot be written") as caught, staged(tmp_path / "file" / "out"):
        raise AssertionError("work was begun")
    assert caught.value.exit_code == 3
    assert caught.value.hint is not None


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="Permission denied"), staged(tmp_path / "out"):
        raise AssertionError("work was begun")


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No space left"), staged(tmp_path / "out"):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []
