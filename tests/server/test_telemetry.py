"""Canaries: what must never come out in a log line, whichever way it went in."""

import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from server.errors import Unavailable
from server.settings import load_settings
from server.telemetry import _UNSUSPICIOUS, MASK, configure_logging, described, masked
from tests.conftest import ExpectedLogs

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl"
CANARIES = [
    "jana.novakova@firma.example",
    JWT,
    "8f2b6c1d0e9a4f7b8c3d2e1f0a9b8c7d6e5f4a3b",
    "Schůzka s panem Kanárkem",
    "Canary Meeting About Salaries",
]


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the configured process writes; the logging of the test run is put back afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    hooks = sys.excepthook, threading.excepthook
    stream = io.StringIO()
    configure_logging(load_settings({"ROS_DATA_DIR": "/nowhere", "ROS_LOG_FORMAT": "json"}), stream=stream)
    for handler in handlers:
        root.addHandler(handler)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(capture=False)


def documents(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_ids_counts_durations_and_codes_come_through(lines: io.StringIO) -> None:
    structlog.get_logger("server.sync").info(
        "pass_finished",
        firm=7,
        pass_id="01J9",
        activity="meeting:5001",
        event_id="AAMkAGI2TG93AAA=" * 8,
        mailbox_id=UUID(int=5),
        reads=12,
        duration_seconds=1.25,
        finished_at=datetime(2026, 11, 22, tzinfo=UTC),
        code="throttled",
    )
    (line,) = documents(lines)
    timestamp = str(line.pop("timestamp"))
    assert datetime.fromisoformat(timestamp).tzinfo is not None
    assert line == {
        "event": "pass_finished",
        "level": "info",
        "logger": "server.sync",
        "firm": 7,
        "pass_id": "01J9",
        "activity": "meeting:5001",
        "event_id": "AAMkAGI2TG93AAA=" * 8,
        "mailbox_id": str(UUID(int=5)),
        "reads": 12,
        "duration_seconds": 1.25,
        "finished_at": "2026-11-22T00:00:00+00:00",
        "code": "throttled",
    }


def test_what_is_bound_once_goes_with_every_record(lines: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(firm=3, request_id="r1"):
        structlog.get_logger("server").info("one")
        structlog.get_logger("server").info("two")
    assert [(line["firm"], line["request_id"]) for line in documents(lines)] == [(3, "r1"), (3, "r1")]


def test_the_template_of_an_address_comes_through(lines: io.StringIO) -> None:
    structlog.get_logger("api").info("request", route="/notify/raynet/{path_secret}", status=404)
    assert "/notify/raynet/{path_secret}" in lines.getvalue()


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("field", ["subject", "title", "email", "api_key", "access_token", "x", "user_name", "body_id"])
def test_a_field_that_is_not_known_as_harmless_is_dropped(lines: io.StringIO, field: str, canary: str) -> None:
    structlog.get_logger("server").info("seen", **{field: canary, "firm": 1})
    assert canary not in lines.getvalue()
    assert documents(lines)[0]["dropped"] == field


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("field", ["code", "detail", "reason", "firm", "activity", "event_id"])
def test_a_harmless_field_with_people_in_it_is_masked(lines: io.StringIO, field: str, canary: str) -> None:
    if field == "event_id" and canary.isalnum():
        canary = f"Bearer {canary}"  # a long word alone is what an event's id looks like
    if field in ("firm", "activity") and canary.isalnum():
        canary = f"token={canary}"
    structlog.get_logger("server").info("seen", **{field: canary})
    assert canary.removeprefix("Bearer ").removeprefix("token=") not in lines.getvalue()
    assert MASK in str(documents(lines)[0][field])


@given(st.text(alphabet="abeyJz0189_./{}-@?=: ", max_size=34))
def test_what_is_not_looked_through_could_not_have_been_masked(text: str) -> None:
    if _UNSUSPICIOUS.fullmatch(text):
        assert masked(text) == text
        assert "@" not in text
        assert len(text) < 32


@pytest.mark.parametrize(
    "short", ["eyJhbGciOi", "a.eyJhbGciOi", "jan@firma.example", "x?code=1", "token=abc", "Jan Novák"]
)
def test_a_short_value_is_masked_like_a_long_one(lines: io.StringIO, short: str) -> None:
    structlog.get_logger("api").info("tried", state=short)
    (line,) = documents(lines)
    assert line["state"] != short
    assert short not in str(line)


@pytest.mark.parametrize("canary", CANARIES)
def test_nested_values_are_redacted_too(lines: io.StringIO, canary: str) -> None:
    structlog.get_logger("server").info("seen", errors=[{"code": canary, "subject": canary, "count": 2}])
    assert canary not in lines.getvalue()
    assert documents(lines)[0]["errors"] == [{"code": MASK, "count": 2}]


@pytest.mark.parametrize("canary", CANARIES)
def test_a_library_shows_its_sentence_but_not_its_data(lines: io.StringIO, canary: str) -> None:
    logging.getLogger("somelib").info("sent %s to %s in %d ms", canary, {"who": canary}, 12)
    assert canary not in lines.getvalue()
    assert documents(lines)[0]["event"] == "sent … to … in 12 ms"


def test_a_library_that_formats_itself_is_masked(lines: io.StringIO) -> None:
    secrets = CANARIES[:3]
    logging.getLogger("somelib").info(f"GET https://u:{JWT}@host/x?token={secrets[2]}&u={secrets[0]} Bearer {JWT}")
    for canary in secrets:
        assert canary not in lines.getvalue()


@pytest.mark.parametrize("canary", CANARIES)
def test_an_exception_tells_its_type_and_place_but_not_its_message(
    lines: io.StringIO, expected_logs: ExpectedLogs, canary: str
) -> None:
    expected_logs("item_failed", "failed as well")
    try:
        try:
            raise ValueError(canary)
        except ValueError as cause:
            raise Unavailable(detail="ETIMEDOUT") from cause
    except Unavailable as error:
        structlog.get_logger("server").exception("item_failed", firm=1)
        structlog.get_logger("server").error("item_failed", exc_info=error)
        logging.getLogger("somelib").exception("failed as well")
    assert canary not in lines.getvalue()
    for line in documents(lines):
        trace = str(line["trace"])
        assert trace.startswith("server.errors.Unavailable(unavailable) at tests/server/test_telemetry.py:")
        assert "| from ValueError at " in trace


def test_an_uncaught_exception_is_logged_without_its_message(lines: io.StringIO, expected_logs: ExpectedLogs) -> None:
    expected_logs("uncaught", "uncaught_in_thread")

    def fail() -> None:
        raise KeyError(CANARIES[0])

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    try:
        fail()
    except KeyError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert CANARIES[0] not in lines.getvalue()
    assert [line["event"] for line in documents(lines)] == ["uncaught_in_thread", "uncaught"]


def test_text_format_is_redacted_as_well(lines: io.StringIO) -> None:
    configure_logging(load_settings({"ROS_DATA_DIR": "/nowhere"}), stream=lines)
    structlog.get_logger("server").info("seen", subject=CANARIES[3], firm=4)
    text = lines.getvalue()
    assert "seen" in text
    assert "firm=4" in text
    assert CANARIES[3] not in text


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("user a.b@c.cz left", f"user {MASK} left"),
        ("postgresql://u:pw@host/db", "postgresql://host/db"),
        ("GET /x?code=1&b=2 HTTP", f"GET /x?{MASK} HTTP"),
        ("client_secret=abc def", f"client_secret={MASK} def"),
        ('"password": "abc"', f'"password": "{MASK}"'),
        ("Authorization: Basic dTpw", f"Authorization: {MASK}"),
        (JWT, MASK),
        ("nothing here", "nothing here"),
    ],
)
def test_masking(given: str, left: str) -> None:
    assert masked(given) == left


def test_a_description_survives_a_chain_that_bites_its_tail() -> None:
    first, second = ValueError("a"), TypeError("b")
    first.__cause__, second.__cause__ = second, first
    assert described(first) == "ValueError | from TypeError"


def test_no_place_tells_where_the_program_is_installed(lines: io.StringIO, expected_logs: ExpectedLogs) -> None:
    expected_logs("item_failed")
    try:
        raise ValueError
    except ValueError:
        structlog.get_logger("server").exception("item_failed")
    assert str(Path(__file__).parents[2]) not in lines.getvalue()
