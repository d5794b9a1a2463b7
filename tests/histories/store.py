"""The store's port on dictionaries: the same answers as :mod:`server.store`, for histories by the thousand.

All values are frozen, so what was stored can never change behind the store's back (hazard H10); the one member that
can, ``Pass.counts``, is copied. ``tests/histories/test_stores_agree.py`` plays histories on both stores at once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from server.domain.ids import ActivityKey, EventKey, FirmId, LinkId, MailboxId, PairId, SeatId
from server.domain.state import (
    Attention,
    Conflict,
    Firm,
    FirmSync,
    Group,
    Hold,
    Intent,
    IntentState,
    Link,
    MailboxSync,
    Notice,
    Pair,
    PairState,
    Pass,
    PersonHit,
    PushSample,
    Seat,
    SeenActivity,
    SeenEvent,
    Subscription,
    Tombstone,
    Trail,
    Webhook,
)
from server.errors import Invalid, NotFound, Outdated
from server.flow import Op
from server.ports import store as ports
from server.store.locks import LEASE_SECONDS, Lease
from server.store.queries.journal import CLOSED_LINKS_STAY

_COUNTED = (PairState.LIVE, PairState.HELD, PairState.FROZEN)


@dataclass(slots=True)
class Rows:
    """Everything of one firm. Each dictionary is keyed by the primary key of its table."""

    firm: Firm
    sync: FirmSync
    seats: dict[SeatId, Seat] = field(default_factory=dict)
    mailboxes: dict[SeatId, MailboxSync] = field(default_factory=dict)
    activities: dict[ActivityKey, SeenActivity] = field(default_factory=dict)
    events: dict[EventKey, SeenEvent] = field(default_factory=dict)
    links: dict[LinkId, Link] = field(default_factory=dict)
    open_links: set[LinkId] = field(default_factory=set)
    pairs: dict[PairId, Pair] = field(default_factory=dict)
    intents: dict[str, Intent] = field(default_factory=dict)
    open_intents: dict[str, Intent] = field(default_factory=dict)
    stones: dict[str, Tombstone] = field(default_factory=dict)
    trails: list[Trail] = field(default_factory=list)
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    passes: dict[str, Pass] = field(default_factory=dict)
    attention: dict[LinkId, Attention] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    webhook: Webhook | None = None
    hits: dict[str, PersonHit] = field(default_factory=dict)
    samples: list[PushSample] = field(default_factory=list)
    notices: dict[str, Notice] = field(default_factory=dict)
    # Indices, kept with the rows.
    pairs_of: dict[LinkId, set[PairId]] = field(default_factory=dict)
    links_with: dict[ActivityKey, set[LinkId]] = field(default_factory=dict)
    links_named: dict[str, set[LinkId]] = field(default_factory=dict)
    holder: dict[EventKey, PairId] = field(default_factory=dict)

    def copy(self) -> "Rows":
        """A snapshot: the values are frozen, so only the containers are copied."""
        made: dict[str, Any] = {}
        for name in Rows.__slots__:
            value = getattr(self, name)
            if name in ("pairs_of", "links_with", "links_named"):
                value = {key: set(members) for key, members in value.items()}
            elif isinstance(value, dict | list | set):
                value = value.copy()
            made[name] = value
        return Rows(**made)


@dataclass(slots=True)
class LeaseRow:
    """Who works on a firm, in milliseconds of the database's own clock."""

    owner: str | None = None
    epoch: int = 0
    expires_ms: int = 0
    due_ms: int = 0
    claimed_ms: int = 0


