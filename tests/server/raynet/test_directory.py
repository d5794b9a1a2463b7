"""Who is who, and webhooks, over the simulated Raynet and over odd replies."""

from dataclasses import replace

import pytest

from server.domain.ids import FirmId, PersonId
from server.errors import Denied, Gone, Rejected, Scope, Unavailable
from server.ports.raynet import CreateWebhook, DeleteWebhook, ListWebhooks, PersonsByEmail, Probe, RaynetUsers
from simulator.faults import EmptyList, HtmlPage, Status
from simulator.raynet import RaynetSwitches
from simulator.raynet.populate import add_person, add_user
from tests.server.raynet.scripted import Canned, scripted
from tests.server.raynet.simulated import API_LOGIN, FIRM, OWNER_LOGIN, Simulated, simulated

URL = "https://ros.vitkovice.cz/notify/raynet/1/secret"
INFO = Canned(body={"username": API_LOGIN, "userAccountId": 7})


# --- the API user -----------------------------------------------------------------------------------------------------


def test_a_probe_tells_login_zone_and_person() -> None:
    sim = simulated()
    identity = sim.perform(Probe(FIRM))
    assert identity.login == API_LOGIN
    assert identity.zone == "Europe/Prague"
    assert identity.person == sim.instance.user(API_LOGIN).person


def test_a_probe_follows_a_changed_zone() -> None:
    sim = simulated()
    sim.perform(Probe(FIRM))
    sim.ui.set_time_zone(API_LOGIN, "AMERICA_NEW_YORK")
    assert sim.perform(Probe(FIRM)).zone == "America/New_York"


@pytest.mark.parametrize("status", [403, 404, 500])
def test_an_account_that_may_not_be_read_leaves_the_zone_unknown(status: int) -> None:
    denied = Canned(status=status, body={"type": "AccessDeniedException", "message": "AccessDeniedException: x"})
    identity = scripted(INFO, denied).perform(Probe(FIRM))
    assert (identity.login, identity.zone, identity.person) == (API_LOGIN, None, None)


def test_a_zone_nobody_knows_is_unknown() -> None:
    account = Canned(body={"success": "true", "data": {"id": 7, "timezone": "MARS_BASE", "person": {"id": 3}}})
    identity = scripted(INFO, account).perform(Probe(FIRM))
    assert (identity.zone, identity.person) == (None, 3)


def test_trouble_while_probing_is_no_knowledge() -> None:
    with pytest.raises(Unavailable):
        scripted(INFO, Canned(status=503, body=b"")).perform(Probe(FIRM))
    for body in (b"<html>", b"[]", b"{}", b'{"username": 5}'):
        with pytest.raises(Unavailable):
            scripted(Canned(body=body)).perform(Probe(FIRM))


def test_without_the_security_address_reading_a_client_proves_the_login() -> None:
    missing = Canned(status=404, body=b"<html>")
    one = Canned(body={"success": True, "totalCount": 40, "data": [{"id": 1}]})
    identity = scripted(missing, one).perform(Probe(FIRM))
    assert identity.zone is None
    with pytest.raises(Denied) as caught:
        scripted(Canned(status=404, body={"type": "InstanceNotFound", "message": "no"})).perform(Probe(FIRM))
    assert caught.value.code == "raynet_unknown_instance"


@pytest.mark.parametrize("body", ["json", "html", "empty"])
def test_wrong_credentials_are_denied_however_it_is_said(body: str) -> None:
    sim = simulated(switches=RaynetSwitches(unauthorised_body=body))  # type: ignore[arg-type]
    sim.checked.check = lambda _request, _response: True  # nobody published what a refused login looks like
    sim.ui.revoke_key("ROS")
    with pytest.raises(Denied) as caught:
        sim.perform(Probe(FIRM))
    assert (caught.value.code, caught.value.scope) == ("raynet_credentials", Scope.FIRM)


# --- users ------------------------------------------------------------------------------------------------------------


def people(sim: Simulated) -> None:
    add_person(sim.instance, "Klient", first_name="Karel", email="karel@klient.cz")
    add_user(sim.instance, "Eva.Mala@Firma.cz", "Eva", "Malá")


