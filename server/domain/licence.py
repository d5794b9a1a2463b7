"""The one place that knows what a licence allows today: its state, how long it lasts, what is announced when.

A licence holds until the end of its last day in the firm's zone. Then comes the grace: everything goes on, loudly.
After the grace the pairs are released, both sides untouched; renewal takes them up again.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

DEFAULT_GRACE_DAYS: Final = 14
MOST_GRACE_DAYS: Final = 365
#: Days before the end at which an administrator hears of it, each once.
ANNOUNCED_DAYS: Final = (30, 14, 7, 1)


class LicenceState(StrEnum):
    ACTIVE = "active"
    #: Within the first announcement of the end.
    EXPIRING = "expiring"
    #: Past the end; the sync goes on until the grace is over.
    GRACE = "grace"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceStatus:
    """How a licence stands on one day. ``days_left`` counts to its last day: 0 on that day, negative after it."""

    state: LicenceState
    days_left: int
    #: Last day on which the sync runs.
    runs_until: date

    @property
    def is_running(self) -> bool:
        """Whether the firm is synchronised."""
        return self.state is not LicenceState.EXPIRED


@lru_cache(maxsize=1024)
def licence_status(valid_until: date, grace_days: int, today: date) -> LicenceStatus:
    """``today`` is the date in the firm's zone.

    >>> licence_status(date(2026, 3, 31), 14, date(2026, 4, 14)).state.value
    'grace'
    """
    left = (valid_until - today).days
    if left > max(ANNOUNCED_DAYS):
        state = LicenceState.ACTIVE
    elif left >= 0:
        state = LicenceState.EXPIRING
    elif -left <= grace_days:
        state = LicenceState.GRACE
    else:
        state = LicenceState.EXPIRED
    return LicenceStatus(state=state, days_left=left, runs_until=_later(valid_until, grace_days))


def announcement(status: LicenceStatus) -> str | None:
    """What is announced now: ``days_30`` … ``days_1``, ``grace`` or ``expired``; None while there is time.

    One announcement takes the place of the one before: a server that was off for a week tells the nearest only.
    """
    match status.state:
        case LicenceState.ACTIVE:
            return None
        case LicenceState.EXPIRING:
            return f"days_{min(days for days in ANNOUNCED_DAYS if status.days_left <= days)}"
        case LicenceState.GRACE | LicenceState.EXPIRED:
            return status.state.value


def _later(day: date, days: int) -> date:
    """A licence without end (the last date there is) has no grace after it."""
    return day + timedelta(days=days) if (date.max - day).days >= days else date.max