class DictStore:
    """One database. ``now_ms`` is its own clock."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self.firms: dict[FirmId, Rows] = {}
        self.leases: dict[FirmId, LeaseRow] = {}
        self._stored_ms: dict[FirmId, int] = {}
        self.commits = 0
        self._reads: dict[type[Op[Any]], Callable[[Rows, Any], object]] = {
            ports.LoadFirm: _load_firm,
            ports.LoadGroups: _load_groups,
            ports.LinksOf: _links_of,
            ports.LoadSeen: _load_seen,
            ports.UnlinkedSeen: _unlinked_seen,
            ports.OpenIntents: _open_intents,
            ports.DueLinks: _due_links,
            ports.Notices: lambda rows, op: tuple(rows.notices.values())[: op.limit],
            ports.OpenHolds: _open_holds,
            ports.PairCounts: _pair_counts,
            ports.LinksInMailbox: _links_in_mailbox,
            ports.KnownActivities: _known_activities,
            ports.KnownEvents: _known_events,
            ports.LiveTombstones: _live_tombstones,
            ports.RestoreRequests: _restore_requests,
            ports.UndoRequests: _undo_requests,
            ports.PassIntents: _pass_intents,
            ports.PersonHits: lambda rows, op: {d: rows.hits[d] for d in op.digests if d in rows.hits},
            ports.Subscriptions: lambda rows, _op: tuple(sorted(rows.subscriptions.values(), key=lambda one: one.id)),
            ports.Webhooks: lambda rows, _op: (rows.webhook,) if rows.webhook is not None else (),
            # Nobody has a panel here: its histories are played on the real store.
            ports.LoadPanel: lambda _rows, _op: ports.PanelDesk(),
            ports.PushSamples: lambda rows, op: tuple(
                sorted((s for s in rows.samples if s.side == op.side and s.at >= op.since), key=lambda s: s.at)
            ),
        }

    # --- set-up and what people do ---

    def add_firm(self, firm: Firm) -> None:
        self.firms[firm.id] = Rows(firm=firm, sync=FirmSync(firm_id=firm.id))
        self.leases[firm.id] = LeaseRow()

    def put_firm(self, firm: Firm) -> None:
        """An administrator's change."""
        self.firms[firm.id].firm = firm

    def put_seat(self, seat: Seat) -> None:
        self.firms[seat.firm_id].seats[seat.id] = seat

    def drop_seat(self, firm: FirmId, seat: SeatId) -> None:
        self.firms[firm].seats.pop(seat, None)

    def add_notices(self, notices: Iterable[Notice]) -> int:
        """The inbox: how many were new."""
        new = 0
        for one in sorted(notices, key=lambda notice: (notice.firm_id, notice.dedupe)):
            rows = self.firms[one.firm_id]
            if one.dedupe not in rows.notices:
                rows.notices[one.dedupe] = one
                self._stored_ms[one.firm_id] = self._now_ms()
                new += 1
        return new

    # --- leases ---

    def claim_due(self, firm: FirmId, owner: str) -> Lease | None:
        """As :meth:`server.store.locks.Leases.claim_due`, asked for one firm."""
        row, now = self.leases[firm], self._now_ms()
        if self.firms[firm].firm.paused:
            return None
        is_free = row.owner is None and (row.due_ms <= now or self._woken(firm, row))
        is_stale = row.owner is not None and row.expires_ms <= now
        return self._taken(firm, owner) if is_free or is_stale else None

    def _woken(self, firm: FirmId, row: LeaseRow) -> bool:
        stored = self._stored_ms.get(firm)
        return stored is not None and stored >= row.claimed_ms and bool(self.firms[firm].notices)

    def _taken(self, firm: FirmId, owner: str) -> Lease:
        row, now = self.leases[firm], self._now_ms()
        row.epoch += 0 if row.owner == owner else 1
        row.owner, row.claimed_ms = owner, now
        row.expires_ms = now + int(LEASE_SECONDS * 1000)
        return Lease(firm=firm, owner=owner, epoch=row.epoch, deadline=now / 1000 + LEASE_SECONDS)

    def is_held(self, lease: Lease) -> bool:
        row = self.leases[lease.firm]
        return row.owner == lease.owner and row.epoch == lease.epoch

    def renew(self, lease: Lease) -> Lease:
        if not self.is_held(lease):
            raise Outdated("lease_lost", firm=lease.firm)
        now = self._now_ms()
        self.leases[lease.firm].expires_ms = now + int(LEASE_SECONDS * 1000)
        return replace(lease, deadline=now / 1000 + LEASE_SECONDS)

    def release(self, lease: Lease, due_in_seconds: float) -> bool:
        if not self.is_held(lease):
            return False
        row = self.leases[lease.firm]
        row.owner, row.expires_ms = None, 0
        row.due_ms = self._now_ms() + int(due_in_seconds * 1000)
        return True

    def next_due_ms(self, firm: FirmId) -> int | None:
        """When the firm may be claimed next; None while it is paused."""
        row = self.leases[firm]
        if self.firms[firm].firm.paused:
            return None
        if row.owner is not None:
            return row.expires_ms
        return self._now_ms() if self._woken(firm, row) else row.due_ms

    # --- the port ---

    def perform(self, op: Op[Any], lease: Lease | None) -> object:
        """One operation; ``lease`` is what the worker believes to hold (None: nothing)."""
        kind = type(op)
        if kind is ports.Commit:
            self.commit(op, lease)  # type: ignore[arg-type]  # just compared
            return None
        firm: FirmId = op.firm  # type: ignore[attr-defined]  # every store operation has it
        rows = self.firms.get(firm)
        if kind is ports.Prune:
            if rows is not None:
                _prune(rows, op)  # type: ignore[arg-type]  # just compared
            return None
        if rows is None:
            raise NotFound(firm=firm)
        return self._reads[kind](rows, op)

    def commit(self, op: ports.Commit, lease: Lease | None) -> None:
        """All or nothing. Outdated when the lease was lost."""
        if lease is None or not self.is_held(lease):
            raise Outdated("lease_lost", firm=op.firm)
        _store(self.firms[op.firm], op)
        self.commits += 1

    # --- looking ---

    def group(self, firm: FirmId, link: LinkId) -> Group:
        return _group(self.firms[firm], link)


