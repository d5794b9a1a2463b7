"""What a process remembers, and how often somebody may ask: bounded in number and in time."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.api.addin.bounds import Bounded, Limiter, Rate
from server.errors import Refused

FIVE = Rate(5, 10.0)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def allowed(limiter: Limiter, who: str = "jana") -> bool:
    try:
        limiter.check("search", who, FIVE)
    except Refused:
        return False
    return True


def test_the_values_used_last_stay() -> None:
    kept: Bounded[str, int] = Bounded(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert [kept.get(name) for name in "abc"] == [1, None, 3]


def test_a_value_ends_with_its_time() -> None:
    clock = Clock()
    kept: Bounded[str, int] = Bounded(9, seconds=60.0, clock=clock)
    kept.put("a", 1)
    clock.now += 60.0
    assert kept.get("a") == 1
    clock.now += 0.1
    assert kept.get("a") is None


def test_so_many_calls_are_allowed_and_then_none_until_time_has_passed() -> None:
    clock = Clock()
    limiter = Limiter(clock)
    assert [allowed(limiter) for _ in range(7)] == [True] * 5 + [False] * 2
    assert allowed(limiter, "petr"), "each caller has calls of their own"
    clock.now += 2 * FIVE.seconds
    assert allowed(limiter)


def test_a_burst_at_the_edge_of_two_windows_is_no_double_helping() -> None:
    clock = Clock()
    limiter = Limiter(clock)
    allowed(limiter)
    clock.now += FIVE.seconds - 0.1
    before = sum(allowed(limiter) for _ in range(9))
    clock.now += 0.2
    after = sum(allowed(limiter) for _ in range(9))
    assert (before, after) == (4, 1)


@given(st.lists(st.floats(min_value=0.0, max_value=30.0), max_size=80))
def test_no_rhythm_gets_more_than_twice_the_rate_in_any_window(pauses: list[float]) -> None:
    clock = Clock()
    limiter = Limiter(clock)
    times = []
    for pause in pauses:
        clock.now += pause
        if allowed(limiter):
            times.append(clock.now)
    for begin in times:
        assert sum(begin <= one < begin + FIVE.seconds for one in times) <= 2 * FIVE.calls


def test_callers_at_once_get_no_more_together() -> None:
    limiter = Limiter(Clock())
    got: list[bool] = []
    threads = [threading.Thread(target=lambda: got.append(allowed(limiter))) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(got) == FIVE.calls


@pytest.mark.parametrize("seconds", [0.0, 3.0, 9.9])
def test_whoever_waits_as_told_is_let_in(seconds: float) -> None:
    clock = Clock()
    limiter = Limiter(clock)
    for _ in range(FIVE.calls):
        assert allowed(limiter)
    clock.now += seconds
    with pytest.raises(Refused) as refused:
        limiter.check("search", "jana", FIVE)
    assert refused.value.code == "too_many_tries"
    wait = refused.value.data["retry_after_seconds"]
    assert isinstance(wait, int)
    assert 1 <= wait <= FIVE.seconds + 1
    clock.now += wait
    assert allowed(limiter)
