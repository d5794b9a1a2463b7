"""The panel in each client of Outlook, with each client's defects: what was chosen arrives once, nothing is made up."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from server.api.addin import models as m
from server.api.addin import sign_in_models as si
from tests.addin.opened import EventFormOf, Opened, opened
from tests.addin.screens import NEW, SAVED
from tests.addin.scripted import CLIENT, ScriptedApi, activity, config, draft_state, event_state, hit
from tests.addin.server import Server

pytestmark = pytest.mark.browser
CLIENTS = ("owa", "new", "classic", "cached", "mac", "ltsc2021")
DRAFT = "00000000-0000-4000-8000-000000000000"
EWS = "AAMkAGViYWRkZWQ="


def chooses_meeting_with_client(panel: Opened) -> None:
    panel.button("Schůzka").click()
    panel.panel.get_by_role("combobox", name="Klient").fill("hydr")
    panel.panel.get_by_role("option", name="Hydraulika Sever").click()
    expect(panel.panel.get_by_text("Hydraulika Sever s.r.o.")).to_be_visible()


class Drafts(ScriptedApi):
    """A server that binds a draft as soon as it knows the event, and then shows the activity."""

    def __init__(self, **routes: Any) -> None:
        found = m.SearchResult(items=(hit(CLIENT),), complete=True, fresh_at=None)
        super().__init__({"PUT /drafts": self._put, "POST /events/state": self._state, "POST /search": found, **routes})
        self.unknown_for = 0
        self.is_bound = False

    def _put(self, body: dict[str, Any]) -> m.DraftState:
        self.is_bound = self.is_bound or "event" in body
        if not self.is_bound:
            return draft_state(body, DRAFT)
        return draft_state(body, DRAFT, step=m.DraftStep.BOUND, status=m.StatusLine.SAVING)

    def _state(self, _body: dict[str, Any]) -> m.EventState | tuple[int, str]:
        self.unknown_for -= 1
        if self.unknown_for >= 0:
            return 409, "event_not_saved"
        if not self.is_bound:
            return event_state(m.StatusLine.UNKNOWN, can=("choose",), last_sync_at=None)
        return event_state(activity=activity(concerns=(CLIENT,)))


@pytest.mark.parametrize("profile", CLIENTS)
def test_choices_for_a_new_event_wait_for_its_saving_and_are_then_shown_as_linked(
    browser: Browser, server: Server, profile: str
) -> None:
    server.app = api = Drafts()
    with opened(browser, server.url, EventFormOf(profile=profile, item={**NEW})) as panel:
        expect(panel.panel.get_by_role("heading", name="Nejprve zvolte typ")).to_be_visible()
        assert api.bodies("PUT /drafts") == [], "an opened panel says nothing"
        chooses_meeting_with_client(panel)
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")

        panel.save_as(EWS)
        expect(panel.standing).to_have_text("Propojeno s Raynet CRM")
        expect(panel.panel.get_by_role("link", name="Otevřít v Raynet CRM")).to_be_visible()

        puts = api.bodies("PUT /drafts")
        assert [put["rev"] for put in puts] == sorted({put["rev"] for put in puts}), "each version is sent once"
        assert puts[-1]["event"] == {"ews_id": EWS}
        assert puts[-1]["choices"]["concerns"] == [{"kind": "company", "id": CLIENT.id}]
        assert puts[-1]["fingerprint"] == {"subject": "Jednání", "start": NEW["start"], "end": NEW["end"]}
        # Marked, now that it has an id.
        panel.until(lambda: panel.outlook("item.properties?.draftId") is not None)
        assert (panel.outlook("ghosts"), "saveAsync" in panel.outlook("calls")) == (0, False)
        assert (api.invalid, panel.problems) == ([], [])


def test_closing_the_form_without_saving_leaves_nothing_on_the_event(browser: Browser, server: Server) -> None:
    server.app = api = Drafts()
    with opened(browser, server.url, EventFormOf(profile="owa", item={**NEW})) as panel:
        chooses_meeting_with_client(panel)
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")

        calls = panel.outlook("calls")
        assert panel.outlook("ghosts") == 0
        assert "loadCustomPropertiesAsync" not in calls
        assert "customProperties.saveAsync" not in calls
        assert not any("event" in put for put in api.bodies("PUT /drafts"))


@pytest.mark.parametrize("profile", CLIENTS)
def test_a_form_that_goes_away_says_so_once(browser: Browser, server: Server, profile: str) -> None:
    """Saved or given up: nobody waits for a panel that is gone."""
    server.app = api = Drafts()
    with opened(browser, server.url, EventFormOf(profile=profile, item={**NEW})) as panel:
        panel.button("Schůzka").click()
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")
        (put,) = api.bodies("PUT /drafts")
        panel.page.goto("about:blank")
        panel.until(lambda: len(api.bodies("POST /drafts")) > 0)
        (word,) = api.bodies("POST /drafts")
        assert (word["rev"], word["secret"], word["choices"]) == (put["rev"], put["beacon_secret"], put["choices"])
        assert api.invalid == []


def test_an_open_form_is_heard_of_again_and_again(browser: Browser, server: Server) -> None:
    server.app = api = Drafts(**{"GET /config": config(draft_beat_seconds=0.3)})
    with opened(browser, server.url, EventFormOf(item={**NEW})) as panel:
        panel.button("Schůzka").click()
        panel.until(lambda: len(api.bodies("PUT /drafts")) >= 4)
        assert {put["rev"] for put in api.bodies("PUT /drafts")} == {1}
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")


def test_a_form_that_is_seen_again_is_heard_of_at_once(browser: Browser, server: Server) -> None:
    """Browsers let a hidden page sleep; who comes back to it may save next."""
    server.app = api = Drafts()
    with opened(browser, server.url, EventFormOf(item={**NEW})) as panel:
        panel.button("Schůzka").click()
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")
        panel.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        panel.until(lambda: len(api.bodies("PUT /drafts")) == 2)
        assert {put["rev"] for put in api.bodies("PUT /drafts")} == {1}


def test_classic_outlook_carries_the_draft_in_the_form_before_it_is_saved(browser: Browser, server: Server) -> None:
    server.app = api = Drafts(**{"GET /config": config(custom_properties="always")})
    with opened(browser, server.url, EventFormOf(profile="classic", item={**NEW})) as panel:
        panel.button("Schůzka").click()
        panel.until(lambda: panel.outlook("item.properties?.draftId") is not None)
        assert (panel.outlook("item.id"), panel.outlook("propertySaves")) == (None, 1)
        assert not any("event" in put for put in api.bodies("PUT /drafts"))


def test_a_refused_hidden_property_spoils_nothing(browser: Browser, server: Server) -> None:
    """New Outlook answers the first save of an event's properties with "Id is malformed"."""
    server.app = api = Drafts()
    form = EventFormOf(profile="new", item={**NEW}, faults={"malformedFirst": True})
    with opened(browser, server.url, form) as panel:
        panel.button("Schůzka").click()
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")
        panel.save_as(EWS)
        expect(panel.standing).to_have_text("Propojeno s Raynet CRM")
        # A second way only: nobody waits for it, the server has the id already.
        panel.until(lambda: panel.outlook("propertySaves") == 1)
        expect(panel.standing).to_have_text("Propojeno s Raynet CRM")
        expect(panel.panel.locator(".message.error")).to_have_count(0)
        assert api.bodies("PUT /drafts")[-1]["event"] == {"ews_id": EWS}


