"""What must hold once everything is quiet, told from the two remote sides: their records, histories and mails.

Of our own state only what ``ros`` shows is read: pairs, conflicts, open intents. Texts are compared in a plain form
of the oracle's own, so that a mistake in the product's normal forms cannot hide itself.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from server.domain.ids import LinkId
from server.domain.state import Conflict, Group, Intent, IntentState, PairState
from server.ports.store import LoadGroups
from server.store import shapes
from server.store.admin.journal import Conflicts
from server.store.tables import items
from simulator.graph.state import Content, EventState
from simulator.raynet.records import Activity
from tests.support.rig import API_LOGIN, Rig

MASK = "Soukromá událost"
_PLACEHOLDER = "probíhá zápis"
_PRIORITIES = {"low": "MINOR", "normal": "DEFAULT", "high": "CRITICAL"}
_TEXTS = ("title", "description", "place")
_FIELDS = ("title", "when", "description", "place", "priority")
_CLOSED = (PairState.CLOSED, PairState.RELEASED)
_WITH_PLACE = ("meeting", "event")

Shown = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One change of one record on one side. ``after`` None = it is not there (any more)."""

    at: datetime
    order: int
    human: bool
    before: Shown | None
    after: Shown | None
    place: tuple[str, str]
    #: The fields before the change though the record stood in no calendar.
    was: Shown | None = None


def text_of(value: str | None) -> str:
    """What a person reads of a text or an HTML body."""
    plain = re.sub(r"(?is)<(head|style|script).*?</\1>", " ", value or "")
    plain = re.sub(r"(?s)<[^>]*>", " ", plain)
    return " ".join(html.unescape(plain).replace("\u00a0", " ").split())


def activity_shown(activity: Activity) -> Shown | None:
    """The common fields; None while the record stands in nobody's calendar."""
    if activity.status == "CANCELLED" or activity.scheduled_from is None:
        return None
    return _fields_of(activity)


def _fields_of(activity: Activity) -> Shown:
    return {
        "title": text_of(activity.title),
        "when": (activity.scheduled_from, activity.scheduled_till),
        "description": text_of(activity.description),
        "place": text_of(activity.meeting_place) if activity.kind in _WITH_PLACE else None,
        "priority": activity.priority,
    }


def event_shown(state: EventState) -> Shown | None:
    """The common fields of an event as its owner sees them; None once it is cancelled."""
    if state.is_cancelled:
        return None
    return {
        "title": text_of(state.subject),
        "when": (state.start.replace(tzinfo=UTC), state.end.replace(tzinfo=UTC)),
        "description": text_of(state.body),
        "place": text_of(state.places[0].display_name) if state.places else "",
        "priority": _PRIORITIES[state.importance],
    }


def _content_shown(content: Content | None) -> Shown | None:
    return event_shown(content.state) if content is not None and content.alive else None


