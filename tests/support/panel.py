"""The panel at work over a rig: the real Falcon application, Entra's tokens, and Outlook's form as people use it."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from falcon import testing

from server.api.app import ApiParts, create_app
from server.api.services import Site
from server.domain.panel import CONSENT_VERSION
from server.wiring import Clocks, build_remotes, build_sign_ins
from simulator.graph import ids
from simulator.transport import SimAdapter
from tests.support.rig import CLIENT_ID, Person, Rig

BASE = "/addin/v1"
PUBLIC_HOST = "ros.example"
SCOPE = "access_as_user"


def new_id() -> str:
    return str(UUID(bytes=secrets.token_bytes(16), version=4))


@dataclass(slots=True)
class PanelHost:
    """The API of a rig's server; one per process that the rig stands for."""

    rig: Rig
    client: testing.TestClient

    def panel(self, name: str, **options: Any) -> "Panel":
        """The panel of one of the rig's people, signed in and consented unless told otherwise."""
        panel = Panel(host=self, person=self.rig.people[name])
        if options.get("consent", True):
            panel.post("/consent", {"version": CONSENT_VERSION, "language": "cs"})
        return panel


def panel_host(rig: Rig) -> PanelHost:
    """The application over the rig's database and world."""
    registration = rig.world.entra.registrations[CLIENT_ID]
    registration.exposed_scopes = (SCOPE,)
    registration.identifier_uris = (f"api://{PUBLIC_HOST}/{CLIENT_ID}",)
    registration.redirect_uris = (f"https://{PUBLIC_HOST}/addin/v1/auth/callback",)
    settings = rig.engine.settings
    clocks = Clocks(now=rig.clock, monotonic=lambda: rig.clock().timestamp())

    def transport() -> SimAdapter:
        return SimAdapter(rig.world)

    sign_ins = build_sign_ins(settings, rig.database, clocks=clocks, transport=transport)
    assert sign_ins is not None
    app = create_app(
        ApiParts(
            database=rig.database,
            now=rig.clock,
            public_url=f"https://{PUBLIC_HOST}",
            client_id=CLIENT_ID,
            site=Site(
                public_url=f"https://{PUBLIC_HOST}",
                client_id=CLIENT_ID,
                authority_url=rig.world.authority_url.rstrip("/"),
            ),
            remotes=build_remotes(settings, rig.database, clocks=clocks, transport=transport),
            identify=sign_ins.administrators,
            panel=sign_ins.panel,
        )
    )
    return PanelHost(rig=rig, client=testing.TestClient(app))


@dataclass(slots=True)
class Panel:
    """One person's panel. ``token`` is Entra's, fresh at each call, unless one is set."""

    host: PanelHost
    person: Person
    token: str | None = None

    def bearer(self) -> str:
        if self.token is not None:
            return self.token
        entra = self.host.rig.world.entra
        return entra.user_token(self.person.mailbox.owner, CLIENT_ID, CLIENT_ID, SCOPE)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> testing.Result:
        given = {"Authorization": f"Bearer {self.bearer()}", **headers}
        if body is None:
            return self.host.client.simulate_request(method, BASE + path, headers=given)
        return self.host.client.simulate_request(method, BASE + path, json=body, headers=given)

    def post(self, path: str, body: Any = None, *, status: int = 200) -> Any:
        return checked(self.call("POST", path, {} if body is None else body), status)

    def get(self, path: str, *, status: int = 200) -> Any:
        return checked(self.call("GET", path), status)

    def state(self, event: str, **more: Any) -> Any:
        """``/events/state`` of an event of the simulator, named as Outlook on the web names it."""
        return self.post("/events/state", {"event": ref(event), **more})

    def change(self, event: str, *, expect: int = 200, **changes: Any) -> Any:
        body = {"event": ref(event), "change_id": new_id(), "changes": changes}
        return self.post("/events/change", body, status=expect)

    def form(self, subject: str = "Schůzka u klienta", **more: Any) -> "Form":
        """A new event form with the panel beside it."""
        start = self.host.rig.clock() + timedelta(days=1)
        return Form(panel=self, subject=subject, start=start, end=start + timedelta(hours=1), **more)


@dataclass(slots=True)
class Form:
    """A new appointment's form: what the user typed, what they chose, what was delivered."""

    panel: Panel
    subject: str
    start: datetime
    end: datetime
    draft_id: str = field(default_factory=new_id)
    rev: int = 0
    secret: str = ""
    choices: dict[str, Any] = field(default_factory=dict)
    event: str | None = None
    opened_at: datetime | None = None
    client: str = "owa"

    def __post_init__(self) -> None:
        self.opened_at = self.panel.host.rig.clock()

    def choose(self, **choices: Any) -> None:
        self.choices = {**self.choices, **choices}

    def delivery(self, **more: Any) -> dict[str, Any]:
        """The body of the next PUT."""
        self.rev += 1
        self.secret = secrets.token_urlsafe(32)
        return self.again() | more

    def again(self) -> dict[str, Any]:
        """The same body once more."""
        body: dict[str, Any] = {
            "rev": self.rev,
            "choices": self.choices,
            "fingerprint": self.fingerprint(),
            "client": {"kind": self.client, "host_version": "16.01"},
            "beacon_secret": self.secret,
        }
        if self.event is not None:
            body["event"] = ref(self.event)
        return body

    def fingerprint(self) -> dict[str, str]:
        return {"subject": self.subject, "start": stamp(self.start), "end": stamp(self.end)}

    def put(self, **choices: Any) -> Any:
        """Choose and deliver."""
        self.choose(**choices)
        return self.send(self.delivery())

    def send(self, body: dict[str, Any], *, status: int = 200) -> Any:
        return checked(self.deliver(body), status)

    def deliver(self, body: dict[str, Any]) -> testing.Result:
        """One attempt, which says how old the form is by now."""
        assert self.opened_at is not None
        age = (self.panel.host.rig.clock() - self.opened_at).total_seconds()
        return self.panel.call("PUT", f"/drafts/{self.draft_id}", body | {"age_seconds": age})

    def get(self) -> Any:
        return self.panel.get(f"/drafts/{self.draft_id}")

    def beacon(self, **more: Any) -> int:
        """The last word when the form closes."""
        said = {
            "secret": self.secret,
            "rev": self.rev + 1,
            "choices": self.choices,
            "fingerprint": self.fingerprint(),
        } | more
        path = f"{BASE}/drafts/{self.draft_id}/beacon"
        return self.panel.host.client.simulate_post(path, json=said).status_code

    def save(self, **members: Any) -> str:
        """The user saves the appointment in Outlook."""
        self.event = self.panel.person.outlook.create(self.subject, self.start, self.end, **members)
        return self.event


def checked(result: testing.Result, status: int) -> Any:
    assert result.status_code == status, (result.status_code, result.text)
    return result.json if result.content else None


def ref(event: str) -> dict[str, str]:
    """The id that Outlook on the web gives for an event."""
    parsed = ids.decode(event)
    return {"ews_id": ids.to_ews(ids.encode(parsed.mailbox, parsed.number, 0))}


def stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
