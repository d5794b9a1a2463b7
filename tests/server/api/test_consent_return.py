"""The page to which Microsoft sends an administrator back: what happens, and what nobody can make happen."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection, update

from server.admin.consent import ConsentDesk
from server.domain.consent import ConsentState, MailboxLimit, StepState
from server.errors import Refused
from server.flow import Op
from server.store.admin.firms import ConnectionChange
from server.store.tables.people import firm as firm_table
from simulator.graph.access import AccessPolicy
from tests.conftest import ExpectedLogs
from tests.server.api.consented import Consented, EngineRemotes, consented
from tests.support.databases import BACKENDS
from tests.support.rig import CLIENT_ID, add_firm, add_person_with_seat

T = TypeVar("T")


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Consented]:
    with consented(tmp_path) as made:
        yield made


@pytest.fixture(params=BACKENDS)
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Consented]:
    """Over both databases."""
    with consented(tmp_path, backend=request.param) as made:
        yield made


def audited(case: Consented) -> list[str]:
    entries = case.rig.administration.overview.audit(case.rig.firm)
    return [one.action for one in entries if one.action.startswith("consent")]


# --- what happens ---------------------------------------------------------------------------------------------------


def test_consent_is_believed_once_graph_has_named_the_tenant(stored: Consented) -> None:
    case = stored
    assert case.check().state is ConsentState.FAILED
    answer = case.come_back(case.decide(case.link(), case.admin))
    assert answer.status_code == 200
    assert "Souhlas byl udělen a ověřen" in answer.text
    found = case.consent()
    assert (found.state, found.granted_at) == (ConsentState.OK, case.rig.clock())
    assert [one.id for one in found.steps] == ["token", "roles", "directory", "grants", "tenant", "mailbox"]
    assert audited(case) == ["consent.checked", "consent.returned", "consent.link", "consent.checked"]


def test_the_link_is_for_the_firm_s_own_tenant_and_never_for_any(case: Consented) -> None:
    link = case.link()
    assert f"/{case.rig.tenant}/v2.0/adminconsent?" in link
    with pytest.raises(Exception, match="50020"):
        case.decide(link, case.stranger)


def test_an_english_browser_reads_english_and_nothing_of_the_firm(case: Consented) -> None:
    query = case.decide(case.link(), case.admin)
    answer = case.come_back(query, **{"Accept-Language": "en-GB,en;q=0.9"})
    assert "The consent was given and verified" in answer.text
    assert answer.headers["Content-Language"] == "en"
    firm = case.rig.administration.firms.get(case.rig.firm)
    for secret in (query["state"], query["tenant"], firm.name, firm.raynet_instance):
        assert secret not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "script-src" not in answer.headers["Content-Security-Policy"]


def test_cancelling_changes_nothing_though_microsoft_says_admin_consent_true(case: Consented) -> None:
    query = case.decide(case.link(), None)
    assert query["admin_consent"] == "True"
    answer = case.come_back(query)
    assert "Souhlas nebyl udělen" in answer.text
    found = case.consent()
    assert (found.granted_at, found.refused_code, found.state) == (None, "AADSTS65004", ConsentState.UNKNOWN)


def test_somebody_without_the_right_is_told_who_has_it(case: Consented) -> None:
    answer = case.come_back(case.decide(case.link(), case.clerk))
    assert "Souhlas smí udělit jen správce tenantu" in answer.text
    assert case.consent().refused_code == "AADSTS90094"


def test_while_microsoft_spreads_it_that_is_a_state_of_its_own_with_its_end(case: Consented) -> None:
    case.rig.world.entra.switches.role_spread_seconds = 240
    answer = case.come_back(case.decide(case.link(), case.admin))
    assert "Microsoft jej ještě rozšiřuje" in answer.text
    found = case.consent()
    assert found.state is ConsentState.WAITING
    waiting = {one.id: one.until for one in found.steps if one.state is StepState.WAITING}
    assert waiting["roles"] == case.rig.clock() + timedelta(minutes=30)
    assert case.desk.check_due() == 0
    case.rig.tick(121)
    assert case.desk.check_due() == 1
    assert case.consent().state is ConsentState.WAITING
    case.rig.tick(121)
    assert case.desk.check_due() == 1
    assert case.consent().state is ConsentState.OK


def test_what_does_not_come_in_half_an_hour_has_failed(case: Consented) -> None:
    case.rig.world.entra.switches.role_spread_seconds = 7_200
    case.come_back(case.decide(case.link(), case.admin))
    case.rig.tick(1_801)
    assert case.check().state is ConsentState.FAILED


def test_a_firm_that_was_refused_starts_at_once_and_not_after_an_hour(case: Consented) -> None:
    rig = case.rig
    rig.one_pass()
    rig.one_pass()
    assert case.rig.administration.consents.is_refused(rig.firm)
    case.come_back(case.decide(case.link(), case.admin))
    assert not rig.administration.consents.is_refused(rig.firm)
    rig.tick()
    rig.sync()
    assert rig.administration.overview.status(rig.firm).sync.graph_breaker is None


# --- each rung failing in turn --------------------------------------------------------------------------------------


def failed(case: Consented) -> list[tuple[str, str]]:
    case.rig.tick(3_600)
    return [(one.id, one.code) for one in case.check().steps if one.state is StepState.FAILED]


def given(case: Consented) -> Consented:
    case.come_back(case.decide(case.link(), case.admin))
    assert case.consent().state is ConsentState.OK
    return case


def test_the_app_removed_from_the_tenant(case: Consented) -> None:
    given(case).rig.world.entra.revoke(case.rig.tenant, CLIENT_ID)
    assert failed(case) == [("token", "graph_not_consented")]


def test_the_app_disabled_by_the_tenant(case: Consented) -> None:
    tenant = given(case).rig.world.entra.tenants[case.rig.tenant]
    tenant.service_principals[CLIENT_ID].enabled = False
    assert failed(case) == [("token", "graph_app_disabled")]


def test_conditional_access(case: Consented) -> None:
    given(case).rig.world.entra.tenants[case.rig.tenant].blocks_workloads = True
    assert failed(case) == [("token", "graph_conditional_access")]


def test_a_role_taken_back(case: Consented) -> None:
    given(case).rig.world.entra.consent(case.rig.tenant, CLIENT_ID, frozenset({"User.Read.All"}))
    assert failed(case) == [("roles", "roles_missing"), ("mailbox", "graph_no_role")]


def test_the_directory_closed(case: Consented) -> None:
    roles = frozenset({"Calendars.ReadWrite", "Calendars.Read", "Organization.Read.All"})
    given(case).rig.sync()
    case.rig.world.entra.consent(case.rig.tenant, CLIENT_ID, roles)
    assert ("directory", "roles_missing") in failed(case)
    assert case.consent().state is ConsentState.FAILED


def test_another_tenant_behind_the_same_id(case: Consented) -> None:
    """Graph names another tenant than the one the token was asked for: nothing about it can be trusted."""
    entra = given(case).rig.world.entra
    stranger = entra.tenants[case.stranger.tenant_id]
    entra.consent(stranger, CLIENT_ID)
    entra.tenants[case.rig.tenant] = stranger
    assert ("tenant", "another_tenant") in failed(case)
    assert case.consent().state is ConsentState.FAILED


def test_a_calendar_that_does_not_open(case: Consented) -> None:
    rig = given(case).rig
    rig.sync()
    policy = AccessPolicy(mailboxes=frozenset(), restricts=True)
    rig.world.graph.access.policies[(rig.tenant, CLIENT_ID)] = [policy]
    assert failed(case) == [("mailbox", "graph_no_access")]


def test_an_authority_that_is_down_says_nothing(case: Consented) -> None:
    given(case).rig.world.entra.break_down(90033, 36_000)
    assert failed(case) == []
    assert case.consent().state is ConsentState.UNKNOWN
    assert case.consent().next_check_at == case.rig.clock() + timedelta(minutes=10)


# --- a tenant that limits us to some mailboxes ------------------------------------------------------------------------


def test_a_limit_by_rbac_waits_up_to_two_hours_and_is_not_probed_meanwhile(case: Consented) -> None:
    rig = given(case).rig
    rig.sync()
    roles = frozenset({"User.Read.All", "Organization.Read.All"})
    rig.world.entra.consent(rig.tenant, CLIENT_ID, roles)
    rig.clock.advance(hours=1)
    rig.administration.consents.set_limit(rig.firm, MailboxLimit.RBAC, "ros@valce.example", actor="admin:7")
    found = case.check()
    assert found.state is ConsentState.WAITING
    assert found.next_check_at is not None
    assert found.next_check_at - rig.clock() > timedelta(minutes=30)
    jana = rig.people["jana"].mailbox
    rig.world.graph.assign_rbac(rig.tenant, CLIENT_ID, {jana.id}, {"Calendars.ReadWrite", "Calendars.Read"})
    rig.clock.advance(hours=1)
    found = case.check()
    assert found.state is ConsentState.OK
    assert {one.id: one.code for one in found.steps}["roles"] == "by_exchange"


def test_one_calendar_of_the_group_is_enough(case: Consented) -> None:
    rig = given(case).rig
    rig.sync()
    petr = add_person_with_seat(rig, "petr")
    rig.sync()
    policy = AccessPolicy(mailboxes=frozenset({petr.mailbox.id}), restricts=True)
    rig.world.graph.access.policies[(rig.tenant, CLIENT_ID)] = [policy]
    rig.tick(3_600)
    assert case.check().state is ConsentState.OK


# --- what nobody can make happen ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [None, "", "x" * 43, "A" * 5_000, "' OR '1'='1", "\u202e<script>"])
def test_a_forged_state_is_refused_and_repeated_nowhere(case: Consented, state: str | None) -> None:
    case.link()
    query = {"tenant": case.rig.tenant, "admin_consent": "True"} | ({} if state is None else {"state": state})
    answer = case.come_back(query)
    assert answer.status_code == 404
    assert "Tento odkaz neznáme" in answer.text
    assert not state or state not in answer.text
    assert case.consent().granted_at is None


def test_a_replayed_return_is_refused(stored: Consented) -> None:
    case = stored
    query = case.decide(case.link(), case.admin)
    case.come_back(query)
    case.rig.world.entra.revoke(case.rig.tenant, CLIENT_ID)
    granted_at = case.consent().granted_at
    case.rig.tick(60)
    answer = case.come_back(query)
    assert (answer.status_code, "Tento odkaz už byl použit" in answer.text) == (410, True)
    assert case.consent().granted_at == granted_at


def test_a_cancelled_link_cannot_be_turned_into_consent_afterwards(case: Consented) -> None:
    query = case.decide(case.link(), None)
    case.come_back(query)
    forged = {"tenant": case.rig.tenant, "state": query["state"], "admin_consent": "True"}
    assert case.come_back(forged).status_code == 410
    assert case.consent().granted_at is None


def test_an_expired_link_is_refused(case: Consented) -> None:
    query = case.decide(case.link(), case.admin)
    case.rig.clock.advance(days=3)
    answer = case.come_back(query)
    assert (answer.status_code, "Platnost odkazu skončila" in answer.text) == (410, True)
    assert case.consent().granted_at is None


def test_the_tenant_in_the_address_binds_nobody(case: Consented, expected_logs: ExpectedLogs) -> None:
    """Who forges the return with a tenant that has consented, but is not the firm's, gains nothing."""
    expected_logs("consent_of_another_tenant")
    case.rig.world.entra.consent(case.stranger.tenant_id, CLIENT_ID)
    query = case.decide(case.link(), case.admin) | {"tenant": case.stranger.tenant_id}
    answer = case.come_back(query)
    assert (answer.status_code, "Souhlas přišel z jiného tenantu" in answer.text) == (409, True)
    assert case.rig.administration.firms.get(case.rig.firm).tenant_id == case.rig.tenant
    assert case.consent().granted_at is None


