"""One browser and one server for the tests of a worker; every test gets its own profile and application."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from server.api.panel.files import BUILT
from tests.addin.chromium import browser as started
from tests.addin.server import Server

# A loaded machine may take its time; a failing expectation is the only one that waits so long.
expect.set_options(timeout=15_000)
ADDIN = Path(__file__).resolve().parents[2] / "addin"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not (BUILT / "panel.html").is_file():
        pytest.fail("the panel is not built; build it with: make panel", pytrace=False)
    with started() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running
