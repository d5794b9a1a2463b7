"""The promise of 15 seconds holds behind a queue: Raynet announces one change at a time, our own saves as well."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

import pytest

from server.domain.state import Side
from server.ports.store import FirmState, LoadFirm
from simulator.raynet.records import Ref
from tests.support.rig import Person
from tests.support.turning import Turning

PROMISE_SECONDS = 15.0
#: Long enough for the announcements of a burst to queue for minutes under either edition's pacing.
BURST = 24
#: Seconds after the burst: before anybody can know of the queue, when it has just shown itself, and deep in it.
MOMENTS = (1.7, 6.4, 13.1, 31.3)

Pacing = Literal["newer", "older"]


@pytest.fixture
def made(trusted: Turning) -> Turning:
    return trusted


@pytest.fixture
def jana(made: Turning) -> Person:
    return made.rig.people["jana"]


def hour(made: Turning, number: int) -> datetime:
    return made.rig.clock() + timedelta(hours=number)


def sync_of(made: Turning) -> FirmState:
    return made.rig.engine.driver.perform(LoadFirm(made.rig.firm))  # type: ignore[return-value]


def let_our_saves_queue(made: Turning, jana: Person, pacing: Pacing) -> None:
    """Many events of hers, each of which we save in Raynet."""
    made.rig.raynet.switches.webhook_pacing = pacing
    for number in range(BURST):
        jana.outlook.create(f"Dávka {number}", hour(made, 100 + number), hour(made, 101 + number))
    made.run_for(3)
    assert made.proven() == set(Side)


def seconds_until(made: Turning, has_arrived: Callable[[], bool]) -> float:
    began = made.rig.clock()
    while not has_arrived():
        made.run_for(0.5)
        if (made.rig.clock() - began).total_seconds() > 4 * PROMISE_SECONDS:
            break
    return (made.rig.clock() - began).total_seconds()


def in_outlook(jana: Person, subject: str) -> bool:
    return any(one.subject == subject for one in jana.outlook.events().values())


@pytest.mark.parametrize("pacing", ["newer", "older"])
def test_edits_in_raynet_arrive_in_time_behind_our_own_announcements(
    made: Turning, jana: Person, pacing: Pacing
) -> None:
    refs: list[Ref] = [
        jana.ui.create("meeting", start=hour(made, 50 + n), title=f"Porada {n}").ref for n in range(len(MOMENTS))
    ]
    made.run_for(60)
    let_our_saves_queue(made, jana, pacing)
    burst_at = made.rig.clock()

    took = []
    for number, (ref, moment) in enumerate(zip(refs, MOMENTS, strict=True)):
        made.run_for(max(0.0, moment - (made.rig.clock() - burst_at).total_seconds()))
        jana.ui.edit(ref, title=f"Přesun {number}")
        took.append(seconds_until(made, lambda subject=f"Přesun {number}": in_outlook(jana, subject)))

    assert max(took) <= PROMISE_SECONDS, took


@pytest.mark.parametrize("pacing", ["newer", "older"])
def test_a_deletion_in_raynet_arrives_in_time_behind_our_own_announcements(
    made: Turning, jana: Person, pacing: Pacing
) -> None:
    ref = jana.ui.create("meeting", start=hour(made, 50), title="Zrušená").ref
    made.run_for(60)
    let_our_saves_queue(made, jana, pacing)
    made.run_for(9)

    jana.ui.delete(ref)
    took = seconds_until(made, lambda: not in_outlook(jana, "Zrušená"))

    assert took <= PROMISE_SECONDS


def test_the_floor_relaxes_again_when_the_queue_is_empty(made: Turning, jana: Person) -> None:
    let_our_saves_queue(made, jana, "older")
    made.run_for(15)
    until = sync_of(made).sync.queued_until
    assert until is not None
    assert until > made.rig.clock()

    made.run_for(180)
    assert not made.rig.raynet.webhooks.next_due()
    first = len(made.turns)
    made.run_for(300)

    # Once a minute, as trusted push allows.
    assert len([one for one in made.turns[first:] if one.floor.raynet_reads]) <= 6
