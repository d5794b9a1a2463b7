"""Histories with a crash or a fault at a chosen effect: prepared once, run on as often as there are points.

Between two effects that change nothing outside (reads, clock, ids) a killed process leaves the same world, so a
crash is placed after each commit and each remote write, and before the first of them. What was prepared is kept by
``fork``: each history runs in a child process over its own copy of the database.
"""

import os
import pickle
import random
import shutil
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from server.flow import Op
from server.ports.store import Commit
from server.sync.driver import REMOTE_WRITES
from simulator.faults import (
    Action,
    CutJson,
    Delay,
    DropReply,
    DropRequest,
    EmptyList,
    HtmlPage,
    LateEffect,
    Malformed,
    Match,
    Rule,
    Status,
    Twice,
)
from simulator.raynet.records import Ref
from tests.support.databases import drop
from tests.support.oracle import Oracle
from tests.support.rig import Crash, Rig, StepDriver, make_rig

T = TypeVar("T")
HOUR = timedelta(hours=1)
#: How soon a killed worker is followed by a new one.
RESTART_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One numbered effect of a pass: its operation, whether it changes something, and its HTTP calls."""

    number: int
    name: str
    changes: bool
    remote_write: bool
    calls: int


class FaultDriver(StepDriver):
    """Arms one fault for the ``skip``-th HTTP call of one numbered effect."""

    fault: tuple[int, int, Action] | None = None
    probe: bool = False
    calls: dict[int, int]

    def _perform(self, op: Op[Any]) -> object:
        try:
            return self._faulty(op)
        except Exception:
            # The answer was a refusal: the process may die of it all the same.
            if self.count == self.crash_after:
                raise Crash from None
            raise

    def _faulty(self, op: Op[Any]) -> object:
        faults = self._faults
        if self.probe:
            for system in ("raynet", "graph"):
                faults.add(Rule(name=f"count-{system}", match=Match(system=system), action=Delay(0.0)))
            before = sum(faults.fired.values())
            try:
                return super()._perform(op)
            finally:
                self.calls[self.count] = sum(faults.fired.values()) - before
        if self.fault is None or self.fault[0] != self.count:
            return super()._perform(op)
        _, skip, action = self.fault
        for system in ("raynet", "graph"):
            rule = Rule(name=f"fault-{system}", match=Match(system=system), action=action, skip=skip, times=1)  # type: ignore[arg-type]  # a literal
            faults.add(rule)
        try:
            return super()._perform(op)
        finally:
            for system in ("raynet", "graph"):
                faults.remove(f"fault-{system}")

    @property
    def _faults(self) -> Any:
        return self.world.faults

    world: Any = None


@dataclass(slots=True)
class Memo:
    """What a story is about: its records by name, and the instant it began."""

    start: datetime
    refs: dict[str, Ref] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)
    #: Names of the persons whose mailbox holds the event the story is about.
    who: str = "jana"


Step = Callable[[Rig, Memo], None]


def nothing(rig: Rig, memo: Memo) -> None:
    """No step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What is there (``given``, then synchronised), what people then do (``when``), what must come of it (``then``).

    ``then`` is checked only where nobody else did anything in the gap.
    """

    name: str
    when: Step
    given: Step = nothing
    then: Step = nothing
    people: tuple[str, ...] = ("jana", "petr")
    rules: dict[str, str] = field(default_factory=dict)
    switches: Step = nothing
    #: An administrator wanted one side to differ: only what is double, half, private or open counts.
    may_differ: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Accident:
    """What goes wrong in the pass that carries the change, and what people do before the next process starts."""

    crash_before: int | None = None
    crash_after: int | None = None
    fault: tuple[int, int, Action] | None = None
    gap: Step = nothing
    gap_name: str = ""
    restart_seconds: float = RESTART_SECONDS
    #: Continue with the same process after a fault, instead of killing it.
    kills: bool = True
    #: A second crash, in the recovering pass.
    crash_again: int | None = None
    #: The driver of every process: the product's own rules, or one with a rule taken out.
    driver: type[FaultDriver] = FaultDriver

    def __str__(self) -> str:
        parts = [f"before={self.crash_before}" if self.crash_before else ""]
        parts += [f"after={self.crash_after}" if self.crash_after else "", f"fault={self.fault}" if self.fault else ""]
        parts += [
            f"gap={self.gap_name}" if self.gap_name else "",
            f"again={self.crash_again}" if self.crash_again else "",
        ]
        parts += ["" if self.kills else "goes on"]
        return " ".join(part for part in parts if part) or "nothing"


class Prepared:
    """A story up to the moment before the pass under test; :meth:`play` runs it on in a child process."""

    def __init__(self, rig: Rig, memo: Memo, story: Story) -> None:
        self.rig, self.memo, self.story = rig, memo, story
        self._number = 0

    def effects(self) -> list[Effect]:
        """What the pass does when nothing goes wrong."""
        return self.forked(self._effects)

    def play(self, accident: Accident) -> list[str]:
        """The oracle's problems of one history; empty when all is well."""
        return self.forked(lambda: _played(self.rig, self.memo, self.story, accident))

    def forked(self, work: Callable[[], T]) -> T:
        """The result of ``work`` done in a child over a copy of the database. Its exceptions come as AssertionError."""
        self._number += 1
        read_end, write_end = os.pipe()
        with warnings.catch_warnings():
            # Newer Pythons warn of threads; the parent's only other ones wait for the test runner.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            os.close(read_end)
            self._in_child(work, write_end)
        os.close(write_end)
        with os.fdopen(read_end, "rb") as pipe:
            answer = pipe.read()
        os.waitpid(child, 0)
        assert answer, "the child died"
        kind, value = pickle.loads(answer)  # noqa: S301  # our own child's
        assert kind == "ok", value
        result: T = value
        return result

    def _in_child(self, work: Callable[[], object], write_end: int) -> None:
        try:
            _reopen(self.rig, f"fork{self._number}")
            answer = ("ok", work())
        except BaseException:  # noqa: BLE001  # a child must never return into the test runner
            answer = ("failed", traceback.format_exc(limit=-8))
        try:
            with os.fdopen(write_end, "wb") as pipe:
                pipe.write(pickle.dumps(answer))
        finally:
            os._exit(0)

    def _effects(self) -> list[Effect]:
        driver = _driver(self.rig)
        driver.probe, driver.calls = True, {}
        first = len(driver.log)
        self.rig.one_pass()
        return [
            Effect(
                number=first + place + 1,
                name=type(op).__name__,
                changes=isinstance(op, (Commit, *REMOTE_WRITES)),
                remote_write=isinstance(op, REMOTE_WRITES),
                calls=driver.calls.get(first + place + 1, 0),
            )
            for place, op in enumerate(driver.log[first:])
        ]


