"""Builders that default everything, and ``carry_out``: a pure stand-in for both remotes and the store.

A test names only what it is about. The firm has three seats (Anna, Bob, Cyril); ``dana@out.example`` has none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from server.domain import keys, mapping
from server.domain.activity import Activity, ActivityStatus, Participant, Priority
from server.domain.content import MERGED_FIELDS, Content, FieldName
from server.domain.event import Event, Response
from server.domain.html import RichText, rich_from_html, rich_from_plain
from server.domain.ids import ActivityKey, ActivityType, EventId, FirmId, LinkId, MailboxId, PairId, PersonId
from server.domain.mapping import SeatPlace, World
from server.domain.plan import Plan, Write
from server.domain.reconcile import reconcile
from server.domain.rules import Rules
from server.domain.sent import SentValue
from server.domain.state import (
    Base,
    Group,
    IntentKind,
    Link,
    Origin,
    Pair,
    PairState,
    Role,
    SeenActivity,
    SeenEvent,
    Side,
)
from server.domain.when import AllDay, Timed, When, to_instants

FIRM = FirmId(1)
PRAGUE = ZoneInfo("Europe/Prague")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LOGIN = "sync@firm.example"
TENANT = "11111111-2222-3333-4444-555555555555"
USER = "anna@firm.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Human:
    """A user with a seat."""

    mailbox: MailboxId
    person: PersonId
    email: str

    @property
    def seat(self) -> SeatPlace:
        return SeatPlace(mailbox=self.mailbox, person=self.person, addresses=frozenset({self.email}))


ANNA = Human(mailbox=MailboxId("mb-anna"), person=PersonId(11), email="anna@firm.example")
BOB = Human(mailbox=MailboxId("mb-bob"), person=PersonId(12), email="bob@firm.example")
CYRIL = Human(mailbox=MailboxId("mb-cyril"), person=PersonId(13), email="cyril@firm.example")
OUTSIDER = "dana@out.example"

MEETING = ActivityKey(ActivityType.MEETING, 5001)
LINK = LinkId("link-1")


def hour(number: float, *, day: int = 1) -> datetime:
    """An instant ``day`` days after now's day, at ``number`` o'clock UTC."""
    return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(days=day, hours=number)


def timed(start: float = 9, end: float | None = None, *, day: int = 1) -> Timed:
    return Timed(start=hour(start, day=day), end=hour(start + 1 if end is None else end, day=day))


def days(first: int = 1, count: int = 1) -> AllDay:
    start = date(2026, 11, 23) + timedelta(days=first)
    return AllDay(first=start, end=start + timedelta(days=count))


def rich(text: str) -> RichText:
    return rich_from_plain(text)


def world(
    *,
    rules: Rules | None = None,
    seats: Sequence[Human] = (ANNA, BOB, CYRIL),
    now: datetime = NOW,
    persons: dict[str, PersonId | None] | None = None,
    rejected: Sequence[PairId] = (),
    zone: ZoneInfo = PRAGUE,
) -> World:
    return World(
        rules=rules or Rules(),
        zone=zone,
        now=now,
        login=LOGIN,
        tenant=TENANT,
        seats=tuple(human.seat for human in seats),
        persons={OUTSIDER: None} if persons is None else persons,
        rejected=frozenset(rejected),
    )


def people(*humans: Human) -> tuple[Participant, ...]:
    """Participants; the first is the owner."""
    return tuple(
        Participant(person=human.person, owner=index == 0, id=100 + human.person) for index, human in enumerate(humans)
    )


def activity(
    title: str = "Porada",
    *,
    when: When | None = None,
    key: ActivityKey = MEETING,
    text: str = "",
    place: str | None = "",
    who: Sequence[Human] = (ANNA,),
    status: ActivityStatus = ActivityStatus.SCHEDULED,
    priority: Priority = Priority.DEFAULT,
    version: int | None = 5,
    modified_by: str = USER,
    **more: object,
) -> Activity:
    """An activity of Anna's tomorrow at nine; ``when`` is stored as instants the way Raynet does."""
    start, end = to_instants(when or timed(), PRAGUE)
    made = Activity(
        key=key,
        title=title,
        status=status,
        priority=priority,
        scheduled_from=start,
        scheduled_till=end,
        description=rich(text),
        place=place if mapping.has_place(key.type) else None,
        participants=people(*who),
        version=version,
        modified_by=modified_by,
        modified_at=NOW,
    )
    return replace(made, **more)  # type: ignore[arg-type]  # members by name


