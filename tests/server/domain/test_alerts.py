"""What alarms an administrator, and what does not."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from server.domain.alerts import (
    BreakerFacts,
    Cause,
    FirmFacts,
    MinuteLag,
    Section,
    Severity,
    firm_causes,
    is_lagging,
    server_causes,
)
from server.domain.licence import licence_status

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
GOOD = licence_status(date(2030, 1, 1), 14, NOW.date())


def causes(**facts: Any) -> list[Cause]:
    usual: dict[str, Any] = {"licence": GOOD, "paused": False}
    return list(firm_causes(FirmFacts(**(usual | facts))))


def codes(**facts: Any) -> list[str]:
    return [one.code for one in causes(**facts)]


def test_a_firm_that_is_well_alarms_nobody() -> None:
    assert codes(consent="ok", quota_left=0.5, ready_mailboxes=3) == []


BREAKER = BreakerFacts(side="raynet", code="raynet_login_refused", since=NOW)


@pytest.mark.parametrize(
    ("facts", "code", "section"),
    [
        ({"consent": "failed", "consent_step": "token"}, "consent_failed", Section.CONSENT),
        ({"breakers": [BREAKER]}, "breaker_open", Section.RAYNET),
        ({"quota_left": 0.09}, "quota_short", Section.SYNC),
        ({"lag_high": True, "lag_seconds": 40}, "lag_high", Section.SYNC),
        ({"unsubscribed": 1, "ready_mailboxes": 2}, "subscriptions_lost", Section.SYNC),
        ({"webhook_code": "raynet_forbidden"}, "webhook_lost", Section.RAYNET),
        ({"holds": 1, "held_items": 9}, "holds_waiting", Section.HOLDS),
        ({"set_aside": 20}, "many_errors", Section.ERRORS),
        ({"users_in_trouble": 1}, "users_in_trouble", Section.USERS),
        ({"registrations": 1}, "registrations_waiting", Section.USERS),
    ],
)
def test_each_cause_alarms_with_its_section(facts: dict[str, Any], code: str, section: Section) -> None:
    (cause,) = causes(**facts)
    assert (cause.code, cause.section) == (code, section)
    assert codes(**facts, paused=True) == []


@pytest.mark.parametrize(
    "facts", [{"set_aside": 19}, {"quota_left": 0.1}, {"consent": "waiting"}, {"quota_left": None}]
)
def test_what_is_usual_alarms_nobody(facts: dict[str, Any]) -> None:
    assert codes(**facts) == []


def test_each_announcement_of_the_end_is_an_alert_of_its_own() -> None:
    told = [
        (cause.code, cause.subject, cause.severity)
        for left in (30, 14, 7, 1, -1, -15)
        for cause in causes(licence=licence_status(NOW.date() + timedelta(days=left), 14, NOW.date()))
    ]
    assert told == [
        ("licence_ends", "days_30", Severity.INFO),
        ("licence_ends", "days_14", Severity.INFO),
        ("licence_ends", "days_7", Severity.WARNING),
        ("licence_ends", "days_1", Severity.WARNING),
        ("licence_in_grace", "", Severity.ERROR),
        ("licence_expired", "", Severity.ERROR),
    ]


def test_an_expired_firm_is_told_of_its_licence_only() -> None:
    expired = licence_status(NOW.date() - timedelta(days=15), 14, NOW.date())
    assert codes(licence=expired, consent="failed", holds=3, lag_high=True) == ["licence_expired"]


class TestServer:
    @staticmethod
    def codes(**facts: Any) -> list[tuple[str, str]]:
        usual: dict[str, Any] = {"worker_seen_seconds": 1.0, "firms": 1, "secret_expires": None, "kind": "secret"}
        return [(one.code, one.subject) for one in server_causes(**(usual | facts), now=NOW)]

    def test_a_worker_that_is_gone_is_told_where_there_is_work(self) -> None:
        assert self.codes(worker_seen_seconds=121.0) == [("worker_not_seen", "")]
        assert self.codes(worker_seen_seconds=None) == [("worker_not_seen", "")]
        assert self.codes(worker_seen_seconds=None, firms=0) == []
        assert self.codes(worker_seen_seconds=119.0) == []

    @pytest.mark.parametrize(
        ("left", "told"),
        [
            (timedelta(days=61), []),
            (timedelta(days=59), [("credential_ends", "days_60")]),
            (timedelta(days=13), [("credential_ends", "days_14")]),
            (timedelta(hours=3), [("credential_ends", "days_1")]),
            (timedelta(0), [("credential_expired", "")]),
        ],
    )
    def test_the_registration_s_credential_is_counted_down(self, left: timedelta, told: list[tuple[str, str]]) -> None:
        assert self.codes(secret_expires=NOW + left) == told


class TestLag:
    @staticmethod
    def minutes(*slow: tuple[int, float]) -> list[MinuteLag]:
        return [MinuteLag(at=NOW - timedelta(minutes=ago), p95_seconds=seconds) for ago, seconds in slow]

    def test_five_slow_minutes_are_lag(self) -> None:
        assert is_lagging(self.minutes((5, 16), (3, 20), (1, 30)), None, NOW)

    def test_a_single_slow_change_is_none(self) -> None:
        assert not is_lagging(self.minutes((5, 60)), None, NOW)
        assert not is_lagging(self.minutes((2, 60), (1, 60)), None, NOW)

    def test_one_minute_in_time_ends_it(self) -> None:
        assert not is_lagging(self.minutes((5, 16), (3, 15), (1, 30)), None, NOW)

    def test_what_was_slow_before_is_over(self) -> None:
        assert not is_lagging(self.minutes((9, 60), (8, 60), (7, 60)), None, NOW)

    def test_what_waits_and_is_not_carried_at_all_is_lag_too(self) -> None:
        assert is_lagging([], NOW - timedelta(seconds=316), NOW)
        assert not is_lagging([], NOW - timedelta(seconds=314), NOW)
