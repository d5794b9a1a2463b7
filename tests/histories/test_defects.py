"""Planted defects are found: the histories would notice if somebody made these mistakes."""

import pytest

from tests.histories import hunt
from tests.histories.corpus import scripts
from tests.histories.defects import BY_NAME, DEFECTS
from tests.histories.play import play

#: Found within a few histories; the others take longer and are hunted on demand (`make defects`).
QUICK = (
    "nojournal",
    "lww",
    "baseless",
    "privleak",
    "notpersonal",
    "mails",
    "noreread",
    "onlyowner",
    "norecover",
    "noproof",
)


def test_there_are_at_least_forty_and_each_can_be_planted_and_taken_out() -> None:
    assert len(DEFECTS) >= 40
    assert len(BY_NAME) == len(DEFECTS)
    for defect in DEFECTS:
        before = [getattr(where, name) for where, name, _ in defect.swaps]
        with defect.planted():
            assert any(
                getattr(where, name) is not old for (where, name, _), old in zip(defect.swaps, before, strict=True)
            )
        assert [getattr(where, name) for where, name, _ in defect.swaps] == before


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_a_planted_defect_is_found(name: str) -> None:
    found, problem = hunt.first_hit(BY_NAME[name], 500_000, 250)

    assert found is not None, f"{name} was not found"
    assert problem


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("notawaited", "an-open-create-seen-by-delta"),
        ("equalid", "an-equal-id-is-no-type-change"),
        ("seatback", "a-seat-that-comes-back"),
    ],
)
def test_a_history_of_the_corpus_fails_again_with_its_mistake(name: str, script: str) -> None:
    with BY_NAME[name].planted():
        assert play(scripts()[script]).problems
