"""Users with a seat as administrators see them: the seat, the calendar behind it, when something last moved."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, bindparam, case, false, func, literal, select

from server.domain.ids import FirmId, SeatId
from server.domain.state import IntentKind, IntentState, MailboxState, PairState, Side
from server.errors import NotFound
from server.store.database import Database
from server.store.listing import Listed, Listing, Order, Wanted, anywhere, contains
from server.store.scope import FirmScope, Prepared
from server.store.tables import items, people, runtime
from server.store.tables.meta import firm_criterion
from server.store.tables.oversight import directory

#: Shown for a seat that is off, and for one that no pass has looked at.
OFF: Final = "off"
NEW: Final = "new"
_TO_OUTLOOK: Final = (IntentKind.CREATE_EVENT, IntentKind.UPDATE_EVENT, IntentKind.DELETE_EVENT)
_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class UserEntry(NamedTuple):
    """``state`` is ``off``, ``new`` or that of the calendar. ``person_id`` is the one in use.

    The members down to ``directory_read_at`` are the columns of :func:`_select_users`, in their order.
    """

    id: SeatId
    email: str
    enabled: bool
    revision: int
    chosen_person_id: int | None
    state: str
    mailbox: str | None
    person_id: int | None
    matched: bool
    failures: int
    wait_until: datetime | None
    last_read_at: datetime | None
    #: When Raynet's directory was last read through the firm's present connection.
    directory_read_at: datetime | None
    pairs: int
    last_change_at: datetime | None
    #: None in a page.
    last_to_outlook_at: datetime | None
    last_to_raynet_at: datetime | None


_entry: Final = UserEntry._make
#: How many members of an entry are columns.
_COLUMNS: Final = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFilter:
    """``q``: a part of the address, folded."""

    q: str = ""
    state: str | None = None
    enabled: bool | None = None


class UserList:
    """Reads only. A page takes two statements, one user three."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, firm: FirmId, wanted: Wanted, only: UserFilter) -> Listed[UserEntry]:
        """Sorted by ``email``, ``id``, ``state`` or ``lag`` (the longest unread last)."""
        given: dict[str, Any] = {"state": only.state, "enabled": only.enabled}
        given = {name: value for name, value in given.items() if value is not None}
        if only.q:
            given["q"] = anywhere(only.q)

        def work(scope: FirmScope) -> Listed[UserEntry]:
            found = _users().page(scope, wanted, given)
            moved = _movement(scope, [row[6] for row in found.items if row[6]])
            entries = [_entry((*row[:_COLUMNS], *moved.get(row[6], _NOTHING), None, None)) for row in found.items]
            return Listed(items=tuple(entries), next=found.next, total=found.total)

        return self._database.read(firm, work)

    def get(self, firm: FirmId, seat: SeatId) -> UserEntry:
        """One user, also with what last went each way. Raises NotFound."""

        def work(scope: FirmScope) -> UserEntry:
            row = scope.first(_select_user(), seat=seat)
            if row is None:
                raise NotFound(seat=seat)
            mailbox: str | None = row[6]
            if mailbox is None:
                return _entry((*row, *_NOTHING, None, None))
            ways = _last_each_way(scope, mailbox)
            moved = _movement(scope, [mailbox]).get(mailbox, _NOTHING)
            return _entry((*row, *moved, ways.get(True), ways.get(False)))

        return self._database.read(firm, work)

    def mailbox_of(self, firm: FirmId, seat: int) -> str | None:
        """The calendar of a user; None when there is none, or no such user."""
        sync = runtime.mailbox_sync.c
        statement = select(sync.mailbox).where(sync.seat_id == seat)
        row = self._database.read(firm, lambda scope: scope.first(statement))
        return row[0] if row is not None else None


@cache
def _users() -> Listing:
    statement, state, order = _select_users()
    seat = people.seat.c
    return Listing(
        statement,
        order,
        {
            "q": contains(seat.email, bindparam("q", type_=seat.email.type)),
            "state": state == bindparam("state", type_=seat.email.type),
            "enabled": seat.enabled == bindparam("enabled", type_=seat.enabled.type),
        },
        counted=select(seat.id),
        beside=frozenset({"state"}),
    )


