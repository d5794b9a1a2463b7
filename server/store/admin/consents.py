"""Consent of firms' tenants: one-time states of links, what the last check found, how mailboxes are limited."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, insert, or_, select, update

from server.domain.consent import ConsentState, MailboxLimit, StepVerdict
from server.domain.ids import FirmId, MailboxId
from server.domain.state import Breaker, MailboxState
from server.errors import NotFound, Outdated, Refused
from server.store.admin.changes import Change, Clock, utc_now
from server.store.admin.firms import lock_firm
from server.store.crypto import lookup_digest
from server.store.database import Database
from server.store.scope import FirmScope
from server.store.tables.oversight import admin_consent, admin_consent_request
from server.store.tables.people import firm as firm_table
from server.store.tables.people import seat as seat_table
from server.store.tables.runtime import firm_sync, mailbox_sync

#: A link is often passed on to whoever is Global Administrator.
_TENANT: Final = select(firm_table.c.tenant_id)
LINK_LIFE: Final = timedelta(days=3)
MOST_OPEN_LINKS: Final = 10
#: How long a process that took a firm for checking may take over it.
_CLAIMED_FOR: Final = timedelta(minutes=10)
_MEMBERS: Final = (
    "state",
    "steps",
    "tenant_id",
    "checked_at",
    "next_check_at",
    "granted_at",
    "refused_code",
    "mailbox_limit",
    "limit_group",
    "limit_changed_at",
    "revision",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What is known of a firm's consent. ``tenant_id`` is the tenant that ``steps`` are about."""

    state: ConsentState = ConsentState.UNKNOWN
    steps: tuple[StepVerdict, ...] = ()
    tenant_id: str | None = None
    checked_at: datetime | None = None
    next_check_at: datetime | None = None
    granted_at: datetime | None = None
    #: AADSTS number or OAuth's word with which the last link was declined.
    refused_code: str | None = None
    mailbox_limit: MailboxLimit = MailboxLimit.NONE
    limit_group: str | None = field(default=None, repr=False)
    limit_changed_at: datetime | None = None
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A fresh one-time state; it is shown once and never stored in clear."""

    state: str = field(repr=False)
    tenant_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """Whose a state was, and the tenant for which it was made."""

    firm: FirmId
    tenant_id: str


class Consents:
    """A state works once, for its own firm, within :data:`LINK_LIFE`, and only while the firm keeps its tenant."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def get(self, firm: FirmId) -> Consent:
        """What was found last; of a tenant that the firm has left, nothing is known any more."""
        return self._database.read(firm, _read)

    def claim_due_unscoped(self, limit: int = 100) -> tuple[FirmId, ...]:
        """Firms to be checked by now: never checked, due again, or of another tenant than checked.

        They are the caller's for a while: other processes that ask do not get them as well.
        """
        table, firm, at = admin_consent, firm_table, self._now()
        again = or_(table.c.next_check_at.is_(None), table.c.next_check_at <= at)
        moved = and_(table.c.tenant_id != firm.c.tenant_id, table.c.next_check_at <= at + _CLAIMED_FOR)
        statement = (
            select(firm.c.id)
            .join_from(firm, table, table.c.firm_id == firm.c.id, isouter=True)
            .where(~firm.c.paused, firm.c.tenant_id != "", or_(again, moved))
            .order_by(table.c.next_check_at, firm.c.id)
            .limit(limit)
            .with_for_update(of=firm, skip_locked=True)
        )

        def work(connection: Connection) -> tuple[FirmId, ...]:
            due = tuple(FirmId(row) for row in connection.scalars(statement))
            for one in sorted(due):
                claimed = update(table).where(table.c.firm_id == one).values(next_check_at=at + _CLAIMED_FOR)
                if not connection.execute(claimed).rowcount:
                    values = _values(Consent(next_check_at=at + _CLAIMED_FOR)) | {"firm_id": one}
                    connection.execute(insert(table).values(values))
            return due

        return self._database.write_unscoped(work)

    def probes(self, firm: FirmId, limit: int) -> tuple[tuple[MailboxId, ...], tuple[str, ...]]:
        """Calendars by which access can be tried, those at work first, and the addresses of seats."""
        sync, seat = mailbox_sync.c, seat_table.c
        works = case((sync.state == MailboxState.READY, 0), else_=1)
        mailboxes = select(sync.mailbox).where(sync.mailbox.is_not(None)).order_by(works, sync.seat_id).limit(limit)
        seats = select(seat.email).where(seat.enabled).order_by(seat.id).limit(limit)
        return self._database.read(
            firm,
            lambda scope: (
                tuple(MailboxId(row[0]) for row in scope.rows(mailboxes)),
                tuple(row[0] for row in scope.rows(seats)),
            ),
        )

    def is_refused(self, firm: FirmId) -> bool:
        """Whether Microsoft's refusal keeps the sync from asking at all."""

        def work(scope: FirmScope) -> bool:
            row: Any = scope.first(select(firm_sync.c.graph_breaker))
            revision: Any = scope.first(select(firm_table.c.connection_revision))
            breaker: Breaker | None = row[0] if row is not None else None
            return breaker is not None and revision is not None and breaker.connection_revision >= revision[0]

        return self._database.read(firm, work)

    # --- links --------------------------------------------------------------------------------------------------------

    def new_link(self, firm: FirmId, *, actor: str) -> Link:
        """A one-time state for the firm's present tenant.

        Raises NotFound, Refused ``firm_without_tenant`` or ``too_many_links``.
        """
        state, at = secrets.token_urlsafe(32), self._now()
        table = admin_consent_request

        def work(scope: FirmScope) -> Link:
            tenant = lock_firm(scope).tenant_id
            if not tenant:
                raise Refused("firm_without_tenant")
            scope.change(delete(table).where(table.c.expires_at <= at))
            unused: Any = scope.first(select(func.count(table.c.digest)).where(table.c.used_at.is_(None)))
            if unused[0] >= MOST_OPEN_LINKS:
                raise Refused("too_many_links", most=MOST_OPEN_LINKS)
            values = {
                "digest": lookup_digest(state),
                "firm_id": firm,
                "made_at": at,
                "made_by": actor,
                "expires_at": at + LINK_LIFE,
                "tenant_id": tenant,
            }
            scope.connection.execute(insert(table).values(values))
            known = _read(scope)
            if known.refused_code is not None:
                # That was of the last link.
                _store(scope, replace(known, refused_code=None))
            Change(scope.connection, actor, at).record(firm, "consent.link", f"firm:{firm}")
            return Link(state=state, tenant_id=tenant, expires_at=at + LINK_LIFE)

        return self._database.write(firm, work)

    def take_unscoped(self, state: str) -> Returned:
        """Use up a state: the one call for which it was made. Whose it is, is not known before.

        Raises Refused ``consent_state_unknown`` (forged, expired long ago), ``consent_state_used`` or
        ``consent_state_expired``.
        """
        table, at = admin_consent_request, self._now()
        mine = table.c.digest == lookup_digest(state)

        def work(connection: Connection) -> Returned:
            found = _good(connection, mine, at, lock=True)
            connection.execute(update(table).where(mine).values(used_at=at))
            return found

        # Anybody on the internet may ask: what is refused anyway waits for no lock and writes nothing.
        self._database.read_unscoped(lambda connection: _good(connection, mine, at, lock=False))
        return self._database.write_unscoped(work)

    # --- what was found -----------------------------------------------------------------------------------------------

    def granted(self, firm: FirmId, tenant_id: str) -> None:
        """Somebody came back from this tenant's consent: from now on Microsoft may still be spreading it.

        Raises NotFound, or Refused ``consent_tenant_changed`` when the firm has another tenant by now.
        """

        def work(scope: FirmScope) -> None:
            if lock_firm(scope).tenant_id != tenant_id:
                raise Refused("consent_tenant_changed")
            at = self._now()
            new = replace(_read(scope), granted_at=at, refused_code=None, tenant_id=tenant_id, next_check_at=at)
            _store(scope, new)
            Change(scope.connection, "microsoft", at).record(firm, "consent.returned", f"firm:{firm}")

        self._database.write(firm, work)

    def declined(self, firm: FirmId, code: str) -> None:
        """Somebody came back without having consented. What was granted before stays granted."""

        def work(scope: FirmScope) -> None:
            lock_firm(scope)
            _store(scope, replace(_read(scope), refused_code=code))
            detail = {"code": code}
            Change(scope.connection, "microsoft", self._now()).record(firm, "consent.declined", f"firm:{firm}", detail)

        self._database.write(firm, work)

    def checked(
        self,
        firm: FirmId,
        tenant_id: str,
        found: tuple[ConsentState, Sequence[StepVerdict], datetime],
        *,
        actor: str,
    ) -> tuple[Consent, ConsentState]:
        """Keep what a check found (state, steps, next check) and the state before it.

        A check of a tenant that the firm has left meanwhile is dropped. A change of state is audited.
        """
        state, steps, next_check_at = found

        def work(scope: FirmScope) -> tuple[Consent, ConsentState]:
            is_same_tenant = lock_firm(scope).tenant_id == tenant_id
            old = _read(scope)
            if not is_same_tenant:
                return old, old.state
            at = self._now()
            new = replace(
                old,
                state=state,
                steps=tuple(steps),
                tenant_id=tenant_id,
                checked_at=at,
                next_check_at=next_check_at,
                refused_code=None if state is ConsentState.OK else old.refused_code,
            )
            _store(scope, new)
            if old.state is not state:
                detail = {"state": f"{old.state.value} -> {state.value}"}
                Change(scope.connection, actor, at).record(firm, "consent.checked", f"firm:{firm}", detail)
            return new, old.state

        return self._database.write(firm, work)

    def set_limit(
        self, firm: FirmId, limit: MailboxLimit, group: str | None, *, actor: str, revision: int | None = None
    ) -> Consent:
        """How the firm's own administrator limits us. Raises NotFound, Outdated."""

        def work(scope: FirmScope) -> Consent:
            lock_firm(scope)
            old, at = _read(scope), self._now()
            if revision is not None and revision != old.revision:
                raise Outdated(firm=firm, revision=old.revision)
            kept_group = group if limit is not MailboxLimit.NONE else None
            new = replace(
                old,
                mailbox_limit=limit,
                limit_group=kept_group,
                limit_changed_at=at,
                next_check_at=at,
                revision=old.revision + 1,
            )
            _store(scope, new)
            Change(scope.connection, actor, at).record(firm, "consent.limit", f"firm:{firm}", {"limit": limit.value})
            return new

        return self._database.write(firm, work)


