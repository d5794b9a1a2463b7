"""Leases: who works on a firm. The database decides, by its own clock; each change of owner raises the epoch.

A worker that was paused finds its epoch outdated in the next commit (:func:`fence`), and its local deadline, counted
from before the claim was sent, passed before any remote write (:meth:`LeaseBook.may_write`).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    or_,
    select,
    union_all,
)

from server.domain.ids import FirmId
from server.errors import Outdated
from server.store.database import Database
from server.store.dialects import database_ms, insert_new
from server.store.direct import change_rows, select_values
from server.store.scope import FirmScope, Prepared
from server.store.tables.people import firm as firm_table
from server.store.tables.runtime import lease as lease_table
from server.store.tables.runtime import notice

LEASE_SECONDS: Final = 10.0
RENEW_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to work on ``firm``. ``deadline`` is of our own monotonic clock and never later than the real end."""

    firm: FirmId
    owner: str
    epoch: int
    deadline: float


class LeaseBook:
    """The leases that one worker process holds now. Thread-safe."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._leases: dict[FirmId, Lease] = {}
        self._lock = Lock()

    def put(self, lease: Lease) -> None:
        with self._lock:
            self._leases[lease.firm] = lease

    def drop(self, firm: FirmId) -> None:
        with self._lock:
            self._leases.pop(firm, None)

    def renewed(self, lease: Lease) -> None:
        """A later deadline for a lease that is still held; one let go meanwhile stays so."""
        with self._lock:
            held = self._leases.get(lease.firm)
            if held is not None and held.epoch == lease.epoch:
                self._leases[lease.firm] = lease

    def drop_if(self, lease: Lease) -> None:
        """Drop this very lease; a newer one of the same firm stays."""
        with self._lock:
            held = self._leases.get(lease.firm)
            if held is not None and held.epoch == lease.epoch:
                del self._leases[lease.firm]

    def held(self) -> tuple[Lease, ...]:
        with self._lock:
            return tuple(self._leases.values())

    def lease(self, firm: FirmId) -> Lease:
        """Raises :class:`Outdated` when none is held."""
        with self._lock:
            found = self._leases.get(firm)
        if found is None:
            raise Outdated("lease_lost", firm=firm)
        return found

    def may_write(self, firm: FirmId, margin_seconds: float = 0.0) -> bool:
        """Whether the lease surely holds for another ``margin_seconds``: asked right before every remote write."""
        with self._lock:
            found = self._leases.get(firm)
        return found is not None and self._monotonic() + margin_seconds < found.deadline


class Leases:
    """Claims, renewals and releases of one owner. ``owner`` is unique to a process and never used again."""

    def __init__(self, database: Database, owner: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._owner = owner
        self._monotonic = monotonic

    @property
    def owner(self) -> str:
        return self._owner

    def end_soon(self, owner: str, within_seconds: float) -> None:
        """Let the leases of ``owner``, a process that surely has ended, run out within this time."""
        end = _in(within_seconds)
        lease = lease_table.c
        ends_later = and_(lease.owner == owner, lease.expires_ms > end)
        self._database.write_unscoped(
            lambda connection: (
                connection.execute(lease_table.update().where(ends_later).values(expires_ms=end)).rowcount
            )
        )

    def claim(self, firm: FirmId, ttl_seconds: float = LEASE_SECONDS) -> Lease | None:
        """The lease of this very firm, or None while somebody else holds it. Ours already: it is renewed."""
        found = self._claimed(_THIS_FIRM, {"firm": firm, "most": 1}, ttl_seconds)
        return found[0] if found else None

    def claim_due(self, limit: int, ttl_seconds: float = LEASE_SECONDS) -> tuple[Lease, ...]:
        """Up to ``limit`` firms that wait for work and that nobody holds, the longest waiting first.

        A firm is due at the instant given to :meth:`release`, and at once when a notice has come since the last claim.
        Paused firms are not. Other claimers' rows are skipped, never waited for.
        """
        return self._claimed(_DUE, {"most": limit}, ttl_seconds)

    def renew(self, lease: Lease, ttl_seconds: float = LEASE_SECONDS) -> Lease:
        """The same lease with a later deadline. Raises :class:`Outdated` when it was lost."""
        began = self._monotonic()
        given = _held_by(lease) | {"within_ms": int(ttl_seconds * 1000)}
        if not self._database.write_unscoped(lambda connection: change_rows(connection, _RENEWED, given)):
            raise Outdated("lease_lost", firm=lease.firm)
        return Lease(firm=lease.firm, owner=lease.owner, epoch=lease.epoch, deadline=began + ttl_seconds)

    def release(self, lease: Lease, due_in_seconds: float = 0.0) -> bool:
        """Let go; the firm is due again in ``due_in_seconds``. False when it was lost before."""
        given = _held_by(lease) | {"due_in_ms": int(due_in_seconds * 1000)}
        return self._database.write_unscoped(lambda connection: change_rows(connection, _RELEASED, given) == 1)

    def _claimed(self, candidates: Any, given: dict[str, Any], ttl_seconds: float) -> tuple[Lease, ...]:
        began = self._monotonic()

        def work(connection: Connection) -> Sequence[tuple[int, int]]:
            firms = sorted(row[0] for row in select_values(connection, candidates, given | {"me": self._owner}))
            return [(firm, _taken(connection, firm, self._owner, ttl_seconds)) for firm in firms]

        rows = self._database.write_unscoped(work)
        deadline = began + ttl_seconds
        return tuple(
            Lease(firm=FirmId(firm), owner=self._owner, epoch=epoch, deadline=deadline) for firm, epoch in rows
        )


def _candidates(wanted: ColumnElement[bool]) -> Select[tuple[int]]:
    """Firms that nobody else holds, locked; others' rows are skipped."""
    lease = lease_table.c
    free = or_(lease.owner.is_(None), lease.owner == bindparam("me"), lease.expires_ms <= database_ms())
    return (
        select(lease.firm_id)
        .where(wanted, free)
        .order_by(lease.due_ms, lease.firm_id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
    )


def _due() -> ColumnElement[bool]:
    lease, now = lease_table.c, database_ms()
    woken = exists().where(notice.c.firm_id == lease.firm_id, notice.c.stored_ms >= lease.claimed_ms)
    paused = exists().where(firm_table.c.id == lease.firm_id, firm_table.c.paused)
    # One search for each reason, not one with an OR: so each finds its few rows by an index, among however many.
    waiting = union_all(
        select(lease.firm_id).where(lease.owner.is_(None), lease.due_ms <= now),
        select(lease.firm_id).where(lease.owner.is_(None), lease.firm_id.in_(select(notice.c.firm_id)), woken),
        select(lease.firm_id).where(lease.owner.is_not(None), lease.expires_ms <= now),
    )
    return and_(lease.firm_id.in_(waiting), ~paused)


_THIS_FIRM: Final = _candidates(lease_table.c.firm_id == bindparam("firm"))
_DUE: Final = _candidates(_due())
_IS_HELD: Final = and_(
    lease_table.c.firm_id == bindparam("of_firm"),
    lease_table.c.owner == bindparam("of_owner"),
    lease_table.c.epoch == bindparam("of_epoch"),
)
_RENEWED: Final = (
    lease_table.update().where(_IS_HELD).values(expires_ms=database_ms() + bindparam("within_ms", type_=BigInteger))
)
_RELEASED: Final = (
    lease_table.update()
    .where(_IS_HELD)
    .values(owner=None, expires_ms=0, due_ms=database_ms() + bindparam("due_in_ms", type_=BigInteger))
)


def _held_by(lease: Lease) -> dict[str, Any]:
    return {"of_firm": lease.firm, "of_owner": lease.owner, "of_epoch": lease.epoch}


_HELD: Final = Prepared(
    select(lease_table.c.epoch)
    .where(
        lease_table.c.firm_id == bindparam("firm"),
        lease_table.c.owner == bindparam("owner"),
        lease_table.c.epoch == bindparam("epoch"),
    )
    .with_for_update(read=True)
)


def fence(scope: FirmScope, lease: Lease) -> None:
    """Hold the lease's row until this transaction ends. Raises :class:`Outdated` when another owner has taken it."""
    if scope.first(_HELD, firm=lease.firm, owner=lease.owner, epoch=lease.epoch) is None:
        raise Outdated("lease_lost", firm=lease.firm)


def add_lease_row(connection: Connection, firm: FirmId) -> None:
    """The row of a new firm: nobody's, due at once."""
    values = {"firm_id": firm, "owner": None, "epoch": 0, "expires_ms": 0, "due_ms": 0, "claimed_ms": 0}
    connection.execute(insert_new(connection.dialect, lease_table, ("firm_id",)), values)


def _taken(connection: Connection, firm: int, owner: str, ttl_seconds: float) -> int:
    """Write the new owner into the row that this transaction holds; its epoch."""
    same = lease_table.c.owner == owner
    statement = (
        lease_table.update()
        .where(lease_table.c.firm_id == firm)
        .values(
            owner=owner,
            epoch=lease_table.c.epoch + case((same, 0), else_=1),
            expires_ms=_in(ttl_seconds),
            claimed_ms=database_ms(),
        )
        .returning(lease_table.c.epoch)
    )
    return int(connection.execute(statement).scalar_one())


def _in(seconds: float) -> object:
    return database_ms() + int(seconds * 1000)
