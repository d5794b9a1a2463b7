"""One field: what both sides last agreed on, what each says now, who wins."""

import pytest

from server.domain.merge import Merged, Moments, Sides, Way, is_empty, merge_field
from server.domain.rules import Authority
from tests.support.builders import hour, rich

SAME = Merged(Way.NOTHING)
OUT, BACK = Merged(Way.TO_OUTLOOK), Merged(Way.TO_RAYNET)
LOST_OUT, LOST_BACK = Merged(Way.TO_OUTLOOK, conflict=True), Merged(Way.TO_RAYNET, conflict=True)
NEVER = Moments(raynet=None, outlook=None)

#: base, Raynet, Outlook → under authority raynet, under authority outlook. "-" = never agreed.
TABLE = [
    ("a", "a", "a", SAME, SAME),
    ("a", "b", "a", OUT, OUT),
    ("a", "a", "b", BACK, BACK),
    ("a", "b", "b", SAME, SAME),
    ("a", "b", "c", LOST_OUT, LOST_BACK),
    ("a", "", "a", OUT, OUT),
    ("a", "", "c", LOST_OUT, LOST_BACK),
    ("-", "b", "b", SAME, SAME),
    ("-", "b", "", OUT, OUT),
    ("-", "", "c", BACK, BACK),
    ("-", "b", "c", LOST_OUT, LOST_BACK),
]


@pytest.mark.parametrize(("base", "raynet", "outlook", "mine", "theirs"), TABLE)
def test_one_field(base: str, raynet: str, outlook: str, mine: Merged, theirs: Merged) -> None:
    met = base != "-"
    known = base if met else None
    sides = Sides(raynet=raynet, outlook=outlook, base_raynet=known, base_outlook=known, met=met)
    assert merge_field(sides, Authority.RAYNET, NEVER) == mine
    assert merge_field(sides, Authority.OUTLOOK, NEVER) == theirs


def test_each_side_moves_from_its_own_base() -> None:
    """A remote that keeps less than it was sent has not changed."""
    assert (
        merge_field(
            Sides(raynet="krat", outlook="krátký", base_raynet="krat", base_outlook="krátký"), Authority.RAYNET, NEVER
        )
        == SAME
    )


@pytest.mark.parametrize(
    ("raynet", "outlook", "way"),
    [
        (1, 2, Way.TO_RAYNET),
        (2, 1, Way.TO_OUTLOOK),
        (1, 1, Way.TO_OUTLOOK),
        (None, 1, Way.TO_RAYNET),
        (1, None, Way.TO_OUTLOOK),
    ],
)
def test_the_newest_wins_and_a_draw_is_raynets(raynet: int | None, outlook: int | None, way: Way) -> None:
    moments = Moments(
        raynet=None if raynet is None else hour(raynet), outlook=None if outlook is None else hour(outlook)
    )
    sides = Sides(raynet="b", outlook="c", base_raynet="a", base_outlook="a")
    assert merge_field(sides, Authority.NEWEST, moments) == Merged(way, conflict=True)


def test_emptiness_is_about_what_could_be_lost() -> None:
    assert [is_empty(one) for one in (None, "", rich(""), "a", rich("a"), 0)] == [True, True, True, False, False, False]
