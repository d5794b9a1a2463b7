"""What people asked for: deciding a hold, restoring a lost value, undoing a pass."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from server.domain import keys
from server.domain.activity import ActivityChange, ActivityStatus, Priority
from server.domain.content import MERGED_FIELDS, Content, FieldName
from server.domain.draft import shown, when_read_back
from server.domain.event import Event, EventChange, EventDraft, EventTimes
from server.domain.html import rich_from_plain
from server.domain.ids import EventId, PairId
from server.domain.mapping import (
    NEW_TYPE,
    importance_of,
    is_masked,
    moved_base,
    outlook_content,
    raynet_content,
    raynet_when,
    would_mail,
)
from server.domain.merge import is_empty
from server.domain.plan import ActivityPlan, Loss, Plan, Step, Write
from server.domain.privacy import TEXTS
from server.domain.reasons import Reason
from server.domain.state import (
    Base,
    Conflict,
    Decision,
    Group,
    Hold,
    Intent,
    IntentKind,
    IntentState,
    Pair,
    PairState,
    Role,
    SeenEvent,
    Side,
)
from server.domain.when import Inverted, to_instants
from server.domain.zones import windows_zone
from server.flow import Flow, want
from server.ports.store import (
    Commit,
    LinksInMailbox,
    LoadGroups,
    OpenHolds,
    PassIntents,
    Row,
)
from server.sync.apply import carry_out, must_wait
from server.sync.context import PassContext, due
from server.sync.work import LinkWork


def load_holds(ctx: PassContext) -> Flow[tuple[Hold, ...]]:
    """Open holds; decided ones wake their links and stay open until none of their pairs is held any more."""
    holds = yield from want(OpenHolds(ctx.firm))
    if not holds:
        ctx.confirmed = ctx.rejected = frozenset()
        return ()
    confirmed: set[PairId] = set()
    rejected: set[PairId] = set()
    rows: list[Row] = []
    for hold in holds:
        if hold.decision is None:
            continue
        links = yield from want(LinksInMailbox(ctx.firm, hold.mailbox))
        loaded = yield from want(LoadGroups(ctx.firm, links))
        groups = [group for group in loaded if any(pair.id in hold.pairs for pair in group.pairs)]
        held = {
            pair.id
            for group in groups
            for pair in group.pairs
            if pair.id in hold.pairs and pair.state is PairState.HELD and pair.reason is Reason.MASS_DELETION
        }
        if not held:
            rows.append(replace(hold, closed_at=ctx.now))
            continue
        (confirmed if hold.decision is Decision.CONFIRM else rejected).update(held)
        rows += [due(ctx, group.link.id, "decided") for group in groups]
    ctx.confirmed, ctx.rejected = frozenset(confirmed), frozenset(rejected)
    if rows:
        yield from want(Commit(ctx.firm, tuple(rows)))
    return holds


# --- restoring a lost value ---------------------------------------------------------------------------------------


def restores(ctx: PassContext) -> Flow[None]:
    """Write each lost value that somebody wants back to both sides."""
    for conflict in ctx.start.restores:
        groups = yield from want(LoadGroups(ctx.firm, (conflict.link_id,)))
        for group in groups:
            if group.intents:
                continue
            plan = restore_plan(ctx, group, conflict)
            if plan is not None and _cannot_be_written(ctx, group, plan):
                continue
            wrote = ctx.wrote
            if plan is not None:
                yield from carry_out(ctx, group, plan)
                if ctx.wrote - wrote < len(plan.writes):
                    continue
            # What was read of it in this pass is still to be compared: a plan that writes nothing counts as that.
            given = replace(conflict, restored_at=ctx.now)
            yield from want(Commit(ctx.firm, (given, due(ctx, group.link.id, "restored"))))


def _cannot_be_written(ctx: PassContext, group: Group, plan: Plan) -> bool:
    """Whether a side or calendar of it does not answer, or has refused: half of it would be written in each pass."""
    pairs = {one.id: one for one in group.pairs}
    refused = (Reason.REJECTED_BY_GRAPH, Reason.REJECTED_BY_RAYNET)
    if any(pairs[one.pair].state is PairState.PARKED and pairs[one.pair].reason in refused for one in plan.writes):
        return True
    work = LinkWork(group, plan.link, plan.pairs, ctx.world())
    return any(must_wait(ctx, work, one) is not None for one in plan.writes)


def restore_plan(ctx: PassContext, group: Group, conflict: Conflict) -> Plan | None:
    """Both sides get the lost value; None when there is nothing left to write it to."""
    pair = _its_pair(group, conflict)
    if pair is None or conflict.field not in MERGED_FIELDS or pair.base is None or group.activity is None:
        return None
    content = _content(conflict.field, conflict.lost)
    if content == Content():
        return None
    activity = group.activity.activity
    seen = next((one for one in group.events if pair.event is not None and one.key.id == pair.event), None)
    private = group.link.masked or (seen is not None and is_masked(seen.event, ctx.world()))
    hidden = private and conflict.field is not FieldName.WHEN
    # A private text has two faces: what was typed over the mask goes back to Raynet, what Outlook said to Outlook.
    agreed = replace(pair.base.outlook, when=content.when or pair.base.outlook.when) if hidden else content
    expects = moved_base(pair.base, content, agreed, (conflict.field.value,))
    start = till = None
    if content.when is not None:
        start, till = to_instants(content.when, ctx.zone)
        expects = replace(expects, raynet_from=start, raynet_till=till)
    in_event = seen is not None and _goes_into_event(ctx, seen, conflict, pair.role if hidden else None)
    # What its event still says is no edit of a user's until the second write stands.
    first = replace(expects, outlook=pair.base.outlook) if in_event else expects
    writes: list[Write] = []
    losses: list[Loss] = []
    bare = Write(kind=IntentKind.UPDATE_ACTIVITY, pair=pair.id, reason=Reason.RESTORED, fields=(conflict.field,))
    stands = group.activity.gone_at is None and not activity.locked
    if stands and not (hidden and conflict.lost_side is Side.GRAPH):
        change = _activity_change(content, start, till)
        if seen is not None and seen.event.private and not hidden and conflict.field in TEXTS:
            change = replace(change, personal=True)  # carried in full, but to nobody else
        when = raynet_when(activity, ctx.world(), pair.base)
        now = raynet_content(activity, None if isinstance(when, Inverted) else when)
        if not in_event or getattr(now, conflict.field.value) != getattr(content, conflict.field.value):
            writes.append(replace(bare, activity=activity.key, activity_change=change, expects=first))
        losses += _replaced(pair, conflict, now, Side.RAYNET)
    if seen is not None and in_event:
        settled = pair.base if hidden else expects  # what Raynet shows of a private text stays as it is
        event_write = replace(bare, kind=IntentKind.UPDATE_EVENT, event=seen.key, expects=settled)
        writes.append(replace(event_write, event_change=_event_change(ctx, content)))
        now = outlook_content(seen.event, activity.key.type, masked=hidden)
        again = _replaced(pair, conflict, now, Side.GRAPH)
        losses += [one for one in again if one.lost not in {known.lost for known in losses} and not hidden]
    done = Step(pair=pair.id, reason=Reason.RESTORED, outcome="written", writes=(conflict.field.value,))
    step = Step(pair=pair.id, reason=Reason.MASKED, outcome="nothing") if hidden and not writes else done
    return Plan(link=group.link, pairs=group.pairs, writes=tuple(writes), losses=tuple(losses), steps=(step,))


def _goes_into_event(ctx: PassContext, seen: SeenEvent, conflict: Conflict, hidden: Role | None) -> bool:
    """``hidden``: the event's role, where the text is private. An open copy shows the mask, as the activity does."""
    shows_mask = hidden is Role.COPY and not is_masked(seen.event, ctx.world())
    if shows_mask or seen.gone_at is not None or would_mail(seen.event, ctx.world()):
        return False
    return hidden is None or (conflict.lost_side is Side.GRAPH and not _says_more(seen.event, conflict))


