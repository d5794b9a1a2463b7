"""The demonstration's event form in a browser, over real processes: choose in the panel, save, and it is in Raynet."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.e2e.test_demo import ask, demo

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
CLIENT = "Ocelárna Horní Lán"


def new_event(page: Page, title: str) -> FrameLocator:
    page.locator(".add[data-side=outlook]").click()
    page.locator("#f-title").fill(title)
    return page.frame_locator("#f-beside iframe")


def choose_meeting_with_client(panel: FrameLocator) -> None:
    panel.get_by_role("button", name="Schůzka").click()
    panel.get_by_role("combobox", name="Klient").fill("Horní Lán")
    panel.get_by_role("option", name=CLIENT).click()
    expect(panel.locator("#standing")).to_have_text("Čeká na uložení události v Outlooku")


def raynet(url: str, title: str) -> list[dict[str, Any]]:
    """Items of that title in this week and the next."""
    today = date.fromisoformat(ask(f"{url}/api/state?user=0&day=2000-01-01")["now"][:10])
    days = (today + timedelta(days=number) for number in (-7, 0, 7))
    found = [row for day in days for row in ask(f"{url}/api/state?user=0&day={day}")["raynet"] if row["title"] == title]
    return list({row["key"]: row for row in found}.values())


def test_what_is_chosen_in_the_panel_becomes_one_meeting_with_that_client(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 900}, locale="cs-CZ")
    # Real processes on a loaded machine: nothing here is about speed.
    context.set_default_timeout(60_000)
    try:
        with demo(tmp_path) as (_process, url):
            page = context.new_page()
            errors: list[str] = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(url)

            panel = new_event(page, "Nikdy neuloženo")
            panel.get_by_role("button", name="Souhlasím").click(timeout=60_000)
            choose_meeting_with_client(panel)
            page.locator("#f-cancel").click()
            expect(page.locator("#f-beside iframe")).to_have_count(0)

            panel = new_event(page, "Jednání v Třinci")
            choose_meeting_with_client(panel)
            page.locator("#f-save").click()
            item = page.locator("#raynet .item", has_text="Jednání v Třinci")
            expect(item).to_be_visible(timeout=90_000)
            item.click()
            expect(page.locator("#details")).to_contain_text(f"Klient: {CLIENT}")

            page.locator("#outlook .item", has_text="Jednání v Třinci").click()
            page.get_by_role("button", name="Otevřít v Outlooku").click()
            expect(panel.locator("#standing")).to_have_text("Propojeno s Raynet CRM", timeout=60_000)

            (made,) = raynet(url, "Jednání v Třinci")
            assert (made["kind"], made["client"], made["private"]) == ("meeting", CLIENT, False)
            assert raynet(url, "Nikdy neuloženo") == []
            assert errors == []
    finally:
        context.close()
