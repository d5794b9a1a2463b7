"""The first meeting of a calendar with Raynet: pair what exists on both sides without a write; the rest is made."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from server.domain import keys, mapping
from server.domain.activity import Activity
from server.domain.event import Event
from server.domain.ids import ActivityKey, LinkId, MailboxId
from server.domain.matching import Matching, match
from server.domain.reasons import Reason
from server.domain.state import Group, Link, MailboxSync, Origin, Pair, PairState, Role, SeenActivity, Trail
from server.flow import Flow, NewId, Now, want
from server.ports.graph import ReadCalendar
from server.ports.raynet import FindByExtId
from server.ports.store import (
    ActivitiesSince,
    Commit,
    LinksInMailbox,
    LinksOf,
    LoadGroups,
    LoadSeen,
    Row,
    UnpairedEvents,
)
from server.sync.breath import breathe
from server.sync.context import MET, PassContext, due
from server.sync.observe import is_left_over, new_link, new_pair
from server.sync.unlinked import each_unlinked

#: What was stored so long before the shelf was filled is looked at again: clocks may be put back a little.
OVERLAP = timedelta(seconds=30)
#: Links looked at in one go.
AT_ONCE = 2_000


_Linked = dict[ActivityKey, tuple[Link, Activity, frozenset[MailboxId]]]


@dataclass(slots=True, kw_only=True)
class Shelf:
    """What Raynet holds, sorted once for all calendars: each looks at what it is to show, not at the whole firm's."""

    wanted: Mapping[MailboxId, list[ActivityKey]]
    #: Made by our API user, and in no link when the shelf was filled.
    ours: frozenset[ActivityKey]
    filled_at: datetime

    def renew(self, ctx: PassContext) -> Flow[None]:
        """What ordinary passes in between have read belongs to it too."""
        seen = yield from want(ActivitiesSince(ctx.firm, self.filled_at - OVERLAP))
        self.filled_at = ctx.now
        _sort(ctx, {one.key: one.activity for one in seen if _counts(ctx, one)}, self.wanted)


def fill_shelf(ctx: PassContext) -> Flow[Shelf]:
    """Which calendar is to show what, linked or not. What is linked meanwhile is renewed with the shelf."""
    wanted: defaultdict[MailboxId, list[ActivityKey]] = defaultdict(list)
    ours: set[ActivityKey] = set()
    # Not when the pass began: what it has read itself until now would be looked at twice.
    filled_at = yield from want(Now())

    def put(unlinked: Sequence[SeenActivity]) -> Flow[None]:
        free = {one.key: one.activity for one in unlinked if _counts(ctx, one)}
        _sort(ctx, free, wanted)
        made = tuple(key for key, one in free.items() if one.created_by == ctx.sync.login)
        # A link without an open pair may hold it all the same.
        held = (yield from want(LinksOf(ctx.firm, activities=made))) if made else {}
        ours.update(key for key in made if key not in held)

    yield from each_unlinked(ctx, put)
    ids = yield from want(LinksInMailbox(ctx.firm))
    for start in range(0, len(ids), AT_ONCE):
        yield from breathe(ctx)
        groups = yield from want(LoadGroups(ctx.firm, ids[start : start + AT_ONCE]))
        _sort(ctx, _held(groups), wanted)
    return Shelf(wanted=wanted, ours=frozenset(ours), filled_at=filled_at)


def _counts(ctx: PassContext, seen: SeenActivity) -> bool:
    return not seen.hidden and not is_left_over(ctx, seen.activity)


def _sort(
    ctx: PassContext, activities: Mapping[ActivityKey, Activity], wanted: Mapping[MailboxId, list[ActivityKey]]
) -> None:
    world = ctx.world()
    for key, activity in activities.items():
        for mailbox in mapping.wanted_mailboxes(activity, world):
            wanted[mailbox].append(key)


