"""Carrying out a plan: each remote write is stored as an intent, then sent, then its echo is stored.

Towards Graph: changed members only, If-Match, a create keyed by its transaction id. Towards Raynet, which has no
conditional write: read again right before. A reply that never came leaves the intent open; recovery looks.
"""

from dataclasses import replace
from datetime import timedelta
from enum import Enum, auto

from server.domain import keys
from server.domain.activity import Activity, ActivityDraft, ParticipantWrite
from server.domain.event import Event
from server.domain.ids import ActivityKey, ActivityType, IntentId
from server.domain.plan import ActivityPlan, Plan, Write
from server.domain.reasons import Reason
from server.domain.state import (
    Attention,
    Group,
    Intent,
    IntentKind,
    IntentState,
    MailboxState,
    Payload,
    Side,
)
from server.errors import Changed, Denied, Gone, Rejected, Remote, Spent, Throttled, Unavailable
from server.flow import Flow, NewId, Now, Stopping, want
from server.ports.graph import CreateEvent, DeleteEvent, GetEvent, UpdateEvent
from server.ports.raynet import DeleteActivity, GetActivity, UpdateActivity
from server.ports.store import Commit, Forget, Row
from server.sync.abandon import abandoned, dropped, parked_trail
from server.sync.claims import is_taken_away, said_otherwise
from server.sync.context import FIRST_WAIT, PassContext, concerns_side, due, side_trouble, waited
from server.sync.journal import losses_in
from server.sync.lag import count_written, note_carried
from server.sync.likeness import same_activity, same_event
from server.sync.making import DUPLICATE_KEY, SLOW, counted, create_activity, resolved, still_open
from server.sync.observe import claim_orphan
from server.sync.panel_outcome import rejected
from server.sync.planned import conflict_rows, plan_rows, unsent_removals, unwritten_losses
from server.sync.proofs import still_standing
from server.sync.seats import mailbox_scope, mailbox_trouble
from server.sync.secrecy import turned_private
from server.sync.typed import said_by_twin
from server.sync.work import LinkWork, as_drafted

#: A rejected item is tried again ever more rarely: an hour, doubling up to a day.
FIRST_RETRY = timedelta(hours=1)
LONGEST_RETRY = timedelta(hours=24)
#: From reading a record again to writing it. Whoever edits it in this gap is overwritten unseen (hazard H9).
FRESH_FOR = timedelta(milliseconds=150)
#: So often a record is read before a write that nothing keeps from going on in the end, while each takes :data:`SLOW`.
READINGS = 4
GRAPH_WRITES = (IntentKind.CREATE_EVENT, IntentKind.UPDATE_EVENT, IntentKind.DELETE_EVENT)


def carry_out(ctx: PassContext, group: Group, plan: Plan) -> Flow[None]:
    """Store the plan's rows, then send its writes in order.

    A calendar that cannot be written now, or refuses, keeps its own write waiting; those of other calendars go on.
    Whatever else prevents a write ends the plan, because later writes rest on earlier ones.
    """
    work = LinkWork(group, plan.link, plan.pairs, ctx.world())
    rows = (*plan_rows(ctx, group, plan), *unwritten_losses(ctx, work, plan))
    if not plan.writes:
        yield from want(Commit(ctx.firm, rows, Forget(attention=(plan.link.id,))))
        return
    later: list[timedelta] = []
    refused = False
    for write in plan.writes:
        waits = must_wait(ctx, work, write)
        if waits is not None and write.side not in ctx.blocked:
            later.append(waits)
            continue
        if waits is not None or (yield from want(Stopping())):
            # Replaces the earlier wake-up; forgetting it in the same commit would forget this one.
            rows += unsent_removals(ctx, work, plan) if rows else ()
            yield from want(Commit(ctx.firm, (*rows, _wake_up(ctx, work, waits or timedelta()))))
            return
        intent = yield from _intend(ctx, work, plan, write)
        losses = conflict_rows(ctx, work, plan, write)
        sent = (work.remember_sent(intent),) if write.side is Side.RAYNET else ()
        yield from want(Commit(ctx.firm, (*rows, *losses, *sent, intent)))
        rows = ()
        match (yield from _attempt(ctx, work, intent)):
            case _Attempt.DONE:
                count_written(ctx, write)
                yield from note_carried(ctx, group, work, write)
            case _Attempt.REFUSED:
                refused = True
            case _Attempt.OVER:
                return
    if later:
        rows += (_wake_up(ctx, work, min(later)),)
    elif not refused:
        rows += (due(ctx, plan.link.id, "follow-up"),)
    if rows:
        yield from want(Commit(ctx.firm, rows))


