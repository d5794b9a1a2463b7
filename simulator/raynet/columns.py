"""Which list knows which filters and sort columns: raynet-api §8.3 (activities), §15 (directory), §16 (users)."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from simulator.raynet.errors import bad_input
from simulator.raynet.lists import (
    NUMBER,
    ORDER,
    REFERENCE,
    TEXT,
    Column,
    Endpoint,
    ListContext,
    unknown_reference,
)
from simulator.raynet.records import Activity, DirectoryRecord, UserAccount

_ROW_TIMES: Mapping[str, str] = {
    "rowInfo.createdAt": "created_at",
    "rowInfo.updatedAt": "updated_at",
    "rowInfo.lastModifiedAt": "last_modified_at",
}


@functools.cache
def activity_endpoint(*, mixed: bool, task: bool, id_in: bool, company_filter: bool) -> Endpoint[Activity]:
    """The list of one type or, ``mixed``, of ``/activity/``."""
    id_operators = NUMBER if mixed and id_in else NUMBER - {"IN", "NOT_IN"}
    columns: dict[str, Column[Activity]] = {
        "id": Column(type="number", get=lambda a: a.id, operators=id_operators),
        "title": _activity("text", "title", frozenset({"EQ", "NE", "LIKE", "LIKE_NOCASE"})),
        "status": _activity("text", "status", frozenset({"EQ", "NE", "LIKE", "LIKE_NOCASE"})),
        "scheduledFrom": _activity("instant", "scheduled_from", ORDER),
        "scheduledTill": _activity("instant", "scheduled_till", ORDER),
        "completed": _activity("instant", "completed", ORDER),
        "category-id": _activity("activityCategory", "category", REFERENCE),
        "owner-id": _activity("person", "owner", NUMBER - {"IN", "NOT_IN"}),
        "businessCase": _activity("businessCase", "business_case", frozenset({"EQ", "NE", "IN", "NOT_IN"})),
        **{name: _activity("instant", attribute, ORDER) for name, attribute in _ROW_TIMES.items()},
    }
    sort: dict[str, Callable[[Activity], Any]] = {
        "id": lambda a: a.id,
        **{name: _getter(attribute) for name, attribute in _ROW_TIMES.items()},
        "title": lambda a: a.title,
        "tags": lambda a: a.tags,
        "scheduledFrom": lambda a: a.scheduled_from,
        "scheduledTill": lambda a: a.scheduled_till,
        "completed": lambda a: a.completed,
        "category": lambda a: a.category,
        "owner": lambda a: a.owner,
        "status": lambda a: a.status,
    }
    if task:
        columns["deadline"] = _activity("instant", "deadline", ORDER)
        sort["deadline"] = lambda a: a.deadline
    if company_filter:
        # Fact: ``company[EQ]`` on activities returns nothing useful [seen], §8.3.
        columns["company"] = Column(type="number", get=lambda a: None, operators=frozenset({"EQ"}))
    return Endpoint(
        columns=columns,
        sort=sort,
        text=lambda a: f"{a.title} {a.description or ''}",
        special={
            "tags": _tag_test,
            "personFilter": _context_test("person", _has_person),
            "companyContextFilter": _context_test("company", _has_company),
            "leadContextFilter": _context_test("lead", _has_lead),
        },
    )


def _activity(type_name: str, attribute: str, operators: frozenset[str]) -> Column[Activity]:
    return Column(type=type_name, get=_getter(attribute), operators=operators)


def _getter(attribute: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row, attribute)


def _has_person(activity: Activity, person: int) -> bool:
    return activity.person == person or any(p.person == person for p in activity.participants)


def _has_company(activity: Activity, company: int) -> bool:
    return activity.company == company or any(p.company == company for p in activity.participants)


def _has_lead(activity: Activity, lead: int) -> bool:
    return activity.lead == lead or any(p.lead == lead for p in activity.participants)


def _context_test(
    entity: str, has: Callable[[Activity, int], bool]
) -> Callable[[str, ListContext], Callable[[Activity], bool]]:
    def build(value: str, context: ListContext) -> Callable[[Activity], bool]:
        if not value.isascii() or not value.isdigit():
            raise bad_input(f"id expected for {entity}")
        wanted = int(value)
        if not context.exists(entity, wanted):
            raise unknown_reference(entity, context)
        return lambda activity: has(activity, wanted)

    return build


def _tag_test(value: str, context: ListContext) -> Callable[[Any], bool]:
    wanted = frozenset(tag.strip() for tag in value.split(","))
    return lambda row: not wanted.isdisjoint(row.tags if isinstance(row, Activity) else row.fields().get("tags") or ())


# -- directory -----------------------------------------------------------------------------------------------------

_T, _D, _B = "text", "day", "bool"
_DEALS: dict[str, str] = {
    "code": _T,
    "name": _T,
    "company": "company",
    "category": "number",
    "owner": "person",
    "validFrom": _D,
    "validTill": _D,
}
#: entity -> filter name -> type. A name with ``-`` or ``.`` walks into the body; a reference compares its ``id``.
_DIRECTORY: Mapping[str, Mapping[str, str]] = {
    "company": {
        **dict.fromkeys(("name", "lastName", "regNumber", "rating", "role", "state"), _T),
        "person": _B,
        "owner": "person",
        **dict.fromkeys(("category", "economyActivity"), "number"),
        **{f"companyClassification{n}": "number" for n in (1, 2, 3)},
        "primaryAddress-contactInfo.email": _T,
        "primaryAddress-contactInfo.email2": _T,
    },
    "person": {
        **dict.fromkeys(("firstName", "lastName", "contactInfo.email", "contactInfo.email2"), _T),
        "owner": "person",
        "primaryRelationship-company-name": _T,
        "primaryRelationship-company-id": "company",
    },
    "lead": {
        **dict.fromkeys(("code", "companyName", "lastName", "regNumber", "status"), _T),
        **dict.fromkeys(("contactInfo.email", "contactInfo.email2"), _T),
        "owner": "person",
        "leadDate": _D,
        "leadPhase": "number",
    },
    "businessCase": {
        **_DEALS,
        "project": "project",
        "scheduledEnd": _D,
        "status": _T,
        "businessCasePhase": "number",
        "businessCaseType": "number",
    },
    "project": {**_DEALS, "projectStatus": "number"},
    "offer": {
        **{name: kind for name, kind in _DEALS.items() if name != "category"},
        "person": "person",
        "businessCase": "businessCase",
        "expirationDate": _D,
        "status": _T,
        "offerStatus": "number",
    },
    "salesOrder": {
        **{name: kind for name, kind in _DEALS.items() if name != "category"},
        "person": "person",
        "businessCase": "businessCase",
        "expirationDate": _D,
        "requestDeliveryDate": _D,
        "status": _T,
        "salesOrderStatus": "number",
    },
}
_SORT_EXTRA: Mapping[str, tuple[str, ...]] = {
    "company": ("name", "regNumber"),
    "person": ("firstName", "lastName"),
    "lead": ("code", "leadDate", "priority", "companyName", "lastName"),
    "businessCase": ("code", "name", "validFrom", "validTill", "scheduledEnd"),
    "project": ("code", "name"),
    "offer": ("code", "name"),
    "salesOrder": ("code", "name"),
}
DIRECTORY_ENTITIES: tuple[str, ...] = tuple(_DIRECTORY)


def directory_endpoint(entity: str, account_of_person: Callable[[int], int | None]) -> Endpoint[DirectoryRecord]:
    """The list of one directory entity. ``account_of_person`` backs ``userAccount-id`` of persons."""
    columns: dict[str, Column[DirectoryRecord]] = {
        "id": Column(type="number", get=lambda r: r.id, operators=NUMBER),
        **{
            name: Column(type="instant", get=_getter(attribute), operators=ORDER)
            for name, attribute in _ROW_TIMES.items()
        },
        **{name: _directory_column(name, kind) for name, kind in _DIRECTORY[entity].items()},
    }
    if entity != "lead":
        columns["rowInfo.rowAccess"] = Column(type=_T, get=lambda r: r.row_access, operators=TEXT)
    if entity == "person":
        columns["userAccount-id"] = Column(
            type="number", get=lambda r: account_of_person(r.id), operators=frozenset({"EQ", "NE"})
        )
        columns["personRelationship"] = Column(type="number", get=_company_ids, operators=frozenset({"CUSTOM"}))
    sort: dict[str, Callable[[DirectoryRecord], Any]] = {
        "id": lambda r: r.id,
        **{name: _getter(attribute) for name, attribute in _ROW_TIMES.items()},
        **{name: _walker(name) for name in _SORT_EXTRA[entity]},
    }
    special = {} if entity == "businessCase" else {"tags": _tag_test}
    return Endpoint(columns=columns, sort=sort, text=_directory_text, special=special)


def user_endpoint() -> Endpoint[UserAccount]:
    """``/userAccount/``: filters username, userRole, id; sorted by username or userRole only [spec], §16."""
    return Endpoint(
        columns={
            "id": Column(type="number", get=lambda u: u.id, operators=NUMBER),
            "username": Column(type=_T, get=lambda u: u.username, operators=TEXT),
            "userRole": Column(type=_T, get=lambda u: u.role, operators=TEXT),
            "rowInfo.createdAt": Column(type="instant", get=lambda u: u.created_at, operators=ORDER),
            "rowInfo.updatedAt": Column(type="instant", get=lambda u: None, operators=ORDER),
            "rowInfo.lastModifiedAt": Column(type="instant", get=lambda u: u.created_at, operators=ORDER),
        },
        sort={"username": lambda u: u.username, "userRole": lambda u: u.role},
        text=lambda u: u.username,
    )


def _directory_column(name: str, kind: str) -> Column[DirectoryRecord]:
    operators = {_T: TEXT, _D: ORDER | {"EQ", "NE"}, _B: frozenset({"EQ", "NE"}), "number": NUMBER}.get(kind, REFERENCE)
    return Column(type=kind, get=_walker(name), operators=operators)


def _walker(name: str) -> Callable[[DirectoryRecord], Any]:
    """Follows ``a-b.c`` into the body; ends in the id where the value is a reference."""
    path = name.replace("-", ".").split(".")

    def walk(record: DirectoryRecord) -> Any:
        value: Any = record.fields()
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        return value.get("id") if isinstance(value, dict) else value

    return walk


def _company_ids(record: DirectoryRecord) -> tuple[int, ...]:
    body = record.fields()
    relations = [body.get("primaryRelationship"), *(body.get("relationships") or ())]
    return tuple(r["company"]["id"] for r in relations if r and r.get("company"))


def _directory_text(record: DirectoryRecord) -> str:
    body = record.fields()
    names = ("name", "code", "topic", "firstName", "lastName", "companyName", "regNumber")
    contact = body.get("contactInfo") or {}
    return " ".join(str(part) for part in (*(body.get(n) for n in names), contact.get("email")) if part)
