"""Real worker processes over HTTPS and real databases: killed at random moments, and paused beyond their lease."""

import base64
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Update, select

from server.store.tables import runtime
from simulator.clock import RunningClock
from simulator.serve import SimServer
from simulator.world import World
from tests.support.databases import KEYS, drop
from tests.support.oracle import Oracle, activity_shown
from tests.support.rig import CLIENT_ID, Rig, make_rig

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
BACKENDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
KILLS = 10
#: So many of them must meet a worker that is just working on the firm.
AT_WORK = 3
MOST_KILLS = 90
HOUR = timedelta(hours=1)
#: Longer than a lease of ten seconds and a call that was on its way.
PAUSE_SECONDS = 15.0
#: A machine may be very busy: what comes at all comes within this time.
PATIENCE_SECONDS = 150.0
#: ``ros worker``, its libraries loaded while its predecessor still lives; it begins when it is told to.
_WORKER = "import sys; from server.cli.main import run; import os; sys.stdin.readline(); run(['worker'], os.environ)"


@dataclass(slots=True)
class Site:
    """A firm over a served world, and the workers started for it."""

    rig: Rig
    server: SimServer
    environ: dict[str, str]
    folder: Path
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    changes: int = 0

    def load_worker(self) -> "subprocess.Popen[bytes]":
        """A process that is about to become a worker; see :meth:`begin`."""
        with (self.folder / f"worker-{len(self.workers)}.log").open("wb") as log:
            worker = subprocess.Popen(
                [sys.executable, "-c", _WORKER],
                env=self.environ,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.workers.append(worker)
        return worker

    def begin(self, worker: "subprocess.Popen[bytes]") -> None:
        """Return once it has asked Raynet something. Fails when it ends before."""
        before = self.pulse()
        assert worker.stdin is not None
        worker.stdin.close()
        wait(lambda: self.pulse() > before or worker.poll() is not None, "a worker's first request")
        assert worker.poll() is None, "the worker ended by itself"

    def kill(self, worker: "subprocess.Popen[bytes]") -> bool:
        """Kill the only worker. Whether it was at work; its lease, which nobody else can want to keep, runs out now."""
        worker.send_signal(signal.SIGKILL)
        worker.wait(timeout=PATIENCE_SECONDS)
        held = self.holder() is not None
        lease = runtime.lease
        self._unscoped(lease.update().where(lease.c.owner.is_not(None)).values(expires_ms=0))
        return held

    def holder(self) -> str | None:
        """Who holds the firm."""
        lease = runtime.lease
        statement = select(lease.c.owner).where(lease.c.firm_id == self.rig.firm).execution_options(ros_unscoped=True)
        owner: str | None = self.rig.database.read_unscoped(lambda connection: connection.scalar(statement))
        return owner

    def _unscoped(self, statement: Update) -> None:
        marked = statement.execution_options(ros_unscoped=True)
        self.rig.database.write_unscoped(lambda connection: connection.execute(marked).rowcount)

    def pulse(self) -> int:
        """How many requests Raynet has answered: it grows as soon as a worker begins to work."""
        with self.server.world.lock:
            return self.rig.raynet.calls.reads + self.rig.raynet.calls.writes

    def writes(self) -> int:
        """Writes by our application that took effect in Raynet."""
        with self.server.world.lock:
            return sum(1 for one in self.rig.raynet.history if one.actor.source == "api")

    def people_work(self, rng: random.Random, number: int = 3) -> None:
        """Some changes on both sides, of the kinds that people make all day."""
        with self.server.world.lock:
            for _ in range(number):
                self.changes += 1
                _one_change(self.rig, rng, self.changes)

    def stop_all(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
            worker.wait(timeout=PATIENCE_SECONDS)
            if worker.stdin is not None:
                worker.stdin.close()


def _one_change(rig: Rig, rng: random.Random, number: int) -> None:
    person = rig.people[rng.choice(sorted(rig.people))]
    start = (rig.clock() + timedelta(days=1)).replace(minute=0, second=0, microsecond=0) + number * HOUR
    events = [key for key, one in person.outlook.events().items() if one.is_organizer]
    mine = [one for one in rig.raynet.activities() if one.owner == person.person and activity_shown(one)]
    kind = rng.choice(("create_r", "create_o", "edit_r", "edit_o", "delete_r", "delete_o"))
    if kind == "create_r" or (kind.endswith("_r") and not mine):
        person.ui.create("meeting", title=f"Raynet {number}", start=start, end=start + HOUR)
    elif kind == "create_o" or (kind.endswith("_o") and not events):
        person.outlook.create(f"Outlook {number}", start, start + HOUR)
    elif kind == "edit_r":
        person.ui.edit(rng.choice(mine).ref, title=f"Změna R {number}")
    elif kind == "edit_o":
        person.outlook.edit(rng.choice(events), subject=f"Změna O {number}")
    elif kind == "delete_r":
        person.ui.delete(rng.choice(mine).ref)
    else:
        person.outlook.delete(rng.choice(events))


@contextmanager
def served_site(backend: str, folder: Path) -> Iterator[Site]:
    """The world behind HTTPS, a firm of two in a database of its own; no worker yet."""
    clock = RunningClock()
    server = SimServer(lambda url: World(clock, base_url=url), folder)

    def served(*_: object, **__: object) -> World:
        return server.world

    made: Any = served  # stands where a world is made
    rig = make_rig(folder, backend=backend, world_class=made, rules={"guard_count": "1000"})
    try:
        rig.clock = clock  # type: ignore[assignment]  # it is moved in the same way
        rig.restart(0.0)
        with server:
            environ = {
                **{name: value for name, value in os.environ.items() if not name.startswith("ROS_")},
                "ROS_DATA_DIR": str(folder),
                "ROS_DATABASE_URL": rig.url,
                "ROS_SECRET_KEY": base64.b64encode(KEYS[0]).decode(),
                "ROS_PUBLIC_URL": "https://ros.example",
                "ROS_GRAPH_URL": server.world.graph_url,
                "ROS_AUTHORITY_URL": server.world.authority_url,
                "ROS_CLIENT_ID": CLIENT_ID,
                "ROS_CLIENT_SECRET": "demo-client-secret",
                "ROS_RAYNET_URLS": server.world.raynet_url.rstrip("/"),
                "ROS_CA_BUNDLE": str(server.certificates.ca),
                "ROS_POLL_SECONDS": "1",
            }
            site = Site(rig=rig, server=server, environ=environ, folder=folder)
            try:
                yield site
            finally:
                site.stop_all()
    finally:
        rig.engine.close()
        rig.database.close()
        drop(rig.url)


def wait(condition: Callable[[], bool], what: str) -> None:
    """Until ``condition`` holds."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"{what} took more than {PATIENCE_SECONDS} s"
        time.sleep(0.02)


def verdict(site: Site) -> list[str]:
    """All workers are dead: the firm's lease runs out, then passes in this process until rest, then the oracle."""
    site.stop_all()
    rig = site.rig
    wait(lambda: _claims(rig), "the end of the lease")
    rig.tick(300.0)
    rig.sync()
    oracle = Oracle(rig)
    oracle.check()
    return oracle.rests()


def _claims(rig: Rig) -> bool:
    lease = rig.engine.leases.claim(rig.firm, 60.0)
    return lease is not None and rig.engine.leases.release(lease)


@pytest.mark.parametrize("backend", BACKENDS)
def test_workers_killed_at_random_moments_lose_and_double_nothing(backend: str, tmp_path: Path) -> None:
    rng = random.Random(20260302)  # repeatable, not secret
    with served_site(backend, tmp_path) as site:
        site.people_work(rng, 6)
        successor = site.load_worker()
        killed = at_work = 0
        while killed < KILLS or (at_work < AT_WORK and killed < MOST_KILLS):
            worker, successor = successor, site.load_worker()
            site.begin(worker)
            site.people_work(rng)
            time.sleep(rng.uniform(0.0, 1.6))
            at_work += site.kill(worker)
            killed += 1
        assert at_work >= AT_WORK, "the workers were killed at rest only"
        assert site.writes() > 0, "the workers were killed before they did anything"
        assert verdict(site) == []


@pytest.mark.postgres
def test_a_worker_stopped_beyond_its_lease_writes_nothing_over_its_successor(tmp_path: Path) -> None:
    """PostgreSQL only: a stopped process that is inside a transaction of SQLite stops everybody."""
    rng = random.Random(7)  # repeatable, not secret
    with served_site("postgresql", tmp_path) as site:
        site.people_work(rng, 8)
        first, second = site.load_worker(), site.load_worker()
        site.begin(first)
        owner = _stopped_at_work(site, first, rng)
        site.people_work(rng, 8)
        wrote = site.writes()
        site.begin(second)
        paused = time.monotonic()
        wait(lambda: site.writes() > wrote, "taking over")
        wait(lambda: time.monotonic() - paused > PAUSE_SECONDS, "the pause")
        first.send_signal(signal.SIGCONT)
        site.people_work(rng, 6)
        wrote = site.writes()
        wait(lambda: site.writes() > wrote, "going on side by side")
        assert first.poll() is None
        assert second.poll() is None
        log = (tmp_path / "worker-0.log").read_text()
        assert owner
        assert "lease_lost" in log or "pass_gave_way" in log, "the stopped worker never noticed"
        assert verdict(site) == []


def _stopped_at_work(site: Site, worker: "subprocess.Popen[bytes]", rng: random.Random) -> str:
    """Stop the only worker while it holds the firm; who it was."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        worker.send_signal(signal.SIGSTOP)
        owner = site.holder()
        if owner is not None:
            return owner
        worker.send_signal(signal.SIGCONT)
        site.people_work(rng, 1)
        time.sleep(rng.uniform(0.1, 0.9))
    raise AssertionError("the worker was never met at work")
