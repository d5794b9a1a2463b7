"""Licences: what is bought, what is used, what was once; a seat too many is refused, also at once from all sides."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from server.domain.state import Firm
from server.errors import Invalid, NotFound, Outdated, Refused
from server.store.admin.administration import Administration
from server.store.admin.firms import LicenceChange
from server.store.database import Database
from tests.server.store.conftest import new_firm

NOW = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)  # half past eleven in Prague


@pytest.fixture
def administration(database: Database) -> Administration:
    return Administration(database, lambda: NOW)


def test_a_licence_counts_its_days_in_the_firm_s_zone(administration: Administration) -> None:
    firm = administration.firms.add(new_firm(valid_until=date(2026, 11, 22)), actor="cli")
    assert administration.licences.get(firm.id).status.days_left == 0
    late = Administration(administration.licences._database, lambda: NOW.replace(hour=23, minute=30))
    status = late.licences.get(firm.id).status
    assert (status.days_left, status.state.value, status.is_running) == (-1, "grace", True)


def test_every_state_of_a_licence_is_remembered_with_who_made_it(administration: Administration, firm: Firm) -> None:
    firms = administration.firms
    firms.set_licence(firm.id, LicenceChange(seats=10, grace_days=30), actor="admin:7")
    firms.set_licence(firm.id, LicenceChange(valid_until=date(2031, 1, 1)), actor="admin:8")
    firms.set_licence(firm.id, LicenceChange(name="Jiné jméno"), actor="admin:9")
    entries, total = administration.licences.history(firm.id)
    assert total == 3
    assert [(one.actor, one.seats, one.valid_until, one.grace_days) for one in entries] == [
        ("admin:8", 10, date(2031, 1, 1), 30),
        ("admin:7", 10, date(2030, 12, 31), 30),
        ("cli", 3, date(2030, 12, 31), 14),
    ]
    older, total = administration.licences.history(firm.id, before=entries[0].id, limit=1)
    assert (older, total) == (entries[1:2], 3)


@pytest.mark.parametrize("days", [-1, 366])
def test_an_impossible_grace_is_refused(administration: Administration, firm: Firm, days: int) -> None:
    with pytest.raises(Invalid) as refused:
        administration.firms.set_licence(firm.id, LicenceChange(grace_days=days), actor="cli")
    assert refused.value.data["field"] == "grace_days"


def test_somebody_else_s_change_is_not_overwritten(administration: Administration, firm: Firm) -> None:
    administration.firms.set_licence(firm.id, LicenceChange(seats=4), actor="cli", revision=firm.revision)
    with pytest.raises(Outdated):
        administration.firms.set_licence(firm.id, LicenceChange(seats=5), actor="cli", revision=firm.revision)


def test_an_unknown_firm_has_no_licence(administration: Administration) -> None:
    with pytest.raises(NotFound):
        administration.licences.get(firm=987_654)  # type: ignore[arg-type]  # any number


def test_of_many_who_take_the_last_seat_at_once_one_gets_it(administration: Administration, firm: Firm) -> None:
    administration.seats.add(firm.id, "prvni@novak.example", actor="cli")
    administration.seats.add(firm.id, "druha@novak.example", actor="cli")

    def take(number: int) -> str:
        try:
            administration.seats.add(firm.id, f"treti{number}@novak.example", actor="cli")
        except Refused as refused:
            return refused.code
        return "taken"

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(take, range(6))) == ["no_free_seat"] * 5 + ["taken"]
    assert administration.licences.get(firm.id).seats_used == 3


def test_seats_sold_back_while_one_is_taken_never_end_below_what_is_used(
    administration: Administration, firm: Firm
) -> None:
    administration.seats.add(firm.id, "prvni@novak.example", actor="cli")
    administration.seats.add(firm.id, "druha@novak.example", actor="cli")

    def sell() -> str:
        try:
            administration.firms.set_licence(firm.id, LicenceChange(seats=2), actor="cli")
        except Refused as refused:
            return refused.code
        return "sold"

    def take() -> str:
        try:
            administration.seats.add(firm.id, "treti@novak.example", actor="cli")
        except Refused as refused:
            return refused.code
        return "taken"

    with ThreadPoolExecutor(2) as pool:
        sold, taken = pool.submit(sell), pool.submit(take)
    assert (sold.result(), taken.result()) in {("sold", "no_free_seat"), ("seats_in_use", "taken")}
    licence = administration.licences.get(firm.id)
    assert licence.seats_used <= licence.firm.seats
