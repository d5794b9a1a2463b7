"""The audit entry and the notice that go with each change."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, insert

from server.domain.ids import FirmId
from server.domain.state import Notice, NoticeKind
from server.store.inbox import add_notices
from server.store.tables.people import audit

#: Nothing but what an auditor may read: names of settings, their values, ids, counts, e-mails of seats.
Detail = Mapping[str, str | int | bool | None]
NO_DETAIL: Final[Detail] = {}
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Change:
    """Who changes something, and when. ``actor`` is ``cli`` or ``admin:7``, never a name."""

    __slots__ = ("_connection", "actor", "at")

    def __init__(self, connection: Connection, actor: str, at: datetime) -> None:
        self._connection = connection
        self.actor = actor
        self.at = at

    def record(self, firm: FirmId | None, action: str, target: str, detail: Detail = NO_DETAIL) -> int:
        """An audit entry; its number. ``firm`` None: a matter of the whole server."""
        values = {
            "firm_id": firm,
            "at": self.at,
            "actor": self.actor,
            "action": action,
            "object": target,
            "detail": dict(detail),
        }
        return int(self._connection.execute(insert(audit).values(values).returning(audit.c.id)).scalar_one())

    def tell(self, firm: FirmId, action: str, target: str, detail: Detail = NO_DETAIL) -> None:
        """An audit entry, and a notice that lets the firm's worker look at once."""
        number = self.record(firm, action, target, detail)
        notice = Notice(firm_id=firm, dedupe=f"admin:{number}", kind=NoticeKind.ADMIN, received_at=self.at, hint=action)
        add_notices(self._connection, [notice])
