"""Settling what a crash or a lost reply left open: by looking, never by repeating blindly or with newer values.

A create that is not found is sent again with its frozen payload and key; an update or removal that did not happen is
dropped and planned anew. A half-made activity is filled only with what its event says now, and never with a text that
has become private meanwhile.
"""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from server.domain.activity import Activity, ActivityStatus
from server.domain.content import MERGED_FIELDS
from server.domain.event import Event
from server.domain.ids import ActivityKey, ActivityType, LinkId
from server.domain.keys import is_placeholder
from server.domain.mapping import has_place, raynet_content, raynet_when
from server.domain.reasons import Reason
from server.domain.reconcile import reconcile
from server.domain.state import Group, Intent, IntentKind, IntentState, Pair, PairState, Payload, Side, Trail
from server.domain.when import Inverted
from server.errors import Gone, Remote, Unavailable
from server.flow import Flow, Now, want
from server.ports.graph import FindEvents, GetEvent
from server.ports.raynet import FindByExtId, FindByTitle, GetActivity
from server.ports.store import Commit, LinksOf, LoadSeen, Row
from server.sync import set_back
from server.sync.abandon import abandoned, dropped
from server.sync.apply import (
    GRAPH_WRITES,
    create_event,
    failed,
    participants_of,
    settle_wait,
)
from server.sync.aside import load_apart, set_aside
from server.sync.context import PassContext, due
from server.sync.journal import losses_in
from server.sync.making import create_activity, reveal
from server.sync.observe import claim_orphan
from server.sync.proofs import still_standing, with_equal_id
from server.sync.typed import removed, typed_into, typed_over
from server.sync.work import LinkWork, predicted

#: Clocks may differ by some minutes; a placeholder is unique by its title anyway.
SKEW = timedelta(minutes=15)


def recover(ctx: PassContext) -> Flow[None]:
    """Settle every open intent whose side may be asked."""
    if not ctx.start.intents:
        return
    by_link: dict[LinkId, list[Intent]] = defaultdict(list)
    for intent in ctx.start.intents:
        by_link[intent.link_id].append(intent)
    ctx.awaited |= awaited(ctx.start.intents)
    groups, _ = yield from load_apart(ctx, sorted(by_link))
    for group in groups:
        work = LinkWork(group, group.link, group.pairs, ctx.world())
        for intent in sorted(by_link[group.link.id], key=lambda one: (one.at, one.id)):
            side = Side.GRAPH if intent.kind in GRAPH_WRITES else Side.RAYNET
            if side in ctx.blocked or _mailbox_waits(ctx, work, intent) or _rests(ctx, intent):
                continue
            try:
                rows = yield from _looked_for(ctx, work, intent)
                if rows is not None:
                    yield from want(Commit(ctx.firm, (*rows, *_after(ctx, work, intent, rows))))
                    ctx.awaited -= _keys_of(intent)
            except Unavailable:
                raise  # the database: what it may have stored would count twice, were the intent opened again
            except Exception as error:  # noqa: BLE001  # around an item: its intent stays open, the others are settled
                yield from set_aside(ctx, work.link.id, error)
                break


def _looked_for(ctx: PassContext, work: LinkWork, intent: Intent) -> Flow[tuple[Row, ...] | None]:
    """The rows that settle it; None where that failed, which is stored."""
    try:
        return (yield from _settle(ctx, work, intent))
    except Remote as error:
        yield from failed(ctx, work, intent, error, maybe_sent=True)
        return None


def awaited(intents: Iterable[Intent]) -> set[str]:
    """The keys of all these creates."""
    return {key for intent in intents for key in _keys_of(intent)}


def _keys_of(intent: Intent) -> set[str]:
    """By which the record of a create is known when a reading meets it before its pair or link has it."""
    event, activity = intent.payload.event_draft, intent.payload.activity_draft
    keys = {event.transaction_id} if event is not None else set()
    return keys | ({activity.ext_id} if activity is not None else set())


