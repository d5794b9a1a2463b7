"""The demonstration's world ends on TERM wherever the signal comes."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.demo.__main__ import stopped_by_signals


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_signal_that_comes_inside_the_event_does_not_wait_for_itself() -> None:
    """The main thread holds the event's lock for a moment in each of its waits."""
    stopping: Any = stopped_by_signals()
    with stopping._cond:
        os.kill(os.getpid(), signal.SIGTERM)
    assert stopping.wait(60)


def test_an_interruption_of_the_terminal_is_left_to_who_started_it() -> None:
    stopping = stopped_by_signals()
    os.kill(os.getpid(), signal.SIGINT)
    assert not stopping.wait(0.05)
