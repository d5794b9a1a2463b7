"""Every order and repetition of deliveries, saves, readings, crashes: one activity, no confirmed choice lost."""

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.scenario.panel_stories import Stage, judge

STORIES = 24
#: Seeds of the long run; `make interleavings N=400` plays more.
SEEDS = int(os.environ.get("ROS_TEST_INTERLEAVINGS", "45"))


def played(folder: Path, seed: int) -> Counter[str]:
    stage = Stage(folder, seed, STORIES)
    try:
        stage.play()
        return judge(stage)
    finally:
        stage.close()


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_doubled_or_lost(tmp_path: Path, seed: int) -> None:
    ends = played(tmp_path, seed)
    assert sum(ends.values()) == STORIES
    assert ends["as chosen"] >= STORIES // 6, ends


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 100 + SEEDS))
def test_nothing_is_doubled_or_lost_in_thousands_of_stories(tmp_path: Path, seed: int) -> None:
    assert sum(played(tmp_path, seed).values()) == STORIES
