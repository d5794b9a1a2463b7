"""Meetings across mailboxes and tenants, what people do, which mails Exchange sends, online meetings, series."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from simulator.graph.errors import GraphError
from simulator.graph.mailbox import Mailbox
from simulator.graph.meetings import Mail
from simulator.graph.state import EventState
from tests.simulator.test_graph_client import IMMUTABLE, Office, attendees, office, timed, weekly

__all__ = ["office"]

START, END = datetime(2026, 11, 25, 9, tzinfo=UTC), datetime(2026, 11, 25, 10, tzinfo=UTC)
LATER, LATER_END = START.replace(hour=14), START.replace(hour=15)


def meeting(office: Office, *addresses: str, **members: Any) -> str:
    return str(office.create(timed("Meeting", attendees=attendees(*addresses), **members)).body["id"])


def copy_of(mailbox: Mailbox) -> tuple[str, EventState]:
    found = list(mailbox.user.events().items())
    assert len(found) == 1
    return found[0]


def kinds(office: Office, since: int = 0) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(m.by.kind, m.kind, m.recipients) for m in office.graph.mails[since:]]


# -- copies ----------------------------------------------------------------------------------------------------------


def test_attendees_of_any_simulated_tenant_get_a_copy_of_the_same_meeting(office: Office) -> None:
    event_id = meeting(office, "petr@firma.cz", "eva@jina.sk", "somebody@outside.example")
    original = office.jana.user.state(event_id)
    for mailbox in (office.petr, office.eva):
        copy_id, copy = copy_of(mailbox)
        assert copy_id != event_id
        assert copy.ical_uid == original.ical_uid
        assert (copy.is_organizer, copy.response, copy.show_as) == (False, "notResponded", "tentative")
        assert copy.organizer.address == "jana@firma.cz"
    assert kinds(office) == [("app", "invitation", ("petr@firma.cz", "eva@jina.sk", "somebody@outside.example"))]


def test_the_organizers_changes_travel_and_the_attendees_do_not(office: Office) -> None:
    event_id = meeting(office, "petr@firma.cz")
    copy_id, _ = copy_of(office.petr)
    answer = office.patch(copy_id, {"subject": "Mine"}, owner=office.petr)
    assert answer.status == 200
    assert office.jana.user.state(event_id).subject == "Meeting"
    office.jana.user.edit(event_id, subject="Ours")
    assert office.petr.user.state(copy_id).subject == "Ours"


def test_a_new_time_asks_for_a_new_answer_and_private_members_stay_the_attendees(office: Office) -> None:
    event_id = meeting(office, "petr@firma.cz")
    copy_id, _ = copy_of(office.petr)
    office.petr.user.accept(copy_id)
    office.petr.user.edit(copy_id, categories=["mine"], reminderMinutesBeforeStart=5)
    office.jana.user.edit(event_id, subject="Same time")
    assert office.petr.user.state(copy_id).response == "accepted"
    office.jana.user.move_in_time(event_id, LATER, LATER_END)
    state = office.petr.user.state(copy_id)
    assert (state.response, state.categories, state.reminder_minutes) == ("notResponded", ("mine",), 5)


def test_an_answer_shows_at_the_organizer_only(office: Office) -> None:
    event_id = meeting(office, "petr@firma.cz", "eva@jina.sk")
    before = office.jana.user.state(event_id).version
    path = f"/users/{office.petr.id}/events/{copy_of(office.petr)[0]}/accept"
    assert office.call("POST", path, {"sendResponse": True}).status == 202
    answers = {a.address: a.response for a in office.jana.user.state(event_id).attendees}
    assert answers == {"petr@firma.cz": "accepted", "eva@jina.sk": "none"}
    assert {a.response for a in copy_of(office.eva)[1].attendees} == {"none"}
    assert office.jana.user.state(event_id).version > before
    assert kinds(office, 1) == [("app", "response", ("jana@firma.cz",))]


def test_an_unsent_answer_tells_nobody(office: Office) -> None:
    event_id = meeting(office, "petr@firma.cz")
    office.petr.user.accept(copy_of(office.petr)[0], send=False)
    assert office.jana.user.state(event_id).attendees[0].response == "none"
    assert len(office.graph.mails) == 1


def test_declining_moves_the_copy_to_deleted_items(office: Office) -> None:
    event_id = meeting(office, "petr@firma.cz")
    copy_id, _ = copy_of(office.petr)
    path = f"/users/{office.petr.id}/events/{copy_id}"
    assert office.call("POST", f"{path}/decline", {"Comment": "no", "SendResponse": True}).status == 202
    assert office.get(path).code == "ErrorItemNotFound"
    assert office.jana.user.state(event_id).attendees[0].response == "declined"


def test_an_attendees_delete_is_silent_unless_switched(office: Office) -> None:
    event_id = meeting(office, "petr@firma.cz")
    office.petr.user.delete(copy_of(office.petr)[0])
    assert len(office.graph.mails) == 1
    assert office.jana.user.state(event_id).attendees[0].response == "none"
    office.graph.switches.attendee_delete_informs_organizer = True
    office.jana.user.move_in_time(event_id, LATER, LATER_END)
    office.petr.user.delete(copy_of(office.petr)[0])
    assert office.jana.user.state(event_id).attendees[0].response == "declined"


@pytest.mark.parametrize("way", ["DELETE", "cancel"])
def test_the_organizers_end_of_a_meeting_mails_and_marks_the_copies(office: Office, way: str) -> None:
    path = f"/users/{office.jana.id}/events/{meeting(office, 'petr@firma.cz')}"
    answer = office.call("DELETE", path) if way == "DELETE" else office.call("POST", f"{path}/cancel", {"Comment": "x"})
    assert answer.status == (204 if way == "DELETE" else 202)
    assert office.get(path).status == 404
    _, copy = copy_of(office.petr)
    assert (copy.is_cancelled, copy.subject) == (True, "Canceled: Meeting")
    assert kinds(office, 1) == [("app", "cancellation", ("petr@firma.cz",))]


def test_attendees_cannot_cancel_and_organizers_cannot_answer(office: Office) -> None:
    event_id = meeting(office, "petr@firma.cz")
    copy_id, _ = copy_of(office.petr)
    refused = office.call("POST", f"/users/{office.petr.id}/events/{copy_id}/cancel", {})
    assert (refused.status, refused.code) == (400, "ErrorInvalidRequest")
    own = office.call("POST", f"/users/{office.jana.id}/events/{event_id}/accept", {})
    assert (own.status, own.code) == (400, "ErrorInvalidRequest")


def test_removed_attendees_lose_and_added_ones_get_the_meeting(office: Office) -> None:
    event_id = meeting(office, "petr@firma.cz")
    office.patch(event_id, {"attendees": attendees("eva@jina.sk")})
    assert copy_of(office.petr)[1].is_cancelled
    assert not copy_of(office.eva)[1].is_cancelled
    assert kinds(office, 1) == [
        ("app", "invitation", ("eva@jina.sk",)),
        ("app", "cancellation", ("petr@firma.cz",)),
    ]


def test_copies_may_arrive_later(office: Office) -> None:
    office.graph.switches.meeting_delivery_seconds = 20.0
    meeting(office, "petr@firma.cz")
    assert office.petr.user.events() == {}
    office.clock.advance(seconds=21)
    office.graph.settle()
    assert copy_of(office.petr)[1].created == datetime(2026, 11, 23, 8, 0, 20)  # noqa: DTZ001 - stored naive UTC


def test_extended_properties_travel_only_when_switched(office: Office) -> None:
    body = {
        "singleValueExtendedProperties": [{"id": "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name X", "value": "1"}]
    }
    meeting(office, "petr@firma.cz", **body)
    assert copy_of(office.petr)[1].extended == ()
    office.graph.switches.extended_properties_travel = True
    meeting(office, "eva@jina.sk", **body)
    assert copy_of(office.eva)[1].extended != ()


def test_somebody_outside_invites_changes_and_cancels(office: Office) -> None:
    event_id = office.petr.user.receive_invitation("boss@outside.example", "Talk", START, END)
    office.petr.user.receive_update(event_id, subject="Long talk")
    state = office.petr.user.state(event_id)
    assert (state.subject, state.is_organizer, state.organizer.address) == ("Long talk", False, "boss@outside.example")
    office.petr.user.accept(event_id)
    assert kinds(office) == [("human", "response", ("boss@outside.example",))]
    office.petr.user.receive_cancellation(event_id)
    assert office.petr.user.state(event_id).is_cancelled


# -- mails -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "mails"),
    [
        ({"categories": ["Raynet"]}, 0),
        ({"isReminderOn": False, "reminderMinutesBeforeStart": 5}, 0),
        (
            {
                "singleValueExtendedProperties": [
                    {"id": "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name X", "value": "1"}
                ]
            },
            0,
        ),
        ({"attendees": attendees("petr@firma.cz")}, 0),
        ({"subject": "New"}, 1),
        ({"subject": "Meeting"}, 1),
        ({"showAs": "free"}, 1),
        ({"categories": ["Raynet"], "location": {"displayName": "Brno"}}, 1),
    ],
)
def test_which_writes_on_a_meeting_mail_its_attendees(office: Office, body: dict[str, Any], mails: int) -> None:
    event_id = meeting(office, "petr@firma.cz")
    office.patch(event_id, body)
    assert kinds(office, 1) == [("app", "update", ("petr@firma.cz",))] * mails


def test_unchanged_values_and_private_writes_can_be_switched(office: Office) -> None:
    event_id = meeting(office, "petr@firma.cz")
    office.graph.switches.unchanged_patch_mails = False
    office.graph.switches.private_writes_mail = True
    office.patch(event_id, {"subject": "Meeting"})
    assert len(office.graph.mails) == 1
    office.patch(event_id, {"categories": ["Raynet"]})
    assert len(office.graph.mails) == 2


def test_writes_on_events_without_attendees_mail_nobody(office: Office) -> None:
    event_id = office.create(timed(responseRequested=False)).body["id"]
    office.patch(event_id, {"subject": "B"})
    office.call("DELETE", f"/users/{office.jana.id}/events/{event_id}")
    assert office.graph.mails == ()


def test_a_mail_names_who_caused_it(office: Office) -> None:
    event_id = office.jana.user.create("x", START, END)
    office.jana.user.invite(event_id, "petr@firma.cz")
    office.patch(event_id, {"subject": "y"})
    mails: tuple[Mail, ...] = office.graph.mails
    assert [(m.by.kind, m.by.id, m.mailbox) for m in mails] == [
        ("human", office.jana.id, office.jana.id),
        ("app", office.app.client_id, office.jana.id),
    ]


def test_a_changed_master_mails_once_more_per_exception(office: Office) -> None:
    event_id = meeting(office, "petr@firma.cz", recurrence=weekly())
    office.jana.user.change_occurrence(event_id, date(2026, 12, 1), subject="Special")
    before = len(office.graph.mails)
    office.patch(event_id, {"location": {"displayName": "Brno"}})
    assert len(office.graph.mails) - before == 2


# -- what people do ----------------------------------------------------------------------------------------------------


def test_people_create_edit_move_hide_and_delete(office: Office) -> None:
    user = office.jana.user
    event_id = user.create("Dentist", START, END)
    user.edit(event_id, location={"displayName": "Brno"})
    user.move_in_time(event_id, LATER, LATER_END)
    user.make_private(event_id)
    state = user.state(event_id)
    assert (state.places[0].display_name, state.start.hour, state.sensitivity) == ("Brno", 14, "private")
    assert user.find("Dentist") == event_id
    user.delete(event_id)
    assert user.events() == {}
    day = user.create("Holiday", date(2026, 12, 24), date(2026, 12, 27))
    assert user.state(day).is_all_day


def test_a_draft_is_stored_before_it_is_finished(office: Office) -> None:
    event_id = office.jana.user.draft("New Event", START, END)
    assert office.get(f"/users/{office.jana.id}/events/{event_id}").body["isDraft"] is True
    office.jana.user.finish_draft(event_id, subject="Real")
    state = office.jana.user.state(event_id)
    assert (state.is_draft, state.subject) == (False, "Real")


# -- online meetings -------------------------------------------------------------------------------------------------


def teams(office: Office) -> dict[str, Any]:
    body = {"contentType": "html", "content": "<p>Agenda</p>"}
    return dict(office.create(timed(isOnlineMeeting=True, onlineMeetingProvider="teamsForBusiness", body=body)).body)


def test_the_join_link_stands_in_the_html_body(office: Office) -> None:
    event = teams(office)
    assert event["onlineMeeting"]["joinUrl"] in event["body"]["content"]
    assert "Agenda" in event["body"]["content"]
    assert event["onlineMeetingUrl"] is None


def test_a_body_without_the_blob_destroys_the_meeting_and_other_writes_do_not(office: Office) -> None:
    event = teams(office)
    kept = office.patch(event["id"], {"subject": "B"}).body
    assert kept["isOnlineMeeting"] is True
    with_blob = event["body"]["content"].replace("Agenda", "New agenda")
    kept = office.patch(event["id"], {"body": {"contentType": "html", "content": with_blob}}).body
    assert kept["onlineMeeting"] == event["onlineMeeting"]
    lost = office.patch(event["id"], {"body": {"contentType": "html", "content": "<p>Short</p>"}}).body
    assert lost["isOnlineMeeting"] is False
    assert office.jana.user.state(event["id"]).teams_destroyed is True


@pytest.mark.parametrize("way", ["returns", "reminted"])
def test_a_destroyed_meeting_may_come_back_with_another_link(office: Office, way: Any) -> None:
    office.graph.switches.teams_body_loss = way
    event = teams(office)
    after = office.patch(event["id"], {"body": {"contentType": "html", "content": "<p>Short</p>"}}).body
    assert (after["onlineMeeting"] is None) is (way == "returns")
    after = office.patch(event["id"], {"subject": "B"}).body
    assert after["onlineMeeting"]["joinUrl"] != event["onlineMeeting"]["joinUrl"]
    assert office.jana.user.state(event["id"]).teams_destroyed is True


def test_where_the_calendar_does_not_allow_teams_the_flag_is_ignored(office: Office) -> None:
    calendar = office.graph.add_calendar(office.jana, "Bez Teams", teams=False)
    path = f"/users/{office.jana.id}/calendars/{calendar.id}/events"
    answer = office.call("POST", path, timed(isOnlineMeeting=True, onlineMeetingProvider="teamsForBusiness"))
    assert answer.status == 201
    assert (answer.body["isOnlineMeeting"], answer.body["onlineMeeting"]) == (False, None)


def test_a_meeting_once_online_stays_online(office: Office) -> None:
    event_id = office.jana.user.create("x", START, END)
    office.jana.user.make_teams(event_id)
    link = office.patch(event_id, {"isOnlineMeeting": False}).body["onlineMeeting"]
    assert link["joinUrl"]
    assert office.patch(event_id, {"isOnlineMeeting": True}).body["onlineMeeting"] == link


# -- series ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "days"),
    [
        ({"type": "daily", "interval": 2}, ["11-24", "11-26", "11-28"]),
        ({"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday", "thursday"]}, ["11-24", "11-26", "12-01"]),
        ({"type": "weekly", "interval": 2, "daysOfWeek": ["tuesday"]}, ["11-24", "12-08", "12-22"]),
        ({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 24}, ["11-24", "12-24", "01-24"]),
        (
            {"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["tuesday"], "index": "last"},
            ["11-24", "12-29", "01-26"],
        ),
        ({"type": "absoluteYearly", "interval": 1, "dayOfMonth": 24, "month": 11}, ["11-24", "11-24", "11-24"]),
        (
            {"type": "relativeYearly", "interval": 1, "daysOfWeek": ["tuesday"], "index": "fourth", "month": 11},
            ["11-24", "11-23", "11-28"],
        ),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_every_pattern_is_taken_and_expanded(office: Office, pattern: dict[str, Any], days: list[str]) -> None:
    recurrence = {
        "pattern": pattern,
        "range": {"type": "numbered", "startDate": "2026-11-24", "numberOfOccurrences": 3},
    }
    master = office.create(timed("S", recurrence=recurrence)).body
    path = f"/users/{office.jana.id}/events/{master['id']}/instances"
    found = office.get(path, startDateTime="2026-11-01", endDateTime="2030-01-01").value
    assert [e["start"]["dateTime"][5:10] for e in found] == days
    assert master["recurrence"]["range"]["endDate"] == "0001-01-01"
    assert master["recurrence"]["pattern"]["index"] in ("first", "last", "fourth")


@pytest.mark.parametrize(
    "change",
    [
        {"range": {"type": "noEnd", "startDate": "2026-11-25"}},
        {"range": {"type": "endDate", "startDate": "2026-11-24", "endDate": "2026-11-01"}},
        {"range": {"type": "numbered", "startDate": "2026-11-24"}},
        {"pattern": {"type": "weekly", "interval": 0, "daysOfWeek": ["tuesday"]}},
        {"pattern": {"type": "weekly", "interval": 1}},
        {"pattern": {"type": "absoluteMonthly", "interval": 1}},
    ],
)
def test_a_contradictory_recurrence_is_refused(office: Office, change: dict[str, Any]) -> None:
    assert office.create(timed(recurrence=weekly() | change)).status == 400


def test_a_series_keeps_its_wall_time_over_a_dst_change(office: Office) -> None:
    pattern = {"type": "absoluteMonthly", "interval": 4, "dayOfMonth": 24}
    event_id = office.create(timed(recurrence=weekly() | {"pattern": pattern})).body["id"]
    path = f"/users/{office.jana.id}/events/{event_id}/instances"
    found = office.get(path, startDateTime="2026-11-01", endDateTime="2027-08-01").value
    assert [e["start"]["dateTime"][:16] for e in found] == ["2026-11-24T08:00", "2027-03-24T08:00", "2027-07-24T07:00"]


def test_one_day_of_a_series_is_changed_and_deleted(office: Office) -> None:
    master_id = office.create(timed("S", recurrence=weekly())).body["id"]
    base = f"/users/{office.jana.id}/events"
    window = {"startDateTime": "2026-11-20", "endDateTime": "2026-12-20"}
    days = office.get(f"{base}/{master_id}/instances", IMMUTABLE, **window).value
    changed = office.patch(days[1]["id"], {"subject": "Special"}).body
    assert (changed["type"], changed["subject"]) == ("exception", "Special")
    assert office.call("DELETE", f"{base}/{days[2]['id']}").status == 204
    assert office.get(f"{base}/{days[2]['id']}").code == "ErrorItemNotFound"
    after = office.get(f"{base}/{master_id}/instances", IMMUTABLE, **window).value
    assert [e["type"] for e in after] == ["occurrence", "exception", "occurrence"]
    assert after[1]["subject"] == "Special"
    master = office.get(f"{base}/{master_id}", IMMUTABLE, **{"$select": "subject,cancelledOccurrences"}).body
    assert master["cancelledOccurrences"] == [f"OID.{master_id}.2026-12-08"]
    expanded = office.get(f"{base}/{master_id}", IMMUTABLE, **{"$expand": "exceptionOccurrences"}).body
    assert [e["subject"] for e in expanded["exceptionOccurrences"]] == ["Special"]
    assert "cancelledOccurrences" not in office.get(f"{base}/{master_id}", IMMUTABLE).body


def test_an_exception_stays_between_its_neighbours(office: Office) -> None:
    master_id = office.jana.user.create_series(
        "S", START, END, {"type": "daily", "interval": 1, "range": {"type": "noEnd"}}
    )
    with pytest.raises(GraphError) as caught:
        office.jana.user.change_occurrence(
            master_id,
            date(2026, 11, 27),
            start={"dateTime": "2026-11-28T09:00:00", "timeZone": "UTC"},
            end={"dateTime": "2026-11-28T10:00:00", "timeZone": "UTC"},
        )
    assert caught.value.code == "ErrorOccurrenceCrossingBoundary"


def test_exceptions_and_cancelled_days_reach_the_attendees(office: Office) -> None:
    master_id = meeting(office, "petr@firma.cz", recurrence=weekly())
    office.jana.user.change_occurrence(master_id, date(2026, 12, 1), subject="Special")
    office.jana.user.delete_occurrence(master_id, date(2026, 12, 8))
    path = f"/users/{office.petr.id}/calendarView"
    found = office.get(path, startDateTime="2026-11-20", endDateTime="2026-12-20").value
    assert [e["subject"] for e in found] == ["Meeting", "Special", "Meeting"]
    assert [e["start"]["dateTime"][:10] for e in found] == ["2026-11-24", "2026-12-01", "2026-12-15"]


def test_occurrences_share_their_masters_ical_uid_unless_switched(office: Office) -> None:
    office.create(timed(recurrence=weekly()))
    path = f"/users/{office.jana.id}/calendarView"
    window = {"startDateTime": "2026-11-20", "endDateTime": "2026-12-20"}
    assert len({e["iCalUId"] for e in office.get(path, **window).value}) == 1
    office.graph.switches.occurrences_share_ical_uid = False
    assert len({e["iCalUId"] for e in office.get(path, **window).value}) == 4
