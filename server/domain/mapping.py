"""What each record says in the common fields, whether it is there to be carried, and which mailboxes should show it.

Everything a rule can change is decided here; the merge itself knows no rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from server.domain.activity import Activity, ActivityStatus, Priority
from server.domain.content import Content
from server.domain.event import Event, Importance, Response
from server.domain.html import EMPTY
from server.domain.ids import ActivityType, EventKey, MailboxId, PairId, PersonId
from server.domain.panel import Choices, PanelChange, PanelDraft
from server.domain.reasons import Reason
from server.domain.rules import AttendedEvents, Mirror, PrivateEvents, Rules
from server.domain.state import Base
from server.domain.text import place_form, title_form
from server.domain.when import AllDay, Inverted, Timed, When, from_instants, overlaps

#: What Raynet shows of a private event: nothing but its time.
PRIVATE_TITLE = "Soukromá událost"
#: Raynet demands a title, Outlook does not.
NO_TITLE = "(bez názvu)"

#: What an Outlook event without panel choices becomes.
NEW_TYPE = ActivityType.EVENT
NO_CHOICES = Choices()
_TYPES_WITH_PLACE = (ActivityType.MEETING, ActivityType.EVENT)
_IMPORTANCE = {
    Priority.MINOR: Importance.LOW,
    Priority.DEFAULT: Importance.NORMAL,
    Priority.CRITICAL: Importance.HIGH,
}
_PRIORITY = {importance: priority for priority, importance in _IMPORTANCE.items()}
TYPE_MARKS = {
    ActivityType.TASK: "Raynet: Úkol",
    ActivityType.EVENT: "Raynet: Událost",
    ActivityType.MEETING: "Raynet: Schůzka",
    ActivityType.PHONE_CALL: "Raynet: Telefonát",
    ActivityType.LETTER: "Raynet: Dopis",
    ActivityType.EMAIL: "Raynet: E-mail",
}
DONE_MARK = "Raynet: Hotovo"
_OUR_MARKS = frozenset(TYPE_MARKS.values()) | {DONE_MARK}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatPlace:
    """A seat that takes part now: where its calendar is and who it is in Raynet."""

    mailbox: MailboxId
    person: PersonId
    addresses: frozenset[str]


def window_at(now: datetime, rules: Rules) -> tuple[datetime, datetime]:
    """Between which instants these rules carry items."""
    return now - timedelta(days=rules.window_back_days), now + timedelta(days=rules.window_ahead_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What reconciling depends on besides the items. ``persons`` maps attendee addresses to Raynet persons."""

    rules: Rules
    zone: ZoneInfo
    now: datetime
    login: str
    tenant: str
    seats: tuple[SeatPlace, ...] = ()
    #: Calendars that have yet to meet Raynet for the first time: nothing is made there, it may stand there already.
    unmet: frozenset[MailboxId] = frozenset()
    #: None = looked up without a single hit. An address that is missing was not looked up (yet).
    persons: Mapping[str, PersonId | None] = field(default_factory=dict)
    #: Pairs whose held removal an administrator rejected: the missing side is made again.
    rejected: frozenset[PairId] = frozenset()
    #: What users chose in the panel for events that are not in Raynet yet: the drafts bound to them.
    panel: Mapping[EventKey, PanelDraft] = field(default_factory=dict)
    #: What they want changed in activities that exist, by the change's id.
    panel_changes: Mapping[str, PanelChange] = field(default_factory=dict)

    @property
    def window(self) -> tuple[datetime, datetime]:
        return window_at(self.now, self.rules)

    def seat_of_person(self, person: PersonId | None) -> SeatPlace | None:
        return next((seat for seat in self.seats if seat.person == person), None)

    def seat_of_mailbox(self, mailbox: MailboxId) -> SeatPlace | None:
        return next((seat for seat in self.seats if seat.mailbox == mailbox), None)

    def seat_of_address(self, address: str | None) -> SeatPlace | None:
        return next((seat for seat in self.seats if address and address in seat.addresses), None)

    def choices_of(self, event: EventKey) -> Choices:
        """What was chosen for a new event; nothing, where no draft is bound to it."""
        draft = self.panel.get(event)
        return draft.bound if draft is not None and draft.bound is not None else NO_CHOICES

    def in_window(self, when: When) -> bool:
        return overlaps(when, *self.window, self.zone)


