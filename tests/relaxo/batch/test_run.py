import csv
import errno
import html
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import openpyxl
import pytest

from relaxo.batch import find_studies, run_batch, write_summary
from relaxo.batch import place as place_module
from relaxo.batch import run as run_module
from relaxo.errors import UsageError

TABLES = ("summary.csv", "summary.xlsx", "summary.html")
COMMAND = (sys.executable, "-m", "relaxo", "batch")


def tables(out):
    return [(out / name).read_bytes() for name in TABLES]


def start(*arguments):
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Tests that run behind a shell would inherit that interrupts are ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no thread runs yet
    )


def finished(*arguments):
    process = start(*arguments)
    out, err = process.communicate(timeout=300)
    assert "Traceback" not in err, err
    return process.returncode, out, err


@pytest.fixture(scope="module")
def broken(pristine, maker, tmp_path_factory):
    """Return a folder of five studies of which three are broken, each differently, and the results of a whole run."""
    home = tmp_path_factory.mktemp("broken")
    studies = shutil.copytree(pristine, home / "studies")
    for number, breakage in enumerate(maker.BREAKAGES, start=1):
        breakage(studies / f"p{number}")
    code, out, err = finished(studies, "--out", home / "whole", "--workers", "2")
    return studies, home / "whole", code, out, err


def test_one_bad_study_stops_no_other_and_each_says_why(broken):
    _, whole, code, out, err = broken
    assert code == 5
    with (whole / "summary.csv").open() as file:
        rows = {row["study"]: row for row in csv.DictReader(file)}
    assert {name: row["status"] for name, row in rows.items()} == {
        "p0": "done",
        "p1": "failed",
        "p2": "failed",
        "p3": "failed",
        "p4": "done",
    }
    for number, r1, r2 in ((0, 4.0, 5.0), (4, 4.4, 5.8)):
        row = rows[f"p{number}"]
        assert float(row["r1_per_s_per_mM"]) == pytest.approx(r1, rel=0.03)
        assert float(row["r2_per_s_per_mM"]) == pytest.approx(r2, rel=0.05)
        assert float(row["r2_over_r1"]) == pytest.approx(r2 / r1, rel=0.05)
        assert (whole / f"p{number}" / "results.json").is_file()
    for number, word in ((1, "dicom"), (2, "TOML"), (3, "66")):
        reason = rows[f"p{number}"]["reason"]
        assert word in reason
        assert (whole / f"p{number}" / "failed.txt").read_text().startswith(reason)
        assert f"failed: p{number}: {reason}" in out
        # Where only the concentrations are wrong, maps and wells are there.
        assert (whole / f"p{number}" / "results.json").exists() == (number == 3)
        assert reason in html.unescape((whole / "summary.html").read_text())
    assert "of this run: its maps and wells" in (whole / "p3" / "failed.txt").read_text()
    assert "[5/5]" in err
    assert "left" in err
    sheet = openpyxl.load_workbook(whole / "summary.xlsx")["Summary"]
    assert sheet.max_row == 6


def test_killed_half_way_and_resumed_it_ends_with_the_tables_of_a_whole_run(broken, tmp_path):
    studies, whole, *_ = broken
    out = tmp_path / "out"
    process = start(studies, "--out", out, "--workers", "1")
    try:
        wait_for(lambda: any(out.glob("p*/study.json")))
        children = {int(pid) for pid in children_of(process.pid)}
        children |= {int(pid) for child in children for pid in children_of(child)}
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    wait_for(lambda: not any(alive(pid) for pid in children))
    assert not (out / "summary.csv").exists()
    for folder in out.glob("p*"):
        assert (folder / "results.json").exists() or (folder / "failed.txt").exists()
    code, printed, err = finished(studies, "--out", out, "--resume", "--workers", "2")
    assert code == 5, err
    assert "unchanged" in printed
    assert tables(out) == tables(whole)


