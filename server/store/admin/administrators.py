"""Administrators' accounts: who they are, adding, changing and removing them.

``firm`` in these methods is whose accounts the caller may see: a firm's only, or, with None, all of the server.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from argon2 import PasswordHasher
from sqlalchemy import Connection, Select, delete, insert, select, update

from server.domain.ids import FirmId
from server.domain.passwords import SHORTEST, is_common, is_long_enough, prepared
from server.errors import Invalid, NotFound, Outdated, Refused
from server.store.admin.changes import Change, Clock, Detail, utc_now
from server.store.admin.reach import Reach, read_within_unscoped, write_within_unscoped
from server.store.admin.sessions import end_sessions
from server.store.database import Database
from server.store.listing import Listed, Order, Wanted, contains, listed
from server.store.tables.accounts import recovery_code
from server.store.tables.people import AdministratorRole, administrator
from server.store.tables.people import firm as firm_table

CENTRAL: Final = AdministratorRole.CENTRAL_ADMIN
_MEMBERS: Final = (
    "id",
    "login",
    "role",
    "firm_id",
    "enabled",
    "locked_until",
    "created_at",
    "revision",
    "must_change_password",
    "entra_tenant_id",
    "entra_object_id",
    "last_sign_in_at",
)
#: Letters and digits that nobody mistakes for others when they are read aloud.
_LEGIBLE: Final = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrator:
    """Who may use the console. ``firm_id`` is None for central administrators only."""

    id: int
    login: str
    role: AdministratorRole
    firm_id: FirmId | None
    enabled: bool
    locked_until: datetime | None
    created_at: datetime
    revision: int
    must_change_password: bool
    entra_tenant_id: str | None
    entra_object_id: str | None
    last_sign_in_at: datetime | None
    has_totp: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAdministrator:
    """``entra``: (tenant id, object id) of the person in Entra ID."""

    login: str
    role: AdministratorRole
    firm: FirmId | None
    entra: tuple[str, str] | None = None
    must_change_password: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministratorChange:
    """None = leave as it is; ``entra`` ``()`` takes the link away."""

    role: AdministratorRole | None = None
    enabled: bool | None = None
    entra: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministratorFilter:
    """``q``: a part of the login, folded."""

    q: str = ""
    role: AdministratorRole | None = None
    of_firm: FirmId | None = None
    enabled: bool | None = None


class Administrators:
    """Signing in stands in :mod:`server.store.admin.sign_in`."""

    def __init__(self, database: Database, now: Clock = utc_now, hasher: PasswordHasher | None = None) -> None:
        self._database = database
        self._now = now
        self.hasher = hasher or PasswordHasher()

    def add(
        self, login: str, role: AdministratorRole, firm: FirmId | None, password: str, *, actor: str
    ) -> Administrator:
        """As :meth:`create`, by the operator."""
        return self.create(NewAdministrator(login=login, role=role, firm=firm), password, actor=actor)

    def create(self, new: NewAdministrator, password: str, *, actor: str) -> Administrator:
        """Raises Invalid (``login``, ``password``, ``firm_id``), NotFound for the firm, Refused ``login_exists``."""
        name = new.login.strip().lower()
        if not name or len(name) > 320 or any(map(str.isspace, name)):
            raise Invalid(field="login")
        if (new.firm is None) != (new.role is CENTRAL):
            raise Invalid(field="firm_id")
        hashed, entra = hashed_password(self.hasher, password, name), self._entra_values(new.entra or ())

        def work(connection: Connection) -> int:
            known = select(firm_table.c.id).where(firm_table.c.id == new.firm)
            if new.firm is not None and connection.scalar(known) is None:
                raise NotFound(firm=new.firm)
            if connection.scalar(select(administrator.c.id).where(administrator.c.login == name)) is not None:
                raise Refused("login_exists")
            at = self._now()
            row = {
                "firm_id": new.firm,
                "login": name,
                "role": new.role,
                "password_hash": hashed,
                "must_change_password": new.must_change_password,
                "created_at": at,
            }
            row |= entra
            number = connection.execute(insert(administrator).values(row).returning(administrator.c.id)).scalar_one()
            detail = {"role": new.role.value}
            Change(connection, actor, at).record(new.firm, "administrator.added", f"administrator:{number}", detail)
            return int(number)

        return self.get(self._database.write_unscoped(work))

    def page(self, wanted: Wanted, only: AdministratorFilter, firm: FirmId | None = None) -> Listed[Administrator]:
        """A part of those that the caller may see."""
        who = administrator.c
        statement = _select_all()
        if only.q:
            statement = statement.where(contains(who.login, only.q))
        for column, value in ((who.role, only.role), (who.firm_id, only.of_firm), (who.enabled, only.enabled)):
            if value is not None:
                statement = statement.where(column == value)
        order = Order(columns={"login": who.login, "id": who.id, "role": who.role}, key=who.id)

        def work(reach: Reach) -> Listed[Administrator]:
            return listed(reach, statement, order, wanted, administrator_of)

        return read_within_unscoped(self._database, firm, work)

    def get(self, number: int, firm: FirmId | None = None) -> Administrator:
        """Raises NotFound, also for one whom the caller may not see."""
        statement = _select_all().where(administrator.c.id == number)
        row = read_within_unscoped(self._database, firm, lambda reach: reach.first(statement))
        if row is None:
            raise NotFound(administrator=number)
        return administrator_of(row)

    def logins(self, numbers: set[int], firm: FirmId | None = None) -> dict[int, str]:
        """What accounts are called; of those that are still there and that the caller may see."""
        statement = select(administrator.c.id, administrator.c.login).where(administrator.c.id.in_(numbers))
        rows = read_within_unscoped(self._database, firm, lambda reach: reach.rows(statement))
        return {row[0]: row[1] for row in rows}

    def change(
        self,
        number: int,
        change: AdministratorChange,
        *,
        actor: str,
        firm: FirmId | None = None,
        revision: int | None = None,
    ) -> Administrator:
        """Raises NotFound, Outdated, Invalid ``role``, or Refused.

        ``own_account``, ``last_central_admin``, ``entra_linked`` are what is refused.

        Nobody takes their own rights away, and the server keeps a central administrator who can sign in.
        """

        def values(reach: Reach, old: Administrator) -> tuple[dict[str, Any], Detail]:
            given: dict[str, Any] = {}
            if change.role is not None and change.role is not old.role:
                if (change.role is CENTRAL) != (old.role is CENTRAL):
                    raise Invalid(field="role")
                _refuse_own(actor, number)
                given["role"] = change.role
            if change.enabled is not None and change.enabled != old.enabled:
                _refuse_own(actor, number)
                given["enabled"] = change.enabled
                if not change.enabled:
                    _refuse_last_central(reach, old)
                    end_sessions(reach, number)
            if change.entra is not None:
                given |= self._entra_values(change.entra, number)
            return given, {
                name: str(value) if name in ("role", "enabled") else "changed" for name, value in given.items()
            }

        return self._changed(number, values, "administrator.changed", actor=actor, firm=firm, revision=revision)

    def remove(self, number: int, *, actor: str, firm: FirmId | None = None, revision: int | None = None) -> None:
        """Raises as :meth:`change`."""

        def work(reach: Reach) -> None:
            old = _locked(reach, number, revision)
            _refuse_own(actor, number)
            _refuse_last_central(reach, old)
            reach.change(delete(administrator).where(administrator.c.id == number))
            change = Change(reach.connection, actor, self._now())
            change.record(old.firm_id, "administrator.removed", f"administrator:{number}")

        write_within_unscoped(self._database, firm, work)

    def set_password(self, number: int, password: str, *, actor: str, keep_session: str | None = None) -> Administrator:
        """Also unlocks, and ends the account's sessions but ``keep_session``. Raises Invalid, NotFound."""
        hashed = hashed_password(self.hasher, password, self.get(number).login)

        def values(reach: Reach, _old: Administrator) -> tuple[dict[str, Any], Detail]:
            end_sessions(reach, number, keep_session)
            return _fresh_password(hashed, must_change=False), {}

        return self._changed(number, values, "administrator.password", actor=actor)

    def reset_password(
        self, number: int, *, actor: str, totp: bool = False, firm: FirmId | None = None
    ) -> tuple[Administrator, str]:
        """A new first password, told this once; ends all sessions. Raises NotFound, Refused ``own_account``."""
        password = first_password()
        hashed = self.hasher.hash(password)

        def values(reach: Reach, _old: Administrator) -> tuple[dict[str, Any], Detail]:
            _refuse_own(actor, number)
            end_sessions(reach, number)
            given = _fresh_password(hashed, must_change=True)
            if totp:
                reach.change(delete(recovery_code).where(recovery_code.c.administrator_id == number))
                given |= {"totp_secret": None, "totp_pending": None}
            return given, {"totp": "off" if totp else "kept"}

        return self._changed(number, values, "administrator.reset", actor=actor, firm=firm), password

    def set_enabled(self, number: int, *, enabled: bool, actor: str) -> None:
        """Raises NotFound."""
        self.change(number, AdministratorChange(enabled=enabled), actor=actor)

    def _changed(
        self,
        number: int,
        values: Any,
        action: str,
        *,
        actor: str,
        firm: FirmId | None = None,
        revision: int | None = None,
    ) -> Administrator:
        def work(reach: Reach) -> None:
            old = _locked(reach, number, revision)
            given, detail = values(reach, old)
            if not given:
                return
            given |= {"revision": old.revision + 1}
            reach.change(update(administrator).where(administrator.c.id == number).values(given))
            change = Change(reach.connection, actor, self._now())
            change.record(old.firm_id, action, f"administrator:{number}", detail)

        write_within_unscoped(self._database, firm, work)
        return self.get(number, firm)

    def _entra_values(self, entra: tuple[str, ...], number: int | None = None) -> dict[str, Any]:
        """Columns of a link to Entra ID. Raises Refused ``entra_linked`` when another account has that person."""
        if not entra:
            return {"entra_tenant_id": None, "entra_object_id": None}
        tenant, person = (part.lower() for part in entra)
        who = administrator.c
        taken = select(who.id).where(who.entra_tenant_id == tenant, who.entra_object_id == person)
        found = self._database.read_unscoped(lambda connection: connection.scalar(taken))
        if found is not None and found != number:
            raise Refused("entra_linked")
        return {"entra_tenant_id": tenant, "entra_object_id": person}