def event(
    subject: str = "Porada",
    *,
    when: When | None = None,
    text: str = "",
    location: str = "",
    human: Human = ANNA,
    event_id: str = "ev-1",
    **more: object,
) -> Event:
    """An appointment without guests in Anna's calendar, tomorrow at nine."""
    made = Event(
        mailbox=human.mailbox,
        id=EventId(event_id),
        etag="W/1",
        subject=subject,
        body=rich(text),
        when=when or timed(),
        location=location,
        modified_at=NOW,
    )
    return replace(made, **more)  # type: ignore[arg-type]  # members by name


def invitation(subject: str = "Porada", *, organizer: str = OUTSIDER, human: Human = ANNA, **more: object) -> Event:
    """An attendee's copy of somebody else's meeting, accepted."""
    members = {"is_organizer": False, "organizer": organizer, "response": Response.ACCEPTED, **more}
    return event(subject, human=human, attendees=(human.email,), **members)  # type: ignore[arg-type]  # members by name


def agreed(one: Activity, other: Event, *, rules: Rules | None = None, masked: bool = False) -> Base:
    """The base of two sides that were in step."""
    around = world(rules=rules)
    when = mapping.raynet_when(one, around, None)
    assert isinstance(when, Timed | AllDay)
    return Base(
        raynet=mapping.raynet_content(one, when),
        outlook=mapping.outlook_content(other, one.key.type, masked=masked),
        raynet_from=one.scheduled_from,
        raynet_till=one.scheduled_till,
        marks=mapping.marks_of(one, around),
    )


def link(**more: object) -> Link:
    made = Link(id=LINK, firm_id=FIRM, origin=Origin.RAYNET, activity=MEETING, version=5)
    return replace(made, **more)  # type: ignore[arg-type]  # members by name


def pair(
    human: Human = ANNA, *, event_id: str | None = "ev-1", pair_id: str = "", role: Role = Role.LEAD, **more: object
) -> Pair:
    made = Pair(
        id=PairId(pair_id or f"pair-{human.mailbox}"),
        link_id=LINK,
        firm_id=FIRM,
        mailbox=human.mailbox,
        role=role,
        origin=Origin.RAYNET,
        event=EventId(event_id) if event_id is not None else None,
    )
    return replace(made, **more)  # type: ignore[arg-type]  # members by name


def group(
    one: Activity | None,
    *members: tuple[Pair, Event | None],
    link: Link,
    gone: bool = False,
    hidden: bool = False,
    gone_events: Sequence[Event] = (),
) -> Group:
    """A link with its pairs; ``gone`` proves the activity's deletion, ``gone_events`` were deleted."""
    seen = None
    if one is not None:
        at = NOW if gone else None
        seen = SeenActivity(firm_id=FIRM, key=one.key, activity=one, seen_at=NOW, gone_at=at, hidden=hidden)
    sights = [SeenEvent(firm_id=FIRM, key=it.key, event=it, seen_at=NOW) for _, it in members if it is not None]
    sights += [SeenEvent(firm_id=FIRM, key=it.key, event=it, seen_at=NOW, gone_at=NOW) for it in gone_events]
    return Group(link=link, pairs=tuple(it for it, _ in members), activity=seen, events=tuple(sights), intents=())


def in_step(
    one: Activity, other: Event, *, role: Role = Role.LEAD, origin: Origin = Origin.RAYNET, rules: Rules | None = None
) -> Group:
    """A linked pair on which both sides agree."""
    human = next(it for it in (ANNA, BOB, CYRIL) if it.mailbox == other.mailbox)
    private = mapping.is_masked(other, world(rules=rules))
    base = agreed(one, other, rules=rules, masked=private)
    held = pair(human, event_id=other.id, role=role, origin=origin, base=base)
    persons = () if private else mapping.attendee_persons(other, world())
    start = link(activity=one.key, origin=origin, masked=private, version=one.version, attendee_persons=persons)
    return group(one, (held, other), link=start)


