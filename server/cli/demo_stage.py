"""The demonstration's processes: the simulated world, the API and the worker, started in order and ended together."""

import json
import os
import queue
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from server.domain.ids import ActivityKey, EventId, FirmId
from server.errors import RosError
from server.settings import Settings, load_settings
from server.store.admin.administrators import Administrators
from server.store.admin.firms import Firms, NewFirm
from server.store.admin.overview import Overview, Why
from server.store.admin.seats import Seats
from server.store.database import Database
from server.store.migrate import migrate
from server.store.tables.people import AdministratorRole
from server.wiring import open_store

_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 12.0
_NEVER: Final = date(2099, 12, 31)
#: Accounts of the demonstration; the console knows them too.
ADMINISTRATORS: Final = {
    "demo-central": AdministratorRole.CENTRAL_ADMIN,
    "demo-firm": AdministratorRole.FIRM_ADMIN,
    "demo-auditor": AdministratorRole.FIRM_AUDITOR,
}
ADMINISTRATORS_PASSWORD: Final = "demo-console-password"  # noqa: S105  # no secret, see below
#: Alembic's ``op`` and ``context`` are one per process, whatever the thread.
_ALEMBIC: Final = threading.Lock()
#: What a demonstration must not take over from the person who starts it.
_OURS: Final = "ROS_"


class StageFailedError(Exception):
    """A process did not start, or ended by itself. ``process`` names it, ``log`` is where it wrote."""

    def __init__(self, process: str, log: Path) -> None:
        self.process = process
        self.log = log
        super().__init__(process)


