"""Between Graph's event and ours."""

import time
from datetime import UTC, date, datetime
from typing import Any

import pytest

from server.domain.event import EventChange, EventDraft, EventTimes, EventType, Importance, Response
from server.domain.html import EMPTY, rich_from_plain
from server.domain.ids import EventId
from server.domain.when import AllDay, Timed
from server.microsoft.translate import (
    BODY_CAP_CHARACTERS,
    OWN_PROPERTY,
    OddEventError,
    attendees_body,
    change_body,
    draft_body,
    event_of,
    parse_event,
    understood,
)
from tests.server.microsoft.scripted import ANNA, event

WHEN = Timed(start=datetime(2026, 11, 23, 8, tzinfo=UTC), end=datetime(2026, 11, 23, 9, tzinfo=UTC))
TIMES = EventTimes(when=WHEN, zone_label="UTC")


def read(**members: Any) -> Any:
    return event_of(parse_event(event(**members)), ANNA)


def test_an_everyday_event_is_read_whole() -> None:
    seen = read(
        attendees=[
            {"emailAddress": {"name": "Jana", "address": "Jana@Acme.cz"}, "type": "required"},
            {"emailAddress": {"name": "Anna", "address": "ANNA@firma.cz"}, "type": "required"},
            {"emailAddress": {"name": "Jana", "address": "jana@acme.cz"}, "type": "optional"},
        ],
        transactionId="t-1",
        isOnlineMeeting=True,
        singleValueExtendedProperties=[{"id": OWN_PROPERTY, "value": "1|meeting:5|anna-id|p"}],
    )
    assert (seen.mailbox, seen.id, seen.etag, seen.ical_uid) == (ANNA, EventId("e1"), 'W/"e1-1"', "uid-e1")
    assert (seen.subject, seen.body.plain, seen.location) == ("Visit", "Hello", "Brno")
    assert seen.when == WHEN
    assert seen.zone_label == "Central Europe Standard Time"
    assert (seen.organizer, seen.attendees) == ("anna@firma.cz", ("jana@acme.cz",))
    assert (seen.is_organizer, seen.response, seen.private) == (True, Response.ORGANIZER, False)
    assert (seen.type, seen.recurring, seen.is_online) == (EventType.SINGLE, False, True)
    assert (seen.transaction_id, seen.own_key) == ("t-1", "1|meeting:5|anna-id|p")
    assert seen.created_at == datetime(2026, 11, 1, 10, 0, 0, 123456, tzinfo=UTC)
    assert seen.categories == ("Mine",)


@pytest.mark.parametrize(
    ("members", "name", "value"),
    [
        ({"sensitivity": "confidential"}, "private", True),
        ({"sensitivity": "personal"}, "private", True),
        ({"sensitivity": "topSecret"}, "private", True),
        ({"sensitivity": None}, "private", True),
        ({"sensitivity": "Normal"}, "private", False),
        ({"importance": "HIGH"}, "importance", Importance.HIGH),
        ({"importance": "urgent"}, "importance", Importance.NORMAL),
        ({"type": "somethingNew"}, "recurring", True),
        ({"type": None}, "type", EventType.SINGLE),
        ({"type": None, "seriesMasterId": "m"}, "recurring", True),
        ({"type": "seriesMaster"}, "recurring", True),
        ({"recurrence": {"pattern": {}}}, "type", EventType.MASTER),
        ({"responseStatus": {"response": "maybeLater"}}, "response", Response.NOT_RESPONDED),
        ({"responseStatus": None}, "response", Response.NONE),
        ({"isOrganizer": None}, "is_organizer", True),
        ({"isOrganizer": None, "responseStatus": {"response": "accepted"}}, "is_organizer", False),
        ({"subject": None}, "subject", ""),
        ({"subject": "A\x00B\ud800"}, "subject", "AB"),
        ({"location": None}, "location", ""),
        ({"location": {"displayName": None}}, "location", ""),
        ({"body": None}, "body", EMPTY),
        ({"body": {"contentType": "html", "content": None}}, "body", EMPTY),
        ({"body": {"contentType": "text", "content": "1 < 2\r\nnext"}}, "body", rich_from_plain("1 < 2\nnext")),
        ({"attendees": None}, "attendees", ()),
        ({"attendees": [{"type": "required"}, {"emailAddress": {"name": "X"}}, None]}, "attendees", ()),
        ({"organizer": None}, "organizer", None),
        ({"categories": None}, "categories", ()),
        ({"categories": ["a", None, 5]}, "categories", ("a",)),
        ({"end": None}, "when", None),
        ({"singleValueExtendedProperties": [{"id": "String {x} Name Other", "value": "v"}]}, "own_key", None),
        ({"singleValueExtendedProperties": [{"id": OWN_PROPERTY.upper(), "value": "v"}]}, "own_key", "v"),
        ({"singleValueExtendedProperties": [{"id": OWN_PROPERTY, "value": ""}]}, "own_key", None),
        ({"somethingNew": {"deep": [1]}}, "subject", "Visit"),
    ],
)
def test_unknown_words_and_nulls_get_the_safest_meaning(members: dict[str, Any], name: str, value: Any) -> None:
    assert getattr(read(**members), name) == value


