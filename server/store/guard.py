"""The barrier behind the scope: a firm's transaction sends no statement that leaves a firm's table unlimited.

It reads the SQL itself, so it also sees what was written past :class:`~server.store.scope.FirmScope`. On PostgreSQL
row-level security stands behind it once more; SQLite has only this.
"""

import re
from functools import cache, lru_cache
from typing import Any, Final

from sqlalchemy import Connection, Engine, event

from server.errors import Forbidden
from server.store.tables.meta import tenant_tables

#: The execution option that names the firm of a connection's transaction; none = unscoped.
FIRM_OPTION: Final = "ros_firm"
_VALUE: Final = r"(?:\?|%\()"


def guard(engine: Engine) -> None:
    """Check every statement of ``engine``; Forbidden ``unscoped_statement`` names the table."""
    # What a listener returns is sent: so nothing wraps it that would be asked for each statement.
    event.listen(engine, "before_cursor_execute", _check, retval=True)


def _check(
    connection: Connection,
    _cursor: Any,
    statement: str,
    parameters: Any,
    _context: Any,
    _many: bool,  # noqa: FBT001
) -> tuple[str, Any]:
    if connection.get_execution_options().get(FIRM_OPTION) is not None:
        table = unlimited_table(statement)
        if table is not None:
            raise Forbidden("unscoped_statement", table=table)
    return statement, parameters


@lru_cache(maxsize=4096)
def unlimited_table(statement: str) -> str | None:
    """The first firm's table that the statement names without binding its firm; None when there is none."""
    for name, named, inserted, limited in _patterns():
        if named.search(statement) and not inserted.match(statement) and not limited.search(statement):
            return name
    return None


@cache
def _patterns() -> list[tuple[str, re.Pattern[str], re.Pattern[str], re.Pattern[str]]]:
    """For each table of firms: that it is named, that rows of a firm are inserted, that it is limited to a firm."""
    found = []
    for table in tenant_tables():
        name, column = re.escape(table.name), "id" if table.name == "firm" else "firm_id"
        named = re.compile(rf'\b(?:FROM|JOIN|UPDATE|INTO|,) "?{name}\b"?(?!\.)')
        inserted = re.compile(rf'INSERT INTO "?{name}\b"? \((?:\w+, )*{column}\b')
        found.append((table.name, named, inserted, re.compile(rf'\b{name}"?\.{column} = {_VALUE}')))
    return found
