"""Reading and showing ``recurrence``: pattern and range of a series."""

from datetime import date
from typing import Any

from simulator.graph.errors import GraphError, bad_request
from simulator.graph.recurrence import WEEKDAYS
from simulator.graph.state import Json, Recurrence

_KINDS = ("daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly")
_RANGES = ("endDate", "noEnd", "numbered")
_INDEXES = ("first", "second", "third", "fourth", "last")
_LAST_END = date(4500, 9, 1)


def parse_recurrence(value: Any, first_day: date, zone_name: str) -> Recurrence:
    """The series a request describes; ``first_day`` is the wall date of its start. Fact: graph-calendar §11 [doc]."""
    if (
        not isinstance(value, dict)
        or not isinstance(value.get("pattern"), dict)
        or not isinstance(value.get("range"), dict)
    ):
        raise bad_request("The recurrence is malformed.", "RequestBodyRead")
    pattern, span = value["pattern"], value["range"]
    kind = _name(pattern.get("type"), _KINDS)
    interval = _number(pattern.get("interval", 1))
    if interval < 1:
        raise bad_request("The recurrence interval must be at least 1.", "ErrorInvalidRequest")
    recurrence = Recurrence(
        kind=kind,
        interval=interval,
        days=tuple(_name(day, WEEKDAYS) for day in pattern.get("daysOfWeek") or ()),
        day_of_month=_number(pattern.get("dayOfMonth") or 0),
        month=_number(pattern.get("month") or 0),
        index=_name(pattern.get("index") or "first", _INDEXES),
        first_day=_name(pattern.get("firstDayOfWeek") or "sunday", WEEKDAYS),
        range_kind=_name(span.get("type"), _RANGES),
        start=_day(span.get("startDate")),
        end=_end(span.get("endDate")),
        count=_number(span.get("numberOfOccurrences") or 0),
        zone=str(span.get("recurrenceTimeZone") or zone_name),
    )
    _check(recurrence, first_day)
    return recurrence


def show_recurrence(recurrence: Recurrence) -> Json:
    """As reads show it: all fields, unset end as year 1. Fact: [doc], [seen], graph-calendar §11."""
    pattern: Json = {
        "type": recurrence.kind,
        "interval": recurrence.interval,
        "month": recurrence.month,
        "dayOfMonth": recurrence.day_of_month,
        "firstDayOfWeek": recurrence.first_day,
        "index": recurrence.index,
    }
    if recurrence.days:
        pattern["daysOfWeek"] = list(recurrence.days)
    return {
        "pattern": pattern,
        "range": {
            "type": recurrence.range_kind,
            "startDate": recurrence.start.isoformat(),
            "endDate": recurrence.end.isoformat() if recurrence.end else "0001-01-01",
            "recurrenceTimeZone": recurrence.zone,
            "numberOfOccurrences": recurrence.count,
        },
    }


def _check(recurrence: Recurrence, first_day: date) -> None:
    if recurrence.start != first_day:
        raise bad_request("The recurrence range's startDate must be the date of the event's start.")
    if recurrence.kind in ("weekly", "relativeMonthly", "relativeYearly") and not recurrence.days:
        raise bad_request("The recurrence pattern needs daysOfWeek.")
    if recurrence.kind.startswith("absolute") and not 1 <= recurrence.day_of_month <= 31:
        raise bad_request("The recurrence pattern needs a dayOfMonth between 1 and 31.")
    if recurrence.kind.endswith("Yearly") and not 1 <= recurrence.month <= 12:
        raise bad_request("The recurrence pattern needs a month between 1 and 12.")
    if recurrence.range_kind == "numbered" and recurrence.count < 1:
        raise bad_request("The recurrence range needs numberOfOccurrences.")
    if recurrence.range_kind == "endDate":
        if recurrence.end is None or recurrence.end < recurrence.start:
            raise bad_request("The recurrence range needs an endDate that is not before its startDate.")
        if recurrence.end > _LAST_END:
            raise GraphError(400, "ErrorRecurrenceEndDateTooBig", "The recurrence end date is too late.")


def _name(value: Any, names: tuple[str, ...]) -> str:
    wanted = str(value).lower()
    found = next((name for name in names if name.lower() == wanted), None)
    if found is None:
        raise bad_request(f"Requested value '{value}' was not found.", "RequestBodyRead")
    return found


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise bad_request("Cannot convert the literal to the expected type 'Edm.Int32'.", "RequestBodyRead")
    return value


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise bad_request("Cannot convert the literal to the expected type 'Edm.Date'.", "RequestBodyRead") from None


def _end(value: Any) -> date | None:
    return None if value in (None, "0001-01-01") else _day(value)
