"""Signing in: password with an optional second factor, or a person of Entra ID; and the second factor itself.

Unknown, wrong, disabled and locked look the same and take the same time: one counted try, one hash compared. Whether a
second factor was missing or wrong is not told either.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Connection, delete, insert, select, update

from server.domain.passwords import prepared
from server.errors import Invalid, NotFound, Refused
from server.store.admin.administrators import Administrator, Administrators
from server.store.admin.changes import Change, Clock, utc_now
from server.store.admin.reach import AllFirms
from server.store.admin.sessions import end_sessions
from server.store.admin.sign_in_gate import gate_key_of_login
from server.store.crypto import lookup_digest
from server.store.database import Database
from server.store.tables.accounts import recovery_code, sign_in_gate
from server.store.tables.people import administrator

#: From so many wrong tries in a row the account waits, each time twice as long.
MOST_FAILURES: Final = 5
FIRST_LOCK: Final = timedelta(minutes=1)
LONGEST_LOCK: Final = timedelta(hours=1)
RECOVERY_CODES: Final = 10
#: Fact: authenticators count steps of 30 s; clocks differ by one step at most [doc], RFC 6238 §5.2.
_STEP_SECONDS: Final = 30
_ISSUER: Final = "Raynet Outlook Sync"


def lock_after(failures: int) -> timedelta | None:
    """How long an account waits after its n-th wrong try in a row."""
    if failures < MOST_FAILURES:
        return None
    doubled: int = 2 ** min(failures - MOST_FAILURES, 10)
    return min(FIRST_LOCK * doubled, LONGEST_LOCK)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """An account that may be tried now, after the try was counted."""

    id: int
    password_hash: str = field(repr=False)
    totp_secret: str | None = field(repr=False)
    totp_step: int


class SignIn:
    """Accounts are looked up before anybody's firm is known, hence unscoped."""

    def __init__(self, database: Database, accounts: Administrators, now: Clock = utc_now) -> None:
        self._database = database
        self._accounts = accounts
        self._now = now

    @property
    def _hasher(self) -> PasswordHasher:
        return self._accounts.hasher

    def by_password_unscoped(self, login: str, password: str, second: str | None = None) -> Administrator | None:
        """The administrator, or None. A try is counted before it is judged, so many at once are not one."""
        name, at = login.strip().lower(), self._now()
        tried = self._database.write_unscoped(lambda connection: _counted_try(connection, name, at))
        hashed = tried.password_hash if tried is not None else _nobodys_hash(self._hasher)
        fits = self._fits(hashed, prepared(password))
        if tried is None or not fits:
            return None
        values: dict[str, Any] = {"failures": 0, "locked_until": None}
        if self._hasher.check_needs_rehash(hashed):
            values["password_hash"] = self._hasher.hash(prepared(password))

        def work(connection: Connection) -> bool:
            if tried.totp_secret is not None and not _second_fits(connection, tried, second or "", at):
                return False
            connection.execute(update(administrator).where(administrator.c.id == tried.id).values(values))
            return True

        return self._accounts.get(tried.id) if self._database.write_unscoped(work) else None

    def by_entra_unscoped(self, tenant_id: str, object_id: str) -> Administrator | None:
        """The account that is linked to the person, or None. An address never identifies anybody."""
        who = administrator.c
        statement = select(who.id).where(
            who.entra_tenant_id == tenant_id.lower(), who.entra_object_id == object_id.lower(), who.enabled
        )
        number = self._database.read_unscoped(lambda connection: connection.scalar(statement))
        return self._accounts.get(number) if number is not None else None

    def check_password(self, number: int, password: str) -> bool:
        """Whether it is the password of somebody who is signed in already; a wrong one counts as a failed try."""
        login, at = self._accounts.get(number).login, self._now()
        tried = self._database.write_unscoped(lambda connection: _counted_try(connection, login, at))
        if tried is None or not self._fits(tried.password_hash, prepared(password)):
            return False
        values = {"failures": 0, "locked_until": None}
        statement = update(administrator).where(administrator.c.id == number).values(values)
        self._database.write_unscoped(lambda connection: connection.execute(statement).rowcount)
        return True

    # --- the second factor ---------------------------------------------------------------------------------------

    def start_totp(self, number: int) -> tuple[str, str]:
        """(secret, otpauth URI) for an authenticator; in use only once :meth:`confirm_totp` has seen a code."""
        secret, login = pyotp.random_base32(), self._accounts.get(number).login
        statement = update(administrator).where(administrator.c.id == number).values(totp_pending=secret)
        self._database.write_unscoped(lambda connection: connection.execute(statement).rowcount)
        return secret, pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=_ISSUER)

    def confirm_totp(self, number: int, code: str, *, actor: str, keep_session: str) -> tuple[str, ...]:
        """Recovery codes, told this once. Raises Refused ``totp_not_started``, Invalid ``totp_code_wrong``.

        Ends the account's other sessions: they were begun without a second factor.
        """
        codes, at = tuple(_recovery_code() for _ in range(RECOVERY_CODES)), self._now()

        def work(connection: Connection) -> None:
            row = _account(connection, number)
            if row.totp_pending is None:
                raise Refused("totp_not_started")
            step = _step_of(row.totp_pending, code, at, after=0)
            if step is None:
                raise Invalid("totp_code_wrong", field="code")
            values = {"totp_secret": row.totp_pending, "totp_pending": None, "totp_step": step}
            connection.execute(update(administrator).where(administrator.c.id == number).values(values))
            connection.execute(delete(recovery_code).where(recovery_code.c.administrator_id == number))
            rows = [
                {"firm_id": row.firm_id, "administrator_id": number, "digest": _code_digest(number, one)}
                for one in codes
            ]
            connection.execute(insert(recovery_code), rows)
            end_sessions(AllFirms(connection), number, keep_session)
            Change(connection, actor, at).record(row.firm_id, "administrator.totp_on", f"administrator:{number}")

        self._database.write_unscoped(work)
        return codes

    def stop_totp(self, number: int, *, actor: str) -> None:
        """Without a second factor again. Raises NotFound."""

        def work(connection: Connection) -> None:
            row = _account(connection, number)
            values = {"totp_secret": None, "totp_pending": None}
            connection.execute(update(administrator).where(administrator.c.id == number).values(values))
            connection.execute(delete(recovery_code).where(recovery_code.c.administrator_id == number))
            change = Change(connection, actor, self._now())
            change.record(row.firm_id, "administrator.totp_off", f"administrator:{number}")

        self._database.write_unscoped(work)

    def _fits(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (Argon2Error, InvalidHashError):
            return False


def _counted_try(connection: Connection, login: str, at: datetime) -> _Tried | None:
    """An account that may be tried now; the try counts as failed until it has succeeded."""
    names = ("id", "firm_id", "password_hash", "totp_secret", "totp_step", "enabled", "locked_until", "failures")
    statement = select(*(administrator.c[name] for name in names)).where(administrator.c.login == login)
    row = connection.execute(statement.with_for_update()).first()
    if row is None or not row.enabled or (row.locked_until is not None and row.locked_until > at):
        _write_as_much(connection, login)
        return None
    wait = lock_after(row.failures + 1)
    values = {"failures": row.failures + 1, "locked_until": at + wait if wait is not None else None}
    connection.execute(update(administrator).where(administrator.c.id == row.id).values(values))
    if row.failures + 1 == MOST_FAILURES:
        change = Change(connection, "sign-in", at)
        change.record(row.firm_id, "administrator.locked", f"administrator:{row.id}", {"failures": MOST_FAILURES})
    return _Tried(id=row.id, password_hash=row.password_hash, totp_secret=row.totp_secret, totp_step=row.totp_step)


def _write_as_much(connection: Connection, login: str) -> None:
    """A row of the same kind of work as counting a try, so that a commit of nothing does not tell who has no account.

    The row is the gate's own of this login, and stays as it is.
    """
    of = sign_in_gate.c.key == gate_key_of_login(login)
    connection.execute(update(sign_in_gate).where(of).values(full_until=sign_in_gate.c.full_until))


def _account(connection: Connection, number: int) -> Any:
    names = ("firm_id", "totp_pending", "totp_secret")
    statement = select(*(administrator.c[name] for name in names)).where(administrator.c.id == number)
    row = connection.execute(statement.with_for_update()).first()
    if row is None:
        raise NotFound
    return row


def _second_fits(connection: Connection, tried: _Tried, second: str, at: datetime) -> bool:
    """A code that was not used before, or a recovery code, which is used up by this."""
    assert tried.totp_secret is not None, "the caller has looked"  # noqa: S101  # a defect, not data
    step = _step_of(tried.totp_secret, second, at, after=tried.totp_step)
    who = administrator.c
    if step is not None:
        # Two who come with one code at once: the row was locked by neither, the condition decides.
        used = update(administrator).where(who.id == tried.id, who.totp_step < step).values(totp_step=step)
        return connection.execute(used).rowcount == 1
    own = recovery_code.c
    spent = delete(recovery_code).where(own.administrator_id == tried.id, own.digest == _code_digest(tried.id, second))
    return connection.execute(spent).rowcount == 1


def _step_of(secret: str, code: str, at: datetime, *, after: int) -> int | None:
    """The time step whose code it is: the present one or a neighbour, later than ``after``; None when it is none."""
    totp, now = pyotp.TOTP(secret), int(at.timestamp()) // _STEP_SECONDS
    found = [
        step for step in (now - 1, now, now + 1) if secrets.compare_digest(totp.at(step * _STEP_SECONDS), _ascii(code))
    ]
    return found[0] if found and found[0] > after else None


def _ascii(code: str) -> str:
    return code if code.isascii() else ""


def _recovery_code() -> str:
    """80 bits."""
    text = secrets.token_hex(10)
    return "-".join(text[start : start + 5] for start in range(0, 20, 5))


def _code_digest(number: int, code: str) -> str:
    return lookup_digest(f"recovery {number} {code.replace('-', '').strip().lower()}")


@cache
def _nobodys_hash(hasher: PasswordHasher) -> str:
    """What an unknown login's password is compared with, so that it takes as long as a known one's."""
    return hasher.hash("nobody has this password")
