"""Single events: writing, reading, ids, versions, transactions, extended properties."""

from typing import Any

import pytest

from simulator.graph.errors import GraphError
from tests.simulator.test_graph_client import (
    IMMUTABLE,
    NOW,
    PROPERTY,
    ZONE,
    Answer,
    Office,
    all_day,
    office,
    timed,
)

__all__ = ["office"]


def listed(office: Office, **query: str) -> Answer:
    return office.get(f"/users/{office.jana.id}/events", **query)


# -- times and zones -------------------------------------------------------------------------------------------------


def test_times_are_stored_as_utc_and_come_back_with_seven_digits(office: Office) -> None:
    event = office.create(timed()).body
    assert event["start"] == {"dateTime": "2026-11-24T08:00:00.0000000", "timeZone": "UTC"}
    assert event["originalStartTimeZone"] == ZONE


def test_the_preferred_zone_holds_for_the_request_that_asks_for_it(office: Office) -> None:
    event_id = office.create(timed()).body["id"]
    path = f"/users/{office.jana.id}/events/{event_id}"
    there = office.get(path, f'outlook.timezone="{ZONE}"')
    assert there.body["start"] == {"dateTime": "2026-11-24T09:00:00.0000000", "timeZone": ZONE}
    assert there.headers["Preference-Applied"] == f'outlook.timezone="{ZONE}"'
    assert office.get(path).body["start"]["timeZone"] == "UTC"


@pytest.mark.parametrize("zone", ["Europe/Prague", "Europe/Bratislava", "Mars/Olympus", "CET2"])
def test_an_unlisted_zone_is_refused(office: Office, zone: str) -> None:
    body = timed() | {"start": {"dateTime": "2026-11-24T09:00:00", "timeZone": zone}}
    answer = office.create(body)
    assert (answer.status, answer.code) == (400, "TimeZoneNotSupportedException")


@pytest.mark.parametrize("zone", ["Central Europe Standard Time", "Europe/Budapest", "Europe/Kyiv", "UTC"])
def test_a_listed_zone_is_taken(office: Office, zone: str) -> None:
    times = {k: {"dateTime": f"2026-11-24T{h}:00:00", "timeZone": zone} for k, h in (("start", "09"), ("end", "10"))}
    assert office.create({"subject": "x"} | times).status == 201


def test_every_iana_zone_is_taken_when_switched_so(office: Office) -> None:
    office.graph.switches.accept_all_iana_zones = True
    times = {
        k: {"dateTime": f"2026-07-01T{h}:00:00", "timeZone": "Europe/Prague"}
        for k, h in (("start", "09"), ("end", "10"))
    }
    assert office.create({"subject": "x"} | times).body["start"]["dateTime"] == "2026-07-01T07:00:00.0000000"


def test_a_zero_length_event_is_taken_and_an_end_before_start_is_not(office: Office) -> None:
    same = timed() | {"end": timed()["start"]}
    assert office.create(same).status == 201
    assert office.create(timed() | {"end": timed(hour=8)["start"]}).status == 400


@pytest.mark.parametrize(
    "times",
    [
        {"start": {"dateTime": "2026-11-24T09:00:00", "timeZone": ZONE}},
        {"start": {"dateTime": "2026-11-24T00:00:00Z", "timeZone": "UTC"}},
        {"start": {"dateTime": "2026-11-24T00:00:00", "timeZone": "UTC"}},
        {"end": {"dateTime": "2026-11-24T00:00:00", "timeZone": ZONE}},
    ],
    ids=["not midnight", "offset", "another zone", "no day"],
)
def test_an_all_day_event_must_run_from_midnight_to_midnight_in_one_zone(office: Office, times: Any) -> None:
    answer = office.create(all_day() | times)
    assert (answer.status, answer.code) == (400, "ErrorInvalidRequest")


