"""Two firms with a row of everything each, people of all roles, and sessions in all states they can be in.

Many rows of the two firms have the same ids, so that a filter that is missing shows in an answer. What belongs to the
other firm says ``foreign`` or ``cizí`` in every text. The own firm has the higher number: unfiltered rows of the other
one come first.
"""

import copy
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from falcon import testing
from sqlalchemy import update

from server.api.app import ApiParts, create_app
from server.api.services import RaynetTrial, Site
from server.domain.alerts import Cause, Section, Severity
from server.domain.consent import ConsentStep, MailboxLimit
from server.domain.ids import EventId, EventKey, FirmId, LinkId, MailboxId, PersonId
from server.domain.people import Entry
from server.domain.series import Carried
from server.domain.state import (
    Breaker,
    FirmSync,
    IntentState,
    MailboxState,
    MailboxSync,
    PairState,
    Side,
    Subscription,
    Webhook,
)
from server.errors import Denied, Unavailable
from server.flow import Op
from server.ports.graph import ListUsers, VerifyConsent
from server.ports.raynet import RaynetIdentity, RaynetUsers
from server.store import shapes
from server.store.admin.administration import Administration
from server.store.admin.administrators import Administrators, NewAdministrator
from server.store.admin.firms import NewFirm
from server.store.admin.quotas import Spent
from server.store.admin.registrations import Applicant
from server.store.admin.sessions import IDLE, LONGEST, Sessions
from server.store.database import Database, open_database
from server.store.scope import FirmScope
from server.store.tables.accounts import SignInMethod, session
from server.store.tables.oversight import JobKind
from server.store.tables.people import AdministratorRole, administrator
from tests.server.store import build
from tests.support.databases import KEYS, drop, fresh_url

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
PASSWORD = "canary-password-of-"
RAYNET_URL = "https://app.raynet.cz/api/v2"
#: Secrets that stand in the database and may never leave it.
CANARIES = ("canary-raynet-key", "canary-client-state", "canary-webhook-token", "canary-path-secret", "canary-password")
#: Ids that no firm has.
UNKNOWN_NUMBER, UNKNOWN_TEXT = "987654321", "nobody-has-this-id"
ROLES = {
    "central_admin": AdministratorRole.CENTRAL_ADMIN,
    "firm_admin": AdministratorRole.FIRM_ADMIN,
    "firm_auditor": AdministratorRole.FIRM_AUDITOR,
}
LIVING = (*ROLES, "other_admin")
DEAD = ("anonymous", "garbage", "expired", "idle", "revoked", "disabled", "removed")


@dataclass(frozen=True, slots=True)
class FewAnswers:
    """Both remote systems: the key that fits is accepted, any other refused, and nobody works there."""

    good_key: str = "canary-raynet-key-that-fits"

    def raynet(self, op: Op[Any]) -> Any:
        if isinstance(op, RaynetUsers):
            return ()
        raise Unavailable("remotes_not_configured")

    def graph(self, op: Op[Any]) -> Any:
        if isinstance(op, ListUsers):
            return ()
        if isinstance(op, VerifyConsent):
            return tuple(ConsentStep(id=rung, ok=True) for rung in ("token", "roles", "directory", "tenant", "mailbox"))
        raise Unavailable("remotes_not_configured")

    def try_raynet(self, firm: FirmId, trial: RaynetTrial) -> RaynetIdentity:
        if trial.key != self.good_key:
            raise Denied("raynet_credentials")
        return RaynetIdentity(login="api@own.example", zone="Europe/Prague", person=None)

    def try_tenant(self, firm: FirmId, tenant_id: str) -> str:
        return tenant_id


@dataclass(slots=True)
class Facts:
    """What a template holds: tokens by actor, ids by the names of places in paths."""

    own: FirmId
    foreign: FirmId
    tokens: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    #: A second session of each living actor.
    sessions: dict[str, str] = field(default_factory=dict)
    #: An object of the own firm, of the other one, and one that was removed.
    ids: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class SecurityWorld:
    """A world of one test."""

    database: Database
    facts: Facts
    client: testing.TestClient

    def ask(self, actor: str, method: str, path: str, **more: Any) -> testing.Result:
        """With the actor's token; always under the same request id, so that answers can be compared whole."""
        headers = {"X-Request-Id": "the-same-request", **more.pop("headers", {})}
        token = self.facts.tokens.get(actor)
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return self.client.simulate_request(method, f"/api/v1{path}", headers=headers, **more)


def site() -> Site:
    return Site(raynet_urls=(RAYNET_URL,), client_id="5b0e5f2e-6f0c-4a53-9c57-1d1f6f1c0a11")


def open_world(database: Database, facts: Facts) -> SecurityWorld:
    """The whole application over a filled database."""
    parts = ApiParts(database=database, now=lambda: NOW, site=site(), remotes=FewAnswers(), hasher=CHEAP)
    return SecurityWorld(database=database, facts=facts, client=testing.TestClient(create_app(parts)))


