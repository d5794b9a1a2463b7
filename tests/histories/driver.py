"""Simulated time and the workers in it: one heap of events, every wait and every interleaving from the schedule's seed.

The flows are the product's own. A worker claims a firm as :class:`server.sync.worker.Worker` does, runs its turn, and
lets it go; a crash is a worker whose flows are never resumed, a pause one whose flows are resumed too late.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from typing import Any

from server.domain.ids import FirmId
from server.errors import Outdated, RosError
from server.flow import Done, Failed, Flow, Gather, NewId, Note, Now, Op, Planned, Sleep, Stopping
from server.ports.store import Commit
from server.store.locks import RENEW_SECONDS, Lease
from server.sync.driver import CALL_SECONDS, REMOTE_WRITES
from server.sync.worker import LOOK_SECONDS, FirmClock
from tests.histories.reads import READS
from tests.histories.store import DictStore
from tests.histories.turn import TurnParts, portions_of, turn

_REMOTE_MODULES = ("server.ports.raynet", "server.ports.graph")
_LOCAL = frozenset((NewId, Note, Planned, Stopping))
_WRITES = frozenset(REMOTE_WRITES)
#: What is waited for at the other side of a wire: kind of operation -> whether it writes; found out once.
_REMOTE: dict[type, bool | None] = {}
_LOOK_MS = int(LOOK_SECONDS * 1000)


def _sort(kind: type) -> bool | None:
    """Whether this kind of operation writes at the other side; None for what goes to no other side."""
    _REMOTE[kind] = kind in _WRITES if kind.__module__ in _REMOTE_MODULES else None
    return _REMOTE[kind]


class Timeline:
    """The present, in milliseconds from the start, and what will happen."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        self.now = 0
        self._heap: list[tuple[int, int, Callable[[Any], None], Any]] = []
        self._count = 0
        self._clock_ms = -1
        self._clock = start

    def at(self, ms: int, work: Callable[[Any], None], argument: Any = None) -> None:
        count = self._count = self._count + 1
        heappush(self._heap, (ms if ms > self.now else self.now, count, work, argument))

    def clock(self) -> datetime:
        """The present as an instant."""
        if self._clock_ms != self.now:
            self._clock_ms = self.now
            self._clock = self.start + timedelta(milliseconds=self.now)
        return self._clock

    def run(self, until: int) -> None:
        """Do everything that is due by then."""
        heap = self._heap
        while heap and heap[0][0] <= until:
            self.now, _, work, argument = heappop(heap)
            work(argument)
        self.now = max(self.now, until)

    def step(self, until: int) -> bool:
        """Do the next thing that is due by then; False when there is none, and then it is ``until``."""
        if not self._heap or self._heap[0][0] > until:
            self.now = max(self.now, until)
            return False
        self.now, _, work, argument = heappop(self._heap)
        work(argument)
        return True


class Task:
    """A running flow of a worker."""

    __slots__ = ("done", "flow", "number", "worker")

    def __init__(self, worker: "Worker", flow: Flow[Any], done: Callable[[Any, Exception | None], None]) -> None:
        self.worker = worker
        self.flow = flow
        self.done = done


@dataclass(slots=True)
class Worker:
    """A process. A killed one never comes back; another takes its place."""

    number: int
    name: str
    alive: bool = True
    paused_until: int = 0
    skew: timedelta = timedelta()
    leases: dict[FirmId, Lease] = field(default_factory=dict)
    #: Epochs of the turns under way.
    turns: dict[FirmId, int] = field(default_factory=dict)
    clocks: dict[FirmId, FirmClock] = field(default_factory=dict)


