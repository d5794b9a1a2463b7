"""What happens on the wire: odd and hostile replies, what leaves this process and what must not."""

import gzip
import logging
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import MaxRetryError, NewConnectionError

from server.domain.activity import ActivityChange, ActivityDraft
from server.domain.ids import ActivityKey, ActivityType, FirmId, PersonId
from server.errors import Denied, Invalid, Rejected, RosError, Unavailable
from server.ports.raynet import (
    ActivitiesById,
    CreateActivity,
    CreateWebhook,
    DeleteActivity,
    FindActivity,
    FindByTitle,
    GetActivity,
    ListWebhooks,
    NewestActivities,
    PersonsByEmail,
    Probe,
    RaynetUsers,
    UpdateActivity,
    WindowActivities,
)
from server.raynet.client import MOST_BYTES
from server.raynet.connection import RaynetConnection
from server.raynet.gateway import RaynetGateway
from tests.conftest import ExpectedLogs
from tests.server.raynet.scripted import KEY, LOGIN, Canned, connection, scripted
from tests.server.raynet.simulated import FIRM
from tests.server.raynet.test_translate import row

KEY_OF = ActivityKey(ActivityType.MEETING, 2)
POLL = NewestActivities(FIRM, 0, 10)


def listing(*rows: Any, total: int | None = None) -> Canned:
    return Canned(body={"success": True, "totalCount": len(rows) if total is None else total, "data": list(rows)})


# --- what is sent -----------------------------------------------------------------------------------------------------


def test_a_request_carries_who_we_are_and_where_we_go_and_nothing_else() -> None:
    odd = scripted(listing())
    odd.connections[FIRM] = RaynetConnection(
        firm=FIRM, base_url=odd.connections[FIRM].base_url, instance="acme", user="žofie@firma.cz", key="klíč"
    )
    odd.perform(POLL)
    (sent,) = odd.transport.requests
    assert sent.url == (
        "https://sim.localhost/raynet/api/v2/activity/?sortColumn=rowInfo.lastModifiedAt&sortDirection=DESC"
        "&offset=0&limit=10&dateFormat=ISO8601"
    )
    assert sent.headers["X-Instance-Name"] == "acme"
    assert sent.headers["Authorization"] == "Basic xb5vZmllQGZpcm1hLmN6Omtsw63EjQ=="
    assert sent.headers["User-Agent"] == "raynet-outlook-sync"
    assert sent.body is None


@pytest.mark.parametrize(
    "base", ["https://evil.example/api/v2", "http://sim.localhost/raynet/api/v2", "https://sim.localhost@evil/api/v2",
             "https://sim.localhost/raynet/api/v2/../../x", "https://169.254.169.254", ""],
)  # fmt: skip
def test_no_other_address_is_ever_called(base: str) -> None:
    odd = scripted(listing())
    odd.connections[FIRM] = connection(1, base_url=base)
    with pytest.raises(Denied) as caught:
        odd.perform(POLL)
    assert caught.value.code == "raynet_url_refused"
    assert odd.transport.requests == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("instance", "a\r\nX-Evil: 1"), ("instance", ""), ("instance", "a" * 64), ("instance", "a.b"), ("user", ""),
     ("user", "a:b"), ("user", "a\nb"), ("key", ""), ("key", "a\x00")],
)  # fmt: skip
def test_a_connection_that_could_forge_a_request_cannot_be_built(field: str, value: str) -> None:
    given = {"instance": "acme", "user": "a@b.cz", "key": "k"} | {field: value}
    with pytest.raises(Invalid) as caught:
        RaynetConnection(
            firm=FIRM, base_url="https://x", instance=given["instance"], user=given["user"], key=given["key"]
        )
    assert caught.value.data["field"] == f"raynet_{field}"


# --- odd replies ------------------------------------------------------------------------------------------------------


