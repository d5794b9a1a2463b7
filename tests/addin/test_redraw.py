"""What a person is at stays, whatever the server says meanwhile: the focus, the caret, a key and a press."""

import threading
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from server.api.addin import models as m
from server.domain.concern import ConcernKind
from tests.addin.opened import EventFormOf, Opened, opened
from tests.addin.screens import NEW
from tests.addin.scripted import CLIENT, DEAL, ScriptedApi, activity, draft_state, event_state, hit, said, shown
from tests.addin.server import Server
from tests.addin.test_form import Linked, linked

pytestmark = pytest.mark.browser
_CONFLICT = m.ConflictShown(
    id="7", field="title", kept="A", lost="B", lost_side="graph", at="2026-03-02T08:00:00Z", restore_requested=False
)
_WHY = said("would_mail", "Změna čeká.", "The change waits.")
_FIRST = shown(ConcernKind.PERSON, 31, "Bohumila Nejezchlebová")
_SECOND = shown(ConcernKind.PERSON, 32, "Karel Pokorný")
#: Remembers an element, and whether it ever left the page, though it came back at once.
_WATCH = """element => {
    window.watched = element;
    window.left = false;
    new MutationObserver((seen) => seen.forEach((one) => one.removedNodes.forEach((node) => {
        if (node.contains(element)) window.left = true;
    }))).observe(document, {childList: true, subtree: true});
}"""
_STAYED = "window.watched.isConnected && !window.left"


def crowded(**changes: Any) -> m.EventState:
    """A state with something above every field: an open question and a reason."""
    return event_state(conflicts=(_CONFLICT,), activity=activity(reason=_WHY, **changes))


def told_anew(panel: Opened, api: Linked, state: m.EventState) -> None:
    """Another state arrives; what stood above is gone when this returns."""
    api.state = state
    panel.outlook("fire('olkAppointmentTimeChanged')")
    expect(panel.panel.locator(".card")).to_have_count(0)


def test_a_key_reaches_what_has_the_focus_though_the_page_above_it_changed(browser: Browser, server: Server) -> None:
    api = Linked()
    api.state = crowded()
    with linked(browser, server, api) as panel:
        expect(panel.panel.locator(".card")).to_be_visible()
        switch = panel.panel.get_by_role("switch")
        switch.focus()
        switch.evaluate(_WATCH)

        told_anew(panel, api, event_state())
        assert panel.page.evaluate(_STAYED)
        expect(switch).to_be_focused()
        panel.page.keyboard.press("Enter")
        expect(panel.panel.get_by_role("alertdialog")).to_be_visible()


def test_the_remove_button_of_a_record_keeps_the_focus_when_records_change_places(
    browser: Browser, server: Server
) -> None:
    api = Linked()
    api.state = crowded(concerns=(_FIRST, _SECOND))
    with linked(browser, server, api) as panel:
        expect(panel.panel.locator(".card")).to_be_visible()
        remove = panel.button(f"Odebrat {_SECOND.label}")
        remove.focus()
        remove.evaluate(_WATCH)

        told_anew(panel, api, event_state(activity=activity(concerns=(CLIENT, _SECOND, _FIRST))))
        expect(panel.panel.locator(".chip")).to_have_count(3)
        assert panel.page.evaluate(_STAYED)
        expect(remove).to_be_focused()
        order = panel.panel.locator(".chip").all_inner_texts()
        assert [text.split("\n")[0] for text in order] == [CLIENT.label, _SECOND.label, _FIRST.label]
        panel.page.keyboard.press("Enter")
        panel.until(lambda: bool(api.bodies("POST /events/change")))
        (sent,) = api.bodies("POST /events/change")
        assert [(one["kind"], one["id"]) for one in sent["changes"]["concerns"]] == [("company", 11), ("person", 31)]


