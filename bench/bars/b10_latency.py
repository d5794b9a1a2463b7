"""B10, B11, B12: how long a change takes, in simulated time: with push, by polling alone, and a hundred at once.

Each HTTP request of ours takes 100 ms and waits for its slot; what the worker itself computes takes none
here (its CPU
is B9's). Measured is until the answer to our write came.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bench.measured import Found, Plot, Run, Target, percentile
from bench.timed import TimedDriver, play
from simulator.wire import Push, SimResponse
from tests.support.turning import IntoTheApp, Turning, prove_push, turning

TITLE = "B10 B11 B12: how long a change takes"
LATENCY = 0.1
#: Requests that one change alone needs one after the other: list and write; round, reading again and write.
NEEDED = {"R": 2, "O": 3}
_LOOK = (
    "On SQLite the worker looks into the inbox five times a second, which alone is 0.1 s in the middle; "
    "PostgreSQL rings. "
    "A change that comes while its firm's pass runs waits for the pass's end."
)
TARGETS = (
    Target(bar="B10", name="added by us, push, p50", most=0.05, unit="s", kind="virtual", obstacle=_LOOK),
    Target(bar="B10", name="added by us, push, p99", most=0.4, unit="s", kind="virtual", obstacle=_LOOK),
    Target(bar="B10", name="notification to arrival, push, p50", most=0.5, unit="s", kind="virtual", obstacle=_LOOK),
    Target(bar="B10", name="notification to arrival, push, p99", most=2.0, unit="s", kind="virtual", obstacle=_LOOK),
    Target(bar="B11", name="change to arrival, polling alone, p50", most=8, unit="s", kind="virtual"),
    Target(bar="B11", name="change to arrival, polling alone, p99", most=15, unit="s", kind="virtual"),
    Target(
        bar="B12",
        name="100 edits in a second, doorbell at one a second: the last arrives",
        most=8,
        unit="s",
        kind="virtual",
        obstacle="A hundred writes of 100 ms, three at once in one mailbox (Graph allows four), are 3.4 s; "
        "the rest is the "
        "ring, the list and that rings go on coming for a hundred seconds.",
    ),
)


def measure(run: Run) -> Found:
    number = 40 if run.quick else 120
    rung = _pushed(run, number, look_seconds=0.0)
    looked = _pushed(run, number, look_seconds=0.2)
    run.say("with push: done")
    polled = _polled(run, number)
    run.say("polling: done")
    lags = sorted(lag for lag, _, _ in polled)
    added = [max(0.0, lag - LATENCY * NEEDED[side]) for _, lag, side in rung]
    total = [lag for _, lag, _ in rung]
    return Found(
        values={
            "added by us, push, p50": percentile(added, 0.5),
            "added by us, push, p99": percentile(added, 0.99),
            "notification to arrival, push, p50": percentile(total, 0.5),
            "notification to arrival, push, p99": percentile(total, 0.99),
            "change to arrival, polling alone, p50": percentile(lags, 0.5),
            "change to arrival, polling alone, p99": percentile(lags, 0.99),
            "100 edits in a second, doorbell at one a second: the last arrives": _burst(run, 100),
        },
        details={
            "changes": {"push": len(rung), "polling": len(polled)},
            "notification to arrival on SQLite": {
                "p50": percentile([lag for _, lag, _ in looked], 0.5),
                "p99": percentile([lag for _, lag, _ in looked], 0.99),
            },
            "longest, polling alone": max(lags),
            "polling alone, edited in Raynet, p99": percentile([lag for lag, _, side in polled if side == "R"], 0.99),
        },
        plots=[
            Plot(
                name="lag",
                title="Time from change to arrival, API latency 100 ms",
                x="share of changes",
                y="seconds",
                lines={
                    "polling alone": _quantiles(lags),
                    "push, PostgreSQL": _quantiles(sorted(total)),
                    "push, SQLite": _quantiles(sorted(lag for _, lag, _ in looked)),
                },
            )
        ],
    )


def _quantiles(ordered: list[float]) -> list[tuple[float, float]]:
    return [(share / 100, percentile(ordered, share / 100)) for share in (1, *range(5, 100, 5), 99)]


class _People:
    """Edits with titles of their own on items that rest, and when each was made and announced."""

    def __init__(self, made: Turning, driver: TimedDriver, items: int) -> None:
        self.made, self.driver = made, driver
        self.made_at: dict[str, datetime] = {}
        self.told_at: dict[str, datetime] = {}
        self.side: dict[str, str] = {}
        self._of_id: dict[str, list[str]] = defaultdict(list)
        self.refs: list[tuple[Any, Any]] = []
        self.events: list[tuple[Any, str]] = []
        start = made.rig.clock() + timedelta(days=1)
        for number in range(items):
            person = list(made.rig.people.values())[number % len(made.rig.people)]
            at = start + timedelta(hours=number)
            self.refs.append((person, person.ui.create("meeting", start=at, title=f"A {number}").ref))
            self.events.append((person, person.outlook.create(f"E {number}", at, at + timedelta(minutes=30))))

    def edit(self, number: int, side: str) -> None:
        title = f"{side} {number}"
        self.made_at[title], self.side[title] = self.driver.clock(), side
        if side == "R":
            person, ref = self.refs[number % len(self.refs)]
            person.ui.edit(ref, title=title)
            self._of_id[str(ref.id)].append(title)
        else:
            person, event = self.events[number % len(self.events)]
            person.outlook.edit(event, subject=title)
            self._of_id[event].append(title)

    def told(self, body: str) -> None:
        """An announcement was accepted just now."""
        for name, titles in self._of_id.items():
            if f'"{name}"' in body or f": {name}," in body:
                for title in titles:
                    self.told_at.setdefault(title, self.driver.clock())

    def lags(self) -> list[tuple[float, float, str]]:
        """(seconds since the change, seconds since its announcement, side) of each that arrived."""
        out = []
        for ends, op in self.driver.sent:
            change = getattr(op, "change", None)
            title = getattr(change, "subject", None) or getattr(change, "title", None)
            if title in self.made_at:
                made = self.made_at.pop(title)
                told = self.told_at.get(title, made)
                out.append(((ends - made).total_seconds(), (ends - told).total_seconds(), self.side[title]))
        return out


class _Listening(IntoTheApp):
    """Tells when an announcement was accepted."""

    people: _People | None = None

    def deliver(self, push: Push) -> SimResponse:
        if self.people is not None:
            self.people.told(push.body.decode())
        return super().deliver(push)


@contextmanager
def _timed(run: Run, *, push: bool, mailboxes: int, items: int) -> Iterator[tuple[Turning, TimedDriver, _People]]:
    """A firm whose items are paired, with push proven where there is any."""
    names = tuple(f"p{number}" for number in range(mailboxes))
    with turning(run.fresh("timed"), push=push, people=names) as made:
        rig = made.rig
        rig.raynet.switches.webhook_pacing = "none"
        if push:
            prove_push(made)
        driver = TimedDriver(rig.engine, rig.clock, latency=LATENCY)
        people = _People(made, driver, items)
        made.run_for(300)
        if push:
            made.app = listening = _Listening(rig)
            listening.people = people
            rig.world.use_sender(listening)
        rig.driver = driver

        def after_moving() -> None:
            rig.world.settle()
            while push and rig.world.pump(made.app):
                pass

        driver.after_moving = after_moving
        yield made, driver, people


def _planned(driver: TimedDriver, people: _People, number: int, every: float, sides: str = "RO") -> float:
    """Edits at random moments; the seconds until the last."""
    draw, at = random.Random(10), 0.0
    for one in range(number):
        at += draw.expovariate(1 / every)
        moment = driver.clock() + timedelta(seconds=at)
        driver.at(moment, partial(people.edit, one, sides[one % len(sides)]))
    return at


def _pushed(run: Run, number: int, *, look_seconds: float) -> list[tuple[float, float, str]]:
    """One change each second: about half of the time a pass of the firm runs."""
    with _timed(run, push=True, mailboxes=5, items=60) as (made, driver, people):
        made.look_seconds = look_seconds
        play(made, driver, _planned(driver, people, number, 1.0) + 30)
        return people.lags()


def _polled(run: Run, number: int) -> list[tuple[float, float, str]]:
    with _timed(run, push=False, mailboxes=20, items=60) as (made, driver, people):
        play(made, driver, _planned(driver, people, number, 2.0) + 40)
        return people.lags()


def _burst(run: Run, number: int) -> float:
    """Seconds until the last of so many edits within a second of one person in Raynet stands in Outlook."""
    with _timed(run, push=True, mailboxes=1, items=number) as (made, driver, people):
        made.rig.raynet.switches.webhook_pacing = "older"
        began = driver.clock()
        for one in range(number):
            driver.at(began + timedelta(seconds=one / number), partial(people.edit, one, "R"))
        play(made, driver, 130)
        found = people.lags()
        if len(found) != number:
            raise RuntimeError(f"{len(found)} of {number} arrived")
        return max(ends for ends, _, _ in found)
