"""The first meeting of a calendar with Raynet: what is equal is paired, what could be several things waits."""

from dataclasses import replace
from datetime import date

from server.domain import keys
from server.domain.event import EventType
from server.domain.ids import ActivityKey, ActivityType, PairId
from server.domain.matching import match
from server.domain.rules import PrivateEvents, Rules
from server.domain.when import AllDay, Timed, to_instants
from tests.support.builders import ANNA, BOB, activity, event, timed, world


def key(number: int) -> ActivityKey:
    return ActivityKey(ActivityType.MEETING, number)


def test_equal_title_and_time_belong_together() -> None:
    one, other = activity("  Porada "), event("Porada")
    found = match([one, activity("Jiná", key=key(2))], [other, event("Další", event_id="b")], ANNA.mailbox, world())
    assert found.pairs == ((one, other),)
    assert not found.ambiguous_events


def test_hours_from_midnight_to_midnight_are_the_day_that_raynet_reads() -> None:
    start, end = to_instants(AllDay(first=date(2026, 3, 4), end=date(2026, 3, 5)), world().zone)
    one = replace(activity(), scheduled_from=start, scheduled_till=end)
    other = event(when=Timed(start=start, end=end))
    assert match([one], [other], ANNA.mailbox, world()).pairs == ((one, other),)


def test_our_own_key_beats_a_changed_title() -> None:
    one = activity("Nová")
    own = keys.own_key(one.key, PairId("p"), ANNA.mailbox)
    foreign = keys.own_key(one.key, PairId("p"), BOB.mailbox)
    assert match([one], [event("Stará", own_key=own)], ANNA.mailbox, world()).pairs
    assert not match([one], [event("Stará", own_key=foreign)], ANNA.mailbox, world()).pairs


def test_twins_in_equal_number_pair_by_text_then_in_order() -> None:
    twins = [activity(key=key(1), text="a"), activity(key=key(2), text="b")]
    events = [event(event_id="x", text="b"), event(event_id="y", text="a")]
    found = match(twins, events, ANNA.mailbox, world())
    assert {(one.key.id, other.id) for one, other in found.pairs} == {(1, "y"), (2, "x")}


def test_twins_in_unequal_number_are_neither_paired_nor_made() -> None:
    found = match([activity(key=key(1)), activity(key=key(2))], [event()], ANNA.mailbox, world())
    assert found.pairs == ()
    assert found.ambiguous_activities == {key(1), key(2)}
    assert found.ambiguous_events == {event().key}


def test_what_is_not_carried_is_not_matched() -> None:
    for other in (event(type=EventType.MASTER), event(is_draft=True), event(is_cancelled=True), event(when=timed(10))):
        assert match([activity()], [other], ANNA.mailbox, world()).pairs == ()
    assert match([activity(who=(BOB,))], [event()], ANNA.mailbox, world()).pairs == ()
    skip = world(rules=Rules(private_events=PrivateEvents.SKIP))
    stand_in = activity("Soukromá událost")
    assert match([stand_in], [event("Lékař", private=True)], ANNA.mailbox, skip).pairs == ()
    assert len(match([stand_in], [event("Lékař", private=True)], ANNA.mailbox, world()).pairs) == 1


def test_a_private_event_that_equals_an_activity_is_an_open_question() -> None:
    private = event("Porada", private=True)
    for rules in (Rules(), Rules(private_events=PrivateEvents.SKIP)):
        found = match([activity(key=key(1))], [private], ANNA.mailbox, world(rules=rules))
        assert found.pairs == ()
        assert found.ambiguous_activities == {key(1)}
        assert found.ambiguous_events == {private.key}
    open_twin = event("Porada", event_id="b")
    found = match([activity(key=key(1))], [private, open_twin], ANNA.mailbox, world())
    assert [other for _, other in found.pairs] == [open_twin]
    assert not found.ambiguous_events
    full = world(rules=Rules(private_events=PrivateEvents.FULL))
    assert len(match([activity(key=key(1))], [private], ANNA.mailbox, full).pairs) == 1
