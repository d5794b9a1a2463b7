"""The small world and caller all Graph tests use, and what every answer has in common.

Each exchange is checked against the vendor's document, except for the paths that the document leaves out on purpose.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from simulator.clock import ManualClock
from simulator.entra.directory import Registration, Tenant, User
from simulator.entra.service import EntraService
from simulator.graph.mailbox import Mailbox
from simulator.graph.service import GraphService
from simulator.wire import Push, SimRequest, SimResponse
from tests.support.contracts import check_graph_exchange, check_graph_push

#: A Monday in winter time: Prague is one hour ahead of UTC.
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ZONE = "Central Europe Standard Time"
PROPERTY = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name RaynetActivity"
WINDOW = {"startDateTime": "2026-10-01T00:00:00Z", "endDateTime": "2027-10-01T00:00:00Z"}
IMMUTABLE = 'IdType="ImmutableId"'
#: Served, but absent from the vendor's reduced document on purpose (see its README), or not part of it.
_OUTSIDE_DOCUMENT = re.compile(
    r"/(accept|tentativelyAccept|permanentDelete|extensions|translateExchangeIds|mailboxSettings|appRoleAssignments)$"
    r"|/v1\.0/users/[^/]+$|/calendar/calendarView|/calendar/events/.+"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and the decoded body (None when empty)."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def value(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.body["value"]
        return found

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])


@dataclass
class Subscriber:
    """A notification endpoint: answers handshakes, keeps what it gets, and can be made slow, mute or wrong."""

    clock: ManualClock
    pushes: list[dict[str, Any]] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    seconds: float = 0.0
    status: int | None = 202
    echoes: bool = True

    def send(self, push: Push) -> SimResponse | None:
        self.urls.append(push.url)
        token = dict(parse_qsl(urlsplit(push.url).query)).get("validationToken")
        if token is not None:
            body = token.encode() if self.echoes else b"<b>hello</b>"
            return SimResponse(status=200, headers={"Content-Type": "text/plain"}, body=body)
        self.clock.advance(seconds=self.seconds)
        check_graph_push(push.body)
        self.pushes.extend(json.loads(push.body)["value"])
        return None if self.status is None else SimResponse(status=self.status)


class Office:
    """Two tenants with a consented app: Jana and Petr at firma.cz, Eva at jina.sk."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW)
        self.entra = EntraService(self.clock, "https://sim.localhost")
        self.graph = GraphService(self.clock, "https://sim.localhost/graph", self.entra)
        self.app: Registration = self.entra.register_app("ROS", secret="right", app_roles=ALL_ROLES)
        self.firm = self._tenant("Firma", "firma.cz")
        self.other = self._tenant("Jiná", "jina.sk")
        self.jana = self.person(self.firm, "jana@firma.cz", "Jana")
        self.petr = self.person(self.firm, "petr@firma.cz", "Petr")
        self.eva = self.person(self.other, "eva@jina.sk", "Eva")
        self.subscriber = Subscriber(self.clock)
        self.graph.sender = self.subscriber
        self.tokens: dict[str, str] = {}

    def _tenant(self, name: str, domain: str) -> Tenant:
        tenant = self.entra.add_tenant(name, domain)
        self.entra.consent(tenant, self.app.client_id)
        return tenant

    def person(self, tenant: Tenant, name: str, display: str) -> Mailbox:
        return self.graph.add_mailbox(self.entra.add_user(tenant, name, display))

    def token_answer(self, tenant: str, **form: str) -> Answer:
        fields = {
            "grant_type": "client_credentials",
            "client_id": self.app.client_id,
            "client_secret": "right",
            "scope": "https://graph.microsoft.com/.default",
        } | form
        body = "&".join(f"{name}={value}" for name, value in fields.items() if value).encode()
        path = f"/entra/{tenant}/oauth2/v2.0/token"
        return _answer(self.entra.handle(SimRequest(method="POST", host="sim.localhost", path=path, body=body)))

    def token(self, tenant: Tenant) -> str:
        """A cached token, renewed when it has expired."""
        held = self.tokens.get(tenant.id)
        if held is None or self.entra.check_token(held) is None:
            held = self.tokens[tenant.id] = str(self.token_answer(tenant.id).body["access_token"])
        return held

    def call(self, method: str, path: str, body: Any = None, *, tenant: Tenant | None = None, **options: Any) -> Answer:
        """One request; ``query`` and ``headers`` are options. A path may be a whole link."""
        parts = urlsplit(path)
        query = [*parse_qsl(parts.query, keep_blank_values=True), *options.get("query", {}).items()]
        bare = unquote(parts.path) if parts.scheme else f"/graph/v1.0{path.partition('?')[0]}"
        headers = {"authorization": f"Bearer {self.token(tenant or self.firm)}"} | options.get("headers", {})
        request = SimRequest(
            method=method,
            host="sim.localhost",
            path=bare,
            query=query,
            headers=headers,
            body=b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode(),
        )
        response = self.graph.handle(request)
        if not _OUTSIDE_DOCUMENT.search(bare) or response.status >= 400:
            check_graph_exchange(request if options.get("checks_request", True) else _bare(request), response)
        return _answer(response)

    def get(self, path: str, prefer: str = "", **query: str) -> Answer:
        return self.call("GET", path, query=query, headers={"prefer": prefer} if prefer else {})

    def create(
        self, body: dict[str, Any], prefer: str = IMMUTABLE, owner: Mailbox | None = None, **options: Any
    ) -> Answer:
        mailbox = owner or self.jana
        return self.call("POST", f"/users/{mailbox.id}/events", body, headers={"prefer": prefer}, **options)

    def patch(self, event_id: str, body: dict[str, Any], owner: Mailbox | None = None, **headers: str) -> Answer:
        mailbox = owner or self.jana
        found = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.call("PATCH", f"/users/{mailbox.id}/events/{event_id}", body, headers=found)

    def delta(self, link: str | None = None, prefer: str = IMMUTABLE, **query: str) -> Answer:
        path = link or f"/users/{self.jana.id}/calendarView/delta()"
        return self.get(path, prefer, **(query or ({} if link else WINDOW)))

    def round(self, link: str | None = None, prefer: str = IMMUTABLE) -> tuple[list[dict[str, Any]], str]:
        """All entries of one delta round and its deltaLink."""
        found: list[dict[str, Any]] = []
        for _ in range(100):
            answer = self.delta(link, prefer)
            assert answer.status == 200, answer.body
            found.extend(answer.value)
            if "@odata.deltaLink" in answer.body:
                return found, answer.body["@odata.deltaLink"]
            link = answer.body["@odata.nextLink"]
        raise AssertionError("no deltaLink after 100 pages")

    def batch(self, *entries: dict[str, Any]) -> dict[str, dict[str, Any]]:
        answer = self.call("POST", "/$batch", {"requests": list(entries)})
        assert answer.status == 200, answer.body
        return {entry["id"]: entry for entry in answer.body["responses"]}