def test_five_hundred_and_one_attendees_are_all_read() -> None:
    people = [{"emailAddress": {"address": f"p{n}@acme.cz"}, "type": "required"} for n in range(501)]
    assert len(read(attendees=people).attendees) == 501


def test_days_are_read_as_days() -> None:
    days = {"start": {"dateTime": "2026-11-23T00:00:00.0000000"}, "end": {"dateTime": "2026-11-24T00:00:00.0000000"}}
    assert read(isAllDay=True, **days).when == AllDay(first=date(2026, 11, 23), end=date(2026, 11, 24))


def test_a_huge_body_is_read_quickly_and_counts_as_foreign() -> None:
    before = time.process_time()
    seen = read(body={"contentType": "html", "content": "<p>word</p>" + "word " * (BODY_CAP_CHARACTERS // 4)})
    assert seen.body_foreign
    assert seen.body.truncated
    assert seen.body.plain.startswith("word\nword word")
    assert time.process_time() - before < 20


@pytest.mark.parametrize("members", [{"subject": 5}, {"start": "now"}, {"id": ""}, {"body": []}, {"isAllDay": {}}])
def test_an_impossible_member_makes_the_event_odd(members: dict[str, Any]) -> None:
    with pytest.raises(OddEventError):
        read(**members)


def test_odd_events_are_set_apart_and_plain_occurrences_left_out() -> None:
    bare = {"id": "o1", "type": "occurrence", "seriesMasterId": "m1", "start": None, "end": None}
    rows = [event("e1"), event("x1", subject=5), bare, event("m1", type="seriesMaster"), event("x2", type="exception")]
    events, odd = understood(rows, ANNA)
    assert [one.id for one in events] == ["e1", "m1", "x2"]
    assert odd == ("x1",)


def draft(**members: Any) -> EventDraft:
    usual: dict[str, Any] = {
        "subject": "Visit",
        "times": TIMES,
        "description": rich_from_plain("Hello"),
        "location": "Brno",
        "importance": Importance.HIGH,
        "categories": ("Raynet: Schůzka",),
        "transaction_id": "t-1",
        "own_key": "1|meeting:5|anna-id|p",
    }
    return EventDraft(**(usual | members))


def test_a_create_says_everything_explicitly_and_invites_nobody() -> None:
    body = draft_body(draft())
    assert "attendees" not in body
    assert (body["showAs"], body["sensitivity"], body["importance"]) == ("busy", "normal", "high")
    assert (body["isReminderOn"], body["reminderMinutesBeforeStart"]) == (True, 15)
    assert body["transactionId"] == "t-1"
    assert body["singleValueExtendedProperties"] == [{"id": OWN_PROPERTY, "value": "1|meeting:5|anna-id|p"}]
    assert (body["isAllDay"], body["start"]) == (False, {"dateTime": "2026-11-23T08:00:00", "timeZone": "UTC"})
    assert body["body"]["contentType"] == "html"


def test_whole_days_have_no_reminder_and_private_is_told() -> None:
    days = EventTimes(when=AllDay(first=date(2026, 11, 23), end=date(2026, 11, 24)), zone_label="UTC")
    body = draft_body(draft(times=days, private=True))
    assert (body["isReminderOn"], body["isAllDay"], body["sensitivity"]) == (False, True, "private")


def test_attendees_are_written_only_where_the_draft_names_them() -> None:
    body = draft_body(draft(attendees=("jana@acme.cz",)))
    assert body["attendees"] == [{"emailAddress": {"address": "jana@acme.cz"}, "type": "required"}]


def test_a_change_sends_only_what_changed() -> None:
    assert change_body(EventChange(subject="New")) == {"subject": "New"}
    assert set(change_body(EventChange(times=TIMES))) == {"isAllDay", "start", "end"}
    assert change_body(EventChange(location="")) == {"location": {"displayName": ""}, "locations": []}
    assert change_body(EventChange(importance=Importance.LOW, categories=())) == {"importance": "low", "categories": []}
    assert change_body(EventChange()) == {}


def test_attendees_who_stay_keep_their_name_and_type() -> None:
    room = {
        "emailAddress": {"name": "Room", "address": "Room@Firma.cz"},
        "type": "resource",
        "status": {"response": "x"},
    }
    assert attendees_body(("room@firma.cz", "new@acme.cz"), [room, None, {"emailAddress": None}]) == [
        {"emailAddress": {"name": "Room", "address": "Room@Firma.cz"}, "type": "resource"},
        {"emailAddress": {"address": "new@acme.cz"}, "type": "required"},
    ]
