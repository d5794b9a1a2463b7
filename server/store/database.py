"""Engines and transactions.

A transaction is a function: it is given a scope, runs between BEGIN and COMMIT, and may be run again from its start
after a deadlock, a serialization failure or a connection lost before the commit. It has no other effect than on the
database. Everything raised is of :mod:`server.errors`.
"""

import secrets
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from server.domain.ids import FirmId
from server.store.crypto import KeyRing
from server.store.direct import COMPILED_OPTION, run
from server.store.faults import translated, worth_another_try
from server.store.group import GroupCommit
from server.store.guard import FIRM_OPTION, guard
from server.store.scope import FirmScope
from server.store.types import use_key_ring

T = TypeVar("T")

_TRIES: Final = 5
_PAUSE_SECONDS: Final = 0.02
#: A worker has at most some 48 threads.
_POOL: Final = {"pool_size": 16, "max_overflow": 48, "pool_timeout": 30, "pool_use_lifo": True}
_POSTGRESQL_OPTIONS: Final = (
    "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
)
_POSTGRESQL_CONNECT: Final = {
    "options": _POSTGRESQL_OPTIONS,
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "tcp_user_timeout": 20_000,
}
_SQLITE_PRAGMAS: Final = (
    "PRAGMA busy_timeout=10000",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    # KiB that each connection may keep of the file; a worker keeps up to sixteen of them open.
    "PRAGMA cache_size=-4000",
    "PRAGMA temp_store=MEMORY",
)


class Database:
    """One engine with its key ring. Thread-safe; a process has one."""

    def __init__(self, engine: Engine, keys: Sequence[bytes]) -> None:
        engine.update_execution_options(**{COMPILED_OPTION: {}})
        self.engine = engine
        self.key_ring = KeyRing(keys)
        use_key_ring(engine.dialect, self.key_ring)
        self.is_sqlite: bool = engine.dialect.name == "sqlite"
        #: Connections between two transactions, the last used one last.
        self._open: deque[Connection] = deque()
        #: SQLite has one writer: waiting transactions share its next commit.
        self._group: GroupCommit[_Job] | None = GroupCommit(self._write_batch) if self.is_sqlite else None

    def read(self, firm: FirmId, work: Callable[[FirmScope], T]) -> T:
        """What ``work`` finds out about ``firm``, from one snapshot on SQLite, statement by statement on PostgreSQL."""
        return self._read(lambda connection: _in_scope(connection, firm, work))

    def write(self, firm: FirmId, work: Callable[[FirmScope], T]) -> T:
        """Run ``work`` in one transaction; its result once that is durable.

        Raises Unavailable with ``unknown_outcome`` when the connection broke during the commit itself.
        """
        return cast(T, self._write(_Job(firm, work)))

    def read_unscoped(self, work: Callable[[Connection], T]) -> T:
        """As :meth:`read`, over all firms: operators' commands, claims, and finding whose a notification is."""
        return self._read(lambda connection: _unscoped(connection, work))

    def write_unscoped(self, work: Callable[[Connection], T]) -> T:
        """As :meth:`write`, over all firms."""
        return cast(T, self._write(_Job(None, work)))

    def close(self) -> None:
        """Close all connections. The database may be used again afterwards."""
        while self._open:
            self._open.pop().close()
        self.engine.dispose()

    def _read(self, work: Callable[[Connection], T]) -> T:
        def once() -> T:
            with self._connected() as connection:
                connection.execution_options(ros_write=False).begin()
                return work(connection)

        return _tried(once)

    def _write(self, job: "_Job") -> Any:
        if self._group is not None:
            return self._group.run(job)
        return _tried(lambda: self._write_one(job.run))

    def _write_one(self, work: Callable[[Connection], T]) -> T:
        with self._connected() as connection:
            transaction = connection.execution_options(ros_write=True).begin()
            result = work(connection)
            try:
                transaction.commit()
            except BaseException as error:
                # SQLAlchemy takes a transaction whose commit failed for ended; the driver may still be inside of it.
                connection.invalidate()
                if isinstance(error, SQLAlchemyError):
                    raise translated(error, committing=True) from None
                raise
            return result

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """A connection for one transaction; whatever of it was not committed is rolled back.

        On SQLite it then stays open for the next one, as it would in the pool, but without the way there and back.
        """
        try:
            connection = self._open.pop()
        except IndexError:
            connection = self.engine.connect()
        try:
            yield connection
            if connection.in_transaction():
                connection.rollback()
        except BaseException:
            connection.close()
            raise
        if self.is_sqlite and len(self._open) < _POOL["pool_size"]:
            self._open.append(connection)
        else:
            connection.close()

    def _write_batch(self, jobs: Sequence["_Job"]) -> list[Any]:
        """Several transactions' work in one commit. Each stands alone: what one raises undoes only its own."""
        if len(jobs) == 1:
            return [_tried(lambda: self._write_one(jobs[0].run))]

        def all_of_them(connection: Connection) -> list[Any]:
            outcomes: dict[int, Any] = {}
            for places, work in _joined(jobs):
                outcome = _alone(connection, work)
                if len(places) > 1 and isinstance(outcome, Exception):
                    # Which of them was refused shows when each is done by itself.
                    outcomes |= {place: _alone(connection, jobs[place].run) for place in places}
                else:
                    outcomes |= dict.fromkeys(places, outcome)
            return [outcomes[place] for place in range(len(jobs))]

        return _tried(lambda: self._write_one(all_of_them))


