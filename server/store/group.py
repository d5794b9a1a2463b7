"""Group commit: threads that want to write at the same moment share one transaction and one flush to disk.

There is no thread of its own. Of the threads that wait, one becomes the leader, does the work of all of them and wakes
them; whoever came meanwhile makes the next group.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Condition
from typing import Any, Generic, TypeVar

from server.errors import Scope, Unavailable

J = TypeVar("J")
#: Bounds how long one group lasts.
MOST_AT_ONCE = 32


@dataclass(slots=True, eq=False)
class _Ticket(Generic[J]):
    job: J
    done: bool = False
    #: What the job returned, or the exception that its own thread shall raise.
    outcome: Any = field(default=None)


class GroupCommit(Generic[J]):
    """Runs jobs in groups through ``run_together``, which returns an outcome (a value or an exception) for each."""

    def __init__(self, run_together: Callable[[Sequence[J]], list[Any]]) -> None:
        self._run_together = run_together
        self._changed = Condition()
        self._waiting: list[_Ticket[J]] = []
        self._led = False

    def run(self, job: J) -> Any:
        """The outcome of ``job`` once its group is durable; raises what the job or the group's commit raised."""
        ticket = _Ticket(job)
        with self._changed:
            self._waiting.append(ticket)
        while not ticket.done:
            group = self._next_group(ticket)
            if group:
                self._lead(group)
        if isinstance(ticket.outcome, BaseException):
            raise ticket.outcome
        return ticket.outcome

    def _next_group(self, ticket: _Ticket[J]) -> list[_Ticket[J]]:
        """Wait until the ticket is done (no group) or nobody leads: then this thread does, and gets the oldest jobs."""
        with self._changed:
            while self._led and not ticket.done:
                self._changed.wait()
            if ticket.done:
                return []
            self._led = True
            group, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            return group

    def _lead(self, group: list[_Ticket[J]]) -> None:
        outcomes: list[Any] = [Unavailable(scope=Scope.SERVER, detail="leader_lost", unknown_outcome=True)] * len(group)
        try:
            outcomes = self._run_together([ticket.job for ticket in group])
        except Exception as error:  # noqa: BLE001  # every thread of the group raises it
            outcomes = [error] * len(group)
        finally:
            with self._changed:
                for ticket, outcome in zip(group, outcomes, strict=True):
                    ticket.outcome, ticket.done = outcome, True
                self._led = False
                self._changed.notify_all()
