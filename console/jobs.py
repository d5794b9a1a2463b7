"""Work off the GUI thread. A job is a function; what it returns or raises arrives on the GUI thread.

::

    jobs.start(lambda cancel: firms.listed(client, cancel), done=self._show, failed=self._show_problem, owner=self)

* ``owner``: results for a widget that is gone are dropped.
* ``slot``: a second job of the same owner and slot replaces the first, whose result is dropped.
* A job that ends in SignedOut is *parked* and runs again after the next sign-in: nothing was carried out by the server.
"""

import contextlib
import itertools
import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from console.api.problems import ApiProblem, Cancelled, SignedOut

_THREADS: Final = 4
_LOG = logging.getLogger("console.jobs")


class Cancel:
    """Asked between steps of a job; ``progress`` tells how far it is."""

    def __init__(self, report: Callable[[int, int], None]) -> None:
        self._event = threading.Event()
        self._report = report

    def set(self) -> None:
        self._event.set()

    def is_set(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raises Cancelled once somebody asked for it."""
        if self._event.is_set():
            raise Cancelled

    def sleep(self, seconds: float) -> None:
        """Waits, at most until cancelled. Raises Cancelled."""
        self._event.wait(seconds)
        self.check()

    def progress(self, done: int, of: int) -> None:
        """``of`` is 0 where the end is not known."""
        self._report(done, of)


Work = Callable[[Cancel], Any]


class Failure(Exception):
    """A defect of ours inside a job; its trace was logged."""


@dataclass(eq=False, slots=True, kw_only=True)
class Job:
    """A handle. One of the two callbacks runs on the GUI thread, none after ``cancel()``."""

    work: Work
    done: Callable[[Any], None] | None
    failed: Callable[[Exception], None] | None
    progressed: Callable[[int, int], None] | None
    owner: QObject | None
    parks: bool
    key: tuple[int, str] | None
    is_over: bool = False
    #: How often somebody had signed in again when it began to run.
    sign_ins: int = 0
    stop: Cancel = field(default_factory=lambda: Cancel(lambda _at, _of: None))

    def cancel(self) -> None:
        """The result is dropped from now on, also when the request is under way."""
        self.stop.set()

    @property
    def is_cancelled(self) -> bool:
        return self.stop.is_set()


class Jobs(QObject):
    """The runner. Lives on the GUI thread as long as the application."""

    #: A job was refused because nobody is signed in (once, until ``resume`` or ``give_up``).
    signed_out = Signal()
    #: How many jobs run or wait that were started with ``is_quiet=False``.
    activity_changed = Signal(int)
    _arrived = Signal()

    def __init__(self, parent: QObject | None = None, *, threads: int = _THREADS) -> None:
        super().__init__(parent)
        self._waiting: queue.PriorityQueue[tuple[int, int, Job | None]] = queue.PriorityQueue()
        self._results: queue.SimpleQueue[tuple[Job, str, Any]] = queue.SimpleQueue()
        self._order = itertools.count()
        self._slots: dict[tuple[int, str], Job] = {}
        self._parked: list[Job] = []
        self._loud: set[int] = set()
        self._is_closed = False
        self._sign_ins = 0
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._threads = [
            threading.Thread(target=self._work, name=f"job-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def start(
        self,
        work: Work,
        *,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        progressed: Callable[[int, int], None] | None = None,
        owner: QObject | None = None,
        slot: str | None = None,
        is_quiet: bool = False,
        parks: bool = True,
    ) -> Job:
        """Runs ``work`` soon; quiet ones (timers) after those a person waits for."""
        key = None if slot is None else (id(owner), slot)
        job = Job(work=work, done=done, failed=failed, progressed=progressed, owner=owner, parks=parks, key=key)
        job.stop = Cancel(lambda at, of: self._post(job, "progress", (at, of)))
        if key is not None:
            if (earlier := self._slots.get(key)) is not None:
                earlier.cancel()
            self._slots[key] = job
        if not is_quiet:
            self._loud.add(id(job))
            self.activity_changed.emit(len(self._loud))
        self._waiting.put((1 if is_quiet else 0, next(self._order), job))
        return job

    def resume(self) -> None:
        """Somebody signed in again: what waited for it runs."""
        self._sign_ins += 1
        parked, self._parked = self._parked, []
        for job in parked:
            self._waiting.put((0, next(self._order), job))

    def give_up(self, problem: ApiProblem) -> None:
        """Nobody will sign in: what waited for it fails."""
        parked, self._parked = self._parked, []
        for job in parked:
            self._finish(job, "failed", problem)

    def forget(self) -> None:
        """Another person signed in: nothing that was asked before may arrive."""
        for job in self._parked:
            job.cancel()
            self._finish(job, "failed", None)
        self._parked = []
        for job in self._slots.values():
            job.cancel()
        self._slots.clear()

    @property
    def parked(self) -> int:
        """How many jobs wait for a sign-in."""
        return len(self._parked)

    def is_idle(self) -> bool:
        """Nothing runs or waits that a person asked for."""
        return not self._loud

    def close(self, seconds: float = 2.0) -> None:
        """Ends the threads; a request under way is given a moment, its result is dropped."""
        self._is_closed = True
        for job in self._slots.values():
            job.cancel()
        for _ in self._threads:
            self._waiting.put((-1, next(self._order), None))
        for thread in self._threads:
            thread.join(seconds / len(self._threads))

    # --- on the threads -----------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            job = self._waiting.get()[2]
            if job is None:
                return
            try:
                job.sign_ins = self._sign_ins
                job.stop.check()
                result = job.work(job.stop)
            except ApiProblem as problem:
                self._post(job, "failed", problem)
            except Exception:  # noqa: BLE001 (a GUI job: the window must go on)
                _LOG.exception("job_defect")
                self._post(job, "failed", Failure())
            else:
                self._post(job, "done", result)

    def _post(self, job: Job, kind: str, value: Any) -> None:
        if self._is_closed:
            return
        self._results.put((job, kind, value))
        with contextlib.suppress(RuntimeError):  # the window closed in this very moment
            self._arrived.emit()

    # --- on the GUI thread --------------------------------------------------------------------------------------------

    @Slot()
    def _deliver(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                job, kind, value = self._results.get_nowait()
                if kind == "progress":
                    if job.progressed is not None and not job.is_cancelled and self._is_wanted(job):
                        job.progressed(*value)
                    continue
                if kind == "failed" and isinstance(value, SignedOut) and job.parks and not job.is_cancelled:
                    self._park(job)
                    continue
                self._finish(job, kind, value)

    def _park(self, job: Job) -> None:
        if job.sign_ins < self._sign_ins:
            # Refused with the old session while somebody signed in: asking again would be asking twice.
            self._waiting.put((0, next(self._order), job))
            return
        self._parked.append(job)
        if len(self._parked) == 1:
            self.signed_out.emit()

    def _finish(self, job: Job, kind: str, value: Any) -> None:
        job.is_over = True
        if id(job) in self._loud:
            self._loud.discard(id(job))
            self.activity_changed.emit(len(self._loud))
        if job.key is not None and self._slots.get(job.key) is job:
            del self._slots[job.key]
        if job.is_cancelled or not self._is_wanted(job):
            return
        if kind == "done" and job.done is not None:
            job.done(value)
        elif kind == "failed" and job.failed is not None:
            job.failed(value)

    def _is_wanted(self, job: Job) -> bool:
        return not self._is_closed and (job.owner is None or shiboken6.isValid(job.owner))