def _held(groups: Sequence[Group]) -> dict[ActivityKey, Activity]:
    held = [(group.link.activity, group.activity) for group in groups]
    return {key: seen.activity for key, seen in held if key and seen and seen.gone_at is None}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """Activities as they stand at the moment in which a calendar meets Raynet, and those already in a link."""

    activities: dict[ActivityKey, Activity] = field(default_factory=dict)
    linked: _Linked = field(default_factory=dict)
    #: Links started for this calendar by iCalUId, so that what belongs to the same meeting joins them.
    started: dict[str, Link] = field(default_factory=dict)

    def add(self, ctx: PassContext, keys: Sequence[ActivityKey]) -> Flow[None]:
        """Look at these too."""
        keys = tuple(key for key in keys if key not in self.activities)
        if not keys:
            return
        links = yield from want(LinksOf(ctx.firm, activities=keys))
        free = tuple(key for key in keys if key not in links)
        seen, _ = yield from want(LoadSeen(ctx.firm, activities=free))
        self.activities.update({one.key: one.activity for one in seen if one.gone_at is None and not one.hidden})
        ids = tuple(sorted(set(links.values())))
        for group in (yield from want(LoadGroups(ctx.firm, ids))) if ids else ():
            if group.link.activity is None or group.activity is None:
                continue
            where = frozenset(pair.mailbox for pair in group.pairs if pair.state is not PairState.CLOSED)
            self.linked[group.link.activity] = (group.link, group.activity.activity, where)
            self.activities[group.link.activity] = group.activity.activity


def match_calendar(ctx: PassContext, row: MailboxSync, shelf: Shelf) -> Flow[None]:
    """Pair what stands on both sides and link the rest of what concerns this calendar, all of it in one commit."""
    if ctx.within:
        yield from shelf.renew(ctx)
    look = _Look()
    rows = yield from _first_match(ctx, row, shelf, look)
    matched = replace(row, matched=True)
    ctx.put_mailbox(matched)
    rows += yield from _to_be_shown(ctx, matched, shelf, look)
    yield from want(Commit(ctx.firm, (*rows, matched)))


def _to_be_shown(ctx: PassContext, row: MailboxSync, shelf: Shelf, look: _Look) -> Flow[list[Row]]:
    """What the calendar does not hold yet: of others' links, and what stands in Raynet alone."""
    assert row.mailbox is not None
    world, rows = ctx.world(), list[Row]()
    for key in sorted(set(shelf.wanted.get(row.mailbox, ()))):
        activity = look.activities.get(key)
        wanted = mapping.wanted_mailboxes(activity, world) if activity is not None else ()
        if row.mailbox not in wanted:
            continue
        if key not in look.linked:
            # Another calendar that is to show it may already do so under its own event: that is met first.
            rows += (yield from new_link(ctx, Origin.RAYNET, activity=key)) if ctx.may_link(wanted) else ()
        elif row.mailbox not in look.linked[key][2]:
            rows.append(due(ctx, look.linked[key][0].id, MET))
    return rows


def _candidates(look: _Look, keys: Sequence[ActivityKey], mailbox: MailboxId) -> list[Activity]:
    """What this calendar is to show and does not yet, and what its events say they were made of."""
    shown = [key for key in dict.fromkeys(keys) if key in look.activities]
    return [look.activities[key] for key in shown if key not in look.linked or mailbox not in look.linked[key][2]]


def _named(events: Sequence[Event], mailbox: MailboxId) -> list[ActivityKey]:
    said = (keys.activity_of_own_key(event.own_key, mailbox) for event in events)
    return [key for key in said if key is not None]


