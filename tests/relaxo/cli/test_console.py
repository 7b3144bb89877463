import json
import os
import subprocess
import sys

import pytest

ESCAPE = "\x1b"


def lines(err):
    return [json.loads(line) for line in err.splitlines()]


def test_json_for_programs_tells_stages_and_notes_with_their_codes(call, phantom, tmp_path):
    code, out, err = call("run", phantom / "dicom", "--out", tmp_path / "out", "--log-json")
    assert code == 0, err
    said = lines(err)
    for line in said:
        assert {"time", "level", "event", "message"} <= line.keys()
    stages = [line["stage"] for line in said if line["event"] == "stage_finished"]
    assert "Fitting T1" in stages
    assert "no_concentrations" in [line["code"] for line in said if line["event"] == "notice"]
    assert str(tmp_path / "out" / "results.json") in out


def test_a_failure_is_one_object_with_what_where_and_hint(call, tmp_path):
    code, _, err = call("run", "--log-json", tmp_path / "nowhere", "--out", tmp_path / "out")
    assert code == 3
    (line,) = lines(err)
    assert line["level"] == "error"
    assert line["exit_code"] == 3
    assert "no such file" in line["what"]
    assert line["where"].endswith("nowhere")
    assert line["hint"]


def test_a_wrong_call_is_an_object_too(call):
    code, _, err = call("--log-json", "run")
    assert code == 2
    (line,) = lines(err)
    assert line["exit_code"] == 2


@pytest.mark.parametrize("place", ["before", "after"])
def test_quiet_leaves_out_notes_but_no_errors(call, phantom, tmp_path, place):
    words = ["run", phantom / "dicom", "--out", tmp_path / "out"]
    code, out, err = call(*(["-q", *words] if place == "before" else [*words, "--quiet"]))
    assert (code, err) == (0, "")
    assert "results.json" in out
    code, _, err = call("-q", "run", tmp_path / "nowhere", "--out", tmp_path / "more")
    assert code == 3
    assert "no such file" in err


def test_one_call_does_not_change_the_next(call, phantom, tmp_path):
    call("--log-json", "--quiet", "run", tmp_path / "nowhere", "--out", tmp_path / "out")
    _, _, err = call("run", phantom / "dicom", "--out", tmp_path / "out")
    assert err.startswith("note: ")


def on_a_terminal(arguments, **environment):
    """Run a command on a terminal of its own, and return what appears there."""
    pty = pytest.importorskip("pty", reason="this system has no terminals of its own")
    leader, follower = pty.openpty()
    held = {key: value for key, value in os.environ.items() if key not in {"NO_COLOR", "TERM"}}
    process = subprocess.Popen(
        [sys.executable, "-m", "relaxo", *map(str, arguments)],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**held, "TERM": "xterm-256color", **environment},
    )
    os.close(follower)
    shown = b""
    try:
        while piece := os.read(leader, 4096):
            shown += piece
    except OSError:  # Linux ends a terminal so
        pass
    os.close(leader)
    assert process.wait() == 0
    return shown.decode()


def test_colours_at_a_terminal_only_and_never_with_no_color(phantom):
    command = ["scan", phantom / "dicom"]
    done = subprocess.run(
        [sys.executable, "-m", "relaxo", *map(str, command)], capture_output=True, text=True, check=True
    )
    assert ESCAPE not in done.stdout + done.stderr
    assert f"{ESCAPE}[1m" in on_a_terminal(command)
    assert f"{ESCAPE}[1m" not in on_a_terminal(command, NO_COLOR="1")
