"""Links, pairs, observations and intents."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from sqlalchemy import BindParameter, Integer, and_, bindparam, cast, exists, func, literal_column, or_, select, tuple_

from server.domain.ids import ActivityKey, EventId, EventKey, LinkId, MailboxId
from server.domain.state import (
    Group,
    Intent,
    IntentState,
    PairState,
    SeenActivity,
    SeenEvent,
    Tombstone,
)
from server.ports.store import (
    ActivitiesSince,
    KnownActivities,
    KnownEvents,
    LinksInMailbox,
    LinksOf,
    LiveTombstones,
    LoadGroups,
    LoadSeen,
    OpenIntents,
    PairCounts,
    PassIntents,
    UnlinkedActivities,
    UnpairedEvents,
)
from server.store import shapes
from server.store.scope import FirmScope, Prepared, chunks
from server.store.tables import items
from server.store.tables.meta import firm_criterion

V = TypeVar("V")
_COUNTED = (PairState.LIVE, PairState.HELD, PairState.FROZEN)


_IDS: Final[BindParameter[Any]] = bindparam("ids", expanding=True)
_KEYS: Final[BindParameter[Any]] = bindparam("keys", expanding=True)
_LINKS: Final = Prepared(select(*shapes.LINK.columns()).where(items.link.c.id.in_(_IDS)))
# Sorted here: asked to sort by id, SQLite walks the index of ids over all pairs of the firm.
_PAIRS: Final = Prepared(select(*shapes.PAIR.columns()).where(items.pair.c.link_id.in_(_IDS)))
_ACTIVITIES: Final = Prepared(
    select(items.link.c.id, *shapes.SEEN_ACTIVITY.columns())
    .join_from(items.link, items.seen_activity, items.link.c.activity == items.seen_activity.c.key)
    .where(items.link.c.id.in_(_IDS))
)
# A closed pair may name the event that an open one holds now: one observation for each link.
_EVENTS: Final = Prepared(
    select(items.pair.c.link_id, *shapes.SEEN_EVENT.columns())
    .join_from(
        items.pair,
        items.seen_event,
        and_(items.pair.c.mailbox == items.seen_event.c.mailbox, items.pair.c.event == items.seen_event.c.event_id),
    )
    .where(items.pair.c.link_id.in_(_IDS))
    .order_by(items.seen_event.c.mailbox, items.seen_event.c.event_id)
)
_INTENTS: Final = Prepared(
    select(*shapes.INTENT.columns())
    .where(items.intent.c.link_id.in_(_IDS), items.intent.c.state == IntentState.OPEN)
    .order_by(items.intent.c.at, items.intent.c.id)
)


def load_groups(scope: FirmScope, op: LoadGroups) -> tuple[Group, ...]:
    """In the order asked for; unknown links are absent. Five statements for each 2,000 links."""
    found: dict[LinkId, Group] = {}
    for ids in chunks(dict.fromkeys(op.links)):
        found |= {group.link.id: group for group in _some_groups(scope, ids)}
    return tuple(found[link] for link in dict.fromkeys(op.links) if link in found)


def _some_groups(scope: FirmScope, ids: list[LinkId]) -> Iterable[Group]:
    links = scope.values(shapes.LINK, _LINKS, ids=ids)
    pairs = sorted(scope.values(shapes.PAIR, _PAIRS, ids=ids), key=lambda pair: pair.id)
    activities = scope.rows(_ACTIVITIES, ids=ids)
    events = scope.rows(_EVENTS, ids=ids)
    intents = scope.values(shapes.INTENT, _INTENTS, ids=ids)
    activity_of = {row[0]: shapes.SEEN_ACTIVITY.value(row, 1) for row in activities}
    events_of: dict[LinkId, dict[EventKey, SeenEvent]] = defaultdict(dict)
    for row in events:
        key = EventKey(row.mailbox, row.event_id)
        if key not in events_of[row[0]]:
            events_of[row[0]][key] = shapes.SEEN_EVENT.value(row, 1)
    pairs_of = _by_link(pairs)
    intents_of = _by_link(intents)
    for one in links:
        yield Group(
            link=one,
            pairs=tuple(pairs_of[one.id]),
            activity=activity_of.get(one.id),
            events=tuple(events_of[one.id].values()),
            intents=tuple(intents_of[one.id]),
        )


def _by_link(values: Iterable[V]) -> dict[LinkId, list[V]]:
    found: dict[LinkId, list[V]] = defaultdict(list)
    for value in values:
        found[value.link_id].append(value)  # type: ignore[attr-defined]  # pairs and intents
    return found


_BEST_LAST = (items.link.c.is_open, items.link.c.generation, items.link.c.id)
_BY_ACTIVITY: Final = Prepared(
    select(items.link.c.activity, items.link.c.id).where(items.link.c.activity.in_(_KEYS)).order_by(*_BEST_LAST)
)
# Worded so that SQLite sees the index of open pairs' events in it.
_BY_EVENT: Final = Prepared(
    select(items.pair.c.event, items.pair.c.link_id).where(
        items.pair.c.mailbox == bindparam("mailbox"),
        items.pair.c.event.in_(_KEYS),
        items.pair.c.state != literal_column("'closed'"),
    )
)
_BY_UID: Final = Prepared(
    select(items.link.c.ical_uid, items.link.c.id)
    .where(items.link.c.ical_uid.in_(_KEYS), items.link.c.is_open)
    .order_by(*_BEST_LAST)
)
_SEEN_ACTIVITIES: Final = Prepared(select(*shapes.SEEN_ACTIVITY.columns()).where(items.seen_activity.c.key.in_(_KEYS)))
_SEEN_EVENTS: Final = Prepared(
    select(*shapes.SEEN_EVENT.columns()).where(
        tuple_(items.seen_event.c.mailbox, items.seen_event.c.event_id).in_(_KEYS)
    )
)


def links_of(scope: FirmScope, op: LinksOf) -> Mapping[ActivityKey | EventKey | str, LinkId]:
    """Where several links name the same thing, an open one wins, then the one of the highest generation."""
    found: dict[ActivityKey | EventKey | str, LinkId] = {}
    for keys in chunks(op.activities):
        found |= {row[0]: row[1] for row in scope.rows(_BY_ACTIVITY, keys=keys)}
    by_mailbox: dict[MailboxId, list[EventId]] = defaultdict(list)
    for one in op.events:
        by_mailbox[one.mailbox].append(one.id)
    for mailbox, ids in by_mailbox.items():
        for some in chunks(ids):
            rows = scope.rows(_BY_EVENT, mailbox=mailbox, keys=some)
            found |= {EventKey(mailbox, EventId(event)): id_ for event, id_ in rows}
    for uids in chunks(op.ical_uids):
        found |= {row[0]: row[1] for row in scope.rows(_BY_UID, keys=uids)}
    return found


def load_seen(scope: FirmScope, op: LoadSeen) -> tuple[tuple[SeenActivity, ...], tuple[SeenEvent, ...]]:
    activities: list[SeenActivity] = []
    events: list[SeenEvent] = []
    for keys in chunks(op.activities):
        activities += scope.values(shapes.SEEN_ACTIVITY, _SEEN_ACTIVITIES, keys=keys)
    for some in chunks(op.events):
        events += scope.values(shapes.SEEN_EVENT, _SEEN_EVENTS, keys=[(one.mailbox, one.id) for one in some])
    return tuple(activities), tuple(events)


def unlinked_activities(scope: FirmScope, op: UnlinkedActivities) -> tuple[SeenActivity, ...]:
    link, activity = items.link, items.seen_activity
    linked = exists().where(firm_criterion(link, scope.firm), link.c.activity == activity.c.key, link.c.is_open)
    found = select(*shapes.SEEN_ACTIVITY.columns()).where(activity.c.gone_at.is_(None), ~linked)
    if op.after is not None:
        found = found.where(activity.c.key > op.after)
    return scope.values(shapes.SEEN_ACTIVITY, found.order_by(activity.c.key).limit(op.limit))


def activities_since(scope: FirmScope, op: ActivitiesSince) -> tuple[SeenActivity, ...]:
    activity = items.seen_activity
    found = select(*shapes.SEEN_ACTIVITY.columns()).where(activity.c.gone_at.is_(None), activity.c.seen_at >= op.since)
    return scope.values(shapes.SEEN_ACTIVITY, found.order_by(activity.c.key))


def unpaired_events(scope: FirmScope, op: UnpairedEvents) -> tuple[SeenEvent, ...]:
    pair, event = items.pair, items.seen_event
    paired = exists().where(
        firm_criterion(pair, scope.firm),
        pair.c.mailbox == event.c.mailbox,
        pair.c.event == event.c.event_id,
        pair.c.state != PairState.CLOSED,
    )
    found = select(*shapes.SEEN_EVENT.columns()).where(event.c.mailbox == op.mailbox, event.c.gone_at.is_(None))
    return scope.values(shapes.SEEN_EVENT, found.where(~paired).order_by(event.c.event_id))


_OPEN_INTENTS: Final = Prepared(
    select(*shapes.INTENT.columns())
    .where(items.intent.c.state == IntentState.OPEN)
    .order_by(items.intent.c.at, items.intent.c.id)
)
_COUNTS: Final = Prepared(
    select(items.pair.c.mailbox, cast(func.count(), Integer))
    .where(items.pair.c.state.in_(_COUNTED))
    .group_by(items.pair.c.mailbox)
)
_STONES: Final = Prepared(
    select(*shapes.TOMBSTONE.columns()).order_by(items.tombstone.c.expires_at, items.tombstone.c.key)
)


def open_intents(scope: FirmScope, op: OpenIntents) -> tuple[Intent, ...]:
    return scope.values(shapes.INTENT, _OPEN_INTENTS)


def pass_intents(scope: FirmScope, op: PassIntents) -> tuple[Intent, ...]:
    intent = items.intent
    statement = select(*shapes.INTENT.columns()).where(intent.c.pass_id == op.pass_id)
    return scope.values(shapes.INTENT, statement.order_by(intent.c.at.desc(), intent.c.id.desc()))


def pair_counts(scope: FirmScope, op: PairCounts) -> Mapping[MailboxId, int]:
    rows: Iterable[Any] = scope.rows(_COUNTS)
    return {MailboxId(mailbox): count for mailbox, count in rows}


def links_in_mailbox(scope: FirmScope, op: LinksInMailbox) -> tuple[LinkId, ...]:
    link, pair = items.link, items.pair
    if op.mailbox is None:
        # One without any pair waits for a rule, a seat or a time: it must be asked again when those change.
        bare = ~exists().where(firm_criterion(pair, scope.firm), pair.c.link_id == link.c.id)
        rows = scope.rows(select(link.c.id).where(or_(link.c.is_open, bare)).order_by(link.c.id))
        return tuple(LinkId(row[0]) for row in rows)
    statement = select(pair.c.link_id).distinct().where(pair.c.state != PairState.CLOSED)
    statement = statement.where(pair.c.mailbox == op.mailbox)
    return tuple(LinkId(row[0]) for row in scope.rows(statement.order_by(pair.c.link_id)))


def known_activities(scope: FirmScope, op: KnownActivities) -> tuple[ActivityKey, ...]:
    link, activity = items.link, items.seen_activity
    gone = exists().where(
        firm_criterion(activity, scope.firm), activity.c.key == link.c.activity, activity.c.gone_at.is_not(None)
    )
    statement = select(link.c.activity).where(link.c.is_open, link.c.activity.is_not(None), ~gone)
    return tuple(row[0] for row in scope.rows(statement.order_by(link.c.activity)))


def known_events(scope: FirmScope, op: KnownEvents) -> tuple[EventKey, ...]:
    pair, event = items.pair, items.seen_event
    gone = exists().where(
        firm_criterion(event, scope.firm),
        event.c.mailbox == pair.c.mailbox,
        event.c.event_id == pair.c.event,
        event.c.gone_at.is_not(None),
    )
    statement = select(pair.c.event).where(
        pair.c.mailbox == op.mailbox, pair.c.event.is_not(None), pair.c.state != PairState.CLOSED.value, ~gone
    )
    return tuple(EventKey(op.mailbox, EventId(row[0])) for row in scope.rows(statement.order_by(pair.c.event)))


def live_tombstones(scope: FirmScope, op: LiveTombstones) -> tuple[Tombstone, ...]:
    return scope.values(shapes.TOMBSTONE, _STONES)
