"""Microsoft's own sign-in library over a simulated bridge of Outlook, and what follows when it refuses."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.addin.chromium import PATIENCE_MS
from tests.addin.opened import EventFormOf, Opened, open_in
from tests.addin.scripted import ACCOUNT, ScriptedApi
from tests.addin.server import Server

pytestmark = pytest.mark.browser
TENANT = "0c5a2f3e-8d41-4b7e-a6c0-2f9f3f6f7d01"
PERSON = "11111111-2222-4333-8444-555555555555"


def id_token(**claims: Any) -> str:
    """Nobody checks its signature: the library only reads who it is about."""
    known = {
        "aud": "x",
        "iss": f"https://login.microsoftonline.com/{TENANT}/v2.0",
        "tid": TENANT,
        "oid": PERSON,
        "sub": "s",
        "ver": "2.0",
        "preferred_username": ACCOUNT,
        "exp": 4_000_000_000,
        "iat": 1_700_000_000,
    }
    parts = ({"alg": "RS256", "typ": "JWT"}, known | claims)
    text = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*text, "c2ln"])


class Keeper(ScriptedApi):
    """Knows which token came with each request, and takes only some."""

    def __init__(self, taken: tuple[str, ...] = ("nested-token", "office-token")) -> None:
        super().__init__(sign_in=("nested", "office_sso", "dialog"))
        self.taken = taken
        self.tokens: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        told = environ.get("HTTP_AUTHORIZATION", "")
        if told:
            self.tokens.append(told.removeprefix("Bearer "))
            if self.tokens[-1] not in self.taken:
                self.requests.append(("refused", {}))
                start_response("401 Refused", [("Content-Type", "application/json"), ("Content-Length", "24")])
                return [b'{"code":"token_refused"}']
        return super().__call__(environ, start_response)


@contextmanager
def with_bridge(
    browser: Browser, server: Server, *, bridge: bool = True, office: str | None = None, **broker: Any
) -> Iterator[Opened]:
    known = {
        "token": "nested-token",
        "idToken": id_token(),
        "account": {
            "homeAccountId": f"{PERSON}.{TENANT}",
            "tenantId": TENANT,
            "username": ACCOUNT,
            "localAccountId": PERSON,
        },
    }
    context = browser.new_context(viewport={"width": 320, "height": 570}, locale="cs-CZ")
    context.set_default_timeout(PATIENCE_MS)
    try:
        if bridge:
            context.add_init_script(f"window.simulatedBroker = {json.dumps(known | broker)};")
            context.add_init_script(files("simulator.form").joinpath("bridge.js").read_text(encoding="utf-8"))
        yield open_in(context, server.url, EventFormOf(token=office, nested=True))
    finally:
        context.close()


def test_nested_sign_in_opens_the_form_without_any_window(browser: Browser, server: Server) -> None:
    server.app = api = Keeper()
    with with_bridge(browser, server) as panel:
        expect(panel.panel.locator(".type").first).to_be_visible()
        assert set(api.tokens) == {"nested-token"}, "the access token, never the id token"
        methods = [one[0] for one in panel.page.evaluate("simulatedBroker.asked")]
        assert "GetTokenPopup" not in methods
        scopes = {one[1] for one in panel.page.evaluate("simulatedBroker.asked") if one[1]}
        assert any("access_as_user" in scope for scope in scopes)
        assert panel.problems == []


def test_a_needed_interaction_waits_for_a_click(browser: Browser, server: Server) -> None:
    server.app = Keeper()
    with with_bridge(browser, server, silent="USER_INTERACTION_REQUIRED") as panel:
        expect(panel.button("Přihlásit se")).to_be_visible()
        assert "GetTokenPopup" not in [one[0] for one in panel.page.evaluate("simulatedBroker.asked")]
        panel.page.evaluate("setTimeout(() => { simulatedBroker.silent = 'good'; })")
        panel.button("Přihlásit se").click()
        expect(panel.panel.locator(".type").first).to_be_visible()
        assert "GetTokenPopup" in [one[0] for one in panel.page.evaluate("simulatedBroker.asked")]


@pytest.mark.parametrize("status", ["PERSISTENT_ERROR", "DISABLED", "NO_NETWORK", "TRANSIENT_ERROR"])
def test_a_bridge_that_refuses_hands_over_to_the_older_sign_in(browser: Browser, server: Server, status: str) -> None:
    """Some Windows users get "The origin is not valid for Nested App Auth" with a correct set-up."""
    server.app = api = Keeper()
    with with_bridge(browser, server, silent=status, office="office-token") as panel:
        expect(panel.panel.locator(".type").first).to_be_visible()
        assert set(api.tokens) == {"office-token"}


def test_a_client_that_promises_nested_sign_in_without_a_bridge_does_not_stop_the_panel(
    browser: Browser, server: Server
) -> None:
    server.app = api = Keeper()
    with with_bridge(browser, server, bridge=False, office="office-token") as panel:
        expect(panel.panel.locator(".type").first).to_be_visible()
        assert set(api.tokens) == {"office-token"}


def test_a_token_that_the_server_refuses_is_not_offered_again_and_again(browser: Browser, server: Server) -> None:
    server.app = api = Keeper(taken=())
    with with_bridge(browser, server, office="office-token") as panel:
        expect(panel.button("Přihlásit se")).to_be_visible()
        panel.page.wait_for_timeout(1_000)
        assert len(api.tokens) <= 4
