"""The people of both sides, who of them seem to be the same, and those who asked for a seat themselves."""

from collections.abc import Iterator
from typing import Final, Literal

from server.api.rest.access import CHANGE, READ
from server.api.rest.call import Call
from server.api.rest.lists import page, wanted
from server.api.rest.routes import Routes
from server.api.rest.shapes import Page, Words
from server.api.v1.models import users as shapes
from server.catalogue.oversight import PROPOSED
from server.catalogue.sentences import Sentence
from server.domain.ids import PersonId
from server.domain.people import Confidence, Entry, Proposal, folded, found, proposals
from server.domain.state import Side
from server.errors import NotFound
from server.store.admin.registrations import Registration
from server.store.admin.seats import SeatChange
from server.store.listing import sliced

ROUTES: Final = Routes("directory")
_REGISTRATION: Final = "/firms/{firm_id}/registrations/{registration_id}"
_MOST_FOUND: Final = 20_000
_SURE: Final = {
    Confidence.CERTAIN: 1.0,
    Confidence.HIGH: 0.9,
    Confidence.PROBABLE: 0.6,
    Confidence.AMBIGUOUS: 0.2,
    Confidence.NONE: 0.0,
}


class _Seats:
    """Which user a person, a mailbox or an address is already."""

    def __init__(self, call: Call) -> None:
        self.by_person: dict[str, int] = {}
        self.by_mailbox: dict[str, int] = {}
        self.by_address: dict[str, int] = {}
        for one in call.services.administration.directories.places(call.firm):
            self.by_address[one.email] = one.seat
            if one.person is not None:
                self.by_person[str(one.person)] = one.seat
            if one.mailbox is not None:
                self.by_mailbox[one.mailbox] = one.seat

    def of_person(self, entry: Entry) -> int | None:
        return self.by_person.get(entry.id) or self._of_addresses(entry)

    def of_mailbox(self, entry: Entry) -> int | None:
        return self.by_mailbox.get(entry.id) or self._of_addresses(entry)

    def _of_addresses(self, entry: Entry) -> int | None:
        return next((self.by_address[one] for one in entry.addresses if one in self.by_address), None)


@ROUTES.get("/firms/{firm_id}/directory/raynet", READ, Sentence("Uživatelé v Raynetu", "Users in Raynet"))
def search_raynet(call: Call, query: shapes.DirectoryQuery) -> Page[shapes.RaynetPerson]:
    seats, asked = _Seats(call), wanted(query, "name")
    people = found(call.services.directory.people(call.firm, Side.RAYNET).entries, query.q, _MOST_FOUND)
    kept = [one for one in people if query.without_seat in (None, seats.of_person(one) is None)]
    return page(
        sliced(kept, asked, lambda one: folded(one.name), lambda one: one.id),
        asked,
        lambda one: shapes.RaynetPerson(
            person_id=int(one.id),
            name=one.name,
            emails=one.addresses,
            active=one.active,
            user_id=seats.of_person(one),
        ),
    )


@ROUTES.get("/firms/{firm_id}/directory/microsoft", READ, Sentence("Schránky v tenantu", "Mailboxes of the tenant"))
def search_microsoft(call: Call, query: shapes.DirectoryQuery) -> Page[shapes.Mailbox]:
    seats, asked = _Seats(call), wanted(query, "name")
    people = found(call.services.directory.people(call.firm, Side.GRAPH).entries, query.q, _MOST_FOUND)
    kept = [
        one for one in people if query.without_seat is None or (seats.of_mailbox(one) is None) is query.without_seat
    ]
    return page(
        sliced(kept, asked, lambda one: folded(one.name), lambda one: one.id),
        asked,
        lambda one: shapes.Mailbox(mailbox=one.id, name=one.name, emails=one.addresses, user_id=seats.of_mailbox(one)),
    )


# --- who is who -------------------------------------------------------------------------------------------------------


