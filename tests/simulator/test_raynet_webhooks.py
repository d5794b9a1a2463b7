"""Webhook registration, payload, pacing, retries, removal (raynet-api §21 item 15)."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from simulator.raynet import RaynetSwitches, Ref
from simulator.wire import Push, SimResponse
from tests.simulator.raynet_api import Office
from tests.support.contracts import check_raynet_push

ALL = ["record.created", "record.updated", "record.deleted"]


@dataclass(slots=True)
class Receiver:
    """A subscriber: keeps what it got; ``answer`` gives the status, None = no reply in time."""

    answer: Callable[[], int | None] = lambda: 200
    pushes: list[Push] = field(default_factory=list)

    def send(self, push: Push) -> SimResponse | None:
        self.pushes.append(push)
        check_raynet_push(push.body)
        status = self.answer()
        return None if status is None else SimResponse(status=status)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(push.body) for push in self.pushes]

    @property
    def kinds(self) -> list[tuple[str, str, int]]:
        return [(b["type"], b["data"]["entityName"], b["data"]["entityId"]) for b in self.bodies]


def _subscribed(switches: RaynetSwitches | None = None, **body: Any) -> Office:
    office = Office(switches or RaynetSwitches(webhook_pacing="none"))
    sent = {"url": "https://ros.example/notify/raynet/x?y=1", "events": ALL, "secretToken": "tajne", **body}
    assert office.api.put("/webhook/", sent).status == 201
    return office


def _pump_all(office: Office, receiver: Receiver) -> None:
    while office.service.pump(receiver):
        continue


def test_registration_is_listed_with_other_names_and_removed_by_uuid() -> None:
    office = _subscribed(entityFilter=["Event"])
    listed = office.api.call("GET", "/webhook/").data["webhooks"]
    assert listed == [
        {
            "webhookId": listed[0]["webhookId"],
            "url": "https://ros.example/notify/raynet/x?y=1",
            "secretToken": "tajne",
            "eventsFilter": sorted(ALL),
            "entityFilter": ["Event"],
        }
    ]
    uuid = listed[0]["webhookId"]
    assert (len(uuid), set(uuid) <= set("0123456789abcdef")) == (32, True)
    assert office.api.delete(f"/webhook/{uuid}/").status == 200
    assert office.api.delete(f"/webhook/{uuid}/").status == 404


@pytest.mark.parametrize(
    "body",
    [
        {"events": ALL},
        {"url": "ftp://x", "events": ALL},
        {"url": "https://x", "events": []},
        {"url": "https://x", "events": ["record.read"]},
        {"url": "https://x", "events": [["record.read"]]},
        {"url": "https://x"},
    ],
)
def test_wrong_registrations_are_refused(body: dict[str, Any]) -> None:
    assert Office().api.put("/webhook/", body).status == 400


def test_the_number_of_webhooks_is_limited() -> None:
    office = Office(RaynetSwitches(webhook_limit=1))
    body = {"url": "https://x.example", "events": ALL}
    assert [office.api.put("/webhook/", body).status for _ in range(2)] == [201, 500]


def test_api_writes_carry_the_key_name_as_source_and_human_ones_the_client() -> None:
    office = _subscribed()
    number = office.api.create("meeting", owner=office.jana.person, extId="olsync:1")
    office.instance.ui(office.jana.username).edit(Ref("meeting", number), title="y")
    office.instance.ui(office.petr.username, client="mobile").delete(Ref("meeting", number))
    receiver = Receiver()
    _pump_all(office, receiver)
    assert receiver.kinds == [
        ("record.created", "Meeting", number),
        ("record.updated", "Meeting", number),
        ("record.deleted", "Meeting", number),
    ]
    assert [body["source"] for body in receiver.bodies] == [
        {"name": "api", "description": "olsync"},
        {"name": "user", "description": "browser"},
        {"name": "user", "description": "mobile"},
    ]
    assert [body["author"] for body in receiver.bodies] == [
        "bot@acme.example",
        "jana@acme.example",
        "petr@acme.example",
    ]
    assert [body["data"]["extIds"] for body in receiver.bodies] == [["olsync:1"], ["olsync:1"], None]
    assert receiver.bodies[0]["createdAt"] == "2026-11-23T09:00:00.123+01:00"


def test_the_secret_stands_in_the_header_and_the_url_keeps_its_query() -> None:
    office = _subscribed()
    office.api.create("event", owner=office.jana.person)
    receiver = Receiver()
    office.service.pump(receiver)
    push = receiver.pushes[0]
    assert (push.url, push.headers["X-RAYNETCRM-Token"]) == ("https://ros.example/notify/raynet/x?y=1", "tajne")
    assert push.timeout_seconds == 10.0


def test_only_wanted_events_and_entities_are_sent() -> None:
    office = _subscribed(events=["record.created"], entityFilter=["Event"])
    event = office.api.create("event", owner=office.jana.person)
    office.api.create("meeting", owner=office.jana.person)
    office.api.post(f"/event/{event}/", {"title": "y"})
    receiver = Receiver()
    _pump_all(office, receiver)
    assert receiver.kinds == [("record.created", "Event", event)]


@pytest.mark.parametrize(("switch", "status", "sent"), [("ignored", 201, 1), ("error", 500, 0)])
def test_the_entity_filter_is_a_switch(switch: str, status: int, sent: int) -> None:
    office = Office()
    setattr(office.instance.switches, "entity_filter", switch)  # noqa: B010  # parametrised over the literals
    body = {"url": "https://x.example", "events": ALL, "entityFilter": ["Meeting"]}
    assert office.api.put("/webhook/", body).status == status
    office.api.create("event", owner=office.jana.person)
    assert office.instance.webhooks.waiting == sent


def test_a_failed_delivery_is_repeated_until_accepted() -> None:
    office = _subscribed()
    office.api.create("event", owner=office.jana.person)
    answers: list[int | None] = [500, None, 302, 204]
    receiver = Receiver(answer=lambda: answers.pop(0))
    for _ in range(20):
        office.service.pump(receiver)
        office.clock.advance(minutes=2)
    assert len({body["eventId"] for body in receiver.bodies}) == 1
    assert (len(receiver.pushes), office.instance.webhooks.waiting, office.instance.webhooks.delivered) == (4, 0, 1)


def test_a_failing_event_does_not_hold_up_later_ones() -> None:
    office = _subscribed()
    first = office.api.create("event", owner=office.jana.person)
    second = office.api.create("event", owner=office.jana.person)
    answers = [500, 200]
    receiver = Receiver(answer=lambda: answers.pop(0) if answers else 200)
    _pump_all(office, receiver)
    assert [entity for _, _, entity in receiver.kinds] == [first, second]


@pytest.mark.parametrize(("pacing", "seconds"), [("older", [0.0, 1.0, 2.0]), ("newer", [0.0, 4.91, 9.865])])
def test_pacing_per_url(pacing: str, seconds: list[float]) -> None:
    office = Office()
    setattr(office.instance.switches, "webhook_pacing", pacing)  # noqa: B010  # parametrised over the literals
    office.api.put("/webhook/", {"url": "https://x.example", "events": ALL})
    for _ in range(3):
        office.api.create("event", owner=office.jana.person)
    start, receiver, sent_at = office.clock(), Receiver(), []
    while (due := office.service.next_push_at()) is not None:
        office.clock.now = max(due, office.clock())
        sent_at += [(office.clock() - start).total_seconds()] * office.service.pump(receiver)
    assert sent_at == pytest.approx(seconds, abs=0.01)


@pytest.mark.parametrize(("pacing", "first_99", "whole"), [("older", 99.0, 199.0), ("newer", 49.5, 322.25)])
def test_a_bulk_change_of_200_drains_at_the_pace_of_its_queue(pacing: str, first_99: float, whole: float) -> None:
    office = _subscribed(RaynetSwitches(), events=["record.updated"])
    setattr(office.instance.switches, "webhook_pacing", pacing)  # noqa: B010  # parametrised over the literals
    ui = office.instance.ui(office.jana.username)
    ui.bulk_edit([ui.create("event", title="x").ref for _ in range(200)], priority="CRITICAL")
    start, receiver, sent_at = office.clock(), Receiver(), []
    while (due := office.service.next_push_at()) is not None:
        office.clock.now = max(due, office.clock())
        sent_at += [(office.clock() - start).total_seconds()] * office.service.pump(receiver)
    assert len(sent_at) == 200
    assert [sent_at[99], sent_at[199]] == pytest.approx([first_99, whole], abs=0.01)


def test_after_a_day_the_contact_is_told_and_after_seven_the_webhook_is_gone() -> None:
    office = _subscribed()
    office.api.post("/webhook/technicalContact/", {"technicalContacts": ["it@acme.example"]})
    office.api.create("event", owner=office.jana.person)
    receiver = Receiver(answer=lambda: 503)
    for _ in range(24 * 8):
        office.service.pump(receiver)
        office.clock.advance(hours=1)
    assert [what for _, what, _ in office.instance.webhooks.alerts] == ["failing", "removed"]
    assert office.api.call("GET", "/webhook/").data == {"technicalContacts": ["it@acme.example"], "webhooks": []}
    office.api.create("event", owner=office.jana.person)
    assert office.instance.webhooks.waiting == 0


def test_success_in_between_starts_the_seven_days_anew() -> None:
    office = _subscribed()
    office.api.create("event", owner=office.jana.person)
    is_up = False
    receiver = Receiver(answer=lambda: 200 if is_up else 503)
    for hour in range(24 * 8):
        is_up = hour == 24 * 5
        if is_up:
            office.api.create("event", owner=office.jana.person)
        office.service.pump(receiver)
        office.clock.advance(hours=1)
    assert len(office.instance.webhooks.webhooks) == 1


def test_loss_and_duplicates_and_reordering_are_switches_and_deterministic() -> None:
    def run(**switches: float) -> list[int]:
        office = _subscribed(RaynetSwitches(webhook_pacing="none", **switches))  # type: ignore[arg-type]
        for _ in range(40):
            office.api.create("event", owner=office.jana.person)
        receiver = Receiver()
        _pump_all(office, receiver)
        return [entity for _, _, entity in receiver.kinds]

    lost, doubled, shuffled = run(webhook_loss=0.5), run(webhook_duplicates=0.5), run(webhook_reorder=0.5)
    assert 5 < len(lost) < 35
    assert 45 < len(doubled) < 75
    assert set(doubled) == set(range(1, 41))
    assert sorted(shuffled) == list(range(1, 41))
    assert shuffled != sorted(shuffled)
    assert run(webhook_loss=0.5) == lost


def test_duplicates_share_the_event_id() -> None:
    office = _subscribed(RaynetSwitches(webhook_pacing="none", webhook_duplicates=1.0))
    office.api.create("event", owner=office.jana.person)
    receiver = Receiver()
    _pump_all(office, receiver)
    assert len(receiver.pushes) == 2
    assert receiver.bodies[0] == receiver.bodies[1]


def test_delay_and_which_writes_raise_events_are_switches() -> None:
    office = _subscribed(RaynetSwitches(webhook_pacing="none", webhook_delay_seconds=30))
    number = office.api.create("event", owner=office.jana.person)
    receiver = Receiver()
    assert office.service.pump(receiver) == 0
    office.clock.advance(seconds=30)
    assert office.service.pump(receiver) == 1
    waiting = office.instance.webhooks
    office.api.put(f"/event/{number}/extId/", {"extId": "a:1"})
    assert waiting.waiting == 0
    office.api.put(f"/event/{number}/tag/", {"tag": "a"})
    assert waiting.waiting == 1
    office.instance.switches.tag_raises_event = False
    office.instance.switches.ext_id_raises_event = True
    office.api.put(f"/event/{number}/tag/", {"tag": "b"})
    assert waiting.waiting == 1
    office.api.put(f"/event/{number}/extId/", {"extId": "a:2"})
    assert waiting.waiting == 2


def test_failed_writes_raise_nothing() -> None:
    office = _subscribed()
    office.api.put("/event/", {"title": "x"})
    office.api.post("/event/9/", {"title": "x"})
    assert office.instance.webhooks.waiting == 0


def test_registering_may_be_left_to_administrators() -> None:
    office = Office()
    office.instance.put_user(replace(office.bot, role="FULL_THROTTLE"))
    assert office.api.call("GET", "/webhook/").status == 403
    office.instance.switches.webhooks_need_admin = False
    assert office.api.call("GET", "/webhook/").status == 200
