"""Consent: the link, what comes back, and whether it holds."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from server.domain.consent import (
    ConsentCase,
    ConsentGiven,
    ConsentRefused,
    ConsentState,
    ConsentStep,
    consent_link,
    judged,
    read_consent,
    verdict,
)
from server.microsoft.consent import verify_consent
from tests.server.microsoft.scripted import (
    ANNA,
    AUTHORITY,
    FIRM,
    START,
    TENANT,
    Answer,
    Seen,
    refusal,
    rig,
    token_answer,
)


def is_consented(steps: tuple[ConsentStep, ...]) -> bool:
    return verdict(judged(steps, ConsentCase(now=START))) is ConsentState.OK


ALL = ("Calendars.ReadWrite", "Calendars.Read", "User.Read.All", "Organization.Read.All")


def test_the_link_asks_for_the_static_set_of_the_registration() -> None:
    link = consent_link(AUTHORITY, client_id="client-id", redirect_uri="https://ros.test/souhlas?x=1", state="s&t")
    parts = urlsplit(link)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{AUTHORITY}/organizations/v2.0/adminconsent"
    assert dict(parse_qsl(parts.query)) == {
        "client_id": "client-id",
        "scope": "https://graph.microsoft.com/.default",
        "redirect_uri": "https://ros.test/souhlas?x=1",
        "state": "s&t",
    }
    named = consent_link(AUTHORITY, client_id="c", redirect_uri="r", state="s", tenant=TENANT)
    assert f"/{TENANT}/v2.0/adminconsent" in named


@pytest.mark.parametrize(
    ("query", "outcome"),
    [
        ({"tenant": TENANT, "state": "s", "admin_consent": "True"}, ConsentGiven(tenant_id=TENANT, state="s")),
        (
            {
                "admin_consent": "True",
                "error": "consent_required",
                "error_description": "AADSTS65004: No",
                "state": "s",
            },
            ConsentRefused(error="consent_required", detail="AADSTS65004", state="s"),
        ),
        (
            {"tenant": TENANT, "admin_consent": "True", "error": "<script>", "state": "s"},
            ConsentRefused(error="unknown", detail=None, state="s"),
        ),
        ({"tenant": TENANT, "state": "s"}, ConsentRefused(error="unknown", detail=None, state="s")),
        ({"tenant": "evil/..", "admin_consent": "True"}, ConsentRefused(error="unknown", detail=None, state="")),
        ({}, ConsentRefused(error="unknown", detail=None, state="")),
    ],
)
def test_an_error_is_looked_at_first(query: dict[str, str], outcome: ConsentGiven | ConsentRefused) -> None:
    assert read_consent(query) == outcome


class TestLadder:
    @staticmethod
    def graph(seen: Seen) -> Answer:
        if seen.path == "/organization":
            return Answer(body={"value": [{"id": TENANT.upper()}]})
        if "appRoleAssignments" in seen.path:
            return refusal(403, "Authorization_RequestDenied")
        return Answer(body={"id": "c"})

    def test_a_whole_consent_passes_every_rung(self) -> None:
        test = rig(self.graph, lambda seen: token_answer(1, ALL))
        steps = verify_consent(test.gateway, firm=FIRM, tenant_id=TENANT, mailboxes=[ANNA])
        assert [(step.id, step.ok) for step in steps] == [
            ("token", True),
            ("roles", True),
            ("directory", True),
            ("grants", None),
            ("tenant", True),
            ("mailbox", True),
        ]
        assert is_consented(steps)

    def test_roles_granted_after_the_first_token_are_seen_at_once(self) -> None:
        answers = [token_answer(1, ()), token_answer(2, ALL)]
        test = rig(self.graph, lambda seen: answers.pop(0))
        first = verify_consent(test.gateway, firm=FIRM, tenant_id=TENANT)
        assert not is_consented(first)
        assert first[1].detail == " ".join(ALL)
        assert is_consented(verify_consent(test.gateway, firm=FIRM, tenant_id=TENANT))

    def test_a_tenant_that_limits_us_by_exchange_has_no_roles_and_is_fine(self) -> None:
        test = rig(self.graph, lambda seen: token_answer(1, ("User.Read.All", "Organization.Read.All")))
        steps = verify_consent(test.gateway, firm=FIRM, tenant_id=TENANT, mailboxes=[ANNA])
        assert [(step.id, step.ok) for step in steps if step.ok is False] == [("roles", False)]
        assert is_consented(steps)

    def test_without_the_directory_nobody_is_found_whatever_calendars_open(self) -> None:
        test = rig(self.graph, lambda seen: token_answer(1, ("Calendars.ReadWrite", "Calendars.Read")))
        steps = verify_consent(test.gateway, firm=FIRM, tenant_id=TENANT, mailboxes=[ANNA])
        assert ("directory", False, "User.Read.All") in [(step.id, step.ok, step.detail) for step in steps]
        assert not is_consented(steps)

    def test_an_authority_in_trouble_says_nothing_about_consent(self) -> None:
        test = rig(self.graph, lambda seen: Answer(status=503, body={"error": "temporarily_unavailable"}))
        (step,) = verify_consent(test.gateway, firm=FIRM, tenant_id=TENANT, mailboxes=[ANNA])
        assert (step.id, step.ok) == ("token", None)
        assert verdict(judged((step,), ConsentCase(now=START))) is ConsentState.UNKNOWN

    def test_without_a_token_the_ladder_ends(self) -> None:
        text = {"error": "unauthorized_client", "error_description": "AADSTS700016", "error_codes": [700016]}
        test = rig(self.graph, lambda seen: Answer(status=400, body=text))
        (step,) = verify_consent(test.gateway, firm=FIRM, tenant_id=TENANT, mailboxes=[ANNA])
        assert (step.id, step.ok, step.detail) == ("token", False, "graph_not_consented/AADSTS700016")
        assert not is_consented((step,))

    def test_another_tenant_than_claimed_is_never_bound(self) -> None:
        test = rig(self.graph, lambda seen: token_answer(1, ALL))
        steps = verify_consent(
            test.gateway, firm=FIRM, tenant_id="99999999-2222-3333-4444-555555555555", mailboxes=[ANNA]
        )
        assert ("tenant", False, "another_tenant") in [(step.id, step.ok, step.detail) for step in steps]
        assert not is_consented(steps)

    def test_a_closed_mailbox_is_the_truth(self) -> None:
        def graph(seen: Seen) -> Answer:
            return refusal(403, "ErrorAccessDenied") if "/users/" in seen.url else self.graph(seen)

        test = rig(graph, lambda seen: token_answer(1, ALL))
        steps = verify_consent(test.gateway, firm=FIRM, tenant_id=TENANT, mailboxes=[ANNA])
        assert steps[-1].detail == "graph_no_access/ErrorAccessDenied"
        assert not is_consented(steps)
