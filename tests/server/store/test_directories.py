"""Directories as last read: sealed, of the present connection, of one firm."""

from datetime import UTC, datetime

from sqlalchemy import text

from server.domain.people import Entry
from server.domain.state import Firm, Side
from server.store.admin.directories import Directories
from server.store.admin.firms import ConnectionChange, Firms
from server.store.database import Database
from tests.server.store.conftest import new_firm

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
JANA = Entry(id="7", name="Jana Nováková", addresses=("jana@novak.example",))


def test_a_reading_is_kept_until_the_next(database: Database, firm: Firm) -> None:
    directories = Directories(database, lambda: NOW)
    assert directories.get(firm.id, Side.RAYNET) is None
    directories.put(firm.id, Side.RAYNET, 1, [])
    directories.put(firm.id, Side.RAYNET, 1, [JANA])
    found = directories.get(firm.id, Side.RAYNET)
    assert found is not None
    assert (found.read_at, found.entries) == (NOW, (JANA,))
    assert directories.get(firm.id, Side.GRAPH) is None


def test_people_of_an_earlier_connection_are_not_shown(database: Database, firm: Firm) -> None:
    directories = Directories(database, lambda: NOW)
    directories.put(firm.id, Side.GRAPH, 1, [JANA])
    Firms(database).connect(firm.id, ConnectionChange(raynet_user="other"), actor="cli")
    assert directories.get(firm.id, Side.GRAPH) is None


def test_people_are_of_one_firm_and_not_readable_in_the_database(database: Database, firm: Firm) -> None:
    directories = Directories(database, lambda: NOW)
    stranger = Firms(database).add(new_firm(), actor="cli").id
    directories.put(firm.id, Side.RAYNET, 1, [JANA] * 50)
    assert directories.get(stranger, Side.RAYNET) is None
    statement = text("SELECT entries FROM directory")
    raw = database.read_unscoped(lambda connection: [bytes(row[0]) for row in connection.execute(statement)])
    assert raw
    assert not any(b"jana" in one or b"Nov" in one for one in raw)
