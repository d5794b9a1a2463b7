"""The one shape in which every simulated system takes a request and gives a reply, in process and over HTTPS alike."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

#: The simulated present: an aware UTC instant. Models never read the machine's clock themselves.
Clock = Callable[[], datetime]


def json_bytes(document: Any, *, separators: tuple[str, str] | None = None) -> bytes:
    """UTF-8; with half a surrogate pair inside, which UTF-8 has no bytes for, in escapes."""
    try:
        return json.dumps(document, ensure_ascii=False, separators=separators).encode()
    except UnicodeEncodeError:
        return json.dumps(document, separators=separators).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class SimRequest:
    """One HTTP request as it reaches a simulated system.

    ``headers`` keys are lower case; ``path`` is raw (still percent-encoded); ``query`` is decoded, in order.
    """

    method: str
    host: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    client_ip: str = "127.0.0.1"
    #: Of the connection over which it came; 0 in process.
    client_port: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SimResponse:
    """The reply. ``headers`` carry the vendors' spelling."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class SimHandler(Protocol):
    """A simulated system: total, synchronous, never raises on bad input (it answers as the vendor would)."""

    def handle(self, request: SimRequest) -> SimResponse: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One HTTP POST a simulated system wants to deliver to a subscriber: webhook or change notification."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout_seconds: float


class PushSender(Protocol):
    """Delivers a push and tells the subscriber's status, or None when nothing answered in time."""

    def send(self, push: Push) -> SimResponse | None: ...
