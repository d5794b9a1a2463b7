"""Nobody is mailed: meetings with attendees whatever happens to them in Raynet, and only what the firm turned on."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.support.rig import Rig

HOUR = timedelta(hours=1)
Firm = Callable[..., Rig]


def _meeting(firm: Firm) -> tuple[Rig, str, object]:
    """Jana's Outlook meeting with Petr (a seat) and a client, carried to Raynet."""
    rig = firm("jana", "petr")
    jana = rig.people["jana"]
    with rig.carried(raynet=2):
        event = jana.outlook.create("Jednání", rig.clock() + HOUR, rig.clock() + 2 * HOUR)
        jana.outlook.invite(event, rig.people["petr"].login, "klient@jinde.example")
    (made,) = rig.raynet.activities()
    return rig, event, made.ref


@pytest.mark.parametrize("what", ["title", "time", "description", "place", "priority"])
def test_a_change_in_raynet_that_would_mail_waits_and_says_so(firm: Firm, what: str) -> None:
    rig, event, ref = _meeting(firm)
    jana = rig.people["jana"]
    before = jana.outlook.state(event)
    with rig.carried():
        if what == "time":
            jana.ui.move(ref, rig.clock() + 8 * HOUR)
        else:
            fields = {"title": "Jinak", "description": "<p>Nově</p>", "place": "Brno", "priority": "CRITICAL"}
            jana.ui.edit(ref, **{"meeting_place" if what == "place" else what: fields[what]})
    after = jana.outlook.state(event)
    assert (after.subject, after.start, after.body) == (before.subject, before.start, before.body)
    assert ("held", "would_mail") in {(one.state.value, one.reason and one.reason.value) for one in rig.pairs()}
    assert rig.app_mails() == 0
    # The organizer's own later change of the same field takes over and ends the wait; the loser is journalled.
    if what == "title":
        with rig.carried(raynet=1):
            jana.outlook.edit(event, subject="Od pořadatele")
        assert rig.raynet.activity(ref).title == "Od pořadatele"
        assert [e.conflict.lost for e in rig.administration.conflicts.every(rig.firm)] == ["Jinak"]


@pytest.mark.parametrize("what", ["cancel", "delete", "unschedule"])
def test_a_removal_in_raynet_of_a_meeting_with_attendees_mails_nobody(firm: Firm, what: str) -> None:
    rig, event, ref = _meeting(firm)
    with rig.carried():
        getattr(rig.people["jana"].ui, what)(ref)
    assert rig.people["jana"].outlook.state(event).subject == "Jednání"
    assert rig.people["petr"].outlook.find("Jednání")
    assert rig.app_mails() == 0
    assert any(one.reason is not None and one.reason.value == "would_mail" for one in rig.pairs())


def test_participants_removed_or_added_in_raynet_touch_no_attendee(firm: Firm) -> None:
    rig, event, ref = _meeting(firm)
    jana, petr = rig.people["jana"], rig.people["petr"]
    with rig.carried():
        jana.ui.remove_person(ref, petr.person)
    assert {a.address for a in jana.outlook.state(event).attendees} == {petr.login, "klient@jinde.example"}
    assert petr.outlook.find("Jednání")
    assert petr.person not in {p.person for p in rig.raynet.activity(ref).participants}, "nobody is forced back in"


def test_done_in_raynet_marks_the_meeting_without_a_mail(firm: Firm) -> None:
    rig, event, ref = _meeting(firm)
    with rig.carried(graph=1):
        rig.people["jana"].ui.complete(ref)
    assert "Raynet: Hotovo" in rig.people["jana"].outlook.state(event).categories
    assert rig.app_mails() == 0


def test_even_private_members_are_not_written_where_exchange_would_mail_for_them(firm: Firm) -> None:
    rig, event, _ref = _meeting(firm)
    jana = rig.people["jana"]
    with rig.carried():
        jana.outlook.edit(event, categories=["Moje"])
    assert rig.app_mails() == 0


def test_client_attendees_of_a_raynet_meeting_are_never_invited(firm: Firm) -> None:
    from simulator.raynet.populate import add_company, add_person

    rig = firm("jana")
    jana = rig.people["jana"]
    company = add_company(rig.raynet, "Klient", email="info@klient.example")
    contact = add_person(rig.raynet, "Dvořák", email="dvorak@klient.example", company=company.id)
    with rig.carried(graph=1):
        jana.ui.create("meeting", title="U klienta", start=rig.clock() + HOUR, people=(contact.id,), company=company.id)
    assert jana.outlook.state(jana.outlook.find("U klienta")).attendees == ()


def test_a_deleted_meeting_mails_by_its_human_only(firm: Firm) -> None:
    rig, event, ref = _meeting(firm)
    with rig.carried(raynet=1):
        rig.people["jana"].outlook.delete(event)
    assert rig.raynet.activity(ref) is None
    assert rig.app_mails() == 0
    assert rig.world.graph.mails, "Outlook itself told the attendees"
