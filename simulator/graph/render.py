"""Showing events: from immutable state to the JSON of the wire."""

import base64
import functools
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from simulator.graph import html, ids
from simulator.graph.mailbox import Calendar, Item, Mailbox
from simulator.graph.preferences import Preferences
from simulator.graph.recurring import show_recurrence
from simulator.graph.state import Attendee, EventState, Json, Person, Place
from simulator.graph.zones import to_wall

_WEB = "https://outlook.office365.com/owa/"
_NO_TIME = "0001-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a view: an item, or one day of a series. ``state`` is that of the exception or of the item."""

    item: Item
    state: EventState
    start: datetime
    end: datetime
    day: date | None = None

    @property
    def kind(self) -> str:
        if self.day is None:
            return self.state.kind
        return "occurrence" if self.state.original_start is None else "exception"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How one answer shows events: preferences plus what the query asked for."""

    prefer: Preferences
    share_ical_uid: bool = True
    expanded: frozenset[str] | None = None
    expand_extensions: bool = False


def whole(item: Item) -> Entry:
    """The entry of a single event or master."""
    state = item.content.state
    return Entry(item=item, state=state, start=state.start, end=state.end)


@functools.lru_cache(maxsize=65536)
def change_key(mailbox_id: str, version: int) -> str:
    """Opaque, different for each save of a mailbox."""
    return base64.b64encode(bytes.fromhex(mailbox_id.replace("-", ""))[:8] + version.to_bytes(8, "big")).decode()


def etag(mailbox_id: str, version: int) -> str:
    return f'W/"{change_key(mailbox_id, version)}"'


def entry_id(mailbox: Mailbox, entry: Entry, *, immutable: bool) -> str:
    """The id of an entry in the wanted form."""
    return ids.encode(mailbox.id, entry.item.number, None if immutable else entry.item.generation, entry.day)


def bare_json(mailbox: Mailbox, entry: Entry, style: Style) -> Json:
    """A plain occurrence in delta carries only this. Fact: [seen: docs 1716, 7632, 22197], graph-calendar §13."""
    immutable = style.prefer.immutable_ids
    return {
        "@odata.type": "#microsoft.graph.event",
        "@odata.etag": etag(mailbox.id, entry.state.version),
        "id": entry_id(mailbox, entry, immutable=immutable),
        "seriesMasterId": entry_id(mailbox, whole(entry.item), immutable=immutable),
        "type": "occurrence",
        "start": _time(entry.start, entry.state, style),
        "end": _time(entry.end, entry.state, style),
    }


def event_json(mailbox: Mailbox, entry: Entry, style: Style) -> Json:
    """Everything a read shows without ``$select``; extended properties if expanded. Long: a line per member."""
    state, prefer = entry.state, style.prefer
    event_id = entry_id(mailbox, entry, immutable=prefer.immutable_ids)
    kind = entry.kind
    master = None
    if entry.day is not None:
        master = entry_id(mailbox, whole(entry.item), immutable=prefer.immutable_ids)
    body = {"contentType": "html", "content": state.body}
    if prefer.text_bodies:
        body = {"contentType": "text", "content": html.as_text(state.body)}
    places = [_place(place) for place in state.places]
    document: Json = {
        "@odata.etag": etag(mailbox.id, state.version),
        "id": event_id,
        "createdDateTime": stamp(state.created),
        "lastModifiedDateTime": stamp(state.modified),
        "changeKey": change_key(mailbox.id, state.version),
        "categories": list(state.categories),
        "transactionId": state.transaction_id,
        "originalStartTimeZone": state.start_zone,
        "originalEndTimeZone": state.end_zone,
        "iCalUId": state.ical_uid
        if style.share_ical_uid or entry.day is None
        else f"{state.ical_uid}-{entry.day:%Y%m%d}",
        "reminderMinutesBeforeStart": state.reminder_minutes,
        "isReminderOn": state.is_reminder_on,
        "hasAttachments": False,
        "subject": state.subject,
        "bodyPreview": html.preview(state.body),
        "importance": state.importance,
        "sensitivity": state.sensitivity,
        "isAllDay": state.is_all_day,
        "isCancelled": state.is_cancelled,
        "isOrganizer": state.is_organizer,
        "responseRequested": state.response_requested,
        "seriesMasterId": master,
        "showAs": state.show_as,
        "type": kind,
        "webLink": f"{_WEB}?itemid={quote(event_id, safe='')}&exvsurl=1&path=/calendar/item",
        "onlineMeetingUrl": None,
        "isOnlineMeeting": state.online is not None,
        "onlineMeetingProvider": state.online.provider if state.online else "unknown",
        "allowNewTimeProposals": state.allow_new_time_proposals,
        "isDraft": state.is_draft,
        "hideAttendees": state.hide_attendees,
        "responseStatus": _response(_own_response(state), state.responded),
        "body": body,
        "start": _time(entry.start, state, style),
        "end": _time(entry.end, state, style),
        "location": places[0] if places else _NOWHERE.copy(),
        "locations": places,
        "recurrence": show_recurrence(state.recurrence) if state.recurrence and kind == "seriesMaster" else None,
        "attendees": [_attendee(attendee) for attendee in state.attendees],
        "organizer": {"emailAddress": _person(state.organizer)},
        "onlineMeeting": _online(state),
    }
    if state.transaction_id is None:
        del document["transactionId"]
    _expand(document, state, style)
    return document


def select(document: Json, names: Collection[str], *, view: bool, original_start: datetime | None = None) -> Json:
    """Only the selected members. In views, two are not selectable and one depends on another: graph-calendar §7."""
    wanted = set(names)
    everything = "*" in wanted
    result = {k: v for k, v in document.items() if k.startswith("@") or k == "id" or everything or k in wanted}
    if everything or "originalStart" in wanted:
        result["originalStart"] = None if original_start is None else stamp(original_start)
    if view and not everything:
        result.pop("createdDateTime", None)
        result.pop("lastModifiedDateTime", None)
        if "onlineMeeting" in wanted and "isOnlineMeeting" not in wanted:
            result["onlineMeeting"] = None
    for name in ("singleValueExtendedProperties", "extensions"):
        if name in document:
            result[name] = document[name]
    return result


def calendar_json(mailbox: Mailbox, calendar: Calendar) -> Json:
    """A calendar as ``/calendars`` lists it."""
    providers = list(calendar.online_providers)
    return {
        "id": calendar.id,
        "name": calendar.name,
        "color": "auto",
        "hexColor": "",
        "isDefaultCalendar": calendar.is_default,
        "changeKey": change_key(mailbox.id, 0),
        "canShare": calendar.can_edit,
        "canViewPrivateItems": True,
        "canEdit": calendar.can_edit,
        "allowedOnlineMeetingProviders": providers,
        "defaultOnlineMeetingProvider": providers[0] if providers else "unknown",
        "isTallyingResponses": calendar.is_default,
        "isRemovable": not calendar.is_default,
        "owner": {
            "name": mailbox.owner.display_name,
            "address": mailbox.owner.mail or mailbox.owner.user_principal_name,
        },
    }


def stamp(moment: datetime) -> str:
    """A DateTimeOffset of a naive UTC instant, 7 digits."""
    return f"{moment.isoformat(timespec='microseconds')}0Z"


def _time(moment: datetime, state: EventState, style: Style) -> Json:
    """7 fractional digits and no Z; all-day times float. Fact: [doc, live], graph-calendar §8."""
    wall = moment if state.is_all_day else to_wall(moment, style.prefer.rules)
    return {"dateTime": f"{wall.isoformat(timespec='microseconds')}0", "timeZone": style.prefer.zone_name}


_NOWHERE: Json = {
    "displayName": "",
    "locationType": "default",
    "uniqueIdType": "unknown",
    "address": {},
    "coordinates": {},
}


def _place(place: Place) -> Json:
    shown: Json = {
        "displayName": place.display_name,
        "locationType": place.kind,
        "uniqueId": place.display_name,
        "uniqueIdType": "private",
    }
    if place.uri:
        shown["locationUri"] = place.uri
    if place.email:
        shown["locationEmailAddress"] = place.email
    details: Json = json.loads(place.details)
    return shown | details


def _person(person: Person) -> Json:
    return {"name": person.name, "address": person.address}


def _response(response: str, at: datetime | None) -> Json:
    return {"response": response, "time": _NO_TIME if at is None else stamp(at)}


def _own_response(state: EventState) -> str:
    """``organizer`` on own meetings, ``none`` on plain appointments. Fact: graph-calendar §7."""
    if state.is_organizer:
        return "organizer" if state.attendees else "none"
    return state.response


def _attendee(attendee: Attendee) -> Json:
    return {
        "type": attendee.kind,
        "status": _response(attendee.response, attendee.responded),
        "emailAddress": _person(attendee.person),
    }


def _online(state: EventState) -> Json | None:
    if state.online is None:
        return None
    return {"joinUrl": state.online.join_url, "conferenceId": state.online.conference_id}


def _expand(document: Json, state: EventState, style: Style) -> None:
    if style.expanded is not None:
        found = [{"id": name, "value": value} for name, value in state.extended if name in style.expanded]
        if found:
            document["singleValueExtendedProperties"] = found
    if style.expand_extensions:
        document["extensions"] = [extension_json(name, text) for name, text in state.extensions]


def extension_json(name: str, text: str) -> Json:
    """An open extension. Fact: form of its id [doc], graph-calendar §14."""
    head = {
        "@odata.type": "#microsoft.graph.openTypeExtension",
        "id": f"Microsoft.OutlookServices.OpenTypeExtension.{name}",
        "extensionName": name,
    }
    content: Json = json.loads(text)
    return head | content
