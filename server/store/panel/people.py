"""Who the panel's user is for a firm: seat, registration, consent, calendar. Known by (tid, oid), not by address."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from server.domain.ids import FirmId, MailboxId
from server.domain.state import Firm, FirmSync, MailboxState, MailboxSync, Seat
from server.store import shapes
from server.store.admin.changes import Change, Clock, utc_now
from server.store.admin.registrations import Registration, registration_of
from server.store.database import Database
from server.store.queries.firms import get_firm, seat_of, select_seats
from server.store.scope import FirmScope
from server.store.tables import runtime
from server.store.tables.panel import RegistrationState
from server.store.tables.panel import panel_consent as consent_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a person without asking anybody. ``seat`` only where it is enabled."""

    firm: Firm
    sync: FirmSync
    seat: Seat | None
    #: The runtime row of the person's own calendar; None while the worker has not found it.
    mailbox: MailboxSync | None
    registration: Registration | None
    #: When the asked-for wording was agreed to.
    consented_at: datetime | None
    #: Enabled seats by address: whose calendar is not found yet.
    waiting: tuple[Seat, ...] = field(default=(), repr=False)


class PanelPeople:
    """Reads at every request, writes consents."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def standing(self, firm: FirmId, tid: str, oid: str, wording: str) -> Standing:
        """Raises NotFound for an unknown firm. The mailbox's id is the person's object id. Fact: Graph's user id."""
        return self._database.read(firm, lambda scope: _standing(scope, tid, oid, wording))

    def agree(self, firm: FirmId, tid: str, oid: str, *, version: str, language: str) -> datetime:
        """Record that the person agreed to this wording; when they first did."""
        at = self._now()

        def work(scope: FirmScope) -> datetime:
            known = _consented_at(scope, tid, oid, version)
            if known is not None:
                return known
            values = {"firm_id": firm, "tid": tid, "oid": oid, "version": version, "language": language, "at": at}
            scope.connection.execute(insert(consent_table).values(values))
            change = Change(scope.connection, f"panel:{oid}", at)
            change.record(firm, "consent.given", f"consent:{version}", {"language": language})
            return at

        return self._database.write(firm, work)


def _standing(scope: FirmScope, tid: str, oid: str, wording: str) -> Standing:
    syncs = scope.values(shapes.FIRM_SYNC, select(*shapes.FIRM_SYNC.columns()))
    sync = runtime.mailbox_sync
    alive = sync.c.state != MailboxState.RELEASED
    own = select(*shapes.MAILBOX_SYNC.columns()).where(sync.c.mailbox == oid, alive)
    mailbox = next(iter(scope.values(shapes.MAILBOX_SYNC, own)), None)
    found = {row[0] for row in scope.rows(select(sync.c.seat_id).where(sync.c.mailbox.is_not(None), alive))}
    seats = {seat.id: seat for seat in (seat_of(row) for row in scope.rows(select_seats())) if seat.enabled}
    registration = registration_of(scope, tid, oid)
    seat = seats.get(mailbox.seat_id) if mailbox is not None else None
    if seat is None and registration is not None and registration.state is RegistrationState.APPROVED:
        seat = next((one for one in seats.values() if one.email == registration.email), None)
    return Standing(
        firm=get_firm(scope),
        sync=syncs[0] if syncs else FirmSync(firm_id=scope.firm),
        seat=seat,
        mailbox=mailbox if seat is not None else None,
        registration=registration,
        consented_at=_consented_at(scope, tid, oid, wording),
        waiting=tuple(one for one in seats.values() if one.id not in found),
    )


def _consented_at(scope: FirmScope, tid: str, oid: str, version: str) -> datetime | None:
    consent = consent_table.c
    statement = select(consent.at).where(consent.tid == tid, consent.oid == oid, consent.version == version)
    row: Any = scope.first(statement)
    return row.at if row is not None else None


def mailbox_of(oid: str) -> MailboxId:
    """A person's own calendar: Graph's user id is the object id of tokens. Fact: [doc], graph-calendar §20."""
    return MailboxId(oid)