def test_another_firm_s_state_says_nothing_about_ours(case: Consented, expected_logs: ExpectedLogs) -> None:
    """Our administrator's consent brought back with a state of another firm: neither firm takes it."""
    expected_logs("consent_of_another_tenant")
    theirs = add_firm(case.rig)
    foreign = case.rig.administration.consents.new_link(theirs.firm, actor="admin:9")
    query = case.decide(case.link(), case.admin) | {"state": foreign.state}
    assert case.come_back(query).status_code == 409
    assert case.consent().granted_at is None
    assert case.rig.administration.consents.get(theirs.firm).granted_at is None


def test_a_claim_without_consent_behind_it_convinces_nobody(case: Consented) -> None:
    """The administrator closed Microsoft's page and typed the success form by hand."""
    state = dict(pair.split("=", 1) for pair in case.link().split("?")[1].split("&"))["state"]
    answer = case.come_back({"tenant": case.rig.tenant, "state": state, "admin_consent": "True"})
    assert answer.status_code == 200
    assert case.consent().state is not ConsentState.OK
    case.rig.tick(3_600)
    assert case.check().state is ConsentState.FAILED


def test_a_link_of_the_tenant_before_is_refused(case: Consented) -> None:
    query = case.decide(case.link(), case.admin)
    case.rig.administration.firms.connect(
        case.rig.firm, ConnectionChange(tenant_id=case.stranger.tenant_id), actor="admin:1"
    )
    assert case.come_back(query).status_code == 409
    assert case.consent().granted_at is None


