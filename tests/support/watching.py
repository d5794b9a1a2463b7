"""A driver that does something right before a chosen step, or dies after so many commits."""

from collections.abc import Callable
from typing import Any

from server.flow import Op, Stopping
from server.ports.store import Commit
from tests.support.rig import Crash, Rig, StepDriver


class Watching(StepDriver):
    """Does something right before the n-th operation of a kind, and tells of others."""

    moment: tuple[type[Op[Any]], int] = (Op, 0)
    deed: Callable[[], None]
    #: Commits until it dies; 0 never comes.
    left = 0
    stopping = False
    told: dict[type[Op[Any]], Callable[[], object]]

    def _perform(self, op: Op[Any]) -> object:
        if isinstance(op, Stopping):
            return self.stopping
        kind, number = self.moment
        if isinstance(op, kind):
            number -= 1
            self.moment = (kind, number)
            if number == 0:
                self.deed()
        if type(op) in self.told:
            self.told[type(op)]()
        outcome = super()._perform(op)
        self.left -= isinstance(op, Commit)
        if self.left == 0 and isinstance(op, Commit):
            raise Crash
        return outcome


def watch(rig: Rig, kind: type[Op[Any]], number: int, deed: Callable[[], None]) -> Watching:
    """From now on a :class:`Watching` drives the engine."""
    watching = Watching(rig.engine, rig.clock, seed=7)
    watching.moment, watching.deed, watching.told = (kind, number), deed, {}
    rig.driver = watching
    return watching