class Joinable(ABC):
    """Work that may be done together with the like of it: at once, as if one had been done after the other."""

    @abstractmethod
    def __call__(self, scope: FirmScope) -> None:
        """Do it."""

    @abstractmethod
    def joined(self, other: "Joinable") -> "Joinable | None":
        """Both as one, this one first; None where that is not the same as one after the other."""


@dataclass(frozen=True, slots=True)
class _Job:
    """Work in a firm's scope, or over all firms."""

    firm: FirmId | None
    work: Callable[[Any], Any]

    def run(self, connection: Connection) -> Any:
        if self.firm is None:
            return _unscoped(connection, self.work)
        return _in_scope(connection, self.firm, self.work)


def _joined(jobs: Sequence[_Job]) -> list[tuple[list[int], Callable[[Connection], Any]]]:
    """What to do one after the other, each with the places of the jobs that are done by it."""
    done: list[tuple[list[int], _Job]] = []
    for place, job in enumerate(jobs):
        if done and isinstance(job.work, Joinable) and job.firm == done[-1][1].firm:
            places, last = done[-1]
            both = last.work.joined(job.work) if isinstance(last.work, Joinable) else None
            if both is not None:
                done[-1] = ([*places, place], _Job(job.firm, both))
                continue
        done.append(([place], job))
    return [(places, job.run) for places, job in done]


def _alone(connection: Connection, work: Callable[[Connection], Any]) -> Any:
    """The result of ``work``, or the exception it raised after its changes were undone."""
    run(connection, "SAVEPOINT alone", ())
    try:
        result = work(connection)
    except SQLAlchemyError as error:
        if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError | DataError):
            raise  # the disk, not this work: the whole group fails
        _undo(connection)
        return translated(error)
    except Exception as error:  # noqa: BLE001  # carried over to the thread that asked, and raised there
        _undo(connection)
        return error
    run(connection, "RELEASE alone", ())
    return result


def _undo(connection: Connection) -> None:
    run(connection, "ROLLBACK TO alone", ())
    run(connection, "RELEASE alone", ())


def _tried(once: Callable[[], T]) -> T:
    """The result of ``once``, run again a few times where that helps."""
    for attempt in range(_TRIES):
        try:
            return once()
        except SQLAlchemyError as error:
            if attempt == _TRIES - 1 or not worth_another_try(error):
                raise translated(error) from None
        time.sleep(_PAUSE_SECONDS * 2**attempt * (1 + secrets.randbelow(100) / 100))
    raise AssertionError("unreachable")


def _in_scope(connection: Connection, firm: FirmId, work: Callable[[FirmScope], T]) -> T:
    """Tell the guard and row-level security whose transaction this is."""
    if connection.dialect.name == "postgresql":
        connection.execute(_ENTER, {"firm": str(firm)})
    return work(FirmScope(connection.execution_options(**{FIRM_OPTION: firm}), firm))


def _unscoped(connection: Connection, work: Callable[[Connection], T]) -> T:
    """Several works may share a connection, so what another one said about its firm is taken back."""
    if connection.dialect.name == "postgresql":
        connection.execute(_ENTER_UNSCOPED)
    return work(connection.execution_options(**{FIRM_OPTION: None}))


_ENTER: Final = text("SELECT set_config('ros.firm_id', :firm, true)")
_ENTER_UNSCOPED: Final = text("SELECT set_config('ros.unscoped', 'on', true)")


def open_database(url: str, keys: Sequence[bytes]) -> Database:
    """The database at ``url`` (``sqlite:///file`` or ``postgresql+psycopg2://…``) with the master keys, newest first.

    Nothing is connected yet. Parameters never get into messages of errors or logs.
    """
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        engine = create_engine(where, hide_parameters=True, **_POOL)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(
            where, hide_parameters=True, connect_args=_POSTGRESQL_CONNECT, pool_recycle=1800, **_POOL
        )
    guard(engine)
    return Database(engine, keys)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours, see below
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(pragma).close()


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the write lock at once: a reader that turned writer could only fail."""
    run(connection, "BEGIN IMMEDIATE" if connection.get_execution_options().get("ros_write") else "BEGIN", ())
