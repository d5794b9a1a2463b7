"""What the panel says when things go wrong is so: nothing lost goes unsaid, nothing kept is called lost."""

import json
import threading
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from server.api.addin import models as m
from server.domain.activity import Priority
from server.domain.reasons import Reason
from tests.addin.opened import EventFormOf, opened
from tests.addin.screens import NEW, SAVED
from tests.addin.scripted import bootstrap, draft_state, event_state, reason, said
from tests.addin.server import Server
from tests.addin.test_clients import DRAFT, Drafts
from tests.addin.test_form import Linked, linked

pytestmark = pytest.mark.browser
_CHOSEN = {"category": None, "priority": None, "status": None, "personal": None}
_KEPT: dict[str, Any] = {"choices": {"linked": True, "type": "meeting", "concerns": [], **_CHOSEN}, "rev": 4}


class Reopened(EventFormOf):
    """The pane was closed and is opened again in the same form, which remembers its draft."""

    def script(self) -> str:
        return f"{super().script()} simulatedOutlook.session = {json.dumps({'draftId': DRAFT})};"


def test_a_start_that_failed_half_way_takes_up_the_draft_that_is_there(browser: Browser, server: Server) -> None:
    """Another draft beside it would leave the event with two that differ, of which the server takes none."""
    server.app = api = Drafts(**{"GET /drafts": (503, "unavailable")})
    with opened(browser, server.url, Reopened(item={**NEW})) as panel:
        expect(panel.panel.get_by_text("Panel to zkouší dál sám.")).to_be_visible()
        api.routes["GET /drafts"] = draft_state(_KEPT, DRAFT)
        panel.button("Zkusit znovu").click()
        expect(panel.panel.get_by_label("Typ aktivity")).to_have_value("meeting")
        panel.panel.get_by_role("tab", name="Detail").click()
        panel.panel.get_by_label("Priorita").select_option("CRITICAL")
        panel.until(lambda: bool(api.bodies("PUT /drafts")))
        assert [put["rev"] for put in api.bodies("PUT /drafts")] == [5]


def test_a_server_that_only_cannot_be_asked_has_lost_nothing(browser: Browser, server: Server) -> None:
    with linked(browser, server, api := Linked()) as panel:
        expect(panel.standing).to_have_text("Propojeno s Raynet CRM")
        api.down = True
        panel.outlook("fire('olkAppointmentTimeChanged')")
        expect(panel.standing).to_have_text("Stav teď nelze zjistit")
        expect(panel.button("Neuloženo – zkusit znovu")).to_have_count(0)
        expect(panel.button("Zkusit znovu")).to_be_enabled()
        api.down = False
        # The panel may ask by itself in this very moment: then the button is gone, and rightly so.
        panel.button("Zkusit znovu").evaluate_all("buttons => buttons.forEach(one => one.click())")
        expect(panel.standing).to_have_text("Propojeno s Raynet CRM")


def test_looking_at_both_sides_is_not_called_saving(browser: Browser, server: Server) -> None:
    may_answer = threading.Event()
    api = Linked()

    def slowly(_body: dict[str, Any]) -> Any:
        may_answer.wait(60)
        return 429, "too_many_tries"

    api.routes["POST /events/sync-now"] = slowly
    with linked(browser, server, api) as panel:
        panel.button("Synchronizovat teď").click()
        expect(panel.standing).to_have_text("Zjišťuje se stav na obou stranách…")
        panel.stop_time()
        may_answer.set()
        expect(panel.panel.get_by_role("alert")).to_contain_text("Příliš mnoho pokusů za sebou.")
        expect(panel.standing).to_have_text("Stav teď nelze zjistit")


def test_an_unlinking_that_did_not_get_through_is_repeated_as_the_same_wish(browser: Browser, server: Server) -> None:
    api = Linked()
    unlinks = api.routes["POST /events/unlink"]
    api.routes["POST /events/unlink"] = (503, "unavailable")
    with linked(browser, server, api) as panel:
        panel.panel.get_by_role("switch").click()
        panel.button("Zrušit propojení").click()
        expect(panel.standing).to_have_text("Neuloženo")
        expect(panel.panel.get_by_role("switch")).to_have_attribute("aria-checked", "true")
        panel.stop_time()
        api.routes["POST /events/unlink"] = unlinks
        panel.button("Neuloženo – zkusit znovu").click()
        expect(panel.standing).to_have_text("Nepropojeno s Raynet CRM")
        sent = api.bodies("POST /events/unlink")
        assert (len(sent), len({body["change_id"] for body in sent})) == (2, 1)


def test_a_recurrence_that_is_turned_off_again_brings_the_form_back(browser: Browser, server: Server) -> None:
    server.app = Drafts(**{"GET /drafts": draft_state(_KEPT, DRAFT)})
    with opened(browser, server.url, EventFormOf(item={**NEW})) as panel:
        panel.button("Schůzka").click()
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")
        panel.page.evaluate("simulatedOutlook.item.recurrence = {recurrenceType: 'weekly'}")
        panel.outlook("fire('olkRecurrenceChanged')")
        expect(panel.panel.get_by_role("heading", name="Nesynchronizuje se")).to_be_visible()
        panel.page.evaluate("simulatedOutlook.item.recurrence = null")
        panel.outlook("fire('olkRecurrenceChanged')")
        expect(panel.panel.get_by_label("Typ aktivity")).to_have_value("meeting")


