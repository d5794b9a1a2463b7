"""Every small situation of one lead pair: two fields, three values each, on both sides and in the base, with presence.

Laws, for each of them: planning never fails; at most one write per side; carried out, the next plans write nothing;
both sides are equal then or a reason says why not; nothing is overwritten that is neither the base nor journalled;
nothing is removed without proof.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest

from server.domain import mapping
from server.domain.activity import Activity, ActivityStatus
from server.domain.content import Content, FieldName
from server.domain.draft import shown
from server.domain.event import Event
from server.domain.plan import Plan
from server.domain.reconcile import reconcile
from server.domain.rules import Authority, OutlookDelete, Rules
from server.domain.state import Base, Group, Origin, Pair, PairState, Side
from server.domain.when import Inverted
from tests.support.builders import (
    ANNA,
    activity,
    agreed,
    carry_out,
    event,
    group,
    link,
    lose_event,
    pair,
    removals,
    settle,
    timed,
    to_side,
    world,
)

TITLES = ("A", "B", "C")
TIMES = (timed(9), timed(11), timed(13))
#: (Raynet's, Outlook's) presence: there, cancelled, proven gone.
PRESENCE = ("there", "cancelled", "gone")
WAITING = (PairState.HELD, PairState.PARKED, PairState.RELEASED, PairState.FROZEN, PairState.CLOSED)


def _presences(rules: Rules) -> list[tuple[str, str]]:
    """Where a rule can matter: authority needs both sides, a rule for deletions needs one."""
    if rules.authority is not Authority.RAYNET:
        return [("there", "there")]
    if rules.outlook_delete is not OutlookDelete.SMART:
        return [("there", "cancelled"), ("there", "gone")]
    return list(product(PRESENCE, PRESENCE))


def _states(rules: Rules, *, with_base: bool) -> Iterator[tuple[Group, Base | None]]:
    """All groups with their base; without one it is a first meeting."""
    known = agreed(activity("A"), event("A")) if with_base else None
    three = range(3)
    for (r_is, o_is), r_title, r_when, o_title, o_when in product(_presences(rules), three, three, three, three):
        status = ActivityStatus.CANCELLED if r_is == "cancelled" else ActivityStatus.SCHEDULED
        now = activity(TITLES[r_title], when=TIMES[r_when], status=status)
        theirs = event(TITLES[o_title], when=TIMES[o_when], is_cancelled=o_is == "cancelled")
        held = pair(ANNA, base=known)
        state = group(now, (held, theirs), link=link(), gone=r_is == "gone")
        yield (lose_event(state, theirs) if o_is == "gone" else state), known


def _sides(state: Group) -> tuple[Activity | None, Event | None, Pair]:
    seen = state.activity
    alive = seen is not None and seen.gone_at is None and seen.activity.status is not ActivityStatus.CANCELLED
    lead = next((one for one in state.pairs if one.state not in (PairState.CLOSED, PairState.RELEASED)), state.pairs[0])
    there = next((one for one in state.events if one.key.id == lead.event and one.gone_at is None), None)
    at_outlook = there.event if there is not None and not there.event.is_cancelled else None
    return (seen.activity if alive and seen is not None else None), at_outlook, lead


def _views(state: Group) -> tuple[Content | None, Content | None]:
    mine, theirs, _ = _sides(state)
    around = world()
    raynet = None
    if mine is not None:
        when = mapping.raynet_when(mine, around, None)
        assert not isinstance(when, Inverted)
        raynet = mapping.raynet_content(mine, when)
    kind = mine.key.type if mine is not None else mapping.NEW_TYPE
    outlook = mapping.outlook_content(theirs, kind, masked=False) if theirs is not None else None
    return raynet, outlook


def _check_nothing_is_lost(before: Group, plan: Plan, base: Base | None) -> None:
    raynet, outlook = _views(before)
    lost = {(one.field, one.lost_side, one.lost) for one in plan.losses}
    for side, old in ((Side.RAYNET, raynet), (Side.GRAPH, outlook)):
        for write in to_side(plan, side):
            if old is None or write.removal:
                continue
            for name in (FieldName.TITLE, FieldName.WHEN):
                if name not in write.fields:
                    continue
                value = getattr(old, name.value)
                side_base = getattr(base.raynet if side is Side.RAYNET else base.outlook, name.value) if base else None
                assert value == side_base or (name, side, shown(value)) in lost


def _check_removals_have_proof(before: Group, plan: Plan) -> None:
    mine, theirs, _ = _sides(before)
    for write in removals(plan):
        assert (mine if write.side is Side.GRAPH else theirs) is None


@pytest.mark.parametrize(
    ("authority", "outlook_delete"),
    [(authority, OutlookDelete.SMART) for authority in Authority]
    + [(Authority.RAYNET, rule) for rule in OutlookDelete if rule is not OutlookDelete.SMART],
)
@pytest.mark.parametrize("origin", list(Origin))
@pytest.mark.parametrize("met", [True, False], ids=["met", "first meeting"])
def test_every_small_situation_obeys_the_laws(
    authority: Authority, outlook_delete: OutlookDelete, origin: Origin, met: bool
) -> None:
    rules = Rules(authority=authority, outlook_delete=outlook_delete)
    around = world(rules=rules)
    for before, base in _states(rules, with_base=met):
        start = replace(before, link=replace(before.link, origin=origin))
        plan = reconcile(start, around)
        assert len(to_side(plan, Side.RAYNET)) <= 1
        assert len(to_side(plan, Side.GRAPH)) <= 1
        _check_nothing_is_lost(start, plan, base)
        _check_removals_have_proof(start, plan)
        end, plans = settle(start, around)
        assert len(plans) <= 3
        again = reconcile(end, around)
        assert (again.writes, again.losses, again.pairs) == ((), (), end.pairs)
        assert carry_out(end, again).link == again.link
        raynet, outlook = _views(end)
        _, _, lead = _sides(end)
        assert raynet == outlook or lead.state in WAITING
        if raynet is None or outlook is None:
            assert lead.state in WAITING
