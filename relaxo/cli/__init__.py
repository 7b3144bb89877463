"""The commands, one file each; what they compute, the pipeline computes.

Exit codes: 0 done; 2 the call was wrong; 3 the input could not be used; 4 the analysis could not be done; 5 some
studies of a batch failed; 6 none of them worked; 130 stopped by the user.

Results go to standard output; progress, notes and errors to standard error, as sentences, or with ``--log-json`` as
JSON, an object a line; with ``--quiet`` errors alone.
"""

from relaxo.cli.app import run_command

__all__ = ["run_command"]
