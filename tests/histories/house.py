"""The small world of one history: firms, people, both remote systems, and what their pushes become in the inbox."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from server.domain.ids import ENTITY_NAMES, ActivityKey, EventId, FirmId, MailboxId, SeatId
from server.domain.rules import Rules, with_rules
from server.domain.state import Firm, Notice, NoticeKind, Seat
from simulator.graph import ids
from simulator.graph.mailbox import Item, Mailbox, Save
from simulator.graph.render import etag
from simulator.raynet.instance import RaynetInstance
from simulator.raynet.populate import add_api_key, add_company, add_person, add_user
from simulator.raynet.records import Actor
from simulator.raynet.switches import RaynetSwitches
from simulator.raynet.ui import RaynetUi
from simulator.world import World
from tests.histories.graph_side import GraphSide
from tests.histories.raynet_side import KEY_NAME, RaynetSide
from tests.histories.script import FirmPlan, Script
from tests.histories.wire import Wire
from tests.support.rig import API_LOGIN

NAMES = ("jana", "petr", "karel", "eva", "olga", "ivan", "hana", "jiri")
#: The tenant's own address of somebody who is nobody's seat.
OUTSIDER = "host@jinde.example"


@dataclass(slots=True)
class Person:
    """Somebody on both sides; what the oracle asks of a rig's person."""

    login: str
    person: int
    mailbox: Mailbox
    ui: RaynetUi
    seat: SeatId | None = None

    @property
    def outlook(self) -> Any:
        return self.mailbox.user


@dataclass(slots=True)
class House:
    """One firm and its two remote sides."""

    number: int
    id: FirmId
    tenant: str
    raynet: RaynetInstance
    raynet_side: RaynetSide
    graph_side: GraphSide
    people: list[Person] = field(default_factory=list)
    seats: dict[SeatId, Seat] = field(default_factory=dict)
    #: Slots: what the deeds call each item; see :mod:`tests.histories.people`.
    slots: dict[int, Any] = field(default_factory=dict)
    contacts: tuple[int, ...] = ()
    company: int = 0


class Village:
    """All firms over one world. ``tell`` receives the notices that push makes."""

    def __init__(self, script: Script, now: Callable[[], datetime], wire: Wire) -> None:
        self.world = World(now, seed=script.schedule)
        self._now = now
        self.wire = wire
        for name, value in script.switches.items():
            setattr(self.world.graph.switches, name, value)
        self._page = script.portions
        self.houses = [self._house(number, plan) for number, plan in enumerate(script.firms)]
        self.by_firm = {house.id: house for house in self.houses}
        self.of_mailbox = {p.mailbox.id: house for house in self.houses for p in house.people}

    def firm(self, house: House, plan: FirmPlan) -> Firm:
        """The firm as an administrator entered it."""
        return Firm(
            id=house.id,
            name=f"Firma {house.number}",
            tenant_id=house.tenant,
            raynet_url="https://raynet.invalid",
            raynet_instance=house.raynet.name,
            raynet_user=API_LOGIN,
            seats=50,
            valid_until=date(2030, 1, 1),
            rules=with_rules(Rules(), plan.rules),
        )

    def _house(self, number: int, plan: FirmPlan) -> House:
        world, domain = self.world, f"firma{number}.example"
        instance = world.raynet.add_instance(f"firma{number}", switches=RaynetSwitches(**plan.switches))
        tenant = world.entra.add_tenant(domain, domain, tenant_id=str(uuid5(NAMESPACE_DNS, domain)))
        # One sequence for all types; different ranges, so that a foreign id is never a known one by chance.
        instance.start_ids_at("activity", 100 + 1000 * number)
        add_user(instance, API_LOGIN, "Synchronizace", "Outlook")
        add_api_key(instance, API_LOGIN, KEY_NAME, secret="x")
        firm = FirmId(number + 1)
        house = House(
            number=number,
            id=firm,
            tenant=tenant.id,
            raynet=instance,
            raynet_side=RaynetSide(firm, instance, API_LOGIN, self.wire, self._now, page=self._page),
            graph_side=GraphSide(firm, tenant.id, world.graph, self.wire, self._now),
        )
        for name in NAMES[: plan.people]:
            login = f"{name}@{domain}"
            account = add_user(instance, login, name.title(), "Nová")
            owner = world.entra.add_user(tenant.id, login, f"{name.title()} Nová", id=str(uuid5(NAMESPACE_DNS, login)))
            mailbox = world.graph.add_mailbox(owner)
            house.people.append(Person(login=login, person=account.person, mailbox=mailbox, ui=instance.ui(login)))
        for index, person in enumerate(house.people[: plan.people - plan.seatless]):
            person.seat = SeatId(10 * number + index + 1)
            house.seats[person.seat] = Seat(id=person.seat, firm_id=firm, email=person.login)
        contact = add_person(instance, "Kontakt", first_name="Karel", email=f"kontakt@zakaznik{number}.example")
        house.contacts = (contact.id,)
        house.company = add_company(instance, "Zákazník", email=f"info@zakaznik{number}.example").id
        return house


_NOTICE_MEMBERS = frozenset(one.name for one in fields(Notice))
_HINTS = {"record.created": "created", "record.updated": "updated", "record.deleted": "deleted"}


def raynet_notice(
    house: House, number: int, kind: str, entity: str, entity_id: int, actor: Actor, at: datetime, received: datetime
) -> Notice | None:
    """What the API makes of Raynet's call; None for what it ignores."""
    activity = ENTITY_NAMES.get(entity)
    if activity is None:
        return None
    source = None
    if actor.source == "api":
        source = hashlib.sha256("\n".join((actor.description, actor.login)).encode()).hexdigest()[:32]
    more = {"source": source, "changed_at": at.replace(microsecond=at.microsecond // 1000 * 1000)}
    return Notice(
        firm_id=house.id,
        dedupe=f"raynet:{number}",
        kind=NoticeKind.ACTIVITY,
        received_at=received,
        activity=ActivityKey(activity, entity_id),
        hint=_HINTS[kind],
        **{name: value for name, value in more.items() if name in _NOTICE_MEMBERS},  # type: ignore[arg-type]  # by name
    )


def graph_notice(
    house: House, subscription: str, mailbox: Mailbox, item: Item, save: Save, received: datetime, number: int
) -> Notice:
    """What the API makes of Microsoft's call."""
    event = EventId(ids.encode(mailbox.id, item.number, None))
    more = {"event": event, "etag": etag(mailbox.id, item.content.state.version)}
    return Notice(
        firm_id=house.id,
        dedupe=f"graph:{subscription}:{number}",
        kind=NoticeKind.MAILBOX,
        received_at=received,
        mailbox=MailboxId(mailbox.id),
        hint=save.change_type,
        subscription_id=subscription,
        **{name: value for name, value in more.items() if name in _NOTICE_MEMBERS},  # type: ignore[arg-type]  # by name
    )


def start_of(script: Script) -> datetime:
    return datetime.fromisoformat(script.start).astimezone(UTC)


def after(script: Script, ms: int) -> datetime:
    """The instant of a moment of the script."""
    return start_of(script) + timedelta(milliseconds=ms)


def let_go(village: Village, others: Iterable[object]) -> None:
    """Forget everything of a history: its parts know each other, so only a sweep would find that nobody needs them."""
    world = village.world
    parts = [*others, village, world, world.graph, world.graph.exchange]
    for house in village.houses:
        parts += [house.raynet_side, house.graph_side, house.raynet]
    for part in parts:
        vars(part).clear()
