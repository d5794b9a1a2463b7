"""A small fictitious firm for demonstrations and tests: five users with mailboxes, clients, deals, activities, events.

Everything follows from the world's seed and clock: two worlds with the same seed and start are equal.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from simulator.raynet.changes import ActivityChanges
from simulator.raynet.instance import RaynetInstance
from simulator.raynet.populate import (
    add_api_key,
    add_business_case,
    add_category,
    add_company,
    add_lead,
    add_offer,
    add_person,
    add_project,
    add_sales_order,
    add_user,
)
from simulator.raynet.records import Activity
from simulator.world import World

_PRAGUE = ZoneInfo("Europe/Prague")
CLIENT_ID = "5b0e5f2e-6f0c-4a53-9c57-1d1f6f1c0a11"
TENANT_ID = "0c5a2f3e-8d41-4b7e-a6c0-2f9f3f6f7d01"
_DOMAIN = "valcovka.example"
_PEOPLE = (
    ("jana.mala", "Jana", "Malá"),
    ("petr.velky", "Petr", "Velký"),
    ("eva.kralova", "Eva", "Králová"),
    ("tomas.dub", "Tomáš", "Dub"),
    ("lucie.ricna", "Lucie", "Říčná"),
)
_CLIENTS = (
    ("Hydraulika Sever s.r.o.", "Ostrava", "Eva", "Nováková", "sever.example"),
    ("Lisovna Beskydy a.s.", "Frýdek-Místek", "Karel", "Pokorný", "beskydy.example"),
    ("Ocelárna Horní Lán", "Třinec", "Marie", "Veselá", "hornilan.example"),
    ("Jeřáby Morava s.r.o.", "Přerov", "Jiří", "Kučera", "jerabymorava.example"),
    ("Zemědělské stroje Haná", "Olomouc", "Alena", "Horáková", "stroje-hana.example"),
    ("Důlní technika Karviná", "Karviná", "Roman", "Sýkora", "dulnitechnika.example"),
)
_TITLES = {
    "task": (
        "Připravit nabídku válců",
        "Dodělat kalkulaci",
        "Poslat výkresy",
        "Ověřit dodací lhůtu",
        "Objednat těsnění",
    ),
    "meeting": ("Schůzka nad poptávkou", "Technická porada", "Předání zakázky", "Jednání o ceně", "Návštěva výroby"),
    "event": ("Veletrh MSV Brno", "Školení bezpečnosti práce", "Porada obchodu", "Inventura skladu", "Audit ISO"),
    "phoneCall": ("Zavolat kvůli termínu", "Dotaz na reklamaci", "Domluvit návštěvu", "Telefonát o splatnosti"),
    "email": ("Poslat cenovou nabídku", "Odpovědět na poptávku", "Potvrdit objednávku"),
    "letter": ("Odeslat smlouvu", "Poslat katalog", "Upomínka platby"),
}
_NOTES = ("<p>Probrat termíny.</p>", "<p>Vzít s sebou výkresy.</p>", "<p>Navázat na minule.</p>")
_COUNTS = {"task": 9, "meeting": 11, "event": 8, "phoneCall": 6, "email": 3, "letter": 3}
_OWN_EVENTS = (
    "Zubař",
    "Oběd s kolegy",
    "Rodinná oslava",
    "Soustředění na práci",
    "Cesta na pobočku",
    "Kontrola zakázek",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedUser:
    """One person on both sides: Raynet login and person id, mailbox address and directory id."""

    login: str
    name: str
    person: int
    account: int
    mailbox: str
    directory_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallFirm:
    """What an administrator needs to connect the firm, and who works there. Secrets are made up."""

    name: str
    instance: str
    api_login: str
    api_key_name: str
    api_key: str
    tenant_id: str
    client_id: str
    client_secret: str
    users: tuple[SeedUser, ...]
    activities: int
    events: int


def small_firm(world: World, *, instance: str = "valcovka", consent: bool = True) -> SmallFirm:
    """Builds the firm into the world; ``consent`` False leaves the administrator's consent to be given."""
    rng = random.Random(f"{world.seed}:{instance}")
    raynet = world.raynet.add_instance(instance)
    tenant = world.entra.add_tenant("Válcovka Vítek", _DOMAIN, tenant_id=TENANT_ID)
    add_user(raynet, f"synchronizace@{_DOMAIN}", "Synchronizace", "Outlook")
    key = add_api_key(raynet, f"synchronizace@{_DOMAIN}", "Outlook sync", secret="demo-raynet-key")  # noqa: S106  # made up
    users = tuple(_user(world, raynet, tenant.id, number) for number in range(len(_PEOPLE)))
    secret = "demo-client-secret"  # noqa: S105  # made up
    world.entra.register_app("Raynet – Outlook", client_id=CLIENT_ID, secret=secret)
    if consent:
        world.entra.consent(tenant, CLIENT_ID)
    companies = _directory(raynet, users)
    activities = _activities(world, raynet, users, companies, rng)
    events = _events(world, users, activities, rng)
    return SmallFirm(
        name="Válcovka Vítek s.r.o.",
        instance=instance,
        api_login=key.login,
        api_key_name=key.name,
        api_key=key.secret,
        tenant_id=tenant.id,
        client_id=CLIENT_ID,
        client_secret=secret,
        users=users,
        activities=len(activities),
        events=events,
    )


