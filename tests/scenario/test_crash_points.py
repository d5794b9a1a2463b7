"""A process that is killed anywhere, for every kind of write: nothing double, half, lost or open."""

import random
from pathlib import Path

import pytest

from tests.scenario.crash_stories import STORIES
from tests.support.crashes import Accident, crash_points, every_point, failures, prepared, sampled
from tests.support.gaps import GAPS, gap_points

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
_BUSY = (
    "create_event",
    "update_event",
    "delete_event",
    "create_activity",
    "create_private",
    "update_activity",
    "cancel_activity",
    "mask",
)


@pytest.mark.parametrize("name", STORIES)
def test_a_process_killed_anywhere_leaves_nothing_double_half_or_lost(name: str, tmp_path: Path) -> None:
    with prepared(STORIES[name], tmp_path) as story:
        points = crash_points(story.effects())
        assert len(points) > 2
        assert failures(story, [Accident(), *points]) == []


@pytest.mark.parametrize("gap", [name for name in GAPS if name])
@pytest.mark.parametrize("name", _BUSY)
def test_people_who_edit_before_the_next_process_starts_lose_nothing(name: str, gap: str, tmp_path: Path) -> None:
    with prepared(STORIES[name], tmp_path) as story:
        points = sampled(gap_points(story.effects(), gap), random.Random(name + gap), 2)
        assert failures(story, points) == []


def test_any_effect_of_a_create_may_be_the_last(tmp_path: Path) -> None:
    with prepared(STORIES["create_activity"], tmp_path) as story:
        assert failures(story, sampled(every_point(story.effects()), random.Random(0), 20)) == []


@pytest.mark.parametrize("name", ["create_event", "create_activity"])
def test_a_process_killed_while_it_recovers_is_recovered_too(name: str, tmp_path: Path) -> None:
    with prepared(STORIES[name], tmp_path) as story:
        first = [one for one in gap_points(story.effects(), "") if one.crash_after is not None][:4]
        again = [
            Accident(crash_after=one.crash_after, crash_again=number) for one in first for number in range(6, 40, 4)
        ]
        assert failures(story, sampled(again, random.Random(name), 8)) == []
