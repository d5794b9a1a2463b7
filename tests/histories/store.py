"""The store's port on dictionaries: the same answers as :mod:`server.store`, for histories by the thousand.

All values are frozen, so what was stored can never change behind the store's back (hazard H10); the one member that
can, ``Pass.counts``, is copied. ``tests/histories/test_stores_agree.py`` plays histories on both stores at once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from server.domain.ids import FirmId, LinkId, SeatId
from server.domain.state import (
    Firm,
    FirmSync,
    Group,
    Notice,
    Seat,
)
from server.errors import NotFound, Outdated
from server.flow import Op
from server.ports import store as ports
from server.store.locks import LEASE_SECONDS, Lease
from tests.histories import commits, reads
from tests.histories.reads import READS
from tests.histories.rows import Rows


@dataclass(slots=True)
class LeaseRow:
    """Who works on a firm, in milliseconds of the database's own clock."""

    owner: str | None = None
    epoch: int = 0
    expires_ms: int = 0
    due_ms: int = 0
    claimed_ms: int = 0


class DictStore:
    """One database. ``now_ms`` is its own clock."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self.firms: dict[FirmId, Rows] = {}
        self.leases: dict[FirmId, LeaseRow] = {}
        self._stored_ms: dict[FirmId, int] = {}
        self.commits = 0

    # --- set-up and what people do ---

    def add_firm(self, firm: Firm) -> None:
        self.firms[firm.id] = Rows(firm=firm, sync=FirmSync(firm_id=firm.id))
        self.leases[firm.id] = LeaseRow()

    def put_firm(self, firm: Firm) -> None:
        """An administrator's change."""
        self.firms[firm.id].firm = firm

    def put_seat(self, seat: Seat) -> None:
        self.firms[seat.firm_id].seats[seat.id] = seat
        self.firms[seat.firm_id].places = None

    def drop_seat(self, firm: FirmId, seat: SeatId) -> None:
        self.firms[firm].seats.pop(seat, None)
        self.firms[firm].places = None

    def add_notices(self, notices: Iterable[Notice]) -> int:
        """The inbox: how many were new."""
        new = 0
        for one in sorted(notices, key=lambda notice: (notice.firm_id, notice.dedupe)):
            rows = self.firms[one.firm_id]
            if one.dedupe not in rows.notices:
                rows.notices[one.dedupe] = one
                self._stored_ms[one.firm_id] = self._now_ms()
                new += 1
        return new

    # --- leases ---

    def claim_due(self, firm: FirmId, owner: str) -> Lease | None:
        """As :meth:`server.store.locks.Leases.claim_due`, asked for one firm."""
        row, now = self.leases[firm], self._now_ms()
        if self.firms[firm].firm.paused:
            return None
        is_free = row.owner is None and (row.due_ms <= now or self._woken(firm, row))
        is_stale = row.owner is not None and row.expires_ms <= now
        return self._taken(firm, owner) if is_free or is_stale else None

    def _woken(self, firm: FirmId, row: LeaseRow) -> bool:
        stored = self._stored_ms.get(firm)
        return stored is not None and stored >= row.claimed_ms and bool(self.firms[firm].notices)

    def _taken(self, firm: FirmId, owner: str) -> Lease:
        row, now = self.leases[firm], self._now_ms()
        row.epoch += 0 if row.owner == owner else 1
        row.owner, row.claimed_ms = owner, now
        row.expires_ms = now + int(LEASE_SECONDS * 1000)
        return Lease(firm=firm, owner=owner, epoch=row.epoch, deadline=now / 1000 + LEASE_SECONDS)

    def is_held(self, lease: Lease) -> bool:
        row = self.leases[lease.firm]
        return row.owner == lease.owner and row.epoch == lease.epoch

    def renew(self, lease: Lease) -> Lease:
        if not self.is_held(lease):
            raise Outdated("lease_lost", firm=lease.firm)
        now = self._now_ms()
        self.leases[lease.firm].expires_ms = now + int(LEASE_SECONDS * 1000)
        return replace(lease, deadline=now / 1000 + LEASE_SECONDS)

    def release(self, lease: Lease, due_in_seconds: float) -> bool:
        if not self.is_held(lease):
            return False
        row = self.leases[lease.firm]
        row.owner, row.expires_ms = None, 0
        row.due_ms = self._now_ms() + int(due_in_seconds * 1000)
        return True

    def next_due_ms(self, firm: FirmId) -> int | None:
        """When the firm may be claimed next; None while it is paused."""
        row = self.leases[firm]
        if self.firms[firm].firm.paused:
            return None
        if row.owner is not None:
            return row.expires_ms
        return self._now_ms() if self._woken(firm, row) else row.due_ms

    # --- the port ---

    def perform(self, op: Op[Any], lease: Lease | None) -> object:
        """One operation; ``lease`` is what the worker believes to hold (None: nothing)."""
        rows = self.firms.get(op.firm)  # type: ignore[attr-defined]  # every store operation has it
        read = READS.get(type(op))
        if read is not None:
            if rows is None:
                raise NotFound(firm=op.firm)  # type: ignore[attr-defined]  # as above
            return read(rows, op)
        if type(op) is ports.Commit:
            self.commit(op, lease)
        elif rows is not None:
            commits.prune(rows, op)  # type: ignore[arg-type]  # what is left
        return None

    def commit(self, op: ports.Commit, lease: Lease | None) -> None:
        """All or nothing. Outdated when the lease was lost."""
        if lease is None or not self.is_held(lease):
            raise Outdated("lease_lost", firm=op.firm)
        commits.store(self.firms[op.firm], op)
        self.commits += 1

    # --- looking ---

    def group(self, firm: FirmId, link: LinkId) -> Group:
        return reads.group(self.firms[firm], link)
