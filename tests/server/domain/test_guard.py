"""The brake before mass deletion: both thresholds must be reached."""

import pytest

from server.domain.guard import MassRemoval, mass_removals, removals_of
from server.domain.ids import ActivityKey, ActivityType, LinkId, PairId
from server.domain.plan import Plan
from server.domain.reconcile import reconcile
from server.domain.rules import Rules
from tests.support.builders import ANNA, activity, event, group, link, lose_activity, pair, world


def deletion(number: int) -> Plan:
    key = ActivityKey(ActivityType.MEETING, number)
    held = pair(pair_id=f"p{number:02}", event_id=f"e{number}", link_id=LinkId(str(number)))
    start = group(activity(key=key), (held, event(event_id=f"e{number}")), link=link(activity=key))
    return reconcile(lose_activity(start), world())


def masses(
    plans: list[Plan],
    live: int,
    *,
    confirmed: frozenset[PairId] = frozenset(),
    gone: frozenset[PairId] = frozenset(),
    due: frozenset[PairId] = frozenset(),
    rules: Rules | None = None,
) -> tuple[MassRemoval, ...]:
    removed = removals_of(plans, confirmed)
    return mass_removals(removed, {ANNA.mailbox: live}, {ANNA.mailbox: gone}, rules or Rules(), {ANNA.mailbox: due})


@pytest.mark.parametrize(
    ("count", "of", "held"),
    [(30, 40, True), (4, 40, False), (4, 4, False), (5, 25, True), (5, 26, False), (8, 40, True), (7, 40, False)],
)
def test_many_removals_at_once_are_held(count: int, of: int, held: bool) -> None:
    found = masses([deletion(n) for n in range(count)], of)
    assert [(one.mailbox, len(one.pairs), one.of) for one in found] == ([(ANNA.mailbox, count, of)] if held else [])


def test_confirmed_removals_do_not_count_again() -> None:
    plans = [deletion(n) for n in range(30)]
    confirmed = frozenset(PairId(f"p{n:02}") for n in range(27))
    assert masses(plans, 40, confirmed=confirmed) == ()


def test_ordinary_writes_never_count() -> None:
    plans = [reconcile(group(activity(), link=link()), world()) for _ in range(30)]
    assert masses(plans, 40, rules=Rules(guard_count=1, guard_share=1)) == ()


def test_what_earlier_rounds_of_the_pass_removed_counts_and_is_not_counted_twice() -> None:
    plans, gone = [deletion(n) for n in range(3)], frozenset(PairId(f"p{n:02}") for n in (1, 2, 7, 8))
    (found,) = masses(plans, 21, gone=gone)
    assert (len(found.pairs), found.of) == (3, 23)
    assert masses(plans, 24, gone=gone) == (), "5 of 26"
    assert masses(plans[:1], 10, gone=gone - {PairId("p08")}) == (), "4"


def test_what_later_rounds_may_remove_counts_and_is_held_with_the_rest() -> None:
    plans, due = [deletion(n) for n in range(2)], frozenset(PairId(f"p{n:02}") for n in range(1, 6))
    (found,) = masses(plans, 30, due=due)
    assert (found.pairs, found.of) == (tuple(PairId(f"p{n:02}") for n in range(6)), 30)
    assert masses(plans, 31, due=due) == (), "6 of 31"
    assert masses([], 6, due=due) == (), "nothing is removed by this round"
