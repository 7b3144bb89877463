"""What a worker of the cluster does with a study: finds it a process, waits for the answer, and says when it starts."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Any

from relaxo.batch.key import content_key
from relaxo.batch.mark import is_complete, note_failure
from relaxo.batch.place import Ending, Place
from relaxo.batch.studies import Study
from relaxo.errors import RelaxoError

_LAST_WORDS = 2000

_lock = threading.Lock()
_running: set[Place] = set()
_idle: list[Place] = []
_stopped = False


def work(task: dict[str, Any], topic: str) -> dict[str, Any]:
    """Run one study in a process of its own, and return what `relaxo.batch.child.run_study` does.

    With ``resume`` its status is ``unchanged`` when there are results of the same files, recipe and version.

    A process that dies, of a fault in a compiled library or because the system ran out of memory, or that takes longer
    than ``timeout_s``, is a failed study with the reason, and nothing else.
    """
    from distributed import get_worker  # noqa: PLC0415 - an extra, there where a worker is

    get_worker().log_event(topic, {"study": task["name"], "started": True})
    study, out = Study(task["name"], Path(task["source"])), Path(task["out"])
    if task["resume"] and _is_unchanged(study, out):
        return {"status": "unchanged"}
    ending = _run(task)
    log = out / "logs" / f"{study.name}.txt"
    if ending.words.strip():
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(ending.words, encoding="utf-8")
    else:
        log.unlink(missing_ok=True)
    if ending.answer is not None:
        return ending.answer
    if _stopped:
        return {"status": "not run", "reason": "the batch was stopped"}
    reason = _why(ending, task["timeout_s"])
    note_failure(out / study.name, reason)
    return {"status": "failed", "seconds": task["timeout_s"] if ending.late else 0.0, "reason": reason}


def begin() -> None:
    """Let studies run in this process's workers, after a `stop`."""
    global _stopped  # noqa: PLW0603 - of this process, as its places are
    _stopped = False


def stop() -> None:
    """End the studies that run in this process's workers, and the processes that wait for more."""
    global _stopped  # noqa: PLW0603
    with _lock:
        _stopped = True
        for place in _running:
            place.end()
        for place in _idle:
            place.close()
        _idle.clear()


def _run(task: dict[str, Any]) -> Ending:
    """Run a study in a process that waits for one, or in a new one."""
    while True:
        with _lock:
            if _stopped:
                return Ending(None, 0, "", late=False)
            waiting = _idle.pop() if _idle else None
            place = waiting or Place()
            _running.add(place)
        ending = place.run(task, task["timeout_s"])
        with _lock:
            _running.discard(place)
            keep = place.lives and not ending.late and not _stopped
            if keep:
                _idle.append(place)
        if not keep:
            place.close()
        # One that waited too long for a study may just have gone.
        if waiting is None or ending.answer is not None or ending.code != 0:
            return ending


def _is_unchanged(study: Study, out: Path) -> bool:
    try:
        return is_complete(out / study.name, content_key(study.recipe(), out))
    except RelaxoError:  # its process will say why
        return False


def _why(ending: Ending, timeout_s: float | None) -> str:
    if ending.late and timeout_s is not None:
        return f"it took longer than the {timeout_s / 60:.3g} min that --timeout grants a study"
    last = ending.words.strip().splitlines()[-1:]
    return f"its process {_end(ending.code)}" + (f": {last[0][:_LAST_WORDS]}" if last else "")


def _end(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = ", as the system does when memory runs out" if name == "SIGKILL" else ""
    return f"was ended by {name}{hint}"