def test_users_come_with_their_persons_and_addresses() -> None:
    sim = simulated()
    people(sim)
    users = sim.perform(RaynetUsers(FIRM))
    assert {one.emails for one in users} == {(API_LOGIN,), (OWNER_LOGIN,), ("eva.mala@firma.cz",)}
    assert {one.person for one in users} == {one.person for one in sim.instance.users()}
    assert {one.name for one in users} == {"Sync Technical", "Jan Novák", "Eva Malá"}
    assert all(one.active for one in users)
    assert len(sim.asked()) == 2


def test_where_accounts_may_not_be_read_the_persons_tell() -> None:
    sim = simulated(switches=RaynetSwitches(user_list_needs_admin=True))
    people(sim)
    admin = sim.perform(RaynetUsers(FIRM))
    account = sim.instance.user(API_LOGIN)
    sim.instance.put_user(replace(account, role="READONLY"))
    assert sim.perform(RaynetUsers(FIRM)) == admin


def test_in_detail_the_alternative_address_counts_too() -> None:
    sim = simulated()
    add_user(sim.instance, "eva@firma.cz", "Eva", "Malá", email2="Eva.Mala@Jinde.cz")
    eva = sim.instance.user("eva@firma.cz").person
    detailed = {one.person: one.emails for one in sim.perform(RaynetUsers(FIRM, detailed=True))}
    assert detailed[PersonId(eva)] == ("eva@firma.cz", "eva.mala@jinde.cz")
    assert len(sim.asked()) == 2 + 3


def test_an_account_whose_detail_may_not_be_read_stays_as_listed() -> None:
    nobody = Canned(body={"success": True, "totalCount": 0, "data": []})
    accounts = {"success": True, "totalCount": 1, "data": [{"id": 9, "username": "x@y.cz", "person": {"id": 3}}]}
    hidden = Canned(status=403, body={"type": "AccessDeniedException", "message": "AccessDeniedException: x"})
    (user,) = scripted(nobody, Canned(body=accounts), hidden).perform(RaynetUsers(FIRM, detailed=True))
    assert (user.person, user.emails) == (3, ("x@y.cz",))


def test_an_inactive_account_is_told() -> None:
    persons = {"success": True, "totalCount": 1, "data": [{"id": 3, "lastName": "X", "activeUserAccount": False}]}
    accounts = {"success": True, "totalCount": 1, "data": [{"id": 9, "username": "x@y.cz", "person": {"id": 3}}]}
    (user,) = scripted(Canned(body=persons), Canned(body=accounts)).perform(RaynetUsers(FIRM))
    assert (user.person, user.active, user.emails) == (3, False, ("x@y.cz",))


def test_users_that_did_not_come_whole_are_no_users() -> None:
    sim = simulated()
    sim.fault(HtmlPage())
    with pytest.raises(Unavailable):
        sim.perform(RaynetUsers(FIRM))


# --- persons by address -----------------------------------------------------------------------------------------------


def test_persons_are_found_by_either_address_and_counted_honestly() -> None:
    sim = simulated()
    first = add_person(sim.instance, "A", email="a@x.cz", email2="shared@x.cz")
    second = add_person(sim.instance, "B", email="shared@x.cz")
    found = sim.perform(PersonsByEmail(FIRM, ("A@X.cz", "shared@x.cz", "nobody@x.cz", "", OWNER_LOGIN)))
    assert found == {
        "a@x.cz": (first.id,),
        "shared@x.cz": (first.id, second.id),
        "nobody@x.cz": (),
        "": (),
        OWNER_LOGIN: (PersonId(sim.owner),),
    }


def test_invalidated_persons_are_nobody() -> None:
    sim = simulated()
    person = add_person(sim.instance, "A", email="a@x.cz")
    sim.instance.put_record(replace(person, row_access="INVALID"))
    assert sim.perform(PersonsByEmail(FIRM, ("a@x.cz",))) == {"a@x.cz": ()}


def test_many_addresses_cost_two_calls_per_fifty_once_the_list_operator_has_proved_itself() -> None:
    sim = simulated()
    emails = tuple(f"p{number}@x.cz" for number in range(120))
    for email in emails[:100]:
        add_person(sim.instance, "P", email=email)
    sim.perform(PersonsByEmail(FIRM, emails[:2]))
    before = len(sim.asked())
    found = sim.perform(PersonsByEmail(FIRM, emails))
    assert sum(bool(persons) for persons in found.values()) == 100
    assert len(sim.asked()) - before == 6


