"""Administrators and the audit log."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from server.api.rest.shapes import LARGEST_ID, Guid, Instant, Patch, RowId, SearchQuery, Shape
from server.store.tables.people import AdministratorRole

NewLogin = Annotated[str, StringConstraints(min_length=1, max_length=320, pattern=r"^[^\s\x00-\x1f\x7f]+$")]


class EntraPerson(Shape):
    """A person in Entra ID: never known by an address."""

    tenant_id: Guid
    object_id: Guid


class Administrator(Shape):
    id: int
    login: str
    role: AdministratorRole
    firm_id: int | None
    firm_name: str | None
    enabled: bool
    #: Too many wrong passwords; null: not locked.
    locked_until: Instant | None
    must_change_password: bool
    totp: bool
    entra: EntraPerson | None
    last_sign_in_at: Instant | None
    created_at: Instant
    #: The account that asks.
    current: bool


class AdministratorQuery(SearchQuery):
    sort: Literal["login", "-login", "id", "-id", "role", "-role"] = "login"
    role: AdministratorRole | None = None
    firm_id: RowId | None = None
    enabled: bool | None = None


class NewAdministrator(Shape):
    """``firm_id`` null for central administrators only."""

    login: NewLogin
    role: AdministratorRole
    firm_id: RowId | None = None
    entra: EntraPerson | None = None


class AdministratorMade(Shape):
    """``initial_password`` is shown this once and must be changed at the first sign-in."""

    administrator: Administrator
    initial_password: str


class AdministratorPatch(Patch):
    """Firm and login stay. A central administrator keeps that role, others keep to the firm's two."""

    nullable: ClassVar[frozenset[str]] = frozenset({"entra"})
    role: AdministratorRole | None = None
    enabled: bool | None = None
    entra: EntraPerson | None = None


class PasswordReset(Shape):
    """``totp``: also takes the second factor away, for somebody who has lost it."""

    totp: bool = False


class AuditEntry(Shape):
    id: int
    firm_id: int | None
    at: Instant
    #: ``admin:7``, ``ros``, ``migration``.
    actor: str
    actor_login: str | None
    action: str
    object: str
    #: Names of settings with old and new values, ids, counts; never a secret.
    detail: dict[str, Any]


class AuditQuery(SearchQuery):
    """Newest first. ``q`` in actions and objects."""

    actor: Annotated[str, StringConstraints(max_length=100, pattern=r"^[!-~]*$")] | None = None
    action: Annotated[str, StringConstraints(max_length=100, pattern=r"^[!-~]*$")] | None = None
    firm_id: Annotated[int, Field(ge=1, le=LARGEST_ID)] | None = None
    since: Instant | None = None
    until: Instant | None = None
