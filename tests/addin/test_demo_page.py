"""The demonstration as a newcomer plays with it, in a browser, over real processes: the panel beside Outlook's form."""

import signal
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.e2e.test_demo import arrived, ask, demo, own_processes, refuses_foreign_pages

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


def shows_the_panel(page: Page, url: str) -> None:
    """What is chosen beside a new event becomes one meeting with that client; what is not saved becomes nothing."""
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


def private_event(url: str, day: str) -> str:
    """Made in Outlook's calendar without the panel; its key."""
    times = {"start": f"{day}T17:00", "end": f"{day}T18:00"}
    wish = {"user": 0, "side": "outlook", "what": "create", "title": "Rodičovská schůzka", "private": True, **times}
    key: str = ask(f"{url}/api/act", wish)["key"]
    return key


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for orphans in /proc")
def test_a_newcomers_choices_and_changes_arrive_are_explained_and_nothing_stays_behind(
    browser: Browser, tmp_path: Path
) -> None:
    """One demonstration for all of it: to start and to end it takes longer than what is shown."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, locale="cs-CZ")
    # Real processes on a loaded machine: nothing here is about speed.
    context.set_default_timeout(60_000)
    errors: list[str] = []
    try:
        with demo(tmp_path) as (process, url):
            day = time.strftime("%Y-%m-%d", time.localtime(time.time() + 3 * 86400))
            key = private_event(url, day)
            # Before any form is open: what comes beside one waits for its choices.
            row = arrived(url, day, key)
            page = context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            shows_the_panel(page, url)
            rows = ask(f"{url}/api/state?user=0&day={day}")["raynet"]
            (twin,) = [one for one in rows if one["key"] == row["partner"]]
            why = ask(f"{url}/api/why?user=0&side=raynet&key={row['partner']}")
            refuses_foreign_pages(url)
            context.close()
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=60)
    finally:
        context.close()

    assert (twin["title"] != "Rodičovská schůzka", twin["start"]) == (True, f"{day}T17:00")
    assert why["trail"][-1]["rule"] == "created_from_outlook"
    assert (process.returncode, "Traceback" in told, errors) == (0, False, [])
    assert own_processes(tmp_path) == []
