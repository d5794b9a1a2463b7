"""The brake before mass deletion: both thresholds must be reached."""

import pytest

from server.domain.guard import mass_removals
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


@pytest.mark.parametrize(
    ("count", "of", "held"),
    [(30, 40, True), (4, 40, False), (4, 4, False), (5, 25, True), (5, 26, False), (8, 40, True), (7, 40, False)],
)
def test_many_removals_at_once_are_held(count: int, of: int, held: bool) -> None:
    found = mass_removals([deletion(n) for n in range(count)], {ANNA.mailbox: of}, frozenset(), Rules())
    assert [(one.mailbox, len(one.pairs), one.of) for one in found] == ([(ANNA.mailbox, count, of)] if held else [])


def test_confirmed_removals_do_not_count_again() -> None:
    plans = [deletion(n) for n in range(30)]
    confirmed = frozenset(PairId(f"p{n:02}") for n in range(27))
    assert mass_removals(plans, {ANNA.mailbox: 40}, confirmed, Rules()) == ()


def test_ordinary_writes_never_count() -> None:
    plans = [reconcile(group(activity(), link=link()), world()) for _ in range(30)]
    assert mass_removals(plans, {ANNA.mailbox: 40}, frozenset(), Rules(guard_count=1, guard_share=1)) == ()