def _good(connection: Connection, mine: ColumnElement[bool], at: datetime, *, lock: bool) -> Returned:
    """Whose the state is, if it may still be used."""
    table = admin_consent_request
    names = ("firm_id", "tenant_id", "expires_at", "used_at")
    statement = select(*(table.c[name] for name in names)).where(mine)
    row = connection.execute(statement.with_for_update() if lock else statement).first()
    if row is None:
        raise Refused("consent_state_unknown")
    if row.used_at is not None:
        raise Refused("consent_state_used")
    if row.expires_at <= at:
        raise Refused("consent_state_expired")
    return Returned(firm=FirmId(row.firm_id), tenant_id=row.tenant_id)


def _read(scope: FirmScope) -> Consent:
    tenant: Any = scope.first(_TENANT)
    if tenant is None:
        raise NotFound(firm=scope.firm)
    row = scope.first(select(*(admin_consent.c[name] for name in _MEMBERS)))
    if row is None:
        return Consent()
    found = Consent(**dict(zip(_MEMBERS, row, strict=True)))
    if found.tenant_id in (None, tenant[0]):
        return found
    return Consent(
        mailbox_limit=found.mailbox_limit,
        limit_group=found.limit_group,
        limit_changed_at=found.limit_changed_at,
        revision=found.revision,
        next_check_at=found.next_check_at,
    )


def _store(scope: FirmScope, new: Consent) -> None:
    values = _values(new)
    if not scope.change(update(admin_consent).values(values)):
        scope.connection.execute(insert(admin_consent).values(values | {"firm_id": scope.firm}))


def _values(one: Consent) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _MEMBERS}
