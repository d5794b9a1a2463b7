"""Alerts: opened when a cause begins, closed by themselves when it ends, acknowledged by people in between."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Select, delete, select, update

from server.domain.alerts import Cause, Section, Severity
from server.domain.ids import FirmId
from server.errors import NotFound
from server.store.admin.changes import Change, Clock, utc_now
from server.store.database import Database
from server.store.dialects import insert_new
from server.store.scope import FirmScope
from server.store.tables.oversight import alert

#: Closed ones are kept as history for so long.
KEPT_FOR: Final = timedelta(days=90)
_MEMBERS: Final = (
    "id",
    "firm_id",
    "code",
    "subject",
    "severity",
    "section",
    "data",
    "since",
    "acknowledged_at",
    "acknowledged_by",
    "resolved_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """``firm_id`` None: a matter of the whole server. Open while ``resolved_at`` is None."""

    id: int
    firm_id: FirmId | None
    code: str
    subject: str
    severity: Severity
    section: Section
    data: Mapping[str, Any]
    since: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    resolved_at: datetime | None


class Alerts:
    """One open alert per cause, however many processes look."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def every(self, firm: FirmId, *, resolved: bool = False) -> tuple[Alert, ...]:
        """The firm's open alerts, or with ``resolved`` the past ones too; newest first."""
        return self._database.read(firm, lambda scope: _alerts(scope.rows(_select(resolved=resolved))))

    def every_unscoped(self, *, resolved: bool = False) -> tuple[Alert, ...]:
        """As :meth:`every`, of all firms and of the server itself."""
        statement = _select(resolved=resolved)
        return _alerts(self._database.read_unscoped(lambda connection: connection.execute(statement).all()))

    def acknowledge(self, firm: FirmId, number: int, *, actor: str) -> Alert:
        """Somebody has seen it; seeing it twice changes nothing. Raises NotFound."""

        def work(scope: FirmScope) -> Alert:
            found = _found(scope.first(_one(number).with_for_update()), number)
            if found.acknowledged_at is None:
                change = Change(scope.connection, actor, self._now())
                scope.change(update(alert).where(alert.c.id == number).values(_seen(change)))
                change.record(firm, "alert.acknowledged", f"alert:{number}", {"code": found.code})
            return _found(scope.first(_one(number)), number)

        return self._database.write(firm, work)

    def acknowledge_unscoped(self, number: int, *, actor: str) -> Alert:
        """As :meth:`acknowledge`, for an alert of the server itself. Raises NotFound for one of a firm."""

        def work(connection: Connection) -> Alert:
            statement = _one(number).where(alert.c.firm_id.is_(None))
            found = _found(connection.execute(statement.with_for_update()).first(), number)
            if found.acknowledged_at is None:
                change = Change(connection, actor, self._now())
                connection.execute(update(alert).where(alert.c.id == number).values(_seen(change)))
                change.record(None, "alert.acknowledged", f"alert:{number}", {"code": found.code})
            return _found(connection.execute(statement).first(), number)

        return self._database.write_unscoped(work)

    def settle(self, firm: FirmId, causes: Iterable[Cause]) -> tuple[int, int]:
        """Make the firm's open alerts those of ``causes``; how many were opened and closed."""
        wanted = {_place(firm, cause): cause for cause in causes}
        return self._database.write(firm, lambda scope: _settled(scope.connection, firm, wanted, self._now()))

    def settle_unscoped(self, causes: Iterable[Cause]) -> tuple[int, int]:
        """As :meth:`settle`, for the alerts of the server itself."""
        wanted = {_place(None, cause): cause for cause in causes}
        return self._database.write_unscoped(lambda connection: _settled(connection, None, wanted, self._now()))


def _settled(
    connection: Connection, firm: FirmId | None, wanted: Mapping[str, Cause], now: datetime
) -> tuple[int, int]:
    """Two that settle at once may both find a cause new: the index lets one of them open it."""
    own = alert.c.firm_id == firm if firm is not None else alert.c.firm_id.is_(None)
    open_ones = select(alert.c.id, alert.c.place, alert.c.data, alert.c.severity).where(
        own, alert.c.resolved_at.is_(None)
    )
    known = {row.place: row for row in connection.execute(open_ones).all()}
    ended = [row.id for place, row in known.items() if place not in wanted]
    if ended:
        connection.execute(update(alert).where(own, alert.c.id.in_(ended)).values(resolved_at=now))
    for place, cause in wanted.items():
        row = known.get(place)
        values = {"data": dict(cause.data), "severity": cause.severity}
        if row is None:
            _open(connection, firm, place, cause, now)
        elif (row.data, row.severity) != (values["data"], cause.severity):
            connection.execute(update(alert).where(own, alert.c.id == row.id).values(values))
    connection.execute(delete(alert).where(own, alert.c.resolved_at < now - KEPT_FOR))
    return len(wanted.keys() - known.keys()), len(ended)


def _open(connection: Connection, firm: FirmId | None, place: str, cause: Cause, now: datetime) -> None:
    values = {
        "firm_id": firm,
        "place": place,
        "code": cause.code,
        "subject": cause.subject,
        "severity": cause.severity,
        "section": cause.section,
        "data": dict(cause.data),
        "since": now,
    }
    connection.execute(insert_new(connection.dialect, alert, ("place",), alert.c.resolved_at.is_(None)).values(values))


def _place(firm: FirmId | None, cause: Cause) -> str:
    return f"{firm or 'server'}/{cause.code}/{cause.subject}"


def _seen(change: Change) -> dict[str, object]:
    return {"acknowledged_at": change.at, "acknowledged_by": change.actor}


def _select(*, resolved: bool) -> Select[*tuple[Any, ...]]:
    statement = select(*(alert.c[name] for name in _MEMBERS)).order_by(alert.c.since.desc(), alert.c.id.desc())
    return statement if resolved else statement.where(alert.c.resolved_at.is_(None))


def _one(number: int) -> Select[*tuple[Any, ...]]:
    return select(*(alert.c[name] for name in _MEMBERS)).where(alert.c.id == number)


def _alerts(rows: Sequence[Any]) -> tuple[Alert, ...]:
    return tuple(_found(row, 0) for row in rows)


def _found(row: Any, number: int) -> Alert:
    if row is None:
        raise NotFound(alert=number)
    return Alert(**dict(zip(_MEMBERS, row, strict=True)))
