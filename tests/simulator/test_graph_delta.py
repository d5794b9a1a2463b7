"""Delta rounds and calendar views: windows, pages, series, removals, repeats, token loss, and their cost."""

import json
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from simulator.wire import SimRequest
from tests.simulator.test_graph_client import IMMUTABLE, WINDOW, Office, office, timed, weekly

__all__ = ["office"]


def view(office: Office, start: str, end: str, **query: str) -> list[dict[str, Any]]:
    return office.get(f"/users/{office.jana.id}/calendarView", startDateTime=start, endDateTime=end, **query).value


# -- calendarView ----------------------------------------------------------------------------------------------------


def test_a_view_longer_than_1825_days_is_refused(office: Office) -> None:
    path = f"/users/{office.jana.id}/calendarView"
    answer = office.get(path, startDateTime="2026-01-01T00:00:00Z", endDateTime="2031-01-01T00:00:00Z")
    assert (answer.status, answer.code) == (400, "ErrorInvalidRequest")
    assert "1825" in answer.body["error"]["message"]
    assert office.get(path, startDateTime="2026-01-01T00:00:00Z", endDateTime="2030-12-31T00:00:00Z").status == 200
    assert office.get(path, startDateTime="2026-01-01T00:00:00Z").status == 400


def test_a_view_has_the_days_of_a_series_and_events_have_its_master(office: Office) -> None:
    office.create(timed("Standup", recurrence=weekly()))
    types = [e["type"] for e in view(office, "2026-11-01", "2026-12-16")]
    assert types == ["occurrence"] * 4
    assert [e["type"] for e in office.get(f"/users/{office.jana.id}/events").value] == ["seriesMaster"]


def test_a_views_pages_of_ten_are_followed_to_the_end(office: Office) -> None:
    office.create(timed("Daily", recurrence=weekly() | {"pattern": {"type": "daily", "interval": 1}}))
    path = f"/users/{office.jana.id}/calendarView"
    answer = office.get(path, startDateTime="2026-11-24", endDateTime="2026-12-19")
    sizes = [len(answer.value)]
    while "@odata.nextLink" in answer.body:
        answer = office.get(answer.body["@odata.nextLink"])
        sizes.append(len(answer.value))
    assert sizes == [10, 10, 5]


def test_own_offsets_of_the_window_count(office: Office) -> None:
    office.create(timed())  # 08:00-09:00 UTC
    assert view(office, "2026-11-24T10:00:00+01:00", "2026-11-24T11:00:00+01:00") == []
    assert len(view(office, "2026-11-24T09:00:00+01:00", "2026-11-24T10:00:00+01:00")) == 1


def test_in_a_view_the_join_link_needs_two_selected_members(office: Office) -> None:
    office.create(timed(isOnlineMeeting=True, onlineMeetingProvider="teamsForBusiness"))
    window = ("2026-11-01", "2026-12-01")
    alone = view(office, *window, **{"$select": "onlineMeeting,createdDateTime"})[0]
    both = view(office, *window, **{"$select": "onlineMeeting,isOnlineMeeting"})[0]
    assert alone["onlineMeeting"] is None
    assert "createdDateTime" not in alone
    assert both["onlineMeeting"]["joinUrl"].startswith("https://teams.microsoft.com/")


# -- rounds ----------------------------------------------------------------------------------------------------------


def test_a_first_round_gives_everything_and_the_next_only_what_changed(office: Office) -> None:
    ids = [office.create(timed(f"e{n}")).body["id"] for n in range(25)]
    office.clock.advance(seconds=10)
    office.graph.settle()
    found, link = office.round()
    assert sorted(e["id"] for e in found) == sorted(ids)
    assert office.round(link)[0] == []
    office.patch(ids[3], {"subject": "changed"})
    changed, after = office.round(link)
    assert [e["subject"] for e in changed] == ["changed"]
    assert office.round(after)[0] == []


def test_a_round_of_many_changes_pages_without_repeats(office: Office) -> None:
    ids = [office.create(timed(f"e{n}")).body["id"] for n in range(12)]
    office.clock.advance(seconds=10)
    _, link = office.round()
    for event_id in reversed(ids):
        office.patch(event_id, {"categories": ["Raynet"]})
    page = office.delta(link, prefer=f"{IMMUTABLE}, odata.maxpagesize=5")
    assert len(page.value) == 5
    rest, _ = office.round(page.body["@odata.nextLink"], prefer=f"{IMMUTABLE}, odata.maxpagesize=5")
    assert sorted(e["id"] for e in [*page.value, *rest]) == sorted(ids)


