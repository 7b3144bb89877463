"""A place where studies run, one after the other: the process that `relaxo.batch.child` is, held from outside."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from typing import Any

#: Libraries that multiply matrices start as many threads as there are processors, in every process.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

#: What makes this program the child. A frozen app is no Python, but knows how to begin as one.
_AS_CHILD = (
    ("--study-of-a-batch",) if getattr(sys, "frozen", False) else ("-c", "from relaxo.batch.child import main; main()")
)


@dataclass(frozen=True, slots=True)
class Ending:
    """How the process of a study ended."""

    answer: dict[str, Any] | None
    """What `relaxo.batch.child.run_study` returned; None when the process died before."""
    code: int
    """Its exit code, or minus the signal that ended it."""
    words: str
    """What it wrote on standard error."""
    late: bool
    """Whether it was ended because its time was over."""


class Place:
    """A process that studies run in."""

    def __init__(self) -> None:
        # Appended to: it is emptied after every study.
        self._errors = tempfile.TemporaryFile("a+b")  # noqa: SIM115 - lives as long as the process
        self._late = False
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, *_AS_CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**dict.fromkeys(_THREADS, "1"), **os.environ},
            # An interrupt at the keyboard is for the batch, which then ends its studies.
            start_new_session=True,
        )

    @property
    def lives(self) -> bool:
        """Whether it can take a study."""
        return self._process.poll() is None

    def run(self, task: dict[str, Any], timeout_s: float | None = None) -> Ending:
        """Run a study, and wait for it; none may run here already."""
        timer = threading.Timer(timeout_s, self._give_up) if timeout_s is not None else None
        if timer is not None:
            timer.start()
        try:
            answer, code = self._asked(task)
        finally:
            if timer is not None:
                timer.cancel()
                timer.join()
        self._errors.seek(0)
        words = self._errors.read().decode("utf-8", "replace")
        self._errors.truncate(0)
        return Ending(answer, code, words, self._late)

    def end(self) -> None:
        """End it, with whatever runs in it."""
        with contextlib.suppress(ProcessLookupError):
            if self.lives and hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    def close(self) -> None:
        """End it, and wait until it has ended; not while a study runs."""
        self.end()
        with contextlib.suppress(BrokenPipeError):
            self._process.communicate()
        self._errors.close()

    def _asked(self, task: dict[str, Any]) -> tuple[dict[str, Any] | None, int]:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError):  # it died at once, and its exit code says why
            process.stdin.write(json.dumps(task).encode() + b"\n")
            process.stdin.flush()
        answer = None
        while line := process.stdout.readline():
            told = json.loads(line)
            if "code" in told:
                return answer, told["code"]
            answer = told
        return answer, process.wait()

    def _give_up(self) -> None:
        self._late = True
        self.end()
