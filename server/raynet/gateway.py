"""Performs the Raynet operations of :mod:`server.ports`: the only entrance to this package.

An operation that writes is sent at most once. Reads may be split or asked again in another way where an instance does
not know a filter; what it did not know is remembered per firm until its connection changes.
"""

import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from server.domain.ids import FirmId
from server.domain.zones import iana_zone
from server.flow import Op
from server.ports.gateway import anybody
from server.ports.raynet import (
    ActivitiesById,
    ActivityCategories,
    AddExtId,
    CreateActivity,
    CreateWebhook,
    DeadlineTasks,
    DeleteActivity,
    DeleteWebhook,
    FindActivity,
    FindByExtId,
    FindByTitle,
    FindRecords,
    GetActivity,
    ListWebhooks,
    NewestActivities,
    NewestRecords,
    PersonsByEmail,
    Probe,
    RaynetUsers,
    UpdateActivity,
    WindowActivities,
)
from server.raynet import activities, directory, records, webhooks
from server.raynet.access import Access, Learnt
from server.raynet.client import RaynetClient, Transport
from server.raynet.connection import RaynetConnection
from server.raynet.quota import CallCounts, FirmGauge, Governor, Limits

_Handler = Callable[[Access, Any], object]

_HANDLERS: dict[type[Op[Any]], _Handler] = {
    Probe: directory.probe,
    NewestActivities: activities.newest,
    WindowActivities: activities.window,
    DeadlineTasks: activities.deadlines,
    ActivitiesById: activities.by_id,
    GetActivity: activities.get,
    FindActivity: activities.find,
    FindByExtId: activities.by_ext_id,
    FindByTitle: activities.by_title,
    CreateActivity: activities.create,
    UpdateActivity: activities.update,
    DeleteActivity: activities.delete,
    AddExtId: activities.add_ext_id,
    RaynetUsers: directory.users,
    PersonsByEmail: directory.persons_by_email,
    NewestRecords: records.newest,
    FindRecords: records.find,
    ActivityCategories: records.categories,
    ListWebhooks: webhooks.list_all,
    CreateWebhook: webhooks.create,
    DeleteWebhook: webhooks.delete,
}

#: What :meth:`RaynetGateway.perform` performs.
RAYNET_OPS = frozenset(_HANDLERS)


class RaynetGateway:
    """The Raynet of all firms. One per process; every method is thread-safe."""

    def __init__(
        self,
        connections: Callable[[FirmId], RaynetConnection],
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        allowed_bases: Collection[str],
        ca_bundle: Path | None = None,
        transport: Transport | None = None,
        limits: Limits | None = None,
        last_look: Callable[[FirmId], None] = anybody,
    ) -> None:
        """``connections`` gives the present connection of a firm at each operation (and may refuse with NotFound).

        ``clock``: the present as aware UTC. ``allowed_bases``: the only base URLs ever called, compared as text.
        ``transport`` carries the requests instead of the network: the simulated Raynet, in process.
        ``last_look`` is called right before a write is sent, when it has waited for its turn; it may raise.
        """
        self._connections = connections
        self._governor = Governor(clock=clock, monotonic=monotonic, limits=limits)
        self._client = RaynetClient(
            governor=self._governor,
            clock=clock,
            monotonic=monotonic,
            allowed_bases=allowed_bases,
            ca_bundle=ca_bundle,
            transport=transport,
            last_look=last_look,
        )
        self._lock = threading.Lock()
        self._learnt: dict[FirmId, Learnt] = {}

    def perform(self, op: Op[Any]) -> object:
        """The outcome of a Raynet operation. Raises only :mod:`server.errors`, TypeError for a foreign operation."""
        handler = _HANDLERS.get(type(op))
        if handler is None:
            raise TypeError(f"not a Raynet operation: {type(op).__name__}")
        firm: FirmId = op.firm  # type: ignore[attr-defined]  # every Raynet operation has it
        connection = self._connections(firm)
        return handler(Access(connection=connection, client=self._client, learnt=self._known(connection)), op)

    def counters(self, firm: FirmId) -> CallCounts:
        """Calls sent for the firm since the last :meth:`reset_counters`."""
        return self._governor.counters(firm)

    def reset_counters(self, firm: FirmId) -> CallCounts:
        """The counts so far, which start at nothing again."""
        return self._governor.reset_counters(firm)

    def gauge(self, firm: FirmId) -> FirmGauge:
        """Budget, calls under way and counts of the firm, as this process knows them; asks nobody."""
        connection = self._connections(firm)
        return replace(self._governor.gauge(connection), odd_rows=self._known(connection).odd_rows)

    def _known(self, connection: RaynetConnection) -> Learnt:
        """What is known of the instance; forgotten when the connection changes."""
        with self._lock:
            learnt = self._learnt.get(connection.firm)
            if learnt is None or learnt.revision != connection.revision:
                learnt = self._learnt[connection.firm] = Learnt(revision=connection.revision)
            learnt.zone = learnt.zone or iana_zone(connection.zone)
            return learnt
