"""What an event is between two saves: immutable values, so histories and answers can never alias the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

#: Free-form JSON as it travels.
Json = dict[str, Any]


class Folder(StrEnum):
    """Where an item lies."""

    CALENDAR = "calendar"
    DELETED = "deleted"  # Deleted Items: a user can restore it
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who caused a save or a mail: ``app`` (id: client id), ``human`` (id: user id) or ``server`` (Exchange itself)."""

    kind: str
    id: str = ""


SERVER = Actor("server")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """``response`` is none, tentativelyAccepted, accepted or declined; ``responded`` naive UTC or None."""

    person: Person
    kind: str = "required"
    response: str = "none"
    responded: datetime | None = None

    @property
    def address(self) -> str:
        return self.person.address.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A location; ``details`` keeps address and coordinates as JSON text."""

    display_name: str
    kind: str = "default"
    uri: str | None = None
    email: str | None = None
    details: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Online:
    """A Teams meeting; ``blob`` is the piece of HTML that must stay in the body."""

    provider: str
    join_url: str
    conference_id: str
    blob: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """Pattern and range of a series. Unset numbers are 0, as reads show them."""

    kind: str
    interval: int
    days: tuple[str, ...] = ()
    day_of_month: int = 0
    month: int = 0
    index: str = "first"
    first_day: str = "sunday"
    range_kind: str = "noEnd"
    start: date
    end: date | None = None
    count: int = 0
    zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventState:
    """All content of a single event, master or exception. ``start``/``end``: naive UTC; if all-day, wall dates."""

    subject: str = ""
    body: str = ""
    start: datetime
    end: datetime
    is_all_day: bool = False
    start_zone: str = "UTC"
    end_zone: str = "UTC"
    places: tuple[Place, ...] = ()
    attendees: tuple[Attendee, ...] = ()
    organizer: Person
    is_organizer: bool = True
    response: str = "organizer"
    responded: datetime | None = None
    response_requested: bool = True
    allow_new_time_proposals: bool = True
    hide_attendees: bool = False
    show_as: str = "busy"
    sensitivity: str = "normal"
    importance: str = "normal"
    categories: tuple[str, ...] = ()
    is_reminder_on: bool = True
    reminder_minutes: int = 15
    is_cancelled: bool = False
    is_draft: bool = False
    recurrence: Recurrence | None = None
    online: Online | None = None
    #: A write replaced the body without the Teams blob; never reset, so that tests can find it later.
    teams_destroyed: bool = False
    transaction_id: str | None = None
    ical_uid: str
    created: datetime
    modified: datetime
    version: int = 0
    #: Extended properties as (normalised id, value), open extensions as (name, JSON text).
    extended: tuple[tuple[str, str], ...] = ()
    extensions: tuple[tuple[str, str], ...] = ()
    #: Only of an exception: the UTC start it would have had.
    original_start: datetime | None = None

    @property
    def kind(self) -> str:
        if self.original_start is not None:
            return "exception"
        return "singleInstance" if self.recurrence is None else "seriesMaster"


def _no_overrides() -> Mapping[date, EventState]:
    return _NONE


_NONE: Mapping[date, EventState] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A whole stored item at one moment: its state, the changed and cancelled days of a series, and where it lies."""

    state: EventState
    calendar: str
    folder: Folder = Folder.CALENDAR
    overrides: Mapping[date, EventState] = field(default_factory=_no_overrides)
    cancelled: frozenset[date] = frozenset()

    @property
    def alive(self) -> bool:
        return self.folder is Folder.CALENDAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One line of an item's append-only history: who changed what from which content to which, and when."""

    at: datetime
    by: Actor
    kind: str
    before: Content | None
    after: Content
    sequence: int
