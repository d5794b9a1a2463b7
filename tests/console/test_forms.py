"""Saving against a real server: refusals, somebody faster, a server that goes in the middle; nothing typed is lost."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QSpinBox, QWidget

from console.api.client import Address
from console.views.again import SignInAgain
from console.views.users.add_dialog import AddUsersDialog
from console.widgets.dialogs import Dialog
from console.widgets.form import Form
from server.domain.ids import FirmId
from server.store.admin.firms import FirmChange
from tests.console.support.house import PASSWORD, House
from tests.console.support.windows import Opened, Opener, press, shown, type_into, wait_for


class Line:
    """A wire to the server that can be cut before or after a request reached it."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.loses_answers = False
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._target)) as server:
            back = threading.Thread(target=self._pump, args=(server, client, True), daemon=True)
            back.start()
            self._pump(client, server, False)
            back.join(5)

    def _pump(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        try:
            while data := source.recv(65_536):
                if is_answer and self.loses_answers:
                    break
                target.sendall(data)
        except OSError:
            pass
        for one in (source, target):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def close(self) -> None:
        self._socket.close()
        self._thread.join(5)


@contextmanager
def line_to(house: House) -> Iterator[Line]:
    line = Line(house.port)
    try:
        yield line
    finally:
        line.close()


@pytest.fixture
def firm(house: House) -> FirmId:
    return house.firm(seats=2)


def rules_of(opened: Opened) -> Form:
    opened.go("settings", "rules")
    opened.settled()
    found = opened.shell.findChild(Form, "rules")
    assert found is not None
    return found


def test_a_saved_rule_stands_at_the_server(opener: Opener, house: House, firm: FirmId) -> None:
    opened = opener(house, house.administrator("firm_admin", firm))
    form = rules_of(opened)
    assert not form.save_button.isEnabled()
    shown(form, QSpinBox, "rules.guard_count").setValue(17)
    authority = shown(form, QComboBox, "rules.authority")
    authority.setCurrentIndex(authority.findData("newest"))
    assert form.is_dirty
    press(form, "rules.save")
    wait_for(lambda: not form.is_dirty, "saved")
    stored = house.admin.firms.get(firm).rules
    assert (stored.guard_count, stored.authority.value) == (17, "newest")
    assert opened.shell.toast.text == "Uloženo"


def test_discarding_brings_back_what_was_loaded(opener: Opener, house: House, firm: FirmId) -> None:
    opened = opener(house, house.administrator("firm_admin", firm))
    form = rules_of(opened)
    box = shown(form, QSpinBox, "rules.guard_count")
    before = box.value()
    box.setValue(before + 1)
    press(form, "rules.discard")
    assert box.value() == before
    assert not form.is_dirty


def test_somebody_faster_on_other_fields_is_merged_by_itself(opener: Opener, house: House, firm: FirmId) -> None:
    opened = opener(house, house.administrator("firm_admin", firm))
    form = rules_of(opened)
    shown(form, QSpinBox, "rules.guard_count").setValue(11)
    revision = house.admin.firms.get(firm).revision
    house.admin.firms.set_rules(firm, {"guard_share": "33"}, actor="test", revision=revision)
    press(form, "rules.save")
    wait_for(lambda: not form.is_dirty, "both stand")
    stored = house.admin.firms.get(firm).rules
    assert (stored.guard_count, stored.guard_share) == (11, 33)


@pytest.mark.parametrize(("choice", "stands"), [("rules.mine", 11), ("rules.theirs", 22)])
def test_somebody_faster_on_the_same_field_is_shown_beside_mine(
    opener: Opener, house: House, firm: FirmId, choice: str, stands: int
) -> None:
    opened = opener(house, house.administrator("firm_admin", firm))
    form = rules_of(opened)
    shown(form, QSpinBox, "rules.guard_count").setValue(11)
    revision = house.admin.firms.get(firm).revision
    house.admin.firms.set_rules(firm, {"guard_count": "22"}, actor="test", revision=revision)
    press(form, "rules.save")
    wait_for(form.banner.isVisible, "asks")
    assert shown(form, QSpinBox, "rules.guard_count").value() == 11
    notes = [label.text() for label in form.findChildren(QLabel) if "22" in label.text()]
    assert notes, "theirs is shown"
    press(form, choice)
    wait_for(lambda: not form.is_dirty)
    assert house.admin.firms.get(firm).rules.guard_count == stands


def test_a_refused_value_is_marked_at_its_field(opener: Opener, house: House) -> None:
    firm = house.firm()
    opened = opener(house, house.administrator("central_admin"))
    opened.go("users", "licence", firm_id=firm, filters={"firm_name": "x"})
    opened.settled()
    for number in range(3):
        house.admin.seats.add(firm, f"u{number}@firma.example", actor="test")
    form = opened.shell.findChild(Form, "licence")
    assert form is not None
    shown(form, QSpinBox, "licence.seats").setValue(1)
    press(form, "licence.save")
    wait_for(lambda: form.banner.isVisible() or any("3" in one.text() for one in form.findChildren(QLabel)), "says why")
    assert shown(form, QSpinBox, "licence.seats").value() == 1
    assert house.admin.firms.get(firm).seats == 5


def test_the_server_gone_in_the_middle_of_a_save_loses_nothing_and_trying_again_is_safe(
    opener: Opener, house: House, firm: FirmId
) -> None:
    with line_to(house) as line:
        opened = opener(house, house.administrator("firm_admin", firm))
        form = rules_of(opened)
        opened.shell.context.client.address = Address(url=f"http://127.0.0.1:{line.port}")
        box = shown(form, QSpinBox, "rules.guard_count")
        box.setValue(19)
        line.loses_answers = True
        press(form, "rules.save")
        wait_for(form.banner.isVisible, "says that it is not known")
        assert "není" in form.banner.text
        assert box.value() == 19
        assert form.is_dirty
        wait_for(lambda: house.admin.firms.get(firm).rules.guard_count == 19, "it had arrived")
        line.loses_answers = False
        press(form, "rules.retry")
        wait_for(lambda: not form.is_dirty, "finds out that its own first try stands")
        assert house.admin.firms.get(firm).rules.guard_count == 19


def test_a_save_after_the_session_ended_is_carried_out_after_signing_in(
    opener: Opener, house: House, firm: FirmId
) -> None:
    administrator = house.administrator("firm_admin", firm)
    opened = opener(house, administrator)
    form = rules_of(opened)
    shown(form, QSpinBox, "rules.guard_count").setValue(23)
    house.admin.sessions.end_unscoped(administrator.id, opened.shell.context.session.id)
    press(form, "rules.save")
    wait_for(lambda: opened.window.findChild(SignInAgain) is not None, "asks to sign in")
    assert house.admin.firms.get(firm).rules.guard_count != 23
    dialog = opened.window.findChild(SignInAgain)
    assert dialog is not None
    dialog.credentials.type_in(administrator.login, PASSWORD)
    wait_for(lambda: not form.is_dirty, "saved")
    assert house.admin.firms.get(firm).rules.guard_count == 23


def test_a_wrong_raynet_access_is_refused_and_the_working_one_stays(opener: Opener, house: House, firm: FirmId) -> None:
    opened = opener(house, house.administrator("firm_admin", firm))
    opened.go("settings", "raynet")
    opened.settled()
    form = opened.shell.findChild(Form, "raynet")
    assert form is not None
    type_into(form, "raynet.key", "spatny-klic")
    press(form, "raynet.save")
    wait_for(form.banner.isVisible, "says that it was not stored")
    assert shown(form, QLineEdit, "raynet.key").text() == "spatny-klic"
    press(opened.shell, "raynet.test")
    assert not form.banner.isVisible(), "what was said of the last try is not said of the next one"
    opened.settled()
    type_into(form, "raynet.instance", "co to je?")
    press(opened.shell, "raynet.test")
    opened.settled()
    notes = [label.text() for label in form.findChildren(QLabel) if label.property("kind") == "problem"]
    assert notes == ["Tato hodnota není přípustná. Opravte ji."], "at the field, without the contract's name for it"
    assert house.admin.firms.raynet_connection(firm).key == "canary-raynet-key"
    assert "canary" not in "".join(label.text() for label in form.findChildren(QLabel))


def test_exhausted_seats_are_told_for_each_address_and_the_rest_is_added(
    opener: Opener, house: House, firm: FirmId
) -> None:
    opened = opener(house, house.administrator("firm_admin", firm))
    opened.go("users", "users")
    opened.settled()
    press(opened.shell, "users.add")
    dialog = opened.shell.findChild(AddUsersDialog)
    assert dialog is not None
    opened.settled()
    dialog.content.tabs.setCurrentIndex(1)
    shown(dialog, QPlainTextEdit, "users.addresses").setPlainText(
        "jedna@firma.example\ndva@firma.example, tri@firma.example"
    )
    press(dialog, "users.add.submit")
    wait_for(dialog.content.banner.isVisible, "says what was refused")
    assert "tri@firma.example" in dialog.content.banner.text
    assert shown(dialog, QPlainTextEdit, "users.addresses").toPlainText() == "tri@firma.example"
    assert [one.email for one in house.admin.seats.every(firm)] == ["dva@firma.example", "jedna@firma.example"]
    dialog.reject()
    opened.settled()
    page = opened.list_page("users")
    assert len(page.listing.model.rows) == 2


def answer_next_question(root: QWidget, *, accept: bool) -> None:
    """The next question is answered as soon as it stands there."""

    def answer() -> None:
        for one in root.findChildren(Dialog):
            if one.objectName() == "confirm" and one.isVisible():
                one.done(int(accept))
                return
        QTimer.singleShot(20, answer)

    QTimer.singleShot(20, answer)


def test_taking_a_seat_asks_first_and_frees_it(opener: Opener, house: House, firm: FirmId) -> None:
    house.admin.seats.add(firm, "jedna@firma.example", actor="test")
    opened = opener(house, house.administrator("firm_admin", firm))
    opened.go("users", "users")
    opened.settled()
    page = opened.list_page("users")
    page.table.selectRow(0)
    answer_next_question(opened.window, accept=False)
    press(page, "users.disable")
    assert house.admin.seats.every(firm)[0].enabled
    answer_next_question(opened.window, accept=True)
    press(page, "users.disable")
    wait_for(lambda: not house.admin.seats.every(firm)[0].enabled, "taken")
    wait_for(lambda: page.listing.model.rows[0].enabled is False)


def test_a_dirty_form_stops_a_change_of_language_until_somebody_decides(
    opener: Opener, house: House, firm: FirmId
) -> None:
    opened = opener(house, house.administrator("firm_admin", firm))
    form = rules_of(opened)
    shown(form, QSpinBox, "rules.guard_count").setValue(9)
    assert opened.shell.dirty_sections() == ["Nastavení"]
    answer_next_question(opened.window, accept=False)
    opened.window.choose_language("en")
    assert opened.shell.context.language == "cs"
    assert form.is_dirty


def test_a_refresh_by_the_clock_does_not_touch_what_is_being_typed(opener: Opener, house: House, firm: FirmId) -> None:
    opened = opener(house, house.administrator("firm_admin", firm))
    form = rules_of(opened)
    shown(form, QSpinBox, "rules.guard_count").setValue(9)
    house.admin.firms.change(firm, FirmChange(name="Jiný název"), actor="test")
    opened.shell.stack.currentWidget().renew(is_quiet=True)  # type: ignore[union-attr]
    opened.settled()
    wait_for(lambda: True)
    assert shown(form, QSpinBox, "rules.guard_count").value() == 9
    assert form.is_dirty
