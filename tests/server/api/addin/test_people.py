"""Who the user is here: unknown firm, consent, registration, licence, ready; by tenant and object id alone."""

from datetime import date, timedelta

import pytest

from server.domain.panel import CONSENT_VERSION
from server.store.admin.firms import ConnectionChange, LicenceChange
from server.store.admin.registrations import Registrations
from server.store.admin.seats import SeatChange
from server.store.tables.panel import RegistrationState
from simulator.entra.directory import User
from tests.support.panel import PUBLIC_HOST, SCOPE, Panel, PanelHost
from tests.support.rig import CLIENT_ID, add_firm, add_person_with_seat

CONSENT = {"version": CONSENT_VERSION, "language": "cs"}


def newcomer(office: PanelHost, name: str = "nova") -> Panel:
    """Somebody of the firm without a seat, consented."""
    person = add_person_with_seat(office.rig, name, seat=False)
    panel = Panel(host=office, person=person)
    panel.post("/consent", CONSENT)
    return panel


def registrations(office: PanelHost) -> Registrations:
    return Registrations(office.rig.database, office.rig.clock)


def test_consent_comes_first_and_is_asked_for_once(office: PanelHost) -> None:
    panel = Panel(host=office, person=office.rig.people["jana"])
    first = panel.get("/bootstrap")
    assert (first["state"], first["options"]) == ("consent_missing", None)
    assert first["consent"]["version"] == CONSENT_VERSION
    assert first["consent"]["text_cs"]
    assert first["consent"]["accepted_at"] is None
    agreed = panel.post("/consent", CONSENT)
    assert (agreed["state"], agreed["account"], agreed["firm"]) == ("ready", "jana@valce.example", "Válce")
    assert agreed["consent"]["accepted_at"] == "2026-03-02T09:00:15Z"
    office.rig.clock.advance(seconds=100)
    assert panel.post("/consent", CONSENT)["consent"]["accepted_at"] == "2026-03-02T09:00:15Z"
    assert panel.get("/bootstrap")["state"] == "ready"


def test_the_wording_names_this_server_and_promises_no_more_than_every_rule_keeps(office: PanelHost) -> None:
    office.rig.rules(private_events="full")
    wording = Panel(host=office, person=office.rig.people["jana"]).get("/bootstrap")["consent"]
    for language, promised in (("cs", "nejvýš jejich čas"), ("en", "no more than their time")):
        text = wording[f"text_{language}"]
        assert (PUBLIC_HOST in text, "{" in text, promised in text) == (True, False, False)


def test_consent_to_another_wording_is_not_taken(office: PanelHost) -> None:
    panel = Panel(host=office, person=office.rig.people["jana"])
    refused = panel.call("POST", "/consent", {"version": "2020-01", "language": "cs"})
    assert (refused.status_code, refused.json["code"]) == (412, "outdated")
    assert panel.get("/bootstrap")["state"] == "consent_missing"


def test_a_ready_user_sees_what_can_be_chosen(office: PanelHost) -> None:
    options = office.panel("jana").get("/bootstrap")["options"]
    assert options["types"] == ["task", "event", "meeting", "phoneCall", "letter", "email"]
    assert (options["default_type"], options["needs_concern"]) == ("event", ["task"])
    office.rig.rules(types="meeting,task")
    options = office.panel("jana").get("/bootstrap")["options"]
    assert (options["types"], options["default_type"]) == (["task", "meeting"], "task")


def test_what_the_account_is_called_comes_from_the_directory(office: PanelHost) -> None:
    """A claim of the token is shown only while nobody else can tell."""
    started = office.panel("jana").get("/bootstrap")
    assert started["addresses"] == ["jana@valce.example"]


def test_without_a_seat_the_user_is_not_registered(office: PanelHost) -> None:
    panel = newcomer(office)
    assert panel.get("/bootstrap")["state"] == "not_registered"
    refused = panel.call("POST", "/search", {"kinds": ["company"]})
    assert (refused.status_code, refused.json["code"]) == (403, "not_registered")


def test_registering_waits_for_the_administrator(office: PanelHost) -> None:
    panel = newcomer(office)
    assert panel.post("/register")["state"] == "registration_waiting"
    assert panel.post("/register")["state"] == "registration_waiting"
    (asked,) = registrations(office).every(office.rig.firm)
    assert (asked.email, asked.state, asked.name) == ("nova@valce.example", RegistrationState.WAITING, "Nova Nová")
    registrations(office).approve(office.rig.firm, asked.id, actor="admin:1")
    assert panel.get("/bootstrap")["state"] == "ready"
    assert registrations(office).approve(office.rig.firm, asked.id, actor="admin:1").decided_by == "admin:1"
    assert len([one for one in office.rig.seats.every(office.rig.firm) if one.email == asked.email]) == 1


def test_a_rejected_registration_stays_so_until_the_administrator_thinks_again(office: PanelHost) -> None:
    panel = newcomer(office)
    panel.post("/register")
    (asked,) = registrations(office).every(office.rig.firm)
    registrations(office).reject(office.rig.firm, asked.id, actor="admin:1")
    assert panel.get("/bootstrap")["state"] == "registration_rejected"
    panel.post("/register", status=403)
    registrations(office).approve(office.rig.firm, asked.id, actor="admin:1")
    assert panel.get("/bootstrap")["state"] == "ready"


def test_a_free_seat_is_given_at_once_where_the_rule_says_so(office: PanelHost) -> None:
    office.rig.rules(self_registration="seat_if_free")
    panel = newcomer(office)
    assert panel.post("/register")["state"] == "ready"
    (asked,) = registrations(office).every(office.rig.firm)
    assert (asked.state, asked.decided_by) == (RegistrationState.APPROVED, "rule")


