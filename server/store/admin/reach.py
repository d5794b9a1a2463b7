"""Work within one firm, or, for a central administrator, within all: the same statements either way.

Within a firm they go through its :class:`~server.store.scope.FirmScope`, with the guard and row-level security behind.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Delete, Select, Update

from server.domain.ids import FirmId
from server.store.database import Database
from server.store.scope import FirmScope

T = TypeVar("T")


class AllFirms:
    """What :class:`FirmScope` offers, without a limit."""

    __slots__ = ("connection",)

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def rows(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Any]:
        return self.connection.execute(statement).all()

    def first(self, statement: Select[*tuple[Any, ...]]) -> Any:
        return self.connection.execute(statement).first()

    def limited(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        return statement

    def change(self, statement: Update | Delete) -> int:
        return self.connection.execute(statement).rowcount


Reach = FirmScope | AllFirms


def read_within_unscoped(database: Database, firm: FirmId | None, work: Callable[[Reach], T]) -> T:
    """``work`` within ``firm``, or within all with None."""
    if firm is not None:
        return database.read(firm, work)
    return database.read_unscoped(lambda connection: work(AllFirms(connection)))


def write_within_unscoped(database: Database, firm: FirmId | None, work: Callable[[Reach], T]) -> T:
    """As :func:`read_within_unscoped`, in one transaction that is durable afterwards."""
    if firm is not None:
        return database.write(firm, work)
    return database.write_unscoped(lambda connection: work(AllFirms(connection)))