def test_an_all_day_event_floats(office: Office) -> None:
    event = office.create(all_day()).body
    assert event["start"]["dateTime"] == "2026-11-24T00:00:00.0000000"
    path = f"/users/{office.jana.id}/events/{event['id']}"
    tokyo = office.get(path, 'outlook.timezone="Tokyo Standard Time"').body
    assert tokyo["start"] == {"dateTime": "2026-11-24T00:00:00.0000000", "timeZone": "Tokyo Standard Time"}


def test_an_all_day_event_meets_a_window_as_utc_midnights(office: Office) -> None:
    office.create(all_day(first=24, last=25))
    path = f"/users/{office.jana.id}/calendarView"
    inside = {"startDateTime": "2026-11-24T23:30:00Z", "endDateTime": "2026-11-24T23:45:00Z"}
    before = {"startDateTime": "2026-11-23T23:00:00Z", "endDateTime": "2026-11-24T00:00:00Z"}
    assert len(office.get(path, **inside).value) == 1
    assert office.get(path, **before).value == []


def test_timed_becomes_all_day_only_with_both_midnights(office: Office) -> None:
    event_id = office.create(timed()).body["id"]
    assert office.patch(event_id, {"isAllDay": True}).status == 400
    body = {name: value for name, value in all_day().items() if name != "subject"}
    assert office.patch(event_id, body).body["isAllDay"] is True


# -- members and defaults --------------------------------------------------------------------------------------------


def test_defaults_are_the_documented_ones(office: Office) -> None:
    event = office.create(timed()).body
    shown = {k: event[k] for k in ("showAs", "sensitivity", "importance", "isReminderOn", "reminderMinutesBeforeStart")}
    assert shown == {
        "showAs": "busy",
        "sensitivity": "normal",
        "importance": "normal",
        "isReminderOn": True,
        "reminderMinutesBeforeStart": 15,
    }
    assert event["responseStatus"] == {"response": "none", "time": "0001-01-01T00:00:00Z"}
    assert office.create(all_day()).body["reminderMinutesBeforeStart"] == 1080


def test_an_unknown_member_is_refused(office: Office) -> None:
    answer = office.create(timed() | {"colour": "red"})
    assert (answer.status, answer.code) == (400, "RequestBodyRead")


def test_enum_values_are_taken_in_any_case_and_shown_canonically(office: Office) -> None:
    written = office.create(timed(showAs="WORKINGELSEWHERE"), checks_request=False)
    assert written.body["showAs"] == "workingElsewhere"
    assert office.create(timed(showAs="asleep")).status == 400


def test_start_is_required_on_create(office: Office) -> None:
    assert office.create({"subject": "x"}).status == 400


def test_writing_location_replaces_all_locations(office: Office) -> None:
    event = office.create(timed(locations=[{"displayName": "A"}, {"displayName": "B"}])).body
    assert [place["displayName"] for place in event["locations"]] == ["A", "B"]
    changed = office.patch(event["id"], {"location": {"displayName": "Brno"}}).body
    assert [place["displayName"] for place in changed["locations"]] == ["Brno"]
    cleared = office.patch(event["id"], {"location": {"displayName": ""}, "locations": []}).body
    assert cleared["locations"] == []


def test_a_long_subject_is_cut_or_refused(office: Office) -> None:
    assert len(office.create(timed("š" * 300)).body["subject"]) == 255
    office.graph.switches.cut_long_subjects = False
    assert office.create(timed("š" * 300)).status == 400


def test_start_alone_keeps_the_end_or_is_refused(office: Office) -> None:
    event_id = office.create(timed()).body["id"]
    moved = office.patch(event_id, {"start": timed(hour=8)["start"]})
    assert moved.body["end"]["dateTime"] == "2026-11-24T09:00:00.0000000"
    office.graph.switches.accept_start_alone = False
    assert office.patch(event_id, {"start": timed(hour=8)["start"]}).status == 400


# -- bodies ----------------------------------------------------------------------------------------------------------


