"""What every test gets: records of warning or worse fail it unless announced; Hypothesis profiles; structlog."""

import logging
import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

from server.telemetry import configure_structlog

settings.register_profile("quick", max_examples=25, deadline=None)
# CI draws the same examples each time: a red build is repeatable, new examples come from the other profiles.
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("default", max_examples=100, deadline=None, print_blob=True)
settings.register_profile(
    "thorough", max_examples=5_000, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

configure_structlog()


class ExpectedLogs(logging.Handler):
    """Collects records of warning or worse and compares them with what the test announced."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._announced: set[str] = set()
        self._seen: list[tuple[str, str, str]] = []

    def __call__(self, *events: str) -> None:
        """Announce events (ours: the event's name; foreign: a part of the message). Each must come at least once."""
        self._announced.update(events)

    def emit(self, record: logging.LogRecord) -> None:
        event = str(record.msg["event"]) if isinstance(record.msg, dict) else record.getMessage()
        self._seen.append((record.levelname, record.name, event))

    def problems(self) -> list[str]:
        """What was logged without being announced, and what was announced but never logged."""
        unannounced = [
            f"unannounced {level} of {logger}: {event}"
            for level, logger, event in self._seen
            if not any(self._matches(announced, event) for announced in self._announced)
        ]
        missing = [
            f"announced, but never logged: {announced}"
            for announced in sorted(self._announced)
            if not any(self._matches(announced, event) for _, _, event in self._seen)
        ]
        return unannounced + missing

    @staticmethod
    def _matches(announced: str, event: str) -> bool:
        return announced == event or (" " in event and announced in event)


@pytest.fixture(autouse=True)
def expected_logs() -> Iterator[ExpectedLogs]:
    """``expected_logs("event_name")`` announces a warning or error; anything else of that weight fails the test."""
    handler = ExpectedLogs()
    root = logging.getLogger()
    root.addHandler(handler)
    structlog.contextvars.clear_contextvars()
    try:
        yield handler
    finally:
        root.removeHandler(handler)
        structlog.contextvars.clear_contextvars()
    problems = handler.problems()
    if not isinstance(structlog.get_config()["logger_factory"], structlog.stdlib.LoggerFactory):
        configure_structlog()
        problems.append("leaves structlog configured otherwise: the records of the next tests would not be seen")
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Figures that tests measured (``record_property``), told by the process that prints, whichever ran the test."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ())]
    figures = {name: value for report in reports for name, value in getattr(report, "user_properties", ())}
    if figures:
        terminalreporter.section("measured")
    for name, value in sorted(figures.items()):
        terminalreporter.write_line(f"{name}: {value}")
