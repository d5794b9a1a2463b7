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
from server.domain.existence import create_activity, raynet_removed
from server.domain.lead import merge_lead
from server.domain.mapping import World
from server.domain.plan import Plan
from server.domain.reasons import Reason
from server.domain.rules import PrivateEvents
from server.domain.state import Group, Pair, PairState, Role
from server.domain.when import Inverted

#: Releases that a new observation of the event may undo: the user took the copy back.
_RETURNABLE = (Reason.RELEASED_BY_ATTENDEE, Reason.DELETED_IN_OUTLOOK)
#: Releases that end with the condition that caused them.
_SEATLESS = (Reason.RELEASED_NO_LICENCE, Reason.RELEASED_NO_SEAT, Reason.RELEASED_NOT_VISIBLE)


def reconcile(group: Group, world: World) -> Plan:
    """Plan for one link. Planning again from the result of a confirmed plan plans nothing."""
    draft = PlanDraft(group, world)
    _seats(draft)
    seen = group.activity
    if group.link.activity is None or seen is None:
        _outlook_only(draft)
    elif seen.hidden:
        draft.release_all(Reason.RELEASED_NOT_VISIBLE)
    elif seen.gone_at is not None:
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
            draft.revive(pair)


def _with_activity(draft: PlanDraft, activity: Activity) -> None:
    lead = draft.lead()
    when = mapping.raynet_when(activity, draft.world, lead.base if lead is not None else None)
    excluded = mapping.raynet_excluded(activity, when, draft.world)
    if excluded is Reason.INVERTED_TIMES and any(pair.base is not None for pair in draft.open_pairs()):
        draft.park_all(excluded)
        return
    if excluded is not None:
        reason = Reason.RELEASED_BY_RULE if excluded is Reason.TYPE_EXCLUDED else excluded
        draft.release_all(reason)
        draft.note_link(excluded)
        return
    absent = mapping.raynet_absent(activity, when)
    if absent is not None:
        raynet_removed(draft, activity, absent)
        return
    assert when is not None and not isinstance(when, Inverted)
    _revive_by_condition(draft)
    content = mapping.raynet_content(activity, when)
    merged = merge_lead(draft, activity, content)
    if merged is not None:
        align_copies(draft, activity, merged)


def _revive_by_condition(draft: PlanDraft) -> None:
    """Pairs released by an exclusion that has ended, or whose user took the event back, live again."""
    for pair in draft.pairs():
        if pair.state is not PairState.RELEASED:
            continue
        event = draft.event_of(pair)
        if event is None or mapping.outlook_excluded(event) is not None:
            continue
        ended = pair.reason in (Reason.RELEASED_BY_RULE, Reason.SERIES, Reason.UNKNOWN_STATUS, Reason.NO_TIMES)
        returned = pair.reason in _RETURNABLE and not event.is_cancelled and event.response is not Response.DECLINED
        if ended or returned:
            draft.revive(pair)


def _outlook_only(draft: PlanDraft) -> None:
    """A meeting that Raynet does not know yet: decide whether, and through whose mailbox, it becomes an activity."""
    candidates: list[tuple[Pair, Event]] = []
    for pair in draft.pairs():
        if pair.state is PairState.CLOSED or draft.world.seat_of_mailbox(pair.mailbox) is None:
            continue
        event = draft.event_of(pair)
        if draft.is_gone(pair) or (event is not None and event.is_cancelled):
            draft.close(pair, Reason.DELETED_IN_OUTLOOK)
        elif event is not None:
            candidates.append((pair, event))
    chosen: Pair | None = None
    for pair, event in sorted(candidates, key=lambda one: (not one[1].is_organizer, one[0].mailbox)):
        role = _role(event, draft.world, taken=chosen is not None)
        reason = _not_creatable(event, role, draft.world)
        if role is Role.ATTENDEE and chosen is not None:
            draft.put(pair, role=role, state=PairState.LIVE, reason=Reason.ATTENDEE_COPY)
        elif reason is not None:
            draft.exclude(pair, role, reason)
        else:
            chosen = draft.put(pair, role=role, state=PairState.LIVE, reason=None)
            create_activity(draft, chosen, event, Reason.CREATED_FROM_OUTLOOK)


def _role(event: Event, world: World, *, taken: bool) -> Role:
    if event.is_organizer:
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
    if event.private and world.rules.private_events is PrivateEvents.SKIP:
        return Reason.PRIVATE_SKIPPED
    if mapping.NEW_TYPE not in world.rules.types:
        return Reason.TYPE_EXCLUDED
    if event.when is None or not world.in_window(event.when):
        return Reason.OUTSIDE_WINDOW
    return None