@pytest.mark.parametrize("name", ["delta", "delta()", "microsoft.graph.delta()"])
@pytest.mark.parametrize(
    "place", ["calendarView", "events", "calendar/calendarView", "calendars/{calendar}/calendarView"]
)
def test_all_spellings_of_delta_are_taken(office: Office, name: str, place: str) -> None:
    office.create(timed())
    where = place.format(calendar=office.jana.default_calendar.id)
    query = {"EndDateTime": WINDOW["endDateTime"], "StartDateTime": WINDOW["startDateTime"]}
    assert len(office.get(f"/users/{office.jana.id}/{where}/{name}", IMMUTABLE, **query).value) == 1


@pytest.mark.parametrize("option", ["$top", "$expand", "$select", "$filter", "$orderby", "$search"])
def test_options_are_refused_on_delta(office: Office, option: str) -> None:
    answer = office.delta(**(WINDOW | {option: "1"}))
    assert (answer.status, answer.code) == (400, "ErrorInvalidUrlQuery")


def test_expand_on_delta_may_be_500_and_select_may_be_tolerated(office: Office) -> None:
    office.graph.switches.delta_expand_status = 500
    assert office.delta(**(WINDOW | {"$expand": "x"})).status == 500
    office.graph.switches.delta_accepts_select = True
    assert office.delta(**(WINDOW | {"$select": "subject"})).status == 200


def test_a_round_needs_its_window(office: Office) -> None:
    assert office.delta(startDateTime="2026-10-01T00:00:00Z").status == 400


def test_the_page_size_is_a_wish_per_request(office: Office) -> None:
    for n in range(7):
        office.create(timed(f"e{n}"))
    assert len(office.delta(prefer="odata.maxpagesize=3").value) == 3
    assert len(office.delta(prefer="odata.maxpagesize=200").value) == 7


def test_the_window_is_fixed_in_the_token(office: Office) -> None:
    _, link = office.round()
    event_id = office.create(timed()).body["id"]
    office.jana.user.move_in_time(event_id, datetime(2029, 1, 1, 9, tzinfo=UTC), datetime(2029, 1, 1, 10, tzinfo=UTC))
    found, _ = office.round(link)
    assert found == [{"@odata.type": "#microsoft.graph.event", "id": event_id, "@removed": {"reason": "deleted"}}]
    assert office.get(f"/users/{office.jana.id}/events/{event_id}").status == 200


def test_changes_outside_the_window_look_like_removals_unless_switched_off(office: Office) -> None:
    _, link = office.round()
    far = {"dateTime": "2030-01-01T09:00:00", "timeZone": "UTC"}
    event_id = office.create(timed() | {"start": far, "end": far}).body["id"]
    assert office.round(link)[0][0]["@removed"] == {"reason": "deleted"}
    office.graph.switches.delta_reports_outside = False
    assert office.round(link)[0] == []
    assert office.get(f"/users/{office.jana.id}/events/{event_id}").status == 200


def test_a_deleted_event_and_one_moved_to_another_calendar_are_removed(office: Office) -> None:
    first, second = office.create(timed("a")).body["id"], office.create(timed("b")).body["id"]
    base = f"/users/{office.jana.id}/events"
    normal = [office.get(f"{base}/{event_id}").body["id"] for event_id in (first, second)]
    _, link = office.round()
    office.call("DELETE", f"{base}/{first}")
    office.jana.user.move_to_calendar(second, office.graph.add_calendar(office.jana, "Osobní"))
    removed = [e["id"] for e in office.round(link)[0] if "@removed" in e]
    assert sorted(removed) == sorted([first, second])
    assert sorted(e["id"] for e in office.round(link, prefer="")[0]) == sorted(normal)


def test_a_restored_event_comes_back_into_the_round(office: Office) -> None:
    event_id = office.create(timed()).body["id"]
    office.jana.user.delete(event_id)
    _, link = office.round()
    office.jana.user.restore(event_id)
    assert [e["subject"] for e in office.round(link)[0]] == ["Visit"]


def test_links_work_with_both_forms_of_ids(office: Office) -> None:
    event_id = office.create(timed()).body["id"]
    normal, link = office.round(prefer="")
    office.patch(event_id, {"subject": "B"})
    assert normal[0]["id"] != event_id
    assert office.round(link, prefer=IMMUTABLE)[0][0]["id"] == event_id


# -- series ----------------------------------------------------------------------------------------------------------


