"""Creating the missing side, and what a removal on one side means for the other."""

from dataclasses import replace

from server.domain import keys, mapping
from server.domain.activity import Activity, ActivityChange, ActivityStatus, Priority
from server.domain.content import MERGED_FIELDS, Content, FieldName
from server.domain.draft import PlanDraft, changed_fields
from server.domain.event import Event, EventDraft, EventTimes
from server.domain.plan import ActivityPlan, Write
from server.domain.reasons import Reason
from server.domain.rules import OutlookDelete
from server.domain.state import Base, IntentKind, Origin, Pair, PairState, Role, Side
from server.domain.when import to_instants
from server.domain.zones import windows_zone


def zone_label(draft: PlanDraft) -> str:
    """The label under which new events are made: the firm's zone by its Windows name."""
    return windows_zone(draft.world.zone.key) or "UTC"


# --- creating -----------------------------------------------------------------------------------------------------


def create_event(draft: PlanDraft, pair: Pair, activity: Activity, content: Content, reason: Reason) -> None:
    """Plan the event of a new pair, keyed so that a repeated create never makes a second one."""
    assert content.when is not None and content.title is not None and content.description is not None
    marks = mapping.marks_of(activity, draft.world)
    new = EventDraft(
        subject=content.title,
        times=EventTimes(when=content.when, zone_label=zone_label(draft)),
        description=content.description,
        location=content.place or "",
        importance=mapping.importance_of(content.priority or Priority.DEFAULT),
        categories=marks,
        transaction_id=keys.transaction_id(pair.id),
        own_key=keys.own_key(activity.key, pair.id, pair.mailbox),
    )
    base = Base(
        raynet=content,
        outlook=content,
        raynet_from=activity.scheduled_from,
        raynet_till=activity.scheduled_till,
        marks=marks,
    )
    draft.write(
        Write(
            kind=IntentKind.CREATE_EVENT,
            pair=pair.id,
            reason=reason,
            fields=(FieldName.EXISTENCE,),
            activity=activity.key,
            event_draft=new,
            expects=base,
        )
    )


def create_activity(draft: PlanDraft, pair: Pair, event: Event, reason: Reason) -> None:
    """Plan the private *událost* of an event: a neutral placeholder, then one update with everything at once."""
    seat = draft.world.seat_of_mailbox(pair.mailbox)
    if seat is None:
        draft.release(pair, Reason.RELEASED_NO_SEAT)
        return
    masked = mapping.is_masked(event, draft.world)
    content = mapping.outlook_content(event, mapping.NEW_TYPE, masked=masked)
    assert content.when is not None and content.description is not None
    start, end = to_instants(content.when, draft.world.zone)
    persons = () if masked else mapping.attendee_persons(event, draft.world)
    change = ActivityChange(
        title=content.title,
        scheduled_from=start,
        scheduled_till=end,
        description_html=content.description.html or None,
        place=content.place or None,
        priority=content.priority,
        status=ActivityStatus.SCHEDULED,
        personal=True,
    )
    base = Base(
        raynet=content,
        outlook=content,
        raynet_from=start,
        raynet_till=end,
        marks=(mapping.TYPE_MARKS[mapping.NEW_TYPE],) if draft.world.rules.categories else (),
    )
    draft.link = replace(draft.link, masked=masked, attendee_persons=persons)
    draft.write(
        Write(
            kind=IntentKind.CREATE_ACTIVITY,
            pair=pair.id,
            reason=reason,
            fields=(FieldName.EXISTENCE,),
            event=event.key,
            activity_plan=ActivityPlan(
                type=mapping.NEW_TYPE,
                owner=seat.person,
                ext_id=keys.ext_id(draft.world.tenant, pair.mailbox, event.id, draft.link.generation),
                change=change,
                add_persons=tuple(person for person in persons if person != seat.person),
            ),
            expects=base,
        )
    )


# --- Raynet's side is gone ----------------------------------------------------------------------------------------


def raynet_removed(draft: PlanDraft, activity: Activity | None, reason: Reason) -> None:
    """The activity was deleted (``activity`` None), cancelled or unscheduled: its events go, unless one was edited."""
    for pair in draft.open_pairs():
        event = draft.event_of(pair)
        if event is None or event.is_cancelled:
            draft.close(pair, reason)
        elif pair.role is Role.ATTENDEE:
            draft.close(pair, reason)
        elif pair.role is Role.FOLLOWER:
            draft.release(pair, reason)
        elif pair.role is Role.LEAD and (_edited_in_outlook(draft, pair, event) or pair.id in draft.rejected):
            _revive_activity(draft, pair, event, activity)
            return
        elif pair.state is PairState.FROZEN or not _is_in_window(draft, event):
            draft.freeze(pair)
        elif mapping.would_mail(event, draft.world):
            draft.hold(pair, Reason.WOULD_MAIL)
        else:
            delete_event(draft, pair, event, reason)


def _is_in_window(draft: PlanDraft, event: Event) -> bool:
    return event.when is not None and draft.world.in_window(event.when)


def _outlook_view(draft: PlanDraft, event: Event) -> Content:
    kind = draft.link.activity.type if draft.link.activity is not None else mapping.NEW_TYPE
    return mapping.outlook_content(event, kind, masked=mapping.is_masked(event, draft.world))


def _edited_in_outlook(draft: PlanDraft, pair: Pair, event: Event) -> bool:
    if pair.base is None or event.is_draft:
        return False
    return bool(changed_fields(pair.base.outlook, _outlook_view(draft, event), MERGED_FIELDS))


