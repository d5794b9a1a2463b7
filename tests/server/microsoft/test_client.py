"""One call: links, waits, odd replies, unknown outcomes, headers, counts."""

import json
import threading

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from server.domain.event import EventChange
from server.domain.ids import EventId, EventKey, FirmId, MailboxId
from server.errors import Denied, Gone, Remote, Scope, Throttled, Unavailable
from server.microsoft.client import graph_base
from server.microsoft.governor import CallCounts, Governor
from server.ports.graph import DeleteEvent, FindUser, GetEvent, ProbeMailbox, UpdateEvent
from tests.server.microsoft.scripted import ANNA, FIRM, GRAPH, START, Answer, Clock, Rig, Seen, event, refusal, rig

KEY = EventKey(ANNA, EventId("e1"))
READ = GetEvent(FIRM, KEY)
WRITE = UpdateEvent(FIRM, KEY, 'W/"e1-1"', EventChange(subject="New"))


def failed(test: Rig, op: object) -> Remote:
    with pytest.raises(Remote) as caught:
        test.perform(op)
    return caught.value


@pytest.mark.parametrize("url", ["https://graph.test", "https://graph.test/", GRAPH, f"{GRAPH}/"])
def test_the_version_may_be_left_out_of_the_base(url: str) -> None:
    assert graph_base(url) == GRAPH
    test = rig(lambda seen: Answer(body=event()), graph_url=url)
    test.perform(READ)
    assert test.microsoft.requests[0].url.startswith(f"{GRAPH}/users/anna-id/events/e1?")


@pytest.mark.parametrize(
    ("link", "is_own"),
    [
        (f"{GRAPH}/users/a/calendarView/delta?$skiptoken=x", True),
        (f"{GRAPH}/users('a')/calendarView/delta()?$deltatoken=x%20y", True),
        ("https://graph.test:443/v1.0/users/a", True),
        ("HTTPS://Graph.Test/v1.0/users/a", True),
        ("http://graph.test/v1.0/users/a", False),
        ("https://graph.test:444/v1.0/users/a", False),
        ("https://graph.test/beta/users/a", False),
        ("https://graph.test/v1.0evil/users/a", False),
        ("https://graph.test/v1.0", False),
        ("https://graph.test/v1.0/../beta/users", False),
        ("https://graph.test.evil.test/v1.0/users/a", False),
        ("https://graph.test@evil.test/v1.0/users/a", False),
        ("https://user:pass@graph.test/v1.0/users/a", False),
        ("https://evil.test/v1.0/users/a", False),
        ("https://169.254.169.254/v1.0/users/a", False),
        ("https://[::ffff:169.254.169.254]/v1.0/users/a", False),
        ("https://graph.test\\@evil.test/v1.0/users/a", False),
        ("https://graph.test/v1.0/users/a\r\nX-Evil: 1", False),
        ("https://graph.test/v1.0/users/a#x", False),
        ("https://graph.test:99999/v1.0/users/a", False),
        ("//graph.test/v1.0/users/a", False),
        ("/users/a", False),
        ("file:///etc/passwd", False),
        ("", False),
        ("https://gräph.test/v1.0/users/a", False),
    ],
)
def test_only_links_to_the_configured_graph_are_followed(link: str, is_own: bool) -> None:
    assert rig().gateway._client.is_own_link(link) is is_own


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b""),
        Answer(body=b'{"id": "e1", "subj'),
        Answer(body=b"<html>login</html>"),
        Answer(body=b"[" * 100_000),
        Answer(body=[1, 2]),
        Answer(body=b"\xff\xfe\x00"),
        Answer(body=b"x" * (20 * 1024 * 1024 + 1)),
        Answer(status=404, body=b"<html>gone?</html>"),
        Answer(status=403, body=b"<html>proxy</html>"),
        Answer(status=302, body=b"", headers={"Location": "https://evil.test/"}),
        Answer(status=503, body=b"<html>busy</html>"),
        Answer(problem=requests.ReadTimeout("/users?$filter=mail eq 'jana@acme.cz'")),
        Answer(problem=requests.exceptions.ChunkedEncodingError("truncated")),
        Answer(problem=requests.ConnectionError("reset")),
    ],
)
def test_a_broken_reply_proves_nothing_and_leaves_a_write_open(answer: Answer) -> None:
    test = rig(lambda seen: answer)
    read = failed(test, READ)
    assert type(read) is Unavailable
    assert not read.unknown_outcome
    assert "jana" not in repr(read)
    assert read.__cause__ is None
    written = failed(test, WRITE)
    assert type(written) is Unavailable
    assert written.unknown_outcome
    assert len(test.microsoft.requests) == 2, "nothing is repeated"


