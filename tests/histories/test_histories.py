"""Histories by seed, and those that failed once: both sides converge, nothing is lost, doubled, leaked or mailed."""

import os
from dataclasses import replace

import pytest

from tests.histories import campaign, crashes, figures
from tests.histories.campaign import Tally
from tests.histories.corpus import scripts
from tests.histories.play import History, play
from tests.histories.script import Script
from tests.histories.shrink import Shrinker, kind_of
from tests.histories.workload import history

#: Ranges of the slow test, each a test of its own so that they spread over the processes.
RANGES = 20
#: Histories of all ranges together; the nightly and the release play more.
HISTORIES = int(os.environ.get("ROS_TEST_HISTORIES", "5000"))
CORPUS = scripts()
#: Histories of a range that may fail: whoever mends one way may leave another for the next day. Only ever lower.
OPEN_SHARE = 0.004
#: Problems that no other open history has, and none may have.
_NEVER = ("I1 ", "I2 ", "I4 ", "I5 ", "mails", "broken", "not repeatable", "no rest")


def _told(tally: Tally) -> str:
    lines = [f"{problem}: python -m tests.histories play --seed {seed}" for seed, problem in tally.failed.items()]
    return "\n".join(lines)


@pytest.mark.parametrize("name", sorted(CORPUS))
def test_a_history_that_failed_once_does_not_fail_again(name: str) -> None:
    assert play(CORPUS[name]).problems == []


def test_some_histories() -> None:
    tally = campaign.run(range(30))

    assert not tally.failed, _told(tally)
    assert tally.writes > 60
    assert tally.carried >= 20


@pytest.mark.slow
@pytest.mark.parametrize("share", range(RANGES))
def test_many_histories(share: int) -> None:
    size = HISTORIES // RANGES
    tally = campaign.run(range(1_000 + share * size, 1_000 + (share + 1) * size))

    assert len(tally.failed) <= OPEN_SHARE * tally.histories, _told(tally)
    assert not [one for one in tally.failed.values() if one.startswith(_NEVER)], _told(tally)
    assert tally.twice
    assert tally.carried >= 0.85 * tally.histories
    # A write that overwrote what nobody could have seen: irreducible where there is no conditional write, and rare.
    assert tally.excused["H9"] <= max(3, tally.histories // 100)


def test_the_same_seed_lives_the_same_life() -> None:
    for seed in (3, 17, 41):
        first, second = campaign.played(seed), campaign.played(seed)

        assert first.trace == second.trace
        assert first.calls == second.calls


def test_what_really_happened_repeats_the_history_without_the_weather() -> None:
    for seed in (5, 23):
        drawn = campaign.played(seed)
        again = play(Script.from_json(drawn.script.to_json()))

        assert again.trace == drawn.trace
        assert again.script == drawn.script


def test_different_seeds_live_different_lives() -> None:
    traces = {campaign.played(seed).trace for seed in range(60, 70)}

    assert len(traces) == 10


def test_a_script_survives_json() -> None:
    for seed in range(30):
        script, _ = history(seed)

        assert Script.from_json(script.to_json()) == script


def test_faults_strike_many_kinds_of_calls() -> None:
    """Even few histories meet most faults; which pairs of fault and call never come is told by `make histories`."""
    tally = campaign.run(range(40, 80))

    assert len({fault for fault, _ in tally.struck}) >= 8
    assert len({call for _, call in tally.struck}) >= 8
    assert len(figures.never_struck(tally.struck)) < len(figures.expected())


def test_a_crash_at_some_points_of_some_histories() -> None:
    deaths = crashes.enumerate_all(range(2), every=41)

    assert deaths.points > 10
    assert deaths.failed == []


@pytest.mark.slow
@pytest.mark.parametrize("share", range(4))
def test_a_crash_at_many_points(share: int) -> None:
    deaths = crashes.enumerate_all(range(10 + share, 50, 4), every=7, kept=60)

    assert deaths.points > 30
    assert deaths.failed == []


def test_a_failure_is_shrunk_to_what_makes_it() -> None:
    """A made-up failure: whenever somebody locks a record. Everything else goes."""
    seed = next(seed for seed in range(200) if any(one.what == "r.lock" for one in history(seed)[0].deeds))
    script, _ = history(seed)

    class Locks(Shrinker):
        def fails(self, candidate: Script) -> bool:
            self.runs += 1
            return any(one.what == "r.lock" for one in candidate.deeds)

    short = Locks(frozenset(), seconds=20.0).shrink(script)

    assert [one.what for one in short.deeds] == ["r.lock"]
    assert short.accidents == ()
    assert len(short.firms) == 1 or short.deeds[0].firm == 1


def test_kinds_of_problems_do_not_depend_on_numbers() -> None:
    assert kind_of("I9 2 equal events") == kind_of("I9 3 equal events")
    assert kind_of("I9 2 equal events") != kind_of("I9 2 equal activities of one owner")


def test_a_pause_longer_than_the_lease_lets_another_worker_take_over() -> None:
    script, _ = history(0)
    two = replace(script, workers=2, accidents=(), mishaps=())
    lived = History(two)
    lived.run()
    names = {row.owner for row in lived.store.leases.values()}

    assert names == {None}
    assert max(row.epoch for row in lived.store.leases.values()) > 1
