"""Both directories of a firm as last read: searching and proposing ask nobody outside."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from server.domain.ids import FirmId
from server.domain.people import Entry
from server.domain.state import Side
from server.store.admin.changes import Clock, utc_now
from server.store.database import Database
from server.store.dialects import upsert
from server.store.scope import FirmScope
from server.store.tables.oversight import directory
from server.store.tables.people import firm as firm_table
from server.store.tables.people import seat as seat_table
from server.store.tables.runtime import mailbox_sync


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One side's people and when they were read."""

    read_at: datetime
    entries: tuple[Entry, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A seat with who it is on each side: as an administrator chose, else as the last pass found."""

    seat: int
    email: str
    person: int | None
    mailbox: str | None


class Directories:
    """People's names and addresses, sealed. A reading through another connection than the present one is not given."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def get(self, firm: FirmId, side: Side) -> Reading | None:
        """The last reading; None when there is none of the present connection."""
        statement = select(directory.c.read_at, directory.c.connection_revision, directory.c.entries)

        def work(scope: FirmScope) -> Reading | None:
            row: Any = scope.first(statement.where(directory.c.side == side.value))
            revision: Any = scope.first(select(firm_table.c.connection_revision))
            if row is None or revision is None or row.connection_revision != revision[0]:
                return None
            return Reading(read_at=row.read_at, entries=row.entries)

        return self._database.read(firm, work)

    def places(self, firm: FirmId) -> tuple[Place, ...]:
        """Everybody who has a seat, enabled or not."""
        one, sync = seat_table.c, mailbox_sync.c
        seats = select(one.id, one.email, one.person_id)
        found = select(sync.seat_id, sync.person, sync.mailbox)

        def work(scope: FirmScope) -> tuple[Place, ...]:
            known = {row.seat_id: row for row in scope.rows(found)}
            return tuple(
                Place(
                    seat=row.id,
                    email=row.email,
                    person=row.person_id or (known[row.id].person if row.id in known else None),
                    mailbox=known[row.id].mailbox if row.id in known else None,
                )
                for row in scope.rows(seats)
            )

        return self._database.read(firm, work)

    def put(self, firm: FirmId, side: Side, connection_revision: int, entries: Sequence[Entry]) -> Reading:
        """Keep what was just read through that connection."""
        at = self._now()
        values = {
            "firm_id": firm,
            "side": side.value,
            "connection_revision": connection_revision,
            "read_at": at,
            "entries": tuple(entries),
        }
        replaced = ("connection_revision", "read_at", "entries")

        def work(scope: FirmScope) -> None:
            statement = upsert(scope.connection.dialect, directory, ("firm_id", "side"), replaced, {})
            scope.connection.execute(statement.values(values))

        self._database.write(firm, work)
        return Reading(read_at=at, entries=tuple(entries))
