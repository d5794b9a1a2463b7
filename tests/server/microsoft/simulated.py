"""The whole gateway over the simulated Microsoft in process, every exchange checked against Microsoft's document."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

import pytest

from server.domain.event import Event, EventDraft, EventTimes, Importance
from server.domain.html import rich_from_plain
from server.domain.ids import FirmId, MailboxId
from server.domain.when import AllDay, Timed, When
from server.errors import Remote
from server.microsoft.gateway import GraphConnection, GraphEndpoints, GraphGateway
from server.microsoft.tokens import AppRegistration
from server.ports.graph import DeltaRound, DeltaWanted, ReadDeltas
from simulator.clock import ManualClock
from simulator.entra.directory import Registration, Tenant
from simulator.graph.mailbox import Mailbox
from simulator.transport import SimAdapter
from simulator.wire import Push, SimRequest, SimResponse
from simulator.world import World
from tests.support.contracts import check_graph_exchange

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
FIRM = FirmId(1)
NOTIFY = "https://ros.firma.cz/notify/graph"
SECRET = "registration-secret-canary"
ROLES = frozenset({"Calendars.ReadWrite", "Calendars.Read", "User.Read.All", "Organization.Read.All"})
WINDOW = (START - timedelta(days=30), START + timedelta(days=365))


class CheckedWorld(World):
    """``checked`` counts the Graph exchanges that were held against the contract."""

    checked = 0

    def handle(self, request: SimRequest) -> SimResponse:
        response = super().handle(request)
        if request.path.startswith("/graph/"):
            self.checked += check_graph_exchange(request, response)
        return response


class Doorman:
    """Answers Graph's validation handshake as our end point will; keeps what was delivered."""

    def __init__(self) -> None:
        self.pushes: list[Push] = []

    def send(self, push: Push) -> SimResponse | None:
        self.pushes.append(push)
        _, found, token = push.url.partition("validationToken=")
        if found:
            return SimResponse(status=200, headers={"Content-Type": "text/plain"}, body=unquote_plus(token).encode())
        return SimResponse(status=202)


@dataclass(slots=True, kw_only=True)
class Simulated:
    clock: ManualClock
    world: CheckedWorld
    tenant: Tenant
    registration: Registration
    gateway: GraphGateway
    doorman: Doorman

    def perform(self, op: Any) -> Any:
        return self.gateway.perform(op)

    def person(self, name: str) -> Mailbox:
        """A user with a mailbox."""
        user = self.world.entra.add_user(self.tenant, f"{name}@firma.cz", name.title())
        return self.world.graph.add_mailbox(user)

    def rounds(self, *wanted: DeltaWanted) -> dict[MailboxId, DeltaRound | Remote]:
        outcomes: dict[MailboxId, DeltaRound | Remote] = self.perform(ReadDeltas(FIRM, wanted))
        return outcomes

    def round(self, mailbox: Mailbox, link: str | None = None) -> DeltaRound:
        outcome = self.rounds(wish(mailbox, link))[id_of(mailbox)]
        assert isinstance(outcome, DeltaRound), outcome
        return outcome

    def state(self, mailbox: Mailbox, event: Event) -> Any:
        """What Exchange really stores."""
        return mailbox.user.state(event.id)


def simulated(roles: frozenset[str] = ROLES) -> Simulated:
    """One firm with its tenant, and our registration consented there."""
    clock = ManualClock(START)
    world = CheckedWorld(clock)
    doorman = Doorman()
    world.use_sender(doorman)
    tenant = world.entra.add_tenant("Firma", "firma.cz")
    registration = world.entra.register_app("ROS", secret=SECRET, app_roles=ROLES)
    world.entra.consent(tenant, registration.client_id, roles)
    connection = GraphConnection(firm=FIRM, tenant_id=tenant.id, revision=1)
    gateway = GraphGateway(
        lambda firm: connection,
        AppRegistration(client_id=registration.client_id, secret=SECRET),
        GraphEndpoints(graph_url=world.graph_url, authority_url=world.authority_url, notify_url=NOTIFY),
        clock=clock,
        transport=lambda: SimAdapter(world),
    )
    return Simulated(
        clock=clock, world=world, tenant=tenant, registration=registration, gateway=gateway, doorman=doorman
    )


def failed(test: Simulated, op: object) -> Remote:
    """The error with which an operation ends."""
    with pytest.raises(Remote) as caught:
        test.perform(op)
    return caught.value


def id_of(mailbox: Mailbox) -> MailboxId:
    return MailboxId(mailbox.id)


def wish(mailbox: Mailbox, link: str | None = None) -> DeltaWanted:
    return DeltaWanted(mailbox=id_of(mailbox), link=link, start=WINDOW[0], end=WINDOW[1])


def hours(first: float, last: float) -> Timed:
    """A time that many hours after the start of the story."""
    return Timed(start=START + timedelta(hours=first), end=START + timedelta(hours=last))


def days(first: int, end: int) -> AllDay:
    day = START.date()
    return AllDay(first=day + timedelta(days=first), end=day + timedelta(days=end))


def draft(when: When, **members: Any) -> EventDraft:
    usual: dict[str, Any] = {
        "subject": "Visit ACME",
        "times": EventTimes(when=when, zone_label="Central Europe Standard Time"),
        "description": rich_from_plain("First line\nSecond line"),
        "location": "Brno",
        "importance": Importance.HIGH,
        "categories": ("Raynet: Schůzka",),
        "transaction_id": "6f0b3c52-5d1e-4c7a-9a41-2c8e7d54b9f3",
        "own_key": "1|meeting:5|mailbox|pair",
    }
    return EventDraft(**(usual | members))
