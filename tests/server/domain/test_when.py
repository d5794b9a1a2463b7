"""Instants, whole days and zones whose clocks jump."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from server.domain.when import AllDay, Inverted, Timed, When, from_instants, overlaps, to_instants

LAWS = settings(max_examples=200, deadline=None, derandomize=True, database=None)
PRAGUE = ZoneInfo("Europe/Prague")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
APIA = ZoneInfo("Pacific/Apia")
DAY = timedelta(days=1)

zones = st.sampled_from(
    [
        PRAGUE,
        SAO_PAULO,
        ZoneInfo("America/Havana"),
        ZoneInfo("Asia/Kathmandu"),
        ZoneInfo("Atlantic/Azores"),
        ZoneInfo("UTC"),
    ]
)
instants = st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001 - bounds are naive
    datetime(2100, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
days = st.dates(date(1970, 1, 2), date(2100, 12, 30))


def at(text: str, zone: ZoneInfo = PRAGUE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def all_day(first: str, end: str) -> AllDay:
    return AllDay(first=date.fromisoformat(first), end=date.fromisoformat(end))


@pytest.mark.parametrize(
    ("start", "end", "meaning"),
    [
        ("2026-11-23 00:00", "2026-11-24 00:00", all_day("2026-11-23", "2026-11-24")),
        ("2026-11-23 00:00", "2026-11-23 23:59", all_day("2026-11-23", "2026-11-24")),
        ("2026-11-23 00:00", "2026-11-23 23:59:59", all_day("2026-11-23", "2026-11-24")),
        ("2026-11-23 00:00", "2026-11-26 00:00", all_day("2026-11-23", "2026-11-26")),
        ("2026-11-23 00:00", "2026-11-25 23:59", all_day("2026-11-23", "2026-11-26")),
        ("2026-03-29 00:00", "2026-03-30 00:00", all_day("2026-03-29", "2026-03-30")),  # 23 hours
        ("2026-10-25 00:00", "2026-10-26 00:00", all_day("2026-10-25", "2026-10-26")),  # 25 hours
        ("9999-12-31 00:00", "9999-12-31 23:59", None),  # the calendar ends: no day after it
        ("2026-11-23 00:00", "2026-11-23 00:00", None),
        ("2026-11-23 00:00", "2026-11-23 12:00", None),
        ("2026-11-23 00:00", "2026-11-23 23:58", None),
        ("2026-11-23 00:00", "2026-11-24 12:00", None),
        ("2026-11-23 00:01", "2026-11-24 00:00", None),
        ("2026-11-23 09:00", "2026-11-23 10:30", None),
    ],
)
def test_midnight_to_midnight_is_whole_days_and_nothing_else_is(start: str, end: str, meaning: AllDay | None) -> None:
    expected = meaning or Timed(start=at(start), end=at(end))
    assert from_instants(at(start), at(end), PRAGUE) == expected


def test_what_has_no_start_is_unscheduled() -> None:
    assert from_instants(None, None, PRAGUE) is None
    assert from_instants(None, at("2026-11-23 10:00"), PRAGUE) is None


def test_a_missing_end_is_a_moment_without_length() -> None:
    start = at("2026-11-23 00:00")
    assert from_instants(start, None, PRAGUE) == Timed(start=start, end=start)


def test_an_end_before_the_start_is_marked_and_not_guessed() -> None:
    assert from_instants(at("2026-11-23 10:00"), at("2026-11-23 09:59"), PRAGUE) == Inverted()


def test_naive_instants_and_impossible_spans_are_refused() -> None:
    naive = datetime(2026, 11, 23)  # noqa: DTZ001 - what is tested
    with pytest.raises(ValueError, match="naive"):
        from_instants(naive, None, PRAGUE)
    with pytest.raises(ValueError, match="naive"):
        Timed(start=naive, end=naive)
    with pytest.raises(ValueError, match="end before start"):
        Timed(start=at("2026-11-23 10:00"), end=at("2026-11-23 09:00"))
    with pytest.raises(ValueError, match="no whole day"):
        all_day("2026-11-23", "2026-11-23")


def test_instants_are_kept_in_utc_with_their_seconds() -> None:
    when = Timed(start=at("2026-07-01 10:00:07"), end=at("2026-07-01 11:00"))
    assert when.start == datetime(2026, 7, 1, 8, 0, 7, tzinfo=UTC)
    assert when.start.tzinfo is UTC


@pytest.mark.parametrize(
    ("day", "zone", "starts", "hours"),
    [
        ("2026-03-29", PRAGUE, "2026-03-28T23:00", 23),
        ("2026-10-25", PRAGUE, "2026-10-24T22:00", 25),
        ("2018-11-04", SAO_PAULO, "2018-11-04T03:00", 23),  # there was no midnight: the day began at 01:00
        ("2018-02-17", SAO_PAULO, "2018-02-17T02:00", 25),  # 23:00 came twice
    ],
)
def test_a_day_is_as_long_as_its_clocks_say(day: str, zone: ZoneInfo, starts: str, hours: int) -> None:
    when = AllDay(first=date.fromisoformat(day), end=date.fromisoformat(day) + DAY)
    start, end = to_instants(when, zone)
    assert start == datetime.fromisoformat(starts).replace(tzinfo=UTC)
    assert end - start == timedelta(hours=hours)
    assert from_instants(start, end, zone) == when


def test_a_day_that_never_was_has_no_length() -> None:
    start, end = to_instants(all_day("2011-12-30", "2011-12-31"), APIA)  # Samoa went over the date line
    assert start == end


def test_the_ends_of_the_calendar_do_not_fail() -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert isinstance(from_instants(first, last, ZoneInfo("America/New_York")), Timed)
    assert isinstance(from_instants(first, last, PRAGUE), Timed)
    early = datetime.min.replace(tzinfo=timezone(timedelta(hours=5)))
    late = datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))
    assert from_instants(early, late, PRAGUE) == Timed(start=first, end=last)


@LAWS
@given(days, st.integers(1, 40), zones)
@example(date(2026, 3, 29), 1, PRAGUE)
@example(date(2026, 10, 25), 1, PRAGUE)
@example(date(2100, 10, 31), 1, PRAGUE)
def test_days_survive_the_way_through_instants(first: date, count: int, zone: ZoneInfo) -> None:
    when = AllDay(first=first, end=first + count * DAY)
    start, end = to_instants(when, zone)
    assert from_instants(start, end, zone) == when
    assert from_instants(start, end - timedelta(minutes=1), zone) == when
    assert from_instants(start, end - timedelta(seconds=1), zone) == when


@LAWS
@given(instants, st.timedeltas(timedelta(0), timedelta(days=9)), zones)
def test_instants_survive_the_way_through_their_meaning(start: datetime, length: timedelta, zone: ZoneInfo) -> None:
    when = from_instants(start, start + length, zone)
    assert isinstance(when, Timed | AllDay)
    begins, ends = to_instants(when, zone)
    assert begins == start
    assert timedelta(0) <= ends - (start + length) <= timedelta(minutes=1)
    assert from_instants(begins, ends, zone) == when


@LAWS
@given(instants, st.timedeltas(timedelta(microseconds=1), timedelta(days=9)), zones)
def test_an_inverted_span_is_never_a_time(start: datetime, length: timedelta, zone: ZoneInfo) -> None:
    assert from_instants(start, start - length, zone) == Inverted()


@pytest.mark.parametrize(
    ("when", "is_inside"),
    [
        (Timed(start=at("2026-11-23 09:00"), end=at("2026-11-23 10:00")), True),
        (Timed(start=at("2026-11-22 23:00"), end=at("2026-11-23 00:00")), False),
        (Timed(start=at("2026-11-22 23:00"), end=at("2026-11-23 00:01")), True),
        (Timed(start=at("2026-11-24 00:00"), end=at("2026-11-24 01:00")), False),
        (Timed(start=at("2026-11-23 00:00"), end=at("2026-11-23 00:00")), True),
        (Timed(start=at("2026-11-24 00:00"), end=at("2026-11-24 00:00")), False),
        (all_day("2026-11-22", "2026-11-23"), False),
        (all_day("2026-11-22", "2026-11-24"), True),
        (all_day("2026-11-24", "2026-11-25"), False),
    ],
)
def test_a_window_holds_what_touches_it(when: When, is_inside: bool) -> None:
    assert overlaps(when, at("2026-11-23 00:00"), at("2026-11-24 00:00"), PRAGUE) is is_inside


@LAWS
@given(days, st.integers(1, 9), instants, zones)
def test_a_window_of_the_thing_itself_holds_it(first: date, count: int, start: datetime, zone: ZoneInfo) -> None:
    when = AllDay(first=first, end=first + count * DAY)
    assert overlaps(when, *to_instants(when, zone), zone)
    assume(start != to_instants(when, zone)[1])
    assert not overlaps(when, to_instants(when, zone)[1], to_instants(when, zone)[1] + DAY, zone)
