"""Everything about one event of one calendar, as the panel shows it; only rows, nobody is asked."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from server.domain.ids import ActivityKey, EventId, FirmId, LinkId, MailboxId, PersonId
from server.domain.panel import ChangeState, DraftState, PanelChange, PanelDraft
from server.domain.state import Conflict, Link, MailboxSync, Pair, PairState, SeenActivity, SeenEvent, Trail
from server.errors import NotFound
from server.store import shapes
from server.store.database import Database
from server.store.scope import FirmScope
from server.store.tables import items, journal, panel, runtime

_MOST_TRAIL: Final = 100
_MOST_CHANGES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSight:
    """``pair`` is the open one of the event, or its last; None: the sync has never met it."""

    mailbox: MailboxSync | None
    pair: Pair | None = None
    link: Link | None = None
    event: SeenEvent | None = None
    activity: SeenActivity | None = None
    draft: PanelDraft | None = None
    #: Newest first.
    changes: tuple[PanelChange, ...] = ()
    conflicts: tuple[Conflict, ...] = field(default=(), repr=False)
    has_open_intent: bool = False
    colleagues: frozenset[PersonId] = frozenset()
    last_sync_at: datetime | None = None

    @property
    def open_change(self) -> bool:
        return any(one.state is ChangeState.OPEN for one in self.changes)


class Sights:
    """Of the caller's own calendar."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, firm: FirmId, mailbox: MailboxId, event: EventId) -> EventSight:
        """What is known of an event; of an unknown one only that."""
        return self._database.read(firm, lambda scope: _sight(scope, mailbox, event))

    def trail(self, firm: FirmId, mailbox: MailboxId, event: EventId) -> tuple[Trail, ...]:
        """Newest first."""

        def work(scope: FirmScope) -> tuple[Trail, ...]:
            pair = _pair(scope, mailbox, event)
            if pair is None:
                return ()
            trail = journal.trail
            statement = select(*shapes.TRAIL.columns()).where(trail.c.link_id == pair.link_id)
            newest = statement.order_by(trail.c.at.desc(), trail.c.id.desc()).limit(_MOST_TRAIL)
            return tuple(one for one in scope.values(shapes.TRAIL, newest) if one.pair_id in (None, pair.id))

        return self._database.read(firm, work)

    def conflict(self, firm: FirmId, mailbox: MailboxId, conflict: str) -> tuple[Conflict, EventId | None]:
        """A conflict of this calendar with its event. Raises NotFound."""

        def work(scope: FirmScope) -> tuple[Conflict, EventId | None]:
            table = journal.conflict
            found = scope.values(shapes.CONFLICT, select(*shapes.CONFLICT.columns()).where(table.c.id == conflict))
            if not found or found[0].mailbox != mailbox:
                raise NotFound
            row: Any = scope.first(select(items.pair.c.event).where(items.pair.c.id == found[0].pair_id))
            return found[0], EventId(row.event) if row is not None and row.event is not None else None

        return self._database.read(firm, work)

    def recent_drafts(self, firm: FirmId, mailbox: MailboxId, limit: int) -> tuple[PanelDraft, ...]:
        """What the user chose lately, newest first."""
        table = panel.panel_draft
        statement = select(*shapes.PANEL_DRAFT.columns()).where(table.c.mailbox == mailbox)
        newest = statement.order_by(table.c.touched_at.desc()).limit(limit)
        return self._database.read(firm, lambda scope: scope.values(shapes.PANEL_DRAFT, newest))


def _sight(scope: FirmScope, mailbox: MailboxId, event: EventId) -> EventSight:
    pair = _pair(scope, mailbox, event)
    sync = runtime.mailbox_sync
    of_it = select(*shapes.MAILBOX_SYNC.columns()).where(sync.c.mailbox == mailbox)
    own = next(iter(scope.values(shapes.MAILBOX_SYNC, of_it)), None)
    persons = scope.rows(select(sync.c.person).where(sync.c.person.is_not(None)))
    link = _link(scope, pair.link_id) if pair is not None else None
    return EventSight(
        mailbox=own,
        pair=pair,
        link=link,
        event=_event(scope, mailbox, event),
        activity=_activity(scope, link.activity) if link is not None and link.activity is not None else None,
        draft=_draft(scope, mailbox, event),
        changes=_changes(scope, mailbox, event),
        conflicts=_conflicts(scope, pair.link_id, mailbox) if pair is not None else (),
        has_open_intent=pair is not None and _has_open_intent(scope, pair.link_id),
        colleagues=frozenset(PersonId(row[0]) for row in persons),
        last_sync_at=own.last_read_at if own is not None else None,
    )


def _pair(scope: FirmScope, mailbox: MailboxId, event: EventId) -> Pair | None:
    pair = items.pair
    statement = select(*shapes.PAIR.columns()).where(pair.c.mailbox == mailbox, pair.c.event == event)
    found = scope.values(shapes.PAIR, statement)
    return min(found, key=lambda one: (one.state is PairState.CLOSED, one.id), default=None)


def _link(scope: FirmScope, link: LinkId) -> Link | None:
    found = scope.values(shapes.LINK, select(*shapes.LINK.columns()).where(items.link.c.id == link))
    return found[0] if found else None


def _event(scope: FirmScope, mailbox: MailboxId, event: EventId) -> SeenEvent | None:
    seen = items.seen_event
    statement = select(*shapes.SEEN_EVENT.columns()).where(seen.c.mailbox == mailbox, seen.c.event_id == event)
    found = scope.values(shapes.SEEN_EVENT, statement)
    return found[0] if found else None


def _activity(scope: FirmScope, key: ActivityKey) -> SeenActivity | None:
    seen = items.seen_activity
    found = scope.values(shapes.SEEN_ACTIVITY, select(*shapes.SEEN_ACTIVITY.columns()).where(seen.c.key == key))
    return found[0] if found else None


def _draft(scope: FirmScope, mailbox: MailboxId, event: EventId) -> PanelDraft | None:
    table = panel.panel_draft
    statement = select(*shapes.PANEL_DRAFT.columns()).where(
        table.c.mailbox == mailbox, table.c.event == event, table.c.state != DraftState.EXPIRED
    )
    found = scope.values(shapes.PANEL_DRAFT, statement)
    return found[0] if found else None


def _changes(scope: FirmScope, mailbox: MailboxId, event: EventId) -> tuple[PanelChange, ...]:
    table = panel.panel_change
    statement = select(*shapes.PANEL_CHANGE.columns()).where(table.c.mailbox == mailbox, table.c.event == event)
    return scope.values(shapes.PANEL_CHANGE, statement.order_by(table.c.at.desc(), table.c.id).limit(_MOST_CHANGES))


def _conflicts(scope: FirmScope, link: LinkId, mailbox: MailboxId) -> tuple[Conflict, ...]:
    table = journal.conflict
    statement = select(*shapes.CONFLICT.columns()).where(
        table.c.link_id == link, table.c.mailbox == mailbox, table.c.restored_at.is_(None)
    )
    return scope.values(shapes.CONFLICT, statement.order_by(table.c.at.desc(), table.c.id).limit(_MOST_CHANGES))


def _has_open_intent(scope: FirmScope, link: LinkId) -> bool:
    intent = items.intent
    return scope.first(select(intent.c.id).where(intent.c.link_id == link, intent.c.state == "open")) is not None