@cache
def _select_user() -> Prepared:
    return Prepared(_select_users()[0].where(people.seat.c.id == bindparam("seat")))


def _select_users() -> tuple[Select[*tuple[Any, ...]], ColumnElement[str], Order]:
    """Seats with their calendars, the state among their columns, and how they may be sorted.

    The inner table is limited where it is written, so that the join stays outer.
    """
    sync = select(runtime.mailbox_sync).where(firm_criterion(runtime.mailbox_sync)).subquery("calendar")
    seat, state = people.seat.c, _state(sync)
    statement = select(
        seat.id,
        seat.email,
        seat.enabled,
        seat.revision,
        seat.person_id.label("chosen_person_id"),
        state.label("shown_state"),
        sync.c.mailbox,
        func.coalesce(seat.person_id, sync.c.person).label("person_in_use"),
        func.coalesce(sync.c.matched, false()).label("is_matched"),
        func.coalesce(sync.c.failures, 0).label("failure_count"),
        sync.c.wait_until,
        sync.c.last_read_at,
        _directory_read_at().label("directory_read_at"),
    ).join_from(people.seat, sync, sync.c.seat_id == seat.id, isouter=True)
    return statement, state, Order(columns=_sorts(sync, state), key=seat.id)


def _directory_read_at() -> ScalarSelect[datetime]:
    """Asked with the page: who shows the names of Raynet's people keeps them until this moment changes."""
    current = and_(
        people.firm.c.id == directory.c.firm_id, people.firm.c.connection_revision == directory.c.connection_revision
    )
    found = select(directory.c.read_at).join_from(directory, people.firm, current)
    found = found.where(firm_criterion(directory), firm_criterion(people.firm), directory.c.side == Side.RAYNET.value)
    return found.scalar_subquery()


def _state(sync: Any) -> ColumnElement[str]:
    released = literal(MailboxState.RELEASED.value)
    return case(
        (~people.seat.c.enabled, literal(OFF)),
        (sync.c.state.is_(None), literal(NEW)),
        # The seat was given back since the last pass.
        (func.coalesce(sync.c.state, "") == released, literal(NEW)),
        else_=func.coalesce(sync.c.state, ""),
    )


def _sorts(sync: Any, state: ColumnElement[str]) -> dict[str, ColumnElement[Any]]:
    seat = people.seat.c
    return {
        "email": seat.email,
        "id": seat.id,
        "state": state,
        # Never read counts as read at the beginning of time, hence as the longest lag: sorted by age.
        "lag": func.coalesce(sync.c.last_read_at, literal(_EPOCH, runtime.mailbox_sync.c.last_read_at.type)),
    }


#: Open pairs of a calendar, and when one of them last changed.
_Movement = tuple[int, datetime | None]
_NOTHING: Final[_Movement] = (0, None)


def _movement(scope: FirmScope, mailboxes: list[str]) -> dict[str, _Movement]:
    """Of the calendars that have open pairs."""
    if not mailboxes:
        return {}
    return {one: (pairs, at) for one, pairs, at in scope.plain(_select_movement(), mailboxes=mailboxes)}


@cache
def _select_movement() -> Prepared:
    pair = items.pair.c
    return Prepared(
        select(pair.mailbox, func.count(), func.max(pair.updated_at))
        .where(pair.mailbox.in_(bindparam("mailboxes", expanding=True)))
        .where(pair.state != PairState.CLOSED, pair.event.is_not(None))
        .group_by(pair.mailbox)
    )


def _last_each_way(scope: FirmScope, mailbox: str) -> dict[bool, datetime]:
    """The last finished write to Outlook (True) and to Raynet (False) of the calendar's pairs."""
    pair, intent = items.pair.c, items.intent.c
    statement = (
        select(intent.kind.in_(_TO_OUTLOOK), pair.firm_id, func.max(intent.at))
        .join_from(items.intent, items.pair, and_(intent.pair_id == pair.id, intent.firm_id == pair.firm_id))
        .where(pair.mailbox == mailbox, intent.state == IntentState.DONE)
        .group_by(intent.kind.in_(_TO_OUTLOOK), pair.firm_id)
    )
    return {bool(row[0]): row[2] for row in scope.rows(statement)}
