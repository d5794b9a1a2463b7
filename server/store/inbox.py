"""Wake-ups: stored by whoever is told of a change, waited for by the worker. Also finds whose a notification is."""

import select as sockets
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import psycopg2
from sqlalchemy import Connection, Dialect, bindparam, func, select, text
from sqlalchemy.sql.dml import ReturningInsert

from server.domain.ids import FirmId, MailboxId
from server.domain.state import Notice
from server.errors import Scope, Unavailable
from server.store import shapes
from server.store.crypto import lookup_digest
from server.store.database import Database
from server.store.dialects import insert_new
from server.store.direct import select_values
from server.store.scope import chunks
from server.store.tables import people, runtime

_CHANNEL: Final = "ros_notice"
_SQLITE_POLL_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSubscription:
    """Whose a Graph notification is. ``client_state`` is compared in constant time by the caller."""

    firm: FirmId
    tenant_id: str
    mailbox: MailboxId
    client_state: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownWebhook:
    """Whose a Raynet call is. ``token`` is compared in constant time by the caller."""

    firm: FirmId
    token: str = field(repr=False)


_SUBSCRIPTIONS: Final = (
    select(
        runtime.subscription.c.id,
        runtime.subscription.c.firm_id,
        people.firm.c.tenant_id,
        runtime.subscription.c.mailbox,
        runtime.subscription.c.client_state,
    )
    .join_from(runtime.subscription, people.firm, runtime.subscription.c.firm_id == people.firm.c.id)
    .where(runtime.subscription.c.id.in_(bindparam("ids", expanding=True)))
)

_WEBHOOK: Final = select(runtime.webhook.c.firm_id, runtime.webhook.c.token).where(
    runtime.webhook.c.path_digest == bindparam("digest")
)

_LAST: Final = select(func.coalesce(func.max(runtime.notice.c.seq), 0))
_AFTER: Final = select(runtime.notice.c.seq, runtime.notice.c.firm_id).where(runtime.notice.c.seq > bindparam("last"))


class Inbox:
    """For the processes that are called from outside. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, notices: Sequence[Notice]) -> int:
        """Store notices of any firms in one transaction and wake the workers; how many were new."""
        if not notices:
            return 0
        return self._database.write_unscoped(lambda connection: add_notices(connection, notices))

    def find_subscriptions(self, ids: Collection[str]) -> dict[str, KnownSubscription]:
        """Those of ``ids`` that are, and still are, ours: one statement, however many are made up."""
        wanted = sorted(set(ids))

        def work(connection: Connection) -> dict[str, KnownSubscription]:
            rows = [row for some in chunks(wanted) for row in connection.execute(_SUBSCRIPTIONS, {"ids": some})]
            return {
                row[0]: KnownSubscription(firm=row[1], tenant_id=row[2], mailbox=row[3], client_state=row[4])
                for row in rows
            }

        return self._database.read_unscoped(work) if wanted else {}

    def find_webhook(self, path_secret: str) -> KnownWebhook | None:
        """By the secret part of the address that was called; None when unknown."""
        of = {"digest": lookup_digest(path_secret)}
        row = self._database.read_unscoped(lambda connection: connection.execute(_WEBHOOK, of).first())
        return None if row is None else KnownWebhook(firm=row[0], token=row[1])


def add_notices(connection: Connection, notices: Sequence[Notice]) -> int:
    """Insert the ones whose key is new and ring for their firms once the transaction is committed; how many."""
    rows = sorted(
        {(one.firm_id, one.dedupe): shapes.NOTICE.split(one) for one in notices}.items(), key=lambda item: item[0]
    )
    values = [row for _, row in rows]
    # Most notifications come alone: one row needs none of what many rows take.
    new = connection.scalars(_insert(connection.dialect), values if len(values) > 1 else values[0]).all()
    if connection.dialect.name == "postgresql":
        for firm in sorted(set(new)):
            connection.execute(text(f"SELECT pg_notify('{_CHANNEL}', :firm)"), {"firm": str(firm)})
    return len(new)


@lru_cache(maxsize=8)
def _insert(dialect: Dialect) -> ReturningInsert[tuple[int]]:
    return insert_new(dialect, runtime.notice, shapes.NOTICE.key).returning(runtime.notice.c.firm_id)


class Doorbell:
    """Waits for notices. One thread waits at a time; :meth:`close` when the process ends.

    PostgreSQL rings (LISTEN); a SQLite file is asked five times a second. What came before the first wait, or while
    the connection was lost, does not ring: look into the inbox after the first wait and after each error.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listening: Any = None
        self._last_seq: int | None = None

    def wait(self, timeout_seconds: float) -> frozenset[FirmId]:
        """The firms that have new notices; none when the time passed. Raises Unavailable when the database is away."""
        if self._database.is_sqlite:
            return self._wait_sqlite(timeout_seconds)
        try:
            return self._wait_postgresql(timeout_seconds)
        except (psycopg2.Error, OSError, ValueError) as error:
            # ValueError: the socket of a connection that was cut is no file any more.
            self.close()
            raise Unavailable(scope=Scope.SERVER, detail=type(error).__name__) from None

    def close(self) -> None:
        """Stop listening. Another wait starts anew."""
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.close()

    def _wait_sqlite(self, timeout_seconds: float) -> frozenset[FirmId]:
        if self._last_seq is None:
            self._last_seq = self._newest()[0]
        until = time.monotonic() + timeout_seconds
        while True:
            seq, firms = self._newest()
            if firms or time.monotonic() >= until:
                self._last_seq = seq
                return firms
            time.sleep(min(_SQLITE_POLL_SECONDS, max(0.0, until - time.monotonic())))

    def _newest(self) -> tuple[int, frozenset[FirmId]]:
        """The highest number so far, and the firms of the numbers above the last one."""
        last = self._last_seq

        def work(connection: Connection) -> tuple[int, frozenset[FirmId]]:
            if last is None:
                return connection.scalar(_LAST) or 0, frozenset()
            rows = select_values(connection, _AFTER, {"last": last})
            return max((row[0] for row in rows), default=last), frozenset(FirmId(row[1]) for row in rows)

        return self._database.read_unscoped(work)

    def _wait_postgresql(self, timeout_seconds: float) -> frozenset[FirmId]:
        if self._listening is None:
            self._listening = self._listen()
        until = time.monotonic() + timeout_seconds
        # A connection that was cut is readable twice: first its farewell, then its end, which raises.
        while not self._listening.notifies and (left := until - time.monotonic()) > 0:
            sockets.select([self._listening], [], [], left)
            self._listening.poll()
        firms = frozenset(FirmId(int(one.payload)) for one in self._listening.notifies)
        self._listening.notifies.clear()
        return firms

    def _listen(self) -> Any:
        """A connection of its own, outside of the pool."""
        pooled = self._database.engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        connection.set_session(autocommit=True)
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {_CHANNEL}")
        return connection
