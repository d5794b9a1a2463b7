"""Subscriptions and notifications: handshake, limits of life, lifecycle, pacing, loss, retries, slow and dropped."""

from typing import Any

import pytest

from simulator.graph.mailbox import MailboxState
from tests.simulator.test_graph_client import IMMUTABLE, NOW, Answer, Office, office, timed, weekly

__all__ = ["office"]

URL = "https://ros.example/notify/graph"


def body(office: Office, minutes: float = 10_080, **members: Any) -> dict[str, Any]:
    expires = office.clock.now.timestamp() + minutes * 60
    stamp = NOW.fromtimestamp(expires, NOW.tzinfo).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "changeType": "created,updated,deleted",
        "resource": f"users/{office.jana.id}/events",
        "notificationUrl": URL,
        "lifecycleNotificationUrl": f"{URL}/lifecycle",
        "expirationDateTime": stamp,
        "clientState": "secret",
    } | members


def subscribe(office: Office, prefer: str = IMMUTABLE, **members: Any) -> Answer:
    return office.call("POST", "/subscriptions", body(office, **members), headers={"prefer": prefer})


def pump(office: Office, seconds: float = 60.0, steps: int = 1) -> list[dict[str, Any]]:
    """Let time pass in steps and deliver; gives what arrived."""
    before = len(office.subscriber.pushes)
    for _ in range(steps):
        office.clock.advance(seconds=seconds / steps)
        office.graph.pump(office.subscriber)
    return office.subscriber.pushes[before:]


# -- handshake and life ------------------------------------------------------------------------------------------------


def test_both_endpoints_are_validated_before_a_subscription_exists(office: Office) -> None:
    answer = subscribe(office)
    assert answer.status == 201
    assert [url.partition("?")[0] for url in office.subscriber.urls] == [URL, f"{URL}/lifecycle"]
    assert answer.body["applicationId"] == office.app.client_id
    assert [s["id"] for s in office.get("/subscriptions").value] == [answer.body["id"]]


def test_an_endpoint_that_does_not_echo_the_token_gets_no_subscription(office: Office) -> None:
    office.subscriber.echoes = False
    assert subscribe(office).status == 400
    office.graph.sender = None
    assert subscribe(office).status == 400
    assert office.get("/subscriptions").value == []


@pytest.mark.parametrize(
    "members",
    [
        {"resource": "users/x/messages"},
        {"changeType": "renamed"},
        {"clientState": "x" * 129},
        {"notificationUrl": "http://ros.example/"},
        {"expirationDateTime": "2026-11-01T00:00:00Z"},
        {"expirationDateTime": "2026-12-31T00:00:00Z"},
    ],
    ids=lambda members: next(iter(members)),
)
def test_a_wrong_member_is_400(office: Office, members: dict[str, str]) -> None:
    assert subscribe(office, **members).status == 400


def test_a_life_under_the_floor_is_raised_and_an_expired_subscription_is_gone(office: Office) -> None:
    answer = subscribe(office, minutes=5)
    assert answer.body["expirationDateTime"].startswith("2026-11-23T08:45:00")
    office.clock.advance(minutes=46)
    assert office.get(f"/subscriptions/{answer.body['id']}").status == 404
    office.create(timed())
    assert pump(office) == []


def test_renewal_changes_the_expiration_only(office: Office) -> None:
    path = f"/subscriptions/{subscribe(office, minutes=60).body['id']}"
    office.clock.advance(minutes=30)
    renewed = office.call("PATCH", path, {"expirationDateTime": body(office)["expirationDateTime"]})
    assert renewed.body["expirationDateTime"].startswith("2026-11-30T08:30:00")
    assert office.call("PATCH", path, {"clientState": "x"}).status == 400
    assert office.call("DELETE", path).status == 204
    assert office.call("DELETE", path).status == 404


def test_duplicates_are_accepted_or_refused(office: Office) -> None:
    assert [subscribe(office).status, subscribe(office).status] == [201, 201]
    office.create(timed())
    assert len(pump(office, 1.5)) <= 2
    office.graph.switches.duplicate_subscriptions_accepted = False
    refused = subscribe(office)
    assert (refused.status, refused.code) == (409, "Conflict")


def test_a_forbidden_mailbox_is_403_extension_error_and_none_is_404(office: Office) -> None:
    office.jana.state = MailboxState.FORBIDDEN
    refused = subscribe(office)
    assert (refused.status, refused.code) == (403, "ExtensionError")
    office.jana.state = MailboxState.NONE
    assert subscribe(office).code == "MailboxNotEnabledForRESTAPI"


def test_the_read_role_may_be_needed_although_the_write_role_is_there(office: Office) -> None:
    office.entra.set_roles(office.firm, office.app.client_id, frozenset({"Calendars.ReadWrite"}))
    office.tokens.clear()
    assert subscribe(office).status == 201
    office.graph.switches.subscription_needs_read_role = True
    assert subscribe(office).code == "ExtensionError"


