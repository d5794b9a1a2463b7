"""The lead pair: the only event through which a meeting changes both ways, or, when others organise it, one way."""

from dataclasses import replace

from server.domain import mapping
from server.domain.activity import Activity, ActivityStatus, ParticipantWrite
from server.domain.changes import activity_change, event_change
from server.domain.coincidence import coincided, is_overtaken
from server.domain.content import MERGED_FIELDS, Content, FieldName
from server.domain.copies import invited_mailboxes, superseded
from server.domain.draft import PlanDraft
from server.domain.event import Event, Response
from server.domain.existence import create_event, delete_event, outlook_removed
from server.domain.heir import hand_over
from server.domain.ids import PersonId
from server.domain.mapping import SeatPlace
from server.domain.merge import Merged, Moments, Sides, Way, is_empty, merge_field
from server.domain.plan import Write
from server.domain.privacy import TEXTS, exposed_texts
from server.domain.reasons import Reason
from server.domain.rules import AttendedEvents, Mirror, PrivateEvents
from server.domain.state import Base, IntentKind, Origin, Pair, PairState, Role, Side
from server.domain.when import as_read


def merge_lead(draft: PlanDraft, activity: Activity, raynet: Content) -> Content | None:
    """Merge the lead pair; return what copies shall show, or None when the activity itself is being removed."""
    stays = hand_over(draft, activity, raynet)
    lead = draft.lead() or _new_lead(draft, activity, raynet)
    if lead is None:
        return raynet
    if lead.event is None:
        return _create_lead(draft, lead, activity, raynet)
    seen = draft.event_of(lead)
    if seen is None and not draft.is_gone(lead):
        return raynet  # not read yet
    if seen is None or seen.is_cancelled:
        reason = Reason.DELETED_IN_OUTLOOK if seen is None else Reason.CANCELLED_IN_OUTLOOK
        return _without_lead_event(draft, lead, activity, raynet, reason)
    excluded = mapping.outlook_excluded(seen)
    if excluded is not None:
        draft.release(lead, excluded)
        return raynet
    if seen.is_draft:
        return raynet
    if lead.role is Role.LEAD and lead.origin is Origin.RAYNET and lead.mailbox in invited_mailboxes(draft):
        superseded(draft, lead)
        return raynet
    if lead.role is Role.FOLLOWER and seen.response is Response.DECLINED:
        return _without_lead_event(draft, lead, activity, raynet, Reason.RELEASED_BY_ATTENDEE)
    if _by_rule(draft, lead, activity, seen):
        return raynet
    merge = _Merge(draft, lead, activity, raynet, seen)
    if merge.is_frozen():
        return merge.rest()
    if not stays and _no_longer_wanted(draft, lead, activity, seen):
        return raynet if lead in draft.open_pairs() else merge_lead(draft, activity, raynet)
    return merge.run()


def mask_again(draft: PlanDraft, activity: Activity, raynet: Content) -> None:
    """A late copy of our write may show a private text in an activity that was called off while its event stands."""
    for pair in draft.pairs():
        event = draft.event_of(pair)
        if pair.role is Role.FOLLOWER and event is not None and draft.link.masked:
            merge = _Merge(draft, pair, activity, raynet, event)
            if merge.exposed:
                merge.hide()


def _by_rule(draft: PlanDraft, lead: Pair, activity: Activity, seen: Event) -> bool:
    """Let go of what a rule no longer carries; a private text that Raynet still shows is masked first."""
    if lead.role is Role.FOLLOWER and draft.world.rules.attended_events is AttendedEvents.NONE:
        draft.release(lead, Reason.RELEASED_BY_RULE)
        return True
    is_hidden = draft.link.masked and not exposed_texts(activity, seen, draft.world, draft.link, lead.base)
    if mapping.is_skipped(seen, draft.world) and is_hidden:
        draft.release(lead, Reason.PRIVATE_SKIPPED)
        return True
    return False


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
                draft.put(pair, role=Role.FOLLOWER, state=PairState.LIVE, reason=None, base=lead.base)
                return raynet
    if lead.role is Role.LEAD and lead.mailbox not in mapping.wanted_mailboxes(activity, draft.world):
        # Gone where it did not belong any more: that says nothing about the activity.
        draft.close(lead, Reason.NO_LONGER_PARTICIPANT)
        return merge_lead(draft, activity, raynet)
    outlook_removed(draft, lead, activity, raynet, reason)
    return None if any(write.removal for write in draft.writes) else raynet


