"""The store's questions, answered from :class:`.rows.Rows` as :mod:`server.store` answers them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from server.domain.ids import ActivityKey, EventKey, FirmId, LinkId, MailboxId, PairId
from server.domain.state import (
    Attention,
    Conflict,
    Group,
    Hold,
    Intent,
    PairState,
    Pass,
    PushSample,
    SeenActivity,
    SeenEvent,
    Side,
    Tombstone,
)
from server.flow import Op
from server.ports import store as ports
from tests.histories.rows import Rows

_MOST_NOTICES = ports.Notices(FirmId(0)).limit
_EMAIL, _AT = attrgetter("email"), attrgetter("at")
_SIDES = tuple(Side)
_COUNTED = (PairState.LIVE, PairState.HELD, PairState.FROZEN)


def load_firm(rows: Rows, _op: object) -> ports.FirmState:
    if rows.places is None:
        mailboxes = rows.mailboxes
        rows.places = (
            tuple(sorted(rows.seats.values(), key=_EMAIL)),
            tuple([mailboxes[seat] for seat in sorted(mailboxes)]),
        )
    seats, calendars = rows.places
    return ports.FirmState(firm=rows.firm, sync=rows.sync, seats=seats, mailboxes=calendars)


def group(rows: Rows, link_id: LinkId) -> Group:
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


def load_groups(rows: Rows, op: ports.LoadGroups) -> tuple[Group, ...]:
    return tuple(group(rows, link) for link in dict.fromkeys(op.links) if link in rows.links)


def _best(rows: Rows, links: Iterable[LinkId], *, only_open: bool) -> LinkId | None:
    known = [(one in rows.open_links, rows.links[one].generation, one) for one in links]
    usable = [one for one in known if one[0] or not only_open]
    return max(usable)[2] if usable else None


def links_of(rows: Rows, op: ports.LinksOf) -> Mapping[ActivityKey | EventKey | str, LinkId]:
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


def load_seen(rows: Rows, op: ports.LoadSeen) -> tuple[tuple[SeenActivity, ...], tuple[SeenEvent, ...]]:
    activities, events = map(rows.activities.get, op.activities), map(rows.events.get, op.events)
    # Each once, though it was asked for twice.
    seen_activities = {id(one): one for one in activities if one is not None}
    seen_events = {id(one): one for one in events if one is not None}
    return tuple(seen_activities.values()), tuple(seen_events.values())


def unlinked_activities(rows: Rows, op: ports.UnlinkedActivities) -> tuple[SeenActivity, ...]:
    linked = {rows.links[one].activity for one in rows.open_links}
    found = [one for key, one in rows.activities.items() if one.gone_at is None and key not in linked]
    if op.after is not None:
        found = [one for one in found if str(one.key) > str(op.after)]
    return tuple(sorted(found, key=lambda one: str(one.key))[: op.limit])


def activities_since(rows: Rows, op: ports.ActivitiesSince) -> tuple[SeenActivity, ...]:
    found = [one for one in rows.activities.values() if one.gone_at is None and one.seen_at >= op.since]
    return tuple(sorted(found, key=lambda one: str(one.key)))


def unpaired_events(rows: Rows, op: ports.UnpairedEvents) -> tuple[SeenEvent, ...]:
    found = [
        one
        for key, one in rows.events.items()
        if one.gone_at is None and key not in rows.holder and op.mailbox == key.mailbox
    ]
    return tuple(sorted(found, key=lambda one: one.key))


def open_intents(rows: Rows, _op: object) -> tuple[Intent, ...]:
    if not rows.open_intents:
        return ()
    return tuple(sorted(rows.open_intents.values(), key=lambda one: (one.at, one.id)))


def pass_intents(rows: Rows, op: ports.PassIntents) -> tuple[Intent, ...]:
    found = [one for one in rows.intents.values() if one.pass_id == op.pass_id]
    return tuple(sorted(found, key=lambda one: (one.at, one.id), reverse=True))


def due_links(rows: Rows, op: ports.DueLinks) -> tuple[Attention, ...]:
    if not rows.attention:
        return ()
    found = [one for one in rows.attention.values() if one.due_at <= op.until and not (op.urgent and one.why)]
    found.sort(key=lambda one: (one.due_at, one.link_id))
    return tuple(found[: op.limit])


def due_removals(rows: Rows, op: ports.DueRemovals) -> Mapping[MailboxId, frozenset[PairId]]:
    found: dict[MailboxId, set[PairId]] = {}
    for link_id in [one.link_id for one in rows.attention.values() if one.due_at <= op.until]:
        link = rows.links.get(link_id)
        activity = rows.activities.get(link.activity) if link is not None and link.activity is not None else None
        for pair_id in rows.pairs_of.get(link_id, ()):
            pair = rows.pairs[pair_id]
            event = rows.events.get(EventKey(pair.mailbox, pair.event)) if pair.event is not None else None
            gone = any(one is not None and one.gone_at is not None for one in (activity, event))
            if gone and pair.state is not PairState.CLOSED:
                found.setdefault(pair.mailbox, set()).add(pair.id)
    return {mailbox: frozenset(pairs) for mailbox, pairs in found.items()}


def open_holds(rows: Rows, _op: ports.OpenHolds) -> tuple[Hold, ...]:
    if not rows.holds:
        return ()
    found = [one for one in rows.holds.values() if one.closed_at is None]
    return tuple(sorted(found, key=lambda one: (one.at, one.id)))


def pair_counts(rows: Rows, _op: ports.PairCounts) -> Mapping[MailboxId, int]:
    counts: dict[MailboxId, int] = {}
    for pair in rows.pairs.values():
        if pair.state in _COUNTED:
            counts[pair.mailbox] = counts.get(pair.mailbox, 0) + 1
    return counts


def links_in_mailbox(rows: Rows, op: ports.LinksInMailbox) -> tuple[LinkId, ...]:
    if op.mailbox is None:
        return tuple(sorted(one for one in rows.links if one in rows.open_links or not rows.pairs_of.get(one)))
    found = {p.link_id for p in rows.pairs.values() if p.mailbox == op.mailbox and p.state is not PairState.CLOSED}
    return tuple(sorted(found))


def known_activities(rows: Rows, _op: ports.KnownActivities) -> tuple[ActivityKey, ...]:
    found = []
    for link in rows.open_links:
        key = rows.links[link].activity
        seen = rows.activities.get(key) if key is not None else None
        if key is not None and (seen is None or seen.gone_at is None):
            found.append(key)
    return tuple(sorted(found, key=str))


def known_events(rows: Rows, op: ports.KnownEvents) -> tuple[EventKey, ...]:
    found = []
    for key in rows.holder:
        seen = rows.events.get(key)
        if key.mailbox == op.mailbox and (seen is None or seen.gone_at is None):
            found.append(key)
    return tuple(sorted(found))


def live_tombstones(rows: Rows, _op: object) -> tuple[Tombstone, ...]:
    if not rows.stones:
        return ()
    return tuple(sorted(rows.stones.values(), key=lambda one: (one.expires_at, one.key)))


def restore_requests(rows: Rows, _op: object) -> tuple[Conflict, ...]:
    if not rows.conflicts:
        return ()
    asked = [
        (one.restore_requested_at, one.id, one)
        for one in rows.conflicts.values()
        if one.restore_requested_at is not None and one.restored_at is None
    ]
    return tuple(one for _, _, one in sorted(asked, key=lambda row: row[:2]))


def undo_requests(rows: Rows, _op: object) -> tuple[Pass, ...]:
    asked = [
        (one.undo_requested_at, one.id, one)
        for one in rows.passes.values()
        if one.undo_requested_at is not None and one.undone_at is None
    ]
    if not asked:
        return ()
    return tuple(replace(one, counts=dict(one.counts)) for _, _, one in sorted(asked, key=lambda row: row[:2]))


def start_pass(rows: Rows, op: ports.StartPass) -> ports.PassStart:
    return ports.PassStart(
        state=load_firm(rows, op),
        notices=tuple(rows.notices.values())[:_MOST_NOTICES],
        tombstones=live_tombstones(rows, op),
        panel=_NO_PANEL,
        intents=open_intents(rows, op),
        restores=restore_requests(rows, op),
        undos=undo_requests(rows, op),
        samples=_samples(rows, op.samples_since) if rows.samples else (),
    )


def _samples(rows: Rows, since: datetime) -> tuple[PushSample, ...]:
    """Side by side, each in its order of time."""
    found = sorted([one for one in rows.samples if one.at >= since], key=_AT)
    return tuple([one for side in _SIDES for one in found if one.side is side])


#: Nobody has a panel here: its histories are played on the real store.
_NO_PANEL = ports.PanelDesk()
#: What answers each kind of question.
READS: dict[type[Op[Any]], Callable[[Rows, Any], object]] = {
    ports.LoadFirm: load_firm,
    ports.LoadGroups: load_groups,
    ports.LinksOf: links_of,
    ports.LoadSeen: load_seen,
    ports.UnlinkedActivities: unlinked_activities,
    ports.ActivitiesSince: activities_since,
    ports.UnpairedEvents: unpaired_events,
    ports.OpenIntents: open_intents,
    ports.DueLinks: due_links,
    ports.DueRemovals: due_removals,
    ports.Notices: lambda rows, op: tuple(rows.notices.values())[: op.limit],
    ports.OpenHolds: open_holds,
    ports.PairCounts: pair_counts,
    ports.LinksInMailbox: links_in_mailbox,
    ports.KnownActivities: known_activities,
    ports.KnownEvents: known_events,
    ports.LiveTombstones: live_tombstones,
    ports.RestoreRequests: restore_requests,
    ports.UndoRequests: undo_requests,
    ports.PassIntents: pass_intents,
    ports.PersonHits: lambda rows, op: {d: rows.hits[d] for d in op.digests if d in rows.hits},
    ports.Subscriptions: lambda rows, _op: tuple(sorted(rows.subscriptions.values(), key=lambda one: one.id)),
    ports.Webhooks: lambda rows, _op: (rows.webhook,) if rows.webhook is not None else (),
    ports.LoadPanel: lambda _rows, _op: _NO_PANEL,
    ports.StartPass: start_pass,
    ports.PushSamples: lambda rows, op: tuple(
        sorted((s for s in rows.samples if s.side == op.side and s.at >= op.since), key=lambda s: s.at)
    ),
}
