"""Tokens: what Entra ID refuses, how soon a repair is seen, and that no secret shows anywhere."""

import logging
import traceback
from datetime import timedelta

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from server.errors import Denied, Misconfigured, Remote, Scope, Throttled, Unavailable
from server.microsoft.tokens import AppRegistration, Tokens
from server.ports.graph import ProbeMailbox
from tests.server.microsoft.scripted import (
    ANNA,
    AUTHORITY,
    FIRM,
    SECRET,
    START,
    TENANT,
    Answer,
    Clock,
    Rig,
    Seen,
    refusal,
    rig,
    token_answer,
)

PROBE = ProbeMailbox(FIRM, ANNA)


def calendar(seen: Seen) -> Answer:
    return Answer(body={"id": "c1"})


def aadsts(code: int, status: int = 400, error: str = "invalid_request", **headers: str) -> Answer:
    text = f"AADSTS{code}: Application with secret {SECRET} was not found. Trace ID: x"
    body = {"error": error, "error_description": text, "error_codes": [code]}
    return Answer(status=status, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def refused(rig: Rig) -> Remote:
    with pytest.raises(Remote) as caught:
        rig.perform(PROBE)
    return caught.value


@pytest.mark.parametrize(
    ("code", "status", "scope", "name"),
    [
        (700016, 400, Scope.FIRM, "graph_not_consented"),
        (90002, 400, Scope.FIRM, "graph_unknown_tenant"),
        (900023, 400, Scope.FIRM, "graph_unknown_tenant"),
        (7000112, 401, Scope.FIRM, "graph_app_disabled"),
        (53003, 403, Scope.FIRM, "graph_conditional_access"),
        (530032, 400, Scope.FIRM, "graph_conditional_access"),
        (500011, 400, Scope.FIRM, "graph_no_service"),
        (7000215, 401, Scope.SERVER, "graph_secret_wrong"),
        (7000222, 401, Scope.SERVER, "graph_secret_expired"),
        (700027, 401, Scope.SERVER, "graph_certificate_refused"),
        (70011, 400, Scope.SERVER, "graph_registration_wrong"),
        (999999, 400, Scope.FIRM, "graph_token_refused"),
    ],
)
def test_each_refusal_names_its_number_and_whom_it_stops(code: int, status: int, scope: Scope, name: str) -> None:
    error = refused(rig(calendar, lambda seen: aadsts(code, status)))
    assert isinstance(error, Denied)
    assert (error.code, error.scope, error.detail) == (name, scope, f"AADSTS{code}")


@pytest.mark.parametrize("code", [90055, 90024, 90033, 90090, 50196])
def test_trouble_of_the_authority_is_no_refusal(code: int) -> None:
    error = refused(rig(calendar, lambda seen: aadsts(code)))
    assert isinstance(error, Unavailable)
    assert error.detail == f"AADSTS{code}"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=500, body=b"<html>"),
        Answer(status=200, body=b'{"access_token":"half-of-a-token-canary'),
        Answer(status=200, body=b"<html>captive portal</html>"),
        Answer(status=403, body=b"<html>proxy</html>"),
        Answer(status=200, body={"token_type": "Bearer"}),
        Answer(status=302, body=b"", headers={"Location": "https://evil.test/"}),
        Answer(problem=requests.ReadTimeout(f"secret={SECRET}")),
        Answer(problem=requests.ConnectionError(f"secret={SECRET}")),
    ],
)
def test_a_broken_token_answer_is_asked_again_later(answer: Answer) -> None:
    error = refused(rig(calendar, lambda seen: answer))
    assert type(error) is Unavailable


def test_a_throttled_authority_is_left_alone_for_exactly_that_long() -> None:
    answers = [aadsts(90055, 429, Retry_After="17"), token_answer()]
    test = rig(calendar, lambda seen: answers.pop(0))
    error = refused(test)
    assert isinstance(error, Throttled)
    assert error.until == START + timedelta(seconds=17)
    test.clock.forward(seconds=16)
    assert isinstance(refused(test), Throttled)
    assert len(test.microsoft.token_requests) == 1
    test.clock.forward(seconds=1)
    test.perform(PROBE)