def _user(world: World, raynet: RaynetInstance, tenant_id: str, number: int) -> SeedUser:
    """The second user signs in to Raynet with another address than the mailbox's, which stands as ``email2``."""
    short, first, last = _PEOPLE[number]
    mailbox = f"{short}@{_DOMAIN}"
    login = f"{short}@obchod.example" if number == 1 else mailbox
    account = add_user(
        raynet,
        login,
        first,
        last,
        role="ADMIN" if number == 0 else "FULL_THROTTLE",
        email2=mailbox if number == 1 else None,
    )
    roles = frozenset({"Global Administrator"}) if number == 0 else frozenset[str]()
    owner = world.entra.add_user(
        tenant_id, mailbox, f"{first} {last}", given_name=first, surname=last, directory_roles=roles
    )
    world.graph.add_mailbox(owner)
    return SeedUser(
        login=login,
        name=f"{first} {last}",
        person=account.person,
        account=account.id,
        mailbox=mailbox,
        directory_id=owner.id,
    )


def _directory(raynet: RaynetInstance, users: tuple[SeedUser, ...]) -> list[int]:
    """Clients with a contact and a deal each; some with project, offer and order; two leads; categories."""
    companies: list[int] = []
    for number, (name, city, first, last, domain) in enumerate(_CLIENTS):
        owner = users[number % len(users)].person
        company = add_company(
            raynet, name, owner=owner, city=city, reg_number=f"2583{number:04d}", email=f"info@{domain}"
        ).id
        companies.append(company)
        add_person(raynet, last, first_name=first, company=company, email=f"{last.lower()}@{domain}", owner=owner)
        project = add_project(raynet, f"Modernizace linky {city}", company=company, owner=owner).id
        deal = add_business_case(raynet, f"Hydraulické válce {city}", company=company, owner=owner, project=project).id
        if number % 2 == 0:
            add_offer(raynet, f"Nabídka válců {city}", company=company, business_case=deal, owner=owner)
        if number % 3 == 0:
            add_sales_order(raynet, f"Objednávka válců {city}", company=company, business_case=deal, owner=owner)
    add_lead(raynet, "Poptávka teleskopických válců", company_name="Návěsy Vysočina", email="nakup@navesy.example")
    add_lead(raynet, "Oprava lisu", last_name="Dvořák", email="dvorak@lis.example")
    for name, colour in (("Obchod", "519CFF"), ("Servis", "E9802F"), ("Interní", "8EA500")):
        add_category(raynet, name, colour)
    return companies


def _activities(
    world: World, raynet: RaynetInstance, users: tuple[SeedUser, ...], companies: list[int], rng: random.Random
) -> list[Activity]:
    out: list[Activity] = []
    for kind, count in _COUNTS.items():
        for number in range(count):
            user = users[(number + len(out)) % len(users)]
            start = _working_time(world.clock(), rng)
            changes: ActivityChanges = {
                "title": _TITLES[kind][number % len(_TITLES[kind])],
                "company": rng.choice(companies),
                "description": rng.choice(_NOTES),
                "priority": rng.choice(("DEFAULT", "DEFAULT", "DEFAULT", "CRITICAL", "MINOR")),
                "category": rng.choice((1, 2, 3)),
            }
            if kind in {"meeting", "event"}:
                changes["meeting_place"] = rng.choice(("Zasedačka 2", "U klienta", "Výrobní hala", ""))
            others = [u.person for u in users if u is not user]
            people = tuple(rng.sample(others, k=1)) if kind == "meeting" and number % 3 == 0 else ()
            # Every seventh one is not planned yet.
            planned = start if (len(out) + 1) % 7 else None
            end = start + timedelta(minutes=rng.choice((30, 60, 90)))
            ui = raynet.ui(user.login)
            made = ui.create(kind, start=planned, end=end, people=people, **changes)
            if planned is not None and start < world.clock() - timedelta(days=1):
                made = ui.complete(made.ref)
            out.append(made)
    return out


def _events(world: World, users: tuple[SeedUser, ...], activities: list[Activity], rng: random.Random) -> int:
    """25 events: private and shared ones of Outlook's own, and four that stand in Raynet already."""
    by_person = {user.person: user for user in users}
    twins = [a for a in activities if a.kind == "meeting" and a.status == "SCHEDULED" and a.scheduled_from][:4]
    made = 0
    for activity in twins:
        owner = by_person[activity.owner or 0]
        start, end = activity.scheduled_from, activity.scheduled_till
        if start is None or end is None:
            continue
        world.graph.mailbox(owner.mailbox).user.create(activity.title, start, end)
        made += 1
    number = 0
    while made < 25:
        user = users[number % len(users)]
        start = _working_time(world.clock(), rng)
        calendar = world.graph.mailbox(user.mailbox).user
        title = _OWN_EVENTS[number % len(_OWN_EVENTS)]
        if number % 9 == 8:
            day = start.astimezone(_PRAGUE).date()
            calendar.create("Dovolená", day, day + timedelta(days=2), showAs="oof")
        elif number % 5 == 4:
            calendar.receive_invitation(
                "obchod@partner.example", "Pozvánka na prezentaci", start, start + timedelta(hours=1)
            )
        else:
            sensitivity = "private" if title in {"Zubař", "Rodinná oslava"} else "normal"
            calendar.create(title, start, start + timedelta(minutes=45), sensitivity=sensitivity)
        number, made = number + 1, made + 1
    return made


def _working_time(now: datetime, rng: random.Random) -> datetime:
    """A half hour of a working day between ten days ago and three weeks ahead, Prague time, as a UTC instant."""
    while True:
        day = (now.astimezone(_PRAGUE) + timedelta(days=rng.randint(-10, 21))).date()
        if day.weekday() < 5:
            break
    wall = datetime(day.year, day.month, day.day, rng.randint(8, 16), rng.choice((0, 30)), tzinfo=_PRAGUE)
    return wall.astimezone(UTC)