def test_an_odd_row_is_left_out_counted_and_does_not_spoil_the_page(expected_logs: ExpectedLogs) -> None:
    expected_logs("raynet_odd_row")
    odd = scripted(listing(row(id=1), row(id=2, scheduledFrom="?"), row(id=3), total=3))
    page = odd.perform(NewestActivities(FIRM, 0, 3))
    assert [one.key.id for one in page.activities] == [1, 3]
    assert (page.total, page.more) == (3, True)
    assert odd.gateway.gauge(FIRM).odd_rows == 1


def test_an_odd_row_is_no_absence(expected_logs: ExpectedLogs) -> None:
    expected_logs("raynet_odd_row")
    odd = scripted(listing(row(title=None)))
    with pytest.raises(Rejected) as caught:
        odd.perform(FindActivity(FIRM, 2))
    assert caught.value.code == "raynet_unreadable"
    odd = scripted(Canned(body={"success": "true", "data": row(title=None)}))
    with pytest.raises(Rejected):
        odd.perform(GetActivity(FIRM, KEY_OF))


def test_the_newest_row_may_be_odd(expected_logs: ExpectedLogs) -> None:
    expected_logs("raynet_odd_row")
    page = scripted(listing(row(title=None), total=9)).perform(NewestActivities(FIRM, 0, 1))
    assert (page.activities, page.total, page.more) == ((), 9, True)


def test_a_full_page_of_the_window_that_nobody_can_read_is_no_page(expected_logs: ExpectedLogs) -> None:
    expected_logs("raynet_odd_row")
    odd = scripted(listing(*(row(id=number, title=None) for number in range(1, 1001)), total=5000))
    start = datetime(2026, 2, 1, tzinfo=UTC)
    with pytest.raises(Unavailable):
        odd.perform(WindowActivities(FIRM, start, start + timedelta(days=30)))


def test_rows_nobody_asked_for_are_no_answer() -> None:
    with pytest.raises(Unavailable):
        scripted(listing(row(id=5))).perform(FindActivity(FIRM, 2))
    with pytest.raises(Unavailable):
        scripted(Canned(body={"success": "true", "data": row(id=5)})).perform(GetActivity(FIRM, KEY_OF))
    assert scripted(listing(row(id=5))).perform(ActivitiesById(FIRM, (2,))) == ()


def test_a_title_that_only_resembles_the_asked_one_is_not_found() -> None:
    odd = scripted(listing(row(id=1, title="ROS 1F"), row(id=2, title="ros 1f")))
    found = odd.perform(FindByTitle(FIRM, "ros 1f", datetime(2026, 1, 1, tzinfo=UTC)))
    assert [one.key.id for one in found] == [2]


def test_an_invalidated_person_is_nobody_even_if_the_filter_lets_it_through() -> None:
    rows = [
        {"id": n, "contactInfo": {"email": "a@x.cz"}, "rowInfo.rowAccess": mark}
        for n, mark in ((1, "INVALID"), (2, None))
    ]
    assert scripted(listing(*rows)).perform(PersonsByEmail(FIRM, ("a@x.cz",))) == {"a@x.cz": (2,)}


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    odd = scripted(Canned(status=status, body=b"", headers={"Location": "https://evil.example/"}))
    with pytest.raises(Unavailable):
        odd.perform(POLL)
    assert len(odd.transport.requests) == 1


def test_a_reply_too_long_to_be_true_is_given_up_also_when_it_is_packed() -> None:
    packed = gzip.compress(b" " * (MOST_BYTES + 1))
    assert len(packed) < 100_000
    for reply in (Canned(body=b" " * (MOST_BYTES + 1)), Canned(body=packed, headers={"Content-Encoding": "gzip"})):
        with pytest.raises(Unavailable) as caught:
            scripted(reply).perform(POLL)
        assert caught.value.detail == "too_long"


def refused_connection() -> Exception:
    """As the library reports that nobody listens."""
    reason = NewConnectionError(HTTPConnection("127.0.0.1"), "refused")
    return requests.ConnectionError(MaxRetryError(HTTPConnectionPool("127.0.0.1"), f"/?email={LOGIN}", reason))


