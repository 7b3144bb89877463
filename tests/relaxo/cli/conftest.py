import json

import pytest

from relaxo import samples
from relaxo.cli import run_command


@pytest.fixture
def call(capsys):
    """Run a command in this process, and return its exit code, standard output and standard error."""

    def run(*arguments):
        code = run_command([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    return run


@pytest.fixture
def call_json(call):
    """Run a command that must succeed and print strict JSON, and return what it printed."""

    def run(*arguments):
        code, out, err = call(*arguments, "--json")
        assert code == 0, err
        return json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))

    return run


@pytest.fixture(scope="session")
def phantom():
    """Return the folder of the shipped phantom."""
    return samples.sample_phantom()