def test_a_connection_that_never_came_about_leaves_nothing_open() -> None:
    refused = MaxRetryError(pool=None, url="/x", reason=NewConnectionError(None, "refused"))  # type: ignore[arg-type]
    for problem in (requests.ConnectTimeout("x"), requests.ConnectionError(refused)):
        written = failed(rig(lambda seen, problem=problem: Answer(problem=problem)), WRITE)  # type: ignore[misc]
        assert isinstance(written, Unavailable)
        assert not written.unknown_outcome


def test_another_event_than_asked_is_no_answer() -> None:
    assert isinstance(failed(rig(lambda seen: Answer(body=event("e2"))), READ), Unavailable)


def test_every_call_carries_the_wishes_and_an_own_id() -> None:
    test = rig(lambda seen: Answer(body=event()))
    test.perform(READ)
    test.perform(WRITE)
    read, write = test.microsoft.requests
    for seen in (read, write):
        assert seen.headers["Prefer"] == 'IdType="ImmutableId", outlook.timezone="UTC"'
        assert seen.headers["Authorization"].startswith("Bearer ")
        assert seen.headers["return-client-request-id"] == "true"
    assert read.headers["client-request-id"] != write.headers["client-request-id"]
    assert write.headers["If-Match"] == 'W/"e1-1"'
    assert write.headers["Content-Type"] == "application/json"


def test_odd_ids_are_escaped_in_paths() -> None:
    test = rig(lambda seen: Answer(body=event("a/b=?_-")))
    test.perform(GetEvent(FIRM, EventKey(MailboxId("x/../y"), EventId("a/b=?_-"))))
    assert test.microsoft.requests[0].url.startswith(f"{GRAPH}/users/x%2F..%2Fy/events/a%2Fb%3D%3F_-?$expand=")


def test_a_demanded_wait_holds_for_that_mailbox_alone_and_to_the_second() -> None:
    throttled = [refusal(429, "ApplicationThrottled", {"Retry-After": "17"})]
    test = rig(lambda seen: throttled.pop() if throttled else Answer(body=event()))
    first = failed(test, READ)
    assert isinstance(first, Throttled)
    assert (first.scope, (first.until - START).total_seconds()) == (Scope.MAILBOX, 17)
    test.clock.forward(seconds=16.5)
    second = failed(test, WRITE)
    assert isinstance(second, Throttled)
    assert second.until == first.until
    assert len(test.microsoft.requests) == 1, "requests made while throttled would count"
    test.perform(GetEvent(FIRM, EventKey(MailboxId("other"), EventId("e1"))))
    test.perform(GetEvent(FirmId(8), KEY))
    test.clock.forward(seconds=0.5)
    test.perform(READ)


def test_a_wait_of_the_directory_does_not_stop_mailboxes() -> None:
    throttled = [refusal(429, "TooManyRequests", {"Retry-After": "5"})]
    test = rig(lambda seen: throttled.pop() if throttled else Answer(body=event()))
    error = failed(test, FindUser(FIRM, "a@firma.cz"))
    assert isinstance(error, Throttled)
    assert error.scope is Scope.FIRM
    test.perform(READ)
    assert isinstance(failed(test, FindUser(FIRM, "a@firma.cz")), Throttled)


def test_a_server_in_trouble_that_names_a_time_is_left_alone_until_then() -> None:
    busy = [Answer(status=503, body=b"", headers={"Retry-After": "9"})]
    test = rig(lambda seen: busy.pop() if busy else Answer(body=event()))
    assert isinstance(failed(test, READ), Unavailable)
    waiting = failed(test, READ)
    assert isinstance(waiting, Throttled)
    assert (waiting.until - START).total_seconds() == 9
    test.clock.forward(seconds=9)
    test.perform(READ)


