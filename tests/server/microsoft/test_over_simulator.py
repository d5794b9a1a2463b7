"""The gateway over the simulated Microsoft: everyday life, and the faults that it brings."""

from datetime import timedelta

import pytest

from server.domain.event import EventChange, EventType, Importance, Response
from server.domain.html import rich_from_plain
from server.domain.ids import EventId, EventKey
from server.errors import Changed, Gone, Rejected, TokenLost, Unavailable
from server.microsoft.governor import CallCounts
from server.ports.graph import CreateEvent, DeleteEvent, DeltaRound, FindEvents, GetEvent, ReadCalendar, UpdateEvent
from simulator.faults import CutJson, DropReply, DropRequest, HtmlPage, Match, Rule, Status
from tests.server.microsoft.simulated import (
    FIRM,
    START,
    WINDOW,
    Simulated,
    days,
    draft,
    failed,
    hours,
    id_of,
    simulated,
    wish,
)
from tests.support.contracts import contracts_folder


def strike(test: Simulated, action: object, path: str, *, method: str | None = None, times: int = 1) -> None:
    match = Match(system="graph", method=method, path=path)
    test.world.faults.add(Rule(name=f"{path}{times}", match=match, action=action, times=times))  # type: ignore[arg-type]


class TestEvents:
    def test_a_created_event_reads_back_as_it_was_sent(self) -> None:
        test = simulated()
        anna = test.person("anna")
        made = test.perform(CreateEvent(FIRM, id_of(anna), draft(hours(24, 25.5))))
        read = test.perform(GetEvent(FIRM, made.key))
        for event in (made, read):
            assert (event.subject, event.location, event.when) == ("Visit ACME", "Brno", hours(24, 25.5))
            assert event.body == rich_from_plain("First line\nSecond line")
            assert not event.body_foreign
            assert (event.importance, event.private, event.attendees) == (Importance.HIGH, False, ())
            assert event.zone_label == "Central Europe Standard Time"
            assert event.own_key == "1|meeting:5|mailbox|pair"
            assert event.transaction_id == draft(hours(0, 1)).transaction_id
            assert event.is_organizer
            assert not event.recurring
        stored = test.state(anna, made)
        assert (stored.show_as, stored.is_reminder_on, stored.reminder_minutes) == ("busy", True, 15)
        assert test.world.graph.mails == ()
        if contracts_folder() is not None:
            assert test.world.checked == 2

    def test_whole_days_stay_days_in_every_zone(self) -> None:
        test = simulated()
        anna = test.person("anna")
        made = test.perform(CreateEvent(FIRM, id_of(anna), draft(days(3, 5))))
        assert made.when == days(3, 5)
        assert not test.state(anna, made).is_reminder_on
        assert test.round(anna).events[0].when == days(3, 5)
        timed = EventChange(times=draft(hours(50, 51)).times)
        assert test.perform(UpdateEvent(FIRM, made.key, None, timed)).when == hours(50, 51)
        whole = EventChange(times=draft(days(1, 2)).times)
        assert test.perform(UpdateEvent(FIRM, made.key, None, whole)).when == days(1, 2)

    def test_creating_twice_gives_one_event(self) -> None:
        test = simulated()
        anna = test.person("anna")
        create = CreateEvent(FIRM, id_of(anna), draft(hours(24, 25)))
        first = test.perform(create)
        assert test.perform(create).id == first.id
        assert len(anna.user.events()) == 1

    @pytest.mark.parametrize("status", [400, 409])
    def test_the_same_create_with_other_content_leads_to_the_first_event(self, status: int) -> None:
        test = simulated()
        test.world.graph.switches.duplicate_transaction_status = status
        anna = test.person("anna")
        first = test.perform(CreateEvent(FIRM, id_of(anna), draft(hours(24, 25))))
        second = test.perform(CreateEvent(FIRM, id_of(anna), draft(hours(24, 25), subject="Other")))
        assert (second.id, second.subject) == (first.id, "Visit ACME")

    def test_a_lost_reply_leaves_an_open_create_that_our_key_finds(self) -> None:
        test = simulated()
        anna = test.person("anna")
        strike(test, DropReply(), r"/calendar/events$", method="POST")
        create = CreateEvent(FIRM, id_of(anna), draft(hours(24, 25)))
        lost = failed(test, create)
        assert isinstance(lost, Unavailable)
        assert lost.unknown_outcome
        found = test.perform(FindEvents(FIRM, id_of(anna), create.draft.own_key))
        assert [event.own_key for event in found] == [create.draft.own_key]
        assert test.perform(FindEvents(FIRM, id_of(anna), "another key")) == ()

    def test_a_change_keeps_what_the_user_added(self) -> None:
        test = simulated()
        anna = test.person("anna")
        made = test.perform(CreateEvent(FIRM, id_of(anna), draft(hours(24, 25))))
        anna.user.edit(made.id, categories=["Mine"], showAs="free")
        seen = test.perform(GetEvent(FIRM, made.key))
        changed = test.perform(UpdateEvent(FIRM, made.key, seen.etag, EventChange(subject="New", location="")))
        assert (changed.subject, changed.location, changed.categories) == ("New", "", ("Mine",))
        assert test.state(anna, made).show_as == "free"
        assert changed.etag != seen.etag

    def test_a_version_that_moved_on_is_never_overwritten(self) -> None:
        test = simulated()
        anna = test.person("anna")
        made = test.perform(CreateEvent(FIRM, id_of(anna), draft(hours(24, 25))))
        anna.user.edit(made.id, subject="Theirs")
        for change in (EventChange(subject="Ours"), EventChange(description=rich_from_plain("Ours"))):
            assert isinstance(failed(test, UpdateEvent(FIRM, made.key, made.etag, change)), Changed)
        assert isinstance(failed(test, DeleteEvent(FIRM, made.key, made.etag)), Changed)
        assert test.state(anna, made).subject == "Theirs"

    def test_a_teams_meeting_keeps_its_block_byte_for_byte(self) -> None:
        test = simulated()
        anna = test.person("anna")
        made = test.perform(CreateEvent(FIRM, id_of(anna), draft(hours(24, 25))))
        anna.user.make_teams(made.id)
        before = test.perform(GetEvent(FIRM, made.key))
        assert (before.is_online, before.body_foreign) == (True, True)
        assert before.body.plain == "First line\nSecond line"
        stored = test.state(anna, made)
        change = EventChange(description=rich_from_plain("Another text"))
        after = test.perform(UpdateEvent(FIRM, made.key, before.etag, change))
        assert (after.body.plain, after.is_online, after.body_foreign) == ("Another text", True, True)
        now = test.state(anna, made)
        assert now.online == stored.online
        assert stored.online.blob in now.body
        assert not now.teams_destroyed
        assert test.world.graph.mails == ()

    def test_foreign_html_keeps_every_byte(self) -> None:
        test = simulated()
        anna = test.person("anna")
        table = '<table border="1"><tr><td style="x:y">A&nbsp;1</td></tr></table>'
        event = anna.user.create("Visit", hours(24, 25).start, hours(24, 25).end)
        anna.user.set_raw_body(event, f"<html><body><p>Old</p>{table}<p>Foot</p></body></html>")
        key = test.round(anna).events[0].key
        change = EventChange(description=rich_from_plain("New"))
        after = test.perform(UpdateEvent(FIRM, key, None, change))
        assert table in anna.user.state(event).body
        assert after.body.plain == "New"

    def test_a_text_that_reads_the_same_is_not_written(self) -> None:
        test = simulated()
        anna = test.person("anna")
        made = test.perform(CreateEvent(FIRM, id_of(anna), draft(hours(24, 25))))
        before = len(test.world.graph.history(made.id))
        same = EventChange(description=rich_from_plain("First line\nSecond line"))
        assert test.perform(UpdateEvent(FIRM, made.key, made.etag, same)).etag == made.etag
        assert len(test.world.graph.history(made.id)) == before

    def test_a_deleted_event_is_gone_and_a_second_deletion_says_so(self) -> None:
        test = simulated()
        anna = test.person("anna")
        made = test.perform(CreateEvent(FIRM, id_of(anna), draft(hours(24, 25))))
        assert test.perform(DeleteEvent(FIRM, made.key, made.etag)) is None
        assert isinstance(failed(test, DeleteEvent(FIRM, made.key, made.etag)), Gone)
        assert isinstance(failed(test, GetEvent(FIRM, made.key)), Gone)
        assert isinstance(failed(test, UpdateEvent(FIRM, made.key, None, EventChange(subject="x"))), Gone)

    def test_an_id_of_another_form_proves_nothing(self) -> None:
        test = simulated()
        anna = test.person("anna")
        assert isinstance(failed(test, GetEvent(FIRM, EventKey(id_of(anna), EventId("no-such-id")))), Rejected)

    def test_an_invitation_says_who_organises_and_what_we_answered(self) -> None:
        test = simulated()
        anna = test.person("anna")
        invited = anna.user.receive_invitation("Boss@Acme.cz", "Talk", hours(24, 25).start, hours(24, 25).end)
        (seen,) = test.round(anna).events
        assert (seen.organizer, seen.is_organizer, seen.response) == ("boss@acme.cz", False, Response.NOT_RESPONDED)
        assert seen.attendees == ("anna@firma.cz",)
        anna.user.accept(invited)
        assert test.perform(GetEvent(FIRM, seen.key)).response is Response.ACCEPTED
        anna.user.receive_cancellation(invited)
        assert test.perform(GetEvent(FIRM, seen.key)).is_cancelled

    def test_private_is_seen_and_kept(self) -> None:
        test = simulated()
        anna = test.person("anna")
        made = test.perform(CreateEvent(FIRM, id_of(anna), draft(hours(24, 25), private=True)))
        assert made.private
        assert test.round(anna).events[0].private

    def test_attendees_are_written_only_on_purpose(self) -> None:
        test = simulated()
        anna = test.person("anna")
        invited = draft(hours(24, 25), attendees=("jana@acme.cz",))
        made = test.perform(CreateEvent(FIRM, id_of(anna), invited))
        assert made.attendees == ("jana@acme.cz",)
        mails = len(test.world.graph.mails)
        assert mails == 1
        both = EventChange(attendees=("jana@acme.cz", "petr@acme.cz"))
        assert test.perform(UpdateEvent(FIRM, made.key, None, both)).attendees == ("jana@acme.cz", "petr@acme.cz")


