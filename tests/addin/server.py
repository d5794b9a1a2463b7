"""A small real HTTP server around a WSGI application, exchangeable from test to test."""

import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from types import TracebackType
from typing import Any, Self
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that has gone is nobody's error."""


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # stdlib's name
        """Nothing."""


def _closed(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("503 Service Unavailable", [])
    return [b""]


class Server:
    """``app`` answers; ``url`` is loopback, which browsers take for a secure origin."""

    def __init__(self) -> None:
        self.app: Wsgi = _closed
        self._busy = 0
        self._state = threading.Condition()
        self._http = make_server("127.0.0.1", 0, self._answer, server_class=_Threads, handler_class=_Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self._state:
            self._busy += 1
        try:
            return list(self.app(environ, start_response))
        finally:
            with self._state:
                self._busy -= 1
                self._state.notify_all()

    def retire(self) -> None:
        """The application is no more, once nobody is in it: a page that is going away may still say its last words."""
        self.app = _closed
        with self._state:
            self._state.wait_for(lambda: self._busy == 0, timeout=10.0)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(timeout=5.0)
