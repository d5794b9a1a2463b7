"""Users with a seat, the directories they are chosen from, proposals and registrations."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from server.api.rest.shapes import Answer, Count, Email, Instant, Patch, RowId, SearchQuery, Shape, Words

UserState = Literal["ready", "unknown_user", "no_mailbox", "no_access", "no_person", "released", "off", "new"]


class User(Answer):
    id: int
    email: str
    #: The calendar's id in Graph; null while the user was not found.
    mailbox: str | None
    #: The Raynet person in use: chosen by an administrator, or found by the address.
    person_id: int | None
    #: As the directory last said; null before it was read for the first time.
    person_name: str | None
    #: Whether an administrator chose the person.
    person_chosen: bool
    #: The seat; off: nothing is carried, both sides stay as they are.
    enabled: bool
    #: ``off``: no seat. ``new``: not looked at yet. The rest is about the calendar.
    state: UserState
    reason: Words
    pairs: Count
    #: Seconds since the calendar was last read; null: never.
    lag_seconds: float | None
    #: Last change carried to Outlook and to Raynet; in lists null, see one user.
    last_to_outlook_at: Instant | None
    last_to_raynet_at: Instant | None
    last_change_at: Instant | None
    matched: bool
    failures: Count
    retry_at: Instant | None


class UserQuery(SearchQuery):
    sort: Literal["email", "-email", "id", "-id", "state", "-state", "lag", "-lag"] = "email"
    state: UserState | None = None
    enabled: bool | None = None


class NewUser(Shape):
    email: Email
    #: Null: found by the address.
    person_id: RowId | None = None


class UserPatch(Patch):
    """``person_id`` null: found by the address again."""

    nullable: ClassVar[frozenset[str]] = frozenset({"person_id"})
    enabled: bool | None = None
    person_id: RowId | None = None


class BulkUsers(Shape):
    """``add`` by address, the others by the users' ids. Each stands alone: one refusal stops no other."""

    add: Annotated[tuple[NewUser, ...], Field(max_length=1_000)] = ()
    enable: Annotated[tuple[RowId, ...], Field(max_length=1_000)] = ()
    disable: Annotated[tuple[RowId, ...], Field(max_length=1_000)] = ()
    remove: Annotated[tuple[RowId, ...], Field(max_length=1_000)] = ()


class BulkOutcome(Shape):
    action: Literal["add", "enable", "disable", "remove"]
    #: Null: refused before there was a user.
    id: int | None
    email: str | None
    #: Null: done.
    code: str | None
    text: Words | None


class BulkResult(Shape):
    outcomes: tuple[BulkOutcome, ...]
    done: Count
    refused: Count


class DirectoryQuery(SearchQuery):
    """``q`` in names and addresses; without it, everybody."""

    without_seat: bool | None = None


class RaynetPerson(Shape):
    person_id: int
    name: str
    emails: tuple[str, ...]
    active: bool
    user_id: int | None


class Mailbox(Shape):
    mailbox: str
    name: str
    emails: tuple[str, ...]
    user_id: int | None


class Proposal(Shape):
    """A Raynet person and a mailbox that seem to be the same user."""

    person_id: int | None
    person_name: str | None
    mailbox: str | None
    mailbox_name: str | None
    email: str
    #: 1 is certain.
    confidence: Annotated[float, Field(ge=0, le=1)]
    why: str
    #: Several could be meant: one proposal for each, and a person decides.
    is_ambiguous: bool
    text: Words
    user_id: int | None


class Registration(Shape):
    """Somebody who asked for a seat in the panel."""

    id: int
    email: str
    name: str
    mailbox: str | None
    asked_at: Instant
    state: Literal["waiting", "approved", "rejected"]
    decided_at: Instant | None


class RegistrationQuery(SearchQuery):
    state: Literal["waiting", "approved", "rejected"] | None = None


class RegistrationDecision(Shape):
    """``person_id``: the Raynet person of somebody who is approved; null: found by the address."""

    person_id: RowId | None = None


class ProposalQuery(SearchQuery):
    """Sorted by the person's name. ``without_seat``: only persons who have none yet."""

    without_seat: bool | None = None
