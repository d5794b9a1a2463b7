"""The lead pair: the only event through which a meeting changes both ways, or, when others organise it, one way."""

from dataclasses import replace

from server.domain import mapping
from server.domain.activity import Activity, ActivityChange, ActivityStatus, ParticipantWrite, Priority
from server.domain.content import MERGED_FIELDS, Content, FieldName
from server.domain.draft import PlanDraft
from server.domain.event import Event, EventChange, EventTimes, Response
from server.domain.existence import create_event, delete_event, outlook_removed, zone_label
from server.domain.html import EMPTY, RichText
from server.domain.ids import PersonId
from server.domain.merge import Merged, Moments, Sides, Way, merge_field
from server.domain.plan import Write
from server.domain.reasons import Reason
from server.domain.rules import Mirror
from server.domain.state import Base, IntentKind, Origin, Pair, PairState, Role, Side
from server.domain.when import When, to_instants
from server.domain.zones import iana_zone


def merge_lead(draft: PlanDraft, activity: Activity, raynet: Content) -> Content | None:
    """Merge the lead pair; return what copies shall show, or None when the activity itself is being removed."""
    lead = draft.lead() or _new_lead(draft, activity, raynet)
    if lead is None:
        return raynet
    if lead.event is None:
        return _create_lead(draft, lead, activity, raynet)
    seen = draft.event_of(lead)
    if seen is None and not draft.is_gone(lead):
        return raynet
    if seen is None or seen.is_cancelled:
        reason = Reason.DELETED_IN_OUTLOOK if seen is None else Reason.CANCELLED_IN_OUTLOOK
        return _without_lead_event(draft, lead, activity, raynet, reason)
    excluded = mapping.outlook_excluded(seen)
    if excluded is not None:
        draft.release(lead, excluded)
        return raynet
    if seen.is_draft:
        return raynet
    if lead.role is Role.FOLLOWER and seen.response is Response.DECLINED:
        return _without_lead_event(draft, lead, activity, raynet, Reason.RELEASED_BY_ATTENDEE)
    if not _still_wanted(draft, lead, activity):
        _no_longer_wanted(draft, lead, activity, seen)
        return raynet
    return _Merge(draft, lead, activity, raynet, seen).run()


def _without_lead_event(
    draft: PlanDraft, lead: Pair, activity: Activity, raynet: Content, reason: Reason
) -> Content | None:
    """The lead event is gone: another licensed attendee takes over, else the removal is carried."""
    if lead.role is Role.FOLLOWER and reason is not Reason.CANCELLED_IN_OUTLOOK:
        for pair in draft.open_pairs():
            event = draft.event_of(pair)
            attends = event is not None and not event.is_cancelled and event.response is not Response.DECLINED
            if pair.role is Role.ATTENDEE and attends:
                draft.release(lead, Reason.RELEASED_BY_ATTENDEE)
                draft.put(pair, role=Role.FOLLOWER, state=PairState.LIVE, reason=None)
                return raynet
    outlook_removed(draft, lead, activity, raynet, reason)
    return None if any(write.removal for write in draft.writes) else raynet


def _new_lead(draft: PlanDraft, activity: Activity, raynet: Content) -> Pair | None:
    """The owner's mailbox gets an event, unless it already has its say."""
    seat = draft.world.seat_of_person(activity.owner)
    if seat is None or raynet.when is None or not draft.world.in_window(raynet.when):
        return None
    existing = [pair for pair in draft.pairs() if pair.mailbox == seat.mailbox and pair.state is not PairState.CLOSED]
    promoted = next(
        (pair for pair in existing if pair.role is Role.COPY and pair.state is not PairState.RELEASED), None
    )
    if promoted is not None:
        return draft.put(promoted, role=Role.LEAD, state=promoted.state, reason=promoted.reason)
    if existing or _follows_outlook(draft):
        return None
    return draft.new_pair(seat.mailbox, Role.LEAD)


def _follows_outlook(draft: PlanDraft) -> bool:
    """The meeting lives in Outlook and its own lead was let go: no second event beside it."""
    return any(
        pair.role in (Role.LEAD, Role.FOLLOWER) and pair.origin is Origin.OUTLOOK and pair.state is PairState.RELEASED
        for pair in draft.pairs()
    )


def _create_lead(draft: PlanDraft, lead: Pair, activity: Activity, raynet: Content) -> Content:
    if raynet.when is not None and draft.world.in_window(raynet.when):
        create_event(draft, lead, activity, raynet, Reason.CREATED_FROM_RAYNET)
    return raynet


def _still_wanted(draft: PlanDraft, lead: Pair, activity: Activity) -> bool:
    if lead.role is Role.FOLLOWER:
        return True
    return lead.mailbox in mapping.wanted_mailboxes(activity, draft.world)


