"""Items as the page and the comparison see them: both systems' records in one shape, times as Prague wall clock."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from simulator.graph.state import EventState
from simulator.raynet.records import Activity, Ref
from simulator.seed import SeedUser
from simulator.world import World

PRAGUE = ZoneInfo("Europe/Prague")
_PRIORITIES = {"MINOR": "low", "DEFAULT": "normal", "CRITICAL": "high"}
#: The product's category for what is completed.
DONE_CATEGORY = "hotovo"
_PLACED = frozenset({"meeting", "event"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """``key`` is ``meeting:7`` in Raynet, the event's id in Outlook. All-day items run from midnight to midnight."""

    side: str
    key: str
    title: str
    start: datetime
    end: datetime
    all_day: bool
    kind: str = "event"
    status: str = "SCHEDULED"
    private: bool = False
    done: bool = False
    importance: str = "normal"
    place: str = ""
    #: Name of the client it concerns, where there is one.
    client: str = ""
    online: bool = False
    recurring: bool = False
    #: Somebody else's invitation that the owner has not accepted: not carried over by default.
    unanswered: bool = False

    @property
    def lives(self) -> bool:
        """Whether it takes time in a calendar: a cancelled one stands there crossed out."""
        return self.status != "CANCELLED"


def wall(moment: datetime) -> datetime:
    """Prague wall clock, naive: what a person reads on the page."""
    return moment.astimezone(PRAGUE).replace(tzinfo=None)


def instant_of(text: str) -> datetime:
    """A wall clock text of the page as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=PRAGUE).astimezone(UTC)


def activity_item(activity: Activity) -> Item | None:
    """None without a time."""
    if activity.scheduled_from is None:
        return None
    start = wall(activity.scheduled_from)
    end = wall(activity.scheduled_till) if activity.scheduled_till is not None else start + timedelta(hours=1)
    midnight = time(0)
    return Item(
        side="raynet",
        key=f"{activity.kind}:{activity.id}",
        title=activity.title,
        start=start,
        end=end,
        all_day=start.time() == midnight and end.time() == midnight and end > start,
        kind=activity.kind,
        status=activity.status,
        private=activity.personal,
        done=activity.status == "COMPLETED",
        importance=_PRIORITIES.get(activity.priority, "normal"),
        place=activity.meeting_place or "",
    )


def event_item(key: str, state: EventState) -> Item:
    """An all-day event stands for its dates, whatever the zone."""
    start, end = state.start.replace(tzinfo=None), state.end.replace(tzinfo=None)
    if not state.is_all_day:
        start, end = wall(start.replace(tzinfo=UTC)), wall(end.replace(tzinfo=UTC))
    else:
        start, end = datetime.combine(start.date(), time(0)), datetime.combine(end.date(), time(0))
    return Item(
        side="outlook",
        key=key,
        title=state.subject or "",
        start=start,
        end=end,
        all_day=state.is_all_day,
        private=state.sensitivity in ("private", "personal", "confidential"),
        done=any(DONE_CATEGORY in category.lower() for category in state.categories),
        importance=state.importance,
        place=", ".join(place.display_name for place in state.places),
        online=state.online is not None,
        recurring=state.kind != "singleInstance",
        unanswered=not state.is_organizer and state.response not in ("accepted", "organizer"),
    )


class Calendars:
    """Both calendars of the seats. Every method takes the world's lock by itself."""

    def __init__(self, world: World, instance: str) -> None:
        self.world = world
        self.instance = instance

    def raynet(self, user: SeedUser, day: date, days: int) -> list[Item]:
        with self.world.lock:
            ui = self.world.raynet.instance(self.instance).ui(user.login)
            start, end = _span(day, days)
            found = [(activity_item(one), self._client(one)) for one in ui.calendar(start, end)]
        return [replace(item, client=client) for item, client in found if item is not None]

    def _client(self, activity: Activity) -> str:
        shown = self.world.raynet.instance(self.instance).reference("company", activity.company)
        return str(shown.get("name") or "") if shown is not None else ""

    def outlook(self, user: SeedUser, day: date, days: int) -> list[Item]:
        first, last = datetime.combine(day, time(0)), datetime.combine(day + timedelta(days=days), time(0))
        with self.world.lock:
            events = self.world.graph.mailbox(user.mailbox).user.events()
            items = [event_item(key, state) for key, state in events.items() if not state.is_cancelled]
        inside = [item for item in items if item.start < last and item.end > first]
        return sorted(inside, key=lambda item: (item.start, item.key))

    def activity(self, key: str) -> Item | None:
        """Whoever's it is; None when it is gone or has no time."""
        kind, _, number = key.partition(":")
        with self.world.lock:
            found = self.world.raynet.instance(self.instance).activity(Ref(kind, int(number)))
            return activity_item(found) if found is not None else None

    def event(self, mailbox: str, key: str) -> Item | None:
        with self.world.lock:
            state = self.world.graph.mailbox(mailbox).user.events().get(key)
            return event_item(key, state) if state is not None and not state.is_cancelled else None

    def calls(self) -> tuple[int, int]:
        """Requests that Raynet and Graph have had from the product."""
        with self.world.lock:
            calls = self.world.raynet.instance(self.instance).calls
            return calls.reads + calls.writes, self.world.graph.counting.calls

    def mails(self) -> int:
        """Mails that our application caused; people may write to each other."""
        with self.world.lock:
            return sum(1 for mail in self.world.graph.mails if mail.by.kind != "human")


def _span(day: date, days: int) -> tuple[datetime, datetime]:
    start = datetime.combine(day, time(0), tzinfo=PRAGUE)
    end = datetime.combine(day + timedelta(days=days), time(0), tzinfo=PRAGUE)
    return start.astimezone(UTC), end.astimezone(UTC)


def differences(activity: Item | None, event: Item | None) -> tuple[str, ...]:
    """Names of what does not agree; empty when both sides say the same by the default rules."""
    if activity is None or not activity.lives:
        return ("presence",) if event is not None else ()
    if event is None:
        return ("presence",)
    found = []
    if event.private:
        # Only the time is carried over: a private text must not stand in Raynet.
        found += ["private"] if _same_text(activity.title, event.title) else []
    elif not _same_text(activity.title[:255], event.title):
        found.append("title")
    if (activity.start, activity.end, activity.all_day) != (event.start, event.end, event.all_day):
        found.append("time")
    if activity.importance != event.importance:
        found.append("priority")
    if activity.done != event.done:
        found.append("done")
    if activity.kind in _PLACED and not event.private and activity.place.strip() != event.place.strip():
        found.append("place")
    return tuple(found)


def _same_text(left: str, right: str) -> bool:
    return unicodedata.normalize("NFC", left).strip() == unicodedata.normalize("NFC", right).strip()


def without_key(item: Item) -> Item:
    """For finding doubles: two of these are equal when a person could not tell them apart."""
    return replace(item, key="", done=False, client="")
