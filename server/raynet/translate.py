"""Raynet's shapes into our records and back. Nothing of a reply's JSON passes this module."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from server.domain.activity import (
    Activity,
    ActivityChange,
    ActivityDraft,
    ActivityStatus,
    Participant,
    ParticipantWrite,
    Priority,
)
from server.domain.concern import Concern, ConcernKind
from server.domain.html import rich_from_html
from server.domain.ids import ENTITY_NAMES, ActivityKey, ActivityType, PersonId
from server.domain.text import clean
from server.raynet.wire import ActivityShape, Json, ParticipantShape, whole_number

#: Fact: ``meetingPlace`` exists for meeting and event only [spec], §12.
TYPES_WITH_PLACE: Final = frozenset({ActivityType.MEETING, ActivityType.EVENT})
#: Fact: the roles that an update accepts [spec], §9.
_WRITABLE_ROLES: Final = frozenset({"FROM", "TO"})
_OWNER_ROLE: Final = "FROM"
_LOCKED: Final = "LOCK"
_INVALID: Final = "INVALID"

_STATUSES: Final = {status.value: status for status in ActivityStatus}
_PRIORITIES: Final = {priority.value: priority for priority in Priority}

_NATIVE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")


class UnreadableError(Exception):
    """The row is not what Raynet has ever been seen to send. ``args`` = (what, id or None): no content."""


# --- reading --------------------------------------------------------------------------------------------------------


def read_instant(text: str | None, zone: ZoneInfo | None) -> datetime | None:
    """An aware UTC instant from ISO 8601 with offset, or from the native form in ``zone``; None for none.

    Fact: ``2022-01-01T12:00:00.000+01:00`` with ``dateFormat=ISO8601``, else minutes in the API user's zone [spec], §4.
    UnreadableError for anything else, also for the native form of a zone we do not know.
    """
    if text is None or not text.strip():
        return None
    text = text.strip()
    native = _NATIVE.fullmatch(text)
    try:
        if native is None:
            instant = datetime.fromisoformat(text)
        else:
            year, month, day, hour, minute, second = (int(part or 0) for part in native.groups())
            instant = datetime(year, month, day, hour, minute, second, tzinfo=zone)
        if instant.utcoffset() is None:
            raise UnreadableError("zone", None)
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UnreadableError("instant", None) from None


def read_activity(row: Json, *, kind: ActivityType | None = None, zone: ZoneInfo | None = None) -> Activity:
    """A row of the mixed list (``kind`` None) or the detail of a ``kind``. UnreadableError names what was odd."""
    shape = _shape_of(row)
    key = ActivityKey(kind or _kind_of(shape), shape.id)
    try:
        activity = _activity(shape, key, detailed=kind is not None, zone=zone)
        return replace(activity, concerns=_concerns(shape, row, key.type), category=shape.category)
    except UnreadableError as odd:
        raise UnreadableError(odd.args[0], shape.id) from None


def id_of(row: Json) -> int | None:
    """The row's id even if nothing else of it can be read."""
    return whole_number(row.get("id")) if isinstance(row, dict) else None


def _shape_of(row: Json) -> ActivityShape:
    try:
        return ActivityShape.model_validate(row)
    except ValidationError as problem:
        # The chain is cut: pydantic's own report quotes what was given.
        where = problem.errors(include_url=False, include_context=False, include_input=False)[0]["loc"]
    raise UnreadableError(str(where[0]) if where else "row", id_of(row))


def _kind_of(shape: ActivityShape) -> ActivityType:
    kind = ENTITY_NAMES.get(shape.entity_name or "")
    if kind is None:
        raise UnreadableError("_entityName", shape.id)
    return kind