def _its_pair(group: Group, conflict: Conflict) -> Pair | None:
    """Where the value is agreed on: the pair that lost it, or who took its place since."""
    pair = next((one for one in group.pairs if one.id == conflict.pair_id), None)
    ended = pair is not None and pair.state in (PairState.CLOSED, PairState.RELEASED)
    if pair is None or (pair.role is not Role.COPY and not ended):
        return pair
    # A copy shows what the activity says, and copies follow; where a pair has ended, another event may lead by now.
    agreed = [one for one in group.pairs if one.role in (Role.LEAD, Role.FOLLOWER) and one.state is PairState.LIVE]
    return next((one for one in agreed if one.mailbox == pair.mailbox), next(iter(agreed), pair))


def _says_more(event: Event, conflict: Conflict) -> bool:
    """Whether a private event got another text since: nobody may read it in a journal, so nothing takes its place."""
    value = getattr(outlook_content(event, NEW_TYPE, masked=False), conflict.field.value)
    return not is_empty(value) and shown(value) not in (conflict.kept, conflict.lost)


def _replaced(pair: Pair, conflict: Conflict, now: Content, side: Side) -> tuple[Loss, ...]:
    """What stands there since the conflict was decided: it loses to the restored value and is journalled itself."""
    value, base = getattr(now, conflict.field.value), getattr(pair.base, "raynet" if side is Side.RAYNET else "outlook")
    if is_empty(value) or shown(value) in (conflict.kept, conflict.lost):
        return ()
    before = shown(getattr(base, conflict.field.value))
    loss = Loss(pair=pair.id, field=conflict.field, base=before, kept=conflict.lost, lost=shown(value), lost_side=side)
    return (loss,)


