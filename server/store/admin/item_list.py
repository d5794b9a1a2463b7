"""Pairs, items set aside, conflicts and holds by pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select

from server.domain.content import FieldName
from server.domain.ids import ActivityKey, ActivityType, FirmId
from server.domain.reasons import Reason
from server.domain.state import PairState, Role
from server.errors import NotFound
from server.store import shapes
from server.store.admin.journal import ConflictEntry, HoldEntry
from server.store.database import Database
from server.store.listing import Listed, Order, Wanted, listed
from server.store.scope import FirmScope
from server.store.tables import items, journal, runtime
from server.store.tables.meta import firm_criterion

T = TypeVar("T")
#: What a hold shows of its pairs.
MOST_HELD: Final = 1_000
_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """A pair without its base. ``email`` None: the seat is gone. ``why`` and ``due_at``: its link's next look."""

    id: str
    activity: ActivityKey | None
    mailbox: str
    email: str | None
    event: str | None
    role: Role
    state: PairState
    reason: Reason | None
    updated_at: datetime | None
    failures: int
    link: str
    why: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFilter:
    """``q``: an id of an activity (``meeting:5001`` or ``5001``), of an event or of the pair, whole."""

    q: str = ""
    state: PairState | None = None
    mailbox: str | None = None
    type: ActivityType | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictFilter:
    """``state``: open, restoring, restored or all. ``q``: an activity's id, whole."""

    q: str = ""
    state: str = "all"
    field: FieldName | None = None


