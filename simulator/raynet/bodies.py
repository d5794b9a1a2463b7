"""Reading write bodies: which fields each type takes on create and on update (raynet-api §8.1)."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from simulator.raynet.changes import ActivityChanges, ParticipantChange
from simulator.raynet.dates import parse_instant, to_milliseconds
from simulator.raynet.errors import access_denied, bad_input, conversion_failed, unexpected
from simulator.raynet.instance import RaynetInstance
from simulator.raynet.lists import truth
from simulator.raynet.records import PLACE_KINDS, PRIORITIES, SOLUTION_KINDS, STATUSES, JsonObject

#: Wire name -> (our name, entity the id belongs to).
_REFERENCES = {
    "category": ("category", "activityCategory"),
    "company": ("company", "company"),
    "businessCase": ("business_case", "businessCase"),
    "offer": ("offer", "offer"),
    "salesOrder": ("sales_order", "salesOrder"),
    "project": ("project", "project"),
    "activity": ("parent", "activity"),
    "securityLevel": ("security_level", "securityLevel"),
    "person": ("person", "person"),
    "lead": ("lead", "lead"),
}
_INSTANTS = {
    "scheduledFrom": "scheduled_from",
    "scheduledTill": "scheduled_till",
    "completed": "completed",
    "deadline": "deadline",
}
_TEXTS = {"description": "description", "solution": "solution", "meetingPlace": "meeting_place"}
_ENUMS = {"status": STATUSES, "priority": PRIORITIES}
_OTHER = frozenset({"title", "personal", "tags", "participants", "customFields", "extId", "owner", "resolver"})
KNOWN_FIELDS = frozenset(_REFERENCES) | frozenset(_INSTANTS) | frozenset(_TEXTS) | frozenset(_ENUMS) | _OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteContext:
    """Who writes: the instance with its switches, and the zone of the API user."""

    instance: RaynetInstance
    zone: ZoneInfo


def json_object(raw: bytes) -> JsonObject:
    """The body as an object; 400 for anything else."""
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise bad_input("malformed JSON") from error
    if not isinstance(body, dict):
        raise bad_input("object expected")
    return body


def takes(kind: str, name: str, *, creating: bool, context: WriteContext) -> bool:
    """Whether the field has an effect for this type in this call; blank cells of the table have none."""
    switches = context.instance.switches
    if name == "deadline":
        return kind == "task"
    if name == "solution":
        return kind in SOLUTION_KINDS
    if name == "meetingPlace":
        return kind in PLACE_KINDS and (switches.meeting_place_on_create or not creating)
    if name == "person":
        return kind == "task" or creating
    if not creating:
        return name not in {"lead", "extId"}
    if name == "personal":
        return switches.personal_on_create == "honoured" or (switches.personal_on_create == "task" and kind == "task")
    per_switch = {
        "participants": switches.participants_on_create,
        "customFields": switches.custom_fields_on_create,
        "status": switches.status_on_create,
        "lead": switches.lead_on_create,
    }
    return per_switch.get(name, True)


def read_changes(kind: str, body: JsonObject, context: WriteContext, *, creating: bool) -> ActivityChanges:
    """The plain fields of a body as typed changes. Owner, resolver, participants and extId are not among them."""
    _check_known(body, context)
    changes = ActivityChanges()
    for name, value in body.items():
        if name not in KNOWN_FIELDS or not takes(kind, name, creating=creating, context=context):
            continue
        if value is None and not _takes_null(name, creating=creating, context=context):
            continue
        pair = _change(name, value, context)
        if pair is not None:
            changes[pair[0]] = pair[1]  # type: ignore[literal-required]  # names of the tables above
    return changes


def _check_known(body: JsonObject, context: WriteContext) -> None:
    if context.instance.switches.unknown_field == "error":
        unknown = next((name for name in body if name not in KNOWN_FIELDS), None)
        if unknown is not None:
            raise unexpected("unknown field")


def _takes_null(name: str, *, creating: bool, context: WriteContext) -> bool:
    """Whether a null clears the field (§22 #14). Required fields cannot be cleared."""
    if creating:
        return False
    switch = context.instance.switches.null_in_update
    if switch == "error":
        raise conversion_failed(name)
    if switch == "ignored":
        return False
    if name in {"title", "priority", "status", "personal", "deadline", "securityLevel"}:
        raise bad_input(f"{name} is required")
    return True


def _change(name: str, value: Any, context: WriteContext) -> tuple[str, Any] | None:
    if name in _REFERENCES:
        ours, entity = _REFERENCES[name]
        return ours, None if value is None else reference(name, entity, value, context)
    if name in _INSTANTS:
        return _INSTANTS[name], None if value is None else instant(value, context)
    if name in _TEXTS:
        return _TEXTS[name], None if value is None else _text(name, value)
    if name in _ENUMS:
        if not isinstance(value, str) or value not in _ENUMS[name]:
            raise unexpected(f"invalid value of {name}")
        return name, value
    if name == "title":
        return name, _text(name, value)
    if name == "personal":
        return name, truth(value)
    if name == "tags":
        return name, tags(value)
    if name == "customFields":
        return "custom_fields", _custom_fields(value)
    return None


def instant(value: Any, context: WriteContext) -> datetime:
    accepted = context.instance.switches.z_suffix_accepted
    return to_milliseconds(parse_instant(value, context.zone, z_accepted=accepted))


def reference(name: str, entity: str, value: Any, context: WriteContext) -> int:
    """Fact: written as a plain integer id; a stale id is ``ConversionFailedException`` [spec][seen], §3, §7."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise conversion_failed(name)
    if not context.instance.exists(entity, value):
        raise conversion_failed(name)
    return value


def tags(value: Any) -> tuple[str, ...]:
    """A list or a comma-separated string; both were seen in both calls [spec][doc], §12."""
    if value is None:
        return ()
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise bad_input("tags expected")
    return tuple(dict.fromkeys(item.strip() for item in items if item.strip()))


def participant_changes(value: Any, context: WriteContext) -> list[ParticipantChange]:
    if not isinstance(value, list):
        raise bad_input("participants expected")
    return [_participant_change(item, context) for item in value]


def _participant_change(item: Any, context: WriteContext) -> ParticipantChange:
    if not isinstance(item, dict):
        raise bad_input("participant expected")
    out: ParticipantChange = {}
    if item.get("id") is not None:
        if isinstance(item["id"], bool) or not isinstance(item["id"], int) or item["id"] == 0:
            raise conversion_failed("participants.id")
        out["id"] = item["id"]
    if "owner" in item:
        out["owner"] = truth(item["owner"])
    if "role" in item:
        if item["role"] not in (None, "FROM", "TO", "CC", "BCC"):
            raise unexpected("invalid value of role")
        out["role"] = item["role"]
    if out.get("id", 1) > 0:
        for name in ("person", "company", "lead"):
            if name in item:
                value = item[name]
                out[name] = None if value is None else reference(f"participants.{name}", name, value, context)
    return out


def refuse_owner_in_update(body: JsonObject, context: WriteContext) -> None:
    """Fact: ``owner`` in an activity update = 403 [seen], §7."""
    if "owner" in body and context.instance.switches.owner_in_update == "forbidden":
        raise access_denied(403)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise bad_input(f"text expected for {name}")
    return value


def _custom_fields(value: Any) -> str:
    if value is not None and not isinstance(value, dict):
        raise bad_input("map expected for customFields")
    return json.dumps(value or {}, ensure_ascii=False, sort_keys=True)