@pytest.mark.parametrize(
    ("error", "unknown"),
    [
        (requests.ConnectTimeout(), False),
        (refused_connection(), False),
        (requests.ReadTimeout(), True),
        (requests.ConnectionError("reset"), True),
        (requests.exceptions.ChunkedEncodingError(), True),
        (requests.exceptions.SSLError("closed"), True),
        (ConnectionResetError(), True),
    ],
)
def test_only_a_request_that_surely_never_left_has_a_known_outcome(error: Exception, unknown: bool) -> None:
    for op in (UpdateActivity(FIRM, KEY_OF, ActivityChange(title="x")), DeleteActivity(FIRM, KEY_OF)):
        odd = scripted(error)
        with pytest.raises(Unavailable) as caught:
            odd.perform(op)
        assert caught.value.unknown_outcome is unknown
        assert len(odd.transport.requests) == 1
    with pytest.raises(Unavailable) as caught:
        scripted(error).perform(POLL)
    assert not caught.value.unknown_outcome


# --- secrets ----------------------------------------------------------------------------------------------------------

SUBJECT = "Tajná schůzka s Karlem"
PERSON = "karel.tajny@klient.cz"
TOKEN = "webhook-token-0123456789"
SECRETS = (KEY, LOGIN, SUBJECT, "Karl", PERSON, TOKEN, "Basic ")
OPS = [
    Probe(FIRM), POLL, GetActivity(FIRM, KEY_OF), FindActivity(FIRM, 2), RaynetUsers(FIRM), ListWebhooks(FIRM),
    FindByTitle(FIRM, SUBJECT, datetime(2026, 1, 1, tzinfo=UTC)), PersonsByEmail(FIRM, (PERSON, "b@klient.cz")),
    CreateActivity(FIRM, ActivityType.EVENT, ActivityDraft(title=SUBJECT, owner=PersonId(2), ext_id="x")),
    UpdateActivity(FIRM, KEY_OF, ActivityChange(title=SUBJECT, description_html=SUBJECT)),
    DeleteActivity(FIRM, KEY_OF), CreateWebhook(FIRM, "https://ros.test/notify", TOKEN),
]  # fmt: skip
WORDS = f"{KEY} {LOGIN} {SUBJECT} {PERSON} {TOKEN}"
ANSWERS: list[Canned | Exception] = [
    requests.ConnectionError(WORDS), requests.ReadTimeout(WORDS), requests.exceptions.InvalidURL(WORDS),
    *(Canned(status=status, body={"type": WORDS, "message": WORDS, "translatedMessage": WORDS})
      for status in (200, 400, 401, 403, 404, 429, 500, 503)),
    *(Canned(body=body) for body in (WORDS.encode(), {"success": False, "message": WORDS},
      {"success": True, "data": WORDS},
      {"success": True, "totalCount": 1, "data": [WORDS]}, {"success": True, "totalCount": 1, "data": {"id": WORDS}},
      {"username": [WORDS]}, {"success": True, "data": {"webhooks": [{"url": WORDS}]}})),
    Canned(body={"success": True, "totalCount": 1, "data": [row(title=WORDS, scheduledFrom=WORDS)]}),
    Canned(body={"success": True, "data": row(title=WORDS, participants=[{"person": WORDS}])}),
]  # fmt: skip


@pytest.mark.parametrize("op", OPS, ids=lambda op: type(op).__name__)
@pytest.mark.parametrize("answer", ANSWERS, ids=range(len(ANSWERS)))
def test_no_error_and_no_log_line_tells_a_secret(
    op: object,
    answer: Canned | Exception,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    expected_logs: ExpectedLogs,
) -> None:
    odd = scripted(answer)
    caplog.set_level(logging.INFO)
    told = ""
    try:
        told = ascii(type(odd.perform(op)))
    except RosError as error:
        chain: BaseException | None = error
        while chain is not None:
            told += repr(chain) + str(chain) + repr(getattr(chain, "data", ""))
            chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)
    if odd.gateway.gauge(FIRM).odd_rows:
        expected_logs("raynet_odd_row")
    streams = capsys.readouterr()
    told += caplog.text + streams.out + streams.err
    assert told
    assert [secret for secret in SECRETS if secret in told] == []


