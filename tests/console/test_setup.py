"""The guided set-up of a new firm from nothing to syncing: server and worker processes, the simulated outside."""

import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QToolButton

from console.presenters.setup import STEPS, is_done
from console.views.firms.firm_dialog import NewFirmDialog
from console.views.setup.section import SetupSection
from console.widgets.cards import FigureCard
from server.domain.ids import FirmId
from tests.console.support.house import House
from tests.console.support.outside import Outside, outside_world
from tests.console.support.windows import Opened, Opener, press, shown, type_into, wait_for

#: A loaded machine reads two sides of a firm slowly.
PATIENCE = 90.0


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    with outside_world(tmp_path_factory.mktemp("sim")) as made:
        yield made


@pytest.fixture
def connected(outside: Outside, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("connected"), environ=outside.environ()).start()
    house.start_worker()
    try:
        yield house
    finally:
        house.stop()


def new_firm(opened: Opened) -> SetupSection:
    """Adds a firm in its dialog, which leads into the guide."""
    opened.go("firms")
    opened.settled()
    press(opened.shell, "firms.add")
    dialog = opened.shell.findChild(NewFirmDialog)
    assert dialog is not None
    type_into(dialog, "firms.new.name", "Válcovka Vítek s.r.o.")
    press(dialog, "firms.new.add")
    wait_for(lambda: isinstance(opened.shell.stack.currentWidget(), SetupSection), "the guide", PATIENCE)
    found = opened.shell.stack.currentWidget()
    assert isinstance(found, SetupSection)
    wait_for(lambda: found.progress is not None, "knows how far it is", PATIENCE)
    opened.settled(PATIENCE)
    return found


def done(guide: SetupSection) -> set[str]:
    assert guide.progress is not None
    return {step for step in STEPS if is_done(guide.progress, step)}


def come_back(house: House, location: str) -> str:
    """What the person sees who is sent back to our server."""
    query = urlsplit(location).query
    with urllib.request.urlopen(f"{house.url}/souhlas/navrat?{query}") as page:  # noqa: S310 (our own loopback)
        return str(page.read().decode())


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_an_operator_comes_from_nothing_to_a_running_synchronisation(
    opener: Opener, connected: House, outside: Outside
) -> None:
    opened = opener(connected, connected.administrator("central_admin"))
    guide = new_firm(opened)
    firm = FirmId(opened.shell.context.scope.firm_id or 0)
    assert guide.step == "raynet"
    assert done(guide) == set()
    _connect_raynet(opened, guide, outside)
    _give_consent(opened, guide, connected, outside)
    _add_users(opened, guide, connected, firm, outside)
    _look_ahead(opened, guide, connected, firm)
    press(guide, "setup.step.start")
    opened.settled()
    press(guide, "setup.start")
    wait_for(lambda: not connected.admin.firms.get(firm).paused, "is started", PATIENCE)

    def live() -> int:
        opened.shell.renew()
        opened.settled(PATIENCE)
        return connected.admin.health.get(firm).pairs.get("live", 0)  # type: ignore[call-overload, no-any-return]

    wait_for(lambda: live() > 10, "items are synchronised", PATIENCE)
    assert opened.shell.current is not None
    assert opened.shell.current.key == "overview"
    opened.go("sync", "pairs", filters={"state": "live"})
    opened.settled(PATIENCE)
    assert opened.list_page("sync.pairs").listing.total > 10
    assert outside.server.world.graph.mails == ()


def _connect_raynet(opened: Opened, guide: SetupSection, outside: Outside) -> None:
    type_into(guide, "setup.raynet.instance", outside.seeded.instance)
    type_into(guide, "setup.raynet.user", outside.seeded.api_login)
    type_into(guide, "setup.raynet.key", "wrong-key")
    press(guide, "setup.raynet.save")
    wait_for(guide.raynet.form.banner.isVisible, "a wrong key is refused", PATIENCE)
    assert shown(guide, QLineEdit, "setup.raynet.instance").text() == outside.seeded.instance
    type_into(guide, "setup.raynet.key", outside.seeded.api_key)
    press(guide, "setup.raynet.save")
    wait_for(lambda: "raynet" in done(guide), "Raynet is connected", PATIENCE)
    assert shown(guide, QLineEdit, "setup.raynet.key").text() == ""
    assert shown(guide, QComboBox, "setup.raynet.url").currentData() == outside.server.world.raynet_url.rstrip("/")


