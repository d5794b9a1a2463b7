"""A firm's rows copied into an embedded database of their own: what a preview may change as it likes."""

from pathlib import Path

from sqlalchemy import insert, select

from server.domain.ids import FirmId
from server.store.database import Database, open_database
from server.store.migrate import migrate
from server.store.tables.meta import firm_criterion, metadata, tenant_tables
from server.store.tables.runtime import lease

#: Rows read and written at once.
CHUNK = 1_000


def scratch_copy(database: Database, firm: FirmId, folder: Path, keys: tuple[bytes, ...]) -> Database:
    """A migrated SQLite database in ``folder`` that holds this firm alone, sealed with the same keys."""
    scratch = open_database(f"sqlite:///{folder / 'preview.sqlite3'}", keys)
    migrate(scratch)
    for table in (*tenant_tables(), lease):
        criterion = lease.c.firm_id == firm if table is lease else firm_criterion(table, firm)
        rows = database.read(
            firm, lambda scope, t=table, c=criterion: scope.connection.execute(select(t).where(c)).all()
        )  # type: ignore[misc]  # a lambda's defaults
        for start in range(0, len(rows), CHUNK):
            part = [dict(row._mapping) for row in rows[start : start + CHUNK]]
            scratch.write_unscoped(lambda connection, t=table, p=part: connection.execute(insert(t), p))  # type: ignore[misc]  # as above
    assert metadata.tables, "tables are declared"
    return scratch