def test_a_repaired_consent_works_at_once() -> None:
    """msal itself would replay the 400 for a minute."""
    answers = [aadsts(700016), aadsts(700016), token_answer()]
    test = rig(calendar, lambda seen: answers.pop(0))
    assert refused(test).code == "graph_not_consented"
    assert refused(test).code == "graph_not_consented"
    test.perform(PROBE)
    assert len(test.microsoft.token_requests) == 3


def test_one_token_serves_until_five_minutes_before_its_end() -> None:
    test = rig(calendar)
    test.perform(PROBE)
    test.clock.forward(seconds=3599 - 301)
    test.perform(PROBE)
    assert len(test.microsoft.token_requests) == 1
    test.clock.forward(seconds=2)
    test.perform(PROBE)
    assert len(test.microsoft.token_requests) == 2


def test_an_early_renewal_that_fails_keeps_the_old_token() -> None:
    answers = [token_answer(1, refresh_in=600), Answer(status=503, body=b""), token_answer(2)]
    test = rig(calendar, lambda seen: answers.pop(0))
    test.perform(PROBE)
    test.clock.forward(seconds=601)
    test.perform(PROBE)
    test.clock.forward(seconds=6)
    test.perform(PROBE)
    sent = [seen.headers["Authorization"] for seen in test.microsoft.requests]
    assert sent[0] == sent[1] != sent[2]


def test_a_refused_token_is_renewed_once_and_then_denied() -> None:
    def graph(seen: Seen) -> Answer:
        if seen.headers["Authorization"] == f"Bearer {first}":
            return refusal(401, "InvalidAuthenticationToken")
        return calendar(seen)

    test = rig(graph)
    first = token_answer(1).body["access_token"]
    test.perform(PROBE)
    assert len(test.microsoft.token_requests) == 2

    stubborn = rig(lambda seen: refusal(401, "InvalidAuthenticationToken"))
    error = refused(stubborn)
    assert isinstance(error, Denied)
    assert (error.code, error.scope) == ("graph_unauthorised", Scope.FIRM)
    assert len(stubborn.microsoft.requests) == 2


def test_a_changed_connection_starts_with_a_fresh_token() -> None:
    test = rig(calendar)
    test.perform(PROBE)
    test.reconnect(revision=1)
    test.perform(PROBE)
    assert len(test.microsoft.token_requests) == 1
    test.reconnect(revision=2)
    test.perform(PROBE)
    assert len(test.microsoft.token_requests) == 2
    other = "99999999-2222-3333-4444-555555555555"
    test.reconnect(revision=3, tenant_id=other)
    test.perform(PROBE)
    assert other in test.microsoft.token_requests[-1].url


def test_a_missing_role_only_explains_a_refusal() -> None:
    no_roles = rig(calendar, lambda seen: token_answer(1, ()))
    no_roles.perform(PROBE)

    closed = rig(lambda seen: refusal(403, "ErrorAccessDenied"), lambda seen: token_answer(1, ()))
    error = refused(closed)
    assert (error.code, error.scope) == ("graph_no_role", Scope.MAILBOX)
    granted = rig(lambda seen: refusal(403, "ErrorAccessDenied"))
    assert refused(granted).code == "graph_no_access"


@pytest.mark.parametrize("tenant", ["", "../common", "a/b", "a?x=", "a..b", "-", "x" * 300, "a\nb"])
def test_a_malformed_tenant_is_never_asked_for(tenant: str) -> None:
    test = rig(calendar, tenant_id=tenant)
    assert refused(test).code == "graph_unknown_tenant"
    assert test.microsoft.token_requests == []
    assert test.microsoft.discoveries == 0


