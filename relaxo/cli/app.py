"""The command line as a whole: its commands, its options, and how errors leave it."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from relaxo import __version__
from relaxo.errors import Cancelled, RelaxoError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Every command, in the order of the help, and the module that holds it.
COMMANDS = {
    "demo": "relaxo.cli.demo",
    "scan": "relaxo.cli.scan",
    "run": "relaxo.cli.run",
    "figure": "relaxo.cli.figure",
    "fit": "relaxo.cli.fit",
    "wells": "relaxo.cli.wells",
    "relaxivity": "relaxo.cli.relaxivity",
    "models": "relaxo.cli.models",
    "agents": "relaxo.cli.agents",
    "phantom": "relaxo.cli.phantom",
    "gui": "relaxo.cli.gui",
}


class _Commands(click.Group):
    """Imports the module of a command only when the command is looked at."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = import_module(COMMANDS[cmd_name]).command
        assert isinstance(command, click.Command)
        return command


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 2 the call is wrong, 3 the input could not be used, 4 the analysis could not be done.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda *told: _print_version(told[-1]),
    help="Show the version and the fit engine, and exit.",
)
def relaxo() -> None:
    """From the scanner's DICOMs to T1 and T2 maps, r1, r2 and the figure.

    Begin with `relaxo demo`.
    """


def _print_version(wanted: object) -> None:
    if wanted:
        from relaxo.fitting import engine_name

        click.echo(f"relaxo {__version__}, {engine_name()} engine")
        raise click.exceptions.Exit


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; what a user can cause ends as one sentence."""
    try:
        relaxo.main(args=None if arguments is None else list(arguments), prog_name="relaxo", standalone_mode=False)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except RelaxoError as error:
        click.echo(f"relaxo: {error}", err=True)
        return error.exit_code
    except (Cancelled, click.Abort, KeyboardInterrupt):
        click.echo("relaxo: stopped; nothing was written.", err=True)
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone (`relaxo agents | head`); nothing may be flushed to it any more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