def _wake_up(ctx: PassContext, work: LinkWork, wait: timedelta) -> Attention:
    return replace(due(ctx, work.link.id, "side blocked"), due_at=ctx.now + wait, attempts=1)


class _Attempt(Enum):
    """What became of one write. REFUSED: by this calendar alone, and stored; OVER: the rest must be planned anew."""

    DONE = auto()
    REFUSED = auto()
    OVER = auto()


def must_wait(ctx: PassContext, work: LinkWork, write: Write) -> timedelta | None:
    """How long this write has to wait because its side or mailbox may not be written now."""
    if write.side in ctx.blocked:
        return waited(3)
    row = ctx.mailbox(work.mailbox_of(write.pair))
    form = ctx.form_open_until(write.event) if write.side is Side.GRAPH and write.event is not None else None
    if form is not None:
        return form - ctx.now
    if write.side is Side.GRAPH and row is not None:
        if row.state is not MailboxState.READY:
            return timedelta(minutes=10)
        if row.wait_until is not None and row.wait_until > ctx.now:
            return row.wait_until - ctx.now
    return None


def _intend(ctx: PassContext, work: LinkWork, plan: Plan, write: Write) -> Flow[Intent]:
    """Freeze what will be sent."""
    change, draft = write.activity_change, None
    if write.activity_plan is not None:
        new = write.activity_plan
        change = replace(new.change, participants=participants_of(new) or None)
        is_task = new.type is ActivityType.TASK
        draft = ActivityDraft(
            title=keys.placeholder_title(new.ext_id),
            owner=new.owner,
            ext_id=new.ext_id,
            type=new.type,
            deadline=(new.change.scheduled_till or ctx.now) if is_task else None,
            personal=True if is_task else None,
        )
    return Intent(
        id=IntentId((yield from want(NewId()))),
        firm_id=ctx.firm,
        pass_id=ctx.pass_id,
        link_id=plan.link.id,
        pair_id=write.pair,
        kind=write.kind,
        payload=Payload(
            event_draft=write.event_draft,
            event_change=write.event_change,
            activity_draft=draft,
            activity_change=change,
            panel_change=write.panel_change,
        ),
        at=ctx.now,
        activity=write.activity,
        event=write.event,
        expects=write.expects,
        before=write.before,
        reason=write.reason,
        fields=write.fields,
    )


# --- one attempt --------------------------------------------------------------------------------------------------


def _attempt(ctx: PassContext, work: LinkWork, intent: Intent) -> Flow[_Attempt]:
    """Send one intent. Every outcome but a confirmation is stored with what happens next."""
    try:
        rows = yield from send(ctx, work, intent)
    except Remote as error:
        yield from failed(ctx, work, intent, error)
        unknown = isinstance(error, Unavailable) and error.unknown_outcome
        alone = isinstance(error, Rejected) or mailbox_scope(error)
        in_calendar = intent.kind in (IntentKind.CREATE_EVENT, IntentKind.UPDATE_EVENT, IntentKind.DELETE_EVENT)
        return _Attempt.REFUSED if in_calendar and alone and not unknown else _Attempt.OVER
    if rows is None:
        return _Attempt.OVER
    yield from want(Commit(ctx.firm, rows))
    return _Attempt.DONE


def send(ctx: PassContext, work: LinkWork, intent: Intent) -> Flow[tuple[Row, ...] | None]:
    """Do it; rows to commit when confirmed, None when the target had moved and was stored for a new plan."""
    match intent.kind:
        case IntentKind.CREATE_EVENT:
            return (yield from create_event(ctx, work, intent))
        case IntentKind.UPDATE_EVENT:
            return (yield from _update_event(ctx, work, intent))
        case IntentKind.DELETE_EVENT:
            return (yield from _delete_event(ctx, work, intent))
        case IntentKind.CREATE_ACTIVITY:
            return (yield from create_activity(ctx, work, intent))
        case IntentKind.UPDATE_ACTIVITY:
            return (yield from _update_activity(ctx, work, intent))
        case IntentKind.DELETE_ACTIVITY:
            return (yield from _delete_activity(ctx, work, intent))


