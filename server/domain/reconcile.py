"""One link: (base, Raynet now, Outlook now, rules, now) → plan. Pure and total: odd data is an outcome with a reason.

``reconcile`` sorts the situation and hands over: the lead pair's merge is in :mod:`server.domain.lead`, copies in
:mod:`server.domain.copies`, creation and removal in :mod:`server.domain.existence`. All of them write into one
:class:`~server.domain.draft.PlanDraft`.
"""

from server.domain import mapping
from server.domain.activity import Activity
from server.domain.copies import align_copies
from server.domain.draft import PlanDraft
from server.domain.event import Event, Response
from server.domain.existence import create_activity, raynet_removed, remove_event
from server.domain.ids import ActivityType
from server.domain.lead import mask_again, merge_lead
from server.domain.mapping import World
from server.domain.plan import Plan
from server.domain.privacy import exposed_texts
from server.domain.reasons import Reason
from server.domain.rules import AttendedEvents
from server.domain.state import Base, Group, Origin, Pair, PairState, Role
from server.domain.when import Inverted

#: Releases that a new observation of the event may undo: the user took the copy back.
_RETURNABLE = (Reason.RELEASED_BY_ATTENDEE, Reason.DELETED_IN_OUTLOOK)
#: Releases by something that is looked at anew each time.
_CONDITIONAL = (
    Reason.RELEASED_BY_RULE,
    Reason.SERIES,
    Reason.UNKNOWN_STATUS,
    Reason.NO_TIMES,
    Reason.WAITS_FOR_ORGANIZER,
    Reason.CANCELLED_IN_RAYNET,
    Reason.UNSCHEDULED_IN_RAYNET,
)
#: Left alone until a person decides otherwise.
_LEFT_ALONE = (Reason.AMBIGUOUS, Reason.UNLINKED_BY_USER)
#: Releases that end with the condition that caused them.
_SEATLESS = (Reason.RELEASED_NO_LICENCE, Reason.RELEASED_NO_SEAT, Reason.RELEASED_NOT_VISIBLE)


def reconcile(group: Group, world: World) -> Plan:
    """Plan for one link. Planning again from the result of a confirmed plan plans nothing."""
    draft = PlanDraft(group, world)
    _seats(draft)
    _taken_back(draft)
    seen = group.activity
    if group.link.activity is None:
        _outlook_only(draft)
    elif seen is None or seen.key != group.link.activity:
        pass  # not read yet: nothing is known of it
    elif seen.hidden:
        draft.release_all(Reason.RELEASED_NOT_VISIBLE)
    elif seen.gone_at is not None:
        if not draft.pairs():
            draft.note_link(Reason.DELETED_IN_RAYNET)
        raynet_removed(draft, None, Reason.DELETED_IN_RAYNET)
    else:
        _with_activity(draft, seen.activity)
    return draft.plan()


def _seats(draft: PlanDraft) -> None:
    """Release pairs whose mailbox no longer takes part; take them up again when it does."""
    for pair in draft.pairs():
        present = draft.world.seat_of_mailbox(pair.mailbox) is not None
        if not present and pair.state not in (PairState.RELEASED, PairState.CLOSED):
            draft.release(pair, Reason.RELEASED_NO_SEAT)
        elif present and pair.state is PairState.RELEASED and pair.reason in _SEATLESS:
            _seat_returned(draft, pair)


def _seat_returned(draft: PlanDraft, pair: Pair) -> None:
    """Another event may lead by now: an own event waits until it is wanted again, what the sync made follows."""
    led = draft.lead() is not None
    if pair.event is None:
        # Its create may have been given up on its way: a new one has a new key.
        draft.close(pair, pair.reason or Reason.RELEASED_NO_SEAT)
    elif led and pair.role is Role.LEAD and pair.origin is Origin.OUTLOOK:
        draft.release(pair, Reason.RELEASED_OWNER_CHANGED)
    elif led and pair.role is Role.LEAD:
        draft.revive(pair, Role.COPY)
    elif led and pair.role is Role.FOLLOWER:
        draft.revive(pair, Role.ATTENDEE)
    else:
        draft.revive(pair)