def _new_lead(draft: PlanDraft, activity: Activity, raynet: Content) -> Pair | None:
    """The owner's mailbox gets an event, unless it already has its say."""
    seat = draft.world.seat_of_person(activity.owner)
    if seat is None or raynet.when is None or not draft.world.in_window(raynet.when):
        return None
    if seat.mailbox in draft.world.unmet or _is_invited(draft, seat):
        return None
    existing = [pair for pair in draft.pairs() if pair.mailbox == seat.mailbox and pair.state is not PairState.CLOSED]
    promoted = next(
        (pair for pair in existing if pair.role is Role.COPY and pair.state is not PairState.RELEASED), None
    )
    if existing and promoted is None:
        return None
    # Whom the event before invited still takes part: that this one invites nobody takes nobody out.
    draft.link = replace(draft.link, attendee_persons=())
    if promoted is not None:
        return draft.put(promoted, role=Role.LEAD, state=promoted.state, reason=promoted.reason)
    return draft.new_pair(seat.mailbox, Role.LEAD)


def _is_invited(draft: PlanDraft, seat: SeatPlace) -> bool:
    """Whether a meeting of this link, released or not, reaches that calendar through Outlook itself."""
    events = [draft.event_of(pair) for pair in draft.pairs()]
    return any(seat.addresses & set(one.attendees) for one in events if one is not None and not one.is_cancelled)


def _create_lead(draft: PlanDraft, lead: Pair, activity: Activity, raynet: Content) -> Content:
    if lead.mailbox not in mapping.wanted_mailboxes(activity, draft.world):
        draft.close(lead, Reason.NO_LONGER_PARTICIPANT)
    elif raynet.when is not None and draft.world.in_window(raynet.when):
        draft.settle_live(lead)
        create_event(draft, lead, activity, raynet, Reason.CREATED_FROM_RAYNET)
    else:
        draft.freeze(lead)
    return raynet


def _no_longer_wanted(draft: PlanDraft, lead: Pair, activity: Activity, seen: Event) -> bool:
    """End a lead whose calendar is none of the activity's any more; False = it is."""
    if lead.role is not Role.LEAD or lead.mailbox in mapping.wanted_mailboxes(activity, draft.world):
        return False
    seat = draft.world.seat_of_mailbox(lead.mailbox)
    by_rule = draft.world.rules.mirror is Mirror.OWNER and seat is not None and seat.person in activity.persons
    if lead.origin is Origin.OUTLOOK:
        draft.release(lead, Reason.RELEASED_OWNER_CHANGED)
    elif by_rule:
        draft.release(lead, Reason.RELEASED_BY_RULE)
    else:
        delete_event(draft, lead, seen, Reason.NO_LONGER_PARTICIPANT)
    return True


