"""Serves a world over HTTPS on one port: thread per connection, keep-alive, a thread that delivers pushes.

``with SimServer(world, folder) as server: server.url`` is all a caller needs. The control API stands under ``/sim/``.
"""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from simulator.control import ControlApi
from simulator.faults import Lost
from simulator.pushes import RequestsPushSender
from simulator.tls import Certificates, make_certificates
from simulator.wire import PushSender, SimRequest, SimResponse
from simulator.world import World

_PUMP_SECONDS = 0.1
_IDLE_SECONDS = 75.0
_BODY_LIMIT = 16 * 1024 * 1024
#: What a client that never gives up is kept waiting when its reply is lost in silence.
_SILENCE_SECONDS = 120.0


class SimServer:
    """A running HTTPS server. ``folder`` receives the authority's file ``ca.pem``.

    ``world_for`` builds the world for the server's URL, also on ``reset``. ``pushes_trust`` is the authority that the
    subscribers' certificates are checked against; the simulator's own by default.
    """

    def __init__(
        self,
        world_for: Callable[[str], World],
        folder: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        pushes_trust: Path | None = None,
    ) -> None:
        self._stopping = threading.Event()
        # The port first: where another simulator has it, that one's authority in the same folder stays.
        self._http = _Server((host, port), self, self._stopping)
        try:
            self.certificates: Certificates = make_certificates(folder)
            self._http.context = self.certificates.server_context()
        except BaseException:
            self._http.server_close()
            raise
        shown = "localhost" if host in {"127.0.0.1", "::1"} else host
        self.url = f"https://{shown}:{self._http.server_address[1]}"
        self._world_for = world_for
        self._sender: PushSender = RequestsPushSender(pushes_trust or self.certificates.ca)
        self.world = self._fresh_world()
        self.control = ControlApi(self)
        self._threads = [
            threading.Thread(target=self._http.serve_forever, args=(0.05,), name="sim-http", daemon=True),
            threading.Thread(target=self._pump, name="sim-pushes", daemon=True),
        ]

    def reset(self) -> None:
        """Replaces the world by a fresh one; calls that are running end in the old one."""
        self.world = self._fresh_world()

    def _fresh_world(self) -> World:
        world = self._world_for(self.url)
        world.use_sender(self._sender)
        return world

    def start(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Finishes running requests (up to two seconds), closes idle connections, ends the push thread."""
        self._stopping.set()
        self._http.shutdown()
        self._http.finish(seconds=2.0)
        self._http.server_close()
        for thread in self._threads:
            thread.join(timeout=5.0)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _pump(self) -> None:
        while not self._stopping.wait(_PUMP_SECONDS):
            self.world.pump(self._sender)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], sim: SimServer, stopping: threading.Event) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.sim = sim
        self.stopping = stopping
        self._open: set[socket.socket] = set()
        self._busy = 0
        self._state = threading.Condition()
        super().__init__(address, _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        """The handshake happens in the connection's own thread, so a slow client holds up nobody."""
        raw, address = super().get_request()
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.context.wrap_socket(raw, server_side=True, do_handshake_on_connect=False), address

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(_IDLE_SECONDS)
        with self._state:
            self._open.add(request)
        try:
            request.do_handshake()
            super().finish_request(request, client_address)
        except OSError:
            return
        finally:
            with self._state:
                self._open.discard(request)

    def shutdown_request(self, request: Any) -> None:
        with contextlib.suppress(OSError):
            request.shutdown(socket.SHUT_RDWR)
        self.close_request(request)

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        with self._state:
            self._busy += 1
        try:
            yield
        finally:
            with self._state:
                self._busy -= 1
                self._state.notify_all()

    def finish(self, *, seconds: float) -> None:
        with self._state:
            self._state.wait_for(lambda: self._busy == 0, timeout=seconds)
            for connection in list(self._open):
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Simulator"
    sys_version = ""
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # stdlib's name
        """Nothing: paths and queries name people."""

    def _answer(self) -> None:
        body = self._read_body()
        if body is None:
            return
        with self.server.answering():
            self._answer_to(self._sim_request(body))

    do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _answer  # noqa: N815  # stdlib's names

    def _answer_to(self, request: SimRequest) -> None:
        sim = self.server.sim
        if request.path == "/sim" or request.path.startswith("/sim/"):
            self._send(sim.control.handle(request))
            return
        outcome = sim.world.serve(request, self._pause)
        if isinstance(outcome, Lost):
            if outcome.how == "timeout":
                self._pause(_SILENCE_SECONDS)
            self._reset()
        else:
            self._send(outcome.response)

    def _pause(self, seconds: float) -> None:
        """Waits, but not beyond the server's end nor after the client has gone."""
        end = time.monotonic() + seconds
        while not self.server.stopping.is_set() and time.monotonic() < end:
            if self.server.stopping.wait(min(0.05, max(0.0, end - time.monotonic()))) or self._client_left():
                return

    def _client_left(self) -> bool:
        self.connection.setblocking(False)  # stdlib signature
        try:
            return bool(self.connection.recv(1) == b"")
        except (BlockingIOError, ssl.SSLWantReadError, ValueError):
            return False
        except OSError:
            return True
        finally:
            self.connection.settimeout(_IDLE_SECONDS)

    def _reset(self) -> None:
        """Breaks the connection without a reply."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, response: SimResponse) -> None:
        try:
            self.send_response_only(response.status, HTTPStatus(response.status).phrase)
            self.send_header("Server", self.version_string())
            if "Date" not in response.headers:
                self.send_header("Date", self.date_time_string())
            for name, value in response.headers.items():
                if name.lower() not in {"content-length", "connection", "transfer-encoding"}:
                    self.send_header(name, value)
            if response.status not in {204, 304}:
                self.send_header("Content-Length", str(len(response.body)))
            if self.server.stopping.is_set():
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            if self.command != "HEAD" and response.status not in {204, 304}:
                self.wfile.write(response.body)
        except OSError:
            self.close_connection = True

    def _sim_request(self, body: bytes) -> SimRequest:
        url = urlsplit(self.path)
        host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
        return SimRequest(
            method=self.command,
            host=host,
            path=url.path,
            query=tuple(parse_qsl(url.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            client_ip=str(self.client_address[0]),
            client_port=int(self.client_address[1]),
        )

    def _read_body(self) -> bytes | None:
        """The whole body; None after an answer that refused it."""
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            return self._read_chunks()
        text = self.headers.get("Content-Length") or "0"
        if not text.isdigit() or int(text) > _BODY_LIMIT:
            self.close_connection = True
            self._send(SimResponse(status=413 if text.isdigit() else 400))
            return None
        return self.rfile.read(int(text))

    def _read_chunks(self) -> bytes | None:
        out = b""
        while True:
            line = self.rfile.readline(64).split(b";")[0].strip()
            try:
                size = int(line, 16)
            except ValueError:
                size = -1
            if size < 0 or len(out) + size > _BODY_LIMIT:
                self.close_connection = True
                self._send(SimResponse(status=400))
                return None
            if size == 0:
                while self.rfile.readline(1024).strip():
                    continue
                return out
            out += self.rfile.read(size)
            self.rfile.readline(8)
