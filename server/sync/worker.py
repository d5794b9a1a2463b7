"""The worker: claims firms that are due, runs their passes, keeps house. Runs for months; any number side by side.

`schedule` drives the housekeeping clock only; firms wait in the store's due-queue, and a notice makes its firm due at
once. One firm's trouble never stops another's. SIGTERM ends between two items, SIGKILL at any point is recovered.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import schedule
import structlog

from server.domain.ids import FirmId
from server.errors import Outdated, RosError, Scope, Unavailable
from server.ports.store import FirmState, LoadFirm
from server.store.inbox import Doorbell
from server.store.locks import Lease, LeaseBook, Leases
from server.sync.context import PassOptions, PassResult
from server.sync.driver import Driver
from server.sync.house import CHORES_EVERY_SECONDS, House
from server.sync.maintain import is_urgent, maintain
from server.sync.passes import run_pass
from server.sync.session import Renewer

#: Firms worked on at once by one process. Each pass spreads over the driver's threads.
FIRMS_AT_ONCE = 8
#: How long the doorbell is waited for before looking around.
LOOK_SECONDS = 0.5
MAINTAIN_EVERY = timedelta(minutes=5)
#: The nightly comparison of everything starts at or after this hour of UTC.
FULL_AFTER = timedelta(hours=20)
FULL_HOUR = range(4)
LONGEST_AWAY_SECONDS = 60.0
#: After a pass that our own database broke off: no firm's fault, and over as soon as it answers again.
DATABASE_AWAY_SECONDS = 1.0
#: What reading, planning and writing one change takes after it was due to be read.
CARRYING_SECONDS = 1.0


@dataclass(slots=True)
class FirmClock:
    """What this process remembers of a firm between passes. Losing it costs nothing but an early look."""

    maintained_at: datetime | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerParts:
    """What the worker works with. ``poll_seconds`` is the floor of change detection."""

    driver: Driver
    leases: Leases
    book: LeaseBook
    bell: Doorbell
    now: Callable[[], datetime]
    poll_seconds: float
    public_url: str
    #: Jobs, consent, alerts and figures; a worker without it runs passes only.
    house: House | None = None


class Worker:
    """One process's loop. :meth:`run` returns after :meth:`stop`."""

    def __init__(self, parts: WorkerParts) -> None:
        self._parts = parts
        self._now = parts.now
        self._driver: Driver = parts.driver
        self._clocks: dict[FirmId, FirmClock] = {}
        self._running: dict[FirmId, Future[None]] = {}
        self._epochs: dict[FirmId, int] = {}
        self._pool = ThreadPoolExecutor(FIRMS_AT_ONCE, thread_name_prefix="firm")
        self._bell = parts.bell
        #: Leases that could not be let go because the database was away, with the time when they are due again.
        self._owed: dict[Lease, float] = {}
        self._jobs = schedule.Scheduler()
        self._log = structlog.get_logger("worker")
        self.passes = 0

    def stop(self) -> None:
        """End soon: running passes stop between two items. Safe in a signal handler."""
        self._driver.stopping.set()

    def run(self) -> None:
        """Work until stopped."""
        renewer = Renewer(self._parts.leases, self._parts.book).start()
        self._jobs.every(60).seconds.do(self._quietly, self._report)
        house = self._parts.house
        if house is not None:
            house.start()
            self._jobs.every(CHORES_EVERY_SECONDS).seconds.do(self._quietly, house.nudge)
        self._log.info("worker_started")
        try:
            while not self._driver.stopping.is_set():
                self._jobs.run_pending()
                self._turn()
        finally:
            self._pool.shutdown(wait=True)
            if house is not None:
                house.stop()
            renewer.stop()
            self._bell.close()
            self._log.info("worker_stopped", pass_count=self.passes)

    def _turn(self) -> None:
        """Claim what is due, else wait for the bell. A database that is away is waited for."""
        self._running = {firm: job for firm, job in self._running.items() if not job.done()}
        free = FIRMS_AT_ONCE - len(self._running)
        try:
            self._release_owed()
            leases = self._parts.leases.claim_due(free) if free else ()
            for lease in leases:
                self._begin(lease)
            if not leases:
                self._bell.wait(LOOK_SECONDS)
        except (RosError, OSError) as error:
            self._log.warning("database_away", code=getattr(error, "code", type(error).__name__))
            self._driver.stopping.wait(1.0)

    def _begin(self, lease: Lease) -> None:
        """Start a pass, unless one of this process still runs: it stood still, or its database was away, meanwhile."""
        mine = self._running.get(lease.firm)
        if mine is not None and not mine.done():
            if self._epochs[lease.firm] == lease.epoch:
                # Nobody took its lease: that pass goes on, and a second one beside it would make everything twice.
                self._parts.book.put(lease)
            else:
                # Somebody took it and has let go since. In the book, the new lease would let that old pass write on
                # what it knew before: it finds itself outdated first, and whoever looks next begins anew.
                self._release(lease, LOOK_SECONDS)
            return
        self._parts.book.put(lease)
        self._epochs[lease.firm] = lease.epoch
        self._running[lease.firm] = self._pool.submit(self._one_firm, lease)

    # --- one firm ---

    def _one_firm(self, lease: Lease) -> None:
        """A pass, housekeeping when due, and the lease let go with the next due time."""
        firm = lease.firm
        clock = self._clocks.setdefault(firm, FirmClock())
        due_in = self._parts.poll_seconds
        began = time.monotonic()
        try:
            if self._driver.run(is_urgent(firm)):
                # Before the pass, which takes all notices with it.
                self._maintain(firm, clock, at_once=True)
            house = self._parts.house
            if house is not None:
                house.run_of(firm)
            result = self._driver.run(run_pass(firm, self._options(firm)))
            self.passes += 1
            clock.failures = 0
            if house is not None:
                house.carried(firm, result.carried)
            due_in = self._due_in(result, began)
            self._maintain(firm, clock)
        except Outdated:
            self._log.warning("pass_gave_way", firm=firm)
        except RosError as error:
            if isinstance(error, Unavailable) and error.scope is Scope.SERVER:
                due_in = min(due_in, DATABASE_AWAY_SECONDS)
            else:
                clock.failures += 1
                due_in = min(LONGEST_AWAY_SECONDS, 5.0 * clock.failures)
            self._log.warning("pass_failed", firm=firm, code=error.code)
        except Exception as error:  # noqa: BLE001  # around a firm: one firm's defect stops no other
            clock.failures += 1
            due_in = min(LONGEST_AWAY_SECONDS, 5.0 * clock.failures)
            self._log.error("pass_defect", firm=firm, kind=type(error).__name__, exc_info=error)
        finally:
            self._let_go(lease, due_in)

    def _options(self, firm: FirmId) -> PassOptions:
        """The nightly comparison when it is due, else an ordinary turn."""
        now = self._now()
        state = self._driver.perform(LoadFirm(firm))
        last = state.sync.last_full_at if isinstance(state, FirmState) else None
        stale = last is None or now - last > FULL_AFTER
        nightly = stale and (now.hour in FULL_HOUR or last is None or now - last > timedelta(hours=28))
        full = nightly and last is not None
        return PassOptions(trigger="nightly" if full else "worker", full=full, floor_seconds=self._floor())

    def _floor(self) -> float:
        """Seconds between two readings: the promise less what carrying a change takes, so that it arrives in time."""
        poll = self._parts.poll_seconds
        return poll - CARRYING_SECONDS if poll >= 5 * CARRYING_SECONDS else poll

    def _due_in(self, result: PassResult, began: float) -> float:
        """Seconds from now until the firm is due again: the floor is counted from the start of this pass."""
        due_in = result.read_again_in_seconds
        if due_in is None:
            due_in = self._floor() - (time.monotonic() - began)
        if result.due_at is not None:
            due_in = min(due_in, (result.due_at - self._now()).total_seconds())
        return max(0.0, due_in)

    def _maintain(self, firm: FirmId, clock: FirmClock, *, at_once: bool = False) -> None:
        now = self._now()
        if not at_once and clock.maintained_at is not None and now - clock.maintained_at < MAINTAIN_EVERY:
            return
        clock.maintained_at = now
        failed = self._driver.run(maintain(firm, self._parts.public_url))
        if failed:
            self._log.warning("push_incomplete", firm=firm, code=sorted(set(failed)))

    def _let_go(self, lease: Lease, due_in: float) -> None:
        self._parts.book.drop(lease.firm)
        self._release(lease, due_in)

    def _release(self, lease: Lease, due_in: float) -> None:
        try:
            self._parts.leases.release(lease, due_in)
        except RosError as error:
            # It would run out by itself after ten seconds; the database may answer before.
            self._owed[lease] = due_in
            self._log.warning("lease_not_released", firm=lease.firm, code=error.code)

    def _release_owed(self) -> None:
        """What could not be let go before. Raises Unavailable while the database is away."""
        for lease, due_in in list(self._owed.items()):
            if lease.firm not in self._running:
                self._parts.leases.release(lease, due_in)
            del self._owed[lease]

    # --- housekeeping ---

    def _report(self) -> None:
        self._log.info("worker_alive", pass_count=self.passes, running_count=len(self._running))

    def _quietly(self, job: Callable[[], None]) -> None:
        """A job that raises would stay due and spin."""
        try:
            job()
        except Exception as error:  # noqa: BLE001  # see above
            self._log.error("housekeeping_failed", kind=type(error).__name__)
