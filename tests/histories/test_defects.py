"""Planted defects are found: each has a script that fails with the mistake in place, and passes without it."""

from dataclasses import replace

import pytest

from tests.histories import hunt
from tests.histories.defects import BY_NAME, DEFECTS
from tests.histories.play import play
from tests.histories.workload import history

SCRIPTS = hunt.recorded()


def test_there_are_at_least_forty_and_each_can_be_planted_and_taken_out() -> None:
    assert len(DEFECTS) >= 40
    assert len(BY_NAME) == len(DEFECTS)
    for defect in DEFECTS:
        places = defect.places()
        assert {name for _, name, _ in places} == {name for _, name, _ in defect.swaps}
        before = [getattr(where, name) for where, name, _ in places]
        with defect.planted():
            assert all(getattr(where, name) is not old for (where, name, _), old in zip(places, before, strict=True))
        assert [getattr(where, name) for where, name, _ in places] == before


def test_each_defect_is_shown_or_told_to_be_harmless() -> None:
    harmless = {one.name for one in DEFECTS if one.masked}

    assert SCRIPTS.keys() <= BY_NAME.keys()
    assert BY_NAME.keys() - SCRIPTS.keys() == harmless


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_its_script_fails_with_the_defect_and_passes_without(name: str) -> None:
    assert hunt.shows(BY_NAME[name], SCRIPTS[name])


@pytest.mark.parametrize("name", sorted(one.name for one in DEFECTS if one.both))
def test_two_mistakes_that_hide_each_other_are_harmless_alone(name: str) -> None:
    """Else the script of both would tell nothing about the one that is masked."""
    masked = {one.name for one in DEFECTS if one.masked}

    assert masked.intersection(BY_NAME[name].both)
    for alone in BY_NAME[name].both:
        assert not hunt.shows(BY_NAME[alone], SCRIPTS[name])


@pytest.mark.parametrize("name", sorted(one.name for one in DEFECTS if one.masked))
def test_a_masked_mistake_still_fits_the_code_that_it_is_planted_in(name: str) -> None:
    script, _ = history(7)
    with BY_NAME[name].planted():
        outcome = play(replace(script, accidents=()))

    assert outcome.writes
    assert not [one for one in outcome.problems if one.startswith(hunt.MISFITS)]
