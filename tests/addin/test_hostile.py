"""What people write, networks that go, sign-ins that end in the middle: nothing is run, nothing chosen is lost."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from server.api.addin import models as m
from server.api.addin import sign_in_models as si
from server.domain.concern import ConcernKind
from tests.addin.opened import EventFormOf, Opened, opened
from tests.addin.screens import NEW, SAVED
from tests.addin.scripted import ACCOUNT, ScriptedApi, activity, bootstrap, event_state, hit, options, said, shown
from tests.addin.server import Server
from tests.addin.test_clients import Drafts
from tests.addin.test_form import Linked

pytestmark = pytest.mark.browser
EVIL = '<img src=x onerror="window.evil=1"><script>window.evil=1</script>\'"&amp;'
_API = re.compile(r".*/addin/v1/.*")


def _unharmed(panel: Opened) -> bool:
    made = panel.panel.locator("img, script, iframe").count()
    return made == 0 and panel.page.evaluate("window.evil === undefined") and panel.problems == []


def test_names_that_look_like_markup_are_only_text(browser: Browser, server: Server) -> None:
    evil = shown(ConcernKind.COMPANY, 11, EVIL, EVIL)
    conflict = m.ConflictShown(
        id="7",
        field="title",
        kept=EVIL,
        lost=EVIL,
        lost_side="graph",
        at="2026-03-02T08:00:00Z",
        restore_requested=False,
    )
    category = m.CategoryOption(id=1, label=EVIL, color='red" onload="window.evil=1')
    ready = bootstrap(options=options().model_copy(update={"categories": (category,)}))
    state = event_state(
        activity=activity(concerns=(evil,), title=EVIL, open_url="javascript:window.evil=1"),
        reason=said("x", EVIL, EVIL),
        conflicts=(conflict,),
    )
    found = m.SearchResult(items=(hit(evil), hit(evil.model_copy(update={"id": 12}))), complete=True, fresh_at=None)
    server.app = ScriptedApi({"GET /bootstrap": ready, "POST /events/state": state, "POST /search": found})
    with opened(browser, server.url, EventFormOf(item={**SAVED, "subject": EVIL})) as panel:
        expect(panel.panel.locator(".chip-detail")).to_have_text(EVIL)
        expect(panel.panel.locator(".message.info")).to_contain_text(EVIL)
        expect(panel.panel.locator(".card dd").first).to_have_text(EVIL)
        expect(panel.panel.get_by_role("link")).to_have_count(0)
        panel.button("Změnit: Klient").click()
        expect(panel.panel.locator(".option")).to_have_count(2)
        panel.panel.get_by_role("tab", name="Detail").click()
        expect(panel.panel.get_by_label("Kategorie")).to_contain_text(EVIL)
        assert _unharmed(panel)


def test_an_account_that_looks_like_markup_is_only_text(browser: Browser, server: Server) -> None:
    server.app = ScriptedApi({"GET /bootstrap": bootstrap(m.UserState.NOT_REGISTERED, account=EVIL)})
    with opened(browser, server.url, EventFormOf(item={**NEW})) as panel:
        expect(panel.panel.get_by_text(EVIL)).to_be_visible()
        assert _unharmed(panel)


@pytest.mark.parametrize(
    ("subject", "sent"),
    [("x" * 5_000, "x" * 255), ("y" * 254 + "🎉", "y" * 254), ("půl \ud83d znaku", "půl \ufffd znaku"), ("", "")],
    ids=["five thousand letters", "a picture at the edge", "half a character", "nothing"],
)
def test_no_subject_stops_the_choices(browser: Browser, server: Server, subject: str, sent: str) -> None:
    server.app = api = Drafts()
    with opened(browser, server.url, EventFormOf(item={**NEW, "subject": subject})) as panel:
        panel.button("Schůzka").click()
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")
        assert api.bodies("PUT /drafts")[-1]["fingerprint"]["subject"] == sent
        assert api.invalid == []


def test_a_network_that_goes_and_comes_back_loses_no_choice(browser: Browser, server: Server) -> None:
    server.app = api = Drafts()
    with opened(browser, server.url, EventFormOf(item={**NEW}), clock=True) as panel:
        panel.button("Schůzka").click()
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")
        panel.page.context.route(_API, lambda route: route.abort())
        panel.panel.get_by_role("tab", name="Detail").click()
        panel.panel.get_by_label("Priorita").select_option("CRITICAL")
        expect(panel.standing).to_have_text("Neuloženo")
        panel.panel.get_by_label("Kategorie").select_option("2")
        expect(panel.panel.get_by_label("Priorita")).to_have_value("CRITICAL")
        panel.page.context.unroute(_API)
        panel.pass_time(60)
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")
        panel.until(lambda: api.bodies("PUT /drafts")[-1]["choices"]["category"] == 2)
        assert api.bodies("PUT /drafts")[-1]["choices"]["priority"] == "CRITICAL"
        assert api.invalid == []


def test_an_answer_that_is_no_answer_is_a_failure_like_others(browser: Browser, server: Server) -> None:
    """A proxy's own page in place of ours, with the best of codes."""
    server.app = Drafts()

    def proxy(route: Route) -> None:
        route.fulfill(status=200, body="<html>Přihlaste se k síti</html>", content_type="text/html")

    with opened(browser, server.url, EventFormOf(item={**NEW}), clock=True) as panel:
        expect(panel.button("Schůzka")).to_be_visible()
        panel.page.context.route(_API, proxy)
        panel.button("Schůzka").click()
        expect(panel.standing).to_have_text("Neuloženo")
        panel.page.context.unroute(_API)
        panel.pass_time(60)
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")


