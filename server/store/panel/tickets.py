"""Tickets of the sign-in dialog: short-lived, found by the digest of a secret that is stored nowhere, used once."""

import secrets
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select

from server.store.admin.changes import Clock, utc_now
from server.store.crypto import lookup_digest
from server.store.database import Database
from server.store.tables.panel import TicketKind, ticket

#: How long each kind holds: a person may look for their password, a code is swapped at once, a token lasts a morning.
_HOLDS: Final = {
    TicketKind.SIGN_IN: timedelta(minutes=10),
    TicketKind.CODE: timedelta(minutes=2),
    TicketKind.TOKEN: timedelta(hours=4),
}
_SECRET_BYTES: Final = 32


class Tickets:
    """Belong to no firm: they are asked for before anybody knows whose they are."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def issue(self, kind: TicketKind, content: dict[str, str]) -> tuple[str, Any]:
        """A new ticket: its secret, shown this once, and when it ends."""
        secret, at = secrets.token_urlsafe(_SECRET_BYTES), self._now()
        expires_at = at + _HOLDS[kind]
        row = {"digest": _digest(kind, secret), "kind": kind, "content": content, "expires_at": expires_at}

        def work(connection: Connection) -> None:
            connection.execute(delete(ticket).where(ticket.c.expires_at <= at))
            connection.execute(insert(ticket).values(row))

        self._database.write_unscoped(work)
        return secret, expires_at

    def use(self, kind: TicketKind, secret: str) -> dict[str, str] | None:
        """What the ticket holds, once: it is gone afterwards. None when there is no such ticket (any more)."""
        this, at = ticket.c.digest == _digest(kind, secret), self._now()

        def work(connection: Connection) -> dict[str, str] | None:
            taken = delete(ticket).where(this).returning(ticket.c.content, ticket.c.expires_at)
            row: Any = connection.execute(taken).first()
            return row.content if row is not None and row.expires_at > at else None

        return self._database.write_unscoped(work)

    def look(self, kind: TicketKind, secret: str) -> tuple[dict[str, str], Any] | None:
        """What the ticket holds, and until when; it stays."""
        this = select(ticket.c.content, ticket.c.expires_at).where(ticket.c.digest == _digest(kind, secret))
        row: Any = self._database.read_unscoped(lambda connection: connection.execute(this).first())
        return (row.content, row.expires_at) if row is not None and row.expires_at > self._now() else None

    def forget(self, kind: TicketKind, secret: str) -> None:
        """End a ticket before its time."""
        this = delete(ticket).where(ticket.c.digest == _digest(kind, secret))
        self._database.write_unscoped(lambda connection: connection.execute(this))


def _digest(kind: TicketKind, secret: str) -> str:
    """A secret of one kind never opens another."""
    return lookup_digest(f"{kind.value}:{secret}")
