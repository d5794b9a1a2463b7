"""Whether an item that nobody linked was made by us: its own keys tell."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from server.domain import keys
from server.domain.activity import Activity
from server.domain.event import Event
from server.domain.ids import EventKey
from server.domain.state import Group, Intent, Pair, PairState
from server.errors import Gone, Remote
from server.flow import Flow, want
from server.ports.graph import GetEvent
from server.ports.raynet import GetActivity
from server.ports.store import LinksOf, LoadGroups, OpenIntents
from server.sync.context import PassContext


def made_activity(ctx: PassContext, activity: Activity) -> Flow[bool]:
    """Whether our own external id is on it; only records of our API user are asked for. Raises no Remote."""
    if activity.created_by is None or activity.created_by != ctx.sync.login or ctx.unsettled:
        return False
    try:
        detail = yield from want(GetActivity(ctx.firm, activity.key))
    except Remote:
        return False
    return any(keys.is_ext_id(one) for one in detail.ext_ids or ())


def is_being_made(ctx: PassContext, activity: Activity) -> Flow[bool]:
    """Whether it is the record of a create whose reply was lost: recovery gives it its link. Raises no Remote.

    Its placeholder's title tells no more once somebody has typed over it. One without any key may be ours as well.
    """
    awaited = {one for one in ctx.awaited if keys.is_ext_id(one)}
    if not awaited or activity.created_by is None or activity.created_by != ctx.sync.login:
        return False
    try:
        detail = yield from want(GetActivity(ctx.firm, activity.key))
    except Remote:
        return True
    return not detail.ext_ids or not awaited.isdisjoint(detail.ext_ids)


def made_event(ctx: PassContext, event: Event) -> Flow[Event | None]:
    """The event with our own property, when that is on it; only those that an application made are asked for.

    Who cannot look closer is careful and gets it as it was read: matching once more harms nobody. Raises no Remote.
    """
    if event.transaction_id is None or ctx.unsettled:
        return None
    try:
        found = yield from want(GetEvent(ctx.firm, event.key))
    except Remote as error:
        return None if isinstance(error, Gone) else event
    return found if keys.activity_of_own_key(found.own_key, event.mailbox) is not None else None


def making_create(ctx: PassContext, event: Event) -> Flow[tuple[Intent, ...]]:
    """The open create that made the event: it knows it from now on, also where nobody can be asked for it any more."""
    creates = [(one, one.payload.event_draft) for one in (yield from want(OpenIntents(ctx.firm)))]
    mine = (one for one, draft in creates if draft is not None and draft.transaction_id == event.transaction_id)
    return tuple(replace(one, event=event.key) for one in mine)


def making_pair(ctx: PassContext, made: Event) -> Flow[tuple[Group, Pair] | None]:
    """The pair whose create made the event, as both their keys tell, with its group."""
    key = keys.activity_of_own_key(made.own_key, made.mailbox)
    if key is None:
        return None
    links = yield from want(LinksOf(ctx.firm, activities=(key,)))
    groups = yield from want(LoadGroups(ctx.firm, tuple(links.values())))
    for group in groups:
        for pair in group.pairs:
            if pair.mailbox == made.mailbox and keys.transaction_id(pair.id) == made.transaction_id:
                return group, pair
    return None


def refused(pair: Pair, made: Event, now: datetime) -> Pair | None:
    """The pair whose create was refused and arrived after all, by a late copy of it: the event is its own."""
    is_open = pair.state is not PairState.CLOSED and pair.event is None
    return replace(pair, event=made.id, updated_at=now) if is_open else None


def is_second_delivery(group: Group, pair: Pair, gone: Collection[EventKey]) -> bool:
    """Whether the create was delivered once more, after people had deleted what it made. ``gone``: learnt just now.

    Fact: whether Graph remembers the key of a create after its event was deleted is not known, graph-calendar §23.
    """
    if pair.event is None:
        return False
    first = EventKey(pair.mailbox, pair.event)
    return first in gone or any(one.key == first and one.gone_at is not None for one in group.events)
