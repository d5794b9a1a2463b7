"""The built panel, the real server, the sync and the simulated outside together: what is shown is what happened."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from server.identity.verifier import OFFICE_CLIENTS
from simulator.raynet.populate import add_business_case, add_company
from tests.addin.chromium import PATIENCE_MS
from tests.addin.opened import EventFormOf, Opened, open_in, opened
from tests.addin.server import Server
from tests.support.panel import SCOPE, panel_host, ref, stamp
from tests.support.rig import CLIENT_ID, Person, Rig, add_person_with_seat, rig

pytestmark = pytest.mark.browser
COMPANY = "Ocelárna Horní Lán"


@dataclass
class House:
    """One firm with a client and a deal, its server behind the address of the tests."""

    rig: Rig
    browser: Browser
    url: str
    company: int
    deal: int

    @property
    def jana(self) -> Person:
        return self.rig.people["jana"]

    def token(self, person: Person, *, client: str = CLIENT_ID) -> str:
        return self.rig.world.entra.user_token(person.mailbox.owner, client, CLIENT_ID, SCOPE)

    def item(self, subject: str) -> dict[str, Any]:
        """A new form for tomorrow."""
        start = self.rig.clock() + timedelta(days=1)
        return {"subject": subject, "start": stamp(start), "end": stamp(start + timedelta(hours=1))}

    @contextmanager
    def panel(self, item: dict[str, Any], *, person: str = "jana", token: str | None = None) -> Iterator[Opened]:
        someone = self.rig.people[person]
        form = EventFormOf(address=someone.login, item=item, token=token or self.token(someone))
        with opened(self.browser, self.url, form) as panel:
            yield panel
            assert panel.problems == []

    def consented(self, panel: Opened) -> None:
        panel.button("Souhlasím").click()

    def carried(self, title: str) -> tuple[str, dict[str, Any]]:
        """A meeting of Raynet's with the client, as it stands in Outlook: its event, and its form."""
        start = self.rig.clock() + timedelta(days=1)
        self.jana.ui.create("meeting", title=title, start=start, end=start + timedelta(hours=1), company=self.company)
        self.rig.sync()
        event = next(key for key, one in self.jana.outlook.events().items() if one.subject == title)
        return event, {**self.item(title), "id": ref(event)["ews_id"]}

    def save(self, panel: Opened, item: dict[str, Any]) -> str:
        """The person presses Save: the event is there, and the form knows its id."""
        start = self.rig.clock() + timedelta(days=1)
        event: str = self.jana.outlook.create(item["subject"], start, start + timedelta(hours=1))
        panel.save_as(ref(event)["ews_id"])
        return event

    def activities(self, title: str) -> list[Any]:
        return [one for one in self.rig.raynet.activities() if one.title == title]


@pytest.fixture
def house(browser: Browser, server: Server, tmp_path: Path) -> Iterator[House]:
    with rig(tmp_path, people=("jana", "petr")) as made:
        company = add_company(made.raynet, COMPANY, owner=made.people["jana"].person, city="Třinec").id
        deal = add_business_case(made.raynet, "Válce pro Třinec", company=company, owner=made.people["jana"].person).id
        made.sync()
        server.app = panel_host(made).client.app
        try:
            yield House(rig=made, browser=browser, url=server.url, company=company, deal=deal)
        finally:
            server.retire()


def choose_meeting_with_client(panel: Opened) -> None:
    panel.button("Schůzka").click()
    panel.panel.get_by_role("combobox", name="Klient").fill("horni")
    panel.panel.get_by_role("option", name=COMPANY).click()
    expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")


