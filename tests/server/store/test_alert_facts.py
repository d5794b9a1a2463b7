"""Each cause of an alert as the store shows it, for one firm and for all; none of them alarms a firm that is well."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from server.domain.alerts import FirmFacts
from server.domain.consent import ConsentState, StepState, StepVerdict
from server.domain.ids import LinkId, MailboxId
from server.domain.series import Carried
from server.domain.state import (
    Breaker,
    Firm,
    FirmSync,
    MailboxState,
    MailboxSync,
    PairState,
    Side,
    Subscription,
    Webhook,
)
from server.store.admin.administration import Administration
from server.store.admin.alert_facts import read_facts_unscoped
from server.store.admin.firms import ConnectionChange, LicenceChange
from server.store.admin.quotas import Spent
from server.store.admin.registrations import Applicant
from server.store.database import Database
from tests.server.store import build
from tests.server.store.build import ANNA, BERT
from tests.server.store.conftest import TENANT, Keep

NOW = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def administration(database: Database) -> Administration:
    return Administration(database, lambda: NOW)


class Look:
    """``look()`` are the firm's facts, the same whether it is asked for alone or with all others."""

    def __init__(self, database: Database, firm: Firm) -> None:
        self._database = database
        self._firm = firm.id

    def __call__(self) -> FirmFacts:
        alone = self._database.read_unscoped(lambda connection: read_facts_unscoped(connection, NOW, self._firm))
        everybody = self._database.read_unscoped(lambda connection: read_facts_unscoped(connection, NOW))
        assert list(alone) == [self._firm]
        assert everybody[self._firm] == alone[self._firm]
        return alone[self._firm]


@pytest.fixture
def look(database: Database, firm: Firm) -> Look:
    return Look(database, firm)


def ready(firm: Firm, seat: int, mailbox: MailboxId, **more: Any) -> MailboxSync:
    values: dict[str, Any] = {"state": MailboxState.READY, "checked_at": NOW - HOUR}
    return MailboxSync(firm_id=firm.id, seat_id=seat, email="x", mailbox=mailbox, **(values | more))  # type: ignore[arg-type]


def test_a_new_firm_is_well(look: Look) -> None:
    facts = look()
    assert facts == FirmFacts(licence=facts.licence, paused=False)


def test_the_licence_is_the_firm_s_own(look: Look, administration: Administration, firm: Firm) -> None:
    administration.firms.set_licence(firm.id, LicenceChange(valid_until=date(2026, 11, 20), grace_days=1), actor="cli")
    assert look().licence.state.value == "expired"


def test_a_consent_counts_while_it_is_of_the_firm_s_tenant(
    look: Look, administration: Administration, firm: Firm
) -> None:
    steps = (StepVerdict(id="token", state=StepState.FAILED, code="graph_not_consented"),)
    administration.consents.checked(firm.id, TENANT, (ConsentState.FAILED, steps, NOW), actor="worker")
    assert (look().consent, look().consent_step, look().consent_detail) == ("failed", "token", "graph_not_consented")
    administration.firms.connect(
        firm.id, ConnectionChange(tenant_id="6f1c9a7e-1111-4222-8333-1234567890ff"), actor="cli"
    )
    assert look().consent == "unknown"


def test_breakers_of_the_present_connection(look: Look, administration: Administration, firm: Firm, keep: Keep) -> None:
    breaker = Breaker(code="raynet_credentials", since=NOW, connection_revision=1, retry_at=NOW)
    keep(FirmSync(firm_id=firm.id, raynet_breaker=breaker), build.attention(firm.id, due_at=NOW - HOUR))
    assert [(one.side, one.code) for one in look().breakers] == [("raynet", "raynet_credentials")]
    assert not look().lag_high, "what a refused side keeps waiting is told once"
    administration.firms.connect(firm.id, ConnectionChange(raynet_key="new"), actor="cli")
    assert look().breakers == ()
    assert look().lag_high