def test_reads_writes_and_requests_are_counted_per_firm() -> None:
    test = rig(lambda seen: Answer(body=event()) if seen.method != "DELETE" else Answer(status=204))
    test.perform(READ)
    test.perform(WRITE)
    test.perform(DeleteEvent(FIRM, KEY, None))
    assert test.gateway.counters(FIRM) == CallCounts(reads=1, writes=2, http=3)
    assert test.gateway.counters(FirmId(8)) == CallCounts()


def test_a_foreign_operation_is_a_defect() -> None:
    with pytest.raises(TypeError):
        rig().perform(object())


def test_a_403_on_one_item_does_not_close_the_mailbox() -> None:
    def cancelled_meeting(seen: Seen) -> Answer:
        return refusal(403, "ErrorAccessDenied") if seen.method == "DELETE" else Answer(body=event())

    error = failed(rig(cancelled_meeting), DeleteEvent(FIRM, KEY, None))
    assert (type(error).__name__, error.code) == ("Rejected", "graph_item_denied")

    def gone(seen: Seen) -> Answer:
        return refusal(
            403 if seen.method == "DELETE" else 404, "ErrorAccessDenied" if seen.method == "DELETE" else GONE
        )

    assert isinstance(failed(rig(gone), DeleteEvent(FIRM, KEY, None)), Gone)
    closed = failed(rig(lambda seen: refusal(403, "ErrorAccessDenied")), DeleteEvent(FIRM, KEY, None))
    assert isinstance(closed, Denied)
    assert closed.scope is Scope.MAILBOX


GONE = "ErrorItemNotFound"


class TestGovernor:
    """Three at once per mailbox."""

    def test_a_fourth_call_waits_for_a_free_place(self) -> None:
        governor = Governor(Clock())
        first, second, third = (governor.places(FIRM, [ANNA]) for _ in range(3))
        for place in (first, second, third):
            place.__enter__()
        entered = threading.Event()

        def fourth() -> None:
            with governor.places(FIRM, [ANNA]):
                entered.set()

        thread = threading.Thread(target=fourth)
        thread.start()
        with governor.places(FIRM, [MailboxId("other")]), governor.places(FirmId(8), [ANNA]):
            assert not entered.wait(0.05)
        second.__exit__(None, None, None)
        assert entered.wait(5)
        thread.join()
        for place in (first, third):
            place.__exit__(None, None, None)

    def test_patience_ends(self) -> None:
        governor = Governor(Clock(), patience_seconds=0.01)
        with (
            governor.places(FIRM, [ANNA]),
            governor.places(FIRM, [ANNA]),
            governor.places(FIRM, [ANNA]),
            pytest.raises(Unavailable),
            governor.places(FIRM, [ANNA, MailboxId("other")]),
        ):
            pytest.fail("a fourth place was given")
        with governor.places(FIRM, [ANNA]):
            pass

    def test_an_error_frees_the_place(self) -> None:
        governor = Governor(Clock(), patience_seconds=0.01)
        for _ in range(4):
            with pytest.raises(ZeroDivisionError), governor.places(FIRM, [ANNA]):
                raise ZeroDivisionError

    def test_no_more_than_three_calls_are_ever_under_way(self) -> None:
        under_way, most, lock = 0, 0, threading.Lock()

        def slow(seen: Seen) -> Answer:
            nonlocal under_way, most
            with lock:
                under_way += 1
                most = max(most, under_way)
            threading.Event().wait(0.02)
            with lock:
                under_way -= 1
            return Answer(body={"id": "c"})

        test = rig(slow)
        threads = [threading.Thread(target=test.perform, args=(ProbeMailbox(FIRM, ANNA),)) for _ in range(9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert most == 3
        assert len(test.microsoft.token_requests) == 1


def test_bodies_are_pure_ascii_json_whatever_the_text() -> None:
    test = rig(lambda seen: Answer(body=event()))
    test.perform(UpdateEvent(FIRM, KEY, None, EventChange(subject="Příliš žluťoučký 🐴")))
    assert test.microsoft.requests[0].body == {"subject": "Příliš žluťoučký 🐴"}
    assert "If-Match" not in test.microsoft.requests[0].headers
    assert json.dumps(test.microsoft.requests[0].body).isascii()
