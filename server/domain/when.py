"""When something takes place: between two instants, or on whole days.

Raynet knows only instants, Outlook has an all-day flag; here both become the same value, so that equal means equal.
A day is a day of the firm's zone. No function looks at a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_LAST_MINUTE = time(23, 59)
_FIRST_INSTANT = datetime.min.replace(tzinfo=UTC)
_LAST_INSTANT = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """From ``start`` to ``end``, both aware and kept in UTC; equal ones are a moment without length.

    Raises ``ValueError`` for naive instants and for an end before the start.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", _in_utc(self.start))
        object.__setattr__(self, "end", _in_utc(self.end))
        if self.end < self.start:
            raise ValueError("end before start")


@dataclass(frozen=True, slots=True, kw_only=True)
class AllDay:
    """The whole days from ``first`` up to, not including, ``end``. Raises ``ValueError`` if that is no day."""

    first: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.first:
            raise ValueError("no whole day between first and end")


@dataclass(frozen=True, slots=True)
class Inverted:
    """The record says that it ends before it starts, so nobody can say when it takes place."""


When: TypeAlias = Timed | AllDay


def from_instants(start: datetime | None, end: datetime | None, zone: ZoneInfo) -> When | Inverted | None:
    """What two instants mean to a reader in ``zone``; ``None`` is unscheduled, a missing end has no length.

    Midnight to midnight and 00:00 to 23:59 (with any seconds) are whole days; a moment at midnight is a moment.
    Fact: Raynet has no all-day flag, its users write days in both ways [inferred], raynet-api §22 no. 10.
    Raises ``ValueError`` for naive instants.
    """
    if start is None:
        return None
    begins = _in_utc(start)
    ends = begins if end is None else _in_utc(end)
    if ends < begins:
        return Inverted()
    return _whole_days(begins, ends, zone) or Timed(start=begins, end=ends)


def to_instants(when: When, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Start and end in UTC; whole days run from 00:00 of the first to 00:00 after the last day in ``zone``.

    Where clocks skip midnight the day starts when it starts there (01:00 in São Paulo before 2019).
    """
    if isinstance(when, Timed):
        return when.start, when.end
    return _day_start(when.first, zone), _day_start(when.end, zone)


def as_read(when: When, zone: ZoneInfo) -> When:
    """What it reads as where instants alone tell: hours from midnight to midnight are whole days there."""
    read = from_instants(*to_instants(when, zone), zone)
    return when if read is None or isinstance(read, Inverted) else read


def overlaps(when: When, start: datetime, end: datetime, zone: ZoneInfo) -> bool:
    """Whether any of it lies in ``[start, end)``; a moment without length does if it lies in there itself."""
    begins, ends = to_instants(when, zone)
    if begins == ends:
        return start <= begins < end
    return begins < end and start < ends


def _whole_days(begins: datetime, ends: datetime, zone: ZoneInfo) -> AllDay | None:
    first = _local(begins, zone)
    if begins == ends or _day_start(first.date(), zone) != begins:
        return None
    last = _local(ends, zone)
    if last.time() >= _LAST_MINUTE and last.date() < date.max:
        return AllDay(first=first.date(), end=last.date() + _DAY)
    if last.date() > first.date() and _day_start(last.date(), zone) == ends:
        return AllDay(first=first.date(), end=last.date())
    return None


def _day_start(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which ``day`` starts in ``zone``, in UTC.

    ``fold=0`` is the right choice twice: the first of two midnights, and for a skipped midnight the offset before
    the change, which is the very instant of the change.
    """
    return _in_utc(datetime.combine(day, time.min, tzinfo=zone))


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    try:
        return instant.astimezone(zone)
    except OverflowError:  # the first and last hours of the calendar
        return instant


def _in_utc(instant: datetime) -> datetime:
    """The instant in UTC, at the ends of the calendar the nearest one that exists there."""
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise ValueError("naive instant")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        return _FIRST_INSTANT if instant.year == 1 else _LAST_INSTANT
