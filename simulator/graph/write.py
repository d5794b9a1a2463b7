"""From a request body to the next state of an event: what may be written, in which form, and what is refused."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from simulator.graph import html
from simulator.graph.errors import GraphError, bad_request
from simulator.graph.recurring import parse_recurrence
from simulator.graph.state import Attendee, EventState, Json, Online, Person, Place
from simulator.graph.switches import GraphSwitches
from simulator.graph.zones import midnight, to_utc, to_wall, zone

_DATE_TIME = re.compile(
    r"^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?$", re.IGNORECASE
)
_PROPERTY_ID = re.compile(
    r"^(?P<type>[A-Za-z]+) (?:\{(?P<set>[0-9A-Fa-f-]{36})\} "
    r"(?:Name (?P<name>.+)|Id (?P<id>0x[0-9A-Fa-f]+))|(?P<tag>0x[0-9A-Fa-f]+))$"
)
_ENUMS = {
    "showAs": ("free", "tentative", "busy", "oof", "workingElsewhere", "unknown"),
    "sensitivity": ("normal", "personal", "private", "confidential"),
    "importance": ("low", "normal", "high"),
    "onlineMeetingProvider": ("unknown", "teamsForBusiness", "skypeForBusiness", "skypeForConsumer"),
    "attendeeType": ("required", "optional", "resource"),
}
#: Members of the event type that a write may contain without effect: only the server sets them.
_SERVER_ONLY = frozenset(
    """id changeKey createdDateTime lastModifiedDateTime bodyPreview originalStartTimeZone originalEndTimeZone
    originalStart organizer isOrganizer responseStatus isCancelled isDraft type seriesMasterId cancelledOccurrences
    exceptionOccurrences
    onlineMeeting onlineMeetingUrl transactionId iCalUId hasAttachments webLink instances attachments calendar
    onlineMeetingProvider""".split()
)
#: A write of these alone is the mailbox's private matter. Fact: not expected to mail [inferred], graph-calendar §9.
PRIVATE_MEMBERS = frozenset(
    {"categories", "isReminderOn", "reminderMinutesBeforeStart", "singleValueExtendedProperties", "extensions"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteContext:
    """What a write needs besides the body: the switches, whether Teams is allowed here, how to mint a meeting."""

    switches: GraphSwitches
    teams_allowed: bool
    mint: Callable[[], Online]
    now: datetime


def checked_members(body: Json) -> set[str]:
    """The event members a body writes, annotations left out; raises 400 for a member the type does not have."""
    members = {name for name in body if "@odata." not in name}
    unknown = members - _SERVER_ONLY - set(_WRITERS) - {"start", "end", "isAllDay", "isOnlineMeeting"}
    if unknown:
        name = sorted(unknown)[0]
        raise bad_request(f"The property '{name}' does not exist on type 'microsoft.graph.event'.", "RequestBodyRead")
    return members


def apply(body: Json, base: EventState, context: WriteContext, *, creating: bool) -> EventState:
    """The state after writing ``body`` over ``base``; raises the 400s of graph-calendar §7, §8 and §11."""
    members = checked_members(body)
    state = _apply_times(body, base, context, creating=creating)
    for name, writer in _WRITERS.items():
        if name in members:
            state = writer(state, body[name], context)
    if creating:
        state = _with_defaults(state, members, context)
    if not creating and "body" in members:
        state = _keep_or_lose_meeting(base, state, context)
    elif (
        not creating and base.teams_destroyed and base.online is None and context.switches.teams_body_loss == "returns"
    ):
        state = _attach_meeting(state, context)
    if body.get("isOnlineMeeting") is True and state.online is None and not state.teams_destroyed:
        state = _with_meeting(state, body.get("onlineMeetingProvider"), context)
    return state


# -- times ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    wall: datetime
    zone: str
    had_offset: bool


def _moment(value: Any, what: str, context: WriteContext) -> _Moment:
    if not isinstance(value, dict) or not isinstance(value.get("dateTime"), str):
        raise bad_request(f"The value of '{what}' is missing or malformed.", "RequestBodyRead")
    name = value.get("timeZone") or "UTC"
    rules = zone(name, all_iana=context.switches.accept_all_iana_zones)
    match = _DATE_TIME.match(value["dateTime"].strip())
    if match is None:
        raise bad_request(f"The DateTime value of '{what}' could not be parsed.", "ErrorInvalidRequest")
    day, time, fraction, offset = match.groups()
    try:
        wall = datetime.fromisoformat(f"{day}T{time or '00:00'}")
    except ValueError:
        raise bad_request(f"The DateTime value of '{what}' could not be parsed.", "ErrorInvalidRequest") from None
    wall += timedelta(microseconds=int((fraction or "0").ljust(6, "0")[:6]))
    if offset and not context.switches.accept_offset_times:
        raise bad_request(f"The DateTime value of '{what}' must not have an offset.")
    if offset and offset.upper() != "Z":
        shift = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
        wall = wall - shift if offset[0] == "+" else wall + shift
    if offset:
        wall = to_wall(wall, rules)
    return _Moment(wall=wall, zone=name, had_offset=bool(offset))


def _apply_times(body: Json, base: EventState, context: WriteContext, *, creating: bool) -> EventState:
    if not {"start", "end", "isAllDay"} & body.keys():
        return base
    all_day = body["isAllDay"] if body.get("isAllDay") is not None else (False if creating else base.is_all_day)
    if not isinstance(all_day, bool):
        raise bad_request("Cannot convert the literal to the expected type 'Edm.Boolean'.", "RequestBodyRead")
    alone = ("start" in body) != ("end" in body)
    if alone and not creating and not context.switches.accept_start_alone:
        raise bad_request("The Event.Start and Event.End properties must be set together.")
    start = (
        _moment(body["start"], "start", context)
        if "start" in body
        else _known(base.start, base.start_zone, base, context)
    )
    end = _moment(body["end"], "end", context) if "end" in body else _known(base.end, base.end_zone, base, context)
    if all_day:
        _check_all_day(start, end)
        begin, finish = start.wall, end.wall
    else:
        begin = to_utc(start.wall, zone(start.zone, all_iana=True))
        finish = to_utc(end.wall, zone(end.zone, all_iana=True))
    if finish < begin:
        raise bad_request("The start time must be before the end time.")
    if all_day and finish == begin:
        raise bad_request("The Event.End property for an all-day event needs to be at least one day after its start.")
    return replace(base, start=begin, end=finish, is_all_day=all_day, start_zone=start.zone, end_zone=end.zone)


def _known(stored: datetime, name: str, base: EventState, context: WriteContext) -> _Moment:
    """A time the write leaves out, as a wall time in its own zone."""
    wall = stored if base.is_all_day else to_wall(stored, zone(name, all_iana=True))
    return _Moment(wall=wall, zone=name, had_offset=False)


def _check_all_day(start: _Moment, end: _Moment) -> None:
    """Fact: midnight in one zone, no offsets, else 400 with this text [doc, live, seen], graph-calendar §8."""
    for moment, what in ((start, "Start"), (end, "End")):
        if moment.had_offset or not midnight(moment.wall):
            raise bad_request(f"The Event.{what} property for an all-day event needs to be set to midnight.")
    if start.zone != end.zone:
        raise bad_request("The Event.Start and Event.End of an all-day event need to be in the same time zone.")


# -- plain members ---------------------------------------------------------------------------------------------------


def _subject(state: EventState, value: Any, context: WriteContext) -> EventState:
    text = _text(value, "subject").replace("\r", " ").replace("\n", " ")
    if len(text) > 255 and not context.switches.cut_long_subjects:
        raise bad_request("The subject is too long.", "ErrorInvalidRequest")
    return replace(state, subject=text[:255])


def _body(state: EventState, value: Any, context: WriteContext) -> EventState:
    if value is None:
        return replace(state, body="")
    if not isinstance(value, dict):
        raise _unreadable("body")
    content = _text(value.get("content"), "body")
    kind = str(value.get("contentType") or "text").lower()
    if kind not in ("text", "html"):
        raise _unreadable("body")
    stored = html.rewrite(content) if kind == "html" else (html.wrap_text(content) if content else "")
    return replace(state, body=stored)


def _attendees(state: EventState, value: Any, context: WriteContext) -> EventState:
    """Replaces the list; who stays keeps the answer. Fact: docs 16158 [seen], graph-calendar §21."""
    if not isinstance(value, list | None):
        raise _unreadable("attendees")
    known = {attendee.address: attendee for attendee in state.attendees}
    found: dict[str, Attendee] = {}
    for entry in value or []:
        mail = entry.get("emailAddress") if isinstance(entry, dict) else None
        if not isinstance(mail, dict) or not isinstance(mail.get("address"), str) or not mail["address"]:
            raise bad_request("At least one recipient isn't valid.", "ErrorInvalidRecipients")
        before = known.get(mail["address"].lower())
        person = Person(
            name=str(mail.get("name") or (before.person.name if before else mail["address"])), address=mail["address"]
        )
        kind = _enum("attendeeType", entry.get("type") or "required")
        fresh = Attendee(person=person, kind=kind)
        found[fresh.address] = replace(before, person=person, kind=kind) if before else fresh
    if len(found) > 500:
        raise bad_request("The number of attendees exceeds the limit of 500.")
    return replace(state, attendees=tuple(found.values()))


def _place(value: Any) -> Place:
    if not isinstance(value, dict):
        raise _unreadable("location")
    details = {k: value[k] for k in ("address", "coordinates") if value.get(k)}
    return Place(
        display_name=_text(value.get("displayName"), "location"),
        kind=str(value.get("locationType") or "default"),
        uri=value.get("locationUri"),
        email=value.get("locationEmailAddress"),
        details=json.dumps(details, sort_keys=True),
    )


def _location(state: EventState, value: Any, context: WriteContext) -> EventState:
    place = _place(value) if value else None
    return replace(state, places=(place,) if place and place.display_name else ())


def _locations(state: EventState, value: Any, context: WriteContext) -> EventState:
    if not isinstance(value, list | None):
        raise _unreadable("locations")
    return replace(state, places=tuple(place for place in map(_place, value or []) if place.display_name))


def _categories(state: EventState, value: Any, context: WriteContext) -> EventState:
    if not isinstance(value, list | None) or not all(isinstance(entry, str) for entry in value or []):
        raise _unreadable("categories")
    return replace(state, categories=tuple(dict.fromkeys(value or [])))


def _recurrence(state: EventState, value: Any, context: WriteContext) -> EventState:
    if value is None:
        return replace(state, recurrence=None)
    wall = state.start if state.is_all_day else to_wall(state.start, zone(state.start_zone, all_iana=True))
    return replace(state, recurrence=parse_recurrence(value, wall.date(), state.start_zone))


def _extended(state: EventState, value: Any, context: WriteContext) -> EventState:
    if not isinstance(value, list):
        raise _unreadable("singleValueExtendedProperties")
    merged = dict(state.extended)
    for entry in value:
        if not isinstance(entry, dict) or not isinstance(entry.get("value"), str):
            raise _unreadable("singleValueExtendedProperties")
        merged[property_id(str(entry.get("id")))] = entry["value"]
    return replace(state, extended=tuple(merged.items()))


def _extensions(state: EventState, value: Any, context: WriteContext) -> EventState:
    if not isinstance(value, list):
        raise _unreadable("extensions")
    merged = dict(state.extensions)
    for entry in value:
        name = entry.get("extensionName") if isinstance(entry, dict) else None
        if not isinstance(name, str):
            raise _unreadable("extensions")
        merged[name] = json.dumps({k: v for k, v in entry.items() if k not in ("@odata.type", "extensionName", "id")})
    return replace(state, extensions=tuple(merged.items()))


def property_id(text: str) -> str:
    """The comparable form of an extended property's id: set guid lower case, name as it is. Raises 400."""
    match = _PROPERTY_ID.match(text.strip())
    if match is None:
        raise bad_request(f"The property id '{text}' is invalid.", "ErrorInvalidParameter")
    kind = match["type"]
    if match["tag"]:
        return f"{kind} {int(match['tag'], 16):#x}"
    tail = f"Name {match['name']}" if match["name"] is not None else f"Id {int(match['id'], 16):#x}"
    return f"{kind} {{{match['set'].lower()}}} {tail}"


