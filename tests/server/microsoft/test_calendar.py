"""Single events: create once, change only what changed, keep foreign bytes, delete by proof."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from server.domain.event import Event, EventChange, EventDraft, EventTimes, Importance
from server.domain.html import rich_from_plain
from server.domain.ids import EventId, EventKey
from server.domain.when import Timed
from server.errors import Changed, Gone, Rejected, Remote, Spent, Unavailable
from server.microsoft.calendar import check_foreign_kept
from server.microsoft.translate import OWN_PROPERTY, PANEL_PROPERTY
from server.ports.graph import CreateEvent, DeleteEvent, FindEvents, GetEvent, ReadCalendar, UpdateEvent
from tests.server.microsoft.scripted import ANNA, FIRM, GRAPH, Answer, Rig, Script, Seen, event, refusal, rig

KEY = EventKey(ANNA, EventId("e1"))
ETAG = 'W/"e1-1"'
PRAGUE = "Central Europe Standard Time"
TIMES = EventTimes(
    when=Timed(start=datetime(2026, 11, 23, 8, tzinfo=UTC), end=datetime(2026, 11, 23, 9, tzinfo=UTC)),
    zone_label=PRAGUE,
)
DRAFT = EventDraft(
    subject="Visit",
    times=TIMES,
    description=rich_from_plain("Hello"),
    location="Brno",
    importance=Importance.NORMAL,
    categories=(),
    transaction_id="6f0b3c52-5d1e-4c7a-9a41-2c8e7d54b9f3",
    own_key="1|meeting:5|anna-id|p'q",
)
CREATE = CreateEvent(FIRM, ANNA, DRAFT)

#: Between Microsoft's own underscore lines, as Teams writes it.
TEAMS = (
    '<div class="me-email-text" lang="en-US">\r\n<div style="margin-bottom:24px"><span>Microsoft Teams</span>'
    '<a href="https://teams.microsoft.com/l/meetup-join/19%3ameeting_X%40thread.v2/0?context=%7b%7d">Join</a>'
    "</div>\r\n<!-- kept   --></div>"
)
TABLE = '<table border=1 STYLE="x:y"><tr><td>Agenda&nbsp;<b>1</b></td></tr></table>'
BODY = f"<html><head>\r\n<meta charset=utf-8></head>\r\n<body><p>Old text</p>\r\n{TABLE}{TEAMS}</body></html>"


def failed(test: Rig, op: object) -> Remote:
    with pytest.raises(Remote) as caught:
        test.perform(op)
    return caught.value


def with_body(content: str, **members: Any) -> dict[str, Any]:
    return event(body={"contentType": "html", "content": content}, **members)


def update(graph: Script, change: EventChange, *, etag: str | None = ETAG, foreign: bool = True) -> tuple[Rig, Event]:
    test = rig(graph)
    return test, test.perform(UpdateEvent(FIRM, KEY, etag, change, foreign))


class TestReading:
    def test_a_single_event_comes_with_our_property(self) -> None:
        ours = [{"id": OWN_PROPERTY, "value": "1|meeting:5|anna-id|p"}]
        test = rig(lambda seen: Answer(body=event(singleValueExtendedProperties=ours)))
        assert test.perform(GetEvent(FIRM, KEY)).own_key == "1|meeting:5|anna-id|p"
        asked = test.microsoft.requests[0]
        both = f"id eq '{OWN_PROPERTY}' or id eq '{PANEL_PROPERTY}'"
        assert asked.query["$expand"] == f"singleValueExtendedProperties($filter={both})"
        assert "+" not in asked.url

    def test_an_event_that_cannot_be_understood_is_parked(self) -> None:
        assert isinstance(failed(rig(lambda seen: Answer(body=event(subject=5))), GetEvent(FIRM, KEY)), Rejected)

    def test_the_plain_calendar_follows_its_pages(self) -> None:
        def graph(seen: Seen) -> Answer:
            if "$skip" in seen.query:
                return Answer(body={"value": [event("e2"), event("e1", subject="Newer")]})
            rows = [event("e1"), event("odd", subject=5), {"id": "o", "type": "occurrence", "seriesMasterId": "m"}]
            link = f"{GRAPH}/users/anna-id/calendarView?$skip=10"
            return Answer(body={"value": rows, "@odata.nextLink": link})

        test = rig(graph)
        window = (datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 10, 1, tzinfo=UTC))
        events = test.perform(ReadCalendar(FIRM, ANNA, *window))
        assert [(one.id, one.subject) for one in events] == [("e1", "Newer"), ("e2", "Visit")]
        asked = test.microsoft.requests[0]
        assert asked.path == "/users/anna-id/calendarView"
        assert OWN_PROPERTY in asked.query["$expand"]
        assert asked.query["startDateTime"] == "2026-10-01T00:00:00Z"

    @pytest.mark.parametrize(
        "body",
        [
            {"value": None},
            {"value": [], "@odata.nextLink": "https://evil.test/v1.0/x"},
            {"value": [], "@odata.nextLink": 5},
            {"value": [], "@odata.nextLink": f"{GRAPH}/users/anna-id/calendarView?$skip=1"},
        ],
    )
    def test_a_list_that_is_not_whole_is_no_list(self, body: dict[str, Any]) -> None:
        test = rig(lambda seen: Answer(body=body))
        window = (datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 10, 1, tzinfo=UTC))
        assert isinstance(failed(test, ReadCalendar(FIRM, ANNA, *window)), Unavailable)
        assert all(seen.url.startswith(GRAPH) for seen in test.microsoft.requests)

    def test_our_events_are_found_by_their_key(self) -> None:
        test = rig(lambda seen: Answer(body={"value": [event("e1")]}))
        assert [one.id for one in test.perform(FindEvents(FIRM, ANNA, "a'b"))] == ["e1"]
        asked = test.microsoft.requests[0]
        wish = f"singleValueExtendedProperties/Any(ep: ep/id eq '{OWN_PROPERTY}' and ep/value eq 'a''b')"
        assert asked.query["$filter"] == wish
        assert "%20eq%20" in asked.url
        odd = rig(lambda seen: Answer(body={"value": [event("e1", subject=5)]}))
        assert isinstance(failed(odd, FindEvents(FIRM, ANNA, "k")), Unavailable)


class TestCreating:
    def test_a_created_event_has_our_key_although_graph_does_not_return_it(self) -> None:
        test = rig(lambda seen: Answer(status=201, body=event()))
        assert test.perform(CREATE).own_key == DRAFT.own_key
        asked = test.microsoft.requests[0]
        assert (asked.method, asked.path) == ("POST", "/users/anna-id/calendar/events")
        assert asked.body["start"] == {"dateTime": "2026-11-23T09:00:00", "timeZone": PRAGUE}
        assert asked.body["body"]["content"] == "<p>Hello</p>"

    @pytest.mark.parametrize("status", [400, 409])
    def test_a_used_transaction_id_leads_to_the_event_that_used_it(self, status: int) -> None:
        def graph(seen: Seen) -> Answer:
            if seen.method == "POST":
                return refusal(status, "ErrorDuplicateTransactionId", None, **{"@event.existingEventId": "e1"})
            return Answer(body=event())

        test = rig(graph)
        assert test.perform(CREATE).id == "e1"
        assert [seen.method for seen in test.microsoft.requests] == ["POST", "GET"]

    @pytest.mark.parametrize("status", [400, 409])
    def test_an_unnamed_one_is_found_by_our_key(self, status: int) -> None:
        hits = [event("e5")]

        def graph(seen: Seen) -> Answer:
            if seen.method == "POST":
                return refusal(status, "ErrorDuplicateTransactionId")
            return Answer(body={"value": hits})

        test = rig(graph)
        assert test.perform(CREATE).id == "e5"
        assert "ep/value eq '1|meeting:5|anna-id|p''q'" in test.microsoft.requests[1].query["$filter"]
        hits.clear()
        assert isinstance(failed(test, CREATE), Changed)

    def test_an_event_that_used_it_and_is_gone_is_named(self) -> None:
        def graph(seen: Seen) -> Answer:
            if seen.method == "POST":
                return refusal(409, "ErrorDuplicateTransactionId", innerError={"@event.existingEventId": "e1"})
            return refusal(404, "ErrorItemNotFound")

        assert isinstance(failed(rig(graph), CREATE), Spent)

    def test_a_zone_that_the_mailbox_does_not_know_is_replaced_by_utc(self) -> None:
        def graph(seen: Seen) -> Answer:
            if seen.body["start"]["timeZone"] != "UTC":
                return refusal(400, "TimeZoneNotSupportedException")
            return Answer(status=201, body=event())

        test = rig(graph)
        test.perform(CREATE)
        assert test.microsoft.requests[1].body["start"] == {"dateTime": "2026-11-23T08:00:00", "timeZone": "UTC"}
        assert test.microsoft.requests[1].body["subject"] == "Visit"

    def test_other_refusals_pass_through_and_nothing_is_repeated(self) -> None:
        for answer, kind in (
            (refusal(400, "ErrorInvalidRequest"), Rejected),
            (refusal(409, "ErrorIrresolvableConflict"), Changed),
            (refusal(500, "ErrorInternalServerError"), Unavailable),
        ):
            test = rig(lambda seen, answer=answer: answer)  # type: ignore[misc]
            assert isinstance(failed(test, CREATE), kind)
            assert len(test.microsoft.requests) == 1

    def test_a_success_without_a_readable_event_may_have_created_it(self) -> None:
        error = failed(rig(lambda seen: Answer(status=201, body=event(id=""))), CREATE)
        assert isinstance(error, Unavailable)
        assert error.unknown_outcome


class TestChanging:
    def test_only_changed_members_travel_with_the_version(self) -> None:
        test, changed = update(lambda seen: Answer(body=event(subject="New")), EventChange(subject="New"))
        assert changed.subject == "New"
        (asked,) = test.microsoft.requests
        assert (asked.method, asked.body, asked.headers["If-Match"]) == ("PATCH", {"subject": "New"}, ETAG)

    def test_foreign_parts_of_a_body_keep_every_byte(self) -> None:
        test, _ = update(
            lambda seen: Answer(body=with_body(BODY)), EventChange(description=rich_from_plain("New text"))
        )
        assert [seen.method for seen in test.microsoft.requests] == ["GET", "PATCH"]
        sent = test.microsoft.requests[1].body
        assert set(sent) == {"body"}
        content = sent["body"]["content"]
        assert TABLE in content
        assert TEAMS in content
        assert content.index(TABLE) < content.index(TEAMS)
        assert "New text" in content
        assert "Old text" not in content
        assert content.startswith("<html><head>\r\n<meta charset=utf-8></head>\r\n<body>")

    def test_a_body_that_reads_the_same_is_not_written(self) -> None:
        test, stored = update(
            lambda seen: Answer(body=with_body(BODY)), EventChange(description=rich_from_plain("Old text"))
        )
        assert [seen.method for seen in test.microsoft.requests] == ["GET"]
        assert stored.etag == ETAG
        both = EventChange(description=rich_from_plain("Old text"), subject="New")
        test, _ = update(lambda seen: Answer(body=with_body(BODY)), both)
        assert test.microsoft.requests[1].body == {"subject": "New"}

    def test_a_body_known_to_be_ours_alone_is_written_without_reading(self) -> None:
        change = EventChange(description=rich_from_plain("New\ntext"))
        test, _ = update(lambda seen: Answer(body=event()), change, foreign=False)
        (asked,) = test.microsoft.requests
        assert asked.body == {"body": {"contentType": "html", "content": "<p>New</p><p>text</p>"}}

    def test_a_body_that_lost_its_join_block_is_never_sent(self) -> None:
        check_foreign_kept(BODY, BODY.replace("Old", "New"))
        check_foreign_kept("<p>Old</p>", "<p>New</p>")
        with pytest.raises(Rejected) as caught:
            check_foreign_kept(BODY, "<p>New</p>")
        assert caught.value.code == "graph_body_unsafe"

    def test_a_version_that_moved_on_is_not_written_over(self) -> None:
        moved = lambda seen: Answer(body=with_body(BODY, **{"@odata.etag": "newer"}))  # noqa: E731
        test = rig(moved)
        change = EventChange(description=rich_from_plain("New"))
        assert isinstance(failed(test, UpdateEvent(FIRM, KEY, ETAG, change)), Changed)
        assert [seen.method for seen in test.microsoft.requests] == ["GET"]
        test, _ = update(moved, change, etag=None)
        assert test.microsoft.requests[1].headers["If-Match"] == "newer"

    def test_an_empty_change_only_reads(self) -> None:
        test, stored = update(lambda seen: Answer(body=event()), EventChange())
        assert [seen.method for seen in test.microsoft.requests] == ["GET"]
        assert stored.subject == "Visit"

    def test_attendees_keep_who_stays(self) -> None:
        room = {"emailAddress": {"name": "Room", "address": "room@firma.cz"}, "type": "resource"}
        change = EventChange(attendees=("room@firma.cz", "jana@acme.cz"))
        test, _ = update(lambda seen: Answer(body=event(attendees=[room])), change)
        assert test.microsoft.requests[1].body == {
            "attendees": [room, {"emailAddress": {"address": "jana@acme.cz"}, "type": "required"}]
        }

    def test_times_go_together_and_fall_back_to_utc(self) -> None:
        def graph(seen: Seen) -> Answer:
            if seen.body["start"]["timeZone"] == PRAGUE:
                return refusal(400, "TimeZoneNotSupportedException")
            return Answer(body=event())

        test, _ = update(graph, EventChange(times=TIMES))
        first, second = test.microsoft.requests
        assert set(first.body) == set(second.body) == {"isAllDay", "start", "end"}
        assert second.body["end"] == {"dateTime": "2026-11-23T09:00:00", "timeZone": "UTC"}

    @pytest.mark.parametrize(
        ("answer", "kind"),
        [
            (refusal(409, "ErrorIrresolvableConflict"), Changed),
            (refusal(412, "ErrorIrresolvableConflict"), Changed),
            (refusal(404, "ErrorItemNotFound"), Gone),
            (refusal(400, "ErrorInvalidRequest"), Rejected),
            (Answer(status=404, body=b"<html>"), Unavailable),
            (Answer(body=event(subject=5)), Unavailable),
            (Answer(body=event("other")), Unavailable),
        ],
    )
    def test_each_refusal_is_told_and_nothing_is_repeated(self, answer: Answer, kind: type[Remote]) -> None:
        test = rig(lambda seen: answer)
        error = failed(test, UpdateEvent(FIRM, KEY, ETAG, EventChange(subject="New")))
        assert isinstance(error, kind)
        if isinstance(error, Unavailable):
            assert error.unknown_outcome
        assert len(test.microsoft.requests) == 1


class TestDeleting:
    def test_a_deletion_names_the_version(self) -> None:
        test = rig(lambda seen: Answer(status=204))
        assert test.perform(DeleteEvent(FIRM, KEY, ETAG)) is None
        (asked,) = test.microsoft.requests
        assert (asked.method, asked.path, asked.headers["If-Match"]) == ("DELETE", "/users/anna-id/events/e1", ETAG)

    def test_only_graphs_own_word_proves_that_it_is_gone(self) -> None:
        assert isinstance(failed(rig(lambda s: refusal(404, "ErrorItemNotFound")), DeleteEvent(FIRM, KEY, None)), Gone)
        unclear = failed(rig(lambda seen: Answer(status=404, body=b"<html>")), DeleteEvent(FIRM, KEY, None))
        assert isinstance(unclear, Unavailable)
        assert unclear.unknown_outcome
        moved = failed(rig(lambda seen: refusal(412, "ErrorIrresolvableConflict")), DeleteEvent(FIRM, KEY, ETAG))
        assert isinstance(moved, Changed)


def test_our_property_has_one_name_for_ever() -> None:
    """Events written by earlier versions carry it."""
    assert re.fullmatch(r"String \{[0-9a-f-]{36}\} Name RaynetActivity", OWN_PROPERTY)
    assert OWN_PROPERTY == "String {6f0b3c52-5d1e-4c7a-9a41-2c8e7d54b9f3} Name RaynetActivity"