class _Gathering:
    """Flows of one worker side by side. Nothing here refers to itself: what is done is freed without a sweep."""

    __slots__ = ("driver", "outcomes", "task", "total", "waiting")

    def __init__(self, driver: "Driver", task: Task, flows: tuple[Flow[Any], ...]) -> None:
        self.driver = driver
        self.task = task
        self.outcomes: dict[int, Done[Any] | Failed] = {}
        self.waiting = deque(enumerate(flows))
        self.total = len(flows)

    def start(self) -> None:
        place, flow = self.waiting.popleft()
        self.driver._go(Task(self.task.worker, flow, partial(self._done, place)), None, None)

    def _done(self, place: int, value: Any, error: Exception | None) -> None:
        self.outcomes[place] = Done(value) if error is None else Failed(error)
        if self.waiting:
            self.start()
        elif len(self.outcomes) == self.total:
            timeline = self.driver.timeline
            timeline.at(timeline.now, self.driver._gathered, (self.task, self.outcomes))


class DefectError(Exception):
    """The engine itself broke: an exception that is none of our tree came out of a turn."""


class Driver:
    """Performs flows in simulated time. ``remote`` answers a remote operation at its moment; see :mod:`.play`."""

    def __init__(self, timeline: Timeline, store: DictStore, seed: int, poll_seconds: float, portions: int = 0):
        self.timeline = timeline
        self.store = store
        self.poll_seconds = poll_seconds
        self.portions = portions_of(portions)
        self.waits = random.Random(f"{seed}:waits")
        self.ids = random.Random(f"{seed}:ids")
        self.workers: list[Worker] = []
        #: Yield points so far, and the one at which the worker that reaches it dies.
        self.steps = 0
        self.kill_at: dict[int, int] = {}
        self.trace = 0
        self.turns = 0
        self.idle = 0
        self.defects: list[str] = []
        self._looks: dict[FirmId, int] = {}
        # Hooks of the history.
        self.remote: Callable[[Worker, Op[Any]], tuple[int, Any, Exception | None]]
        self.sent: Callable[[Worker, Op[Any]], None] = lambda _worker, _op: None
        self.refused: Callable[[Commit], Exception | None] = lambda _op: None
        self.committed: Callable[[Worker, Commit], Exception | None] = lambda _worker, _op: None
        self.killed: Callable[[Worker, int], None] = lambda _worker, _ms: None
        self.options: dict[FirmId, str] = {}
        self.latency = (15, 127)

    # --- workers ---

    def add_worker(self, number: int) -> Worker:
        worker = Worker(number=number, name=f"w{number}.{len(self.workers)}")
        self.workers.append(worker)
        return worker

    def running(self) -> list[Worker]:
        now = self.timeline.now
        return [one for one in self.workers if one.alive and one.paused_until <= now]

    def look_ahead(self) -> None:
        """Plan the next look at each firm."""
        for firm in self.store.leases:
            self._plan_look(firm)

    def _plan_look(self, firm: FirmId) -> None:
        due, planned = self.store.next_due_ms(firm), self._looks.get(firm)
        if due is None:
            return
        if due < self.timeline.now:
            due = self.timeline.now
        if planned is not None and planned <= due + _LOOK_MS:
            return
        ms = self._looks[firm] = due + 1 + self.waits.randrange(_LOOK_MS)
        self.timeline.at(ms, self._look, (firm, ms))

    def _look(self, planned: tuple[FirmId, int]) -> None:
        """A worker looks around and finds the firm due, or not yet."""
        firm, ms = planned
        if self._looks.get(firm) != ms:
            return
        del self._looks[firm]
        workers = self.running()
        if not workers:
            return
        worker = workers[0] if len(workers) == 1 else self.waits.choice(workers)
        lease = self.store.claim_due(firm, worker.name)
        mine = worker.turns.get(firm)
        if lease is not None and mine == lease.epoch:
            # Its own lease ran out while it slept and nobody took it: the turn that holds it goes on.
            worker.leases[firm] = lease
        elif lease is not None and mine is not None:
            # Somebody took it meanwhile and has let go: the turn of before is outdated, and must learn it first.
            self.store.release(lease, LOOK_SECONDS)
        elif lease is not None:
            self._begin(worker, lease)
        self._plan_look(firm)

    def _begin(self, worker: Worker, lease: Lease) -> None:
        worker.leases[lease.firm] = lease
        worker.turns[lease.firm] = lease.epoch
        self.turns += 1
        self.timeline.at(self.timeline.now + int(RENEW_SECONDS * 1000), self._renew, (worker, lease))
        clock = worker.clocks.get(lease.firm)
        if clock is None:
            clock = worker.clocks[lease.firm] = FirmClock()
        parts = TurnParts(
            clock=clock,
            poll_seconds=self.poll_seconds,
            monotonic=lambda: self.timeline.now / 1000,
            portions=self.portions,
        )
        flow = turn(lease.firm, parts)
        self._go(Task(worker, flow, lambda value, error: self._turned(worker, lease, value, error)), None, None)

    def _renew(self, held: tuple[Worker, Lease]) -> None:
        worker, lease = held
        mine = worker.leases.get(lease.firm)
        if not worker.alive or mine is None or mine.epoch != lease.epoch:
            return
        if worker.paused_until > self.timeline.now:
            self.timeline.at(worker.paused_until + self.waits.randrange(300), self._renew, held)
            return
        try:
            worker.leases[lease.firm] = self.store.renew(mine)
        except Outdated:
            del worker.leases[lease.firm]
            return
        self.timeline.at(self.timeline.now + int(RENEW_SECONDS * 1000), self._renew, held)

    def _turned(self, worker: Worker, lease: Lease, due_in: Any, error: Exception | None) -> None:
        if error is not None:
            self.defects.append(f"{type(error).__name__} out of a turn")
        mine = worker.leases.get(lease.firm)
        if mine is not None and mine.epoch == lease.epoch:
            del worker.leases[lease.firm]
        if worker.turns.get(lease.firm) == lease.epoch:
            del worker.turns[lease.firm]
        self.store.release(lease, 5.0 if due_in is None else float(due_in))
        self._plan_look(lease.firm)

    def kill(self, worker: Worker, back_after_ms: int) -> None:
        """The process dies now; another one starts later."""
        worker.alive = False
        self.killed(worker, back_after_ms)
        self.timeline.at(self.timeline.now + back_after_ms, self._restart, worker.number)
        self.look_ahead()

    def _restart(self, number: int) -> None:
        self.add_worker(number)
        self.look_ahead()

    def pause(self, worker: Worker, for_ms: int) -> None:
        worker.paused_until = max(worker.paused_until, self.timeline.now + for_ms)
        self.timeline.at(worker.paused_until, lambda _none: self.look_ahead())
        self.look_ahead()

    def may_write(self, worker: Worker, firm: FirmId, margin: float) -> bool:
        lease = worker.leases.get(firm)
        return lease is not None and self.timeline.now / 1000 + margin < lease.deadline

    # --- flows ---

    def _go(self, task: Task, value: Any, error: Exception | None) -> None:  # noqa: C901  # the hot loop: one case a wait
        """Resume a flow and run it to its next wait."""
        worker, flow = task.worker, task.flow
        send, timeline, perform = flow.send, self.timeline, self.store.perform
        while worker.alive:
            try:
                if error is None:
                    op = send(value)
                else:
                    op = flow.throw(error)
            except StopIteration as end:
                task.done(end.value, None)
                return
            except Exception as problem:  # noqa: BLE001  # what a flow raises is its caller's matter
                task.done(None, problem)
                return
            error = None
            kind = type(op)
            if kind is Now:
                value = timeline.clock()
                if worker.skew:
                    value += worker.skew
                continue
            if kind in _LOCAL:
                value = self._local(op)
                continue
            self.steps += 1
            if self.kill_at and self.steps in self.kill_at:
                self.kill(worker, self.kill_at.pop(self.steps))
                return
            if kind in READS:
                try:
                    value = perform(op, None)
                except Exception as refused:  # noqa: BLE001  # the flow decides what its operations' errors mean
                    error = refused
                continue
            writes = _REMOTE[kind] if kind in _REMOTE else _sort(kind)
            if writes is not None:
                if writes and not self.may_write(worker, op.firm, CALL_SECONDS):  # type: ignore[attr-defined]
                    error = Outdated("lease_lost", firm=op.firm)  # type: ignore[attr-defined]  # all have one
                    continue
                self.sent(worker, op)
                low, bits = self.latency
                timeline.at(timeline.now + low + (self.waits.getrandbits(10) & bits), self._arrive, (task, op))
                return
            if kind is Commit:
                timeline.at(timeline.now + 1 + self.waits.getrandbits(2), self._commit, (task, op))
                return
            if kind is Gather:
                self._gather(task, op)  # type: ignore[arg-type]  # just compared
                return
            if kind is Sleep:
                timeline.at(timeline.now + int(op.seconds * 1000), self._wake, task)  # type: ignore[attr-defined]
                return
            try:
                value = perform(op, None)
            except Exception as refused:  # noqa: BLE001  # the flow decides what its operations' errors mean
                error = refused

    def _local(self, op: Op[Any]) -> Any:
        kind = type(op)
        if kind is NewId:
            return f"{self.ids.getrandbits(128):032x}"
        if kind is Stopping:
            return False
        if kind is Note and op.level == "error":  # type: ignore[attr-defined]  # just compared
            self.defects.append(f"{op.event} {dict(op.fields)}")  # type: ignore[attr-defined]  # as above
        return None

    def _held_up(self, worker: Worker, again: Callable[[Any], None], argument: Any) -> bool:
        """Whether the worker sleeps: then the same happens once it is awake."""
        if worker.paused_until <= self.timeline.now:
            return False
        self.timeline.at(worker.paused_until + self.waits.randrange(50), again, argument)
        return True

    def _wake(self, task: Task) -> None:
        if not self._held_up(task.worker, self._wake, task):
            self._go(task, None, None)

    def _arrive(self, waiting: tuple[Task, Op[Any]]) -> None:
        """The request reaches the other side: from now on it happens whatever befalls the worker."""
        task, op = waiting
        took, value, error = self.remote(task.worker, op)
        self.trace = hash((self.trace, self.timeline.now, self.steps, error is None)) & 0xFFFFFFFFFFFF
        if not task.worker.alive:
            return
        low, bits = self.latency
        back = self.timeline.now + low + (self.waits.getrandbits(10) & bits) + took
        self.timeline.at(back, self._answered, (task, value, error))

    def _answered(self, answer: tuple[Task, Any, Exception | None]) -> None:
        task, value, error = answer
        if not self._held_up(task.worker, self._answered, answer):
            self._go(task, value, error)

    def _commit(self, waiting: tuple[Task, Commit]) -> None:
        task, op = waiting
        worker = task.worker
        if not worker.alive or self._held_up(worker, self._commit, waiting):
            return
        error = self.refused(op)
        try:
            if error is None:
                self.store.perform(op, worker.leases.get(op.firm))
                error = self.committed(worker, op)
        except Exception as refused:  # noqa: BLE001  # the flow decides what its operations' errors mean
            error = refused
        self._go(task, None, error)

    def _gather(self, task: Task, op: Gather) -> None:
        """The flows side by side, at most ``limit`` at once."""
        gathering = _Gathering(self, task, op.flows)
        if not op.flows:
            self.timeline.at(self.timeline.now, self._gathered, (task, gathering.outcomes))
            return
        for _ in range(min(op.limit, len(op.flows))):
            if gathering.waiting:
                gathering.start()

    def _gathered(self, result: tuple[Task, dict[int, Done[Any] | Failed]]) -> None:
        task, outcomes = result
        if not self._held_up(task.worker, self._gathered, result):
            self._go(task, tuple([outcomes[place] for place in range(len(outcomes))]), None)


__all__ = ["DefectError", "Driver", "RosError", "Timeline", "Worker", "replace"]
