"""The first meeting of a calendar with Raynet: pair what exists on both sides without a write; the rest is made."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from server.domain import keys, mapping
from server.domain.activity import Activity
from server.domain.event import Event
from server.domain.ids import ActivityKey, LinkId, MailboxId
from server.domain.matching import Matching, match
from server.domain.reasons import Reason
from server.domain.state import Link, MailboxSync, Origin, Pair, PairState, Role, Trail
from server.flow import Flow, NewId, want
from server.ports.graph import ReadCalendar
from server.ports.raynet import FindByExtId
from server.ports.store import (
    Commit,
    KnownActivities,
    LinksOf,
    LoadGroups,
    LoadSeen,
    Row,
    UnlinkedActivities,
    UnpairedEvents,
)
from server.sync.context import PassContext, due
from server.sync.observe import new_link, new_pair


def first_matches(ctx: PassContext) -> Flow[None]:
    """Match every calendar that was read whole for the first time, once Raynet's window was read whole too.

    Each is stored as it is matched: a firm's first meeting may hold a million rows. The last goes with what stands in
    Raynet alone, so that after a crash on the way that is not forgotten.
    """
    new = [row for row in ctx.ready() if not row.matched and row.mailbox in ctx.read_whole]
    if not new or not ctx.whole_window:
        return
    unlinked = yield from want(UnlinkedActivities(ctx.firm))
    free = {one.key: one.activity for one in unlinked if not one.hidden}
    linked = yield from _linked(ctx, tuple(sorted(free)))
    shelf = _shelve(ctx, free, linked)
    rows: list[Row] = []
    for row in sorted(new, key=lambda one: one.seat_id):
        if rows:
            yield from want(Commit(ctx.firm, tuple(rows)))
        matched = replace(row, matched=True)
        rows = [*(yield from _first_match(ctx, row, shelf, linked)), matched]
        ctx.put_mailbox(matched)
    world = ctx.world()
    for key, activity in sorted(free.items()):
        wanted = mapping.wanted_mailboxes(activity, world)
        if not ctx.may_link(wanted):
            # Nobody's, or a calendar that is to show it may already do so under its own event: that is met first.
            continue
        if key in linked:
            rows.append(due(ctx, linked[key][0].id))
        else:
            rows += yield from new_link(ctx, Origin.RAYNET, activity=key)
    came = {row.mailbox for row in new}
    for key, (link, activity, where) in sorted(linked.items()):
        # What others hold already is to stand in the calendars that came as well.
        if key not in free and came & set(mapping.wanted_mailboxes(activity, world)) - where:
            rows.append(due(ctx, link.id))
    yield from want(Commit(ctx.firm, tuple(rows)))


def _linked(
    ctx: PassContext, free: tuple[ActivityKey, ...]
) -> Flow[dict[ActivityKey, tuple[Link, Activity, frozenset[MailboxId]]]]:
    """Activities already linked through other mailboxes, and where they stand."""
    known = yield from want(KnownActivities(ctx.firm))
    by_key = yield from want(LinksOf(ctx.firm, activities=tuple(sorted({*known, *free}))))
    groups = yield from want(LoadGroups(ctx.firm, tuple(sorted(set(by_key.values())))))
    return {
        group.link.activity: (
            group.link,
            group.activity.activity,
            frozenset(pair.mailbox for pair in group.pairs if pair.state is not PairState.CLOSED),
        )
        for group in groups
        if group.link.activity is not None and group.activity is not None
    }


_Linked = dict[ActivityKey, tuple[Link, Activity, frozenset[MailboxId]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shelf:
    """What Raynet holds, sorted once for all calendars: each looks at what it is to show, not at the whole firm's."""

    activities: Mapping[ActivityKey, Activity]
    wanted: Mapping[MailboxId, Sequence[ActivityKey]]
    #: Free ones that our API user made.
    ours: Mapping[ActivityKey, Activity]


