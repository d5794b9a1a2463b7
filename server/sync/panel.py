"""The panel's part of a pass: binding drafts to new events, waiting for them, carrying out what users chose.

A draft is bound, with its revision compared and set, before anything is made of its event: from then on the activity's
key is the draft's, and what the panel confirms later is a change of its own. See :mod:`server.domain.panel_binding`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from server.domain import mapping
from server.domain.activity import ActivityChange
from server.domain.chosen import activity_change_of
from server.domain.content import FieldName
from server.domain.event import Event
from server.domain.ids import EventKey, LinkId
from server.domain.panel import (
    ChangeAction,
    ChangeState,
    Choices,
    DraftState,
    PanelChange,
    PanelDraft,
    difference,
)
from server.domain.panel_binding import AFTER_TOUCHED, BEFORE_OPENED, draft_of, waits_until
from server.domain.plan import Plan, Step, Write
from server.domain.reasons import Reason
from server.domain.state import Attention, Group, IntentKind, Pair, PairState, SeenEvent, Side
from server.errors import Gone, Remote
from server.flow import Flow, Now, want
from server.ports.graph import GetEvent
from server.ports.store import BindDraft, Commit, LinksOf, LoadGroups, LoadPanel, RecentEvents, Row
from server.sync.apply import carry_out
from server.sync.context import PassContext, concerns_side, due, side_trouble
from server.sync.seats import mailbox_trouble

#: A new event whose calendar did not answer is looked at again after this.
LOOK_AGAIN = timedelta(seconds=10)
#: One that waits for its draft: a panel speaks every few seconds, and each word may end the waiting.
LISTEN_AGAIN = timedelta(seconds=3)
#: A change of an event that nobody has seen yet waits this long for it.
CHANGE_FOR = timedelta(hours=24)
#: A draft that somebody binds or revises at the same moment is tried again.
TRIES = 3


def load_panel(ctx: PassContext) -> Flow[None]:
    """What the panel's users want now."""
    ctx.panel = yield from want(LoadPanel(ctx.firm, (yield from want(Now()))))


# --- new events -----------------------------------------------------------------------------------------------------


def bind_drafts(ctx: PassContext, groups: Sequence[Group]) -> Flow[dict[LinkId, Group | None]]:
    """New events among ``groups`` that a draft may be about: as read again, or None where the event waits for one."""
    fresh = [group for group in groups if _new_pair(ctx, group) is not None]
    if ctx.options.preview or not fresh:
        return {}
    yield from load_panel(ctx)
    mailboxes = {one.mailbox for one in ctx.panel.drafts if one.state is DraftState.OPEN}
    changed: dict[LinkId, Group | None] = {}
    for group in sorted(fresh, key=_created_at):
        pair = _new_pair(ctx, group)
        if pair is not None and pair.mailbox in mailboxes and Side.GRAPH not in ctx.blocked:
            changed[group.link.id] = yield from _bind_one(ctx, group, pair)
    return changed


def _new_pair(ctx: PassContext, group: Group) -> Pair | None:
    """The pair of an organizer's event that Raynet does not know yet and no draft is bound to."""
    if group.link.activity is not None or group.intents:
        return None
    events = {seen.key: seen for seen in group.events if seen.gone_at is None}
    for pair in group.pairs:
        if pair.event is None or pair.state not in (PairState.LIVE, PairState.RELEASED):
            continue
        key = EventKey(pair.mailbox, pair.event)
        seen = events.get(key)
        left_alone = pair.reason in (Reason.AMBIGUOUS, Reason.UNLINKED_BY_USER)
        if seen is not None and seen.event.is_organizer and not left_alone and key not in ctx.bound():
            return pair
    return None


def _created_at(group: Group) -> tuple[datetime, LinkId]:
    """A copy is younger than what it was made from."""
    times = [seen.event.created_at or seen.seen_at for seen in group.events]
    return min(times), group.link.id


def _bind_one(ctx: PassContext, group: Group, pair: Pair) -> Flow[Group | None]:
    """Read the event with its hidden property, then bind, wait, or go on without."""
    assert pair.event is not None
    key = EventKey(pair.mailbox, pair.event)
    try:
        event = yield from want(GetEvent(ctx.firm, key))
    except Gone:
        seen = next(one for one in group.events if one.key == key)
        return (yield from _stored(ctx, group, replace(seen, gone_at=ctx.now)))
    except Remote as error:
        if concerns_side(error):
            yield from side_trouble(ctx, Side.GRAPH, error)
        else:
            yield from mailbox_trouble(ctx, pair.mailbox, error)
        yield from want(Commit(ctx.firm, (_later(ctx, group, ctx.now + LOOK_AGAIN),)))
        return None
    event = event.keeping(_known(group, key))
    group = yield from _stored(ctx, group, SeenEvent(firm_id=ctx.firm, key=key, event=event, seen_at=ctx.now))
    arrived = pair.updated_at or ctx.now
    until = waits_until(event, ctx.panel.drafts, arrived_at=arrived, now=ctx.now)
    for _ in range(TRIES):
        found = draft_of(event, ctx.panel.drafts, now=ctx.now, waited=until is None)
        if found is None:
            break
        if (yield from _bind(ctx, found, event)):
            return group
        yield from load_panel(ctx)
    if until is None:
        return group
    rows: list[Row] = [_later(ctx, group, min(until, ctx.now + LISTEN_AGAIN))]
    if pair.reason is not Reason.WAITS_FOR_PANEL:
        rows.append(replace(pair, reason=Reason.WAITS_FOR_PANEL))
    yield from want(Commit(ctx.firm, tuple(rows)))
    return None