class Oracle:
    """Looks at a rig at rest. ``problems`` is empty when everything is right."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.groups = all_groups(rig)
        self.intents = all_intents(rig)
        self.conflicts = [one.conflict for one in Conflicts(rig.database, rig.clock).every(rig.firm)]
        self.problems: list[str] = []

    def check(self, *, late_writes: bool = False) -> list[str]:
        """Everything. ``late_writes``: requests on their way may have shown a private text when they arrived."""
        self._nothing_open()
        self._nothing_double()
        self._nothing_half()
        self._equal()
        self._nothing_lost()
        self._nothing_private(late_writes=late_writes)
        if self.rig.app_mails():
            self.problems.append(f"mails {self.rig.app_mails()}")
        return self.problems

    def rests(self) -> list[str]:
        """Two further passes, one of them a full comparison, write nothing."""
        before = self.rig.writes()
        self.rig.tick()
        self.rig.one_pass()
        self.rig.tick()
        self.rig.one_pass(full=True)
        after = self.rig.writes()
        if before != after:
            self.problems.append(f"not at rest: writes {before} -> {after}")
        return self.problems

    # --- what there is ---

    def live_events(self) -> dict[tuple[str, str], EventState]:
        """Events that stand in a calendar, by (mailbox, id)."""
        return {
            (person.mailbox.id, key): state
            for person in self.rig.people.values()
            for key, state in person.outlook.events().items()
            if not state.is_cancelled
        }

    def live_activities(self) -> list[Activity]:
        return [one for one in self.rig.raynet.activities() if activity_shown(one) is not None]

    # --- the rules ---

    def _nothing_open(self) -> None:
        self.problems += [f"open intent {i.kind.value}" for i in self.intents if i.state is IntentState.OPEN]

    def _nothing_double(self) -> None:
        places = Counter((box, one.subject, one.start) for (box, _), one in self.live_events().items())
        records = Counter((one.owner, one.title, one.scheduled_from) for one in self.live_activities())
        self.problems += [f"{n} equal events in one calendar" for n in places.values() if n > 1]
        self.problems += [f"{n} equal activities of one owner" for n in records.values() if n > 1]
        by_activity: Counter[tuple[object, str]] = Counter()
        by_event: Counter[tuple[str, object]] = Counter()
        for group in self.groups:
            for pair in group.pairs:
                if pair.state not in _CLOSED:
                    by_activity[group.link.activity, pair.mailbox] += 1
                    by_event[pair.mailbox, pair.event] += 1
        self.problems += [f"{key} has {n} events in one mailbox" for key, n in by_activity.items() if n > 1 and key[0]]
        self.problems += [f"event in {n} pairs" for key, n in by_event.items() if n > 1 and key[1]]
        own = Counter(
            (box, value.split("|")[1])
            for (box, _), one in self.live_events().items()
            for _, value in one.extended
            if value.startswith("1|")
        )
        self.problems += [f"{n} events made for {key[1]} in one mailbox" for key, n in own.items() if n > 1]

    def _nothing_half(self) -> None:
        for one in self.rig.raynet.activities():
            if _PLACEHOLDER in one.title:
                self.problems.append(f"placeholder {one.kind}:{one.id} left")
            elif not one.title.strip():
                self.problems.append(f"{one.kind}:{one.id} without a title")
            elif self._is_unfilled(one):
                self.problems.append(f"{one.kind}:{one.id} without its content")
        paired = {(p.mailbox, p.event) for g in self.groups for p in g.pairs}
        linked = {(g.link.activity.type.value, g.link.activity.id) for g in self.groups if g.link.activity is not None}
        for key in self.live_events():
            if key not in paired:
                self.problems.append(f"event {key[1][-6:]} belongs to nothing")
        for one in self.live_activities():
            if (one.kind, one.id) not in linked and self._has_seat(one):
                self.problems.append(f"{one.kind}:{one.id} belongs to nothing")

    def _is_unfilled(self, one: Activity) -> bool:
        ours = one.created_by == API_LOGIN and one.scheduled_from is None and one.status != "CANCELLED"
        return ours and not any(m.human and m.after is None for m in self._activity_moments((one.kind, one.id)))

    def _has_seat(self, activity: Activity) -> bool:
        persons = {one.person for one in activity.participants}
        return any(one.person in persons and one.seat is not None for one in self.rig.people.values())

    def _equal(self) -> None:
        events = self.live_events()
        for group in self.groups:
            activity = self._activity_of(group)
            shown = activity_shown(activity) if activity is not None else None
            for pair in group.pairs:
                if pair.state is not PairState.LIVE or pair.event is None:
                    continue
                state = events.get((pair.mailbox, pair.event))
                if state is None or shown is None:
                    one_sided = (state is None) != (shown is None)
                    if one_sided and not self._is_waiting(state):
                        which = "event" if state is None else "activity"
                        self.problems.append(f"{group.link.activity} live pair without its {which}")
                    continue
                self._same(group, shown, state)

    def _is_waiting(self, state: EventState | None) -> bool:
        return state is not None and (state.is_draft or state.recurrence is not None)

    def _same(self, group: Group, shown: Shown, state: EventState) -> None:
        theirs = event_shown(state)
        assert theirs is not None
        if state.attendees and not state.is_organizer:
            return
        names = _FIELDS
        if state.sensitivity in ("private", "confidential") and state.is_organizer:
            # Only the time is shared: what Raynet's people type over the mask is theirs and stays there.
            names = ("when",) if _is_lead(group, state, self.live_events()) else _FIELDS
        for name in names:
            if shown[name] is not None and shown[name] != theirs[name]:
                self.problems.append(f"{group.link.activity} {name} differs")

    def _activity_of(self, group: Group) -> Activity | None:
        key = group.link.activity
        if key is None:
            return None
        return next((a for a in self.rig.raynet.activities() if (a.kind, a.id) == (key.type.value, key.id)), None)

    # --- nothing lost ---

    def _activity_moments(self, ref: tuple[str, int]) -> list[Moment]:
        out = []
        for entry in self.rig.raynet.history:
            subject = entry.after or entry.before
            if subject is None or (subject.kind, subject.id) != ref:
                continue
            before = activity_shown(entry.before) if entry.before is not None else None
            after = activity_shown(entry.after) if entry.after is not None else None
            human = entry.actor.source == "user"
            place = ("raynet", f"{ref[0]}:{ref[1]}")
            was = _fields_of(entry.before) if entry.before is not None else None
            out.append(
                Moment(at=entry.at, order=entry.number, human=human, before=before, after=after, place=place, was=was)
            )
        return out

    def _event_moments(self, mailbox: str, event: str) -> list[Moment]:
        out = []
        for person in self.rig.people.values():
            if person.mailbox.id != mailbox:
                continue
            for item in person.mailbox.items.values():
                if person.outlook._id(item) != event:  # the simulator's own naming
                    continue
                for revision in item.history:
                    before, after = _content_shown(revision.before), _content_shown(revision.after)
                    out.append(
                        Moment(
                            at=revision.at,
                            order=revision.sequence,
                            human=revision.by.kind == "human",
                            before=before,
                            after=after,
                            place=(mailbox, event),
                        )
                    )
        return out

    def _nothing_lost(self) -> None:
        links = self._whole_links()
        for group_ids, moments in links:
            final = self._final(moments)
            journal = [one for one in self.conflicts if one.link_id in group_ids]
            private = self._private_places(moments)
            for moment in moments:
                if moment.human and moment.after is not None:
                    self._values_kept(moment, moments, final, journal, private)

    def _whole_links(self) -> list[tuple[set[LinkId], list[Moment]]]:
        """For each link all changes of all records it ever concerned, oldest first."""
        out = []
        for group in self.groups:
            moments: list[Moment] = []
            refs = {
                (i.activity.type.value, i.activity.id)
                for i in self.intents
                if i.link_id == group.link.id and i.activity
            }
            if group.link.activity is not None:
                refs.add((group.link.activity.type.value, group.link.activity.id))
            for ref in refs:
                moments += self._activity_moments(ref)
            for pair in group.pairs:
                if pair.event is not None:
                    moments += self._event_moments(pair.mailbox, pair.event)
            moments.sort(key=lambda one: (one.at, one.place[0] != "raynet", one.order))
            out.append(({group.link.id}, moments))
        return out

    def _final(self, moments: Iterable[Moment]) -> dict[tuple[str, str], Shown | None]:
        last: dict[tuple[str, str], Shown | None] = {}
        for moment in moments:
            last[moment.place] = moment.after
        return last

    def _private_places(self, moments: Iterable[Moment]) -> set[tuple[str, str]]:
        live = self.live_events()
        return {m.place for m in moments if m.place in live and live[m.place].sensitivity != "normal"}

    def _values_kept(
        self,
        moment: Moment,
        moments: list[Moment],
        final: dict[tuple[str, str], Shown | None],
        journal: list[Conflict],
        private: set[tuple[str, str]],
    ) -> None:
        assert moment.after is not None
        living = {place: shown for place, shown in final.items() if shown is not None}
        for name in _FIELDS:
            value = moment.after[name]
            before = moment.before or moment.was
            if value is None or (before is not None and before[name] == value):
                continue
            if value in ("", "DEFAULT"):
                continue
            everywhere = [one[name] for place, one in living.items() if one[name] is not None]
            if private and name != "when":
                everywhere = [one[name] for place, one in living.items() if place in private]
            if (
                name != "when"
                and self._was_private(moments)
                and self._stays_or_was_taken(moment, moments, living, name)
            ):
                continue
            if everywhere and all(one == value for one in everywhere) and self._on_both(living):
                continue
            if self._superseded(moment, moments, name, value) or _journalled(journal, name, value):
                continue
            self.problems.append(f"lost {name} of {moment.place[0][:8]} at {moment.at:%H:%M:%S}: {str(value)[:40]}")

    def _was_private(self, moments: list[Moment]) -> bool:
        """Whether any event of the meeting was ever private: then texts live on their own side only."""
        places = {moment.place for moment in moments}
        for person in self.rig.people.values():
            for item in person.mailbox.items.values():
                known = (person.mailbox.id, person.outlook._id(item)) in places
                if known and any(one.after.alive and one.after.state.sensitivity != "normal" for one in item.history):
                    return True
        return False

    def _stays_or_was_taken(
        self, moment: Moment, moments: list[Moment], living: dict[tuple[str, str], Shown], name: str
    ) -> bool:
        """The value stands where it was typed, or a person took the meeting away afterwards, seeing the mask or not."""
        assert moment.after is not None
        here = living.get(moment.place)
        if here is not None and here[name] == moment.after[name]:
            return True
        return any(one.human and one.after is None for one in moments[moments.index(moment) + 1 :])

    def _on_both(self, living: dict[tuple[str, str], Shown]) -> bool:
        sides = {place[0] == "raynet" for place in living}
        return sides == {True, False}

    def _superseded(self, moment: Moment, moments: list[Moment], name: str, value: object) -> bool:
        """A person who saw this value changed the field or took the record away."""
        later = moments[moments.index(moment) + 1 :]
        return any(
            one.human and one.before is not None and one.before[name] == value and (one.after or {}).get(name) != value
            for one in later
        )

    # --- nothing private ---

    def _nothing_private(self, *, late_writes: bool) -> None:
        for entry in self.rig.raynet.history:
            if entry.actor.source != "api" or entry.after is None:
                continue
            after = entry.after
            made_by_us = after.created_by == API_LOGIN
            opened = any(
                h.actor.source == "user" and h.after is not None and not h.after.personal
                for h in self.rig.raynet.history
                if h.entity_id == entry.entity_id
            )
            if made_by_us and _PLACEHOLDER not in after.title and not after.personal and not opened:
                self.problems.append(f"{after.kind}:{after.id} shown to everybody at {entry.at:%H:%M:%S}")
            if not late_writes:
                self._no_secret(after, entry.at, self._secrets_at(entry.at))
        now = self.rig.clock()
        secrets = self._secrets_at(now)
        for activity in self.rig.raynet.activities():
            self._no_secret(activity, now, secrets)

    def _no_secret(self, activity: Activity, at: datetime, secrets: set[str]) -> None:
        shown = text_of(" ".join((activity.title, activity.description or "", activity.meeting_place or "")))
        if any(secret in shown for secret in secrets):
            self.problems.append(f"private text in {activity.kind}:{activity.id} at {at:%H:%M:%S}")

    def _secrets_at(self, at: datetime) -> set[str]:
        """Texts that are private at this instant and shown nowhere as an open text."""
        hidden: set[str] = set()
        open_texts: set[str] = set()
        for person in self.rig.people.values():
            for item in person.mailbox.items.values():
                past = [one for one in item.history if one.at <= at]
                # A save of the same instant as the write may have come after it.
                if not past or (past[-1].at == at and past[-1].by.kind == "human"):
                    past = past[:-1]
                if not past or not past[-1].after.alive:
                    continue
                state = past[-1].after.state
                texts = {text_of(state.subject), text_of(state.body)} | {text_of(p.display_name) for p in state.places}
                (hidden if state.sensitivity != "normal" else open_texts).update(one for one in texts if len(one) > 3)
        return hidden - open_texts


def _is_lead(group: Group, state: EventState, events: dict[tuple[str, str], EventState]) -> bool:
    return any(
        pair.role.value == "lead" and pair.event is not None and events.get((pair.mailbox, pair.event)) is state
        for pair in group.pairs
    )


def _journalled(journal: list[Conflict], name: str, value: object) -> bool:
    for one in journal:
        if one.field.value != name:
            continue
        if one.restored_at is not None and text_of(one.kept) == value:
            return True  # a person asked for the other value in its place
        if name == "when" and isinstance(value, tuple):
            start, end = value
            parts = one.lost.split("/")
            if len(parts) == 2 and _instant(parts[0]) == start and _instant(parts[1]) == (end or start):
                return True
        elif name == "priority":
            if one.lost.upper() == str(value).upper():
                return True
        elif text_of(one.lost) == value:
            return True
    return False


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def all_groups(rig: Rig) -> tuple[Group, ...]:
    """Every link the store knows, closed ones included."""
    links = rig.database.read(
        rig.firm, lambda scope: scope.values(shapes.LINK, select(*shapes.LINK.columns()).order_by(items.link.c.id))
    )
    ids = tuple(LinkId(one.id) for one in links)
    groups: tuple[Group, ...] = rig.engine.driver.perform(LoadGroups(rig.firm, ids))  # type: ignore[assignment]  # its outcome
    return groups


def all_intents(rig: Rig) -> tuple[Intent, ...]:
    """Every remote write that was ever meant, oldest first."""
    statement = select(*shapes.INTENT.columns()).order_by(items.intent.c.at)
    return rig.database.read(rig.firm, lambda scope: tuple(scope.values(shapes.INTENT, statement)))
