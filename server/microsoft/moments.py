"""Graph's times: seven fractional digits, UTC without saying so, days that float."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote

from server.domain.event import EventTimes
from server.domain.when import AllDay, Timed, When
from server.domain.zones import iana_zone, wall_clock, windows_zone
from server.microsoft.exchange import Json
from server.microsoft.wire import DateTimeZone, GraphEvent

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,12}))?(Z|[+-]\d\d:\d\d)?", re.IGNORECASE)
#: Fact: ``0001-01-01`` stands for *not set* [doc], §7, §11.
_UNSET_YEAR: Final = 1
_DAY = timedelta(days=1)
UTC_LABEL: Final = "UTC"


def parse_naive_or_aware(text: str | None) -> datetime | None:
    """A moment as written, aware where it names an offset; None where it is unset or no moment."""
    found = _MOMENT.fullmatch(text.strip()) if text else None
    if found is None:
        return None
    day, clock, fraction, offset = found.groups()
    micros = (fraction or "")[:6].ljust(6, "0")
    seconds = clock if len(clock) == 8 else f"{clock}:00"
    try:
        moment = datetime.fromisoformat(f"{day}T{seconds}.{micros}{'+00:00' if offset in ('Z', 'z') else offset or ''}")
    except ValueError:
        return None
    return None if moment.year <= _UNSET_YEAR else moment


def parse_instant(text: str | None, zone_label: str | None = None) -> datetime | None:
    """An instant in UTC; without offset in the named zone, without zone in UTC. None where it cannot be known."""
    moment = parse_naive_or_aware(text)
    if moment is None:
        return None
    try:
        if moment.tzinfo is None:
            zone = iana_zone(zone_label) if zone_label else UTC
            return None if zone is None else moment.replace(tzinfo=zone).astimezone(UTC)
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def format_instant(moment: datetime) -> str:
    """For query parameters and expiries: ``2026-11-01T00:00:00Z``."""
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def view_window(start: datetime, end: datetime) -> str:
    """``startDateTime`` and ``endDateTime`` of a view."""
    return f"startDateTime={quote(format_instant(start), safe='')}&endDateTime={quote(format_instant(end), safe='')}"


def read_when(event: GraphEvent) -> When | None:
    """When an event takes place, None where the answer does not say so (a missing or impossible start or end).

    Fact: all-day events come back as midnights on their own dates whatever zone is asked [doc], §8; they are read as
    dates and never pass through an instant.
    """
    try:
        return _read_days(event) if event.is_all_day else _read_times(event)
    except (ValueError, OverflowError):
        return None


def _read_times(event: GraphEvent) -> When | None:
    start, end = _instant(event.start), _instant(event.end)
    return None if start is None or end is None else Timed(start=start, end=end)


def _read_days(event: GraphEvent) -> When | None:
    start = parse_naive_or_aware(event.start.moment) if event.start else None
    end = parse_naive_or_aware(event.end.moment) if event.end else None
    if start is None or end is None:
        return None
    is_midnight = end.time() == end.time().min
    return AllDay(first=start.date(), end=end.date() if is_midnight else end.date() + _DAY)


def _instant(value: DateTimeZone | None) -> datetime | None:
    return None if value is None else parse_instant(value.moment, value.zone)


def write_times(times: EventTimes) -> dict[str, Json]:
    """``isAllDay``, ``start`` and ``end``, which always go together.

    In the event's own zone where it can be known and its clocks show each of the two instants once; otherwise UTC.
    Fact: wall clock without offset plus a Windows zone name; Europe/Prague is not among the IANA names that Microsoft
    lists [doc], §8. Days are midnights of that label.
    """
    zone = iana_zone(times.zone_label)
    label = windows_zone(times.zone_label) if zone is not None else None
    when = times.when
    if isinstance(when, AllDay):
        days = (f"{day.isoformat()}T00:00:00" for day in (when.first, when.end))
        return _both(next(days), next(days), label or UTC_LABEL, is_all_day=True)
    if zone is not None and label is not None:
        (start, start_clear), (end, end_clear) = wall_clock(when.start, zone), wall_clock(when.end, zone)
        if start_clear and end_clear:
            return _both(start.isoformat(), end.isoformat(), label, is_all_day=False)
    return write_utc(when)


def write_utc(when: When) -> dict[str, Json]:
    """The same in UTC, which every mailbox knows."""
    if isinstance(when, AllDay):
        return write_times(EventTimes(when=when, zone_label=UTC_LABEL))
    start, end = (moment.astimezone(UTC).replace(tzinfo=None).isoformat() for moment in (when.start, when.end))
    return _both(start, end, UTC_LABEL, is_all_day=False)


def _both(start: str, end: str, label: str, *, is_all_day: bool) -> dict[str, Json]:
    return {
        "isAllDay": is_all_day,
        "start": {"dateTime": start, "timeZone": label},
        "end": {"dateTime": end, "timeZone": label},
    }