class ItemList:
    """Reads only; a page takes two statements."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pairs(self, firm: FirmId, wanted: Wanted, only: PairFilter) -> Listed[PairRow]:
        """Sorted by ``updated_at`` or ``id``."""
        pair = items.pair.c
        statement = _select_pairs()
        if only.q:
            statement = statement.where(_names(only.q))
        if only.state is not None:
            statement = statement.where(pair.state == only.state)
        if only.mailbox is not None:
            statement = statement.where(pair.mailbox == only.mailbox)
        if only.type is not None:
            statement = statement.where(_text(items.link.c.activity).like(f"{only.type.value}:%"))
        return self._page(firm, statement, _by_update(), wanted, _pair_row)

    def pair(self, firm: FirmId, pair_id: str) -> PairRow:
        """Raises NotFound."""
        statement = _select_pairs().where(items.pair.c.id == pair_id)
        row = self._database.read(firm, lambda scope: scope.first(statement))
        if row is None:
            raise NotFound(pair=pair_id)
        return _pair_row(row)

    def failures(self, firm: FirmId, wanted: Wanted) -> Listed[PairRow]:
        """Parked pairs, sorted by ``since``, which is when their state last changed."""
        statement = _select_pairs().where(items.pair.c.state == PairState.PARKED)
        order = Order(columns={"since": _by_update().columns["updated_at"]}, key=items.pair.c.id)
        return self._page(firm, statement, order, wanted, _pair_row)

    def conflicts(self, firm: FirmId, wanted: Wanted, only: ConflictFilter) -> Listed[ConflictEntry]:
        """Sorted by ``at``."""
        conflict, calendar = journal.conflict.c, _calendars()
        statement = select(*shapes.CONFLICT.columns(), calendar.c.email).join_from(
            journal.conflict, calendar, calendar.c.mailbox == conflict.mailbox, isouter=True
        )
        criteria: dict[str, list[ColumnElement[bool]]] = {
            "open": [conflict.restored_at.is_(None), conflict.restore_requested_at.is_(None)],
            "restoring": [conflict.restored_at.is_(None), conflict.restore_requested_at.is_not(None)],
            "restored": [conflict.restored_at.is_not(None)],
        }
        statement = statement.where(*criteria.get(only.state, []))
        if only.field is not None:
            statement = statement.where(conflict.field == only.field)
        if only.q:
            statement = statement.where(_is_activity(conflict.activity, only.q))
        order = Order(columns={"at": conflict.at}, key=conflict.id)
        return self._page(firm, statement, order, wanted, _conflict_entry)

    def conflict(self, firm: FirmId, conflict_id: str) -> ConflictEntry:
        """Raises NotFound."""
        conflict, calendar = journal.conflict.c, _calendars()
        statement = (
            select(*shapes.CONFLICT.columns(), calendar.c.email)
            .join_from(journal.conflict, calendar, calendar.c.mailbox == conflict.mailbox, isouter=True)
            .where(conflict.id == conflict_id)
        )
        row = self._database.read(firm, lambda scope: scope.first(statement))
        if row is None:
            raise NotFound(conflict=conflict_id)
        return _conflict_entry(row)

    def holds(self, firm: FirmId, wanted: Wanted, state: str) -> Listed[HoldEntry]:
        """Sorted by ``at``. ``state``: open (waits for a decision), decided (for the worker), closed or all."""
        hold = journal.hold.c
        criteria: dict[str, list[ColumnElement[bool]]] = {
            "open": [hold.closed_at.is_(None), hold.decision.is_(None)],
            "decided": [hold.closed_at.is_(None), hold.decision.is_not(None)],
            "closed": [hold.closed_at.is_not(None)],
        }
        statement = _select_holds().where(*criteria.get(state, []))
        return self._page(firm, statement, Order(columns={"at": hold.at}, key=hold.id), wanted, _hold_entry)

    def hold(self, firm: FirmId, hold_id: str) -> tuple[HoldEntry, tuple[PairRow, ...]]:
        """A hold with the pairs it keeps. Raises NotFound."""
        statement = _select_holds().where(journal.hold.c.id == hold_id)

        def work(scope: FirmScope) -> tuple[HoldEntry, tuple[PairRow, ...]]:
            row = scope.first(statement)
            if row is None:
                raise NotFound(hold=hold_id)
            entry = _hold_entry(row)
            kept = _select_pairs().where(items.pair.c.id.in_(entry.hold.pairs[:MOST_HELD]))
            rows = scope.rows(kept.order_by(items.pair.c.id)) if entry.hold.pairs else ()
            return entry, tuple(_pair_row(row) for row in rows)

        return self._database.read(firm, work)

    def _page(
        self,
        firm: FirmId,
        statement: Select[*tuple[Any, ...]],
        order: Order,
        wanted: Wanted,
        value: Callable[[Any], T],
    ) -> Listed[T]:
        return self._database.read(firm, lambda scope: listed(scope, statement, order, wanted, value))


def _calendars() -> Any:
    """The address of each calendar; one of them where a user was added twice. Limited where it is written."""
    sync = runtime.mailbox_sync
    return (
        select(sync.c.mailbox, func.min(sync.c.email).label("email"))
        .where(firm_criterion(sync), sync.c.mailbox.is_not(None))
        .group_by(sync.c.mailbox)
        .subquery("calendar")
    )


def _select_pairs() -> Select[*tuple[Any, ...]]:
    pair, link, calendar = items.pair.c, items.link.c, _calendars()
    attention = select(runtime.attention).where(firm_criterion(runtime.attention)).subquery("look")
    return (
        select(
            pair.id,
            link.activity,
            pair.mailbox,
            calendar.c.email,
            pair.event,
            pair.role,
            pair.state,
            pair.reason,
            pair.updated_at,
            pair.failures,
            pair.link_id,
            func.coalesce(attention.c.why, ""),
            attention.c.due_at,
        )
        .join_from(items.pair, items.link, and_(pair.link_id == link.id, pair.firm_id == link.firm_id))
        .join(calendar, calendar.c.mailbox == pair.mailbox, isouter=True)
        .join(attention, attention.c.link_id == pair.link_id, isouter=True)
    )


def _select_holds() -> Select[*tuple[Any, ...]]:
    calendar = _calendars()
    return select(*shapes.HOLD.columns(), calendar.c.email).join_from(
        journal.hold, calendar, calendar.c.mailbox == journal.hold.c.mailbox, isouter=True
    )


def _by_update() -> Order:
    pair = items.pair.c
    updated = func.coalesce(pair.updated_at, literal(_EPOCH, pair.updated_at.type))
    return Order(columns={"updated_at": updated, "id": pair.id}, key=pair.id)


def _text(column: Any) -> Any:
    """The column as the text that stands in the database."""
    return func.coalesce(column, "", type_=items.link.c.id.type)


def _names(q: str) -> ColumnElement[bool]:
    return or_(items.pair.c.event == q, items.pair.c.id == q, _is_activity(items.link.c.activity, q))


def _is_activity(column: Any, q: str) -> ColumnElement[bool]:
    """By ``meeting:5001`` or by the number alone, whatever its type is."""
    try:
        keys = [str(ActivityKey.parse(q))]
    except ValueError:
        number = q if q.isascii() and q.isdigit() and len(q) <= 18 else "0"
        keys = [f"{kind.value}:{int(number)}" for kind in ActivityType]
    found: ColumnElement[bool] = _text(column).in_(keys)
    return found


def _pair_row(row: Any) -> PairRow:
    names = (
        "id activity mailbox email event role state reason updated_at failures link why due_at".split()  # in order
    )
    return PairRow(**dict(zip(names, row[: len(names)], strict=True)))


def _conflict_entry(row: Any) -> ConflictEntry:
    size = len(shapes.CONFLICT.read)
    return ConflictEntry(conflict=shapes.CONFLICT.value(row), email=row[size])


def _hold_entry(row: Any) -> HoldEntry:
    return HoldEntry(hold=shapes.HOLD.value(row), email=row[len(shapes.HOLD.read)])
