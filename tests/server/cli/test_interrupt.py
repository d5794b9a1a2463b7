"""An interruption ends what it should end, wherever it comes."""

import os
import signal
import subprocess
import sys
from typing import Any

from server.cli.demo import _interruptible


def test_a_signal_that_comes_inside_the_event_does_not_wait_for_itself() -> None:
    """The main thread holds the event's lock for a moment in each of its waits."""
    with _interruptible() as stopping:
        event: Any = stopping
        with event._cond:
            os.kill(os.getpid(), signal.SIGTERM)
        assert stopping.wait(60)


def test_ctrl_c_while_the_modules_are_read_ends_without_a_trace() -> None:
    script = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs the tests in the background has it ignored
class Interrupting:
    def find_spec(self, name, path, target=None):
        if name == "server.cli.main":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
from server.cli.__main__ import main
main()
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=120, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGINT, b"", b"")
