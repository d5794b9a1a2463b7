"""The server renewed under load, flooded, and everything together for a while."""

from pathlib import Path

import pytest

from tests.process.shares import share

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_renewing_and_ending_fail_no_request(tmp_path: Path) -> None:
    share("P7", tmp_path, reloads=1, every=2.0, plain_rate=40.0, notify_rate=20.0, threads=4)


def test_a_flood_of_notifications_is_stored_whole(tmp_path: Path) -> None:
    share("P8", tmp_path, number=800)


def test_a_first_sync_that_was_killed_goes_on(tmp_path: Path) -> None:
    share("P9", tmp_path, mailboxes=4, events=30, new_percent=20)


def test_an_ordinary_while_leaves_nothing_open_behind(tmp_path: Path) -> None:
    share("P10", tmp_path, seconds=5.0)
