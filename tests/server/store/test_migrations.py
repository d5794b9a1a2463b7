"""The migrations make the very schema that the tables declare."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, Table, inspect, text

from server.errors import Misconfigured
from server.store.database import Database, open_database
from server.store.migrate import downgrade, migrate, migration_state, refuse_unready
from server.store.tables.schema import metadata
from tests.support.databases import BACKENDS, KEYS, drop, empty_url


@pytest.fixture(params=BACKENDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = empty_url(request.param, tmp_path)
    database = open_database(url, KEYS)
    yield database
    database.close()
    drop(url)


def test_an_empty_database_is_not_ready(empty: Database) -> None:
    current, head = migration_state(empty)
    assert current is None
    assert head is not None
    with pytest.raises(Misconfigured) as unready:
        refuse_unready(empty)
    assert unready.value.code == "store_not_migrated"


def test_the_migrated_schema_is_the_declared_one(empty: Database) -> None:
    migrate(empty)
    current, head = migration_state(empty)
    assert current == head
    refuse_unready(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        assert checks_of_database(connection) == checks_of_tables()


def checks_of_tables() -> set[tuple[str, str]]:
    return {
        (table.name, str(one.name))
        for table in metadata.sorted_tables
        for one in table.constraints
        if isinstance(one, CheckConstraint)
    }


def checks_of_database(connection: Connection) -> set[tuple[str, str]]:
    found = inspect(connection)
    return {
        (table.name, str(one["name"]))
        for table in metadata.sorted_tables
        for one in found.get_check_constraints(table.name)
    }


def test_the_database_s_checks_allow_every_state_of_today(empty: Database) -> None:
    """A new member of a closed set needs a migration: this fails until there is one."""
    migrate(empty)
    with empty.engine.connect() as connection:
        for table in metadata.sorted_tables:
            stored = {one["name"]: one["sqltext"] for one in inspect(connection).get_check_constraints(table.name)}
            for name, allowed in allowed_values(table).items():
                assert all(f"'{value}'" in stored[name] for value in allowed), name


def allowed_values(table: Table) -> dict[str, list[str]]:
    checks = [one for one in table.constraints if isinstance(one, CheckConstraint)]
    return {str(one.name): str(one.sqltext).split("'")[1::2] for one in checks}


def test_going_back_and_forth_ends_where_it_began(empty: Database) -> None:
    migrate(empty)
    downgrade(empty, "base")
    with empty.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    migrate(empty)
    current, head = migration_state(empty)
    assert current == head


def test_the_schema_of_a_later_release_serves_this_one(empty: Database) -> None:
    """Its code may come back after an update: migrations only add."""
    migrate(empty)
    statement = text("UPDATE alembic_version SET version_num = 'made-later'").execution_options(ros_unscoped=True)
    empty.write_unscoped(lambda connection: connection.execute(statement).rowcount)
    refuse_unready(empty)
    migrate(empty)
    assert migration_state(empty)[0] == "made-later"


def test_the_schema_of_an_earlier_release_does_not_serve(empty: Database) -> None:
    migrate(empty, "0001")
    with pytest.raises(Misconfigured):
        refuse_unready(empty)


def test_processes_that_migrate_at_once_do_not_disturb_each_other(empty: Database) -> None:
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: migrate(empty), range(3)))
    refuse_unready(empty)
