"""Figures over time: minutes add up to hours without losing what a percentile needs."""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.series import HOUR, MINUTE, Carried, added, bucket_of, chart_span, summed

AT = datetime(2026, 11, 22, 12, 0, 10, tzinfo=UTC)


def carried(seconds: float, minute: int = 0, *, to_outlook: bool = True) -> Carried:
    return Carried(at=AT + timedelta(minutes=minute), seconds=seconds, to_outlook=to_outlook)


def test_changes_fall_into_the_minute_in_which_they_arrived() -> None:
    found = bucket_of([carried(1), carried(2, 1), carried(3, 1, to_outlook=False)], MINUTE)
    assert [(one.at.minute, one.samples, one.to_outlook, one.to_raynet) for one in found] == [
        (0, 1, 1, 0),
        (1, 2, 1, 1),
    ]
    assert all(one.at.second == 0 for one in found)


def test_percentiles_are_those_of_the_changes_to_their_class() -> None:
    (bucket,) = bucket_of([carried(1.5)] * 90 + [carried(14)] * 9 + [carried(70)], MINUTE)
    assert (bucket.percentile(0.5), bucket.percentile(0.95), bucket.percentile(1.0)) == (2, 15, 70)
    assert bucket.most_seconds == 70


def test_what_is_longer_than_every_class_is_told_exactly() -> None:
    (bucket,) = bucket_of([carried(200_000)], MINUTE)
    assert bucket.percentile(0.5) == 200_000


def test_nothing_carried_has_no_percentile() -> None:
    (bucket,) = summed(bucket_of([carried(1)], MINUTE), HOUR)
    empty = type(bucket)(at=AT, span_seconds=HOUR)
    assert empty.percentile(0.5) is None
    assert added(empty, bucket).percentile(0.5) == bucket.percentile(0.5)


def test_an_hour_of_minutes_is_the_hour() -> None:
    every = [carried(seconds, minute) for minute in range(45) for seconds in (1, 20, 300)]
    (hour,) = summed(bucket_of(every, MINUTE), HOUR)
    assert hour == bucket_of(every, HOUR)[0]
    assert hour.samples == len(every)


@pytest.mark.parametrize(
    ("length", "span"),
    [(timedelta(hours=1), 60), (timedelta(hours=7), 3600), (timedelta(days=14), 3600), (timedelta(days=90), 21_600)],
)
def test_a_chart_has_no_more_points_than_it_has_room(length: timedelta, span: int) -> None:
    assert chart_span(AT, AT + length) == span
    assert length.total_seconds() / span <= 360
