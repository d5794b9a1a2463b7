"""An office per test: the real application over a simulated world, with two people who have seats."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.panel import PanelHost, panel_host
from tests.support.rig import rig


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PanelHost]:
    with rig(tmp_path) as made:
        made.sync()
        yield panel_host(made)
