"""Watches changes travel: when the other side shows them, what that cost, and how both sides belong together."""

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.demo.items import Calendars, Item, differences
from simulator.demo.parent import Parent

_TICK_SECONDS = 0.1
#: Pairs are asked for this often while a change is on its way, and else.
_PAIRS_SECONDS, _PAIRS_IDLE_SECONDS = 0.25, 2.0
#: Calls are counted until this long after the arrival: confirmations and echoes belong to the change.
_COST_SECONDS = 2.0
_KEEP = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The product's pair of an activity and an event. ``state`` and ``reason`` are its codes."""

    activity: str | None
    mailbox: str
    event: str | None
    state: str
    reason: str | None


@dataclass(slots=True, kw_only=True)
class Change:
    """One change by a person. ``partner`` is known from before, or found when the product has made it."""

    number: int
    side: str
    what: str
    title: str
    key: str
    mailbox: str
    began: float
    calls_before: tuple[int, int]
    partner: str | None = None
    #: A change that has nothing to carry over is done at once.
    expects: bool = True
    seconds: float | None = None
    calls: tuple[int, int] = (0, 0)
    differs: tuple[str, ...] = ()
    settled: bool = False
    superseded: bool = False

    def shown(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "side": self.side,
            "what": self.what,
            "title": self.title,
            "key": self.key,
            "seconds": None if self.seconds is None else round(self.seconds, 2),
            "waiting": round(time.monotonic() - self.began, 1) if self.seconds is None else None,
            "calls": {"raynet": self.calls[0], "graph": self.calls[1]},
            "superseded": self.superseded,
        }


@dataclass(slots=True)
class Watch:
    """Owned by one thread of its own; others add changes and read."""

    calendars: Calendars
    parent: Parent
    changes: list[Change] = field(default_factory=list)
    pairs: tuple[Pair, ...] = ()
    _numbers: Callable[[], int] = field(default_factory=lambda: itertools.count(1).__next__)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _asked_at: float = 0.0
    _stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> "Watch":
        threading.Thread(target=self._run, name="watch", daemon=True).start()
        return self

    def stop(self) -> None:
        self._stopping.set()

    # --- what others call ---

    def begin(self) -> tuple[float, tuple[int, int]]:
        """To be taken right before a change is made."""
        return time.monotonic(), self.calendars.calls()

    def add(self, change: Change) -> Change:
        """Follow ``change``; earlier ones of the same item that are still on their way are answered by it."""
        with self._lock:
            for other in self.changes:
                if other.seconds is None and other.mailbox == change.mailbox and _same(other, change):
                    other.superseded, other.settled = True, True
            if not change.expects:
                change.seconds, change.settled = 0.0, True
            self.changes.append(change)
            del self.changes[: -_KEEP * 10]
        return change

    def next_number(self) -> int:
        return self._numbers()

    def waiting(self) -> list[Change]:
        with self._lock:
            return [one for one in self.changes if one.seconds is None and not one.superseded]

    def recent(self) -> list[dict[str, Any]]:
        """The newest first."""
        with self._lock:
            return [one.shown() for one in reversed(self.changes[-_KEEP:])]

    def partner(self, side: str, key: str, mailbox: str) -> str | None:
        """The other side's key by the product's pairs, open ones first."""
        for pair in self.pairs:
            if pair.mailbox == mailbox and pair.state != "closed":
                if side == "raynet" and pair.activity == key:
                    return pair.event
                if side == "outlook" and pair.event == key:
                    return pair.activity
        return None

    def ask_pairs(self) -> None:
        rows = self.parent.ask("pairs")
        if rows is not None:
            self.pairs = tuple(Pair(**row) for row in rows)
        self._asked_at = time.monotonic()

    # --- the thread ---

    def _run(self) -> None:
        while not self._stopping.wait(_TICK_SECONDS):
            self.look()

    def look(self) -> None:
        """Once around: pairs when they are old, every change that is on its way, costs of those that arrived."""
        waiting = self.waiting()
        patience = _PAIRS_SECONDS if waiting else _PAIRS_IDLE_SECONDS
        if self.parent.running.is_set() and time.monotonic() - self._asked_at > patience:
            self.ask_pairs()
        for change in waiting:
            if self._arrived(change):
                change.seconds = time.monotonic() - change.began
        calls = self.calendars.calls()
        for change in self.changes:
            if change.settled:
                continue
            change.calls = (calls[0] - change.calls_before[0], calls[1] - change.calls_before[1])
            if change.seconds is not None and time.monotonic() - change.began - change.seconds > _COST_SECONDS:
                change.settled = True

    def _arrived(self, change: Change) -> bool:
        change.partner = self.partner(change.side, change.key, change.mailbox) or change.partner
        own, other = self.both(change.side, change.key, change.partner, change.mailbox)
        activity, event = (own, other) if change.side == "raynet" else (other, own)
        if change.side == "outlook" and event is None:
            # The event was removed: the activity is cancelled or gone.
            change.differs = () if activity is None or not activity.lives else ("presence",)
        elif change.partner is None and not (own is None or not own.lives):
            change.differs = ("presence",)
        else:
            change.differs = differences(activity, event)
        return not change.differs

    def both(self, side: str, key: str, partner: str | None, mailbox: str) -> tuple[Item | None, Item | None]:
        """The item and its partner as they stand now."""
        if side == "raynet":
            return self.calendars.activity(key), self.calendars.event(mailbox, partner) if partner else None
        return self.calendars.event(mailbox, key), self.calendars.activity(partner) if partner else None


def _same(one: Change, other: Change) -> bool:
    return other.key in (one.key, one.partner) or (other.partner is not None and other.partner == one.key)
