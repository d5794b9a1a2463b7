"""The entrance: performs the Graph operations of :mod:`server.ports`."""

import functools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.domain.consent import ConsentStep
from server.domain.ids import FirmId
from server.flow import Op
from server.microsoft.batch import Batches
from server.microsoft.calendar import Calendar
from server.microsoft.client import GraphClient, TlsAdapter, Transport, new_session, tls_context
from server.microsoft.consent import verify_consent
from server.microsoft.delta import DeltaReader
from server.microsoft.directory import Directory
from server.microsoft.governor import CallCounts, Governor
from server.microsoft.subscriptions import Subscriptions
from server.microsoft.tokens import AppRegistration, Tokens
from server.ports.gateway import anybody
from server.ports.graph import (
    CreateEvent,
    DeleteEvent,
    FindEvents,
    FindUser,
    GetEvent,
    GetUser,
    ListUsers,
    ProbeMailbox,
    ProbeTenant,
    ReadCalendar,
    ReadDeltas,
    RenewSubscription,
    Subscribe,
    TranslateId,
    Unsubscribe,
    UpdateEvent,
    VerifyConsent,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphConnection:
    """A firm's side of the connection. A new ``revision`` starts with a fresh token."""

    firm: FirmId
    tenant_id: str
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphEndpoints:
    """Where Microsoft is and where it notifies us. ``graph_url`` with or without ``/v1.0``; ``ca_bundle``: PEM file."""

    graph_url: str
    authority_url: str
    notify_url: str
    ca_bundle: str | None = None


class GraphGateway:
    """Implements :class:`server.ports.Gateway`; thread-safe, one for the whole process."""

    def __init__(
        self,
        connections: Callable[[FirmId], GraphConnection],
        app: AppRegistration,
        endpoints: GraphEndpoints,
        *,
        clock: Callable[[], datetime],
        transport: Transport | None = None,
        last_look: Callable[[FirmId], None] = anybody,
    ) -> None:
        """``connections`` is asked before each operation. ``transport`` puts a simulated system behind the client.

        ``last_look`` is called right before a write is sent, when it has waited for its turn; it may raise.
        Raises Misconfigured for unusable credentials, authority or CA bundle. Nothing is sent yet.
        """
        carry = transport or functools.partial(TlsAdapter, tls_context(endpoints.ca_bundle))
        self._connections = connections
        self._seen: dict[FirmId, GraphConnection] = {}
        self._lock = threading.Lock()
        self.governor = Governor(clock)
        self.tokens = Tokens(
            app,
            authority_url=endpoints.authority_url,
            new_session=functools.partial(new_session, carry),
            clock=clock,
        )
        self._client = GraphClient(
            base_url=endpoints.graph_url,
            tokens=self.tokens,
            tenant_of=self._tenant_of,
            governor=self.governor,
            transport=carry,
            clock=clock,
            last_look=last_look,
        )
        deltas = DeltaReader(self._client, Batches(self._client, self.governor))
        calendar = Calendar(self._client)
        directory = self._directory = Directory(self._client, app.client_id)
        subscriptions = Subscriptions(self._client, notify_url=endpoints.notify_url, clock=clock)
        self._actions: Mapping[type[Op[Any]], Callable[[Any], object]] = {
            ReadDeltas: deltas.read,
            ReadCalendar: calendar.view,
            GetEvent: calendar.get,
            FindEvents: calendar.find,
            CreateEvent: calendar.create,
            UpdateEvent: calendar.update,
            DeleteEvent: calendar.delete,
            FindUser: directory.find_user,
            GetUser: directory.get_user,
            TranslateId: directory.translate_id,
            ListUsers: directory.list_users,
            VerifyConsent: self._verify_consent,
            ProbeMailbox: directory.probe_mailbox,
            ProbeTenant: directory.probe_tenant,
            Subscribe: subscriptions.subscribe,
            RenewSubscription: subscriptions.renew,
            Unsubscribe: subscriptions.unsubscribe,
        }

    @property
    def operations(self) -> frozenset[type[Op[Any]]]:
        """What :meth:`perform` performs."""
        return frozenset(self._actions)

    def perform(self, op: Op[Any]) -> object:
        """The outcome of one Graph operation; raises only :mod:`server.errors`, TypeError for foreign operations."""
        action = self._actions.get(type(op))
        if action is None:
            raise TypeError(type(op).__name__)
        return action(op)

    def fresh_roles(self, firm: FirmId) -> frozenset[str]:
        """The application roles of a token asked for right now; the one in hand may be older than the consent."""
        tenant = self._tenant_of(firm)
        self.tokens.forget(tenant)
        return self.tokens.roles(tenant)

    def assigned_roles(self, firm: FirmId) -> frozenset[str]:
        """The roles that the directory lists for us; Denied without Application.Read.All."""
        return self._directory.assigned_roles(firm)

    def _verify_consent(self, op: VerifyConsent) -> tuple[ConsentStep, ...]:
        return verify_consent(self, firm=op.firm, tenant_id=self._tenant_of(op.firm), mailboxes=op.mailboxes)

    def counters(self, firm: FirmId) -> CallCounts:
        """What was sent for this firm since the gateway was made; requests for tokens are not counted."""
        return self.governor.counters(firm)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()
        self.tokens.close()

    def _tenant_of(self, firm: FirmId) -> str:
        connection = self._connections(firm)
        with self._lock:
            known = self._seen.get(firm)
            self._seen[firm] = connection
        if known is not None and known != connection:
            self.tokens.forget(known.tenant_id)
            self.tokens.forget(connection.tenant_id)
        return connection.tenant_id