def _known(group: Group, key: EventKey) -> Event | None:
    return next((one.event for one in group.events if one.key == key), None)


def _stored(ctx: PassContext, group: Group, seen: SeenEvent) -> Flow[Group]:
    yield from want(Commit(ctx.firm, (seen,)))
    return replace(group, events=(*(one for one in group.events if one.key != seen.key), seen))


def _later(ctx: PassContext, group: Group, at: datetime) -> Attention:
    return replace(due(ctx, group.link.id, "panel"), due_at=at, attempts=1)


def _bind(ctx: PassContext, draft: PanelDraft, event: Event) -> Flow[bool]:
    bound = yield from want(BindDraft(ctx.firm, draft.id, draft.rev, event.id))
    if bound:
        _put_draft(
            ctx, replace(draft, state=DraftState.BOUND, event=event.id, bound=draft.choices, bound_rev=draft.rev)
        )
    return bound


def _put_draft(ctx: PassContext, draft: PanelDraft) -> None:
    others = (one for one in ctx.panel.drafts if one.id != draft.id)
    ctx.panel = replace(ctx.panel, drafts=(*others, draft))


# --- drafts that come when the activity is there already --------------------------------------------------------------


def late_drafts(ctx: PassContext) -> Flow[None]:
    """A draft whose event was carried before it reached us: its choices become a change, but for the type."""
    for draft in ctx.panel.drafts:
        if draft.state is DraftState.OPEN:
            found = yield from _made_meanwhile(ctx, draft)
            if found is not None:
                yield from _bind_late(ctx, draft, *found)


def _made_meanwhile(ctx: PassContext, draft: PanelDraft) -> Flow[tuple[Event, Group] | None]:
    """The event of an open draft, where an activity was made of it without any draft."""
    if draft.event is not None:
        keys = (EventKey(draft.mailbox, draft.event),)
        links = yield from want(LinksOf(ctx.firm, events=keys))
        return (yield from _carried(ctx, draft, keys, links.get(keys[0])))
    if ctx.now - draft.touched_at > AFTER_TOUCHED:
        return None
    recent = yield from want(RecentEvents(ctx.firm, draft.mailbox, draft.opened_at - BEFORE_OPENED))
    fits = tuple(one.key for one in recent if draft_of(one.event, (draft,), now=ctx.now, waited=False) is not None)
    if len(fits) != 1:
        return None
    links = yield from want(LinksOf(ctx.firm, events=fits))
    return (yield from _carried(ctx, draft, fits, links.get(fits[0])))


def _carried(
    ctx: PassContext, draft: PanelDraft, keys: tuple[EventKey, ...], link: LinkId | None
) -> Flow[tuple[Event, Group] | None]:
    groups = (yield from want(LoadGroups(ctx.firm, (link,)))) if link is not None else ()
    for group in groups:
        event = next((one.event for one in _own_events(group) if one.key == keys[0]), None)
        made = group.link.activity is not None and not group.intents and group.activity is not None
        rivals = [one for one in ctx.panel.drafts if one.event == keys[0].id and one.id != draft.id]
        if event is not None and made and not rivals:
            return event, group
    return None


def _bind_late(ctx: PassContext, draft: PanelDraft, event: Event, group: Group) -> Flow[None]:
    """Bind what was agreed without the draft, and let the rest follow as a change or a release: in one commit.

    A draft that a crash left bound beside its finished activity would never be looked at again.
    """
    assert group.link.activity is not None
    was = Choices(type=group.link.activity.type)
    settled = replace(
        draft, state=DraftState.APPLIED, event=event.id, bound=was, bound_rev=draft.rev, reason=_too_late(draft, was)
    )
    rows: list[Row] = [settled]
    changes = difference(was, draft.choices)
    bare = PanelChange(
        firm_id=ctx.firm,
        id=f"{draft.id}-late",
        mailbox=draft.mailbox,
        event=event.id,
        action=ChangeAction.CHANGE if draft.choices.linked else ChangeAction.UNLINK,
        at=ctx.now,
    )
    if changes is not None or not draft.choices.linked:
        rows.append(replace(bare, changes=changes) if changes is not None else bare)
    if (yield from want(BindDraft(ctx.firm, draft.id, draft.rev, event.id, tuple(rows)))):
        yield from load_panel(ctx)


