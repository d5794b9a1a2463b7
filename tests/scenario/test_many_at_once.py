"""Somebody's many new appointments take their time; a colleague's one change does not wait for the last of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bench.timed import TimedDriver, play
from tests.support.rig import Person
from tests.support.turning import Turning, prove_push, turning

#: Of one request; three at once to a firm's Raynet.
LATENCY = 0.25
MANY = 120
HOUR = timedelta(hours=1)


@pytest.fixture(params=[False, True], ids=["polling", "push"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Turning]:
    with turning(tmp_path, push=request.param, people=("jana", "petr")) as one:
        one.rig.raynet.switches.webhook_pacing = "none"
        if request.param:
            prove_push(one)
        yield one


def _at_work(made: Turning) -> TimedDriver:
    rig = made.rig
    driver = TimedDriver(rig.engine, rig.clock, latency=LATENCY)

    def after_moving() -> None:
        rig.world.settle()
        while made.push and rig.world.pump(made.app):
            pass

    driver.after_moving, rig.driver = after_moving, driver
    return driver


def _many(person: Person, start: datetime) -> None:
    for number in range(MANY):
        at = start + number * HOUR
        person.outlook.create(f"Import {number}", at, at + HOUR / 2)


def _arrives(driver: TimedDriver, title: str) -> datetime | None:
    found = (ends for ends, op in driver.sent if getattr(getattr(op, "change", None), "title", None) == title)
    return next(found, None)


def test_a_colleagues_change_arrives_while_hundreds_are_carried(made: Turning) -> None:
    jana, petr = made.rig.people["jana"], made.rig.people["petr"]
    start = made.rig.clock() + timedelta(days=1)
    seconds_after = (4.0, 9.5, 17.0)
    events = [petr.outlook.create(f"Zubař {one}", start, start + HOUR) for one in seconds_after]
    made.run_for(120)
    driver = _at_work(made)
    _many(jana, start)
    began = driver.clock()
    changes = [began + timedelta(seconds=one) for one in seconds_after]
    for number, (at, event) in enumerate(zip(changes, events, strict=True)):
        driver.at(at, partial(petr.outlook.edit, event, subject=f"Zubařka {number}"))

    play(made, driver, 120)

    arrived = [_arrives(driver, f"Zubařka {number}") for number in range(len(changes))]
    assert all(arrived), arrived
    waited = [(there - at).total_seconds() for there, at in zip(arrived, changes, strict=True) if there is not None]
    assert max(waited) <= 15, waited
    titles = {one.title for one in jana.ui.calendar(start, start + (MANY + 1) * HOUR)}
    assert {f"Import {number}" for number in range(MANY)} <= titles
    created = [ends for ends, op in driver.sent if type(op).__name__ == "CreateActivity"]
    assert max(created) - began > timedelta(seconds=20), "too few to make anybody wait"
