"""An interruption of the demonstration ends it, wherever it comes."""

import os
import signal
from typing import Any

from server.cli.demo import _interruptible


def test_a_signal_that_comes_inside_the_event_does_not_wait_for_itself() -> None:
    """The main thread holds the event's lock for a moment in each of its waits."""
    with _interruptible() as stopping:
        event: Any = stopping
        with event._cond:
            os.kill(os.getpid(), signal.SIGTERM)
        assert stopping.wait(60)