def test_the_authority_may_live_below_a_folder() -> None:
    test = rig(calendar)
    test.perform(PROBE)
    assert test.microsoft.discoveries == 1
    assert test.microsoft.token_requests[0].url == f"{AUTHORITY}/{TENANT}/token"
    assert "scope=https%3A%2F%2Fgraph.microsoft.com%2F.default" in test.microsoft.token_requests[0].body


def test_an_unknown_tenant_at_discovery_is_told_by_its_number() -> None:
    test = rig(calendar)
    unknown = aadsts(90002)

    def authority(seen: Seen) -> Answer:
        return unknown

    test.microsoft._authority = authority  # type: ignore[method-assign]
    error = refused(test)
    assert isinstance(error, Denied)
    assert (error.code, error.detail) == ("graph_unknown_tenant", "AADSTS90002")


@pytest.mark.parametrize(
    ("app", "authority", "setting"),
    [
        (AppRegistration(client_id="c"), AUTHORITY, "ROS_CLIENT_SECRET"),
        (AppRegistration(client_id="c", secret=SECRET), "http://localhost/entra", "ROS_AUTHORITY_URL"),
        (
            AppRegistration(client_id="c", certificate_pem="-----BEGIN CERTIFICATE-----"),
            AUTHORITY,
            "ROS_CLIENT_CERTIFICATE",
        ),
    ],
)
def test_unusable_settings_are_told_before_anything_is_sent(app: AppRegistration, authority: str, setting: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        Tokens(app, authority_url=authority, new_session=requests.Session, clock=Clock())
    assert caught.value.data["setting"] == setting


def test_a_certificate_proves_the_client_without_a_secret() -> None:
    test = rig(calendar)
    tokens = Tokens(
        AppRegistration(client_id="client-id", certificate_pem=_pem()),
        authority_url=AUTHORITY,
        new_session=lambda: _session(test),
        clock=Clock(),
    )
    assert tokens.token(TENANT)
    body = test.microsoft.token_requests[0].body
    assert "client_assertion=" in body
    assert "client_secret" not in body


def test_an_unreadable_certificate_is_told_and_not_asked_for_ever() -> None:
    test = rig(calendar)
    garbage = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\nAAAA\n"
    tokens = Tokens(
        AppRegistration(client_id="client-id", certificate_pem=garbage),
        authority_url=AUTHORITY,
        new_session=lambda: _session(test),
        clock=Clock(),
    )
    with pytest.raises(Denied) as caught:
        tokens.token(TENANT)
    assert (caught.value.code, caught.value.scope) == ("graph_certificate_refused", Scope.SERVER)


def test_neither_secret_nor_token_shows_in_values_errors_and_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    texts: list[str] = [repr(AppRegistration(client_id="c", secret=SECRET, certificate_pem="-----PRIVATE-canary"))]
    for answer in (aadsts(7000215, 401), Answer(body=b'{"access_token":"half-canary'), Answer(problem=OSError(SECRET))):
        test = rig(calendar, lambda seen, answer=answer: answer)  # type: ignore[misc]
        try:
            test.perform(PROBE)
        except Remote as error:
            texts += [str(error), repr(error), "".join(traceback.format_exception(error))]
    good = rig(lambda seen: refusal(403, "ErrorAccessDenied"))
    try:
        good.perform(PROBE)
    except Remote as error:
        texts += [str(error), "".join(traceback.format_exception(error))]
    texts += [repr(good.gateway.tokens._tenants), repr(good.gateway), caplog.text]
    whole = "\n".join(texts)
    for canary in (SECRET, "signature-canary", "half-canary", "PRIVATE-canary", "jana@acme.cz"):
        assert canary not in whole


def _session(test: Rig) -> requests.Session:
    session = requests.Session()
    session.mount("https://", test.microsoft)
    return session


def _pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ros")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, START, START + timedelta(days=9000))
    certificate = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return (private + certificate.public_bytes(serialization.Encoding.PEM)).decode()
