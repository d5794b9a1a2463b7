"""``$batch``, throttling, access, mailbox states, users and organisation."""

from datetime import timedelta
from typing import Any

import pytest

from simulator.graph.batch import AnswerEntry
from simulator.graph.mailbox import MailboxState
from simulator.wire import SimRequest, SimResponse
from tests.simulator.test_graph_client import Office, office, timed

__all__ = ["office"]


def entry(name: str, method: str, url: str, body: Any = None, **members: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"id": name, "method": method, "url": url} | members
    if body is not None:
        found |= {"body": body, "headers": {"Content-Type": "application/json"} | members.get("headers", {})}
    return found


def events(office: Office) -> str:
    return f"/users/{office.jana.id}/events"


# -- $batch ------------------------------------------------------------------------------------------------------------


def test_each_entry_has_its_own_answer_and_preferences(office: Office) -> None:
    event_id = office.create(timed()).body["id"]
    url = f"{events(office)}/{event_id}"
    found = office.batch(
        entry("immutable", "GET", url, headers={"Prefer": 'IdType="ImmutableId"'}),
        entry("normal", "GET", url),
        entry("made", "POST", events(office), timed("B")),
        entry("missing", "DELETE", f"{url[:-4]}AAA="),
    )
    assert found["immutable"]["body"]["id"] == event_id
    assert found["normal"]["body"]["id"] != event_id
    assert (found["made"]["status"], found["made"]["body"]["subject"]) == (201, "B")
    assert (found["missing"]["status"], found["missing"]["body"]["error"]["code"]) == (400, "ErrorInvalidIdMalformed")


def test_answers_come_in_an_order_of_their_own(office: Office) -> None:
    body = {"requests": [entry(str(n), "GET", events(office)) for n in range(20)]}
    order = [int(e["id"]) for e in office.call("POST", "/$batch", body).body["responses"]]
    assert sorted(order) == list(range(20))
    assert order != sorted(order)


def test_more_than_twenty_or_repeated_ids_spoil_the_batch(office: Office) -> None:
    many = {"requests": [entry(str(n), "GET", "/organization") for n in range(21)]}
    assert office.call("POST", "/$batch", many, checks_request=False).status == 400
    same = {"requests": [entry("1", "GET", "/organization")] * 2}
    assert office.call("POST", "/$batch", same).status == 400


def test_a_body_needs_its_content_type_and_batches_do_not_nest(office: Office) -> None:
    bare = {"id": "1", "method": "POST", "url": events(office), "body": timed()}
    found = office.batch(bare, entry("2", "POST", "/$batch", {"requests": []}))
    assert {e["status"] for e in found.values()} == {400}
    assert office.get(events(office)).value == []


def test_what_depends_on_a_failure_is_424(office: Office) -> None:
    found = office.batch(
        entry("1", "POST", events(office), {"subject": "no times"}),
        entry("2", "GET", events(office), dependsOn=["1"]),
        entry("3", "GET", events(office)),
        entry("4", "GET", events(office), dependsOn=["3"]),
    )
    assert {name: e["status"] for name, e in found.items()} == {"1": 400, "2": 424, "3": 200, "4": 200}


def test_faults_and_throttling_strike_single_entries(office: Office) -> None:
    def wrapper(request: SimRequest, answer: AnswerEntry) -> SimResponse:
        if office.petr.id in request.path:
            return SimResponse(status=503, headers={"Retry-After": "7"}, body=b'{"error":{"code":"x","message":"y"}}')
        return answer(request)

    office.graph.wrap_entry = wrapper
    office.graph.throttle_mailbox(office.jana, 30)
    found = office.batch(
        entry("jana", "GET", events(office)),
        entry("petr", "GET", f"/users/{office.petr.id}/events"),
        entry("org", "GET", "/organization"),
    )
    assert (found["jana"]["status"], found["jana"]["headers"]["Retry-After"]) == (429, "30")
    assert (found["petr"]["status"], found["petr"]["headers"]["Retry-After"]) == (503, "7")
    assert found["org"]["status"] == 200


# -- throttling --------------------------------------------------------------------------------------------------------


def test_the_limit_of_ten_minutes_holds_per_mailbox_and_says_when_to_come_back(office: Office) -> None:
    office.graph.switches.requests_per_window = 5
    for _ in range(5):
        assert office.get(events(office)).status == 200
        office.clock.advance(seconds=10)
    refused = office.get(events(office))
    assert (refused.status, refused.code) == (429, "ApplicationThrottled")
    assert office.get(f"/users/{office.petr.id}/events").status == 200
    office.clock.advance(seconds=int(refused.headers["Retry-After"]))
    assert office.get(events(office)).status == 200


def test_refused_requests_count_too(office: Office) -> None:
    office.graph.switches.requests_per_window = 3
    for _ in range(6):
        office.get(events(office))
        office.clock.advance(seconds=100)
    office.clock.advance(seconds=100)
    assert office.get(events(office)).status == 429


