"""One browser for the tests of a worker; every test gets its own profile and its own server.

A page that is closed may still say its last words, which must not reach the next test: they go to another port.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from server.api.panel.files import BUILT
from tests.addin.chromium import PATIENCE_MS
from tests.addin.chromium import browser as started
from tests.addin.server import Server

expect.set_options(timeout=PATIENCE_MS)
ADDIN = Path(__file__).resolve().parents[2] / "addin"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for a browser step by step may need more than the suite's usual time, each step its patience."""
    for item in items:
        if item.get_closest_marker("browser") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not (BUILT / "panel.html").is_file():
        pytest.fail("the panel is not built; build it with: make panel", pytrace=False)
    with started() as chromium:
        yield chromium


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running