ALL_ROLES = (
    "Calendars.ReadWrite",
    "Calendars.Read",
    "User.Read.All",
    "Organization.Read.All",
    "Application.Read.All",
    "MailboxSettings.Read",
)


def _bare(request: SimRequest) -> SimRequest:
    """Without its body: for input that the service takes though the document does not show it."""
    return SimRequest(method=request.method, host=request.host, path=request.path, query=request.query)


def _answer(response: SimResponse) -> Answer:
    return Answer(response.status, dict(response.headers), json.loads(response.body) if response.body else None)


def timed(subject: str = "Visit", day: int = 24, hour: int = 9, **members: Any) -> dict[str, Any]:
    """A create body: one hour in November 2026, Czech time."""
    return {
        "subject": subject,
        "start": {"dateTime": f"2026-11-{day:02d}T{hour:02d}:00:00", "timeZone": ZONE},
        "end": {"dateTime": f"2026-11-{day:02d}T{hour + 1:02d}:00:00", "timeZone": ZONE},
    } | members


def all_day(subject: str = "Trip", first: int = 24, last: int = 25, zone: str = ZONE, **members: Any) -> dict[str, Any]:
    return {
        "subject": subject,
        "isAllDay": True,
        "start": {"dateTime": f"2026-11-{first:02d}T00:00:00", "timeZone": zone},
        "end": {"dateTime": f"2026-11-{last:02d}T00:00:00", "timeZone": zone},
    } | members