def _taken_back(draft: PlanDraft) -> None:
    """A deleted event that its user took back leads again: what was still to be made in its place is not made."""
    leads = [pair for pair in draft.open_pairs() if pair.role is Role.LEAD]
    waiting = [pair for pair in leads if pair.event is None]
    standing = (event for pair in leads if (event := draft.event_of(pair)) is not None)
    if waiting and any(not event.is_cancelled for event in standing):
        for pair in waiting:
            draft.close(pair, Reason.ORPHAN_REMOVED)


def _with_activity(draft: PlanDraft, activity: Activity) -> None:
    when = mapping.raynet_when(activity, draft.world, _agreed(draft))
    excluded = mapping.raynet_excluded(activity, when, draft.world)
    if excluded is not None:
        if excluded is Reason.INVERTED_TIMES:
            draft.park_all(excluded)
        else:
            draft.release_all(Reason.RELEASED_BY_RULE if excluded is Reason.TYPE_EXCLUDED else excluded)
        draft.note_link(excluded)
        return
    absent = mapping.raynet_absent(activity, when)
    if absent is Reason.UNSCHEDULED_IN_RAYNET and _block_switched_off(draft, activity):
        draft.release_all(Reason.RELEASED_BY_RULE)
        return
    if absent is not None:
        if not draft.open_pairs():
            draft.note_link(_not_planned(activity, absent))
        raynet_removed(draft, activity, absent)
        mask_again(draft, activity, mapping.raynet_content(activity, None))
        return
    _revive_by_condition(draft, activity)
    content = mapping.raynet_content(activity, None if isinstance(when, Inverted) else when)
    merged = merge_lead(draft, activity, content)
    if merged is not None:
        align_copies(draft, activity, merged)


def _agreed(draft: PlanDraft) -> Base | None:
    """What was agreed through the event that leads; where none does, or not yet, what a copy that stands shows."""
    lead = draft.lead()
    if lead is not None and (lead.base is not None or lead.event is not None):
        return lead.base
    return next((pair.base for pair in draft.open_pairs() if pair.base is not None), None)


def _block_switched_off(draft: PlanDraft, activity: Activity) -> bool:
    """The event stood for a task's deadline and the rule makes no such blocks any more: a rule deletes nothing."""
    if draft.world.rules.deadline_block_minutes or activity.key.type is not ActivityType.TASK:
        return False
    bases = [pair.base for pair in draft.open_pairs() if pair.base is not None]
    return any(base.raynet_from is None and base.raynet.when is not None for base in bases)


def _not_planned(activity: Activity, absent: Reason) -> Reason:
    """Why an activity without a place in any calendar has none, as a person would ask."""
    if absent is not Reason.UNSCHEDULED_IN_RAYNET:
        return absent
    return Reason.DEADLINE_ONLY if activity.deadline is not None else Reason.NOT_SCHEDULED


def _revive_by_condition(draft: PlanDraft, activity: Activity) -> None:
    """Pairs released by an exclusion that has ended, or whose user took the event back, live again.

    Another event may lead by now: then a returning one follows as its role allows.
    """
    wanted = mapping.wanted_mailboxes(activity, draft.world)
    for pair in draft.pairs():
        event = draft.event_of(pair)
        if pair.state is not PairState.RELEASED or event is None or mapping.outlook_excluded(event) is not None:
            continue
        if not _has_returned(draft, pair, event, wanted=pair.mailbox in wanted) and not (
            pair.reason is Reason.PRIVATE_SKIPPED and exposed_texts(activity, event, draft.world, draft.link, pair.base)
        ):
            continue
        led = draft.lead() is not None
        match pair.role:
            case Role.LEAD:
                draft.revive(pair, Role.COPY if led else Role.LEAD)
            case Role.FOLLOWER:
                draft.revive(pair, Role.ATTENDEE if led else Role.FOLLOWER)
            case Role.COPY | Role.ATTENDEE:
                draft.revive(pair)


