"""What our own hand may do to people's own items: nothing of theirs goes unless somebody took its other half away."""

from typing import TYPE_CHECKING

from server.domain.state import Group
from tests.histories.oracle import Oracle
from tests.histories.shown import Moment, Place

if TYPE_CHECKING:
    from tests.histories.play import History


def uncaused(_history: "History", oracle: Oracle) -> list[str]:
    """Removals of ours that follow from nothing that anybody did."""
    out = []
    for group in oracle.groups:
        out += _removals(oracle, group)
    return out


def _removals(oracle: Oracle, group: Group) -> list[str]:
    """I10: what a person made was taken away by our hand, though nobody had removed its other half."""
    places = set().union(*(oracle._places(one) for one in oracle._kin(group)))
    out = []
    for place in sorted(oracle._places(group)):
        moments = oracle.moments.get(place, ())
        if not moments or moments[0].by == "app":
            continue
        for moment in moments:
            if moment.by == "app" and moment.before is not None and moment.after is None:
                others = [one for other in places if _is_across(place, other) for one in oracle.moments.get(other, ())]
                if not any(_removes(one) and one.at <= moment.at for one in others):
                    out.append(f"I10 {'an activity' if place[0] == 'raynet' else 'an event'} of a person's is gone")
    return out


def _is_across(place: Place, other: Place) -> bool:
    return (place[0] == "raynet") != (other[0] == "raynet")


def _removes(moment: Moment) -> bool:
    """Whether somebody but us took it out of its calendar."""
    return moment.by != "app" and moment.after is None and (moment.before is not None or moment.was is not None)