def _flag(field: str) -> Callable[[EventState, Any, WriteContext], EventState]:
    def write(state: EventState, value: Any, context: WriteContext) -> EventState:
        if value is None:
            return state
        if not isinstance(value, bool):
            raise bad_request("Cannot convert the literal to the expected type 'Edm.Boolean'.", "RequestBodyRead")
        return _replaced(state, field, value)

    return write


def _choice(member: str, field: str) -> Callable[[EventState, Any, WriteContext], EventState]:
    def write(state: EventState, value: Any, context: WriteContext) -> EventState:
        return state if value is None else _replaced(state, field, _enum(member, value))

    return write


def _reminder(state: EventState, value: Any, context: WriteContext) -> EventState:
    if value is None:
        return state
    if isinstance(value, bool) or not isinstance(value, int):
        raise bad_request("Cannot convert the literal to the expected type 'Edm.Int32'.", "RequestBodyRead")
    return replace(state, reminder_minutes=value)


def _replaced(state: EventState, field: str, value: Any) -> EventState:
    changes: dict[str, Any] = {field: value}
    return replace(state, **changes)


def _enum(member: str, value: Any) -> str:
    wanted = str(value).lower()
    found = next((name for name in _ENUMS[member] if name.lower() == wanted), None)
    if found is None:
        raise bad_request(f"Requested value '{value}' was not found.", "RequestBodyRead")
    return found


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str | None):
        raise _unreadable(what)
    return value or ""