# -- notifications -----------------------------------------------------------------------------------------------------


def test_a_create_notifies_created_and_then_updated_in_the_documented_shape(office: Office) -> None:
    subscription = subscribe(office).body
    event = office.create(timed()).body
    found = pump(office, steps=20)
    assert sorted(n["changeType"] for n in found) == ["created", "updated"]
    first = next(n for n in found if n["changeType"] == "created")
    assert first["subscriptionId"] == subscription["id"]
    assert first["clientState"] == "secret"
    assert first["tenantId"] == office.firm.id
    assert first["resource"] == f"Users/{office.jana.id}/Events/{event['id']}"
    assert first["resourceData"]["id"] == event["id"]
    assert first["resourceData"]["@odata.etag"] == event["@odata.etag"]


def test_the_form_of_ids_is_that_of_the_subscription(office: Office) -> None:
    subscribe(office, prefer="")
    event = office.create(timed()).body
    normal = office.get(f"/users/{office.jana.id}/events/{event['id']}").body["id"]
    assert {n["resourceData"]["id"] for n in pump(office)} == {normal}


def test_own_writes_human_edits_and_deletions_all_notify_their_change_type(office: Office) -> None:
    subscribe(office, changeType="deleted")
    event_id = office.create(timed()).body["id"]
    office.patch(event_id, {"subject": "B"})
    assert pump(office) == []
    office.jana.user.delete(event_id)
    assert [n["changeType"] for n in pump(office)] == ["deleted"]


def test_a_changed_day_of_a_series_notifies_the_master(office: Office) -> None:
    master = office.create(timed(recurrence=weekly())).body
    office.clock.advance(minutes=1)
    office.graph.settle()
    subscribe(office)
    office.jana.user.delete_occurrence(master["id"], NOW.date().replace(day=24))
    found = pump(office)
    assert [(n["changeType"], n["resourceData"]["id"]) for n in found] == [("updated", master["id"])]


def test_other_mailboxes_changes_do_not_notify(office: Office) -> None:
    subscribe(office)
    office.create(timed(), owner=office.petr)
    assert pump(office) == []


def test_notifications_wait_their_time_and_one_post_carries_several(office: Office) -> None:
    switches = office.graph.switches
    switches.post_create_bump_seconds = None
    switches.notify_delay_min_seconds = switches.notify_delay_max_seconds = 30.0
    subscribe(office)
    office.subscriber.urls.clear()
    for n in range(3):
        office.create(timed(f"e{n}"))
    assert pump(office, 29) == []
    assert office.graph.next_due() is not None
    assert len(pump(office, 2)) == 3
    assert office.subscriber.urls == [URL]
    assert office.graph.next_due() is None


def test_due_pushes_can_be_taken_by_a_driver_of_its_own(office: Office) -> None:
    subscribe(office)
    office.create(timed())
    office.clock.advance(seconds=10)
    posts = office.graph.due_pushes()
    assert [push.url for push, _ in posts] == [URL]
    assert sum(len(deliveries) for _, deliveries in posts) == 2
    assert office.graph.due_pushes() == []


def test_notifications_may_be_lost_doubled_and_announced_as_created(office: Office) -> None:
    office.graph.switches.post_create_bump_seconds = None
    event_id = office.create(timed()).body["id"]
    subscribe(office)
    office.graph.switches.notify_duplicate_probability = 1.0
    office.graph.switches.notify_update_as_created_probability = 1.0
    office.patch(event_id, {"subject": "B"})
    assert [n["changeType"] for n in pump(office)] == ["created", "created"]
    office.graph.switches.notify_loss_probability = 1.0
    office.patch(event_id, {"subject": "C"})
    assert pump(office) == []
    assert office.graph.notifications.counts["lost"] == 1


def test_a_wide_delay_reorders_and_the_same_seed_gives_the_same_order() -> None:
    def order() -> list[str]:
        office = Office()
        office.graph.switches.post_create_bump_seconds = None
        office.graph.switches.notify_delay_max_seconds = 180.0
        subscribe(office)
        ids = [office.create(timed(f"e{n}")).body["id"] for n in range(10)]
        found = pump(office, 200, steps=200)
        return [str(ids.index(n["resourceData"]["id"])) for n in found]

    first = order()
    assert first != sorted(first)
    assert order() == first


# -- trouble -----------------------------------------------------------------------------------------------------------