def _content(field: FieldName, text: str) -> Content:
    """The journalled text as a content of that one field; empty when it cannot be read back."""
    match field:
        case FieldName.TITLE:
            return Content(title=text)
        case FieldName.WHEN:
            return Content(when=when_read_back(text))
        case FieldName.DESCRIPTION:
            return Content(description=rich_from_plain(text))
        case FieldName.PLACE:
            return Content(place=text)
        case FieldName.PRIORITY if text in {one.value for one in Priority}:
            return Content(priority=Priority(text))
        case _:
            return Content()


def _activity_change(content: Content, start: datetime | None, till: datetime | None) -> ActivityChange:
    return ActivityChange(
        title=content.title,
        scheduled_from=start,
        scheduled_till=till,
        description_html=content.description.html if content.description is not None else None,
        place=content.place,
        priority=content.priority,
    )


def _event_change(ctx: PassContext, content: Content) -> EventChange:
    label = windows_zone(ctx.zone.key) or "UTC"
    return EventChange(
        subject=content.title,
        times=EventTimes(when=content.when, zone_label=label) if content.when is not None else None,
        description=content.description,
        location=content.place,
        importance=importance_of(content.priority) if content.priority is not None else None,
    )


# --- undoing a pass -----------------------------------------------------------------------------------------------


def undos(ctx: PassContext) -> Flow[None]:
    """Take back what a pass wrote, newest first, where the target still says what was written."""
    for row in ctx.start.undos:
        intents = yield from want(PassIntents(ctx.firm, row.id))
        todo = [one for one in intents if one.state is IntentState.DONE and not one.undone]
        left = 0
        for intent in todo:
            groups = yield from want(LoadGroups(ctx.firm, (intent.link_id,)))
            for group in groups:
                plan = undo_plan(ctx, group, intent)
                if plan is not None and _cannot_be_written(ctx, group, plan):
                    left += 1
                    continue
                wrote = ctx.wrote
                if plan is not None:
                    yield from carry_out(ctx, group, plan)
                    if ctx.wrote - wrote < len(plan.writes):
                        left += 1
                        continue
                # As after a restored value.
                taken = replace(intent, undone=True)
                yield from want(Commit(ctx.firm, (taken, due(ctx, group.link.id, "undone"))))
        if not left:
            yield from want(Commit(ctx.firm, (replace(row, undone_at=ctx.now),)))


def undo_plan(ctx: PassContext, group: Group, intent: Intent) -> Plan | None:
    """The reverse of one confirmed write; None when the target has moved since, so that nobody's edit is lost."""
    pair = next((one for one in group.pairs if one.id == intent.pair_id), None)
    if pair is None or group.intents:
        return None
    write, state = _reverse(ctx, group, pair, intent)
    if write is None:
        return None
    pairs = tuple(_settled(one, state) if one.id == pair.id else one for one in group.pairs)
    step = Step(pair=pair.id, reason=Reason.UNDONE, outcome="written", writes=(write.kind.value,))
    return Plan(link=group.link, pairs=pairs, writes=(write,), steps=(step,))


def _settled(pair: Pair, state: PairState) -> Pair:
    return pair if state is PairState.LIVE else replace(pair, state=state, reason=Reason.UNDONE)


def _reverse(ctx: PassContext, group: Group, pair: Pair, intent: Intent) -> tuple[Write | None, PairState]:
    before, base = intent.before, pair.base
    bare = Write(kind=intent.kind, pair=pair.id, reason=Reason.UNDONE, fields=intent.fields)
    match intent.kind:
        case IntentKind.UPDATE_EVENT if before is not None and base is not None and _still(group, pair, base):
            only = _only(before, intent.fields)
            expects = replace(base, outlook=_over(base.outlook, before, intent.fields))
            change = _event_change(ctx, only)
            return replace(bare, event=intent.event, event_change=change, expects=expects), PairState.LIVE
        case IntentKind.UPDATE_ACTIVITY if before is not None and intent.activity is not None:
            return _reverse_activity(ctx, pair, intent, bare), PairState.LIVE
        case IntentKind.CREATE_EVENT if intent.event is not None:
            kind = replace(
                bare, kind=IntentKind.DELETE_EVENT, event=intent.event, before=base.outlook if base else None
            )
            return kind, PairState.RELEASED
        case IntentKind.CREATE_ACTIVITY if intent.activity is not None:
            return replace(bare, kind=IntentKind.DELETE_ACTIVITY, activity=intent.activity), PairState.RELEASED
        case IntentKind.DELETE_ACTIVITY if before is not None and intent.activity is not None:
            return _remade_activity(ctx, pair, intent, group), PairState.RELEASED
        case IntentKind.DELETE_EVENT if before is not None and before.when is not None:
            return _remade_event(ctx, pair, before, group), PairState.RELEASED
        case _:
            return None, PairState.LIVE