def _too_late(draft: PanelDraft, was: Choices) -> Reason | None:
    wanted = draft.choices.type
    return Reason.TYPE_ONLY_IN_RAYNET if wanted is not None and wanted is not was.type else None


# --- changes of events that are known ---------------------------------------------------------------------------------


def changes(ctx: PassContext) -> Flow[None]:
    """Carry out what users asked for in the panel, oldest first. A change stays until it is done or refused."""
    for change in ctx.panel.changes:
        key = EventKey(change.mailbox, change.event)
        links = yield from want(LinksOf(ctx.firm, events=(key,)))
        groups = (yield from want(LoadGroups(ctx.firm, (links[key],)))) if key in links else ()
        if not groups and ctx.now - change.at > CHANGE_FOR:
            yield from want(Commit(ctx.firm, (_refused(ctx, change, Reason.NOTHING_TO_CHANGE),)))
        for group in groups:
            if not group.intents:
                yield from _carry_change(ctx, group, change)


def _carry_change(ctx: PassContext, group: Group, change: PanelChange) -> Flow[None]:
    pair = next((one for one in group.pairs if one.event == change.event and one.mailbox == change.mailbox), None)
    if pair is None or pair.state is PairState.CLOSED:
        yield from want(Commit(ctx.firm, (_refused(ctx, change, Reason.NOTHING_TO_CHANGE),)))
        return
    match change.action:
        case ChangeAction.UNLINK:
            yield from _switch(
                ctx, group, change, replace(pair, state=PairState.RELEASED, reason=Reason.UNLINKED_BY_USER)
            )
        case ChangeAction.RELINK:
            yield from _switch(ctx, group, change, replace(pair, state=PairState.LIVE, reason=None))
        case ChangeAction.CHANGE if not any(
            one.key == EventKey(pair.mailbox, change.event) for one in _own_events(group)
        ):
            # An attendee's copy carries nothing back, whoever asks for it.
            yield from want(Commit(ctx.firm, (_refused(ctx, change, Reason.ATTENDEE_COPY),)))
        case ChangeAction.CHANGE:
            yield from _write_change(ctx, group, pair, change)


def _own_events(group: Group) -> tuple[SeenEvent, ...]:
    """Those that their mailbox organises."""
    return tuple(one for one in group.events if one.gone_at is None and one.event.is_organizer)


def _switch(ctx: PassContext, group: Group, change: PanelChange, pair: Pair) -> Flow[None]:
    """Let the pair go or take it up again: both sides stay as they are, the trail says who wanted it."""
    unlinks = change.action is ChangeAction.UNLINK
    reason = Reason.UNLINKED_BY_USER if unlinks else Reason.LINKED_BY_USER
    step = Step(pair=pair.id, reason=reason, outcome="released" if unlinks else "nothing")
    pairs = tuple(pair if one.id == pair.id else one for one in group.pairs)
    yield from carry_out(ctx, group, Plan(link=group.link, pairs=pairs, steps=(step,)))
    yield from want(Commit(ctx.firm, (_done(ctx, change), due(ctx, group.link.id, "panel"))))


def _write_change(ctx: PassContext, group: Group, pair: Pair, change: PanelChange) -> Flow[None]:
    """One update of the activity, as any other: stored before it is sent, read right before, settled after a crash."""
    seen = group.activity
    if group.link.activity is None or seen is None:
        if ctx.now - change.at > CHANGE_FOR:
            yield from want(Commit(ctx.firm, (_refused(ctx, change, Reason.NOTHING_TO_CHANGE),)))
        return
    if seen.gone_at is not None or seen.hidden:
        yield from want(Commit(ctx.firm, (_refused(ctx, change, Reason.NOTHING_TO_CHANGE),)))
        return
    if seen.activity.locked:
        yield from want(Commit(ctx.firm, (_refused(ctx, change, Reason.LOCKED),)))
        return
    wanted = activity_change_of(seen.activity, change.changes, ctx.colleagues())
    if wanted == ActivityChange():
        yield from want(Commit(ctx.firm, (_done(ctx, change),)))
        return
    content = mapping.raynet_content(seen.activity, None)
    write = Write(
        kind=IntentKind.UPDATE_ACTIVITY,
        pair=pair.id,
        reason=Reason.CHANGED_IN_PANEL,
        fields=(FieldName.CHOICES,),
        activity=seen.activity.key,
        activity_change=wanted,
        before=mapping.times_only(content) if group.link.masked else content,
        panel_change=change.id,
    )
    step = Step(pair=pair.id, reason=Reason.CHANGED_IN_PANEL, outcome="written", writes=(FieldName.CHOICES.value,))
    yield from carry_out(ctx, group, Plan(link=group.link, pairs=group.pairs, writes=(write,), steps=(step,)))


def _done(ctx: PassContext, change: PanelChange) -> PanelChange:
    return replace(change, state=ChangeState.DONE, done_at=ctx.now)


def _refused(ctx: PassContext, change: PanelChange, reason: Reason) -> PanelChange:
    return replace(change, state=ChangeState.REFUSED, reason=reason, done_at=ctx.now)
