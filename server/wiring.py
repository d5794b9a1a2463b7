"""The only place that picks real adapters: settings in, a ready product out. Everybody else takes what it needs."""

import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from server.domain.ids import FirmId
from server.errors import Misconfigured
from server.microsoft.client import Transport
from server.microsoft.gateway import GraphConnection, GraphEndpoints, GraphGateway
from server.microsoft.tokens import AppRegistration
from server.raynet.connection import RaynetConnection
from server.raynet.gateway import RAYNET_OPS, RaynetGateway
from server.settings import Settings, master_keys
from server.store.admin.firms import Firms
from server.store.database import Database, open_database
from server.store.gateway import StoreGateway
from server.store.locks import LeaseBook, Leases
from server.store.migrate import refuse_unready
from server.sync.driver import Driver, Ports, refuse_late


def utc_now() -> datetime:
    """The present, aware."""
    return datetime.now(UTC)


def open_store(settings: Settings, *, ready: bool = True) -> Database:
    """The database of the settings. ``ready``: refuse one that is not migrated or sealed with other keys."""
    if settings.is_sqlite:
        try:
            # People's names and addresses are in the database: a new folder is its owner's alone.
            settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            raise Misconfigured(
                "doctor_data_dir_not_writable", setting="ROS_DATA_DIR", path=str(settings.data_dir)
            ) from None
    _refuse_lost_key(settings)
    _make_private(settings.database_file)
    database = open_database(settings.database_url.get_secret_value(), master_keys(settings))
    if ready:
        refuse_unready(database)
    return database


def _refuse_lost_key(settings: Settings) -> None:
    """A database whose generated key has vanished must not get another one: nothing in it could be read again."""
    file = settings.database_file
    generated = settings.secret_key is None and file is not None
    if generated and file is not None and file.exists() and file.stat().st_size and not settings.key_file.exists():
        raise Misconfigured("setting_key_file_lost", setting="ROS_DATA_DIR", path=str(settings.key_file))


def _make_private(file: Path | None) -> None:
    """SQLite gives its side files the mode of the database: it is the owner's alone from the start."""
    if file is not None and not file.exists() and file.parent.is_dir():
        file.touch(mode=0o600)


def app_registration(settings: Settings) -> AppRegistration:
    """Our registration at Entra ID. Misconfigured when it is not complete."""
    if settings.client_id is None:
        raise Misconfigured("setting_missing", setting="ROS_CLIENT_ID")
    secret, certificate = settings.client_secret, settings.client_certificate
    if secret is None and certificate is None:
        raise Misconfigured("setting_missing", setting="ROS_CLIENT_SECRET")
    return AppRegistration(
        client_id=settings.client_id,
        secret=secret.get_secret_value() if secret is not None else None,
        certificate_pem=certificate.get_secret_value() if certificate is not None else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The two clocks of a process; tests bring simulated ones."""

    now: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """All that runs passes: the store, both remote systems, the leases, the driver."""

    settings: Settings
    database: Database
    firms: Firms
    raynet: RaynetGateway
    graph: GraphGateway
    book: LeaseBook
    leases: Leases
    ports: Ports
    driver: Driver

    def close(self) -> None:
        """End threads and connections; the database stays open for its owner."""
        self.driver.close()
        self.graph.close()


def _raynet_connection(firms: Firms, firm: FirmId) -> RaynetConnection:
    found = firms.raynet_connection(firm)
    return RaynetConnection(
        firm=firm,
        base_url=found.url,
        instance=found.instance,
        user=found.user,
        key=found.key,
        revision=found.revision,
    )


def _graph_connection(firms: Firms, firm: FirmId) -> GraphConnection:
    found = firms.get(firm)
    return GraphConnection(firm=firm, tenant_id=found.tenant_id, revision=found.connection_revision)


def build_engine(
    settings: Settings,
    database: Database,
    *,
    clocks: Clocks | None = None,
    transport: Transport | None = None,
    threads: int = 24,
) -> Engine:
    """The engine over an open database. ``transport`` puts simulated systems behind both clients, in process."""
    clocks = clocks or Clocks()
    firms = Firms(database, clocks.now)
    book = LeaseBook(clocks.monotonic)
    last_look = partial(refuse_late, book.may_write)
    raynet = RaynetGateway(
        partial(_raynet_connection, firms),
        clock=clocks.now,
        monotonic=clocks.monotonic,
        allowed_bases=settings.raynet_urls,
        ca_bundle=settings.ca_bundle,
        transport=transport() if transport is not None else None,
        last_look=last_look,
    )
    graph = GraphGateway(
        partial(_graph_connection, firms),
        app_registration(settings),
        GraphEndpoints(
            graph_url=settings.graph_url,
            authority_url=settings.authority_url,
            notify_url=f"{settings.public_url}/notify/graph",
            ca_bundle=str(settings.ca_bundle) if settings.ca_bundle else None,
        ),
        clock=clocks.now,
        transport=transport,
        last_look=last_look,
    )
    owner = f"{socket.gethostname()}-{secrets.token_hex(6)}"
    store = StoreGateway(database, book)
    ports = Ports(
        raynet=raynet.perform,
        graph=graph.perform,
        store=store.perform,
        raynet_ops=frozenset(RAYNET_OPS),
        graph_ops=graph.operations,
        may_write=book.may_write,
    )
    return Engine(
        settings=settings,
        database=database,
        firms=firms,
        raynet=raynet,
        graph=graph,
        book=book,
        leases=Leases(database, owner, clocks.monotonic),
        ports=ports,
        driver=Driver(ports, threads=threads, clock=clocks.now),
    )
