"""Moves everything sealed to the newest master key; safe to interrupt, to repeat, and to run beside the product."""

from typing import Any, Final

from sqlalchemy import Column, Connection, LargeBinary, Table, and_, func, select, type_coerce, update

from server.store.crypto import KeyRing
from server.store.database import Database
from server.store.tables.meta import sealed_columns
from server.store.types import Sealed

_BATCH: Final = 500


def rotate(database: Database) -> int:
    """How many values were sealed anew. Afterwards the older keys of the ring are not needed any more.

    All processes must know the new key before this runs, and seal with it, or their later writes keep an old one.
    """
    return sum(_rotate_column(database, table, column) for table, column in sealed_columns())


def sealed_with_older_keys(database: Database) -> int:
    """How many values :func:`rotate` has still to do; 0 when the older keys may go."""

    def work(connection: Connection) -> int:
        return sum(
            connection.scalar(select(func.count()).select_from(table).where(_is_older(column, database.key_ring))) or 0
            for table, column in sealed_columns()
        )

    return database.read_unscoped(work)


def _rotate_column(database: Database, table: Table, column: Column[Any]) -> int:
    count = 0
    while True:
        done = database.write_unscoped(lambda connection: _rotate_batch(connection, table, column, database.key_ring))
        count += done
        if done < _BATCH:
            return count


def _rotate_batch(connection: Connection, table: Table, column: Column[Any], ring: KeyRing) -> int:
    kind = column.type
    assert isinstance(kind, Sealed)  # noqa: S101  # what sealed_columns() is for
    raw = type_coerce(column, LargeBinary)
    keys = list(table.primary_key.columns)
    batch = select(raw, *keys).where(_is_older(column, ring)).order_by(*keys).limit(_BATCH).with_for_update()
    rows = connection.execute(batch).all()
    for sealed, *key in rows:
        anew = ring.seal(ring.unseal(bytes(sealed), kind.place), kind.place)
        this_row = and_(*(one == value for one, value in zip(keys, key, strict=True)))
        connection.execute(update(table).where(this_row).values({column: type_coerce(anew, LargeBinary)}))
    return len(rows)


def _is_older(column: Column[Any], ring: KeyRing) -> Any:
    """Bytes 2 to 5 name the key."""
    raw = type_coerce(column, LargeBinary)
    return and_(raw.is_not(None), func.substr(raw, 2, 4, type_=LargeBinary) != ring.newest_id)
