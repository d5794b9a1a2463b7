"""A whole installation under test: the simulated world behind HTTPS, firms in a real database, and the processes."""

import base64
import contextlib
import http.client
import json
import os
import resource
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from server.domain.ids import FirmId
from server.store.admin.firms import Firms, NewFirm
from server.store.admin.seats import Seats
from server.store.database import Database, open_database
from simulator.clock import RunningClock
from simulator.faults import Delay, Match, Rule
from simulator.graph.mailbox import Mailbox
from simulator.raynet.instance import RaynetInstance
from simulator.raynet.populate import add_api_key, add_user
from simulator.raynet.ui import RaynetUi
from simulator.serve import SimServer
from simulator.world import World
from tests.process.disk import SmallDisk, small_disk
from tests.process.ledger import Holder, Ledger, WatchedWorld
from tests.process.postgres import OwnPostgres, own_postgres
from tests.support.databases import KEYS, drop, fresh_url

CLIENT_ID = "5b0e5f2e-6f0c-4a53-9c57-1d1f6f1c0a11"
_SECRET = "demo-client-secret"  # made up
#: Loads everything and begins when its stdin is closed.
_WORKER = "import os, sys; from server.cli.main import run; sys.stdin.readline(); run(['worker'], os.environ)"
#: Becomes the command that follows, with the descriptor named first as the socket that systemd hands over.
_HAND_OVER = """\
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.argv[2], sys.argv[2:])
"""
SKEWED_WORKER = "import sys; from tests.process.entries import skewed_worker; sys.stdin.readline(); skewed_worker()"
ROOT = Path(__file__).resolve().parents[2]
_STARTS_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOptions:
    """``push``: webhooks and notifications reach ``ros serve``. ``latency_seconds`` of every remote call."""

    backend: str = "sqlite"
    firms: int = 1
    people: int = 3
    #: So many of them, the last, have no seat yet.
    seatless: int = 0
    poll_seconds: int = 1
    rules: Mapping[str, str] = field(default_factory=lambda: {"guard_count": "100000"})
    push: bool = False
    latency_seconds: float = 0.0
    seed: int = 0
    #: A PostgreSQL server of its own, which may be restarted.
    own_server: bool = False
    #: The database lies on a disk of this size, which can be filled; 0: where everything lies.
    disk_mib: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A seat on both sides."""

    login: str
    person: int
    mailbox: Mailbox
    ui: RaynetUi

    @property
    def outlook(self) -> Any:
        return self.mailbox.user


@dataclass(frozen=True, slots=True, kw_only=True)
class SimFirm:
    """One customer."""

    id: FirmId
    raynet: RaynetInstance
    tenant: str
    people: tuple[Person, ...]


@dataclass(slots=True)
class Process:
    """A process of ours. ``begun`` is when it was told to begin."""

    name: str
    popen: "subprocess.Popen[bytes]"
    log: Path
    begun: float = 0.0

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def alive(self) -> bool:
        return self.popen.poll() is None

    def send(self, number: signal.Signals) -> None:
        if self.alive:
            self.popen.send_signal(number)

    def events(self) -> Counter[tuple[str, str]]:
        """How often each (level, event) was logged."""
        found: Counter[tuple[str, str]] = Counter()
        for line in self.log.read_bytes().splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                found["raw", line.decode("utf-8", "replace")[:80]] += 1
            else:
                found[str(record.get("level", "?")), str(record.get("event", "?"))] += 1
        return found

    def rss_kib(self) -> int:
        """Resident memory now."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        return 0

    def handles(self) -> int:
        """Open file descriptors now."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def limit_file_size(self, limit: int | None) -> None:
        """From now on no file of this process grows beyond ``limit`` bytes; None takes the limit away."""
        _, hard = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (hard if limit is None else limit, hard))


@dataclass(slots=True)
class Site:
    """See :func:`open_site`."""

    options: SiteOptions
    folder: Path
    server: SimServer
    ledger: Ledger
    url: str
    database: Database
    peek: Engine
    port: int
    postgres: OwnPostgres | None = None
    disk: SmallDisk | None = None
    firms: list[SimFirm] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)
    more_environment: dict[str, str] = field(default_factory=dict)

    @property
    def world(self) -> World:
        return self.server.world

    @property
    def is_sqlite(self) -> bool:
        return self.options.backend == "sqlite"

    # --- processes ---

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ROS_")}
        return {
            **kept,
            "ROS_DATA_DIR": str(self.folder / "data"),
            "ROS_DATABASE_URL": self.url,
            "ROS_SECRET_KEY": base64.b64encode(KEYS[0]).decode(),
            "ROS_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "ROS_LISTEN": f"127.0.0.1:{self.port}",
            "ROS_GRAPH_URL": self.world.graph_url,
            "ROS_AUTHORITY_URL": self.world.authority_url,
            "ROS_CLIENT_ID": CLIENT_ID,
            "ROS_CLIENT_SECRET": _SECRET,
            "ROS_RAYNET_URLS": self.world.raynet_url.rstrip("/"),
            "ROS_CA_BUNDLE": str(self.server.certificates.ca),
            "ROS_POLL_SECONDS": str(self.options.poll_seconds),
            "ROS_LOG_FORMAT": "json",
            **self.more_environment,
        }

    def load(self, code: str = _WORKER, *, root: Path = ROOT, environ: Mapping[str, str] | None = None) -> Process:
        """A worker with its libraries loaded, waiting to be told to begin. ``root``: another checkout's code."""
        name = f"worker-{len(self.processes)}"
        log = self.folder / f"{name}.log"
        with log.open("wb") as file:
            popen = subprocess.Popen(
                [sys.executable, "-c", code],
                env={**self.environment(), **(environ or {})},
                cwd=root,
                stdin=subprocess.PIPE,
                stdout=file,
                stderr=file,
            )
        made = Process(name, popen, log)
        self.processes.append(made)
        self.ledger.started(made.pid)
        return made

    def begin(self, process: Process) -> Process:
        assert process.popen.stdin is not None
        process.begun = time.monotonic()
        process.popen.stdin.close()
        return process

    def start_worker(self) -> Process:
        return self.begin(self.load())

    def hold_port(self) -> socket.socket:
        """The server's port, listening, as systemd holds it: for :meth:`start_server`; the caller closes it."""
        held = socket.create_server(("127.0.0.1", self.port), backlog=2048)
        held.set_inheritable(True)
        return held

    def start_server(self, *arguments: str, held: socket.socket | None = None) -> Process:
        """``ros serve``; returns once it answers. ``held`` is handed over the way systemd hands over a socket."""
        command, kept = [sys.executable, "-m", "server.cli", "serve", *arguments], ()
        if held is not None:
            # Not by a shell: some know no descriptor above nine.
            command, kept = [sys.executable, "-c", _HAND_OVER, str(held.fileno()), *command], (held.fileno(),)
        number = len(self.processes)
        log = self.folder / f"serve-{number}.log"
        with log.open("wb") as file:
            popen = subprocess.Popen(
                command,
                env=self.environment(),
                cwd=ROOT,
                pass_fds=kept,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )
        made = Process(f"serve-{number}", popen, log, time.monotonic())
        self.processes.append(made)
        wait(lambda: self.answers() or not made.alive, "the server's first answer", _STARTS_SECONDS)
        assert made.alive, log.read_text()[-2000:]
        return made

    def answers(self) -> bool:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
            try:
                connection.request("GET", "/healthz")
                return connection.getresponse().status == 200
            except (OSError, http.client.HTTPException):
                return False

    def kill(self, process: Process) -> None:
        process.send(signal.SIGKILL)
        process.popen.wait(timeout=_STARTS_SECONDS)
        self.ledger.ended(process.pid)

    def finish(self, process: Process, seconds: float = 60.0) -> int:
        """TERM, and its exit code."""
        process.send(signal.SIGTERM)
        code = process.popen.wait(timeout=seconds)
        self.ledger.ended(process.pid)
        return code

    def workers(self) -> list[Process]:
        return [one for one in self.processes if one.alive and one.begun and one.name.startswith("worker")]

    def stop_all(self) -> None:
        for process in self.processes:
            if process.alive:
                process.popen.kill()
            process.popen.wait(timeout=_STARTS_SECONDS)
            if process.popen.stdin is not None:
                with contextlib.suppress(OSError):
                    process.popen.stdin.close()
            self.ledger.ended(process.pid)

    def defects(self) -> Counter[str]:
        """Errors and foreign lines in the logs of all processes so far: each is a defect."""
        found: Counter[str] = Counter()
        for process in self.processes:
            for (level, event), number in process.events().items():
                if level in ("error", "critical", "raw"):
                    found[event] += number
        return found

    def logged(self, *events: str) -> int:
        """How often one of these events was logged by any process."""
        return sum(n for one in self.processes for (_, event), n in one.events().items() if event in events)

    # --- the database's own word ---

    def holder(self, firm: FirmId) -> Holder | None:
        try:
            with self.peek.connect() as connection:
                row = connection.execute(
                    text("SELECT owner, epoch FROM lease WHERE firm_id = :firm"), {"firm": firm}
                ).first()
        except SQLAlchemyError:
            return None
        return None if row is None else Holder(row[0], int(row[1]))

    def scalar(self, statement: str, **values: object) -> Any:
        with self.peek.connect() as connection:
            return connection.execute(text(statement), values).scalar()

    def reopen(self) -> None:
        """After the database was replaced under us."""
        self.database.close()
        self.peek.dispose()
        self.database = open_database(self.url, KEYS)
        self.peek = _peek(self.url, self.postgres)
        self.ledger.holder = self.holder

    def seat(self, firm: SimFirm, people: Sequence[Person]) -> None:
        """An administrator gives them seats."""
        seats = Seats(self.database)
        for person in people:
            seats.add(firm.id, person.login, actor="test")

    def met(self) -> set[str]:
        """Mailboxes that have met Raynet."""
        with self.peek.connect() as connection:
            return set(connection.execute(text("select mailbox from mailbox_sync where matched")).scalars())

    def mails(self) -> int:
        """Mails that our application caused."""
        with self.world.lock:
            return sum(1 for mail in self.world.graph.mails if mail.by.kind != "human")