def test_a_new_event_with_a_client_becomes_one_meeting_with_that_client(house: House) -> None:
    item = house.item("Jednání u klienta")
    with house.panel(item) as panel:
        house.consented(panel)
        choose_meeting_with_client(panel)
        house.save(panel, item)
        panel.until(lambda: _synced(house) and panel.standing.inner_text() == "Propojeno s Raynet CRM")
        expect(panel.panel.get_by_label("Typ aktivity")).to_have_value("Schůzka")
        expect(panel.panel.get_by_role("link", name="Otevřít v Raynet CRM")).to_be_visible()

    (made,) = house.activities("Jednání u klienta")
    assert (made.kind, made.company) == ("meeting", house.company)
    house.rig.sync()
    assert len(house.activities("Jednání u klienta")) == 1
    assert house.rig.app_mails() == 0


def test_the_same_choices_without_saving_leave_nothing_anywhere(house: House) -> None:
    events = len(house.jana.outlook.events())
    with house.panel(house.item("Nikdy neuloženo")) as panel:
        house.consented(panel)
        choose_meeting_with_client(panel)
        panel.page.goto("about:blank")
    house.rig.sync()
    house.rig.tick(25 * 3600)
    house.rig.sync()

    assert house.rig.raynet.activities() == []
    assert len(house.jana.outlook.events()) == events


def test_an_event_saved_with_a_task_but_no_id_in_the_form_is_recognised_when_it_arrives(house: House) -> None:
    """Outlook on the web closes its form on saving: only subject and times tell which event it was."""
    item = house.item("Připravit nabídku")
    start = house.rig.clock() + timedelta(days=1)
    with house.panel(item) as panel:
        house.consented(panel)
        panel.button("Telefonát").click()
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")
        panel.page.goto("about:blank")
    house.jana.outlook.create(item["subject"], start, start + timedelta(hours=1))
    house.rig.sync()

    (made,) = house.activities("Připravit nabídku")
    assert made.kind == "phoneCall"


def test_choosing_a_deal_by_part_of_its_name_brings_its_client(house: House) -> None:
    item = house.item("Nad nabídkou")
    with house.panel(item) as panel:
        house.consented(panel)
        panel.button("Schůzka").click()
        panel.panel.get_by_role("combobox", name="Obchodní případ").fill("valce tri")
        panel.panel.get_by_role("option", name="Válce pro Třinec").click()
        expect(panel.panel.get_by_text(COMPANY)).to_be_visible()
        expect(panel.standing).to_have_text("Čeká na uložení události v Outlooku")
        house.save(panel, item)
        panel.until(lambda: _synced(house) and panel.standing.inner_text() == "Propojeno s Raynet CRM")

    (made,) = house.activities("Nad nabídkou")
    assert (made.business_case, made.company) == (house.deal, house.company)


def test_a_linked_meeting_is_changed_unlinked_and_linked_again(house: House) -> None:
    event, item = house.carried("Porada")
    with house.panel(item) as panel:
        house.consented(panel)
        expect(panel.panel.get_by_text(COMPANY)).to_be_visible()
        panel.panel.get_by_role("tab", name="Detail").click()
        panel.panel.get_by_label("Priorita").select_option("CRITICAL")
        panel.until(lambda: _synced(house) and house.activities("Porada")[0].priority == "CRITICAL")
        expect(panel.standing).to_have_text("Propojeno s Raynet CRM")

        panel.panel.get_by_role("tab", name="Základní informace").click()
        panel.panel.get_by_role("switch").click()
        panel.button("Zrušit propojení").click()
        expect(panel.panel.get_by_role("switch")).to_have_attribute("aria-checked", "false")
        panel.until(lambda: _synced(house) and panel.standing.inner_text() == "Nepropojeno s Raynet CRM")
        assert len(house.activities("Porada")) == 1
        assert event in house.jana.outlook.events(), "both stay"

        panel.panel.get_by_role("switch").click()
        expect(panel.panel.get_by_role("switch")).to_have_attribute("aria-checked", "true")
        panel.until(lambda: _synced(house) and panel.standing.inner_text() == "Propojeno s Raynet CRM")
    assert len(house.activities("Porada")) == 1


