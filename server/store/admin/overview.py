"""What operators look at: pairs, the trail of an item, the audit log, the state of each firm."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select

from server.domain.ids import ActivityKey, EventId, EventKey, FirmId, LinkId, MailboxId
from server.domain.licence import LicenceStatus
from server.domain.reasons import Reason
from server.domain.state import FirmSync, MailboxState, PairState, Role, Subscription, Trail, Webhook
from server.errors import NotFound
from server.ports.store import LoadFirm
from server.store import shapes
from server.store.admin.changes import Clock, utc_now
from server.store.admin.journal import emails_by_mailbox
from server.store.admin.licences import read_licence
from server.store.database import Database
from server.store.queries.firms import load_firm
from server.store.scope import FirmScope
from server.store.tables import items, journal, people, runtime

MOST_TRAIL: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PairEntry:
    """A pair as ``ros pairs`` shows it. ``email`` is None when the seat is gone."""

    pair: str
    link: LinkId
    activity: ActivityKey | None
    mailbox: MailboxId
    email: str | None
    event: EventId | None
    role: Role
    state: PairState
    reason: Reason | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why an item is as it is. ``state`` and ``reason`` are those of its pair, or of the last entry of its trail."""

    item: str
    state: PairState | None
    reason: Reason | None
    pairs: tuple[PairEntry, ...]
    trail: tuple[Trail, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One administrative change. ``detail`` holds settings and ids, never a secret."""

    id: int
    firm_id: FirmId | None
    at: datetime
    actor: str
    action: str
    object: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmStatus:
    """The figures of one firm for ``ros status`` and the overview. Oldest notice and due link tell the lag."""

    firm: FirmId
    name: str
    paused: bool
    seats: int
    seats_used: int
    valid_until: date
    licence: LicenceStatus
    sync: FirmSync
    mailboxes: Mapping[MailboxState, int]
    pairs: Mapping[PairState, int]
    notices: int
    oldest_notice_at: datetime | None
    due_links: int
    oldest_due_at: datetime | None
    open_intents: int
    open_holds: int
    open_conflicts: int
    subscriptions: tuple[Subscription, ...] = field(repr=False)
    webhook: Webhook | None = field(repr=False)
    #: Who works on it now; None = nobody.
    owner: str | None


class Overview:
    """Reads only."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def pairs(self, firm: FirmId) -> tuple[PairEntry, ...]:
        """All pairs, closed ones included, by activity and mailbox. Raises NotFound."""

        def work(scope: FirmScope) -> tuple[PairEntry, ...]:
            load_firm(scope, LoadFirm(firm))
            return _pair_entries(scope)

        return self._database.read(firm, work)

    def why_activity(self, firm: FirmId, key: ActivityKey) -> Why:
        """Raises NotFound when nothing is known of it."""

        def work(scope: FirmScope) -> Why:
            link = items.link
            ids = [row[0] for row in scope.rows(select(link.c.id).where(link.c.activity == key))]
            return _why(scope, str(key), ids, lambda entry: entry.activity == key)

        return self._database.read(firm, work)

    def why_event(self, firm: FirmId, mailbox: str, event: EventId) -> Why:
        """``mailbox`` by its id or by the seat's e-mail. Raises NotFound when nothing is known of it."""

        def work(scope: FirmScope) -> Why:
            by_email = {email: id_ for id_, email in emails_by_mailbox(scope).items()}
            key = EventKey(MailboxId(by_email.get(mailbox.lower(), mailbox)), event)
            pair = items.pair
            rows = scope.rows(
                select(pair.c.link_id).where(pair.c.mailbox == key.mailbox, pair.c.event == key.id).distinct()
            )
            return _why(scope, str(key), [row[0] for row in rows], lambda entry: entry.event == key.id)

        return self._database.read(firm, work)

    def trail_of(self, firm: FirmId, link: LinkId) -> tuple[Trail, ...]:
        """The newest entries of a link, in the order in which they were made."""
        trail = journal.trail
        statement = select(*shapes.TRAIL.columns()).where(trail.c.link_id == link)
        newest = statement.order_by(trail.c.at.desc(), trail.c.id.desc()).limit(MOST_TRAIL)
        found = self._database.read(firm, lambda scope: scope.values(shapes.TRAIL, newest))
        return tuple(reversed(found))

    def audit(self, firm: FirmId, *, before: int | None = None, limit: int = 100) -> tuple[AuditEntry, ...]:
        """The firm's entries, newest first, with numbers below ``before``."""
        statement = _select_audit(before, limit)
        return self._database.read(firm, lambda scope: tuple(_audit_entry(row) for row in scope.rows(statement)))

    def audit_unscoped(self, *, before: int | None = None, limit: int = 100) -> tuple[AuditEntry, ...]:
        """As :meth:`audit`, of all firms and of the server itself."""
        statement = _select_audit(before, limit)
        rows = self._database.read_unscoped(lambda connection: connection.execute(statement).all())
        return tuple(_audit_entry(row) for row in rows)

    def status(self, firm: FirmId) -> FirmStatus:
        """Raises NotFound."""
        return self._database.read(firm, lambda scope: _status(scope, self._now()))


def _pair_entries(scope: FirmScope, links: list[LinkId] | None = None) -> tuple[PairEntry, ...]:
    link, pair = items.link, items.pair
    names = ("id", "link_id", "mailbox", "event", "role", "state", "reason", "updated_at")
    statement = select(link.c.activity, *(pair.c[name] for name in names)).join_from(
        pair, link, pair.c.link_id == link.c.id
    )
    if links is not None:
        statement = statement.where(pair.c.link_id.in_(links))
    emails = emails_by_mailbox(scope)
    rows: Any = scope.rows(statement.order_by(link.c.activity, pair.c.mailbox, pair.c.id))
    return tuple(
        PairEntry(
            pair=row.id,
            link=row.link_id,
            activity=row.activity,
            mailbox=row.mailbox,
            email=emails.get(row.mailbox),
            event=row.event,
            role=row.role,
            state=row.state,
            reason=row.reason,
            updated_at=row.updated_at,
        )
        for row in rows
    )


def _why(scope: FirmScope, item: str, links: list[LinkId], concerns: Any) -> Why:
    """An item that no link holds leaves its trail under its own key."""
    trail = journal.trail
    statement = select(*shapes.TRAIL.columns()).where(trail.c.link_id.in_([*links, item]))
    newest = scope.values(shapes.TRAIL, statement.order_by(trail.c.at.desc(), trail.c.id.desc()).limit(MOST_TRAIL))
    pairs = tuple(entry for entry in _pair_entries(scope, links) if concerns(entry))
    if not newest and not pairs and not links:
        raise NotFound(item=item)
    open_first = sorted(pairs, key=lambda entry: entry.state is PairState.CLOSED)
    return Why(
        item=item,
        state=open_first[0].state if open_first else None,
        reason=(open_first[0].reason if open_first else None) or (newest[0].reason if newest else None),
        pairs=pairs,
        trail=tuple(reversed(newest)),
    )


def _select_audit(before: int | None, limit: int) -> Any:
    audit = people.audit
    statement = select(audit.c.id, audit.c.firm_id, audit.c.at, audit.c.actor, audit.c.action, audit.c.object)
    statement = statement.add_columns(audit.c.detail).order_by(audit.c.id.desc()).limit(limit)
    return statement if before is None else statement.where(audit.c.id < before)


def _audit_entry(row: Any) -> AuditEntry:
    number, firm, at, actor, action, target, detail = row
    return AuditEntry(id=number, firm_id=firm, at=at, actor=actor, action=action, object=target, detail=detail)


def _status(scope: FirmScope, now: datetime) -> FirmStatus:
    state = load_firm(scope, LoadFirm(scope.firm))
    notice, attention, intent, lease = runtime.notice, runtime.attention, items.intent, runtime.lease
    notices = _count(scope, notice.c.received_at)
    due = _count(scope, attention.c.due_at, attention.c.due_at <= now)
    mailboxes: dict[MailboxState, int] = {}
    for one in state.mailboxes:
        mailboxes[one.state] = mailboxes.get(one.state, 0) + 1
    by_state: Any = scope.rows(select(items.pair.c.state, func.count()).group_by(items.pair.c.state))
    owner = scope.first(select(lease.c.owner).where(lease.c.firm_id == scope.firm))
    webhooks = scope.values(shapes.WEBHOOK, select(*shapes.WEBHOOK.columns()))
    return FirmStatus(
        firm=scope.firm,
        name=state.firm.name,
        paused=state.firm.paused,
        seats=state.firm.seats,
        seats_used=sum(seat.enabled for seat in state.seats),
        valid_until=state.firm.valid_until,
        licence=read_licence(scope, now).status,
        sync=state.sync,
        mailboxes=mailboxes,
        pairs={row[0]: row[1] for row in by_state},
        notices=notices[0],
        oldest_notice_at=notices[1],
        due_links=due[0],
        oldest_due_at=due[1],
        open_intents=_count(scope, intent.c.at, intent.c.state == "open")[0],
        open_holds=_count(scope, journal.hold.c.at, journal.hold.c.closed_at.is_(None))[0],
        open_conflicts=_count(scope, journal.conflict.c.at, journal.conflict.c.restored_at.is_(None))[0],
        subscriptions=scope.values(shapes.SUBSCRIPTION, select(*shapes.SUBSCRIPTION.columns())),
        webhook=webhooks[0] if webhooks else None,
        owner=owner[0] if owner is not None else None,
    )


def _count(scope: FirmScope, instant: Any, *criteria: Any) -> tuple[int, datetime | None]:
    """How many rows, and their earliest instant."""
    row: Any = scope.first(select(func.count(), func.min(instant)).where(*criteria))
    return row[0], row[1]
