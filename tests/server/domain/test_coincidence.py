"""Both people typed the same: an older edit that is read later takes the place of what one of them typed last."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.domain.reconcile import reconcile
from server.domain.state import Group, Side
from tests.support.builders import NOW, activity, carry_out, event, in_step, see, settle, world

SECOND = timedelta(seconds=1)


def equal_by_chance(*, raynet_at: int, outlook_at: int) -> Group:
    start = in_step(activity(), event())
    typed = replace(activity("Stejné"), modified_at=NOW + raynet_at * SECOND, modified_by="jana@firma.example")
    seen = see(start, activity=typed, event=replace(event("Stejné"), modified_at=NOW + outlook_at * SECOND))
    end, plans = settle(seen, world())
    assert not any(plan.losses for plan in plans)
    return end


@pytest.mark.parametrize("at", [-5, 9])
def test_an_older_edit_in_raynet_that_is_read_later_costs_outlooks_word_an_entry(at: int) -> None:
    both = equal_by_chance(raynet_at=-10, outlook_at=0)
    later = replace(activity("Starší"), modified_at=NOW + at * SECOND, modified_by="jana@firma.example", version=9)
    plan = reconcile(see(both, activity=later), world())
    lost = [(one.lost, one.kept, one.lost_side) for one in plan.losses]
    assert lost == ([("Stejné", "Starší", Side.GRAPH)] if at < 0 else [])
    assert [one.event_change.subject for one in plan.writes if one.event_change] == ["Starší"]
    assert reconcile(carry_out(see(both, activity=later), plan), world()).writes == ()


@pytest.mark.parametrize("at", [-5, 9])
def test_an_older_edit_in_outlook_that_is_read_later_costs_raynets_word_an_entry(at: int) -> None:
    both = equal_by_chance(raynet_at=0, outlook_at=-10)
    plan = reconcile(see(both, event=replace(event("Starší"), modified_at=NOW + at * SECOND)), world())
    lost = [(one.lost, one.kept, one.lost_side) for one in plan.losses]
    assert lost == ([("Stejné", "Starší", Side.RAYNET)] if at < 0 else [])
    assert [one.activity_change.title for one in plan.writes if one.activity_change] == ["Starší"]