def _shelve(ctx: PassContext, free: Mapping[ActivityKey, Activity], linked: _Linked) -> _Shelf:
    activities = dict(free) | {key: activity for key, (_, activity, _) in linked.items()}
    wanted: defaultdict[MailboxId, list[ActivityKey]] = defaultdict(list)
    world = ctx.world()
    for key, activity in activities.items():
        for mailbox in mapping.wanted_mailboxes(activity, world):
            wanted[mailbox].append(key)
    ours = {key: one for key, one in free.items() if one.created_by == ctx.sync.login and key not in linked}
    return _Shelf(activities=activities, wanted=wanted, ours=ours)


def _candidates(shelf: _Shelf, events: Sequence[Event], mailbox: MailboxId, linked: _Linked) -> list[Activity]:
    """What this calendar is to show and does not yet, and what its events say they were made of."""
    said = (keys.activity_of_own_key(event.own_key, mailbox) for event in events)
    named = (key for key in said if key is not None and key in shelf.activities)
    return [
        shelf.activities[key]
        for key in dict.fromkeys((*shelf.wanted.get(mailbox, ()), *named))
        if key not in linked or mailbox not in linked[key][2]
    ]


def _first_match(ctx: PassContext, row: MailboxSync, shelf: _Shelf, linked: _Linked) -> Flow[list[Row]]:
    assert row.mailbox is not None
    mailbox, world = row.mailbox, ctx.world()
    seen = yield from want(UnpairedEvents(ctx.firm, mailbox))
    events = [one.event for one in seen]
    candidates = _candidates(shelf, events, mailbox, linked)
    matching = match(candidates, events, mailbox, world)
    if _may_hold_our_events(matching, candidates, events):
        events = yield from _with_own_keys(ctx, row, events)
        candidates = _candidates(shelf, events, mailbox, linked)
        matching = match(candidates, events, mailbox, world)
    rows: list[Row] = []
    for activity, event in matching.pairs:
        rows += yield from _pair(ctx, activity, event, linked)
    taken = {event.id for _, event in matching.pairs} | {key.id for key in matching.ambiguous_events}
    for event in events:
        if event.id not in taken:
            rows += yield from _single_event(ctx, event, shelf, linked)
    for event in events:
        if event.key in matching.ambiguous_events:
            rows += yield from _ambiguous(ctx, event)
    for key in sorted(matching.ambiguous_activities):
        rows += yield from _ambiguous_activity(ctx, key, mailbox, linked)
    ctx.counts.ambiguous += len(matching.ambiguous_events) + len(matching.ambiguous_activities)
    return rows


def _may_hold_our_events(matching: Matching, activities: list[Activity], events: list[Event]) -> bool:
    """Whether unpaired events made through the API stand beside unpaired activities: then ask for our own keys."""
    paired = {event.id for _, event in matching.pairs}
    ours = any(event.transaction_id and event.own_key is None and event.id not in paired for event in events)
    used = {activity.key for activity, _ in matching.pairs}
    return ours and any(one.key not in used for one in activities)


def _with_own_keys(ctx: PassContext, row: MailboxSync, events: list[Event]) -> Flow[list[Event]]:
    """Delta never returns our property; one plain reading of the calendar does."""
    assert row.mailbox is not None and row.window_from is not None and row.window_till is not None
    read = yield from want(ReadCalendar(ctx.firm, row.mailbox, row.window_from, row.window_till))
    own = {event.id: event.own_key for event in read}
    return [replace(event, own_key=own.get(event.id)) for event in events]


def _pair(ctx: PassContext, activity: Activity, event: Event, linked: _Linked) -> Flow[list[Row]]:
    rows: list[Row] = []
    if activity.key in linked:
        link, _, where = linked[activity.key]
    else:
        ours = activity.created_by is not None and activity.created_by == ctx.sync.login
        link = Link(
            id=LinkId((yield from want(NewId()))),
            firm_id=ctx.firm,
            origin=Origin.OUTLOOK if ours and event.transaction_id is None else Origin.RAYNET,
            activity=activity.key,
            ical_uid=event.ical_uid,
            masked=mapping.is_masked(event, ctx.world()),
        )
        where = frozenset()
        rows += [link, due(ctx, link.id)]
    linked[activity.key] = (link, activity, where | {event.mailbox})
    if link.ical_uid:
        ctx.started[link.ical_uid] = link
    return [*rows, due(ctx, link.id), new_pair(ctx, link, event, role=_role(ctx, activity, event))]


