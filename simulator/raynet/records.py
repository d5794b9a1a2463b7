"""What a Raynet instance stores. All values are frozen: a change makes a new record, so nothing is ever aliased."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

JsonObject = dict[str, Any]

#: Path name -> entity name (raynet-api §3, §8.2).
ENTITY_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "task": "Task",
        "meeting": "Meeting",
        "event": "Event",
        "phoneCall": "PhoneCall",
        "email": "Email",
        "letter": "Letter",
    }
)
KINDS: tuple[str, ...] = tuple(ENTITY_NAMES)
STATUSES = frozenset({"NEW", "SCHEDULED", "COMPLETED", "CANCELLED"})
FINAL_STATUSES = frozenset({"COMPLETED", "CANCELLED"})
PRIORITIES = frozenset({"MINOR", "DEFAULT", "CRITICAL"})
PLACE_KINDS = frozenset({"meeting", "event"})
SOLUTION_KINDS = frozenset({"task", "meeting", "phoneCall"})


class Ref(NamedTuple):
    """Key of an activity. Fact: whether ids are unique across types is disputed, so (type, id) is the key, §8."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something: ``api`` with the key's name, ``user`` with browser or mobile, ``system`` with anything."""

    login: str
    source: Literal["api", "user", "system"]
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """One row of the participants; exactly one identity, a person may also say whom they represent (``company``)."""

    id: int
    owner: bool = False
    role: str | None = None
    person: int | None = None
    company: int | None = None
    lead: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """Read-only mark of copies made in the UI (§13)."""

    id: int
    count: int
    end_date: str | None
    interval: str
    recurrence_day: int | None
    start_date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One activity. Instants are aware UTC; ``custom_fields`` is JSON text; ids refer to records of the instance."""

    kind: str
    id: int
    title: str
    personal: bool = False
    status: str = "NEW"
    priority: str = "DEFAULT"
    scheduled_from: datetime | None = None
    scheduled_till: datetime | None = None
    completed: datetime | None = None
    deadline: datetime | None = None
    description: str | None = None
    solution: str | None = None
    meeting_place: str | None = None
    category: int | None = None
    company: int | None = None
    person: int | None = None
    lead: int | None = None
    project: int | None = None
    business_case: int | None = None
    offer: int | None = None
    sales_order: int | None = None
    parent: int | None = None
    security_level: int = 1
    tags: tuple[str, ...] = ()
    participants: tuple[Participant, ...] = ()
    custom_fields: str = "{}"
    recurrence: Recurrence | None = None
    ext_ids: tuple[str, ...] = ()
    created_at: datetime
    created_by: str
    updated_at: datetime | None = None
    updated_by: str | None = None
    row_state: str | None = None
    row_access: str | None = None
    last_modified_at: datetime
    version: int = 0
    #: The type people see in the UI; differs from ``kind`` only after a type change that the API does not show.
    shown_kind: str | None = None

    @property
    def ref(self) -> Ref:
        return Ref(self.kind, self.id)

    @property
    def entity_name(self) -> str:
        return ENTITY_NAMES[self.kind]

    @property
    def owner(self) -> int | None:
        """Person id of the owner. Fact: owner = participant with ``owner: true`` [spec][seen], §9."""
        return next((p.person for p in self.participants if p.owner), None)

    @property
    def resolver(self) -> int | None:
        """Person id of a task's resolver: the participant ``TO`` [doc], §9."""
        return next((p.person for p in self.participants if p.role == "TO" and not p.owner), None)

    @property
    def is_locked(self) -> bool:
        return self.row_state == "LOCK"


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryRecord:
    """A company, person, lead, deal and so on. ``body`` is the JSON text of the detail without ``rowInfo`` and ids."""

    entity: str
    id: int
    body: str
    created_at: datetime
    created_by: str
    updated_at: datetime | None = None
    updated_by: str | None = None
    row_access: str | None = None
    ext_ids: tuple[str, ...] = ()
    version: int = 0

    @property
    def last_modified_at(self) -> datetime:
        return self.updated_at or self.created_at

    def fields(self) -> JsonObject:
        """A fresh copy of the body on every call."""
        body: JsonObject = json.loads(self.body)
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAccount:
    """A user. Owner, resolver and participants name the *person*, never the account (§9)."""

    id: int
    username: str
    person: int
    email2: str | None = None
    role: str = "ADMIN"
    timezone: str = "EUROPE_PRAGUE"
    security_levels: frozenset[int] = frozenset({1})
    active: bool = True
    may_delete: bool = True
    created_at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key of one user. ``bearer`` is the token form of the newest edition, or None."""

    name: str
    login: str
    secret: str = field(repr=False)
    bearer: str | None = field(default=None, repr=False)
    revoked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One change of state: who, when, before, after. Never altered."""

    number: int
    at: datetime
    action: str
    entity: str
    entity_id: int
    actor: Actor
    before: Activity | None = None
    after: Activity | None = None