def failed(ctx: PassContext, work: LinkWork, intent: Intent, error: Remote, *, maybe_sent: bool = False) -> Flow[None]:
    """Store what a refused or lost write means, so that nothing is repeated blindly and nothing is forgotten.

    ``maybe_sent``: an earlier attempt may have arrived or may still arrive, whatever this error says.
    """
    intent = _as_far_as_it_got(work, intent)
    lost = isinstance(error, Unavailable) and error.unknown_outcome
    is_answer = isinstance(error, Rejected | Changed | Gone) and not _may_have_moved(intent, error)
    if lost or ((maybe_sent or intent.half_done) and not is_answer):
        yield from _kept_open(ctx, work, intent, error, lost=lost)
    else:
        yield from _given_up(ctx, work, intent, error, maybe_sent=maybe_sent)
    if lost or isinstance(error, Rejected | Changed | Gone):
        return
    if mailbox_scope(error):
        yield from mailbox_trouble(ctx, work.mailbox_of(intent.pair_id), error)
    elif concerns_side(error):
        yield from side_trouble(ctx, Side.GRAPH if intent.kind in GRAPH_WRITES else Side.RAYNET, error)
    elif isinstance(error, Denied):
        ctx.error(str(intent.activity or intent.event), error)


def _may_have_moved(intent: Intent, error: Remote) -> bool:
    """A placeholder that answers no more was removed, or got another type and somebody's words: recovery looks."""
    return intent.kind is IntentKind.CREATE_ACTIVITY and intent.half_done and isinstance(error, Gone)


def _as_far_as_it_got(work: LinkWork, intent: Intent) -> Intent:
    """A create whose placeholder exists is half done, wherever it was stopped."""
    intent = work.as_frozen(intent)
    if intent.kind is IntentKind.CREATE_ACTIVITY and work.link.activity is not None:
        return replace(intent, activity=work.link.activity, half_done=True)
    return intent


def _kept_open(ctx: PassContext, work: LinkWork, intent: Intent, error: Remote, *, lost: bool) -> Flow[None]:
    """Whether it was done is not known: recovery looks, as soon as the side may be asked again."""
    rows: list[Row] = []
    if lost:
        ctx.error(str(intent.activity or intent.event or intent.kind.value), error)
        intent = replace(intent, attempts=intent.attempts + 1)
        rows.append(work.failed_once(intent.pair_id))
        ctx.unsettled = True
    until = error.until if isinstance(error, Throttled) else ctx.now + settle_wait(max(1, intent.attempts))
    later = replace(due(ctx, work.link.id, error.code), due_at=until, attempts=1)
    yield from want(Commit(ctx.firm, (intent, later, *rows)))


def settle_wait(failures: int) -> timedelta:
    """How long an item whose writes keep getting no clear answer rests: 5 s, doubling up to a day."""
    return min(LONGEST_RETRY, FIRST_WAIT * float(2 ** min(failures - 1, 15)))


def _given_up(ctx: PassContext, work: LinkWork, intent: Intent, error: Remote, *, maybe_sent: bool) -> Flow[None]:
    """The write did not happen: drop it; the next plan starts from what is true then."""
    retry = due(ctx, work.link.id, error.code)
    rows: list[Row] = list(abandoned(ctx, work, intent)) if maybe_sent else [dropped(intent)]
    if intent.kind is IntentKind.CREATE_ACTIVITY and intent.half_done:
        rows += _without_placeholder(ctx, work)
    wish = rejected(work.world, intent) if isinstance(error, Rejected) else None
    if wish is not None:
        ctx.error(str(intent.activity or intent.event or intent.kind.value), error)
        rows += [*wish, retry]
    elif isinstance(error, Rejected) and error.code == DUPLICATE_KEY and intent.kind is IntentKind.CREATE_ACTIVITY:
        # The key was used by an activity that this event had before, was deleted and taken back: the next one is free.
        work.link = replace(work.link, generation=work.link.generation + 1)
        rows += [work.link, retry]
    elif isinstance(error, Rejected):
        ctx.error(str(intent.activity or intent.event or intent.kind.value), error)
        graph = intent.kind in GRAPH_WRITES
        reason = Reason.REJECTED_BY_GRAPH if graph else Reason.REJECTED_BY_RAYNET
        pair = work.parked(intent.pair_id, reason)
        wait = min(LONGEST_RETRY, FIRST_RETRY * float(2 ** min(pair.failures - 1, 6)))
        rows += [pair, parked_trail(ctx, work, intent, reason, error)]
        rows.append(replace(retry, due_at=ctx.now + wait, attempts=pair.failures))
    elif isinstance(error, Changed | Gone):
        rows += yield from _look_again(ctx, work, intent)
        rows.append(retry)
    else:
        until = error.until if isinstance(error, Throttled) else ctx.now + waited(1)
        rows.append(replace(retry, due_at=until, attempts=1))
    yield from want(Commit(ctx.firm, tuple(rows)))


