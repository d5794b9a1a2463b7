"""The audit log by pages. It is append-only: there is nothing here that changes an entry."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from server.domain.ids import FirmId
from server.store.admin.overview import AuditEntry
from server.store.admin.reach import Reach, read_within_unscoped
from server.store.database import Database
from server.store.listing import Listed, Order, Wanted, contains, listed
from server.store.tables.people import audit


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """``q``: a part of an action or object, folded. ``since`` included, ``until`` not."""

    q: str = ""
    actor: str | None = None
    action: str | None = None
    of_firm: FirmId | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditLog:
    """A firm's entries, or, with ``firm`` None, those of all firms and of the server itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, wanted: Wanted, only: AuditFilter, firm: FirmId | None = None) -> Listed[AuditEntry]:
        """Sorted by ``id``, which is the order in which things happened."""
        one = audit.c
        statement = select(one.id, one.firm_id, one.at, one.actor, one.action, one.object, one.detail)
        if only.q:
            statement = statement.where(
                or_(contains(func.lower(one.action), only.q), contains(func.lower(one.object), only.q))
            )
        for column, value in ((one.actor, only.actor), (one.action, only.action), (one.firm_id, only.of_firm)):
            if value is not None:
                statement = statement.where(column == value)
        if only.since is not None:
            statement = statement.where(one.at >= only.since)
        if only.until is not None:
            statement = statement.where(one.at < only.until)
        order = Order(columns={"id": one.id}, key=one.id)

        def work(reach: Reach) -> Listed[AuditEntry]:
            return listed(reach, statement, order, wanted, _entry)

        return read_within_unscoped(self._database, firm, work)


def _entry(row: Any) -> AuditEntry:
    number, firm, at, actor, action, target, detail = row[:7]
    return AuditEntry(id=number, firm_id=firm, at=at, actor=actor, action=action, object=target, detail=detail)
