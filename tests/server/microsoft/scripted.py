"""A scripted Microsoft behind the gateway's own transport, for replies that the simulator would never give."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse

from server.domain.ids import FirmId, MailboxId
from server.microsoft.gateway import GraphConnection, GraphEndpoints, GraphGateway
from server.microsoft.tokens import AppRegistration

GRAPH = "https://graph.test/v1.0"
AUTHORITY = "https://login.test/entra"
NOTIFY = "https://ros.test/notify/graph"
TENANT = "11111111-2222-3333-4444-555555555555"
SECRET = "S3cret-canary-value"
FIRM = FirmId(7)
ANNA = MailboxId("anna-id")
START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request as it arrived."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Any

    @property
    def path(self) -> str:
        """Without the base, decoded."""
        return unquote(urlsplit(self.url).path).removeprefix("/v1.0")

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.url).query))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """``body``: JSON, or bytes as they are. ``problem``: what the transport raises instead."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    problem: Exception | None = None


Script = Callable[[Seen], Answer]


def refusal(status: int, code: str, headers: Mapping[str, str] | None = None, /, **members: Any) -> Answer:
    """Graph's error envelope; its message holds a person's data, which must never travel on."""
    error = {"code": code, "message": "Private dinner with jana@acme.cz", "innerError": {"request-id": "r"}} | members
    return Answer(status=status, body={"error": error}, headers=headers or {})


def token_answer(
    number: int = 1, roles: tuple[str, ...] = ("Calendars.ReadWrite", "Calendars.Read"), **more: Any
) -> Answer:
    return Answer(body={"token_type": "Bearer", "expires_in": 3599, "access_token": jwt(number, roles)} | more)


def jwt(number: int, roles: tuple[str, ...]) -> str:
    import base64

    claims = json.dumps({"n": number, "roles": list(roles)}).encode()
    return f"e30.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.signature-canary"


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **duration: float) -> None:
        self.now += timedelta(**duration)


class ScriptedMicrosoft(BaseAdapter):
    """Answers by two scripts. Batches are taken apart unless ``raw_batches``: each entry goes through the script."""

    def __init__(self, graph: Script | None = None, token: Script | None = None) -> None:
        super().__init__()
        self.graph: Script = graph or (lambda seen: Answer(status=404, body=b"<html>nothing here</html>"))
        self.token: Script = token or (lambda seen: token_answer(len(self.token_requests)))
        self.raw_batches = False
        self.requests: list[Seen] = []
        self.entries: list[Seen] = []
        self.token_requests: list[Seen] = []
        self.discoveries = 0
        self._builder = HTTPAdapter()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        answer = self._answer(_seen(request))
        if answer.problem is not None:
            raise answer.problem
        raw = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        if answer.status == 204:
            raw = b""
        headers = {"Content-Type": "application/json"} | dict(answer.headers)
        response = HTTPResponse(
            body=io.BytesIO(raw), headers=headers, status=answer.status, preload_content=False, decode_content=False
        )
        return self._builder.build_response(request, response)

    def close(self) -> None:
        """Nothing is held."""

    def _answer(self, seen: Seen) -> Answer:
        if not seen.url.startswith("https://graph.test/"):
            assert seen.url.startswith(AUTHORITY + "/"), seen.url
            return self._authority(seen)
        self.requests.append(seen)
        if seen.path != "/$batch" or self.raw_batches:
            self.entries.append(seen)
            return self.graph(seen)
        return Answer(body={"responses": [self._entry(one) for one in reversed(seen.body["requests"])]})

    def _entry(self, entry: dict[str, Any]) -> dict[str, Any]:
        assert entry["url"].startswith("/users/"), entry["url"]
        inner = Seen(method=entry["method"], url=GRAPH + entry["url"], headers=entry["headers"], body=entry.get("body"))
        self.entries.append(inner)
        answer = self.graph(inner)
        return {"id": entry["id"], "status": answer.status, "headers": dict(answer.headers), "body": answer.body}

    def _authority(self, seen: Seen) -> Answer:
        if "openid-configuration" in seen.url:
            self.discoveries += 1
            tenant = urlsplit(seen.url).path.split("/")[2]
            base = f"{AUTHORITY}/{tenant}"
            endpoints = {
                "token_endpoint": f"{base}/token",
                "authorization_endpoint": f"{base}/authorize",
                "issuer": base,
            }
            return Answer(body=endpoints)
        self.token_requests.append(seen)
        return self.token(seen)


@dataclass
class Rig:
    """A gateway over a scripted Microsoft."""

    microsoft: ScriptedMicrosoft
    gateway: GraphGateway
    clock: Clock
    connection: GraphConnection

    def perform(self, op: Any) -> Any:
        return self.gateway.perform(op)

    def reconnect(self, revision: int, tenant_id: str = TENANT) -> None:
        self.connection = GraphConnection(firm=FIRM, tenant_id=tenant_id, revision=revision)


def rig(
    graph: Script | None = None, token: Script | None = None, tenant_id: str = TENANT, graph_url: str = GRAPH
) -> Rig:
    microsoft, clock = ScriptedMicrosoft(graph, token), Clock()
    made: list[Rig] = []
    gateway = GraphGateway(
        lambda firm: made[0].connection,
        AppRegistration(client_id="client-id", secret=SECRET),
        GraphEndpoints(graph_url=graph_url, authority_url=AUTHORITY, notify_url=NOTIFY),
        clock=clock,
        transport=lambda: microsoft,
    )
    connection = GraphConnection(firm=FIRM, tenant_id=tenant_id, revision=1)
    made.append(Rig(microsoft=microsoft, gateway=gateway, clock=clock, connection=connection))
    return made[0]


def event(id_: str = "e1", **members: Any) -> dict[str, Any]:
    """An event as Graph returns it."""
    return {
        "@odata.etag": f'W/"{id_}-1"',
        "id": id_,
        "iCalUId": f"uid-{id_}",
        "subject": "Visit",
        "body": {"contentType": "html", "content": "<html><body><p>Hello</p></body></html>"},
        "start": {"dateTime": "2026-11-23T08:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-11-23T09:00:00.0000000", "timeZone": "UTC"},
        "originalStartTimeZone": "Central Europe Standard Time",
        "isAllDay": False,
        "location": {"displayName": "Brno"},
        "attendees": [],
        "organizer": {"emailAddress": {"name": "Anna", "address": "Anna@Firma.cz"}},
        "isOrganizer": True,
        "responseStatus": {"response": "organizer", "time": "0001-01-01T00:00:00Z"},
        "sensitivity": "normal",
        "importance": "normal",
        "categories": ["Mine"],
        "type": "singleInstance",
        "seriesMasterId": None,
        "createdDateTime": "2026-11-01T10:00:00.1234567Z",
        "lastModifiedDateTime": "2026-11-01T10:00:01Z",
    } | members


def _seen(request: requests.PreparedRequest) -> Seen:
    body = request.body
    text = body.decode() if isinstance(body, bytes) else body
    parsed: Any = text
    if isinstance(text, str) and text.startswith("{"):
        parsed = json.loads(text)
    headers = {name: str(value) for name, value in request.headers.items()}
    return Seen(method=request.method or "", url=request.url or "", headers=headers, body=parsed)