def test_a_text_body_echoes_as_text_once_and_is_html_afterwards(office: Office) -> None:
    event = office.create(timed(body={"contentType": "text", "content": "a <b>\nc"})).body
    assert event["body"] == {"contentType": "text", "content": "a <b>\nc"}
    path = f"/users/{office.jana.id}/events/{event['id']}"
    later = office.get(path).body["body"]
    assert later["contentType"] == "html"
    assert "<!-- converted from text -->" in later["content"]
    assert 'class="PlainText"' in later["content"]
    assert "a &lt;b&gt;<br>\r\nc" in later["content"]
    text = office.get(path, 'outlook.body-content-type="text"').body["body"]
    assert text == {"contentType": "text", "content": "a <b>\r\nc"}


def test_html_is_rewritten_and_sanitised_and_stays_so_when_written_back(office: Office) -> None:
    sent = "<P onclick='x()'>Ahoj<script>bad()</script>\nsvěte</P>"
    event = office.create(timed(body={"contentType": "html", "content": sent})).body
    stored = event["body"]["content"]
    assert stored.startswith("<html><head>\r\n<meta http-equiv")
    assert "<p>Ahoj\r\nsvěte</p>" in stored
    again = office.patch(event["id"], {"body": event["body"]}).body
    assert again["body"]["content"] == stored
    assert event["bodyPreview"] == "Ahoj světe"


# -- ids and versions ------------------------------------------------------------------------------------------------


def test_the_header_of_each_request_decides_about_the_form_of_ids(office: Office) -> None:
    event_id = office.create(timed()).body["id"]
    path = f"/users/{office.jana.id}/events/{event_id}"
    assert office.get(path, IMMUTABLE).body["id"] == event_id
    normal = office.get(path).body["id"]
    assert normal != event_id
    assert office.get(f"/users/{office.jana.id}/events/{normal}", IMMUTABLE).body["id"] == event_id


def test_a_move_changes_the_normal_id_and_not_the_immutable_one(office: Office) -> None:
    event_id = office.create(timed()).body["id"]
    base = f"/users/{office.jana.id}/events"
    normal = office.get(f"{base}/{event_id}").body["id"]
    calendar = office.graph.add_calendar(office.jana, "Osobní")
    office.jana.user.move_to_calendar(event_id, calendar)
    assert office.get(f"{base}/{normal}").code == "ErrorItemNotFound"
    moved = office.get(f"{base}/{event_id}").body
    assert moved["id"] != normal
    assert office.get(f"/users/{office.jana.id}/calendars/{calendar.id}/events", IMMUTABLE).value[0]["id"] == event_id


def test_an_id_is_valid_in_its_own_mailbox_only(office: Office) -> None:
    event_id = office.create(timed()).body["id"]
    assert office.get(f"/users/{office.petr.id}/events/{event_id}").code == "ErrorItemNotFound"


def test_each_save_bumps_the_version_and_exchange_saves_once_more_after_a_create(office: Office) -> None:
    event = office.create(timed()).body
    path = f"/users/{office.jana.id}/events/{event['id']}"
    assert event["@odata.etag"] == f'W/"{event["changeKey"]}"'
    assert office.get(path).body["changeKey"] == event["changeKey"]
    office.clock.advance(seconds=3)
    bumped = office.get(path).body
    assert bumped["changeKey"] != event["changeKey"]
    assert office.patch(event["id"], {"subject": "B"}).body["changeKey"] != bumped["changeKey"]
    office.clock.advance(minutes=5)
    office.graph.settle()
    assert [revision.kind for revision in office.graph.history(event["id"])] == ["create", "post-processing", "update"]


def test_a_stale_if_match_is_412_on_patch_and_delete(office: Office) -> None:
    event = office.create(timed()).body
    office.patch(event["id"], {"subject": "B"})
    stale = {"if_match": event["@odata.etag"]}
    refused = office.patch(event["id"], {"subject": "C"}, **stale)
    assert (refused.status, refused.code) == (412, "ErrorIrresolvableConflict")
    path = f"/users/{office.jana.id}/events/{event['id']}"
    assert office.call("DELETE", path, headers={"if-match": event["@odata.etag"]}).status == 412
    office.graph.switches.patch_honours_if_match = False
    fresh = office.patch(event["id"], {"subject": "C"}, **stale).body["@odata.etag"]
    assert office.call("DELETE", path, headers={"if-match": fresh}).status == 204


