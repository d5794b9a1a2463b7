"""Microsoft's own office.js, run in a frame of an emulated Outlook on the web, under the real origins and headers.

The library is a development dependency of the panel (a build of 2022: no nested sign-in, no theme); it is never kept.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Route, expect

from server.api.addin import sign_in_models as si
from tests.addin.chromium import PATIENCE_MS
from tests.addin.conftest import ADDIN
from tests.addin.opened import IMPATIENT, until
from tests.addin.scripted import config
from tests.addin.server import Server
from tests.addin.test_clients import EWS, Drafts

pytestmark = pytest.mark.browser
HERE: Final = Path(__file__).parent / "outlook_web"
LIBRARY: Final = ADDIN / "node_modules" / "@microsoft" / "office-js" / "dist"
OUTLOOK: Final = "https://outlook.office.com"
OURS: Final = "https://ros.vitkovice.cz"
_PAGE: Final = f"""<!doctype html><html lang="cs"><title>Outlook</title><body data-panel="{OURS}/addin/panel.html">
<script src="/outlook.js"></script></body></html>"""


def _outlook(route: Route) -> None:
    if route.request.url.endswith("/outlook.js"):
        route.fulfill(path=HERE / "outlook.js", content_type="text/javascript; charset=utf-8")
    else:
        route.fulfill(body=_PAGE, content_type="text/html; charset=utf-8")


def _microsoft(route: Route) -> None:
    """The library's own files, by the path after ``hosted/``."""
    path = LIBRARY / route.request.url.partition("/hosted/")[2].partition("?")[0]
    if path.is_file():
        route.fulfill(path=path, content_type="text/javascript; charset=utf-8")
    else:
        route.fulfill(status=404)


def origins(context: BrowserContext, server: Server) -> None:
    """Outlook's, Microsoft's and our own names; our answers come from the server with all their headers."""
    context.route(f"{OUTLOOK}/**", _outlook)
    context.route("https://appsforoffice.microsoft.com/**", _microsoft)
    context.route(
        "https://ajax.aspnetcdn.com/**",
        lambda route: route.fulfill(path=HERE / "microsoft_ajax.js", content_type="text/javascript; charset=utf-8"),
    )
    context.route(
        f"{OURS}/**",
        lambda route: route.fulfill(response=route.fetch(url=route.request.url.replace(OURS, server.url))),
    )


@contextmanager
def outlook_web(browser: Browser, server: Server) -> Iterator[tuple[Page, FrameLocator]]:
    if not LIBRARY.is_dir():
        pytest.fail("office.js is not there; fetch it with: make setup", pytrace=False)
    context = browser.new_context(locale="cs-CZ", viewport={"width": 400, "height": 620})
    context.set_default_timeout(PATIENCE_MS)
    try:
        origins(context, server)
        page = context.new_page()
        page.goto(OUTLOOK, wait_until="commit")
        yield page, page.frame_locator("#panel")
    finally:
        context.close()


def sign_in(page: Page, panel: FrameLocator, server: Server) -> None:
    """The library of 2022 knows no nested sign-in: the window of our own server is what is left."""
    done = f"{OURS}/addin/signed-in.html#code={'c' * 43}"
    page.context.route(
        f"{OURS}/addin/v1/auth/start**", lambda route: route.fulfill(status=302, headers={"Location": done})
    )
    panel.get_by_role("button", name="Přihlásit se").click()


class WithWindow(Drafts):
    """The window of our own server is the only way to sign in."""

    def __init__(self, poll_seconds: float = 0.3) -> None:
        super().__init__()
        self.routes["GET /config"] = config(poll_seconds=poll_seconds)
        self.routes["POST /auth/exchange"] = si.PanelToken(token="opaque", expires_at="2126-01-01T00:00:00Z")


