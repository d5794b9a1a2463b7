"""What a person does in the browser: admin consent in both forms, sign-in for desktop clients, delegated tokens."""

import base64
import hashlib
import html
import json
import re
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
import pytest

from simulator.entra.directory import Registration, User
from simulator.entra.errors import EntraError
from simulator.wire import SimRequest, SimResponse
from tests.simulator.test_graph_client import Office, office

__all__ = ["office"]

BACK = "https://ros.example/consent"
LOOPBACK = "http://localhost:51234"
VERIFIER = "a-verifier-that-is-long-enough-for-everybody-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@pytest.fixture
def admin(office: Office) -> User:
    office.app.redirect_uris = (BACK,)
    office.entra.revoke(office.firm, office.app.client_id)
    roles = frozenset({"Global Administrator"})
    return office.entra.add_user(office.firm, "admin@firma.cz", "Správce", directory_roles=roles)


def consent_url(office: Office, version: int, tenant: str = "organizations", **members: str) -> str:
    fields = {"client_id": office.app.client_id, "redirect_uri": BACK, "state": "s-1"} | members
    if version == 2:
        fields = {"scope": "https://graph.microsoft.com/.default"} | fields
    path = "adminconsent" if version == 1 else "v2.0/adminconsent"
    return f"https://sim.localhost/entra/{tenant}/{path}?{urlencode(fields)}"


def browse(office: Office, url: str, form: dict[str, str] | None = None) -> SimResponse:
    parts = urlsplit(url)
    body = b"" if form is None else urlencode(form).encode()
    method = "GET" if form is None else "POST"
    query = parse_qsl(parts.query)
    return office.entra.handle(SimRequest(method=method, host="sim.localhost", path=parts.path, query=query, body=body))


def press(office: Office, page: SimResponse, choice: str) -> SimResponse:
    """Submit the page's only form with the button of that value."""
    text = page.body.decode()
    assert f'value="{choice}"' in text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', text))
    action = re.search(r'<form method="post" action="([^"]*)">', text)
    assert action is not None
    form = {html.unescape(k): html.unescape(v) for k, v in fields.items()} | {"choice": choice}
    return browse(office, html.unescape(action[1]), form)


# -- consent -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [1, 2])
def test_acceptance_redirects_with_the_tenant_and_creates_the_service_principal(
    office: Office, admin: User, version: int
) -> None:
    page = browse(office, consent_url(office, version))
    assert page.status == 200
    answer = press(office, page, admin.id)
    assert answer.status == 302
    result = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    expected = {"tenant": office.firm.id, "state": "s-1", "admin_consent": "True"}
    if version == 2:
        expected["scope"] = "https://graph.microsoft.com/.default"
    assert result == expected
    assert office.token_answer(office.firm.id).status == 200


@pytest.mark.parametrize(
    ("version", "error", "has_consent"), [(1, "permission_denied", False), (2, "consent_required", True)]
)
def test_cancelling_gives_the_error_form_of_each_version(
    office: Office, admin: User, version: int, error: str, has_consent: bool
) -> None:
    answer = press(office, browse(office, consent_url(office, version)), "cancel")
    result = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    assert result["error"] == error
    assert result["error_description"].startswith("AADSTS65004")
    assert result["state"] == "s-1"
    assert (result.get("admin_consent") == "True") is has_consent
    assert office.token_answer(office.firm.id).body["error_codes"] == [700016]


def test_somebody_without_the_right_cannot_consent(office: Office, admin: User) -> None:
    redirect = office.entra.pages.decide_consent(consent_url(office, 2), office.jana.owner)
    assert redirect.parameters()["error_description"].startswith("AADSTS90094")
    assert office.app.client_id not in office.firm.service_principals


def test_consent_by_call_does_the_same_as_by_page(office: Office, admin: User) -> None:
    redirect = office.entra.pages.decide_consent(consent_url(office, 1, office.firm.id), admin)
    assert redirect.parameters()["tenant"] == office.firm.id
    assert office.token_answer(office.firm.id).status == 200


def test_named_scopes_grant_delegated_permissions_only(office: Office, admin: User) -> None:
    office.entra.pages.decide_consent(consent_url(office, 2, scope="https://graph.microsoft.com/User.Read"), admin)
    principal = office.firm.service_principals[office.app.client_id]
    assert principal.granted == frozenset()
    assert principal.delegated == frozenset({"https://graph.microsoft.com/User.Read"})


def test_a_wrong_redirect_or_tenant_stays_on_the_page(office: Office, admin: User) -> None:
    wrong = browse(office, consent_url(office, 1, redirect_uri="https://evil.example/"))
    assert (wrong.status, b"AADSTS50011" in wrong.body) == (400, True)
    assert browse(office, consent_url(office, 2, "common")).status == 400
    with pytest.raises(EntraError) as caught:
        office.entra.pages.decide_consent(consent_url(office, 1, office.other.id), admin)
    assert caught.value.code == 50020


def test_what_the_caller_sends_cannot_break_out_of_the_page(office: Office, admin: User) -> None:
    page = browse(office, consent_url(office, 1, state='"><script>alert(1)</script>'))
    assert b"<script>alert" not in page.body


# -- sign-in -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def console(office: Office) -> Registration:
    scopes = ("access_as_user",)
    office.app.exposed_scopes = scopes
    return office.entra.register_app("Console", is_public=True, redirect_uris=("http://localhost",))


def authorize_url(office: Office, console: Registration, **members: str) -> str:
    fields = {
        "client_id": console.client_id,
        "response_type": "code",
        "redirect_uri": LOOPBACK,
        "scope": f"api://{office.app.client_id}/access_as_user openid profile offline_access",
        "state": "s-1",
        "nonce": "n-1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "response_mode": "form_post",
    } | members
    return f"https://sim.localhost/entra/organizations/oauth2/v2.0/authorize?{urlencode(fields)}"


