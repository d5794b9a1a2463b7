"""Dates in the API user's zone, ISO with milliseconds, refused notations (raynet-api §21 item 4)."""

from datetime import UTC, datetime

import pytest

from simulator.raynet import RaynetSwitches, Ref
from tests.simulator.raynet_api import Office


def _scheduled(office: Office, text: str) -> datetime | None:
    number = office.api.create("event", owner=office.jana.person, scheduledFrom=text)
    activity = office.instance.activity(Ref("event", number))
    assert activity is not None
    return activity.scheduled_from


def test_native_output_is_minutes_in_the_users_zone() -> None:
    office = Office()
    number = office.api.create("event", owner=office.jana.person, scheduledFrom="2026-11-23 10:30")
    detail = office.api.call("GET", f"/event/{number}/").data
    assert detail["scheduledFrom"] == "2026-11-23 10:30"
    assert detail["rowInfo.createdAt"] == "2026-11-23 09:00"


def test_iso_output_has_milliseconds_and_the_right_offset_in_summer_and_winter() -> None:
    office = Office()
    number = office.api.create(
        "event", owner=office.jana.person, scheduledFrom="2026-07-01 10:30", scheduledTill="2026-12-01 10:30"
    )
    detail = office.api.get(f"/event/{number}/").data
    assert detail["scheduledFrom"] == "2026-07-01T10:30:00.000+02:00"
    assert detail["scheduledTill"] == "2026-12-01T10:30:00.000+01:00"
    assert detail["rowInfo.createdAt"] == "2026-11-23T09:00:00.123+01:00"


def test_another_time_zone_of_the_api_user_moves_native_input_and_output() -> None:
    office = Office()
    before = office.api.create("event", owner=office.jana.person, scheduledFrom="2026-11-23 10:30")
    office.instance.ui(office.bot.username).set_time_zone(office.bot.username, "AMERICA_NEW_YORK")
    assert office.api.call("GET", f"/event/{before}/").data["scheduledFrom"] == "2026-11-23 04:30"
    assert office.api.get(f"/event/{before}/").data["scheduledFrom"] == "2026-11-23T04:30:00.000-05:00"
    assert _scheduled(office, "2026-11-23 10:30") == datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    assert office.api.get(f"/userAccount/{office.bot.id}/").data["timezone"] == "AMERICA_NEW_YORK"


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-23T10:30:15.250+01:00", datetime(2026, 11, 23, 9, 30, 15, 250_000, tzinfo=UTC)),
        ("2026-11-23T10:30:00.000-05:30", datetime(2026, 11, 23, 16, 0, tzinfo=UTC)),
        ("2026-10-25 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-03-29 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2026-11-23", datetime(2026, 11, 22, 23, 0, tzinfo=UTC)),
    ],
)
def test_accepted_notations(text: str, instant: datetime) -> None:
    assert _scheduled(Office(), text) == instant


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T10:30:00+01:00",
        "2026-11-23T10:30:00.000",
        "2026-11-23T10:30:00.000Z",
        "zitra",
        "2026-13-01 10:00",
        7,
    ],
)
def test_refused_notations_are_400_input_data(text: object) -> None:
    office = Office()
    body = {"title": "x", "priority": "DEFAULT", "owner": office.jana.person, "scheduledFrom": text}
    answer = office.api.put("/event/", body)
    assert answer.status == 400
    assert "input data" in answer.body["message"]


def test_the_z_suffix_is_a_switch() -> None:
    office = Office(RaynetSwitches(z_suffix_accepted=True))
    assert _scheduled(office, "2026-11-23T10:30:00.000Z") == datetime(2026, 11, 23, 10, 30, tzinfo=UTC)


def test_filters_are_lenient_about_padding() -> None:
    office = Office()
    number = office.api.create("event", owner=office.jana.person)
    assert office.api.list("/event/", {"rowInfo.createdAt[GE]": "1970-1-1 0:0"}).ids == [number]


def test_row_info_may_be_cut_to_the_minute() -> None:
    office = Office(RaynetSwitches(row_info_to_the_minute=True))
    number = office.api.create("event", owner=office.jana.person)
    assert office.api.get(f"/event/{number}/").data["rowInfo.createdAt"] == "2026-11-23T09:00:00.000+01:00"


def test_an_unknown_date_format_is_refused() -> None:
    assert Office().api.get("/event/", dateFormat="RFC822").status == 400