def test_a_conflict_can_be_ordered_or_left_to_chance(office: Office) -> None:
    event_id = office.create(timed()).body["id"]
    office.jana.pending_conflicts = 1
    assert office.patch(event_id, {"subject": "B"}).status == 409
    assert office.patch(event_id, {"subject": "B"}).status == 200
    office.graph.switches.random_conflict_probability = 0.5
    statuses = {office.patch(event_id, {"subject": str(n)}).status for n in range(30)}
    assert statuses == {200, 409}


def test_overlapping_writes_conflict_only_shortly_after_a_save(office: Office) -> None:
    office.graph.switches.overlap_conflict_probability = 1.0
    event_id = office.create(timed()).body["id"]
    assert office.patch(event_id, {"subject": "B"}).status == 409
    office.clock.advance(seconds=10)
    office.graph.settle()
    office.clock.advance(seconds=10)
    assert office.patch(event_id, {"subject": "B"}).status == 200


def test_the_second_delete_is_404(office: Office) -> None:
    path = f"/users/{office.jana.id}/events/{office.create(timed()).body['id']}"
    assert office.call("DELETE", path).status == 204
    second = office.call("DELETE", path)
    assert (second.status, second.code) == (404, "ErrorItemNotFound")


def test_a_restored_event_has_its_immutable_id_again_and_a_purged_one_cannot_be_restored(office: Office) -> None:
    event_id = office.create(timed()).body["id"]
    path = f"/users/{office.jana.id}/events/{event_id}"
    office.call("DELETE", path)
    office.jana.user.restore(event_id)
    assert office.get(path, IMMUTABLE).body["id"] == event_id
    assert office.call("POST", f"{path}/permanentDelete").status == 204
    with pytest.raises(GraphError, match="404"):
        office.jana.user.restore(event_id)


# -- transactions ----------------------------------------------------------------------------------------------------


def test_the_same_transaction_and_content_gives_the_existing_event(office: Office) -> None:
    body = timed(transactionId="t-1")
    first, second = office.create(body), office.create(body)
    assert (first.status, second.status) == (201, 201)
    assert first.body["id"] == second.body["id"]
    assert first.body["transactionId"] == "t-1"
    assert len(listed(office).value) == 1


@pytest.mark.parametrize("status", [400, 409])
def test_the_same_transaction_with_other_content_is_refused_and_names_the_event(office: Office, status: int) -> None:
    office.graph.switches.duplicate_transaction_status = status
    event_id = office.create(timed(transactionId="t-1")).body["id"]
    answer = office.create(timed("Other", transactionId="t-1"))
    assert (answer.status, answer.code) == (status, "ErrorDuplicateTransactionId")
    assert answer.body["error"]["@event.existingEventId"] == event_id


@pytest.mark.parametrize(
    ("mode", "status", "same"), [("replay", 201, True), ("duplicate", 400, None), ("forgotten", 201, False)]
)
def test_a_transaction_after_its_event_was_deleted(office: Office, mode: Any, status: int, same: bool | None) -> None:
    office.graph.switches.transaction_after_delete = mode
    first = office.create(timed(transactionId="t-1")).body
    office.jana.user.delete(first["id"])
    again = office.create(timed(transactionId="t-1"))
    assert again.status == status
    if same is not None:
        assert (again.body["id"] == first["id"]) is same
        assert len(listed(office).value) == (0 if same else 1)


def test_an_event_without_transaction_shows_none(office: Office) -> None:
    assert "transactionId" not in office.create(timed()).body


# -- extended properties and filters -----------------------------------------------------------------------------------


