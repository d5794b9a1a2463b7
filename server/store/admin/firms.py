"""Firms: adding them, their rules, their licence, their connections."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from server.domain.ids import FirmId
from server.domain.licence import DEFAULT_GRACE_DAYS, MOST_GRACE_DAYS
from server.domain.rules import InvalidRule, Rules, UnknownRule, as_text, with_rules
from server.domain.state import Firm
from server.errors import Invalid, NotFound, Outdated, Refused
from server.store.admin.changes import NO_DETAIL, Change, Clock, Detail, utc_now
from server.store.admin.licences import LICENCE_MEMBERS, remember_licence
from server.store.database import Database
from server.store.locks import add_lease_row
from server.store.queries.firms import firm_of, get_firm, select_firms
from server.store.scope import FirmScope
from server.store.tables.people import firm as firm_table
from server.store.tables.people import seat as seat_table

_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: It becomes a header of every request. Fact: the instance name is a host label, raynet-api §2 [doc].
_INSTANCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}")
_MOST_SEATS: Final = 1_000_000
_CONNECTION: Final = ("tenant_id", "raynet_url", "raynet_instance", "raynet_user", "raynet_key")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFirm:
    """What a firm starts with. ``rules`` as on the command line; the others keep their defaults.

    ``is_connected`` False: tenant and access to Raynet may be empty; until they are set the firm is paused.
    """

    name: str
    tenant_id: str
    raynet_url: str
    raynet_instance: str
    raynet_user: str
    raynet_key: str = field(repr=False)
    seats: int
    valid_until: date
    grace_days: int = DEFAULT_GRACE_DAYS
    rules: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None
    is_connected: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmChange:
    """None = leave as it is. ``note`` is the operator's own; an empty one takes it away."""

    name: str | None = None
    note: str | None = None
    paused: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceChange:
    """None = leave as it is."""

    name: str | None = None
    seats: int | None = None
    valid_until: date | None = None
    grace_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionChange:
    """None = leave as it is. The caller has checked that ``raynet_url`` is one of the allowed bases."""

    raynet_url: str | None = None
    raynet_instance: str | None = None
    raynet_user: str | None = None
    raynet_key: str | None = field(default=None, repr=False)
    tenant_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RaynetConnection:
    """Credentials for Raynet's client; ``revision`` is the firm's ``connection_revision`` they belong to."""

    url: str
    instance: str
    user: str
    key: str = field(repr=False)
    revision: int


