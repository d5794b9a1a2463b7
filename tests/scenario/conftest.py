"""What every scenario gets: exchanges checked against the vendors' documents, and no mail, whatever happened."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support import rig as rigs
from tests.support.rig import Rig
from tests.support.turning import Turning, prove_push, turning
from tests.support.watched import WatchedWorld


def _nobody_was_mailed(rig: Rig) -> None:
    assert rig.app_mails() == 0, "the sync made Exchange send mail"


def _the_documents_allow_it(rig: Rig) -> None:
    if isinstance(rig.world, WatchedWorld):
        assert not rig.world.breaches, rig.world.breaches[:3]
        assert rig.world.exchanges > 0


@pytest.fixture(autouse=True)
def no_mail_and_no_breach() -> Iterator[None]:
    """Holds for every rig of every scenario, also where the test looks at something else."""
    checks = [_nobody_was_mailed, _the_documents_allow_it]
    rigs.AT_END.extend(checks)
    try:
        yield
    finally:
        for check in checks:
            rigs.AT_END.remove(check)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Callable[..., Rig]]:
    """``firm("jana", "petr", rules={…})``: a running firm over a checked world, both sides read once."""
    with ExitStack() as stack:

        def make(*people: str, synced: bool = True, **options: Any) -> Rig:
            chosen = people or ("jana", "petr")
            made = stack.enter_context(rigs.rig(tmp_path, people=chosen, world_class=WatchedWorld, **options))
            if synced:
                made.sync()
            return made

        yield make


@pytest.fixture
def trusted(tmp_path: Path) -> Iterator[Turning]:
    """Jana's firm, whose push has proven itself: nothing is read now without a ring, but at the relaxed floor."""
    with turning(tmp_path, people=("jana",), world_class=WatchedWorld) as one:
        prove_push(one)
        one.run_for(150)
        yield one
