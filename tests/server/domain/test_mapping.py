"""Single questions the mapping answers, and values as the journal keeps them."""

from zoneinfo import ZoneInfo

import pytest

from server.domain import mapping
from server.domain.activity import ActivityStatus, Priority
from server.domain.draft import shown, when_read_back
from server.domain.event import Importance
from server.domain.ids import PersonId
from server.domain.rules import Mirror, Rules
from server.domain.when import When
from tests.support.builders import (
    ANNA,
    BOB,
    CYRIL,
    LOGIN,
    OUTSIDER,
    activity,
    agreed,
    days,
    event,
    hour,
    rich,
    timed,
    world,
)


@pytest.mark.parametrize("priority", list(Priority))
def test_priority_and_importance_are_one_to_one(priority: Priority) -> None:
    assert mapping.priority_of(mapping.importance_of(priority)) is priority
    assert {mapping.importance_of(one) for one in Priority} == set(Importance)


def test_our_categories_are_replaced_and_the_users_own_keep_their_order() -> None:
    assert mapping.with_marks(("B", mapping.DONE_MARK, "A"), ("Raynet: Úkol",)) == ("B", "A", "Raynet: Úkol")


def test_the_owner_comes_first_among_the_mailboxes_and_alone_by_rule() -> None:
    one = activity(who=(CYRIL, ANNA, BOB))
    assert list(mapping.wanted_mailboxes(one, world())) == [CYRIL.mailbox, ANNA.mailbox, BOB.mailbox]
    assert list(mapping.wanted_mailboxes(one, world(rules=Rules(mirror=Mirror.OWNER)))) == [CYRIL.mailbox]
    assert list(mapping.wanted_mailboxes(one, world(seats=(BOB,)))) == [BOB.mailbox]


def test_only_single_hits_of_the_directory_are_persons() -> None:
    around = world(persons={OUTSIDER: None, "eva@out.example": PersonId(9)})
    guests = event(attendees=(OUTSIDER, "eva@out.example", BOB.email))
    assert mapping.attendee_persons(guests, around) == (9, BOB.person)
    assert mapping.all_looked_up(guests, around)
    assert not mapping.all_looked_up(event(attendees=("kdo@out.example",)), around)


def test_unscheduled_means_no_time_even_if_the_old_instants_are_still_there() -> None:
    one = activity()
    assert mapping.raynet_when(activity(status=ActivityStatus.NEW), world(), agreed(one, event())) is None


def test_remembered_instants_keep_their_day_in_another_zone() -> None:
    one = activity(when=days())
    tokyo = world(zone=ZoneInfo("Asia/Tokyo"))
    assert mapping.raynet_when(one, tokyo, agreed(one, event(when=days()))) == days()
    assert mapping.raynet_when(one, tokyo, None) != days()


@pytest.mark.parametrize("when", [timed(), days(), days(2, 3)])
def test_a_journalled_time_reads_back(when: When) -> None:
    assert when_read_back(shown(when)) == when


def test_other_journalled_values_are_plain_text() -> None:
    assert [shown(one) for one in (None, "Porada", rich("a"), Priority.MINOR)] == ["", "Porada", "a", "MINOR"]
    assert when_read_back("Porada") is None


def test_seats_are_found_by_what_they_own() -> None:
    around = world()
    assert around.seat_of_person(None) is None
    assert around.seat_of_address(None) is None
    assert around.seat_of_address(LOGIN) is None
    assert around.seat_of_person(BOB.person) == around.seat_of_mailbox(BOB.mailbox) == around.seat_of_address(BOB.email)
    assert around.in_window(timed())
    assert not around.in_window(timed(9, day=-31))
    assert around.window[0] < hour(0) < around.window[1]