def see(before: Group, *, activity: Activity | None = None, event: Event | None = None) -> Group:
    """The group after a newer sight of the activity or of one event."""
    if activity is not None and before.activity is not None:
        before = replace(before, activity=replace(before.activity, key=activity.key, activity=activity))
    if event is None:
        return before
    rest = tuple(it for it in before.events if it.key != event.key)
    return replace(before, events=(*rest, SeenEvent(firm_id=FIRM, key=event.key, event=event, seen_at=NOW)))


def lose_event(before: Group, lost: Event) -> Group:
    """The group after the proof that an event is gone."""
    events = tuple(replace(it, gone_at=NOW) if it.key == lost.key else it for it in before.events)
    return replace(before, events=events)


def lose_activity(before: Group) -> Group:
    """The group after the proof that the activity is gone."""
    assert before.activity is not None
    return replace(before, activity=replace(before.activity, gone_at=NOW))


# --- both remotes and the store, in one pure step -----------------------------------------------------------------


def carry_out(before: Group, plan: Plan, *, zone: ZoneInfo = PRAGUE) -> Group:
    """What stands after every write of ``plan`` was confirmed: records, base moved as documented, versions, marks."""
    state = replace(before, link=plan.link, pairs=plan.pairs)
    for write in plan.writes:
        match write.kind:
            case IntentKind.CREATE_EVENT:
                state = _create_event(state, write)
            case IntentKind.UPDATE_EVENT:
                state = _base_moved(_update_event(state, write), write)
            case IntentKind.DELETE_EVENT:
                state = _closed(lose_event(state, _event(state, write)), write)
            case IntentKind.CREATE_ACTIVITY:
                state = _create_activity(state, write)
            case IntentKind.UPDATE_ACTIVITY:
                state = _update_activity(state, write)
            case IntentKind.DELETE_ACTIVITY:
                state = _closed(lose_activity(state), write)
    return state


def _event(state: Group, write: Write) -> Event:
    return next(seen.event for seen in state.events if seen.key == write.event)


def _pair_put(state: Group, changed: Pair) -> Group:
    return replace(state, pairs=tuple(changed if it.id == changed.id else it for it in state.pairs))


def _pair_of(state: Group, write: Write) -> Pair:
    return next(it for it in state.pairs if it.id == write.pair)


def _closed(state: Group, write: Write) -> Group:
    return _pair_put(state, replace(_pair_of(state, write), state=PairState.CLOSED, reason=write.reason))


def _base_moved(state: Group, write: Write) -> Group:
    """Base members named by ``write.fields`` are taken from ``expects``; an existence write takes all of it."""
    held, expects = _pair_of(state, write), write.expects
    assert expects is not None
    if FieldName.EXISTENCE in write.fields or held.base is None:
        marks = held.base.marks if held.base is not None else expects.marks
        return _pair_put(state, replace(held, base=replace(expects, marks=marks)))
    names = tuple(name.value for name in write.fields if name in MERGED_FIELDS)
    base = mapping.moved_base(held.base, expects.raynet, expects.outlook, names)
    if FieldName.WHEN in write.fields:
        base = replace(base, raynet_from=expects.raynet_from, raynet_till=expects.raynet_till)
    if FieldName.CATEGORIES in write.fields:
        base = replace(base, marks=expects.marks)
    return _pair_put(state, replace(held, base=base))


def _create_event(state: Group, write: Write) -> Group:
    draft, held = write.event_draft, _pair_of(state, write)
    assert draft is not None
    made = Event(
        mailbox=held.mailbox,
        id=EventId(f"made-{draft.transaction_id[:8]}"),
        subject=draft.subject,
        body=draft.description,
        when=draft.times.when,
        location=draft.location,
        importance=draft.importance,
        categories=draft.categories,
        transaction_id=draft.transaction_id,
        own_key=draft.own_key,
        modified_at=NOW,
    )
    state = _pair_put(state, replace(held, event=made.id, base=write.expects))
    return see(state, event=made)