def _give_consent(opened: Opened, guide: SetupSection, house: House, outside: Outside) -> None:
    press(guide, "setup.next")
    opened.settled(PATIENCE)
    assert not shown(guide, QPushButton, "setup.consent.make").isEnabled(), "nobody to ask yet"
    type_into(guide, "setup.consent.microsoft.tenant_id", outside.seeded.tenant_id)
    press(guide, "setup.consent.microsoft.save")
    wait_for(lambda: not guide.consent.form.is_dirty, "the tenant is stored", PATIENCE)
    press(guide, "setup.consent.make")
    wait_for(lambda: shown(guide, QLineEdit, "setup.consent.link").text().startswith("https://"), "a link", PATIENCE)
    come_back(house, outside.decide(shown(guide, QLineEdit, "setup.consent.link").text(), is_granted=False))
    guide.consent.renew(is_quiet=False)
    opened.settled(PATIENCE)
    assert guide.consent.consent is not None
    assert guide.consent.consent.state != "ok"
    assert "consent" not in done(guide)
    assert "odmítnut" in guide.consent.banner.text
    assert not shown(guide, QLineEdit, "setup.consent.link").isVisible(), "a link that was refused is used up"
    first = shown(guide, QLineEdit, "setup.consent.link").text()
    press(guide, "setup.consent.make")
    wait_for(lambda: shown(guide, QLineEdit, "setup.consent.link").text() != first, "a link is good once", PATIENCE)
    guide.consent.renew(is_quiet=False)
    opened.settled(PATIENCE)
    assert shown(guide, QLineEdit, "setup.consent.link").isVisible(), "the new one is not the refused one"
    come_back(house, outside.decide(shown(guide, QLineEdit, "setup.consent.link").text(), is_granted=True))
    press(guide, "setup.consent.check")
    wait_for(lambda: "consent" in done(guide), "the consent is there", PATIENCE)
    assert guide.consent.consent.steps
    assert guide.consent.consent.tenant_id == outside.seeded.tenant_id, "the consent says whose it is"


def _add_users(opened: Opened, guide: SetupSection, house: House, firm: FirmId, outside: Outside) -> None:
    press(guide, "setup.next")
    wait_for(lambda: guide.users.proposals.listing.total >= len(outside.seeded.users), "proposals", PATIENCE)
    certain = [row for row in guide.users.proposals.listing.model.rows if row.confidence >= 0.95]
    assert {row.email for row in certain} >= {
        user.mailbox for user in outside.seeded.users if user.login == user.mailbox
    }
    guide.users.proposals.table.selectAll()
    press(guide, "users.add.submit")
    wait_for(lambda: "users" in done(guide), "users have seats", PATIENCE)
    assert {seat.email for seat in house.admin.seats.every(firm)} >= {row.email for row in certain}


def _look_ahead(opened: Opened, guide: SetupSection, house: House, firm: FirmId) -> None:
    press(guide, "setup.next")
    opened.settled(PATIENCE)
    assert guide.step == "rules"
    press(guide, "setup.next")
    opened.settled(PATIENCE)
    assert guide.step == "preview"
    assert not shown(guide, QToolButton, "setup.step.raynet").isChecked()
    press(guide, "preview.start")
    wait_for(lambda: guide.preview.result is not None, "a preview", PATIENCE)
    result = guide.preview.result
    assert result is not None
    assert result.matched >= 1
    assert result.mails == 0
    assert "0 e-mailů" in guide.preview.banner.text
    QTest.mouseClick(shown(guide, FigureCard, "preview.created"), Qt.MouseButton.LeftButton)
    wait_for(lambda: guide.preview.steps.listing.total == result.created, "a figure leads to what it counts", PATIENCE)
    assert {step.kind for step in guide.preview.steps.listing.model.rows} <= {"create_event", "create_activity"}
    assert house.admin.firms.get(firm).paused, "looking starts nothing"
    assert not house.admin.health.get(firm).pairs.get("live", 0)  # type: ignore[call-overload]