def test_a_refused_notification_is_tried_again_ever_more_rarely(office: Office) -> None:
    office.graph.switches.post_create_bump_seconds = None
    subscribe(office)
    office.subscriber.status = 500
    office.create(timed())
    office.subscriber.urls.clear()
    for _ in range(5 * 3600 // 10):
        office.clock.advance(seconds=10)
        office.graph.pump(office.subscriber)
    assert 8 <= len(office.subscriber.urls) <= 12
    assert office.graph.notifications.counts["dropped"] == 1


def test_a_recovered_endpoint_gets_what_it_missed(office: Office) -> None:
    office.graph.switches.post_create_bump_seconds = None
    subscribe(office)
    office.subscriber.status = None
    office.create(timed())
    pump(office, 5)
    office.subscriber.status = 202
    before = len(office.subscriber.pushes)
    pump(office, 20)
    assert len(office.subscriber.pushes) == before + 1
    assert office.graph.notifications.counts["delivered"] == 1


def test_a_slow_endpoint_is_delayed_and_a_slower_one_loses_everything(office: Office) -> None:
    switches = office.graph.switches
    switches.post_create_bump_seconds = None
    switches.notify_delay_min_seconds = switches.notify_delay_max_seconds = 1.0
    switches.slow_after_seconds, switches.reply_limit_seconds = 3.0, 10.0
    switches.slow_delay_seconds = 60.0
    event_id = office.create(timed()).body["id"]
    subscribe(office)

    def replies(count: int, seconds: float) -> None:
        office.subscriber.seconds = seconds
        for n in range(count):
            office.patch(event_id, {"subject": str(n)})
            pump(office, 1.0)
        office.subscriber.seconds = 0.0

    replies(16, 0.0)
    replies(2, 4.0)  # two of eighteen: over 10 %, under 15 %
    office.patch(event_id, {"subject": "delayed"})
    assert pump(office, 30) == []
    assert len(pump(office, 31)) == 1
    office.subscriber.seconds = 4.0
    for n in range(2):  # four of twenty-one
        office.patch(event_id, {"subject": str(n)})
        pump(office, 65)
    office.subscriber.seconds = 0.0
    office.patch(event_id, {"subject": "dropped"})
    assert pump(office, 65) == []
    assert office.graph.notifications.counts["dropped"] >= 1
    office.clock.advance(minutes=11)
    office.patch(event_id, {"subject": "fine again"})
    assert len(pump(office, 5)) == 1


def test_lifecycle_events_reach_their_own_address(office: Office) -> None:
    subscription = subscribe(office).body
    for event in ("missed", "reauthorizationRequired"):
        office.graph.lifecycle(subscription["id"], event)
    found = pump(office)
    assert [n["lifecycleEvent"] for n in found] == ["missed", "reauthorizationRequired"]
    assert {n["clientState"] for n in found} == {"secret"}
    assert office.subscriber.urls[-1] == f"{URL}/lifecycle"


def test_a_removed_subscription_is_gone(office: Office) -> None:
    subscription = subscribe(office).body
    office.graph.lifecycle(subscription["id"], "subscriptionRemoved")
    assert [n["lifecycleEvent"] for n in pump(office)] == ["subscriptionRemoved"]
    assert office.get("/subscriptions").value == []


@pytest.mark.parametrize("answer", ["PATCH", "reauthorize", "nothing"])
def test_an_ignored_reauthorization_pauses_delivery(office: Office, answer: str) -> None:
    office.graph.switches.reauthorize_before_seconds = 3600.0
    subscription = subscribe(office, minutes=180).body
    path = f"/subscriptions/{subscription['id']}"
    assert pump(office, 60) == []
    assert [n["lifecycleEvent"] for n in pump(office, 2 * 3600)] == ["reauthorizationRequired"]
    if answer == "PATCH":
        office.call("PATCH", path, {"expirationDateTime": body(office)["expirationDateTime"]})
    elif answer == "reauthorize":
        assert office.call("POST", f"{path}/reauthorize").status == 204
    office.graph.switches.reauthorize_before_seconds = None
    office.clock.advance(minutes=10 if answer == "reauthorize" else 50)
    office.graph.switches.reauthorize_grace_seconds = 60.0
    office.graph.switches.post_create_bump_seconds = None
    if answer == "nothing":
        office.graph.lifecycle(subscription["id"], "reauthorizationRequired")
        office.clock.advance(seconds=61)
        office.graph.pump(office.subscriber)
    office.create(timed())
    assert len(pump(office, 60)) == (0 if answer == "nothing" else 1)


def test_a_filter_in_the_resource_and_a_calendar_narrow_what_notifies(office: Office) -> None:
    calendar = office.graph.add_calendar(office.jana, "Osobní")
    subscribe(office, resource=f"users/{office.jana.id}/events?$filter=subject eq 'wanted'")
    subscribe(office, resource=f"users/{office.jana.id}/calendars/{calendar.id}/events", clientState="calendar")
    office.graph.switches.post_create_bump_seconds = None
    office.create(timed("other"))
    assert pump(office) == []
    office.create(timed("wanted"))
    office.jana.user.create("there", NOW, NOW, calendar=calendar)
    assert sorted(n["clientState"] for n in pump(office)) == ["calendar", "secret"]