def _no_longer_wanted(draft: PlanDraft, lead: Pair, activity: Activity, seen: Event) -> None:
    seat = draft.world.seat_of_mailbox(lead.mailbox)
    by_rule = draft.world.rules.mirror is Mirror.OWNER and seat is not None and seat.person in activity.persons
    if lead.origin is Origin.OUTLOOK:
        draft.release(lead, Reason.RELEASED_OWNER_CHANGED)
    elif by_rule:
        draft.release(lead, Reason.RELEASED_BY_RULE)
    elif mapping.would_mail(seen, draft.world):
        draft.hold(lead, Reason.WOULD_MAIL)
    else:
        delete_event(draft, lead, seen, Reason.NO_LONGER_PARTICIPANT)


class _Merge:
    """One merge of a lead pair; ``run`` decides every field once and emits at most one write per side."""

    def __init__(self, draft: PlanDraft, pair: Pair, activity: Activity, raynet: Content, event: Event) -> None:
        self.draft = draft
        self.pair = pair
        self.activity = activity
        self.event = event
        self.raynet = raynet
        self.masked = mapping.is_masked(event, draft.world)
        self.outlook = mapping.outlook_content(event, activity.key.type, masked=self.masked)
        self.met = pair.base is not None
        self.base = pair.base or Base(raynet=Content(), outlook=Content())
        self.transition = self.met and self.masked != draft.link.masked
        self.follows = pair.role is Role.FOLLOWER
        self.echo = draft.is_own_echo()
        self.to_outlook: list[FieldName] = []
        self.to_raynet: list[FieldName] = []
        self.settled: list[FieldName] = []
        self.repairs: list[FieldName] = []
        self.blocked: Reason | None = None
        self.seen: list[str] = []
        self.add: tuple[PersonId, ...] = ()
        self.drop: tuple[PersonId, ...] = ()

    def run(self) -> Content:
        if self._frozen():
            self.draft.freeze(self.pair)
            return self.raynet
        for name in MERGED_FIELDS:
            self._field(name)
        if self.masked and not self.activity.personal and self.transition:
            self.to_raynet.append(FieldName.PERSONAL)
        self._participants()
        marks = self._marks()
        self._keep(marks)
        if self.blocked is None:
            self.draft.settle_live(self.pair)
        elif self.blocked is Reason.LOCKED:
            self.draft.park(self.pair, self.blocked)
        else:
            self.draft.hold(self.pair, self.blocked)
        self._write_outlook(marks)
        self._write_raynet()
        return self._result()

    def _frozen(self) -> bool:
        whens = [when for when in (self.raynet.when, self.outlook.when) if when is not None]
        return not any(self.draft.world.in_window(when) for when in whens)

    # --- deciding ---

    def _field(self, name: FieldName) -> None:
        r, o = getattr(self.raynet, name.value), getattr(self.outlook, name.value)
        if r is None or o is None:
            return
        base_r, base_o = getattr(self.base.raynet, name.value), getattr(self.base.outlook, name.value)
        late = False
        if self.met and r != base_r and self.draft.by_us():
            if self.echo:
                base_r = r
            elif self.draft.was_sent(name, r):
                base_r, late = r, True
        sides = Sides(raynet=r, outlook=o, base_raynet=base_r, base_outlook=base_o, met=base_r is not None)
        merged = self._decide(name, sides)
        if late and merged.way is Way.NOTHING and r != o:
            self.repairs.append(name)
            merged = Merged(Way.TO_RAYNET)
        self._note_seen(name, sides)
        self._take(name, sides, merged)

    def _decide(self, name: FieldName, sides: Sides[object]) -> Merged[object]:
        """The merge, bent by privacy and by who may write where."""
        text = name is not FieldName.WHEN
        raynet_moved = sides.met and sides.raynet != sides.base_raynet
        outlook_moved = not sides.met or sides.outlook != sides.base_outlook
        if text and (self.masked or self.transition):
            # Outlook alone decides: a mask never travels to Outlook, a lifted one is filled from there.
            if sides.raynet == sides.outlook or not (self.transition or outlook_moved):
                return Merged(Way.NOTHING)
            return Merged(Way.TO_RAYNET, conflict=raynet_moved)
        if self.follows:
            if sides.raynet == sides.outlook or (text and not outlook_moved):
                return Merged(Way.NOTHING)
            return Merged(Way.TO_RAYNET, conflict=raynet_moved)
        moments = Moments(raynet=self.activity.modified_at, outlook=self.event.modified_at)
        merged = merge_field(sides, self.draft.world.rules.authority, moments)
        if merged.way is Way.TO_OUTLOOK and mapping.would_mail(self.event, self.draft.world):
            if merged.conflict:
                return Merged(Way.TO_RAYNET, conflict=True)
            self.blocked = Reason.WOULD_MAIL
            return Merged(Way.NOTHING)
        return merged

    def _take(self, name: FieldName, sides: Sides[object], merged: Merged[object]) -> None:
        moved = sides.met and (sides.raynet != sides.base_raynet or sides.outlook != sides.base_outlook)
        if merged.way is Way.NOTHING:
            if sides.raynet == sides.outlook or (sides.met and not moved):
                self.settled.append(name)
            return
        towards_outlook = merged.way is Way.TO_OUTLOOK
        if not towards_outlook and self.activity.locked:
            self.blocked = Reason.LOCKED
            return
        if name is FieldName.DESCRIPTION and self._would_cut(towards_outlook=towards_outlook):
            self.blocked = self.blocked or Reason.TEXT_TOO_LONG
            return
        (self.to_outlook if towards_outlook else self.to_raynet).append(name)
        if merged.conflict:
            kept, lost = (sides.raynet, sides.outlook) if towards_outlook else (sides.outlook, sides.raynet)
            base = sides.base_outlook if towards_outlook else sides.base_raynet
            self.draft.lose(self.pair, name, Side.GRAPH if towards_outlook else Side.RAYNET, (base, kept, lost))

    def _would_cut(self, *, towards_outlook: bool) -> bool:
        """Whether the write would destroy the part of a long text that the other side never saw."""
        if self.masked:
            return False
        return self.event.body.truncated if towards_outlook else self.activity.description.truncated

    def _note_seen(self, name: FieldName, sides: Sides[object]) -> None:
        if sides.raynet != sides.base_raynet:
            self.seen.append(f"raynet.{name.value}")
        if sides.outlook != sides.base_outlook:
            self.seen.append(f"outlook.{name.value}")

    def _participants(self) -> None:
        """Attendees that are Raynet persons take part in the activity; nobody is added who was taken out there."""
        if self.masked:
            return
        wanted = set(mapping.attendee_persons(self.event, self.draft.world))
        known = set(self.draft.link.attendee_persons)
        if not self.met:
            self.draft.link = replace(self.draft.link, attendee_persons=tuple(sorted(wanted)))
            return
        self.add = tuple(sorted(wanted - known - self.activity.persons))
        self.drop = tuple(sorted(((known - wanted) & self.activity.persons) - {self.activity.owner}))
        if (self.add or self.drop) and not self.activity.locked:
            self.to_raynet.append(FieldName.PARTICIPANTS)
        elif wanted != known:
            self.draft.link = replace(self.draft.link, attendee_persons=tuple(sorted(wanted)))

    def _marks(self) -> tuple[str, ...] | None:
        """Categories to write, or None. The first agreement takes them as they are."""
        marks = mapping.marks_of(self.activity, self.draft.world)
        if self.follows or not self.draft.world.rules.categories or not self.met or marks == self.base.marks:
            return None
        return marks

    # --- storing what needs no write ---

    def _keep(self, marks: tuple[str, ...] | None) -> None:
        base = self.base
        if not self.met:
            base = replace(base, marks=mapping.marks_of(self.activity, self.draft.world))
        names = tuple(name.value for name in self.settled)
        base = mapping.moved_base(base, self.raynet, self.outlook, names)
        if FieldName.WHEN in self.settled:
            start, till = self.activity.scheduled_from, self.activity.scheduled_till
            base = replace(base, raynet_from=start, raynet_till=till)
        if not self.met or base != self.base:
            self.draft.set_base(self.pair, base)
        self.base = base
        if not self.met:
            waits = bool(self.to_outlook or self.to_raynet)
            self.draft.note(self.pair, Reason.MATCHED, "matched", ("differs",) if waits else ())
        if self.draft.link.masked != self.masked and not self.to_raynet:
            self.draft.link = replace(self.draft.link, masked=self.masked)
        if self.draft.has_version_gap():
            self.draft.note(self.pair, Reason.VERSION_GAP, "journalled")

    # --- writing ---

    def _reason(self, fields: list[FieldName]) -> Reason:
        lost = {loss.field for loss in self.draft.losses if loss.pair == self.pair.id}
        if lost & set(fields):
            return Reason.CONFLICT
        if self.transition:
            return Reason.MASKED
        if self.repairs and set(fields) <= set(self.repairs):
            return Reason.LATE_DUPLICATE
        if set(fields) == {FieldName.PARTICIPANTS}:
            return Reason.PARTICIPANTS_FOLLOW
        if fields is self.to_outlook:
            return Reason.RAYNET_CHANGED if fields else Reason.CATEGORIES_FOLLOW
        return Reason.FOLLOWS_ORGANIZER if self.follows else Reason.OUTLOOK_CHANGED

    def _write_outlook(self, marks: tuple[str, ...] | None) -> None:
        categories = mapping.with_marks(self.event.categories, marks) if marks is not None else None
        if categories == self.event.categories:
            self.draft.set_base(self.pair, replace(self.base, marks=marks or ()))
            self.base = replace(self.base, marks=marks or ())
            categories = None
        if not self.to_outlook and categories is None:
            return
        fields = tuple(self.to_outlook) + ((FieldName.CATEGORIES,) if categories is not None else ())
        expects = mapping.moved_base(self.base, self.raynet, self.raynet, tuple(name.value for name in self.to_outlook))
        expects = replace(expects, marks=marks if categories is not None and marks is not None else expects.marks)
        if FieldName.WHEN in self.to_outlook:
            start, till = self.activity.scheduled_from, self.activity.scheduled_till
            expects = replace(expects, raynet_from=start, raynet_till=till)
        write = Write(
            kind=IntentKind.UPDATE_EVENT,
            pair=self.pair.id,
            reason=self._reason(self.to_outlook),
            fields=fields,
            event=self.event.key,
            event_change=event_change(self.draft, self.event, self.raynet, self.to_outlook, categories),
            foreign=self.event.body_foreign,
            expects=expects,
            before=self.outlook,
        )
        self.draft.write(write, seen=tuple(self.seen))

    def _write_raynet(self) -> None:
        if not self.to_raynet:
            return
        merged = [name for name in self.to_raynet if name in MERGED_FIELDS]
        change = _activity_change(self, merged)
        expects = mapping.moved_base(self.base, self.outlook, self.outlook, tuple(name.value for name in merged))
        if FieldName.WHEN in merged:
            expects = replace(expects, raynet_from=change.scheduled_from, raynet_till=change.scheduled_till)
        self.draft.link = replace(self.draft.link, masked=self.masked)
        write = Write(
            kind=IntentKind.UPDATE_ACTIVITY,
            pair=self.pair.id,
            reason=self._reason(self.to_raynet),
            fields=tuple(self.to_raynet),
            activity=self.activity.key,
            activity_change=change,
            expects=expects,
            before=self.raynet,
        )
        self.draft.write(write, seen=tuple(self.seen))

    def _result(self) -> Content:
        """What copies show: Raynet's values with those just taken from Outlook."""
        names = [name for name in self.to_raynet if name in MERGED_FIELDS]
        return replace(self.raynet, **{name.value: getattr(self.outlook, name.value) for name in names})


