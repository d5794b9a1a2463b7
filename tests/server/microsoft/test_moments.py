"""Times on the wire."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.event import EventTimes
from server.domain.when import AllDay, Timed, When
from server.microsoft.moments import format_instant, parse_instant, read_when, view_window, write_times, write_utc
from server.microsoft.wire import GraphEvent

PRAGUE = "Central Europe Standard Time"


def wire(start: Any, end: Any, *, is_all_day: bool = False) -> GraphEvent:
    return GraphEvent.model_validate({"id": "e", "start": start, "end": end, "isAllDay": is_all_day})


def utc(text: str) -> dict[str, str]:
    return {"dateTime": text, "timeZone": "UTC"}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-06T01:00:00.0000000", datetime(2026, 10, 6, 1, tzinfo=UTC)),
        ("2026-10-06T01:00:00.1234567Z", datetime(2026, 10, 6, 1, 0, 0, 123456, tzinfo=UTC)),
        ("2026-10-06T01:00:00+02:00", datetime(2026, 10, 5, 23, tzinfo=UTC)),
        ("2026-10-06T01:00", datetime(2026, 10, 6, 1, tzinfo=UTC)),
        ("2026-10-06T01:00:00.5", datetime(2026, 10, 6, 1, 0, 0, 500000, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("2026-13-06T01:00:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_moments_are_read_with_seven_digits_and_without_a_zone(text: str | None, moment: datetime | None) -> None:
    assert parse_instant(text) == moment


def test_a_time_in_an_unasked_zone_is_still_the_right_instant() -> None:
    start = {"dateTime": "2026-07-01T10:00:00.0000000", "timeZone": PRAGUE}
    end = {"dateTime": "2026-07-01T11:00:00.0000000", "timeZone": "Europe/Prague"}
    assert read_when(wire(start, end)) == Timed(
        start=datetime(2026, 7, 1, 8, tzinfo=UTC), end=datetime(2026, 7, 1, 9, tzinfo=UTC)
    )
    assert read_when(wire(start | {"timeZone": "tzone://Microsoft/Custom"}, end)) is None


def test_whole_days_are_dates_and_never_pass_through_an_instant() -> None:
    days = wire(utc("2026-11-23T00:00:00.0000000"), utc("2026-11-25T00:00:00.0000000"), is_all_day=True)
    assert read_when(days) == AllDay(first=date(2026, 11, 23), end=date(2026, 11, 25))
    odd_label = {"dateTime": "2026-11-23T00:00:00.0000000", "timeZone": "Atlantis Standard Time"}
    assert read_when(wire(odd_label, utc("2026-11-24T00:00:00"), is_all_day=True)) == AllDay(
        first=date(2026, 11, 23), end=date(2026, 11, 24)
    )


@pytest.mark.parametrize(
    ("start", "end", "is_all_day"),
    [
        (utc("2026-11-23T08:00:00"), None, False),
        (None, utc("2026-11-23T08:00:00"), False),
        (utc("2026-11-23T08:00:00"), utc("2026-11-23T07:00:00"), False),
        (utc("2026-11-23T00:00:00"), utc("2026-11-23T00:00:00"), True),
        (utc("0001-01-01T00:00:00"), utc("0001-01-01T00:00:00"), False),
        ({"dateTime": None, "timeZone": "UTC"}, utc("2026-11-23T07:00:00"), False),
    ],
)
def test_an_answer_without_usable_times_says_so(start: Any, end: Any, is_all_day: bool) -> None:
    assert read_when(wire(start, end, is_all_day=is_all_day)) is None


def test_a_time_is_written_as_wall_clock_of_the_events_own_zone() -> None:
    when = Timed(start=datetime(2026, 7, 1, 8, tzinfo=UTC), end=datetime(2026, 7, 1, 9, 30, tzinfo=UTC))
    assert write_times(EventTimes(when=when, zone_label=PRAGUE)) == {
        "isAllDay": False,
        "start": {"dateTime": "2026-07-01T10:00:00", "timeZone": PRAGUE},
        "end": {"dateTime": "2026-07-01T11:30:00", "timeZone": PRAGUE},
    }


@pytest.mark.parametrize(
    ("start", "end", "label"),
    [
        # The clocks of the last Sunday of October show 02:30 twice.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 3, tzinfo=UTC), PRAGUE),
        (datetime(2026, 10, 24, 23, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC), PRAGUE),
        (datetime(2026, 7, 1, 8, tzinfo=UTC), datetime(2026, 7, 1, 9, tzinfo=UTC), "tzone://Microsoft/Custom"),
        (datetime(2026, 7, 1, 8, tzinfo=UTC), datetime(2026, 7, 1, 9, tzinfo=UTC), "UTC"),
    ],
)
def test_an_ambiguous_hour_or_an_unknown_zone_goes_out_in_utc(start: datetime, end: datetime, label: str) -> None:
    when = Timed(start=start, end=end)
    written = write_times(EventTimes(when=when, zone_label=label))
    assert written["start"] == {"dateTime": start.replace(tzinfo=None).isoformat(), "timeZone": "UTC"}
    assert written["end"] == {"dateTime": end.replace(tzinfo=None).isoformat(), "timeZone": "UTC"}
    assert written == write_utc(when)


def test_days_are_written_as_midnights_of_the_label() -> None:
    written = write_times(EventTimes(when=AllDay(first=date(2026, 11, 23), end=date(2026, 11, 24)), zone_label=PRAGUE))
    assert written == {
        "isAllDay": True,
        "start": {"dateTime": "2026-11-23T00:00:00", "timeZone": PRAGUE},
        "end": {"dateTime": "2026-11-24T00:00:00", "timeZone": PRAGUE},
    }


_INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))
_WHENS = st.one_of(
    st.tuples(_INSTANTS, _INSTANTS).map(lambda two: Timed(start=min(two), end=max(two))),
    st.tuples(_DAYS, _DAYS).filter(lambda two: two[0] != two[1]).map(lambda two: AllDay(first=min(two), end=max(two))),
)
_LABELS = st.sampled_from([PRAGUE, "UTC", "E. South America Standard Time", "Line Islands Standard Time", "??"])


@given(_WHENS, _LABELS)
def test_what_is_written_reads_back_as_the_same_time(when: When, label: str) -> None:
    assert (
        read_when(GraphEvent.model_validate({"id": "e", **write_times(EventTimes(when=when, zone_label=label))}))
        == when
    )


def test_windows_and_expiries_are_utc_to_the_second() -> None:
    assert format_instant(datetime(2026, 11, 1, 0, 0, 5, 999, tzinfo=UTC)) == "2026-11-01T00:00:05Z"
    window = view_window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 11, 1, tzinfo=UTC))
    assert window == "startDateTime=2026-11-01T00%3A00%3A00Z&endDateTime=2027-11-01T00%3A00%3A00Z"
