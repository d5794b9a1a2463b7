"""Announcements that our own saves have still to get."""

from datetime import UTC, datetime, timedelta

from server.domain.sent import AWAITED_AT_MOST, AWAITED_FOR, Echo, awaiting, heard

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_each_save_is_heard_once() -> None:
    echoes = awaiting(awaiting((), "created", NOW), "updated", NOW)

    left = heard(echoes, "updated", NOW)

    assert left == (Echo(hint="created", at=NOW),)
    assert heard(left, "updated", NOW) is None
    assert heard(left, "created", NOW) == ()


def test_what_was_never_sent_is_not_ours() -> None:
    assert heard((), "updated", NOW) is None


def test_what_is_not_announced_in_time_is_forgotten() -> None:
    echoes = awaiting((), "updated", NOW)
    late = NOW + AWAITED_FOR

    assert heard(echoes, "updated", late - timedelta(seconds=1)) == ()
    assert heard(echoes, "updated", late) is None
    assert awaiting(echoes, "updated", late) == (Echo(hint="updated", at=late),)


def test_only_the_latest_are_kept() -> None:
    echoes: tuple[Echo, ...] = ()
    for second in range(AWAITED_AT_MOST + 5):
        echoes = awaiting(echoes, "updated", NOW + timedelta(seconds=second))

    assert len(echoes) == AWAITED_AT_MOST
    assert echoes[0].at == NOW + timedelta(seconds=5)
