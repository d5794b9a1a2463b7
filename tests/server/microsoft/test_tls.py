"""The gateway over real sockets: own trust roots, nothing from the environment, truncated and compressed replies."""

import gzip
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from server.domain.event import EventChange
from server.domain.ids import EventId, EventKey
from server.errors import Misconfigured, Unavailable
from server.microsoft.client import TlsAdapter
from server.microsoft.gateway import GraphConnection, GraphEndpoints, GraphGateway
from server.microsoft.tokens import AppRegistration
from server.ports.graph import GetEvent, UpdateEvent
from tests.server.microsoft.scripted import ANNA, FIRM, NOTIFY, SECRET, TENANT, Clock, event, token_answer

KEY = EventKey(ANNA, EventId("e1"))
READ = GetEvent(FIRM, KEY)
Raw = tuple[int, dict[str, str], bytes]


@dataclass
class Server:
    """An https server that answers Graph requests by ``graph`` and plays the authority below ``/entra``."""

    port: int
    ca_file: str
    graph: Callable[[str], Raw] = lambda path: (200, {}, json.dumps(event()).encode())
    paths: list[str] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    #: The last path asked for on each connection that is open now.
    open: dict[object, str] = field(default_factory=dict)

    def answer(self, path: str) -> Raw:
        self.paths.append(path)
        base = f"https://localhost:{self.port}/entra/{TENANT}"
        if "openid-configuration" in path:
            endpoints = {"token_endpoint": f"{base}/token", "authorization_endpoint": f"{base}/a", "issuer": base}
            return 200, {}, json.dumps(endpoints).encode()
        if path.startswith("/entra"):
            return 200, {}, json.dumps(token_answer().body).encode()
        return self.graph(path)

    def gateway(self, ca_bundle: str | None) -> GraphGateway:
        return GraphGateway(
            lambda firm: GraphConnection(firm=firm, tenant_id=TENANT, revision=1),
            AppRegistration(client_id="client-id", secret=SECRET),
            GraphEndpoints(
                graph_url=f"https://localhost:{self.port}/graph",
                authority_url=f"https://localhost:{self.port}/entra",
                notify_url=NOTIFY,
                ca_bundle=ca_bundle,
            ),
            clock=Clock(),
        )


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    authority = trustme.CA()
    ca_file = tmp_path / "roots.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def finish(self) -> None:
            super().finish()
            running.open.pop(self.client_address, None)

        def do_GET(self) -> None:
            running.open[self.client_address] = self.path
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            running.cookies += self.headers.get_all("Cookie", [])
            status, headers, body = running.answer(self.path)
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            if "Content-Length" in headers:
                self.close_connection = True

        def do_POST(self) -> None:
            self.do_GET()

        def do_PATCH(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Silent."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    http.socket = context.wrap_socket(http.socket, server_side=True)
    running = Server(port=http.server_address[1], ca_file=str(ca_file))
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield running
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def test_nothing_is_taken_from_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, "/nonexistent")
    gateway = server.gateway(server.ca_file)
    seen = gateway.perform(READ)
    assert getattr(seen, "subject", None) == "Visit"
    assert server.paths[-1].startswith("/graph/v1.0/users/anna-id/events/e1?")
    gateway.close()


def test_an_untrusted_server_is_never_told_a_secret(server: Server) -> None:
    gateway = server.gateway(None)
    with pytest.raises(Unavailable) as caught:
        gateway.perform(READ)
    assert caught.value.detail == "SSLError"
    assert server.paths == []
    gateway.close()


def test_unreadable_roots_are_told_at_the_start(server: Server, tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("no certificate")
    for path in ("/nonexistent.pem", str(garbage)):
        with pytest.raises(Misconfigured) as caught:
            server.gateway(path)
        assert caught.value.data["setting"] == "ROS_CA_BUNDLE"


def test_a_compressed_reply_is_read_and_a_truncated_one_proves_nothing(server: Server) -> None:
    gateway = server.gateway(server.ca_file)
    whole = json.dumps(event()).encode()
    server.graph = lambda path: (200, {"Content-Encoding": "gzip"}, gzip.compress(whole))
    assert gateway.perform(READ)
    server.graph = lambda path: (200, {"Content-Length": str(len(whole) + 10)}, whole)
    with pytest.raises(Unavailable):
        gateway.perform(READ)
    with pytest.raises(Unavailable) as caught:
        gateway.perform(UpdateEvent(FIRM, KEY, None, EventChange(subject="New")))
    assert caught.value.unknown_outcome
    gateway.close()


def test_a_decompression_bomb_is_cut_at_the_cap(server: Server) -> None:
    bomb = gzip.compress(b" " * (64 * 1024 * 1024))
    server.graph = lambda path: (200, {"Content-Encoding": "gzip"}, bomb)
    gateway = server.gateway(server.ca_file)
    with pytest.raises(Unavailable) as caught:
        gateway.perform(READ)
    assert caught.value.detail == "reply_too_large"
    gateway.close()


def test_no_cookie_travels_from_one_call_to_the_next(server: Server) -> None:
    server.graph = lambda path: (200, {"Set-Cookie": "tenant=first; Path=/"}, json.dumps(event()).encode())
    gateway = server.gateway(server.ca_file)
    gateway.perform(READ)
    gateway.perform(READ)
    assert server.cookies == []
    gateway.close()


def test_a_redirect_is_not_followed(server: Server) -> None:
    server.graph = lambda path: (307, {"Location": f"https://localhost:{server.port}/elsewhere"}, b"")
    gateway = server.gateway(server.ca_file)
    with pytest.raises(Unavailable):
        gateway.perform(READ)
    assert not any("elsewhere" in path for path in server.paths)
    gateway.close()


def test_a_server_that_is_not_there_leaves_no_write_open(server: Server) -> None:
    gateway = server.gateway(server.ca_file)
    gateway.perform(READ)
    gateway._client._base_url = "https://localhost:9/v1.0"
    with pytest.raises(Unavailable) as caught:
        gateway.perform(UpdateEvent(FIRM, KEY, None, EventChange(subject="New")))
    assert not caught.value.unknown_outcome
    gateway.close()


def test_threads_have_sessions_of_their_own_over_one_tls_context(server: Server) -> None:
    gateway = server.gateway(server.ca_file)
    sessions = []

    def work() -> None:
        gateway.perform(READ)
        sessions.append(gateway._client._session())

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(session) for session in sessions}) == 3
    adapters = [session.get_adapter("https://x") for session in sessions]
    contexts = {id(adapter._context) for adapter in adapters if isinstance(adapter, TlsAdapter)}
    assert len(contexts) == 1
    gateway.close()


def test_no_connection_to_the_authority_is_kept_for_the_hour_until_the_next_token(server: Server) -> None:
    gateway = server.gateway(server.ca_file)
    gateway.perform(READ)
    until = time.monotonic() + 60

    while len(server.open) > 1 and time.monotonic() < until:
        time.sleep(0.01)

    assert ["/graph" in path for path in server.open.values()] == [True]
    gateway.close()