def _activity(shape: ActivityShape, key: ActivityKey, *, detailed: bool, zone: ZoneInfo | None) -> Activity:
    created_at = read_instant(shape.created_at, zone)
    updated_at = read_instant(shape.updated_at, zone)
    participants = _participants(shape)
    return Activity(
        key=key,
        title=clean(shape.title),
        status=_STATUSES.get(shape.status, ActivityStatus.UNKNOWN),
        # An unknown value is shown as the middle one; it is never written back unless Outlook's side changes.
        priority=_PRIORITIES.get(shape.priority or "", Priority.DEFAULT),
        personal=bool(shape.personal),
        scheduled_from=read_instant(shape.scheduled_from, zone),
        scheduled_till=read_instant(shape.scheduled_till, zone),
        deadline=read_instant(shape.deadline, zone),
        description=rich_from_html(shape.description),
        place=clean(shape.meeting_place) if key.type in TYPES_WITH_PLACE else None,
        participants=participants,
        has_client=_has_client(shape, key.type, participants),
        recurring=shape.recurrence is not None,
        locked=shape.row_state == _LOCKED,
        invalidated=shape.row_access == _INVALID,
        version=shape.version,
        created_at=created_at,
        created_by=_author(shape.created_by),
        # Fact: the time of the last change is updatedAt ?? createdAt [spec][seen], §5.
        modified_at=updated_at or created_at,
        modified_by=_author(shape.updated_by) if updated_at else _author(shape.created_by),
        ext_ids=tuple(clean(one) for one in shape.ext_ids or ()) if detailed else None,
        detailed=detailed,
    )


def _author(login: str | None) -> str | None:
    return clean(login) or None


def _participants(shape: ActivityShape) -> tuple[Participant, ...]:
    """Everybody taking part, with exactly the owner that Raynet names.

    Lists name the owner by the participant's flag only; details by ``owner`` too [spec][seen], §8.2 (b).
    """
    if shape.participants is None and shape.owner is None:
        raise UnreadableError("participants", shape.id)
    read = [_participant(one) for one in shape.participants or ()]
    if shape.owner is None or any(one.owner for one in read):
        return tuple(read)
    owner = PersonId(shape.owner)
    place = next((index for index, one in enumerate(read) if one.person == owner), None)
    if place is None:
        return (Participant(person=owner, owner=True, role=_OWNER_ROLE), *read)
    known = read[place]
    read[place] = replace(known, person=owner, owner=True)
    return tuple(read)


def _participant(shape: ParticipantShape) -> Participant:
    return Participant(
        person=None if shape.person is None else PersonId(shape.person),
        company=shape.company,
        lead=shape.lead,
        owner=bool(shape.owner),
        role=shape.role,
        id=shape.id,
        label=clean(shape.name).strip(),
    )


def _concerns(shape: ActivityShape, row: Json, kind: ActivityType) -> tuple[Concern, ...]:
    """The records an activity names itself, with the names that Raynet shows for them.

    Fact: references are read as objects with ``id`` and a name [spec], §3; a person is a task's own member only, §8.1.
    """
    ids = {
        ConcernKind.LEAD: shape.lead,
        ConcernKind.COMPANY: shape.company,
        ConcernKind.BUSINESS_CASE: shape.business_case,
        ConcernKind.PROJECT: shape.project,
        ConcernKind.OFFER: shape.offer,
        ConcernKind.SALES_ORDER: shape.sales_order,
        ConcernKind.PERSON: shape.person if kind is ActivityType.TASK else None,
    }
    return tuple(
        Concern(kind=one, id=number, label=label_of(row.get(one.value)))
        for one, number in ids.items()
        if number is not None
    )


def label_of(reference: Json) -> str:
    """How Raynet shows a reference; empty where it says nothing but the id."""
    if not isinstance(reference, dict):
        return ""
    named = (reference.get(name) for name in ("fullName", "name", "topic", "companyName", "code", "title"))
    return clean(next((one for one in named if isinstance(one, str) and one.strip()), "")).strip()


