"""What people do on both sides, at a rate, so that afterwards everybody can tell what must be where.

Each item carries a token and the number of its last edit in its title, and in its length the number of its last move.
Titles are edited on one side and times moved on the other, so that no two edits contradict: whatever is missing in the
end is lost, not beaten. Who deletes waits until both sides show the same, for an edit beats a deletion.
"""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from simulator.graph import ids
from simulator.graph.mailbox import Item as CalendarItem
from simulator.raynet.records import Activity
from tests.process import titles
from tests.process.index import Index, times_of
from tests.process.site import Person, SimFirm, Site

#: Every item's place in time is its own.
_STEP: Final = timedelta(minutes=10)
#: So many places there are before the window ends.
_PLACES: Final = 45_000


class Half(StrEnum):
    """One of the two remote sides."""

    RAYNET = "raynet"
    OUTLOOK = "outlook"


@dataclass(slots=True)
class Item:
    """One appointment as people left it."""

    number: int
    firm: SimFirm
    person: Person
    origin: Half
    #: Where its title is edited; its times are moved on the other side.
    title_side: Half
    start: datetime
    private: bool = False
    edits: int = 0
    moves: int = 0
    deleted: bool = False
    changed_at: float = 0.0

    @property
    def time_side(self) -> Half:
        """Where its times are moved."""
        return Half.OUTLOOK if self.title_side is Half.RAYNET else Half.RAYNET

    @property
    def title(self) -> str:
        return titles.title(self.number, self.edits, private=self.private)

    @property
    def when(self) -> tuple[datetime, datetime]:
        return titles.when(self.start, self.moves)

    def shown_by(self, activity: Activity) -> bool:
        return (activity.title, (activity.scheduled_from, activity.scheduled_till)) == (self.title, self.when)

    def shown_in(self, event: CalendarItem) -> bool:
        return (event.content.state.subject, times_of(event.content.state)) == (self.title, self.when)


#: Longer than a killed worker's successor takes to settle what was open.
CALM_SECONDS: Final = 12.0
#: What people do, and how often.
MIX: Final = {"create": 25, "title": 30, "move": 30, "delete": 12, "private": 3}