@contextmanager
def open_site(options: SiteOptions, folder: Path) -> Iterator[Site]:
    """Everything but the processes; those that were started end with it."""
    clock, ledger = RunningClock(), Ledger()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "data").mkdir(exist_ok=True)
    with ExitStack() as stack:
        server = SimServer(
            lambda url: WatchedWorld(clock, ledger, base_url=url, seed=options.seed), folder / "authority"
        )
        disk = stack.enter_context(small_disk(folder / "disk", options.disk_mib)) if options.disk_mib else None
        place = disk.path if disk is not None else folder
        postgres = stack.enter_context(own_postgres(place)) if options.own_server else None
        url = postgres.new_database() if postgres is not None else fresh_url(options.backend, place)
        if postgres is None:
            stack.callback(drop, url)
        site = Site(
            options=options,
            folder=folder,
            server=server,
            ledger=ledger,
            url=url,
            database=open_database(url, KEYS),
            peek=_peek(url, postgres),
            port=free_port(),
            postgres=postgres,
            disk=disk,
        )
        stack.callback(site.peek.dispose)
        stack.callback(site.database.close)
        ledger.holder = site.holder
        _fill(site)
        stack.enter_context(server)
        stack.callback(site.stop_all)
        yield site


def _peek(url: str, postgres: OwnPostgres | None) -> Engine:
    """A connection for looking that row-level security does not bind."""
    if make_url(url).get_backend_name() == "sqlite":
        return create_engine(url, isolation_level="AUTOCOMMIT", pool_size=4, max_overflow=60)
    from tests.support.databases import superuser

    admin = make_url(postgres.admin_url) if postgres is not None else superuser(url).url
    return create_engine(
        admin.set(database=make_url(url).database), isolation_level="AUTOCOMMIT", pool_pre_ping=True, max_overflow=60
    )


