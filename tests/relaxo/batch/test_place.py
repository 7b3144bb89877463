import os
import signal
import subprocess
import threading
import time

import pytest

from relaxo.batch import child
from relaxo.batch.place import Place


@pytest.fixture
def place():
    made = Place()
    yield made
    made.close()


def task(studies, name, out):
    return {"name": name, "source": str(studies / name / "recipe.toml"), "out": str(out)}


def children_of(pid):
    done = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in done.stdout.split()]


@pytest.mark.skipif(not child.FORKS, reason="each study starts a process anew here")
def test_a_study_that_dies_takes_no_other_along(place, studies, tmp_path):
    endings = []
    run = threading.Thread(target=lambda: endings.append(place.run(task(studies, "p0", tmp_path))))
    run.start()
    copies = []
    while run.is_alive() and not (copies := children_of(place._process.pid)):
        time.sleep(0.01)
    os.kill(copies[0], signal.SIGKILL)
    run.join()
    (ending,) = endings
    assert ending.answer is None
    assert ending.code == -signal.SIGKILL
    assert place.lives
    second = place.run(task(studies, "p1", tmp_path))
    assert second.answer["status"] == "done"
    assert second.code == 0
    assert (tmp_path / "p1" / "results.json").exists()
    third = place.run(task(studies, "p2", tmp_path))
    assert third.answer["status"] == "done"


def test_what_a_study_writes_on_standard_error_is_its_own(place, studies, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "p0").write_text("in the way")  # neither results nor the reason can be written
    first = place.run(task(studies, "p0", tmp_path / "out"))
    assert first.answer["status"] == "failed"
    assert "cannot be written" in first.words
    if place.lives:
        second = place.run(task(studies, "p1", tmp_path / "out"))
        assert second.answer["status"] == "done"
        assert second.words == ""


def test_what_is_late_is_ended_with_its_process(place, studies, tmp_path):
    ending = place.run(task(studies, "p0", tmp_path), timeout_s=0.2)
    assert ending.late
    assert ending.answer is None
    assert not place.lives
