"""Subscriptions: created, reused, renewed, removed."""

from datetime import timedelta
from typing import Any

import pytest

from server.errors import Changed, Denied, Gone, Remote, Scope, Unavailable
from server.ports.graph import RenewSubscription, Subscribe, Unsubscribe
from tests.server.microsoft.scripted import ANNA, FIRM, GRAPH, NOTIFY, START, Answer, Seen, refusal, rig

STATE = "client-state-canary"
SUBSCRIBE = Subscribe(FIRM, ANNA, STATE, START + timedelta(days=30))
RENEW = RenewSubscription(FIRM, "s/1", START + timedelta(days=2))


def standing(**members: Any) -> dict[str, Any]:
    usual = {"id": "s1", "resource": "users/anna-id/events", "notificationUrl": NOTIFY, "clientState": STATE}
    return usual | {"expirationDateTime": "2026-11-08T08:00:00.1234567Z"} | members


def test_a_subscription_asks_for_all_changes_within_the_longest_life() -> None:
    test = rig(lambda seen: Answer(status=201, body=standing(clientState=None)))
    made = test.perform(SUBSCRIBE)
    assert test.microsoft.requests[0].body == {
        "changeType": "created,updated,deleted",
        "resource": "users/anna-id/events",
        "notificationUrl": NOTIFY,
        "lifecycleNotificationUrl": f"{NOTIFY}/lifecycle",
        "expirationDateTime": "2026-11-09T07:55:00Z",
        "clientState": STATE,
        "latestSupportedTlsVersion": "v1_2",
    }
    assert (made.firm_id, made.mailbox, made.id, made.client_state) == (FIRM, ANNA, "s1", STATE)
    assert made.expires_at.isoformat() == "2026-11-08T08:00:00.123456+00:00"
    assert made.created_at == START
    assert test.microsoft.requests[0].headers["Prefer"].startswith('IdType="ImmutableId"')


def test_an_excluded_mailbox_is_denied_alone() -> None:
    with pytest.raises(Denied) as caught:
        rig(lambda seen: refusal(403, "ExtensionError")).perform(SUBSCRIBE)
    assert (caught.value.scope, caught.value.code) == (Scope.MAILBOX, "graph_no_access")


def test_a_duplicate_with_our_secret_is_reused() -> None:
    def graph(seen: Seen) -> Answer:
        if seen.method == "POST":
            return refusal(409, "Conflict")
        if seen.method == "PATCH":
            return Answer(body=standing(expirationDateTime="2026-11-09T07:55:00Z"))
        if "page" not in seen.url:
            others = [
                standing(id="other", resource="users/bob/events"),
                standing(id="old", notificationUrl="https://x"),
            ]
            return Answer(body={"value": others, "@odata.nextLink": f"{GRAPH}/subscriptions?page=2"})
        return Answer(body={"value": [standing(resource="Users/anna-id/Events")]})

    test = rig(graph)
    assert test.perform(SUBSCRIBE).id == "s1"
    assert [seen.method for seen in test.microsoft.requests] == ["POST", "GET", "GET", "PATCH"]


def test_a_duplicate_with_another_secret_is_replaced() -> None:
    conflicts = [refusal(409, "Conflict")]

    def graph(seen: Seen) -> Answer:
        if seen.method == "POST":
            return conflicts.pop() if conflicts else Answer(status=201, body=standing(id="s2"))
        return Answer(status=204) if seen.method == "DELETE" else Answer(body={"value": [standing(clientState=None)]})

    test = rig(graph)
    assert test.perform(SUBSCRIBE).id == "s2"
    assert [(seen.method, seen.path) for seen in test.microsoft.requests] == [
        ("POST", "/subscriptions"),
        ("GET", "/subscriptions"),
        ("DELETE", "/subscriptions/s1"),
        ("POST", "/subscriptions"),
    ]


def test_a_duplicate_that_cannot_be_found_is_told() -> None:
    def graph(seen: Seen) -> Answer:
        return refusal(409, "Conflict") if seen.method == "POST" else Answer(body={"value": []})

    with pytest.raises(Changed):
        rig(graph).perform(SUBSCRIBE)


@pytest.mark.parametrize(
    "body", [{"value": None}, {"value": [{"id": 5}]}, {"value": [], "@odata.nextLink": "https://evil.test/v1.0/x"}]
)
def test_a_broken_list_of_subscriptions_is_no_list(body: Any) -> None:
    with pytest.raises(Unavailable):
        rig(lambda seen: refusal(409, "Conflict") if seen.method == "POST" else Answer(body=body)).perform(SUBSCRIBE)


def test_a_renewal_returns_what_was_granted() -> None:
    test = rig(lambda seen: Answer(body=standing(expirationDateTime="2026-11-03T00:00:00Z")))
    assert test.perform(RENEW).isoformat() == "2026-11-03T00:00:00+00:00"
    (asked,) = test.microsoft.requests
    assert (asked.method, asked.url) == ("PATCH", f"{GRAPH}/subscriptions/s%2F1")
    assert asked.body == {"expirationDateTime": "2026-11-04T08:00:00Z"}


@pytest.mark.parametrize("code", ["ResourceNotFound", "ErrorItemNotFound", "NotFound"])
def test_a_subscription_that_does_not_exist_is_gone(code: str) -> None:
    test = rig(lambda seen: refusal(404, code))
    with pytest.raises(Gone):
        test.perform(RENEW)
    assert test.perform(Unsubscribe(FIRM, "s1")) is None


def test_a_removal_that_failed_is_told() -> None:
    for answer in (Answer(status=404, body=b"<html>"), refusal(500, "X"), refusal(403, "Forbidden")):
        with pytest.raises(Remote):
            rig(lambda seen, answer=answer: answer).perform(Unsubscribe(FIRM, "s1"))  # type: ignore[misc]


def test_a_created_one_that_cannot_be_read_may_exist() -> None:
    with pytest.raises(Unavailable) as caught:
        rig(lambda seen: Answer(status=201, body={"value": 1})).perform(SUBSCRIBE)
    assert caught.value.unknown_outcome
    assert STATE not in repr(caught.value)