def _driver(rig: Rig) -> FaultDriver:
    assert isinstance(rig.driver, FaultDriver)
    return rig.driver


def _equip(rig: Rig, kind: type[FaultDriver] = FaultDriver) -> None:
    driver = kind(rig.engine, rig.clock, seed=rig.seed)
    driver.world = rig.world
    rig.driver = driver


def _reopen(rig: Rig, name: str) -> None:
    """A new process over a copy of the database."""
    old = Path(rig.url.removeprefix("sqlite:///"))
    new = old.with_name(f"{name}.sqlite3")
    shutil.copyfile(old, new)
    rig.url = f"sqlite:///{new}"
    rig.restart(0.0)
    _equip(rig)


@contextmanager
def prepared(story: Story, folder: Path, *, seed: int = 0) -> Iterator[Prepared]:
    """The story up to the pass under test, at rest: no connection, no thread."""
    made = make_rig(folder, people=story.people, rules=dict(story.rules), seed=seed)
    _equip(made)
    memo = Memo(start=made.clock().replace(minute=0, second=0, microsecond=0) + 24 * HOUR)
    try:
        story.switches(made, memo)
        made.sync()
        story.given(made, memo)
        made.tick()
        made.sync()
        made.tick()
        story.when(made, memo)
        made.tick()
        made.engine.close()
        made.database.close()
        yield Prepared(made, memo, story)
    finally:
        made.engine.close()
        made.database.close()
        drop(made.url)


def _played(rig: Rig, memo: Memo, story: Story, accident: Accident) -> list[str]:
    _equip(rig, accident.driver)
    driver = _driver(rig)
    driver.crash_before, driver.crash_after, driver.fault = (
        accident.crash_before,
        accident.crash_after,
        accident.fault,
    )
    crashed = _crashes(rig)
    if not crashed and accident.fault is None and (accident.crash_before or accident.crash_after):
        raise AssertionError(f"the crash never came: {[type(op).__name__ for op in driver.log[-12:]]}")
    driver.fault = None
    accident.gap(rig, memo)
    if crashed or accident.kills:
        rig.restart(accident.restart_seconds)
        _equip(rig, accident.driver)
        if accident.crash_again is not None:
            _driver(rig).crash_after = accident.crash_again
            _crashes(rig)
            rig.restart(accident.restart_seconds)
            _equip(rig, accident.driver)
    return converged(rig, memo, story, accident)


def _crashes(rig: Rig) -> bool:
    try:
        rig.one_pass()
    except Crash:
        return True
    return False


