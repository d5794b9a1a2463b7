"""A licence as it stands, and every state it ever had. Changing it is :meth:`Firms.set_licence`'s matter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, insert, select

from server.domain.ids import FirmId
from server.domain.licence import LicenceStatus, licence_status
from server.domain.state import Firm
from server.domain.zones import iana_zone
from server.store.admin.changes import Clock, utc_now
from server.store.database import Database
from server.store.queries.firms import get_firm
from server.store.scope import FirmScope
from server.store.tables.oversight import licence_change
from server.store.tables.people import seat as seat_table
from server.store.tables.runtime import firm_sync

#: What makes a licence; a change of any is a new entry of its history.
LICENCE_MEMBERS: Final = frozenset({"seats", "valid_until", "grace_days"})
#: Until the firm's own zone has been read from Raynet.
_FIRST_ZONE: Final = ZoneInfo("Europe/Prague")
_MEMBERS: Final = ("id", "at", "actor", "seats", "valid_until", "grace_days")


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A firm's licence now."""

    firm: Firm
    seats_used: int
    status: LicenceStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceEntry:
    """One state of the past; ``actor`` made it so at ``at``."""

    id: int
    at: datetime
    actor: str
    seats: int
    valid_until: date
    grace_days: int


class Licences:
    """Reads only."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def get(self, firm: FirmId) -> Licence:
        """Raises NotFound."""
        return self._database.read(firm, lambda scope: read_licence(scope, self._now()))

    def history(
        self, firm: FirmId, *, before: int | None = None, limit: int = 100
    ) -> tuple[tuple[LicenceEntry, ...], int]:
        """Entries with numbers below ``before``, newest first, and how many there are in all."""
        table = licence_change
        statement = select(*(table.c[name] for name in _MEMBERS)).order_by(table.c.id.desc()).limit(limit)
        if before is not None:
            statement = statement.where(table.c.id < before)

        def work(scope: FirmScope) -> tuple[tuple[LicenceEntry, ...], int]:
            count: Any = scope.first(select(func.count(table.c.id)))
            rows = scope.rows(statement)
            return tuple(LicenceEntry(**dict(zip(_MEMBERS, row, strict=True))) for row in rows), count[0]

        return self._database.read(firm, work)


def read_licence(scope: FirmScope, now: datetime) -> Licence:
    """Raises NotFound."""
    firm = get_firm(scope)
    used: Any = scope.first(select(func.count(seat_table.c.id)).where(seat_table.c.enabled))
    row = scope.first(select(firm_sync.c.zone))
    zone = (iana_zone(row[0]) if row is not None else None) or _FIRST_ZONE
    status = licence_status(firm.valid_until, firm.grace_days, now.astimezone(zone).date())
    return Licence(firm=firm, seats_used=used[0], status=status)


def remember_licence(
    connection: Connection, firm: FirmId, licence: Mapping[str, Any], actor: str, at: datetime
) -> None:
    """A further entry of the history, in the caller's transaction."""
    values = {name: licence[name] for name in LICENCE_MEMBERS}
    connection.execute(insert(licence_change).values(values | {"firm_id": firm, "at": at, "actor": actor}))
