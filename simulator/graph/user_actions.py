"""What people do in Outlook, as plain calls: ``service.mailbox("jana@firma.cz").user.create(...)``.

Every event is named by its immutable id, which each creating call returns. All calls raise ``GraphError`` as Graph
would.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from simulator.graph import ids
from simulator.graph.mailbox import Calendar, Item, Mailbox, Save
from simulator.graph.state import Actor, Content, EventState, Json, Person
from simulator.graph.zones import to_wall, zone

if TYPE_CHECKING:
    from simulator.graph.exchange import Exchange, Target

_ZONE = "Central Europe Standard Time"


class UserActions:
    """The owner of one mailbox at work."""

    def __init__(self, exchange: "Exchange", mailbox: Mailbox) -> None:
        self._exchange = exchange
        self._mailbox = mailbox
        self._by = Actor("human", mailbox.id)

    def create(
        self,
        subject: str,
        start: datetime | date,
        end: datetime | date,
        *,
        calendar: Calendar | None = None,
        **members: Any,
    ) -> str:
        """A new event: aware instants, or dates for an all-day one (exclusive end); ``members`` are Graph's."""
        body = _times(start, end) | {"subject": subject} | members
        target = calendar or self._mailbox.default_calendar
        return self._id(self._exchange.create(self._mailbox, target, body, self._by))

    def create_series(self, subject: str, start: datetime, end: datetime, pattern: Json, **members: Any) -> str:
        """A series from ``start`` on; ``pattern`` may hold a ``range``, else it never ends."""
        wall = to_wall(start.astimezone(UTC).replace(tzinfo=None), zone(_ZONE))
        plain = {name: value for name, value in pattern.items() if name != "range"}
        span = {"type": "noEnd", "startDate": wall.date().isoformat()} | pattern.get("range", {})
        return self.create(subject, start, end, recurrence={"pattern": plain, "range": span}, **members)

    def draft(self, subject: str, start: datetime, end: datetime) -> str:
        """An unsaved form that Outlook desktop stores already. Fact: [seen: office-js 4381], graph-calendar §16."""
        event_id = self.create(subject, start, end)
        return self._save_state(event_id, "draft", is_draft=True)

    def finish_draft(self, event_id: str, **members: Any) -> None:
        """Save the form of a draft."""
        self._save_state(event_id, "draft saved", is_draft=False)
        self.edit(event_id, **members)

    def edit(self, event_id: str, **members: Any) -> None:
        """Change Graph members: subject, body, location, categories and so on."""
        self._exchange.update(self._target(event_id), members, self._by)

    def move_in_time(self, event_id: str, start: datetime | date, end: datetime | date) -> None:
        """Drag the event elsewhere."""
        self.edit(event_id, **_times(start, end))

    def move_to_calendar(self, event_id: str, calendar: Calendar) -> None:
        """Into another calendar of the same mailbox: the normal id changes."""
        self._exchange.move(self._target(event_id), calendar, self._by)

    def delete(self, event_id: str, *, permanent: bool = False) -> None:
        """To Deleted Items, or away for good; an organizer's meeting is cancelled by it."""
        self._exchange.delete(self._target(event_id), self._by, permanent=permanent)

    def restore(self, event_id: str) -> None:
        """Back from Deleted Items, with the same immutable id."""
        item = self._mailbox.items[ids.decode(event_id).number]
        self._exchange.restore(self._mailbox, item, self._by)

    def make_private(self, event_id: str) -> None:
        self.edit(event_id, sensitivity="private")

    def make_teams(self, event_id: str) -> None:
        self.edit(event_id, isOnlineMeeting=True, onlineMeetingProvider="teamsForBusiness")

    def invite(self, event_id: str, *addresses: str) -> None:
        """Add attendees to those already there."""
        present = [_attendee(a.person.address, a.kind) for a in self.state(event_id).attendees]
        self.edit(event_id, attendees=present + [_attendee(address) for address in addresses])

    def accept(self, event_id: str, *, send: bool = True) -> None:
        self._exchange.respond(self._target(event_id), "accepted", self._by, send=send)

    def accept_tentatively(self, event_id: str, *, send: bool = True) -> None:
        self._exchange.respond(self._target(event_id), "tentativelyAccepted", self._by, send=send)

    def decline(self, event_id: str, *, send: bool = True) -> None:
        self._exchange.respond(self._target(event_id), "declined", self._by, send=send)

    def change_occurrence(self, event_id: str, day: date, **members: Any) -> str:
        """Change one day of a series; returns the id of the exception."""
        occurrence = self.occurrence_id(event_id, day)
        self._exchange.update(self._target(occurrence), members, self._by)
        return occurrence

    def delete_occurrence(self, event_id: str, day: date) -> None:
        self._exchange.delete(self._target(self.occurrence_id(event_id, day)), self._by)

    def set_raw_body(self, event_id: str, html: str) -> None:
        """Exactly this HTML, as Outlook desktop may write it; whether a Teams blob is in it is the caller's matter."""
        self._save_state(event_id, "raw body", body=html)

    def dismiss_reminder(self, event_id: str) -> None:
        """A save without any visible change."""
        self._save_state(event_id, "reminder dismissed")

    def receive_invitation(self, organizer: str, subject: str, start: datetime, end: datetime, **members: Any) -> str:
        """Somebody outside of all simulated tenants invites the owner."""
        exchange, owner = self._exchange, self._mailbox.owner
        body = _times(start, end) | {"subject": subject} | members
        body.setdefault("attendees", [_attendee(owner.mail or owner.user_principal_name)])
        calendar = self._mailbox.default_calendar
        state = exchange.new_state(body, Person(name=organizer, address=organizer), calendar)
        content = Content(state=state, calendar=calendar.id)
        return self._id(exchange.meetings.put_copy(self._mailbox, content))

    def receive_update(self, event_id: str, **members: Any) -> None:
        """The outside organizer changes the meeting."""
        exchange, target = self._exchange, self._target(event_id)
        calendar = self._mailbox.calendars[target.item.content.calendar]
        state = exchange.changed(target.item.content.state, members, calendar)
        exchange.meetings.put_copy(self._mailbox, replace(target.item.content, state=state))

    def receive_cancellation(self, event_id: str) -> None:
        """The outside organizer cancels."""
        self._exchange.meetings.cancel_copy(self._mailbox, self.state(event_id).ical_uid)

    # -- looking ---------------------------------------------------------------------------------------------------

    def state(self, event_id: str) -> EventState:
        """The event as it is now (immutable); raises 404."""
        return self._exchange.state_of(self._target(event_id))

    def events(self) -> dict[str, EventState]:
        """All living singles and masters by immutable id."""
        return {self._id(item): item.content.state for item in self._mailbox.living()}

    def find(self, subject: str) -> str:
        """The id of the only living event with this subject; raises KeyError."""
        found = [event_id for event_id, state in self.events().items() if state.subject == subject]
        if len(found) != 1:
            raise KeyError(len(found))
        return found[0]

    @staticmethod
    def occurrence_id(event_id: str, day: date) -> str:
        """The id of one day of the series with that id."""
        parsed = ids.decode(event_id)
        return ids.encode(parsed.mailbox, parsed.number, parsed.generation, day)

    def _save_state(self, event_id: str, kind: str, **changes: Any) -> str:
        item = self._target(event_id).item
        content = replace(item.content, state=replace(item.content.state, **changes))
        self._mailbox.save(item, content, Save(by=self._by, kind=kind))
        return event_id

    def _target(self, event_id: str) -> "Target":
        return self._exchange.locate(self._mailbox, event_id)

    def _id(self, item: Item) -> str:
        return ids.encode(self._mailbox.id, item.number, None)


def _attendee(address: str, kind: str = "required") -> Json:
    return {"emailAddress": {"address": address, "name": address}, "type": kind}


def _times(start: datetime | date, end: datetime | date) -> Json:
    if isinstance(start, datetime) and isinstance(end, datetime):
        return {"start": _wall(start), "end": _wall(end), "isAllDay": False}
    days = {"start": start, "end": end}
    shown: Json = {k: {"dateTime": f"{day.isoformat()}T00:00:00", "timeZone": _ZONE} for k, day in days.items()}
    return shown | {"isAllDay": True}


def _wall(moment: datetime) -> Json:
    wall = to_wall(moment.astimezone(UTC).replace(tzinfo=None), zone(_ZONE))
    return {"dateTime": wall.isoformat(), "timeZone": _ZONE}
