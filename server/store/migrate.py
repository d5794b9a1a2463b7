"""Brings a database to the schema of this release; safe to call from several processes at once."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import SQLAlchemyError

from server.errors import Misconfigured
from server.store.database import Database
from server.store.dialects import insert_new
from server.store.faults import translated
from server.store.tables.runtime import key_check

_FOLDER: Final = Path(__file__).parent / "migrations"
#: Any number that nobody else in this database uses.
_ADVISORY_LOCK: Final = 7_206_534_081
_LOCK_TIMEOUT: Final = "SET LOCAL lock_timeout = '60s'"
_CONSTANT: Final = "this key opens this store"


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def migrate(database: Database, revision: str = "head") -> None:
    """Run what is missing, in one transaction. Others that migrate meanwhile wait and find nothing to do.

    Nothing is missing in the schema of a newer release, which serves this one too.
    """

    def work(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text(_LOCK_TIMEOUT))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        if not _is_newer(MigrationContext.configure(connection).get_current_revision()):
            command.upgrade(configuration(connection), revision)

    _in_one_transaction(database, work)
    if revision == "head":
        check_keys(database)


def downgrade(database: Database, revision: str) -> None:
    """Back to ``revision``; what only the newer schema holds is lost."""
    _in_one_transaction(database, lambda connection: command.downgrade(configuration(connection), revision))


def migration_state(database: Database) -> tuple[str | None, str | None]:
    """(what the database has, what this release needs); None for a database without our tables."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    current = database.read_unscoped(lambda connection: MigrationContext.configure(connection).get_current_revision())
    return current, head


def serves(current: str | None, head: str | None) -> bool:
    """Whether this release can work on a database with that schema: its own, or a later one.

    Migrations only add, so that the release before runs beside its successor and may come back after it.
    """
    return current == head or _is_newer(current)


def _is_newer(current: str | None) -> bool:
    """A revision that this release does not know was made by a later one."""
    if current is None:
        return False
    known = ScriptDirectory.from_config(configuration()).walk_revisions()
    return all(one.revision != current for one in known)


def check_keys(database: Database) -> None:
    """Raises :class:`Misconfigured` when the master keys are not those that the database was used with before."""

    def work(connection: Connection) -> None:
        if connection.scalar(select(key_check.c.sealed)) is None:
            first = insert_new(connection.dialect, key_check, ("id",))
            connection.execute(first, {"id": 1, "sealed": _CONSTANT})
            connection.scalar(select(key_check.c.sealed))  # somebody else's key may have been first

    database.write_unscoped(work)


def refuse_unready(database: Database) -> None:
    """Raises :class:`Misconfigured` when the schema is older than this release needs, or the key is another one."""
    current, head = migration_state(database)
    if not serves(current, head):
        raise Misconfigured("store_not_migrated", setting="ROS_DATABASE_URL", current=current, needed=head)
    check_keys(database)


def _in_one_transaction(database: Database, work: object) -> None:
    try:
        with database.engine.connect() as plain:
            connection = plain.execution_options(ros_write=True)
            with connection.begin():
                work(connection)  # type: ignore[operator]  # a function of a connection
    except SQLAlchemyError as error:
        raise translated(error) from None