def participants_of(new: ActivityPlan) -> tuple[ParticipantWrite, ...]:
    """Who takes part in a new activity besides its owner."""
    leads = tuple(ParticipantWrite(lead=lead) for lead in new.add_leads)
    return (*leads, *(ParticipantWrite(person=person) for person in new.add_persons))


def _without_placeholder(ctx: PassContext, work: LinkWork) -> tuple[Row, ...]:
    """The link forgets its half-made record, which is neutral and ours: removed at the end of the pass, or later."""
    key = work.link.activity
    work.link = replace(work.link, activity=None, generation=work.link.generation + 1)
    return (work.link,) if key is None else (work.link, claim_orphan(ctx, key))


def _look_again(ctx: PassContext, work: LinkWork, intent: Intent) -> Flow[tuple[Row, ...]]:
    """The target moved or vanished under the write: read it, so that the next plan starts from the truth."""
    event = intent.event or work.event_key(intent.pair_id)
    if intent.kind in (IntentKind.UPDATE_EVENT, IntentKind.DELETE_EVENT) and event is not None:
        try:
            return (work.observe_event((yield from want(GetEvent(ctx.firm, event))), ctx.now),)
        except Gone:
            return work.event_gone(event, ctx.now)
        except Remote as error:
            ctx.error(f"event:{event.id}", error)
            return ()  # nothing was learnt; the next reading tells
    if intent.activity is not None:
        ctx.suspects.add(intent.activity)
    return ()


# --- Graph --------------------------------------------------------------------------------------------------------


def create_event(ctx: PassContext, work: LinkWork, intent: Intent) -> Flow[tuple[Row, ...]]:
    """Create; an answer that may describe an older twin is verified by a read (hazard H5).

    So it may where this create, or one with its key that was given up, was sent before. A twin that is gone was made
    by an earlier attempt and deleted by its user: a deletion like any other.
    """
    draft = intent.payload.event_draft
    assert draft is not None
    mailbox = work.mailbox_of(intent.pair_id)
    try:
        event = yield from want(CreateEvent(ctx.firm, mailbox, draft))
    except Spent as spent:
        return _spent(ctx, work, intent, as_drafted(mailbox, spent.detail or draft.transaction_id, draft))
    is_first = not intent.attempts and draft.transaction_id not in ctx.tombstones
    if not is_first:
        try:
            event = yield from want(GetEvent(ctx.firm, event.key))
        except Gone:
            return _spent(ctx, work, intent, event)
    older = said_by_twin(ctx, work, intent, event)
    ctx.counts.conflicts += len(older)
    is_echo = is_first or bool(work.older_fields(intent, event))
    return (*older, *work.event_created(intent, event, echo=is_echo))


def _spent(ctx: PassContext, work: LinkWork, intent: Intent, event: Event) -> tuple[Row, ...]:
    """The create's key has made an event that is gone: by its user, or by us, who took it for a left-over."""
    draft = intent.payload.event_draft
    stone = ctx.tombstones.get(draft.transaction_id) if draft is not None else None
    if is_taken_away(stone):
        pair = work.closed(intent.pair_id, Reason.ORPHAN_REMOVED)
        return (pair, dropped(intent), due(ctx, work.link.id))  # the next plan asks with a key of its own
    if draft is not None and said_otherwise(stone, draft):
        # Who deleted it never saw what was edited in Raynet since.
        pair = work.closed(intent.pair_id, Reason.RECREATED_EDIT_BEATS_DELETION)
        return (pair, dropped(intent), due(ctx, work.link.id))
    return (*work.event_created(intent, event, echo=False), *work.event_gone(event.key, ctx.now))


