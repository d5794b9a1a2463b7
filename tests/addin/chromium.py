"""The system's Chromium, driven by Playwright: one process for all tests of a worker."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from playwright.sync_api import Browser, sync_playwright

#: A loaded machine may take its time: only what fails waits so long.
PATIENCE_MS: Final = 60_000
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
#: Nothing may call home while a test runs.
_FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def chromium() -> str:
    """Its path. A machine without it fails the test: a browser is not optional here."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("Chromium is missing; install it with: sudo apt-get install -y chromium", pytrace=False)
    return found


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), headless=True, args=list(_FLAGS))
        try:
            yield started
        finally:
            started.close()