def test_extended_properties_are_returned_only_when_expanded(office: Office) -> None:
    event = office.create(timed(singleValueExtendedProperties=[{"id": PROPERTY, "value": "42:123"}])).body
    assert "singleValueExtendedProperties" not in event
    path = f"/users/{office.jana.id}/events/{event['id']}"
    assert "singleValueExtendedProperties" not in office.get(path).body
    expand = {"$expand": f"singleValueExtendedProperties($filter=id eq '{PROPERTY}')", "$select": "subject"}
    shown = office.get(path, **expand).body
    assert shown["singleValueExtendedProperties"] == [{"id": PROPERTY, "value": "42:123"}]
    view = {"startDateTime": "2026-11-01T00:00:00Z", "endDateTime": "2026-12-01T00:00:00Z"}
    found = office.get(f"/users/{office.jana.id}/calendarView", **(view | expand)).value
    assert found[0]["singleValueExtendedProperties"][0]["value"] == "42:123"


@pytest.mark.parametrize(
    ("test", "hits"),
    [
        (f"ep/id eq '{PROPERTY}' and ep/value eq '42:123'", 1),
        (f"ep/id eq '{PROPERTY}' and ep/value eq '42:124'", 0),
        (f"ep/id eq '{PROPERTY}' and startswith(ep/value, '42:')", 1),
        (f"ep/id eq '{PROPERTY}' and contains(ep/value, ':12')", 1),
        (f"ep/id eq '{PROPERTY}' and ep/value ne null", 1),
        (f"ep/id eq '{PROPERTY.lower().replace('string', 'String').replace('name', 'Name')}' and ep/value ne null", 0),
        (f"ep/id eq '{PROPERTY.replace('66f5a359', '66F5A359')}' and ep/value ne null", 1),
    ],
)
def test_an_event_is_found_by_its_extended_property(office: Office, test: str, hits: int) -> None:
    office.create(timed(singleValueExtendedProperties=[{"id": PROPERTY, "value": "42:123"}]))
    office.create(timed("other"))
    found = listed(office, **{"$filter": f"singleValueExtendedProperties/Any(ep: {test})"})
    assert len(found.value) == hits


def test_a_patch_of_one_property_keeps_the_others(office: Office) -> None:
    other = PROPERTY.replace("RaynetActivity", "Other")
    event_id = office.create(timed(singleValueExtendedProperties=[{"id": PROPERTY, "value": "1"}])).body["id"]
    office.patch(event_id, {"singleValueExtendedProperties": [{"id": other, "value": "2"}]})
    assert dict(office.jana.user.state(event_id).extended) == {PROPERTY: "1", other: "2"}


def test_the_documented_filters_on_events_work(office: Office) -> None:
    early = office.create(timed("early", day=24)).body
    office.clock.advance(hours=1)
    office.create(timed("late", day=26))
    subjects = [
        [e["subject"] for e in listed(office, **{"$filter": text}).value]
        for text in (
            "start/dateTime ge '2026-11-25T00:00'",
            "lastModifiedDateTime ge 2026-11-23T08:30:00Z",
            f"iCalUId eq '{early['iCalUId']}'",
        )
    ]
    assert subjects == [["late"], ["late"], ["early"]]


def test_ordered_members_must_lead_the_filter(office: Office) -> None:
    office.create(timed("b", day=24))
    office.create(timed("a", day=25))
    ordered = listed(office, **{"$orderby": "start/dateTime desc"})
    assert [e["subject"] for e in ordered.value] == ["a", "b"]
    query = {"$filter": "subject eq 'a'", "$orderby": "start/dateTime"}
    refused = listed(office, **query)
    assert (refused.status, refused.code) == (400, "InefficientFilter")
    query["$filter"] = "start/dateTime ge '2026-01-01' and subject eq 'a'"
    assert len(listed(office, **query).value) == 1


@pytest.mark.parametrize("text", ["subject", "subject eq", "subject like 'a'", "(subject eq 'a'", "colour eq 'red'"])
def test_a_broken_filter_is_400(office: Office, text: str) -> None:
    office.create(timed())
    assert listed(office, **{"$filter": text}).status == 400


