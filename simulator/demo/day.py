"""A working day of changes on both sides, played by the firm's five people over the running product."""

import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from enum import StrEnum
from typing import Any

from simulator.demo.items import PRAGUE, Item, differences, without_key
from simulator.demo.page import Page
from simulator.demo.watch import Change
from simulator.raynet.records import KINDS
from simulator.seed import SeedUser, SmallFirm

#: The product promises 15 s without push; after this long a change counts as not arrived.
_PATIENCE_SECONDS = 25.0
_PAUSE_SECONDS = 0.35
_WINDOW = (10, 40)
#: Raynet rings at most once a second: echoes of our own writes ring for a while after the last change.
_DRAIN_SECONDS = 40.0
Move = tuple[SeedUser, str, str, dict[str, Any]]


class DayLength(StrEnum):
    """How much is played."""

    FULL = "full"
    SHORT = "short"


_IDLE_SECONDS = {DayLength.FULL: 16.0, DayLength.SHORT: 4.0}


class Day:
    """Plays, waits, counts. The report holds figures only."""

    def __init__(self, firm: SmallFirm, page: Page, resting: Callable[[], None], stopping: threading.Event) -> None:
        """``resting`` is called when the last change has come to rest and only idleness is measured."""
        self._firm = firm
        self._calendars = page.calendars
        self._watch = page.watch
        self._actions = page.actions
        self._resting = resting
        self._stopping = stopping
        self._random = random.Random(page.calendars.world.seed)
        #: Working days from tomorrow on: nothing that the seed completes or freezes lies there.
        self._days = _working_days(datetime.now(PRAGUE).date() + timedelta(days=1), 8)

    def play(self, length: DayLength, *, push: bool) -> dict[str, Any]:
        """The figures of one part, with or without push."""
        whole = length is DayLength.FULL and push
        before, began = self._calendars.calls(), time.monotonic()
        changes: list[Change] = []
        # Two rounds: what the first made is moved, renamed, completed and deleted in the second.
        for step in self._steps(whole=whole):
            if self._stopping.is_set():
                break
            changes.append(self._actions.do(*step))
            self._stopping.wait(_PAUSE_SECONDS)
        self._settle()
        conflicts = self._conflicts() if whole else []
        self._settle()
        took = time.monotonic() - began
        self._drain()
        calls = _minus(self._calendars.calls(), before)
        self._resting()
        idle = self._idle(_IDLE_SECONDS[length])
        found = self._compare()
        return {
            "push": push,
            "seconds": round(took, 1),
            "changes": len(changes) + len(conflicts),
            "arrived": sum(1 for one in changes if one.seconds is not None or one.superseded) + len(conflicts),
            "raynet_to_outlook": _spread(_seconds(changes, "raynet")),
            "outlook_to_raynet": _spread(_seconds(changes, "outlook")),
            "calls_per_change": _per(calls, len(changes) + len(conflicts)),
            "idle_calls_per_hour": idle,
            "mails": self._calendars.mails(),
            **found,
        }

    # --- what happens in the day ---

    def _steps(self, *, whole: bool) -> Iterator[Move]:
        """Lazily: later steps speak of what earlier ones made."""
        made: list[tuple[SeedUser, str, Change]] = []
        kinds = KINDS if whole else ("meeting", "task", "event")
        for number, kind in enumerate(kinds):
            user = self._firm.users[number % len(self._firm.users)]
            yield user, "raynet", "create", self._slot(number, f"Ukázka: {_NAMES[kind]}", kind=kind)
            made.append((user, "raynet", self._watch.changes[-1]))
        for number in range(5 if whole else 2):
            user = self._firm.users[(number + 2) % len(self._firm.users)]
            yield user, "outlook", "create", self._slot(number + 8, f"Ukázka z Outlooku {number + 1}")
            made.append((user, "outlook", self._watch.changes[-1]))
        user = self._firm.users[3]
        yield user, "outlook", "create", self._slot(14, "Lékař", private=True)
        if whole:
            yield user, "outlook", "create", self._slot(15, "Veletrh", all_day=True)
            yield self._firm.users[4], "outlook", "create", self._slot(16, "Porada na dálku")
            yield self._firm.users[4], "outlook", "teams", {"key": self._watch.changes[-1].key}
        self._settle()
        yield from self._second_round(made, whole=whole)

    def _second_round(self, made: Sequence[tuple[SeedUser, str, Change]], *, whole: bool) -> Iterator[Move]:
        raynet = [one for one in made if one[1] == "raynet"]
        outlook = [one for one in made if one[1] == "outlook"]
        for number, (user, _, change) in enumerate(raynet):
            what = ("move", "title", "complete", "cancel", "delete", "move")[number]
            yield user, "raynet", what, self._edit(change, number + 20)
        for number, (user, _, change) in enumerate(outlook):
            what = ("move", "title", "delete", "private", "move")[number]
            yield user, "outlook", what, self._edit(change, number + 30)
        if whole:
            # On the other side of where it was made.
            user, _, change = raynet[0]
            partner = self._watch.partner("raynet", change.key, user.directory_id)
            yield user, "outlook", "title", {"key": partner, "title": "Ukázka: přejmenováno v Outlooku"}
            user, _, change = outlook[1]
            partner = self._watch.partner("outlook", change.key, user.directory_id)
            yield user, "raynet", "move", {"key": partner, **self._slot(40, "")}

    def _conflicts(self) -> list[Change]:
        """Both sides rename the same item at once: Raynet's title stays, the other one goes to the journal."""
        changes = []
        chosen = [c for c in self._watch.changes if c.what == "create" and c.side == "raynet"][:1]
        for change in chosen:
            user = next(one for one in self._firm.users if one.directory_id == change.mailbox)
            partner = self._watch.partner("raynet", change.key, change.mailbox)
            if partner is not None:
                self._actions.do(user, "outlook", "title", {"key": partner, "title": "Název z Outlooku"})
                edit = {"key": change.key, "title": "Název z Raynetu"}
                changes.append(self._actions.do(user, "raynet", "title", edit))
        return changes

    def _slot(self, number: int, title: str, **more: Any) -> dict[str, Any]:
        """A time of its own for every number."""
        day = self._days[number % len(self._days)]
        start = datetime.combine(day, clock_time(7 + number // len(self._days), 0))
        end = start + (timedelta(days=1) if more.get("all_day") else timedelta(minutes=45))
        return {"title": title, "start": start.isoformat(), "end": end.isoformat(), **more}

    def _edit(self, change: Change, number: int) -> dict[str, Any]:
        slot = self._slot(number, f"{change.title} (upraveno)")
        return {"key": change.key, **slot}

    # --- waiting and counting ---

    def _settle(self) -> None:
        """Until everything has arrived, or patience is over."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while self._watch.waiting() and time.monotonic() < end and not self._stopping.wait(0.1):
            continue

    def _drain(self) -> None:
        """Until nothing rings any more and the last echo was looked at."""
        world, end = self._calendars.world, time.monotonic() + _DRAIN_SECONDS
        while time.monotonic() < end and not self._stopping.wait(0.2):
            with world.lock:
                ringing = world.raynet.next_push_at() or world.graph.notifications.next_due()
            if ringing is None:
                break
        self._stopping.wait(2.0)

    def _idle(self, seconds: float) -> dict[str, float]:
        """Calls while nobody does anything, per hour."""
        before, began = self._calendars.calls(), time.monotonic()
        self._stopping.wait(seconds)
        hours = (time.monotonic() - began) / 3600
        raynet, graph = _minus(self._calendars.calls(), before)
        return {"measured_seconds": seconds, "raynet": round(raynet / hours), "graph": round(graph / hours)}

    def _compare(self) -> dict[str, Any]:
        """Every item of every seat, in the days around: with its partner, and equal to it."""
        self._watch.ask_pairs()
        differing: Counter[str] = Counter()
        doubles = 0
        first = datetime.now(PRAGUE).date() - timedelta(days=_WINDOW[0])
        days = sum(_WINDOW)
        for user in self._firm.users:
            activities = [one for one in self._calendars.raynet(user, first, days) if one.lives]
            events = self._calendars.outlook(user, first, days)
            doubles += _doubles(events) + _doubles(activities)
            self._differing(user, activities, events, differing)
        return {"duplicates": doubles, "differences": differing.total(), "differing": dict(differing)}

    def _differing(self, user: SeedUser, activities: list[Item], events: list[Item], found: Counter[str]) -> None:
        for item in [*activities, *events]:
            if item.recurring or item.unanswered:
                continue
            partner = self._watch.partner(item.side, item.key, user.directory_id)
            own, other = self._watch.both(item.side, item.key, partner, user.directory_id)
            found.update(differences(*((own, other) if item.side == "raynet" else (other, own))))
            if partner is None:
                found["unpaired"] += 1


_NAMES = {
    "task": "úkol",
    "meeting": "schůzka",
    "event": "událost",
    "phoneCall": "telefonát",
    "email": "e-mail",
    "letter": "dopis",
}


def _working_days(first: date, count: int) -> list[date]:
    days = (first + timedelta(days=number) for number in range(count * 2))
    return [day for day in days if day.weekday() < 5][:count]


def _doubles(items: Sequence[Item]) -> int:
    """Items beyond the first of those that a person could not tell apart."""
    return sum(count - 1 for count in Counter(map(without_key, items)).values())


def _seconds(changes: Sequence[Change], side: str) -> list[float]:
    return [one.seconds for one in changes if one.side == side and one.expects and one.seconds is not None]


def _spread(seconds: Sequence[float]) -> dict[str, float | int | None]:
    """Count, median, 95th percentile and maximum, in seconds."""
    if not seconds:
        return {"count": 0, "p50": None, "p95": None, "max": None}
    ordered = sorted(seconds)
    rank: Callable[[float], float] = lambda share: ordered[min(len(ordered) - 1, int(len(ordered) * share))]  # noqa: E731
    figures = {"p50": statistics.median(ordered), "p95": rank(0.95), "max": ordered[-1]}
    return {"count": len(ordered), **{name: round(value, 2) for name, value in figures.items()}}


def _minus(after: tuple[int, int], before: tuple[int, int]) -> tuple[int, int]:
    return after[0] - before[0], after[1] - before[1]


def _per(calls: tuple[int, int], count: int) -> dict[str, float]:
    return {"raynet": round(calls[0] / max(1, count), 2), "graph": round(calls[1] / max(1, count), 2)}
