"""Mounts a simulated world into a ``requests.Session``: the product's own clients run whole, without sockets."""

import io
import math
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse

from simulator.faults import Lost
from simulator.wire import SimRequest, SimResponse
from simulator.world import World

#: What a client that names no time-out waits at most, in simulated seconds, before the loss is reported to it.
PATIENCE_SECONDS = 300.0


class SimAdapter(BaseAdapter):
    """A transport adapter over a World.

    ``client_ip`` is the address Raynet sees. ``sleep`` receives the delay of every slow reply, in seconds; without it
    time does not pass. Losses become ``requests`` errors: ConnectionError means not reached or reset,
    ReadTimeout means silence.
    """

    def __init__(
        self, world: World, *, client_ip: str = "192.0.2.10", sleep: Callable[[float], None] | None = None
    ) -> None:
        super().__init__()
        self._world = world
        self._client_ip = client_ip
        self._sleep = sleep
        self._builder = HTTPAdapter()

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002  # the signature is requests' own
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,  # noqa: FBT001, FBT002
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        patience = _read_timeout(timeout)
        outcome = self._world.serve(sim_request(request, self._client_ip), lambda s: self._wait(min(s, patience)))
        if isinstance(outcome, Lost):
            raise self._loss(outcome, patience, request)
        if outcome.delay_seconds > patience:
            raise requests.ReadTimeout("simulated: reply too late", request=request)
        return self._builder.build_response(request, _raw(outcome.response))

    def close(self) -> None:
        self._builder.close()

    def _loss(self, lost: Lost, patience: float, request: requests.PreparedRequest) -> requests.RequestException:
        if lost.how == "timeout":
            self._wait(max(0.0, min(patience, PATIENCE_SECONDS) - lost.delay_seconds))
            return requests.ReadTimeout("simulated: no reply", request=request)
        return requests.ConnectionError(f"simulated: {lost.how}", request=request)

    def _wait(self, seconds: float) -> None:
        if self._sleep is not None and seconds > 0:
            self._sleep(seconds)


def mount(session: requests.Session, world: World, *, client_ip: str = "192.0.2.10") -> SimAdapter:
    """Sends everything of this session that starts with the world's base URL into the world."""
    adapter = SimAdapter(world, client_ip=client_ip)
    session.mount(world.base_url, adapter)
    return adapter


def sim_request(request: requests.PreparedRequest, client_ip: str) -> SimRequest:
    """The prepared request as the simulated systems take it."""
    url = urlsplit(request.url or "")
    return SimRequest(
        method=(request.method or "GET").upper(),
        host=url.hostname or "",
        path=url.path,
        query=tuple(parse_qsl(url.query, keep_blank_values=True)),
        headers={name.lower(): _text(value) for name, value in request.headers.items()},
        body=_bytes(request.body),
        client_ip=client_ip,
    )


def _bytes(body: object) -> bytes:
    """The body of a prepared request: bytes, text, nothing, or an iterable of either."""
    if body is None:
        return b""
    if isinstance(body, bytes | str):
        return body.encode() if isinstance(body, str) else body
    if isinstance(body, Iterable):
        return b"".join(_bytes(part) for part in body)
    raise TypeError("unsupported body")


def _raw(response: SimResponse) -> HTTPResponse:
    return HTTPResponse(
        body=io.BytesIO(response.body),
        headers=dict(response.headers),
        status=response.status,
        preload_content=False,
        decode_content=False,
    )


def _read_timeout(timeout: float | tuple[float, float] | tuple[float, None] | None) -> float:
    value = timeout[1] if isinstance(timeout, tuple) else timeout
    return math.inf if value is None else float(value)


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