# --- reads ----------------------------------------------------------------------------------------------------------


def _load_firm(rows: Rows, _op: ports.LoadFirm) -> ports.FirmState:
    return ports.FirmState(
        firm=rows.firm,
        sync=rows.sync,
        seats=tuple(sorted(rows.seats.values(), key=lambda one: one.email)),
        mailboxes=tuple(rows.mailboxes[seat] for seat in sorted(rows.mailboxes)),
    )


def _group(rows: Rows, link_id: LinkId) -> Group:
    link = rows.links[link_id]
    pairs = tuple(rows.pairs[one] for one in sorted(rows.pairs_of.get(link_id, ())))
    keys = {EventKey(one.mailbox, one.event) for one in pairs if one.event is not None}
    intents = [one for one in rows.open_intents.values() if one.link_id == link_id]
    return Group(
        link=link,
        pairs=pairs,
        activity=rows.activities.get(link.activity) if link.activity is not None else None,
        events=tuple(rows.events[key] for key in sorted(keys) if key in rows.events),
        intents=tuple(sorted(intents, key=lambda one: (one.at, one.id))),
    )


def _load_groups(rows: Rows, op: ports.LoadGroups) -> tuple[Group, ...]:
    return tuple(_group(rows, link) for link in dict.fromkeys(op.links) if link in rows.links)


def _best(rows: Rows, links: Iterable[LinkId], *, only_open: bool) -> LinkId | None:
    known = [(one in rows.open_links, rows.links[one].generation, one) for one in links]
    usable = [one for one in known if one[0] or not only_open]
    return max(usable)[2] if usable else None


def _links_of(rows: Rows, op: ports.LinksOf) -> Mapping[ActivityKey | EventKey | str, LinkId]:
    found: dict[ActivityKey | EventKey | str, LinkId] = {}
    for key in op.activities:
        best = _best(rows, rows.links_with.get(key, ()), only_open=False)
        if best is not None:
            found[key] = best
    for event in op.events:
        pair = rows.holder.get(event)
        if pair is not None:
            found[event] = rows.pairs[pair].link_id
    for uid in op.ical_uids:
        best = _best(rows, rows.links_named.get(uid, ()), only_open=True)
        if best is not None:
            found[uid] = best
    return found


def _load_seen(rows: Rows, op: ports.LoadSeen) -> tuple[tuple[SeenActivity, ...], tuple[SeenEvent, ...]]:
    activities = {key: rows.activities[key] for key in op.activities if key in rows.activities}
    events = {key: rows.events[key] for key in op.events if key in rows.events}
    return tuple(activities.values()), tuple(events.values())


def _unlinked_seen(rows: Rows, op: ports.UnlinkedSeen) -> tuple[tuple[SeenActivity, ...], tuple[SeenEvent, ...]]:
    linked = {rows.links[one].activity for one in rows.open_links}
    activities = [one for key, one in rows.activities.items() if one.gone_at is None and key not in linked]
    events = [
        one
        for key, one in rows.events.items()
        if one.gone_at is None and key not in rows.holder and op.mailbox in (None, key.mailbox)
    ]
    return tuple(sorted(activities, key=lambda one: str(one.key))), tuple(sorted(events, key=lambda one: one.key))


