"""A real `ros serve` process on a SQLite file, filled through the server's own store."""

import base64
import itertools
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from server.domain.ids import FirmId
from server.domain.series import Carried
from server.store.admin.administration import Administration
from server.store.admin.administrators import Administrator, NewAdministrator
from server.store.admin.firms import NewFirm
from server.store.database import Database, open_database
from server.store.tables.accounts import SignInMethod
from server.store.tables.people import AdministratorRole
from tests.support.databases import KEYS, fresh_url

PASSWORD: Final = "modrá lednice tančí polku"
_START_SECONDS: Final = 60.0
_NUMBERS = itertools.count(1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(slots=True)
class House:
    """``with``-less: ``start`` and ``stop``. The process can be killed and started again on the same port."""

    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    database_url: str = ""
    _process: "subprocess.Popen[bytes] | None" = None
    _worker: "subprocess.Popen[bytes] | None" = None
    _database: Database | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Database:
        assert self._database is not None
        return self._database

    @property
    def admin(self) -> Administration:
        return Administration(self.database)

    def start(self) -> "House":
        if not self.database_url:
            self.database_url = fresh_url("sqlite", self.folder)
            self._database = open_database(self.database_url, KEYS)
        self._process = self._run("serve")
        self._wait()
        return self

    def start_worker(self) -> None:
        """`ros worker`: previews, passes, checks."""
        self._worker = self._run("worker")

    def _run(self, command: str) -> "subprocess.Popen[bytes]":
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ROS_")}
        key = base64.urlsafe_b64encode(KEYS[0]).decode()
        ours = {
            "ROS_DATA_DIR": str(self.folder),
            "ROS_DATABASE_URL": self.database_url,
            "ROS_SECRET_KEY": key,
            "ROS_LISTEN": f"127.0.0.1:{self.port}",
            "ROS_LOG_FORMAT": "json",
            **self.environ,
        }
        with (self.folder / f"{command}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "server.cli", command],
                env=kept | ours,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _wait(self) -> None:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):  # noqa: S310 (our own loopback)
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                assert self._process is not None
                if self._process.poll() is not None:
                    break
                time.sleep(0.05)
        raise AssertionError((self.folder / "serve.log").read_text(errors="replace")[-4_000:])

    def kill(self) -> None:
        """The server is gone; its database stays."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    def stop(self) -> None:
        self.kill()
        if self._worker is not None:
            self._worker.terminate()
            self._worker.wait(30)
            self._worker = None
        if self._database is not None:
            self._database.close()
            self._database = None

    # --- filling ------------------------------------------------------------------------------------------------------

    def firm(self, name: str = "", *, seats: int = 5, is_connected: bool = True, days: int = 400) -> FirmId:
        """A firm of its own for a test."""
        number = next(_NUMBERS)
        until = datetime.now(UTC).date() + timedelta(days=days)
        new = NewFirm(
            name=name or f"Firma {number:03d}",
            tenant_id=f"6f1c9a7e-1111-4222-8333-{number:012d}" if is_connected else "",
            raynet_url="https://app.raynet.cz/api/v2" if is_connected else "",
            raynet_instance=f"firma{number}" if is_connected else "",
            raynet_user="api@firma.example" if is_connected else "",
            raynet_key="canary-raynet-key" if is_connected else "",
            seats=seats,
            valid_until=date(until.year, until.month, until.day),
            is_connected=is_connected,
        )
        return self.admin.firms.add(new, actor="test").id

    def administrator(
        self, role: str, firm: FirmId | None = None, *, login: str = "", must_change: bool = False
    ) -> Administrator:
        """With :data:`PASSWORD`."""
        new = NewAdministrator(
            login=login or f"{role}-{next(_NUMBERS)}",
            role=AdministratorRole(role),
            firm=firm,
            must_change_password=must_change,
        )
        return self.admin.administrators.create(new, PASSWORD, actor="test")

    def token(self, administrator: Administrator) -> str:
        """A session, without the sign-in's brakes."""
        return self.admin.sessions.start_unscoped(administrator.id, SignInMethod.PASSWORD)[0]

    def carried(self, firm: FirmId, *, hours: int = 24) -> None:
        """Figures for the charts: a day with a busy morning."""
        now = datetime.now(UTC)
        found = []
        for minute in range(0, hours * 60, 10):
            at = now - timedelta(minutes=minute)
            for number in range(1 + (minute * 7) % 5):
                seconds = 2.0 + ((minute * 13 + number * 29) % 90) / 10 + (9 if minute % 180 == 0 else 0)
                found.append(Carried(at=at, seconds=seconds, to_outlook=(minute // 10 + number) % 3 != 0))
        self.admin.series.add(firm, found)