def test_a_connection_shows_neither_login_nor_key() -> None:
    text = repr(connection(1))
    assert KEY not in text
    assert LOGIN not in text
    assert "firm-1" in text


# --- over a real socket -----------------------------------------------------------------------------------------------


@contextmanager
def server(*replies: bytes, tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """A loopback server that answers each connection with the next raw bytes and closes it."""
    listener = socket.create_server(("127.0.0.1", 0))
    seen: list[bytes] = []

    def serve() -> None:
        for reply in replies:
            try:
                plain, _ = listener.accept()
                with tls.wrap_socket(plain, server_side=True) if tls else plain as peer:
                    seen.append(peer.recv(65_536))
                    peer.sendall(reply)
            except OSError:
                continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}/api/v2", seen
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def gateway(base: str, ca_bundle: Path | None = None) -> RaynetGateway:
    return RaynetGateway(
        lambda firm: connection(int(firm), base_url=base),
        clock=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        allowed_bases=(base,),
        ca_bundle=ca_bundle,
    )


BODY = b'{"success":true,"totalCount":0,"data":[]}'
# The server below closes after each reply; unsaid, a client may still write its next request to the dying connection.
HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
WHOLE = HEAD % len(BODY) + BODY


def test_a_reply_over_a_socket_is_read() -> None:
    with server(WHOLE) as (base, seen):
        assert gateway(base).perform(POLL).total == 0  # type: ignore[attr-defined]
    assert seen[0].startswith(b"GET /api/v2/activity/?sortColumn=rowInfo.lastModifiedAt&")


@pytest.mark.parametrize(
    "reply",
    [
        b"", b"nonsense\r\n\r\n", WHOLE[:-5], WHOLE.replace(b"Content-Length", b"X-Length")[:-5],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"suc\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
    ],
)  # fmt: skip
def test_a_broken_exchange_is_unavailable_and_not_repeated(reply: bytes) -> None:
    for op in (POLL, DeleteActivity(FIRM, KEY_OF)):
        with server(reply, WHOLE) as (base, seen), pytest.raises(Unavailable) as caught:
            gateway(base).perform(op)
        assert caught.value.unknown_outcome is isinstance(op, DeleteActivity)
        assert len(seen) == 1


def test_no_cookie_of_one_firm_reaches_another() -> None:
    with_cookie = WHOLE.replace(b"200 OK\r\n", b"200 OK\r\nSet-Cookie: JSESSIONID=firm1; Path=/\r\n")
    with server(with_cookie, WHOLE) as (base, seen):
        one = gateway(base)
        one.perform(POLL)
        one.perform(NewestActivities(FirmId(2), 0, 10))
    assert b"X-Instance-Name: firm-2" in seen[1]
    assert b"JSESSIONID" not in seen[1]


def test_nobody_listening_is_known_not_to_have_happened() -> None:
    with server() as (base, _):
        pass
    with pytest.raises(Unavailable) as caught:
        gateway(base).perform(DeleteActivity(FIRM, KEY_OF))
    assert not caught.value.unknown_outcome


def test_a_server_is_trusted_by_the_given_roots_only(tmp_path: Path) -> None:
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    roots = tmp_path / "roots.pem"
    authority.cert_pem.write_to_path(str(roots))
    with server(WHOLE, tls=tls) as (base, _):
        assert gateway(base, roots).perform(POLL).total == 0  # type: ignore[attr-defined]
    with server(WHOLE, tls=tls) as (base, seen), pytest.raises(Unavailable) as caught:
        gateway(base).perform(DeleteActivity(FIRM, KEY_OF))
    assert seen == []
    assert not caught.value.unknown_outcome


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login evil password evil\n")
    for name, value in (
        ("NETRC", str(netrc)),
        ("HTTP_PROXY", "http://127.0.0.1:9"),
        ("http_proxy", "http://127.0.0.1:9"),
    ):
        monkeypatch.setenv(name, value)
    with server(WHOLE) as (base, seen):
        gateway(base).perform(POLL)
    assert b"Basic dGFqbnk" in seen[0]