def test_an_id_that_exchange_does_not_know_yet_is_asked_for_again(browser: Browser, server: Server) -> None:
    """In cached mode Outlook shows an id before the server has the event."""
    server.app = api = Drafts()
    api.unknown_for = 3
    with opened(browser, server.url, EventFormOf(profile="cached", item={**SAVED, "id": EWS})) as panel:
        panel.button("Schůzka").click()
        expect(panel.standing).to_have_text("Propojeno s Raynet CRM")
        assert len(api.bodies("POST /events/state")) >= 4
        assert panel.panel.locator(".message.error").count() == 0


def test_an_event_that_was_renamed_and_moved_meanwhile_is_described_as_it_is_now(
    browser: Browser, server: Server
) -> None:
    server.app = api = Drafts()
    with opened(browser, server.url, EventFormOf(item={**NEW})) as panel:
        panel.button("Schůzka").click()
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")
        panel.page.evaluate("Object.assign(simulatedOutlook.item, {subject: 'Jinak', start: '2026-03-04T09:00:00Z'})")
        panel.outlook("fire('olkAppointmentTimeChanged')")
        panel.until(lambda: api.bodies("PUT /drafts")[-1]["fingerprint"]["subject"] == "Jinak")
        assert api.bodies("PUT /drafts")[-1]["fingerprint"]["start"] == "2026-03-04T09:00:00Z"


