"""Delta shows once more what left before anybody had seen it: the event itself is asked, nothing is made of it else."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from server.flow import want
from server.ports.store import LiveTombstones
from tests.support.rig import Rig

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
Firm = Callable[..., Rig]


@pytest.fixture
def moved_away(firm: Firm) -> tuple[Rig, str]:
    """An event that was made and moved out of the window before any reading, and the readings since."""
    rig = firm("jana")
    made: str = rig.people["jana"].outlook.create("Zubař", rig.clock() + DAY, rig.clock() + DAY + HOUR)
    rig.tick(5)
    move(rig, made, days=-100)
    rig.tick()
    rig.sync()
    assert not rig.raynet.activities()
    rig.world.graph.switches.delta_repeat_probability = 1.0
    rig.world.graph.switches.delta_repeats_old = True
    return rig, made


def move(rig: Rig, event: str, *, days: int) -> None:
    start = rig.clock() + timedelta(days=days)
    rig.people["jana"].outlook.move_in_time(event, start, start + HOUR)


def test_what_left_before_it_was_seen_is_not_made_of_a_replay(moved_away: tuple[Rig, str]) -> None:
    rig, _ = moved_away
    reads = rig.reads()[1]
    rig.tick()
    rig.one_pass()

    assert not rig.raynet.activities()
    # The round, and the event that it shows.
    assert rig.reads()[1] - reads == 2


def test_what_has_come_back_is_made_as_it_is(moved_away: tuple[Rig, str]) -> None:
    rig, event = moved_away
    move(rig, event, days=2)
    rig.tick()
    rig.world.graph.switches.delta_repeat_probability = 0.0
    rig.sync()

    [made] = rig.raynet.activities()
    assert made.title == "Zubař"
    assert made.scheduled_from is not None
    assert made.scheduled_from > rig.clock() + DAY


def test_occurrences_that_go_with_their_series_are_not_remembered(moved_away: tuple[Rig, str]) -> None:
    """They are never shown as events: nothing asks for them."""
    rig, _ = moved_away
    rig.world.graph.switches.delta_repeat_probability = 0.0
    jana = rig.people["jana"].outlook
    many = [jana.create(f"E{n}", rig.clock() + DAY, rig.clock() + DAY + HOUR) for n in range(12)]
    rig.tick(5)
    for one in many:
        jana.delete(one, permanent=True)
    rig.tick()
    rig.sync()

    [stone] = rig.driver.run(want(LiveTombstones(rig.firm)))
    assert stone.key.startswith("left:")
