"""The process that studies run in: reads what to do from its standard input, and answers on its standard output.

Where the system can fork, it loads the libraries once, which takes as long as a small study, and then every study gets
a process of its own that is copied from it. Elsewhere it is the process of one study, and ends with it.

A study ends when standard input does: whoever waits for the answer holds it open, and when they are killed, nobody is
left that computes for nothing.
"""

from __future__ import annotations

import io
import json
import os
import select
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

from relaxo.batch.key import content_key
from relaxo.batch.mark import mark_complete, note_failure, unmark
from relaxo.batch.studies import Study
from relaxo.errors import RelaxoError

if TYPE_CHECKING:
    from relaxo.recipe import Recipe


#: A study's process may be copied from one that has loaded the libraries. Not on macOS, whose own libraries do not
#: survive it.
FORKS = hasattr(os, "fork") and sys.platform != "darwin"

#: It keeps a hundred megabytes or two; nobody needs them held on a cluster whose batch is over.
_IDLE_S = 60.0


def main() -> None:
    """Do what each line of standard input says, and answer with a line; and, after a copy, with one on how it ended."""
    # What a library prints must not become part of the answer.
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    if not FORKS:
        _run(sys.stdin.buffer.readline(), answer)
    _load()
    while select.select([0], [], [], _IDLE_S)[0] and (line := sys.stdin.buffer.readline()):
        copy = os.fork()
        if copy == 0:
            _run(line, answer)
        code = os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1])
        answer.write(json.dumps({"code": code}) + "\n")
        answer.flush()


def _run(line: bytes, answer: IO[str]) -> NoReturn:
    """Run a study, and end."""
    threading.Thread(target=_end_with, args=(sys.stdin.buffer,), daemon=True).start()
    task = json.loads(line)
    found = run_study(Study(task["name"], Path(task["source"])), Path(task["out"]))
    answer.write(json.dumps(found) + "\n")
    answer.flush()
    sys.stderr.flush()
    # The thread that waits for the end of standard input would be waited for.
    os._exit(0)


def _load() -> None:
    """Load what studies need, and draw something: fonts are looked for and read at the first letter."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - only where it is of use to many

    import relaxo.pipeline  # noqa: F401, PLC0415
    from relaxo.report import html, pdf, pdf_fonts, style  # noqa: F401, PLC0415

    pdf_fonts.register()
    with style.style():
        figure = Figure()
        figure.text(0.5, 0.5, "T₁ (ms)")
        for kind in ("png", "svg", "pdf"):
            figure.savefig(io.BytesIO(), format=kind)


def run_study(study: Study, out: Path) -> dict[str, Any]:
    """Run a study; results are complete or not there, and a failure says why.

    Parameters
    ----------
    study
        What to run.
    out
        Folder of the batch; results lie in one of the study's name below it.

    Returns
    -------
    ``status`` (``done`` or ``failed``), ``seconds``, and ``reason`` for a failure.
    """
    folder = out / study.name
    began = time.monotonic()
    older = True
    try:
        recipe = study.recipe()
        key = content_key(recipe, out)
        # From here on the results may be of other files than the mark says.
        unmark(folder)
        reason = _analyse(recipe, folder)
        if not reason:
            mark_complete(folder, key)
            return {"status": "done", "seconds": time.monotonic() - began}
    except RelaxoError as error:
        reason = str(error)
    except (MemoryError, OSError) as error:
        reason = f"{type(error).__name__}: {error}"
    except Exception as error:  # noqa: BLE001 - a fault of ours in one study must not be silent, nor stop the others
        traceback.print_exc()
        reason = f"a fault in Relaxo ({type(error).__name__}: {error}); the log has the details"
    else:
        older = False
    note_failure(folder, reason, older=older)
    return {"status": "failed", "seconds": time.monotonic() - began, "reason": reason}


def _analyse(recipe: Recipe, folder: Path) -> str:
    """Write results, and return why they are without relaxivities; empty where they have them."""
    from relaxo import report  # noqa: PLC0415 - matplotlib takes a second, which an unchanged study need not wait for
    from relaxo.pipeline import Pipeline  # noqa: PLC0415

    report.check(folder, recipe)
    result = Pipeline().run(recipe, despite_failure=True)
    report.write(result, folder)
    return "" if result.failure is None else str(result.failure)


def _end_with(stream: IO[bytes]) -> None:
    while stream.read(1024):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