def series(office: Office) -> str:
    return str(office.create(timed("Standup", recurrence=weekly(type="numbered", numberOfOccurrences=4))).body["id"])


def test_a_series_comes_with_its_full_master_and_bare_occurrences(office: Office) -> None:
    master_id = series(office)
    found, _ = office.round()
    assert [e["type"] for e in found] == ["seriesMaster"] + ["occurrence"] * 4
    assert found[0]["subject"] == "Standup"
    assert set(found[1]) == {"@odata.type", "@odata.etag", "id", "seriesMasterId", "type", "start", "end"}
    assert {e["seriesMasterId"] for e in found[1:]} == {master_id}


def test_a_master_shows_its_first_day_even_before_the_window(office: Office) -> None:
    office.create(timed("Old", recurrence=weekly()))
    path = f"/users/{office.jana.id}/calendarView/delta"
    found = office.get(path, IMMUTABLE, startDateTime="2027-01-01", endDateTime="2027-01-20").value
    assert found[0]["start"]["dateTime"].startswith("2026-11-24")
    assert [e["start"]["dateTime"][:10] for e in found[1:]] == ["2027-01-05", "2027-01-12", "2027-01-19"]


def test_an_exception_comes_in_full_and_its_change_sends_the_whole_series(office: Office) -> None:
    master_id = series(office)
    _, link = office.round()
    office.jana.user.change_occurrence(master_id, date(2026, 12, 1), subject="Special")
    found, _ = office.round(link)
    assert sorted(e["type"] for e in found) == ["exception", "occurrence", "occurrence", "occurrence", "seriesMaster"]
    assert [e["subject"] for e in found if e["type"] == "exception"] == ["Special"]


def test_a_deleted_occurrence_leaves_no_removal_and_the_series_is_sent_again(office: Office) -> None:
    master_id = series(office)
    _, link = office.round()
    office.jana.user.delete_occurrence(master_id, date(2026, 12, 1))
    found, _ = office.round(link)
    assert [e["type"] for e in found] == ["seriesMaster"] + ["occurrence"] * 3
    assert not any("@removed" in e for e in found)


def test_a_series_is_never_split_over_pages(office: Office) -> None:
    office.create(timed("Daily", recurrence=weekly() | {"pattern": {"type": "daily", "interval": 1}}))
    office.create(timed("after"))
    page = office.delta(prefer="odata.maxpagesize=5")
    assert len(page.value) > 100
    assert "@odata.nextLink" in page.body


def test_the_endless_loop_of_oversize_series_can_be_switched_on(office: Office) -> None:
    office.graph.switches.delta_series_loop = True
    series(office)
    first = office.delta(prefer="odata.maxpagesize=3")
    second = office.delta(first.body["@odata.nextLink"], prefer="odata.maxpagesize=3")
    assert second.value == first.value
    assert second.body["@odata.nextLink"] != first.body["@odata.nextLink"]
    assert "@odata.deltaLink" in office.delta(prefer="odata.maxpagesize=1000").body


# -- disorder --------------------------------------------------------------------------------------------------------


def test_entries_may_repeat_and_come_in_any_order(office: Office) -> None:
    for n in range(8):
        office.create(timed(f"e{n}"))
    office.graph.switches.delta_repeat_probability = 1.0
    office.graph.switches.delta_shuffles = True
    page = office.delta(prefer="odata.maxpagesize=100")
    ids = [e["id"] for e in page.value]
    assert len(ids) == 9
    assert len(set(ids)) == 8
    assert ids != sorted(ids)
    assert len(office.delta(page.body["@odata.deltaLink"]).value) == 1


def test_a_repeated_change_may_show_what_the_event_was_then(office: Office) -> None:
    event_id = office.create(timed("old")).body["id"]
    office.clock.advance(seconds=5)
    office.patch(event_id, {"subject": "new"})
    _, link = office.round()
    office.graph.switches.delta_repeat_probability = 1.0
    office.graph.switches.delta_repeats_old = True
    shown = [office.delta(link).value for _ in range(20)]
    assert {event["subject"] for page in shown for event in page} == {"old", "new"}


def test_changes_may_become_visible_late(office: Office) -> None:
    office.graph.switches.post_create_bump_seconds = None
    office.graph.switches.delta_visibility_seconds = 30.0
    _, link = office.round()
    office.create(timed())
    found, link = office.round(link)
    assert found == []
    assert office.round()[0] == []
    office.clock.advance(seconds=31)
    assert [e["subject"] for e in office.round(link)[0]] == ["Visit"]