@dataclass(slots=True)
class Load:
    """``with Load(site, rate) as load``: changes come from a thread until the block ends."""

    site: Site
    rate: float = 5.0
    mix: dict[str, int] = field(default_factory=lambda: dict(MIX))
    seed: int = 0
    #: Only what has been calm for so long is deleted. A write that arrived but was never confirmed, because its process
    #: was killed, is indistinguishable from an edit made beside the deletion, and an edit beats a deletion.
    calm_seconds: float = 0.0
    #: No more items than this live at once; then creating becomes editing.
    most: int = 2000
    items: list[Item] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    _random: random.Random = field(default_factory=random.Random)
    _stop: threading.Event = field(default_factory=threading.Event)
    _pause: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _open: list[Item] = field(default_factory=list)
    failure: BaseException | None = None
    index: Index = field(init=False)

    def __post_init__(self) -> None:
        self._random.seed(self.seed)
        self.index = Index(self.site)

    def __enter__(self) -> "Load":
        self._thread = threading.Thread(target=self._run, name="load", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self.failure is not None:
            raise self.failure

    def hold(self, *, on: bool) -> None:
        """Nobody does anything while it is on."""
        (self._pause.set if on else self._pause.clear)()

    def _run(self) -> None:
        due = time.monotonic()
        try:
            while not self._stop.is_set():
                if self._pause.is_set():
                    self._stop.wait(0.05)
                    due = time.monotonic()
                    continue
                self.act()
                due += self._random.expovariate(self.rate)
                # Who was held up does not make up for it at once.
                due = max(due, time.monotonic() - 1.0)
                self._stop.wait(max(0.0, due - time.monotonic()))
        except BaseException as error:  # noqa: BLE001  # told where the load is stopped
            self.failure = error

    # --- what people do ---

    def burst(self, number: int) -> None:
        """So many changes at once."""
        for _ in range(number):
            self.act()

    def act(self, kind: str | None = None) -> str:
        """One change; which it was."""
        with self.site.world.lock:
            wanted = kind or self._random.choices(list(self.mix), list(self.mix.values()))[0]
            if wanted == "create" and len(self._open) >= self.most:
                wanted = "title"
            done = wanted if wanted in ("create", "private") else self._change(wanted)
            if done in ("create", "private"):
                self._create(private=done == "private")
            self.done[done] += 1
            return done

    def place(self, firm: SimFirm) -> Item:
        """A new item of that firm."""
        with self.site.world.lock:
            self.done["create"] += 1
            return self._create(firm=firm)

    def place_twin(self, firm: SimFirm, person: Person) -> Item:
        """A new item that stands on both sides already, as people had entered it twice."""
        with self.site.world.lock:
            self.done["twin"] += 1
            item = self._new_item(firm, person, Half.RAYNET)
            # Nobody edits it: twins that differ before they have met are no twins.
            self._open.pop()
            start, end = item.when
            person.ui.create("meeting", title=item.title, start=start, end=end)
            person.outlook.create(item.title, start, end)
            return item

    def place_alone(self, firm: SimFirm, person: Person) -> Item:
        """A new item in that person's calendar in Outlook."""
        with self.site.world.lock:
            self.done["create"] += 1
            item = self._new_item(firm, person, Half.OUTLOOK)
            person.outlook.create(item.title, *item.when)
            return item

    def change(self, item: Item, kind: str) -> bool:
        """Edit or move that very item; whether it stood where that is done."""
        with self.site.world.lock:
            done = self._edited(item, kind)
            self.done[kind] += done
            return done

    def _create(self, *, private: bool = False, firm: SimFirm | None = None) -> Item:
        firm = firm or self._random.choice(self.site.firms)
        person = self._random.choice(firm.people)
        origin = Half.OUTLOOK if private else self._random.choice(list(Half))
        item = self._new_item(firm, person, origin, private=private)
        start, end = item.when
        if origin is Half.RAYNET:
            person.ui.create("meeting", title=item.title, start=start, end=end)
        else:
            more = {"sensitivity": "private"} if private else {}
            person.outlook.create(item.title, start, end, **more)
        return item

    def _new_item(self, firm: SimFirm, person: Person, origin: Half, *, private: bool = False) -> Item:
        """At a time of its own."""
        number = len(self.items) + 1
        tomorrow = (self.site.world.clock() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        item = Item(
            number=number,
            firm=firm,
            person=person,
            origin=origin,
            title_side=Half.OUTLOOK if private else self._random.choice(list(Half)),
            start=tomorrow + (number % _PLACES) * _STEP,
            private=private,
            changed_at=time.monotonic(),
        )
        self.items.append(item)
        if not private:
            self._open.append(item)
        return item

    def _change(self, kind: str) -> str:
        """An edit, a move or a deletion of an item that is there on the side where it is to happen; else a new one."""
        for _ in range(6 if self._open else 0):
            item = self._random.choice(self._open)
            if kind == "delete":
                if self._deleted(item):
                    return kind
            elif self._edited(item, kind):
                return kind
        return "create" if len(self._open) < self.most else "nothing"

    def _edited(self, item: Item, kind: str) -> bool:
        in_raynet = (item.title_side is Half.RAYNET) == (kind == "title")
        activities, events = self.index.activities(item.firm, item.number), self.index.events(item.person, item.number)
        if not (activities if in_raynet else events):
            return False
        item.edits += kind == "title"
        item.moves += kind == "move"
        item.changed_at = time.monotonic()
        start, end = item.when
        if in_raynet:
            changes = {"title": item.title} if kind == "title" else {"scheduled_from": start, "scheduled_till": end}
            item.person.ui.edit(activities[-1].ref, **changes)
        elif kind == "title":
            item.person.outlook.edit(self.event_id(item, events[-1]), subject=item.title)
        else:
            item.person.outlook.move_in_time(self.event_id(item, events[-1]), start, end)
        return True

    def _deleted(self, item: Item) -> bool:
        if time.monotonic() - item.changed_at < self.calm_seconds:
            return False
        activities, events = self.index.activities(item.firm, item.number), self.index.events(item.person, item.number)
        if not activities or not events or not (item.shown_by(activities[-1]) and item.shown_in(events[-1])):
            return False
        item.deleted = True
        item.changed_at = time.monotonic()
        if self._random.random() < 0.5:
            item.person.ui.delete(activities[-1].ref)
        else:
            item.person.outlook.delete(self.event_id(item, events[-1]))
        self._open.remove(item)
        return True

    @staticmethod
    def event_id(item: Item, event: CalendarItem) -> str:
        """The immutable id."""
        return ids.encode(item.person.mailbox.id, event.number, None)
