"""Licence, tenant, consent, directories, registrations, jobs, figures and alerts over HTTP, over the simulator."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from falcon import testing

from server.api.app import ApiParts, create_app
from server.api.services import Site
from server.cli.foreground import calls_of
from server.domain.consent import Credential
from server.domain.series import Carried
from server.store.admin.administrators import Administrators, NewAdministrator
from server.store.admin.firms import ConnectionChange, FirmChange
from server.store.admin.registrations import Applicant
from server.store.admin.sessions import Sessions
from server.store.tables.accounts import SignInMethod
from server.store.tables.people import AdministratorRole
from server.store.tables.runtime import lease
from server.sync.jobs import JobRunner
from server.sync.runs import PreviewParts
from simulator.raynet.populate import add_user
from tests.conftest import ExpectedLogs
from tests.server.api.consented import PUBLIC_URL, Consented, EngineRemotes, consented
from tests.support.databases import KEYS
from tests.support.rig import CLIENT_ID, add_firm, add_person_with_seat

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class House:
    """``ask("firm_admin", "GET", "/licence")`` about the firm; a path that begins with ``//`` is about the server."""

    case: Consented
    client: testing.TestClient
    accounts: dict[str, int]

    def ask(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> testing.Result:
        address = f"/api/v1{path[1:]}" if path.startswith("//") else f"/api/v1/firms/{self.case.rig.firm}{path}"
        # A new session each time: the clock jumps by days.
        sessions = Sessions(self.case.rig.database, self.case.rig.clock)
        token, _ = sessions.start_unscoped(self.accounts[who], SignInMethod.PASSWORD)
        given = {"Authorization": f"Bearer {token}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        return self.client.simulate_request(method, address, json=body, headers=given)

    def read(self, path: str, who: str = "firm_auditor") -> Any:
        answer = self.ask(who, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json

    def change(self, who: str, method: str, path: str, body: Any, *, of: str | None = None) -> testing.Result:
        """With the version that was just read."""
        tag = self.ask(who, "GET", of or path).headers["ETag"]
        return self.ask(who, method, path, body, If_Match=tag)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with consented(tmp_path) as case:
        rig = case.rig
        site = Site(
            public_url=PUBLIC_URL,
            client_id=CLIENT_ID,
            authority_url=rig.world.authority_url,
            credential=Credential(kind="secret", expires_at=rig.clock() + timedelta(days=20)),
        )
        parts = ApiParts(database=rig.database, now=rig.clock, site=site, remotes=EngineRemotes(rig.engine))
        accounts = Administrators(rig.database, rig.clock, CHEAP)
        numbers = {}
        for role in AdministratorRole:
            firm = None if role is AdministratorRole.CENTRAL_ADMIN else rig.firm
            new = NewAdministrator(login=role.value, role=role, firm=firm)
            numbers[role.value] = accounts.create(new, "nothing but water and salt", actor="cli").id
        yield House(case=case, client=testing.TestClient(create_app(parts)), accounts=numbers)


# --- licence ----------------------------------------------------------------------------------------------------------


def test_a_licence_is_shown_changed_and_remembered(house: House) -> None:
    found = house.read("/licence")
    assert (found["state"], found["seats_used"], found["grace_days"]) == ("active", 1, 14)
    last_day = (house.case.rig.clock() + timedelta(days=6)).date().isoformat()
    body = {"seats": 4, "valid_until": last_day, "grace_days": 3}
    changed = house.change("central_admin", "PUT", "/licence", body)
    assert (changed.json["state"], changed.json["days_left"], changed.json["seats"]) == ("expiring", 6, 4)
    assert "6 dní" in changed.json["text"]["cs"]
    history = house.read("/licence/history?limit=1")
    assert (history["total"], history["items"][0]["seats"], history["items"][0]["actor_login"]) == (2, 4, None)
    older = house.read(f"/licence/history?limit=1&cursor={history['next']}")
    assert (older["items"][0]["seats"], older["next"]) == (50, None)
    central = house.read("/licence/history?limit=1", "central_admin")
    assert central["items"][0]["actor_login"] == "central_admin"


def test_fewer_seats_than_are_used_are_refused(house: House) -> None:
    add_person_with_seat(house.case.rig, "petr")
    answer = house.change("central_admin", "PUT", "/licence", {"seats": 1, "valid_until": "2030-01-01"})
    assert (answer.status_code, answer.json["code"]) == (409, "seats_in_use")


def test_a_stale_version_of_a_licence_is_refused(house: House) -> None:
    body = {"seats": 9, "valid_until": "2030-01-01"}
    answer = house.ask("central_admin", "PUT", "/licence", body, If_Match='"v987"')
    assert (answer.status_code, answer.json["code"]) == (412, "outdated")


# --- tenant and consent -----------------------------------------------------------------------------------------------


def test_consent_from_the_console_to_the_proof(house: House) -> None:
    assert house.read("/consent")["state"] == "unknown"
    link = house.ask("firm_admin", "POST", "/consent/link").json
    query = house.case.decide(link["url"], house.case.admin)
    assert house.client.simulate_get("/souhlas/navrat", params=query).status_code == 200
    found = house.read("/consent")
    assert (found["state"], found["tenant_id"]) == ("ok", house.case.rig.tenant)
    assert {step["state"] for step in found["steps"]} <= {"ok", "unknown"}
    assert all(step["title"]["cs"] and step["remedy"]["en"] for step in found["steps"])
    house.case.rig.world.entra.revoke(house.case.rig.tenant, CLIENT_ID)
    house.case.rig.tick(3_600)
    checked = house.ask("firm_admin", "POST", "/consent/check").json
    assert checked["state"] == "failed"
    assert "globálního správce" in checked["steps"][0]["remedy"]["cs"]


def test_asking_again_at_once_asks_microsoft_once(house: House) -> None:
    house.ask("firm_admin", "POST", "/consent/check")
    before = house.case.rig.world.entra.counts["token"]
    for _ in range(5):
        house.ask("firm_admin", "POST", "/consent/check")
    assert house.case.rig.world.entra.counts["token"] == before


def test_a_firm_s_administrator_takes_nobody_else_s_tenant(house: House) -> None:
    """It has consented already, and that is all an app-only token asks for: the firm would read its calendars."""
    house.case.rig.world.entra.consent(house.case.stranger.tenant_id, CLIENT_ID)
    body = {"tenant_id": house.case.stranger.tenant_id, "mailbox_limit": "none"}
    answer = house.change("firm_admin", "PUT", "/microsoft", body)
    assert (answer.status_code, answer.json["code"]) == (403, "tenant_by_central_only")
    assert house.read("/microsoft")["tenant_id"] == house.case.rig.tenant
    same = body | {"tenant_id": house.case.rig.tenant.upper()}
    assert house.change("firm_admin", "PUT", "/microsoft", same).status_code == 200
    assert house.change("central_admin", "PUT", "/microsoft", body).json["tenant_id"] == body["tenant_id"]


def test_a_limit_to_some_mailboxes_is_the_firm_s_own_to_say(house: House) -> None:
    first = house.ask("firm_admin", "GET", "/microsoft")
    body = {"mailbox_limit": "rbac", "limit_group": "ros@valce.example"}
    changed = house.change("firm_admin", "PUT", "/microsoft", body)
    assert (changed.json["mailbox_limit"], changed.json["limit_group"]) == ("rbac", "ros@valce.example")
    late = house.ask("firm_admin", "PUT", "/microsoft", {"mailbox_limit": "none"}, If_Match=first.headers["ETag"])
    assert late.status_code == 412


def test_the_end_of_our_own_secret_is_counted_down(house: House) -> None:
    credential = house.read("/microsoft")["credential"]
    assert (credential["kind"], credential["days_left"]) == ("secret", 20)
    codes = {one["code"]: one for one in house.read("//alerts", "central_admin")["items"]}
    assert codes["credential_ends"]["severity"] == "warning"
    assert "20" in codes["credential_ends"]["text"]["cs"]


# --- directories ------------------------------------------------------------------------------------------------------


@pytest.fixture
def known(house: House) -> House:
    """Consent given, a few people on both sides."""
    rig = house.case.rig
    rig.world.entra.consent(rig.tenant, CLIENT_ID)
    for login, first, last in (("dvorak", "Petr", "Dvořák"), ("jiny", "Zdeněk", "Řezníček")):
        add_user(rig.raynet, f"{login}@raynet.example", first, last)
    rig.world.entra.add_user(rig.tenant, "petr.dvorak@valce.example", "Dvořák Petr")
    return house


def test_people_are_found_without_accents_and_with_who_has_a_seat(known: House) -> None:
    found = known.read("/directory/raynet?q=dvorak")
    assert [one["name"] for one in found["items"]] == ["Petr Dvořák"]
    everybody = known.read("/directory/microsoft")
    seats = {one["name"]: one["user_id"] for one in everybody["items"]}
    assert seats["Jana Nová"] == known.case.rig.people["jana"].seat
    without = known.read("/directory/microsoft?without_seat=true")
    assert "Jana Nová" not in {one["name"] for one in without["items"]}
    assert without["total"] == everybody["total"] - 1


def test_a_list_goes_on_where_it_ended(known: House) -> None:
    names, cursor = [], ""
    while True:
        part = known.read(f"/directory/microsoft?limit=2{cursor}")
        names += [one["name"] for one in part["items"]]
        if part["next"] is None:
            break
        cursor = f"&cursor={part['next']}"
    assert len(names) == len(set(names)) == part["total"]


def test_searching_costs_no_call_for_a_quarter_of_an_hour(known: House) -> None:
    rig = known.case.rig
    known.read("/directory/raynet?q=a")
    known.read("/directory/microsoft?q=a")
    before = rig.reads()
    for word in ("d", "dv", "dvo", "dvor"):
        known.read(f"/directory/raynet?q={word}")
        known.read(f"/directory/microsoft?q={word}")
        known.read(f"/proposals?q={word}")
    assert rig.reads() == before
    rig.clock.advance(minutes=16)
    known.read("/directory/raynet?q=a")
    assert rig.reads()[0] > before[0]


def test_a_side_in_trouble_shows_what_was_read_before(known: House, expected_logs: ExpectedLogs) -> None:
    expected_logs("directory_not_read", "request_unserved")
    rig = known.case.rig
    before = known.read("/directory/microsoft")["total"]
    rig.clock.advance(hours=2)
    rig.world.entra.revoke(rig.tenant, CLIENT_ID)
    assert known.read("/directory/microsoft")["total"] == before
    rig.clock.advance(days=2)
    assert known.ask("firm_auditor", "GET", "/directory/microsoft").status_code == 503


def test_proposals_say_how_sure_they_are_and_why(known: House) -> None:
    found = {one["person_name"]: one for one in known.read("/proposals")["items"]}
    jana, seat = found["Jana Nová"], known.case.rig.people["jana"].seat
    assert (jana["confidence"], jana["why"], jana["user_id"]) == (1.0, "same_address", seat)
    petr = found["Petr Dvořák"]
    assert (petr["email"], petr["why"], petr["user_id"]) == ("petr.dvorak@valce.example", "same_name", None)
    assert 0 < petr["confidence"] < 1
    nobody = found["Zdeněk Řezníček"]
    assert (nobody["mailbox"], nobody["confidence"], nobody["why"]) == (None, 0.0, "nobody")


def test_namesakes_are_proposed_to_a_person_and_not_chosen(known: House) -> None:
    rig = known.case.rig
    rig.world.entra.add_user(rig.tenant, "p.dvorak@valce.example", "Petr Dvořák")
    rows = known.read("/proposals?q=dvorak")["items"]
    assert {(one["is_ambiguous"], one["why"]) for one in rows} == {(True, "several_with_name")}
    assert len({one["mailbox"] for one in rows}) == 2


def test_several_who_ask_at_once_cost_one_reading(known: House) -> None:
    rig = known.case.rig
    threads = [threading.Thread(target=known.read, args=("/directory/microsoft",)) for _ in range(5)]
    before = rig.engine.graph.counters(rig.firm).http
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rig.engine.graph.counters(rig.firm).http - before == 1


# --- registrations ----------------------------------------------------------------------------------------------------


def test_a_registration_is_approved_with_the_person_that_was_chosen(house: House) -> None:
    rig = house.case.rig
    asked = rig.administration.registrations.ask(
        rig.firm, Applicant(tid=rig.tenant, oid="oid", email="nova@valce.example", name="Nová Žaneta")
    )
    assert [one["state"] for one in house.read("/registrations?q=zaneta")["items"]] == ["waiting"]
    answer = house.ask("firm_admin", "POST", f"/registrations/{asked.id}/approve", {"person_id": 77})
    assert answer.json["state"] == "approved"
    seat = next(one for one in rig.seats.every(rig.firm) if one.email == "nova@valce.example")
    assert (seat.enabled, seat.person_id) == (True, 77)
    late = house.ask("firm_admin", "POST", f"/registrations/{asked.id}/reject")
    assert (late.status_code, late.json["code"]) == (409, "already_approved")
    assert house.read("/registrations?state=waiting")["total"] == 0


# --- jobs -------------------------------------------------------------------------------------------------------------


def test_a_preview_is_started_looked_at_and_has_the_command_s_document(house: House) -> None:
    rig = house.case.rig
    rig.world.entra.consent(rig.tenant, CLIENT_ID)
    rig.sync()
    at = rig.clock().replace(minute=0) + 24 * HOUR
    rig.people["jana"].ui.create("meeting", title="Porada", start=at, end=at + HOUR)
    rig.tick()
    started = house.ask("firm_admin", "POST", "/sync/preview", {})
    assert (started.status_code, started.json["state"]) == (202, "queued")
    parts = PreviewParts(
        database=rig.database, keys=KEYS, ports=rig.engine.ports, counters=calls_of(rig.engine), clock=rig.clock
    )
    assert JobRunner(rig.administration.jobs, parts, "worker", threading.Event()).one_preview()
    ended = house.read(f"/jobs/{started.json['id']}")
    assert (ended["state"], ended["problem"]) == ("done", None)
    assert [(step["side"], step["kind"]) for step in ended["result"]["steps"]] == [("graph", "create_event")]


def test_a_job_is_cancelled_and_a_foreign_one_does_not_exist(house: House) -> None:
    started = house.ask("firm_admin", "POST", "/sync/run", {"full": True}).json
    assert house.ask("firm_admin", "DELETE", f"/jobs/{started['id']}").json["state"] == "cancelled"
    other = add_firm(house.case.rig)
    foreign = house.ask("central_admin", "POST", "/sync/run", {}).json
    assert foreign["state"] == "queued"
    path = f"//firms/{other.firm}/jobs/{foreign['id']}"
    assert house.ask("central_admin", "GET", path).status_code == 404


# --- figures and alerts -----------------------------------------------------------------------------------------------


def test_figures_are_points_of_a_chart(house: House) -> None:
    rig = house.case.rig
    seat = rig.people["jana"].seat
    at = rig.clock() - timedelta(minutes=10)
    rig.administration.series.add(
        rig.firm, [Carried(at=at, seconds=seconds, to_outlook=True, seat_id=seat) for seconds in (2.0, 3.0, 40.0)]
    )
    lag = house.read("/series?metric=lag")
    assert lag["span_seconds"] == 3600
    (point,) = lag["points"]
    assert (point["p50"], point["max"], point["to_raynet"]) == (3.0, 40.0, None)
    start = (rig.clock() - HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")
    volume = house.read(f"/series?metric=volume&from={start}")
    assert (volume["span_seconds"], volume["points"][0]["to_outlook"]) == (60, 3)
    assert house.read(f"/series?metric=lag&user={seat}")["points"][0]["max"] == 40.0
    assert house.read("/series?metric=lag&user=999")["points"] == []
    assert house.ask("firm_auditor", "GET", "/series?metric=lag&from=2000-01-01T00:00:00Z").status_code == 422


def test_an_alert_comes_is_acknowledged_and_goes_by_itself(house: House) -> None:
    rig = house.case.rig
    registration = rig.administration.registrations.ask(
        rig.firm, Applicant(tid=rig.tenant, oid="oid", email="nova@valce.example")
    )
    (alert,) = house.read("/alerts")["items"]
    assert (alert["code"], alert["section"]) == ("registrations_waiting", "users")
    assert "1" in alert["text"]["cs"]
    seen = house.ask("firm_admin", "POST", f"/alerts/{alert['id']}/acknowledge")
    assert seen.json["acknowledged_at"] is not None
    assert house.read("/alerts")["items"] == []
    assert house.read("/alerts?state=acknowledged")["total"] == 1
    rig.administration.registrations.reject(rig.firm, registration.id, actor="admin:7")
    rig.clock.advance(seconds=11)
    assert house.read("/alerts?state=acknowledged")["items"] == []
    assert [one["code"] for one in house.read("/alerts?state=resolved")["items"]] == ["registrations_waiting"]


def test_the_operator_sees_all_firms_and_the_server_s_own(house: House) -> None:
    rig = house.case.rig
    rig.administration.registrations.ask(rig.firm, Applicant(tid=rig.tenant, oid="oid", email="nova@valce.example"))
    nobody = lease.update().values(claimed_ms=0, expires_ms=0, owner=None)
    rig.database.write_unscoped(lambda connection: connection.execute(nobody).rowcount)
    found = {one["code"]: one for one in house.read("//alerts?sort=-severity", "central_admin")["items"]}
    assert found["registrations_waiting"]["firm_name"] == "Válce"
    assert found["worker_not_seen"]["firm_id"] is None
    own = house.ask("central_admin", "POST", f"//alerts/{found['worker_not_seen']['id']}/acknowledge")
    assert own.status_code == 200
    theirs = house.ask("central_admin", "POST", f"//alerts/{found['registrations_waiting']['id']}/acknowledge")
    assert theirs.status_code == 404


# --- states -----------------------------------------------------------------------------------------------------------


def consented_and_quiet(house: House) -> None:
    """The consent is there and everything is carried over."""
    house.case.rig.world.entra.consent(house.case.rig.world.entra.tenants[house.case.rig.tenant], CLIENT_ID)
    house.case.rig.sync()


def test_a_firm_that_was_never_started_is_not_called_paused(house: House) -> None:
    """Neither in the overview, nor in the list, nor in the sync's own words; a pause of one that ran is a pause."""
    firm = house.case.rig.firm
    house.case.rig.administration.firms.set_paused(firm, paused=True, actor="test")
    assert house.read("/health")["state"] == "not_set_up"
    assert house.read("/sync")["state"] == "not_set_up"
    assert house.read("")["set_up"] is False
    overview = house.ask("central_admin", "GET", "//overview")
    assert [one["state"] for one in overview.json["items"]] == ["not_set_up"]
    house.case.rig.administration.firms.set_paused(firm, paused=False, actor="test")
    consented_and_quiet(house)
    house.case.rig.administration.firms.set_paused(firm, paused=True, actor="test")
    assert (house.read("/health")["state"], house.read("/sync")["state"]) == ("paused", "paused")
    assert house.read("")["set_up"] is True


def test_a_queue_is_not_called_everything_carried_over(house: House) -> None:
    rig = house.case.rig
    consented_and_quiet(house)
    found = house.read("/sync")
    assert (found["state"], found["queue"]) == ("idle", 0)
    rig.administration.firms.change(rig.firm, FirmChange(paused=False), actor="test")
    found = house.read("/sync")
    assert found["queue"] == 1, "what changed wakes the sync"
    assert found["state"] == "queued"


def test_a_calendar_in_trouble_is_a_firm_that_wants_a_look(house: House) -> None:
    rig = house.case.rig
    consented_and_quiet(house)
    assert house.read("/health")["state"] == "ok"
    rig.seats.add(rig.firm, "nikdo@jinde.example", actor="test")
    rig.sync()
    found = house.read("/health")
    assert found["mailboxes"]["unknown_user"] == 1
    assert found["state"] == "warning"


def test_a_user_is_shown_with_the_name_of_the_raynet_person(house: House) -> None:
    """As the directory last said: the list itself asks nobody outside."""
    rig = house.case.rig
    consented_and_quiet(house)
    before = rig.reads()
    assert [(one["person_id"] is not None, one["person_name"]) for one in house.read("/users")["items"]] == [
        (True, None)
    ]
    assert rig.reads() == before
    people = house.read("/directory/raynet")["items"]
    found = house.read("/users")["items"][0]
    assert found["person_name"] == next(one["name"] for one in people if one["person_id"] == found["person_id"])
    assert house.read(f"/users/{found['id']}")["person_name"] == found["person_name"]
    key = ConnectionChange(raynet_instance="jina")
    rig.administration.firms.connect(rig.firm, key, actor="test")
    assert house.read("/users")["items"][0]["person_name"] is None, "another instance has other people"


def test_what_waits_for_minutes_is_a_firm_that_wants_a_look(house: House) -> None:
    """Nobody works: the firm's own people learn it too, not only the operator."""
    rig = house.case.rig
    consented_and_quiet(house)
    rig.administration.firms.change(rig.firm, FirmChange(paused=False), actor="test")
    assert house.read("/health")["state"] == "ok", "it has only just begun to wait"
    rig.clock.advance(minutes=6)
    assert house.read("/health")["state"] == "warning"