def _synced(house: House) -> bool:
    house.rig.sync()
    return True


def test_who_is_not_registered_asks_for_it_and_waits(house: House) -> None:
    stranger = add_person_with_seat(house.rig, "karel", seat=False)
    with house.panel(house.item("Něco"), person="karel") as panel:
        house.consented(panel)
        sentence = f"Uživatel tohoto účtu ({stranger.login}) není zaregistrován pro synchronizaci s Raynet CRM."
        expect(panel.panel.get_by_text(sentence)).to_be_visible()
        panel.button("Zaregistrovat").click()
        expect(panel.panel.get_by_text("čeká na správce vaší firmy")).to_be_visible()


def test_a_token_of_another_account_than_the_open_mailbox_goes_no_further(house: House) -> None:
    """With several accounts in Outlook the token may belong to another one than the calendar."""
    petr = house.rig.people["petr"]
    form = EventFormOf(address=house.jana.login, item=house.item("Cizí"), token=house.token(petr))
    with opened(house.browser, house.url, form) as panel:
        expect(panel.panel.get_by_role("heading", name="Jiný účet")).to_be_visible()
        expect(panel.panel.get_by_text(petr.login).first).to_be_visible()


def _tokens(house: House) -> dict[str, str]:
    entra, owner = house.rig.world.entra, house.jana.mailbox.owner
    good = house.token(house.jana)
    head, body, signature = good.split(".")
    return {
        "expired": entra.user_token(owner, CLIENT_ID, CLIENT_ID, SCOPE, seconds=-600),
        "for another audience": entra.user_token(owner, CLIENT_ID, "00000003-0000-0000-c000-000000000000", SCOPE),
        "without our scope": entra.user_token(owner, CLIENT_ID, CLIENT_ID, "openid"),
        "of a foreign application": entra.user_token(owner, "99999999-2222-4333-8444-555555555555", CLIENT_ID, SCOPE),
        "an id token": entra.id_token(owner, CLIENT_ID),
        "with a broken signature": f"{head}.{body}.{signature[::-1]}",
        "nothing at all": "x",
    }


@pytest.mark.parametrize(
    "kind",
    [
        "expired",
        "for another audience",
        "without our scope",
        "of a foreign application",
        "an id token",
        "with a broken signature",
        "nothing at all",
    ],
)
def test_a_token_that_is_not_exactly_ours_leads_to_signing_in(house: House, kind: str) -> None:
    with house.panel(house.item("Něco"), token=_tokens(house)[kind]) as panel:
        expect(panel.button("Přihlásit se")).to_be_visible()
        assert "Něco" not in panel.panel.inner_text()


@contextmanager
def through_the_bridge(house: House, token: str) -> Iterator[Opened]:
    """Microsoft's own library asks Outlook's simulated broker, which gives this token; no other way is there."""
    owner, entra = house.jana.mailbox.owner, house.rig.world.entra
    broker = {
        "token": token,
        "idToken": entra.id_token(owner, CLIENT_ID),
        "account": {
            "homeAccountId": f"{owner.id}.{owner.tenant_id}",
            "tenantId": owner.tenant_id,
            "username": house.jana.login,
            "localAccountId": owner.id,
        },
    }
    context = house.browser.new_context(viewport={"width": 320, "height": 570}, locale="cs-CZ")
    context.set_default_timeout(PATIENCE_MS)
    try:
        context.add_init_script(f"window.simulatedBroker = {json.dumps(broker)};")
        context.add_init_script(files("simulator.form").joinpath("bridge.js").read_text(encoding="utf-8"))
        form = EventFormOf(address=house.jana.login, item=house.item("Něco"), token=None, nested=True)
        yield open_in(context, house.url, form)
    finally:
        context.close()


