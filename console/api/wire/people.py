"""Users with seats, the directories they come from, registrations; administrators and the audit log."""

from datetime import datetime
from typing import Any

from console.api.wire.shapes import Body, Wire, Words


class User(Wire):
    id: int
    email: str
    mailbox: str | None
    person_id: int | None
    person_name: str | None
    person_chosen: bool
    enabled: bool
    state: str
    reason: Words
    pairs: int
    lag_seconds: float | None
    last_to_outlook_at: datetime | None
    last_to_raynet_at: datetime | None
    last_change_at: datetime | None
    matched: bool
    failures: int
    retry_at: datetime | None


class NewUser(Body):
    email: str
    person_id: int | None = None


class UserPatch(Body):
    enabled: bool | None = None
    person_id: int | None = None


class BulkUsers(Body):
    add: tuple[NewUser, ...] = ()
    enable: tuple[int, ...] = ()
    disable: tuple[int, ...] = ()
    remove: tuple[int, ...] = ()


class BulkOutcome(Wire):
    action: str
    id: int | None
    email: str | None
    code: str | None
    text: Words | None


class BulkResult(Wire):
    outcomes: tuple[BulkOutcome, ...]
    done: int
    refused: int


class RaynetPerson(Wire):
    person_id: int
    name: str
    emails: tuple[str, ...]
    active: bool
    user_id: int | None


class Mailbox(Wire):
    mailbox: str
    name: str
    emails: tuple[str, ...]
    user_id: int | None


class Proposal(Wire):
    person_id: int | None
    person_name: str | None
    mailbox: str | None
    mailbox_name: str | None
    email: str
    confidence: float
    why: str
    text: Words
    user_id: int | None


class Registration(Wire):
    id: int
    email: str
    name: str
    mailbox: str | None
    asked_at: datetime
    state: str
    decided_at: datetime | None


class RegistrationDecision(Body):
    person_id: int | None = None


class EntraPerson(Wire):
    tenant_id: str
    object_id: str


class EntraPersonIn(Body):
    tenant_id: str
    object_id: str


class Administrator(Wire):
    id: int
    login: str
    role: str
    firm_id: int | None
    firm_name: str | None
    enabled: bool
    locked_until: datetime | None
    must_change_password: bool
    totp: bool
    entra: EntraPerson | None
    last_sign_in_at: datetime | None
    created_at: datetime
    current: bool


class NewAdministrator(Body):
    login: str
    role: str
    firm_id: int | None = None
    entra: EntraPersonIn | None = None


class AdministratorMade(Wire):
    administrator: Administrator
    initial_password: str


class AdministratorPatch(Body):
    role: str | None = None
    enabled: bool | None = None
    entra: EntraPersonIn | None = None


class PasswordReset(Body):
    totp: bool = False


class AuditEntry(Wire):
    id: int
    firm_id: int | None
    at: datetime
    actor: str
    actor_login: str | None
    action: str
    object: str
    detail: dict[str, Any]
