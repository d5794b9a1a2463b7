"""``ros serve``, ``ros worker``, ``ros simulator``: what runs until it is told to stop."""

import errno
import importlib.util
import os
import shutil
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import click
import structlog
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from server.catalogue.explained import sentence
from server.catalogue.sentences import Sentence
from server.cli.housekeeping import house_of
from server.cli.shell import Shell, both, command, pass_shell
from server.settings import Settings
from server.store.alive import alive
from server.store.inbox import Doorbell
from server.sync.worker import Worker, WorkerParts
from server.wiring import build_engine, open_store, utc_now

#: Where the processes of ``ros serve`` share their figures. Fact: read when prometheus_client is imported [doc].
_METRICS_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
#: SQLite has one writer: waiting transactions of one process share its commits, those of two would wait in turn.
_PROCESSES_SQLITE, _PROCESSES_POSTGRESQL = 1, 2
_THREADS: Final = 16


# --- ros serve --------------------------------------------------------------------------------------------------------


class _Quiet(Logger):  # type: ignore[misc]  # gunicorn is untyped
    """gunicorn's own records go where all others go, through the redactor."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        self._access_log_enabled = False
        self.error_log.propagate = True
        self.error_log.handlers[:] = []


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn is untyped
    """gunicorn without its command line and configuration files. A HUP lets new processes read the settings again."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """In each process after the fork, so that none shares a connection with another."""
        from server.wsgi import application

        return application()


@command(
    "serve",
    "Spustí HTTP server: oznámení z Raynetu a Microsoftu, stav, metriky.",
    "Runs the HTTP server: notifications from Raynet and Microsoft, health, metrics.",
)
@click.option("--processes", type=click.IntRange(1, 32), help=both("počet procesů", "number of processes"))
@click.option(
    "--threads", type=click.IntRange(1, 64), default=_THREADS, help=both("vláken na proces", "threads a process")
)
@pass_shell
def serve(shell: Shell, *, processes: int | None, threads: int) -> None:
    """HUP renews the processes, TERM and INT end after the running requests."""
    settings = shell.settings
    open_store(settings).close()
    folder = tempfile.mkdtemp(prefix="ros-metrics-")
    os.environ[_METRICS_FOLDER] = folder
    master = os.getpid()
    try:
        _Server(_options(settings, processes, threads)).run()
    except SystemExit as ended:
        taken = _refused_port(settings) if ended.code and os.getpid() == master else None
        if taken is not None:
            shell.say(sentence("listen_refused", {"listen": settings.listen, "detail": taken}))
        raise
    finally:
        # Each forked process leaves through here too, while its successors still count.
        if os.getpid() == master:
            shutil.rmtree(folder, ignore_errors=True)


def _refused_port(settings: Settings) -> str | None:
    """Why nobody can listen on our address now; None when it is free or comes from systemd."""
    host, port = settings.listen_address
    if os.environ.get("LISTEN_FDS"):
        return None
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return None
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, type(error).__name__)


def _options(settings: Settings, processes: int | None, threads: int) -> dict[str, Any]:
    host, port = settings.listen_address
    usual = _PROCESSES_SQLITE if settings.is_sqlite else _PROCESSES_POSTGRESQL
    return {
        "bind": [f"[{host}]:{port}" if ":" in host else f"{host}:{port}"],
        "workers": processes or usual,
        "worker_class": "gthread",
        "threads": threads,
        # Longer than the proxy in front keeps a connection unused, so that it is never closed under a request.
        "keepalive": 75,
        "timeout": 60,
        "graceful_timeout": 20,
        "limit_request_line": 8190,
        "limit_request_fields": 60,
        "limit_request_field_size": 8190,
        "logger_class": _Quiet,
        "accesslog": None,
        "control_socket_disable": True,
        "proc_name": "ros-serve",
    }


# --- ros worker -------------------------------------------------------------------------------------------------------


@command(
    "worker",
    "Spustí synchronizaci; běží, dokud ji nezastavíte. Může jich běžet více.",
    "Runs the synchronisation until it is stopped. Several may run side by side.",
)
@pass_shell
def worker(shell: Shell) -> None:
    """TERM and INT end between two items; a second signal changes nothing, SIGKILL loses nothing."""
    settings = shell.settings
    database = open_store(settings)
    engine = build_engine(settings, database)
    parts = WorkerParts(
        house=house_of(settings, engine),
        driver=engine.driver,
        leases=engine.leases,
        book=engine.book,
        bell=Doorbell(database),
        now=utc_now,
        poll_seconds=float(settings.poll_seconds),
        public_url=settings.public_url,
    )
    running = Worker(parts)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: running.stop())
    structlog.contextvars.bind_contextvars(worker=str(os.getpid()))
    try:
        with alive(settings.data_dir / "workers", engine.leases):
            running.run()
    finally:
        engine.close()
        database.close()


# --- ros simulator ----------------------------------------------------------------------------------------------------


@command(
    "simulator",
    "Spustí simulovaný Raynet a Microsoft 365 s malou firmou a vypíše, jak k nim produkt připojit.",
    "Runs a simulated Raynet and Microsoft 365 with a small firm and prints how to connect the product to them.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=8443, show_default=True, help=both("port", "port"))
@click.option(
    "--ca-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help=both("složka pro soubory certifikační autority", "folder for the authority's files"),
)
@click.option("--seed", type=int, default=0, show_default=True, help=both("semínko náhody", "seed of the randomness"))
@pass_shell
def simulator(shell: Shell, *, port: int, ca_dir: Path | None, seed: int) -> int:
    """The server's own code knows nothing of the simulator: another program takes this process over."""
    if has_simulator(shell):
        arguments = [sys.executable, "-m", "simulator", "--port", str(port), "--seed", str(seed)]
        if ca_dir is not None:
            arguments += ["--ca-dir", str(ca_dir)]
        os.execv(sys.executable, arguments)  # noqa: S606  # our own interpreter
    return 1


def has_simulator(shell: Shell) -> bool:
    """Whether it is installed; says so where only the server is."""
    if importlib.util.find_spec("simulator") is not None:
        return True
    shell.say(
        Sentence(
            "Simulátor tu není nainstalován. Použijte instalační sadu „demo“.",
            "The simulator is not installed here. Use the install set “demo”.",
        )
    )
    return False
