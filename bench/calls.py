"""B1, B2, B3: how many calls one change costs, alone and in a burst, and what our own writes cost when they come back.

The mix: 40 % updates in Raynet, 40 % updates in Outlook, 10 % creates and 10 % deletions, half on each side. Counted is
every call but the readings that the floor of polling demands anyway: those are counted by :mod:`bench.idle`.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from server.domain.state import Side
from simulator.raynet.records import Ref
from tests.support.turning import Calls, Turning, prove_push, turning

T = TypeVar("T")
#: One round of the mix: ten changes to each side, in an order that alternates.
MIX = ("R~", "O~") * 8 + ("R+", "O+", "R-", "O-")
#: Everything of a change has come back within this time.
BETWEEN_SECONDS = (37.0, 49.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What so many changes cost."""

    changes: int
    calls: Calls
    #: Calls of turns that only our own writes' announcements woke.
    echo: Calls
    writes: int

    @property
    def per_change(self) -> float:
        return self.calls.total / self.changes

    @property
    def echo_reads_per_write(self) -> float:
        return self.echo.reads / self.writes if self.writes else 0.0


class People:
    """Somebody who changes things on both sides; each item is touched once in a burst."""

    def __init__(self, made: Turning, *, items: int) -> None:
        self._made = made
        self._person = next(iter(made.rig.people.values()))
        self._number = 0
        self.activities: list[Ref] = []
        self.events: list[str] = []
        start = made.rig.clock() + timedelta(days=1)
        for number in range(items):
            at = start + timedelta(hours=number)
            self.activities.append(self._person.ui.create("meeting", start=at, title=f"A {number}").ref)
            self.events.append(self._person.outlook.create(f"E {number}", at, at + timedelta(minutes=30)))

    def change(self, what: str) -> None:
        """``R`` or ``O`` is the side; ``~`` an update, ``+`` a create, ``-`` a deletion."""
        self._number += 1
        number, ui, outlook = self._number, self._person.ui, self._person.outlook
        at = self._made.rig.clock() + timedelta(days=30, hours=number)
        acts: dict[str, Callable[[], object]] = {
            "R~": lambda: ui.edit(self._next(self.activities), title=f"A' {number}"),
            "O~": lambda: outlook.edit(self._next(self.events), subject=f"E' {number}"),
            "R+": lambda: self.activities.append(ui.create("meeting", start=at, title=f"A+ {number}").ref),
            "O+": lambda: self.events.append(outlook.create(f"E+ {number}", at, at + timedelta(minutes=30))),
            "R-": lambda: ui.delete(self.activities.pop(0)),
            "O-": lambda: outlook.delete(self.events.pop(0)),
        }
        acts[what]()

    def _next(self, items: list[T]) -> T:
        items.append(items.pop(0))
        return items[-1]


def isolated(folder: Path, *, rounds: int = 2) -> Spent:
    """B1: each change alone, carried over and settled before the next one."""
    with turning(folder, people=("jana",)) as made:
        people = settled(made, items=12)
        first, changes = len(made.turns), 0
        draw = random.Random(1)
        for what in MIX * rounds:
            _between_readings(made)
            people.change(what)
            made.run_for(draw.uniform(*BETWEEN_SECONDS))
            changes += 1
        return _spent(made, first, changes)


def burst(folder: Path, *, size: int = 50, bursts: int = 2) -> Spent:
    """B2: fifty changes within a second in one instance and one mailbox, then quiet until all is carried over."""
    with turning(folder, people=("jana",)) as made:
        people = settled(made, items=size)
        first, changes, position = len(made.turns), 0, 0
        for _ in range(bursts):
            for _ in range(size):
                people.change(MIX[position % len(MIX)])
                position += 1
                made.rig.clock.advance(seconds=1.0 / size)
            changes += size
            made.run_for(400)
        return _spent(made, first, changes)


def one_way(folder: Path, what: str, *, times: int = 5) -> Spent:
    """The cost of one kind of change alone."""
    with turning(folder, people=("jana",)) as made:
        people = settled(made, items=times + 2)
        draw, first = random.Random(1), len(made.turns)
        for _ in range(times):
            _between_readings(made)
            people.change(what)
            made.run_for(draw.uniform(*BETWEEN_SECONDS))
        return _spent(made, first, times)


def _between_readings(made: Turning) -> None:
    """Past a reading of the floor that is near: a change that it finds would cost none of its own."""
    left = (made.due_at - made.rig.clock()).total_seconds() if made.due_at is not None else 0.0
    if left < 8.0:
        made.run_for(left + 1.0)


def settled(made: Turning, *, items: int) -> People:
    """Items on both sides that are paired and quiet. Raynet's own pacing would make their announcements late ones."""
    switches = made.rig.raynet.switches
    pacing, switches.webhook_pacing = switches.webhook_pacing, "none"
    prove_push(made)
    people = People(made, items=items)
    made.run_for(100)
    switches.webhook_pacing = pacing
    made.run_for(130)
    if made.proven() != set(Side):
        raise RuntimeError("push was not proven")
    return people


def _spent(made: Turning, first: int, changes: int) -> Spent:
    """Every turn from number ``first`` on. A turn without a write that rang reads what only announcements told."""
    turns = made.turns[first:]
    echo = sum((one.caused for one in turns if one.rang and not one.calls.writes), Calls())
    calls = sum((one.caused for one in turns), Calls())
    return Spent(changes=changes, calls=calls, echo=echo, writes=calls.writes)