def _after(ctx: PassContext, work: LinkWork, intent: Intent, rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The trail, and when the link is looked at again."""
    again = due(ctx, work.link.id, "recovered")
    failures = work.pairs[intent.pair_id].failures
    if failures > 1 and any(isinstance(row, Intent) and row.state is IntentState.DROPPED for row in rows):
        # It did not happen, and not for the first time: tried again ever more rarely.
        again = replace(again, due_at=ctx.now + settle_wait(failures), attempts=failures)
    return _trail(ctx, work, intent), again


def _rests(ctx: PassContext, intent: Intent) -> bool:
    """Whether a write that got no clear answer several times waits for its next try."""
    return intent.attempts > 2 and ctx.now < intent.at + settle_wait(intent.attempts)


def _mailbox_waits(ctx: PassContext, work: LinkWork, intent: Intent) -> bool:
    row = ctx.mailbox(work.mailbox_of(intent.pair_id))
    waits = row is not None and row.wait_until is not None and row.wait_until > ctx.now
    return waits and intent.kind in GRAPH_WRITES


def _trail(ctx: PassContext, work: LinkWork, intent: Intent) -> Trail:
    return Trail(
        firm_id=ctx.firm,
        link_id=work.link.id,
        pair_id=intent.pair_id,
        pass_id=ctx.pass_id,
        at=ctx.now,
        seen=(intent.kind.value,),
        reason=Reason.SETTLED,
        outcome="written",
    )


def _settle(ctx: PassContext, work: LinkWork, intent: Intent) -> Flow[tuple[Row, ...]]:
    match intent.kind:
        case IntentKind.CREATE_EVENT:
            return (yield from _event_create(ctx, work, intent))
        case IntentKind.UPDATE_EVENT | IntentKind.DELETE_EVENT:
            return (yield from _event_write(ctx, work, intent))
        case IntentKind.CREATE_ACTIVITY:
            return (yield from _activity_create(ctx, work, intent))
        case IntentKind.UPDATE_ACTIVITY | IntentKind.DELETE_ACTIVITY:
            return (yield from _activity_write(ctx, work, intent))


# --- Graph --------------------------------------------------------------------------------------------------------


def _event_create(ctx: PassContext, work: LinkWork, intent: Intent) -> Flow[tuple[Row, ...]]:
    draft = intent.payload.event_draft
    assert draft is not None
    mailbox = work.mailbox_of(intent.pair_id)
    if mailbox not in {row.mailbox for row in ctx.ready()}:
        shown = yield from _shown_since(ctx, intent)
        return abandoned(ctx, work, intent) if shown is None else work.event_created(intent, shown, echo=False)
    found = yield from want(FindEvents(ctx.firm, mailbox, draft.own_key))
    if found:
        ctx.orphan_events += [twin.key for twin in found[1:]]
        return work.event_created(intent, found[0], echo=False)
    again = replace(intent, attempts=intent.attempts + 1)
    yield from want(Commit(ctx.firm, (again,)))
    return (yield from create_event(ctx, work, again))


def _shown_since(ctx: PassContext, intent: Intent) -> Flow[Event | None]:
    """The event of this create, if a reading has shown it."""
    if intent.event is None:
        return None
    _, seen = yield from want(LoadSeen(ctx.firm, events=(intent.event,)))
    return next((one.event for one in seen if one.gone_at is None), None)


def _event_write(ctx: PassContext, work: LinkWork, intent: Intent) -> Flow[tuple[Row, ...]]:
    key = intent.event
    assert key is not None
    try:
        fresh = yield from want(GetEvent(ctx.firm, key))
    except Gone:
        if intent.kind is IntentKind.DELETE_EVENT:
            return work.event_deleted(intent)
        return (dropped(intent), *work.event_gone(key, ctx.now))
    change = intent.payload.event_change
    if change is None:
        return (*abandoned(ctx, work, intent), work.observe_event(fresh, ctx.now))
    same = (
        (change.subject is None or change.subject == fresh.subject)
        and (change.times is None or change.times.when == fresh.when)
        and (change.description is None or change.description == fresh.body)
        and (change.location is None or change.location == fresh.location)
        and (change.importance is None or change.importance is fresh.importance)
        and (change.categories is None or set(change.categories) == set(fresh.categories))
    )
    if same:
        return work.event_updated(intent, fresh)
    taken_back = set_back.in_outlook(ctx, work, intent, fresh)
    return (*taken_back, dropped(intent), work.observe_event(fresh, ctx.now))


# --- Raynet -------------------------------------------------------------------------------------------------------


def _activity_create(ctx: PassContext, work: LinkWork, intent: Intent) -> Flow[tuple[Row, ...]]:
    read_at = yield from want(Now())
    found = yield from _find_made(ctx, intent)
    if found is None and intent.half_done:
        # Somebody removed the record; whether it was filled by then cannot be told. The event stays and is carried.
        gone = removed(ctx, work, intent)
        ctx.counts.conflicts += 1
        work.link = replace(work.link, activity=None, generation=work.link.generation + 1)
        return (dropped(intent), work.link, gone)
    if found is not None and _is_filled(found, intent):
        yield from _recount(ctx)
        made = replace(intent, activity=found.key, half_done=True)
        rows = work.activity_made(made, found.key)
        over = typed_over(ctx, work, intent, found)
        ctx.counts.conflicts += len(over)
        # What a list showed after the filling, and a second copy of it took away again.
        over += yield from losses_in(ctx, replace(work.at_rest(), intents=(intent,)), found)
        return (*over, *rows[:1], *work.activity_revealed(made, found, arrived=True))
    if found is not None:
        yield from _recount(ctx)
    typed = typed_into(ctx, work, intent, found) if found is not None else ()
    if typed:
        ctx.counts.conflicts += len(typed)
        yield from want(Commit(ctx.firm, typed))
    fresh = yield from _fresh_intent(ctx, work, intent)
    if fresh is None:
        return _without_record(ctx, work, intent, found)
    if found is None:
        again = replace(fresh, attempts=intent.attempts + 1)
        yield from want(Commit(ctx.firm, (work.remember_sent(again), again)))
        return (yield from create_activity(ctx, work, again))
    fresh = _as_its_type(fresh, found.key.type)
    made = replace(fresh, activity=found.key, half_done=True, attempts=intent.attempts + 1)
    rows = work.activity_made(made, found.key) if not intent.half_done else work.activity_found(made, found.key)
    yield from want(Commit(ctx.firm, (*rows, work.remember_sent(made))))
    return (yield from reveal(ctx, work, made, found if found.detailed else None, read_at))


def _recount(ctx: PassContext) -> Flow[None]:
    """Whether the last total counts this record is not known: the next reading looks for deletions itself."""
    if ctx.sync.cursor is not None and ctx.sync.cursor.total is not None:
        ctx.put_sync(replace(ctx.sync, cursor=replace(ctx.sync.cursor, total=None)))
        yield from want(Commit(ctx.firm, (ctx.sync,)))


def _is_filled(found: Activity, intent: Intent) -> bool:
    """Whether the one update that fills a placeholder has arrived.

    A placeholder that somebody edited is not filled: without a time it would count as taken out of the calendar.
    """
    change = intent.payload.activity_change
    if is_placeholder(found.title):
        return False
    return found.scheduled_from is not None or (change is not None and change.title == found.title)


def _find_made(ctx: PassContext, intent: Intent) -> Flow[Activity | None]:
    """The record of this create, by its id, its external id, or its placeholder's exact title."""
    draft = intent.payload.activity_draft
    assert draft is not None
    if intent.half_done and intent.activity is not None:
        try:
            return (yield from want(GetActivity(ctx.firm, intent.activity)))
        except Gone:
            return (yield from _under_another_type(ctx, intent, intent.activity))
    found = yield from want(FindByExtId(ctx.firm, draft.type, draft.ext_id))
    if found is not None and not (yield from _is_anothers(ctx, intent, found)):
        return found
    titled = yield from want(FindByTitle(ctx.firm, draft.title, intent.at - SKEW))
    ctx.orphans += [twin.key for twin in titled[1:]]
    return titled[0] if titled else None


def _is_anothers(ctx: PassContext, intent: Intent, found: Activity) -> Flow[bool]:
    """The event was deleted and taken back: its key still names the activity that it had before."""
    links = yield from want(LinksOf(ctx.firm, activities=(found.key,)))
    return links.get(found.key) not in (None, intent.link_id)


def _under_another_type(ctx: PassContext, intent: Intent, key: ActivityKey) -> Flow[Activity | None]:
    """The record where somebody gave it another type: an equal id, made by us, and our key or title upon it."""
    draft, change = intent.payload.activity_draft, intent.payload.activity_change
    assert draft is not None
    for other in (yield from with_equal_id(ctx, key)):
        if other.key == key or other.created_by != ctx.sync.login:
            continue
        with suppress(Gone):
            detail = yield from want(GetActivity(ctx.firm, other.key))
            titles = {draft.title, change.title if change is not None else draft.title}
            if detail.title in titles or draft.ext_id in (detail.ext_ids or ()):
                return detail
    return None


def _fresh_intent(ctx: PassContext, work: LinkWork, intent: Intent) -> Flow[Intent | None]:
    """The same create with what its event says now; None when the event is gone or no longer to be carried."""
    key = intent.event
    if key is None:
        # An undone removal: what it brings back is frozen, there is no event to ask.
        return intent
    try:
        event = yield from want(GetEvent(ctx.firm, key))
    except Gone:
        yield from want(Commit(ctx.firm, work.event_gone(key, ctx.now)))
        return None
    # What is made of it is agreed with what it says now: an older sight would count as an edit.
    yield from want(Commit(ctx.firm, (work.observe_event(event, ctx.now),)))
    pair: Pair = replace(work.pairs[intent.pair_id], state=PairState.LIVE, base=None)
    bare = replace(work.link, activity=None)
    # The other pairs stay: copies that wait for an activity made again name its participants.
    pairs = (pair, *(one for one in work.pairs.values() if one.id != pair.id))
    group = Group(link=bare, pairs=pairs, activity=None, events=tuple(work.events.values()), intents=())
    plan = reconcile(group, ctx.world())
    writes = (one for one in plan.writes if one.pair == intent.pair_id)
    write = next((one for one in writes if one.kind is IntentKind.CREATE_ACTIVITY), None)
    if write is None or write.activity_plan is None:
        return None
    work.link = replace(work.link, masked=plan.link.masked, attendee_persons=plan.link.attendee_persons)
    change = replace(write.activity_plan.change, participants=participants_of(write.activity_plan) or None)
    payload = Payload(activity_draft=intent.payload.activity_draft, activity_change=change)
    return replace(intent, payload=payload, expects=write.expects)


def _as_its_type(intent: Intent, kind: ActivityType) -> Intent:
    """The create as the type that somebody gave its placeholder takes it: without a place none is sent nor agreed."""
    change, expects = intent.payload.activity_change, intent.expects
    if has_place(kind) or change is None or expects is None:
        return intent
    payload = replace(intent.payload, activity_change=replace(change, place=None))
    bare = replace(expects, raynet=replace(expects.raynet, place=None), outlook=replace(expects.outlook, place=None))
    return replace(intent, payload=payload, expects=bare)


def _without_record(ctx: PassContext, work: LinkWork, intent: Intent, found: Activity | None) -> tuple[Row, ...]:
    """Its event is gone or not to be carried any more: the neutral record is claimed, and removed with the left-overs.

    Should its event be carried again, another one is made: a removal that got no answer may take this one any time.
    """
    work.link = replace(work.link, activity=None, generation=work.link.generation + 1)
    left = (claim_orphan(ctx, found.key),) if found is not None else ()
    return (dropped(intent), work.link, *left)


def _activity_write(ctx: PassContext, work: LinkWork, intent: Intent) -> Flow[tuple[Row, ...]]:
    key = intent.activity
    assert key is not None
    try:
        fresh = yield from want(GetActivity(ctx.firm, key))
    except Gone:
        is_deletion, seen = intent.kind is IntentKind.DELETE_ACTIVITY, work.activity
        if is_deletion and (seen is None or (yield from still_standing(ctx, seen)) is None):
            return work.activity_deleted(intent)
        ctx.suspects.add(key)
        return (dropped(intent),)
    change = intent.payload.activity_change
    if _was_edited_before_it_was_cancelled(ctx, work, intent, fresh):
        return (dropped(intent), work.observe_activity(fresh, ctx.now, moved=True))
    if change is not None and _shows(fresh, predicted(fresh, change, ctx.sync.login or "")):
        return work.activity_updated(intent, fresh, arrived=True)
    taken_back = set_back.in_raynet(ctx, work, intent, fresh)
    moved = set_back.was_saved(work, fresh)
    return (*taken_back, dropped(intent), work.observe_activity(fresh, ctx.now, moved=moved))


def _was_edited_before_it_was_cancelled(ctx: PassContext, work: LinkWork, intent: Intent, fresh: Activity) -> bool:
    """Our cancelling arrived, late, over an edit that was not there when it was decided: an edit beats a deletion."""
    before, ours = intent.before, fresh.status is ActivityStatus.CANCELLED and fresh.modified_by == ctx.sync.login
    change = intent.payload.activity_change
    if before is None or change is None or change.status is not ActivityStatus.CANCELLED or not ours:
        return False
    when = raynet_when(fresh, ctx.world(), work.pairs[intent.pair_id].base)
    now = raynet_content(fresh, None if isinstance(when, Inverted) else when)
    pairs = ((getattr(before, name.value), getattr(now, name.value)) for name in MERGED_FIELDS)
    return any(was is not None and is_ is not None and was != is_ for was, is_ in pairs)


def _shows(fresh: Activity, wanted: Activity) -> bool:
    """Whether the record already says all that the update wanted."""
    return replace(wanted, modified_by=fresh.modified_by, participants=()) == replace(fresh, participants=()) and (
        wanted.persons == fresh.persons
    )
