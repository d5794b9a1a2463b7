"""How firms are doing: the same dozen statements for one firm and for all of them, however many users they have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, tuple_

from server.domain.ids import FirmId
from server.domain.licence import LicenceStatus, licence_status
from server.domain.series import MINUTE, Bucket, added
from server.domain.state import Breaker, MailboxState, PairState, Pass
from server.domain.zones import iana_zone
from server.errors import NotFound
from server.store import shapes
from server.store.admin.changes import Clock, utc_now
from server.store.admin.firm_list import FirmEntry, firm_entries
from server.store.admin.reach import Reach, read_within_unscoped
from server.store.database import Database
from server.store.dialects import database_ms
from server.store.scope import FirmScope
from server.store.tables import items, journal, oversight, runtime

#: How far back the lag looks.
LAG_OF: Final = timedelta(hours=1)
_FIRST_ZONE: Final = ZoneInfo("Europe/Prague")
_WHOLE_FIRM: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits, and since when the oldest of it does."""

    count: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmHealth:
    """One firm's figures. ``carried`` None: nothing was carried in the last hour."""

    firm: FirmEntry
    licence: LicenceStatus
    carried: Bucket | None
    pairs: Mapping[PairState, int]
    mailboxes: Mapping[MailboxState, int]
    notices: Waiting
    due: Waiting
    holds: int
    conflicts: int
    raynet_breaker: Breaker | None
    graph_breaker: Breaker | None
    last_pass: Pass | None
    last_pass_at: datetime | None
    subscriptions_end_at: datetime | None
    is_worked_on: bool = field(default=False)

    @property
    def waiting(self) -> Waiting:
        """Notices and due links together."""
        since = min((one.since for one in (self.notices, self.due) if one.since is not None), default=None)
        return Waiting(count=self.notices.count + self.due.count, since=since)


class Health:
    """Reads only."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def get(self, firm: FirmId) -> FirmHealth:
        """Raises NotFound."""
        found = self._database.read(firm, lambda scope: _health(scope, self._now()))
        if not found:
            raise NotFound(firm=firm)
        return found[0]

    def every_unscoped(self) -> tuple[FirmHealth, ...]:
        """All firms of the server, by id."""
        return read_within_unscoped(self._database, None, lambda reach: _health(reach, self._now()))


def _health(reach: Reach, now: datetime) -> tuple[FirmHealth, ...]:
    firms = firm_entries(reach)
    syncs = _by_firm(reach, _SYNCS)
    pairs = _states(reach, items.pair)
    mailboxes = _states(reach, runtime.mailbox_sync)
    carried = _carried(reach, now)
    notices = _waiting(reach, runtime.notice, runtime.notice.c.received_at)
    attention = runtime.attention.c
    due = _waiting(reach, runtime.attention, attention.due_at, attention.due_at <= now)
    holds = _waiting(reach, journal.hold, journal.hold.c.at, journal.hold.c.closed_at.is_(None))
    conflicts = _waiting(reach, journal.conflict, journal.conflict.c.at, journal.conflict.c.restored_at.is_(None))
    ends = _waiting(reach, runtime.subscription, runtime.subscription.c.expires_at)
    passes, owned = _last_passes(reach), _owned(reach)
    nothing = Waiting()
    return tuple(
        FirmHealth(
            firm=firm,
            licence=_licence(firm, syncs.get(firm.id), now),
            carried=carried.get(firm.id),
            pairs=pairs.get(firm.id, {}),
            mailboxes=mailboxes.get(firm.id, {}),
            notices=notices.get(firm.id, nothing),
            due=due.get(firm.id, nothing),
            holds=holds.get(firm.id, nothing).count,
            conflicts=conflicts.get(firm.id, nothing).count,
            raynet_breaker=_breaker(firm, syncs.get(firm.id), "raynet_breaker"),
            graph_breaker=_breaker(firm, syncs.get(firm.id), "graph_breaker"),
            last_pass=passes.get(firm.id),
            last_pass_at=syncs[firm.id].last_pass_at if firm.id in syncs else None,
            subscriptions_end_at=ends.get(firm.id, nothing).since,
            is_worked_on=firm.id in owned,
        )
        for firm in firms
    )


_SYNC: Final = runtime.firm_sync.c
_SYNCS: Final = select(_SYNC.firm_id, _SYNC.zone, _SYNC.raynet_breaker, _SYNC.graph_breaker, _SYNC.last_pass_at)


def _by_firm(reach: Reach, statement: Any) -> dict[FirmId, Any]:
    return {row.firm_id: row for row in reach.rows(statement)}


def _states(reach: Reach, table: Any) -> dict[FirmId, dict[Any, int]]:
    """How many rows of each state each firm has."""
    found: dict[FirmId, dict[Any, int]] = {}
    statement = select(table.c.firm_id, table.c.state, func.count()).group_by(table.c.firm_id, table.c.state)
    for firm, state, count in reach.rows(statement):
        found.setdefault(firm, {})[state] = count
    return found


def _waiting(reach: Reach, table: Any, instant: Any, *criteria: Any) -> dict[FirmId, Waiting]:
    statement = select(table.c.firm_id, func.count(), func.min(instant)).where(*criteria).group_by(table.c.firm_id)
    return {firm: Waiting(count=count, since=since) for firm, count, since in reach.rows(statement)}


def _carried(reach: Reach, now: datetime) -> dict[FirmId, Bucket]:
    """The last hour's minutes added up."""
    one = oversight.series.c
    statement = select(
        one.firm_id, one.at, one.span_seconds, one.counts, one.most_seconds, one.to_raynet, one.to_outlook
    ).where(one.seat_id == _WHOLE_FIRM, one.span_seconds == MINUTE, one.at >= now - LAG_OF)
    found: dict[FirmId, Bucket] = {}
    for firm, *members in reach.rows(statement):
        names = ("at", "span_seconds", "counts", "most_seconds", "to_raynet", "to_outlook")
        bucket = Bucket(**dict(zip(names, members, strict=True)))
        found[firm] = added(found[firm], bucket) if firm in found else bucket
    return found


def _last_passes(reach: Reach) -> dict[FirmId, Pass]:
    one = journal.passes.c
    newest = select(one.firm_id, func.max(one.started_at)).group_by(one.firm_id)
    if isinstance(reach, FirmScope):
        newest = newest.where(one.firm_id == reach.firm)
    statement = select(*shapes.PASS.columns()).where(tuple_(one.firm_id, one.started_at).in_(newest))
    return {found.firm_id: found for found in shapes.PASS.values(reach.rows(statement))}


def _owned(reach: Reach) -> set[FirmId]:
    """Firms that a worker holds now, by the database's own clock."""
    lease = runtime.lease.c
    statement = select(lease.firm_id).where(lease.owner.is_not(None), lease.expires_ms > database_ms())
    if isinstance(reach, FirmScope):
        statement = statement.where(lease.firm_id == reach.firm)
    return {row[0] for row in reach.rows(statement)}


def _licence(firm: FirmEntry, sync: Any, now: datetime) -> LicenceStatus:
    zone = (iana_zone(sync.zone) if sync is not None and sync.zone else None) or _FIRST_ZONE
    return licence_status(firm.valid_until, firm.grace_days, now.astimezone(zone).date())


def _breaker(firm: FirmEntry, sync: Any, name: str) -> Breaker | None:
    """One of an older connection counts as closed."""
    found: Breaker | None = getattr(sync, name) if sync is not None else None
    return found if found is not None and found.connection_revision >= firm.connection_revision else None