def test_raynet_s_budget_of_today(look: Look, administration: Administration, firm: Firm) -> None:
    spent = Spent(side=Side.RAYNET, calls=5, limit=1000, left=50, resets_at=NOW + HOUR)
    administration.quotas.note(firm.id, spent)
    assert look().quota_left == 0.05
    administration.quotas.note(
        firm.id, Spent(side=Side.RAYNET, calls=5, limit=1000, left=0, resets_at=NOW - timedelta(seconds=1))
    )
    assert look().quota_left is None


def test_lag_is_high_after_five_slow_minutes(look: Look, administration: Administration, firm: Firm) -> None:
    for ago in (5, 3, 1):
        at = NOW - timedelta(minutes=ago)
        administration.series.add(firm.id, [Carried(at=at, seconds=40, to_outlook=True, seat_id=1)])
    assert (look().lag_high, look().lag_seconds) == (True, 40)
    administration.series.add(firm.id, [Carried(at=NOW - timedelta(minutes=2), seconds=3, to_outlook=True, seat_id=1)])
    assert not look().lag_high


@pytest.mark.parametrize(("waits", "is_high"), [(timedelta(seconds=310), False), (timedelta(seconds=320), True)])
def test_what_waits_untouched_is_lag(look: Look, firm: Firm, keep: Keep, waits: timedelta, *, is_high: bool) -> None:
    keep(build.notice(firm.id, "ring", received_at=NOW - waits))
    assert look().lag_high is is_high


def test_what_failed_and_is_tried_again_is_no_lag(look: Look, firm: Firm, keep: Keep) -> None:
    keep(build.attention(firm.id, due_at=NOW - HOUR, attempts=3))
    assert not look().lag_high


def test_holds_that_nobody_has_decided(look: Look, firm: Firm, keep: Keep) -> None:
    keep(build.hold(firm.id, "a", count=5), build.hold(firm.id, "b", count=7))
    keep(build.hold(firm.id, "c", closed_at=NOW))
    assert (look().holds, look().held_items) == (2, 12)


def test_calendars_without_a_living_subscription(look: Look, firm: Firm, keep: Keep) -> None:
    def subscription(id_: str, mailbox: MailboxId, expires_at: datetime) -> Subscription:
        return Subscription(
            firm_id=firm.id, mailbox=mailbox, id=id_, client_state="s", expires_at=expires_at, created_at=NOW
        )

    keep(ready(firm, 1, ANNA), ready(firm, 2, BERT), subscription(f"s-{firm.id}-1", ANNA, NOW + HOUR))
    assert (look().unsubscribed, look().ready_mailboxes) == (1, 0), "seats that do not exist are nobody's"
    keep(subscription(f"s-{firm.id}-2", BERT, NOW - HOUR))
    assert look().unsubscribed == 1
    keep(ready(firm, 2, BERT, checked_at=NOW - timedelta(minutes=1)))
    assert look().unsubscribed == 0, "a calendar that has just begun is given time"


def test_users_in_trouble_are_those_with_a_seat(
    look: Look, administration: Administration, firm: Firm, keep: Keep
) -> None:
    seat = administration.seats.add(firm.id, "anna@novak.example", actor="cli")
    keep(ready(firm, seat.id, ANNA, state=MailboxState.NO_ACCESS), ready(firm, 999, BERT, state=MailboxState.NO_PERSON))
    assert look().users_in_trouble == 1


def test_a_webhook_that_fails(look: Look, firm: Firm, keep: Keep) -> None:
    secret = f"path-secret-of-{firm.id}"
    keep(Webhook(firm_id=firm.id, token="t", path_secret=secret, failed_code="raynet_forbidden"))
    assert look().webhook_code == "raynet_forbidden"


def test_items_set_aside(look: Look, firm: Firm, keep: Keep) -> None:
    keep(build.link(firm.id), build.pair(firm.id, state=PairState.PARKED, link_id=LinkId("link-1")))
    assert look().set_aside == 1


def test_registrations_that_wait(look: Look, administration: Administration, firm: Firm) -> None:
    asked = administration.registrations.ask(firm.id, Applicant(tid="t", oid="o", email="nova@novak.example"))
    assert look().registrations == 1
    administration.registrations.reject(firm.id, asked.id, actor="admin:7")
    assert look().registrations == 0