@ROUTES.get("/firms/{firm_id}/proposals", READ, Sentence("Kdo je asi kdo", "Who seems to be who"))
def list_proposals(call: Call, query: shapes.ProposalQuery) -> Page[shapes.Proposal]:
    desk, seats, asked = call.services.directory, _Seats(call), wanted(query, "name")
    raynet = desk.people(call.firm, Side.RAYNET).entries
    graph = desk.people(call.firm, Side.GRAPH).entries
    chosen = {one.id for one in found(raynet, query.q, _MOST_FOUND)}
    rows = [
        (one, candidate, seats.of_person(one.person))
        for one in proposals(raynet, graph)
        if one.person.id in chosen
        for candidate in _candidates(one)
    ]
    kept = [row for row in rows if query.without_seat in (None, row[2] is None)]
    return page(
        sliced(
            kept,
            asked,
            lambda row: folded(row[0].person.name),
            lambda row: f"{row[0].person.id}/{row[1].id if row[1] is not None else ''}",
        ),
        asked,
        lambda row: _proposal(*row),
    )


def _candidates(one: Proposal) -> Iterator[Entry | None]:
    """Each mailbox that could be meant; a person whom nobody fits stands there once."""
    yield from one.candidates or (None,)


def _proposal(one: Proposal, mailbox: Entry | None, user: int | None) -> shapes.Proposal:
    of = mailbox if mailbox is not None and mailbox.addresses else one.person
    return shapes.Proposal(
        person_id=int(one.person.id),
        person_name=one.person.name,
        mailbox=mailbox.id if mailbox is not None else None,
        mailbox_name=mailbox.name if mailbox is not None else None,
        email=of.addresses[0] if of.addresses else "",
        confidence=_SURE[one.confidence],
        why=one.why.value,
        is_ambiguous=one.confidence is Confidence.AMBIGUOUS,
        text=Words.of(PROPOSED[one.why.value]),
        user_id=user,
    )


# --- who asked in the panel -------------------------------------------------------------------------------------------


@ROUTES.get("/firms/{firm_id}/registrations", READ, Sentence("Registrace z panelu", "Registrations from the panel"))
def list_registrations(call: Call, query: shapes.RegistrationQuery) -> Page[shapes.Registration]:
    asked, words = wanted(query, "asked_at"), folded(query.q).split()
    every = call.services.administration.registrations.every(call.firm)
    kept = [
        one
        for one in every
        if query.state in (None, _state(one))
        if all(word in f"{folded(one.name)} {folded(one.email)}" for word in words)
    ]
    return page(sliced(kept, asked, lambda one: one.requested_at.timestamp(), lambda one: one.id), asked, _registration)


@ROUTES.post(f"{_REGISTRATION}/approve", CHANGE, Sentence("Schválit registraci", "Approve a registration"),
             "no_free_seat")  # fmt: skip
def approve_registration(call: Call, registration_id: int, body: shapes.RegistrationDecision) -> shapes.Registration:
    administration = call.services.administration
    approved = administration.registrations.approve(call.firm, registration_id, actor=call.actor)
    if body.person_id is not None:
        seat = next((one for one in administration.seats.every(call.firm) if one.email == approved.email), None)
        if seat is None:
            raise NotFound
        change = SeatChange(person_id=PersonId(body.person_id))
        administration.seats.set(call.firm, seat.id, change, actor=call.actor)
    return _registration(approved)


@ROUTES.post(f"{_REGISTRATION}/reject", CHANGE, Sentence("Odmítnout registraci", "Reject a registration"),
             "already_approved")  # fmt: skip
def reject_registration(call: Call, registration_id: int) -> shapes.Registration:
    registrations = call.services.administration.registrations
    return _registration(registrations.reject(call.firm, registration_id, actor=call.actor))


def _state(one: Registration) -> Literal["waiting", "approved", "rejected"]:
    state: Literal["waiting", "approved", "rejected"] = one.state.value
    return state


def _registration(one: Registration) -> shapes.Registration:
    return shapes.Registration(
        id=one.id,
        email=one.email,
        name=one.name,
        mailbox=one.oid,
        asked_at=one.requested_at,
        state=_state(one),
        decided_at=one.decided_at,
    )
