"""A house per test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.api.house import House, build


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = build(tmp_path)
    yield made
    made.database.close()