def test_a_parameter_given_twice_is_believed_in_neither_form(case: Consented) -> None:
    query = case.decide(case.link(), case.admin)
    state = query.pop("state")
    answer = case.client.simulate_get(
        "/souhlas/navrat", query_string=f"tenant={query['tenant']}&admin_consent=True&state={state}&state=x"
    )
    assert answer.status_code == 404
    assert case.come_back(query | {"state": state}).status_code == 200


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "OPTIONS"])
def test_only_get_uses_a_link_up(case: Consented, method: str) -> None:
    query = case.decide(case.link(), case.admin)
    case.client.simulate_request(method, "/souhlas/navrat", params=query)
    assert case.consent().granted_at is None
    assert case.come_back(query).status_code == 200


def test_a_firm_without_a_tenant_gets_no_link(case: Consented) -> None:
    rig = case.rig
    statement = update(firm_table).values(tenant_id="")
    rig.database.write(rig.firm, lambda scope: scope.change(statement))
    with pytest.raises(Refused) as refused:
        case.link()
    assert refused.value.code == "firm_without_tenant"


def test_nothing_of_a_return_is_logged(case: Consented, caplog: pytest.LogCaptureFixture) -> None:
    query = case.decide(case.link(), None)
    caplog.set_level("DEBUG")
    case.come_back(query)
    text = " ".join(str(record.msg) for record in caplog.records)
    assert "consent_returned" in text
    for value in (query["state"], query["error_description"], case.rig.tenant):
        assert value not in text


