"""People who asked in Outlook's panel to be synchronised, and what the firm's administrator answered."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, insert, select, update

from server.domain.ids import FirmId, SeatId
from server.domain.rules import SelfRegistration
from server.errors import NotFound, Refused
from server.store.admin.changes import Change, Clock, utc_now
from server.store.admin.firms import lock_firm
from server.store.database import Database
from server.store.scope import FirmScope
from server.store.tables.panel import RegistrationState
from server.store.tables.panel import registration as table
from server.store.tables.people import seat as seat_table

MOST_LISTED: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Who asks: (tid, oid) from a checked token, address and name from that tenant's directory."""

    tid: str
    oid: str
    email: str = field(repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A request and its answer. ``decided_by`` is an actor (``admin:7``, ``rule``), never a name."""

    id: int
    firm_id: FirmId
    tid: str
    oid: str
    email: str = field(repr=False)
    name: str = field(repr=False)
    state: RegistrationState
    requested_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None


_MEMBERS: Final = ("id", "firm_id", "tid", "oid", "email", "name", "state", "requested_at", "decided_at", "decided_by")


class Registrations:
    """Each person asks once per firm; asking again changes nothing."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def ask(self, firm: FirmId, applicant: Applicant) -> Registration:
        """The person's registration: the one that is there, or a new one.

        Under the rule ``self_registration = seat_if_free`` a new one is approved at once while a seat is free.
        """

        def work(scope: FirmScope) -> Registration:
            rules = lock_firm(scope).rules
            known = registration_of(scope, applicant.tid, applicant.oid)
            if known is not None:
                return known
            at = self._now()
            values = {
                "firm_id": firm,
                "tid": applicant.tid,
                "oid": applicant.oid,
                "email": applicant.email.strip().lower(),
                "name": applicant.name,
                "state": RegistrationState.WAITING,
                "requested_at": at,
            }
            number = int(scope.connection.execute(insert(table).values(values).returning(table.c.id)).scalar_one())
            change = Change(scope.connection, f"panel:{applicant.oid}", at)
            change.record(firm, "registration.asked", f"registration:{number}")
            if rules.self_registration is SelfRegistration.SEAT_IF_FREE and _free_seats(scope) > 0:
                return _approved(scope, _get(scope, number), Change(scope.connection, "rule", at))
            return _get(scope, number)

        return self._database.write(firm, work)

    def find(self, firm: FirmId, tid: str, oid: str) -> Registration | None:
        """The registration of a person, if there is one."""
        return self._database.read(firm, lambda scope: registration_of(scope, tid, oid))

    def get(self, firm: FirmId, registration: int) -> Registration:
        """Raises NotFound."""
        return self._database.read(firm, lambda scope: _get(scope, registration))

    def every(self, firm: FirmId, *, state: RegistrationState | None = None) -> tuple[Registration, ...]:
        """Oldest first; of one state where it is given."""
        statement = _select().order_by(table.c.requested_at, table.c.id).limit(MOST_LISTED)
        if state is not None:
            statement = statement.where(table.c.state == state)
        return tuple(_registration(row) for row in self._database.read(firm, lambda scope: scope.rows(statement)))

    def approve(self, firm: FirmId, registration: int, *, actor: str) -> Registration:
        """Give the person a seat. Approving twice changes nothing; a rejected one may be approved after all.

        Raises NotFound, or Refused ``no_free_seat``.
        """

        def work(scope: FirmScope) -> Registration:
            lock_firm(scope)
            found = _get(scope, registration)
            if found.state is RegistrationState.APPROVED:
                return found
            return _approved(scope, found, Change(scope.connection, actor, self._now()))

        return self._database.write(firm, work)

    def reject(self, firm: FirmId, registration: int, *, actor: str) -> Registration:
        """Raises NotFound, or Refused ``already_approved``: then take the seat away instead."""

        def work(scope: FirmScope) -> Registration:
            lock_firm(scope)
            found = _get(scope, registration)
            if found.state is RegistrationState.APPROVED:
                raise Refused("already_approved", registration=registration)
            if found.state is RegistrationState.WAITING:
                change = Change(scope.connection, actor, self._now())
                _decide(scope, found, RegistrationState.REJECTED, change)
                change.record(firm, "registration.rejected", f"registration:{registration}")
            return _get(scope, registration)

        return self._database.write(firm, work)


def _approved(scope: FirmScope, found: Registration, change: Change) -> Registration:
    """A seat for the person's address: a new one, or the one that is there switched on."""
    row: Any = scope.first(select(seat_table.c.id, seat_table.c.enabled).where(seat_table.c.email == found.email))
    if (row is None or not row.enabled) and _free_seats(scope) <= 0:
        firm = lock_firm(scope)
        raise Refused("no_free_seat", seats=firm.seats, used=firm.seats)
    if row is None:
        seat = SeatId(scope.insert(seat_table, {"email": found.email}))
        change.tell(scope.firm, "seat.added", f"seat:{seat}", {"email": found.email})
    elif not row.enabled:
        values = {"enabled": True, "revision": seat_table.c.revision + 1}
        scope.change(update(seat_table).where(seat_table.c.id == row.id).values(values))
        change.tell(scope.firm, "seat.changed", f"seat:{row.id}", {"email": found.email})
    _decide(scope, found, RegistrationState.APPROVED, change)
    change.record(scope.firm, "registration.approved", f"registration:{found.id}")
    return _get(scope, found.id)


def _decide(scope: FirmScope, found: Registration, state: RegistrationState, change: Change) -> None:
    values = {"state": state, "decided_at": change.at, "decided_by": change.actor}
    scope.change(update(table).where(table.c.id == found.id).values(values))


def _free_seats(scope: FirmScope) -> int:
    used = len(scope.rows(select(seat_table.c.id).where(seat_table.c.enabled)))
    return lock_firm(scope).seats - used


def _select() -> Select[*tuple[Any, ...]]:
    return select(*(table.c[name] for name in _MEMBERS))


def _registration(row: Any) -> Registration:
    return Registration(**dict(zip(_MEMBERS, row, strict=True)))


def _get(scope: FirmScope, number: int) -> Registration:
    row = scope.first(_select().where(table.c.id == number))
    if row is None:
        raise NotFound(registration=number)
    return _registration(row)


def registration_of(scope: FirmScope, tid: str, oid: str) -> Registration | None:
    """What a person asked for and was answered, if anything."""
    row = scope.first(_select().where(table.c.tid == tid, table.c.oid == oid))
    return None if row is None else _registration(row)
