"""What both sides show of a record, in the oracle's own plain form, and each change of it as a moment.

Texts are compared in a form of the oracle's own, so that a mistake in the product's normal forms cannot hide itself. An
all-day event is its midnights in Prague, which is the zone of every API user here.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from server.domain.state import Conflict
from simulator.graph.state import Content, EventState
from simulator.raynet.records import Activity
from tests.support.oracle import text_of

PRAGUE = ZoneInfo("Europe/Prague")
PLACEHOLDER = "probíhá zápis"
FIELDS = ("title", "when", "description", "place", "priority")
_PRIORITIES = {"low": "MINOR", "normal": "DEFAULT", "high": "CRITICAL"}
WITH_PLACE = ("meeting", "event")

Place = tuple[str, str]
Shown = dict[str, Any]
#: What is the user's or Teams' alone in an Outlook body: never carried, never touched.
_FOREIGN = re.compile(
    r'(?is)<table.*?</table>|<br><div style="width:100%">.*?</div><div class="me-email-text".*?</div>'
)
plain = lru_cache(maxsize=4096)(text_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One change of one record. ``by``: human, app or server; ``after`` None = it stands in no calendar any more."""

    at: datetime
    order: int
    by: str
    before: Shown | None
    after: Shown | None
    place: Place
    #: The fields before the change though the record stood in no calendar.
    was: Shown | None = None
    version: int = 0
    private: bool = False
    #: A type change, which some instances make a new record of.
    moved: bool = False
    #: A whole day became its own hours, or these a day: the same instants.
    turned: bool = False


def _instants(start: datetime | None, end: datetime | None) -> tuple[datetime, datetime] | None:
    if start is None:
        return None
    start = start.replace(microsecond=0)
    return start, (end or start).replace(microsecond=0)


def fields_of(activity: Activity) -> Shown:
    return {
        "title": plain(activity.title),
        "when": _instants(activity.scheduled_from, activity.scheduled_till),
        "description": plain(activity.description),
        "place": plain(activity.meeting_place) if activity.kind in WITH_PLACE else None,
        "priority": activity.priority,
    }


def activity_shown(activity: Activity | None) -> Shown | None:
    """The common fields; None while the record stands in nobody's calendar."""
    if activity is None or activity.status in ("CANCELLED", "NEW") or activity.scheduled_from is None:
        return None
    return fields_of(activity)


def event_shown(state: EventState) -> Shown | None:
    """The common fields of an event as its owner sees them; None once it is cancelled."""
    if state.is_cancelled:
        return None
    if state.is_all_day:
        days = (datetime.combine(one.date(), time(), tzinfo=PRAGUE) for one in (state.start, state.end))
        begin, end = (one.astimezone(UTC) for one in days)
    else:
        begin, end = state.start.replace(tzinfo=UTC), state.end.replace(tzinfo=UTC)
    return {
        "title": plain(state.subject),
        "when": _instants(begin, end),
        "description": plain(_FOREIGN.sub(" ", state.body)),
        "place": plain(state.places[0].display_name) if state.places else "",
        "priority": _PRIORITIES[state.importance],
    }


def content_shown(content: Content | None) -> Shown | None:
    return event_shown(content.state) if content is not None and content.alive else None


def superseded(later: list[Moment], moment: Moment, name: str, value: object) -> bool:
    """Somebody who saw this value changed it or took the record away; Exchange itself counts in its own place."""
    for one in later:
        if one.by == "app" or (one.by == "server" and one.place != moment.place):
            continue
        before = one.before or one.was
        if before is not None and before[name] == value and (one.after or {}).get(name) != value:
            return True
    return False


def thrown_away(moments: list[Moment], name: str, value: object) -> bool:
    """Who removed the record of one side for good read this value in it; the other side's was set back to it only."""
    ends = {one.place: one for one in moments}.values()
    removed = (one for one in ends if one.by == "human" and one.after is None and not one.moved)
    return any(one.before is not None and one.before[name] == value for one in removed)


def timed_anew(later: list[Moment]) -> bool:
    """Somebody gave a record without a time one: its event showed the block of its deadline until then."""
    saves = (one for one in later if one.by == "human" and one.place[0] == "raynet")
    return any(one.before is None and one.was is not None and one.after is not None for one in saves)


def journalled(journal: list[Conflict], name: str, value: object) -> bool:
    for one in journal:
        if one.field.value != name:
            continue
        for text in (one.lost, one.kept if one.restored_at is not None else None):
            if text is None:
                continue
            if name == "when" and isinstance(value, tuple):
                if _journal_when(text) == value:
                    return True
            elif name == "priority":
                if text.upper() == str(value).upper():
                    return True
            elif plain(text) == value:
                return True
    return False


def _journal_when(text: str) -> tuple[datetime, datetime] | None:
    parts = text.split("/")
    try:
        found = [datetime.fromisoformat(part) for part in parts]
    except ValueError:
        return None
    if len(found) != 2:
        return None
    zone = PRAGUE if all("T" not in part for part in parts) else UTC
    begin, end = ((one if one.tzinfo is not None else one.replace(tzinfo=zone)).astimezone(UTC) for one in found)
    return begin.replace(microsecond=0), end.replace(microsecond=0)
