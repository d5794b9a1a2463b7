"""Figures over time: added up per minute while they are fresh, per hour for a quarter of a year."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select

from server.domain.ids import FirmId, SeatId
from server.domain.series import HOUR, MINUTE, Bucket, Carried, added, bucket_of, bucket_start, chart_span, summed
from server.store.admin.changes import Clock, utc_now
from server.store.database import Database
from server.store.dialects import upsert
from server.store.scope import FirmScope
from server.store.tables.oversight import series

#: Minutes are for today's chart; hours for the quarter of a year.
MINUTES_KEPT: Final = timedelta(days=3)
KEPT_FOR: Final = timedelta(days=90)
#: ``seat_id`` of the figures of a whole firm.
WHOLE_FIRM: Final = SeatId(0)
_MEMBERS: Final = ("at", "span_seconds", "counts", "most_seconds", "to_raynet", "to_outlook")


class Series:
    """Lag and volume. Adding costs one short transaction for a firm and a minute in which something was carried."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def add(self, firm: FirmId, carried: Sequence[Carried]) -> None:
        """Add changes to the firm's minutes and hours, and to the hours of the seats they concerned."""
        if not carried:
            return
        seats: dict[SeatId, list[Carried]] = {}
        for one in carried:
            if one.seat_id is not None:
                seats.setdefault(SeatId(one.seat_id), []).append(one)
        wanted = [(WHOLE_FIRM, bucket) for span in (MINUTE, HOUR) for bucket in bucket_of(carried, span)]
        wanted += [(seat, bucket) for seat in sorted(seats) for bucket in bucket_of(seats[seat], HOUR)]

        def work(scope: FirmScope) -> None:
            # In one order everywhere, so that two workers that add never wait for each other in a circle.
            for seat, bucket in sorted(wanted, key=lambda one: (one[0], one[1].span_seconds, one[1].at)):
                _add(scope, seat, bucket)

        self._database.write(firm, work)

    def points(self, firm: FirmId, start: datetime, end: datetime, *, seat: SeatId = WHOLE_FIRM) -> tuple[Bucket, ...]:
        """What was carried between ``start`` and ``end``, in spans that suit a chart; empty spans are left out."""
        span = chart_span(start, end) if seat == WHOLE_FIRM else max(HOUR, chart_span(start, end))
        fine = MINUTE if span == MINUTE and start >= self._now() - MINUTES_KEPT else HOUR
        found = self._database.read(firm, lambda scope: _read(scope, seat, fine, (start, end)))
        return summed(found, max(span, fine))

    def of_seats(self, firm: FirmId, start: datetime, end: datetime) -> dict[SeatId, Bucket]:
        """All that was carried for each seat in whole hours from the one of ``start`` on."""
        statement = _select((bucket_start(start, HOUR), end)).add_columns(series.c.seat_id)
        statement = statement.where(series.c.span_seconds == HOUR, series.c.seat_id != WHOLE_FIRM)
        out: dict[SeatId, Bucket] = {}
        for row in self._database.read(firm, lambda scope: scope.rows(statement)):
            seat, bucket = SeatId(row.seat_id), _bucket(row)
            out[seat] = added(out[seat], bucket) if seat in out else bucket
        return out

    def lately(self, firm: FirmId, length: timedelta) -> tuple[Bucket, ...]:
        """The firm's minutes of that length until now, earliest first."""
        now = self._now()
        return self._database.read(firm, lambda scope: _read(scope, WHOLE_FIRM, MINUTE, (now - length, now)))

    def prune(self, firm: FirmId) -> int:
        """Drop what is too old; how many rows."""
        now, at, span = self._now(), series.c.at, series.c.span_seconds
        old = delete(series).where(at < now - KEPT_FOR)
        fine = delete(series).where(at < now - MINUTES_KEPT, span == MINUTE)
        return self._database.write(firm, lambda scope: scope.change(old) + scope.change(fine))


def _add(scope: FirmScope, seat: SeatId, bucket: Bucket) -> None:
    """Read under a lock, add, write back: a histogram cannot be added up in the database itself."""
    place = (series.c.seat_id == seat, series.c.span_seconds == bucket.span_seconds, series.c.at == bucket.at)
    row: Any = scope.first(_columns().where(*place).with_for_update())
    values = {name: getattr(bucket, name) for name in _MEMBERS} | {"firm_id": scope.firm, "seat_id": seat}
    key = ("firm_id", "seat_id", "span_seconds", "at")
    if row is None:
        statement = upsert(scope.connection.dialect, series, key, (), {})
        if scope.connection.execute(statement.values(values)).rowcount == 1:
            return
        # Somebody else has just made the row.
        row = scope.first(_columns().where(*place).with_for_update())
    whole = added(_bucket(row), bucket)
    values |= {name: getattr(whole, name) for name in _MEMBERS}
    replaced = ("counts", "most_seconds", "to_raynet", "to_outlook")
    scope.connection.execute(upsert(scope.connection.dialect, series, key, replaced, {}).values(values))


def _read(scope: FirmScope, seat: SeatId, span: int, period: tuple[datetime, datetime]) -> tuple[Bucket, ...]:
    statement = _select(period).where(series.c.seat_id == seat, series.c.span_seconds == span)
    return tuple(_bucket(row) for row in scope.rows(statement))


def _columns() -> Any:
    return select(*(series.c[name] for name in _MEMBERS))


def _select(period: tuple[datetime, datetime]) -> Any:
    return _columns().where(series.c.at >= period[0], series.c.at < period[1]).order_by(series.c.at)


def _bucket(row: Any) -> Bucket:
    return Bucket(**{name: getattr(row, name) for name in _MEMBERS})
