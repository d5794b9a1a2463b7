"""What the store knows that may alarm an administrator: a dozen statements for one firm or for all of them."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, exists, func, or_, select

from server.domain.alerts import LAG_FOR, BreakerFacts, FirmFacts, MinuteLag, is_lagging
from server.domain.consent import ConsentState
from server.domain.ids import FirmId
from server.domain.licence import licence_status
from server.domain.series import MINUTE, Bucket
from server.domain.state import Breaker, MailboxState, PairState, Side
from server.domain.zones import iana_zone
from server.store.tables import items, journal, panel, people, runtime
from server.store.tables.gauges import side_gauge
from server.store.tables.oversight import admin_consent, alert, series

_FIRST_ZONE: Final = ZoneInfo("Europe/Prague")
#: A calendar that became ready so lately need not have its subscription yet.
_FRESH: Final = timedelta(minutes=15)
_TROUBLED: Final = (
    MailboxState.UNKNOWN_USER,
    MailboxState.NO_MAILBOX,
    MailboxState.NO_ACCESS,
    MailboxState.NO_PERSON,
)


def read_facts_unscoped(connection: Connection, now: datetime, firm: FirmId | None = None) -> dict[FirmId, FirmFacts]:
    """Of one firm, or of all."""

    def rows(statement: Any, column: Any) -> Iterator[Any]:
        limited = statement if firm is None else statement.where(column == firm)
        return iter(connection.execute(limited).all())

    found = _Facts(rows, now)
    return {FirmId(one.id): found.of(one) for one in rows(_FIRMS, people.firm.c.id)}


_FIRM, _SYNC, _CONSENT = people.firm.c, runtime.firm_sync.c, admin_consent.c
#: Only what is looked at: names, keys and logins stay sealed.
_FIRMS: Final = select(
    _FIRM.id, _FIRM.paused, _FIRM.valid_until, _FIRM.grace_days, _FIRM.tenant_id, _FIRM.connection_revision
)
_SYNCS: Final = select(_SYNC.firm_id, _SYNC.zone, _SYNC.raynet_breaker, _SYNC.graph_breaker)
_CONSENTS: Final = select(_CONSENT.firm_id, _CONSENT.tenant_id, _CONSENT.state, _CONSENT.steps)


class _Facts:
    """Everything by firm, read at once."""

    def __init__(self, rows: Callable[[Any, Any], Iterator[Any]], now: datetime) -> None:
        self._rows = rows
        self._now = now
        sync, consent = runtime.firm_sync.c, admin_consent.c
        self._syncs = self._by_firm(_SYNCS, sync.firm_id)
        self._consents = self._by_firm(_CONSENTS, consent.firm_id)
        hold, registration = journal.hold.c, panel.registration.c
        self._holds = self._by_firm(
            select(hold.firm_id, func.count().label("count"), func.sum(hold.count).label("items"))
            .where(hold.closed_at.is_(None), hold.decided_at.is_(None))
            .group_by(hold.firm_id),
            hold.firm_id,
        )
        self._parked = self._counts(items.pair, items.pair.c.state == PairState.PARKED)
        self._registrations = self._counts(panel.registration, registration.state == panel.RegistrationState.WAITING)
        self._troubled = self._seats_in(_TROUBLED)
        self._ready = self._seats_in((MailboxState.READY,))
        self._unsubscribed = self._without_subscription(fresh=False)
        self._fresh = self._without_subscription(fresh=True)
        self._webhooks = self._by_firm(select(runtime.webhook.c.firm_id, runtime.webhook.c.failed_code), _WEBHOOK)
        gauge = side_gauge.c
        today = and_(gauge.side == Side.RAYNET, gauge.limit > 0, gauge.resets_at > now)
        budgets = select(gauge.firm_id, gauge.limit, gauge.left, gauge.resets_at).where(today)
        self._budgets = self._by_firm(budgets, gauge.firm_id)
        self._minutes = self._lately()
        self._waiting = self._waiting_since()
        told = select(alert.c.firm_id).where(alert.c.code == "subscriptions_lost", alert.c.resolved_at.is_(None))
        self._told_of_push = {row[0] for row in rows(told, alert.c.firm_id)}

    def of(self, firm: Any) -> FirmFacts:
        sync, consent = self._syncs.get(firm.id), self._consents.get(firm.id)
        hold, webhook = self._holds.get(firm.id), self._webhooks.get(firm.id)
        zone = (iana_zone(sync.zone) if sync is not None and sync.zone else None) or _FIRST_ZONE
        breakers = tuple(_breakers(firm, sync))
        budget = self._budgets.get(firm.id)
        minutes = self._minutes.get(firm.id, [])
        unsubscribed = self._unsubscribed.get(firm.id, 0)
        if firm.id not in self._told_of_push:
            unsubscribed -= self._fresh.get(firm.id, 0)
        if consent is not None and consent.tenant_id != firm.tenant_id:
            consent = None
        failed = consent.steps if consent is not None and consent.state is ConsentState.FAILED else ()
        step = next((one for one in failed if one.state.value == "failed"), None)
        # What a refused side keeps waiting has an alert of its own.
        waiting = None if breakers else self._waiting.get(firm.id)
        return FirmFacts(
            licence=licence_status(firm.valid_until, firm.grace_days, self._now.astimezone(zone).date()),
            paused=firm.paused,
            consent=consent.state.value if consent is not None else "unknown",
            consent_step=step.id if step is not None else "",
            consent_detail=step.code if step is not None else "",
            breakers=breakers,
            quota_left=budget.left / budget.limit if budget is not None else None,
            quota_until=budget.resets_at.isoformat() if budget is not None else "",
            lag_high=is_lagging(minutes, waiting, self._now),
            lag_seconds=self._lag_seconds(minutes, waiting),
            holds=hold.count if hold is not None else 0,
            held_items=int(hold.items or 0) if hold is not None else 0,
            ready_mailboxes=self._ready.get(firm.id, 0),
            unsubscribed=max(0, unsubscribed),
            webhook_code=(webhook.failed_code or "") if webhook is not None else "",
            set_aside=self._parked.get(firm.id, 0),
            users_in_trouble=self._troubled.get(firm.id, 0),
            registrations=self._registrations.get(firm.id, 0),
        )

    def _by_firm(self, statement: Any, column: Any) -> dict[int, Any]:
        return {row.firm_id: row for row in self._rows(statement, column)}

    def _counts(self, table: Any, *criteria: Any) -> dict[int, int]:
        column = table.c.firm_id
        statement = select(column, func.count()).where(*criteria).group_by(column)
        return {row[0]: row[1] for row in self._rows(statement, column)}

    def _seats_in(self, states: tuple[MailboxState, ...]) -> dict[int, int]:
        """Enabled seats whose calendar is in one of these states."""
        sync, seat = runtime.mailbox_sync.c, people.seat.c
        enabled = exists().where(seat.id == sync.seat_id, seat.firm_id == sync.firm_id, seat.enabled)
        return self._counts(runtime.mailbox_sync, sync.state.in_(states), enabled)

    def _without_subscription(self, *, fresh: bool) -> dict[int, int]:
        """Calendars at work of which no living subscription tells; ``fresh``: only those that began lately."""
        sync, subscription = runtime.mailbox_sync.c, runtime.subscription.c
        lives = exists().where(
            subscription.firm_id == sync.firm_id,
            subscription.mailbox == sync.mailbox,
            subscription.expires_at > self._now,
        )
        criteria = [sync.state == MailboxState.READY, ~lives]
        if fresh:
            criteria.append(or_(sync.checked_at.is_(None), sync.checked_at > self._now - _FRESH))
        return self._counts(runtime.mailbox_sync, *criteria)

    def _lately(self) -> dict[int, list[MinuteLag]]:
        one = series.c
        statement = select(series).where(
            one.seat_id == 0, one.span_seconds == MINUTE, one.at > self._now - LAG_FOR - timedelta(minutes=1)
        )
        found: dict[int, list[MinuteLag]] = {}
        for row in self._rows(statement.order_by(one.at), one.firm_id):
            bucket = Bucket(at=row.at, span_seconds=MINUTE, counts=row.counts, most_seconds=row.most_seconds)
            p95 = bucket.percentile(0.95)
            if p95 is not None:
                found.setdefault(row.firm_id, []).append(MinuteLag(at=row.at, p95_seconds=p95))
        return found

    def _waiting_since(self) -> dict[int, datetime]:
        """Since when the oldest ring or due link waits that nothing was tried for yet."""
        notice, attention = runtime.notice.c, runtime.attention.c
        due = and_(attention.due_at <= self._now, attention.attempts == 0)
        waits = (
            (select(notice.firm_id, func.min(notice.received_at)).group_by(notice.firm_id), notice.firm_id),
            (
                select(attention.firm_id, func.min(attention.due_at)).where(due).group_by(attention.firm_id),
                attention.firm_id,
            ),
        )
        found: dict[int, datetime] = {}
        for statement, column in waits:
            for firm, since in self._rows(statement, column):
                found[firm] = min(since, found.get(firm, since))
        return found

    def _lag_seconds(self, minutes: list[MinuteLag], waiting: datetime | None) -> int:
        waited = (self._now - waiting).total_seconds() if waiting is not None else 0.0
        return int(max([waited, *(one.p95_seconds for one in minutes[-1:])]))


_WEBHOOK: Final = runtime.webhook.c.firm_id


def _breakers(firm: Any, sync: Any) -> Iterator[BreakerFacts]:
    """Those of the present connection."""
    found: dict[str, Breaker | None] = (
        {"raynet": sync.raynet_breaker, "graph": sync.graph_breaker} if sync is not None else {}
    )
    for side, one in found.items():
        if one is not None and one.connection_revision >= firm.connection_revision:
            yield BreakerFacts(side=side, code=one.code, since=one.since)
