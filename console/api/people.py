"""Users and their directories, registrations, administrators, the audit log. Blocking calls for job threads."""

from console.api.client import Answer, Client, Query
from console.api.wire import people as wire
from console.api.wire.shapes import Page

_BASE = "/api/v1"


def _firm(firm_id: int) -> str:
    return f"{_BASE}/firms/{firm_id}"


def users(client: Client, firm_id: int, query: Query) -> Page[wire.User]:
    return client.get(f"{_firm(firm_id)}/users", Page[wire.User], query).value


def user(client: Client, firm_id: int, user_id: int) -> Answer[wire.User]:
    """With both directions' last change, which lists leave out."""
    return client.get(f"{_firm(firm_id)}/users/{user_id}", wire.User)


def add_user(client: Client, firm_id: int, body: wire.NewUser) -> wire.User:
    """Clash ``no_free_seat``, ``seat_exists``."""
    return client.post(f"{_firm(firm_id)}/users", wire.User, body).value


def change_user(
    client: Client, firm_id: int, user_id: int, body: wire.UserPatch, etag: str | None
) -> Answer[wire.User]:
    return client.patch(f"{_firm(firm_id)}/users/{user_id}", wire.User, body, etag)


def change_users(client: Client, firm_id: int, body: wire.BulkUsers) -> wire.BulkResult:
    """Each stands alone; the outcomes say which were refused and why."""
    return client.post(f"{_firm(firm_id)}/users/bulk", wire.BulkResult, body).value


def persons(client: Client, firm_id: int, query: Query) -> Page[wire.RaynetPerson]:
    return client.get(f"{_firm(firm_id)}/directory/raynet", Page[wire.RaynetPerson], query).value


def mailboxes(client: Client, firm_id: int, query: Query) -> Page[wire.Mailbox]:
    return client.get(f"{_firm(firm_id)}/directory/microsoft", Page[wire.Mailbox], query).value


def proposals(client: Client, firm_id: int, query: Query) -> Page[wire.Proposal]:
    return client.get(f"{_firm(firm_id)}/proposals", Page[wire.Proposal], query).value


def registrations(client: Client, firm_id: int, query: Query) -> Page[wire.Registration]:
    return client.get(f"{_firm(firm_id)}/registrations", Page[wire.Registration], query).value


def approve(client: Client, firm_id: int, registration: int, body: wire.RegistrationDecision) -> None:
    """A seat for who asked. Clash ``no_free_seat``."""
    client.command(f"{_firm(firm_id)}/registrations/{registration}/approve", body)


def reject(client: Client, firm_id: int, registration: int) -> None:
    client.command(f"{_firm(firm_id)}/registrations/{registration}/reject")


# --- administrators and audit -----------------------------------------------------------------------------------------


def administrators(client: Client, query: Query) -> Page[wire.Administrator]:
    """All for the operator, the own firm's for others."""
    return client.get(f"{_BASE}/administrators", Page[wire.Administrator], query).value


def add_administrator(client: Client, body: wire.NewAdministrator) -> wire.AdministratorMade:
    """The initial password is shown this once."""
    return client.post(f"{_BASE}/administrators", wire.AdministratorMade, body).value


def administrator(client: Client, number: int) -> Answer[wire.Administrator]:
    return client.get(f"{_BASE}/administrators/{number}", wire.Administrator)


def change_administrator(
    client: Client, number: int, body: wire.AdministratorPatch, etag: str | None
) -> Answer[wire.Administrator]:
    return client.patch(f"{_BASE}/administrators/{number}", wire.Administrator, body, etag)


def remove_administrator(client: Client, number: int, etag: str | None) -> None:
    client.delete(f"{_BASE}/administrators/{number}", etag)


def reset_password(client: Client, number: int, body: wire.PasswordReset) -> wire.AdministratorMade:
    return client.post(f"{_BASE}/administrators/{number}/reset-password", wire.AdministratorMade, body).value


def audit(client: Client, firm_id: int | None, query: Query) -> Page[wire.AuditEntry]:
    """Of one firm, or everything the operator may see. Newest first."""
    path = f"{_BASE}/audit" if firm_id is None else f"{_firm(firm_id)}/audit"
    return client.get(path, Page[wire.AuditEntry], query).value
