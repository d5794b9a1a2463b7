"""Dates, spans and numbers as people write them in the language of the window."""

from datetime import UTC, date, datetime
from typing import Final

from PySide6.QtCore import QDateTime, QLocale

from console.i18n import translate

NONE: Final = "—"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def _is_czech() -> bool:
    return QLocale().language() == QLocale.Language.Czech


def number(value: float | None) -> str:
    """With the language's own grouping; a dash for nothing."""
    if value is None:
        return NONE
    return QLocale().toString(int(value)) if float(value).is_integer() else QLocale().toString(value, "f", 1)


def instant(at: datetime | None, *, seconds: bool = False) -> str:
    """Local date and time."""
    if at is None:
        return NONE
    pattern = "d. M. yyyy H:mm" if _is_czech() else "d MMM yyyy HH:mm"
    moment = QDateTime.fromMSecsSinceEpoch(round(at.timestamp() * 1000))
    return QLocale().toString(moment, pattern + (":ss" if seconds else ""))


def clock(at: datetime) -> str:
    """Local time of day with seconds."""
    moment = QDateTime.fromMSecsSinceEpoch(round(at.timestamp() * 1000))
    return QLocale().toString(moment, "H:mm:ss" if _is_czech() else "HH:mm:ss")


def day(text: str | None) -> str:
    """A day of the contract (YYYY-MM-DD)."""
    if not text:
        return NONE
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return text
    pattern = "d. M. yyyy" if _is_czech() else "d MMM yyyy"
    return QLocale().toString(QDateTime(found.year, found.month, found.day, 12, 0, 0).date(), pattern)


def iso(at: datetime | None) -> str:
    """For files: the same on every machine, empty for nothing."""
    return "" if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def span(seconds: float | None) -> str:
    """A duration in its two largest units at most."""
    if seconds is None:
        return NONE
    if seconds < 10:
        return translate("Formats", "{0} s").format(number(round(float(seconds), 1)))
    if seconds < 2 * _MINUTE:
        return translate("Formats", "{0} s").format(round(seconds))
    if seconds < 2 * _HOUR:
        return translate("Formats", "{0} min").format(round(seconds / _MINUTE))
    if seconds < 2 * _DAY:
        return translate("Formats", "{0} h").format(round(seconds / _HOUR))
    return days(int(seconds // _DAY))


def days(count: int) -> str:
    """``3 days``."""
    return translate("Formats", "%n day(s)", "", count)


def ago(at: datetime | None, now: datetime | None = None) -> str:
    """How long it is since, in words."""
    if at is None:
        return translate("Formats", "never")
    seconds = ((now or datetime.now(UTC)) - at).total_seconds()
    if seconds < 5:
        return translate("Formats", "just now")
    if seconds >= 2 * _DAY:
        return translate("Formats", "%n day(s) ago", "", int(seconds // _DAY))
    return translate("Formats", "{0} ago").format(span(max(10, seconds)))


def days_left(count: int | None) -> str:
    """Until or since an end."""
    if count is None:
        return NONE
    if count > 0:
        return translate("Formats", "%n day(s) left", "", count)
    if count == 0:
        return translate("Formats", "ends today")
    return translate("Formats", "ended %n day(s) ago", "", -count)