def _has_returned(draft: PlanDraft, pair: Pair, event: Event, *, wanted: bool) -> bool:
    """Whether what released the pair has ended."""
    if draft.world.seat_of_mailbox(pair.mailbox) is None or (pair.role in (Role.LEAD, Role.COPY) and not wanted):
        return False
    if pair.reason in _RETURNABLE:
        return not event.is_cancelled and event.response is not Response.DECLINED
    if pair.reason in _CONDITIONAL:
        return _is_attended(pair, draft.world)
    match pair.reason:
        case Reason.RELEASED_OWNER_CHANGED:
            return True
        case Reason.PRIVATE_SKIPPED:
            return not mapping.is_skipped(event, draft.world)
        case Reason.NOT_ACCEPTED | Reason.ATTENDED_EXCLUDED:
            return mapping.attended_excluded(event, draft.world) is None
        case _:
            return False


def _is_attended(pair: Pair, world: World) -> bool:
    return pair.role is not Role.FOLLOWER or world.rules.attended_events is not AttendedEvents.NONE


def _outlook_only(draft: PlanDraft) -> None:
    """A meeting that Raynet does not know yet: decide whether, and through whose mailbox, it becomes an activity."""
    candidates: list[tuple[Pair, Event]] = []
    for pair in draft.pairs():
        # A copy of an activity that is being made again waits for it.
        if pair.state is PairState.CLOSED or pair.role is Role.COPY or pair.reason in _LEFT_ALONE:
            continue
        if draft.world.seat_of_mailbox(pair.mailbox) is None:
            continue
        event = draft.event_of(pair)
        if draft.is_gone(pair) or (event is not None and event.is_cancelled):
            draft.close(pair, Reason.DELETED_IN_OUTLOOK)
        elif event is not None:
            candidates.append((pair, event))
    if all(pair.role is Role.COPY or pair.state is PairState.CLOSED for pair in draft.pairs()):
        # What was to be made again was deleted in Outlook meanwhile.
        for pair in draft.open_pairs():
            remove_event(draft, pair, Reason.DELETED_IN_OUTLOOK)
    chosen: Pair | None = None
    for pair, event in sorted(candidates, key=_precedence):
        role = _role(event, draft.world, taken=chosen is not None)
        reason = _not_creatable(event, role, draft.world)
        if role is Role.ATTENDEE and chosen is not None:
            draft.put(pair, role=role, state=PairState.LIVE, reason=Reason.ATTENDEE_COPY)
        elif reason is not None:
            draft.exclude(pair, role, reason)
        else:
            chosen = draft.put(pair, role=role, state=PairState.LIVE, reason=None)
            in_panel = event.key in draft.world.panel
            create_activity(
                draft, chosen, event, Reason.CREATED_FROM_PANEL if in_panel else Reason.CREATED_FROM_OUTLOOK
            )


def _precedence(candidate: tuple[Pair, Event]) -> tuple[bool, bool, str]:
    """The organizer's event first, then one that is carried already."""
    pair, event = candidate
    return not event.is_organizer, pair.state is PairState.RELEASED, pair.mailbox


def _role(event: Event, world: World, *, taken: bool) -> Role:
    if event.is_organizer and not taken:
        return Role.LEAD
    if taken or world.seat_of_address(event.organizer) is not None:
        return Role.ATTENDEE
    return Role.FOLLOWER


def _not_creatable(event: Event, role: Role, world: World) -> Reason | None:
    """Why the event does not become an activity now; None when it does."""
    excluded = mapping.outlook_excluded(event)
    if excluded is not None:
        return excluded
    if event.is_draft:
        return Reason.DRAFT
    if role is Role.ATTENDEE:
        return Reason.WAITS_FOR_ORGANIZER
    if role is Role.FOLLOWER:
        attended = mapping.attended_excluded(event, world)
        if attended is not None:
            return attended
    if mapping.is_skipped(event, world):
        return Reason.PRIVATE_SKIPPED
    choices = world.choices_of(event.key)
    if not choices.linked:
        return Reason.UNLINKED_BY_USER
    if (choices.type or mapping.NEW_TYPE) not in world.rules.types:
        return Reason.TYPE_EXCLUDED
    if event.when is None or not world.in_window(event.when):
        return Reason.OUTSIDE_WINDOW
    return None