def _first_match(ctx: PassContext, row: MailboxSync, shelf: Shelf, look: _Look) -> Flow[list[Row]]:
    assert row.mailbox is not None
    mailbox, world = row.mailbox, ctx.world()
    seen = yield from want(UnpairedEvents(ctx.firm, mailbox))
    events = [one.event for one in seen]
    wanted = [*shelf.wanted.get(mailbox, ()), *_named(events, mailbox)]
    yield from look.add(ctx, tuple(dict.fromkeys(wanted)))
    candidates = _candidates(look, wanted, mailbox)
    matching = match(candidates, events, mailbox, world)
    if _may_hold_our_events(matching, candidates, events):
        events = yield from _with_own_keys(ctx, row, events)
        wanted += _named(events, mailbox)
        yield from look.add(ctx, tuple(dict.fromkeys(wanted)))
        candidates = _candidates(look, wanted, mailbox)
        matching = match(candidates, events, mailbox, world)
    rows: list[Row] = []
    for activity, event in matching.pairs:
        rows += yield from _pair(ctx, activity, event, look)
    taken = {event.id for _, event in matching.pairs} | {key.id for key in matching.ambiguous_events}
    for event in events:
        if event.id not in taken:
            rows += yield from _single_event(ctx, event, shelf, look)
    for event in events:
        if event.key in matching.ambiguous_events:
            rows += yield from _ambiguous(ctx, event)
    for key in sorted(matching.ambiguous_activities):
        rows += yield from _ambiguous_activity(ctx, key, mailbox, look.linked)
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


def _pair(ctx: PassContext, activity: Activity, event: Event, look: _Look) -> Flow[list[Row]]:
    rows: list[Row] = []
    if activity.key in look.linked:
        link, _, where = look.linked[activity.key]
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
        rows += [link, due(ctx, link.id, MET)]
    look.linked[activity.key] = (link, activity, where | {event.mailbox})
    if link.ical_uid:
        look.started[link.ical_uid] = link
    return [*rows, due(ctx, link.id, MET), new_pair(ctx, link, event, role=_role(ctx, activity, event))]


def _role(ctx: PassContext, activity: Activity, event: Event) -> Role:
    seat = ctx.world().seat_of_mailbox(event.mailbox)
    owner = seat is not None and seat.person == activity.owner
    if event.is_organizer:
        return Role.LEAD if owner or event.attendees else Role.COPY
    organizer = ctx.world().seat_of_address(event.organizer)
    return Role.ATTENDEE if organizer is not None else Role.FOLLOWER


def _single_event(ctx: PassContext, event: Event, shelf: Shelf, look: _Look) -> Flow[list[Row]]:
    """An event without an equal: another mailbox's copy of a linked meeting, one we made an activity of, or new."""
    if event.ical_uid and not event.recurring:
        if event.ical_uid in look.started:
            link = look.started[event.ical_uid]
            return [new_pair(ctx, link, event), due(ctx, link.id, MET)]
        links = yield from want(LinksOf(ctx.firm, ical_uids=(event.ical_uid,)))
        if event.ical_uid in links:
            groups = yield from want(LoadGroups(ctx.firm, (links[event.ical_uid],)))
            return [row for group in groups for row in (new_pair(ctx, group.link, event), due(ctx, group.link.id, MET))]
    made = yield from _made_from(ctx, event, shelf, look)
    if made is not None:
        return (yield from _pair(ctx, made, event, look))
    rows = yield from new_link(ctx, Origin.OUTLOOK, event=event)
    for row in rows:
        if isinstance(row, Link) and row.ical_uid:
            look.started[row.ical_uid] = row
    return list(rows)


def _made_from(ctx: PassContext, event: Event, shelf: Shelf, look: _Look) -> Flow[Activity | None]:
    """An activity that carries this event's external id, though its text has changed since."""
    if event.transaction_id is not None or all(key in look.linked for key in shelf.ours):
        return None
    ext = keys.ext_id(ctx.state.firm.tenant_id, event.mailbox, event.id, 1)
    found = yield from want(FindByExtId(ctx.firm, mapping.NEW_TYPE, ext))
    if found is None or found.key not in shelf.ours:
        return None
    yield from look.add(ctx, (found.key,))
    return look.activities.get(found.key) if found.key not in look.linked else None


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
        rows += [link, due(ctx, link_id, MET)]
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