PAGE = {"success": True, "totalCount": 1, "data": [{"id": 3, "contactInfo": {"email": "A@x.cz", "email2": None}}]}
NONE = Canned(body={"success": True, "totalCount": 0, "data": []})
UNKNOWN = Canned(status=400, body={"type": "IllegalArgumentException", "message": "Unsupported operator"})


def test_an_unknown_list_operator_leads_to_single_questions_and_is_remembered() -> None:
    odd = scripted(UNKNOWN, Canned(body=PAGE), NONE, NONE)
    assert odd.perform(PersonsByEmail(FIRM, ("a@x.cz", "b@x.cz"))) == {"a@x.cz": (3,), "b@x.cz": ()}
    assert len(odd.transport.requests) == 5
    odd.perform(PersonsByEmail(FIRM, ("a@x.cz", "b@x.cz")))
    assert not any("%5BIN%5D" in str(sent.url) for sent in odd.transport.requests[1:])


def test_a_list_operator_that_finds_nobody_is_not_believed() -> None:
    odd = scripted(NONE, NONE, Canned(body=PAGE), NONE)
    assert odd.perform(PersonsByEmail(FIRM, ("a@x.cz", "b@x.cz")))["a@x.cz"] == (3,)
    sent = len(odd.transport.requests)
    odd.perform(PersonsByEmail(FIRM, ("a@x.cz", "b@x.cz")))
    assert not any("%5BIN%5D" in str(one.url) for one in odd.transport.requests[sent:])


def test_a_filter_that_was_ignored_is_not_taken_for_an_answer() -> None:
    rows = [{"id": number, "contactInfo": {"email": f"{number}@x.cz"}} for number in range(1, 1001)]
    odd = scripted(Canned(body={"success": True, "totalCount": 5000, "data": rows}))
    with pytest.raises(Rejected):
        odd.perform(PersonsByEmail(FIRM, ("7@x.cz",)))


def test_an_empty_answer_among_trouble_is_an_answer_only_when_it_is_whole() -> None:
    sim = simulated()
    sim.fault(Status(503))
    with pytest.raises(Unavailable):
        sim.perform(PersonsByEmail(FIRM, (OWNER_LOGIN,)))
    sim.fault(EmptyList())
    assert sim.perform(PersonsByEmail(FIRM, (OWNER_LOGIN,))) == {OWNER_LOGIN: ()}


# --- webhooks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entity_filter", ["honoured", "ignored", "error"])
def test_a_webhook_is_made_listed_and_removed(entity_filter: str) -> None:
    sim = simulated(switches=RaynetSwitches(entity_filter=entity_filter))  # type: ignore[arg-type]
    made = sim.perform(CreateWebhook(FIRM, URL, "token-1"))
    (seen,) = sim.perform(ListWebhooks(FIRM))
    assert (seen.id, seen.url) == (made, URL)
    sim.perform(DeleteWebhook(FIRM, made))
    assert sim.perform(ListWebhooks(FIRM)) == ()
    with pytest.raises(Gone):
        sim.perform(DeleteWebhook(FIRM, made))


def test_webhooks_that_may_not_be_managed_do_not_stop_the_firm() -> None:
    sim = simulated()
    sim.instance.put_user(replace(sim.instance.user(API_LOGIN), role="READONLY"))
    for op in (ListWebhooks(FIRM), CreateWebhook(FIRM, URL, "token-1")):
        with pytest.raises(Denied) as caught:
            sim.perform(op)
        assert (caught.value.code, caught.value.scope) == ("raynet_forbidden", Scope.ITEM)
    assert sim.perform(PersonsByEmail(FIRM, ("x@y.cz",))) == {"x@y.cz": ()}


@pytest.mark.parametrize("data", [None, [], {}, {"webhooks": None}, {"webhooks": [{"url": "x"}]}, {"webhooks": ["x"]}])
def test_webhooks_that_cannot_be_read_are_not_missing(data: object) -> None:
    with pytest.raises(Unavailable):
        scripted(Canned(body={"success": True, "data": data})).perform(ListWebhooks(FirmId(1)))


def test_a_webhook_without_an_id_may_exist() -> None:
    with pytest.raises(Unavailable) as caught:
        scripted(Canned(status=201, body={"success": True, "data": {}})).perform(CreateWebhook(FirmId(1), URL, "t"))
    assert caught.value.unknown_outcome
