"""Asking for a seat and the administrator's answer, on both databases."""

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from server.domain.ids import FirmId
from server.errors import NotFound, Refused
from server.store.admin.firms import Firms, NewFirm
from server.store.admin.registrations import Applicant, Registrations
from server.store.admin.seats import SeatChange, Seats
from server.store.database import Database, open_database
from server.store.panel.people import PanelPeople
from server.store.tables.panel import RegistrationState
from tests.support.databases import BACKENDS, KEYS, drop, fresh_url

TENANT = "0c5a2f3e-8d41-4b7e-a6c0-2f9f3f6f7d01"
EVA = Applicant(tid=TENANT, oid="aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee", email="Eva@Valce.example", name="Eva")


@pytest.fixture(params=BACKENDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = fresh_url(request.param, tmp_path)
    made = open_database(url, KEYS)
    yield made
    made.close()
    drop(url)


def firm(database: Database, seats: int = 1, **rules: str) -> FirmId:
    new = NewFirm(
        name="Válce",
        tenant_id=TENANT,
        raynet_url="https://app.raynet.cz/api/v2",
        raynet_instance="valce",
        raynet_user="api@valce.example",
        raynet_key="key",
        seats=seats,
        valid_until=date(2030, 1, 1),
        rules=rules,
    )
    return Firms(database).add(new, actor="test").id


def test_a_person_asks_once(database: Database) -> None:
    desk, where = Registrations(database), firm(database)
    first = desk.ask(where, EVA)
    assert (first.state, first.email) == (RegistrationState.WAITING, "eva@valce.example")
    assert desk.ask(where, EVA) == first
    assert desk.every(where) == (first,)
    assert desk.find(where, TENANT, EVA.oid) == first
    assert desk.find(where, TENANT, "somebody") is None


def test_approving_gives_the_seat(database: Database) -> None:
    desk, where = Registrations(database), firm(database)
    asked = desk.ask(where, EVA)
    assert desk.approve(where, asked.id, actor="admin:1").state is RegistrationState.APPROVED
    assert [(one.email, one.enabled) for one in Seats(database).every(where)] == [("eva@valce.example", True)]
    with pytest.raises(Refused) as refused:
        desk.reject(where, asked.id, actor="admin:1")
    assert refused.value.code == "already_approved"


def test_approving_switches_a_seat_on_that_is_there(database: Database) -> None:
    desk, where = Registrations(database), firm(database)
    seats = Seats(database)
    seat = seats.add(where, "eva@valce.example", actor="test")
    seats.set(where, seat.id, SeatChange(enabled=False), actor="test")
    desk.approve(where, desk.ask(where, EVA).id, actor="admin:1")
    assert [(one.id, one.enabled) for one in seats.every(where)] == [(seat.id, True)]


def test_without_a_free_seat_nothing_is_approved(database: Database) -> None:
    desk, where = Registrations(database), firm(database, seats=0)
    asked = desk.ask(where, EVA)
    with pytest.raises(Refused) as refused:
        desk.approve(where, asked.id, actor="admin:1")
    assert refused.value.code == "no_free_seat"
    assert desk.get(where, asked.id).state is RegistrationState.WAITING


def test_many_at_once_get_no_more_seats_than_there_are(database: Database) -> None:
    desk, where = Registrations(database), firm(database, seats=2, self_registration="seat_if_free")
    people = [Applicant(tid=TENANT, oid=f"oid-{n}", email=f"user{n}@valce.example") for n in range(6)]
    threads = [threading.Thread(target=desk.ask, args=(where, one)) for one in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    states = [one.state for one in desk.every(where)]
    assert sorted(states) == [RegistrationState.APPROVED] * 2 + [RegistrationState.WAITING] * 4
    assert len(desk.every(where, state=RegistrationState.WAITING)) == 4
    assert len(Seats(database).every(where)) == 2


def test_another_firms_registration_does_not_exist(database: Database) -> None:
    desk, where = Registrations(database), firm(database)
    asked = desk.ask(where, EVA)
    other = firm(database)
    for act in (desk.approve, desk.reject):
        with pytest.raises(NotFound):
            act(other, asked.id, actor="admin:1")
    assert desk.every(other) == ()


def test_consent_is_of_a_person_a_firm_and_a_wording(database: Database) -> None:
    people, where = PanelPeople(database), firm(database)
    other = firm(database)
    assert people.standing(where, TENANT, EVA.oid, "1").consented_at is None
    at = people.agree(where, TENANT, EVA.oid, version="1", language="cs")
    assert people.agree(where, TENANT, EVA.oid, version="1", language="en") == at
    assert people.standing(where, TENANT, EVA.oid, "1").consented_at == at
    for place, oid, version in ((where, EVA.oid, "2"), (where, "other", "1"), (other, EVA.oid, "1")):
        assert people.standing(place, TENANT, oid, version).consented_at is None
