"""Runs the studies of a batch on a Dask cluster: one made for it on this machine, or one that there is already."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
import uuid
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from relaxo.batch.work import begin, stop, work
from relaxo.errors import InputError, UsageError
from relaxo.io.files import STAGING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from distributed import Client

    from relaxo.batch.studies import Study

_HOUR = 3600.0
_CONNECT = "20s"
_LOCK = ".relaxo-batch.lock"
#: Disks of some clusters know no locks.
_NO_LOCKS = {errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a study."""

    study: Study
    status: Literal["done", "unchanged", "failed", "not run"]
    """``unchanged``: results of the same files, recipe and version were there already."""
    seconds: float = 0.0
    reason: str = ""
    """Why it failed."""

    @property
    def worked(self) -> bool:
        """Whether there are results."""
        return self.status in {"done", "unchanged"}


@dataclass(frozen=True, slots=True)
class Happening:
    """A study has begun, or is finished."""

    study: Study
    outcome: Outcome | None
    """None when it has begun."""


def run_batch(
    studies: Sequence[Study],
    out: Path,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    resume: bool = False,
    timeout_s: float | None = None,
    told: Callable[[Happening], object] = lambda _: None,
) -> tuple[Outcome, ...]:
    """Run studies, each in a process of its own; one that fails stops no other.

    Parameters
    ----------
    studies
        What to run.
    out
        Receives a folder of results a study. On a cluster, all workers must see it and the studies under the same path.
    workers
        How many run at the same time on this machine; as many as it has processors where nothing is said.
    scheduler
        Address of the scheduler of a Dask cluster to run on; this machine where nothing is said.
    resume
        Whether studies are left as they are whose results follow from the same files, recipe and version.
    timeout_s
        After how many seconds a study is given up, as a failure; never where nothing is said.
    told
        Hears of every study that begins or is finished, on whatever thread.

    Returns
    -------
    What became of each, in the order of the studies.

    Raises
    ------
    UsageError
        When Dask is not installed, there is no scheduler at that address, or another batch writes into that folder.
    InputError
        When the folder cannot be made.
    """
    if find_spec("distributed") is None:
        raise UsageError("batches run on Dask, which is not installed", hint='pip install "relaxo[batch]"')
    if not studies:
        return ()
    out = out.absolute()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"the folder cannot be made: {error.strerror or error}", where=str(out), hint="Choose another"
        ) from error
    with _alone(out):
        return _run(studies, out, workers, scheduler, resume=resume, timeout_s=timeout_s, told=told)


def _run(
    studies: Sequence[Study],
    out: Path,
    workers: int | None,
    scheduler: str | None,
    *,
    resume: bool,
    timeout_s: float | None,
    told: Callable[[Happening], object],
) -> tuple[Outcome, ...]:
    _sweep(out)
    by_name = {study.name: study for study in studies}
    tasks = {
        study.name: {
            "name": study.name,
            "source": str(study.source),
            "out": str(out),
            "resume": resume,
            "timeout_s": timeout_s,
        }
        for study in studies
    }
    outcomes: dict[str, Outcome] = {}
    with _client(workers or os.cpu_count() or 1, scheduler) as client:
        topic = f"relaxo-batch-{uuid.uuid4().hex}"
        client.subscribe_topic(topic, lambda event: told(Happening(by_name[event[1]["study"]], None)))
        for name, found in _answers(client, tasks, topic):
            outcomes[name] = Outcome(by_name[name], **found)
            told(Happening(by_name[name], outcomes[name]))
    return tuple(outcomes[study.name] for study in studies)


def _answers(client: Client, tasks: dict[str, dict[str, Any]], topic: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what became of each task as it is known."""
    from distributed import as_completed  # noqa: PLC0415 - an extra

    # Results lie in files, so a task must run each time that it is asked for: never the same key.
    futures = {
        client.submit(work, task, topic, key=f"{name}-{uuid.uuid4().hex}", pure=False): name
        for name, task in tasks.items()
    }
    begin()
    try:
        for future in as_completed(list(futures), loop=client.loop):
            name = futures[future]
            if future.status == "finished":
                yield name, future.result()
            else:
                reason = f"its worker was lost ({future.exception() if future.status == 'error' else future.status})"
                yield name, {"status": "failed", "reason": reason}
    except BaseException:
        client.cancel(list(futures))
        raise
    finally:
        stop()


@contextlib.contextmanager
def _client(workers: int, scheduler: str | None) -> Iterator[Client]:
    """Yield a client of the cluster; what was made for it ends with it."""
    from distributed import Client, LocalCluster  # noqa: PLC0415 - an extra

    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=_CONNECT, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise UsageError(
                f"there is no Dask scheduler that answers at {scheduler}",
                hint="Give its address as it prints it, such as tcp://node:8786",
            ) from error
        with client:
            yield client
        return
    # Workers are threads of this process: each study has a process of its own anyway.
    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0", silence_logs=40
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


@contextlib.contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Hold a folder for one batch. The system lets go of it with the process, however that ends."""
    from locket import LockError, lock_file  # noqa: PLC0415 - comes with Dask

    lock = lock_file(str(out / _LOCK), timeout=0)
    try:
        lock.acquire()
    except LockError as error:
        raise UsageError(
            "another batch writes into this folder", where=str(out), hint="Wait for its end, or choose another folder"
        ) from error
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise InputError(
                f"the folder cannot be written: {error.strerror or error}", where=str(out), hint="Choose another"
            ) from error
        yield
        return
    try:
        yield
    finally:
        lock.release()


def _sweep(out: Path) -> None:
    """Remove what studies that were killed left here; a younger folder may belong to one that still runs."""
    for folder in out.glob(f"{STAGING}*"):
        if folder.stat().st_mtime < time.time() - _HOUR:
            shutil.rmtree(folder, ignore_errors=True)