def test_no_more_than_four_requests_run_at_once_in_one_mailbox(office: Office) -> None:
    office.graph.switches.occupancy_seconds = 2.0
    statuses = [office.get(events(office)).status for _ in range(6)]
    assert statuses == [200] * 4 + [429] * 2
    assert office.get(f"/users/{office.petr.id}/events").status == 200
    office.clock.advance(seconds=2.1)
    assert office.get(events(office)).status == 200


def test_requests_that_last_hold_their_places_until_they_end(office: Office) -> None:
    headers = {"authorization": f"Bearer {office.token(office.firm)}"}
    request = SimRequest(method="GET", host="sim.localhost", path=f"/graph/v1.0{events(office)}", headers=headers)
    begun = [office.graph.begin(request) for _ in range(5)]
    assert begun[:4] == [None] * 4
    assert begun[4] is not None
    assert begun[4].status == 429
    office.graph.end(request)
    assert office.graph.begin(request) is None


def test_entries_of_a_batch_do_not_meet_the_concurrency_limit(office: Office) -> None:
    office.graph.switches.occupancy_seconds = 2.0
    found = office.batch(*(entry(str(n), "GET", events(office)) for n in range(8)))
    assert {e["status"] for e in found.values()} == {200}


# -- access ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roles", "read", "write", "users"),
    [
        (frozenset[str](), 403, 403, 403),
        (frozenset({"Calendars.Read"}), 200, 403, 403),
        (frozenset({"Calendars.ReadWrite"}), 200, 201, 403),
        (frozenset({"User.Read.All"}), 403, 403, 200),
    ],
)
def test_roles_open_what_they_name(office: Office, roles: frozenset[str], read: int, write: int, users: int) -> None:
    office.entra.set_roles(office.firm, office.app.client_id, roles)
    office.tokens.clear()
    assert office.get(events(office)).status == read
    assert office.create(timed()).status == write
    found = office.get("/users")
    assert found.status == users
    if users == 403:
        assert found.code == "Authorization_RequestDenied"


def test_an_access_policy_restricts_the_app_once_the_caches_have_expired(office: Office) -> None:
    office.graph.restrict_app(office.firm.id, office.app.client_id, {office.petr.id}, after_seconds=3600)
    assert office.get(events(office)).status == 200
    office.clock.advance(hours=1)
    refused = office.get(events(office))
    assert (refused.status, refused.code) == (403, "ErrorAccessDenied")
    assert refused.body["error"]["message"] == "Access to OData is disabled."
    assert office.get(f"/users/{office.petr.id}/events").status == 200


def test_rbac_opens_single_mailboxes_to_an_app_without_grants(office: Office) -> None:
    office.entra.set_roles(office.firm, office.app.client_id, frozenset())
    office.tokens.clear()
    office.graph.assign_rbac(office.firm.id, office.app.client_id, {office.jana.id}, {"Calendars.ReadWrite"})
    assert office.create(timed()).status == 201
    assert office.get(f"/users/{office.petr.id}/events").status == 403


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [
        (MailboxState.NONE, 404, "MailboxNotEnabledForRESTAPI"),
        (MailboxState.ON_PREMISES, 404, "MailboxNotEnabledForRESTAPI"),
        (MailboxState.MOVING, 503, "ErrorMailboxMoveInProgress"),
        (MailboxState.FORBIDDEN, 403, "ErrorAccessDenied"),
    ],
)
def test_a_mailbox_in_a_bad_state_says_so(office: Office, state: MailboxState, status: int, code: str) -> None:
    office.jana.state = state
    answer = office.get(events(office))
    assert (answer.status, answer.code) == (status, code)
    office.jana.state = MailboxState.READY
    assert office.get(events(office)).status == 200


def test_a_full_mailbox_can_be_read_but_not_written(office: Office) -> None:
    office.jana.state = MailboxState.FULL
    refused = office.create(timed())
    assert (refused.status, refused.code) == (507, "ErrorQuotaExceeded")
    assert office.get(events(office)).status == 200


def test_guests_have_no_mailbox_and_shared_ones_work_though_disabled(office: Office) -> None:
    guest = office.entra.add_user(office.firm, "host_x.cz#EXT#@firma.cz", "Host", mail="host@x.cz", user_type="Guest")
    assert office.get(f"/users/{guest.id}/events").code == "MailboxNotEnabledForRESTAPI"
    account = office.entra.add_user(office.firm, "recepce@firma.cz", "Recepce", account_enabled=False)
    shared = office.graph.add_mailbox(account, shared=True)
    assert office.create(timed(), owner=shared).status == 201


# -- directory ---------------------------------------------------------------------------------------------------------


