"""Verbs, envelopes, credentials, limits (raynet-api §21 items 1, 2, 3)."""

import base64
import json
from dataclasses import replace

import pytest

from simulator.raynet import RaynetSwitches
from simulator.raynet.populate import add_api_key, add_user
from simulator.wire import SimRequest
from tests.simulator.raynet_api import NOW, Api, Office


def test_put_creates_post_updates_delete_removes() -> None:
    office = Office()
    created = office.api.put("/meeting/", {"title": "Schůzka", "priority": "DEFAULT", "owner": office.jana.person})
    assert (created.status, created.body["success"], created.data) == (201, True, {"id": 1})
    updated = office.api.post("/meeting/1/", {"title": "Jinak"})
    assert (updated.status, updated.body) == (200, {"success": True})
    assert office.api.get("/meeting/1/").data["title"] == "Jinak"
    assert office.api.delete("/meeting/1/").status == 200
    assert office.api.get("/meeting/1/").status == 404


def test_put_is_not_idempotent() -> None:
    office = Office()
    first = office.api.create("event", owner=office.jana.person)
    assert office.api.create("event", owner=office.jana.person) == first + 1


def test_details_say_success_as_string_and_lists_as_boolean_by_default() -> None:
    office = Office()
    number = office.api.create("event", owner=office.jana.person)
    assert office.api.get(f"/event/{number}/").body["success"] == "true"
    assert office.api.get("/event/").body["success"] is True


def test_success_flags_follow_the_switches() -> None:
    office = Office(RaynetSwitches(list_success_as_string=True, detail_success_as_string=False))
    number = office.api.create("event", owner=office.jana.person)
    assert office.api.get(f"/event/{number}/").body["success"] is True
    assert office.api.get("/event/").body["success"] == "true"


def test_create_may_answer_the_bare_id() -> None:
    office = Office(RaynetSwitches(create_answers_bare_id=True), checked=False)
    body = {"title": "x", "priority": "DEFAULT", "owner": office.jana.person}
    assert office.api.put("/event/", body).data == 1


def test_paths_work_without_the_final_slash() -> None:
    office = Office()
    number = office.api.create("letter", owner=office.jana.person)
    assert office.api.get(f"/letter/{number}").data["id"] == number
    assert office.api.get("/letter").ids == [number]


def test_unknown_paths_are_404_and_wrong_methods_405() -> None:
    office = Office()
    assert office.api.get("/invoiceX/").status == 404
    assert office.api.call("PATCH", "/meeting/").status == 405
    assert office.api.put("/activity/").status == 405


def test_security_info_is_a_bare_object() -> None:
    office = Office()
    body = office.api.call("GET", "/security/info").body
    assert body == {"username": "bot@acme.example", "userAccountId": office.bot.id, "X-Instance-Name": "acme"}


@pytest.mark.parametrize("spoil", ["secret", "instance", "header", "scheme", "base64"])
def test_wrong_credentials_are_401(spoil: str) -> None:
    office = Office()
    api = office.api
    if spoil == "secret":
        api = office.api_with("jiny")
    elif spoil == "instance":
        api = office.api_with(office.key.secret, name="nikdo")
    elif spoil == "header":
        del api.headers["x-instance-name"]
    elif spoil == "scheme":
        api.headers["authorization"] = "Digest x"
    else:
        api.headers["authorization"] = "Basic %%%"
    answer = api.get("/company/")
    assert (answer.status, answer.body["status"]) == (401, 401)


def test_a_key_works_only_with_the_login_it_belongs_to() -> None:
    office = Office()
    api = Api(office.service, instance="acme", login="jana@acme.example", secret=office.key.secret)
    assert api.get("/company/").status == 401


def test_instance_id_and_bearer_token_are_alternatives() -> None:
    office = Office()
    api = office.api
    del api.headers["x-instance-name"]
    api.headers["x-instance-id"] = office.instance.instance_id
    assert api.call("GET", "/security/info").status == 200
    add_api_key(office.instance, office.bot.username, "novy", bearer="zeton")
    request = replace(api.request("GET", "/security/info"), headers={"authorization": "Bearer zeton"})
    assert json.loads(office.service.handle(request).body)["X-Instance-Name"] == "acme"


def test_the_21st_bad_login_blocks_the_address_for_an_hour_for_all_instances() -> None:
    office = Office()
    other = office.service.add_instance("druha")
    add_user(other, "u@druha.example", "A", "B")
    key = add_api_key(other, "u@druha.example", "k")
    good = Api(office.service, instance="druha", login="u@druha.example", secret=key.secret)
    elsewhere = office.api_with(office.key.secret, client_ip="192.0.2.99")
    bad = office.api_with("spatny")
    for _ in range(20):
        assert bad.get("/company/").status == 401
    assert good.get("/company/").status == 200
    assert bad.get("/company/").status == 401
    assert good.get("/company/").status == 401
    assert elsewhere.get("/company/").status == 200
    office.clock.advance(minutes=59, seconds=59)
    assert good.get("/company/").status == 401
    office.clock.advance(seconds=1)
    assert good.get("/company/").status == 200
    assert office.service.bad_logins["192.0.2.1"] == 21
    assert office.service.blocked_calls == 2