def _open_intents(rows: Rows, _op: ports.OpenIntents) -> tuple[Intent, ...]:
    return tuple(sorted(rows.open_intents.values(), key=lambda one: (one.at, one.id)))


def _pass_intents(rows: Rows, op: ports.PassIntents) -> tuple[Intent, ...]:
    found = [one for one in rows.intents.values() if one.pass_id == op.pass_id]
    return tuple(sorted(found, key=lambda one: (one.at, one.id), reverse=True))


def _due_links(rows: Rows, op: ports.DueLinks) -> tuple[Attention, ...]:
    found = [one for one in rows.attention.values() if one.due_at <= op.until]
    found.sort(key=lambda one: (one.due_at, one.link_id))
    return tuple(found[: op.limit])


def _open_holds(rows: Rows, _op: ports.OpenHolds) -> tuple[Hold, ...]:
    found = [one for one in rows.holds.values() if one.closed_at is None]
    return tuple(sorted(found, key=lambda one: (one.at, one.id)))


def _pair_counts(rows: Rows, _op: ports.PairCounts) -> Mapping[MailboxId, int]:
    counts: dict[MailboxId, int] = {}
    for pair in rows.pairs.values():
        if pair.state in _COUNTED:
            counts[pair.mailbox] = counts.get(pair.mailbox, 0) + 1
    return counts


def _links_in_mailbox(rows: Rows, op: ports.LinksInMailbox) -> tuple[LinkId, ...]:
    if op.mailbox is None:
        return tuple(sorted(one for one in rows.links if one in rows.open_links or not rows.pairs_of.get(one)))
    found = {p.link_id for p in rows.pairs.values() if p.mailbox == op.mailbox and p.state is not PairState.CLOSED}
    return tuple(sorted(found))


def _known_activities(rows: Rows, _op: ports.KnownActivities) -> tuple[ActivityKey, ...]:
    found = []
    for link in rows.open_links:
        key = rows.links[link].activity
        seen = rows.activities.get(key) if key is not None else None
        if key is not None and (seen is None or seen.gone_at is None):
            found.append(key)
    return tuple(sorted(found, key=str))


def _known_events(rows: Rows, op: ports.KnownEvents) -> tuple[EventKey, ...]:
    found = []
    for key in rows.holder:
        seen = rows.events.get(key)
        if key.mailbox == op.mailbox and (seen is None or seen.gone_at is None):
            found.append(key)
    return tuple(sorted(found))


def _live_tombstones(rows: Rows, _op: ports.LiveTombstones) -> tuple[Tombstone, ...]:
    return tuple(sorted(rows.stones.values(), key=lambda one: (one.expires_at, one.key)))


def _restore_requests(rows: Rows, _op: ports.RestoreRequests) -> tuple[Conflict, ...]:
    asked = [
        (one.restore_requested_at, one.id, one)
        for one in rows.conflicts.values()
        if one.restore_requested_at is not None and one.restored_at is None
    ]
    return tuple(one for _, _, one in sorted(asked, key=lambda row: row[:2]))


def _undo_requests(rows: Rows, _op: ports.UndoRequests) -> tuple[Pass, ...]:
    asked = [
        (one.undo_requested_at, one.id, one)
        for one in rows.passes.values()
        if one.undo_requested_at is not None and one.undone_at is None
    ]
    return tuple(replace(one, counts=dict(one.counts)) for _, _, one in sorted(asked, key=lambda row: row[:2]))


# --- commits --------------------------------------------------------------------------------------------------------


def _store(rows: Rows, op: ports.Commit) -> None:
    """As :func:`server.store.queries.commit.commit`: checks first, so that a refused commit changes nothing."""
    links: dict[LinkId, Link] = {}
    pairs: dict[PairId, Pair] = {}
    others: list[Any] = []
    for row in op.rows:
        if row.firm_id != op.firm:
            raise Invalid("foreign_firm", field=type(row).__name__)
        kind = type(row)
        if kind is Link:
            links[row.id] = row  # type: ignore[assignment, union-attr, index]  # just compared
        elif kind is Pair:
            pairs[row.id] = row  # type: ignore[assignment, union-attr, index]  # just compared
        else:
            others.append(row)
    if links or pairs:
        _store_links(rows, links, pairs)
    for row in others:
        _PUT[type(row)](rows, row)
    forget = op.forget
    for dedupe in forget.notices:
        rows.notices.pop(dedupe, None)
    for link in forget.attention:
        rows.attention.pop(link, None)
    for subscription in forget.subscriptions:
        rows.subscriptions.pop(subscription, None)
    for key in forget.tombstones:
        rows.stones.pop(key, None)
    if forget.webhooks:
        rows.webhook = None