def test_an_outlook_that_never_answers_is_said_and_the_choice_is_kept(browser: Browser, server: Server) -> None:
    server.app = api = Drafts()
    form = EventFormOf(item={**NEW}, faults={"never": ["subject.getAsync"]})
    with opened(browser, server.url, form, clock=True) as panel:
        panel.button("Schůzka").click()
        panel.pass_time(10)
        expect(panel.panel.get_by_text("Outlook neodpovídá")).to_be_visible()
        assert api.bodies("PUT /drafts") == []

        panel.outlook("faults.never.splice(0)")
        panel.pass_time(10)
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")
        assert api.bodies("PUT /drafts")[-1]["choices"]["type"] == "meeting"


def test_a_recurrence_turned_on_in_the_open_form_is_said_at_once(browser: Browser, server: Server) -> None:
    server.app = Drafts()
    with opened(browser, server.url, EventFormOf(item={**NEW})) as panel:
        expect(panel.panel.get_by_role("heading", name="Nejprve zvolte typ")).to_be_visible()
        panel.page.evaluate("simulatedOutlook.item.recurrence = {recurrenceType: 'weekly'}")
        panel.outlook("fire('olkRecurrenceChanged')")
        expect(panel.panel.get_by_text("Opakované události se s Raynet CRM nesynchronizují.")).to_be_visible()


def test_an_unreachable_server_is_said_and_the_choice_arrives_when_it_is_back(browser: Browser, server: Server) -> None:
    server.app = api = Drafts()
    with opened(browser, server.url, EventFormOf(item={**NEW})) as panel:
        expect(panel.panel.locator(".type").first).to_be_visible()
        api.down = True
        panel.button("Schůzka").click()
        expect(panel.standing).to_have_text("Neuloženo")
        expect(panel.button("Neuloženo – zkusit znovu")).to_be_visible()
        expect(panel.panel.locator(".message.error")).to_contain_text("7f3a9c21")

        panel.stop_time()
        api.down = False
        panel.button("Neuloženo – zkusit znovu").click()
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")
        assert {put["rev"] for put in api.bodies("PUT /drafts")} == {1}


def test_a_failing_start_is_repeated_by_itself(browser: Browser, server: Server) -> None:
    server.app = api = Drafts()
    api.down = True
    with opened(browser, server.url, EventFormOf(item={**NEW}), clock=True) as panel:
        expect(panel.panel.get_by_text("Panel to zkouší dál sám.")).to_be_visible()
        api.down = False
        panel.pass_time(60)
        expect(panel.panel.get_by_role("heading", name="Nejprve zvolte typ")).to_be_visible()


def test_the_last_words_are_heard_when_the_form_is_closed(browser: Browser, server: Server) -> None:
    server.app = api = Drafts()
    with opened(browser, server.url, EventFormOf(item={**NEW})) as panel:
        panel.button("Schůzka").click()
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")
        panel.stop_time()
        panel.panel.get_by_role("tab", name="Detail").click()
        panel.panel.get_by_label("Priorita").select_option("CRITICAL")
        panel.page.goto("about:blank")
        panel.until(lambda: bool(api.bodies("POST /drafts")))
        sent = api.bodies("POST /drafts")
        assert [body["choices"]["priority"] for body in sent] == ["CRITICAL"]
        m.Beacon.model_validate_json(json.dumps(sent[0]))


