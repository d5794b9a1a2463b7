"""Turning fresh observations into rows: what was seen, which link it concerns, what must be reconciled."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from server.domain import keys, mapping
from server.domain.activity import Activity
from server.domain.event import Event
from server.domain.ids import ActivityKey, EventKey, LinkId
from server.domain.reasons import Reason
from server.domain.state import (
    Link,
    MailboxSync,
    Origin,
    Pair,
    PairState,
    Role,
    SeenActivity,
    SeenEvent,
    Side,
    Tombstone,
)
from server.flow import Flow, NewId, want
from server.ports.store import LinksOf, LoadGroups, Row
from server.sync.claims import deletion_of, is_late_create, taken_away
from server.sync.context import PassContext, due
from server.sync.journal import losses_between
from server.sync.ownership import (
    is_being_made,
    is_second_delivery,
    made_activity,
    made_event,
    making_create,
    making_pair,
    refused,
)

#: A placeholder older than this that no link holds is left over from an abandoned create.
ORPHAN_AGE = timedelta(minutes=2)
ORPHAN_CLAIM = timedelta(hours=24)
ORPHAN = "orphan"


def activity_rows(
    ctx: PassContext,
    activities: Sequence[Activity],
    known: Mapping[ActivityKey, SeenActivity],
    *,
    seen: SeenActivity | None = None,
    moved_from: LinkId | None = None,
) -> Flow[tuple[Row, ...]]:
    """Rows for activities that tell something new. ``seen`` carries a proof; ``moved_from`` a link to be re-keyed."""
    if not activities:
        return ()
    links = yield from want(LinksOf(ctx.firm, activities=tuple(one.key for one in activities)))
    world = ctx.world()
    rows: list[Row] = []
    for activity in activities:
        link = links.get(activity.key) or moved_from
        wanted = mapping.wanted_mailboxes(activity, world)
        row = seen or SeenActivity(firm_id=ctx.firm, key=activity.key, activity=activity, seen_at=ctx.now)
        if link is None and is_left_over(ctx, activity):
            rows += _claimed_orphan(ctx, activity)
        elif link is not None:
            rows += yield from losses_between(ctx, known.get(activity.key), links.get(activity.key), activity)
            rows += [row, due(ctx, link)]
            if moved_from is not None:
                rows += yield from _moved(ctx, moved_from, activity.key)
        elif wanted:
            if activity.key not in known and (yield from is_being_made(ctx, activity)):
                continue
            rows.append(row)
            if row.gone_at is not None or not ctx.may_link(wanted):
                continue
            if activity.key not in known and (yield from made_activity(ctx, activity)):
                rows += [one for mailbox in sorted(wanted) for one in ctx.unmatch(mailbox)]
            else:
                rows += yield from new_link(ctx, Origin.RAYNET, activity=activity.key)
        elif activity.key in known:
            rows.append(row)
    return tuple(rows)


def _moved(ctx: PassContext, link: LinkId, key: ActivityKey) -> Flow[tuple[Row, ...]]:
    groups = yield from want(LoadGroups(ctx.firm, (link,)))
    return tuple(replace(group.link, activity=key) for group in groups)


def _claimed_orphan(ctx: PassContext, activity: Activity) -> tuple[Row, ...]:
    """Our placeholder without a link: claimed now, because later lists need not show it again (hazard H3)."""
    if is_filled_late(ctx, activity):
        ctx.orphans.append(activity.key)  # it stands in the calendar beside what is made in its place
    if activity.created_by != ctx.sync.login or f"{ORPHAN}:{activity.key}" in ctx.tombstones:
        return ()
    return (orphan_activity(activity.key, ctx, activity.created_at or ctx.now),)


def is_left_over(ctx: PassContext, activity: Activity) -> bool:
    """Whether what no link holds is a placeholder of ours. What people repeat of one before it is filled is theirs."""
    ours = activity.created_by in (None, ctx.sync.login)
    return ours and (keys.is_placeholder(activity.title) or is_filled_late(ctx, activity))


def is_filled_late(ctx: PassContext, activity: Activity) -> bool:
    """Whether a left-over placeholder got what it was made for after all, and from nobody but us (hazard H4)."""
    login = ctx.sync.login
    ours = login is not None and activity.created_by == activity.modified_by == login
    return ours and f"{ORPHAN}:{activity.key}" in ctx.tombstones


def claim_orphan(ctx: PassContext, key: ActivityKey) -> Tombstone:
    """Claim the placeholder of a create that is given up: removed at the end of this pass, or once it can be."""
    stone = orphan_activity(key, ctx, ctx.now)
    ctx.tombstones[stone.key] = stone
    ctx.orphans.append(key)
    return stone


def orphan_activity(key: ActivityKey, ctx: PassContext, since: datetime) -> Tombstone:
    """The claim on a placeholder without a link: removed once it is so old, counted from ``since``."""
    return Tombstone(
        firm_id=ctx.firm,
        key=f"{ORPHAN}:{key}",
        side=Side.RAYNET,
        expires_at=since + ORPHAN_CLAIM,
        hint=str(key),
        kind=ORPHAN,
    )


def orphan_event(ctx: PassContext, key: EventKey) -> Tombstone:
    """The claim on an event that a late or double create left behind: kept until it is removed."""
    digest = keys.value_digest((key.mailbox, key.id))
    until = ctx.now + ORPHAN_CLAIM
    return Tombstone(
        firm_id=ctx.firm, key=f"orphan:{digest}", side=Side.GRAPH, expires_at=until, hint=key.mailbox, kind=key.id
    )


def new_link(
    ctx: PassContext, origin: Origin, *, activity: ActivityKey | None = None, event: Event | None = None
) -> Flow[tuple[Row, ...]]:
    """A link for something nobody linked yet, and its wake-up."""
    link_id = LinkId((yield from want(NewId())))
    link = Link(
        id=link_id,
        firm_id=ctx.firm,
        origin=origin,
        activity=activity,
        ical_uid=event.ical_uid if event is not None else None,
    )
    rows: tuple[Row, ...] = (link, due(ctx, link_id))
    return rows if event is None else (*rows, new_pair(ctx, link, event))


def new_pair(ctx: PassContext, link: Link, event: Event, *, role: Role | None = None) -> Pair:
    """The pair of an event that Outlook's people made."""
    return Pair(
        id=keys.pair_id(link.id, event.mailbox, event.id),
        link_id=link.id,
        firm_id=ctx.firm,
        mailbox=event.mailbox,
        role=role or (Role.LEAD if event.is_organizer else Role.ATTENDEE),
        origin=Origin.OUTLOOK,
        event=event.id,
        updated_at=ctx.now,
    )


