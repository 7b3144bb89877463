"""What a worker of the cluster does with a study: starts its process, waits for the answer, and says when it starts."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from relaxo.batch.key import content_key
from relaxo.batch.mark import is_complete, note_failure
from relaxo.batch.studies import Study
from relaxo.errors import RelaxoError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Libraries that multiply matrices start as many threads as there are processors, in every process.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_LAST_WORDS = 2000

_running: set[subprocess.Popen[bytes]] = set()
_lock = threading.Lock()


def work(task: dict[str, Any], topic: str) -> dict[str, Any]:
    """Run one study in a process of its own, and return what `relaxo.batch.child.run_study` does.

    With ``resume`` its status is ``unchanged`` when there are results of the same files, recipe and version.

    A process that dies, of a fault in a compiled library or because the system ran out of memory, is a failed study
    with the reason, and nothing else.
    """
    from distributed import get_worker  # noqa: PLC0415 - an extra, there where a worker is

    get_worker().log_event(topic, {"study": task["name"], "started": True})
    study, out = Study(task["name"], Path(task["source"])), Path(task["out"])
    if task["resume"] and _is_unchanged(study, out):
        return {"status": "unchanged"}
    log = out / "logs" / f"{study.name}.txt"
    with tempfile.TemporaryFile() as errors:
        with _started(errors) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            with contextlib.suppress(BrokenPipeError):  # it died at once, and its exit code says why
                process.stdin.write(json.dumps(task).encode() + b"\n")
                process.stdin.flush()
            answer = process.stdout.read()
            process.stdin.close()
            code = process.wait()
        errors.seek(0)
        words = errors.read().decode("utf-8", "replace")
    if words.strip():
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(words, encoding="utf-8")
    else:
        log.unlink(missing_ok=True)
    if code == 0 and answer:
        found: dict[str, Any] = json.loads(answer)
        return found
    reason = f"its process {_end(code)}"
    last = words.strip().splitlines()[-1:]
    reason += f": {last[0][:_LAST_WORDS]}" if last else ""
    note_failure(out / study.name, reason)
    return {"status": "failed", "seconds": 0.0, "reason": reason}


def stop() -> None:
    """End the studies that run in this process's workers."""
    with _lock:
        for process in _running:
            process.kill()


def _is_unchanged(study: Study, out: Path) -> bool:
    try:
        return is_complete(out / study.name, content_key(study.recipe(), out))
    except RelaxoError:  # its process will say why
        return False


@contextlib.contextmanager
def _started(errors: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-c", "from relaxo.batch.child import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env={**dict.fromkeys(_THREADS, "1"), **os.environ},
        # An interrupt at the keyboard is for the batch, which then ends its studies.
        start_new_session=True,
    )
    with _lock:
        _running.add(process)
    try:
        with process:
            yield process
    finally:
        with _lock:
            _running.discard(process)


def _end(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = ", as the system does when memory runs out" if name == "SIGKILL" else ""
    return f"was ended by {name}{hint}"