@contextmanager
def fresh_world() -> Iterator[SecurityWorld]:
    """A copy of the template on SQLite; its facts are a copy as well, because a session that ends gets a new token."""
    file, template = _template()
    facts = copy.deepcopy(template)
    with tempfile.TemporaryDirectory(prefix="ros-security-") as folder:
        own = Path(folder) / "ros.sqlite3"
        shutil.copyfile(file, own)
        database = open_database(f"sqlite:///{own}", KEYS)
        try:
            yield open_world(database, facts)
        finally:
            database.close()


@contextmanager
def postgresql_world(folder: Path) -> Iterator[SecurityWorld]:
    """The same on PostgreSQL, as the application's role."""
    url = fresh_url("postgresql", folder)
    database = open_database(url, KEYS)
    try:
        yield open_world(database, fill(database))
    finally:
        database.close()
        drop(url)


@cache
def _template() -> tuple[Path, Facts]:
    folder = Path(tempfile.mkdtemp(prefix="ros-security-template-"))
    url = fresh_url("sqlite", folder)
    database = open_database(url, KEYS)
    facts = fill(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return Path(url.removeprefix("sqlite:///")), facts


# --- what is in it ---------------------------------------------------------------------------------------------------


def fill(database: Database) -> Facts:
    foreign, own = (_firm(database, name) for name in ("foreign", "own"))
    facts = Facts(own=own, foreign=foreign)
    for which, firm in (("foreign", foreign), ("own", own)):
        facts.ids[which] = _seats(database, firm, which) | {"firm_id": str(firm)}
        database.write(firm, lambda scope, w=which: _items(scope, w))  # type: ignore[misc]  # w: as it is now
        facts.ids[which] |= {
            "pass_id": f"pass-of-{which}",
            "pair_id": f"pair-of-{which}",
            "hold_id": f"hold-of-{which}",
            "conflict_id": f"conflict-of-{which}",
        }
    administration = Administration(database, lambda: NOW)
    # The other firm's come last, where rows are taken one over the other.
    for firm, calls in ((own, 11), (foreign, 777)):
        for side in Side:
            spent = Spent(side=side, calls=calls, limit=1000, left=calls, resets_at=NOW + HOUR)
            administration.quotas.note(firm, spent)
        _oversight(administration, facts, firm)
    administration.alerts.settle_unscoped(
        [Cause(code="worker_not_seen", severity=Severity.ERROR, section=Section.SERVER)]
    )
    server = [one.id for one in administration.alerts.every_unscoped() if one.firm_id is None]
    facts.ids["own"]["server_alert_id"] = str(server[0])
    facts.ids["unknown"] = {
        "job_id": UNKNOWN_TEXT,
        **dict.fromkeys(("registration_id", "alert_id", "server_alert_id"), UNKNOWN_NUMBER),
    }
    facts.ids["deleted"] = _removed_user(database, own) | {
        name: f"{name.removesuffix('_id')}-of-nobody" for name in ("pass_id", "pair_id", "hold_id", "conflict_id")
    }
    facts.ids["unknown"] |= {
        "firm_id": UNKNOWN_NUMBER,
        "user_id": UNKNOWN_NUMBER,
        "administrator_id": UNKNOWN_NUMBER,
        **dict.fromkeys(("pass_id", "pair_id", "hold_id", "conflict_id", "session_id"), UNKNOWN_TEXT),
    }
    _people(database, facts)
    return facts


def _oversight(administration: Administration, facts: Facts, firm: FirmId) -> None:
    """People of both directories, a registration, a job, figures; an alert that lasts and one of the server itself."""
    which = "own" if firm == facts.own else "foreign"
    for side in Side:
        number = "4000" if side is Side.RAYNET else "mailbox-0"
        person = Entry(id=number, name=f"Osoba {which}", addresses=(f"jan@{which}.example",))
        administration.directories.put(firm, side, 1, [person])
    applicant = Applicant(tid=f"tid-{which}", oid=f"oid-{which}", email=f"nova@{which}.example", name=f"Nová {which}")
    facts.ids[which]["registration_id"] = str(administration.registrations.ask(firm, applicant).id)
    facts.ids[which]["job_id"] = administration.jobs.start(firm, JobKind.PREVIEW, actor=f"cli-{which}").id
    seconds = 3.0 if which == "own" else 9_000.0
    administration.series.add(firm, [Carried(at=NOW - HOUR, seconds=seconds, to_outlook=True, seat_id=1)])
    administration.consents.set_limit(firm, MailboxLimit.RBAC, f"skupina@{which}.example", actor=f"cli-{which}")
    administration.alerts.settle(firm, [Cause(code="registrations_waiting", severity=Severity.INFO,
                                              section=Section.USERS, data={"count": 1})])  # fmt: skip
    facts.ids[which]["alert_id"] = str(administration.alerts.every(firm)[0].id)


def _firm(database: Database, which: str) -> FirmId:
    new = NewFirm(
        name=f"Firma {which}",
        note=f"poznámka provozovatele o {which}",
        tenant_id=f"6f1c9a7e-1111-4222-8333-1234567890a{1 if which == 'own' else 2}",
        raynet_url=RAYNET_URL,
        raynet_instance=f"instance-{which}",
        raynet_user=f"api@{which}.example",
        raynet_key="canary-raynet-key-of-" + which,
        seats=5 if which == "own" else 7,
        valid_until=date(2030, 12, 31) if which == "own" else date(2029, 6, 30),
    )
    return Administration(database, lambda: NOW).firms.add(new, actor=f"cli-{which}").id


def _seats(database: Database, firm: FirmId, which: str) -> dict[str, str]:
    """Addresses of the other firm sort first; the calendars' ids are the same in both."""
    administration = Administration(database, lambda: NOW)
    first = "a-foreign" if which == "foreign" else "jan"
    seats = [administration.seats.add(firm, f"{name}@{which}.example", actor="cli") for name in (first, "eva")]
    for number, seat in enumerate(seats):
        sync = MailboxSync(
            firm_id=firm,
            seat_id=seat.id,
            email=seat.email,
            state=MailboxState.READY,
            mailbox=MailboxId(f"mailbox-{number}"),
            person=PersonId(4000 + number + (90 if which == "foreign" else 0)),
            last_read_at=NOW - timedelta(seconds=20 if which == "own" else 9000),
        )
        database.write(firm, lambda scope, one=sync: scope.store(shapes.MAILBOX_SYNC, [one]))  # type: ignore[misc]
    return {"user_id": str(seats[0].id)}


def _removed_user(database: Database, firm: FirmId) -> dict[str, str]:
    seats = Administration(database, lambda: NOW).seats
    gone = seats.add(firm, "gone@own.example", actor="cli")
    seats.remove(firm, gone.id, actor="cli")
    return {"user_id": str(gone.id)}


def _items(scope: FirmScope, which: str) -> None:
    """A twin of each (the same id in both firms) and one of the firm's own."""
    firm, foreign = scope.firm, which == "foreign"
    mailbox, number = MailboxId("mailbox-0"), 71 if foreign else 52
    for link, pair, activity in (("link-twin", "pair-twin", 51), (f"link-{which}", f"pair-of-{which}", number)):
        scope.store(shapes.LINK, [build.link(firm, link, activity=build.meeting(activity))])
        event = EventId(f"event-{which}-of-{pair}")
        state = PairState.PARKED if link == "link-twin" else PairState.LIVE
        kept = build.pair(firm, pair, link_id=LinkId(link), mailbox=mailbox, event=event, state=state, failures=2)
        scope.store(shapes.PAIR, [kept])
        trail = build.trail(firm, link, pass_id="pass-twin", pair_id=pair, outcome=f"written by {which}")
        scope.store(shapes.TRAIL, [trail])
        intent = build.intent(
            firm,
            f"intent-{which}-{pair}",
            pass_id="pass-twin",
            link_id=LinkId(link),
            pair_id=pair,
            state=IntentState.DONE,
            event=EventKey(mailbox, event),
        )
        scope.store(shapes.INTENT, [intent])
        why = "remote_trouble" if not foreign else "rejected_by_graph"
        scope.store(shapes.ATTENTION, [build.attention(firm, link, why=why, due_at=NOW - timedelta(minutes=number))])
    _decisions(scope, which)
    for pass_id in ("pass-twin", f"pass-of-{which}"):
        counts = {"changed": number}
        scope.store(shapes.PASS, [build.a_pass(firm, pass_id, counts=counts, trigger=which)])
    scope.store(shapes.NOTICE, [build.notice(firm, f"waiting-{one}") for one in range(2 if foreign else 1)])
    _push(scope, which)


def _decisions(scope: FirmScope, which: str) -> None:
    firm, mailbox = scope.firm, MailboxId("mailbox-0")
    for one in ("twin", f"of-{which}"):
        texts = {"base": f"základ {which}", "kept": f"platí {which}", "lost": f"ztraceno {which}"}
        conflict = build.conflict(firm, f"conflict-{one}", mailbox=mailbox, activity=build.meeting(51), **texts)
        scope.store(shapes.CONFLICT, [conflict])
        hold = build.hold(
            firm, f"hold-{one}", mailbox=mailbox, pairs=("pair-twin",), count=9 if which == "foreign" else 5, of=11
        )
        scope.store(shapes.HOLD, [hold])


def _push(scope: FirmScope, which: str) -> None:
    firm = scope.firm
    subscription = Subscription(
        firm_id=firm,
        mailbox=MailboxId("mailbox-0"),
        id=f"subscription-{which}",
        client_state="canary-client-state",
        expires_at=NOW + 40 * HOUR,
        created_at=NOW,
    )
    scope.store(shapes.SUBSCRIPTION, [subscription])
    webhook = Webhook(
        firm_id=firm,
        token="canary-webhook-token",
        path_secret=f"canary-path-secret-{which}",
        id=f"webhook-{which}",
        checked_at=NOW,
    )
    scope.store(shapes.WEBHOOK, [webhook])
    breaker = Breaker(code="raynet_credentials", since=NOW, connection_revision=1, retry_at=NOW + HOUR)
    sync = FirmSync(firm_id=firm, last_pass_at=NOW, last_read_at=NOW, zone="Europe/Prague")
    if which == "foreign":
        sync = FirmSync(firm_id=firm, raynet_breaker=breaker, raynet_failures=9, last_read_at=NOW - 9 * HOUR)
    scope.store(shapes.FIRM_SYNC, [sync])


# --- people ----------------------------------------------------------------------------------------------------------


def _people(database: Database, facts: Facts) -> None:
    accounts = Administrators(database, lambda: NOW, CHEAP)

    def person(name: str, role: AdministratorRole, firm: FirmId | None, **more: Any) -> int:
        new = NewAdministrator(login=name, role=role, firm=firm, **more)
        return accounts.create(new, f"{PASSWORD}{name}", actor="cli").id

    def token(number: int, ago: timedelta = timedelta()) -> tuple[str, str]:
        made, who = Sessions(database, lambda: NOW - ago).start_unscoped(number, SignInMethod.PASSWORD)
        return made, who.session_id

    firm_of = {"central_admin": None, "firm_admin": facts.own, "firm_auditor": facts.own}
    numbers = {name: person(name, role, firm_of[name]) for name, role in ROLES.items()}
    numbers["other_admin"] = person("foreign-admin", AdministratorRole.FIRM_ADMIN, facts.foreign)
    for name, number in numbers.items():
        facts.tokens[name], _ = token(number)
        facts.sessions[name] = token(number)[1]
        facts.accounts[name] = number
    second = person("second-auditor", AdministratorRole.FIRM_AUDITOR, facts.own)
    theirs = person("foreign-auditor", AdministratorRole.FIRM_AUDITOR, facts.foreign)
    newcomer = person("newcomer", AdministratorRole.FIRM_ADMIN, facts.own, must_change_password=True)
    facts.accounts["must_change"] = newcomer
    facts.tokens["must_change"], _ = token(newcomer)
    facts.sessions["must_change"] = token(newcomer)[1]
    facts.tokens["garbage"] = "AAAA-this-is-no-token-of-anybody-AAAA"
    # What the operator does in a firm stands in the firm's log, without the operator's login.
    by_operator = f"admin:{numbers['central_admin']}"
    Administration(database, lambda: NOW).firms.set_rules(facts.own, {"categories": "off"}, actor=by_operator)
    _ended(database, facts, token, person)
    facts.ids["own"]["administrator_id"] = str(second)
    facts.ids["foreign"]["administrator_id"] = str(theirs)
    facts.ids["foreign"]["session_id"] = token(theirs)[1]
    facts.tokens["idle"], _ = token(numbers["central_admin"], IDLE)
    # Last, because the next session that begins sweeps it away; it was in use all the time.
    facts.tokens["expired"], expired = token(numbers["central_admin"], LONGEST)
    used = update(session).where(session.c.id == expired).values(seen_at=NOW)
    database.write_unscoped(lambda connection: connection.execute(used).rowcount)


def _ended(database: Database, facts: Facts, token: Any, person: Any) -> None:
    """Sessions that were revoked, and those of accounts that were disabled or removed."""
    accounts, sessions = Administrators(database, lambda: NOW, CHEAP), Sessions(database, lambda: NOW)
    leaver = person("leaver", AdministratorRole.CENTRAL_ADMIN, None)
    facts.tokens["revoked"], ended = token(leaver)
    sessions.end_unscoped(leaver, ended)
    facts.ids["deleted"]["session_id"] = ended
    disabled = person("disabled", AdministratorRole.FIRM_ADMIN, facts.own)
    facts.tokens["disabled"], _ = token(disabled)
    # Past the repository, which would end the session as well: each barrier must hold alone.
    off = update(administrator).where(administrator.c.id == disabled).values(enabled=False)
    database.write_unscoped(lambda connection: connection.execute(off).rowcount)
    removed = person("removed", AdministratorRole.FIRM_ADMIN, facts.own)
    facts.tokens["removed"], _ = token(removed)
    accounts.remove(removed, actor="cli")
    facts.ids["deleted"]["administrator_id"] = str(removed)