class _Merge:
    """One merge of a lead pair; ``run`` decides every field once and emits at most one write per side."""

    def __init__(self, draft: PlanDraft, pair: Pair, activity: Activity, raynet: Content, event: Event) -> None:
        self.draft = draft
        self.pair = pair
        self.activity, self.event = activity, event
        self.moments = Moments(raynet=activity.modified_at, outlook=event.modified_at)
        self.raynet = raynet
        self.masked = mapping.is_masked(event, draft.world)
        self.unmasked = mapping.outlook_content(event, activity.key.type, masked=False)
        self.outlook = mapping.outlook_content(event, activity.key.type, masked=self.masked)
        self.met = pair.base is not None
        theirs = self.outlook.when
        if not self.met and theirs is not None and as_read(theirs, draft.world.zone) == raynet.when:
            self.raynet = replace(raynet, when=theirs)  # Raynet cannot say whether these hours are whole days
        self.base = pair.base or Base(raynet=Content(), outlook=Content())
        self.transition = self.met and self.masked != draft.link.masked
        self.follows = pair.role is Role.FOLLOWER
        #: It turned private after its texts were told: where they are carried in full, the record follows, once.
        in_full = draft.world.rules.private_events is PrivateEvents.FULL
        self.turned = in_full and event.private and self.base.private is False
        #: Private texts that came back over their mask.
        self.exposed = exposed_texts(activity, event, draft.world, draft.link, pair.base) if draft.link.masked else ()
        self.to_outlook: list[FieldName] = []
        self.to_raynet: list[FieldName] = []
        self.settled: list[FieldName] = []
        self.repairs: list[FieldName] = []
        self.blocked: Reason | None = None
        self.seen: list[str] = []
        self.add: tuple[PersonId, ...] = ()
        self.drop: tuple[PersonId, ...] = ()

    def run(self) -> Content:
        self.draft.compared = True
        for name in MERGED_FIELDS:
            self._field(name)
        self._personal()
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

    def rest(self) -> Content:
        """Freeze the pair. What turned private out there is masked all the same: no window opens a private text."""
        self.hide()
        self.draft.freeze(self.pair)
        return self._result()

    def hide(self) -> None:
        """Mask what Raynet shows of a private event, and nothing else."""
        if not self.masked or not (self.transition or self.exposed):
            return
        for name in MERGED_FIELDS:
            if name is not FieldName.WHEN:
                self._field(name)
        self._personal()
        self._keep(None)
        self._write_raynet()

    def is_frozen(self) -> bool:
        """Neither side stands in the window; one that was moved out of it is carried first."""
        whens = [when for when in (self.raynet.when, self.outlook.when) if when is not None]
        return not any(self.draft.world.in_window(when) for when in whens)

    # --- deciding ---

    def _field(self, name: FieldName) -> None:
        r, o = getattr(self.raynet, name.value), getattr(self.outlook, name.value)
        if r is None or o is None:
            return
        base_r, base_o = getattr(self.base.raynet, name.value), getattr(self.base.outlook, name.value)
        late = False
        if name is FieldName.WHEN or not self.masked:  # what stands for a private text is no echo and no base
            base_r, late = self.draft.raynet_base(name, r, base_r)
        if base_r == r and not late:  # also where Raynet kept less than it was sent: that is seen only once
            self.base = replace(self.base, raynet=replace(self.base.raynet, **{name.value: r}))
        sides = Sides(raynet=r, outlook=o, base_raynet=base_r, base_outlook=base_o, met=base_r is not None)
        merged = self._decide(name, sides)
        if late and merged.way is Way.NOTHING and r != o:
            self.repairs.append(name)
            # What is typed beside a meeting of somebody else's stands in Raynet alone: it may be that.
            merged = Merged(Way.TO_RAYNET, conflict=self.follows)
        self._note_seen(name, sides)
        self._take(name, sides, merged)

    def _decide(self, name: FieldName, sides: Sides[object]) -> Merged:
        """The merge, bent by privacy and by who may write where."""
        if name is not FieldName.WHEN and (self.masked or self.transition):
            return self._private_text(name, sides)
        if self.follows:
            return self._organizers(name, sides)
        merged = merge_field(sides, self.draft.world.rules.authority, self.moments)
        if merged.way is Way.TO_OUTLOOK and mapping.would_mail(self.event, self.draft.world):
            if merged.conflict:
                return Merged(Way.TO_RAYNET, conflict=True)
            self.blocked = Reason.WOULD_MAIL
            return Merged(Way.NOTHING)
        hides = merged.way is Way.TO_OUTLOOK and self.draft.may_hide_duplicate(name, sides.raynet, sides.base_raynet)
        if sides.met and (hides or is_overtaken(self.base.coincidences, name, merged.way, self.moments)):
            # Carried, because a user may have typed it; what it takes the place of is in the journal.
            return Merged(merged.way, conflict=True)
        return merged

    def _private_text(self, name: FieldName, sides: Sides[object]) -> Merged:
        """Outlook alone decides: a mask never travels to Outlook, a lifted one is filled from there.

        A Raynet text is lost only if somebody typed it there: not when it is the private text itself.
        """
        if name in self.exposed:
            self.draft.has_late_duplicate = True
            by_somebody = self.activity.modified_by not in (None, self.draft.world.login)
            typed = by_somebody and sides.raynet != getattr(self.unmasked, name.value)
            return Merged(Way.TO_RAYNET, conflict=typed)
        outlook_moved = not sides.met or sides.outlook != sides.base_outlook
        if sides.raynet == sides.outlook or not (self.transition or outlook_moved):
            return Merged(Way.NOTHING)
        typed = not is_empty(sides.raynet) and sides.raynet != getattr(self.unmasked, name.value)
        return Merged(Way.TO_RAYNET, conflict=typed and not (sides.met and sides.raynet == sides.base_raynet))

    def _organizers(self, name: FieldName, sides: Sides[object]) -> Merged:
        """Times follow the organizer; a text typed in Raynet stays until the organizer changes the same field."""
        typed = not sides.met or sides.raynet != sides.base_raynet
        if sides.raynet == sides.outlook:
            return Merged(Way.NOTHING)
        if name is not FieldName.WHEN:
            changes = sides.outlook != sides.base_outlook if sides.met else is_empty(sides.raynet)
            if not changes:
                return Merged(Way.NOTHING)
        return Merged(Way.TO_RAYNET, conflict=typed and not is_empty(sides.raynet))

    def _take(self, name: FieldName, sides: Sides[object], merged: Merged) -> None:
        moved = sides.met and (sides.raynet != sides.base_raynet or sides.outlook != sides.base_outlook)
        if merged.way is Way.NOTHING:
            equal = sides.raynet == sides.outlook
            if equal or (sides.met and not moved) or (self.follows and not sides.met):
                self.settled.append(name)
            if equal and sides.met and sides.raynet != sides.base_raynet and sides.outlook != sides.base_outlook:
                self.base = replace(self.base, coincidences=coincided(self.base.coincidences, name, self.moments))
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
            if self.masked and name is not FieldName.WHEN:
                base = ""  # the private text itself
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

    def _personal(self) -> None:
        """An event that turned private makes the activity personal, once: together with its texts.

        Where private texts are carried in full, whoever opened the record in Raynet opened what it said then.
        """
        is_new = self.masked and self.transition and self.base.outlook.title != mapping.PRIVATE_TITLE
        tells = self.event.private and not self.masked and not TEXTS.isdisjoint(self.to_raynet)
        if not (is_new or tells or self.turned) or self.activity.personal:
            self.turned = False
            return
        if self.activity.locked:
            self.blocked = Reason.LOCKED
        else:
            self.to_raynet.append(FieldName.PERSONAL)

    def _participants(self) -> None:
        """Attendees that are Raynet persons take part in the activity; nobody is added who was taken out there."""
        if self.masked:
            return
        wanted = set(mapping.attendee_persons(self.event, self.draft.world))
        known = set(self.draft.link.attendee_persons)
        if not mapping.all_looked_up(self.event, self.draft.world):
            wanted |= known
        if self.met:
            self.add = tuple(sorted(wanted - known - self.activity.persons))
            self.drop = tuple(sorted(((known - wanted) & self.activity.persons) - {self.activity.owner}))
        if not self.add and not self.drop:
            self.draft.link = replace(self.draft.link, attendee_persons=tuple(sorted(wanted)))
        elif self.activity.locked:
            self.blocked = Reason.LOCKED
        else:
            self.to_raynet.append(FieldName.PARTICIPANTS)

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
            start, till = mapping.planned_instants(self.activity)
            base = replace(base, raynet_from=start, raynet_till=till)
        if not self.turned:
            base = replace(base, private=self.event.private)
        if not self.met or base != self.pair.base:
            self.draft.set_base(self.pair, base)
        self.base = base
        if not self.met:
            waits = bool(self.to_outlook or self.to_raynet)
            self.draft.note(self.pair, Reason.MATCHED, "matched", ("differs",) if waits else ())
        waiting = self.to_raynet or self.blocked in (Reason.LOCKED, Reason.TEXT_TOO_LONG)
        if self.draft.link.masked != self.masked and not waiting:
            self.draft.link = replace(self.draft.link, masked=self.masked)
        if self.event.ical_uid is not None:
            # Whom this event invites is found by its name; one that led before may be taken back: that is another then.
            self.draft.link = replace(self.draft.link, ical_uid=self.event.ical_uid)
        if self.draft.has_version_gap():
            self.draft.note(self.pair, Reason.VERSION_GAP, "journalled")

    # --- writing ---

    def _reason(self, fields: list[FieldName]) -> Reason:
        lost = {loss.field for loss in self.draft.losses if loss.pair == self.pair.id}
        if lost & set(fields):
            return Reason.CONFLICT
        if self.transition or (self.exposed and set(fields) <= set(self.exposed)):
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
            start, till = mapping.planned_instants(self.activity)
            expects = replace(expects, raynet_from=start, raynet_till=till)
        write = Write(
            kind=IntentKind.UPDATE_EVENT,
            pair=self.pair.id,
            reason=self._reason(self.to_outlook),
            fields=fields,
            event=self.event.key,
            event_change=event_change(self.event, self.raynet, self.to_outlook, categories, self.draft.world),
            foreign=self.event.body_foreign,
            expects=expects,
            before=mapping.times_only(self.outlook) if self.masked else self.outlook,
        )
        self.draft.write(write, seen=tuple(self.seen))

    def _write_raynet(self) -> None:
        if not self.to_raynet:
            return
        merged = [name for name in self.to_raynet if name in MERGED_FIELDS]
        change = activity_change(self.outlook, merged, self.draft.world)
        expects = mapping.moved_base(self.base, self.outlook, self.outlook, tuple(name.value for name in merged))
        if FieldName.WHEN in merged:
            expects = replace(expects, raynet_from=change.scheduled_from, raynet_till=change.scheduled_till)
        if FieldName.PARTICIPANTS in self.to_raynet:
            # Participant ids exist in details only: the writer completes the list after its re-read.
            people = [ParticipantWrite(person=person) for person in self.add]
            people += [ParticipantWrite(person=person, remove=True) for person in self.drop]
            change = replace(change, participants=tuple(people))
        if FieldName.PERSONAL in self.to_raynet:
            change = replace(change, personal=True)
            expects = replace(expects, private=True)
        if change.scheduled_from is not None and self.activity.status is ActivityStatus.NEW:
            change = replace(change, status=ActivityStatus.SCHEDULED)
        write = Write(
            kind=IntentKind.UPDATE_ACTIVITY,
            pair=self.pair.id,
            reason=self._reason(self.to_raynet),
            fields=tuple(self.to_raynet),
            activity=self.activity.key,
            activity_change=change,
            expects=expects,
            before=mapping.times_only(self.raynet) if self.masked else self.raynet,
        )
        self.draft.write(write, seen=tuple(self.seen))

    def _result(self) -> Content:
        """What copies show: Raynet's values with those just taken from Outlook."""
        names = [name for name in self.to_raynet if name in MERGED_FIELDS]
        return replace(self.raynet, **{name.value: getattr(self.outlook, name.value) for name in names})