def test_typing_goes_on_where_it_was_though_the_page_above_changed(browser: Browser, server: Server) -> None:
    api = Linked()
    api.state = crowded(concerns=())
    with linked(browser, server, api) as panel:
        expect(panel.panel.locator(".card")).to_be_visible()
        field = panel.panel.get_by_role("combobox", name="Klient")
        field.focus()
        panel.page.keyboard.type("hydika")
        for _ in range(3):
            panel.page.keyboard.press("ArrowLeft")
        field.evaluate(_WATCH)

        told_anew(panel, api, event_state(activity=activity(concerns=())))
        assert panel.page.evaluate(_STAYED)
        expect(field).to_be_focused()
        panel.page.keyboard.type("raul")
        expect(field).to_have_value("hydraulika")


def test_a_field_that_is_typed_in_stays_though_another_window_chose_a_record(browser: Browser, server: Server) -> None:
    with linked(browser, server, api := Linked(activity=activity(concerns=()))) as panel:
        field = panel.panel.get_by_role("combobox", name="Klient")
        field.focus()
        panel.page.keyboard.type("val")
        api.state = event_state(activity=activity(concerns=(CLIENT,)))
        panel.outlook("fire('olkAppointmentTimeChanged')")
        expect(panel.panel.locator(".chip")).to_have_count(1)
        panel.page.keyboard.type("co")
        expect(field).to_have_value("valco")
        expect(field).to_be_focused()


def test_a_press_counts_though_the_page_changes_before_the_release(browser: Browser, server: Server) -> None:
    """The status line stands at the bottom: the button does not move when a message above it goes."""
    with linked(browser, server, api := Linked()) as panel:
        api.routes["POST /events/change"] = (503, "unavailable")
        panel.panel.get_by_role("tab", name="Detail").click()
        panel.panel.get_by_label("Priorita").select_option("CRITICAL")
        expect(panel.standing).to_have_text("Neuloženo")
        sync = panel.button("Synchronizovat teď")
        sync.hover()
        panel.page.mouse.down()
        sync.evaluate(_WATCH)
        api.routes["POST /events/change"] = lambda _body: api.state
        expect(panel.standing).not_to_have_text("Neuloženo")
        assert panel.page.evaluate(_STAYED)
        panel.page.mouse.up()
        panel.until(lambda: bool(api.bodies("POST /events/sync-now")))


class _Slow(ScriptedApi):
    """Suggests at once, answers a search only when it is let."""

    def __init__(self) -> None:
        super().__init__(
            {
                "POST /search": self._search,
                "PUT /drafts": lambda body: draft_state(body, "0" * 8 + "-0000-4000-8000-" + "0" * 12),
            }
        )
        self.may_answer = threading.Event()

    def _search(self, body: dict[str, Any]) -> m.SearchResult:
        if body["q"] == "":
            return m.SearchResult(items=(hit(CLIENT),), complete=True, fresh_at=None)
        self.may_answer.wait(60)
        return m.SearchResult(items=(hit(DEAL),), complete=True, fresh_at=None)


def test_what_was_pressed_is_chosen_though_another_answer_comes_before_the_release(
    browser: Browser, server: Server
) -> None:
    server.app = api = _Slow()
    with opened(browser, server.url, EventFormOf(item={**NEW})) as panel:
        panel.button("Schůzka").click()
        field = panel.panel.get_by_role("combobox", name="Klient")
        field.focus()
        option = panel.panel.get_by_role("option", name=CLIENT.label)
        expect(option).to_be_visible()
        field.fill("hyd")
        panel.until(lambda: api.bodies("POST /search")[-1]["q"] == "hyd")
        option.hover()
        # However slow this machine is, the press is a short one.
        panel.page.evaluate("window.setTimeout = () => 0")
        panel.page.mouse.down()
        with panel.page.expect_event("requestfinished", lambda request: request.url.endswith("/search")):
            api.may_answer.set()
        panel.page.mouse.up()
        expect(panel.panel.locator(".chip")).to_contain_text(CLIENT.label)
