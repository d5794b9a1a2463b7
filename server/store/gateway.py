"""The port to the store: each of its operations is performed by one function of :mod:`server.store.queries`."""

from collections.abc import Callable
from typing import Any, Final

from server.flow import Op
from server.ports.store import (
    ActivitiesSince,
    BindDraft,
    Commit,
    DueLinks,
    DueRemovals,
    KnownActivities,
    KnownEvents,
    LinksInMailbox,
    LinksOf,
    LiveTombstones,
    LoadFirm,
    LoadGroups,
    LoadPanel,
    LoadSeen,
    Notices,
    OpenHolds,
    OpenIntents,
    PairCounts,
    PassIntents,
    PersonHits,
    Prune,
    PushSamples,
    RecentEvents,
    RestoreRequests,
    StartPass,
    Subscriptions,
    UndoRequests,
    UnlinkedActivities,
    UnpairedEvents,
    Webhooks,
)
from server.store.database import Database
from server.store.locks import LeaseBook
from server.store.queries import firms, items, journal, panel, start
from server.store.queries.commit import CommitWork
from server.store.scope import FirmScope

_READS: Final[dict[type[Op[Any]], Callable[[FirmScope, Any], object]]] = {
    LoadFirm: firms.load_firm,
    LoadGroups: items.load_groups,
    LinksOf: items.links_of,
    LoadSeen: items.load_seen,
    UnlinkedActivities: items.unlinked_activities,
    ActivitiesSince: items.activities_since,
    UnpairedEvents: items.unpaired_events,
    OpenIntents: items.open_intents,
    DueLinks: journal.due_links,
    DueRemovals: journal.due_removals,
    Notices: journal.notices,
    OpenHolds: journal.open_holds,
    PairCounts: items.pair_counts,
    LinksInMailbox: items.links_in_mailbox,
    KnownActivities: items.known_activities,
    KnownEvents: items.known_events,
    LiveTombstones: items.live_tombstones,
    RestoreRequests: journal.restore_requests,
    UndoRequests: journal.undo_requests,
    PassIntents: items.pass_intents,
    PersonHits: firms.person_hits,
    Subscriptions: firms.subscriptions,
    Webhooks: firms.webhooks,
    PushSamples: firms.push_samples,
    LoadPanel: panel.load_panel,
    RecentEvents: panel.recent_events,
    StartPass: start.start_pass,
}
#: The operations a store gateway performs; a driver sends it these and no others.
STORE_OPERATIONS: Final = frozenset({*_READS, BindDraft, Commit, Prune})


class StoreGateway:
    """Performs the store's operations for the firms whose leases are in ``book``. Thread-safe."""

    def __init__(self, database: Database, book: LeaseBook) -> None:
        self._database = database
        self._book = book

    def perform(self, op: Op[Any]) -> object:
        """The outcome of a store operation. Raises only :mod:`server.errors`; TypeError for another port's."""
        if isinstance(op, Commit):
            lease = self._book.lease(op.firm)
            return self._database.write(op.firm, CommitWork(op, lease))
        if isinstance(op, BindDraft):
            lease = self._book.lease(op.firm)
            return self._database.write(op.firm, lambda scope: panel.bind_draft(scope, op, lease))
        if isinstance(op, Prune):
            return self._database.write(op.firm, lambda scope: journal.prune(scope, op))
        query = _READS.get(type(op))
        if query is None:
            raise TypeError(f"no operation of the store: {type(op).__name__}")
        return self._database.read(op.firm, lambda scope: query(scope, op))  # type: ignore[attr-defined]  # all have one
