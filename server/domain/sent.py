"""What we sent to Raynet ourselves, remembered so that it is recognised when it comes back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from server.domain.content import FieldName
from server.domain.html import RichText
from server.domain.when import Timed

#: A save of ours is announced within minutes, even when a hundred others stand in Raynet's queue before it.
#: Fact: one event in 0.5 to 5 s for each address [doc], raynet-api §18.
AWAITED_FOR = timedelta(minutes=10)
AWAITED_AT_MOST = 10


#: A copy of a write of ours, or one that was given up, comes within minutes or never.
COPIES_COME_WITHIN = timedelta(minutes=10)
_MINUTE = timedelta(minutes=1)
#: What stands for the value in a note that a record was to be deleted.
DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentValue:
    """A value we once sent to Raynet: a late duplicate of it is never a user's change (hazard H4)."""

    field: FieldName
    digest: str
    at: datetime

    @property
    def is_removal(self) -> bool:
        """A save that took the activity out of the calendar, or put it back there, carries no values."""
        return self.field is FieldName.EXISTENCE

    @property
    def is_deletion(self) -> bool:
        return self.is_removal and self.digest == DELETED


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """A save of ours that Raynet has yet to announce: ``hint`` is the announcement's, ``created`` or ``updated``."""

    hint: str
    at: datetime


def awaiting(echoes: Iterable[Echo], hint: str, now: datetime) -> tuple[Echo, ...]:
    """``echoes`` and one more; those that will not come any more are left out."""
    kept = [one for one in echoes if now - one.at < AWAITED_FOR]
    return (*kept, Echo(hint=hint, at=now))[-AWAITED_AT_MOST:]


def heard(echoes: tuple[Echo, ...], hint: str, now: datetime) -> tuple[Echo, ...] | None:
    """``echoes`` without the one that an announcement answers; None when none is awaited: then it is not ours.

    Each save is announced once, so whoever shares our key is heard beside us and never instead of us.
    """
    for place, one in enumerate(echoes):
        if one.hint == hint and now - one.at < AWAITED_FOR:
            return (*echoes[:place], *echoes[place + 1 :])
    return None


def may_be_kept_of(sent: object, value: object) -> bool:
    """Whether ``value`` may be what Raynet keeps of ``sent``: a part of the text, the minutes of the times.

    Fact: tables go and their cells are glued together, times are kept to the minute [seen], raynet-api §4, §8.4.
    """
    if isinstance(sent, RichText) and isinstance(value, RichText):
        return _is_part(value.plain, sent.plain)
    if isinstance(sent, str) and isinstance(value, str) and not isinstance(sent, Enum):
        return _is_part(value, sent)
    if isinstance(sent, Timed) and isinstance(value, Timed):
        return abs(sent.start - value.start) < _MINUTE and abs(sent.end - value.end) < _MINUTE
    return False


def _is_part(kept: str, sent: str) -> bool:
    """Whether all that stands there was sent, in this order; a small part must be the beginning, not one by chance."""
    part, whole = "".join(kept.split()), "".join(sent.split())
    if whole.startswith(part):
        return True
    rest = iter(whole)
    return 2 * len(part) >= len(whole) and all(one in rest for one in part)
