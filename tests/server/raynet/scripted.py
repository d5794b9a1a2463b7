"""A transport that gives prepared replies in order: for what no simulated Raynet would say."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.adapters import BaseAdapter

from server.domain.ids import FirmId
from server.raynet.connection import RaynetConnection
from server.raynet.gateway import RaynetGateway
from server.raynet.quota import Limits
from simulator.clock import ManualClock
from tests.server.raynet.simulated import BASE, START, Seconds, built

KEY = "crm-0123456789abcdef"
LOGIN = "tajny.uzivatel@firma.cz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Canned:
    """One reply. ``body``: JSON unless it is bytes already."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Scripted(BaseAdapter):
    """Answers from ``script``, the last entry for ever; an exception in it is raised."""

    def __init__(self, *script: Canned | Exception) -> None:
        super().__init__()
        self.script = list(script)
        self.requests: list[requests.PreparedRequest] = []
        self._lock = threading.Lock()

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        with self._lock:
            self.requests.append(request)
            answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(answer, Exception):
            raise answer
        return built(request, answer.status, answer.headers, answer.raw())

    def close(self) -> None:
        """Nothing is open."""


@dataclass(slots=True, kw_only=True)
class Odd:
    """A gateway for any number of firms over scripted replies. Firm n is instance ``firm-n``."""

    gateway: RaynetGateway
    transport: Scripted
    clock: ManualClock
    connections: dict[FirmId, RaynetConnection]

    def perform(self, op: Any) -> Any:
        return self.gateway.perform(op)


def connection(firm: int, *, revision: int = 1, base_url: str = BASE, key: str = KEY) -> RaynetConnection:
    return RaynetConnection(
        firm=FirmId(firm), base_url=base_url, instance=f"firm-{firm}", user=LOGIN, key=key, revision=revision
    )


def scripted(*script: Canned | Exception, limits: Limits | None = None) -> Odd:
    clock = ManualClock(START)
    connections = {FirmId(number): connection(number) for number in range(1, 40)}
    transport = Scripted(*script)
    gateway = RaynetGateway(
        connections.__getitem__,
        clock=clock,
        monotonic=Seconds(clock),
        allowed_bases=(BASE,),
        transport=transport,
        limits=limits,
    )
    return Odd(gateway=gateway, transport=transport, clock=clock, connections=connections)