def test_who_guesses_states_writes_nothing_and_waits_for_no_writer(case: Consented) -> None:
    """A writer that holds the database does not hold up those who are refused."""
    case.link()
    began, ended = threading.Event(), threading.Event()

    def hold(connection: Connection) -> None:
        began.set()
        ended.wait(60)

    writer = threading.Thread(target=case.rig.database.write_unscoped, args=(hold,))
    writer.start()
    try:
        assert began.wait(60)
        assert case.come_back({"state": "x" * 43, "tenant": "t", "admin_consent": "True"}).status_code == 404
    finally:
        ended.set()
        writer.join()


def test_those_who_check_at_once_ask_microsoft_once(case: Consented) -> None:
    given(case)
    case.rig.tick(3_600)
    asked, go_on = threading.Event(), threading.Event()
    remotes = EngineRemotes(case.rig.engine)
    calls: list[str] = []

    class Slow:
        """Microsoft takes its time."""

        def __call__(self, op: Op[T]) -> T:
            calls.append(type(op).__name__)
            asked.set()
            assert go_on.wait(60)
            return remotes.graph(op)

    administration = case.rig.administration
    desk = ConsentDesk(administration.consents, administration.firms, Slow(), case.rig.clock)
    first = threading.Thread(target=desk.check, args=(case.rig.firm,), kwargs={"actor": "admin:7"})
    first.start()
    try:
        assert asked.wait(60)
        before = len(calls)
        assert desk.check(case.rig.firm, actor="admin:8").state is ConsentState.OK
        assert len(calls) == before
    finally:
        go_on.set()
        first.join()
