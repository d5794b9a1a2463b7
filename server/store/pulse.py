"""What the server as a whole shows of itself: whether a worker was seen lately, and counts over all firms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from server.store.database import Database
from server.store.dialects import database_ms
from server.store.tables import items, journal, people, runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSight:
    """``seen_seconds`` since a worker last claimed a firm: 0 while one holds a lease, None when none ever did.

    ``firms`` counts those that a worker should look after; without any there is nothing to be seen at.
    """

    firms: int
    seen_seconds: float | None


class Pulse:
    """Reads only; of all firms, counts and ages, no content."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def worker(self) -> WorkerSight:
        lease, firm = runtime.lease, people.firm

        def work(connection: Connection) -> WorkerSight:
            newest = select(func.max(lease.c.claimed_ms), func.max(lease.c.expires_ms), database_ms())
            claimed, expires, now = connection.execute(newest).one()
            watched = connection.scalar(select(func.count()).select_from(firm).where(~firm.c.paused)) or 0
            if not claimed:
                return WorkerSight(firms=watched, seen_seconds=None)
            return WorkerSight(firms=watched, seen_seconds=0.0 if expires > now else max(0, now - claimed) / 1000)

        return self._database.read_unscoped(work)

    def gauges(self) -> Mapping[str, float]:
        """By a metric's name without prefix."""
        notice, attention, subscription = runtime.notice, runtime.attention, runtime.subscription

        def work(connection: Connection) -> Mapping[str, float]:
            def count(table: Any, *criteria: Any) -> float:
                return float(connection.scalar(select(func.count()).select_from(table).where(*criteria)) or 0)

            oldest, now = connection.execute(select(func.min(notice.c.stored_ms), database_ms())).one()
            return {
                "firms": count(people.firm),
                "firms_paused": count(people.firm, people.firm.c.paused),
                "seats_enabled": count(people.seat, people.seat.c.enabled),
                "notices_waiting": count(notice),
                "oldest_notice_seconds": max(0.0, (now - oldest) / 1000) if oldest else 0.0,
                "links_waiting": count(attention),
                "intents_open": count(items.intent, items.intent.c.state == "open"),
                "holds_open": count(journal.hold, journal.hold.c.closed_at.is_(None)),
                "conflicts_open": count(journal.conflict, journal.conflict.c.restored_at.is_(None)),
                "subscriptions": count(subscription),
            }

        return self._database.read_unscoped(work)
