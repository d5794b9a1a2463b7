"""The few places where SQLite and PostgreSQL speak differently."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Dialect, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class database_ms(FunctionElement[int]):  # noqa: N801  # reads as the SQL function it is
    """Milliseconds since 1970 by the database's own clock, at the moment of the statement.

    SQLite has no server: there it is the clock of this machine, which all its processes share.
    """

    type = BigInteger()
    inherit_cache = True


@compiles(database_ms, "postgresql")
def _database_ms_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"


@compiles(database_ms, "sqlite")
def _database_ms_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    # Julian days of 1970-01-01T00:00Z; `unixepoch('subsec')` would need SQLite 3.42.
    return "CAST((julianday('now') - 2440587.5) * 86400000.0 AS INTEGER)"


def upsert(
    dialect: Dialect,
    table: Table,
    key: Iterable[str],
    replaced: Iterable[str],
    merged: Mapping[str, Callable[[Any, Any], ColumnElement[Any]]],
) -> Insert:
    """Insert; where the key exists, replace ``replaced`` and set ``merged`` from (existing, new)."""
    module: Any = postgresql if dialect.name == "postgresql" else sqlite
    statement = module.insert(table)
    new = statement.excluded
    changes = {name: new[name] for name in replaced} | {name: merge(table.c, new) for name, merge in merged.items()}
    keys = [table.c[name] for name in key]
    if not changes:
        return statement.on_conflict_do_nothing(index_elements=keys)  # type: ignore[no-any-return]
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)  # type: ignore[no-any-return]


def insert_new(dialect: Dialect, table: Table, key: Iterable[str], where: ColumnElement[bool] | None = None) -> Insert:
    """Insert; where the key exists, leave the row as it is. ``where``: the key is unique among such rows only."""
    if where is None:
        return upsert(dialect, table, key, (), {})
    module: Any = postgresql if dialect.name == "postgresql" else sqlite
    keys = [table.c[name] for name in key]
    return module.insert(table).on_conflict_do_nothing(index_elements=keys, index_where=where)  # type: ignore[no-any-return]
