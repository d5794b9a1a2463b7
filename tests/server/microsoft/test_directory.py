"""Users, the tenant, the mailbox."""

from typing import Any

import pytest

from server.errors import Denied, Remote, Unavailable
from server.ports.graph import FindUser, ProbeMailbox, ProbeTenant
from tests.server.microsoft.scripted import ANNA, FIRM, TENANT, Answer, Rig, Seen, refusal, rig


def user(id_: str, **members: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "id": id_,
        "displayName": id_,
        "mail": None,
        "userPrincipalName": f"{id_}@firma.cz",
        "proxyAddresses": [],
    }
    return usual | {"userType": "Member"} | members


def find(email: str, *users: dict[str, Any]) -> tuple[Any, Rig]:
    test = rig(lambda seen: Answer(body={"value": list(users)}))
    return test.perform(FindUser(FIRM, email)), test


def test_the_addresses_of_a_user_come_primary_first_in_lower_case() -> None:
    proxies = ["smtp:A.Novak@firma.cz", "SMTP:Anna.Novak@Firma.cz", "x500:/o=ExchangeLabs", "smtp:anna@firma.cz"]
    found, test = find("Anna@firma.cz", user("anna", mail="Anna@Firma.cz", displayName=None, proxyAddresses=proxies))
    assert found.mailbox == "anna"
    assert found.addresses == ("anna.novak@firma.cz", "anna@firma.cz", "a.novak@firma.cz")
    assert found.name == ""
    asked = test.microsoft.requests[0]
    assert asked.query["$filter"] == (
        "mail eq 'anna@firma.cz' or userPrincipalName eq 'anna@firma.cz' "
        "or proxyAddresses/any(p:p eq 'smtp:anna@firma.cz')"
    )
    assert "userType" in asked.query["$select"]


def test_an_apostrophe_does_not_end_the_text() -> None:
    _, test = find("o'brien' or 1 eq 1@firma.cz")
    assert "mail eq 'o''brien'' or 1 eq 1@firma.cz' or" in test.microsoft.requests[0].query["$filter"]


@pytest.mark.parametrize(
    ("users", "expected"),
    [
        ((), None),
        ((user("b", userPrincipalName="x@f.cz"), user("a", mail="X@f.cz")), "a"),
        ((user("b", userPrincipalName="x@f.cz"), user("a", proxyAddresses=["SMTP:x@f.cz"])), "a"),
        ((user("b", proxyAddresses=["smtp:x@f.cz"]), user("a", userPrincipalName="X@F.cz")), "a"),
        ((user("a", proxyAddresses=["smtp:x@f.cz"]),), "a"),
        ((user("g", mail="x@f.cz", userType="Guest"), user("a", userPrincipalName="x@f.cz")), "a"),
        ((user("g", mail="x@f.cz", userType="Guest"),), "g"),
        ((user("a", mail="x@f.cz"), user("b", mail="x@f.cz")), None),
        ((user("a", mail="other@f.cz"),), None),
        ((user("a", mail="x@f.cz", accountEnabled=False),), "a"),
    ],
)
def test_the_best_hit_wins_and_nobody_guesses(users: tuple[dict[str, Any], ...], expected: str | None) -> None:
    found, _ = find("x@f.cz", *users)
    assert (found.mailbox if found else None) == expected


@pytest.mark.parametrize("body", [{"value": None}, {}, {"value": ["x"]}, {"value": [{"id": 5}]}])
def test_a_broken_list_of_users_is_no_knowledge(body: Any) -> None:
    with pytest.raises(Unavailable):
        rig(lambda seen: Answer(body=body)).perform(FindUser(FIRM, "x@f.cz"))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (refusal(403, "ErrorAccessDenied"), "graph_no_access"),
        (refusal(404, "MailboxNotEnabledForRESTAPI"), "graph_no_mailbox"),
        (refusal(404, "ErrorInvalidUser"), "graph_unknown_user"),
        (refusal(404, "Request_ResourceNotFound"), "graph_unknown_user"),
    ],
)
def test_a_closed_mailbox_says_why(answer: Answer, code: str) -> None:
    with pytest.raises(Denied) as caught:
        rig(lambda seen: answer).perform(ProbeMailbox(FIRM, ANNA))
    assert (caught.value.code, caught.value.scope.value) == (code, "mailbox")


def test_an_open_mailbox_is_silent() -> None:
    test = rig(lambda seen: Answer(body={"id": "c"}))
    assert test.perform(ProbeMailbox(FIRM, ANNA)) is None
    assert test.microsoft.requests[0].path == "/users/anna-id/calendar"


def test_the_tenant_is_named_by_graph_itself() -> None:
    assert rig(lambda seen: Answer(body={"value": [{"id": TENANT}]})).perform(ProbeTenant(FIRM)) == TENANT


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(body={"value": []}), "graph_broken_reply"),
        (Answer(body={"value": [{"id": None}]}), "graph_broken_reply"),
        (refusal(403, "Authorization_RequestDenied"), "graph_directory_denied"),
    ],
)
def test_a_tenant_that_is_not_named_is_not_guessed(answer: Answer, code: str) -> None:
    with pytest.raises(Remote) as caught:
        rig(lambda seen: answer).perform(ProbeTenant(FIRM))
    assert caught.value.code == code


def test_the_directory_lists_our_roles() -> None:
    rows = [{"appRoleId": "EF54D2BF-783f-4e0f-bca1-3210c0444d99"}, {"appRoleId": "unknown"}, None]

    def graph(seen: Seen) -> Answer:
        assert seen.path == "/servicePrincipals(appId='client-id')/appRoleAssignments"
        return Answer(body={"value": rows})

    assert rig(graph).gateway.assigned_roles(FIRM) == {"Calendars.ReadWrite"}
