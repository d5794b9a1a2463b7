"""The only place that picks real adapters: settings in, a ready product out. Everybody else takes what it needs."""

import itertools
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar, cast

from server.api.addin.parts import PanelSignIn
from server.api.services import Identify, NoRemotes, RaynetTrial, Remotes
from server.domain.consent import Credential
from server.domain.ids import FirmId
from server.errors import Misconfigured
from server.flow import Op
from server.identity.keys import SigningKeys
from server.identity.verifier import OFFICE_CLIENTS, Expected, TokenVerifier
from server.microsoft.certificate import certificate_end
from server.microsoft.client import Transport
from server.microsoft.gateway import GraphConnection, GraphEndpoints, GraphGateway
from server.microsoft.sign_in import SignIn
from server.microsoft.tokens import AppRegistration
from server.ports.gateway import anybody
from server.ports.graph import ProbeTenant
from server.ports.raynet import Probe, RaynetIdentity
from server.raynet.connection import RaynetConnection
from server.raynet.gateway import RAYNET_OPS, RaynetGateway
from server.settings import Settings, master_keys
from server.store.admin.firms import Firms
from server.store.database import Database, open_database
from server.store.gateway import StoreGateway
from server.store.locks import LeaseBook, Leases
from server.store.migrate import refuse_unready
from server.sync.driver import Driver, Ports, refuse_late

T = TypeVar("T")


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


def _raynet_gateway(
    settings: Settings,
    connections: Callable[[FirmId], RaynetConnection],
    clocks: Clocks,
    transport: Transport | None,
    last_look: Callable[[FirmId], None] = anybody,
) -> RaynetGateway:
    return RaynetGateway(
        connections,
        clock=clocks.now,
        monotonic=clocks.monotonic,
        allowed_bases=settings.raynet_urls,
        ca_bundle=settings.ca_bundle,
        transport=transport() if transport is not None else None,
        last_look=last_look,
    )


def _graph_gateway(
    settings: Settings,
    connections: Callable[[FirmId], GraphConnection],
    clocks: Clocks,
    transport: Transport | None,
    last_look: Callable[[FirmId], None] = anybody,
) -> GraphGateway:
    return GraphGateway(
        connections,
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
    raynet = _raynet_gateway(settings, partial(_raynet_connection, firms), clocks, transport, last_look)
    graph = _graph_gateway(settings, partial(_graph_connection, firms), clocks, transport, last_look)
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


class WiredRemotes:
    """Both remote systems for the API: with a firm's stored access, or with access that is only being tried."""

    def __init__(
        self, settings: Settings, database: Database, clocks: Clocks, transport: Transport | None = None
    ) -> None:
        firms = Firms(database, clocks.now)
        self._raynet = _raynet_gateway(settings, partial(_raynet_connection, firms), clocks, transport)
        self._graph = _graph_gateway(settings, partial(_graph_connection, firms), clocks, transport)
        #: What is tried stands here while its thread asks; a firm's number may be one that does not exist yet.
        self._trials = threading.local()
        #: Each trial is a connection of its own: a refusal of the one before does not stop it.
        self._numbers = itertools.count(1)
        self._raynet_trials = _raynet_gateway(settings, lambda _firm: self._trials.raynet, clocks, transport)
        self._graph_trials = _graph_gateway(settings, lambda _firm: self._trials.graph, clocks, transport)

    def raynet(self, op: Op[T]) -> T:
        return cast(T, self._raynet.perform(op))

    def graph(self, op: Op[T]) -> T:
        return cast(T, self._graph.perform(op))

    def try_raynet(self, firm: FirmId, trial: RaynetTrial) -> RaynetIdentity:
        self._trials.raynet = RaynetConnection(
            firm=firm,
            base_url=trial.url,
            instance=trial.instance,
            user=trial.user,
            key=trial.key,
            revision=-next(self._numbers),
        )
        try:
            return cast(RaynetIdentity, self._raynet_trials.perform(Probe(firm)))
        finally:
            del self._trials.raynet

    def try_tenant(self, firm: FirmId, tenant_id: str) -> str:
        self._trials.graph = GraphConnection(firm=firm, tenant_id=tenant_id, revision=-next(self._numbers))
        try:
            return cast(str, self._graph_trials.perform(ProbeTenant(firm)))
        finally:
            del self._trials.graph

    def close(self) -> None:
        """End threads and connections."""
        self._graph.close()
        self._graph_trials.close()


def build_remotes(
    settings: Settings, database: Database, *, clocks: Clocks | None = None, transport: Transport | None = None
) -> Remotes:
    """What the API asks outside; without our registration nothing can be asked."""
    if settings.client_id is None or (settings.client_secret is None and settings.client_certificate is None):
        return NoRemotes()
    return WiredRemotes(settings, database, clocks or Clocks(), transport)


def credential_of(settings: Settings) -> Credential | None:
    """With what our registration proves itself, and until when; None without a registration."""
    if settings.client_certificate is not None:
        return Credential(
            kind="certificate", expires_at=certificate_end(settings.client_certificate.get_secret_value())
        )
    if settings.client_secret is None:
        return None
    last_day = settings.client_secret_expires
    end = datetime.combine(last_day, datetime.min.time(), UTC) + timedelta(days=1) if last_day is not None else None
    return Credential(kind="secret", expires_at=end)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIns:
    """Who Entra's tokens are: for the panel (customers only), and for whoever has an administrator's account."""

    panel: PanelSignIn
    administrators: Identify


def build_sign_ins(
    settings: Settings, database: Database, *, clocks: Clocks | None = None, transport: Transport | None = None
) -> SignIns | None:
    """None without our registration: then nobody signs in with Entra ID."""
    if settings.client_id is None or (settings.client_secret is None and settings.client_certificate is None):
        return None
    clocks = clocks or Clocks()
    firms = Firms(database, clocks.now)
    entra = SignIn(
        app_registration(settings),
        authority_url=settings.authority_url,
        ca_bundle=str(settings.ca_bundle) if settings.ca_bundle else None,
        clock=clocks.now,
        transport=transport,
    )
    keys = SigningKeys(entra.keys, now=clocks.now)
    expected = Expected(
        audience=settings.client_id,
        authority_url=settings.authority_url,
        clients=OFFICE_CLIENTS | {settings.client_id},
    )
    customers = TokenVerifier(
        keys, expected, now=clocks.now, is_customer=lambda tid: bool(firms.of_tenant_unscoped(tid))
    )
    everybody = TokenVerifier(keys, expected, now=clocks.now, is_customer=lambda _tid: True)
    return SignIns(panel=PanelSignIn(identify=customers.verify, redeem=entra.redeem), administrators=everybody.verify)