def test_the_real_library_carries_a_new_event_from_the_choice_to_the_link(browser: Browser, server: Server) -> None:
    server.app = api = WithWindow()
    with outlook_web(browser, server) as (page, panel):
        sign_in(page, panel, server)
        panel.get_by_role("button", name="Schůzka").click()
        expect(panel.locator("#standing")).to_have_text("Čeká na uložení události v Outlooku")
        (put,) = api.bodies("PUT /drafts")
        fingerprint = {"subject": "Jednání o ceně", "start": "2026-03-03T09:00:00Z", "end": "2026-03-03T10:00:00Z"}
        assert put["fingerprint"] == fingerprint
        assert put["client"]["kind"] == "owa"
        assert put["client"]["mailbox_set"] == "1.11"
        assert page.evaluate("form.properties") == {}, "nothing is written on an event without an id"
        page.wait_for_function("Object.keys(form.session).join() === 'draftId'")

        page.evaluate(f"form.id = '{EWS}'")
        expect(panel.locator("#standing")).to_have_text("Propojeno s Raynet CRM")
        page.wait_for_function("form.properties.draftId !== undefined")
        assert api.bodies("PUT /drafts")[-1]["event"] == {"ews_id": EWS}
        assert 32 not in [dispatch for dispatch, _ in page.evaluate("asked")], "the panel never saves the event"
        assert api.invalid == []


def test_a_moved_event_is_heard_of_at_once(browser: Browser, server: Server) -> None:
    """Outlook tells the panel; looking again every few seconds is only the floor under it."""
    server.app = api = WithWindow(poll_seconds=120.0)
    with outlook_web(browser, server) as (page, panel):
        sign_in(page, panel, server)
        panel.get_by_role("button", name="Úkol").click()
        expect(panel.locator("#standing")).to_have_text("Čeká na uložení události v Outlooku")
        page.wait_for_function("Object.keys(registered).length >= 2")
        page.evaluate("form.start = Date.UTC(2026, 2, 5, 9); form.end = Date.UTC(2026, 2, 5, 10)")
        page.evaluate(
            "Object.values(registered).forEach((tell) => tell([JSON.stringify({start: form.start, end: form.end})]))"
        )
        until(page, lambda: api.bodies("PUT /drafts")[-1]["fingerprint"]["start"] == "2026-03-05T09:00:00Z")
        expect(panel.locator("#standing")).to_have_text("Čeká na uložení události v Outlooku")
        assert api.invalid == []


def test_nothing_but_the_librarys_two_inline_styles_meets_our_policy(browser: Browser, server: Server) -> None:
    """Fact: both are harmless, outlook-addin §7 [tried]."""
    server.app = WithWindow()
    with outlook_web(browser, server) as (page, panel):
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        sign_in(page, panel, server)
        expect(panel.locator(".type").first).to_be_visible()
        met = [text for text in said if "Content Security Policy" in text]
        assert all("style-src" in text for text in met), met
        assert len(met) <= 2


def test_a_blocked_library_ends_in_a_notice_that_names_the_hosts(browser: Browser, server: Server) -> None:
    """A proxy that refuses the one file without which office.js never becomes ready."""
    server.app = WithWindow()
    with outlook_web(browser, server) as (page, panel):
        page.context.route("https://ajax.aspnetcdn.com/**", lambda route: route.abort())
        page.context.add_init_script(IMPATIENT.replace("0", "700"))
        page.goto(OUTLOOK, wait_until="commit")
        expect(panel.get_by_role("heading", name="Outlook se s panelem nespojil")).to_be_visible()
        expect(panel.get_by_text("appsforoffice.microsoft.com a ajax.aspnetcdn.com")).to_be_visible()


def test_a_page_that_is_not_outlook_cannot_frame_the_panel(browser: Browser, server: Server) -> None:
    server.app = WithWindow()
    context = browser.new_context()
    try:
        origins(context, server)
        context.route(
            "https://elsewhere.example/**",
            lambda route: route.fulfill(
                body=f'<iframe id="panel" src="{OURS}/addin/panel.html"></iframe>',
                content_type="text/html; charset=utf-8",
            ),
        )
        page = context.new_page()
        # The frame has loaded when this returns, whatever it has loaded.
        page.goto("https://elsewhere.example/")
        until(page, lambda: [frame.url for frame in page.frames[1:]] == ["chrome-error://chromewebdata/"])
        assert page.frame_locator("#panel").locator("#panel").count() == 0
    finally:
        context.close()
