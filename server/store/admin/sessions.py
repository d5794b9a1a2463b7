"""Sessions of administrators: opaque tokens of 256 bits, of which only a digest is stored.

Role, firm and whether the account may be used are read with each request, so a revocation holds from the next one on.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, delete, insert, select, update

from server.domain.ids import FirmId
from server.errors import NotFound
from server.store.admin.changes import Change, Clock, utc_now
from server.store.admin.reach import Reach
from server.store.crypto import lookup_digest
from server.store.database import Database
from server.store.direct import select_rows
from server.store.tables.accounts import SignInMethod
from server.store.tables.accounts import session as session_table
from server.store.tables.people import AdministratorRole, administrator
from server.store.tables.people import firm as firm_table

IDLE: Final = timedelta(hours=1)
LONGEST: Final = timedelta(hours=12)
#: A request moves the end of idleness at most so often: most requests write nothing.
_NOTED_EVERY: Final = timedelta(seconds=60)
_TOKEN_BYTES: Final = 32
#: More sessions of one account end the oldest.
MOST_SESSIONS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who a token is, at this moment. ``firm_id`` None: a central administrator."""

    session_id: str
    administrator_id: int
    login: str
    role: AdministratorRole
    firm_id: FirmId | None
    must_change_password: bool
    has_totp: bool
    has_entra: bool
    method: SignInMethod
    created_at: datetime
    seen_at: datetime
    #: When it ends at the latest.
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEntry:
    """A session as its owner sees it."""

    id: str
    method: SignInMethod
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class Sessions:
    """A token is looked up before anybody's firm is known, hence unscoped."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def start_unscoped(self, administrator_id: int, method: SignInMethod) -> tuple[str, SignedIn]:
        """A new session: its token, shown this once, and who it is. Raises NotFound for an unusable account."""
        token, number, at = secrets.token_urlsafe(_TOKEN_BYTES), secrets.token_hex(8), self._now()

        def work(connection: Connection) -> None:
            of = administrator.c.id == administrator_id
            row = connection.execute(select(administrator.c.firm_id, administrator.c.enabled).where(of)).first()
            if row is None or not row.enabled:
                raise NotFound
            connection.execute(delete(session_table).where(session_table.c.expires_at <= at))
            _end_oldest(connection, administrator_id)
            values = {
                "id": number,
                "firm_id": row.firm_id,
                "administrator_id": administrator_id,
                "token_digest": lookup_digest(token),
                "method": method,
                "created_at": at,
                "seen_at": at,
                "expires_at": at + LONGEST,
            }
            connection.execute(insert(session_table).values(values))
            connection.execute(update(administrator).where(of).values(last_sign_in_at=at))
            change = Change(connection, f"admin:{administrator_id}", at)
            change.record(row.firm_id, "session.started", f"session:{number}", {"method": method.value})

        self._database.write_unscoped(work)
        who = self.resolve_unscoped(token)
        if who is None:
            raise NotFound
        return token, who

    def resolve_unscoped(self, token: str) -> SignedIn | None:
        """Who the token is; None for an unknown, ended, idle or revoked one and for a disabled account."""
        at = self._now()
        of = {"digest": lookup_digest(token)}
        rows = self._database.read_unscoped(lambda connection: select_rows(connection, _select_signed_in(), of))
        row = rows[0] if rows else None
        if row is None or row.expires_at <= at or row.seen_at + IDLE <= at:
            return None
        if at - row.seen_at >= _NOTED_EVERY:
            seen = update(session_table).where(session_table.c.id == row.session_id).values(seen_at=at)
            self._database.write_unscoped(lambda connection: connection.execute(seen).rowcount)
        return _signed_in(row)

    def every_unscoped(self, administrator_id: int) -> tuple[SessionEntry, ...]:
        """The living sessions of an account, newest first."""
        at, own = self._now(), session_table.c
        names = ("id", "method", "created_at", "seen_at", "expires_at")
        statement = (
            select(*(own[name] for name in names))
            .where(own.administrator_id == administrator_id, own.expires_at > at, own.seen_at > at - IDLE)
            .order_by(own.created_at.desc(), own.id)
        )
        rows = self._database.read_unscoped(lambda connection: connection.execute(statement).all())
        return tuple(SessionEntry(**dict(zip(names, row, strict=True))) for row in rows)

    def end_unscoped(self, administrator_id: int, session_id: str) -> None:
        """End one session of the account. Raises NotFound."""
        own = session_table.c

        def work(connection: Connection) -> None:
            of = (own.id == session_id, own.administrator_id == administrator_id)
            firm = connection.execute(select(own.firm_id).where(*of)).first()
            if firm is None:
                raise NotFound
            connection.execute(delete(session_table).where(*of))
            change = Change(connection, f"admin:{administrator_id}", self._now())
            change.record(firm[0], "session.ended", f"session:{session_id}")

        self._database.write_unscoped(work)


def end_sessions(reach: Reach, administrator_id: int, but: str | None = None) -> None:
    """Ends what an account has open, except the session ``but``; part of a change of the account."""
    statement = delete(session_table).where(session_table.c.administrator_id == administrator_id)
    reach.change(statement if but is None else statement.where(session_table.c.id != but))


def _end_oldest(connection: Connection, administrator_id: int) -> None:
    own = session_table.c
    statement = select(own.id).where(own.administrator_id == administrator_id).order_by(own.created_at.desc(), own.id)
    surplus = connection.scalars(statement.offset(MOST_SESSIONS - 1)).all()
    if surplus:
        connection.execute(delete(session_table).where(own.id.in_(surplus)))


@cache
def _select_signed_in() -> Select[*tuple[Any, ...]]:
    own, who = session_table.c, administrator.c
    return (
        select(
            own.id.label("session_id"),
            own.administrator_id,
            who.login,
            who.role,
            who.firm_id,
            who.must_change_password,
            who.totp_secret.is_not(None).label("has_totp"),
            who.entra_object_id.is_not(None).label("has_entra"),
            own.method,
            own.created_at,
            own.seen_at,
            own.expires_at,
        )
        .join_from(session_table, administrator, own.administrator_id == who.id)
        .where(who.enabled, own.token_digest == bindparam("digest"))
    )


def _signed_in(row: Any) -> SignedIn:
    return SignedIn(
        session_id=row.session_id,
        administrator_id=row.administrator_id,
        login=row.login,
        role=row.role,
        firm_id=row.firm_id,
        # Whoever comes with Entra ID has not used the password that must go.
        must_change_password=row.must_change_password and row.method is SignInMethod.PASSWORD,
        has_totp=bool(row.has_totp),
        has_entra=bool(row.has_entra),
        method=row.method,
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
    )


def firm_name(database: Database, firm: FirmId | None) -> str | None:
    """What a firm is called; None for none."""
    if firm is None:
        return None
    row = database.read(firm, lambda scope: scope.first(select(firm_table.c.name)))
    return str(row[0]) if row is not None else None
