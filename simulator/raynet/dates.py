"""Raynet's two date notations (raynet-api §4): native minutes in the API user's zone, ISO 8601 with milliseconds."""

import functools
import re
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

from simulator.raynet.errors import bad_input

_NATIVE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2}) (\d{1,2}):(\d{1,2})(?::(\d{1,2}))?")
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\.(\d{3})(Z|[+-]\d{2}:\d{2})")


def zone_of(enum_name: str) -> ZoneInfo:
    """``EUROPE_PRAGUE`` -> Europe/Prague. KeyError for a name Raynet would not know."""
    return ZoneInfo(_zone_names()[enum_name])


def is_zone(enum_name: str) -> bool:
    return enum_name in _zone_names()


@functools.cache
def _zone_names() -> dict[str, str]:
    return {name.upper().replace("/", "_").replace("-", "_"): name for name in sorted(available_timezones())}


def to_milliseconds(instant: datetime) -> datetime:
    """Raynet's own resolution of an instant."""
    return instant.astimezone(UTC).replace(microsecond=instant.microsecond // 1000 * 1000)


def to_minutes(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)


def parse_instant(text: object, zone: ZoneInfo, *, z_accepted: bool) -> datetime:
    """An aware UTC instant. ISO without milliseconds is refused [doc]; the native form means the user's zone.

    In the hour that autumn repeats, the native form means the first one; in the hour that spring skips, the clock
    runs on.
    """
    if not isinstance(text, str):
        raise bad_input("date expected")
    text = text.strip()
    iso = _ISO.fullmatch(text)
    if iso is not None:
        return _from_iso(iso, z_accepted=z_accepted)
    native = _NATIVE.fullmatch(text)
    if native is not None:
        parts = [int(part or 0) for part in native.groups()]
        return _at(zone, *parts)
    day = _DAY.fullmatch(text)
    if day is not None:
        return _at(zone, *(int(part) for part in day.groups()))
    raise bad_input("unparseable date")


def _from_iso(match: re.Match[str], *, z_accepted: bool) -> datetime:
    head, milliseconds, offset = match.groups()
    if offset == "Z" and not z_accepted:
        raise bad_input("unparseable date")
    try:
        naive = datetime.fromisoformat(head).replace(microsecond=int(milliseconds) * 1000)
    except ValueError as error:
        raise bad_input("unparseable date") from error
    if offset == "Z":
        return naive.replace(tzinfo=UTC)
    sign = -1 if offset[0] == "-" else 1
    shift = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
    if shift >= timedelta(hours=24):
        raise bad_input("unparseable date")
    return naive.replace(tzinfo=timezone(sign * shift)).astimezone(UTC)


def _at(zone: ZoneInfo, *parts: int) -> datetime:
    try:
        year, month, day, hour, minute, second = (*parts, 0, 0, 0)[:6]
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise bad_input("unparseable date") from error


def parse_day(text: object) -> date:
    match = _DAY.match(text) if isinstance(text, str) else None
    if match is None:
        raise bad_input("unparseable day")
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError as error:
        raise bad_input("unparseable day") from error


def show_instant(instant: datetime | None, zone: ZoneInfo, *, iso: bool) -> str | None:
    """``2026-02-08T15:00:00.000+01:00`` or ``2026-02-08 15:00``, both in the user's zone."""
    if instant is None:
        return None
    local = instant.astimezone(zone)
    return local.isoformat(timespec="milliseconds") if iso else local.strftime("%Y-%m-%d %H:%M")