def _unreadable(what: str) -> GraphError:
    return bad_request(f"When trying to read the value of '{what}', an unexpected node was found.", "RequestBodyRead")


_WRITERS: dict[str, Callable[[EventState, Any, WriteContext], EventState]] = {
    "subject": _subject,
    "body": _body,
    "attendees": _attendees,
    "location": _location,
    "locations": _locations,
    "categories": _categories,
    "recurrence": _recurrence,
    "singleValueExtendedProperties": _extended,
    "extensions": _extensions,
    "responseRequested": _flag("response_requested"),
    "allowNewTimeProposals": _flag("allow_new_time_proposals"),
    "hideAttendees": _flag("hide_attendees"),
    "isReminderOn": _flag("is_reminder_on"),
    "reminderMinutesBeforeStart": _reminder,
    "showAs": _choice("showAs", "show_as"),
    "sensitivity": _choice("sensitivity", "sensitivity"),
    "importance": _choice("importance", "importance"),
}


def _with_defaults(state: EventState, members: set[str], context: WriteContext) -> EventState:
    if state.is_all_day:
        if "showAs" not in members:
            state = replace(state, show_as=context.switches.default_all_day_show_as)
        if "reminderMinutesBeforeStart" not in members:
            state = replace(state, reminder_minutes=context.switches.default_all_day_reminder_minutes)
    return state if state.attendees else replace(state, response="organizer")


# -- online meetings -------------------------------------------------------------------------------------------------


def _with_meeting(state: EventState, provider: Any, context: WriteContext) -> EventState:
    """Silently ignored where the calendar does not allow Teams. Fact: [doc, live], graph-calendar §10."""
    wanted = _enum("onlineMeetingProvider", provider or "teamsForBusiness")
    if not context.teams_allowed or wanted not in ("teamsForBusiness", "unknown"):
        return state
    return _attach_meeting(state, context)


def _attach_meeting(state: EventState, context: WriteContext) -> EventState:
    online = context.mint()
    body = state.body or html.rewrite("<p></p>")
    return replace(state, online=online, body=html.rewrite(body.replace("</body>", f"{online.blob}</body>")))


def _keep_or_lose_meeting(base: EventState, state: EventState, context: WriteContext) -> EventState:
    """A body without the blob destroys the meeting. Fact: [doc; seen: docs 9743, 16336, 18896], graph-calendar §10."""
    if base.online is None or base.online.join_url in state.body:
        return state
    lost = replace(state, online=None, teams_destroyed=True)
    return _attach_meeting(lost, context) if context.switches.teams_body_loss == "reminted" else lost