def test_a_seat_that_is_taken_away_meanwhile_leads_to_registering(browser: Browser, server: Server) -> None:
    with linked(browser, server, api := Linked()) as panel:
        expect(panel.standing).to_have_text("Propojeno s Raynet CRM")
        api.routes["POST /events/state"] = (403, "not_registered")
        api.routes["GET /bootstrap"] = bootstrap(m.UserState.NOT_REGISTERED)
        panel.outlook("fire('olkAppointmentTimeChanged')")
        expect(panel.button("Zaregistrovat")).to_be_visible()


def test_an_answer_to_a_question_from_before_a_choice_does_not_take_it_back(browser: Browser, server: Server) -> None:
    api = Linked()
    may_answer, is_asked = threading.Event(), threading.Event()

    def late(_body: dict[str, Any]) -> m.EventState:
        stale = api.state
        is_asked.set()
        may_answer.wait(60)
        return stale

    with linked(browser, server, api) as panel:
        panel.panel.get_by_role("tab", name="Detail").click()
        expect(panel.standing).to_have_text("Propojeno s Raynet CRM")
        panel.until(lambda: panel.page.evaluate("performance.getEntriesByName('ros-usable').length") > 0)
        api.routes["POST /events/state"] = late
        panel.outlook("fire('olkAppointmentTimeChanged')")
        panel.until(is_asked.is_set)
        panel.panel.get_by_label("Priorita").select_option("CRITICAL")
        panel.until(lambda: api.state.activity is not None and api.state.activity.priority is Priority.CRITICAL)
        expect(panel.standing).to_have_text("Propojeno s Raynet CRM")
        panel.stop_time()
        with panel.page.expect_event("requestfinished", lambda request: request.url.endswith("/events/state")):
            may_answer.set()
        expect(panel.panel.get_by_label("Priorita")).to_have_value("CRITICAL")
        panel.page.wait_for_timeout(200)
        expect(panel.panel.get_by_label("Priorita")).to_have_value("CRITICAL")


def test_another_windows_state_that_cannot_be_loaded_now_is_said(browser: Browser, server: Server) -> None:
    elsewhere = {"PUT /drafts": lambda body: draft_state(body, DRAFT, accepted=False, rev=9)}
    server.app = api = Drafts(**elsewhere)
    with opened(browser, server.url, EventFormOf(item={**NEW})) as panel:
        panel.button("Schůzka").click()
        expect(panel.standing).to_have_text("Změněno v jiném okně")
        api.down = True
        panel.button("Načíst nový stav").click()
        expect(panel.panel.get_by_role("alert")).to_contain_text("Server synchronizace teď nemůže odpovědět.")
        api.down = False
        api.routes["GET /drafts"] = draft_state(_KEPT, DRAFT)
        panel.button("Zkusit znovu").click()
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")
        assert panel.problems == []


def test_a_delivery_says_how_old_its_form_is(browser: Browser, server: Server) -> None:
    """One that was held up still fits the event that was saved meanwhile."""
    server.app = api = Drafts()
    with opened(browser, server.url, EventFormOf(item={**NEW}), clock=True) as panel:
        expect(panel.button("Schůzka")).to_be_visible()
        panel.pass_time(300)
        panel.button("Schůzka").click()
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")
        assert 300 <= api.bodies("PUT /drafts")[0]["age_seconds"] < 900


@pytest.mark.parametrize(
    ("code", "is_said"), [("sync_running", False), ("sync_paused", True)], ids=["running", "paused"]
)
def test_why_a_calendar_stands_still_is_said_all_along_and_only_then(
    browser: Browser, server: Server, code: str, is_said: bool
) -> None:
    server.app = Drafts(**{"GET /bootstrap": bootstrap(sync=said(code, "Tak to je.", "So it is."))})
    with opened(browser, server.url, EventFormOf(item={**NEW})) as panel:
        expect(panel.button("Schůzka")).to_be_visible()
        expect(panel.text("Tak to je.")).to_have_count(int(is_said))
        panel.button("Schůzka").click()
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")
        expect(panel.text("Tak to je.")).to_have_count(int(is_said))


def test_an_event_that_waits_for_a_choice_is_not_called_saved(browser: Browser, server: Server) -> None:
    waits = said("waits_for_panel", "Čeká se na volbu.", "It waits.")
    state = event_state(m.StatusLine.SAVING, reason=waits, can=("choose", "sync_now"))
    server.app = Drafts(**{"POST /events/state": state})
    with opened(browser, server.url, EventFormOf(item={**SAVED})) as panel:
        expect(panel.button("Schůzka")).to_be_visible()
        expect(panel.standing).to_have_text("Čeká se na vaši volbu")


def test_an_event_that_will_not_be_carried_is_not_told_to_wait_for_its_saving(browser: Browser, server: Server) -> None:
    far = reason(Reason.OUTSIDE_WINDOW)
    server.app = Drafts(**{"PUT /drafts": lambda body: draft_state(body, DRAFT, reason=far)})
    with opened(browser, server.url, EventFormOf(item={**NEW})) as panel:
        panel.button("Schůzka").click()
        expect(panel.text(far.text_cs)).to_be_visible()
        expect(panel.standing).to_have_text("Nepropojeno s Raynet CRM")
