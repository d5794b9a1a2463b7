"""Firms as administrators see them: listed, with their remarks and how far they are set up."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select

from server.domain.ids import FirmId
from server.errors import NotFound
from server.store.admin.reach import Reach, read_within_unscoped
from server.store.database import Database
from server.store.tables.people import firm as firm_table
from server.store.tables.people import seat as seat_table
from server.store.tables.runtime import firm_sync

_MEMBERS: Final = (
    "id",
    "name",
    "note",
    "paused",
    "tenant_id",
    "raynet_url",
    "raynet_instance",
    "raynet_user",
    "seats",
    "valid_until",
    "grace_days",
    "created_at",
    "revision",
    "connection_revision",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmEntry:
    """A firm without its key. Empty texts: not set yet."""

    id: FirmId
    name: str
    note: str | None
    paused: bool
    tenant_id: str
    raynet_url: str
    raynet_instance: str
    raynet_user: str
    seats: int
    valid_until: date
    grace_days: int
    created_at: datetime
    revision: int
    connection_revision: int
    seats_used: int
    #: Whether a pass has ever looked at both sides.
    has_run: bool

    @property
    def is_connected(self) -> bool:
        return bool(self.tenant_id and self.raynet_instance)

    @property
    def is_set_up(self) -> bool:
        """Whether somebody has started it once; a firm that stands still before that was not paused by anybody."""
        return self.is_connected and (self.has_run or not self.paused)


class FirmList:
    """Reads only. Names are sealed, so what is ordered by them is ordered here and not by the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def refuse_unknown(self, firm: FirmId) -> None:
        """Raises NotFound."""
        if not self._database.read(firm, lambda scope: scope.rows(select(firm_table.c.id))):
            raise NotFound

    def every_unscoped(self) -> tuple[FirmEntry, ...]:
        """All firms of the server, by id, in three statements."""
        return read_within_unscoped(self._database, None, firm_entries)

    def get(self, firm: FirmId) -> FirmEntry:
        """Raises NotFound."""
        found = self._database.read(firm, firm_entries)
        if not found:
            raise NotFound
        return found[0]


def firm_entries(reach: Reach) -> tuple[FirmEntry, ...]:
    """The firms within reach, by id."""
    seat = seat_table.c
    counted = select(seat.firm_id, func.count()).where(seat.enabled).group_by(seat.firm_id)
    used = {row[0]: row[1] for row in reach.rows(counted)}
    looked_at = select(firm_sync.c.firm_id).where(firm_sync.c.last_pass_at.is_not(None))
    run = {row[0] for row in reach.rows(looked_at)}
    statement = select(*(firm_table.c[name] for name in _MEMBERS)).order_by(firm_table.c.id)
    return tuple(_entry(row, used.get(row.id, 0), has_run=row.id in run) for row in reach.rows(statement))


def _entry(row: Any, used: int, *, has_run: bool) -> FirmEntry:
    return FirmEntry(**dict(zip(_MEMBERS, row, strict=True)), seats_used=used, has_run=has_run)


def firm_names(database: Database, firms: set[FirmId | None]) -> dict[int, str]:
    """What the firms are called. The caller has been told of them by what it may see."""
    wanted = sorted(one for one in firms if one is not None)
    if not wanted:
        return {}
    statement = select(firm_table.c.id, firm_table.c.name).where(firm_table.c.id.in_(wanted))
    rows = database.read_unscoped(lambda connection: connection.execute(statement).all())
    return {row.id: row.name for row in rows}
