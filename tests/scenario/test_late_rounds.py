"""A ring whose change delta shows only later asks again: trusted push does not leave it to a round minutes away."""

from datetime import datetime, timedelta

import pytest

from tests.support.rig import Person
from tests.support.turning import Turning


@pytest.fixture
def made(trusted: Turning) -> Turning:
    return trusted


@pytest.fixture
def jana(made: Turning) -> Person:
    return made.rig.people["jana"]


@pytest.fixture
def event(made: Turning, jana: Person) -> str:
    """Stands on both sides, and all rings of its making are over."""
    found: str = jana.outlook.create("Zubař", hour(made, 5), hour(made, 6))
    made.run_for(60)
    return found


def hour(made: Turning, number: int) -> datetime:
    return made.rig.clock() + timedelta(hours=number)


def titles(made: Turning, jana: Person) -> set[str]:
    return {one.title for one in jana.ui.calendar(hour(made, 0), hour(made, 99))}


@pytest.mark.parametrize("delay", [1.0, 4.0, 8.0])
def test_a_change_that_delta_shows_late_arrives_in_time(made: Turning, jana: Person, event: str, delay: float) -> None:
    made.rig.world.graph.switches.delta_visibility_seconds = delay

    jana.outlook.edit(event, subject="Zubařka")
    made.run_for(15)

    assert "Zubařka" in titles(made, jana)


def test_the_second_of_two_quick_saves_is_not_taken_for_the_first(made: Turning, jana: Person, event: str) -> None:
    made.rig.world.graph.switches.delta_visibility_seconds = 3.0

    jana.outlook.edit(event, subject="Zubařka")
    made.rig.clock.advance(seconds=2)
    jana.outlook.edit(event, subject="Ortodontistka")
    made.run_for(15)

    assert "Ortodontistka" in titles(made, jana)


def test_a_ring_that_is_never_explained_asks_a_few_times_only(made: Turning, jana: Person, event: str) -> None:
    made.rig.world.graph.switches.delta_visibility_seconds = 10_000.0
    first = len(made.turns)

    jana.outlook.edit(event, subject="Zubařka")
    made.run_for(200)

    rounds = sum(one.calls.graph_reads for one in made.turns[first:])
    assert 3 <= rounds <= 6
    assert not made.waiting()


def test_a_creation_that_rings_after_a_later_save_asks_once(made: Turning, jana: Person, event: str) -> None:
    creations = [one for one in made.app.sent if b'"created"' in one.body]
    jana.outlook.edit(event, subject="Zubařka")
    made.run_for(400)
    first = len(made.turns)

    made.app.deliver(creations[-1])
    made.run_for(0)
    made.run_for(200)

    assert sum(one.calls.graph_reads for one in made.turns[first:] if one.rang) == 1
