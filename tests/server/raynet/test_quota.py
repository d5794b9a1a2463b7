"""The pure decisions about budget, logins and waiting, mostly as properties."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.raynet.quota import (
    Lane,
    Limits,
    Quota,
    may_login,
    newer,
    next_midnight,
    quota_from,
    short_wait,
    wait_for_budget,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)
LIMITS = Limits()

lanes = st.sampled_from(Lane)
quotas = st.builds(
    Quota,
    limit=st.integers(1, 48_000),
    remaining=st.integers(0, 48_000),
    reset=st.integers(1, 86_400).map(lambda seconds: NOW + timedelta(seconds=seconds)),
)
in_flights = st.integers(0, 3)


@given(quotas, lanes, in_flights)
def test_nothing_is_sent_that_could_overdraw(quota: Quota, lane: Lane, in_flight: int) -> None:
    if wait_for_budget(quota, lane, in_flight, NOW, LIMITS) is None:
        assert quota.remaining - in_flight >= 1


@given(quotas, in_flights)
def test_the_more_urgent_lane_never_waits_longer(quota: Quota, in_flight: int) -> None:
    waits = [wait_for_budget(quota, lane, in_flight, NOW, LIMITS) or NOW for lane in Lane]
    assert waits == sorted(waits)


@given(quotas, lanes, in_flights)
def test_a_wait_ends_after_now_by_the_reset_and_is_over_when_it_ends(quota: Quota, lane: Lane, in_flight: int) -> None:
    until = wait_for_budget(quota, lane, in_flight, NOW, LIMITS)
    if until is not None:
        assert NOW < until <= quota.reset + timedelta(seconds=1)
        assert wait_for_budget(quota, lane, in_flight, until, LIMITS) is None


@given(quotas)
def test_users_may_spend_the_last_call(quota: Quota) -> None:
    waits = wait_for_budget(quota, Lane.USER, 0, NOW, LIMITS) is not None
    assert waits == (quota.remaining == 0)


def test_the_reserves_of_a_full_day() -> None:
    morning = datetime(2026, 3, 2, 0, 0, 1, tzinfo=UTC)

    def goes(lane: Lane, remaining: int, now: datetime = morning) -> bool:
        return wait_for_budget(Quota(limit=24_000, remaining=remaining, reset=MIDNIGHT), lane, 0, now, LIMITS) is None

    assert [goes(Lane.POLL, n) for n in (2399, 2401)] == [False, True]
    assert [goes(Lane.SWEEP, n) for n in (5999, 6001)] == [False, True]
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert [goes(Lane.POLL, n, noon) for n in (1199, 1201)] == [False, True]


def test_nothing_known_or_a_new_day_stops_nobody() -> None:
    assert wait_for_budget(None, Lane.SWEEP, 3, NOW, LIMITS) is None
    old = Quota(limit=100, remaining=0, reset=NOW)
    assert wait_for_budget(old, Lane.SWEEP, 0, NOW, LIMITS) is None


@pytest.mark.parametrize(
    ("limit", "remaining", "reset", "expected"),
    [
        ("24000", "23999", str(int(MIDNIGHT.timestamp())), Quota(limit=24_000, remaining=23_999, reset=MIDNIGHT)),
        (" 24000 ", "0", "", Quota(limit=24_000, remaining=0, reset=MIDNIGHT)),
        ("24000", "5", "1", Quota(limit=24_000, remaining=5, reset=MIDNIGHT)),
        ("24000", "5", "99999999999", Quota(limit=24_000, remaining=5, reset=MIDNIGHT)),
        ("24000", "5", "soon", Quota(limit=24_000, remaining=5, reset=MIDNIGHT)),
        ("", "5", "1", None),
        ("24000", "-5", "1", None),
        ("24000", "five", "1", None),
        ("²", "5", "1", None),
    ],
)
def test_headers_are_read_with_care(limit: str, remaining: str, reset: str, expected: Quota | None) -> None:
    headers = {"x-ratelimit-limit": limit, "x-ratelimit-remaining": remaining, "x-ratelimit-reset": reset}
    assert quota_from(headers, NOW) == expected


@given(st.dictionaries(st.sampled_from(["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"]), st.text()))
def test_no_header_breaks_the_reading(headers: dict[str, str]) -> None:
    found = quota_from(headers, NOW)
    assert found is None or NOW < found.reset <= NOW + timedelta(hours=25)


@given(quotas, st.integers(0, 48_000))
def test_within_a_day_the_budget_only_shrinks(quota: Quota, remaining: int) -> None:
    told = Quota(limit=quota.limit, remaining=remaining, reset=quota.reset)
    assert newer(quota, told).remaining == min(quota.remaining, remaining)
    raised = Quota(limit=quota.limit + 1, remaining=remaining, reset=quota.reset)
    assert newer(quota, raised) == raised
    assert newer(None, told) == told


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60), st.data())
def test_the_budget_of_refused_logins_holds_even_if_every_call_is_refused(
    calls: list[tuple[bool, bool]], data: st.DataObject
) -> None:
    refused, proven_flying, untried_flying = 0, 0, 0
    for is_proven, ends_first in calls:
        if ends_first and proven_flying + untried_flying:
            was_untried = untried_flying > 0 and data.draw(st.booleans())
            untried_flying -= was_untried or not proven_flying
            proven_flying -= not was_untried and bool(proven_flying)
            refused += 1
        flying = proven_flying + untried_flying
        if may_login(
            refused=refused, in_flight=flying, in_flight_untried=untried_flying, is_proven=is_proven, limits=LIMITS
        ):
            proven_flying += is_proven
            untried_flying += not is_proven
    assert refused + proven_flying + untried_flying <= LIMITS.refused_logins


def test_connections_that_never_worked_leave_room_for_those_that_have() -> None:
    assert not may_login(refused=8, in_flight=0, in_flight_untried=0, is_proven=False, limits=LIMITS)
    assert may_login(refused=8, in_flight=0, in_flight_untried=0, is_proven=True, limits=LIMITS)
    assert not may_login(refused=10, in_flight=0, in_flight_untried=0, is_proven=True, limits=LIMITS)


def test_short_waits_grow_when_they_do_not_help() -> None:
    assert [short_wait(number).total_seconds() for number in (0, 1, 2, 3, 4, 5, 99)] == [1, 1, 2, 3, 10, 30, 30]


def test_the_next_midnight_is_that_of_utc() -> None:
    assert next_midnight(datetime.fromisoformat("2026-03-03T00:30:00+01:00")) == MIDNIGHT
