"""How records are shown: which keys stand in lists, in the mixed list and in details (raynet-api §8.2)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from simulator.raynet.dates import show_instant, to_minutes
from simulator.raynet.records import (
    PLACE_KINDS,
    SOLUTION_KINDS,
    Activity,
    DirectoryRecord,
    JsonObject,
    Participant,
    UserAccount,
)
from simulator.raynet.switches import RaynetSwitches

_NO_ADDRESS: JsonObject = {"city": None, "country": None, "province": None, "street": None, "zipCode": None}


class Names(Protocol):
    """Looks up what a reference is shown as; None for a missing id."""

    def reference(self, entity: str, record_id: int | None) -> JsonObject | None: ...

    def email(self, entity: str, record_id: int | None) -> str | None: ...

    def address(self, company: int | None) -> JsonObject | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """One reader: zone and notation of dates, names of references, the readings in force."""

    zone: ZoneInfo
    iso: bool
    names: Names
    switches: RaynetSwitches

    def when(self, instant: datetime | None) -> str | None:
        return show_instant(instant, self.zone, iso=self.iso)

    def row_info(self, row: "_Audited") -> JsonObject:
        cut = to_minutes if self.switches.row_info_to_the_minute else _same
        return {
            "rowInfo.createdAt": self.when(cut(row.created_at)),
            "rowInfo.createdBy": row.created_by,
            "rowInfo.updatedAt": self.when(cut(row.updated_at)) if row.updated_at else None,
            "rowInfo.updatedBy": row.updated_by,
            "rowInfo.rowAccess": row.row_access,
            "rowInfo.rowState": getattr(row, "row_state", None),
        }


class _Audited(Protocol):
    @property
    def created_at(self) -> datetime: ...
    @property
    def created_by(self) -> str: ...
    @property
    def updated_at(self) -> datetime | None: ...
    @property
    def updated_by(self) -> str | None: ...
    @property
    def row_access(self) -> str | None: ...


def _same(instant: datetime) -> datetime:
    return instant


def row_info_row(row: Activity | DirectoryRecord, viewer: Viewer, *, mixed: bool = False) -> JsonObject:
    """A row of ``view=rowInfo``. Its exact key set is inferred (§5, §22 #11)."""
    named = isinstance(row, Activity) and mixed and viewer.switches.row_info_has_entity_name
    head: JsonObject = {"_entityName": row.entity_name} if named and isinstance(row, Activity) else {}
    return {**head, "id": row.id, "_version": row.version, **viewer.row_info(row)}


def activity_row(activity: Activity, viewer: Viewer, *, mixed: bool) -> JsonObject:
    """A list row: no owner, no participant ids, no extIds; ``_entityName`` only in the mixed list [spec][seen]."""
    head: JsonObject = {"_entityName": activity.entity_name} if mixed else {}
    row = {**head, **_common(activity, viewer)}
    if mixed or activity.kind in SOLUTION_KINDS:
        row["solution"] = activity.solution
    if mixed or activity.kind == "task":
        row["person"] = viewer.names.reference("person", activity.person)
    row["_version"] = activity.version
    row["participants"] = [_participant(p, viewer, with_id=False) for p in activity.participants]
    if activity.kind in PLACE_KINDS:
        row["meetingPlace"] = activity.meeting_place
        row["companyAddress"] = viewer.names.address(activity.company) or _NO_ADDRESS
    if activity.kind == "task" and viewer.switches.deadline_in_lists:
        row["deadline"] = viewer.when(activity.deadline)
    return row


def activity_detail(activity: Activity, viewer: Viewer) -> JsonObject:
    """The detail: with owner, participant ids and extIds, without ``_entityName``."""
    row = _common(activity, viewer)
    row["owner"] = viewer.names.reference("person", activity.owner)
    row["extIds"] = list(activity.ext_ids) or None
    row["participants"] = [
        _participant(p, viewer, with_id=True, with_email=activity.kind == "email") for p in activity.participants
    ]
    if activity.kind in SOLUTION_KINDS:
        row["solution"] = activity.solution
    if activity.kind == "task":
        row["person"] = viewer.names.reference("person", activity.person)
        row["deadline"] = viewer.when(activity.deadline)
    if activity.kind in PLACE_KINDS:
        row["meetingPlace"] = activity.meeting_place
    if viewer.switches.version_in_detail:
        row["_version"] = activity.version
    return row


def _common(activity: Activity, viewer: Viewer) -> JsonObject:
    names = viewer.names
    return {
        "id": activity.id,
        "title": activity.title,
        "personal": activity.personal,
        "status": activity.status,
        "priority": activity.priority,
        "category": names.reference("activityCategory", activity.category),
        "activity": names.reference("activity", activity.parent),
        "company": names.reference("company", activity.company),
        "lead": names.reference("lead", activity.lead),
        "project": names.reference("project", activity.project),
        "businessCase": names.reference("businessCase", activity.business_case),
        "offer": names.reference("offer", activity.offer),
        "salesOrder": names.reference("salesOrder", activity.sales_order),
        "scheduledFrom": viewer.when(activity.scheduled_from),
        "scheduledTill": viewer.when(activity.scheduled_till),
        "completed": viewer.when(activity.completed),
        "description": activity.description,
        "tags": list(activity.tags),
        **viewer.row_info(activity),
        "securityLevel": names.reference("securityLevel", activity.security_level),
        "customFields": _filled(json.loads(activity.custom_fields)),
        "recurrence": _recurrence(activity),
    }


def _participant(participant: Participant, viewer: Viewer, *, with_id: bool, with_email: bool = False) -> JsonObject:
    names = viewer.names
    shown = (
        names.reference("person", participant.person)
        or names.reference("lead", participant.lead)
        or names.reference("company", participant.company)
        or {}
    )
    head: JsonObject = {"id": participant.id} if with_id else {}
    tail: JsonObject = {"email": names.email("person", participant.person)} if with_email else {}
    return {
        **head,
        "owner": participant.owner,
        "role": participant.role,
        "name": shown.get("fullName") or shown.get("name") or shown.get("code"),
        "person": participant.person,
        "company": participant.company,
        "lead": participant.lead,
        **tail,
    }


def _recurrence(activity: Activity) -> JsonObject | None:
    mark = activity.recurrence
    if mark is None:
        return None
    return {
        "id": mark.id,
        "count": mark.count,
        "endDate": mark.end_date,
        "interval": mark.interval,
        "recurrenceDay": mark.recurrence_day,
        "startDate": mark.start_date,
    }


def _filled(custom_fields: Mapping[str, Any]) -> JsonObject:
    """Fact: empty custom fields are left out [spec], §3."""
    return {key: value for key, value in custom_fields.items() if value not in (None, "", [])}


def directory_view(record: DirectoryRecord, viewer: Viewer, *, detail: bool) -> JsonObject:
    tail: JsonObject = {"extIds": list(record.ext_ids) or None} if detail else {}
    return {
        "id": record.id,
        **record.fields(),
        **viewer.row_info(record),
        "securityLevel": viewer.names.reference("securityLevel", 1),
        "customFields": {},
        "_version": record.version,
        **tail,
    }


def user_view(user: UserAccount, viewer: Viewer, *, detail: bool) -> JsonObject:
    row: JsonObject = {
        "id": user.id,
        "_version": user.version,
        "username": user.username,
        "person": viewer.names.reference("person", user.person),
        "userRole": user.role,
        "rowInfo.createdAt": viewer.when(user.created_at),
        "rowInfo.createdBy": "(unknown)",
        "rowInfo.updatedAt": None,
        "rowInfo.updatedBy": None,
        "customFields": {},
    }
    if detail:
        row["email2"] = user.email2
        row["timezone"] = user.timezone
        row["dateFormat"] = "dd.MM.yyyy"
        row["timeFormat"] = "HH:mm"
        row["startWeekDay"] = "MONDAY"
        row["editOnlyOwnedRecordsPermission"] = False
        row["twoFactorEnabled"] = False
        levels = (viewer.names.reference("securityLevel", level) for level in sorted(user.security_levels))
        row["securityLevels"] = [level for level in levels if level is not None]
    return row
