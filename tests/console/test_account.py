"""One's own account in the window: what can be told once only is not lost, what is on is shown as on."""

import re
from datetime import UTC, datetime

import pyotp
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from console.views.settings.account_page import TotpDialog
from server.domain.ids import FirmId
from tests.console.support.house import House
from tests.console.support.windows import Opener, cut_off, press, shown, type_into, wait_for


def test_recovery_codes_stay_until_they_are_taken_and_the_factor_is_shown_as_on(opener: Opener, house: House) -> None:
    opened = opener(house, house.administrator("central_admin"))
    opened.go("settings", "account")
    opened.settled()
    press(opened.shell, "account.totp.on")
    wait_for(lambda: opened.shell.findChild(TotpDialog) is not None, "the key")
    dialog = shown(opened.shell, TotpDialog, "account.totp.dialog")
    secret = re.sub(r"\s", "", shown(dialog, QLabel, "account.totp.secret").text())
    type_into(dialog, "account.totp.code", pyotp.TOTP(secret).at(datetime.now(UTC)))
    press(dialog, "account.totp.confirm")
    wait_for(lambda: dialog.findChild(QLabel, "account.totp.codes") is not None, "the codes")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible(), "they are told this once"
    assert opened.shell.findChild(QPushButton, "account.totp.off") is not None, "it is on, whatever is pressed now"
    press(dialog, "account.totp.close")
    wait_for(lambda: not dialog.isVisible(), "closes")


def test_all_that_is_known_of_a_user_can_be_read(opener: Opener, house: House) -> None:
    firm: FirmId = house.firm()
    house.admin.seats.add(firm, "jana.mala.s.velmi.dlouhym.jmenem@valcovka-vitek.example", actor="test")
    opened = opener(house, house.administrator("firm_admin", firm))
    opened.go("users", "users")
    opened.settled()
    page = opened.list_page("users")
    page.opened.emit(page.listing.model.rows[0])
    opened.settled()
    dialog = opened.shell.findChild(QLabel, "user.address")
    assert dialog is not None
    wait_for(lambda: not cut_off(dialog.window()), "nothing is cut off")