def _update_event(ctx: PassContext, work: LinkWork, intent: Intent) -> Flow[tuple[Row, ...] | None]:
    change, key = intent.payload.event_change, intent.event
    assert change is not None and key is not None
    seen = work.events[key].event
    try:
        event = yield from want(UpdateEvent(ctx.firm, key, seen.etag, change, seen.body_foreign))
    except Changed:
        fresh = yield from want(GetEvent(ctx.firm, key))
        if not same_event(seen, fresh):
            yield from _replan(ctx, work, intent, (work.observe_event(fresh, ctx.now),))
            return None
        # Only the version moved (a reminder, Exchange's own second save): nothing a plan would see.
        event = yield from want(UpdateEvent(ctx.firm, key, fresh.etag, change, fresh.body_foreign))
    return work.event_updated(intent, event)


def _delete_event(ctx: PassContext, work: LinkWork, intent: Intent) -> Flow[tuple[Row, ...] | None]:
    key = intent.event
    assert key is not None
    seen = work.events[key].event
    try:
        yield from want(DeleteEvent(ctx.firm, key, seen.etag))
    except Gone:
        pass
    except Changed:
        fresh = yield from want(GetEvent(ctx.firm, key))
        if not same_event(seen, fresh):
            yield from _replan(ctx, work, intent, (work.observe_event(fresh, ctx.now),))
            return None
        yield from want(DeleteEvent(ctx.firm, key, fresh.etag))
    return work.event_deleted(intent)


def _replan(ctx: PassContext, work: LinkWork, intent: Intent, rows: tuple[Row, ...]) -> Flow[None]:
    """Nothing was sent: drop the intent, keep what was learnt, plan anew."""
    dropped = replace(intent, state=IntentState.DROPPED)
    unsent = work.forget_sent(intent)
    yield from want(Commit(ctx.firm, (dropped, *rows, *unsent, due(ctx, work.link.id, "changed"))))


# --- Raynet -------------------------------------------------------------------------------------------------------


def _update_activity(ctx: PassContext, work: LinkWork, intent: Intent) -> Flow[tuple[Row, ...] | None]:
    change, key = intent.payload.activity_change, intent.activity
    assert change is not None and key is not None
    if (yield from turned_private(ctx, work, intent)):
        yield from _replan(ctx, work, intent, ())
        return None
    detail = yield from _read_again(ctx, work, intent, key)
    if detail is None:
        return None
    yield from want(UpdateActivity(ctx.firm, key, resolved(change, detail)))
    return work.activity_updated(intent, detail)


def _delete_activity(ctx: PassContext, work: LinkWork, intent: Intent) -> Flow[tuple[Row, ...] | None]:
    key = intent.activity
    assert key is not None
    try:
        detail = yield from _read_again(ctx, work, intent, key)
        if detail is None:
            return None
        yield from want(DeleteActivity(ctx.firm, key))
    except Gone:
        if work.activity is not None and (yield from still_standing(ctx, work.activity)) is not None:
            ctx.suspects.add(key)
            yield from _replan(ctx, work, intent, ())
            return None
    return (*work.activity_deleted(intent), *counted(ctx, -1))


def _read_again(ctx: PassContext, work: LinkWork, intent: Intent, key: ActivityKey) -> Flow[Activity | None]:
    """Raynet has no conditional write: look right before, and plan anew when somebody was faster."""
    detail = yield from _fresh(ctx, work, intent, key)
    seen = work.activity
    if seen is not None and same_activity(seen.activity, detail) and not detail.locked:
        return detail
    lost = yield from losses_in(ctx, work.at_rest(), detail)
    yield from _replan(ctx, work, intent, (*lost, work.observe_activity(detail, ctx.now, moved=True)))
    return None


def _fresh(ctx: PassContext, work: LinkWork, intent: Intent, key: ActivityKey) -> Flow[Activity]:
    """The row that was read for this write, while it is fresh; else the record itself.

    Raises Changed where the event turned private while that took long. Whose Raynet is always slow waits no longer
    than :data:`READINGS` of them.
    """
    row, read_at = ctx.fresh.pop(key, (None, ctx.now))
    began = yield from want(Now())
    if row is not None and began - read_at <= FRESH_FOR:
        return row
    detail = yield from want(GetActivity(ctx.firm, key))
    for _ in range(READINGS - 1):
        if (yield from want(Now())) - began <= SLOW:
            break
        yield from still_open(ctx, work, intent)
        began = yield from want(Now())
        detail = yield from want(GetActivity(ctx.firm, key))
    return detail
