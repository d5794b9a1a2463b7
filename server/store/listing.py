"""Lists by pages: a statement, what it may be sorted by, and where the page begins. One statement, however long
(a second one counts for a page that holds nothing).

A page begins after a row, not at a number: rows that come or go meanwhile shift nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal, or_, select

from server.errors import Invalid
from server.store.scope import FirmScope, Prepared

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


class Listing:
    """A list whose statements are made once for each way to ask: its sort, its direction, and which filters.

    ``filters`` are criteria with a parameter of their own name each. Filters in ``beside`` look at joined tables;
    while none of them is asked for, the whole list is counted by ``counted``, which need not join them.
    """

    def __init__(
        self,
        statement: Select[*tuple[Any, ...]],
        order: Order,
        filters: Mapping[str, ColumnElement[bool]],
        *,
        counted: Select[*tuple[Any, ...]] | None = None,
        beside: frozenset[str] = frozenset(),
    ) -> None:
        self._statement = statement
        self._order = order
        self._filters = filters
        self._counted = statement if counted is None else counted
        self._beside = beside
        self._made: dict[object, tuple[Any, Any]] = {}

    def page(self, scope: FirmScope, wanted: Wanted, only: Mapping[str, Any]) -> Listed[Sequence[Any]]:
        """The page within the scope's firm: rows with three columns more than the statement. ``only``: values of the
        filters that are asked for."""
        way = (wanted.sort, wanted.descending, wanted.after is not None, frozenset(only))
        made = self._made.get(way)
        if made is None:
            made = self._made[way] = self._make(scope, wanted, only)
        page, count = made
        given = {**only, "most": wanted.limit + 1}
        if wanted.after is not None:
            given |= {"after": wanted.after[0], "after_key": wanted.after[1]}
        rows = scope.plain(page, **given)
        if rows:
            total = int(rows[0][-3])
        else:
            total = int(scope.plain(count, **only)[0][0]) if wanted.after is not None else 0
        shown, following = _cut(rows, wanted)
        return Listed(items=tuple(shown), next=following, total=total)

    def _make(self, scope: FirmScope, wanted: Wanted, only: Mapping[str, Any]) -> tuple[Prepared, Prepared]:
        column, key = self._order.columns[wanted.sort], self._order.key
        criteria = [self._filters[name] for name in only]
        source = self._statement if self._beside & only.keys() else self._counted
        # Limited first: a scope finds the tables to limit among the columns.
        counted = scope.limited(source.where(*criteria)).order_by(None)
        counted = counted.with_only_columns(key, maintain_column_froms=True)
        count = select(func.count()).select_from(counted.subquery())
        page = self._statement.where(*criteria).add_columns(
            count.scalar_subquery().label("_total"), column.label("_sort"), key.label("_key")
        )
        if wanted.after is not None:
            place = bindparam("after", type_=column.type), bindparam("after_key", type_=key.type)
            page = page.where(_behind(column, key, *place, descending=wanted.descending))
        page = _ordered(page, column, key, descending=wanted.descending).limit(bindparam("most"))
        return Prepared(page), Prepared(count)


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
        place = literal(wanted.after[0], column.type), literal(wanted.after[1], order.key.type)
        page = page.where(_behind(column, order.key, *place, descending=wanted.descending))
    rows = scope.rows(_ordered(page, column, order.key, descending=wanted.descending).limit(wanted.limit + 1))
    if rows:
        total = int(rows[0][-3])
    else:
        total = int(scope.rows(count)[0][0]) if wanted.after is not None else 0
    shown, following = _cut(rows, wanted)
    return Listed(items=tuple(value(row) for row in shown), next=following, total=total)


def _cut(rows: Sequence[Any], wanted: Wanted) -> tuple[Sequence[Any], Place | None]:
    """What is shown of the rows, and after which of them the following part begins."""
    shown = rows[: wanted.limit]
    return shown, (shown[-1][-2], shown[-1][-1]) if len(rows) > wanted.limit else None


def _ordered(
    page: Select[*tuple[Any, ...]], column: ColumnElement[Any], key: ColumnElement[Any], *, descending: bool
) -> Select[*tuple[Any, ...]]:
    ways = (column.desc(), key.desc()) if descending else (column.asc(), key.asc())
    return page.order_by(None).order_by(*ways)


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


def _behind(
    column: ColumnElement[Any], key: ColumnElement[Any], value: Any, last: Any, *, descending: bool
) -> ColumnElement[bool]:
    if descending:
        return or_(column < value, and_(column == value, key < last))
    return or_(column > value, and_(column == value, key > last))


_ESCAPE: Final = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def contains(column: ColumnElement[Any], folded: str | ColumnElement[str]) -> ColumnElement[bool]:
    """That the column, lower case already, holds the text somewhere; a parameter's text is that of :func:`anywhere`."""
    return column.like(anywhere(folded) if isinstance(folded, str) else folded, escape="\\")


def anywhere(folded: str) -> str:
    """The pattern of LIKE for a text that stands somewhere; the signs of LIKE in it are plain signs."""
    return f"%{folded.translate(_ESCAPE)}%"
