"""A read request's query: windows, OData options and paging, shared by all lists of events."""

import functools
import json
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from simulator.graph import odata
from simulator.graph.errors import GraphError, bad_request
from simulator.graph.mailbox import Calendar, Item, Mailbox
from simulator.graph.odata import Expand, Filter, PropertyName, Resolve
from simulator.graph.preferences import Preferences
from simulator.graph.recurrence import occurrences, overlaps
from simulator.graph.render import Entry, Style, event_json, select, whole
from simulator.graph.state import EventState, Json
from simulator.graph.zones import zone

Window = tuple[datetime, datetime]
_MAX_VIEW = timedelta(days=1825)
_MAX_TOP = 1000

_NOTHING = Expand()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """The parsed options of a list request."""

    criteria: Filter | None = None
    order: tuple[tuple[str, bool], ...] = ()
    names: tuple[str, ...] = ()
    expand: Expand = _NOTHING
    top: int | None = None
    skip: int = 0
    count: bool = False


def list_query(query: Mapping[str, str]) -> ListQuery:
    """Parse ``$filter``, ``$orderby``, ``$select``, ``$expand``, ``$top``, ``$skip``, ``$count``; raises 400s."""
    criteria = odata.parse_filter(query["$filter"]) if query.get("$filter") else None
    order = odata.order_of(query["$orderby"]) if query.get("$orderby") else ()
    odata.check_order(order, criteria)
    top = _whole(query.get("$top"), "$top")
    if top is not None and not 1 <= top <= _MAX_TOP:
        raise GraphError(400, "ErrorInvalidUrlQuery", "The $top value must be between 1 and 1000.")
    return ListQuery(
        criteria=criteria,
        order=order,
        names=tuple(name.strip() for name in query.get("$select", "").split(",") if name.strip()),
        expand=odata.parse_expand(query["$expand"]) if query.get("$expand") else Expand(),
        top=top,
        skip=_whole(query.get("$skip"), "$skip") or 0,
        count=query.get("$count", "").lower() == "true",
    )


def _whole(text: str | None, what: str) -> int | None:
    if text is None:
        return None
    if not text.isdigit():
        raise GraphError(400, "ErrorInvalidUrlQuery", f"Invalid value for {what}.")
    return int(text)


def window_of(query: Mapping[str, str], *, required: bool = True) -> Window | None:
    """``startDateTime`` and ``endDateTime`` in any casing as naive UTC; raises the 1,825-day 400. Fact: §8, §13."""
    lowered = {name.lower(): value for name, value in query.items()}
    start, end = lowered.get("startdatetime"), lowered.get("enddatetime")
    if start is None or end is None:
        if not required:
            return None
        raise GraphError(
            400,
            "ErrorInvalidParameter",
            "This request requires a time window specified by StartDateTime and EndDateTime.",
        )
    window = (odata.instant(start), odata.instant(end))
    if window[1] < window[0]:
        raise bad_request("The end of the window must not be before its start.")
    if window[1] - window[0] > _MAX_VIEW:
        raise bad_request(
            "The requested time duration specified for calendarview is too long. Maximum number of days: 1825"
        )
    return window


# -- entries -------------------------------------------------------------------------------------------------------


def item_entries(item: Item, window: Window) -> list[Entry]:
    """What of an item lies in a window: itself, or the days of a series that are not cancelled."""
    content = item.content
    state = content.state
    if state.recurrence is None:
        return [whole(item)] if overlaps(state.start, state.end, window) else []
    found = []
    for day, changed in content.overrides.items():
        if day not in content.cancelled and overlaps(changed.start, changed.end, window):
            found.append(Entry(item=item, state=changed, start=changed.start, end=changed.end, day=day))
    for occurrence in occurrences(state, zone(state.start_zone, all_iana=True), window):
        if occurrence.day not in content.cancelled and occurrence.day not in content.overrides:
            found.append(Entry(item=item, state=state, start=occurrence.start, end=occurrence.end, day=occurrence.day))
    found.sort(key=lambda entry: entry.start)
    return found


def as_it_was(item: Item, window: Window, until: int, rng: random.Random) -> Entry | None:
    """A living single event as one of its changes up to ``until`` left it in the window; None where there is none.

    Of changes in one instant, which nothing that Graph shows tells apart, the last is meant.
    """
    states = {
        one.after.state.modified: one.after.state
        for one in item.history
        if one.sequence <= until and one.after.alive and one.after.calendar == item.content.calendar
    }
    fitting = [one for one in states.values() if one.recurrence is None and overlaps(one.start, one.end, window)]
    if not item.content.alive or not fitting:
        return None
    state = rng.choice(fitting)
    return Entry(item=item, state=state, start=state.start, end=state.end)


def view_entries(mailbox: Mailbox, calendar: Calendar, window: Window) -> list[Entry]:
    """A calendar view in order of start."""
    found = [entry for item in mailbox.living(calendar) for entry in item_entries(item, window)]
    found.sort(key=lambda entry: entry.start)
    return found


# -- filtering and ordering ----------------------------------------------------------------------------------------


def _extended(state: EventState) -> list[dict[str, Any]]:
    return [{"id": PropertyName(name), "value": value} for name, value in state.extended]