class Firms:
    """Each change raises the firm's ``revision``; with ``revision`` given, only that one is changed, else Outdated."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def add(self, new: NewFirm, *, actor: str) -> Firm:
        """Raises Invalid; ``data['field']`` names the member or the rule."""
        access = {name: getattr(new, name) for name in _CONNECTION}
        unset = {} if new.is_connected else {name: "" for name, value in access.items() if not value}
        values = _checked(
            {
                "name": new.name,
                **{name: value for name, value in access.items() if name not in unset},
                "seats": new.seats,
                "valid_until": new.valid_until,
                "grace_days": new.grace_days,
            }
        )
        values |= unset | {"paused": bool(unset), "note": new.note or None}
        rules = _with_rules(Rules(), new.rules)

        def work(connection: Connection) -> FirmId:
            at = self._now()
            row = values | {"rules": rules, "created_at": at}
            firm = FirmId(connection.execute(insert(firm_table).values(row).returning(firm_table.c.id)).scalar_one())
            add_lease_row(connection, firm)
            remember_licence(connection, firm, row, actor, at)
            Change(connection, actor, at).tell(firm, "firm.added", f"firm:{firm}", {"seats": new.seats})
            return firm

        return self.get(self._database.write_unscoped(work))

    def every_unscoped(self) -> tuple[Firm, ...]:
        """All firms of the server, for the central administrator and operators, by id."""
        statement = select_firms().order_by(firm_table.c.id)
        rows = self._database.read_unscoped(lambda connection: connection.execute(statement).all())
        return tuple(firm_of(row) for row in rows)

    def of_tenant_unscoped(self, tenant_id: str) -> tuple[Firm, ...]:
        """The firms of an Entra tenant: whose a panel token is."""
        statement = select_firms().where(firm_table.c.tenant_id == tenant_id.lower()).order_by(firm_table.c.id)
        rows = self._database.read_unscoped(lambda connection: connection.execute(statement).all())
        return tuple(firm_of(row) for row in rows)

    def get(self, firm: FirmId) -> Firm:
        """Raises NotFound."""
        return self._database.read(firm, get_firm)

    def raynet_connection(self, firm: FirmId) -> RaynetConnection:
        """For the wiring of Raynet's client only. Raises NotFound."""
        names = ("raynet_url", "raynet_instance", "raynet_user", "raynet_key", "connection_revision")
        statement = select(*(firm_table.c[name] for name in names))
        row = self._database.read(firm, lambda scope: scope.first(statement))
        if row is None:
            raise NotFound(firm=firm)
        return RaynetConnection(url=row[0], instance=row[1], user=row[2], key=row[3], revision=row[4])

    def set_rules(self, firm: FirmId, changes: Mapping[str, str], *, actor: str, revision: int | None = None) -> Firm:
        """Change rules given as text; Invalid names the first that cannot be."""

        def values(old: Firm) -> tuple[dict[str, Any], Detail]:
            rules = _with_rules(old.rules, changes)
            before, after = as_text(old.rules), as_text(rules)
            return {"rules": rules}, {name: f"{before[name]} -> {after[name]}" for name in changes}

        return self._changed(firm, values, "firm.rules", actor, revision)

    def set_licence(self, firm: FirmId, change: LicenceChange, *, actor: str, revision: int | None = None) -> Firm:
        """Raises Refused ``seats_in_use`` when fewer seats are left than are enabled: free some first."""

        def values(old: Firm) -> tuple[dict[str, Any], Detail]:
            given = _checked(_given(change.name, "name") | _given(change.seats, "seats"))
            given |= _given(change.valid_until, "valid_until")
            given |= _checked(_given(change.grace_days, "grace_days"))
            detail = {name: "changed" if name == "name" else str(value) for name, value in given.items()}
            return given, detail

        return self._changed(firm, values, "firm.licence", actor, revision)

    def set_paused(self, firm: FirmId, *, paused: bool, actor: str) -> Firm:
        """Nothing of a paused firm is read or written; its wake-ups wait."""
        action = "firm.paused" if paused else "firm.resumed"

        def values(old: Firm) -> tuple[dict[str, Any], Detail]:
            _refuse_unconnected(old, paused=paused)
            return {"paused": paused}, NO_DETAIL

        return self._changed(firm, values, action, actor, None)

    def change(self, firm: FirmId, change: FirmChange, *, actor: str, revision: int | None = None) -> Firm:
        """Name, note and pause at once. Raises Refused ``firm_not_connected`` for resuming one that is not set up."""

        def values(old: Firm) -> tuple[dict[str, Any], Detail]:
            given = _checked(_given(change.name, "name")) | _given(change.paused, "paused")
            if change.note is not None:
                given["note"] = change.note or None
            _refuse_unconnected(old, paused=given.get("paused", True))
            detail = {name: str(value) if name == "paused" else "changed" for name, value in given.items()}
            return given, detail

        return self._changed(firm, values, "firm.changed", actor, revision)

    def connect(self, firm: FirmId, change: ConnectionChange, *, actor: str, revision: int | None = None) -> Firm:
        """Change connections; breakers that were opened under the old ones count as closed."""

        def values(old: Firm) -> tuple[dict[str, Any], Detail]:
            given = _checked({name: value for name in _CONNECTION if (value := getattr(change, name)) is not None})
            detail = dict.fromkeys(given, "changed")
            return given | {"connection_revision": old.connection_revision + 1}, detail

        return self._changed(firm, values, "firm.connection", actor, revision)

    def _changed(self, firm: FirmId, values: Any, action: str, actor: str, revision: int | None) -> Firm:
        def work(scope: FirmScope) -> Firm:
            old = lock_firm(scope)
            if revision is not None and revision != old.revision:
                raise Outdated(firm=firm, revision=old.revision)
            given, detail = values(old)
            if "seats" in given:
                _refuse_seats_in_use(scope, given["seats"])
            scope.change(update(firm_table).values(given | {"revision": old.revision + 1}))
            change = Change(scope.connection, actor, self._now())
            change.tell(firm, action, f"firm:{firm}", detail)
            if LICENCE_MEMBERS & given.keys():
                licence = {name: getattr(old, name) for name in LICENCE_MEMBERS} | given
                remember_licence(scope.connection, firm, licence, actor, change.at)
            return get_firm(scope)

        return self._database.write(firm, work)


def lock_firm(scope: FirmScope) -> Firm:
    """The firm, held until the transaction ends: changes that count or compare come one after another."""
    row = scope.first(select_firms().with_for_update())
    if row is None:
        raise NotFound(firm=scope.firm)
    return firm_of(row)


def _refuse_unconnected(firm: Firm, *, paused: bool) -> None:
    if not paused and not (firm.tenant_id and firm.raynet_instance):
        raise Refused("firm_not_connected", firm=firm.id)


def _refuse_seats_in_use(scope: FirmScope, seats: int) -> None:
    used = len(scope.rows(select(seat_table.c.id).where(seat_table.c.enabled)))
    if used > seats:
        raise Refused("seats_in_use", seats=seats, used=used)


def _given(value: object, name: str) -> dict[str, Any]:
    return {} if value is None else {name: value}


def _with_rules(rules: Rules, changes: Mapping[str, str]) -> Rules:
    try:
        return with_rules(rules, changes)
    except InvalidRule as error:
        name, allowed = error.args
        code = "unknown_rule" if isinstance(error, UnknownRule) else "invalid_rule"
        raise Invalid(code, field=name, allowed=allowed) from None


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """The same values, cleaned. Raises Invalid with the member's name."""
    clean: dict[str, Any] = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    if "tenant_id" in clean:
        clean["tenant_id"] = clean["tenant_id"].lower()
    wrong = [
        name
        for name, value in clean.items()
        if (isinstance(value, str) and not (0 < len(value) <= 500))
        or (name == "tenant_id" and not _GUID.fullmatch(value))
        or (name == "raynet_instance" and not _INSTANCE.fullmatch(value))
        or (name == "seats" and not 0 <= value <= _MOST_SEATS)
        or (name == "grace_days" and not 0 <= value <= MOST_GRACE_DAYS)
    ]
    if wrong:
        raise Invalid(field=wrong[0])
    return clean
