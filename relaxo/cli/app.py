"""The command line as a whole: its commands, its options, and how errors leave it."""

from __future__ import annotations

import difflib
import os
import shlex
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaxo import __version__
from relaxo.cli.console import log
from relaxo.errors import Cancelled, RelaxoError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Every command, in the order of the help, and the module that holds it.
COMMANDS = {
    "demo": "relaxo.cli.demo",
    "scan": "relaxo.cli.scan",
    "run": "relaxo.cli.run",
    "batch": "relaxo.cli.batch",
    "export": "relaxo.cli.export",
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
        return _with_log_options(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments begin with.

        Raises
        ------
        click.UsageError
            If there is none; the message says what was probably meant.
        """
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            meant = difflib.get_close_matches(name, COMMANDS, 1)
            advice = f"Did you mean '{meant[0]}'?" if meant else f"There are {', '.join(COMMANDS)}."
            if Path(name).exists():
                advice = f"To analyse what lies there: relaxo run {shlex.quote(name)}"
            ctx.fail(f"No such command '{name}'. {advice}")
        return super().resolve_command(ctx, args)


def _with_log_options(command: click.Command) -> click.Command:
    """Return a command, and those below it, with the options that all of them have."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            _with_log_options(each)
    elif not any(option.name == "log_json" for option in command.params):
        command.params += _log_options()
    return command


def _log_options() -> list[click.Parameter]:
    def set_up(_: click.Context, option: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
        if value:
            setattr(log, {"quiet": "quiet", "log_json": "as_json"}[option.name or ""], True)

    def flag(names: list[str], about: str) -> click.Option:
        return click.Option(names, is_flag=True, is_eager=True, expose_value=False, callback=set_up, help=about)

    return [
        flag(["-q", "--quiet"], "Say nothing on standard error but errors."),
        flag(["--log-json"], "Say everything on standard error as JSON, an object a line."),
    ]


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    params=_log_options(),
    epilog="Exit codes: 2 the call is wrong, 3 the input could not be used, 4 the analysis could not be done; "
    "of a batch, 5 some studies failed, 6 none worked.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda *told: _print_version(told[-1]),
    help="Show the version, the fit engine and the commit, and exit.",
)
def relaxo() -> None:
    """From the scanner's DICOMs to T1 and T2 maps, r1, r2 and the figure.

    Begin with `relaxo demo`.
    """


def _print_version(wanted: object) -> None:
    if wanted:
        from relaxo.build import commit
        from relaxo.fitting import engine_name

        click.echo(f"relaxo {__version__}, {engine_name()} engine, commit {commit() or 'not known'}")
        raise click.exceptions.Exit


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; what a user can cause ends as one sentence."""
    log.quiet = log.as_json = False
    try:
        code = relaxo.main(
            args=None if arguments is None else list(arguments),
            prog_name="relaxo",
            standalone_mode=False,
            # https://no-color.org; where output is no terminal, click leaves colours out by itself.
            color=False if os.environ.get("NO_COLOR") else None,
        )
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        if log.as_json:
            log(error.format_message(), level="error", event="failed", exit_code=error.exit_code)
        else:
            error.show()
        return error.exit_code
    except RelaxoError as error:
        facts = {"what": error.what, "where": error.where, "hint": error.hint, "exit_code": error.exit_code}
        log(f"relaxo: {error}", level="error", event="failed", **facts)
        return error.exit_code
    except (Cancelled, click.Abort, KeyboardInterrupt):
        log("relaxo: stopped; nothing was written.", level="error", event="stopped", exit_code=130)
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone (`relaxo agents | head`); nothing may be flushed to it any more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    # What a command returns; its exit code where it left early.
    return code if isinstance(code, int) else 0