def _role(ctx: PassContext, activity: Activity, event: Event) -> Role:
    seat = ctx.world().seat_of_mailbox(event.mailbox)
    owner = seat is not None and seat.person == activity.owner
    if event.is_organizer:
        return Role.LEAD if owner or event.attendees else Role.COPY
    organizer = ctx.world().seat_of_address(event.organizer)
    return Role.ATTENDEE if organizer is not None else Role.FOLLOWER


def _single_event(ctx: PassContext, event: Event, shelf: _Shelf, linked: _Linked) -> Flow[list[Row]]:
    """An event without an equal: another mailbox's copy of a linked meeting, one we made an activity of, or new."""
    if event.ical_uid and not event.recurring:
        if event.ical_uid in ctx.started:
            link = ctx.started[event.ical_uid]
            return [new_pair(ctx, link, event), due(ctx, link.id)]
        links = yield from want(LinksOf(ctx.firm, ical_uids=(event.ical_uid,)))
        if event.ical_uid in links:
            groups = yield from want(LoadGroups(ctx.firm, (links[event.ical_uid],)))
            return [row for group in groups for row in (new_pair(ctx, group.link, event), due(ctx, group.link.id))]
    made = yield from _made_from(ctx, event, shelf, linked)
    if made is not None:
        return (yield from _pair(ctx, made, event, linked))
    rows = yield from new_link(ctx, Origin.OUTLOOK, event=event)
    for row in rows:
        if isinstance(row, Link) and row.ical_uid:
            ctx.started[row.ical_uid] = row
    return list(rows)


def _made_from(ctx: PassContext, event: Event, shelf: _Shelf, linked: _Linked) -> Flow[Activity | None]:
    """An activity that carries this event's external id, though its text has changed since."""
    if all(key in linked for key in shelf.ours) or event.transaction_id is not None:
        return None
    ext = keys.ext_id(ctx.state.firm.tenant_id, event.mailbox, event.id, 1)
    found = yield from want(FindByExtId(ctx.firm, mapping.NEW_TYPE, ext))
    return shelf.ours.get(found.key) if found is not None and found.key not in linked else None


def _ambiguous(ctx: PassContext, event: Event) -> Flow[list[Row]]:
    made = yield from new_link(ctx, Origin.OUTLOOK, event=event)
    rows: list[Row] = [row for row in made if isinstance(row, Link)]
    for pair in (row for row in made if isinstance(row, Pair)):
        rows += [replace(pair, state=PairState.RELEASED, reason=Reason.AMBIGUOUS), _open_question(ctx, pair)]
    return rows


def _ambiguous_activity(ctx: PassContext, key: ActivityKey, mailbox: MailboxId, linked: _Linked) -> Flow[list[Row]]:
    """The mailbox is taken by an open question: no event is made for it."""
    rows: list[Row] = []
    if key in linked:
        link, activity, where = linked[key]
    else:
        seen, _ = yield from want(LoadSeen(ctx.firm, activities=(key,)))
        activity, where = seen[0].activity, frozenset()
        link_id = LinkId((yield from want(NewId())))
        link = Link(id=link_id, firm_id=ctx.firm, origin=Origin.RAYNET, activity=key)
        rows += [link, due(ctx, link_id)]
    linked[key] = (link, activity, where | {mailbox})
    pair = Pair(
        id=keys.pair_id(link.id, mailbox, 0),
        link_id=link.id,
        firm_id=ctx.firm,
        mailbox=mailbox,
        role=Role.COPY,
        origin=Origin.RAYNET,
        state=PairState.RELEASED,
        reason=Reason.AMBIGUOUS,
        updated_at=ctx.now,
    )
    return [*rows, pair, _open_question(ctx, pair)]


def _open_question(ctx: PassContext, pair: Pair) -> Trail:
    """Why nothing was done with an item that may belong to several."""
    return Trail(
        firm_id=ctx.firm,
        link_id=pair.link_id,
        pair_id=pair.id,
        pass_id=ctx.pass_id,
        at=ctx.now,
        seen=(),
        reason=Reason.AMBIGUOUS,
        outcome="released",
    )
