"""The rows of one link while its plan is carried out: what each confirmed write makes of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from server.domain import keys, mapping
from server.domain.activity import Activity, ActivityChange, ActivityStatus, Participant, ParticipantWrite
from server.domain.concern import Concern, ConcernKind
from server.domain.content import MERGED_FIELDS, Content, FieldName
from server.domain.event import Event, EventDraft
from server.domain.html import rich_from_html
from server.domain.ids import ActivityKey, EventId, EventKey, IntentId, MailboxId, PairId
from server.domain.mapping import World
from server.domain.merge import is_empty
from server.domain.reasons import Reason
from server.domain.sent import DELETED, SentValue, awaiting
from server.domain.state import (
    Base,
    Group,
    Intent,
    IntentKind,
    IntentState,
    Link,
    Pair,
    PairState,
    Role,
    SeenActivity,
    SeenEvent,
)
from server.domain.when import Timed, as_read, to_instants
from server.ports.store import Row
from server.sync.claims import claimed_create, left_by_its_user
from server.sync.panel_outcome import confirmed

#: How long a sent value is remembered as ours. Late effects of lost writes come within minutes; a day is generous.
SENT_FOR = timedelta(hours=24)
SENT_AT_MOST = 40


class LinkWork:
    """Current rows of a link. Every method that changes them returns the rows to be committed."""

    def __init__(self, group: Group, link: Link, pairs: Sequence[Pair], world: World) -> None:
        self.link = link
        self.pairs: dict[PairId, Pair] = {pair.id: pair for pair in pairs}
        self.activity = group.activity
        self.events: dict[EventKey, SeenEvent] = {seen.key: seen for seen in group.events}
        self.world = world
        #: As the values of each were last noted to be sent: those of a create are made anew while it is settled.
        self._frozen: dict[IntentId, Intent] = {}

    def at_rest(self) -> Group:
        """The link as it stands, as if nothing were under way."""
        pairs, events = tuple(self.pairs.values()), tuple(self.events.values())
        return Group(link=self.link, pairs=pairs, activity=self.activity, events=events, intents=())

    # --- what was sent ---

    def remember_sent(self, intent: Intent) -> Link:
        """Note the values this intent is about to send to Raynet. Those of one save share an instant of their own."""
        self._frozen[intent.id] = intent
        expects, now = intent.expects, self.world.now
        while any(one.at == now for one in self.link.sent):
            now += timedelta(microseconds=1)  # a pass may save a record several times
        names = MERGED_FIELDS if FieldName.EXISTENCE in intent.fields else intent.fields
        values = [(name, getattr(expects.raynet, name.value)) for name in names if expects and name in MERGED_FIELDS]
        if intent.kind is IntentKind.CREATE_ACTIVITY:
            # A new activity is not sent what is empty: what stands there somebody typed.
            values = [(name, value) for name, value in values if not is_empty(value)]
        new = [
            SentValue(field=name, digest=keys.value_digest(value), at=now)
            for name, sent in values
            if sent is not None
            for value in self._as_read(sent)
        ]
        if not new:
            # A save of other fields alone is one too: without it an earlier one would count as the last.
            new = [SentValue(field=name, digest="", at=now) for name in intent.fields]
        if intent.kind is IntentKind.DELETE_ACTIVITY:
            new = [SentValue(field=FieldName.EXISTENCE, digest=DELETED, at=now)]
        kept = [one for one in self.link.sent if now - one.at < SENT_FOR]
        self.link = replace(self.link, sent=tuple([*kept, *new][-SENT_AT_MOST:]))
        return self.link

    def as_frozen(self, intent: Intent) -> Intent:
        """The intent with the values that were stored last: what it was loaded with may be older."""
        frozen = self._frozen.get(intent.id, intent)
        return replace(intent, payload=frozen.payload, expects=frozen.expects)

    def _as_read(self, sent: object) -> tuple[object, ...]:
        """The value, and what it reads as where Raynet's instants alone tell: hours from midnight to midnight."""
        read = as_read(sent, self.world.zone) if isinstance(sent, Timed) else sent
        return (sent,) if read == sent else (sent, read)

    def forget_sent(self, intent: Intent) -> tuple[Row, ...]:
        """The removal was never sent after all: nothing of it can arrive."""
        if intent.kind is not IntentKind.DELETE_ACTIVITY:
            return ()
        newest = max((one.at for one in self.link.sent if one.is_deletion), default=None)
        kept = tuple(one for one in self.link.sent if not one.is_deletion or one.at != newest)
        self.link = replace(self.link, sent=kept)
        return (self.link,)

    # --- Outlook's side ---

    def shown_by(self, event: Event) -> Content:
        """What its event says, as far as Raynet may know."""
        kind = self.link.activity.type if self.link.activity is not None else mapping.NEW_TYPE
        return mapping.outlook_content(event, kind, masked=mapping.is_masked(event, self.world))

    def observe_event(self, event: Event, now: datetime) -> SeenEvent:
        """Store a fresh reading of an event."""
        old = self.events.get(event.key)
        fresh = event.keeping(old.event if old is not None else None)
        seen = SeenEvent(firm_id=self.link.firm_id, key=event.key, event=fresh, seen_at=now)
        self.events[event.key] = seen
        return seen

    def event_gone(self, key: EventKey, now: datetime) -> tuple[Row, ...]:
        old = self.events.get(key)
        if old is None:
            return ()
        seen = replace(old, gone_at=now)
        self.events[key] = seen
        return (seen,)

    def event_created(self, intent: Intent, event: Event, *, echo: bool) -> tuple[Row, ...]:
        """The event exists. ``echo`` = the answer to the create itself, so what it shows is what was agreed.

        Unless it is an older twin: what that says otherwise than it was asked to is what Raynet has changed since.
        """
        pair = self.pairs[intent.pair_id]
        base = intent.expects
        if base is not None and echo:
            base = self._as_older(replace(base, outlook=self.shown_by(event)), self.older_fields(intent, event))
        # It agreed after the pair whose place it may take was ended by the plan, in the same pass.
        agreed_at = self.world.now + timedelta(microseconds=1)
        pair = replace(pair, event=event.id, base=base, failures=0, updated_at=agreed_at)
        self.pairs[pair.id] = pair
        rows: list[Row] = [pair, self.observe_event(event, self.world.now)]
        is_named = self.link.ical_uid is not None and pair.role is not Role.LEAD
        if event.ical_uid and not is_named:  # one that led before may be taken back: that is another then
            self.link = replace(self.link, ical_uid=event.ical_uid)
            rows.append(self.link)
        return (*rows, _done(intent, event=event.key))

    def older_fields(self, intent: Intent, event: Event) -> tuple[FieldName, ...]:
        """Fields in which the answer to a create shows a twin: saved before we asked, it says something else.

        Fact: an id used before is answered with the event it made once, or its name [seen], graph-calendar §12.
        """
        draft = intent.payload.event_draft
        if draft is None or event.modified_at is None or event.modified_at >= intent.at:
            return ()
        asked, answer = self.shown_by(as_drafted(event.mailbox, event.id, draft)), self.shown_by(event)
        return tuple(name for name in MERGED_FIELDS if getattr(asked, name.value) != getattr(answer, name.value))

    def _as_older(self, base: Base, fields: tuple[FieldName, ...]) -> Base:
        moved = mapping.moved_base(base, base.outlook, base.outlook, tuple(name.value for name in fields))
        if FieldName.WHEN not in fields or base.outlook.when is None:
            return moved
        start, till = to_instants(base.outlook.when, self.world.zone)
        return replace(moved, raynet_from=start, raynet_till=till)

    def event_updated(self, intent: Intent, event: Event) -> tuple[Row, ...]:
        """The change stands. The base takes, for the written fields, what each side now shows."""
        pair = self.pairs[intent.pair_id]
        shown = self.shown_by(event)
        rows: list[Row] = [self.observe_event(event, self.world.now), _done(intent)]
        if pair.base is not None and intent.expects is not None:
            base = _moved(pair.base, intent, raynet=intent.expects.raynet, outlook=shown)
            pair = replace(pair, base=base, failures=0, updated_at=self.world.now)
            self.pairs[pair.id] = pair
            rows.append(pair)
        return tuple(rows)

    def event_deleted(self, intent: Intent) -> tuple[Row, ...]:
        """The event is gone: by our removal."""
        assert intent.event is not None
        pair = self._removed(intent)
        self.pairs[pair.id] = pair
        # A create of this event that was lost on its way may still arrive: its key stays claimed (hazard H3).
        stone = claimed_create(self.link.firm_id, pair.mailbox, keys.transaction_id(pair.id), self.world.now)
        return (pair, stone, *self.event_gone(intent.event, self.world.now), _done(intent))

    def _removed(self, intent: Intent) -> Pair:
        """The pair ends with its item; an undone create stays let go, so that it is not made again."""
        state = PairState.RELEASED if intent.reason is Reason.UNDONE else PairState.CLOSED
        return replace(self.pairs[intent.pair_id], state=state, reason=intent.reason, updated_at=self.world.now)

    # --- Raynet's side ---

    def observe_activity(self, activity: Activity, now: datetime, *, moved: bool = False) -> SeenActivity:
        """Store a fresh reading. A detail carries no version: the one known stays, or has grown where it ``moved``.

        By how much nobody tells; one save it was at least, and what is saved upon this reading comes after that.
        """
        old = self.activity
        if (
            activity.version is None
            and old is not None
            and old.key == activity.key
            and old.activity.version is not None
        ):
            activity = replace(activity, version=old.activity.version + moved)
        self.activity = SeenActivity(firm_id=self.link.firm_id, key=activity.key, activity=activity, seen_at=now)
        return self.activity

    def activity_made(self, intent: Intent, key: ActivityKey) -> tuple[Row, ...]:
        """The placeholder exists; the link points at it from now on, whatever happens next."""
        echoes = awaiting(self.link.echoes, "created", self.world.now)
        own_saves = self.link.own_saves + 1
        self.link = replace(self.link, activity=key, version=None, own_saves=own_saves, echoes=echoes)
        return (self.link, replace(intent, activity=key, half_done=True))

    def activity_found(self, intent: Intent, key: ActivityKey) -> tuple[Row, ...]:
        """The placeholder that the link points at was found, maybe under another type."""
        self.link = replace(self.link, activity=key)
        return (self.link, intent)

    def activity_revealed(self, intent: Intent, known: Activity, *, arrived: bool = False) -> tuple[Row, ...]:
        """The placeholder was filled: both sides are agreed. ``known`` as in :meth:`activity_updated`."""
        pair = replace(self.pairs[intent.pair_id], base=intent.expects, failures=0, updated_at=self.world.now)
        self.pairs[pair.id] = pair
        echoes = awaiting(self.link.echoes, "updated", self.world.now)
        self.link = replace(self.link, own_saves=self.link.own_saves + 1, echoes=echoes)
        change = intent.payload.activity_change
        shown = known if change is None else self._after(known, change, arrived=arrived)
        seen = self.observe_activity(shown, self.world.now)
        return (self.link, pair, seen, _done(intent), *confirmed(self.world, intent))

    def _after(self, known: Activity, change: ActivityChange, *, arrived: bool) -> Activity:
        """What the record says with our save in it: what somebody saved since then is theirs, and is merged.

        The version of a reading that came after our save tells nothing new next time; without it, what Raynet made of
        the save still does.
        """
        if not arrived:
            return predicted(known, change, self.world.login)
        if known.modified_by not in (None, self.world.login):
            return known
        return replace(predicted(known, change, self.world.login), version=None)

    def activity_updated(self, intent: Intent, known: Activity, *, arrived: bool = False) -> tuple[Row, ...]:
        """The change stands. ``known`` is the record as read right before it or, where it had ``arrived``, after it."""
        pair = self.pairs[intent.pair_id]
        change = intent.payload.activity_change
        assert change is not None
        shown = self._after(known, change, arrived=arrived)
        # A user who cancels in the panel does what they could do in Raynet: the event follows by its own rule.
        cancelled = change.status is ActivityStatus.CANCELLED and FieldName.CHOICES not in intent.fields
        if cancelled:
            pair = replace(pair, state=PairState.CLOSED, reason=intent.reason)
        elif FieldName.EXISTENCE in intent.fields:
            marks = pair.base.marks if pair.base is not None else ()
            base = replace(intent.expects, marks=marks) if intent.expects is not None else pair.base
            if pair.state is not PairState.CLOSED:  # an ended one lent its name to a put-right activity
                pair = replace(pair, base=base, state=PairState.LIVE, reason=None)
        elif pair.base is not None and intent.expects is not None:
            base = _moved(pair.base, intent, raynet=intent.expects.raynet, outlook=intent.expects.outlook)
            pair = replace(pair, base=base)
        pair = replace(pair, failures=0, updated_at=self.world.now)
        self.pairs[pair.id] = pair
        link = self.link
        echoes = awaiting(link.echoes, "updated", self.world.now)
        link = replace(link, own_saves=self._own_saves(known, arrived=arrived), echoes=echoes)
        if change.participants is not None and FieldName.CHOICES not in intent.fields:
            added = {one.person for one in change.participants if one.person is not None and not one.remove}
            dropped = {one.person for one in change.participants if one.remove and one.person is not None}
            persons = {*link.attendee_persons, *added}
            link = replace(link, attendee_persons=tuple(sorted(persons - dropped)))
        self.link = link
        seen = self.observe_activity(shown, self.world.now)
        left = left_by_its_user(pair, self.world.now) if cancelled else ()
        return (link, pair, *left, seen, _done(intent), *confirmed(self.world, intent))

    def _own_saves(self, known: Activity, *, arrived: bool) -> int:
        """How many saves of ours came since the base, with the one upon ``known``, or in it where it had ``arrived``.

        What somebody else saved ends their row while no version is known yet. One that is known counts saves, and
        what they hide: upon one that was read and not planned yet (an edit, or a late copy of ours, before a restored
        value), ours is not one of them.
        """
        link, seen = self.link, self.activity.activity.version if self.activity is not None else None
        by_us = known.modified_by in (None, self.world.login)
        if by_us and (arrived or link.version is None):
            return link.own_saves + 1
        if link.version is None:
            return 1
        return link.own_saves + (seen is None or seen <= link.version + link.own_saves)

    def activity_deleted(self, intent: Intent) -> tuple[Row, ...]:
        """The activity is gone: by our removal."""
        pair = self._removed(intent)
        self.pairs[pair.id] = pair
        rows: list[Row] = [pair, *left_by_its_user(pair, self.world.now), _done(intent)]
        if self.activity is not None:
            self.activity = replace(self.activity, gone_at=self.world.now)
            rows.append(self.activity)
        return tuple(rows)

    def failed_once(self, pair_id: PairId) -> Pair:
        """The pair with one more write of unknown outcome counted."""
        pair = replace(self.pairs[pair_id], failures=self.pairs[pair_id].failures + 1)
        self.pairs[pair_id] = pair
        return pair

    def parked(self, pair_id: PairId, reason: Reason) -> Pair:
        pair = self.pairs[pair_id]
        pair = replace(
            pair, state=PairState.PARKED, reason=reason, failures=pair.failures + 1, updated_at=self.world.now
        )
        self.pairs[pair_id] = pair
        return pair

    def closed(self, pair_id: PairId, reason: Reason) -> Pair:
        """The pair, ended without an item."""
        self.pairs[pair_id] = replace(
            self.pairs[pair_id], state=PairState.CLOSED, reason=reason, updated_at=self.world.now
        )
        return self.pairs[pair_id]

    def event_key(self, pair_id: PairId) -> EventKey | None:
        pair = self.pairs[pair_id]
        return EventKey(pair.mailbox, pair.event) if pair.event is not None else None

    def mailbox_of(self, pair_id: PairId) -> MailboxId:
        return self.pairs[pair_id].mailbox