def attendees(*addresses: str) -> list[dict[str, Any]]:
    return [{"emailAddress": {"address": a, "name": a}, "type": "required"} for a in addresses]


def weekly(**span: Any) -> dict[str, Any]:
    """Every Tuesday from 2026-11-24 on."""
    pattern = {"type": "weekly", "interval": 1, "daysOfWeek": ["Tuesday"], "firstDayOfWeek": "monday"}
    return {"pattern": pattern, "range": {"type": "noEnd", "startDate": "2026-11-24"} | span}


@pytest.fixture
def office() -> Office:
    return Office()


def test_an_answer_carries_a_request_id_and_returns_the_callers_own(office: Office) -> None:
    headers = {"client-request-id": "11111111-1111-1111-1111-111111111111"}
    answer = office.call("GET", "/organization", headers=headers)
    assert answer.status == 200
    assert answer.headers["client-request-id"] == headers["client-request-id"]
    assert answer.headers["request-id"]


def test_an_error_has_the_documented_envelope_without_a_zone_in_its_date(office: Office) -> None:
    answer = office.get(f"/users/{office.jana.id}/events/nonsense")
    assert (answer.status, answer.code) == (400, "ErrorInvalidIdMalformed")
    assert answer.body["error"]["innerError"]["date"] == "2026-11-23T08:00:00"


def test_without_or_with_an_expired_token_the_answer_is_401(office: Office) -> None:
    path = f"/users/{office.jana.id}/events"
    token = office.token(office.firm)
    assert office.call("GET", path, headers={"authorization": ""}).code == "InvalidAuthenticationToken"
    office.clock.advance(hours=2)
    stale = office.call("GET", path, headers={"authorization": f"Bearer {token}"})
    assert (stale.status, stale.code) == (401, "InvalidAuthenticationToken")
    assert "WWW-Authenticate" in stale.headers


def test_a_tampered_token_is_refused(office: Office) -> None:
    token = office.token(office.firm)
    forged = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
    assert office.call("GET", "/organization", headers={"authorization": f"Bearer {forged}"}).status == 401


def test_a_token_of_one_tenant_finds_nobody_of_another(office: Office) -> None:
    answer = office.call("GET", f"/users/{office.eva.id}/events", tenant=office.firm)
    assert (answer.status, answer.code) == (404, "Request_ResourceNotFound")


def test_calls_are_counted_by_mailbox_and_kind_and_a_batch_both_ways(office: Office) -> None:
    before = office.graph.counting.http_requests
    path = f"/users/{office.jana.id}/events"
    office.batch({"id": "1", "method": "GET", "url": path}, {"id": "2", "method": "GET", "url": path})
    office.create(timed())
    counting = office.graph.counting
    assert counting.http_requests - before == 2
    assert (counting.batches, counting.sub_requests, counting.calls) == (1, 2, 3)
    assert counting.of(office.jana.id) == {"events.list": 2, "event.create": 1}
    assert (counting.mailbox_reads[office.jana.id], counting.mailbox_writes[office.jana.id]) == (2, 1)


def user_of(office: Office, name: str) -> User:
    found = office.firm.user(name)
    assert found is not None
    return found
