"""What waits for a person: holds and conflicts."""

from typing import Literal

from server.api.rest.shapes import Count, Instant, ListQuery, SearchQuery, Shape, Words
from server.domain.content import FieldName
from server.domain.reasons import Reason
from server.domain.state import Decision, Side


class Hold(Shape):
    """``count`` of the ``of`` pairs of a mailbox would have been deleted at once."""

    id: str
    mailbox: str
    email: str | None
    count: Count
    of: Count
    reason: Reason
    text: Words
    at: Instant
    decision: Decision | None
    decided_at: Instant | None
    closed_at: Instant | None


class HeldPair(Shape):
    pair: str
    activity: str | None
    event: str | None


class HoldDetail(Hold):
    """``pairs``: the first 1,000."""

    pairs: tuple[HeldPair, ...]


class HoldQuery(ListQuery):
    """Without ``state`` the open ones."""

    sort: Literal["at", "-at"] = "-at"
    state: Literal["open", "decided", "closed", "all"] = "open"


class Conflict(Shape):
    """Both sides changed ``field``; ``kept`` stands now, ``lost`` can be written back. Texts of the users' own."""

    id: str
    activity: str | None
    mailbox: str
    email: str | None
    field: FieldName
    base: str
    kept: str
    lost: str
    lost_side: Side
    at: Instant
    restore_requested_at: Instant | None
    restored_at: Instant | None


class ConflictQuery(SearchQuery):
    """``q``: the id of an activity, whole."""

    sort: Literal["at", "-at"] = "-at"
    state: Literal["open", "restoring", "restored", "all"] = "all"
    field: FieldName | None = None