def _store_links(rows: Rows, links: dict[LinkId, Link], pairs: dict[PairId, Pair]) -> None:
    """Links and pairs together: whether a link is open follows its pairs; two unique indices are looked at."""
    touched = {one.link_id for one in pairs.values()}
    if any(one not in rows.links and one not in links for one in touched):
        raise Invalid("store_constraint", field="fk_pair_link")
    states = {link: {**{p: rows.pairs[p].state for p in rows.pairs_of.get(link, ())}} for link in touched}
    for pair in pairs.values():
        for known in states.values():
            known.pop(pair.id, None)
        states[pair.link_id][pair.id] = pair.state
    is_open = {link: any(state is not PairState.CLOSED for state in known.values()) for link, known in states.items()}
    _check_activities(rows, links, is_open)
    _check_events(rows, pairs)
    for link in links.values():
        _put_link(rows, link)
    for pair in pairs.values():
        _put_pair(rows, pair)
    for link_id, is_now_open in is_open.items():
        (rows.open_links.add if is_now_open else rows.open_links.discard)(link_id)


def _check_activities(rows: Rows, links: dict[LinkId, Link], is_open: dict[LinkId, bool]) -> None:
    """uq_link_open_activity."""
    for link_id in {*links, *is_open}:
        activity = (links.get(link_id) or rows.links[link_id]).activity
        if activity is None or not is_open.get(link_id, link_id in rows.open_links):
            continue
        for other in {*rows.links_with.get(activity, ()), *links}:
            if other == link_id or (links.get(other) or rows.links[other]).activity != activity:
                continue
            if is_open.get(other, other in rows.open_links):
                raise Invalid("store_constraint", field="uq_link_open_activity")


def _check_events(rows: Rows, pairs: dict[PairId, Pair]) -> None:
    """uq_pair_open_event."""
    taken: dict[EventKey, PairId] = {}
    for pair in pairs.values():
        if pair.event is None or pair.state is PairState.CLOSED:
            continue
        key = EventKey(pair.mailbox, pair.event)
        holder = rows.holder.get(key)
        if holder is not None and holder != pair.id:
            mine = pairs.get(holder)
            if mine is None or (mine.state is not PairState.CLOSED and mine.event == pair.event):
                raise Invalid("store_constraint", field="uq_pair_open_event")
        if taken.setdefault(key, pair.id) != pair.id:
            raise Invalid("store_constraint", field="uq_pair_open_event")


def _put_link(rows: Rows, link: Link) -> None:
    old = rows.links.get(link.id)
    if old is not None and old.activity is not None and old.activity != link.activity:
        rows.links_with[old.activity].discard(link.id)
    if old is not None and old.ical_uid is not None and old.ical_uid != link.ical_uid:
        rows.links_named[old.ical_uid].discard(link.id)
    if link.activity is not None:
        rows.links_with.setdefault(link.activity, set()).add(link.id)
    if link.ical_uid is not None:
        rows.links_named.setdefault(link.ical_uid, set()).add(link.id)
    rows.links[link.id] = link


def _put_pair(rows: Rows, pair: Pair) -> None:
    _unhold(rows, rows.pairs.get(pair.id))
    old = rows.pairs.get(pair.id)
    if old is not None and old.link_id != pair.link_id:
        rows.pairs_of[old.link_id].discard(pair.id)
    rows.pairs[pair.id] = pair
    rows.pairs_of.setdefault(pair.link_id, set()).add(pair.id)
    if pair.event is not None and pair.state is not PairState.CLOSED:
        rows.holder[EventKey(pair.mailbox, pair.event)] = pair.id


def _unhold(rows: Rows, pair: Pair | None) -> None:
    if pair is not None and pair.event is not None:
        key = EventKey(pair.mailbox, pair.event)
        if rows.holder.get(key) == pair.id:
            del rows.holder[key]


def _put_sync(rows: Rows, row: FirmSync) -> None:
    rows.sync = row


def _put_intent(rows: Rows, row: Intent) -> None:
    rows.intents[row.id] = row
    if row.state is IntentState.OPEN:
        rows.open_intents[row.id] = row
    else:
        rows.open_intents.pop(row.id, None)


