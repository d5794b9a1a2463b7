"""Expanding series into days and instants."""

import calendar
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from simulator.graph.state import EventState, Recurrence
from simulator.graph.zones import to_utc, to_wall

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_INDEX = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
_LAST_DAY = date(4500, 9, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One day of a series: ``day`` is its key (wall date of the unchanged start), the times are naive UTC."""

    day: date
    start: datetime
    end: datetime


def occurrences(master: EventState, rules: ZoneInfo, window: tuple[datetime, datetime]) -> list[Occurrence]:
    """Unchanged occurrences overlapping the window (naive UTC, end exclusive), cancelled ones included, in order."""
    recurrence = master.recurrence
    if recurrence is None:
        return []
    start, end = master.start, master.end
    if not master.is_all_day:
        start, end = to_wall(start, rules), to_wall(end, rules)
    length = end - start
    last = min(window[1].date() + timedelta(days=2), _LAST_DAY)
    found = []
    for day in days_until(recurrence, last):
        if datetime.combine(day, start.time()) + length < window[0] - timedelta(days=2):
            continue
        occurrence = _on(day, master, rules, start, length)
        if overlaps(occurrence.start, occurrence.end, window):
            found.append(occurrence)
    return found


def occurrence_on(master: EventState, rules: ZoneInfo, day: date) -> Occurrence | None:
    """The unchanged occurrence of that day, None when the pattern has none."""
    if master.recurrence is None or day not in days_until(master.recurrence, day):
        return None
    start, end = master.start, master.end
    if not master.is_all_day:
        start, end = to_wall(start, rules), to_wall(end, rules)
    return _on(day, master, rules, start, end - start)


def overlaps(start: datetime, end: datetime, window: tuple[datetime, datetime]) -> bool:
    """Whether an event touches a window whose end is exclusive; a zero-length event at its start does."""
    if start == end:
        return window[0] <= start < window[1]
    return start < window[1] and end > window[0]


def _on(day: date, master: EventState, rules: ZoneInfo, start: datetime, length: timedelta) -> Occurrence:
    begin = datetime.combine(day, start.time())
    if master.is_all_day:
        return Occurrence(day=day, start=begin, end=begin + length)
    return Occurrence(day=day, start=to_utc(begin, rules), end=to_utc(begin + length, rules))


@functools.lru_cache(maxsize=2048)
def days_until(recurrence: Recurrence, last: date) -> tuple[date, ...]:
    """All days of the series up to and including ``last``."""
    if recurrence.range_kind == "endDate" and recurrence.end is not None:
        last = min(last, recurrence.end)
    found: list[date] = []
    for day in _pattern_days(recurrence):
        if day > last or (recurrence.range_kind == "numbered" and len(found) >= recurrence.count):
            break
        found.append(day)
    return tuple(found)


def _pattern_days(recurrence: Recurrence) -> Iterator[date]:
    if recurrence.kind == "daily":
        return _daily(recurrence)
    if recurrence.kind == "weekly":
        return _weekly(recurrence)
    return _by_month(recurrence)


def _daily(recurrence: Recurrence) -> Iterator[date]:
    day = recurrence.start
    while True:
        yield day
        day += timedelta(days=recurrence.interval)


def _weekly(recurrence: Recurrence) -> Iterator[date]:
    first = WEEKDAYS.index(recurrence.first_day)
    wanted = sorted((WEEKDAYS.index(name) - first) % 7 for name in recurrence.days)
    week = recurrence.start - timedelta(days=(recurrence.start.weekday() - first) % 7)
    while True:
        for offset in wanted:
            day = week + timedelta(days=offset)
            if day >= recurrence.start:
                yield day
        week += timedelta(weeks=recurrence.interval)


def _by_month(recurrence: Recurrence) -> Iterator[date]:
    yearly = recurrence.kind.endswith("Yearly")
    year, month = recurrence.start.year, recurrence.month if yearly else recurrence.start.month
    while year < 4501:
        day = _day_in(recurrence, year, month)
        if day is not None and day >= recurrence.start:
            yield day
        if yearly:
            year += recurrence.interval
        else:
            year, month = divmod(year * 12 + month - 1 + recurrence.interval, 12)
            month += 1


def _day_in(recurrence: Recurrence, year: int, month: int) -> date | None:
    """The series' day in one month; a day of month beyond its end falls on its last day, as in Outlook."""
    length = calendar.monthrange(year, month)[1]
    if recurrence.kind.startswith("absolute"):
        return date(year, month, min(recurrence.day_of_month, length))
    wanted = {WEEKDAYS.index(name) for name in recurrence.days}
    days = [d for d in (date(year, month, n) for n in range(1, length + 1)) if d.weekday() in wanted]
    position = _INDEX[recurrence.index]
    return days[position] if position < len(days) else None
