"""A small caller for the simulated Raynet; exchanges are checked against the vendor's document unless told not to."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from simulator.clock import ManualClock
from simulator.raynet import RaynetService, RaynetSwitches
from simulator.raynet.instance import RaynetInstance
from simulator.raynet.populate import add_api_key, add_company, add_person, add_user
from simulator.wire import SimHandler, SimRequest
from tests.support.contracts import CheckedHandler, check_raynet_exchange

#: A Monday in winter time: Prague is one hour ahead of UTC.
NOW = datetime(2026, 11, 23, 8, 0, 0, 123456, tzinfo=UTC)
ISO = {"dateFormat": "ISO8601"}


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and the decoded body (None when empty)."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def data(self) -> Any:
        return self.body["data"]

    @property
    def ids(self) -> list[int]:
        return [row["id"] for row in self.body["data"]]


class Api:
    """Calls as one API key. ``checked`` False skips the contract (for readings the vendor's document does not know)."""

    def __init__(
        self,
        handler: SimHandler,
        *,
        instance: str,
        login: str,
        secret: str,
        client_ip: str = "192.0.2.1",
        checked: bool = True,
    ) -> None:
        self.handler: SimHandler = CheckedHandler(handler, check_raynet_exchange) if checked else handler
        token = base64.b64encode(f"{login}:{secret}".encode()).decode()
        self.headers = {"authorization": f"Basic {token}", "x-instance-name": instance}
        self.client_ip = client_ip

    def request(self, method: str, path: str, body: Any = None, query: dict[str, Any] | None = None) -> SimRequest:
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return SimRequest(
            method=method,
            host="sim.localhost",
            path=f"/raynet/api/v2{path}",
            query=tuple((name, str(value)) for name, value in (query or {}).items()),
            headers=self.headers,
            body=raw,
            client_ip=self.client_ip,
        )

    def call(self, method: str, path: str, body: Any = None, query: dict[str, Any] | None = None) -> Answer:
        response = self.handler.handle(self.request(method, path, body, query))
        decoded = json.loads(response.body) if response.body else None
        return Answer(response.status, dict(response.headers), decoded)

    def get(self, path: str, **query: Any) -> Answer:
        return self.call("GET", path, query={**ISO, **query})

    def list(self, path: str, query: dict[str, Any]) -> Answer:
        return self.call("GET", path, query={**ISO, "limit": 1000, **query})

    def put(self, path: str, body: Any = None) -> Answer:
        return self.call("PUT", path, body)

    def post(self, path: str, body: Any = None) -> Answer:
        return self.call("POST", path, body)

    def delete(self, path: str, body: Any = None) -> Answer:
        return self.call("DELETE", path, body)

    def create(self, kind: str, **fields: Any) -> int:
        """Creates with title, priority and owner filled in; gives the new id."""
        body = {"title": "Porada", "priority": "DEFAULT", **fields}
        answer = self.put(f"/{kind}/", body)
        assert answer.status == 201, answer.body
        data = answer.data
        return int(data["id"] if isinstance(data, dict) else data)


class Office:
    """One instance "acme": API user *bot*, colleagues *jana* and *petr*, a client with one contact."""

    def __init__(self, switches: RaynetSwitches | None = None, *, checked: bool = True) -> None:
        self.clock = ManualClock(NOW)
        self.service = RaynetService(self.clock, seed=7)
        self.instance: RaynetInstance = self.service.add_instance("acme", switches=switches)
        self.bot = add_user(self.instance, "bot@acme.example", "Robot", "Synchronizace")
        self.jana = add_user(self.instance, "jana@acme.example", "Jana", "Malá", role="FULL_THROTTLE")
        self.petr = add_user(self.instance, "petr@acme.example", "Petr", "Velký", role="FULL_THROTTLE")
        self.key = add_api_key(self.instance, self.bot.username, "olsync", secret="tajny-klic")
        self.client = add_company(self.instance, "Hydraulika Sever", owner=self.jana.person, city="Ostrava").id
        self.contact = add_person(
            self.instance, "Nováková", first_name="Eva", company=self.client, email="eva@sever.example"
        ).id
        self.api = self.api_with(self.key.secret, checked=checked)

    def api_with(self, secret: str, *, checked: bool = True, client_ip: str = "192.0.2.1", name: str = "acme") -> Api:
        return Api(
            self.service,
            instance=name,
            login=self.bot.username,
            secret=secret,
            client_ip=client_ip,
            checked=checked,
        )
