"""Lists by pages: a statement, what it may be sorted by, and where the page begins. One statement, however long
(a second one counts for a page that holds nothing).

A page begins after a row, not at a number: rows that come or go meanwhile shift nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select

from server.errors import Invalid

T = TypeVar("T")
#: The value of a sort column at the last row of the page before, and that row's key.
Place = tuple[str | int | float | bool | None, str | int]


class Runs(Protocol):
    """A scope: one firm's, or all firms'."""

    def rows(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Any]: ...

    def limited(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which part of a list. ``sort`` is a name of the list's columns; the key decides between equals."""

    sort: str
    descending: bool = False
    limit: int = 100
    after: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Generic[T]):
    """``next`` None: nothing follows. ``total`` counts the whole list."""

    items: tuple[T, ...]
    next: Place | None
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """``columns`` never give NULL (coalesce), ``key`` is unique; both are comparable as plain values."""

    columns: Mapping[str, ColumnElement[Any]]
    key: ColumnElement[Any]


def listed(
    scope: Runs, statement: Select[*tuple[Any, ...]], order: Order, wanted: Wanted, value: Callable[[Any], T]
) -> Listed[T]:
    """The page of ``statement`` through ``scope``, which limits it to its firm."""
    column = order.columns[wanted.sort]
    # Limited first: a scope finds the tables to limit among the columns.
    counted = scope.limited(statement).order_by(None).with_only_columns(order.key, maintain_column_froms=True)
    count = select(func.count()).select_from(counted.subquery())
    page = statement.add_columns(
        count.scalar_subquery().label("_total"), column.label("_sort"), order.key.label("_key")
    )
    if wanted.after is not None:
        page = page.where(_behind(column, order.key, wanted))
    ordered = (column.desc(), order.key.desc()) if wanted.descending else (column.asc(), order.key.asc())
    rows = scope.rows(page.order_by(None).order_by(*ordered).limit(wanted.limit + 1))
    if rows:
        total = int(rows[0][-3])
    else:
        total = int(scope.rows(count)[0][0]) if wanted.after is not None else 0
    shown = rows[: wanted.limit]
    following = (shown[-1][-2], shown[-1][-1]) if len(rows) > wanted.limit else None
    return Listed(items=tuple(value(row) for row in shown), next=following, total=total)


def sliced(
    items: Sequence[T], wanted: Wanted, sort: Callable[[T], str | int | float], key: Callable[[T], int | str]
) -> Listed[T]:
    """The page of what is in memory already: few rows whose order no database knows, because it is sealed."""
    ordered = sorted(items, key=lambda one: (sort(one), key(one)), reverse=wanted.descending)
    if wanted.after is not None:
        after: Any = wanted.after
        try:
            behind = [
                one
                for one in ordered
                if ((sort(one), key(one)) < after if wanted.descending else (sort(one), key(one)) > after)
            ]
        except TypeError:
            raise Invalid(field="cursor") from None
    else:
        behind = ordered
    shown = tuple(behind[: wanted.limit])
    following = (sort(shown[-1]), key(shown[-1])) if len(behind) > wanted.limit else None
    return Listed(items=shown, next=following, total=len(ordered))


def _behind(column: ColumnElement[Any], key: ColumnElement[Any], wanted: Wanted) -> ColumnElement[bool]:
    assert wanted.after is not None, "only a later page lies behind something"  # noqa: S101  # a defect, not data
    value, last = literal(wanted.after[0], column.type), literal(wanted.after[1], key.type)
    if wanted.descending:
        return or_(column < value, and_(column == value, key < last))
    return or_(column > value, and_(column == value, key > last))


_ESCAPE: Final = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def contains(column: ColumnElement[Any], folded: str) -> ColumnElement[bool]:
    """That the column, lower case already, holds the text somewhere."""
    return column.like(f"%{folded.translate(_ESCAPE)}%", escape="\\")
