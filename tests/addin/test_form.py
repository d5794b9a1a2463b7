"""The form of a linked event: what a person can do with it, by pointer and by keys, and what is sent."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from server.api.addin import models as m
from server.domain.concern import ConcernKind
from tests.addin.opened import EventFormOf, Opened, opened
from tests.addin.screens import NEW, SAVED, SCREENS
from tests.addin.scripted import CLIENT, DEAL, KNOWN, LONG_NAME, ScriptedApi, activity, event_state, hit, shown
from tests.addin.server import Server

pytestmark = pytest.mark.browser


class Linked(ScriptedApi):
    """A server with one linked meeting; changes take effect at once."""

    def __init__(self, **changes: Any) -> None:
        self.state = event_state(**changes)
        found = m.SearchResult(
            items=(hit(CLIENT), hit(DEAL, company=CLIENT), hit(shown(ConcernKind.COMPANY, 21, LONG_NAME))),
            complete=True,
            fresh_at=None,
        )
        super().__init__(
            {
                "POST /events/state": lambda _body: self.state,
                "POST /events/change": self._change,
                "POST /events/unlink": lambda _body: event_state(
                    m.StatusLine.NOT_LINKED, activity=activity(), can=("relink",)
                ),
                "POST /events/relink": lambda _body: self.state,
                "POST /events/sync-now": lambda _body: self.state,
                "POST /conflicts/7/restore": self._restored,
                "POST /search": found,
            }
        )

    def _change(self, body: dict[str, Any]) -> m.EventState:
        assert self.state.activity is not None
        concerns = {(one.kind.value, one.id): one for one in (*self.state.activity.concerns, *KNOWN)}
        changes = {
            **body["changes"],
            **(
                {"concerns": [concerns[one["kind"], one["id"]] for one in body["changes"]["concerns"]]}
                if "concerns" in body["changes"]
                else {}
            ),
        }
        changed = m.LinkedActivity.model_validate({**dict(self.state.activity), **changes})
        self.state = self.state.model_copy(update={"activity": changed})
        return self.state

    def _restored(self, _body: dict[str, Any]) -> m.EventState:
        self.state = event_state()
        return self.state


def linked(browser: Browser, server: Server, api: ScriptedApi, **changes: Any) -> Any:
    server.app = api
    return opened(browser, server.url, EventFormOf(item={**SAVED}, **changes))


def focused(panel: Opened) -> Locator:
    return panel.page.locator("*:focus")


def test_the_type_of_a_linked_activity_is_shown_with_where_it_can_be_changed(browser: Browser, server: Server) -> None:
    with linked(browser, server, Linked()) as panel:
        kind = panel.panel.get_by_label("Typ aktivity")
        expect(kind).to_have_value("Schůzka")
        expect(kind).not_to_be_editable()
        expect(kind).to_have_accessible_description("Typ lze změnit jen v Raynet CRM.")


def test_changes_of_a_linked_activity_are_sent_with_an_id_of_their_own(browser: Browser, server: Server) -> None:
    with linked(browser, server, api := Linked()) as panel:
        panel.panel.get_by_role("tab", name="Detail").click()
        panel.panel.get_by_label("Priorita").select_option("CRITICAL")
        panel.panel.get_by_label("Kategorie").select_option("2")
        panel.panel.get_by_label("Dokončeno").check()
        expect(panel.standing).to_have_text("Propojeno s Raynet CRM")
        sent = api.bodies("POST /events/change")
        merged = {name: value for body in sent for name, value in body["changes"].items()}
        assert merged == {"priority": "CRITICAL", "category": 2, "status": "COMPLETED"}
        assert len({body["change_id"] for body in sent}) == len(sent)
        assert (api.invalid, panel.problems) == ([], [])


def test_another_client_replaces_the_one_that_stands_there(browser: Browser, server: Server) -> None:
    with linked(browser, server, api := Linked()) as panel:
        panel.button("Změnit: Klient").click()
        expect(focused(panel)).to_have_attribute("id", "find-company")
        panel.panel.get_by_role("option", name=LONG_NAME).click()
        expect(panel.panel.get_by_text(LONG_NAME)).to_be_visible()
        panel.until(lambda: bool(api.bodies("POST /events/change")))
        (sent,) = api.bodies("POST /events/change")
        assert {(one["kind"], one["id"]) for one in sent["changes"]["concerns"]} == {
            ("company", 21),
            ("businessCase", 12),
        }


def test_choosing_a_deal_brings_its_client_along(browser: Browser, server: Server) -> None:
    with linked(browser, server, Linked(activity=activity(concerns=()))) as panel:
        panel.panel.get_by_role("combobox", name="Obchodní případ").fill("válce")
        panel.panel.get_by_role("option", name=DEAL.label).click()
        expect(panel.panel.get_by_text(CLIENT.label)).to_be_visible()
        expect(panel.panel.get_by_text(DEAL.label)).to_be_visible()


def test_unlinking_says_what_happens_before_it_happens(browser: Browser, server: Server) -> None:
    with linked(browser, server, api := Linked()) as panel:
        switch = panel.panel.get_by_role("switch", name="Je propojena s Raynet CRM?")
        expect(switch).to_have_attribute("aria-checked", "true")
        switch.click()
        expect(panel.panel.get_by_role("alertdialog")).to_contain_text("zůstanou, jen se přestanou navzájem měnit")
        expect(focused(panel)).to_have_text("Zpět")
        assert api.bodies("POST /events/unlink") == []
        panel.button("Zpět").click()
        expect(switch).to_have_attribute("aria-checked", "true")

        switch.click()
        panel.button("Zrušit propojení").click()
        expect(switch).to_have_attribute("aria-checked", "false")
        expect(panel.standing).to_have_text("Nepropojeno s Raynet CRM")
        assert len(api.bodies("POST /events/unlink")) == 1

        switch.click()
        expect(switch).to_have_attribute("aria-checked", "true")
        panel.until(lambda: len(api.bodies("POST /events/relink")) == 1)


def test_cancelling_is_asked_for_and_leaves_the_choice_alone_until_then(browser: Browser, server: Server) -> None:
    with linked(browser, server, api := Linked()) as panel:
        panel.panel.get_by_role("tab", name="Detail").click()
        panel.panel.get_by_label("Zrušeno").click()
        expect(panel.panel.get_by_role("alertdialog")).to_contain_text("Nikomu se neposílá e-mail.")
        expect(panel.panel.get_by_label("Naplánováno")).to_be_checked()
        assert api.bodies("POST /events/change") == []
        panel.button("Zrušit aktivitu").click()
        expect(panel.panel.get_by_role("alertdialog")).to_have_count(0)
        panel.until(lambda: bool(api.bodies("POST /events/change")))
        assert [body["changes"] for body in api.bodies("POST /events/change")] == [{"status": "CANCELLED"}]


def test_the_other_value_of_a_conflict_is_one_click_away(browser: Browser, server: Server) -> None:
    conflict = m.ConflictShown(
        id="7", field="title", kept="A", lost="B", lost_side="graph", at="2026-03-02T08:00:00Z", restore_requested=False
    )
    with linked(browser, server, api := Linked(conflicts=(conflict,))) as panel:
        expect(panel.panel.get_by_text("Název: platí hodnota z Raynet CRM.")).to_be_visible()
        panel.button("Použít druhou hodnotu").click()
        expect(panel.button("Použít druhou hodnotu")).to_have_count(0)
        assert len(api.bodies("POST /conflicts/7/restore")) == 1


def test_the_crm_opens_outside_of_the_panel(browser: Browser, server: Server) -> None:
    with linked(browser, server, Linked(), profile="classic") as panel:
        panel.panel.get_by_role("link", name="Otevřít v Raynet CRM").click()
        panel.until(lambda: panel.outlook("opened") == [activity().open_url])


def test_sync_now_rings(browser: Browser, server: Server) -> None:
    with linked(browser, server, api := Linked()) as panel:
        panel.button("Synchronizovat teď").click()
        expect(panel.panel.get_by_text("Poslední synchronizace")).to_be_visible()
        panel.until(lambda: len(api.bodies("POST /events/sync-now")) == 1)


def test_a_refused_change_is_taken_back_and_said(browser: Browser, server: Server) -> None:
    api = Linked()
    api.routes["POST /events/change"] = (422, "invalid")
    with linked(browser, server, api) as panel:
        panel.panel.get_by_role("tab", name="Detail").click()
        panel.panel.get_by_label("Priorita").select_option("CRITICAL")
        expect(panel.panel.get_by_label("Priorita")).to_have_value("DEFAULT")


def found(panel: Opened, api: ScriptedApi, query: str) -> None:
    """The answer to what was typed last is there, not one of those on the way to it."""
    panel.until(lambda: bool(asked := api.bodies("POST /search")) and asked[-1]["q"] == query)
    expect(panel.panel.locator(".count")).to_have_text("3 výsledky")
    expect(panel.panel.locator(".option")).to_have_count(3)


def test_the_whole_form_can_be_filled_in_by_keys(browser: Browser, server: Server) -> None:
    api = Linked()
    server.app = api
    with opened(browser, server.url, EventFormOf(item={**NEW})) as panel:
        expect(panel.button("Schůzka")).to_be_visible()
        press = panel.page.keyboard.press
        press("Tab")
        expect(focused(panel)).to_have_text("Schůzka")
        press("Enter")
        expect(focused(panel)).to_have_attribute("id", "tab-basic")
        press("ArrowRight")
        expect(focused(panel)).to_have_attribute("id", "tab-detail")
        expect(panel.panel.get_by_role("tab", name="Detail")).to_have_attribute("aria-selected", "true")
        press("ArrowLeft")
        for expected in ("linked", "type", "find-lead", "find-company"):
            press("Tab")
            expect(focused(panel)).to_have_attribute("id", expected)
        panel.page.keyboard.type("hydr")
        found(panel, api, "hydr")
        expect(focused(panel)).to_have_attribute("aria-expanded", "true")
        press("ArrowDown")
        expect(focused(panel)).to_have_attribute("aria-activedescendant", "option-company-0")
        press("Escape")
        expect(panel.panel.locator(".option")).to_have_count(0)
        panel.page.keyboard.type("a")
        found(panel, api, "a")
        press("ArrowDown")
        press("Enter")
        expect(panel.panel.get_by_text(CLIENT.label)).to_be_visible()
        panel.button(f"Odebrat {CLIENT.label}").focus()
        press("Enter")
        expect(panel.panel.locator(".chip")).to_have_count(0)
        expect(focused(panel)).to_have_attribute("id", "find-company")
        expect(panel.panel.get_by_role("option", name=CLIENT.label)).to_be_visible()


def test_screen_readers_hear_how_many_were_found(browser: Browser, server: Server) -> None:
    server.app = Linked()
    with opened(browser, server.url, EventFormOf(item={**NEW}, language="en-US")) as panel:
        panel.button("Meeting").click()
        panel.panel.get_by_role("combobox", name="Client").fill("h")
        expect(panel.panel.get_by_role("status").filter(has_text="3 results")).to_be_visible()
        expect(panel.panel.get_by_role("listbox", name="Client")).to_be_visible()
        expect(panel.panel.get_by_role("tablist", name="Parts of the form")).to_be_visible()


@pytest.mark.parametrize("width", [300, 450])
@pytest.mark.parametrize("name", ["linked", "conflict", "not-saved", "choose-type", "chosen"])
def test_nothing_is_cut_off_between_300_and_450_pixels(browser: Browser, server: Server, name: str, width: int) -> None:
    screen = SCREENS[name]
    server.app = screen.api()
    with opened(browser, server.url, screen.form, viewport={"width": width, "height": 500}) as panel:
        screen.reach(panel)
        expect(panel.panel.locator(screen.sign).first).to_be_visible()
        cut: list[str] = panel.page.evaluate(
            """() => [...document.querySelectorAll('#panel *')]
                .filter((one) => !one.classList.contains('unseen') && one.scrollWidth > one.clientWidth + 1
                    && getComputedStyle(one).display !== 'inline' && !one.matches('input, select'))
                .map((one) => one.className + ' ' + one.textContent.slice(0, 40))"""
        )
        assert cut == []
        assert panel.page.evaluate("document.documentElement.scrollWidth") <= width


def test_high_contrast_keeps_the_state_of_the_switch_visible(browser: Browser, server: Server) -> None:
    with linked(browser, server, Linked()) as panel:
        panel.page.emulate_media(forced_colors="active")
        expect(panel.panel.get_by_role("switch")).to_be_visible()
        on = panel.page.evaluate("getComputedStyle(document.querySelector('.track')).backgroundColor")
        panel.panel.get_by_role("switch").click()
        panel.button("Zrušit propojení").click()
        expect(panel.panel.get_by_role("switch")).to_have_attribute("aria-checked", "false")
        off = panel.page.evaluate("getComputedStyle(document.querySelector('.track')).backgroundColor")
        assert on != off


def slowdown() -> float:
    """How many times longer than its own computing a program takes here, now: 1 on an idle machine."""
    begun, used = time.perf_counter(), time.process_time()
    while time.process_time() - used < 0.1:
        sum(range(1000))
    return max(1.0, (time.perf_counter() - begun) / 0.1)


def test_the_panel_is_usable_within_a_second_of_outlook(
    browser: Browser, server: Server, record_property: Callable[[str, object], None]
) -> None:
    """The best of five counts, by the share of the machine that is left to us: the rest measures the machine."""
    taken: list[float] = []
    slower: list[float] = []
    for _ in range(5):
        slower.append(slowdown())
        with linked(browser, server, Linked()) as panel:
            expect(panel.panel.get_by_role("link", name="Otevřít v Raynet CRM")).to_be_visible()
            panel.until(lambda: panel.page.evaluate("performance.getEntriesByName('ros-usable').length") > 0)
            between = (
                "performance.getEntriesByName('ros-usable')[0].startTime"
                " - performance.getEntriesByName('ros-office-ready')[0].startTime"
            )
            taken.append(panel.page.evaluate(between))
        if taken[-1] <= 1000:
            break
    record_property("panel usable after office.js, ms (at most 1000 on an idle machine)", round(min(taken)))
    record_property("panel usable: this machine was slower than an idle one by", f"{max(slower):.1f} ×")
    assert min(taken) <= 1000 * max(slower)