def _fill(site: Site) -> None:
    """Firms and people on both sides and in the database."""
    options, world = site.options, site.world
    world.graph.switches.requests_per_window = 10_000_000
    if not options.push:
        world.graph.switches.notify_loss_probability = 1.0
    world.entra.register_app("Raynet – Outlook", client_id=CLIENT_ID, secret=_SECRET)
    for number in range(options.firms):
        site.firms.append(_firm(site, number))
    if options.latency_seconds:
        for system in ("raynet", "graph"):
            match = Match(system=system)
            world.faults.add(Rule(name=f"latency-{system}", match=match, action=Delay(options.latency_seconds)))


def _firm(site: Site, number: int) -> SimFirm:
    world, domain = site.world, f"firma{number}.example"
    raynet = world.raynet.add_instance(f"firma{number}")
    raynet.switches.daily_quota = 10_000_000
    raynet.switches.webhook_pacing = "older"
    if not site.options.push:
        raynet.switches.webhook_loss = 1.0
    tenant = world.entra.add_tenant(f"Firma {number}", domain, tenant_id=f"0c5a2f3e-8d41-4b7e-a6c0-{number:012x}")
    world.entra.consent(tenant, CLIENT_ID)
    login = f"sync@{domain}"
    add_user(raynet, login, "Synchronizace", "Outlook")
    key = add_api_key(raynet, login, "Outlook sync", secret=secrets.token_hex(8))
    people = []
    for place in range(site.options.people):
        person_login = f"osoba{place}@{domain}"
        account = add_user(raynet, person_login, f"Osoba{place}", "Nová")
        owner = world.entra.add_user(tenant.id, person_login, f"Osoba{place} Nová")
        mailbox = world.graph.add_mailbox(owner)
        people.append(Person(login=person_login, person=account.person, mailbox=mailbox, ui=raynet.ui(person_login)))
    new = NewFirm(
        name=f"Firma {number}",
        tenant_id=tenant.id,
        raynet_url=world.raynet_url.rstrip("/"),
        raynet_instance=raynet.name,
        raynet_user=login,
        raynet_key=key.secret,
        seats=max(50, len(people)),
        valid_until=date(2099, 1, 1),
        rules=dict(site.options.rules),
    )
    firm = Firms(site.database).add(new, actor="test").id
    made = SimFirm(id=firm, raynet=raynet, tenant=tenant.id, people=tuple(people))
    site.seat(made, people[: len(people) - site.options.seatless])
    for person in people:
        site.ledger.firm_of_mailbox[person.mailbox.id] = firm
    site.ledger.firm_of_instance[raynet.name] = firm
    return made


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait(condition: Callable[[], bool], what: str, seconds: float, *, every: float = 0.02) -> float:
    """Until ``condition`` holds; how long it took. Raises TimeoutError."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"{what} took more than {seconds:.0f} s")
        time.sleep(every)
    return time.monotonic() - began