def _still(group: Group, pair: Pair, base: Base) -> bool:
    return any(one.key.id == pair.event and one.gone_at is None for one in group.events) and base is not None


def _only(content: Content, fields: Sequence[FieldName]) -> Content:
    names = [name.value for name in fields if name in MERGED_FIELDS]
    return replace(Content(), **{name: getattr(content, name) for name in names})


def _over(content: Content, other: Content, fields: Sequence[FieldName]) -> Content:
    names = [name.value for name in fields if name in MERGED_FIELDS]
    return replace(content, **{name: getattr(other, name) for name in names})


def _reverse_activity(ctx: PassContext, pair: Pair, intent: Intent, bare: Write) -> Write | None:
    assert intent.before is not None
    old = intent.payload.activity_change
    if old is not None and old.status is ActivityStatus.CANCELLED:
        change = ActivityChange(status=ActivityStatus.SCHEDULED)
        return replace(bare, activity=intent.activity, activity_change=change, fields=(FieldName.CATEGORIES,))
    if pair.base is None:
        return None
    only = _only(intent.before, intent.fields)
    start, till = to_instants(only.when, ctx.zone) if only.when is not None else (None, None)
    base = pair.base
    expects = replace(base, raynet=_over(base.raynet, intent.before, intent.fields))
    if start is not None:
        expects = replace(expects, raynet_from=start, raynet_till=till)
    change = ActivityChange(
        title=only.title,
        scheduled_from=start,
        scheduled_till=till,
        description_html=only.description.html if only.description is not None else None,
        place=only.place,
        priority=only.priority,
    )
    return replace(bare, activity=intent.activity, activity_change=change, expects=expects)


def _remade_activity(ctx: PassContext, pair: Pair, intent: Intent, group: Group) -> Write | None:
    """A deleted activity made again, for the owner it had; its deleted event is not, so the pair stays let go."""
    before, key, seen = intent.before, intent.activity, group.activity
    owner = seen.activity.owner if seen is not None else None
    if before is None or key is None or owner is None:
        return None
    start, till = to_instants(before.when, ctx.zone) if before.when is not None else (None, None)
    change = ActivityChange(
        title=before.title,
        scheduled_from=start,
        scheduled_till=till,
        description_html=before.description.html if before.description is not None else None,
        place=before.place or None,
        priority=before.priority,
        status=ActivityStatus.SCHEDULED,
        personal=True,
    )
    plan = ActivityPlan(
        type=key.type,
        owner=owner,
        ext_id=keys.ext_id(ctx.state.firm.tenant_id, pair.mailbox, EventId(f"undo:{intent.id}"), 1),
        change=change,
    )
    write = Write(kind=IntentKind.CREATE_ACTIVITY, pair=pair.id, reason=Reason.UNDONE, fields=(FieldName.EXISTENCE,))
    return replace(write, activity_plan=plan)


def _remade_event(ctx: PassContext, pair: Pair, before: Content, group: Group) -> Write | None:
    key = group.link.activity
    if key is None or before.when is None:
        return None
    label = windows_zone(ctx.zone.key) or "UTC"
    token = keys.pair_id(group.link.id, pair.mailbox, int(ctx.now.timestamp()))
    draft = EventDraft(
        subject=before.title or "",
        times=EventTimes(when=before.when, zone_label=label),
        description=before.description or rich_from_plain(""),
        location=before.place or "",
        importance=importance_of(before.priority or Priority.DEFAULT),
        categories=(),
        transaction_id=keys.transaction_id(token),
        own_key=keys.own_key(key, token, pair.mailbox),
    )
    write = Write(kind=IntentKind.CREATE_EVENT, pair=pair.id, reason=Reason.UNDONE, fields=(FieldName.EXISTENCE,))
    return replace(write, activity=key, event_draft=draft)