def _done(intent: Intent, event: EventKey | None = None) -> Intent:
    return replace(intent, state=IntentState.DONE, event=event or intent.event)


def _moved(base: Base, intent: Intent, *, raynet: Content, outlook: Content) -> Base:
    names = tuple(name.value for name in intent.fields if name in MERGED_FIELDS)
    moved = mapping.moved_base(base, raynet, outlook, names)
    expects = intent.expects
    if expects is not None and FieldName.WHEN in intent.fields:
        moved = replace(moved, raynet_from=expects.raynet_from, raynet_till=expects.raynet_till)
    if expects is not None and FieldName.CATEGORIES in intent.fields:
        moved = replace(moved, marks=expects.marks)
    if expects is not None and FieldName.PERSONAL in intent.fields:
        moved = replace(moved, private=expects.private)
    return moved


def predicted(activity: Activity, change: ActivityChange, login: str) -> Activity:
    """The record as it must look after our save; Raynet's answer to an update does not return it."""
    return replace(
        activity,
        title=activity.title if change.title is None else change.title,
        scheduled_from=change.scheduled_from or activity.scheduled_from,
        scheduled_till=change.scheduled_till or activity.scheduled_till,
        description=(
            activity.description if change.description_html is None else rich_from_html(change.description_html)
        ),
        place=activity.place if change.place is None else change.place,
        priority=change.priority or activity.priority,
        status=change.status or activity.status,
        personal=activity.personal if change.personal is None else change.personal,
        participants=_participants(activity.participants, change.participants or ()),
        concerns=_concerns(activity.concerns, change.concerns),
        has_client=activity.has_client or bool(change.concerns) or any(one.lead for one in change.participants or ()),
        category=change.category or activity.category,
        modified_by=login,
    )