class Renewing(EventFormOf):
    """The simulated sign-in gives another token each time it is asked."""

    def script(self) -> str:
        return f"{super().script()} {{ let n = 0; simulatedOutlook.token = async () => `token-${{++n}}`; }}"


def test_a_refused_token_is_replaced_without_a_word(browser: Browser, server: Server) -> None:
    asked: list[int] = []

    def once_refused(_body: dict[str, Any]) -> Any:
        asked.append(1)
        return (401, "token_expired") if len(asked) == 1 else ScriptedApi().routes["GET /bootstrap"]

    server.app = Drafts(**{"GET /bootstrap": once_refused})
    with opened(browser, server.url, Renewing(item={**NEW})) as panel:
        expect(panel.panel.locator(".type").first).to_be_visible()


@pytest.mark.parametrize("code", [13001, 13003, 13012, 5001])
def test_a_client_that_gives_no_token_asks_to_sign_in(browser: Browser, server: Server, code: int) -> None:
    server.app = Drafts()
    with opened(browser, server.url, EventFormOf(item={**NEW}, faults={"officeToken": code})) as panel:
        expect(panel.button("Přihlásit se")).to_be_visible()
        assert "displayDialogAsync" not in panel.outlook("calls"), "no window without a click"


def test_the_sign_in_window_ends_in_the_form(browser: Browser, server: Server) -> None:
    token = si.PanelToken(token="opaque", expires_at="2126-01-01T00:00:00Z")
    api = Drafts(**{"POST /auth/exchange": token})
    server.app = api
    with opened(browser, server.url, EventFormOf(item={**NEW}, token=None)) as panel:
        page = f"{server.url}/addin/signed-in.html#code={'c' * 43}"
        panel.page.context.route(
            re.compile(r".*/addin/v1/auth/start.*"),
            lambda route: route.fulfill(status=302, headers={"Location": page}),
        )
        panel.button("Přihlásit se").click()
        expect(panel.panel.get_by_role("heading", name="Nejprve zvolte typ")).to_be_visible()
        (exchanged,) = api.bodies("POST /auth/exchange")
        assert exchanged["code"] == "c" * 43
        # The window closes by itself.
        panel.until(lambda: len(panel.page.context.pages) == 1)


def test_a_closed_sign_in_window_is_no_failure(browser: Browser, server: Server) -> None:
    server.app = Drafts()
    with opened(browser, server.url, EventFormOf(item={**NEW}, token=None)) as panel:
        panel.page.context.route(
            re.compile(r".*/addin/v1/auth/start.*"), lambda route: route.fulfill(body="Entra", content_type="text/html")
        )
        with panel.page.context.expect_page() as window:
            panel.button("Přihlásit se").click()
        window.value.close()
        expect(panel.panel.get_by_text("Přihlášení jste zavřeli.")).to_be_visible()


def test_an_engine_of_the_past_gets_a_readable_notice(browser: Browser, server: Server) -> None:
    server.app = Drafts()
    trident = "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko"
    with opened(browser, server.url, EventFormOf(profile="2019"), user_agent=trident) as panel:
        expect(panel.panel.get_by_role("heading", name="Tato verze Outlooku není podporována")).to_be_visible()
        expect(panel.panel.get_by_role("link", name="Otevřít Outlook na webu")).to_have_attribute(
            "href", "https://outlook.office.com/calendar"
        )


def test_the_notice_page_needs_no_script(browser: Browser, server: Server) -> None:
    server.app = Drafts()
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(f"{server.url}/addin/notice.html")
        expect(page.get_by_text("Outlook z Microsoft 365, Outlook 2021 nebo novější")).to_be_visible()
        expect(page.get_by_text("needs Outlook of Microsoft 365")).to_be_visible()
    finally:
        context.close()
