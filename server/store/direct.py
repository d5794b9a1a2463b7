"""Statements of the hot path, run on the driver's own cursor.

SQLAlchemy writes their SQL and knows their types, once; what it does to execute one costs several times what the
database takes for it. Everything that makes a statement safe stays: the guard and whoever else listens see each one,
values go through the types of their columns, and errors of the driver come out as SQLAlchemy's own.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Dialect, Insert, Select
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.types import TupleType, TypeEngine

T = TypeVar("T")
#: The execution option under which an engine keeps its compiled statements.
COMPILED_OPTION: Final = "ros_compiled"
_Processor = Callable[[Any], Any]


class _Slot:
    """Where a given value goes: ``at`` its place in a list of values, ``part`` its place in a tuple of that list."""

    __slots__ = ("at", "name", "part")

    def __init__(self, name: str, at: int | None = None, part: int | None = None) -> None:
        self.name, self.at, self.part = name, at, part

    def value(self, given: Mapping[str, Any]) -> Any:
        value = given[self.name]
        if self.at is None:
            return value
        one = value[min(self.at, len(value) - 1)]
        return one if self.part is None else one[self.part]


#: The place of a value among a statement's arguments, what value it is, and how the driver takes it.
_Placed = tuple[int, _Slot, _Processor | None]


class Compiled:
    """One statement in the words of one engine, for lists of given sizes."""

    __slots__ = ("_constants", "_dialect", "_makes_row", "_names", "_readers", "_slots", "_spans", "_types", "sql")

    def __init__(self, statement: Any, dialect: Dialect, sizes: Mapping[str, int], columns: Sequence[str] = ()) -> None:
        """``sizes``: of the lists given to IN; ``columns``: what is given of an INSERT."""
        if isinstance(statement, Insert):
            compiled = statement.inline().compile(dialect=dialect, column_keys=list(columns))
        else:
            compiled = statement.compile(dialect=dialect)
        binds: Mapping[str, Any] = compiled.binds
        state = compiled.construct_expanded_state(_slots(binds, sizes, columns))
        self.sql: str = state.statement
        origin = {name: original for original, names in state.parameter_expansion.items() for name in names}
        self._dialect = dialect
        #: By name for a driver that takes names, else in the order of the question marks.
        self._names = None if state.positiontup is not None else tuple(state.parameters)
        self._slots: list[_Placed] = []
        self._constants: list[Any] = []
        for place, name in enumerate(state.positiontup or state.parameters):
            value, kind = state.parameters[name], binds[origin.get(name, name)].type
            if isinstance(value, _Slot):
                kind = kind.types[value.part] if value.part is not None else kind
                self._slots.append((place, value, _binder(kind, dialect)))
                self._constants.append(None)
            else:
                binder = _binder(kind, dialect)
                self._constants.append(binder(value) if binder is not None else value)
        self._slots, self._spans = _spans_of(self._slots)
        self._types = [one.type for one in statement.selected_columns] if isinstance(statement, Select) else []
        self._readers: list[tuple[int, _Processor]] | None = None
        self._makes_row = _row_maker(statement)

    def arguments(self, given: Mapping[str, Any]) -> Any:
        """What the driver takes with :attr:`sql`. Raises StatementError for a value that its column refuses."""
        values = self._constants.copy()
        try:
            for start, stop, name in self._spans:
                some = given[name]
                values[start:stop] = some if len(some) == stop - start else _filled(some, stop - start)
            for place, slot, binder in self._slots:
                value = given[slot.name] if slot.at is None else slot.value(given)
                values[place] = value if binder is None else binder(value)
        except Exception as error:
            raise StatementError(type(error).__name__, self.sql, None, error, hide_parameters=True) from error
        return tuple(values) if self._names is None else dict(zip(self._names, values, strict=True))

    def values(self, cursor: Any, most: int | None = None) -> list[list[Any]]:
        """What the cursor found, all of it or the first ``most`` rows."""
        found = cursor.fetchall() if most is None else cursor.fetchmany(most)
        readers = self._readers
        if readers is None:
            readers = self._readers = self._readers_of(cursor.description)
        rows = []
        for row in found:
            values = list(row)
            for place, read in readers:
                if values[place] is not None:
                    values[place] = read(values[place])
            rows.append(values)
        return rows

    def rows(self, cursor: Any, most: int | None = None) -> list[Any]:
        """As :meth:`values`, each row a tuple that knows the columns' names."""
        return [self._makes_row(values) for values in self.values(cursor, most)]

    def _readers_of(self, description: Any) -> list[tuple[int, _Processor]]:
        """How columns are read, by their places. Drivers tell a column's type in their own numbers, or not at all."""
        dialect = self._dialect
        each = [
            kind.dialect_impl(dialect).result_processor(dialect, told[1])
            for kind, told in zip(self._types, description, strict=True)
        ]
        return [(place, read) for place, read in enumerate(each) if read is not None]


def _filled(values: Sequence[Any], size: int) -> list[Any]:
    """A list is filled up with its last value: few sizes are few statements, and IN does not mind."""
    return [*values, *[values[-1]] * (size - len(values))]


