"""The whole product in one process over the simulated world: real clients, real store, simulated time.

``Rig.sync()`` runs passes until nothing is left to do, exactly as the worker would; ``crash_at`` ends a flow between
two effects as SIGKILL does, whatever was committed or sent before stays.
"""

import random
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import NAMESPACE_DNS, uuid5

from server.domain.ids import FirmId, SeatId
from server.flow import Done, Failed, Flow, Gather, NewId, Note, Now, Op, Sleep, Stopping
from server.settings import Settings
from server.store.admin.administration import Administration
from server.store.admin.firms import NewFirm
from server.store.admin.overview import PairEntry
from server.store.admin.seats import Seats
from server.store.database import Database, open_database
from server.store.gateway import StoreGateway
from server.store.locks import LEASE_SECONDS, LeaseBook, Leases
from server.store.scratch import scratch_copy
from server.sync.context import PassOptions, PassResult
from server.sync.driver import REMOTE_WRITES, Driver
from server.sync.passes import run_pass
from server.wiring import Clocks, Engine, build_engine
from simulator.clock import ManualClock
from simulator.graph.mailbox import Mailbox
from simulator.raynet.instance import RaynetInstance
from simulator.raynet.populate import add_api_key, add_user
from simulator.raynet.ui import RaynetUi
from simulator.transport import SimAdapter
from simulator.world import World
from tests.support.databases import KEYS, drop, fresh_url

T = TypeVar("T")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DOMAIN = "valce.example"
API_LOGIN = f"sync@{DOMAIN}"
#: Until a rig has made its firm.
NO_FIRM = FirmId(0)
#: What must hold at the end of each rig's life; a folder's conftest adds to it.
AT_END: "list[Callable[[Rig], None]]" = []
CLIENT_ID = "5b0e5f2e-6f0c-4a53-9c57-1d1f6f1c0a11"


class Crash(BaseException):
    """The process was killed here."""


class StepDriver:
    """Single-threaded, deterministic: gathered flows are interleaved by the seed, every effect has a number."""

    def __init__(self, engine: Engine, clock: ManualClock, *, seed: int = 0) -> None:
        self.engine = engine
        self.clock = clock
        self.random = random.Random(seed)
        self.count = 0
        self.crash_before: int | None = None
        self.crash_after: int | None = None
        self.log: list[Op[Any]] = []

    def run(self, flow: Flow[T]) -> T:
        step: Callable[[], Op[Any]] = partial(next, flow)
        while True:
            try:
                op = step()
            except StopIteration as end:
                result: T = end.value
                return result
            step = self._resumed(flow, op)

    def _resumed(self, flow: Flow[Any], op: Op[Any]) -> Callable[[], Op[Any]]:
        if isinstance(op, Gather):
            outcomes = self._gather(op.flows)
            return lambda: flow.send(outcomes)
        try:
            outcome = self._counted(op)
        except Exception as error:  # noqa: BLE001 - the flow under test decides what to do with it
            caught = error
            return lambda: flow.throw(caught)
        return lambda: flow.send(outcome)

    def _counted(self, op: Op[Any]) -> object:
        self.count += 1
        self.log.append(op)
        if self.count == self.crash_before:
            raise Crash
        outcome = self._perform(op)
        if self.count == self.crash_after:
            raise Crash
        return outcome

    def _perform(self, op: Op[Any]) -> object:
        match op:
            case Now():
                return self.clock()
            case NewId():
                return f"{self.random.getrandbits(128):032x}"
            case Stopping():
                return False
            case Sleep(seconds):
                self.clock.advance(seconds=seconds)
                return None
            case Note():
                return None
            case _:
                return self.engine.driver.perform(op)

    def _gather(self, flows: tuple[Flow[Any], ...]) -> tuple[Done[Any] | Failed, ...]:
        """Advance a randomly chosen flow by one effect, until all have ended."""
        outcomes: dict[int, Done[Any] | Failed] = {}
        steps: dict[int, Callable[[], Op[Any]]] = {i: (lambda f=flow: next(f)) for i, flow in enumerate(flows)}
        while steps:
            i = self.random.choice(sorted(steps))
            try:
                op = steps[i]()
            except StopIteration as end:
                outcomes[i] = Done(end.value)
                del steps[i]
            except Exception as error:  # noqa: BLE001 - the flow under test decides what to do with it
                outcomes[i] = Failed(error)
                del steps[i]
            else:
                steps[i] = self._resumed(flows[i], op)
        return tuple(outcomes[i] for i in range(len(flows)))