def _extensions(state: EventState) -> list[dict[str, Any]]:
    return [
        {"id": f"Microsoft.OutlookServices.OpenTypeExtension.{name}", "extensionName": name} | json.loads(text)
        for name, text in state.extensions
    ]


_PATHS: dict[str, Callable[[Entry], Any]] = {
    "start/datetime": lambda entry: entry.start,
    "end/datetime": lambda entry: entry.end,
    "lastmodifieddatetime": lambda entry: entry.state.modified,
    "createddatetime": lambda entry: entry.state.created,
    "icaluid": lambda entry: entry.state.ical_uid,
    "subject": lambda entry: entry.state.subject,
    "isallday": lambda entry: entry.state.is_all_day,
    "iscancelled": lambda entry: entry.state.is_cancelled,
    "isorganizer": lambda entry: entry.state.is_organizer,
    "isdraft": lambda entry: entry.state.is_draft,
    "isonlinemeeting": lambda entry: entry.state.online is not None,
    "isreminderon": lambda entry: entry.state.is_reminder_on,
    "importance": lambda entry: entry.state.importance,
    "sensitivity": lambda entry: entry.state.sensitivity,
    "showas": lambda entry: entry.state.show_as,
    "type": lambda entry: entry.kind,
    "hasattachments": lambda entry: False,
    "categories": lambda entry: entry.state.categories,
    "transactionid": lambda entry: entry.state.transaction_id,
    "location/displayname": lambda entry: entry.state.places[0].display_name if entry.state.places else "",
    "organizer/emailaddress/address": lambda entry: entry.state.organizer.address,
    "singlevalueextendedproperties": lambda entry: _extended(entry.state),
    "extensions": lambda entry: _extensions(entry.state),
}


def resolver(entry: Entry) -> Resolve:
    """Member paths of an event for ``$filter`` and ``$orderby``; raises 400 for a path the event does not have."""

    def resolve(path: str) -> Any:
        found = _PATHS.get(path.lower())
        if found is None:
            raise GraphError(
                400, "BadRequest", f"Could not find a property named '{path}' on type 'microsoft.graph.event'."
            )
        return found(entry)

    return resolve


def arranged(entries: Iterable[Entry], query: ListQuery) -> list[Entry]:
    """Filtered and ordered entries."""
    found = list(entries)
    if query.criteria is not None:
        matches = query.criteria.matches
        found = [entry for entry in found if matches(resolver(entry))]
    for path, descending in reversed(query.order):
        found.sort(key=lambda entry: _sort_key(resolver(entry)(path)), reverse=descending)
    return found


def _sort_key(value: Any) -> tuple[bool, Any]:
    return (value is not None, value.lower() if isinstance(value, str) else value)


# -- answers -------------------------------------------------------------------------------------------------------


def style_of(prefer: Preferences, expand: Expand, *, share_ical_uid: bool) -> Style:
    return Style(
        prefer=prefer,
        share_ical_uid=share_ical_uid,
        expanded=expand.properties,
        expand_extensions=expand.extensions,
    )


def shown(mailbox: Mailbox, entry: Entry, style: Style, names: tuple[str, ...], *, view: bool) -> Json:
    """One event of an answer, with ``$select`` applied."""
    document = event_json(mailbox, entry, style)
    if not names:
        return document
    document = select(document, names, view=view, original_start=entry.state.original_start or _own_start(entry))
    if not view and "cancelledOccurrences" in names:
        document["cancelledOccurrences"] = cancelled_list(document["id"], entry.item)
    return document


def _own_start(entry: Entry) -> datetime | None:
    return entry.start if entry.day is not None else None


def cancelled_list(master_id: str, item: Item) -> list[str]:
    """Fact: form of the values [doc, seen: OGCS], graph-calendar §7."""
    return [f"OID.{master_id}.{day.isoformat()}" for day in sorted(item.content.cancelled)]


def paged(
    entries: list[Entry], query: ListQuery, size: int, show: Callable[[Entry], Json], link: Callable[[int], str]
) -> Json:
    """One page with its ``@odata.nextLink``; ``link`` makes the address of the page after n entries."""
    found = arranged(entries, query)
    page = found[query.skip : query.skip + size]
    document: Json = {}
    if query.count:
        document["@odata.count"] = len(found)
    document["value"] = [show(entry) for entry in page]
    if query.skip + size < len(found):
        document["@odata.nextLink"] = link(query.skip + size)
    return document


@functools.lru_cache(maxsize=4096)
def address(base: str, path: str) -> str:
    """The address of a decoded path, for links."""
    return base + quote(path, safe="/()$'=@:-_.~")


def next_link(base: str, path: str, query: Iterable[tuple[str, str]], skip: int) -> str:
    """The same request with another ``$skip``."""
    kept = [(name, value) for name, value in query if name.lower() != "$skip"]
    return f"{address(base, path)}?{encoded([*kept, ('$skip', str(skip))])}"


def encoded(query: Iterable[tuple[str, str]]) -> str:
    """A query string as Graph writes its links."""
    return "&".join(f"{quote(name, safe='$')}={quote(value, safe='')}" for name, value in query)
