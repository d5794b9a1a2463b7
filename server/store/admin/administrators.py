"""Administrators' local accounts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Connection, insert, select, update

from server.domain.ids import FirmId
from server.errors import Invalid, NotFound, Refused
from server.store.admin.changes import Change, Clock, utc_now
from server.store.database import Database
from server.store.tables.people import AdministratorRole, administrator
from server.store.tables.people import firm as firm_table

SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 1_024
#: After so many wrong passwords the account waits.
MOST_FAILURES: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
_MEMBERS: Final = ("id", "login", "role", "firm_id", "enabled", "locked_until", "created_at")


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


class Administrators:
    """Logins are looked up before anybody's firm is known, hence unscoped."""

    def __init__(self, database: Database, now: Clock = utc_now, hasher: PasswordHasher | None = None) -> None:
        self._database = database
        self._now = now
        self._hasher = hasher or PasswordHasher()

    def add(
        self, login: str, role: AdministratorRole, firm: FirmId | None, password: str, *, actor: str
    ) -> Administrator:
        """Raises Invalid (``login``, ``password``, ``firm``), NotFound for the firm, Refused ``login_exists``."""
        name = login.strip().lower()
        if not name or len(name) > 320 or any(map(str.isspace, name)):
            raise Invalid(field="login")
        if (firm is None) != (role is AdministratorRole.CENTRAL_ADMIN):
            raise Invalid(field="firm")
        hashed = self._hashed(password)

        def work(connection: Connection) -> int:
            if firm is not None and connection.scalar(select(firm_table.c.id).where(firm_table.c.id == firm)) is None:
                raise NotFound(firm=firm)
            if connection.scalar(select(administrator.c.id).where(administrator.c.login == name)) is not None:
                raise Refused("login_exists")
            at = self._now()
            row = {"firm_id": firm, "login": name, "role": role, "password_hash": hashed, "created_at": at}
            number = connection.execute(insert(administrator).values(row).returning(administrator.c.id)).scalar_one()
            detail = {"role": role.value}
            Change(connection, actor, at).record(firm, "administrator.added", f"administrator:{number}", detail)
            return int(number)

        return self.get_unscoped(self._database.write_unscoped(work))

    def every_unscoped(self, firm: FirmId | None = None) -> tuple[Administrator, ...]:
        """By login; those of one firm, or all."""
        statement = select(*(administrator.c[name] for name in _MEMBERS)).order_by(administrator.c.login)
        if firm is not None:
            statement = statement.where(administrator.c.firm_id == firm)
        rows = self._database.read_unscoped(lambda connection: connection.execute(statement).all())
        return tuple(_administrator_of(row) for row in rows)

    def get_unscoped(self, number: int) -> Administrator:
        """Raises NotFound."""
        statement = select(*(administrator.c[name] for name in _MEMBERS)).where(administrator.c.id == number)
        row = self._database.read_unscoped(lambda connection: connection.execute(statement).first())
        if row is None:
            raise NotFound(administrator=number)
        return _administrator_of(row)

    def sign_in_unscoped(self, login: str, password: str) -> Administrator | None:
        """The administrator, or None: unknown, wrong, disabled and locked look the same and take the same time.

        A try is counted before it is judged, so many at once are not one.
        """
        name, at = login.strip().lower(), self._now()
        tried = self._database.write_unscoped(lambda connection: _counted_try(connection, name, at))
        number, hashed = tried if tried is not None else (None, _nobodys_hash(self._hasher))
        if not self._fits(hashed, password) or number is None:
            return None
        values = {"failures": 0, "locked_until": None} | self._rehashed(hashed, password)
        statement = update(administrator).where(administrator.c.id == number).values(values)
        self._database.write_unscoped(lambda connection: connection.execute(statement).rowcount)
        return self.get_unscoped(number)

    def set_password(self, number: int, password: str, *, actor: str) -> None:
        """Also unlocks. Raises Invalid, NotFound."""
        values = {"password_hash": self._hashed(password), "failures": 0, "locked_until": None}
        self._changed(number, values, "administrator.password", actor)

    def set_enabled(self, number: int, *, enabled: bool, actor: str) -> None:
        """Raises NotFound."""
        action = "administrator.enabled" if enabled else "administrator.disabled"
        self._changed(number, {"enabled": enabled}, action, actor)

    def _changed(self, number: int, values: dict[str, Any], action: str, actor: str) -> None:
        one = self.get_unscoped(number)

        def work(connection: Connection) -> None:
            connection.execute(update(administrator).where(administrator.c.id == number).values(values))
            Change(connection, actor, self._now()).record(one.firm_id, action, f"administrator:{number}")

        self._database.write_unscoped(work)

    def _hashed(self, password: str) -> str:
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise Invalid("password_length", field="password", shortest=SHORTEST_PASSWORD)
        return self._hasher.hash(password)

    def _fits(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (Argon2Error, InvalidHashError):
            return False

    def _rehashed(self, hashed: str, password: str) -> dict[str, str]:
        """A hash of today's strength where the stored one is weaker."""
        return {"password_hash": self._hasher.hash(password)} if self._hasher.check_needs_rehash(hashed) else {}


def _counted_try(connection: Connection, login: str, at: datetime) -> tuple[int, str] | None:
    """Number and hash of an account that may be tried now; the try counts as failed until it has succeeded."""
    names = ("id", "password_hash", "enabled", "locked_until", "failures")
    statement = select(*(administrator.c[name] for name in names)).where(administrator.c.login == login)
    row = connection.execute(statement.with_for_update()).first()
    if row is None or not row.enabled or (row.locked_until is not None and row.locked_until > at):
        return None
    is_last = row.failures + 1 >= MOST_FAILURES
    values = {"failures": 0 if is_last else row.failures + 1, "locked_until": at + LOCKED_FOR if is_last else None}
    connection.execute(update(administrator).where(administrator.c.id == row.id).values(values))
    return row.id, row.password_hash


@cache
def _nobodys_hash(hasher: PasswordHasher) -> str:
    """What an unknown login's password is compared with, so that it takes as long as a known one's."""
    return hasher.hash("nobody has this password")


def _administrator_of(row: Any) -> Administrator:
    return Administrator(**{name: getattr(row, name) for name in _MEMBERS})
