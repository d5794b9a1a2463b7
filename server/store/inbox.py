"""Wake-ups: stored by whoever is told of a change, waited for by the worker. Also finds whose a notification is."""

import select as sockets
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, TypeVar

import psycopg2
from sqlalchemy import Connection, Dialect, Insert, bindparam, func, select, text

from server.domain.ids import FirmId, MailboxId
from server.domain.state import Notice
from server.errors import Remote, RosError, Scope, Unavailable
from server.store import shapes
from server.store.crypto import lookup_digest
from server.store.database import Database
from server.store.dialects import insert_new
from server.store.direct import insert_each, select_values
from server.store.group import GroupCommit
from server.store.scope import chunks
from server.store.tables import people, runtime

T = TypeVar("T")
V = TypeVar("V")

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


#: From the subscriptions that are ours to the notices of those who are believed.
Believed = Callable[[Mapping[str, KnownSubscription]], Sequence[Notice]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrival:
    """One request: the subscriptions it names, and what of it is to be stored."""

    subscriptions: frozenset[str]
    believed: Believed


class Inbox:
    """For the processes that are called from outside. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        #: SQLite has one writer: who waits for it meanwhile is looked up and stored with the others.
        self._group = GroupCommit(self._take_together) if database.is_sqlite else None

    def add(self, notices: Sequence[Notice]) -> int:
        """Store notices of any firms in one transaction and wake the workers; how many were new."""
        return self.take((), lambda _known: notices)[1] if notices else 0

    def take(self, subscriptions: Collection[str], believed: Believed) -> tuple[int, int]:
        """Store what is believed once it is known which of ``subscriptions`` are ours; how many notices that were, and
        how many of them were new. They are durable afterwards. ``believed`` may run in another thread."""
        arrival = _Arrival(subscriptions=frozenset(subscriptions), believed=believed)
        if self._group is None:
            return self._take(arrival)
        found: tuple[int, int] = self._group.run(arrival)
        return found

    def _take(self, arrival: _Arrival) -> tuple[int, int]:
        notices = arrival.believed(self.find_subscriptions(arrival.subscriptions))
        return len(notices), len(self._store(notices))

    def _take_together(self, arrivals: Sequence[_Arrival]) -> list[Any]:
        """One look-up and one transaction for all. What is refused for one of them is tried for each alone."""
        known = self.find_subscriptions(frozenset[str]().union(*(one.subscriptions for one in arrivals)))
        taken = [_outcome(one.believed, known) for one in arrivals]
        try:
            new = self._store([notice for some in taken if not isinstance(some, Exception) for notice in some])
        except Remote:
            raise  # the disk, not what is stored: the whole group fails
        except RosError:
            if len(arrivals) == 1:
                raise
            return [some if isinstance(some, Exception) else _outcome(self._alone, some) for some in taken]
        return [some if isinstance(some, Exception) else (len(some), _taken_out(new, some)) for some in taken]

    def _alone(self, notices: Sequence[Notice]) -> tuple[int, int]:
        return len(notices), len(self._store(notices))

    def _store(self, notices: Sequence[Notice]) -> set[tuple[FirmId, str]]:
        """Firm and key of those that were new."""
        if not notices:
            return set()
        return self._database.write_unscoped(lambda connection: add_notices(connection, notices))

    def find_subscriptions(self, ids: Collection[str]) -> dict[str, KnownSubscription]:
        """Those of ``ids`` that are, and still are, ours: one statement, however many are made up."""
        wanted = sorted(set(ids))

        def work(connection: Connection) -> dict[str, KnownSubscription]:
            rows = [row for some in chunks(wanted) for row in select_values(connection, _SUBSCRIPTIONS, {"ids": some})]
            return {
                row[0]: KnownSubscription(firm=row[1], tenant_id=row[2], mailbox=row[3], client_state=row[4])
                for row in rows
            }

        return self._database.read_unscoped(work) if wanted else {}

    def find_webhook(self, path_secret: str) -> KnownWebhook | None:
        """By the secret part of the address that was called; None when unknown."""
        of = {"digest": lookup_digest(path_secret)}
        rows = self._database.read_unscoped(lambda connection: select_values(connection, _WEBHOOK, of))
        return KnownWebhook(firm=rows[0][0], token=rows[0][1]) if rows else None


def _outcome(work: Callable[[V], T], given: V) -> T | Exception:
    """What ``work`` returned, or what it raised: for the thread that asked."""
    try:
        return work(given)
    except Exception as error:  # noqa: BLE001  # carried over to the thread that asked, and raised there
        return error


def _taken_out(new: set[tuple[FirmId, str]], notices: Sequence[Notice]) -> int:
    """How many of ``notices`` are in ``new``, which afterwards holds them no more: each was new for one request."""
    own = new & {(one.firm_id, one.dedupe) for one in notices}
    new -= own
    return len(own)


def add_notices(connection: Connection, notices: Sequence[Notice]) -> set[tuple[FirmId, str]]:
    """Insert those whose key is new and ring for their firms once that is committed; firm and key of each."""
    rows = sorted(
        {(one.firm_id, one.dedupe): shapes.NOTICE.split(one) for one in notices}.items(), key=lambda item: item[0]
    )
    if connection.dialect.name != "postgresql":
        stored = insert_each(connection, _insert(connection.dialect), [row for _, row in rows])
        return {key for (key, _), is_new in zip(rows, stored, strict=True) if is_new}
    # One trip for all of them.
    found = connection.execute(_insert(connection.dialect).returning(*_KEY), [row for _, row in rows]).all()
    new = {(FirmId(firm), dedupe) for firm, dedupe in found}
    for firm in sorted({firm for firm, _ in new}):
        connection.execute(text(f"SELECT pg_notify('{_CHANNEL}', :firm)"), {"firm": str(firm)})
    return new


_KEY: Final = (runtime.notice.c.firm_id, runtime.notice.c.dedupe)


@lru_cache(maxsize=8)
def _insert(dialect: Dialect) -> Insert:
    return insert_new(dialect, runtime.notice, shapes.NOTICE.key)


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