def delete_event(draft: PlanDraft, pair: Pair, event: Event, reason: Reason) -> None:
    """Plan the removal of an event that nobody else would be mailed about."""
    draft.write(
        Write(
            kind=IntentKind.DELETE_EVENT,
            pair=pair.id,
            reason=reason,
            fields=(FieldName.EXISTENCE,),
            event=event.key,
            before=_outlook_view(draft, event),
            removal=True,
        )
    )


def _revive_activity(draft: PlanDraft, pair: Pair, event: Event, activity: Activity | None) -> None:
    """An edit in Outlook beats the removal in Raynet; the removal is what is journalled as lost."""
    rejected = pair.id in draft.rejected
    reason = Reason.HOLD_REJECTED if rejected else Reason.RECREATED_EDIT_BEATS_DELETION
    if not rejected:
        removed = "deleted" if activity is None else activity.status.value
        draft.lose(pair, FieldName.EXISTENCE, Side.RAYNET, ("", "kept", removed))
    if activity is None:
        draft.link = replace(draft.link, activity=None, generation=draft.link.generation + 1, version=None, own_saves=0)
        create_activity(draft, draft.put(pair, state=PairState.LIVE, reason=None), event, reason)
        return
    content = _outlook_view(draft, event)
    assert content.when is not None and content.description is not None
    start, end = to_instants(content.when, draft.world.zone)
    draft.settle_live(pair)
    draft.write(
        Write(
            kind=IntentKind.UPDATE_ACTIVITY,
            pair=pair.id,
            reason=reason,
            fields=(FieldName.EXISTENCE, *MERGED_FIELDS),
            activity=activity.key,
            activity_change=ActivityChange(
                title=content.title,
                scheduled_from=start,
                scheduled_till=end,
                description_html=content.description.html,
                place=content.place,
                priority=content.priority,
                status=ActivityStatus.SCHEDULED,
            ),
            expects=Base(raynet=content, outlook=content, raynet_from=start, raynet_till=end),
            before=mapping.raynet_content(activity, None),
        )
    )


# --- Outlook's side is gone ---------------------------------------------------------------------------------------


def outlook_removed(draft: PlanDraft, pair: Pair, activity: Activity, content: Content, reason: Reason) -> None:
    """The lead event is gone by proof: an edit in Raynet brings it back, otherwise the firm's rule decides."""
    assert content.when is not None
    if pair.base is None and pair.event is None:
        return
    last = draft.last_event_of(pair)
    visible_when = content.when if last is None or last.when is None else last.when
    if not draft.world.in_window(content.when) and not draft.world.in_window(visible_when):
        draft.freeze(pair)
    elif _edited_in_raynet(draft, pair, content) or pair.id in draft.rejected:
        _bring_event_back(draft, pair, activity, content)
    else:
        _carry_removal(draft, pair, activity, reason)


def _edited_in_raynet(draft: PlanDraft, pair: Pair, content: Content) -> bool:
    if pair.base is None or pair.role is Role.FOLLOWER:
        return False
    names = (FieldName.WHEN,) if draft.link.masked else MERGED_FIELDS
    return bool(changed_fields(pair.base.raynet, content, names)) and not draft.is_own_echo()


def _bring_event_back(draft: PlanDraft, pair: Pair, activity: Activity, content: Content) -> None:
    rejected = pair.id in draft.rejected
    if draft.link.masked or pair.role is Role.FOLLOWER:
        # Raynet knows the time only, or the event belongs to somebody else: it cannot be made again.
        draft.release(pair, Reason.HOLD_REJECTED if rejected else Reason.RELEASED_BY_ATTENDEE)
        return
    if not rejected:
        draft.lose(pair, FieldName.EXISTENCE, Side.GRAPH, ("", "kept", "deleted"))
    draft.close(pair, Reason.HOLD_REJECTED if rejected else Reason.RECREATED_EDIT_BEATS_DELETION)
    new = draft.new_pair(pair.mailbox, Role.LEAD)
    create_event(
        draft, new, activity, content, Reason.HOLD_REJECTED if rejected else Reason.RECREATED_EDIT_BEATS_DELETION
    )


def _carry_removal(draft: PlanDraft, pair: Pair, activity: Activity, reason: Reason) -> None:
    rule = draft.world.rules.outlook_delete
    if rule is OutlookDelete.IGNORE:
        draft.release(pair, Reason.RELEASED_OUTLOOK_DELETE_IGNORED)
        return
    if rule is OutlookDelete.SMART and activity.status is ActivityStatus.COMPLETED:
        draft.release(pair, Reason.RELEASED_DONE)
        return
    if activity.locked:
        draft.park(pair, Reason.LOCKED)
        return
    came_from_outlook = draft.link.origin is Origin.OUTLOOK and not _concerns_a_client(activity)
    deletes = rule is OutlookDelete.DELETE or (rule is OutlookDelete.SMART and came_from_outlook)
    draft.write(
        Write(
            kind=IntentKind.DELETE_ACTIVITY if deletes else IntentKind.UPDATE_ACTIVITY,
            pair=pair.id,
            reason=reason,
            fields=(FieldName.EXISTENCE,),
            activity=activity.key,
            activity_change=None if deletes else ActivityChange(status=ActivityStatus.CANCELLED),
            before=pair.base.raynet if pair.base is not None else None,
            removal=True,
        )
    )


def _concerns_a_client(activity: Activity) -> bool:
    return activity.has_client or any(one.company is not None or one.lead is not None for one in activity.participants)
