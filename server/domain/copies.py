"""Copies: events the sync makes for participants. Raynet → Outlook only; a user who removes one has let it go."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from server.domain import mapping
from server.domain.activity import Activity
from server.domain.changes import event_change
from server.domain.content import MERGED_FIELDS, Content, FieldName
from server.domain.draft import PlanDraft
from server.domain.event import Event, Response
from server.domain.existence import create_event, delete_event
from server.domain.ids import MailboxId
from server.domain.mapping import World
from server.domain.merge import is_empty
from server.domain.plan import Write
from server.domain.reasons import Reason
from server.domain.rules import Mirror
from server.domain.state import Base, IntentKind, Origin, Pair, PairState, Role, Side
from server.domain.when import to_instants


def align_copies(draft: PlanDraft, activity: Activity, merged: Content) -> None:
    """Bring every participant's mailbox to what the activity says."""
    wanted = mapping.wanted_mailboxes(activity, draft.world)
    invited = invited_mailboxes(draft)
    for pair in draft.open_pairs():
        if pair.role is Role.ATTENDEE:
            _attendee(draft, pair)
        elif pair.role is Role.COPY and pair.mailbox in invited:
            superseded(draft, pair)
        elif pair.role is Role.COPY:
            _copy(draft, pair, activity, merged, wanted=pair.mailbox in wanted)
    taken = {pair.mailbox for pair in draft.pairs() if pair.state is not PairState.CLOSED} | _invited(draft)
    in_window = merged.when is not None and draft.world.in_window(merged.when)
    if wanted and not in_window and not draft.open_pairs():
        draft.note_link(Reason.OUTSIDE_WINDOW)
    if not wanted and not draft.pairs():
        draft.note_link(Reason.NO_SEAT)  # its seat went before anything was made of it
    for mailbox in wanted:
        if mailbox not in taken and mailbox not in draft.world.unmet and in_window:
            pair = draft.new_pair(mailbox, Role.COPY)
            create_event(draft, pair, activity, merged, Reason.CREATED_FROM_RAYNET)


def _invited(draft: PlanDraft) -> set[MailboxId]:
    """Mailboxes that get, or gave, the meeting through Outlook itself, also where its own pair was let go of."""
    lead = draft.lead()
    led = draft.event_of(lead) if lead is not None else None
    events = [draft.event_of(pair) for pair in draft.pairs()]
    addresses = {address for one in events if one is not None and not one.is_cancelled for address in one.attendees}
    if led is not None:
        addresses |= {*led.attendees, *((led.organizer,) if led.organizer is not None else ())}
    seats = [draft.world.seat_of_address(address) for address in sorted(addresses)]
    return {seat.mailbox for seat in seats if seat is not None}


def invited_mailboxes(draft: PlanDraft) -> set[MailboxId]:
    """Calendars in which the meeting stands as Outlook's own invitation."""
    return {pair.mailbox for pair in draft.open_pairs() if pair.role is Role.ATTENDEE and _stands(draft, pair)}


def _stands(draft: PlanDraft, pair: Pair) -> bool:
    event = draft.event_of(pair)
    return event is not None and not event.is_cancelled and event.response is not Response.DECLINED


def superseded(draft: PlanDraft, pair: Pair) -> None:
    """The user was invited in Outlook: the real attendee's copy stays, ours goes, their own is let go of."""
    event = draft.event_of(pair)
    if event is None or event.is_cancelled:
        draft.close(pair, Reason.ATTENDEE_COPY)
    elif pair.origin is Origin.OUTLOOK:
        draft.release(pair, Reason.RELEASED_OWNER_CHANGED)
    elif not event.is_draft:
        delete_event(draft, pair, event, Reason.ATTENDEE_COPY)


def _attendee(draft: PlanDraft, pair: Pair) -> None:
    event = draft.event_of(pair)
    if not _stands(draft, pair) and _is_called_off(draft, pair):
        # The activity goes on with another event: who takes part gets a copy of that one.
        draft.close(pair, Reason.CANCELLED_IN_OUTLOOK)
    elif draft.is_gone(pair) or (event is not None and event.response is Response.DECLINED):
        draft.release(pair, Reason.RELEASED_BY_ATTENDEE)


def _is_called_off(draft: PlanDraft, pair: Pair) -> bool:
    """Whether the meeting that this invitation came from is off: its organizer's event is gone, or was never here."""
    invitation = draft.last_event_of(pair)
    if invitation is None or invitation.response is Response.DECLINED:
        return False
    others = [(one, draft.last_event_of(one)) for one in draft.pairs() if one.role is not Role.ATTENDEE]
    here = [(one, event) for one, event in others if event is not None and event.ical_uid == invitation.ical_uid]
    if not here:
        return invitation.is_cancelled
    return any(event.is_organizer and (draft.is_gone(one) or event.is_cancelled) for one, event in here)


def _copy(draft: PlanDraft, pair: Pair, activity: Activity, merged: Content, *, wanted: bool) -> None:
    event = draft.event_of(pair)
    if pair.event is None:
        _create_copy(draft, pair, activity, merged, wanted=wanted)
        return
    if draft.is_gone(pair) or (event is not None and event.is_cancelled):
        draft.release(pair, Reason.RELEASED_BY_ATTENDEE)
        return
    if event is None or event.is_draft:
        return
    excluded = mapping.outlook_excluded(event)
    if excluded is not None:
        draft.release(pair, excluded)
    elif not any(draft.world.in_window(when) for when in (merged.when, event.when) if when is not None):
        draft.freeze(pair)
    elif not wanted:
        _unwanted(draft, pair, activity, event)
    else:
        _align(draft, pair, activity, merged, event)


