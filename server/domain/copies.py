"""Copies: events the sync makes for participants. Raynet → Outlook only; a user who removes one has let it go."""

from dataclasses import replace

from server.domain import mapping
from server.domain.activity import Activity
from server.domain.content import MERGED_FIELDS, Content, FieldName
from server.domain.draft import PlanDraft
from server.domain.event import Event, Response
from server.domain.existence import create_event, delete_event
from server.domain.ids import MailboxId
from server.domain.lead import event_change
from server.domain.plan import Write
from server.domain.reasons import Reason
from server.domain.rules import Mirror
from server.domain.state import Base, IntentKind, Pair, PairState, Role, Side


def align_copies(draft: PlanDraft, activity: Activity, merged: Content) -> None:
    """Bring every participant's mailbox to what the activity says."""
    wanted = mapping.wanted_mailboxes(activity, draft.world)
    for pair in draft.open_pairs():
        if pair.role is Role.ATTENDEE:
            _attendee(draft, pair)
        elif pair.role is Role.COPY:
            _copy(draft, pair, activity, merged, wanted=pair.mailbox in wanted)
    taken = {pair.mailbox for pair in draft.pairs() if pair.state is not PairState.CLOSED} | _invited(draft)
    for mailbox in wanted:
        if mailbox not in taken and merged.when is not None and draft.world.in_window(merged.when):
            pair = draft.new_pair(mailbox, Role.COPY)
            create_event(draft, pair, activity, merged, Reason.CREATED_FROM_RAYNET)


def _invited(draft: PlanDraft) -> set[MailboxId]:
    """Mailboxes that get, or gave, the meeting through Outlook itself."""
    lead = draft.lead()
    event = draft.event_of(lead) if lead is not None else None
    if event is None:
        return set()
    seats = [draft.world.seat_of_address(address) for address in (*event.attendees, event.organizer)]
    return {seat.mailbox for seat in seats if seat is not None}


def _attendee(draft: PlanDraft, pair: Pair) -> None:
    event = draft.event_of(pair)
    if draft.is_gone(pair) or (event is not None and event.response is Response.DECLINED):
        draft.release(pair, Reason.RELEASED_BY_ATTENDEE)


def _copy(draft: PlanDraft, pair: Pair, activity: Activity, merged: Content, *, wanted: bool) -> None:
    event = draft.event_of(pair)
    if pair.event is None:
        if wanted and merged.when is not None and draft.world.in_window(merged.when):
            create_event(draft, pair, activity, merged, Reason.CREATED_FROM_RAYNET)
        return
    if draft.is_gone(pair) or (event is not None and event.is_cancelled):
        draft.release(pair, Reason.RELEASED_BY_ATTENDEE)
        return
    if event is None or event.is_draft:
        return
    excluded = mapping.outlook_excluded(event)
    if excluded is not None:
        draft.release(pair, excluded)
    elif not wanted:
        _unwanted(draft, pair, activity, event)
    elif not any(draft.world.in_window(when) for when in (merged.when, event.when) if when is not None):
        draft.freeze(pair)
    else:
        _align(draft, pair, activity, merged, event)


def _unwanted(draft: PlanDraft, pair: Pair, activity: Activity, event: Event) -> None:
    seat = draft.world.seat_of_mailbox(pair.mailbox)
    if draft.world.rules.mirror is Mirror.OWNER and seat is not None and seat.person in activity.persons:
        draft.release(pair, Reason.RELEASED_BY_RULE)
    elif mapping.would_mail(event, draft.world):
        draft.hold(pair, Reason.WOULD_MAIL)
    else:
        delete_event(draft, pair, event, Reason.NO_LONGER_PARTICIPANT)


def _align(draft: PlanDraft, pair: Pair, activity: Activity, merged: Content, event: Event) -> None:
    """Write what differs; an edit made in the copy does not count, but it is journalled before it goes."""
    shown = mapping.outlook_content(event, activity.key.type, masked=False)
    base = pair.base or Base(raynet=Content(), outlook=Content())
    fields: list[FieldName] = []
    settled: list[str] = []
    edited: list[FieldName] = []
    for name in MERGED_FIELDS:
        want, now = getattr(merged, name.value), getattr(shown, name.value)
        base_want, base_now = getattr(base.raynet, name.value), getattr(base.outlook, name.value)
        if want is None or now is None:
            continue
        if want == now or (want == base_want and now == base_now):
            settled.append(name.value)
            continue
        fields.append(name)
        if pair.base is not None and now != base_now:
            edited.append(name)
    marks = mapping.marks_of(activity, draft.world)
    marked = draft.world.rules.categories and pair.base is not None and marks != base.marks
    categories = mapping.with_marks(event.categories, marks) if marked else None
    if categories == event.categories:
        categories = None
    if (fields or categories is not None) and mapping.would_mail(event, draft.world):
        draft.hold(pair, Reason.WOULD_MAIL)
        return
    draft.settle_live(pair)
    kept = mapping.moved_base(base, merged, shown, tuple(settled))
    if pair.base is None or (marked and categories is None):
        kept = replace(kept, marks=marks)
    if kept != pair.base:
        draft.set_base(pair, kept)
    if not fields and categories is None:
        return
    for name in edited:
        values = (getattr(base.outlook, name.value), getattr(merged, name.value), getattr(shown, name.value))
        draft.lose(pair, name, Side.GRAPH, values)
    expects = mapping.moved_base(kept, merged, merged, tuple(name.value for name in fields))
    draft.write(
        Write(
            kind=IntentKind.UPDATE_EVENT,
            pair=pair.id,
            reason=Reason.COPY_REVERTED if edited else Reason.RAYNET_CHANGED,
            fields=(*fields, *((FieldName.CATEGORIES,) if categories is not None else ())),
            event=event.key,
            event_change=event_change(draft, event, merged, fields, categories),
            foreign=event.body_foreign,
            expects=replace(expects, marks=marks) if categories is not None else expects,
            before=shown,
        )
    )
