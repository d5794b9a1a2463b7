"""No state of the panel has a fault that axe can find: both languages, light and dark.

With ``ROS_TEST_SCREENS=folder`` each state is also photographed there (`make screens`): Czech by day, English by night.
``ROS_TEST_SHOTS`` names more, ``ROS_TEST_WIDTH`` another width than Outlook's own 320.
"""

import os
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.addin.conftest import ADDIN
from tests.addin.opened import opened
from tests.addin.screens import SCREENS, WATCHDOG_MS, in_language
from tests.addin.server import Server

pytestmark = pytest.mark.browser
_AXE: Final = ADDIN / "node_modules" / "axe-core" / "axe.min.js"
_TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_COLOURS: Final = ["color-contrast", "link-in-text-block"]
#: Further pictures that are wanted, by the end of their names: `en-light cs-contrast`.
_SHOTS: Final = tuple(os.environ.get("ROS_TEST_SHOTS", "").split())
_WIDTH: Final = int(os.environ.get("ROS_TEST_WIDTH", "320"))
_DARK, _LIGHT = "#1f1f1f", "#ffffff"


def violations(page: Page, *, colours_only: bool = False) -> list[str]:
    """Rules that the page breaks, with the elements that do. A theme changes nothing but colours."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE.read_text(encoding="utf-8"))
    only = {"type": "rule", "values": _COLOURS} if colours_only else {"type": "tag", "values": _TAGS}
    found: list[Any] = page.evaluate(
        "runOnly => axe.run(document, {runOnly, resultTypes: ['violations'], iframes: false})"
        ".then((result) => result.violations)",
        only,
    )
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]


#: In high contrast the system chooses the colours; what opts out of that must choose two different ones itself.
_LOST: Final = """() => [...document.querySelectorAll('#panel *')].filter((one) => {
    const style = getComputedStyle(one);
    const hasText = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
    if (!hasText || !one.checkVisibility() || one.closest('.unseen')) return false;
    let behind = one;
    while (behind && getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)') behind = behind.parentElement;
    return behind !== null && getComputedStyle(behind).backgroundColor === style.color;
}).map((one) => one.outerHTML.slice(0, 120))"""


def lost_in_contrast(page: Page) -> list[str]:
    """Texts that the system's high-contrast colours make invisible."""
    found: list[str] = page.evaluate(_LOST)
    return found


def photograph(page: Page, name: str) -> None:
    folder = os.environ.get("ROS_TEST_SCREENS")
    if folder and name.endswith(("cs-light", "en-dark", *_SHOTS)):
        page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled", caret="initial")


@pytest.mark.parametrize("language", ["cs-CZ", "en-US"])
@pytest.mark.parametrize("name", SCREENS)
def test_a_state_has_no_fault_that_axe_finds(browser: Browser, server: Server, name: str, language: str) -> None:
    screen = SCREENS[name]
    server.app = api = screen.api()

    form = in_language(screen, language, _LIGHT)
    view = {"viewport": {"width": _WIDTH, "height": 570}}
    with opened(browser, server.url, form, watchdog=WATCHDOG_MS.get(name), clock=screen.clock, **view) as panel:
        screen.reach(panel)
        expect(panel.panel.locator(screen.sign).first).to_be_visible()
        for scheme, color in (("light", _LIGHT), ("dark", _DARK)):
            # Without Outlook nobody tells the theme: the system's preference decides.
            panel.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            if not screen.form.faults.get("noReady"):
                panel.outlook(f"setTheme('{color}')")
                expect(panel.page.locator(f"html[data-theme={scheme}]")).to_be_attached()
            photograph(panel.page, f"{name}-{language[:2]}-{scheme}")
            assert violations(panel.page, colours_only=scheme == "dark") == []
        panel.page.emulate_media(forced_colors="active", color_scheme="dark")
        photograph(panel.page, f"{name}-{language[:2]}-contrast")
        assert lost_in_contrast(panel.page) == []
        assert panel.page.evaluate("document.documentElement.scrollWidth") <= _WIDTH
        assert panel.problems == []
        assert api.invalid == []
