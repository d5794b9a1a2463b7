"""Owner, participants, attendees: which mailboxes hold a copy, who takes part in Raynet, who may change what."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.support.rig import Rig

HOUR = timedelta(hours=1)
Firm = Callable[..., Rig]


def _subjects(rig: Rig, name: str) -> list[str]:
    return sorted(one.subject for one in rig.people[name].outlook.events().values() if not one.is_cancelled)


def _meeting(rig: Rig, *names: str, owner: str = "jana"):  # type: ignore[no-untyped-def]
    start = rig.clock() + 2 * HOUR
    people = tuple(rig.people[name].person for name in names)
    return rig.people[owner].ui.create("meeting", title="Porada", start=start, end=start + HOUR, people=people).ref


def _states(rig: Rig) -> dict[tuple[str, str], int]:
    out: dict[tuple[str, str], int] = {}
    for one in rig.pairs():
        key = (one.state.value, one.reason.value if one.reason else "")
        out[key] = out.get(key, 0) + 1
    return out


def test_participants_who_come_and_go_get_and_lose_their_copy(firm: Firm) -> None:
    rig = firm("jana", "petr", "eva")
    jana, petr, eva = (rig.people[name] for name in ("jana", "petr", "eva"))
    with rig.carried(graph=2):
        ref = _meeting(rig, "petr")
    with rig.carried(graph=1):
        jana.ui.add_person(ref, eva.person)
    assert [_subjects(rig, name) for name in ("jana", "petr", "eva")] == [["Porada"]] * 3
    with rig.carried(graph=1):
        jana.ui.remove_person(ref, petr.person)
    assert _subjects(rig, "petr") == []
    with rig.carried(graph=1):
        jana.ui.add_person(ref, petr.person)
    assert _subjects(rig, "petr") == ["Porada"]
    with rig.carried(graph=3):
        jana.ui.edit(ref, title="Nově")
    with rig.carried(raynet=1, graph=2):
        jana.outlook.edit(jana.outlook.find("Nově"), subject="Od vlastníka")


def test_a_new_owner_who_took_part_takes_the_lead(firm: Firm) -> None:
    rig = firm("jana", "petr", "eva")
    jana, petr = rig.people["jana"], rig.people["petr"]
    with rig.carried(graph=2):
        ref = _meeting(rig, "petr")
    with rig.carried(graph=1):
        jana.ui.remove_person(ref, petr.person)
    with rig.carried(graph=2):
        jana.ui.change_owner(ref, petr.person)
    assert (_subjects(rig, "jana"), _subjects(rig, "petr")) == ([], ["Porada"])
    with rig.carried(raynet=1):
        petr.outlook.edit(petr.outlook.find("Porada"), subject="Petrova")
    assert rig.raynet.activity(ref).title == "Petrova"


def test_an_attendees_copy_carries_nothing_back_but_released(firm: Firm) -> None:
    rig = firm("jana", "petr")
    petr = rig.people["petr"]
    with rig.carried(graph=2):
        ref = _meeting(rig, "petr")
    with rig.carried(graph=1):
        petr.outlook.edit(petr.outlook.find("Porada"), subject="Moje verze")
    assert rig.raynet.activity(ref).title == "Porada"
    assert _subjects(rig, "petr") == ["Porada"]
    (entry,) = rig.administration.conflicts.every(rig.firm)
    assert (entry.conflict.lost, entry.conflict.kept, entry.email) == ("Moje verze", "Porada", petr.login)
    with rig.carried():
        petr.outlook.delete(petr.outlook.find("Porada"))
    assert rig.raynet.activity(ref).status == "SCHEDULED"
    assert _subjects(rig, "jana") == ["Porada"]
    assert ("released", "released_by_attendee") in _states(rig)
    with rig.carried(graph=1):
        rig.people["jana"].ui.edit(ref, title="Dál")
    assert _subjects(rig, "petr") == []


def test_mirror_owner_releases_the_copies_and_participants_takes_them_up_again(firm: Firm) -> None:
    rig = firm("jana", "petr")
    jana = rig.people["jana"]
    with rig.carried(graph=2):
        ref = _meeting(rig, "petr")
    with rig.carried():
        rig.rules(mirror="owner")
    assert _subjects(rig, "petr") == ["Porada"]
    with rig.carried(graph=1):
        jana.ui.edit(ref, title="Jen vlastník")
    assert (_subjects(rig, "jana"), _subjects(rig, "petr")) == (["Jen vlastník"], ["Porada"])
    with rig.carried(graph=1):
        rig.rules(mirror="participants")
    assert _subjects(rig, "petr") == ["Jen vlastník"]


def test_under_mirror_owner_participants_get_nothing(firm: Firm) -> None:
    rig = firm("jana", "petr", rules={"mirror": "owner"})
    with rig.carried(graph=1):
        _meeting(rig, "petr")
    assert _subjects(rig, "petr") == []


def test_a_meeting_in_several_licensed_mailboxes_is_one_activity(firm: Firm) -> None:
    rig = firm("jana", "petr", "eva")
    jana, petr, eva = (rig.people[name] for name in ("jana", "petr", "eva"))
    start = rig.clock() + HOUR
    with rig.carried(raynet=2):
        meeting = jana.outlook.create("Schůze", start, start + HOUR)
        jana.outlook.invite(meeting, petr.login, eva.login)
    (made,) = rig.raynet.activities()
    assert {p.person for p in made.participants} == {jana.person, petr.person, eva.person}
    assert made.owner == jana.person
    assert [_subjects(rig, name) for name in ("jana", "petr", "eva")] == [["Schůze"]] * 3
    with rig.carried(raynet=1):
        jana.outlook.edit(meeting, subject="Schůze vedení")
    assert rig.raynet.activity(made.ref).title == "Schůze vedení"
    with rig.carried():
        petr.outlook.decline(petr.outlook.find("Schůze vedení"))
    assert rig.raynet.activity(made.ref) is not None
    with rig.carried(raynet=1):
        jana.outlook.delete(meeting)
    assert rig.raynet.activities() == []


def test_attendees_become_participants_only_on_a_single_hit_and_never_as_new_persons(firm: Firm) -> None:
    from simulator.raynet.populate import add_person

    rig = firm("jana")
    jana = rig.people["jana"]
    known = add_person(rig.raynet, "Dvořák", email="dvorak@klient.example")
    for name in ("Novák", "Nováková"):
        add_person(rig.raynet, name, email="novakovi@klient.example")
    persons = len(rig.raynet.directory("person"))
    start = rig.clock() + HOUR
    with rig.carried(raynet=2):
        meeting = jana.outlook.create("U klienta", start, start + HOUR)
        jana.outlook.invite(meeting, "Dvorak@klient.example", "novakovi@klient.example", "cizi@jinde.example")
    (made,) = rig.raynet.activities()
    assert {p.person for p in made.participants} == {jana.person, known.id}
    assert len(rig.raynet.directory("person")) == persons
    with rig.carried(raynet=1):
        attendees = [{"emailAddress": {"address": "cizi@jinde.example", "name": "C"}, "type": "required"}]
        jana.outlook.edit(meeting, attendees=attendees)
    assert {p.person for p in rig.raynet.activity(made.ref).participants} == {jana.person}


def test_an_organizer_without_a_seat_leads_and_raynet_never_writes_to_the_event(firm: Firm) -> None:
    rig = firm("jana", "petr")
    jana, petr = rig.people["jana"], rig.people["petr"]
    start = rig.clock() + HOUR
    copies = []
    with rig.carried():
        copies.append(jana.outlook.receive_invitation("sef@jinde.example", "Audit", start, start + HOUR))
    assert rig.raynet.activities() == []
    with rig.carried(raynet=2):
        jana.outlook.accept(copies[0], send=False)
    (made,) = rig.raynet.activities()
    assert (made.kind, made.title, made.personal, made.owner) == ("event", "Audit", True, jana.person)
    with rig.carried(raynet=1):
        jana.outlook.receive_update(
            copies[0],
            start={"dateTime": f"{(start + HOUR):%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"},
            end={"dateTime": f"{(start + 2 * HOUR):%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"},
        )
    assert rig.raynet.activity(made.ref).scheduled_from == start + HOUR
    with rig.carried():
        jana.ui.edit(made.ref, title="Můj název")
    assert jana.outlook.state(copies[0]).subject == "Audit"
    with rig.carried(raynet=1):
        jana.ui.move(made.ref, start + 5 * HOUR)
    assert rig.raynet.activity(made.ref).scheduled_from == start + HOUR
    assert petr.outlook.events() == {} or _subjects(rig, "petr") == []
    with rig.carried(raynet=1):
        jana.outlook.receive_cancellation(copies[0])


@pytest.mark.parametrize(
    ("rule", "answer", "carried"),
    [
        ("accepted", "none", False),
        ("accepted", "tentative", False),
        ("accepted", "accepted", True),
        ("all", "none", True),
        ("all", "tentative", True),
        ("all", "declined", False),
        ("none", "accepted", False),
    ],
)
def test_attended_events_follow_the_rule(firm: Firm, rule: str, answer: str, carried: bool) -> None:
    rig = firm("jana", rules={"attended_events": rule})
    jana = rig.people["jana"]
    start = rig.clock() + HOUR
    with rig.carried(raynet=2 if carried else 0):
        copy = jana.outlook.receive_invitation("sef@jinde.example", "Audit", start, start + HOUR)
        if answer == "tentative":
            jana.outlook.accept_tentatively(copy, send=False)
        elif answer == "accepted":
            jana.outlook.accept(copy, send=False)
        elif answer == "declined":
            jana.outlook.decline(copy, send=False)
    assert len(rig.raynet.activities()) == int(carried)
    if carried:
        with rig.carried():
            rig.rules(attended_events="none")
        assert len(rig.raynet.activities()) == 1


def test_several_licensed_attendees_of_a_foreign_meeting_share_one_activity(firm: Firm) -> None:
    from tests.support.rig import add_person_with_seat

    rig = firm("jana", "petr")
    host = add_person_with_seat(rig, "host", seat=False)
    jana, petr = rig.people["jana"], rig.people["petr"]
    start = rig.clock() + HOUR
    with rig.carried(raynet=2):
        meeting = host.outlook.create("Kontrola", start, start + HOUR)
        host.outlook.invite(meeting, jana.login, petr.login)
        rig.world.settle()
        jana.outlook.accept(jana.outlook.find("Kontrola"), send=False)
    (made,) = rig.raynet.activities()
    with rig.carried():
        petr.outlook.accept(petr.outlook.find("Kontrola"), send=False)
    assert len(rig.raynet.activities()) == 1
    with rig.carried(raynet=1):
        host.outlook.edit(meeting, subject="Kontrola skladu")
    assert rig.raynet.activity(made.ref).title == "Kontrola skladu"
    with rig.carried():
        jana.outlook.delete(jana.outlook.find("Kontrola skladu"))
    assert len(rig.raynet.activities()) == 1
    with rig.carried(raynet=1):
        host.outlook.edit(meeting, subject="Kontrola dílny")
    assert rig.raynet.activity(made.ref).title == "Kontrola dílny"
