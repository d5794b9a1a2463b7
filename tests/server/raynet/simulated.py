"""The whole gateway over the simulated Raynet in process, every exchange checked against the vendor's document."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse

from server.domain.ids import FirmId
from server.raynet.connection import RaynetConnection
from server.raynet.gateway import RaynetGateway
from server.raynet.quota import Limits
from simulator.clock import ManualClock
from simulator.faults import Action, FaultLayer, Lost, Match, Rule
from simulator.raynet import RaynetService, RaynetSwitches
from simulator.raynet.instance import RaynetInstance
from simulator.raynet.populate import add_api_key, add_user
from simulator.raynet.ui import RaynetUi
from simulator.wire import SimRequest
from tests.support.contracts import CheckedHandler, check_raynet_exchange

BASE = "https://sim.localhost/raynet/api/v2"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FIRM = FirmId(1)
API_LOGIN = "sync@firma.cz"
OWNER_LOGIN = "jan.novak@firma.cz"


class InProcess(BaseAdapter):
    """Carries requests into the fault layer; keeps what was asked."""

    def __init__(self, faults: FaultLayer) -> None:
        super().__init__()
        self.asked: list[SimRequest] = []
        self._faults = faults
        self._builder = HTTPAdapter()

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        url = urlsplit(request.url or "")
        body = request.body or b""
        asked = SimRequest(
            method=request.method or "",
            host=url.hostname or "",
            path=unquote(url.path),
            query=tuple(parse_qsl(url.query, keep_blank_values=True)),
            headers={name.lower(): str(value) for name, value in request.headers.items()},
            body=body if isinstance(body, bytes) else str(body).encode(),
        )
        self.asked.append(asked)
        outcome = self._faults.exchange(asked)
        if isinstance(outcome, Lost):
            raise requests.ReadTimeout("lost") if outcome.how == "timeout" else requests.ConnectionError(outcome.how)
        return built(request, outcome.response.status, outcome.response.headers, outcome.response.body)

    def close(self) -> None:
        self._builder.close()


def built(request: requests.PreparedRequest, status: int, headers: Mapping[str, str], body: bytes) -> requests.Response:
    """A reply as the library builds it from a socket's."""
    raw = HTTPResponse(
        body=io.BytesIO(body), headers=dict(headers), status=status, preload_content=False, decode_content=False
    )
    return HTTPAdapter().build_response(request, raw)


@dataclass(slots=True)
class Seconds:
    """Monotonic seconds that follow the simulated clock."""

    clock: ManualClock

    def __call__(self) -> float:
        return self.clock.now.timestamp()


@dataclass(slots=True, kw_only=True)
class Simulated:
    """A gateway, the Raynet behind it, and people in it."""

    clock: ManualClock
    service: RaynetService
    checked: CheckedHandler
    faults: FaultLayer
    transport: InProcess
    gateway: RaynetGateway
    connections: dict[FirmId, RaynetConnection] = field(default_factory=dict)

    @property
    def instance(self) -> RaynetInstance:
        return self.service.instance("acme")

    @property
    def ui(self) -> RaynetUi:
        return self.instance.ui(OWNER_LOGIN)

    @property
    def owner(self) -> int:
        """Person id of the user that owns things."""
        return self.instance.user(OWNER_LOGIN).person

    def perform(self, op: Any) -> Any:
        return self.gateway.perform(op)

    def fault(self, action: Action, *, method: str | None = None, path: str | None = None, times: int = 1) -> None:
        self.faults.add(
            Rule(name=type(action).__name__, match=Match(method=method, path=path), action=action, times=times)
        )

    def asked(self) -> list[str]:
        """Method and path of every call so far, without the base."""
        return [f"{one.method} {one.path.partition('/api/v2')[2]}" for one in self.transport.asked]

    def last_query(self) -> dict[str, str]:
        return dict(self.transport.asked[-1].query)


def simulated(
    *, switches: RaynetSwitches | None = None, limits: Limits | None = None, zone: str | None = None
) -> Simulated:
    """One instance ``acme`` with an API user and a person who works in it, connected as firm 1."""
    clock = ManualClock(START)
    service = RaynetService(clock)
    instance = service.add_instance("acme", switches=switches)
    add_user(instance, API_LOGIN, "Sync", "Technical")
    add_user(instance, OWNER_LOGIN, "Jan", "Novák")
    key = add_api_key(instance, API_LOGIN, "ROS")
    checked = CheckedHandler(service, check_raynet_exchange)
    faults = FaultLayer(checked, clock)
    transport = InProcess(faults)
    connections = {
        FIRM: RaynetConnection(firm=FIRM, base_url=BASE, instance="acme", user=API_LOGIN, key=key.secret, zone=zone)
    }
    gateway = RaynetGateway(
        connections.__getitem__,
        clock=clock,
        monotonic=Seconds(clock),
        allowed_bases=(BASE,),
        transport=transport,
        limits=limits,
    )
    return Simulated(
        clock=clock,
        service=service,
        checked=checked,
        faults=faults,
        transport=transport,
        gateway=gateway,
        connections=connections,
    )