def converged(rig: Rig, memo: Memo, story: Story, accident: Accident) -> list[str]:
    """Passes until all late effects have come and nothing is left to do; then what the oracle says."""
    turns = 0
    while rig.world.faults.pending() or turns < 1:
        rig.tick()
        rig.one_pass()
        turns += 1
    rig.tick(150.0)
    rig.sync()
    _wait_for_what_is_due(rig)
    late = accident.fault is not None and isinstance(accident.fault[2], LateEffect | Twice)
    oracle = Oracle(rig)
    problems = oracle.check(late_writes=late and bool(accident.gap_name))
    oracle.rests()
    if story.may_differ:
        problems[:] = [one for one in problems if "differs" not in one and not one.startswith("lost ")]
    if accident.gap is nothing:
        try:
            story.then(rig, memo)
        except AssertionError:
            problems.append("the change was not carried: " + traceback.format_exc(limit=-1).strip()[-300:])
    return problems


def _wait_for_what_is_due(rig: Rig) -> None:
    """A side that was throttled is asked again after minutes: go on until nothing waits within the hour."""
    for _ in range(4):
        due_at = rig.one_pass().due_at
        if due_at is None:
            return
        rig.tick(max(0.0, (due_at - rig.clock()).total_seconds()) + 1.0)
        rig.sync()


def failures(story: Prepared, accidents: Iterable[Accident]) -> list[str]:
    """What went wrong in which history; a history that could not be finished counts."""
    out = []
    for accident in accidents:
        try:
            problems = story.play(accident)
        except AssertionError as error:
            problems = [f"not finished: {str(error)[-400:]}"]
        out += [f"{story.story.name} [{accident}]: {problem}" for problem in problems]
    return out


# --- where it goes wrong ------------------------------------------------------------------------------------------


def crash_points(effects: list[Effect]) -> list[Accident]:
    """Before anything, and after each effect that changes something: every distinguishable moment of death."""
    changing = [one for one in effects if one.changes]
    first = [Accident(crash_before=changing[0].number)] if changing else []
    return first + [Accident(crash_after=one.number) for one in changing]


def fault_points(effects: list[Effect], kind: str) -> list[Accident]:
    """The fault at each HTTP call of each remote write; by turns the process dies of it or goes on."""
    out: list[Accident] = []
    for effect in effects:
        if effect.remote_write:
            for skip in range(effect.calls):
                out.append(Accident(fault=(effect.number, skip, FAULTS[kind]), kills=len(out) % 2 == 0))
                if kind in BOTH_WAYS:
                    out.append(Accident(fault=(effect.number, skip, FAULTS[kind]), kills=len(out) % 2 == 0))
    return out


def reading_faults(effects: list[Effect]) -> list[Accident]:
    """Broken answers to each remote read."""
    out: list[Accident] = []
    for effect in effects:
        if not effect.remote_write:
            for skip in range(effect.calls):
                out += [Accident(fault=(effect.number, skip, action), kills=False) for action in BROKEN_READS]
    return out


def sampled(points: list[Accident], rng: random.Random, number: int) -> list[Accident]:
    """``number`` of the points, or all where ``ROS_TEST_EVERY_CRASH`` is set; never none."""
    assert points
    if os.environ.get("ROS_TEST_EVERY_CRASH"):
        return points
    return rng.sample(points, min(number, len(points)))


def every_point(effects: list[Effect]) -> list[Accident]:
    """Before and after literally every effect."""
    before = [Accident(crash_before=one.number) for one in effects]
    return before + [Accident(crash_after=one.number) for one in effects]


FAULTS: dict[str, Action] = {
    "request_lost": DropRequest(),
    "reply_lost": DropReply(),
    "reset": DropReply(reset=True),
    "late_5": LateEffect(5.0),
    "late_40": LateEffect(40.0),
    "late_90_as_503": LateEffect(90.0, status=503),
    "twice": Twice(),
    "twice_after_30": Twice(30.0),
    "throttled": Status(429),
    "throttled_30": Status(429, retry_after=30),
    "status_500": Status(500),
    "status_500_applied": Status(500, applied=True),
    "status_503": Status(503),
    "html": HtmlPage(),
    "cut_json": CutJson(),
    "malformed": Malformed(),
}
#: Faults after which it matters most whether the same process or another one goes on.
BOTH_WAYS = ("reply_lost", "late_40", "throttled")
BROKEN_READS: tuple[Action, ...] = (DropRequest(), Status(429, retry_after=20), HtmlPage(), CutJson(), EmptyList())


# --- what people do in the gap ------------------------------------------------------------------------------------
