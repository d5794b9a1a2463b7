"""One firm's, mailbox's or item's trouble is nobody else's: the others go on, the trail says why, nothing is lost."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from server.domain.ids import ActivityKey
from simulator.faults import Match, Rule, Status
from simulator.graph.mailbox import MailboxState
from tests.support.rig import Rig, add_firm

HOUR = timedelta(hours=1)
Firm = Callable[..., Rig]


def _outlook(rig: Rig, name: str, subject: str) -> str:
    start = rig.clock() + HOUR
    return rig.people[name].outlook.create(subject, start, start + HOUR)


def _raynet(rig: Rig, name: str, title: str):  # type: ignore[no-untyped-def]
    return rig.people[name].ui.create("meeting", title=title, start=rig.clock() + HOUR).ref


def _titles(rig: Rig) -> list[str]:
    return sorted(one.title for one in rig.raynet.activities())


def _subjects(rig: Rig, name: str) -> list[str]:
    return sorted(one.subject for one in rig.people[name].outlook.events().values())


def test_a_firm_with_a_dead_key_stands_still_while_its_neighbour_goes_on(firm: Firm) -> None:
    sick = firm("jana")
    well = add_firm(sick, people=("karel",))
    well.sync()
    sick.raynet.ui(sick.raynet_user).revoke_key("Outlook sync")
    logins = len(sick.world.graph.mails)
    for number in range(4):
        _outlook(sick, "jana", f"Nemocná {number}")
        _outlook(well, "karel", f"Zdravá {number}")
        sick.tick()
        result = sick.one_pass()
        with well.carried(raynet=2):
            pass
        if number == 0:
            assert {one.item for one in result.errors} == {"raynet"}
    assert logins == len(sick.world.graph.mails)
    assert _titles(sick) == []
    assert _titles(well) == [f"Zdravá {n}" for n in range(4)]
    breaker = sick.administration.overview.status(sick.firm).sync.raynet_breaker
    assert breaker is not None
    assert breaker.code
    from server.store.admin.firms import ConnectionChange

    secret = sick.raynet.ui(sick.raynet_user).replace_key("Outlook sync")
    sick.engine.firms.connect(sick.firm, ConnectionChange(raynet_key=secret), actor="test")
    sick.tick()
    sick.sync()
    assert _titles(sick) == [f"Nemocná {n}" for n in range(4)], "nothing was lost meanwhile"


def test_two_firms_never_see_each_others_items(firm: Firm) -> None:
    one = firm("jana")
    other = add_firm(one, people=("jana",))  # the same short name, another tenant
    other.sync()
    with one.carried(raynet=2):
        _outlook(one, "jana", "První firma")
    with other.carried(graph=1):
        _raynet(other, "jana", "Druhá firma")
    assert (_titles(one), _titles(other)) == (["První firma"], ["Druhá firma"])
    assert (_subjects(one, "jana"), _subjects(other, "jana")) == (["První firma"], ["Druhá firma"])


@pytest.mark.parametrize("state", [MailboxState.FORBIDDEN, MailboxState.MOVING, MailboxState.NONE])
def test_a_mailbox_in_trouble_waits_and_the_others_go_on(firm: Firm, state: MailboxState) -> None:
    rig = firm("jana", "petr")
    jana, petr = rig.people["jana"], rig.people["petr"]
    start = rig.clock() + 3 * HOUR
    with rig.carried(graph=2):
        ref = jana.ui.create("meeting", title="Společná", start=start, people=(petr.person,)).ref
    jana.mailbox.state = state
    rig.tick()
    first = rig.one_pass()
    rig.tick()
    _outlook(rig, "petr", "Petrova")
    jana.ui.edit(ref, title="Společná 2")
    rig.one_pass()
    rig.tick()
    rig.one_pass()
    assert any(jana.mailbox.id in one.item for one in first.errors), first.errors
    assert "Petrova" in _titles(rig)
    assert "Společná 2" in _subjects(rig, "petr")
    jana.mailbox.state = MailboxState.READY
    assert len(_subjects(rig, "jana")) == 1
    rig.tick(1200)
    rig.sync()
    rig.tick(1200)
    rig.sync()
    assert _subjects(rig, "jana") == ["Společná 2"], "resumed where it stood"
    assert len(rig.raynet.activities()) == 2


@pytest.mark.parametrize("state", [MailboxState.FORBIDDEN, MailboxState.NONE])
def test_a_seat_whose_mailbox_never_worked_stops_nobody(firm: Firm, state: MailboxState) -> None:
    rig = firm("jana", "petr", synced=False)
    rig.people["jana"].mailbox.state = state
    rig.one_pass()
    rig.tick()
    _outlook(rig, "petr", "Petrova")
    _raynet(rig, "petr", "Z Raynetu")
    rig.one_pass()
    rig.tick()
    rig.one_pass()
    assert _titles(rig) == ["Petrova", "Z Raynetu"]
    assert _subjects(rig, "petr") == ["Petrova", "Z Raynetu"]


def test_an_item_that_graph_always_rejects_is_parked_beside_healthy_ones(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(graph=2):
        odd = _raynet(rig, "jana", "Odmítaná")
        fine = _raynet(rig, "jana", "Zdravá")
    refused = Match(system="graph", method="PATCH", body=lambda body: b"Odm" in body)
    rig.world.faults.add(Rule(name="no", match=refused, action=Status(400)))
    for turn in range(3):
        jana.ui.edit(odd, title=f"Odmítaná {turn}")
        jana.ui.edit(fine, title=f"Zdravá {turn}")
        rig.tick()
        result = rig.one_pass()
        rig.tick()
        rig.one_pass()
        assert f"Zdravá {turn}" in _subjects(rig, "jana")
        if turn == 0:
            assert [one.item for one in result.errors], "the pass tells what was refused"
    why = rig.administration.overview.why_activity(rig.firm, ActivityKey.parse(f"{odd.kind}:{odd.id}"))
    assert (why.state.value, why.reason.value) == ("parked", "rejected_by_graph")
    assert why.trail[-1].outcome == "parked"
    assert why.trail[-1].seen
    rig.world.faults.clear()
    rig.tick(26 * 3600)
    rig.sync()
    assert _subjects(rig, "jana") == ["Odmítaná 2", "Zdravá 2"]


def test_an_item_that_raynet_always_rejects_is_parked_beside_healthy_ones(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(graph=2):
        odd = _raynet(rig, "jana", "Odmítaná")
        _raynet(rig, "jana", "Zdravá")
    events = {name: jana.outlook.find(name) for name in ("Odmítaná", "Zdravá")}
    rig.world.faults.add(
        Rule(name="no", match=Match(system="raynet", method="POST", path=f"meeting/{odd.id}/$"), action=Status(400))
    )
    for turn in range(3):
        for name, event in events.items():
            jana.outlook.edit(event, subject=f"{name} {turn}")
        rig.tick()
        rig.one_pass()
        rig.tick()
        rig.one_pass()
        assert f"Zdravá {turn}" in _titles(rig)
    tries = rig.world.faults.fired["no"]
    assert tries <= 4, "ever more rarely, not on each pass"
    why = rig.administration.overview.why_activity(rig.firm, ActivityKey.parse(f"{odd.kind}:{odd.id}"))
    assert (why.state.value, why.reason.value) == ("parked", "rejected_by_raynet")
    rig.world.faults.clear()
    rig.tick(26 * 3600)
    rig.sync()
    assert _titles(rig) == ["Odmítaná 2", "Zdravá 2"]
    assert {one.state.value for one in rig.pairs()} == {"live"}


def test_clocks_seven_minutes_apart_neither_lose_nor_repeat_a_change(firm: Firm) -> None:
    rig = firm("jana", rules={"authority": "newest"})
    jana = rig.people["jana"]
    off = timedelta(minutes=7)
    rig.raynet._clock = lambda: rig.clock() - off
    with rig.carried(raynet=2, graph=1):
        event = _outlook(rig, "jana", "Odsud")
        ref = _raynet(rig, "jana", "Odtud")
    for turn in range(3):
        with rig.carried(graph=1):
            jana.ui.edit(ref, title=f"Odtud {turn}")
        with rig.carried(raynet=1):
            jana.outlook.edit(event, subject=f"Odsud {turn}")
    rig.raynet._clock = lambda: rig.clock() + off
    with rig.carried(graph=1):
        jana.ui.edit(ref, title="Napřed")
    with rig.carried(graph=1):
        _raynet(rig, "jana", "Z budoucnosti")
    rig.raynet._clock = rig.clock
    with rig.carried(graph=1):
        jana.ui.edit(ref, title="Zase správně")
    assert _subjects(rig, "jana") == ["Odsud 2", "Z budoucnosti", "Zase správně"]


@pytest.mark.parametrize("way", ["update event", "create event", "update activity", "create activity"])
def test_an_item_without_any_clear_answer_is_tried_ever_more_rarely(firm: Firm, way: str) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(graph=1):
        ref = _raynet(rig, "jana", "Stojí")
    method = {"update event": "PATCH", "create event": "POST", "update activity": "POST", "create activity": "PUT"}[way]
    if way.endswith("event"):
        match = Match(system="graph", method=method, path=r"/events")
    else:
        match = Match(system="raynet", method=method, path=r"/(meeting|event)/")
    rig.world.faults.add(Rule(name="no", match=match, action=Status(500)))
    match way:
        case "update event":
            jana.ui.edit(ref, title="Změna")
        case "create event":
            _raynet(rig, "jana", "Změna")
        case "update activity":
            jana.outlook.edit(jana.outlook.find("Stojí"), subject="Změna")
        case _:
            _outlook(rig, "jana", "Změna")
    for _ in range(40):
        rig.tick()
        rig.one_pass()
    assert 2 <= rig.world.faults.fired["no"] <= 14, "not on each pass"
    rig.world.faults.clear()
    rig.tick(26 * 3600)
    rig.sync()
    assert "Změna" in _titles(rig)
    assert "Změna" in _subjects(rig, "jana")
    assert len(_titles(rig)) == len(_subjects(rig, "jana")) == (1 if way.startswith("update") else 2)