def event_rows(
    ctx: PassContext, events: Sequence[SeenEvent], known: Mapping[EventKey, SeenEvent], mailbox: MailboxSync
) -> Flow[tuple[Row, ...]]:
    """Rows for events that tell something new. Before the first match nothing is linked."""
    if not events:
        return ()
    uids = tuple({one.event.ical_uid for one in events if one.event.ical_uid})
    links = yield from want(LinksOf(ctx.firm, events=tuple(one.key for one in events), ical_uids=uids))
    rows: list[Row] = list(events)
    linked_now: dict[str, Link] = {}
    gone = {one.key for one in events if one.gone_at is not None}
    for seen in events:
        event, link = seen.event, links.get(seen.key)
        if link is not None:
            rows.append(due(ctx, link))
            if seen.gone_at is not None and deletion_of(seen.key) in ctx.tombstones:
                rows += yield from _ended_by_us(ctx, link, seen.key)
        elif seen.gone_at is not None or event.is_cancelled or not ctx.is_matched(event.mailbox):
            continue
        elif event.transaction_id in ctx.awaited:
            rows += yield from making_create(ctx, event)  # which is still open: recovery gives it its pair
        elif seen.key not in known and is_late_create(stone := ctx.tombstones.get(event.transaction_id or ""), event):
            # A user who takes a removed event back shows one that is known.
            rows += [_left_over(ctx, seen.key), *taken_away(stone)]
        elif seen.key not in known and (made := (yield from made_event(ctx, event))) is not None:
            rows += yield from _made_by_us(ctx, made, gone)
        else:
            rows += yield from _join_or_start(ctx, event, links, linked_now)
    return tuple(rows)


def _left_over(ctx: PassContext, key: EventKey) -> Tombstone:
    ctx.orphan_events.append(key)
    return orphan_event(ctx, key)


def _made_by_us(ctx: PassContext, made: Event, gone: Collection[EventKey]) -> Flow[tuple[Row, ...]]:
    """An event of ours that no pair has: a refused create's own, what one left that came twice, or a stranger."""
    found = yield from making_pair(ctx, made)
    if found is not None:
        pair = refused(found[1], made, ctx.now)
        if pair is not None:
            return (pair, due(ctx, pair.link_id))
        if is_second_delivery(*found, gone):
            return (_left_over(ctx, made.key),)
    ctx.unmatch(made.mailbox)
    return ()


def _ended_by_us(ctx: PassContext, link: LinkId, key: EventKey) -> Flow[tuple[Row, ...]]:
    """A deletion of ours that was given up took the event after all: its user deleted nothing, the pair just ends."""
    groups = yield from want(LoadGroups(ctx.firm, (link,)))
    pairs = (pair for group in groups for pair in group.pairs if (pair.mailbox, pair.event) == (key.mailbox, key.id))
    ended = [pair for pair in pairs if pair.state not in (PairState.RELEASED, PairState.CLOSED)]
    return tuple(
        replace(pair, state=PairState.CLOSED, reason=Reason.ORPHAN_REMOVED, updated_at=ctx.now) for pair in ended
    )


def _join_or_start(
    ctx: PassContext, event: Event, links: Mapping[ActivityKey | EventKey | str, LinkId], linked_now: dict[str, Link]
) -> Flow[tuple[Row, ...]]:
    """The same meeting in another mailbox joins its link; a single event of a series never does."""
    uid = event.ical_uid if event.ical_uid and not event.recurring else None
    if uid is not None and uid in linked_now:
        link = linked_now[uid]
        return (new_pair(ctx, link, event), due(ctx, link.id))
    if uid is not None and uid in links:
        groups = yield from want(LoadGroups(ctx.firm, (links[uid],)))
        for group in groups:
            return (new_pair(ctx, group.link, event), due(ctx, group.link.id))
    rows = yield from new_link(ctx, Origin.OUTLOOK, event=event)
    for row in rows:
        if uid is not None and isinstance(row, Link):
            linked_now[uid] = row
    return rows
