"""What the panel's API asks Graph: who a person is, which event an id of Outlook means, the draft noted on an event."""

import json

import pytest

from server.domain.ids import EventKey, MailboxId
from server.microsoft.translate import PANEL_PROPERTY
from server.ports.graph import GetEvent, GetUser, IdForm, TranslateId
from simulator.graph import ids
from tests.server.microsoft.simulated import FIRM, START, Simulated, hours, id_of, simulated

DRAFT = "0b8ad4b4-1f0e-4a0e-9d55-0e3b2f6a7c11"


def made(test: Simulated, name: str = "anna") -> tuple[MailboxId, str]:
    person = test.person(name)
    when = hours(1, 2)
    return id_of(person), person.user.create("Schůzka", when.start, when.end)


def normal_id(event: str) -> str:
    """As Outlook on the web gives it before it is translated."""
    parsed = ids.decode(event)
    return ids.encode(parsed.mailbox, parsed.number, 0)


@pytest.mark.parametrize("form", IdForm)
def test_an_id_of_outlook_leads_to_the_immutable_one(form: IdForm) -> None:
    test = simulated()
    mailbox, event = made(test)
    given = normal_id(event)
    given = ids.to_ews(given) if form is IdForm.EWS else given
    assert test.perform(TranslateId(FIRM, mailbox, given, form)) == event
    assert test.gateway.counters(FIRM).writes == 0


def test_an_id_of_another_mailbox_and_a_deleted_event_lead_nowhere() -> None:
    test = simulated()
    anna, _ = made(test, "anna")
    _, of_bob = made(test, "bob")
    assert test.perform(TranslateId(FIRM, anna, normal_id(of_bob), IdForm.REST)) is None
    assert test.perform(TranslateId(FIRM, anna, "AAMkAGnothing", IdForm.REST)) is None


def test_a_person_is_found_by_object_id_with_all_addresses() -> None:
    test = simulated()
    user = test.world.entra.add_user(
        test.tenant, "anna@firma.cz", "Anna", proxy_addresses=("SMTP:anna@firma.cz", "smtp:a.novakova@firma.cz")
    )
    found = test.perform(GetUser(FIRM, MailboxId(user.id)))
    assert (found.mailbox, found.addresses) == (user.id, ("anna@firma.cz", "a.novakova@firma.cz"))


def test_an_unknown_person_and_a_guest_are_nobody() -> None:
    test = simulated()
    guest = test.world.entra.add_user(test.tenant, "eva_host#EXT#@firma.cz", "Eva", user_type="Guest")
    assert test.perform(GetUser(FIRM, MailboxId(guest.id))) is None
    assert test.perform(GetUser(FIRM, MailboxId("00000000-0000-4000-8000-000000000000"))) is None


@pytest.mark.parametrize(
    ("noted", "draft"),
    [
        (json.dumps({"draftId": DRAFT}), DRAFT),
        (json.dumps({"draftId": DRAFT, "more": [1]}), DRAFT),
        (json.dumps({"draftId": "../../etc"}), None),
        (json.dumps({"draftId": 5}), None),
        (json.dumps([DRAFT]), None),
        ("no json", None),
        ("[" * 2000, None),
        (json.dumps({"draftId": DRAFT, "long": "x" * 3000}), None),
    ],
)
def test_only_a_draft_id_is_believed_of_what_stands_on_an_event(noted: str, draft: str | None) -> None:
    test = simulated()
    mailbox, event = made(test)
    test.world.graph.mailbox(mailbox).user.edit(
        event, singleValueExtendedProperties=[{"id": PANEL_PROPERTY, "value": noted}]
    )
    assert test.perform(GetEvent(FIRM, EventKey(mailbox, event))).draft_id == draft  # type: ignore[arg-type]


def test_an_event_without_the_property_has_no_draft() -> None:
    test = simulated()
    mailbox, event = made(test)
    read = test.perform(GetEvent(FIRM, EventKey(mailbox, event)))  # type: ignore[arg-type]
    assert read.draft_id is None
    assert read.created_at == START
