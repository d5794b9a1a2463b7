"""The operator's list of firms: what may be done with one that was never started, and with one that runs."""

from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QSpinBox

from console.views.firms.firm_dialog import NewFirmDialog
from console.views.setup.section import SetupSection
from tests.console.support.house import House
from tests.console.support.windows import Opener, press, shown, type_into, wait_for


def test_a_firm_that_was_never_started_is_led_on_and_not_resumed(opener: Opener, house: House) -> None:
    name, running = f"Nová {house.firm()} s.r.o.", f"Běžící {house.firm()} s.r.o."
    made = house.firm(name)
    house.admin.firms.set_paused(made, paused=True, actor="test")
    house.firm(running)
    opened = opener(house, house.administrator("central_admin"))
    opened.go("firms")
    opened.settled()
    page = opened.list_page("firms")
    pause = shown(opened.shell, QAbstractButton, "firms.pause")
    by_name = {row.name: row for row in page.listing.model.rows}
    assert not by_name[name].set_up
    page.select(by_name[running].id)
    wait_for(pause.isEnabled, "what runs can be paused")
    page.select(by_name[name].id)
    wait_for(lambda: not pause.isEnabled(), "what never ran is started by the guide only")
    state = next(at for at, one in enumerate(page.listing.model.columns) if one.key == "state")
    assert page.listing.model.columns[state].text(by_name[name]) == "Nezavedeno"
    page.opened.emit(by_name[name])
    wait_for(lambda: isinstance(opened.shell.stack.currentWidget(), SetupSection), "the guide")
    opened.settled()
    opened.go("setup", "rules")
    opened.settled()
    assert not shown(opened.shell, QAbstractButton, "setup.next").isEnabled()
    assert "Souhlas Microsoft 365" in shown(opened.shell, QLabel, "setup.hint").text(), "why it cannot be pressed"


def test_a_new_firm_says_what_is_missing_and_in_words_of_the_window(opener: Opener, house: House) -> None:
    opened = opener(house, house.administrator("central_admin"))
    opened.go("firms")
    opened.settled()
    press(opened.shell, "firms.add")
    dialog = opened.shell.findChild(NewFirmDialog)
    assert dialog is not None
    seats = shown(dialog, QSpinBox, "firms.new.seats")
    name = shown(dialog, QLineEdit, "firms.new.name")
    assert seats.lineEdit().textMargins().left() > 0, "the number does not touch the frame"
    press(dialog, "firms.new.add")
    assert dialog.banner.text == "Zadejte název firmy."
    type_into(dialog, "firms.new.name", "Zkušební s.r.o.")
    type_into(dialog, "firms.new.tenant_id", "co to je")
    press(dialog, "firms.new.add")
    wait_for(dialog.banner.isVisible, "refused")
    opened.settled()
    assert "tenant_id" not in dialog.banner.text
    assert "Opravte zadání" in dialog.banner.text
    assert name.text() == "Zkušební s.r.o."
    dialog.reject()
