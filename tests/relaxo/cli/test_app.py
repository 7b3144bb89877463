import subprocess
import sys

import pytest

from relaxo import __version__
from relaxo.cli.app import COMMANDS

HEAVY = ("numpy", "scipy", "skimage", "pydicom", "nibabel", "matplotlib", "PySide6", "pyqtgraph")


def modules_after(statement):
    """Return what a fresh interpreter has loaded after a statement."""
    program = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines())


def test_help_loads_nothing_heavy():
    statement = "from relaxo.cli import run_command\nassert run_command(['--help']) == 0"
    assert modules_after(statement).isdisjoint(HEAVY)


def test_the_command_line_never_loads_qt():
    statement = "\n".join(f"import {module}" for module in (*COMMANDS.values(), "relaxo.pipeline", "relaxo.report"))
    assert modules_after(statement).isdisjoint({"PySide6", "pyqtgraph", "relaxo_gui"})


def test_a_run_waits_for_no_library_that_it_can_do_without():
    needless = {"scipy.stats", "reportlab", "skimage", "cmcrameri", "matplotlib.pyplot"}
    assert modules_after("import relaxo.pipeline, relaxo.report").isdisjoint(needless)


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS), ["phantom", "make"], ["phantom", "list"]])
def test_every_command_has_help(call, command):
    code, out, _ = call(*command, "--help")
    assert code == 0
    assert "Usage: relaxo" in out


def test_every_command_is_listed_with_a_whole_sentence(call):
    _, out, _ = call("--help")
    for name in COMMANDS:
        (line,) = (line for line in out.splitlines() if line.startswith(f"  {name} "))
        assert line.endswith(".")
        assert not line.endswith("...")


def test_version(call):
    code, out, _ = call("--version")
    assert code == 0
    assert __version__ in out


@pytest.mark.parametrize("arguments", [["nonsense"], ["run"], ["scan"], ["scan", "x", "--nonsense"], ["run", "x"]])
def test_a_wrong_call_ends_with_2_and_says_what_is_wrong(call, arguments):
    code, out, err = call(*arguments)
    assert code == 2
    assert out == ""
    assert "Error" in err


@pytest.mark.parametrize(
    ("called", "advice"), [("rn", "Did you mean 'run'?"), ("xyzzy", "There are demo, scan, run, batch,")]
)
def test_a_command_that_there_is_not_leads_to_those_that_there_are(call, called, advice):
    code, _, said = call(called)
    assert code == 2
    assert f"No such command '{called}'. {advice}" in said


def test_a_path_in_place_of_a_command_leads_to_its_analysis(call, tmp_path):
    images = tmp_path / "my images"
    images.mkdir()
    code, _, said = call(str(images))
    assert code == 2
    assert f"relaxo run '{images}'" in said


@pytest.mark.parametrize("command", ["scan", "wells", "fit", "run"])
def test_a_path_that_is_not_there_ends_with_3_in_one_sentence(call, tmp_path, command):
    out_option = ["--out", tmp_path / "out"] if command in {"fit", "run"} else []
    code, out, err = call(command, tmp_path / "nowhere", *out_option)
    assert code == 3
    assert out == ""
    assert err.startswith("relaxo: ")
    assert "nowhere" in err
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_the_module_runs_like_the_command():
    done = subprocess.run([sys.executable, "-m", "relaxo", "--version"], capture_output=True, text=True, check=True)
    assert __version__ in done.stdout


def test_a_reader_that_goes_away_is_no_failure():
    command = f"{sys.executable} -m relaxo models | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)  # noqa: S602
    assert done.stderr == ""
