"""Killed, paused, several, with wrong clocks, updated: nothing is lost, doubled, echoed or written too late."""

from pathlib import Path

import pytest

from tests.process.shares import share

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_killed_worker_started_again_loses_and_doubles_nothing(backend: str, tmp_path: Path) -> None:
    share("P1", tmp_path, backend=backend, runs=3, rate=5.0)


@pytest.mark.postgres
def test_a_paused_worker_writes_nothing_after_its_lease(tmp_path: Path) -> None:
    share("P2", tmp_path, runs=1, rate=8.0, shortest=13.0, longest=13.0)


@pytest.mark.postgres
def test_two_workers_are_never_at_one_mailbox(tmp_path: Path) -> None:
    share("P3", tmp_path, firms=4, people=3, changes=24, latency_seconds=0.02, most_workers=2)


def test_the_next_schema_serves_this_release_and_its_code_comes_back(tmp_path: Path) -> None:
    share("P12", tmp_path, seconds=0.5, rate=4.0)


@pytest.mark.postgres
def test_clocks_an_hour_off_lose_nothing(tmp_path: Path) -> None:
    share("P13", tmp_path, faults=1, pause_seconds=12.0, rate=4.0)
