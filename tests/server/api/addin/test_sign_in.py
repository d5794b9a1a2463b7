"""Signing in by the dialog: code and PKCE run by the server, one-time codes, opaque tokens, no cookies."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from falcon import testing

from server.domain.panel import CONSENT_VERSION
from tests.support.panel import BASE, PUBLIC_HOST, Panel, PanelHost
from tests.support.rig import CLIENT_ID


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def started(office: PanelHost, verifier: str) -> str:
    """Where the dialog goes first."""
    result = office.client.simulate_get(f"{BASE}/auth/start", params={"challenge": challenge_of(verifier)})
    assert result.status_code == 302
    assert "Set-Cookie" not in result.headers
    return str(result.headers["Location"])


def returned(office: PanelHost, location: str, who: str | None = "jana") -> dict[str, str]:
    """What our last page is handed after Entra has asked the person."""
    user = office.rig.people[who].mailbox.owner if who is not None else None
    back = office.rig.world.entra.pages.sign_in(location, user)
    result = come_back(office, back.url)
    assert result.status_code == 302
    place = urlsplit(str(result.headers["Location"]))
    assert place.path == "/addin/signed-in.html"
    assert not place.query, "a fragment never reaches a server's log"
    return dict(parse_qsl(place.fragment))


def come_back(office: PanelHost, url: str) -> testing.Result:
    parts = urlsplit(url)
    assert parts.netloc == PUBLIC_HOST
    return office.client.simulate_get(parts.path, query_string=parts.query)


def exchange(office: PanelHost, code: str, verifier: str) -> testing.Result:
    return office.client.simulate_post(f"{BASE}/auth/exchange", json={"code": code, "verifier": verifier})


def test_the_dialog_ends_with_a_token_that_opens_the_panel(office: PanelHost) -> None:
    verifier = secrets.token_urlsafe(48)
    handed = returned(office, started(office, verifier))
    swapped = exchange(office, handed["code"], verifier)
    assert swapped.status_code == 200
    panel = Panel(host=office, person=office.rig.people["jana"], token=swapped.json["token"])
    assert panel.get("/bootstrap")["account"] == "jana@valce.example"
    assert panel.post("/consent", {"version": CONSENT_VERSION, "language": "en"})["state"] == "ready"
    assert panel.call("DELETE", "/auth/token").status_code == 204
    assert panel.call("GET", "/bootstrap").json["code"] == "token_expired"


def test_what_entra_is_asked(office: PanelHost) -> None:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(started(office, "v" * 64)).query).items()}
    assert (asked["client_id"], asked["response_type"], asked["code_challenge_method"]) == (CLIENT_ID, "code", "S256")
    assert asked["redirect_uri"] == f"https://{PUBLIC_HOST}/addin/v1/auth/callback"
    assert asked["scope"] == f"api://{PUBLIC_HOST}/{CLIENT_ID}/access_as_user"
    assert len(asked["state"]) >= 40
    assert len(asked["code_challenge"]) == 43
    assert asked["code_challenge"] != challenge_of("v" * 64), "Entra's verifier is ours, the panel's is the panel's"


def test_a_code_is_good_once_and_for_its_own_panel_only(office: PanelHost) -> None:
    verifier = secrets.token_urlsafe(48)
    code = returned(office, started(office, verifier))["code"]
    assert exchange(office, code, secrets.token_urlsafe(48)).json["code"] == "sign_in_expired"
    assert exchange(office, code, verifier).json["code"] == "sign_in_expired", "whoever guessed has used it up"
    code = returned(office, started(office, verifier))["code"]
    assert exchange(office, code, verifier).status_code == 200
    assert exchange(office, code, verifier).status_code == 401


def test_a_code_and_a_sign_in_end_by_themselves(office: PanelHost) -> None:
    verifier = secrets.token_urlsafe(48)
    code = returned(office, started(office, verifier))["code"]
    office.rig.clock.advance(seconds=121)
    assert exchange(office, code, verifier).json["code"] == "sign_in_expired"
    location = started(office, verifier)
    office.rig.clock.advance(seconds=601)
    assert returned(office, location) == {"error": "sign_in_expired"}


def test_a_token_ends_by_itself(office: PanelHost) -> None:
    verifier = secrets.token_urlsafe(48)
    swapped = exchange(office, returned(office, started(office, verifier))["code"], verifier)
    panel = Panel(host=office, person=office.rig.people["jana"], token=swapped.json["token"])
    office.rig.clock.advance(seconds=4 * 3600 - 10)
    assert panel.call("GET", "/bootstrap").status_code == 200
    office.rig.clock.advance(seconds=11)
    assert panel.call("GET", "/bootstrap").json["code"] == "token_expired"


def test_a_person_who_cancels_is_told_so(office: PanelHost) -> None:
    assert returned(office, started(office, secrets.token_urlsafe(48)), None) == {"error": "sign_in_cancelled"}


def test_a_state_is_used_once(office: PanelHost) -> None:
    location = started(office, secrets.token_urlsafe(48))
    back = office.rig.world.entra.pages.sign_in(location, office.rig.people["jana"].mailbox.owner)
    assert "code=" in str(come_back(office, back.url).headers["Location"])
    assert "error=sign_in_expired" in str(come_back(office, back.url).headers["Location"])


@pytest.mark.parametrize(
    "query",
    ["", "state=x", "state=" + "a" * 43 + "&code=x", "code=x", "state=%00&code=x", "state=" + "a" * 5000],
)
def test_an_answer_nobody_asked_for_leads_nowhere(office: PanelHost, query: str) -> None:
    result = office.client.simulate_get(f"{BASE}/auth/callback", query_string=query)
    assert result.headers["Location"] == "/addin/signed-in.html#error=sign_in_expired"


def test_somebody_of_no_customer_gets_no_code(office: PanelHost) -> None:
    entra = office.rig.world.entra
    stranger = entra.add_user(entra.add_tenant("Cizí", "cizi.example"), "jana@cizi.example", "Jana")
    back = entra.pages.sign_in(started(office, secrets.token_urlsafe(48)), stranger)
    assert str(come_back(office, back.url).headers["Location"]).endswith("#error=firm_unknown")


@pytest.mark.parametrize("challenge", ["", "short", "a" * 44, "!" * 43, "https://evil.example"])
def test_a_start_without_a_proper_challenge_is_refused(office: PanelHost, challenge: str) -> None:
    result = office.client.simulate_get(f"{BASE}/auth/start", params={"challenge": challenge})
    assert (result.status_code, result.json["field"]) == (422, "challenge")


@pytest.mark.parametrize(
    "body", [{}, {"code": "x", "verifier": "y"}, {"code": "a" * 43}, {"code": "a" * 43, "verifier": "b" * 43, "x": 1}]
)
def test_a_malformed_exchange_is_refused(office: PanelHost, body: dict[str, Any]) -> None:
    assert office.client.simulate_post(f"{BASE}/auth/exchange", json=body).status_code == 422


def test_neither_codes_nor_tokens_stand_in_the_database(office: PanelHost) -> None:
    verifier = secrets.token_urlsafe(48)
    location = started(office, verifier)
    state = parse_qs(urlsplit(location).query)["state"][0]
    code = returned(office, location)["code"]
    token = exchange(office, code, verifier).json["token"]
    stored = b"".join(path.read_bytes() for path in office.rig.folder.glob("*.sqlite3*"))
    assert stored, "the database is a file here"
    for secret in (state, code, token, token.removeprefix("ros_panel_"), verifier):
        assert secret.encode() not in stored


def test_the_configuration_needs_no_token(office: PanelHost) -> None:
    config = office.client.simulate_get(f"{BASE}/config").json
    assert config["client_id"] == CLIENT_ID
    assert config["scope"] == f"api://{PUBLIC_HOST}/{CLIENT_ID}/access_as_user"
    assert config["authority"].endswith("/organizations")
    assert config["sign_in"] == ["nested", "office_sso", "dialog"]
    carriers = {one["client"]: one["custom_properties"] for one in config["carriers"]}
    assert carriers == {"owa": "saved", "new": "never", "classic": "always", "mac": "saved", "other": "never"}