class StageStoppedError(Exception):
    """Somebody wanted an end while it started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOptions:
    """``play`` makes the simulator play a day (``full`` or ``short``) instead of waiting for a visitor."""

    folder: Path
    page_port: int = 0
    seed: int = 0
    play: str | None = None
    push: bool = True
    #: Where the server answers, as long as the port is free: the console of the demonstration looks there first.
    api_port: int = 0
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Stage:
    """``with Stage(options, tell) as stage``: everything runs and both sides have been compared once."""

    options: StageOptions
    #: Starting ends with :class:`StageStoppedError` once this is set.
    stopping: threading.Event = field(default_factory=threading.Event)
    #: Called with a code of what is being done now.
    tell: Callable[[str], None] = lambda _what: None
    page_url: str = ""
    api_url: str = ""
    firm: FirmId = field(default_factory=lambda: FirmId(0))
    #: What the simulator said at the end of a played day.
    done: queue.SimpleQueue[dict[str, Any]] = field(default_factory=queue.SimpleQueue)
    #: Set when a played day has only idleness left to measure.
    resting: threading.Event = field(default_factory=threading.Event)
    _ready: queue.SimpleQueue[dict[str, Any] | None] = field(default_factory=queue.SimpleQueue)
    _processes: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    _beside: subprocess.Popen[str] | None = None
    _database: Database | None = None
    _settings: Settings | None = None

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # --- starting ---

    def _start(self) -> None:
        self.options.folder.mkdir(parents=True, exist_ok=True)
        port = _free_port(self.options.api_port)
        self.api_url = f"http://127.0.0.1:{port}"
        self.tell("simulator")
        ready = self._start_simulator(port)
        self.page_url = ready["page_url"]
        environ = self._environ(ready["settings"], port)
        self.tell("store")
        self._settings = load_settings(environ)
        open_store(self._settings, ready=False).close()
        self._database = open_store(self._settings, ready=False)
        with _ALEMBIC:
            migrate(self._database)
        self.firm = _add_firm(self._database, ready)
        if self.options.play is None:
            _add_administrators(self._database, self.firm)
        self.tell("server")
        self._run("serve", environ)
        self._run("worker", environ)
        self._wait_for("serve", lambda: _answers(f"http://127.0.0.1:{port}/healthz"))
        self.tell("first_pass")
        self._wait_for("worker", lambda: self._is_in_step(len(ready["seats"])))

    def go(self) -> None:
        """Let the visitor see that it runs, or the day begin."""
        self._say({"go": True})

    def _start_simulator(self, api_port: int) -> dict[str, Any]:
        options = self.options
        arguments = ["--ca-dir", str(options.folder / "ca"), "--api-port", str(api_port), "--seed", str(options.seed)]
        arguments += ["--page-port", str(options.page_port), "--push" if options.push else "--no-push"]
        arguments += ["--play", options.play] if options.play else []
        process = self._spawn("simulator", ["-m", "simulator.demo", *arguments], dict(options.environ), piped=True)
        threading.Thread(target=self._listen, args=(process,), name="simulator", daemon=True).start()
        try:
            ready = self._ready.get(timeout=_START_SECONDS)
        except queue.Empty:
            ready = None
        if ready is None:
            raise StageFailedError("simulator", self._log("simulator"))
        return ready

    def _environ(self, given: Mapping[str, str], port: int) -> dict[str, str]:
        kept = {name: value for name, value in self.options.environ.items() if not name.startswith(_OURS)}
        language = self.options.environ.get("ROS_LANG")
        return {
            **kept,
            **given,
            **({"ROS_LANG": language} if language else {}),
            "ROS_DATA_DIR": str(self.options.folder),
            "ROS_LISTEN": f"127.0.0.1:{port}",
            "ROS_LOG_FORMAT": "json",
        }

    def _run(self, command: str, environ: dict[str, str]) -> None:
        self._spawn(command, ["-m", "server.cli", command], environ)

    def _spawn(
        self, name: str, arguments: list[str], environ: dict[str, str], *, piped: bool = False
    ) -> subprocess.Popen[str]:
        """In a session of its own: Ctrl-C reaches us alone, and we end the others in order."""
        with self._log(name).open("w") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                env=environ,
                stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
                stdout=subprocess.PIPE if piped else log,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self._processes[name] = process
        return process

    def _log(self, name: str) -> Path:
        return self.options.folder / f"{name}.log"

    def _wait_for(self, name: str, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + _START_SECONDS
        while not holds():
            if time.monotonic() > end or self.fallen() is not None:
                raise StageFailedError(self.fallen() or name, self._log(self.fallen() or name))
            if self.stopping.wait(0.1):
                raise StageStoppedError

    def _is_in_step(self, seats: int) -> bool:
        """Push stands, everything was read and matched, nothing waits."""
        if self._database is None:
            return False
        status = Overview(self._database).status(self.firm)
        pushes = len(status.subscriptions) == seats and status.webhook is not None and status.webhook.id is not None
        return pushes and bool(status.pairs) and not status.due_links and not status.open_intents

    # --- while it runs ---

    def open_console(self, role: str, language: str) -> None:
        """The desktop console, signed in. Its window may be closed at any time without ending the demonstration."""
        arguments = ["-m", "console", "--demo", role, "--server", self.api_url, "--language", language]
        self._beside = self._spawn("console", arguments, dict(self.options.environ))
        del self._processes["console"]

    def fallen(self) -> str | None:
        """The name of a process that has ended, if any has."""
        return next((name for name, process in self._processes.items() if process.poll() is not None), None)

    def log_of(self, name: str) -> Path:
        return self._log(name)

    def _say(self, document: Mapping[str, Any]) -> None:
        pipe = self._processes["simulator"].stdin
        if pipe is not None:
            pipe.write(json.dumps(document, ensure_ascii=False, default=str) + "\n")
            pipe.flush()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            document = json.loads(line)
            if "ready" in document:
                self._ready.put(document["ready"])
            elif "resting" in document:
                self.resting.set()
            elif "done" in document:
                self.done.put(document["done"])
            elif "ask" in document:
                self._answer(document)
        self._ready.put(None)

    def _answer(self, asked: Mapping[str, Any]) -> None:
        try:
            value = self._pairs() if asked["what"] == "pairs" else self._why(asked)
        except (RosError, ValueError):
            value = None
        try:
            self._say({"answer": asked["ask"], "value": value})
        except (OSError, ValueError):
            return

    def _pairs(self) -> list[dict[str, Any]] | None:
        if self._database is None:
            return None
        return [
            {
                "activity": str(pair.activity) if pair.activity is not None else None,
                "mailbox": pair.mailbox,
                "event": pair.event,
                "state": pair.state.value,
                "reason": pair.reason.value if pair.reason is not None else None,
            }
            for pair in Overview(self._database).pairs(self.firm)
        ]

    def _why(self, asked: Mapping[str, Any]) -> dict[str, Any] | None:
        if self._database is None:
            return None
        overview = Overview(self._database)
        if asked["side"] == "raynet":
            return why_document(overview.why_activity(self.firm, ActivityKey.parse(asked["key"])))
        return why_document(overview.why_event(self.firm, asked["mailbox"], EventId(asked["key"])))

    # --- ending ---

    def stop(self) -> None:
        """End the worker first, then the API, then the world they talk to; what does not end in time is killed."""
        for process in (self._beside, *(self._processes.get(name) for name in ("worker", "serve"))):
            if process is not None and process.poll() is None:
                process.terminate()
        _join(self._beside)
        for name in ("worker", "serve"):
            _join(self._processes.get(name))
        simulator = self._processes.get("simulator")
        if simulator is not None and simulator.stdin is not None:
            try:
                simulator.stdin.close()
            except OSError:
                simulator.terminate()
        _join(simulator)
        if self._database is not None:
            self._database.close()
            self._database = None


def why_document(why: Why) -> dict[str, Any]:
    """As ``ros why --json`` prints it, with codes."""
    return {
        "item": why.item,
        "state": why.state.value if why.state is not None else None,
        "reason": why.reason.value if why.reason is not None else None,
        "trail": [
            {
                "at": entry.at.isoformat(),
                "seen": list(entry.seen),
                "rule": entry.reason.value,
                "outcome": entry.outcome,
                "writes": list(entry.writes),
            }
            for entry in why.trail
        ],
    }


def _add_firm(database: Database, ready: Mapping[str, Any]) -> FirmId:
    seats = ready["seats"]
    firm = Firms(database).add(NewFirm(**ready["firm"], seats=len(seats), valid_until=_NEVER), actor="demo").id
    for seat in seats:
        Seats(database).add(firm, seat["email"], person_id=seat["person_id"], actor="demo")
    return firm


def _add_administrators(database: Database, firm: FirmId) -> None:
    """One of each role; the password is no secret, since this server listens on this computer only."""
    accounts = Administrators(database)
    for login, role in ADMINISTRATORS.items():
        of_firm = None if role is AdministratorRole.CENTRAL_ADMIN else firm
        accounts.add(login, role, of_firm, ADMINISTRATORS_PASSWORD, actor="demo")


def _join(process: subprocess.Popen[str] | None) -> None:
    if process is None:
        return
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port(wished: int = 0) -> int:
    """``wished`` while nobody uses it, otherwise any."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", wished))
        except OSError:
            return _free_port()
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:  # noqa: S310  # our own loopback address
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for child processes; Python's output must not wait in a buffer."""
    return {**(dict(environ) or dict(os.environ)), "PYTHONUNBUFFERED": "1"}
