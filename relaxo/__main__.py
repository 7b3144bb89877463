"""The command: `relaxo`, or `python -m relaxo`."""

import sys

from relaxo.cli import run_command


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run_command())


if __name__ == "__main__":
    main()
