"""Calls and budgets of both sides: written by workers after their passes, read by administrators."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from server.domain.ids import FirmId
from server.domain.state import Side
from server.store.admin.changes import Clock, utc_now
from server.store.database import Database
from server.store.dialects import upsert
from server.store.scope import FirmScope
from server.store.tables.gauges import side_gauge


@dataclass(frozen=True, slots=True, kw_only=True)
class SideQuota:
    """``limit`` and ``left`` None: the side tells none, or has not told yet. ``calls_today`` since midnight UTC."""

    side: Side
    calls_today: int
    limit: int | None
    left: int | None
    resets_at: datetime | None
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Calls since the last report, and the budget as the side last told."""

    side: Side
    calls: int
    limit: int | None = None
    left: int | None = None
    resets_at: datetime | None = None


class Quotas:
    """One row a side."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def every(self, firm: FirmId) -> tuple[SideQuota, ...]:
        """What was last written; calls of another day count as none. A budget whose day is over is unknown again."""
        one, now = side_gauge.c, self._now()
        statement = select(one.side, one.day, one.calls, one.limit, one.left, one.resets_at, one.as_of)
        rows = self._database.read(firm, lambda scope: scope.rows(statement.order_by(one.side)))
        return tuple(_quota(row, now) for row in rows)

    def note(self, firm: FirmId, spent: Spent) -> None:
        """Add calls of today; a budget that the side has not told leaves the one before."""
        now = self._now()
        values: dict[str, Any] = {
            "firm_id": firm,
            "side": spent.side,
            "day": now.date(),
            "calls": spent.calls,
            "as_of": now,
            "limit": spent.limit,
            "left": spent.left,
            "resets_at": spent.resets_at,
        }

        def work(scope: FirmScope) -> None:
            one = side_gauge.c
            row: Any = scope.first(select(one.day, one.calls).where(one.side == spent.side).with_for_update())
            before = row[1] if row is not None and row[0] == values["day"] else 0
            told = ("limit", "left", "resets_at") if spent.limit is not None else ()
            replaced = ("day", "calls", "as_of", *told)
            statement = upsert(scope.connection.dialect, side_gauge, ("firm_id", "side"), replaced, {})
            scope.connection.execute(statement, values | {"calls": before + spent.calls})

        self._database.write(firm, work)


def _quota(row: Any, now: datetime) -> SideQuota:
    side, day, calls, limit, left, resets_at, as_of = row
    is_over = resets_at is not None and resets_at <= now
    return SideQuota(
        side=side,
        calls_today=calls if day == now.date() else 0,
        limit=limit,
        left=None if is_over else left,
        resets_at=None if is_over else resets_at,
        as_of=as_of,
    )