def test_without_a_free_seat_the_rule_leaves_it_to_the_administrator(office: PanelHost) -> None:
    office.rig.rules(self_registration="seat_if_free")
    office.rig.engine.firms.set_licence(office.rig.firm, LicenceChange(seats=2), actor="test")
    assert newcomer(office).post("/register")["state"] == "registration_waiting"


def test_registering_needs_consent(office: PanelHost) -> None:
    panel = Panel(host=office, person=add_person_with_seat(office.rig, "nova", seat=False))
    assert panel.call("POST", "/register", {}).json["code"] == "consent_missing"


def test_a_seat_that_is_taken_away_ends_the_panel_at_once(office: PanelHost) -> None:
    panel = office.panel("jana")
    seat = office.rig.people["jana"].seat
    assert seat is not None
    office.rig.seats.set(office.rig.firm, seat, SeatChange(enabled=False), actor="test")
    assert panel.get("/bootstrap")["state"] == "not_registered"
    panel.post("/search", {"kinds": ["company"]}, status=403)


def test_the_licence_ends_after_its_grace(office: PanelHost) -> None:
    panel = office.panel("jana")
    change = LicenceChange(valid_until=date(2026, 3, 1))
    office.rig.engine.firms.set_licence(office.rig.firm, change, actor="test")
    assert panel.get("/bootstrap")["state"] == "ready"
    office.rig.clock.advance(seconds=timedelta(days=15).total_seconds())
    assert panel.get("/bootstrap")["state"] == "licence_expired"
    assert panel.call("POST", "/search", {"kinds": ["company"]}).json["code"] == "licence_expired"


def test_a_seat_that_the_worker_has_not_met_is_found_by_the_directory(office: PanelHost) -> None:
    """By the addresses that the tenant's directory knows, never by a claim."""
    person = add_person_with_seat(office.rig, "nova")
    panel = Panel(host=office, person=person)
    assert panel.post("/consent", CONSENT)["state"] == "ready"
    assert panel.get("/bootstrap")["sync"]["code"] == "sync_starting"


def test_a_claimed_address_gives_nobody_a_seat(office: PanelHost) -> None:
    """The attacker calls themselves like somebody with a seat whose calendar has not been found yet."""
    add_person_with_seat(office.rig, "nova")
    thief = add_person_with_seat(office.rig, "zlodej", seat=False)
    entra = office.rig.world.entra
    owner = thief.mailbox.owner
    named = User(
        id=owner.id, tenant_id=owner.tenant_id, user_principal_name="nova@valce.example", display_name="Nova", mail=None
    )
    panel = Panel(host=office, person=thief, token=entra.user_token(named, CLIENT_ID, CLIENT_ID, SCOPE))
    assert panel.post("/consent", CONSENT)["state"] == "not_registered"


def test_a_tenant_that_is_no_customer_is_told_so(office: PanelHost) -> None:
    entra = office.rig.world.entra
    tenant = entra.add_tenant("Cizí", "cizi.example")
    stranger = entra.add_user(tenant, "jana@cizi.example", "Jana")
    panel = Panel(
        host=office,
        person=office.rig.people["jana"],
        token=entra.user_token(stranger, CLIENT_ID, CLIENT_ID, SCOPE),
    )
    refused = panel.call("GET", "/bootstrap")
    assert (refused.status_code, refused.json["code"]) == (403, "firm_unknown")


def test_two_firms_of_one_tenant_each_know_their_own(office: PanelHost) -> None:
    """A second Raynet of the same company: the firm where the person has a seat counts."""
    first = office.rig
    second = add_firm(first, name="druha", people=())
    first.engine.firms.connect(second.firm, ConnectionChange(tenant_id=first.tenant), actor="test")
    eva = add_person_with_seat(first, "eva", seat=False)
    second.seats.add(second.firm, eva.login, actor="test")
    panel = Panel(host=office, person=eva)
    assert panel.get("/bootstrap")["state"] == "consent_missing"
    started = panel.post("/consent", CONSENT)
    assert (started["state"], started["firm"]) == ("ready", "Druha")
    assert office.panel("jana").get("/bootstrap")["firm"] == "Válce"


@pytest.mark.parametrize("path", ["/drafts/0b8ad4b4-1f0e-4a0e-9d55-0e3b2f6a7c11", "/bootstrap"])
def test_nothing_is_told_without_a_token(office: PanelHost, path: str) -> None:
    result = office.client.simulate_get(f"/addin/v1{path}")
    assert (result.status_code, result.json["code"]) == (401, "token_missing")
    assert result.headers["WWW-Authenticate"] == "Bearer"
    assert result.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in result.headers


def test_an_expired_token_is_told_from_a_wrong_one(office: PanelHost) -> None:
    panel = office.panel("jana")
    panel.token = panel.bearer()
    assert panel.get("/bootstrap")["state"] == "ready"
    office.rig.clock.advance(seconds=3600 + 301)
    assert panel.call("GET", "/bootstrap").json["code"] == "token_expired"
    panel.token = "no.such.token"
    assert panel.call("GET", "/bootstrap").json["code"] == "token_refused"
    entra = office.rig.world.entra
    panel.token = entra.id_token(office.rig.people["jana"].mailbox.owner, CLIENT_ID)
    assert panel.call("GET", "/bootstrap").json["code"] == "token_refused"


def test_english_speakers_read_english(office: PanelHost) -> None:
    panel = newcomer(office)
    refused = panel.call("POST", "/search", {"kinds": ["company"]}, **{"Accept-Language": "en-GB"})
    assert refused.json["title"] == refused.json["title_en"]
    assert refused.json["title_cs"].startswith("Uživatel není zaregistrován.")
