"""Real worker processes over HTTPS and real databases: killed at random moments, and paused beyond their lease."""

import base64
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from simulator.clock import RunningClock
from simulator.serve import SimServer
from simulator.world import World
from tests.support.databases import KEYS, drop
from tests.support.oracle import Oracle, activity_shown
from tests.support.rig import CLIENT_ID, Rig, make_rig

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
BACKENDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
KILLS = 12
HOUR = timedelta(hours=1)
#: Longer than a lease of ten seconds and a call that was on its way.
BEYOND_LEASE_SECONDS = 14.0


@dataclass(slots=True)
class Site:
    """A firm over a served world, and the workers started for it."""

    rig: Rig
    server: SimServer
    environ: dict[str, str]
    folder: Path
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    changes: int = 0

    def start_worker(self) -> "subprocess.Popen[bytes]":
        with (self.folder / f"worker-{len(self.workers)}.log").open("wb") as log:
            worker = subprocess.Popen(  # our own command line
                [sys.executable, "-m", "server.cli", "worker"],
                env=self.environ,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.workers.append(worker)
        return worker

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
            worker.wait(timeout=30)


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


def _wait(condition: Any, seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} took more than {seconds} s"
        time.sleep(0.02)


def _verdict(site: Site) -> list[str]:
    """All workers are dead: the firm's lease runs out, then passes in this process until rest, then the oracle."""
    site.stop_all()
    rig = site.rig
    _wait(lambda: _claims(rig), 30.0, "the lease")
    rig.tick(300.0)
    rig.sync()
    oracle = Oracle(rig)
    oracle.check()
    return oracle.rests()


def _claims(rig: Rig) -> bool:
    lease = rig.engine.leases.claim(rig.firm, 60.0)
    return lease is not None and rig.engine.leases.release(lease)


def _writes(site: Site) -> int:
    """Writes by our application that took effect in Raynet."""
    with site.server.world.lock:
        return sum(1 for one in site.rig.raynet.history if one.actor.source == "api")


@pytest.mark.parametrize("backend", BACKENDS)
def test_workers_killed_at_random_moments_lose_and_double_nothing(backend: str, tmp_path: Path) -> None:
    rng = random.Random(20260302)  # repeatable, not secret
    with served_site(backend, tmp_path) as site:
        site.people_work(rng, 6)
        for _ in range(KILLS):
            worker = site.start_worker()
            before = _pulse(site)
            _wait(lambda worker=worker, before=before: _pulse(site) > before or _ended(worker), 90.0, "a start")
            assert not _ended(worker)
            site.people_work(rng)
            time.sleep(rng.uniform(0.0, 2.5))
            worker.send_signal(signal.SIGKILL)
            worker.wait(timeout=30)
        assert _writes(site) > 0, "the workers were killed before they did anything"
        assert _verdict(site) == []


def _ended(worker: "subprocess.Popen[bytes]") -> bool:
    return worker.poll() is not None


def _pulse(site: Site) -> int:
    """How many requests Raynet has answered: it grows as soon as a worker begins to work."""
    with site.server.world.lock:
        return site.rig.raynet.calls.reads + site.rig.raynet.calls.writes


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_worker_stopped_beyond_its_lease_writes_nothing_over_its_successor(backend: str, tmp_path: Path) -> None:
    rng = random.Random(7)  # repeatable, not secret
    with served_site(backend, tmp_path) as site:
        site.people_work(rng, 8)
        first = site.start_worker()
        _wait(lambda: _writes(site) > 0, 90.0, "the first write")
        first.send_signal(signal.SIGSTOP)
        stopped_at = _writes(site)
        site.people_work(rng, 8)
        site.start_worker()
        _wait(lambda: _writes(site) > stopped_at, 90.0, "taking over")
        time.sleep(BEYOND_LEASE_SECONDS / 2)
        first.send_signal(signal.SIGCONT)
        site.people_work(rng, 4)
        time.sleep(BEYOND_LEASE_SECONDS / 2)
        assert _verdict(site) == []