def importance_of(priority: Priority) -> Importance:
    return _IMPORTANCE[priority]


def priority_of(importance: Importance) -> Priority:
    return _PRIORITY[importance]


def _whole_seconds(when: When) -> When:
    """Remotes keep different fractions; nobody plans by them."""
    if isinstance(when, AllDay) or not (when.start.microsecond or when.end.microsecond):
        return when
    return Timed(start=when.start.replace(microsecond=0), end=when.end.replace(microsecond=0))


# --- Raynet's side ------------------------------------------------------------------------------------------------


def raynet_when(activity: Activity, world: World, base: Base | None) -> When | Inverted | None:
    """When the activity is planned; None when it is not.

    Instants equal to those remembered mean the remembered days: a changed zone of the API user shifts nothing.
    """
    start, end = activity.scheduled_from, activity.scheduled_till
    if activity.status is ActivityStatus.NEW:
        return _deadline_block(activity, world)
    if base is not None and start is not None and base.raynet_from == start:
        same_end = (end or start) == (base.raynet_till or start)
        if same_end and base.raynet.when is not None:
            return base.raynet.when
    when = from_instants(start, end, world.zone)
    if isinstance(when, Inverted):
        return when
    return _whole_seconds(when) if when is not None else _deadline_block(activity, world)


def planned_instants(activity: Activity) -> tuple[datetime | None, datetime | None]:
    """The instants that ``raynet_when`` stands for; none where that is the block of a deadline.

    Some instances leave a task new though it was given a time: that time is not what the calendar shows.
    """
    return (None, None) if activity.status is ActivityStatus.NEW else (activity.scheduled_from, activity.scheduled_till)


def _deadline_block(activity: Activity, world: World) -> When | None:
    minutes = world.rules.deadline_block_minutes
    if activity.key.type is not ActivityType.TASK or activity.deadline is None or not minutes:
        return None
    deadline = activity.deadline.replace(microsecond=0)
    return Timed(start=deadline - timedelta(minutes=minutes), end=deadline)


def raynet_content(activity: Activity, when: When | None) -> Content:
    """The activity in the common fields. Types without a place do not carry one."""
    return Content(
        title=title_form(activity.title) or NO_TITLE,
        when=when,
        description=activity.description,
        place=place_form(activity.place) if activity.key.type in _TYPES_WITH_PLACE else None,
        priority=activity.priority,
    )


def has_place(kind: ActivityType) -> bool:
    return kind in _TYPES_WITH_PLACE


def raynet_absent(activity: Activity, when: When | Inverted | None) -> Reason | None:
    """Why the activity does not stand in calendars; None when it does."""
    if activity.status is ActivityStatus.CANCELLED:
        return Reason.CANCELLED_IN_RAYNET
    if when is None:
        return Reason.UNSCHEDULED_IN_RAYNET
    return None


def raynet_excluded(activity: Activity, when: When | Inverted | None, world: World) -> Reason | None:
    """Why the activity is left alone as it is, though it exists; None when it is carried."""
    if activity.invalidated:
        # No proof of a deletion. Fact: such rows are to be ignored [inferred], raynet-api §22 no. 24.
        return Reason.RELEASED_NOT_VISIBLE
    if activity.recurring:
        return Reason.SERIES
    if activity.key.type not in world.rules.types:
        return Reason.TYPE_EXCLUDED
    if activity.status is ActivityStatus.UNKNOWN:
        return Reason.UNKNOWN_STATUS
    if isinstance(when, Inverted):
        return Reason.INVERTED_TIMES
    return None