def _create_copy(draft: PlanDraft, pair: Pair, activity: Activity, merged: Content, *, wanted: bool) -> None:
    if not wanted:
        draft.close(pair, Reason.NO_LONGER_PARTICIPANT)
    elif merged.when is not None and draft.world.in_window(merged.when):
        draft.settle_live(pair)
        create_event(draft, pair, activity, merged, Reason.CREATED_FROM_RAYNET)
    else:
        draft.freeze(pair)


def _unwanted(draft: PlanDraft, pair: Pair, activity: Activity, event: Event) -> None:
    seat = draft.world.seat_of_mailbox(pair.mailbox)
    if draft.world.rules.mirror is Mirror.OWNER and seat is not None and seat.person in activity.persons:
        draft.release(pair, Reason.RELEASED_BY_RULE)
    elif pair.origin is Origin.OUTLOOK:
        draft.release(pair, Reason.RELEASED_OWNER_CHANGED)  # made by its user, when it led or before Raynet was met
    else:
        delete_event(draft, pair, event, Reason.NO_LONGER_PARTICIPANT)


@dataclass(slots=True)
class _Differences:
    """What a copy shows otherwise than it should. ``edited`` ones were changed by its user."""

    fields: list[FieldName] = field(default_factory=list)
    settled: list[FieldName] = field(default_factory=list)
    edited: list[FieldName] = field(default_factory=list)


def _differences(base: Base, merged: Content, shown: Content, *, private: bool) -> _Differences:
    found = _Differences()
    for name in MERGED_FIELDS:
        want, now = getattr(merged, name.value), getattr(shown, name.value)
        base_want, base_now = getattr(base.raynet, name.value), getattr(base.outlook, name.value)
        if want is None or now is None:
            continue
        if want == now or (want == base_want and now == base_now):
            found.settled.append(name)
            continue
        edited = now != base_now and not (base_now is None and is_empty(now))
        if edited and private and name is not FieldName.WHEN:
            continue  # a private note in the user's own copy: neither taken away nor journalled
        found.fields.append(name)
        if edited:
            found.edited.append(name)
    return found


def _align(draft: PlanDraft, pair: Pair, activity: Activity, merged: Content, event: Event) -> None:
    """Write what differs; an edit made in the copy does not count, but it is journalled before it goes."""
    shown = mapping.outlook_content(event, activity.key.type, masked=False)
    base = pair.base or Base(raynet=Content(), outlook=Content())
    found = _differences(base, merged, shown, private=mapping.is_masked(event, draft.world))
    marks = mapping.marks_of(activity, draft.world)
    marked = draft.world.rules.categories and pair.base is not None and marks != base.marks
    categories = mapping.with_marks(event.categories, marks) if marked else None
    kept = _agreed(base, merged, shown, found.settled, draft.world)
    if pair.base is None or categories == event.categories:
        kept, categories = replace(kept, marks=marks), None
    if pair.base is None:
        draft.note(pair, Reason.MATCHED, "matched", ("differs",) if found.fields else ())
    _set_aside(draft, pair, event, found)
    if kept != pair.base:
        draft.set_base(pair, kept)
    if not found.fields and categories is None:
        return
    for name in found.edited:
        values = (getattr(base.outlook, name.value), getattr(merged, name.value), getattr(shown, name.value))
        draft.lose(pair, name, Side.GRAPH, values)
    expects = _agreed(kept, merged, merged, found.fields, draft.world)
    marked_fields = (FieldName.CATEGORIES,) if categories is not None else ()
    draft.write(
        Write(
            kind=IntentKind.UPDATE_EVENT,
            pair=pair.id,
            reason=_reason(found),
            fields=(*found.fields, *marked_fields),
            event=event.key,
            event_change=event_change(event, merged, found.fields, categories, draft.world),
            foreign=event.body_foreign,
            expects=replace(expects, marks=marks) if categories is not None else expects,
            before=shown,
        )
    )


def _set_aside(draft: PlanDraft, pair: Pair, event: Event, found: _Differences) -> None:
    """Take out of the differences what may not be written, and say so in the pair's state."""
    blocked: Reason | None = None
    if found.fields and mapping.would_mail(event, draft.world):
        blocked = Reason.WOULD_MAIL
        found.fields, found.edited = [], []
    elif FieldName.DESCRIPTION in found.fields and event.body.truncated:
        blocked = Reason.TEXT_TOO_LONG
        found.fields = [name for name in found.fields if name is not FieldName.DESCRIPTION]
        found.edited = [name for name in found.edited if name is not FieldName.DESCRIPTION]
    if blocked is not None:
        draft.hold(pair, blocked)
    else:
        draft.settle_live(pair)


def _agreed(base: Base, raynet: Content, outlook: Content, fields: Sequence[FieldName], world: World) -> Base:
    """``base`` moved in these fields, with the instants that belong to its time: a copy may lead one day."""
    moved = mapping.moved_base(base, raynet, outlook, tuple(name.value for name in fields))
    if FieldName.WHEN not in fields or raynet.when is None or raynet.when == base.raynet.when:
        return moved
    start, till = to_instants(raynet.when, world.zone)
    return replace(moved, raynet_from=start, raynet_till=till)


def _reason(found: _Differences) -> Reason:
    if found.edited:
        return Reason.COPY_REVERTED
    return Reason.RAYNET_CHANGED if found.fields else Reason.CATEGORIES_FOLLOW
