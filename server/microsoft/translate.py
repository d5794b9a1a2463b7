"""Between Graph's event and ours. No JSON passes beyond this module, except raw bodies on their way back.

Safest meanings of what we do not know: an unknown sensitivity is private; an unknown type belongs to a series, so
that nobody writes to it; an unknown answer is *not answered*; who organises, if not told, is not the owner.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final, TypeVar

from pydantic import ValidationError

from server.domain.body_splice import has_foreign, outlook_plain, splice
from server.domain.event import Event, EventChange, EventDraft, EventType, Importance, Response
from server.domain.html import EMPTY, RichText, rich_from_plain
from server.domain.ids import EventId, MailboxId
from server.domain.panel import ADDIN_ID
from server.domain.text import clean
from server.microsoft.exchange import Json
from server.microsoft.moments import parse_instant, read_when, write_times
from server.microsoft.wire import Body, GraphEvent, Recipient

#: Our one extended property. Fact: choose one own GUID and one name, never variable data in the name [doc], §14.
OWN_PROPERTY: Final = "String {6f0b3c52-5d1e-4c7a-9a41-2c8e7d54b9f3} Name RaynetActivity"

#: Where Outlook keeps the custom properties of our add-in, as one JSON text. Fact: [doc], outlook-addin §4.
PANEL_PROPERTY: Final = f"String {{00020329-0000-0000-C000-000000000046}} Name cecp-{ADDIN_ID}"
#: Fact: 2,500 characters at most [doc], outlook-addin §4; a longer text is not what the panel wrote.
_PANEL_CHARACTERS: Final = 2_500
_DRAFT_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

#: More of a body than this is not read: its beginning is far longer than any description.
BODY_CAP_CHARACTERS: Final = 3_000_000

_REMINDER_MINUTES: Final = 15

Word = TypeVar("Word", bound=StrEnum)


class OddEventError(ValueError):
    """An event that cannot be understood."""


def parse_event(document: Json) -> GraphEvent:
    """Graph's event in its wire shape; OddEventError where a member has an impossible type."""
    try:
        return GraphEvent.model_validate(document)
    except ValidationError:
        raise OddEventError from None


def event_of(shape: GraphEvent, mailbox: MailboxId) -> Event:
    """Our event. ``when`` is None where the answer carries no usable times."""
    organizer = _address(shape.organizer)
    response = _response(shape)
    body, is_foreign = _body(shape.body)
    master = shape.series_master_id
    return Event(
        mailbox=mailbox,
        id=EventId(shape.id),
        etag=shape.etag,
        ical_uid=shape.ical_uid,
        subject=clean(shape.subject),
        body=body,
        body_foreign=is_foreign,
        when=read_when(shape),
        zone_label=shape.original_zone,
        location=clean(shape.location.name if shape.location else None),
        importance=_known(Importance, shape.importance, Importance.NORMAL),
        private=(shape.sensitivity or "").lower() != "normal",
        categories=tuple(clean(name) for name in shape.categories),
        attendees=_attendees(shape.attendees, organizer),
        organizer=organizer,
        is_organizer=shape.is_organizer if shape.is_organizer is not None else response is Response.ORGANIZER,
        response=response,
        is_cancelled=bool(shape.is_cancelled),
        is_draft=bool(shape.is_draft),
        type=_type(shape),
        series_master_id=EventId(master) if master else None,
        is_online=bool(shape.is_online),
        transaction_id=shape.transaction_id,
        created_at=parse_instant(shape.created),
        modified_at=parse_instant(shape.modified),
        own_key=_own_key(shape),
        draft_id=_draft_id(shape),
    )


def understood(rows: Sequence[Json], mailbox: MailboxId) -> tuple[tuple[Event, ...], tuple[str, ...]]:
    """Events of a list and the ids of those that cannot be understood.

    Plain occurrences are left out: they are bare, and their series stands for them by its master and exceptions.
    """
    events: list[Event] = []
    odd: list[str] = []
    for row in rows:
        try:
            event = event_of(parse_event(row), mailbox)
        except OddEventError:
            id_ = row.get("id") if isinstance(row, dict) else None
            if isinstance(id_, str) and id_:
                odd.append(id_)
            continue
        if event.type is not EventType.OCCURRENCE:
            events.append(event)
    return tuple(events), tuple(odd)


