"""What the sync has done and is doing: passes with their writes, the state of both sides, push."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import func, select

from server.domain.ids import FirmId, PassId
from server.domain.state import FirmSync, IntentState, Pass, Subscription, Webhook
from server.errors import NotFound
from server.store import shapes
from server.store.admin.changes import Clock, utc_now
from server.store.database import Database
from server.store.listing import Listed, Order, Wanted, listed
from server.store.scope import FirmScope
from server.store.tables import items, journal, runtime
from server.store.tables.meta import firm_criterion

#: What a pass shows of its writes.
MOST_WRITES: Final = 1_000
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WRITE: Final = ("id", "at", "kind", "state", "activity", "event", "fields", "reason", "undone", "pair_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionEntry:
    """``email`` None: the seat is gone."""

    subscription: Subscription
    email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteEntry:
    """A write of a pass by ids and names of fields; its payload stays sealed."""

    id: str
    at: datetime
    kind: str
    state: str
    activity: str | None
    mailbox: str | None
    event: str | None
    fields: tuple[str, ...]
    reason: Any
    undone: bool


class RunList:
    """Reads, and the wish that the worker looks at once."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def firm_sync(self, firm: FirmId) -> FirmSync:
        """What was learnt; the defaults while nothing was."""
        statement = select(*shapes.FIRM_SYNC.columns())
        found = self._database.read(firm, lambda scope: scope.values(shapes.FIRM_SYNC, statement))
        return found[0] if found else FirmSync(firm_id=firm)

    def open_writes(self, firm: FirmId) -> int:
        """Writes that were sent, or are about to be, and are not known to have arrived."""
        statement = select(func.count(items.intent.c.id)).where(items.intent.c.state == IntentState.OPEN)
        row: Any = self._database.read(firm, lambda scope: scope.first(statement))
        return int(row[0])

    def passes(self, firm: FirmId, wanted: Wanted) -> Listed[Pass]:
        """Sorted by ``started_at``."""
        one = journal.passes.c
        statement = select(*shapes.PASS.columns())
        order = Order(columns={"started_at": one.started_at}, key=one.id)
        return self._database.read(firm, lambda scope: listed(scope, statement, order, wanted, shapes.PASS.value))

    def writes(self, firm: FirmId, pass_id: PassId) -> tuple[Pass, tuple[WriteEntry, ...], int]:
        """A pass, the first of its writes, and how many there are. Raises NotFound."""
        intent = items.intent.c
        one = select(*shapes.PASS.columns()).where(journal.passes.c.id == pass_id)
        those = select(*(intent[name] for name in _WRITE)).where(intent.pass_id == pass_id)
        count = select(func.count(intent.id)).where(intent.pass_id == pass_id)

        def work(scope: FirmScope) -> tuple[Pass, tuple[WriteEntry, ...], int]:
            row = scope.first(one)
            if row is None:
                raise NotFound(**{"pass": pass_id})
            rows = scope.rows(those.order_by(intent.at, intent.id).limit(MOST_WRITES))
            total: Any = scope.first(count)
            return shapes.PASS.value(row), tuple(_write(row) for row in rows), total[0]

        return self._database.read(firm, work)

    def subscriptions(self, firm: FirmId, wanted: Wanted) -> Listed[SubscriptionEntry]:
        """Sorted by ``expires_at`` or ``id``."""
        one, sync = runtime.subscription.c, runtime.mailbox_sync
        calendar = (
            select(sync.c.mailbox, func.min(sync.c.email).label("email"))
            .where(firm_criterion(sync))
            .group_by(sync.c.mailbox)
            .subquery("calendar")
        )
        statement = select(*shapes.SUBSCRIPTION.columns(), calendar.c.email).join_from(
            runtime.subscription, calendar, calendar.c.mailbox == one.mailbox, isouter=True
        )
        order = Order(columns={"expires_at": one.expires_at, "id": one.id}, key=one.id)
        size = len(shapes.SUBSCRIPTION.read)

        def entry(row: Any) -> SubscriptionEntry:
            return SubscriptionEntry(subscription=shapes.SUBSCRIPTION.value(row), email=row[size])

        return self._database.read(firm, lambda scope: listed(scope, statement, order, wanted, entry))

    def webhook(self, firm: FirmId) -> Webhook | None:
        """Raynet's push; None while none was ever set up."""
        statement = select(*shapes.WEBHOOK.columns())
        found = self._database.read(firm, lambda scope: scope.values(shapes.WEBHOOK, statement))
        return found[0] if found else None


def _write(row: Any) -> WriteEntry:
    members = dict(zip(_WRITE, row, strict=True))
    event = members["event"]
    return WriteEntry(
        id=members["id"],
        at=members["at"],
        kind=members["kind"].value,
        state=members["state"].value,
        activity=str(members["activity"]) if members["activity"] is not None else None,
        mailbox=event.mailbox if event is not None else None,
        event=event.id if event is not None else None,
        fields=tuple(one.value for one in members["fields"]),
        reason=members["reason"],
        undone=members["undone"],
    )
