"""Announcements that our own saves have still to get, and what Raynet keeps of them."""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.activity import Priority
from server.domain.html import rich_from_plain
from server.domain.sent import AWAITED_AT_MOST, AWAITED_FOR, Echo, awaiting, heard, may_be_kept_of
from server.domain.when import Timed

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


# --- what Raynet keeps of a save ----------------------------------------------------------------------------------


def from_to(start: datetime, end: datetime) -> Timed:
    return Timed(start=start, end=end)


@pytest.mark.parametrize(
    ("sent", "value", "may_be"),
    [
        pytest.param(rich_from_plain("Ceny\n10 Kč\n20 Kč"), rich_from_plain("Ceny\n10 Kč20 Kč"), True, id="glued"),
        pytest.param(rich_from_plain("dlouhý text " * 9), rich_from_plain("dlouhý te"), True, id="cut"),
        pytest.param(rich_from_plain("Úvod, obrázek a závěr"), rich_from_plain("Úvod, a závěr"), True, id="without"),
        pytest.param(rich_from_plain("text 0."), rich_from_plain("popis 6."), False, id="another text"),
        pytest.param(rich_from_plain("text"), rich_from_plain("text a dodatek"), False, id="more text"),
        pytest.param(rich_from_plain("a b c d e f g h"), rich_from_plain("c h"), False, id="by chance"),
        pytest.param("Porada vedení", "Porada", True, id="cut title"),
        pytest.param("Porada", "Schůze", False, id="another title"),
        pytest.param("", "u nás", False, id="a place where none was sent"),
        pytest.param(
            from_to(NOW + timedelta(seconds=30), NOW + timedelta(minutes=30, seconds=59)),
            from_to(NOW, NOW + timedelta(minutes=30)),
            True,
            id="minutes",
        ),
        pytest.param(
            from_to(NOW, NOW + timedelta(minutes=30)), from_to(NOW, NOW + timedelta(minutes=31)), False, id="moved"
        ),
        pytest.param(Priority.DEFAULT, Priority.CRITICAL, False, id="priority"),
        pytest.param(None, "Porada", False, id="nothing"),
    ],
)
def test_what_raynet_keeps_is_a_part_of_what_it_was_sent(sent: object, value: object, may_be: bool) -> None:
    assert may_be_kept_of(sent, value) is may_be
