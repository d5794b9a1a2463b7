"""The real server and the real worker as processes: bursts, renewal, and ending without a lost request."""

import http.client
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.server.api.house import House, entry
from tests.support.databases import KEYS

pytestmark = pytest.mark.slow
_CLIENTS = 8
_LOG = logging.getLogger(__name__)


def environment(house: House, folder: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ROS_")}
    return kept | {
        "ROS_DATA_DIR": str(folder),
        "ROS_DATABASE_URL": house.url,
        "ROS_SECRET_KEY": KEYS[0].hex(),
        "ROS_LISTEN": f"127.0.0.1:{port}",
        "ROS_CLIENT_ID": "5b0e5f2e-6f0c-4a53-9c57-1d1f6f1c0a11",
        "ROS_CLIENT_SECRET": "made-up",
        "ROS_LOG_FORMAT": "json",
        # Nobody answers there: a worker meets an outside that is away.
        "ROS_GRAPH_URL": "https://127.0.0.1:9",
        "ROS_AUTHORITY_URL": "https://127.0.0.1:9",
        "ROS_RAYNET_URLS": "https://127.0.0.1:9/api/v2",
    }


@contextmanager
def running(command: str, environ: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "server.cli", command],
            env=environ,
            stdout=file,
            stderr=file,
            stdin=subprocess.DEVNULL,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(path: Path, text: str, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while text not in path.read_text():
        assert time.monotonic() < end, path.read_text()[-2000:]
        time.sleep(0.05)


def wait_until_alive(port: int) -> None:
    end = time.monotonic() + 60
    while True:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            try:
                connection.request("GET", "/healthz")
                assert connection.getresponse().read() == b'{"status": "ok"}'
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.1)
            else:
                return


@contextmanager
def serving(house: House, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    with running("serve", environment(house, folder, port), folder / "serve.log") as process:
        wait_until_alive(port)
        yield process, port


def post(connection: http.client.HTTPConnection, event: str) -> int:
    connection.request("POST", "/notify/graph", json.dumps({"value": [entry(event=event)]}))
    reply = connection.getresponse()
    reply.read()
    return reply.status


def test_a_burst_of_a_thousand_is_stored_and_answered_in_time(house: House, tmp_path: Path) -> None:
    """P8: acknowledged within 100 ms at the 99th percentile on an unloaded machine; none ever near Graph's limit.

    The bar here is the same machine's own answer to a request that stores nothing, so that a busy one fails nobody.
    """

    def client(number: int) -> tuple[list[float], list[float]]:
        stored, plain = [], []
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
            for turn in range(1000 // _CLIENTS):
                began = time.perf_counter()
                assert post(connection, f"event-{number}-{turn}") == 202
                stored.append(time.perf_counter() - began)
                began = time.perf_counter()
                connection.request("GET", "/healthz")
                connection.getresponse().read()
                plain.append(time.perf_counter() - began)
        return stored, plain

    with serving(house, tmp_path) as (_, port), ThreadPoolExecutor(_CLIENTS) as pool:
        measured = list(pool.map(client, range(_CLIENTS)))

    stored = sorted(second for one, _ in measured for second in one)
    plain = sorted(second for _, one in measured for second in one)
    assert house.count() == 1000
    p99, calm = stored[int(len(stored) * 0.99)], plain[int(len(plain) * 0.99)]
    _LOG.info(
        "p50 %.1f p99 %.1f max %.1f ms, plain p99 %.1f ms", *(1000 * x for x in (stored[500], p99, stored[-1], calm))
    )
    assert p99 < max(0.1, 10 * calm)
    assert stored[-1] < max(2.9, 10 * plain[-1])


def test_renewing_and_ending_lose_no_request(house: House, tmp_path: Path) -> None:
    """P7 in small: HUP three times and TERM under load; each notification that was answered is stored."""
    outcomes: list[int] = []
    done = threading.Event()

    def client(number: int) -> None:
        turn = 0
        while not done.is_set():
            # As a proxy does: a connection for each request, so that none meets a listener that has gone.
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            turn += 1
            outcomes.append(post(connection, f"event-{number}-{turn}"))
            connection.close()

    with serving(house, tmp_path) as (process, port):
        with ThreadPoolExecutor(4) as pool:
            jobs = [pool.submit(client, number) for number in range(4)]
            for _ in range(3):
                time.sleep(1.5)
                process.send_signal(signal.SIGHUP)
            time.sleep(2.0)
            done.set()
            for job in jobs:
                job.result()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0

    assert set(outcomes) == {202}
    assert house.count() == len(outcomes)
    log = (tmp_path / "serve.log").read_text()
    assert log.count("Booting worker") >= 4
    assert "Traceback" not in log


def test_the_end_comes_without_a_trace_of_trouble(house: House, tmp_path: Path) -> None:
    with serving(house, tmp_path) as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert "Traceback" not in (tmp_path / "serve.log").read_text()


def test_a_broken_body_is_the_callers_fault(house: House, tmp_path: Path) -> None:
    head = b"POST /notify/graph HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    with serving(house, tmp_path) as (_, port):
        for rest in (b"zz\r\n", b"5\r\n{", b"5\r\n{    zz\r\n"):
            with socket.create_connection(("127.0.0.1", port), timeout=60) as caller:
                caller.sendall(head + rest)
                caller.shutdown(socket.SHUT_WR)
                assert caller.recv(100).startswith(b"HTTP/1.1 400"), rest
        wait_until_alive(port)
    assert "request_defect" not in (tmp_path / "serve.log").read_text()


def test_a_port_that_somebody_has_is_named_with_the_remedy(house: House, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        environ = environment(house, tmp_path, other.getsockname()[1]) | {"ROS_LANG": "en"}
        with running("serve", environ, tmp_path / "serve.log") as process:
            assert process.wait(60) == 1
    assert "cannot be listened on (EADDRINUSE). Stop who listens there" in (tmp_path / "serve.log").read_text()


def test_a_server_without_a_migrated_database_does_not_start(house: House, tmp_path: Path) -> None:
    environ = environment(house, tmp_path, free_port()) | {"ROS_DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite3'}"}
    with running("serve", environ, tmp_path / "serve.log") as process:
        assert process.wait(60) == 1
    assert "ros migrate" in (tmp_path / "serve.log").read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_ends_between_two_items_when_it_is_told_to(house: House, tmp_path: Path, number: int) -> None:
    log = tmp_path / "worker.log"
    with running("worker", environment(house, tmp_path, free_port()), log) as process:
        wait_for(log, "worker_started")
        process.send_signal(number)
        assert process.wait(30) == 0
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert lines[-1]["event"] == "worker_stopped"
    assert not [line for line in lines if "trace" in line]
