"""Alerts open and close by themselves, once each, whoever looks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from server.domain.alerts import Cause, Section, Severity
from server.domain.state import Firm
from server.errors import NotFound
from server.store.admin.alerts import KEPT_FOR, Alerts
from server.store.admin.firms import Firms
from server.store.database import Database
from tests.server.store.conftest import new_firm

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def alerts(database: Database, clock: Clock) -> Alerts:
    made = Alerts(database, clock)
    made.settle_unscoped(())  # of the module's one server
    return made


def cause(code: str = "holds_waiting", subject: str = "", **data: int) -> Cause:
    return Cause(code=code, severity=Severity.WARNING, section=Section.HOLDS, subject=subject, data=data)


def test_a_cause_is_one_alert_while_it_lasts(alerts: Alerts, clock: Clock, firm: Firm) -> None:
    assert alerts.settle(firm.id, [cause(count=1)]) == (1, 0)
    clock.now = NOW + timedelta(minutes=1)
    assert alerts.settle(firm.id, [cause(count=2)]) == (0, 0)
    (one,) = alerts.every(firm.id)
    assert (one.since, one.data) == (NOW, {"count": 2})
    assert alerts.settle(firm.id, []) == (0, 1)
    assert alerts.every(firm.id) == ()
    (past,) = alerts.every(firm.id, resolved=True)
    assert past.resolved_at == clock.now


def test_a_cause_that_comes_back_is_a_new_alert(alerts: Alerts, firm: Firm) -> None:
    alerts.settle(firm.id, [cause()])
    (first,) = alerts.every(firm.id)
    alerts.acknowledge(firm.id, first.id, actor="admin:7")
    alerts.settle(firm.id, [])
    alerts.settle(firm.id, [cause()])
    (second,) = alerts.every(firm.id)
    assert second.id != first.id
    assert second.acknowledged_at is None


def test_an_announcement_of_another_day_is_another_alert(alerts: Alerts, firm: Firm) -> None:
    alerts.settle(firm.id, [cause("licence_ends", "days_30")])
    alerts.settle(firm.id, [cause("licence_ends", "days_14")])
    assert [one.subject for one in alerts.every(firm.id)] == ["days_14"]
    assert len(alerts.every(firm.id, resolved=True)) == 2


def test_many_who_look_at_once_open_one_alert(alerts: Alerts, firm: Firm) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: alerts.settle(firm.id, [cause()]), range(6)))
        list(pool.map(lambda _: alerts.settle_unscoped([cause("worker_not_seen")]), range(6)))
    assert len(alerts.every(firm.id, resolved=True)) == 1
    assert len([one for one in alerts.every_unscoped() if one.firm_id is None]) == 1


def test_seeing_an_alert_is_remembered_with_who_was_first(alerts: Alerts, clock: Clock, firm: Firm) -> None:
    alerts.settle(firm.id, [cause()])
    (one,) = alerts.every(firm.id)
    alerts.acknowledge(firm.id, one.id, actor="admin:7")
    clock.now = NOW + timedelta(hours=1)
    seen = alerts.acknowledge(firm.id, one.id, actor="admin:8")
    assert (seen.acknowledged_at, seen.acknowledged_by) == (NOW, "admin:7")
    alerts.settle(firm.id, [cause()])
    assert alerts.every(firm.id) == (seen,)


def test_alerts_of_another_firm_and_of_the_server_are_nobody_else_s(
    database: Database, alerts: Alerts, firm: Firm
) -> None:
    stranger = Firms(database).add(new_firm(), actor="cli").id
    alerts.settle(stranger, [cause()])
    alerts.settle_unscoped([cause("worker_not_seen")])
    assert alerts.every(firm.id) == ()
    (foreign,) = alerts.every(stranger)
    (own,) = [one for one in alerts.every_unscoped() if one.firm_id is None]
    for number in (foreign.id, own.id):
        with pytest.raises(NotFound):
            alerts.acknowledge(firm.id, number, actor="admin:7")
    with pytest.raises(NotFound):
        alerts.acknowledge_unscoped(foreign.id, actor="admin:7")
    assert alerts.acknowledge_unscoped(own.id, actor="admin:1").acknowledged_by == "admin:1"
    alerts.settle(firm.id, [])
    alerts.settle_unscoped([])
    assert len(alerts.every(stranger)) == 1


def test_the_past_is_forgotten_in_time(alerts: Alerts, clock: Clock, firm: Firm) -> None:
    alerts.settle(firm.id, [cause()])
    alerts.settle(firm.id, [])
    clock.now = NOW + KEPT_FOR + timedelta(seconds=1)
    alerts.settle(firm.id, [])
    assert alerts.every(firm.id, resolved=True) == ()