def hashed_password(hasher: PasswordHasher, password: str, login: str) -> str:
    """Raises Invalid ``password_length`` or ``password_common``."""
    if not is_long_enough(password):
        raise Invalid("password_length", field="password", shortest=SHORTEST)
    if is_common(password, login):
        raise Invalid("password_common", field="password")
    return hasher.hash(prepared(password))


def first_password() -> str:
    """Five groups of four: 99 bits, for reading aloud once."""
    return "-".join("".join(secrets.choice(_LEGIBLE) for _ in range(4)) for _ in range(5))


def administrator_of(row: Any) -> Administrator:
    names = (*_MEMBERS, "has_totp")
    return Administrator(**{name: getattr(row, name) for name in names} | {"has_totp": bool(row.has_totp)})


def _select_all() -> Select[*tuple[Any, ...]]:
    has_totp = administrator.c.totp_secret.is_not(None).label("has_totp")
    return select(*(administrator.c[name] for name in _MEMBERS), has_totp)


def _locked(reach: Reach, number: int, revision: int | None) -> Administrator:
    """The account, held until the transaction ends. Raises NotFound, Outdated."""
    row = reach.first(_select_all().where(administrator.c.id == number).with_for_update())
    if row is None:
        raise NotFound(administrator=number)
    old = administrator_of(row)
    if revision is not None and revision != old.revision:
        raise Outdated(revision=old.revision)
    return old


def _fresh_password(hashed: str, *, must_change: bool) -> dict[str, Any]:
    return {"password_hash": hashed, "must_change_password": must_change, "failures": 0, "locked_until": None}


def _refuse_own(actor: str, number: int) -> None:
    if actor == f"admin:{number}":
        raise Refused("own_account")


def _refuse_last_central(reach: Reach, old: Administrator) -> None:
    """Locks all of them in order, so that two who remove each other are not both heard."""
    if old.role is not CENTRAL or not old.enabled:
        return
    who = administrator.c
    held = select(who.id).where(who.role == CENTRAL, who.enabled).order_by(who.id).with_for_update()
    if len(reach.rows(held)) <= 1:
        raise Refused("last_central_admin")