def _has_client(shape: ActivityShape, kind: ActivityType, participants: tuple[Participant, ...]) -> bool:
    """Whether it concerns somebody: by its own links, a task's contact, or a lead or company taking part.

    Fact: the newer edition links leads through a participant; a person's ``company`` says whom they represent
    [spec][doc], §8.1 note 6, §9: that one alone is no client.
    """
    links = (shape.company, shape.lead, shape.business_case, shape.project, shape.offer, shape.sales_order)
    if any(link is not None for link in links) or (kind is ActivityType.TASK and shape.person is not None):
        return True
    return any(one.lead is not None or (one.company is not None and one.person is None) for one in participants)


# --- writing --------------------------------------------------------------------------------------------------------


def written_instant(instant: datetime, zone: ZoneInfo | None) -> str:
    """``yyyy-MM-ddTHH:mm:ss.SSS+HH:MM`` in the API user's zone if that is known, else with ``+00:00``.

    Fact: milliseconds and a numeric offset are the documented shape; ``Z`` was refused [doc][seen], §4. The user's own
    offset is the safest one: even a reader that dropped it would understand the same instant.
    """
    return instant.astimezone(zone or UTC).isoformat(timespec="milliseconds")


def draft_body(kind: ActivityType, draft: ActivityDraft, zone: ZoneInfo | None) -> dict[str, Json]:
    """Body of the PUT: what is required, the inline ``extId`` unless it is empty, nothing else.

    Fact: status, place and participants are not accepted on create; ``personal`` for tasks only [doc], §8.1 note 4.
    """
    body: dict[str, Json] = {"title": draft.title, "priority": draft.priority.value, "owner": int(draft.owner)}
    if draft.ext_id:
        body["extId"] = draft.ext_id
    if kind is ActivityType.TASK:
        if draft.deadline is None:
            raise ValueError("a task needs a deadline")
        body["deadline"] = written_instant(draft.deadline, zone)
        if draft.personal is not None:
            body["personal"] = draft.personal
    return body


def change_body(kind: ActivityType, change: ActivityChange, zone: ZoneInfo | None) -> dict[str, Json]:
    """Body of the POST: only what changes, never a null; empty when nothing of it applies to the type.

    A place for a type without one is left out: Raynet answers an unknown member with an error. Fact: §7 [seen].
    """
    if change.status is ActivityStatus.UNKNOWN:
        raise ValueError("an unknown status cannot be written")
    body: dict[str, Json | None] = {
        "title": change.title,
        "scheduledFrom": _written(change.scheduled_from, zone),
        "scheduledTill": _written(change.scheduled_till, zone),
        "description": change.description_html,
        "meetingPlace": change.place if kind in TYPES_WITH_PLACE else None,
        "priority": change.priority.value if change.priority else None,
        "status": change.status.value if change.status else None,
        "personal": change.personal,
        "category": change.category,
        **{one.kind.value: one.id for one in change.concerns},
        "participants": None
        if change.participants is None
        else [_participant_body(one) for one in change.participants],
    }
    return {name: value for name, value in body.items() if value is not None}


def _written(instant: datetime | None, zone: ZoneInfo | None) -> str | None:
    return None if instant is None else written_instant(instant, zone)


def _participant_body(item: ParticipantWrite) -> dict[str, Json]:
    """Fact: no id = add, positive id = keep or change, negative id = remove [spec], §9.

    Kept ones carry all that is known of them, which is right whether the list adds to or replaces what is there.
    """
    if item.remove:
        if item.id is None:
            raise ValueError("a participant without an id cannot be removed")
        return {"id": -item.id}
    body: dict[str, Json] = {}
    if item.id is not None:
        body["id"] = item.id
    if item.owner or item.id is not None:
        body["owner"] = item.owner
    if item.role in _WRITABLE_ROLES:
        body["role"] = item.role
    identities = (("person", item.person), ("company", item.company), ("lead", item.lead))
    return body | {name: int(value) for name, value in identities if value is not None}
