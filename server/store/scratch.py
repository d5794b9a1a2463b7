"""A firm's rows copied into an embedded database of their own: what a preview may change as it likes."""

from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Table, insert, select

from server.domain.ids import FirmId
from server.store import shapes
from server.store.database import Database, open_database
from server.store.migrate import migrate
from server.store.tables.meta import firm_criterion, tenant_tables
from server.store.tables.runtime import lease

#: What a pass reads or writes. Administrators' tables (sessions, figures over time, jobs …) stay where they are.
_PASSES_USE: Final = {"firm", "seat"} | {shape.table.name for shape in shapes.ORDER}
#: Rows read and written at once.
CHUNK = 1_000


def scratch_copy(database: Database, firm: FirmId, folder: Path, keys: tuple[bytes, ...]) -> Database:
    """A migrated SQLite database in ``folder`` that holds this firm alone, sealed with the same keys."""
    scratch = open_database(f"sqlite:///{folder / 'preview.sqlite3'}", keys)
    migrate(scratch)
    for table in (*(table for table in tenant_tables() if table.name in _PASSES_USE), lease):
        _copy(database, scratch, firm, table)
    return scratch


def _copy(source: Database, target: Database, firm: FirmId, table: Table) -> None:
    criterion = lease.c.firm_id == firm if table is lease else firm_criterion(table, firm)
    statement = select(table).where(criterion)
    rows = source.read(firm, lambda scope: scope.connection.execute(statement).mappings().all())
    for start in range(0, len(rows), CHUNK):
        part = [dict(row) for row in rows[start : start + CHUNK]]
        target.write_unscoped(partial(_insert, table, part))


def _insert(table: Table, rows: list[dict[str, object]], connection: Connection) -> None:
    connection.execute(insert(table), rows)