def test_a_save_of_private_members_may_stay_out_of_delta(office: Office) -> None:
    event_id = office.create(timed()).body["id"]
    office.clock.advance(seconds=5)
    _, link = office.round()
    office.patch(event_id, {"categories": ["Raynet"]})
    assert len(office.round(link)[0]) == 1
    office.graph.switches.delta_reports_private_saves = False
    assert office.round(link)[0] == []
    office.patch(event_id, {"subject": "B"})
    assert len(office.round(link)[0]) == 1


def test_a_private_save_never_hides_a_public_one_that_was_not_shown_yet(office: Office) -> None:
    office.graph.switches.post_create_bump_seconds = None
    office.graph.switches.delta_reports_private_saves = False
    office.graph.switches.delta_visibility_seconds = 3.0
    _, link = office.round()
    event_id = office.create(timed()).body["id"]
    office.clock.advance(seconds=7)
    office.patch(event_id, {"categories": ["Raynet"]})
    assert [e["id"] for e in office.round(link)[0]] == [event_id]


def test_the_asynchronous_save_shows_a_fresh_event_twice(office: Office) -> None:
    _, link = office.round()
    office.create(timed())
    first, link = office.round(link)
    office.clock.advance(seconds=3)
    second, _ = office.round(link)
    assert [e["id"] for e in first] == [e["id"] for e in second]
    assert first[0]["@odata.etag"] != second[0]["@odata.etag"]


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ("gone", 410, "SyncStateNotFound"),
        ("syncStateNotFound", 404, "syncStateNotFound"),
        ("resyncRequired", 410, "resyncRequired"),
        ("fullSyncRequired", 410, "fullSyncRequired"),
        ("SyncStateInvalid", 400, "SyncStateInvalid"),
        ("InvalidDeltaToken", 400, "InvalidDeltaToken"),
    ],
)
def test_a_token_can_be_lost_in_each_known_form(office: Office, form: Any, status: int, code: str) -> None:
    _, link = office.round()
    office.graph.switches.delta_expiry = form
    office.graph.expire_delta_tokens(office.jana)
    answer = office.delta(link)
    assert (answer.status, answer.code) == (status, code)
    if form == "gone":
        assert office.get(answer.headers["Location"], IMMUTABLE).status == 200


def test_tokens_have_a_life_when_switched_so_and_damaged_ones_are_refused(office: Office) -> None:
    office.graph.switches.delta_token_seconds = 3600.0
    _, link = office.round()
    office.clock.advance(minutes=50)
    _, renewed = office.round(link)
    office.clock.advance(minutes=50)
    assert office.delta(link).status == 410
    assert office.delta(renewed).status == 200
    assert office.delta(link[:-6]).code == "InvalidDeltaToken"


def test_a_change_during_a_round_is_not_lost(office: Office) -> None:
    ids = [office.create(timed(f"e{n}")).body["id"] for n in range(15)]
    office.clock.advance(seconds=5)
    page = office.delta()
    office.patch(ids[0], {"subject": "first page"})
    office.patch(ids[14], {"subject": "second page"})
    rest, link = office.round(page.body["@odata.nextLink"])
    later, _ = office.round(link)
    assert [e["subject"] for e in rest if e["id"] == ids[14]] == ["second page"]
    assert {e["subject"] for e in later} == {"first page", "second page"}


def test_an_idle_delta_call_costs_the_same_in_a_large_mailbox(office: Office) -> None:
    office.graph.switches.requests_per_window = 10**9

    def cost() -> float:
        headers = {"authorization": f"Bearer {office.token(office.firm)}", "prefer": "odata.maxpagesize=2000"}
        path = f"/graph/v1.0/users/{office.jana.id}/calendarView/delta()"
        query = list(WINDOW.items())
        first = SimRequest(method="GET", host="sim.localhost", path=path, query=query, headers=headers)
        link = json.loads(office.graph.handle(first).body)["@odata.deltaLink"]
        query = parse_qsl(urlsplit(link).query)
        request = SimRequest(method="GET", host="sim.localhost", path=path, query=query, headers=headers)
        best = 1e9
        for _ in range(5):
            begun = time.process_time()
            for _ in range(200):
                office.graph.handle(request)
            best = min(best, (time.process_time() - begun) / 200)
        return best

    small = cost()
    for n in range(800):
        moment = office.clock() + timedelta(days=n % 200)
        office.jana.user.create(f"e{n}", moment, moment)
    office.clock.advance(seconds=30)
    assert cost() < 4 * small