def test_resumed_it_does_what_changed_and_what_is_missing_and_nothing_else(studies, tmp_path):

    for name in ("p2", "p3", "p4"):
        shutil.rmtree(studies / name)
    out = tmp_path / "out"
    found = find_studies([studies], out)
    assert [outcome.status for outcome in run_batch(found, out, workers=2)] == ["done", "done"]
    again = run_batch(found, out, workers=1, resume=True)
    assert [outcome.status for outcome in again] == ["unchanged", "unchanged"]
    write_summary(again, out)
    before = tables(out)
    image = next((studies / "p0" / "dicom").rglob("*.dcm"))
    image.write_bytes(image.read_bytes()[:-1] + b"\x01")
    changed = run_batch(found, out, workers=1, resume=True)
    assert [outcome.status for outcome in changed] == ["done", "unchanged"]
    (studies / "p1" / "recipe.toml").unlink()
    failed = run_batch(found, out, workers=1, resume=True)
    assert [outcome.status for outcome in failed] == ["unchanged", "failed"]
    assert "earlier run" in (out / "p1" / "failed.txt").read_text()
    write_summary(failed, out)
    assert tables(out) != before


def test_a_study_whose_process_dies_is_a_failure_with_its_signal(studies, tmp_path, monkeypatch):
    program = "import os, signal, sys; sys.stdin.readline(); os.kill(os.getpid(), signal.SIGKILL)"
    original = subprocess.Popen

    def popen(_, **options):
        return original([sys.executable, "-c", program], **options)

    monkeypatch.setattr(place_module.subprocess, "Popen", popen)
    (outcome, *_) = run_batch(find_studies([studies / "p0"], tmp_path), tmp_path, workers=1)
    assert outcome.status == "failed"
    assert "SIGKILL" in outcome.reason
    assert "memory" in outcome.reason
    assert outcome.reason in (tmp_path / outcome.study.name / "failed.txt").read_text()


def test_two_batches_do_not_write_into_one_folder(studies, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    with run_module._alone(out):
        code, _, err = finished(studies, "--out", out)
        assert code == 2
        assert "another batch writes into this folder" in err
        with pytest.raises(UsageError, match="another batch"):
            run_batch(find_studies([studies], out), out)
    with run_module._alone(out):  # it was let go of
        pass


def test_a_disk_without_locks_is_no_hindrance(tmp_path, monkeypatch):
    import locket

    def refused(*_, **__):
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(locket._LockFile, "acquire", refused)
    with run_module._alone(tmp_path):
        pass


def test_a_study_that_takes_too_long_is_given_up(studies, tmp_path):
    found = find_studies([studies / "p0"], tmp_path / "out")
    (outcome,) = run_batch(found, tmp_path / "out", workers=1, timeout_s=0.3)
    assert outcome.status == "failed"
    assert "0.005 min that --timeout grants" in outcome.reason
    assert outcome.reason in (tmp_path / "out" / "p0" / "failed.txt").read_text()


def test_on_a_cluster_it_gives_the_same_tables(broken, tmp_path):
    studies, whole, *_ = broken
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port)]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    servers = [subprocess.Popen([*dask, "--no-dashboard"], **quiet)]
    try:
        servers += [subprocess.Popen(worker, **quiet) for _ in range(2)]
        out = tmp_path / "out"
        code, printed, err = finished(studies, "--out", out, "--scheduler", address)
        assert code == 5, err + printed
        assert tables(out) == tables(whole)
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait(30)


def test_a_scheduler_that_does_not_answer_is_said(studies, tmp_path, monkeypatch):
    monkeypatch.setattr(run_module, "_CONNECT", "1s")
    with pytest.raises(UsageError, match="no Dask scheduler"):
        run_batch(find_studies([studies], tmp_path), tmp_path, scheduler=f"tcp://127.0.0.1:{free_port()}")


def test_without_dask_it_says_what_to_install(studies, tmp_path, monkeypatch):
    monkeypatch.setattr(run_module, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"relaxo\[batch\]"):
        run_batch(find_studies([studies], tmp_path), tmp_path)


def test_interrupted_it_leaves_what_is_complete(studies, tmp_path):
    out = tmp_path / "out"
    process = start(studies, "--out", out, "--workers", "1")
    try:
        wait_for(lambda: any(out.glob("p*/study.json")))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "--resume" in err
    assert "Traceback" not in err
    assert json.loads(next(out.glob("p*/results.json")).read_text())["agents"]


def wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)


def children_of(pid):
    done = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.split()


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
