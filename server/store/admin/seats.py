"""Seats: who of a firm is licensed."""

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import delete, select, update

from server.domain.ids import FirmId, PersonId, SeatId
from server.domain.state import Seat
from server.errors import Invalid, NotFound, Outdated, Refused
from server.store.admin.changes import Change, Clock, utc_now
from server.store.admin.firms import lock_firm
from server.store.database import Database
from server.store.queries.firms import SEAT_MEMBERS, seat_of, select_seats
from server.store.scope import FirmScope
from server.store.tables.people import seat as seat_table

_LONGEST_EMAIL: Final = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatChange:
    """None = leave as it is. ``automatic_person`` takes an override of the mapping back."""

    enabled: bool | None = None
    person_id: PersonId | None = None
    automatic_person: bool = False


class Seats:
    """Only enabled seats count against the licence."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def add(self, firm: FirmId, email: str, *, actor: str, person_id: PersonId | None = None) -> Seat:
        """Raises Refused ``no_free_seat`` or ``seat_exists``, Invalid for what is no address."""
        address = email.strip().lower()
        local, at, domain = address.rpartition("@")
        if not (local and at and domain) or len(address) > _LONGEST_EMAIL or any(map(str.isspace, address)):
            raise Invalid(field="email")

        def work(scope: FirmScope) -> Seat:
            self._refuse_without_free_seat(scope)
            if scope.first(select(seat_table.c.id).where(seat_table.c.email == address)) is not None:
                raise Refused("seat_exists", firm=firm)
            number = SeatId(scope.insert(seat_table, {"email": address, "person_id": person_id}))
            self._tell(scope, actor, "seat.added", number, address)
            return Seat(id=number, firm_id=firm, email=address, person_id=person_id)

        return self._database.write(firm, work)

    def every(self, firm: FirmId) -> tuple[Seat, ...]:
        """By e-mail."""
        return tuple(seat_of(row) for row in self._database.read(firm, lambda scope: scope.rows(select_seats())))

    def find_unscoped(self, seat: SeatId) -> Seat:
        """A seat of whichever firm, for operators' commands. Raises NotFound."""
        statement = select(*(seat_table.c[name] for name in SEAT_MEMBERS)).where(seat_table.c.id == seat)
        row = self._database.read_unscoped(lambda connection: connection.execute(statement).first())
        if row is None:
            raise NotFound(seat=seat)
        return seat_of(row)

    def set(self, firm: FirmId, seat: SeatId, change: SeatChange, *, actor: str, revision: int | None = None) -> Seat:
        """Raises NotFound, Outdated, or Refused ``no_free_seat`` when enabling one too many."""

        def work(scope: FirmScope) -> Seat:
            lock_firm(scope)
            old = _get(scope, seat)
            if revision is not None and revision != old.revision:
                raise Outdated(seat=seat, revision=old.revision)
            if change.enabled and not old.enabled:
                self._refuse_without_free_seat(scope)
            new = replace(
                old,
                enabled=old.enabled if change.enabled is None else change.enabled,
                person_id=None if change.automatic_person else change.person_id or old.person_id,
                revision=old.revision + 1,
            )
            values = {"enabled": new.enabled, "person_id": new.person_id, "revision": new.revision}
            scope.change(update(seat_table).where(seat_table.c.id == seat).values(values))
            self._tell(scope, actor, "seat.changed", seat, new.email)
            return new

        return self._database.write(firm, work)

    def remove(self, firm: FirmId, seat: SeatId, *, actor: str, revision: int | None = None) -> None:
        """The user's pairs are released by the next pass; both sides stay untouched. Raises NotFound, Outdated."""

        def work(scope: FirmScope) -> None:
            lock_firm(scope)
            old = _get(scope, seat)
            if revision is not None and revision != old.revision:
                raise Outdated(seat=seat, revision=old.revision)
            scope.change(delete(seat_table).where(seat_table.c.id == seat))
            self._tell(scope, actor, "seat.removed", seat, old.email)

        self._database.write(firm, work)

    def _tell(self, scope: FirmScope, actor: str, action: str, seat: SeatId, email: str) -> None:
        Change(scope.connection, actor, self._now()).tell(scope.firm, action, f"seat:{seat}", {"email": email})

    def _refuse_without_free_seat(self, scope: FirmScope) -> None:
        seats = lock_firm(scope).seats
        used = len(scope.rows(select(seat_table.c.id).where(seat_table.c.enabled)))
        if used >= seats:
            raise Refused("no_free_seat", seats=seats, used=used)


def _get(scope: FirmScope, seat: SeatId) -> Seat:
    row = scope.first(select_seats().where(seat_table.c.id == seat))
    if row is None:
        raise NotFound(seat=seat)
    return seat_of(row)
