"""Figures over time: added up by several workers at once, shown in spans, dropped when they are old."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from server.domain.ids import SeatId
from server.domain.series import HOUR, MINUTE, Carried
from server.domain.state import Firm
from server.store.admin.series import KEPT_FOR, MINUTES_KEPT, Series
from server.store.database import Database

NOW = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def series(database: Database, clock: Clock) -> Series:
    return Series(database, clock)


def carried(seconds: float = 3, minutes_ago: int = 0, seat: int | None = 1, *, to_outlook: bool = True) -> Carried:
    at = NOW - timedelta(minutes=minutes_ago)
    return Carried(at=at, seconds=seconds, to_outlook=to_outlook, seat_id=seat)


def test_minutes_are_shown_for_a_few_hours(series: Series, firm: Firm) -> None:
    series.add(firm.id, [carried(3), carried(20), carried(5, 10, to_outlook=False)])
    series.add(firm.id, [carried(4)])
    found = series.points(firm.id, NOW - timedelta(hours=1), NOW + timedelta(minutes=1))
    assert [(one.samples, one.to_outlook, one.to_raynet, one.most_seconds) for one in found] == [
        (1, 0, 1, 5),
        (3, 3, 0, 20),
    ]
    assert {one.span_seconds for one in found} == {MINUTE}


def test_longer_times_are_shown_in_hours(series: Series, firm: Firm) -> None:
    series.add(firm.id, [carried(3, minutes) for minutes in (5, 10, 70)])
    found = series.points(firm.id, NOW - timedelta(days=2), NOW)
    assert [(one.span_seconds, one.samples) for one in found] == [(HOUR, 1), (HOUR, 2)]


def test_a_user_s_figures_are_the_user_s_alone(series: Series, firm: Firm) -> None:
    series.add(firm.id, [carried(3, seat=1), carried(30, seat=2), carried(4, seat=None)])
    of_seats = series.of_seats(firm.id, NOW - timedelta(hours=2), NOW + timedelta(hours=1))
    assert {seat: one.most_seconds for seat, one in of_seats.items()} == {1: 3, 2: 30}
    (own,) = series.points(firm.id, NOW - timedelta(hours=1), NOW + timedelta(hours=1), seat=SeatId(2))
    assert (own.samples, own.span_seconds) == (1, HOUR)


def test_workers_that_add_at_once_lose_nothing(series: Series, firm: Firm) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: series.add(firm.id, [carried(number % 7, seat=1 + number % 3)]), range(30)))
    (minute,) = series.lately(firm.id, timedelta(minutes=1))
    assert minute.samples == 30
    assert sum(one.samples for one in series.of_seats(firm.id, NOW, NOW).values()) == 30


def test_what_is_old_is_dropped_minutes_first(series: Series, clock: Clock, firm: Firm) -> None:
    series.add(firm.id, [carried()])
    clock.now = NOW + MINUTES_KEPT + timedelta(minutes=2)
    assert series.prune(firm.id) == 1
    (hour,) = series.points(firm.id, NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    assert (hour.span_seconds, hour.samples) == (HOUR, 1)
    clock.now = NOW + KEPT_FOR + timedelta(hours=2)
    assert series.prune(firm.id) == 2
    assert series.points(firm.id, NOW - timedelta(days=1), NOW + timedelta(days=1)) == ()


def test_nothing_carried_costs_nothing(series: Series, firm: Firm) -> None:
    series.add(firm.id, [])
    assert series.lately(firm.id, timedelta(hours=1)) == ()