def marks_of(activity: Activity, world: World) -> tuple[str, ...]:
    """The categories that stand for type and done state; none where the rule is off."""
    if not world.rules.categories:
        return ()
    done = (DONE_MARK,) if activity.status is ActivityStatus.COMPLETED else ()
    return (TYPE_MARKS[activity.key.type], *done)


def with_marks(categories: tuple[str, ...], marks: tuple[str, ...]) -> tuple[str, ...]:
    """The user's own categories in their order, then ours."""
    return (*(name for name in categories if name not in _OUR_MARKS), *marks)


def wanted_mailboxes(activity: Activity, world: World) -> dict[MailboxId, SeatPlace]:
    """Mailboxes that should hold the activity, the owner's first."""
    persons = [activity.owner] if activity.owner is not None else []
    if world.rules.mirror is Mirror.PARTICIPANTS:
        persons += sorted(activity.persons - set(persons))
    seats = [world.seat_of_person(person) for person in persons]
    return {seat.mailbox: seat for seat in seats if seat is not None}


# --- Outlook's side -----------------------------------------------------------------------------------------------


def is_masked(event: Event, world: World) -> bool:
    """Whether Raynet may learn the time only."""
    return event.private and world.rules.private_events is not PrivateEvents.FULL


def is_skipped(event: Event, world: World) -> bool:
    """Whether Raynet may not learn of the event at all."""
    return event.private and world.rules.private_events is PrivateEvents.SKIP


def times_only(content: Content) -> Content:
    """What may be kept of a content whose texts are private."""
    return Content(when=content.when)


def outlook_content(event: Event, kind: ActivityType, *, masked: bool) -> Content:
    """The event in the common fields, as Raynet may see it."""
    place = has_place(kind)
    when = _whole_seconds(event.when) if event.when is not None else None
    if masked:
        return Content(
            title=PRIVATE_TITLE,
            when=when,
            description=EMPTY,
            place="" if place else None,
            priority=Priority.DEFAULT,
        )
    return Content(
        title=title_form(event.subject) or NO_TITLE,
        when=when,
        description=event.body,
        place=place_form(event.location) if place else None,
        priority=priority_of(event.importance),
    )


def outlook_excluded(event: Event) -> Reason | None:
    """Why the event is left alone as it is, whoever it belongs to; None when it is carried."""
    if event.recurring:
        return Reason.SERIES
    if event.when is None:
        return Reason.NO_TIMES
    return None


def attended_excluded(event: Event, world: World) -> Reason | None:
    """Why an event organised by somebody without a seat is not carried; None when it is."""
    match world.rules.attended_events:
        case AttendedEvents.NONE:
            return Reason.ATTENDED_EXCLUDED
        case AttendedEvents.ALL:
            return Reason.NOT_ACCEPTED if event.response is Response.DECLINED else None
        case AttendedEvents.ACCEPTED:
            return None if event.response is Response.ACCEPTED else Reason.NOT_ACCEPTED


def would_mail(event: Event, world: World) -> bool:
    """Whether writing this event would make Exchange mail people. Fact: nothing suppresses it, graph-calendar §9."""
    return bool(event.attendees) and not world.rules.invitations


def attendee_persons(event: Event, world: World) -> tuple[PersonId, ...]:
    """Raynet persons among the attendees: seats, and single hits of the directory."""
    found: set[PersonId] = set()
    for address in event.attendees:
        seat = world.seat_of_address(address)
        person = seat.person if seat is not None else world.persons.get(address)
        if person is not None:
            found.add(person)
    return tuple(sorted(found))


def all_looked_up(event: Event, world: World) -> bool:
    """Whether it is known of each attendee who that is in Raynet: without that nobody counts as taken off the list."""
    return all(world.seat_of_address(one) is not None or one in world.persons for one in event.attendees)


def moved_base(base: Base, raynet: Content, outlook: Content, fields: tuple[str, ...]) -> Base:
    """``base`` with these common fields taken from the two contents."""
    return replace(
        base,
        raynet=replace(base.raynet, **{name: getattr(raynet, name) for name in fields}),
        outlook=replace(base.outlook, **{name: getattr(outlook, name) for name in fields}),
    )