def _put_conflict(rows: Rows, row: Conflict) -> None:
    """A fulfilled request ends when the value is lost again; people's member is never the worker's."""
    old = rows.conflicts.get(row.id)
    if old is not None:
        again = old.restored_at is not None and row.restored_at is None and row.at > old.restored_at
        row = replace(
            row,
            restored_at=None if again else (row.restored_at or old.restored_at),
            restore_requested_at=None if again else old.restore_requested_at,
        )
    rows.conflicts[row.id] = row


def _put_hold(rows: Rows, row: Hold) -> None:
    old = rows.holds.get(row.id)
    if old is not None:
        row = replace(row, decision=old.decision, decided_at=old.decided_at)
    rows.holds[row.id] = row


def _put_pass(rows: Rows, row: Pass) -> None:
    old = rows.passes.get(row.id)
    asked = old.undo_requested_at if old is not None else row.undo_requested_at
    rows.passes[row.id] = replace(row, counts=dict(row.counts), undo_requested_at=asked)


def _put_attention(rows: Rows, row: Attention) -> None:
    """A fresh mark never postpones what is due already; a verdict after an attempt decides alone."""
    old = rows.attention.get(row.link_id)
    if old is not None and row.attempts == 0 and old.due_at < row.due_at:
        row = replace(row, due_at=old.due_at)
    rows.attention[row.link_id] = row


def _put_webhook(rows: Rows, row: Webhook) -> None:
    rows.webhook = row


_PUT: dict[type, Callable[[Rows, Any], object]] = {
    FirmSync: _put_sync,
    MailboxSync: lambda rows, row: rows.mailboxes.__setitem__(row.seat_id, row),
    SeenActivity: lambda rows, row: rows.activities.__setitem__(row.key, row),
    SeenEvent: lambda rows, row: rows.events.__setitem__(row.key, row),
    Intent: _put_intent,
    Tombstone: lambda rows, row: rows.stones.__setitem__(row.key, row),
    Trail: lambda rows, row: rows.trails.append(row),
    Conflict: _put_conflict,
    Hold: _put_hold,
    Pass: _put_pass,
    Attention: _put_attention,
    Subscription: lambda rows, row: rows.subscriptions.__setitem__(row.id, row),
    Webhook: _put_webhook,
    PersonHit: lambda rows, row: rows.hits.__setitem__(row.digest, row),
    PushSample: lambda rows, row: rows.samples.append(row),
    Notice: lambda rows, row: rows.notices.setdefault(row.dedupe, row),
}


def _prune(rows: Rows, op: ports.Prune) -> None:
    """As :func:`server.store.queries.journal.prune`."""
    before = op.before
    rows.trails = [one for one in rows.trails if one.at >= before]
    rows.samples = [one for one in rows.samples if one.at >= before]
    for key in [k for k, one in rows.passes.items() if one.started_at < before and not _asked(one)]:
        del rows.passes[key]
    for key in [k for k, one in rows.intents.items() if one.at < before and one.state is not IntentState.OPEN]:
        del rows.intents[key]
    unsettled = {one.link_id for one in rows.open_intents.values()}
    for link in [one for one in rows.links if one not in rows.open_links and one not in unsettled]:
        pairs = [rows.pairs[one] for one in rows.pairs_of.get(link, ())]
        if pairs and not any(_recent(pair, before - CLOSED_LINKS_STAY) for pair in pairs):
            _drop_link(rows, link)
    for link in [k for k, one in rows.attention.items() if k not in rows.links and one.due_at < before]:
        del rows.attention[link]


def _asked(one: Pass) -> bool:
    return one.undo_requested_at is not None and one.undone_at is None


def _recent(pair: Pair, since: datetime) -> bool:
    return pair.updated_at is not None and pair.updated_at >= since


def _drop_link(rows: Rows, link: LinkId) -> None:
    gone = rows.links.pop(link)
    if gone.activity is not None:
        rows.links_with[gone.activity].discard(link)
    if gone.ical_uid is not None:
        rows.links_named[gone.ical_uid].discard(link)
    for pair in rows.pairs_of.pop(link, set()):
        _unhold(rows, rows.pairs.pop(pair, None))


#: How long a lost lease may go unnoticed by a dead owner.
LEASE = timedelta(seconds=LEASE_SECONDS)