def draft_body(draft: EventDraft) -> dict[str, Json]:
    """What a create sends. Attendees only where the draft names some, because each one gets mail [doc], §9."""
    times = write_times(draft.times)
    body: dict[str, Json] = {
        "subject": draft.subject,
        "body": {"contentType": "html", "content": splice(None, draft.description)},
        **times,
        "location": {"displayName": draft.location},
        "importance": draft.importance.value,
        "sensitivity": "private" if draft.private else "normal",
        "showAs": "busy",
        "isReminderOn": not times["isAllDay"],
        "reminderMinutesBeforeStart": 0 if times["isAllDay"] else _REMINDER_MINUTES,
        "categories": list(draft.categories),
        "transactionId": draft.transaction_id,
        "singleValueExtendedProperties": [{"id": OWN_PROPERTY, "value": draft.own_key}],
    }
    if draft.attendees:
        body["attendees"] = [_new_attendee(address) for address in draft.attendees]
    return body


def change_body(change: EventChange) -> dict[str, Json]:
    """What a PATCH sends, without the description and the attendees, which need the stored event."""
    body: dict[str, Json] = {}
    if change.subject is not None:
        body["subject"] = change.subject
    if change.times is not None:
        body.update(write_times(change.times))
    if change.location is not None:
        body["location"] = {"displayName": change.location}
        if not change.location:
            body["locations"] = []  # Fact: both together clear a place [inferred], §7.
    if change.importance is not None:
        body["importance"] = change.importance.value
    if change.categories is not None:
        body["categories"] = list(change.categories)
    return body


def attendees_body(addresses: Iterable[str], stored: Json) -> list[Json]:
    """The new list of attendees; who stays keeps name and type as stored, because PATCH replaces the list [doc], §7."""
    kept: dict[str, Json] = {}
    for one in stored if isinstance(stored, list) else []:
        email = one.get("emailAddress") if isinstance(one, dict) else None
        address = email.get("address") if isinstance(email, dict) else None
        if isinstance(address, str):
            kept[address.lower()] = {"emailAddress": email, "type": one.get("type") or "required"}
    return [kept.get(address.lower()) or _new_attendee(address) for address in addresses]


def raw_html(document: Mapping[str, Json]) -> str:
    """The stored body as HTML, exactly as Graph gave it; empty where there is none."""
    body = document.get("body")
    content = body.get("content") if isinstance(body, dict) else None
    return content if isinstance(content, str) else ""


def _new_attendee(address: str) -> Json:
    return {"emailAddress": {"address": address}, "type": "required"}


def _body(body: Body | None) -> tuple[RichText, bool]:
    if body is None or not body.content:
        return EMPTY, False
    content = body.content[:BODY_CAP_CHARACTERS]
    if (body.content_type or "").lower() == "text":
        return rich_from_plain(content), False
    if len(content) < len(body.content):
        return replace(outlook_plain(content), truncated=True), True
    return outlook_plain(content), has_foreign(content)


def _attendees(recipients: Iterable[Recipient], organizer: str | None) -> tuple[str, ...]:
    found = (_address(recipient) for recipient in recipients)
    return tuple(dict.fromkeys(address for address in found if address is not None and address != organizer))


def _address(recipient: Recipient | None) -> str | None:
    address = clean(recipient.email.address).strip().lower() if recipient and recipient.email else ""
    return address or None


def _response(shape: GraphEvent) -> Response:
    if shape.response is None or shape.response.response is None:
        return Response.NONE
    return _known(Response, shape.response.response, Response.NOT_RESPONDED)


def _type(shape: GraphEvent) -> EventType:
    if shape.type is None:
        kind = EventType.EXCEPTION if shape.series_master_id else EventType.SINGLE
    else:
        kind = _known(EventType, shape.type, EventType.EXCEPTION)
    return EventType.MASTER if kind is EventType.SINGLE and shape.recurrence else kind


def _own_key(shape: GraphEvent) -> str | None:
    wanted = OWN_PROPERTY.lower()
    return next((one.value for one in shape.extended if one.id.lower() == wanted and one.value), None)


def _draft_id(shape: GraphEvent) -> str | None:
    """The draft that the panel noted on the event; whatever else may stand there is not believed."""
    wanted = PANEL_PROPERTY.lower()
    text = next((one.value for one in shape.extended if one.id.lower() == wanted and one.value), None)
    if text is None or len(text) > _PANEL_CHARACTERS:
        return None
    try:
        noted = json.loads(text)
    except (ValueError, RecursionError):
        return None
    draft = noted.get("draftId") if isinstance(noted, dict) else None
    return draft if isinstance(draft, str) and _DRAFT_ID.fullmatch(draft) else None


def _known(kinds: type[Word], word: str | None, unknown: Word) -> Word:
    lowered = (word or "").lower()
    return next((kind for kind in kinds if kind.value.lower() == lowered), unknown)