def _update_event(state: Group, write: Write) -> Group:
    change, old = write.event_change, _event(state, write)
    assert change is not None
    new = replace(
        old,
        subject=old.subject if change.subject is None else change.subject,
        when=old.when if change.times is None else change.times.when,
        body=old.body if change.description is None else change.description,
        location=old.location if change.location is None else change.location,
        importance=change.importance or old.importance,
        categories=old.categories if change.categories is None else change.categories,
    )
    return see(state, event=new)


def _sent(state: Group, write: Write, saves: int) -> Link:
    names = MERGED_FIELDS if FieldName.EXISTENCE in write.fields else write.fields
    expects = write.expects.raynet if write.expects is not None else Content()
    new = [
        SentValue(field=name, digest=keys.value_digest(getattr(expects, name.value)), at=NOW)
        for name in names
        if name in MERGED_FIELDS and getattr(expects, name.value) is not None
    ]
    known = state.link
    return replace(known, own_saves=known.own_saves + saves, sent=(*known.sent, *new))


def _create_activity(state: Group, write: Write) -> Group:
    new = write.activity_plan
    assert new is not None
    assert new.type in ActivityType
    key = ActivityKey(new.type, 7000 + state.link.generation)
    persons = [new.owner, *new.add_persons]
    made = Activity(
        key=key,
        title=keys.placeholder_title(new.ext_id),
        participants=tuple(Participant(person=it, owner=it == new.owner) for it in persons),
        version=3,
        ext_ids=(new.ext_id,),
    )
    made = _saved(made, replace(write, activity_change=new.change))
    state = replace(
        state,
        link=replace(_sent(state, write, 3), activity=key, version=None),
        activity=SeenActivity(firm_id=FIRM, key=key, activity=made, seen_at=NOW),
    )
    return _pair_put(state, replace(_pair_of(state, write), base=write.expects))


def _update_activity(state: Group, write: Write) -> Group:
    assert state.activity is not None
    assert write.activity_change is not None
    new = _saved(state.activity.activity, write)
    state = replace(see(state, activity=new), link=_sent(state, write, 1))
    if write.activity_change.status is ActivityStatus.CANCELLED:
        return _closed(state, write)
    return _base_moved(state, write)


def _saved(old: Activity, write: Write) -> Activity:
    """The record after our save, which Raynet notes under our login with a new version."""
    change = write.activity_change
    assert change is not None
    dropped = {it.person for it in change.participants or () if it.remove}
    have = {it.person for it in old.participants}
    added = [
        Participant(person=it.person) for it in change.participants or () if not it.remove and it.person not in have
    ]
    place = old.place if change.place is None else change.place
    return replace(
        old,
        title=old.title if change.title is None else change.title,
        scheduled_from=change.scheduled_from or old.scheduled_from,
        scheduled_till=change.scheduled_till or old.scheduled_till,
        description=old.description if change.description_html is None else rich_from_html(change.description_html),
        place=(place or "") if mapping.has_place(old.key.type) else None,
        priority=change.priority or old.priority,
        status=change.status or old.status,
        personal=old.personal if change.personal is None else change.personal,
        participants=(*(it for it in old.participants if it.person not in dropped), *added),
        version=(old.version or 0) + 1,
        modified_by=LOGIN,
        modified_at=NOW,
    )


def settle(before: Group, around: World, *, rounds: int = 3) -> tuple[Group, tuple[Plan, ...]]:
    """Reconcile and carry out until nothing is planned any more; the plans in order, the last one without writes.

    Raises ``AssertionError`` when ``rounds`` plans were not enough.
    """
    plans: list[Plan] = []
    for _ in range(rounds):
        plan = reconcile(before, around)
        plans.append(plan)
        before = carry_out(before, plan)
        if not plan.writes:
            return before, tuple(plans)
    raise AssertionError("never quiet")


def removals(plan: Plan) -> tuple[Write, ...]:
    return tuple(write for write in plan.writes if write.removal)


def to_side(plan: Plan, side: Side) -> tuple[Write, ...]:
    return tuple(write for write in plan.writes if write.side is side)
