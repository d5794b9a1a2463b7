"""What a licence allows on each day around its end."""

from datetime import date, timedelta

import pytest

from server.domain.licence import LicenceState, announcement, licence_status

END = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("days_after_end", "state", "told"),
    [
        (-31, "active", None),
        (-30, "expiring", "days_30"),
        (-15, "expiring", "days_30"),
        (-14, "expiring", "days_14"),
        (-7, "expiring", "days_7"),
        (-2, "expiring", "days_7"),
        (-1, "expiring", "days_1"),
        (0, "expiring", "days_1"),
        (1, "grace", "grace"),
        (14, "grace", "grace"),
        (15, "expired", "expired"),
        (400, "expired", "expired"),
    ],
)
def test_each_day_has_its_state_and_announcement(days_after_end: int, state: str, told: str | None) -> None:
    status = licence_status(END, 14, END + timedelta(days=days_after_end))
    assert (status.state.value, announcement(status)) == (state, told)
    assert status.days_left == -days_after_end
    assert status.is_running is (days_after_end <= 14)
    assert status.runs_until == date(2026, 4, 14)


def test_without_grace_the_day_after_the_last_is_the_end() -> None:
    assert licence_status(END, 0, END).is_running
    assert licence_status(END, 0, END + timedelta(days=1)).state is LicenceState.EXPIRED


def test_a_licence_without_end_has_no_day_after_it() -> None:
    status = licence_status(date.max, 14, date(2026, 1, 1))
    assert (status.state, status.runs_until) == (LicenceState.ACTIVE, date.max)
