"""The worker's own loop, over a real store."""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from server.errors import Scope, Unavailable
from server.store.inbox import Doorbell
from server.store.locks import LEASE_SECONDS, Lease, Leases
from server.sync.worker import Worker, WorkerParts
from tests.conftest import ExpectedLogs
from tests.support.rig import Rig, rig

PATIENCE_SECONDS = 60.0


class InterruptedLeases(Leases):
    """The database goes away at the moment when a lease is to be let go, once."""

    away_at: float | None = None
    let_go_at: float | None = None

    def release(self, lease: Lease, due_in_seconds: float = 0.0) -> bool:
        if self.away_at is None:
            self.away_at = time.monotonic()
            raise Unavailable(scope=Scope.SERVER, detail="interrupted")
        self.let_go_at = self.let_go_at or time.monotonic()
        return super().release(lease, due_in_seconds)


def working(site: Rig, leases: Leases) -> Worker:
    engine = site.engine
    return Worker(
        WorkerParts(
            driver=engine.driver,
            leases=leases,
            book=engine.book,
            bell=Doorbell(site.database),
            now=site.clock,
            poll_seconds=1.0,
            public_url="https://ros.example",
        )
    )


def run_until(holds: Callable[[], bool], worker: Worker, stopping: Callable[[], object] = lambda: None) -> None:
    """The worker's loop, in a thread as in its process, until this ``holds`` or patience ends; ``stopping`` lets go
    of a pass that the test held."""
    thread = threading.Thread(target=worker.run)
    thread.start()
    end = time.monotonic() + PATIENCE_SECONDS
    try:
        while not holds() and time.monotonic() < end:
            time.sleep(0.02)
    finally:
        worker.stop()
        stopping()
        thread.join()


def test_a_lease_that_could_not_be_let_go_is_as_soon_as_the_database_answers(
    tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    expected_logs("lease_not_released", "subscription_failed", "push_incomplete")
    with rig(tmp_path) as site:
        leases = InterruptedLeases(site.database, "house-1", lambda: site.clock().timestamp())
        worker = working(site, leases)
        run_until(lambda: worker.passes >= 2, worker)
        assert worker.passes >= 2
        assert leases.away_at is not None
        assert leases.let_go_at is not None
        assert leases.let_go_at - leases.away_at < LEASE_SECONDS / 2


class StoodStill(Leases):
    """The process stood still until its own lease had run out, and nobody took it: it is claimed again, as it was."""

    ours: Lease | None = None
    again = 0

    def claim_due(self, limit: int, ttl_seconds: float = LEASE_SECONDS) -> tuple[Lease, ...]:
        if self.ours is None:
            found = super().claim_due(limit, ttl_seconds)
            self.ours = found[0] if found else None
            return found
        mine = self.claim(self.ours.firm, ttl_seconds)
        assert mine is not None
        self.again += 1
        return (mine,)


def test_a_firm_whose_own_lease_ran_out_is_not_begun_a_second_time_beside_its_pass(
    tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    expected_logs("subscription_failed", "push_incomplete")
    with rig(tmp_path) as site:
        leases = StoodStill(site.database, "house-1", lambda: site.clock().timestamp())
        worker = working(site, leases)
        go_on, waiting = threading.Event(), list[int]()

        def slow() -> datetime:
            if not go_on.is_set():
                waiting.append(1)
                go_on.wait(PATIENCE_SECONDS)
            return site.clock()

        worker._now = slow
        run_until(lambda: bool(waiting) and leases.again >= 20, worker, go_on.set)
        assert leases.again >= 20
        assert waiting == [1]


class Overtaken(StoodStill):
    """As before, but another process has had the firm meanwhile: the lease is a new one."""

    other: Leases

    def claim_due(self, limit: int, ttl_seconds: float = LEASE_SECONDS) -> tuple[Lease, ...]:
        if self.ours is not None and not self.again:
            self.release(self.ours)
            between = self.other.claim(self.ours.firm, ttl_seconds)
            assert between is not None
            self.other.release(between)
        return super().claim_due(limit, ttl_seconds)


def test_a_pass_that_lost_its_lease_gets_none_of_a_later_one(tmp_path: Path, expected_logs: ExpectedLogs) -> None:
    """A firm that comes back to a process whose old pass still stands: that pass may neither write nor commit."""
    expected_logs("pass_gave_way")
    with rig(tmp_path) as site:
        leases = Overtaken(site.database, "house-1", lambda: site.clock().timestamp())
        leases.other = Leases(site.database, "house-2", lambda: site.clock().timestamp())
        worker = working(site, leases)
        go_on, held = threading.Event(), list[Lease]()

        def slow() -> datetime:
            if not go_on.is_set():
                go_on.wait(PATIENCE_SECONDS)
                held.extend(worker._parts.book.held())
            return site.clock()

        worker._now = slow
        run_until(lambda: leases.again >= 5, worker, go_on.set)
        assert leases.again >= 5
        assert leases.ours is not None
        assert {one.epoch for one in held} <= {leases.ours.epoch}
