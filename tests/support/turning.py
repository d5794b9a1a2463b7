"""A worker's turns over the whole product in simulated time, and what each of them cost in calls.

Real clients, real store, the application's own doorbells; only time and the outside are simulated. A turn happens when
something rang and when it is due, exactly as :class:`server.sync.worker.Worker` decides it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from falcon import testing

from server.api.app import ApiParts, create_app
from server.domain.push import RELAXED_FIRM, is_proven
from server.domain.state import Side
from server.flow import Op
from server.ports.graph import ReadDeltas
from server.ports.raynet import NewestActivities
from server.ports.store import LoadFirm, Notices, PushSamples
from server.sync.context import PassOptions, PassResult
from server.sync.evidence import SLACK, until_round
from server.sync.maintain import is_urgent, maintain
from server.sync.passes import run_pass
from server.sync.worker import CARRYING_SECONDS, MAINTAIN_EVERY
from simulator.wire import Push, SimResponse
from tests.support.rig import Rig, rig

URL = "https://ros.example"
POLL_SECONDS = 15.0
LEASE_SECONDS = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Calls as the vendors count them; an entry of a `$batch` is a read, ``http`` counts the requests it came in."""

    raynet_reads: int = 0
    raynet_writes: int = 0
    graph_reads: int = 0
    graph_writes: int = 0
    graph_http: int = 0

    def __sub__(self, other: "Calls") -> "Calls":
        return Calls(**{name: getattr(self, name) - getattr(other, name) for name in Calls.__slots__})

    def __add__(self, other: "Calls") -> "Calls":
        return Calls(**{name: getattr(self, name) + getattr(other, name) for name in Calls.__slots__})

    @property
    def reads(self) -> int:
        return self.raynet_reads + self.graph_reads

    @property
    def writes(self) -> int:
        return self.raynet_writes + self.graph_writes

    @property
    def total(self) -> int:
        return self.reads + self.writes


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One pass. ``rang``: notices that waited for it; ``floor``: readings that were due without any ring."""

    at: datetime
    rang: int
    calls: Calls
    floor: Calls

    @property
    def caused(self) -> Calls:
        """What changes and their announcements cost: all but the floor of polling."""
        return self.calls - self.floor


class IntoTheApp:
    """Delivers what the simulated systems send to the application in this process."""

    def __init__(self, made: Rig) -> None:
        self._client = testing.TestClient(create_app(ApiParts(database=made.database, now=made.clock)))
        self.sent: list[Push] = []

    def send(self, push: Push) -> SimResponse | None:
        self.sent.append(push)
        return self.deliver(push)

    def deliver(self, push: Push) -> SimResponse:
        url = urlsplit(push.url)
        reply = self._client.simulate_post(url.path, query_string=url.query, headers=dict(push.headers), body=push.body)
        return SimResponse(status=reply.status_code, headers=dict(reply.headers), body=reply.content)


@dataclass(slots=True)
class Turning:
    """One firm at work. ``push`` False: no subscription, no webhook, polling alone."""

    rig: Rig
    push: bool = True
    turns: list[Turn] = field(default_factory=list)
    #: Earliest moment of the next turn without a ring.
    due_at: datetime | None = None
    #: How long a turn takes to notice a ring: the worker looks into the inbox five times a second.
    look_seconds: float = 0.2
    _maintained_at: datetime | None = None
    app: IntoTheApp = field(init=False)

    def __post_init__(self) -> None:
        self.app = IntoTheApp(self.rig)
        if self.push:
            self.rig.world.use_sender(self.app)
        lease = self.rig.engine.leases.claim(self.rig.firm, LEASE_SECONDS)
        assert lease is not None
        self.rig.engine.book.put(lease)

    # --- time ---

    def run_for(self, seconds: float) -> None:
        """Let simulated time pass; every turn that comes due or is rung for happens at its moment."""
        until = self.rig.clock() + timedelta(seconds=seconds)
        while True:
            moment = min(until, *self._moments())
            if moment > self.rig.clock():
                self.rig.clock.advance(seconds=(moment - self.rig.clock()).total_seconds())
            self.rig.world.settle()
            if self.push:
                while self.rig.world.pump(self.app):
                    pass
            if self.waiting():
                self.rig.clock.advance(seconds=self.look_seconds)
                self.turn()
            elif self.due_at is None or self.due_at <= self.rig.clock():
                self.turn()
            if self.rig.clock() >= until:
                return

    def _moments(self) -> Iterator[datetime]:
        now = self.rig.clock()
        yield self.due_at or now
        change = self.rig.world.next_change_at() if self.push else None
        if change is not None:
            yield max(now, change)

    # --- turns ---

    def waiting(self) -> int:
        """Notices in the firm's inbox."""
        return len(self._want(Notices(self.rig.firm)))

    def turn(self) -> PassResult:
        """One turn of the worker: urgent care, the pass, housekeeping when it is due."""
        rig = self.rig
        if self.push and rig.driver.run(is_urgent(rig.firm)):
            self._care()
        rang, before, at = self.waiting(), self.calls(), rig.clock()
        due = self._floors_due()
        options = PassOptions(trigger="worker", floor_seconds=POLL_SECONDS - CARRYING_SECONDS)
        result = rig.driver.run(run_pass(rig.firm, options))
        floor = _floor(rig.driver.log, due)
        rig.driver.log.clear()
        self.turns.append(Turn(at=at, rang=rang, calls=self.calls() - before, floor=floor))
        wait = result.read_again_in_seconds
        wait = POLL_SECONDS - CARRYING_SECONDS if wait is None else wait
        self.due_at = rig.clock() + timedelta(seconds=wait)
        if result.due_at is not None:
            self.due_at = min(self.due_at, max(rig.clock(), result.due_at))
        if self.push and (self._maintained_at is None or rig.clock() - self._maintained_at >= MAINTAIN_EVERY):
            self._care()
        return result

    def _care(self) -> None:
        self._maintained_at = self.rig.clock()
        failed = self.rig.driver.run(maintain(self.rig.firm, URL))
        if failed:
            raise RuntimeError(f"push could not be set up: {failed}")

    def calls(self) -> Calls:
        """What was sent so far."""
        raynet, graph = (one.counters(self.rig.firm) for one in (self.rig.engine.raynet, self.rig.engine.graph))
        return Calls(
            raynet_reads=raynet.reads,
            raynet_writes=raynet.writes,
            graph_reads=graph.reads,
            graph_writes=graph.writes,
            graph_http=graph.http,
        )

    def _floors_due(self) -> set[Side]:
        """Sides that this turn would read without any ring."""
        state, now, proven = self._want(LoadFirm(self.rig.firm)), self.rig.clock(), self.proven()
        plain = timedelta(seconds=POLL_SECONDS - CARRYING_SECONDS)
        until = state.sync.queued_until
        is_relaxed = Side.RAYNET in proven and (until is None or until <= now)
        floors = {Side.RAYNET: (state.sync.last_read_at, RELAXED_FIRM if is_relaxed else plain)}
        floors[Side.GRAPH] = (state.sync.graph_read_at, plain)
        if Side.GRAPH in proven:
            oldest = min(row.last_read_at or now for row in state.mailboxes)
            floors[Side.GRAPH] = (oldest, until_round(self.rig.firm, oldest))
        return {side for side, (at, floor) in floors.items() if at is None or now - at >= floor - SLACK}

    def proven(self) -> set[Side]:
        """Sides whose push counts as proven now."""
        now = self.rig.clock()
        since = now - timedelta(hours=1)
        return {side for side in Side if is_proven(self._want(PushSamples(self.rig.firm, side, since)), now)}

    def _want(self, op: Any) -> Any:
        return self.rig.engine.driver.perform(op)