def _participants(present: tuple[Participant, ...], writes: tuple[ParticipantWrite, ...]) -> tuple[Participant, ...]:
    dropped = {_who(one) for one in writes if one.remove}
    have = {_who(one) for one in present}
    added = [
        Participant(person=one.person, lead=one.lead) for one in writes if not one.remove and _who(one) not in have
    ]
    return (*(one for one in present if one.owner or _who(one) not in dropped), *added)


def _who(one: Participant | ParticipantWrite) -> tuple[str, int | None]:
    """By what a participant is recognised; one that is neither person nor lead is never ours to change."""
    if one.person is not None:
        return "person", one.person
    return ("lead", one.lead) if one.lead is not None else ("other", one.id)


def _concerns(present: tuple[Concern, ...], written: tuple[Concern, ...]) -> tuple[Concern, ...]:
    """A record takes the place of the one of its kind."""
    kinds = {one.kind for one in written}
    order = list(ConcernKind)
    return tuple(
        sorted((*(one for one in present if one.kind not in kinds), *written), key=lambda one: order.index(one.kind))
    )


def full_list(present: tuple[Participant, ...], writes: tuple[ParticipantWrite, ...]) -> tuple[ParticipantWrite, ...]:
    """The complete desired list in signed ids, right whether Raynet adds or replaces. Fact: raynet-api §9, §22."""
    dropped = {_who(one) for one in writes if one.remove}
    have = {_who(one) for one in present}
    kept = tuple(
        ParticipantWrite(
            id=one.id,
            person=one.person,
            company=one.company,
            lead=one.lead,
            owner=one.owner,
            role=one.role,
            remove=_who(one) in dropped and not one.owner,
        )
        for one in present
        if one.id is not None
    )
    new = (
        ParticipantWrite(person=one.person, lead=one.lead) for one in writes if not one.remove and _who(one) not in have
    )
    return (*kept, *new)


def as_drafted(mailbox: MailboxId, event: str, draft: EventDraft) -> Event:
    """What an event that nobody can read any more was made to say."""
    return Event(
        mailbox=mailbox,
        id=EventId(event),
        subject=draft.subject,
        body=draft.description,
        when=draft.times.when,
        zone_label=draft.times.zone_label,
        location=draft.location,
        importance=draft.importance,
        categories=draft.categories,
        transaction_id=draft.transaction_id,
        own_key=draft.own_key,
    )