def redeem(office: Office, console: Registration, code: str, **members: str) -> Any:
    form = {
        "grant_type": "authorization_code",
        "client_id": console.client_id,
        "code": code,
        "redirect_uri": LOOPBACK,
        "code_verifier": VERIFIER,
        "scope": f"api://{office.app.client_id}/access_as_user openid profile offline_access",
        "client_info": "1",
    } | members
    answer = browse(office, "https://sim.localhost/entra/organizations/oauth2/v2.0/token", form)
    return json.loads(answer.body)


def test_signing_in_posts_the_code_to_the_loopback_by_itself(office: Office, console: Registration) -> None:
    answer = press(office, browse(office, authorize_url(office, console)), office.jana.owner.id)
    text = answer.body.decode()
    assert f'<form method="post" action="{LOOPBACK}">' in text
    assert "document.forms[0].submit()" in text
    assert 'name="code"' in text
    assert 'name="state" value="s-1"' in text


def test_a_code_gives_id_access_and_refresh_tokens_of_version_two(office: Office, console: Registration) -> None:
    redirect = office.entra.pages.sign_in(authorize_url(office, console), office.jana.owner)
    assert redirect.form is not None
    found = redeem(office, console, redirect.form["code"])
    access, identity = (office.entra.peek(found[name]) for name in ("access_token", "id_token"))
    assert access is not None
    assert identity is not None
    issuer = f"https://sim.localhost/entra/{office.firm.id}/v2.0"
    person = office.jana.owner
    assert (access["aud"], access["azp"], access["scp"]) == (office.app.client_id, console.client_id, "access_as_user")
    assert (access["tid"], access["oid"], access["iss"], access["ver"]) == (office.firm.id, person.id, issuer, "2.0")
    assert (identity["aud"], identity["nonce"], identity["oid"]) == (console.client_id, "n-1", person.id)
    assert access["sub"] != identity["sub"]
    assert json.loads(base64.urlsafe_b64decode(found["client_info"] + "=="))["utid"] == office.firm.id
    key = jwt.PyJWK(office.entra.keys[-1].public_jwk(issuer))
    options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    assert jwt.decode(found["access_token"], key, ["RS256"], audience=office.app.client_id, options=options) == access
    form = {"grant_type": "refresh_token", "client_id": console.client_id, "refresh_token": found["refresh_token"]}
    again = json.loads(browse(office, "https://sim.localhost/entra/organizations/oauth2/v2.0/token", form).body)
    assert office.entra.peek(again["access_token"])["oid"] == person.id  # type: ignore[index]


def test_a_code_works_once_with_its_verifier_its_redirect_and_in_time(office: Office, console: Registration) -> None:
    def code() -> str:
        form = office.entra.pages.sign_in(authorize_url(office, console), office.jana.owner).form
        assert form is not None
        return form["code"]

    once = code()
    assert "access_token" in redeem(office, console, once)
    assert redeem(office, console, once)["error_codes"] == [54005]
    assert redeem(office, console, code(), code_verifier="wrong")["error_codes"] == [50148]
    assert redeem(office, console, code(), redirect_uri="http://localhost:1")["error_codes"] == [50011]
    late = code()
    office.clock.advance(minutes=11)
    assert redeem(office, console, late)["error_codes"] == [70008]


def test_query_and_fragment_modes_redirect(office: Office, console: Registration) -> None:
    by_query = office.entra.pages.sign_in(authorize_url(office, console, response_mode="query"), office.jana.owner)
    by_fragment = office.entra.pages.sign_in(
        authorize_url(office, console, response_mode="fragment"), office.jana.owner
    )
    assert parse_qs(urlsplit(by_query.url).query)["state"] == ["s-1"]
    assert parse_qs(urlsplit(by_fragment.url).fragment)["state"] == ["s-1"]


def test_refusals_of_the_sign_in_page(office: Office, console: Registration) -> None:
    elsewhere = browse(office, authorize_url(office, console, redirect_uri="https://evil.example"))
    assert b"AADSTS50011" in elsewhere.body
    lookalike = browse(office, authorize_url(office, console, redirect_uri="http://localhost.evil.example"))
    assert b"AADSTS50011" in lookalike.body
    cancelled = office.entra.pages.sign_in(authorize_url(office, console), None).parameters()
    assert (cancelled["error"], cancelled["state"]) == ("access_denied", "s-1")
    foreign = authorize_url(office, console).replace("organizations", office.other.id)
    with pytest.raises(EntraError) as caught:
        office.entra.pages.sign_in(foreign, office.jana.owner)
    assert caught.value.code == 50020
    console.home_tenant = office.firm.id
    assert b"AADSTS50194" in browse(office, authorize_url(office, console)).body
    console.home_tenant = None
    scope = f"api://{office.app.client_id}/unknown"
    wrong = office.entra.pages.sign_in(authorize_url(office, console, scope=scope), office.jana.owner).parameters()
    assert wrong["error"] == "invalid_scope"


def test_tokens_of_brokered_sign_in_can_be_had_without_a_page(office: Office) -> None:
    token = office.entra.user_token(office.jana.owner, "panel-client", "server-client", "access_as_user")
    claims = office.entra.check_token(token)
    assert claims is not None
    assert (claims["aud"], claims["azp"], claims["scp"]) == ("server-client", "panel-client", "access_as_user")
    assert office.call("GET", "/organization", headers={"authorization": f"Bearer {token}"}).status == 401
    office.clock.advance(hours=2)
    assert office.entra.check_token(token) is None
