"""The commands, one file each; what they compute, the pipeline computes.

Exit codes: 0 done; 2 the call was wrong; 3 the input could not be used; 4 the analysis could not be done; 130 stopped
by the user.
"""

from relaxo.cli.app import run_command

__all__ = ["run_command"]
