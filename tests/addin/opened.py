"""The panel opened beside a simulated event form, as a test sees it."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route

from simulator.form.host import LIBRARY_URL, stand_in
from tests.addin.chromium import PATIENCE_MS
from tests.addin.scripted import ACCOUNT

#: Marks the page before its first script reads the mark.
IMPATIENT: Final = (
    "new MutationObserver(() => document.documentElement?.setAttribute('data-watchdog', 0))"
    ".observe(document, {childList: true});"
)


@dataclass(kw_only=True)
class EventFormOf:
    """The form beside the panel; ``item`` None: no appointment is open."""

    profile: str = "owa"
    language: str = "cs-CZ"
    address: str = ACCOUNT
    theme: str | None = None
    mode: Literal["compose", "read"] = "compose"
    item: dict[str, Any] | None = field(
        default_factory=lambda: {
            "subject": "Jednání o ceně",
            "start": "2026-03-03T09:00:00Z",
            "end": "2026-03-03T10:00:00Z",
        }
    )
    faults: dict[str, Any] = field(default_factory=dict)
    nested: bool = False
    #: The older sign-in answers with this token; None: the client has none.
    token: str | None = "token"  # made up

    def script(self) -> str:
        known = {
            "profile": self.profile,
            "language": self.language,
            "address": self.address,
            "theme": self.theme,
            "mode": self.mode,
            "item": self.item,
            "faults": self.faults,
            "officeSignIn": self.token is not None,
            "nested": self.nested,
        }
        token = json.dumps(self.token)
        return f"window.simulatedOutlook = {{...{json.dumps(known)}, token: async () => {token}}};"


@dataclass
class Opened:
    """A panel in its page. Locators by what people and screen readers find."""

    page: Page
    problems: list[str] = field(default_factory=list)

    @property
    def panel(self) -> Locator:
        return self.page.locator("#panel")

    def text(self, text: str) -> Locator:
        return self.panel.get_by_text(text)

    def button(self, name: str) -> Locator:
        return self.panel.get_by_role("button", name=name)

    @property
    def standing(self) -> Locator:
        """The status line."""
        return self.panel.locator("#standing")

    def choose_type(self, name: str) -> None:
        self.button(name).click()

    def outlook(self, expression: str) -> Any:
        """Something of the simulated form: ``item.id``."""
        return self.page.evaluate(f"window.simulatedOutlook.{expression}")

    def until(self, holds: Callable[[], bool]) -> None:
        until(self.page, holds)

    def stop_time(self) -> None:
        """From now on nothing happens by itself: no pause ends, nothing is repeated, nobody looks again."""
        self.page.evaluate("window.setTimeout = (_, ms) => { if (ms === 250) window.stoppedTime = true; return 0; }")
        # The panel's own tick was under way.
        self.until(lambda: bool(self.page.evaluate("window.stoppedTime === true")))

    def pass_time(self, seconds: int) -> None:
        """What was to happen by then happens now; for a panel opened with ``clock``."""
        self.page.clock.fast_forward(seconds * 1000)

    def save_as(self, event_id: str) -> None:
        """The person presses Save in Outlook's own form."""
        self.outlook(f"saveAs({json.dumps(event_id)})")


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Lets the browser run until something holds; fails when it never does."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not holds():
        assert time.monotonic() < end, "it never came"
        page.wait_for_timeout(30)


@contextmanager
def opened(
    browser: Browser, url: str, form: EventFormOf, *, watchdog: int | None = None, clock: bool = False, **options: Any
) -> Iterator[Opened]:
    """A fresh browser profile at 320 × 570, Outlook's own size. ``watchdog``: its patience in milliseconds.

    ``clock``: time passes as always and can also be made to pass faster.
    """
    settings: dict[str, Any] = {"viewport": {"width": 320, "height": 570}, "locale": form.language} | options
    context = browser.new_context(**settings)
    context.set_default_timeout(PATIENCE_MS)
    try:
        if clock:
            context.clock.install()
        if watchdog is not None:
            context.add_init_script(IMPATIENT.replace("0", str(watchdog)))
        yield open_in(context, url, form)
    finally:
        context.close()


def open_in(context: BrowserContext, url: str, form: EventFormOf) -> Opened:
    context.route(LIBRARY_URL, _library)
    context.add_init_script(form.script())
    page = context.new_page()
    found = Opened(page)
    page.on("pageerror", lambda error: found.problems.append(str(error)))
    page.on("console", lambda said: found.problems.append(said.text) if "Content Security" in said.text else None)
    page.goto(f"{url}/addin/panel.html", wait_until="commit")
    return found


def _library(route: Route) -> None:
    route.fulfill(body=stand_in(), content_type="text/javascript")
