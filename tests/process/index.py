"""Where each of the harness's items stands on both sides, followed through the histories as they grow."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from simulator.graph.mailbox import Item as CalendarItem
from simulator.graph.state import EventState
from simulator.raynet.records import Activity, Ref
from tests.process.site import Person, SimFirm, Site
from tests.process.titles import number_of


@dataclass(slots=True)
class Index:
    """The world's lock is held by whoever asks."""

    site: Site
    _seen: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _refs: dict[int, list[Ref]] = field(default_factory=lambda: defaultdict(list))
    _events: dict[int, list[CalendarItem]] = field(default_factory=lambda: defaultdict(list))

    def activities(self, firm: SimFirm, number: int) -> list[Activity]:
        """Records of that item that stand in somebody's calendar."""
        self._follow(firm)
        found = (firm.raynet.activity(ref) for ref in self._refs[number])
        return [one for one in found if one is not None and living_activity(one)]

    def events(self, person: Person, number: int) -> list[CalendarItem]:
        """Events of that item in that person's calendar."""
        self._follow_calendar(person)
        return [one for one in self._events[number] if one.content.alive and not one.content.state.is_cancelled]

    def ever_activities(self, number: int) -> list[Ref]:
        """Also those that are gone."""
        return self._refs[number]

    def ever_events(self, number: int) -> list[CalendarItem]:
        return self._events[number]

    def _follow(self, firm: SimFirm) -> None:
        history = firm.raynet.history
        for entry in history[self._seen[firm.raynet.name] :]:
            found = number_of(entry.after.title) if entry.after is not None else None
            if found is not None and entry.after is not None and entry.after.ref not in self._refs[found[0]]:
                self._refs[found[0]].append(entry.after.ref)
        self._seen[firm.raynet.name] = len(history)

    def _follow_calendar(self, person: Person) -> None:
        items, after = person.mailbox.items, self._seen[person.mailbox.id]
        for number in range(after + 1, len(items) + 1):
            found = number_of(items[number].content.state.subject)
            if found is not None:
                self._events[found[0]].append(items[number])
        self._seen[person.mailbox.id] = len(items)


def living_activity(one: Activity) -> bool:
    """Whether it stands in somebody's calendar."""
    return one.status != "CANCELLED" and one.scheduled_from is not None


def times_of(state: EventState) -> tuple[datetime, datetime]:
    """As aware instants."""
    return state.start.replace(tzinfo=UTC), state.end.replace(tzinfo=UTC)
