"""Raynet's shapes as they arrive: only what we use, tolerant of everything else, strict about what we use.

A value of a type nobody has ever seen makes its row *odd* (pydantic's ValidationError), never the reply around it.
Unknown members pass unread. Both envelopes' flags may be booleans or strings [seen], §3.
"""

from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt

#: A parsed JSON value; it never leaves this package.
Json = Any

_TRUE: Final = frozenset({"true", "on", "yes", "1"})
_FALSE: Final = frozenset({"false", "off", "no", "0"})


def _flag(value: object) -> object:
    """Fact: booleans are true/on/yes/1 and false/off/no/0 [spec], §3."""
    if value is None or isinstance(value, bool):
        return value
    text = str(value).lower() if isinstance(value, str | int) else None
    if text in _TRUE:
        return True
    return False if text in _FALSE else value


def _reference(value: object) -> object:
    """The id of a reference, which is an object in replies and may be a bare id [spec], §3; one without id is odd."""
    return value.get("id", value) if isinstance(value, dict) else value


def _whole(value: object) -> object:
    """A whole number that came as text or as ``7.0`` [spec examples differ], contracts."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


Flag = Annotated[bool, BeforeValidator(_flag)]
Whole = Annotated[StrictInt, BeforeValidator(_whole)]
Id = Annotated[StrictInt, BeforeValidator(_whole), Field(gt=0, lt=2**63)]
Reference = Annotated[Id | None, BeforeValidator(_reference)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ParticipantShape(_Shape):
    """Fact: values are bare ids; ``id`` in details only [spec][seen], §8.2, §9."""

    id: Id | None = None
    owner: Annotated[bool | None, BeforeValidator(_flag)] = None
    role: str | None = None
    person: Reference = None
    company: Reference = None
    lead: Reference = None
    name: str | None = None


class ActivityShape(_Shape):
    """A row of a list or a detail. Fact: ``rowInfo.*`` are flat keys with a dot [spec][seen], §3."""

    id: Id
    title: str
    status: str
    entity_name: str | None = Field(None, alias="_entityName")
    version: Whole | None = Field(None, alias="_version")
    personal: Annotated[bool | None, BeforeValidator(_flag)] = None
    priority: str | None = None
    scheduled_from: str | None = Field(None, alias="scheduledFrom")
    scheduled_till: str | None = Field(None, alias="scheduledTill")
    deadline: str | None = None
    description: str | None = None
    meeting_place: str | None = Field(None, alias="meetingPlace")
    #: Absent is not empty: without them nobody can say whose activity it is.
    participants: tuple[ParticipantShape, ...] | None = None
    owner: Reference = None
    company: Reference = None
    lead: Reference = None
    business_case: Reference = Field(None, alias="businessCase")
    project: Reference = None
    offer: Reference = None
    sales_order: Reference = Field(None, alias="salesOrder")
    person: Reference = None
    category: Reference = None
    recurrence: dict[str, Json] | None = None
    ext_ids: tuple[str, ...] | None = Field(None, alias="extIds")
    created_at: str | None = Field(None, alias="rowInfo.createdAt")
    created_by: str | None = Field(None, alias="rowInfo.createdBy")
    updated_at: str | None = Field(None, alias="rowInfo.updatedAt")
    updated_by: str | None = Field(None, alias="rowInfo.updatedBy")
    row_access: str | None = Field(None, alias="rowInfo.rowAccess")
    row_state: str | None = Field(None, alias="rowInfo.rowState")


class SecurityInfoShape(_Shape):
    """``GET /security/info``: bare, no envelope [seen], §2."""

    username: str
    account: Id | None = Field(None, alias="userAccountId")


class PersonRefShape(_Shape):
    id: Id
    full_name: str | None = Field(None, alias="fullName")


class UserAccountShape(_Shape):
    """Fact: ``email2`` and ``timezone`` are in details only [spec], §16."""

    id: Id
    username: str | None = None
    email2: str | None = None
    timezone: str | None = None
    person: PersonRefShape | None = None


class ContactShape(_Shape):
    email: str | None = None
    email2: str | None = None


class PersonShape(_Shape):
    """Fact: lists have no ``fullName`` [seen], §15."""

    id: Id
    title_before: str | None = Field(None, alias="titleBefore")
    first_name: str | None = Field(None, alias="firstName")
    last_name: str | None = Field(None, alias="lastName")
    title_after: str | None = Field(None, alias="titleAfter")
    contact: ContactShape | None = Field(None, alias="contactInfo")
    active_account: Annotated[bool | None, BeforeValidator(_flag)] = Field(None, alias="activeUserAccount")
    row_access: str | None = Field(None, alias="rowInfo.rowAccess")

    @property
    def emails(self) -> tuple[str, ...]:
        """First and second address, lower case, without doubles."""
        given = (self.contact.email, self.contact.email2) if self.contact else ()
        return tuple(dict.fromkeys(one.strip().lower() for one in given if one and one.strip()))

    @property
    def full_name(self) -> str:
        parts = (self.title_before, self.first_name, self.last_name, self.title_after)
        return " ".join(part.strip() for part in parts if part and part.strip())


class WebhookShape(_Shape):
    """Fact: read as ``webhookId`` [spec], §18."""

    id: str = Field(alias="webhookId", min_length=1)
    url: str


def is_true(flag: object) -> bool:
    """Whether an envelope's ``success`` says yes."""
    return _flag(flag) is True


def whole_number(value: object) -> int | None:
    """A count that may have come as text; None when it is none."""
    number = _whole(value)
    return number if isinstance(number, int) and not isinstance(number, bool) and number >= 0 else None
