"""What every run of the tests meets: each fault at each kind of call, each commit lost, each reason and case."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from server.domain.reasons import Reason
from tests.histories import campaign, corpus, figures, occasions
from tests.histories.encounters import COMMITS, ENCOUNTERS, NEVER
from tests.histories.play import play
from tests.histories.script import Mishap
from tests.histories.thaw import thawed


@pytest.fixture(autouse=True)
def _fast() -> Iterator[None]:
    with thawed():
        yield


@pytest.mark.parametrize("call", sorted(ENCOUNTERS))
def test_each_fault_that_fits_strikes_this_call_and_both_sides_agree_afterwards(call: str) -> None:
    faults = [fault for fault, where in figures.expected() if where == call]
    told = {}
    for fault in faults:
        outcome = play(ENCOUNTERS[call].struck_by(fault))
        if outcome.struck[fault, call] != 1 or outcome.problems:
            told[fault] = outcome.problems

    assert faults
    assert told == {}


@pytest.mark.parametrize("fault", figures.COMMIT_FAULTS)
def test_each_commit_of_a_history_is_lost_or_taken_back_once(fault: str) -> None:
    told, number = {}, 0
    while True:
        number += 1
        outcome = play(replace(COMMITS, mishaps=(Mishap(firm=0, op="Commit", number=number, fault=fault),)))
        if not outcome.struck[fault, "store.commit"]:
            break
        if outcome.problems:
            told[number] = outcome.problems

    assert number > 25
    assert told == {}


def test_the_table_knows_every_call_that_histories_make() -> None:
    called = set(campaign.run(range(2_000, 2_015)).called)
    for script in list(corpus.scripts().values())[::6]:
        called |= set(play(script).called)

    assert called <= ENCOUNTERS.keys()
    assert {call for _, call in figures.expected()} == {*ENCOUNTERS, "store.commit"}
    assert not NEVER.keys() & ENCOUNTERS.keys()


def test_each_reason_and_each_case_of_the_merge_is_met() -> None:
    given: set[str] = set()
    with occasions.counted() as met:
        for script in occasions.scripts():
            outcome = play(script)
            assert outcome.problems == []
            given |= set(outcome.reasons)

    assert {one for one in Reason if one.value not in given} == set(occasions.NOT_GIVEN)
    assert {one for one in occasions.CASES if not met[one]} == set()


def test_what_no_history_meets_has_its_reason() -> None:
    assert all(NEVER.values())
    assert all(occasions.NOT_GIVEN.values())
    assert NEVER
