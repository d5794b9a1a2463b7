"""One-time states of consent links, and what checks found: nothing is believed twice or for another firm."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from server.domain.consent import ConsentState, MailboxLimit, StepState, StepVerdict
from server.domain.ids import FirmId
from server.domain.state import Breaker, Firm, FirmSync, MailboxState, MailboxSync
from server.errors import NotFound, Outdated, Refused
from server.store.admin.consents import LINK_LIFE, MOST_OPEN_LINKS, Consents
from server.store.admin.firms import ConnectionChange, Firms
from server.store.admin.overview import Overview
from server.store.admin.seats import Seats
from server.store.database import Database
from server.store.tables.oversight import admin_consent_request
from tests.server.store.build import ANNA, BERT
from tests.server.store.conftest import TENANT, Keep, new_firm

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OTHER = "6f1c9a7e-1111-4222-8333-1234567890ff"
STEPS = (StepVerdict(id="token", state=StepState.OK, code="ok"),)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def consents(database: Database, clock: Clock) -> Consents:
    return Consents(database, clock)


def refused(consents: Consents, state: str) -> str:
    with pytest.raises(Refused) as error:
        consents.take_unscoped(state)
    return error.value.code


def test_a_state_is_good_once_and_for_its_own_firm(consents: Consents, firm: Firm) -> None:
    link = consents.new_link(firm.id, actor="admin:7")
    taken = consents.take_unscoped(link.state)
    assert (taken.firm, taken.tenant_id) == (firm.id, TENANT)
    assert refused(consents, link.state) == "consent_state_used"


def test_of_many_who_bring_a_state_at_once_one_is_heard(consents: Consents, firm: Firm) -> None:
    state = consents.new_link(firm.id, actor="admin:7").state

    def bring(_: int) -> bool:
        try:
            consents.take_unscoped(state)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(bring, range(6))) == 1


@pytest.mark.parametrize("state", ["", "x", "x" * 43, "' OR 1=1 --", "č" * 20])
def test_a_made_up_state_is_unknown(consents: Consents, firm: Firm, state: str) -> None:
    consents.new_link(firm.id, actor="admin:7")
    assert refused(consents, state) == "consent_state_unknown"


def test_a_state_runs_out(consents: Consents, clock: Clock, firm: Firm) -> None:
    link = consents.new_link(firm.id, actor="admin:7")
    assert link.expires_at == NOW + LINK_LIFE
    clock.now = link.expires_at
    assert refused(consents, link.state) == "consent_state_expired"


def test_a_state_is_not_in_the_database(database: Database, consents: Consents, firm: Firm) -> None:
    state = consents.new_link(firm.id, actor="admin:7").state
    rows = database.read(firm.id, lambda scope: scope.rows(select(admin_consent_request)))
    assert state not in repr(rows)
    assert len(state) >= 43


def test_nobody_floods_the_table_of_states(consents: Consents, clock: Clock, firm: Firm) -> None:
    for _ in range(MOST_OPEN_LINKS):
        consents.new_link(firm.id, actor="admin:7")
    with pytest.raises(Refused) as error:
        consents.new_link(firm.id, actor="admin:7")
    assert error.value.code == "too_many_links"
    clock.now = NOW + LINK_LIFE
    consents.new_link(firm.id, actor="admin:7")


def test_a_consent_for_a_tenant_that_the_firm_has_left_is_refused(
    database: Database, consents: Consents, firm: Firm
) -> None:
    taken = consents.take_unscoped(consents.new_link(firm.id, actor="admin:7").state)
    Firms(database).connect(firm.id, ConnectionChange(tenant_id=OTHER), actor="cli")
    with pytest.raises(Refused) as error:
        consents.granted(firm.id, taken.tenant_id)
    assert error.value.code == "consent_tenant_changed"
    assert consents.get(firm.id).granted_at is None


def test_a_check_of_a_tenant_that_the_firm_has_left_says_nothing(
    database: Database, consents: Consents, firm: Firm
) -> None:
    later = NOW + timedelta(days=1)
    consents.checked(firm.id, TENANT, (ConsentState.OK, STEPS, later), actor="worker")
    assert consents.get(firm.id).state is ConsentState.OK
    Firms(database).connect(firm.id, ConnectionChange(tenant_id=OTHER), actor="cli")
    assert consents.get(firm.id).state is ConsentState.UNKNOWN
    assert consents.get(firm.id).steps == ()
    consents.checked(firm.id, TENANT, (ConsentState.OK, STEPS, later), actor="worker")
    assert consents.get(firm.id).state is ConsentState.UNKNOWN


def test_a_change_of_state_is_audited_once(database: Database, consents: Consents, firm: Firm) -> None:
    for _ in range(2):
        consents.checked(firm.id, TENANT, (ConsentState.OK, STEPS, NOW), actor="worker")
    entries = [one for one in Overview(database).audit(firm.id) if one.action == "consent.checked"]
    assert [(one.actor, one.detail["state"]) for one in entries] == [("worker", "unknown -> ok")]


def test_declining_takes_nothing_back(consents: Consents, firm: Firm) -> None:
    consents.granted(firm.id, TENANT)
    consents.declined(firm.id, "AADSTS65004")
    found = consents.get(firm.id)
    assert (found.granted_at, found.refused_code) == (NOW, "AADSTS65004")


def test_a_limit_belongs_to_the_version_it_was_seen_in(consents: Consents, firm: Firm) -> None:
    first = consents.set_limit(firm.id, MailboxLimit.RBAC, "ros@novak.example", actor="admin:7", revision=1)
    assert (first.limit_group, first.limit_changed_at) == ("ros@novak.example", NOW)
    with pytest.raises(Outdated):
        consents.set_limit(firm.id, MailboxLimit.NONE, None, actor="admin:8", revision=1)
    last = consents.set_limit(firm.id, MailboxLimit.NONE, "ignored", actor="admin:8", revision=first.revision)
    assert last.limit_group is None


def test_what_is_due_is_claimed_once_over_all_firms(
    database: Database, consents: Consents, clock: Clock, firm: Firm
) -> None:
    tomorrow = NOW + timedelta(days=1)
    paused = Firms(database).add(new_firm(), actor="cli").id
    Firms(database).set_paused(paused, paused=True, actor="cli")
    claimed = consents.claim_due_unscoped()
    assert firm.id in claimed
    assert paused not in claimed
    assert consents.claim_due_unscoped() == ()
    clock.now = NOW + timedelta(minutes=11)
    assert firm.id in consents.claim_due_unscoped(), "who claimed it was lost"
    consents.checked(firm.id, TENANT, (ConsentState.OK, STEPS, tomorrow), actor="worker")
    clock.now = NOW + timedelta(hours=23)
    assert firm.id not in consents.claim_due_unscoped()
    clock.now = tomorrow
    assert firm.id in consents.claim_due_unscoped()


def test_many_who_look_for_what_is_due_share_it(database: Database, consents: Consents, firm: Firm) -> None:
    for _ in range(5):
        Firms(database).add(new_firm(), actor="cli")
    with ThreadPoolExecutor(4) as pool:
        taken = [one for found in pool.map(lambda _: consents.claim_due_unscoped(), range(4)) for one in found]
    assert len(taken) == len(set(taken))
    assert firm.id in taken


def test_a_firm_s_calendars_and_addresses_are_there_to_be_tried(
    consents: Consents, database: Database, firm: Firm, keep: Keep
) -> None:
    first = Seats(database).add(firm.id, "anna@novak.example", actor="cli")
    second = Seats(database).add(firm.id, "bert@novak.example", actor="cli")
    assert consents.probes(firm.id, 3) == ((), ("anna@novak.example", "bert@novak.example"))
    keep(
        MailboxSync(firm_id=firm.id, seat_id=first.id, email="a", state=MailboxState.NO_ACCESS, mailbox=ANNA),
        MailboxSync(firm_id=firm.id, seat_id=second.id, email="b", state=MailboxState.READY, mailbox=BERT),
    )
    assert consents.probes(firm.id, 3)[0] == (BERT, ANNA)
    assert consents.probes(firm.id, 1)[0] == (BERT,)


def test_only_a_refusal_of_the_present_connection_counts(
    consents: Consents, database: Database, firm: Firm, keep: Keep
) -> None:
    assert not consents.is_refused(firm.id)
    breaker = Breaker(code="graph_not_consented", since=NOW, connection_revision=1, retry_at=NOW)
    keep(FirmSync(firm_id=firm.id, graph_breaker=breaker))
    assert consents.is_refused(firm.id)
    Firms(database).connect(firm.id, ConnectionChange(), actor="cli")
    assert not consents.is_refused(firm.id)


def test_an_unknown_firm_has_no_consent(consents: Consents) -> None:
    with pytest.raises(NotFound):
        consents.get(FirmId(987_654))
    with pytest.raises(NotFound):
        consents.new_link(FirmId(987_654), actor="admin:7")
