"""The one place where a statement meets a firm.

Queries get a :class:`FirmScope`, never a connection: whatever they select, change or insert through it is limited to
its firm here. On PostgreSQL row-level security stands behind it. What must look across firms goes through
``Database.read_unscoped`` and ``write_unscoped``.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Delete, Dialect, FromClause, Insert, Row, Select, Table, Update
from sqlalchemy.sql.selectable import Alias, Join

from server.domain.ids import FirmId
from server.errors import Invalid
from server.store.dialects import insert_new, upsert
from server.store.direct import change_rows, insert_rows, select_rows, select_values
from server.store.shapes import Columns, Shape
from server.store.tables.meta import FIRMLESS, firm_criterion

V = TypeVar("V")
#: Parameters of one statement; both databases take more, plans stay small.
CHUNK = 2_000


class FirmScope:
    """One firm's open transaction. Lives as long as the function it is given to."""

    __slots__ = ("connection", "firm")

    def __init__(self, connection: Connection, firm: FirmId) -> None:
        #: Not limited to the firm: only for what writes the firm out itself.
        self.connection = connection
        self.firm = firm

    def rows(
        self, statement: "Select[*tuple[Any, ...]] | Prepared", **parameters: Any
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """All rows of ``statement`` that are the firm's. Tables inside of EXISTS need :func:`firm_criterion`."""
        if isinstance(statement, Prepared):
            return select_rows(self.connection, statement.statement, parameters | {"scope_firm": self.firm})
        return self.connection.execute(_limited(statement), parameters | {"scope_firm": self.firm}).all()

    def plain(self, statement: "Prepared", **parameters: Any) -> list[list[Any]]:
        """As :meth:`rows`, for whoever needs no names."""
        return select_values(self.connection, statement.statement, parameters | {"scope_firm": self.firm})

    def first(
        self, statement: "Select[*tuple[Any, ...]] | Prepared", **parameters: Any
    ) -> Row[*tuple[Any, ...]] | None:
        if isinstance(statement, Prepared):
            found = select_rows(self.connection, statement.statement, parameters | {"scope_firm": self.firm}, most=1)
            return found[0] if found else None
        return self.connection.execute(_limited(statement), parameters | {"scope_firm": self.firm}).first()

    def limited(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """``statement`` as :meth:`rows` runs it: for putting it into another one that counts its rows."""
        return _limited(statement)  # type: ignore[no-any-return]  # a Select stays one

    def values(
        self, shape: Shape[V], statement: "Select[*tuple[Any, ...]] | Prepared", **parameters: Any
    ) -> tuple[V, ...]:
        """The values of a statement that selects ``shape.columns()``."""
        if isinstance(statement, Prepared):
            given = parameters | {"scope_firm": self.firm}
            return shape.values(select_values(self.connection, statement.statement, given))
        return shape.values(self.rows(statement, **parameters))

    def change(self, statement: "Update | Delete | Prepared", **parameters: Any) -> int:
        """Run it on the firm's rows; how many were changed."""
        if isinstance(statement, Prepared):
            return change_rows(self.connection, statement.statement, parameters | {"scope_firm": self.firm})
        return self.connection.execute(_limited(statement), parameters | {"scope_firm": self.firm}).rowcount

    def store(self, shape: Shape[V], values: Iterable[V]) -> int:
        """Upsert values of the firm in the order of their keys. Raises Invalid for a value of another firm."""
        return store(self.connection, shape, values, self.firm)

    def insert(self, table: Table, columns: Columns) -> int:
        """A new row of the firm; its generated id."""
        return insert(self.connection, table, columns | {"firm_id": self.firm})


class Prepared:
    """A statement of the hot path: made and limited to the scope's firm once, run with parameters.

    Lists of values (for IN) are given as ``list`` and are never empty.
    """

    __slots__ = ("statement",)

    def __init__(self, statement: "Select[*tuple[Any, ...]] | Update | Delete") -> None:
        self.statement = _limited(statement)


def _limited(statement: Any) -> Any:
    """``statement`` limited to the scope's firm in each of its tables that holds rows of firms.

    Tables of a SELECT are those of its columns: one that is only joined is missed here, and refused by the guard.
    """
    sources = statement.columns_clause_froms if isinstance(statement, Select) else [statement.table]
    return statement.where(*(firm_criterion(leaf) for one in sources for leaf in _leaves(one)))


def store(connection: Connection, shape: Shape[V], values: Iterable[V], firm: FirmId | None = None) -> int:
    """Upsert ``values``; how many keys that were. All must be of ``firm`` where one is given."""
    rows = [shape.split(value) for value in values]
    if firm is not None and any(row["firm_id"] != firm for row in rows):
        raise Invalid("foreign_firm", field=shape.table.name)
    if not rows:
        return 0
    if not shape.appended:
        rows = _last_of_each_key(shape, rows)
    statement = _upsert(connection.dialect, shape)
    if len(rows) > 1 and connection.dialect.name == "postgresql":
        connection.execute(statement, rows)
    else:
        insert_rows(connection, statement, rows)
    return len(rows)


def insert(connection: Connection, table: Table, columns: Columns) -> int:
    """A new row; its generated id."""
    (key,) = connection.execute(table.insert().values(columns).returning(*table.primary_key.columns)).one()
    return int(key)


def chunks(values: Collection[V]) -> Iterator[list[V]]:
    """``values`` in lists that fit into one statement; none for none."""
    every = list(values)
    return (every[start : start + CHUNK] for start in range(0, len(every), CHUNK))


def _last_of_each_key(shape: Shape[Any], rows: list[Columns]) -> list[Columns]:
    """Sorted by key; of rows with equal keys the last, because one statement may not touch a row twice."""
    unique = {shape.sort_key(row): row for row in rows}
    return [unique[key] for key in sorted(unique)]


@lru_cache(maxsize=256)
def _upsert(dialect: Dialect, shape: Shape[Any]) -> Insert:
    if shape.appended:
        return shape.table.insert()
    if shape.ignored:
        return insert_new(dialect, shape.table, shape.key)
    columns = {one.name for one in shape.table.columns if not one.server_default or one.name in shape.read}
    merged = shape.merged
    replaced = sorted(columns - {*shape.key} - shape.kept - {*merged})
    statement = upsert(dialect, shape.table, shape.key, replaced, merged)
    # psycopg2 would send many rows one by one; SQLAlchemy puts them into one statement where it has a RETURNING.
    return statement.returning(shape.table.c[shape.key[0]]) if dialect.name == "postgresql" else statement


def _leaves(source: FromClause) -> Iterator[FromClause]:
    """The firm's tables, aliased or not, in a FROM element. Subqueries are limited where they are written."""
    if isinstance(source, Join):
        yield from _leaves(source.left)
        yield from _leaves(source.right)
    elif _belongs_to_a_firm(source):
        yield source


def _belongs_to_a_firm(source: object) -> bool:
    inner = source.element if isinstance(source, Alias) else source
    return isinstance(inner, Table) and inner.name not in FIRMLESS