def test_bad_logins_of_the_past_hour_only_count() -> None:
    office = Office()
    bad = office.api_with("spatny")
    for _ in range(30):
        bad.get("/company/")
        office.clock.advance(minutes=4)
    assert office.api.get("/company/").status == 200


def test_the_block_may_answer_403() -> None:
    office = Office()
    office.service.blocked_status = 403
    bad = office.api_with("spatny")
    for _ in range(21):
        bad.get("/company/")
    assert office.api.get("/company/").status == 403


def test_every_reply_carries_the_limits_and_reset_is_midnight_utc() -> None:
    office = Office()
    first = office.api.get("/company/")
    refused = office.api.get("/company/", nonsense="1")
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() + 86_400
    assert first.headers["X-Ratelimit-Limit"] == "24000"
    assert first.headers["X-Ratelimit-Remaining"] == "23999"
    assert refused.headers["X-Ratelimit-Remaining"] == "23998"
    assert int(first.headers["X-Ratelimit-Reset"]) == midnight


def test_quota_ends_in_429_and_returns_at_midnight_utc() -> None:
    office = Office(RaynetSwitches(daily_quota=2))
    assert [office.api.get("/company/").status for _ in range(3)] == [200, 200, 429]
    over = office.api.put("/event/", {"title": "x", "priority": "DEFAULT", "owner": office.jana.person})
    assert (over.status, over.body["type"]) == (429, "RequestLimitReached")
    assert over.headers["X-Ratelimit-Remaining"] == "0"
    assert office.instance.activities() == []
    office.clock.advance(hours=16)
    assert office.api.get("/company/").status == 200


def test_the_fifth_parallel_request_is_429_with_quota_left() -> None:
    office = Office()
    request = office.api.request("GET", "/company/")
    assert [office.service.begin(request) for _ in range(4)] == [None] * 4
    refusal = office.service.begin(request)
    assert refusal is not None
    assert refusal.status == 429
    assert int(refusal.headers["X-Ratelimit-Remaining"]) > 0
    office.service.end(request)
    assert office.service.begin(request) is None


@pytest.mark.parametrize(("scope", "free"), [("instance", False), ("ip", True), ("key", False)])
def test_concurrency_scope_is_a_switch(scope: str, free: bool) -> None:
    office = Office()
    setattr(office.instance.switches, "concurrency_scope", scope)  # noqa: B010  # parametrised over the literals
    request = office.api.request("GET", "/company/")
    for _ in range(4):
        office.service.begin(request)
    assert (office.service.begin(replace(request, client_ip="192.0.2.77")) is None) is free


def test_calls_are_counted_by_path_kind_source_and_direction() -> None:
    office = Office()
    number = office.api.create("meeting", owner=office.jana.person)
    office.api.get(f"/meeting/{number}/")
    office.api.get("/meeting/ext/olsync:1/")
    office.api.post(f"/meeting/{number}/lock")
    calls = office.instance.calls
    assert calls.by_path["GET", "meeting/{id}"] == 1
    assert calls.by_path["GET", "meeting/ext/{id}"] == 1
    assert calls.by_path["POST", "meeting/{id}/lock"] == 1
    assert (calls.reads, calls.writes) == (2, 2)
    assert calls.writes_by_source == {"olsync": 2}


def test_revoked_and_replaced_keys_stop_at_once() -> None:
    office = Office()
    ui = office.instance.ui(office.bot.username)
    fresh = ui.replace_key("olsync")
    assert office.api.get("/company/").status == 401
    assert office.api_with(fresh).get("/company/").status == 200
    ui.revoke_key("olsync")
    assert office.api_with(fresh).get("/company/").status == 401


def test_bodies_of_a_401_follow_the_switch() -> None:
    office = Office(RaynetSwitches(unauthorised_body="html", ratelimit_headers_on_401=True))
    token = base64.b64encode(b"bot@acme.example:x").decode()
    headers = {"authorization": f"Basic {token}", "x-instance-name": "acme"}
    request = SimRequest(method="GET", host="h", path="/raynet/api/v2/company/", headers=headers)
    response = office.service.handle(request)
    assert response.body.startswith(b"<html>")
    assert "X-Ratelimit-Limit" in response.headers


def test_instances_do_not_share_anything() -> None:
    office = Office()
    other = office.service.add_instance("druha")
    user = add_user(other, "u@druha.example", "A", "B")
    key = add_api_key(other, "u@druha.example", "k")
    api = Api(office.service, instance="druha", login="u@druha.example", secret=key.secret)
    office.api.create("event", owner=office.jana.person)
    assert api.get("/activity/").ids == []
    api.create("event", owner=user.person)
    assert office.instance.quota.used == 1
    assert other.quota.used == 2


def test_a_deep_link_leads_to_a_page() -> None:
    office = Office()
    request = SimRequest(method="GET", host="h", path="/raynet/acme/", query=(("view", "DetailView"),))
    response = office.service.handle(request)
    assert response.status == 200
    assert response.headers["Content-Type"].startswith("text/html")
