"""Addresses, certificates and what a call can meet, against real sockets."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from console.api import account, tls
from console.api.account import BadAddress, normal_url
from console.api.client import Address, Client
from console.api.problems import Missing, Offline, SignedOut, Unacceptable, Untrusted, WrongVersion
from console.api.wire.session import PasswordChange, ServerInfo, SignIn
from console.api.wire.shapes import Nothing
from tests.console.support.house import PASSWORD, House, free_port

INFO = b'{"product":"x","version":"1","api":"%s","min_console":"%s","languages":["cs"],"entra":null}'


class _Odd(BaseHTTPRequestHandler):
    reply = (200, b"{}")

    def do_GET(self) -> None:
        status, body = self.reply
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 (the name that http.server looks for)

    def log_message(self, *_words: object) -> None:
        """Silence."""


@contextmanager
def odd_server(status: int, body: bytes, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Answers everything with the same."""
    handler = type("Handler", (_Odd,), {"reply": (status, body)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"{'https' if context else 'http'}://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def tls_context(authority: trustme.CA, name: str = "localhost") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("ros.vitkovice.cz", "https://ros.vitkovice.cz"),
        ("  https://ros.vitkovice.cz/  ", "https://ros.vitkovice.cz"),
        ("https://ros.vitkovice.cz:8443/console", "https://ros.vitkovice.cz:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("localhost:8443", "https://localhost:8443"),
    ],
)
def test_an_address_is_taken_as_it_is_meant(typed: str, url: str) -> None:
    assert normal_url(typed) == url


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("http://ros.vitkovice.cz", "not_https"),
        ("ftp://ros.vitkovice.cz", "not_https"),
        ("https://", "no_host"),
        ("https://a b", "no_host"),
        ("https://x:99999999", "no_host"),
    ],
)
def test_what_is_no_safe_address_is_refused_with_its_reason(typed: str, reason: str) -> None:
    with pytest.raises(BadAddress) as caught:
        normal_url(typed)
    assert caught.value.reason == reason


# --- certificates -----------------------------------------------------------------------------------------------------


def test_an_unknown_authority_is_named_and_an_own_file_makes_it_trusted(tmp_path: Path) -> None:
    authority, roots = trustme.CA(), tmp_path / "roots.pem"
    authority.cert_pem.write_to_path(str(roots))
    with odd_server(200, INFO % (b"1.0", b"0.0.1"), tls_context(authority)) as url:
        verdict = tls.inspect(url, None)
        assert verdict.problem == "unknown_issuer"
        assert verdict.certificate is not None
        assert len(verdict.certificate.fingerprint) == 95
        assert "trustme" in verdict.certificate.issuer
        with pytest.raises(Untrusted) as caught:
            account.server(Client(Address(url=url)))
        assert caught.value.reason == "unknown_issuer"
        trusted = tls.inspect(url, roots)
        assert trusted.problem is None
        assert trusted.certificate is not None
        assert trusted.certificate.fingerprint == verdict.certificate.fingerprint
        assert account.server(Client(Address(url=url, own_roots=roots))).product == "x"


def test_a_certificate_of_another_name_is_told_from_an_unknown_one(tmp_path: Path) -> None:
    authority, roots = trustme.CA(), tmp_path / "roots.pem"
    authority.cert_pem.write_to_path(str(roots))
    with odd_server(200, b"{}", tls_context(authority, "elsewhere.example")) as url:
        assert tls.inspect(url, roots).problem == "wrong_name"
        with pytest.raises(Untrusted) as caught:
            Client(Address(url=url, own_roots=roots)).get("/x", Nothing)
        assert caught.value.reason == "wrong_name"


def test_the_environment_cannot_turn_the_check_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority, roots = trustme.CA(), tmp_path / "roots.pem"
    authority.cert_pem.write_to_path(str(roots))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(roots))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(roots))
    with odd_server(200, b"{}", tls_context(authority)) as url, pytest.raises(Untrusted):
        Client(Address(url=url)).get("/x", Nothing)


def test_a_file_without_certificates_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.pem"
    file.write_text("nothing", encoding="utf-8")
    with pytest.raises(tls.BadBundle):
        tls.trusted_context(file)


# --- what a call can meet ---------------------------------------------------------------------------------------------


def test_nobody_there_is_offline_and_a_refused_connection_changed_nothing() -> None:
    client = Client(Address(url=f"http://127.0.0.1:{free_port()}"))
    with pytest.raises(Offline) as caught:
        client.post("/api/v1/session", Nothing, SignIn(login="a", password="b"))
    assert not caught.value.is_unknown


def test_a_change_whose_answer_never_comes_may_have_been_carried_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        client = Client(Address(url=f"http://127.0.0.1:{deaf.getsockname()[1]}"), read_seconds=0.3)
        with pytest.raises(Offline) as read:
            client.get("/x", Nothing)
        assert not read.value.is_unknown
        with pytest.raises(Offline) as written:
            client.command("/x")
        assert written.value.is_unknown


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b"<html>", WrongVersion),
        (200, b'{"product":"x"}', WrongVersion),
        (404, b"<html>", WrongVersion),
        (302, b"", WrongVersion),
        (502, b"<html>", Offline),
        (503, b"", Offline),
        (200, INFO % (b"2.0", b"0.0.1"), WrongVersion),
        (200, INFO % (b"1.7", b"99.0.0"), WrongVersion),
    ],
)
def test_a_foreign_server_is_no_server_of_ours(status: int, body: bytes, kind: type[Exception]) -> None:
    with odd_server(status, body) as url, pytest.raises(kind):
        account.server(Client(Address(url=url)))


def test_the_server_says_who_it_is_and_refuses_in_its_own_words(house: House) -> None:
    client = Client(Address(url=house.url))
    assert client.get("/api/v1/server", ServerInfo).value.product == "raynet-outlook-sync"
    with pytest.raises(SignedOut):
        account.session(client)
    administrator = house.administrator("central_admin")
    client.token = house.token(administrator)
    assert account.session(client).login == administrator.login
    with pytest.raises(Missing) as missing:
        client.get("/api/v1/firms/999999", Nothing)
    assert missing.value.told.title("cs")
    assert missing.value.told.title("en") != missing.value.told.title("cs")
    assert missing.value.told.request_id
    with pytest.raises(Unacceptable) as wrong:
        account.change_password(client, PasswordChange(current="x", new=PASSWORD + "!"))
    assert wrong.value.field == "current"
