"""Group commit: threads that want to write at the same moment share one transaction and one flush to disk.

There is no thread of its own. Of the threads that wait, one becomes the leader, does the work of all of them and wakes
them; whoever came meanwhile makes the next group, led by the first of them.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Generic, TypeVar

from server.errors import Scope, Unavailable

J = TypeVar("J")
#: Bounds how long one group lasts.
MOST_AT_ONCE = 32
#: Threads that wrote together will again in a moment: the first of them waits so long for the others, which costs less
#: than a flush for itself and another one for all of them.
LINGER_SECONDS = 0.002


def _taken() -> Lock:
    lock = Lock()
    lock.acquire()
    return lock


@dataclass(slots=True, eq=False)
class _Ticket(Generic[J]):
    job: J
    done: bool = False
    #: What the job returned, or the exception that its own thread shall raise.
    outcome: Any = field(default=None)
    #: Its thread is the next leader.
    leads: bool = False
    #: Its thread waits for this one: let go when the job is done, or when its thread shall lead.
    turn: Lock = field(default_factory=_taken)


class GroupCommit(Generic[J]):
    """Runs jobs in groups through ``run_together``, which returns an outcome (a value or an exception) for each."""

    def __init__(self, run_together: Callable[[Sequence[J]], list[Any]]) -> None:
        self._run_together = run_together
        self._lock = Lock()
        self._waiting: list[_Ticket[J]] = []
        self._led = False
        self._were_several = False

    def run(self, job: J) -> Any:
        """The outcome of ``job`` once its group is durable; raises what the job or the group's commit raised."""
        ticket = _Ticket(job)
        with self._lock:
            self._waiting.append(ticket)
            # Asked here and never again: a leader may tell this thread to lead before it has begun to wait.
            must_wait, self._led = self._led, True
        if must_wait:
            self._wait(ticket)
        if not ticket.done:
            self._lead()
        if isinstance(ticket.outcome, BaseException):
            raise ticket.outcome
        return ticket.outcome

    def _wait(self, ticket: _Ticket[J]) -> None:
        """Until the job is done or this thread leads. Of many threads that wait, each is woken once."""
        try:
            ticket.turn.acquire()
        except BaseException:
            # Interrupted: the job is not done, unless a leader has it already, and nobody waits for this thread.
            with self._lock:
                if ticket in self._waiting:
                    self._waiting.remove(ticket)
                    if ticket.leads:
                        self._hand_on()
            raise

    def _lead(self) -> None:
        """Do the jobs of those that wait longest, this thread's among them."""
        if self._were_several:
            time.sleep(LINGER_SECONDS)
        with self._lock:
            group, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
        self._were_several = len(group) > 1
        outcomes: list[Any] = [Unavailable(scope=Scope.SERVER, detail="leader_lost", unknown_outcome=True)] * len(group)
        try:
            outcomes = self._run_together([ticket.job for ticket in group])
        except Exception as error:  # noqa: BLE001  # every thread of the group raises it
            outcomes = [error] * len(group)
        finally:
            for ticket, outcome in zip(group, outcomes, strict=True):
                ticket.outcome, ticket.done = outcome, True
            with self._lock:
                self._hand_on()
            for ticket in group:
                ticket.turn.release()

    def _hand_on(self) -> None:
        """The first of those that wait leads; nobody does where nobody waits. The lock is held."""
        self._led = bool(self._waiting)
        if self._waiting:
            self._waiting[0].leads = True
            self._waiting[0].turn.release()