def test_select_shows_only_what_is_asked_for_and_original_start_on_request(office: Office) -> None:
    event_id = office.create(timed()).body["id"]
    path = f"/users/{office.jana.id}/events/{event_id}"
    shown = office.get(path, **{"$select": "subject,originalStart"}).body
    assert {name for name in shown if not name.startswith("@")} == {"id", "subject", "originalStart"}
    assert "originalStart" not in office.get(path).body


def test_lists_page_by_ten_and_follow_top_and_page_size(office: Office) -> None:
    for n in range(23):
        office.create(timed(f"e{n}"))
    first = listed(office)
    assert len(first.value) == 10
    seen, link = [e["id"] for e in first.value], first.body["@odata.nextLink"]
    while link:
        page = office.get(link)
        seen += [e["id"] for e in page.value]
        link = page.body.get("@odata.nextLink", "")
    assert len(set(seen)) == 23
    assert len(listed(office, **{"$top": "20"}).value) == 20
    assert len(office.get(f"/users/{office.jana.id}/events", "odata.maxpagesize=5").value) == 5
    assert listed(office, **{"$top": "5000"}).status == 400


def test_open_extensions_are_stored_and_filterable(office: Office) -> None:
    event_id = office.create(timed()).body["id"]
    path = f"/users/{office.jana.id}/events/{event_id}"
    body = {"@odata.type": "microsoft.graph.openTypeExtension", "extensionName": "Com.X.Y", "answer": 42}
    made = office.call("POST", f"{path}/extensions", body)
    assert (made.status, made.body["answer"]) == (201, 42)
    text = "Extensions/any(f:f/id eq 'Microsoft.OutlookServices.OpenTypeExtension.Com.X.Y')"
    assert len(listed(office, **{"$filter": text}).value) == 1
    assert office.get(path, **{"$expand": "extensions"}).body["extensions"][0]["answer"] == 42


def test_ids_translate_between_all_forms(office: Office) -> None:
    event_id = office.create(timed()).body["id"]
    path = f"/users/{office.jana.id}/translateExchangeIds"

    def translated(value: str, source: str, target: str) -> str:
        body = {"inputIds": [value], "sourceIdType": source, "targetIdType": target}
        answer = office.call("POST", path, body)
        return str(answer.body["value"][0]["targetId"])

    normal = translated(event_id, "restImmutableEntryId", "restId")
    ews = translated(normal, "restId", "ewsId")
    assert translated(ews, "ewsId", "restImmutableEntryId") == event_id
    assert translated(translated(event_id, "restImmutableEntryId", "entryId"), "entryId", "restId") == normal
    body = {"inputIds": ["x"] * 1001, "sourceIdType": "ewsId", "targetIdType": "restId"}
    assert office.call("POST", path, body).status == 400


# -- nothing aliases -------------------------------------------------------------------------------------------------


def test_neither_what_goes_in_nor_what_comes_out_is_shared_with_the_store(office: Office) -> None:
    categories = ["Raynet"]
    event_id = office.jana.user.create("x", NOW, NOW.replace(hour=9), categories=categories)
    categories.append("smuggled")
    state = office.jana.user.state(event_id)
    assert state.categories == ("Raynet",)
    with pytest.raises(AttributeError):
        state.subject = "changed"  # type: ignore[misc]


def test_the_history_names_who_changed_what_when(office: Office) -> None:
    event_id = office.create(timed("A")).body["id"]
    office.clock.advance(minutes=1)
    office.jana.user.edit(event_id, subject="B")
    lines = [r for r in office.graph.history(event_id) if r.kind != "post-processing"]
    assert [(r.by.kind, r.kind) for r in lines] == [("app", "create"), ("human", "update")]
    before = lines[1].before
    assert before is not None
    assert (before.state.subject, lines[1].after.state.subject) == ("A", "B")
    assert lines[1].at == NOW.replace(minute=1)
