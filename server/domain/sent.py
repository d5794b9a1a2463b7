"""What we sent to Raynet ourselves, remembered so that it is recognised when it comes back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.content import FieldName

#: A save of ours is announced within minutes, even when a hundred others stand in Raynet's queue before it.
#: Fact: one event in 0.5 to 5 s for each address [doc], raynet-api §18.
AWAITED_FOR = timedelta(minutes=10)
AWAITED_AT_MOST = 10


#: A copy of a write of ours, or one that was given up, comes within minutes or never.
COPIES_COME_WITHIN = timedelta(minutes=10)
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
