"""Passes in simulated time in which each remote call takes its time and what goes side by side overlaps.

A discrete simulation: of all flows that could go on, the earliest goes on next. Calls wait for one of their firm's
slots at Raynet or their mailbox's at Graph, as the product's governors make them wait. People act while passes run.
"""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from server.flow import Done, Failed, Flow, Gather, Op, Sleep
from server.ports.graph import CreateEvent, DeleteEvent, UpdateEvent
from server.ports.raynet import CreateActivity, DeleteActivity, UpdateActivity
from server.raynet.gateway import RAYNET_OPS
from server.wiring import Engine
from simulator.clock import ManualClock
from tests.support.rig import StepDriver
from tests.support.turning import Turning

T = TypeVar("T")
_WRITES = (CreateActivity, UpdateActivity, DeleteActivity, CreateEvent, UpdateEvent, DeleteEvent)
#: Calls under way at once: a firm's at Raynet, a mailbox's at Graph.
_SLOTS = 3


@dataclass(slots=True)
class _Join:
    """Gathered flows and who waits for them."""

    parent: "_Task"
    waiting: list[tuple[int, Flow[Any]]]
    outcomes: dict[int, Done[Any] | Failed] = field(default_factory=dict)
    total: int = 0


@dataclass(slots=True, eq=False)
class _Task:
    flow: Flow[Any]
    join: _Join | None = None
    place: int = 0


class TimedDriver(StepDriver):
    """``latency`` seconds for each HTTP request. ``sent`` tells each write with the moment its answer came."""

    def __init__(self, engine: Engine, clock: ManualClock, *, latency: float) -> None:
        # Another process than the one before it: its ids are never repeated.
        super().__init__(engine, clock, seed=1)
        self._latency = timedelta(seconds=latency)
        self._free: dict[object, list[datetime]] = {}
        self._order = itertools.count()
        self._graph = engine.graph.operations
        self.sent: list[tuple[datetime, Op[Any]]] = []
        #: What happens outside, by its moment; whoever advances the clock lets it happen.
        self.outside: list[tuple[datetime, int, Callable[[], object]]] = []
        self.after_moving: Callable[[], object] = lambda: None

    def at(self, moment: datetime, act: Callable[[], object]) -> None:
        """Somebody does something then."""
        heapq.heappush(self.outside, (moment, next(self._order), act))

    def advance_to(self, moment: datetime) -> None:
        """Let time pass, and everything outside happen at its moment."""
        while self.outside and self.outside[0][0] <= moment:
            at, _, act = heapq.heappop(self.outside)
            self._move(at)
            act()
            self.after_moving()
        self._move(moment)
        self.after_moving()

    def _move(self, moment: datetime) -> None:
        if moment > self.clock():
            self.clock.advance(seconds=(moment - self.clock()).total_seconds())

    # --- flows ---

    def run(self, flow: Flow[T]) -> T:
        root = _Task(flow)
        ready: list[tuple[datetime, int, _Task, Callable[[], Op[Any] | None]]] = []
        self._push(ready, self.clock(), root, lambda: next(flow))
        while ready:
            at, _, task, step = heapq.heappop(ready)
            self.advance_to(at)
            try:
                op = step()
            except StopIteration as end:
                if task is root:
                    result: T = end.value
                    return result
                self._ended(ready, task, Done(end.value))
            except Exception as error:
                if task is root:
                    raise
                self._ended(ready, task, Failed(error))
            else:
                if op is not None:
                    self._begin(ready, task, op)
        raise AssertionError("a flow that waits for nothing")

    def _push(self, ready: list[Any], at: datetime, task: _Task, step: Callable[[], Op[Any] | None]) -> None:
        heapq.heappush(ready, (at, next(self._order), task, step))

    def _begin(self, ready: list[Any], task: _Task, op: Op[Any]) -> None:
        now = self.clock()
        if isinstance(op, Gather):
            join = _Join(parent=task, waiting=list(enumerate(op.flows)), total=len(op.flows))
            for _ in range(min(op.limit, len(op.flows))):
                self._start_next(ready, join)
            if not op.flows:
                self._push(ready, now, task, lambda: task.flow.send(()))
        elif isinstance(op, Sleep):
            self._push(ready, now + timedelta(seconds=op.seconds), task, lambda: task.flow.send(None))
        elif type(op) in RAYNET_OPS or type(op) in self._graph:
            slots = self._free.setdefault(_place(op), [now] * _SLOTS)
            begins = max(now, min(slots))
            slots[slots.index(min(slots))] = begins + self._latency
            self._push(ready, begins, task, partial(self._call, ready, task, op))
        else:
            self._push(ready, now, task, self._resumed(task.flow, op))

    def _call(self, ready: list[Any], task: _Task, op: Op[Any]) -> None:
        """Not a step of the flow: the call is made now, and the flow goes on when its answers are there."""
        before = self._requests(op)
        resume = self._resumed(task.flow, op)
        ends = self.clock() + self._latency * max(1, self._requests(op) - before)
        if isinstance(op, _WRITES):
            self.sent.append((ends, op))
        self._push(ready, ends, task, resume)

    def _requests(self, op: Any) -> int:
        raynet, graph = self.engine.raynet.counters(op.firm), self.engine.graph.counters(op.firm)
        return raynet.reads + raynet.writes + graph.http

    def _start_next(self, ready: list[Any], join: _Join) -> None:
        place, flow = join.waiting.pop(0)
        self._push(ready, self.clock(), _Task(flow, join, place), lambda: next(flow))

    def _ended(self, ready: list[Any], task: _Task, outcome: Done[Any] | Failed) -> None:
        join = task.join
        assert join is not None
        join.outcomes[task.place] = outcome
        if join.waiting:
            self._start_next(ready, join)
        elif len(join.outcomes) == join.total:
            outcomes = tuple(join.outcomes[place] for place in range(join.total))
            self._push(ready, self.clock(), join.parent, lambda: join.parent.flow.send(outcomes))


def _place(op: Any) -> tuple[object, ...]:
    """Whose slots the call takes."""
    if type(op) in RAYNET_OPS:
        return ("raynet", op.firm)
    key = getattr(op, "key", None)
    mailbox = getattr(key, "mailbox", None) or getattr(op, "mailbox", None)
    wanted = getattr(op, "wanted", None)
    return ("graph", mailbox or (wanted[0].mailbox if wanted else op.firm))


def play(made: Turning, driver: TimedDriver, seconds: float) -> None:
    """Turns of a worker for so long; what was planned with :meth:`TimedDriver.at` happens also while they run."""
    until = driver.clock() + timedelta(seconds=seconds)
    while driver.clock() < until:
        moments = [until, made.due_at or until]
        moments += [driver.outside[0][0]] if driver.outside else []
        change = made.rig.world.next_change_at()
        moments += [change] if change is not None else []
        driver.advance_to(max(driver.clock(), min(moments)))
        if made.waiting():
            driver.advance_to(driver.clock() + timedelta(seconds=made.look_seconds))
            made.turn()
        elif made.due_at is None or made.due_at <= driver.clock():
            made.turn()
