"""The bars that are exact counts (B1, B2, B3): the same functions as the bench, small enough for every run."""

from pathlib import Path

import pytest

from bench.calls import burst, isolated, one_way

MOST_ISOLATED = 2.6
MOST_IN_A_BURST = 1.6
MOST_ECHO_READS_PER_WRITE = 0.05


@pytest.mark.parametrize(
    ("what", "calls"),
    [("R~", 2), ("O~", 3), ("R+", 3), ("O+", 3), ("R-", 3), ("O-", 3)],
    ids=["edited in Raynet", "edited in Outlook", "made in Raynet", "made in Outlook", "gone there", "gone here"],
)
def test_each_kind_of_change_costs_what_it_must(tmp_path: Path, what: str, calls: int) -> None:
    """Made in Raynet: one more, because Exchange saves a new event once more by itself, a version nobody knows."""
    spent = one_way(tmp_path, what, times=2)

    assert spent.calls.total == 2 * calls


def test_isolated_changes_of_all_kinds_stay_under_the_bar(tmp_path: Path) -> None:
    spent = isolated(tmp_path, rounds=1)

    assert spent.per_change <= MOST_ISOLATED
    assert spent.echo_reads_per_write <= MOST_ECHO_READS_PER_WRITE
    assert spent.writes == 21


def test_fifty_changes_at_once_share_their_readings(tmp_path: Path) -> None:
    spent = burst(tmp_path, size=50, bursts=1)

    assert spent.per_change <= MOST_IN_A_BURST
    # Nothing of Raynet is read for what we wrote there ourselves.
    assert spent.echo.raynet_reads <= 1