def test_microsofts_own_library_signs_in_at_the_real_server(house: House) -> None:
    with through_the_bridge(house, house.token(house.jana)) as panel:
        house.consented(panel)
        expect(panel.panel.locator(".type").first).to_be_visible()
        assert "GetTokenPopup" not in [one[0] for one in panel.page.evaluate("simulatedBroker.asked")]
        assert panel.problems == []


@pytest.mark.parametrize("kind", ["expired", "for another audience", "an id token"])
def test_what_the_bridge_gives_is_checked_like_everything_else(house: House, kind: str) -> None:
    with through_the_bridge(house, _tokens(house)[kind]) as panel:
        expect(panel.button("Přihlásit se")).to_be_visible()
        methods = [one[0] for one in panel.page.evaluate("simulatedBroker.asked")]
        assert 2 <= methods.count("GetToken") <= 3, "a fresh one is asked for, and then no more"


def test_two_panels_on_one_event_end_with_one_activity_and_show_the_same(house: House) -> None:
    """The event is open in two windows; both choose, and choose differently."""
    item = house.item("Dvě okna")
    start = house.rig.clock() + timedelta(days=1)
    with house.panel(item) as first:
        house.consented(first)
        expect(first.panel.locator(".type").first).to_be_visible()
        event = house.jana.outlook.create(item["subject"], start, start + timedelta(hours=1))
        with house.panel({**item, "id": ref(event)["ews_id"]}) as second:
            first.button("Schůzka").click()
            expect(first.standing).to_have_text("Čeká na uložení události v Outlooku")
            second.button("Telefonát").click()
            expect(second.standing).to_have_text("Uloženo, přenáší se do Raynet CRM…")
            first.save_as(ref(event)["ews_id"])
            second.until(lambda: _synced(house) and second.standing.inner_text() == "Propojeno s Raynet CRM")
            # The form that was saved last is the one whose choice came too late, and it says so.
            expect(first.standing).to_have_text("Změněno v jiném okně")
            first.button("Načíst nový stav").click()
            for panel in (first, second):
                expect(panel.standing).to_have_text("Propojeno s Raynet CRM")
                expect(panel.panel.get_by_label("Typ aktivity")).to_have_value("Telefonát")
            assert [one.kind for one in house.activities("Dvě okna")] == ["phoneCall"]


def test_a_change_in_one_window_is_seen_in_the_other(house: House) -> None:
    _, item = house.carried("Obě")
    with house.panel(item) as asked:
        house.consented(asked)
        expect(asked.panel.get_by_role("switch")).to_be_visible()
    with house.panel(item) as first, house.panel(item) as second:
        for panel in (first, second):
            panel.panel.get_by_role("tab", name="Detail").click()
        first.panel.get_by_label("Priorita").select_option("CRITICAL")
        second.panel.get_by_label("Dokončeno").check()
        first.until(lambda: _synced(house) and house.activities("Obě")[0].priority == "CRITICAL")
        first.until(lambda: _synced(house) and house.activities("Obě")[0].status == "COMPLETED")
        for panel in (first, second):
            panel.outlook("fire('olkAppointmentTimeChanged')")
            expect(panel.panel.get_by_label("Priorita")).to_have_value("CRITICAL")
            expect(panel.panel.get_by_label("Dokončeno")).to_be_checked()
            expect(panel.standing).to_have_text("Propojeno s Raynet CRM")


def test_offices_own_application_may_ask_in_the_users_name(house: House) -> None:
    office = sorted(OFFICE_CLIENTS)[0]
    with house.panel(house.item("Něco"), token=house.token(house.jana, client=office)) as panel:
        expect(panel.button("Souhlasím")).to_be_visible()


def test_consent_is_asked_once(house: House) -> None:
    with house.panel(house.item("Poprvé")) as panel:
        house.consented(panel)
        expect(panel.panel.locator(".type").first).to_be_visible()
    with house.panel(house.item("Podruhé")) as panel:
        expect(panel.panel.locator(".type").first).to_be_visible()