@dataclass(slots=True)
class Person:
    """A seat on both sides."""

    login: str
    person: int
    mailbox: Mailbox
    ui: RaynetUi
    seat: SeatId | None = None

    @property
    def outlook(self) -> Any:
        return self.mailbox.user


@dataclass(slots=True)
class Rig:
    """One firm over one world. ``people`` by short name."""

    world: World
    clock: ManualClock
    engine: Engine
    database: Database
    raynet: RaynetInstance
    tenant: str
    api_key: str
    people: dict[str, Person] = field(default_factory=dict)
    firm: FirmId = NO_FIRM
    folder: Path = Path()
    url: str = ""
    seed: int = 0
    domain: str = DOMAIN
    raynet_user: str = API_LOGIN
    driver: StepDriver = None  # type: ignore[assignment]  # set by make_rig

    # --- running ---

    def one_pass(self, **options: Any) -> PassResult:
        lease = self.engine.leases.claim(self.firm, 3600.0)
        assert lease is not None
        self.engine.book.put(lease)
        try:
            return self.driver.run(run_pass(self.firm, PassOptions(**options)))
        finally:
            self.engine.book.drop(self.firm)
            self.engine.leases.release(lease)

    def sync(self, *, most: int = 12, **options: Any) -> PassResult:
        """Passes fifteen seconds apart until one has nothing to do. Fails when that does not come."""
        result = self.one_pass(**options)
        options.pop("full", None)
        for _ in range(most):
            self.tick()
            again = self.one_pass(**options)
            _add(result, again)
            if again.quiet and (again.due_at is None or again.due_at > self.clock() + timedelta(minutes=5)):
                return result
        raise AssertionError(f"no rest after {most} passes: {result.errors} {again.errors}")

    def tick(self, seconds: float = 15.0) -> None:
        self.clock.advance(seconds=seconds)
        self.world.settle()

    def kill(self) -> None:
        """The process died: a new one starts over the same database, its caches empty, the lease run out."""
        self.engine.close()
        self.database.close()
        self.database = open_database(self.url, KEYS)
        self.engine = _engine(self.world, self.clock, self.database, self.folder)
        self.seed += 1  # a new process never repeats ids
        self.driver = StepDriver(self.engine, self.clock, seed=self.seed)
        self.clock.advance(seconds=LEASE_SECONDS * 400)

    def restart(self, seconds: float) -> None:
        """As :meth:`kill`, the new process coming ``seconds`` later. For a pass that let go of its lease."""
        self.engine.close()
        self.database.close()
        self.database = open_database(self.url, KEYS)
        self.engine = _engine(self.world, self.clock, self.database, self.folder)
        self.seed += 1  # a new process never repeats ids
        self.driver = StepDriver(self.engine, self.clock, seed=self.seed)
        self.tick(seconds)

    def forget(self, **rules: str) -> None:
        """The database is lost: the same firm and seats, entered by hand into a new one, over the same world."""
        self.engine.close()
        self.database.close()
        drop(self.url)
        self.url = fresh_url("sqlite", self.folder)
        self.database = open_database(self.url, KEYS)
        self.engine = _engine(self.world, self.clock, self.database, self.folder)
        self.seed += 1
        self.driver = StepDriver(self.engine, self.clock, seed=self.seed)
        self.firm = self.engine.firms.add(_new_firm(self, self.raynet.name, rules), actor="test").id
        for person in self.people.values():
            if person.seat is not None:
                person.seat = self.seats.add(self.firm, person.login, actor="test").id

    def preview(self) -> PassResult:
        """What the next pass would do, planned over a copy of the firm's rows; nothing can be written anywhere."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            scratch = scratch_copy(self.engine.database, self.firm, Path(folder), KEYS)
            book = LeaseBook()
            store = StoreGateway(scratch, book)
            ports = replace(self.engine.ports, store=store.perform, may_write=lambda _firm, _seconds: False)
            driver = Driver(ports, threads=2, clock=self.clock)
            leases = Leases(scratch, "preview")
            lease = leases.claim(self.firm, 3600.0)
            assert lease is not None
            book.put(lease)
            try:
                return driver.run(run_pass(self.firm, PassOptions(trigger="preview", preview=True)))
            finally:
                driver.close()
                scratch.close()

    @contextmanager
    def carried(self, raynet: int = 0, graph: int = 0, *, most_reads: tuple[int, int] = (30, 30)) -> Iterator[None]:
        """What happens inside costs exactly these writes, boundedly many reads, and then nothing is left to do."""
        yield
        self.tick()
        before, seen, first = self.writes(), self.reads(), len(self.driver.log)
        result = self.sync()
        after, read = self.writes(), self.reads()
        sent = [op for op in self.driver.log[first:] if isinstance(op, REMOTE_WRITES)]
        assert (after[0] - before[0], after[1] - before[1]) == (raynet, graph), (sent, result.errors)
        assert read[0] - seen[0] <= most_reads[0], "too many reads of Raynet"
        assert read[1] - seen[1] <= most_reads[1], "too many reads of Graph"
        assert not result.errors, result.errors
        self.tick()
        assert self.one_pass().quiet, "a further pass still had something to do"
        assert self.writes() == after

    def reads(self) -> tuple[int, int]:
        """Reads that Raynet and Graph were asked for so far."""
        return self.engine.raynet.counters(self.firm).reads, self.engine.graph.counters(self.firm).reads

    def pairs(self) -> tuple[PairEntry, ...]:
        return self.administration.overview.pairs(self.firm)

    def rules(self, **changes: str) -> None:
        self.engine.firms.set_rules(self.firm, changes, actor="test")

    @property
    def seats(self) -> Seats:
        return Seats(self.database, self.clock)

    @property
    def administration(self) -> Administration:
        return Administration(self.database, self.clock)

    # --- looking ---

    def writes(self) -> tuple[int, int]:
        """Writes that reached Raynet and Graph so far."""
        return self.engine.raynet.counters(self.firm).writes, self.engine.graph.counters(self.firm).writes

    @contextmanager
    def expect_writes(self, raynet: int, graph: int) -> Iterator[None]:
        before = self.writes()
        yield
        after = self.writes()
        assert (after[0] - before[0], after[1] - before[1]) == (raynet, graph)

    def remote_writes(self) -> list[Op[Any]]:
        return [op for op in self.driver.log if isinstance(op, REMOTE_WRITES)]

    def app_mails(self) -> int:
        """Mails that our application caused."""
        return sum(1 for mail in self.world.graph.mails if mail.by.kind != "human")


def _add(total: PassResult, more: PassResult) -> None:
    for name in ("matched", "created", "changed", "removed", "ambiguous", "held", "conflicts", "mails"):
        setattr(total.counts, name, getattr(total.counts, name) + getattr(more.counts, name))


def _engine(world: World, clock: ManualClock, database: Database, folder: Path) -> Engine:
    settings = Settings(
        data_dir=folder,
        database_url="sqlite:///unused.sqlite3",  # type: ignore[arg-type]  # pydantic makes a secret of it
        public_url="https://ros.example",
        graph_url=world.graph_url,
        authority_url=world.authority_url,
        client_id=CLIENT_ID,
        client_secret="demo-client-secret",  # type: ignore[arg-type]  # as above
        raynet_urls=(world.raynet_url.rstrip("/"),),
    )
    return build_engine(
        settings,
        database,
        clocks=Clocks(now=clock, monotonic=lambda: clock().timestamp()),
        transport=lambda: SimAdapter(world),
        threads=4,
    )


def make_rig(
    folder: Path,
    *,
    people: tuple[str, ...] = ("jana", "petr"),
    backend: str = "sqlite",
    start: datetime = START,
    seed: int = 0,
    rules: dict[str, str] | None = None,
    world_class: type[World] = World,
) -> Rig:
    """A firm with these seats, consent given, nothing in any calendar yet."""
    clock = ManualClock(start)
    world = world_class(clock, seed=seed)
    instance = world.raynet.add_instance("valce")
    tenant = world.entra.add_tenant("Válce", DOMAIN, tenant_id="0c5a2f3e-8d41-4b7e-a6c0-2f9f3f6f7d01")
    world.entra.register_app("Raynet – Outlook", client_id=CLIENT_ID, secret="demo-client-secret")
    world.entra.consent(tenant, CLIENT_ID)
    add_user(instance, API_LOGIN, "Synchronizace", "Outlook")
    key = add_api_key(instance, API_LOGIN, "Outlook sync", secret=secrets.token_hex(8))
    url = fresh_url(backend, folder)
    database = open_database(url, KEYS)
    engine = _engine(world, clock, database, folder)
    rig = Rig(
        world=world,
        clock=clock,
        engine=engine,
        database=database,
        raynet=instance,
        tenant=tenant.id,
        api_key=key.secret,
        folder=folder,
        url=url,
        seed=seed,
    )
    rig.driver = StepDriver(engine, clock, seed=seed)
    rig.firm = engine.firms.add(_new_firm(rig, "Válce", rules or {}), actor="test").id
    for name in people:
        add_person_with_seat(rig, name)
    return rig


def add_firm(first: Rig, *, name: str = "druha", people: tuple[str, ...] = ("karel",)) -> Rig:
    """A second firm in the same world, database and process: another tenant, another instance, an own key."""
    domain = f"{name}.example"
    instance = first.world.raynet.add_instance(name)
    tenant = first.world.entra.add_tenant(name.title(), domain, tenant_id=str(uuid5(NAMESPACE_DNS, domain)))
    first.world.entra.consent(tenant, CLIENT_ID)
    login = f"sync@{domain}"
    add_user(instance, login, "Synchronizace", "Outlook")
    key = add_api_key(instance, login, "Outlook sync", secret=secrets.token_hex(8))
    rig = replace(
        first, raynet=instance, tenant=tenant.id, api_key=key.secret, people={}, domain=domain, raynet_user=login
    )
    rig.firm = rig.engine.firms.add(_new_firm(rig, name, {}), actor="test").id
    for person in people:
        add_person_with_seat(rig, person)
    return rig


def _new_firm(rig: Rig, name: str, rules: dict[str, str]) -> NewFirm:
    return NewFirm(
        name=name.title(),
        tenant_id=rig.tenant,
        raynet_url=rig.world.raynet_url.rstrip("/"),
        raynet_instance=rig.raynet.name,
        raynet_user=rig.raynet_user,
        raynet_key=rig.api_key,
        seats=50,
        valid_until=date(2030, 1, 1),
        rules=rules,
    )


def add_person_with_seat(rig: Rig, name: str, *, seat: bool = True) -> Person:
    login = f"{name}@{rig.domain}"
    account = add_user(rig.raynet, login, name.title(), "Nová")
    owner = rig.world.entra.add_user(rig.tenant, login, f"{name.title()} Nová")
    mailbox = rig.world.graph.add_mailbox(owner)
    person = Person(login=login, person=account.person, mailbox=mailbox, ui=rig.raynet.ui(login))
    if seat:
        person.seat = rig.seats.add(rig.firm, login, actor="test").id
    rig.people[name] = person
    return person


@contextmanager
def rig(folder: Path, **options: Any) -> Iterator[Rig]:
    """A rig that is torn down afterwards."""
    made = make_rig(folder, **options)
    try:
        yield made
        for check in AT_END:
            check(made)
    finally:
        made.engine.close()
        made.database.close()
        drop(made.url)