def _signed_in_by_window(panel: Opened, server: Server) -> None:
    page = f"{server.url}/addin/signed-in.html#code={'c' * 43}"
    panel.page.context.route(
        re.compile(r".*/addin/v1/auth/start.*"), lambda route: route.fulfill(status=302, headers={"Location": page})
    )
    panel.button("Přihlásit se").click()


class Expiring:
    """Answers of a server that refuses everybody who has not signed in anew."""

    def __init__(self, api: ScriptedApi) -> None:
        self.api = api
        self.over = False
        api.routes["POST /auth/exchange"] = si.PanelToken(token="opaque", expires_at="2126-01-01T00:00:00Z")

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if self.over and environ.get("HTTP_AUTHORIZATION", "") == "Bearer token":
            start_response("401 Refused", [("Content-Type", "application/json"), ("Content-Length", "24")])
            return [b'{"code":"token_expired"}']
        return self.api(environ, start_response)


def test_a_choice_made_after_the_sign_in_ended_arrives_after_the_next_one(browser: Browser, server: Server) -> None:
    api = Drafts()
    server.app = expiring = Expiring(api)
    with opened(browser, server.url, EventFormOf(item={**NEW})) as panel:
        panel.button("Schůzka").click()
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")
        expiring.over = True
        panel.panel.get_by_role("tab", name="Detail").click()
        panel.panel.get_by_label("Priorita").select_option("CRITICAL")
        _signed_in_by_window(panel, server)
        expect(panel.panel.get_by_label("Priorita")).to_have_value("CRITICAL")
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")
        (last, *_) = reversed(api.bodies("PUT /drafts"))
        assert (last["rev"], last["choices"]["priority"]) == (2, "CRITICAL")
        assert panel.problems == []


def test_the_very_first_choice_survives_an_ended_sign_in(browser: Browser, server: Server) -> None:
    """Nothing of it is on the server yet: only the panel knows."""
    api = Drafts()
    server.app = expiring = Expiring(api)
    with opened(browser, server.url, EventFormOf(item={**NEW})) as panel:
        expect(panel.button("Schůzka")).to_be_visible()
        expiring.over = True
        panel.button("Schůzka").click()
        _signed_in_by_window(panel, server)
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")
        expect(panel.panel.get_by_label("Typ aktivity")).to_have_value("meeting")
        assert [put["rev"] for put in api.bodies("PUT /drafts")] == [1]


def test_a_change_of_a_linked_activity_survives_an_ended_sign_in(browser: Browser, server: Server) -> None:
    api = Linked()
    server.app = expiring = Expiring(api)
    with opened(browser, server.url, EventFormOf(item={**SAVED})) as panel:
        panel.panel.get_by_role("tab", name="Detail").click()
        expiring.over = True
        panel.panel.get_by_label("Priorita").select_option("CRITICAL")
        _signed_in_by_window(panel, server)
        expect(panel.standing).to_have_text("Propojeno s Raynet CRM")
        expect(panel.panel.get_by_label("Priorita")).to_have_value("CRITICAL")
        assert [body["changes"] for body in api.bodies("POST /events/change")] == [{"priority": "CRITICAL"}]


def test_another_accounts_sign_in_takes_nothing_over(browser: Browser, server: Server) -> None:
    """Whoever signs in next is told whose mailbox this is; the first one's choices go nowhere."""
    api = Drafts()
    server.app = expiring = Expiring(api)
    with opened(browser, server.url, EventFormOf(item={**NEW})) as panel:
        expect(panel.button("Schůzka")).to_be_visible()
        expiring.over = True
        api.routes["GET /bootstrap"] = bootstrap(account="petr@valce.example", addresses=("petr@valce.example",))
        panel.button("Schůzka").click()
        _signed_in_by_window(panel, server)
        expect(panel.panel.get_by_role("heading", name="Jiný účet")).to_be_visible()
        expect(panel.panel.get_by_text(ACCOUNT).first).to_be_visible()
        assert api.bodies("PUT /drafts") == []
