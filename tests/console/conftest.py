"""One server process for all tests of a worker process; each test adds what it needs and signs in as whom it needs."""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from console.context import Parts
from console.wiring import build_parts, take_down
from tests.console.support.house import House
from tests.console.support.windows import Opened, Opener


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These wait for windows and processes, on a loaded machine for long; a hanging one still fails."""
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(400))


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Shared: tests make firms and administrators of their own in it."""
    made = House(tmp_path_factory.mktemp("house")).start()
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def compiled_translations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("qm")


@pytest.fixture
def parts(qapp: QApplication, tmp_path: Path, compiled_translations: Path) -> Iterator[Parts]:
    """A fresh console's; settings of its own."""
    made = build_parts(qapp, folder=tmp_path / "settings", language="cs", compile_into=compiled_translations)
    yield made
    take_down(made)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    # What is garbage now must not be left to another test's thread.
    gc.collect()


@pytest.fixture
def opener(parts: Parts) -> Iterator[Opener]:
    """``opener(house, administrator)`` opens a signed-in window."""
    opened: list[Opened] = []
    yield Opener(parts, opened)
    for one in reversed(opened):
        one.close()


Open = Callable[..., Opened]
