"""A write that waited for its turn looks at the lease once more: its process may have been stopped while it waited."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from server.domain.ids import ActivityKey, ActivityType, EventId, EventKey, MailboxId
from server.errors import Outdated
from server.flow import Op
from server.microsoft.governor import PARALLEL_CALLS_PER_MAILBOX
from server.ports.graph import DeleteEvent, GetEvent
from server.ports.raynet import DeleteActivity, GetActivity
from server.raynet.quota import Limits
from server.wiring import Clocks, Engine, build_engine
from simulator.transport import SimAdapter
from tests.support.rig import Rig, rig

PATIENCE_SECONDS = 20.0
HOUR = timedelta(hours=1)
WRITES = 4


class Gate(SimAdapter):
    """Lets deletions through when it is opened."""

    opened = threading.Event()
    arrived = threading.Semaphore(0)

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        if request.method == "DELETE":
            self.arrived.release()
            assert self.opened.wait(PATIENCE_SECONDS)
        return super().send(request, *args, **more)


@contextmanager
def gated(site: Rig) -> Iterator[tuple[Engine, type[Gate]]]:
    """A second process over the same database, whose deletions wait at the gate."""

    class Own(Gate):
        opened = threading.Event()
        arrived = threading.Semaphore(0)

    engine = build_engine(
        site.engine.settings,
        site.database,
        clocks=Clocks(now=site.clock),
        transport=lambda: Own(site.world),
    )
    try:
        yield engine, Own
    finally:
        Own.opened.set()
        engine.close()


def activity_deletions(site: Rig) -> tuple[Op[Any], list[Op[Any]]]:
    """A read, after which Raynet's governor trusts the connection with all slots, and the writes."""
    jana = site.people["jana"]
    made = [jana.ui.create("meeting", title=f"Schůzka {n}", start=site.clock() + n * HOUR) for n in range(WRITES)]
    keys = [ActivityKey(ActivityType.MEETING, one.id) for one in made]
    return GetActivity(site.firm, keys[0]), [DeleteActivity(site.firm, key) for key in keys]


def event_deletions(site: Rig) -> tuple[Op[Any], list[Op[Any]]]:
    jana = site.people["jana"]
    start = site.clock()
    made = [jana.outlook.create(f"Schůzka {n}", start, start + HOUR) for n in range(WRITES)]
    keys = [EventKey(MailboxId(jana.mailbox.id), EventId(one)) for one in made]
    return GetEvent(site.firm, keys[0]), [DeleteEvent(site.firm, key, None) for key in keys]


def left(site: Rig) -> int:
    return len(site.raynet.activities()) + len(site.people["jana"].outlook.events())


@pytest.mark.parametrize(
    ("deletions", "at_once"),
    [(activity_deletions, Limits().per_instance), (event_deletions, PARALLEL_CALLS_PER_MAILBOX)],
)
def test_a_write_whose_lease_was_lost_while_it_waited_for_its_turn_is_not_sent(
    deletions: Callable[[Rig], tuple[Op[Any], list[Op[Any]]]], at_once: int, tmp_path: Path
) -> None:
    with rig(tmp_path) as site, gated(site) as (engine, gate):
        read, ops = deletions(site)
        lease = engine.leases.claim(site.firm)
        assert lease is not None
        engine.book.put(lease)
        engine.driver.perform(read)
        with ThreadPoolExecutor(len(ops)) as pool:
            running = [pool.submit(engine.driver.perform, op) for op in ops]
            for _ in range(at_once):
                assert gate.arrived.acquire(timeout=PATIENCE_SECONDS)
            engine.book.drop(site.firm)
            gate.opened.set()
            errors = [one.exception(PATIENCE_SECONDS) for one in running]
        assert [type(one) for one in errors if one is not None] == [Outdated] * (WRITES - at_once)
        assert left(site) == WRITES - at_once
