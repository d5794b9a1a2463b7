"""B19: transactions that reach the disk for one change, and what the store costs of it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from bench.calls import MIX, settled
from bench.measured import Found, Run, Target, median
from server.flow import Op
from server.store.gateway import STORE_OPERATIONS
from server.sync.context import PassOptions
from server.sync.passes import run_pass
from tests.support.rig import Rig, StepDriver
from tests.support.turning import Turning, turning

TITLE = "B19: commits"
#: Changes that wait for one pass: a firm of 200 users in which each changes something every five minutes.
TOGETHER = 10
TARGETS = (
    Target(
        bar="B19",
        name="commits for one change",
        most=0.5,
        obstacle="Each write is an intent before it is sent and its echo is stored after: two durable points that may "
        "not be one, and the follow-up is a third. Commits that wait at the same moment are one, but answers of a "
        "remote side at most three calls wide come in threes. A pass has some eight of its own, for what was read of "
        "each side, what nothing follows from, and its end: for ten changes these alone are 0.8.",
    ),
    Target(
        bar="B19",
        name="changes a second that the store's own CPU allows, SQLite FULL",
        least=1000,
        kind="cpu",
        obstacle="The bar was set for three bare statements to a change. The product also stores the frozen intent, "
        "the trail, the sealed base and observations (AES-GCM), checks the lease's epoch in each commit, and asks some "
        "fifteen questions at the start of each pass, of which our own writes' announcements cause more. Here nothing "
        "waits together, so nothing is joined, and each of some seven commits is a flush of its own.",
    ),
)


def measure(run: Run) -> Found:
    sizes = (TOGETHER, 50)
    commits = {size: _commits(run, size, times=2 if run.quick else 4) for size in sizes}
    seconds, statements = _store_cpu(run, 20 if run.quick else 60)
    return Found(
        values={
            "commits for one change": commits[TOGETHER],
            "changes a second that the store's own CPU allows, SQLite FULL": 1 / seconds,
        },
        details={
            "commits for one change, by changes that wait for a pass": {
                str(size): one for size, one in commits.items()
            },
            "the store's CPU ms for one change": round(1000 * seconds, 2),
            "statements for one change": round(statements, 1),
        },
    )


def _commits(run: Run, size: int, times: int) -> float:
    """Per change, with the threads of a real worker, over the simulated systems in this process."""
    with turning(run.fresh("commits"), people=("jana",)) as made:
        people = settled(made, items=size + 4)
        seen = []
        for number in range(times):
            for place in range(size):
                people.change(MIX[(number * size + place) % len(MIX)])
            made.rig.world.settle()
            while made.rig.world.pump(made.app):
                pass
            before = made.calls()
            with _counted(made.rig) as commits:
                # Reads both sides whatever rang, as a turn at the floor of polling does.
                made.rig.engine.driver.run(run_pass(made.rig.firm, PassOptions()))
            if (made.calls() - before).writes < size:
                raise RuntimeError("not all changes were carried")
            seen.append(len(commits) / size)
            made.run_for(60)
        return median(seen)


@contextmanager
def _counted(rig: Rig) -> Iterator[list[int]]:
    """A mark for each transaction that wrote."""
    commits: list[int] = []

    def note(connection: Connection) -> None:
        if connection.get_execution_options().get("ros_write"):
            commits.append(threading.get_ident())

    event.listen(rig.database.engine, "commit", note)
    try:
        yield commits
    finally:
        event.remove(rig.database.engine, "commit", note)


def _store_cpu(run: Run, changes: int) -> tuple[float, float]:
    """CPU seconds and statements of all operations of the store, divided by the changes they served."""
    with turning(run.fresh("store"), people=("jana",)) as made:
        people, rig = settled(made, items=20), made.rig
        watch = _StoreWatch(rig.engine, rig.clock, seed=rig.seed)
        rig.driver = watch
        statements: list[int] = []

        def count(*_: object) -> None:
            statements.append(1)

        event.listen(rig.database.engine, "before_cursor_execute", count)
        idle = _spent(made, watch, 120)
        watch.seconds, first = 0.0, len(statements)
        for number in range(changes):
            people.change(MIX[number % len(MIX)])
            if number % TOGETHER == TOGETHER - 1:
                made.run_for(14)
        event.remove(rig.database.engine, "before_cursor_execute", count)
        return (watch.seconds - idle * changes / TOGETHER * 14) / changes, (len(statements) - first) / changes


def _spent(made: Turning, watch: "_StoreWatch", seconds: int) -> float:
    """The store's CPU of a second in which nothing happens."""
    watch.seconds = 0.0
    made.run_for(seconds)
    return watch.seconds / seconds


class _StoreWatch(StepDriver):
    """Measures the CPU of the store's operations."""

    seconds = 0.0

    def _perform(self, op: Op[Any]) -> object:
        if type(op) not in STORE_OPERATIONS:
            return super()._perform(op)
        began = time.thread_time()
        try:
            return super()._perform(op)
        finally:
            self.seconds += time.thread_time() - began