class TestReading:
    def test_many_mailboxes_and_pages_cost_few_requests(self) -> None:
        test = simulated()
        test.world.graph.switches.delta_page_size = 100
        people = [test.person(f"p{n}") for n in range(20)]
        for person in people:
            for hour in range(3):
                person.user.create(f"Meeting {hour}", hours(hour, hour + 1).start, hours(hour, hour + 1).end)
        outcomes = test.rounds(*(wish(person) for person in people))
        assert {len(one.events) for one in outcomes.values() if isinstance(one, DeltaRound)} == {3}
        assert test.gateway.counters(FIRM) == CallCounts(reads=20, http=1)
        links = {mailbox: one.link for mailbox, one in outcomes.items() if isinstance(one, DeltaRound)}
        people[4].user.create("New", hours(9, 10).start, hours(9, 10).end)
        again = test.rounds(*(wish(person, links[id_of(person)]) for person in people))
        changed = [m for m, one in again.items() if isinstance(one, DeltaRound) and one.events]
        assert changed == [id_of(people[4])]
        assert test.gateway.counters(FIRM).http == 2

    def test_long_rounds_are_followed_to_their_end(self) -> None:
        test = simulated()
        anna = test.person("anna")
        for n in range(250):
            anna.user.create(f"Meeting {n}", hours(n, n + 1).start, hours(n, n + 1).end)
        first = test.round(anna)
        assert len(first.events) == 250
        assert first.full
        assert test.round(anna, first.link).events == ()

    def test_removals_are_hints_and_come_in_order(self) -> None:
        test = simulated()
        anna = test.person("anna")
        kept = anna.user.create("Kept", hours(1, 2).start, hours(1, 2).end)
        gone = anna.user.create("Gone", hours(2, 3).start, hours(2, 3).end)
        first = test.round(anna)
        by_subject = {event.subject: event.id for event in first.events}
        anna.user.delete(gone)
        anna.user.edit(kept, subject="Changed")
        second = test.round(anna, first.link)
        assert second.removed == (by_subject["Gone"],)
        assert [event.subject for event in second.events] == ["Changed"]
        far = START + timedelta(days=500)
        anna.user.move_in_time(kept, far, far + timedelta(hours=1))
        third = test.round(anna, second.link)
        assert third.removed == (by_subject["Kept"],)
        assert test.perform(GetEvent(FIRM, EventKey(id_of(anna), EventId(by_subject["Kept"])))).subject == "Changed"

    def test_a_series_comes_once_by_its_master_and_by_its_exceptions(self) -> None:
        test = simulated()
        anna = test.person("anna")
        daily = {"type": "daily", "interval": 1, "range": {"type": "numbered", "numberOfOccurrences": 5}}
        series = anna.user.create_series("Series", hours(1, 2).start, hours(1, 2).end, daily)
        first = test.round(anna)
        assert [(event.type, event.subject) for event in first.events] == [(EventType.MASTER, "Series")]
        anna.user.change_occurrence(series, START.date() + timedelta(days=2), subject="Exception")
        second = test.round(anna, first.link)
        assert {event.type for event in second.events} <= {EventType.MASTER, EventType.EXCEPTION}
        assert "Exception" in {event.subject for event in second.events}
        assert all(event.recurring for event in second.events)

    def test_a_series_that_loops_for_ever_is_read_after_all_or_given_up(self) -> None:
        test = simulated()
        switches = test.world.graph.switches
        switches.delta_series_loop = True
        anna, bob = test.person("anna"), test.person("bob")
        daily = {"type": "daily", "interval": 1, "range": {"type": "numbered", "numberOfOccurrences": 300}}
        anna.user.create_series("Long", hours(1, 2).start, hours(1, 2).end, daily)
        bob.user.create("Short", hours(1, 2).start, hours(1, 2).end)
        outcomes = test.rounds(wish(anna), wish(bob))
        assert isinstance(outcomes[id_of(bob)], DeltaRound)
        long = outcomes[id_of(anna)]
        if isinstance(long, TokenLost):
            assert long.detail == "delta_loop"
        else:
            assert isinstance(long, DeltaRound)
            assert [event.subject for event in long.events] == ["Long"]
        assert test.gateway.counters(FIRM).http < 20
        assert isinstance(test.perform(ReadCalendar(FIRM, id_of(anna), *WINDOW)), tuple)

    @pytest.mark.parametrize(
        "expiry",
        ["gone", "syncStateNotFound", "resyncRequired", "fullSyncRequired", "SyncStateInvalid", "InvalidDeltaToken"],
    )
    def test_a_worthless_token_asks_for_a_full_round(self, expiry: str) -> None:
        test = simulated()
        test.world.graph.switches.delta_expiry = expiry  # type: ignore[assignment]
        anna = test.person("anna")
        link = test.round(anna).link
        test.world.graph.expire_delta_tokens(anna)
        assert isinstance(test.rounds(wish(anna, link))[id_of(anna)], TokenLost)
        assert test.round(anna).full

    def test_the_plain_calendar_shows_our_key(self) -> None:
        test = simulated()
        anna = test.person("anna")
        made = test.perform(CreateEvent(FIRM, id_of(anna), draft(hours(24, 25))))
        for n in range(30):
            anna.user.create(f"Meeting {n}", hours(n, n + 1).start, hours(n, n + 1).end)
        events = {event.id: event for event in test.perform(ReadCalendar(FIRM, id_of(anna), *WINDOW))}
        assert len(events) == 31
        assert events[made.id].own_key == made.own_key
        assert test.round(anna).events[0].own_key is None

    def test_a_broken_entry_costs_its_mailbox_only(self) -> None:
        for action in (Status(status=500), Status(status=503), Status(status=404)):
            test = simulated()
            anna, bob = test.person("anna"), test.person("bob")
            strike(test, action, f"/users/{anna.id}/calendarView")
            outcomes = test.rounds(wish(anna), wish(bob))
            assert isinstance(outcomes[id_of(anna)], Unavailable), action
            assert isinstance(outcomes[id_of(bob)], DeltaRound), action

    def test_a_lost_batch_is_asked_again_by_the_next_round(self) -> None:
        for action in (DropRequest(), DropReply(), HtmlPage(), CutJson(), Status(status=503)):
            test = simulated()
            anna = test.person("anna")
            strike(test, action, r"/\$batch$")
            assert isinstance(test.rounds(wish(anna))[id_of(anna)], Unavailable), action
            test.clock.advance(seconds=60)
            test.round(anna)
