"""A database that fails, a slow tenant, refusals: everybody waits as asked, and then everything is caught up."""

from pathlib import Path

import pytest

from tests.process.shares import share

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_database_that_was_away_or_full_stops_nobody_for_long(backend: str, tmp_path: Path) -> None:
    share("P4", tmp_path, backend=backend, faults=1, every=0.0, lock_seconds=2.0, full=1, full_seconds=2.0)


def test_a_slow_tenant_leaves_the_others_their_threads(tmp_path: Path) -> None:
    share("P5", tmp_path, seconds=2.0, firms=2, slow_seconds=0.5, hang_seconds=5.0, trail_seconds=2.0)


def test_refusals_are_heeded_to_the_second(tmp_path: Path) -> None:
    share("P6", tmp_path, seconds=3.0, retry_after=3)


def test_an_old_backup_restored_makes_no_twins_and_wakes_no_dead(tmp_path: Path) -> None:
    share("P11", tmp_path, before=20, after=30, brake_items=9)