def event_change(
    draft: PlanDraft, event: Event, wanted: Content, fields: list[FieldName], categories: tuple[str, ...] | None
) -> EventChange:
    """Only the changed members; the event's own zone label is kept where it can be understood."""
    label = event.zone_label if event.zone_label and iana_zone(event.zone_label) else zone_label(draft)

    def times(when: When | None) -> EventTimes | None:
        return EventTimes(when=when, zone_label=label) if when is not None and FieldName.WHEN in fields else None

    return EventChange(
        subject=wanted.title if FieldName.TITLE in fields else None,
        times=times(wanted.when),
        description=wanted.description if FieldName.DESCRIPTION in fields else None,
        location=wanted.place if FieldName.PLACE in fields else None,
        importance=(
            mapping.importance_of(wanted.priority or Priority.DEFAULT) if FieldName.PRIORITY in fields else None
        ),
        categories=categories,
    )


def _activity_change(merge: _Merge, fields: list[FieldName]) -> ActivityChange:
    outlook, names = merge.outlook, set(fields)
    start = till = None
    if FieldName.WHEN in names and outlook.when is not None:
        start, till = to_instants(outlook.when, merge.draft.world.zone)
    scheduled = start is not None and merge.activity.status is ActivityStatus.NEW
    description: RichText = outlook.description or EMPTY
    participants: tuple[ParticipantWrite, ...] | None = None
    if FieldName.PARTICIPANTS in merge.to_raynet:
        # Participant ids exist in details only: the writer completes the list after its re-read.
        participants = tuple(ParticipantWrite(person=person) for person in merge.add)
        participants += tuple(ParticipantWrite(person=person, remove=True) for person in merge.drop)
    return ActivityChange(
        title=outlook.title if FieldName.TITLE in names else None,
        scheduled_from=start,
        scheduled_till=till,
        description_html=description.html if FieldName.DESCRIPTION in names else None,
        place=outlook.place if FieldName.PLACE in names else None,
        priority=outlook.priority if FieldName.PRIORITY in names else None,
        status=ActivityStatus.SCHEDULED if scheduled else None,
        personal=True if FieldName.PERSONAL in merge.to_raynet else None,
        participants=participants,
    )
