"""X2: the cost of one change must not depend on how many pairs are stored: from 1,000 to 1,000,000 in one firm.

Counted are the statements and the steps of SQLite's virtual machine (rows and index entries it walks over), and the
CPU of the turn that carries one edit over. The stored pairs are copies of real ones, multiplied inside the database.
"""

import math
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import event, make_url

from bench.measured import Found, Plot, Run, Target, cpu_of_thread, median, slope
from simulator.raynet.records import Ref
from tests.support.rig import Rig
from tests.support.turning import Turning, turning

TITLE = "X2: one change among a million pairs"
TARGETS = (
    Target(bar="X2", name="growth exponent of statements", most=0.05),
    Target(bar="X2", name="growth exponent of the database's steps", most=0.05),
    Target(bar="X2", name="growth exponent of CPU", most=0.05, kind="cpu"),
)
#: What a copy gets of its own; everything else is the original's.
_COPIES = {
    "link": {"id": "'k' || n", "activity": "'meeting:' || (1000000 + n)", "ical_uid": "'uid' || n"},
    "pair": {"id": "'p' || n", "link_id": "'k' || n", "event": "'event' || n"},
    "seen_activity": {"key": "'meeting:' || (1000000 + n)"},
    "seen_event": {"event_id": "'event' || n"},
}
_STEPS_AT_ONCE = 50


class Work:
    """What the database did."""

    def __init__(self) -> None:
        self.statements = 0
        self.steps = 0


def measure(run: Run) -> Found:
    sizes = (1000, 10_000) if run.quick else (1000, 10_000, 100_000, 1_000_000)
    times = 3 if run.quick else 9
    found: dict[int, tuple[float, float, float]] = {}
    with turning(run.fresh("pairs"), push=False, people=("jana",)) as made:
        ref = _seeded(made)
        stored = 0
        for size in sizes:
            _multiply(made.rig, stored, size)
            stored = size
            found[size] = _one_change(made, ref, times)
            statements, steps, seconds = found[size]
            run.say(f"{size} pairs: {statements:.0f} statements, {steps:.0f} steps, {1000 * seconds:.1f} ms")
    logs = {size: math.log10(size) for size in sizes}
    grow = [slope([(logs[size], math.log10(found[size][part])) for size in sizes]) for part in range(3)]
    names = ("growth exponent of statements", "growth exponent of the database's steps", "growth exponent of CPU")
    return Found(
        values=dict(zip(names, grow, strict=True)),
        details={
            "by stored pairs": {
                str(size): {"statements": one[0], "steps of the database": one[1], "CPU ms": round(1000 * one[2], 1)}
                for size, one in found.items()
            }
        },
        plots=[
            Plot(
                name="cost-by-pairs",
                title="One change, by the number of stored pairs",
                x="pairs",
                y="relative to the smallest",
                lines={
                    name: [(float(size), found[size][part] / found[sizes[0]][part]) for size in sizes]
                    for part, name in enumerate(("statements", "steps of the database", "CPU"))
                },
                logarithmic=True,
            )
        ],
    )


def _seeded(made: Turning) -> Ref:
    """Two pairs: one to be changed, one to be copied."""
    person, start = next(iter(made.rig.people.values())), made.rig.clock() + timedelta(days=1)
    ref = person.ui.create("meeting", start=start, title="Vzor").ref
    person.ui.create("meeting", start=start + timedelta(hours=2), title="Předloha")
    made.run_for(120)
    return ref


def _multiply(rig: Rig, stored: int, size: int) -> None:
    """Copies number ``stored + 1`` to ``size`` of one real pair."""
    path = make_url(rig.url).database
    assert path is not None
    with sqlite3.connect(path) as connection:
        for table, own in _COPIES.items():
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            values = ", ".join(own.get(name, name) for name in columns)
            one = f"SELECT max(rowid) FROM {table} WHERE {_real(table)}"  # noqa: S608  # names of ours
            numbers = f"SELECT {stored + 1} UNION ALL SELECT n + 1 FROM number WHERE n < {size}"  # noqa: S608  # numbers
            connection.execute(  # the table names are ours
                f"WITH RECURSIVE number(n) AS ({numbers}) INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608
                f"SELECT {values} FROM number, (SELECT * FROM {table} WHERE rowid = ({one}))"
            )
    connection.close()


def _real(table: str) -> str:
    name = next(iter(_COPIES[table]))
    return f"{name} NOT GLOB '{'meeting:1[0-9][0-9][0-9][0-9][0-9][0-9]*' if name == 'key' else name[0] + '[0-9]*'}'"


def _one_change(made: Turning, ref: Ref, times: int) -> tuple[float, float, float]:
    """Statements, steps and CPU seconds of one edit in Raynet, median of several."""
    person = next(iter(made.rig.people.values()))
    seen = []
    for number in range(times + 1):
        made.run_for(140)
        person.ui.edit(ref, title=f"Vzor {made.rig.clock():%j %H:%M:%S}")
        before = made.calls()
        with _watched(made.rig) as work:
            spent = cpu_of_thread(lambda: made.run_for(14))
        if (made.calls() - before).graph_writes != 1:
            raise RuntimeError("the change was not carried over")
        if number:  # the first one opens connections and fills caches
            seen.append((float(work.statements), float(work.steps), spent))
    return median(one[0] for one in seen), median(one[1] for one in seen), median(one[2] for one in seen)


@contextmanager
def _watched(rig: Rig) -> Iterator[Work]:
    work = Work()
    engine = rig.database.engine

    def count(*_: object) -> None:
        work.statements += 1

    def tick() -> int:
        work.steps += _STEPS_AT_ONCE
        return 0

    def checked_out(connection: Any, *_: object) -> None:
        connection.set_progress_handler(tick, _STEPS_AT_ONCE)

    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "checkout", checked_out)
    rig.database.close()  # connections stay open between transactions: the next one is a new one, and watched
    try:
        yield work
    finally:
        event.remove(engine, "before_cursor_execute", count)
        event.remove(engine, "checkout", checked_out)
