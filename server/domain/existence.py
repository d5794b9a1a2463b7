"""Creating the missing side, and what a removal on one side means for the other."""

from dataclasses import replace

from server.domain import keys, mapping
from server.domain.activity import Activity, ActivityChange, ActivityStatus, Priority
from server.domain.changes import activity_change, zone_label
from server.domain.chosen import direct_concerns, personal_of, taking_part
from server.domain.content import MERGED_FIELDS, Content, FieldName
from server.domain.draft import PlanDraft
from server.domain.edits import (
    edited_in_outlook,
    edited_in_raynet,
    never_agreed,
    outlook_edits,
    outlook_view,
    raynet_view,
)
from server.domain.event import Event, EventDraft, EventTimes
from server.domain.html import EMPTY
from server.domain.ids import PersonId
from server.domain.merge import is_empty
from server.domain.plan import ActivityPlan, Write
from server.domain.reasons import Reason
from server.domain.rules import OutlookDelete
from server.domain.state import Base, IntentKind, Origin, Pair, PairState, Role, Side
from server.domain.when import When

# --- creating -----------------------------------------------------------------------------------------------------


def create_event(draft: PlanDraft, pair: Pair, activity: Activity, content: Content, reason: Reason) -> None:
    """Plan the event of a new pair, keyed so that a repeated create never makes a second one."""
    if content.when is None:
        return
    marks = mapping.marks_of(activity, draft.world)
    new = EventDraft(
        subject=content.title or "",
        times=EventTimes(when=content.when, zone_label=zone_label(draft.world)),
        description=content.description or EMPTY,
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
        private=False,
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
    """Plan the activity of an event: a neutral placeholder, then one update with everything at once.

    What the panel's user chose decides type, links, category, priority and status; without choices it is a private
    *událost*.
    """
    seat = draft.world.seat_of_mailbox(pair.mailbox)
    if seat is None:
        draft.release(pair, Reason.RELEASED_NO_SEAT)
        return
    masked = mapping.is_masked(event, draft.world)
    bound, choices = draft.world.panel.get(event.key), draft.world.choices_of(event.key)
    kind = choices.type or mapping.NEW_TYPE
    content = mapping.outlook_content(event, kind, masked=masked)
    persons = () if masked else mapping.attendee_persons(event, draft.world)
    change = activity_change(content, MERGED_FIELDS, draft.world)
    change = replace(
        change,
        description_html=change.description_html or None,
        place=change.place or None,
        status=choices.status or ActivityStatus.SCHEDULED,
        personal=personal_of(choices),
        priority=choices.priority or change.priority,
        category=choices.category,
        concerns=direct_concerns(choices.concerns, kind),
    )
    base = Base(
        # A priority chosen in the panel is agreed to differ from the event's importance.
        raynet=replace(content, priority=choices.priority or content.priority),
        outlook=content,
        raynet_from=change.scheduled_from,
        raynet_till=change.scheduled_till,
        marks=(mapping.TYPE_MARKS[kind],) if draft.world.rules.categories else (),
        private=event.private,
    )
    draft.link = replace(draft.link, masked=masked, attendee_persons=persons)
    with_copies = () if masked else (*persons, *_persons_with_copies(draft))
    leads, chosen = taking_part(choices.concerns, kind)
    ext_id = keys.ext_id(draft.world.tenant, pair.mailbox, event.id, draft.link.generation)
    if bound is not None:
        ext_id = keys.draft_ext_id(bound.id, draft.link.generation)
    draft.write(
        Write(
            kind=IntentKind.CREATE_ACTIVITY,
            pair=pair.id,
            reason=reason,
            fields=(FieldName.EXISTENCE,),
            event=event.key,
            activity_plan=ActivityPlan(
                type=kind,
                owner=seat.person,
                ext_id=ext_id,
                change=change,
                add_persons=tuple(sorted({one for one in (*with_copies, *chosen) if one != seat.person})),
                add_leads=leads,
            ),
            expects=base,
        )
    )


def _persons_with_copies(draft: PlanDraft) -> tuple[PersonId, ...]:
    """Who took part in an activity that is made again: their copies stand and wait for it."""
    seats = [draft.world.seat_of_mailbox(pair.mailbox) for pair in draft.open_pairs() if pair.role is Role.COPY]
    return tuple(seat.person for seat in seats if seat is not None)


# --- Raynet's side is gone ----------------------------------------------------------------------------------------


def raynet_removed(draft: PlanDraft, activity: Activity | None, reason: Reason) -> None:
    """The activity was deleted (``activity`` None), cancelled or unscheduled: its events go, but an edit beats that."""
    lead = draft.lead()
    event = draft.event_of(lead) if lead is not None else None
    if lead is not None and activity is not None and _is_late_cancel(draft, lead, activity):
        draft.settle_live(lead)
        _put_right(draft, lead, activity)
        return
    if lead is None and activity is not None and (led := _led_when_kept(draft, activity)) is not None:
        _put_right(draft, led, activity)
        return
    if lead is not None and event is not None and _outlives_removal(draft, lead, event):
        _revive_activity(draft, lead, event, activity)
        return
    if draft.activity_is_gone() and draft.is_late_deletion():
        _note_lost(draft, lead)
    for pair in sorted(draft.open_pairs(), key=lambda one: one.role is Role.ATTENDEE):
        remove_event(draft, pair, reason)


def _note_lost(draft: PlanDraft, lead: Pair | None) -> None:
    """The late deletion took what had beaten it and stood in no calendar, not yet or not to be: it is journalled."""
    assert draft.activity is not None
    last = lead or _let_go_of(draft)
    if last is None or (last is lead and last.event is not None):
        return
    said = raynet_view(draft, last, draft.activity)
    for name in MERGED_FIELDS:
        now, known = getattr(said, name.value), getattr(last.base.raynet, name.value) if last.base is not None else ""
        if not is_empty(now) and now != known:
            draft.lose(last, name, Side.RAYNET, (known, "", now))
    if last is not lead:
        draft.close(last, Reason.DELETED_IN_RAYNET)


def _let_go_of(draft: PlanDraft) -> Pair | None:
    """The pair that led an activity which an edit kept, though its event is gone and cannot be made again."""
    led = [one for one in draft.pairs() if one.role in (Role.LEAD, Role.FOLLOWER) and draft.is_gone(one)]
    kept = [one for one in led if one.state is PairState.RELEASED and one.reason is Reason.RELEASED_BY_ATTENDEE]
    return max(kept, key=lambda one: (one.updated_at or draft.world.now, one.id), default=None)


def _is_late_cancel(draft: PlanDraft, lead: Pair, activity: Activity) -> bool:
    """The cancelling we once sent for an event that was deleted arrives after an edit in Raynet had beaten it.

    The edit's new event stands, or is still to be made, or the edit was met in the very record that we cancelled.
    """
    if not _may_be_late_cancel(draft, activity) or lead.role is not Role.LEAD:
        return False
    if lead.event is None:
        return _was_kept(draft)
    if draft.is_gone(lead):
        return edited_in_raynet(draft, lead, raynet_view(draft, lead, activity))
    return lead.base is not None and draft.event_of(lead) is not None


def _may_be_late_cancel(draft: PlanDraft, activity: Activity) -> bool:
    return activity.status is ActivityStatus.CANCELLED and not activity.locked and draft.is_late_cancel()


def _was_kept(draft: PlanDraft) -> bool:
    """Whether an event of it was deleted and the activity stayed: an edit had beaten that, or somebody decided so."""
    again = (Reason.RECREATED_EDIT_BEATS_DELETION, Reason.HOLD_REJECTED)
    return any(one.state is PairState.CLOSED and one.reason in again for one in draft.pairs())


def _led_when_kept(draft: PlanDraft, activity: Activity) -> Pair | None:
    """The pair that led last, of a kept activity that stands in nobody's calendar any more and is cancelled late."""
    if not _may_be_late_cancel(draft, activity) or not _was_kept(draft):
        return None
    led = [one for one in draft.pairs() if one.role is Role.LEAD and one.reason is Reason.NO_LONGER_PARTICIPANT]
    return max(led, key=lambda one: (one.updated_at or draft.world.now, one.id), default=None)


def _put_right(draft: PlanDraft, lead: Pair, activity: Activity) -> None:
    """Plan the activity again as it was agreed; what else was changed in it is merged once it stands."""
    draft.has_late_duplicate = True
    draft.write(
        Write(
            kind=IntentKind.UPDATE_ACTIVITY,
            pair=lead.id,
            reason=Reason.LATE_DUPLICATE,
            fields=(FieldName.EXISTENCE,),
            activity=activity.key,
            activity_change=ActivityChange(status=ActivityStatus.SCHEDULED),
        )
    )


def remove_event(draft: PlanDraft, pair: Pair, reason: Reason) -> None:
    """End the pair of an activity that is no more: the event goes where it is the sync's to remove."""
    event = draft.event_of(pair)
    if pair.event is None or draft.is_gone(pair) or (event is not None and event.is_cancelled):
        draft.close(pair, reason)
    elif event is None or event.is_draft:
        return  # not read yet, or somebody is writing it just now
    elif (excluded := mapping.outlook_excluded(event)) is not None:
        draft.release(pair, excluded)
    elif pair.role is Role.FOLLOWER:
        draft.release(pair, reason)
    elif pair.role is Role.COPY and pair.origin is Origin.OUTLOOK and draft.was_removed_by_us():
        # Its user made it and led once: that the owner of today deletes another event takes nothing of theirs.
        draft.release(pair, Reason.RELEASED_OWNER_CHANGED)
    elif pair.role is Role.ATTENDEE:
        # An organizer's event that stays because its removal would mail keeps its meeting whole.
        if all(one.role is not Role.LEAD or one.state is not PairState.HELD for one in draft.open_pairs()):
            draft.close(pair, reason)
    elif pair.state is PairState.FROZEN or not _is_in_window(draft, event.when):
        draft.freeze(pair)
    else:
        delete_event(draft, pair, event, reason)


def _outlives_removal(draft: PlanDraft, lead: Pair, event: Event) -> bool:
    """An edit beats a deletion, a rejected hold makes the missing side again; what lies outside the window rests."""
    if lead.role is not Role.LEAD or event.is_cancelled or event.is_draft or mapping.outlook_excluded(event):
        return False
    before = lead.base.outlook.when if lead.base is not None else None
    if not _is_in_window(draft, event.when, before):
        return False
    if lead.id in draft.rejected or edited_in_outlook(draft, lead, event):
        return True
    if draft.activity_is_gone():
        return draft.is_late_deletion()
    # An edit that was written over a removal nobody had seen is one that met it, not one that came before.
    return draft.has_version_gap() or draft.saved_over_a_removal()


def _is_in_window(draft: PlanDraft, *whens: When | None) -> bool:
    return any(when is not None and draft.world.in_window(when) for when in whens)


def delete_event(draft: PlanDraft, pair: Pair, event: Event, reason: Reason) -> None:
    """Plan the removal of an event, unless that would mail its people or an administrator rejected it.

    What the user had changed in it goes to the journal.
    """
    if pair.id in draft.rejected:
        draft.release(pair, Reason.HOLD_REJECTED)
        return
    if mapping.would_mail(event, draft.world):
        draft.hold(pair, Reason.WOULD_MAIL)
        return
    shown = outlook_view(draft, event)
    edited = outlook_edits(draft, pair, event) if pair.base is not None else never_agreed(draft, pair, event)
    for name in edited:
        # What a copy showed before may have turned private since.
        known = pair.base is not None and (name is FieldName.WHEN or not draft.link.masked)
        before = getattr(pair.base.outlook, name.value) if pair.base is not None and known else None
        draft.lose(pair, name, Side.GRAPH, (before, "", getattr(shown, name.value)))
    edited += _put_over(draft, pair, shown, edited)
    if shown.place is None and event.location and not event.private:
        # A place that Raynet's type has no room for stands in Outlook alone.
        draft.lose(pair, FieldName.PLACE, Side.GRAPH, ("", "", event.location))
        edited = (*edited, FieldName.PLACE)
    draft.write(
        Write(
            kind=IntentKind.DELETE_EVENT,
            pair=pair.id,
            reason=reason,
            fields=(FieldName.EXISTENCE, *edited),
            event=event.key,
            before=shown,
            removal=True,
        )
    )


def _put_over(draft: PlanDraft, pair: Pair, shown: Content, edited: tuple[FieldName, ...]) -> tuple[FieldName, ...]:
    """Agreed values over which a late copy of our write may have come before the activity was called off (H4)."""
    activity, base = draft.activity, pair.base
    if activity is None or base is None or pair.role is not Role.LEAD or draft.link.masked:
        return ()
    raynet, found = raynet_view(draft, pair, activity), []
    for name in MERGED_FIELDS:
        now, agreed = getattr(raynet, name.value), getattr(base.raynet, name.value)
        if name in edited or now in (None, agreed) or agreed is None or is_empty(getattr(shown, name.value)):
            continue
        if draft.may_hide_duplicate(name, now, agreed):
            draft.lose(pair, name, Side.GRAPH, (now, "", getattr(shown, name.value)))
            found.append(name)
    return tuple(found)


def _revive_activity(draft: PlanDraft, pair: Pair, event: Event, activity: Activity | None) -> None:
    """An edit in Outlook beats the removal in Raynet; the removal is what is journalled as lost."""
    if activity is not None and activity.locked:
        # What it is to become waits, and its copies with it.
        for one in (pair, *(one for one in draft.open_pairs() if one.role is Role.COPY)):
            draft.park(one, Reason.LOCKED)
        return
    if activity is None and _is_not_made_again(draft, pair, event):
        return
    rejected = pair.id in draft.rejected
    reason = Reason.HOLD_REJECTED if rejected else Reason.RECREATED_EDIT_BEATS_DELETION
    if not rejected:
        removed = "deleted" if activity is None else activity.status.value
        draft.lose(pair, FieldName.EXISTENCE, Side.RAYNET, ("", "kept", removed))
    if activity is None:
        draft.link = replace(draft.link, activity=None, generation=draft.link.generation + 1, version=None, own_saves=0)
        create_activity(draft, draft.put(pair, state=PairState.LIVE, reason=None), event, reason)
        return
    draft.settle_live(pair)
    draft.write(_revival(draft, pair, event, activity, reason))


def _is_not_made_again(draft: PlanDraft, pair: Pair, event: Event) -> bool:
    """Let go of the event of a deleted activity of which none may be made now; the copies of what is gone go."""
    if mapping.NEW_TYPE not in draft.world.rules.types:
        draft.release(pair, Reason.RELEASED_BY_RULE)
    elif mapping.is_skipped(event, draft.world):
        draft.release(pair, Reason.PRIVATE_SKIPPED)
    elif not _is_in_window(draft, event.when):
        draft.freeze(pair)
    else:
        return False
    for copy in (one for one in draft.open_pairs() if one.role is Role.COPY):
        remove_event(draft, copy, Reason.DELETED_IN_RAYNET)
    return True


def _revival(draft: PlanDraft, pair: Pair, event: Event, activity: Activity, reason: Reason) -> Write:
    """Plan the activity again as Outlook shows it; what somebody changed in Raynet beside its removal is journalled."""
    raynet, outlook = raynet_view(draft, pair, activity), outlook_view(draft, event)
    unmasked = mapping.outlook_content(event, activity.key.type, masked=False)
    private = draft.link.masked or mapping.is_masked(event, draft.world)
    for name in MERGED_FIELDS:
        now, kept, theirs = (getattr(one, name.value) for one in (raynet, outlook, unmasked))
        known = getattr(pair.base.raynet, name.value) if pair.base is not None else None
        if not is_empty(now) and now not in (known, kept, theirs):
            hidden = private and name is not FieldName.WHEN
            draft.lose(pair, name, Side.RAYNET, ("" if hidden else known, kept, now))
    change = replace(activity_change(outlook, MERGED_FIELDS, draft.world), status=ActivityStatus.SCHEDULED)
    if _closes(pair, event, activity, masked=private):
        change = replace(change, personal=True)
    return Write(
        kind=IntentKind.UPDATE_ACTIVITY,
        pair=pair.id,
        reason=reason,
        fields=(FieldName.EXISTENCE, *MERGED_FIELDS),
        activity=activity.key,
        activity_change=change,
        expects=Base(
            raynet=outlook,
            outlook=outlook,
            raynet_from=change.scheduled_from,
            raynet_till=change.scheduled_till,
            marks=pair.base.marks if pair.base is not None else (),
            private=event.private,
        ),
        before=mapping.times_only(raynet) if private else raynet,
    )


def _closes(pair: Pair, event: Event, activity: Activity, *, masked: bool) -> bool:
    """Whether the record is made personal with what it is told: a private text, or the mask of what was open before.

    Whoever opened the record in Raynet opened what it said then.
    """
    was_masked = pair.base is not None and pair.base.outlook.title == mapping.PRIVATE_TITLE
    return event.private and not activity.personal and not (masked and was_masked)


# --- Outlook's side is gone ---------------------------------------------------------------------------------------


def outlook_removed(draft: PlanDraft, pair: Pair, activity: Activity, content: Content, reason: Reason) -> None:
    """The lead event is gone by proof: an edit in Raynet brings it back, otherwise the firm's rule decides."""
    last = draft.last_event_of(pair)
    if not _is_in_window(draft, content.when, last.when if last is not None else None):
        draft.freeze(pair)
    elif pair.id in draft.rejected or edited_in_raynet(draft, pair, content):
        _bring_event_back(draft, pair, activity, content)
    elif pair.state is PairState.FROZEN:
        draft.freeze(pair)
    else:
        _carry_removal(draft, pair, activity, content, reason)


def _bring_event_back(draft: PlanDraft, pair: Pair, activity: Activity, content: Content) -> None:
    rejected = pair.id in draft.rejected
    reason = Reason.HOLD_REJECTED if rejected else Reason.RECREATED_EDIT_BEATS_DELETION
    last = draft.last_event_of(pair)
    masked = draft.link.masked or (last is not None and mapping.is_masked(last, draft.world))
    if masked or pair.role is Role.FOLLOWER:
        # Raynet knows the time only, or the event belongs to somebody else: it cannot be made again.
        draft.release(pair, Reason.HOLD_REJECTED if rejected else Reason.RELEASED_BY_ATTENDEE)
        return
    if not rejected:
        draft.lose(pair, FieldName.EXISTENCE, Side.GRAPH, ("", "kept", "deleted"))
    draft.close(pair, reason)
    # The new event invites nobody: who took part stays a participant, and gets a copy instead.
    draft.link = replace(draft.link, attendee_persons=())
    new = draft.new_pair(pair.mailbox, Role.LEAD)
    if _is_in_window(draft, content.when):
        create_event(draft, new, activity, content, reason)
    else:
        draft.freeze(new)


def _carry_removal(draft: PlanDraft, pair: Pair, activity: Activity, content: Content, reason: Reason) -> None:
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
    last = draft.last_event_of(pair)
    was_private = last is not None and mapping.is_masked(last, draft.world)
    came_from_outlook = draft.link.origin is Origin.OUTLOOK and not _concerns_a_client(activity)
    deletes = rule is OutlookDelete.DELETE or (rule is OutlookDelete.SMART and came_from_outlook)
    edited = (*_never_told(draft, pair, content), *(_lost_with_activity(draft, pair, content) if deletes else ()))
    draft.write(
        Write(
            kind=IntentKind.DELETE_ACTIVITY if deletes else IntentKind.UPDATE_ACTIVITY,
            pair=pair.id,
            reason=reason,
            fields=(FieldName.EXISTENCE, *edited),
            activity=activity.key,
            activity_change=None if deletes else ActivityChange(status=ActivityStatus.CANCELLED),
            before=mapping.times_only(content) if draft.link.masked or was_private else content,
            removal=True,
        )
    )


def _never_told(draft: PlanDraft, pair: Pair, content: Content) -> tuple[FieldName, ...]:
    """What both sides said differently and never agreed on is journalled: who deleted the event did not see it."""
    last, lost = draft.last_event_of(pair), []
    if last is None or draft.link.masked or mapping.is_masked(last, draft.world):
        return ()
    agreed, shown = pair.base.raynet if pair.base is not None else Content(), outlook_view(draft, last)
    for name in MERGED_FIELDS:
        value = getattr(content, name.value)
        if getattr(agreed, name.value) is None and not is_empty(value) and value != getattr(shown, name.value):
            draft.lose(pair, name, Side.RAYNET, ("", "", value))
            lost.append(name)
    return tuple(lost)


def _lost_with_activity(draft: PlanDraft, pair: Pair, content: Content) -> tuple[FieldName, ...]:
    """What somebody typed in Raynet goes with the activity: into the journal. Fields, in their order."""
    lost = []
    for name in MERGED_FIELDS:
        value = getattr(content, name.value)
        known = getattr(pair.base.raynet, name.value) if pair.base is not None else None
        known, _ = draft.raynet_base(name, value, known)
        if known is not None and not is_empty(value) and value != known:
            draft.lose(pair, name, Side.RAYNET, (known, "", value))
            lost.append(name)
    return tuple(lost)


def _concerns_a_client(activity: Activity) -> bool:
    return activity.has_client or any(one.company is not None or one.lead is not None for one in activity.participants)