def _floor(log: Sequence[Op[Any]], due: set[Side]) -> Calls:
    """The readings among these operations that were due anyway: one list of the instance, a round of each calendar."""
    lists = sum(isinstance(op, NewestActivities) and op.offset == 0 for op in log) if Side.RAYNET in due else 0
    rounds = [op for op in log if isinstance(op, ReadDeltas)] if Side.GRAPH in due else []
    return Calls(raynet_reads=lists, graph_reads=sum(len(op.wanted) for op in rounds), graph_http=len(rounds))


@contextmanager
def turning(folder: Path, *, push: bool = True, **options: Any) -> Iterator[Turning]:
    """A firm whose first match is done; with ``push``, its doorbells stand."""
    with rig(folder, **options) as one:
        made = Turning(one, push=push)
        made.run_for(60)
        yield made


def prove_push(made: Turning) -> None:
    """Let people of the firm change something on both sides until push counts as proven."""
    person = next(iter(made.rig.people.values()))
    start = made.rig.clock() + timedelta(days=2)
    person.ui.create("meeting", start=start, title="Zvonek")
    made.run_for(30)
    person.outlook.create("Zvonek ven", start + timedelta(hours=2), start + timedelta(hours=3))
    made.run_for(90)
    if made.proven() != set(Side):
        raise RuntimeError("push was not proven")
