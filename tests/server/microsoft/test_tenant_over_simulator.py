"""The gateway over the simulated Microsoft: closed mailboxes, users, consent, subscriptions."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.domain.ids import MailboxId
from server.errors import Denied, Gone, Scope, Throttled, Unavailable
from server.microsoft.consent import verify_consent
from server.ports.graph import (
    CreateEvent,
    DeltaRound,
    FindUser,
    ListUsers,
    ProbeMailbox,
    ProbeTenant,
    RenewSubscription,
    Subscribe,
    Unsubscribe,
)
from simulator.graph.mailbox import MailboxState
from tests.server.microsoft.simulated import (
    FIRM,
    START,
    draft,
    failed,
    hours,
    id_of,
    simulated,
    wish,
)
from tests.support.contracts import contracts_folder


class TestMailboxes:
    @pytest.mark.parametrize(
        ("state", "code"),
        [
            (MailboxState.FORBIDDEN, "graph_no_access"),
            (MailboxState.NONE, "graph_no_mailbox"),
            (MailboxState.ON_PREMISES, "graph_no_mailbox"),
        ],
    )
    def test_a_closed_mailbox_is_denied_everywhere_and_alone(self, state: MailboxState, code: str) -> None:
        test = simulated()
        anna, bob = test.person("anna"), test.person("bob")
        anna.state = state
        probe = failed(test, ProbeMailbox(FIRM, id_of(anna)))
        assert isinstance(probe, Denied)
        assert (probe.code, probe.scope) == (code, Scope.MAILBOX)
        outcomes = test.rounds(wish(anna), wish(bob))
        denied = outcomes[id_of(anna)]
        assert isinstance(denied, Denied)
        assert denied.code == code
        assert isinstance(outcomes[id_of(bob)], DeltaRound)
        assert isinstance(failed(test, CreateEvent(FIRM, id_of(anna), draft(hours(1, 2)))), Denied)

    def test_a_moving_mailbox_is_trouble_and_no_refusal(self) -> None:
        for status in (503, 500, 404):
            test = simulated()
            test.world.graph.switches.mailbox_move_status = status
            anna = test.person("anna")
            anna.state = MailboxState.MOVING
            moving = failed(test, ProbeMailbox(FIRM, id_of(anna)))
            assert isinstance(moving, Unavailable)
            assert (moving.code, moving.scope) == ("graph_mailbox_moving", Scope.MAILBOX)

    def test_an_unknown_user_is_told(self) -> None:
        error = failed(simulated(), ProbeMailbox(FIRM, MailboxId("00000000-0000-4000-8000-000000000000")))
        assert (error.code, error.scope) == ("graph_unknown_user", Scope.MAILBOX)

    def test_a_throttled_mailbox_waits_alone(self) -> None:
        test = simulated()
        anna, bob = test.person("anna"), test.person("bob")
        test.world.graph.throttle_mailbox(anna, 30)
        outcomes = test.rounds(wish(anna), wish(bob))
        waiting = outcomes[id_of(anna)]
        assert isinstance(waiting, Throttled)
        assert waiting.until == START + timedelta(seconds=30)
        assert isinstance(outcomes[id_of(bob)], DeltaRound)
        test.clock.advance(seconds=30)
        test.round(anna)

    def test_a_user_is_found_by_every_address(self) -> None:
        test = simulated()
        proxies = ("SMTP:anna.novak@firma.cz", "smtp:anna@firma.cz")
        user = test.world.entra.add_user(
            test.tenant, "novak@firma.cz", "Anna", mail="anna.novak@firma.cz", proxy_addresses=proxies
        )
        for address in ("Anna.Novak@firma.cz", "anna@firma.cz", "novak@firma.cz"):
            found = test.perform(FindUser(FIRM, address))
            assert found.mailbox == user.id
            assert found.addresses == ("anna.novak@firma.cz", "anna@firma.cz", "novak@firma.cz")
        assert test.perform(FindUser(FIRM, "o'brien@firma.cz")) is None


class TestDirectory:
    def test_the_whole_directory_is_listed_page_by_page_without_guests(self) -> None:
        test = simulated()
        people = {id_of(test.person(f"osoba{number}")) for number in range(3)}
        for number in range(1_200):
            test.world.entra.add_user(test.tenant, f"u{number}@firma.cz", f"Uživatel {number}")
        guest = test.world.entra.add_user(test.tenant, "host@firma.cz", "Host", user_type="Guest")
        before = test.gateway.counters(FIRM).http
        found = test.perform(ListUsers(FIRM))
        assert test.gateway.counters(FIRM).http - before == 2
        assert len(found) == 1_203
        assert people <= {one.mailbox for one in found}
        assert guest.id not in {one.mailbox for one in found}


class TestConsent:
    def test_a_whole_consent_is_believed(self) -> None:
        test = simulated()
        anna = test.person("anna")
        steps = verify_consent(test.gateway, firm=FIRM, tenant_id=test.tenant.id, mailboxes=[id_of(anna)])
        assert [(step.id, step.ok) for step in steps if step.id != "grants"] == [
            ("token", True),
            ("roles", True),
            ("directory", True),
            ("tenant", True),
            ("mailbox", True),
        ]
        assert test.perform(ProbeTenant(FIRM)) == test.tenant.id

    def test_a_revoked_consent_stops_the_firm_and_a_new_one_starts_it_at_once(self) -> None:
        test = simulated()
        anna = test.person("anna")
        test.round(anna)
        test.world.entra.revoke(test.tenant, test.registration.client_id)
        test.clock.advance(hours=2)
        refused = test.rounds(wish(anna))[id_of(anna)]
        assert isinstance(refused, Denied)
        assert (refused.code, refused.scope, refused.detail) == ("graph_not_consented", Scope.FIRM, "AADSTS700016")
        test.world.entra.consent(test.tenant, test.registration.client_id)
        test.round(anna)

    def test_a_tenant_without_roles_says_so_only_after_the_mailbox_was_asked(self) -> None:
        test = simulated(frozenset())
        anna, bob = test.person("anna"), test.person("bob")
        assert failed(test, ProbeMailbox(FIRM, id_of(anna))).code == "graph_no_role"
        roles = {"Calendars.ReadWrite", "Calendars.Read"}
        test.world.graph.assign_rbac(test.tenant.id, test.registration.client_id, {anna.id}, roles)
        test.perform(ProbeMailbox(FIRM, id_of(anna)))
        assert failed(test, ProbeMailbox(FIRM, id_of(bob))).scope is Scope.MAILBOX

    def test_an_expired_token_is_replaced_without_anybody_noticing(self) -> None:
        test = simulated()
        anna = test.person("anna")
        for _ in range(5):
            test.clock.advance(minutes=40)
            test.round(anna)
        test.world.entra._issued.clear()
        test.round(anna)


class TestSubscriptions:
    def test_a_subscription_lives_and_dies(self) -> None:
        test = simulated()
        anna = test.person("anna")
        wanted = Subscribe(FIRM, id_of(anna), "secret-state", START + timedelta(days=30))
        made = test.perform(wanted)
        assert START + timedelta(days=6, hours=23) < made.expires_at < START + timedelta(days=7)
        validated = {push.url.partition("?")[0] for push in test.doorman.pushes}
        assert validated == {"https://ros.firma.cz/notify/graph", "https://ros.firma.cz/notify/graph/lifecycle"}
        test.clock.advance(days=5)
        renewed = test.perform(RenewSubscription(FIRM, made.id, START + timedelta(days=30)))
        assert renewed > made.expires_at
        assert test.perform(Unsubscribe(FIRM, made.id)) is None
        assert isinstance(failed(test, RenewSubscription(FIRM, made.id, renewed)), Gone)
        assert test.perform(Unsubscribe(FIRM, made.id)) is None

    def test_a_duplicate_is_reused_where_graph_refuses_it(self) -> None:
        test = simulated()
        test.world.graph.switches.duplicate_subscriptions_accepted = False
        anna = test.person("anna")
        wanted = Subscribe(FIRM, id_of(anna), "secret-state", START + timedelta(days=5))
        first = test.perform(wanted)
        test.perform(wanted)
        test.perform(replace(wanted, client_state="another-state"))
        assert len(test.world.graph.subscriptions.all()) == 1
        assert first.client_state == "secret-state"

    def test_an_excluded_mailbox_cannot_be_watched(self) -> None:
        test = simulated()
        anna = test.person("anna")
        anna.state = MailboxState.FORBIDDEN
        error = failed(test, Subscribe(FIRM, id_of(anna), "s", START + timedelta(days=5)))
        assert (error.scope, error.detail) == (Scope.MAILBOX, "ExtensionError")


def test_everything_was_held_against_the_contract() -> None:
    if contracts_folder() is None:
        return
    test = simulated()
    anna = test.person("anna")
    test.round(anna)
    assert test.world.checked == 1
