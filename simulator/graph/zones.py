"""Time zone names as Exchange takes them, and their rules."""

import functools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import win_tz

from simulator.graph.errors import GraphError

#: IANA names documented for writing. Fact: neither Europe/Prague nor Europe/Bratislava [doc], graph-calendar §8.
DOCUMENTED_IANA = frozenset(
    """Etc/GMT+12 Etc/GMT+11 Pacific/Honolulu America/Anchorage America/Santa_Isabel America/Los_Angeles America/Phoenix
    America/Chihuahua America/Denver America/Guatemala America/Chicago America/Mexico_City America/Regina America/Bogota
    America/New_York America/Indiana/Indianapolis America/Caracas America/Asuncion America/Halifax America/Cuiaba
    America/La_Paz America/Santiago America/St_Johns America/Sao_Paulo America/Argentina/Buenos_Aires America/Cayenne
    America/Godthab America/Montevideo America/Bahia Etc/GMT+2 Atlantic/Azores Atlantic/Cape_Verde Africa/Casablanca
    Etc/GMT Europe/London Atlantic/Reykjavik Europe/Berlin Europe/Budapest Europe/Paris Europe/Warsaw Africa/Lagos
    Africa/Windhoek Europe/Bucharest Asia/Beirut Africa/Cairo Asia/Damascus Africa/Johannesburg Europe/Kyiv
    Europe/Istanbul Asia/Jerusalem Asia/Amman Asia/Baghdad Europe/Kaliningrad Asia/Riyadh Africa/Nairobi Asia/Tehran
    Asia/Dubai Asia/Baku Europe/Moscow Indian/Mauritius Asia/Tbilisi Asia/Yerevan Asia/Kabul Asia/Karachi Asia/Tashkent
    Asia/Kolkata Asia/Colombo Asia/Kathmandu Asia/Almaty Asia/Dhaka Asia/Yekaterinburg Asia/Rangoon Asia/Bangkok
    Asia/Novosibirsk Asia/Shanghai Asia/Krasnoyarsk Asia/Singapore Australia/Perth Asia/Taipei Asia/Ulaanbaatar
    Asia/Irkutsk Asia/Tokyo Asia/Seoul Australia/Adelaide Australia/Darwin Australia/Brisbane Australia/Sydney
    Pacific/Port_Moresby Australia/Hobart Asia/Yakutsk Pacific/Guadalcanal Asia/Vladivostok Pacific/Auckland Etc/GMT-12
    Pacific/Fiji Asia/Magadan Pacific/Tongatapu Pacific/Apia Pacific/Kiritimati""".split()
)

_UTC_NAMES = frozenset({"UTC", "Etc/UTC", "tzone://Microsoft/Utc"})
_ONE_DAY = timedelta(days=1)


@functools.lru_cache(maxsize=1024)
def zone(name: str, *, all_iana: bool = False) -> ZoneInfo:
    """Rules of a Windows or documented IANA name; raises the hard 400 otherwise. Fact: [live], graph-calendar §8."""
    if name in _UTC_NAMES:
        return ZoneInfo("UTC")
    mapped = win_tz.get(name)
    if mapped is not None:
        return ZoneInfo(mapped)
    if name in DOCUMENTED_IANA or all_iana:
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            pass
    raise GraphError(
        400,
        "TimeZoneNotSupportedException",
        f"A valid TimeZone value must be specified. The following TimeZone value is not supported: '{name}'.",
    )


def to_utc(wall: datetime, rules: ZoneInfo) -> datetime:
    """The naive UTC instant of a naive wall time; the earlier one if it exists twice, moved on if it does not exist."""
    if rules.key == "UTC":
        return wall
    return wall.replace(tzinfo=rules).astimezone(UTC).replace(tzinfo=None)


def to_wall(instant: datetime, rules: ZoneInfo) -> datetime:
    """The naive wall time of a naive UTC instant."""
    if rules.key == "UTC":
        return instant
    return instant.replace(tzinfo=UTC).astimezone(rules).replace(tzinfo=None)


def midnight(moment: datetime) -> bool:
    """Whether a wall time is exactly midnight."""
    return moment == moment.replace(hour=0, minute=0, second=0, microsecond=0)


def days_between(start: datetime, end: datetime) -> int:
    """Whole days of an all-day event."""
    return (end - start) // _ONE_DAY