def found_users(office: Office, text: str, **query: str) -> list[str]:
    answer = office.get("/users", **({"$filter": text, "$select": "id,userPrincipalName"} | query))
    assert answer.status == 200, answer.body
    return [user["userPrincipalName"] for user in answer.value]


def test_people_are_found_by_each_of_their_addresses(office: Office) -> None:
    office.entra.add_user(
        office.firm,
        "iva@firma.cz",
        "Iva O'Hara",
        mail="iva.ohara@firma.cz",
        proxy_addresses=("SMTP:iva.ohara@firma.cz", "smtp:iva@old.cz"),
    )
    assert found_users(office, "mail eq 'IVA.OHARA@firma.cz'") == ["iva@firma.cz"]
    assert found_users(office, "userPrincipalName eq 'iva@firma.cz'") == ["iva@firma.cz"]
    assert found_users(office, "proxyAddresses/any(p:p eq 'smtp:iva@old.cz')") == ["iva@firma.cz"]
    both = "mail eq 'x' or userPrincipalName eq 'x' or proxyAddresses/any(p:p eq 'smtp:iva@old.cz')"
    assert found_users(office, both) == ["iva@firma.cz"]
    assert found_users(office, "displayName eq 'Iva O''Hara'") == ["iva@firma.cz"]
    assert found_users(office, "startsWith(displayName, 'Iv')") == ["iva@firma.cz"]
    assert found_users(office, "userPrincipalName in ('iva@firma.cz', 'petr@firma.cz')") == [
        "petr@firma.cz",
        "iva@firma.cz",
    ]


def test_ends_with_needs_the_advanced_form(office: Office) -> None:
    query = {"$filter": "endsWith(mail, '@firma.cz')"}
    assert office.get("/users", **query).status == 400
    advanced = query | {"$count": "true"}
    answer = office.call("GET", "/users", query=advanced, headers={"consistencylevel": "eventual"})
    assert answer.body["@odata.count"] == 2


def test_some_members_are_shown_only_when_selected(office: Office) -> None:
    user = office.get("/users").value[0]
    assert {"accountEnabled", "assignedPlans", "proxyAddresses", "userType"} & set(user) == set()
    chosen = office.get(f"/users/{office.jana.id}", **{"$select": "id,userType,proxyAddresses"}).body
    assert (chosen["userType"], chosen["proxyAddresses"]) == ("Member", ["SMTP:jana@firma.cz"])


def test_people_page(office: Office) -> None:
    first = office.get("/users", **{"$top": "1"})
    second = office.get(first.body["@odata.nextLink"])
    assert {first.value[0]["displayName"], second.value[0]["displayName"]} == {"Jana", "Petr"}


def test_a_mail_that_differs_from_the_user_name_addresses_nobody(office: Office) -> None:
    user = office.entra.add_user(office.firm, "iva@firma.cz", "Iva", mail="iva.ohara@firma.cz")
    office.graph.add_mailbox(user)
    assert office.get("/users/iva@firma.cz/events").status == 200
    assert office.get("/users/iva.ohara@firma.cz/events").code == "Request_ResourceNotFound"


def test_the_organisation_is_the_tokens_tenant(office: Office) -> None:
    value = office.call("GET", "/organization", tenant=office.other).value
    assert [(o["id"], o["displayName"]) for o in value] == [(office.other.id, "Jiná")]
    assert [d["name"] for d in value[0]["verifiedDomains"]] == ["jina.sk"]


def test_role_assignments_name_the_granted_roles(office: Office) -> None:
    path = f"/servicePrincipals(appId='{office.app.client_id}')/appRoleAssignments"
    found = office.get(path).value
    assert "ef54d2bf-783f-4e0f-bca1-3210c0444d99" in {a["appRoleId"] for a in found}
    assert {a["resourceDisplayName"] for a in found} == {"Microsoft Graph"}


def test_calendars_and_settings_can_be_read(office: Office) -> None:
    extra = office.graph.add_calendar(office.jana, "Osobní", teams=False)
    base = f"/users/{office.jana.id}"
    calendars = office.get(f"{base}/calendars").value
    assert [(c["name"], c["isDefaultCalendar"]) for c in calendars] == [("Calendar", True), ("Osobní", False)]
    assert office.get(f"{base}/calendars/{extra.id}").body["allowedOnlineMeetingProviders"] == []
    chosen = office.get(f"{base}/calendar", **{"$select": "id,canEdit"}).body
    assert {name for name in chosen if not name.startswith("@")} == {"id", "canEdit"}
    assert office.get(f"{base}/mailboxSettings").body["timeZone"] == "Central Europe Standard Time"
    assert office.get(f"{base}/calendars/nonsense").status == 404


def test_unknown_paths_are_refused(office: Office) -> None:
    assert office.get("/me").status == 400
    assert office.get(f"/users/{office.jana.id}/messages").status == 400
    assert office.graph.counting.by_kind["unknown"] == 2
    assert office.clock() - office.graph.now() == timedelta(0)