def _spans_of(slots: Sequence[_Placed]) -> tuple[list[_Placed], list[tuple[int, int, str]]]:
    """The slots without those of whole lists that the driver takes as they are, and where each such list stands."""
    plain = [one for one in slots if one[1].at is not None and one[1].part is None and one[2] is None]
    places: dict[str, list[tuple[int, int | None]]] = {}
    for place, slot, _ in plain:
        places.setdefault(slot.name, []).append((place, slot.at))
    spans = [
        (some[0][0], some[-1][0] + 1, name)
        for name, some in places.items()
        if some == [(some[0][0] + at, at) for at in range(len(some))]
    ]
    names = {name for *_, name in spans}
    return [one for one in slots if one[1].name not in names], spans


def compiled(connection: Connection, statement: Any, given: Mapping[str, Any], columns: Sequence[str] = ()) -> Compiled:
    """The statement for the engine of ``connection`` and lists as long as those given; made once for each."""
    sizes = tuple((name, _rounded(len(value))) for name, value in given.items() if type(value) is list)
    known: dict[object, Compiled] = connection.get_execution_options()[COMPILED_OPTION]
    key = (statement, sizes)
    found = known.get(key)
    if found is None:
        found = known[key] = Compiled(statement, connection.dialect, dict(sizes), columns)
    return found


def select_rows(
    connection: Connection, statement: Any, given: Mapping[str, Any], *, most: int | None = None
) -> list[Any]:
    """All rows of ``statement``, or the first ``most``. What stands in IN is given as a list."""
    ready = compiled(connection, statement, given)
    return run(connection, ready.sql, ready.arguments(given), lambda cursor: ready.rows(cursor, most))


def select_values(connection: Connection, statement: Any, given: Mapping[str, Any]) -> list[list[Any]]:
    """As :func:`select_rows`, for whoever needs no names."""
    ready = compiled(connection, statement, given)
    return run(connection, ready.sql, ready.arguments(given), ready.values)


def change_rows(connection: Connection, statement: Any, given: Mapping[str, Any]) -> int:
    """Run an UPDATE or DELETE; how many rows it changed."""
    ready = compiled(connection, statement, given)
    return run(connection, ready.sql, ready.arguments(given), lambda cursor: int(cursor.rowcount))


def insert_rows(connection: Connection, statement: Insert, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run an INSERT for rows with the same columns."""
    ready = compiled(connection, statement, {}, tuple(rows[0]))
    if len(rows) == 1:
        run(connection, ready.sql, ready.arguments(rows[0]))
    else:
        run(connection, ready.sql, [ready.arguments(row) for row in rows], many=True)


def insert_each(connection: Connection, statement: Insert, rows: Sequence[Mapping[str, Any]]) -> list[bool]:
    """Run an INSERT for rows with the same columns, one after the other; whether each made a new row."""
    ready = compiled(connection, statement, {}, tuple(rows[0]))
    return [run(connection, ready.sql, ready.arguments(row), lambda cursor: bool(cursor.rowcount)) for row in rows]


def run(
    connection: Connection,
    sql: str,
    arguments: Any,
    outcome: Callable[[Any], T] = lambda _cursor: None,  # type: ignore[assignment,return-value]  # then T is None
    *,
    many: bool = False,
) -> T:
    """``outcome`` of the driver's cursor after this statement. The driver's errors become SQLAlchemy's own."""
    cursor = connection.connection.cursor()
    try:
        for told in connection.engine.dispatch.before_cursor_execute:
            told(connection, cursor, sql, arguments, None, many)
        if many:
            cursor.executemany(sql, arguments)
        else:
            cursor.execute(sql, arguments)
        return outcome(cursor)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_sqlalchemy(connection, sql, error, cursor) from error
    finally:
        cursor.close()


def _as_sqlalchemy(connection: Connection, sql: str, error: Exception, cursor: Any) -> Exception:
    """A lost connection is given up, and with it those that wait in the pool: they went the same way."""
    dialect: Any = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, cursor)
    found = DBAPIError.instance(
        sql,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=dialect,
    )
    if lost:
        connection.invalidate(error)
        connection.engine.dispose()
    return found


def _rounded(size: int) -> int:
    """The next power of two."""
    return 1 << (size - 1).bit_length() if size else 0


def _slots(binds: Mapping[str, Any], sizes: Mapping[str, int], columns: Sequence[str]) -> dict[str, Any]:
    """A slot for each value that is given, a list of them where a list is."""
    slots: dict[str, Any] = {}
    for name, bind in binds.items():
        if name in columns or (bind.required and not bind.expanding):
            slots[name] = _Slot(name)
        elif name in sizes:
            parts = len(bind.type.types) if isinstance(bind.type, TupleType) else 0
            slots[name] = [
                tuple(_Slot(name, at, part) for part in range(parts)) if parts else _Slot(name, at)
                for at in range(sizes[name])
            ]
    return slots


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> _Processor | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _row_maker(statement: Any) -> Callable[[list[Any]], Any]:
    """What makes a row of a SELECT's values."""
    if not isinstance(statement, Select):
        return tuple
    row: Any = namedtuple("Found", statement.selected_columns.keys(), rename=True)  # type: ignore[misc]
    return row._make
