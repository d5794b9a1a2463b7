"""Bad input and bad neighbours: odd values of both systems, refused items, broken mailboxes, a firm with a dead key."""

import json
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from simulator.faults import HtmlPage, Match, Rule
from simulator.raynet.populate import add_person
from simulator.wire import SimRequest, SimResponse
from tests.support.rig import Rig

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
Firm = Callable[..., Rig]


def _outlook(rig: Rig, subject: str, name: str = "jana", **members: object) -> str:
    start = rig.clock() + HOUR
    return rig.people[name].outlook.create(subject, start, start + HOUR, **members)


def _titles(rig: Rig) -> list[str]:
    return sorted(one.title for one in rig.raynet.activities())


# --- texts --------------------------------------------------------------------------------------------------------


def test_a_title_of_5000_characters_is_cut_towards_outlook_only(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    rig.raynet.switches.title_limit = None
    title = "Dlouhý název " * 385
    with rig.carried(graph=1):
        ref = jana.ui.create("meeting", title=title, start=rig.clock() + HOUR).ref
    (event,) = jana.outlook.events()
    assert len(jana.outlook.state(event).subject) <= 255
    with rig.carried(raynet=1):
        jana.outlook.edit(event, location={"displayName": "Brno"})
    assert rig.raynet.activity(ref).title == title, "the cut title is never carried back"


def test_lone_surrogates_controls_and_nul_are_cleaned_at_the_edge(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]

    def torn(value: dict[str, object]) -> None:
        for name, text in value.items():
            if isinstance(text, str):
                value[name] = text.replace("§", "\ud83d\x00\x07")

    _bend(rig, "/", torn)
    with rig.carried(raynet=2, graph=1):
        _outlook(rig, "Zvuk § konec", body={"contentType": "html", "content": "<p>a§b</p>"})
        jana.ui.create("meeting", title="Druhý §", start=rig.clock() + HOUR, description="<p>§c</p>")
    (made,) = (one for one in rig.raynet.activities() if one.kind == "event")
    assert made.title == "Zvuk konec"
    assert "ab" in made.description
    assert "c" in jana.outlook.state(jana.outlook.find("Druhý")).body


@pytest.mark.slow
def test_a_body_of_three_megabytes_is_carried_cut_and_in_time(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    body = "<p>" + "</p><p>".join("slovo " * 20 for _ in range(25_000)) + "</p>"
    assert len(body) > 3_000_000
    began = time.process_time()
    with rig.carried(raynet=2):
        event = _outlook(rig, "Velké tělo", body={"contentType": "html", "content": body})
    (made,) = rig.raynet.activities()
    assert made.title == "Velké tělo"
    assert len(made.description) < 20_000
    with rig.carried(graph=1):
        jana.ui.edit(made.ref, title="Velké tělo 2")
    with rig.carried():
        jana.ui.edit(made.ref, description="<p>Krátce</p>")
    assert "slovo" in jana.outlook.state(event).body, "what Raynet never saw is not destroyed"
    assert time.process_time() - began < 30


def test_an_event_without_a_subject_gets_a_title_and_keeps_none(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(raynet=2):
        event = _outlook(rig, "")
    assert _titles(rig) == ["(bez názvu)"]
    with rig.carried(raynet=1):
        jana.outlook.edit(event, location={"displayName": "Brno"})
    assert jana.outlook.state(event).subject == ""


def test_attendees_without_address_and_501_attendees_hurt_nothing(firm: Firm) -> None:
    from dataclasses import replace

    from simulator.graph.mailbox import Save
    from simulator.graph.state import SERVER, Attendee, Person

    rig = firm("jana")
    jana = rig.people["jana"]
    known = add_person(rig.raynet, "Dvořák", email="p7@klient.example")
    event = _outlook(rig, "Konference")
    item, _ = jana.mailbox.item(event)
    people = [Attendee(person=Person(name=f"P{n}", address=f"p{n}@klient.example")) for n in range(501)]
    people += [Attendee(person=Person(name="Beze jména", address="")), Attendee(person=Person(name="", address=""))]
    state = replace(item.content.state, attendees=tuple(people))
    jana.mailbox.save(item, replace(item.content, state=state), Save(by=SERVER, kind="import"))
    with rig.carried(raynet=2, most_reads=(200, 30)):
        pass
    (made,) = rig.raynet.activities()
    assert known.id in {p.person for p in made.participants}


# --- replies of the other systems ---------------------------------------------------------------------------------


def _bend(rig: Rig, part: str, change: Callable[[dict[str, object]], None]) -> None:
    """From now on every JSON reply whose path holds ``part`` is changed at every object by ``change``."""
    world = rig.world
    original = world.handle

    def walk(value: object) -> None:
        if isinstance(value, dict):
            children = list(value.values())
            change(value)
            for one in children:
                walk(one)
        elif isinstance(value, list):
            for one in value:
                walk(one)

    def bent(request: SimRequest) -> SimResponse:
        response = original(request)
        if part not in request.path or not response.body or response.status >= 400:
            return response
        body = json.loads(response.body)
        walk(body)
        return SimResponse(status=response.status, headers=response.headers, body=json.dumps(body).encode())

    world.faults._handler = type("Bent", (), {"handle": staticmethod(bent)})()


def test_unknown_fields_in_replies_change_nothing(firm: Firm) -> None:
    rig = firm("jana")

    def news(value: dict[str, object]) -> None:
        value["neznámé"] = {"x": [1, None]}

    _bend(rig, "/raynet/", news)
    with rig.carried(raynet=2, graph=1):
        _outlook(rig, "Odsud")
        rig.people["jana"].ui.create("meeting", title="Odtud", start=rig.clock() + HOUR)


def test_an_unknown_status_in_raynet_is_left_alone_next_to_healthy_ones(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(graph=2):
        odd = jana.ui.create("meeting", title="Podivná", start=rig.clock() + HOUR).ref
        fine = jana.ui.create("meeting", title="Zdravá", start=rig.clock() + HOUR).ref

    def strange(value: dict[str, object]) -> None:
        if value.get("id") == odd.id and "status" in value:
            value["status"] = "ODLOŽENO"

    _bend(rig, "/raynet/", strange)
    with rig.carried(graph=1):
        jana.ui.edit(odd, title="Podivnější")
        jana.ui.edit(fine, title="Zdravější")
    assert jana.outlook.find("Zdravější")
    assert jana.outlook.find("Podivná")
    assert ("released", "unknown_status") in {(p.state.value, p.reason and p.reason.value) for p in rig.pairs()}


def test_an_unknown_sensitivity_counts_as_private(firm: Firm) -> None:
    rig = firm("jana")

    def strange(value: dict[str, object]) -> None:
        if "sensitivity" in value:
            value["sensitivity"] = "topSecret"
        if "importance" in value:
            value["importance"] = "unheard"
        if "showAs" in value:
            value["showAs"] = "dreaming"

    _bend(rig, "/graph/", strange)
    with rig.carried(raynet=2):
        _outlook(rig, "Tajemství firmy")
    assert _titles(rig) == ["Soukromá událost"]


@pytest.mark.parametrize("side", ["raynet", "graph"])
def test_html_pages_with_status_200_lose_nothing_and_the_work_goes_on_afterwards(firm: Firm, side: str) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    rig.world.faults.add(Rule(name="page", match=Match(system=side), action=HtmlPage()))  # type: ignore[arg-type]
    _outlook(rig, "Odsud")
    jana.ui.create("meeting", title="Odtud", start=rig.clock() + HOUR)
    rig.tick()
    result = rig.one_pass()
    assert result.errors
    assert all(one.code for one in result.errors)
    rig.world.faults.clear()
    rig.tick(600)
    rig.sync()
    assert _titles(rig) == ["Odsud", "Odtud"]
    assert sorted(one.subject for one in jana.outlook.events().values()) == ["Odsud", "Odtud"]
