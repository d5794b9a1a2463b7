"""Runs flows for real: threads for what may go side by side, the adapters for remote calls, the store for commits.

Before every remote write the lease's own deadline is looked at, so that a worker that was paused can neither write nor
commit over its successor (hazard H8).
"""

import secrets
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog

from server.domain.ids import FirmId
from server.errors import Outdated
from server.flow import Done, Failed, Flow, Gather, NewId, Note, Now, Op, Planned, Sleep, Stopping
from server.ports.graph import CreateEvent, DeleteEvent, RenewSubscription, Subscribe, Unsubscribe, UpdateEvent
from server.ports.raynet import AddExtId, CreateActivity, CreateWebhook, DeleteActivity, DeleteWebhook, UpdateActivity

T = TypeVar("T")
Perform = Callable[[Any], object]
REMOTE_WRITES = (
    CreateActivity,
    UpdateActivity,
    DeleteActivity,
    AddExtId,
    CreateEvent,
    UpdateEvent,
    DeleteEvent,
    CreateWebhook,
    DeleteWebhook,
    Subscribe,
    RenewSubscription,
    Unsubscribe,
)
#: One remote call may take this long; a lease nearer to its end than this starts no write.
CALL_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Who performs what: each remote system by the module its operations come from, and the store."""

    raynet: Perform
    graph: Perform
    store: Perform
    raynet_ops: frozenset[type[Op[Any]]]
    graph_ops: frozenset[type[Op[Any]]]
    #: Whether the firm's lease is good for at least this many seconds more.
    may_write: Callable[[FirmId, float], bool]


def refuse_late(may_write: Callable[[FirmId, float], bool], firm: FirmId) -> None:
    """Raises :class:`Outdated` unless the lease lasts for another call.

    The driver asks before it performs a write; the gateways ask again when the write has waited for its turn, because a
    process that was stopped while it waited would otherwise go on with what it was about to send.
    """
    if not may_write(firm, CALL_SECONDS):
        raise Outdated("lease_lost", firm=firm)


def _unwatched(_planned: int, _sent: int) -> None:
    """Nobody looks."""


class Driver:
    """Performs flows with threads. One per process; :meth:`run` may be called from several threads."""

    def __init__(
        self,
        ports: Ports,
        *,
        threads: int = 24,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        stopping: threading.Event | None = None,
        watch: Callable[[int, int], None] | None = None,
    ) -> None:
        """``watch`` is told of progress: so many writes more are planned, so many more were sent."""
        self._ports = ports
        self._clock = clock
        self.stopping = stopping or threading.Event()
        self.watch = watch or _unwatched
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="flow")
        self._log = structlog.get_logger("sync")

    def close(self) -> None:
        """Wait for running flows and end the threads."""
        self._pool.shutdown(wait=True)

    def run(self, flow: Flow[T]) -> T:
        """Drive ``flow`` to its end; its exceptions come out."""
        try:
            op = next(flow)
            while True:
                try:
                    outcome = self.perform(op)
                except Exception as error:  # noqa: BLE001  # the flow decides what its operations' errors mean
                    op = flow.throw(error)
                else:
                    op = flow.send(outcome)
        except StopIteration as end:
            result: T = end.value
            return result

    def perform(self, op: Op[Any]) -> object:
        """One operation's outcome, or its exception."""
        kind = type(op)
        if kind in self._ports.raynet_ops or kind in self._ports.graph_ops:
            return self._remote(op)
        match op:
            case Planned(writes):
                self.watch(writes, 0)
                return None
            case Now():
                return self._clock()
            case NewId():
                return secrets.token_hex(16)
            case Stopping():
                return self.stopping.is_set()
            case Sleep(seconds):
                self.stopping.wait(seconds)
                return None
            case Note(event, fields, level):
                getattr(self._log, level)(event, **dict(fields))
                return None
            case Gather(flows, limit):
                return self._gather(flows, limit)
            case _:
                return self._ports.store(op)

    def _remote(self, op: Op[Any]) -> object:
        self._fence(op)
        try:
            return self._ports.raynet(op) if type(op) in self._ports.raynet_ops else self._ports.graph(op)
        finally:
            if isinstance(op, REMOTE_WRITES):
                self.watch(0, 1)

    def _fence(self, op: Op[Any]) -> None:
        if isinstance(op, REMOTE_WRITES):
            refuse_late(self._ports.may_write, op.firm)

    def _gather(self, flows: tuple[Flow[Any], ...], limit: int) -> tuple[Done[Any] | Failed, ...]:
        """The calling thread works along and nothing waits in the pool's queue for its turn.

        So one firm's thousand flows do not stand in front of another firm's two, and a busy pool stops nobody.
        """
        waiting = deque(enumerate(flows))
        outcomes: dict[int, Done[Any] | Failed] = {}

        def work() -> None:
            with suppress(IndexError):
                while True:
                    place, flow = waiting.popleft()
                    outcomes[place] = self._one(flow)

        helpers = [self._pool.submit(work) for _ in range(min(limit, len(flows)) - 1)]
        try:
            work()
        finally:
            waiting.clear()
        for helper in helpers:
            if not helper.cancel():
                helper.result()
        return tuple(outcomes[place] for place in range(len(flows)))

    def _one(self, flow: Flow[Any]) -> Done[Any] | Failed:
        try:
            return Done(self.run(flow))
        except Exception as error:  # noqa: BLE001  # around an item: one stops no other
            return Failed(error)
