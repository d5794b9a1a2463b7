"""Typed identifiers: which id belongs to which system."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

FirmId = NewType("FirmId", int)
SeatId = NewType("SeatId", int)
#: Graph object id of the user whose default calendar we read (stable over renames).
MailboxId = NewType("MailboxId", str)
#: Immutable Graph event id, valid in its own mailbox only.
EventId = NewType("EventId", str)
#: Raynet person id; users are persons. Never a user-account id (the two ranges overlap).
PersonId = NewType("PersonId", int)
LinkId = NewType("LinkId", str)
PairId = NewType("PairId", str)
IntentId = NewType("IntentId", str)
PassId = NewType("PassId", str)


class ActivityType(StrEnum):
    """Raynet's six kinds; the value is the path name of the API."""

    TASK = "task"
    EVENT = "event"
    MEETING = "meeting"
    PHONE_CALL = "phoneCall"
    LETTER = "letter"
    EMAIL = "email"


#: `_entityName` and `entityName` of lists and webhooks. Fact: raynet-api §8.2, §18 [spec][seen].
ENTITY_NAMES = {
    "Task": ActivityType.TASK,
    "Event": ActivityType.EVENT,
    "Meeting": ActivityType.MEETING,
    "PhoneCall": ActivityType.PHONE_CALL,
    "Letter": ActivityType.LETTER,
    "Email": ActivityType.EMAIL,
}


@dataclass(frozen=True, slots=True, order=True)
class ActivityKey:
    """(type, id): ids of different types are not promised to be disjoint. Fact: raynet-api §8 [seen]."""

    type: ActivityType
    id: int

    def __str__(self) -> str:
        return f"{self.type.value}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "ActivityKey":
        """Read ``meeting:5001``; the type in any case. ValueError when it is not such a key."""
        name, _, number = text.partition(":")
        kinds = {kind.value.lower(): kind for kind in ActivityType}
        if name.lower() not in kinds or not number.isdigit():
            raise ValueError("not an activity key")
        return cls(kinds[name.lower()], int(number))


@dataclass(frozen=True, slots=True, order=True)
class EventKey:
    """One event in one mailbox."""

    mailbox: MailboxId
    id: EventId

    def __str__(self) -> str:
        return f"{self.mailbox}:{self.id}"
