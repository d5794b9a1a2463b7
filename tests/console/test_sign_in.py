"""The way in, with a real server: first run, refusals, second factor, forced password, kept and ended sessions."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
import trustme
from keyring.backends import fail
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from console.api.client import Address
from console.context import Parts
from console.keystore import KeyStore
from console.views.again import SignInAgain
from console.views.window import Window
from tests.console.support.house import PASSWORD, House, free_port
from tests.console.support.windows import (
    MemoryKeyring,
    Opener,
    cut_off,
    press,
    shown,
    type_into,
    wait_for,
)
from tests.console.test_client import INFO, odd_server, tls_context


@pytest.fixture
def window(parts: Parts) -> Window:
    made = Window(parts, KeyStore(MemoryKeyring()))
    made.show()
    made.start()
    return made


def at_credentials(window: Window, house: House) -> None:
    assert window.sign_in is not None
    type_into(window, "server.address", house.url)
    press(window, "server.check")
    wait_for(lambda: window.sign_in is not None and window.sign_in.credentials is not None, "asks who one is")


def sign_in(window: Window, login: str, password: str = PASSWORD, code: str = "") -> None:
    type_into(window, "signin.login", login)
    type_into(window, "signin.password", password)
    type_into(window, "signin.code", code)
    press(window, "signin.submit")


def said(window: Window) -> str:
    assert window.sign_in is not None
    assert window.sign_in.credentials is not None
    return window.sign_in.credentials.banner.text


def test_the_first_run_asks_for_the_server_and_remembers_it(window: Window, house: House, parts: Parts) -> None:
    at_credentials(window, house)
    administrator = house.administrator("central_admin")
    sign_in(window, administrator.login)
    wait_for(lambda: window.shell is not None, "signed in")
    assert parts.preferences.address == Address(url=house.url)
    assert parts.preferences.login == administrator.login
    assert parts.preferences.known_urls == [house.url]


def test_what_is_no_address_is_said_at_once(window: Window) -> None:
    assert window.sign_in is not None
    type_into(window, "server.address", "http://ros.vitkovice.cz")
    press(window, "server.check")
    assert "https://" in window.sign_in.server_page.banner.text


def test_a_server_that_is_not_there_is_told_with_what_to_check(window: Window) -> None:
    assert window.sign_in is not None
    page = window.sign_in.server_page
    type_into(window, "server.address", f"http://127.0.0.1:{free_port()}")
    press(window, "server.check")
    wait_for(lambda: page.banner.text)
    assert "VPN" in page.banner.text


def test_an_untrusted_certificate_is_shown_with_its_fingerprint_and_an_own_file_helps(
    window: Window, tmp_path: Path
) -> None:
    assert window.sign_in is not None
    page = window.sign_in.server_page
    authority, roots = trustme.CA(), tmp_path / "autorita.pem"
    authority.cert_pem.write_to_path(str(roots))
    with odd_server(200, INFO % (b"1.0", b"0.0.1"), tls_context(authority)) as url:
        type_into(window, "server.address", url)
        press(window, "server.check")
        wait_for(lambda: page.banner.text, "says what is wrong")
        text = shown(window, QLabel, "server.certificate").text()
        assert "trustme" in text
        assert text.count(":") >= 31
        page.use_roots(roots)
        wait_for(lambda: window.sign_in is not None and window.sign_in.credentials is not None, "trusted now")
    (tmp_path / "prazdny.pem").write_text("", encoding="utf-8")
    page.use_roots(tmp_path / "prazdny.pem")
    assert "PEM" in page.banner.text


def test_a_wrong_password_keeps_the_login_and_selects_the_password(window: Window, house: House) -> None:
    at_credentials(window, house)
    administrator = house.administrator("firm_admin", house.firm())
    sign_in(window, administrator.login, "spatne heslo 12345")
    wait_for(lambda: said(window), "says so")
    wait_for(lambda: not cut_off(window), "the whole sentence is seen")
    credentials = window.sign_in.credentials if window.sign_in is not None else None
    assert credentials is not None
    assert credentials.login.text() == administrator.login
    assert credentials.submit.isEnabled()
    sign_in(window, administrator.login)
    wait_for(lambda: window.shell is not None)


def test_empty_fields_ask_nobody(window: Window, house: House) -> None:
    at_credentials(window, house)
    press(window, "signin.submit")
    assert said(window)


def test_a_second_factor_is_asked_for(window: Window, house: House) -> None:
    administrator = house.administrator("central_admin")
    secret, _uri = house.admin.sign_in.start_totp(administrator.id)
    code = pyotp.TOTP(secret)
    house.admin.sign_in.confirm_totp(administrator.id, code.now(), actor="test", keep_session="")
    at_credentials(window, house)
    sign_in(window, administrator.login)
    wait_for(lambda: said(window), "refused without the code")
    sign_in(window, administrator.login, code=_next_code(code))
    wait_for(lambda: window.shell is not None, "accepted with the code", 90)


def _next_code(code: pyotp.TOTP) -> str:
    """A code counts once; the one of the next half minute is accepted already."""
    return code.at(datetime.now(UTC) + timedelta(seconds=30))


def test_the_first_password_must_be_changed_before_anything_else(window: Window, house: House) -> None:
    administrator = house.administrator("firm_auditor", house.firm(), must_change=True)
    at_credentials(window, house)
    sign_in(window, administrator.login)
    wait_for(lambda: window.sign_in is not None and window.sign_in.new_password is not None, "asks for a new one")
    assert window.sign_in is not None
    page = window.sign_in.new_password
    assert page is not None
    assert window.shell is None
    type_into(window, "password.current", PASSWORD)
    type_into(window, "password.new", "zelený slon zpívá")
    type_into(window, "password.again", "něco jiného úplně")
    press(window, "password.submit")
    assert page.banner.text
    type_into(window, "password.again", "zelený slon zpívá")
    press(window, "password.submit")
    wait_for(lambda: window.shell is not None, "enters with the new one")


def test_a_second_start_needs_no_sign_in(opener: Opener, house: House) -> None:
    opened = opener(house, house.administrator("central_admin"))
    assert opened.shell.context.session.role == "central_admin"


def test_without_a_key_store_the_sign_in_lasts_for_this_program_and_says_so(parts: Parts, house: House) -> None:
    store = KeyStore(fail.Keyring())  # type: ignore[no-untyped-call]
    window = Window(parts, store)
    window.show()
    window.start()
    at_credentials(window, house)
    sign_in(window, house.administrator("central_admin").login)
    wait_for(lambda: window.shell is not None)
    wait_for(lambda: parts.preferences.text("token_place") == "memory", "is remembered")
    assert store.read(house.url)
    assert window.shell is not None
    window.shell.choose_scheme("light")
    window.close()


def test_an_ended_session_is_renewed_in_place_and_nothing_is_lost(opener: Opener, house: House) -> None:
    firm = house.firm()
    administrator = house.administrator("firm_admin", firm)
    opened = opener(house, administrator)
    opened.go("users", "users")
    opened.settled()
    house.admin.sessions.end_unscoped(administrator.id, opened.shell.context.session.id)
    shell = opened.shell
    opened.list_page("users").renew()
    wait_for(lambda: opened.window.findChild(SignInAgain) is not None, "asks again")
    dialog = opened.window.findChild(SignInAgain)
    assert dialog is not None
    assert dialog.credentials.login.text() == administrator.login
    house.admin.seats.add(firm, "nova@firma.example", actor="test")
    dialog.credentials.password.setText(PASSWORD)
    QTest.keyClick(dialog.credentials.password, Qt.Key.Key_Return)
    wait_for(lambda: len(opened.list_page("users").listing.model.rows) == 1, "what waited has run")
    assert opened.window.shell is shell, "the window behind stayed"
    assert opened.keyring.get_password("Raynet Outlook Sync console", house.url) == opened.shell.context.client.token


def test_another_person_who_signs_in_instead_finds_a_fresh_window(opener: Opener, house: House) -> None:
    first, second = house.firm(), house.firm()
    leaving, coming = house.administrator("firm_admin", first), house.administrator("firm_admin", second)
    opened = opener(house, leaving)
    house.admin.sessions.end_unscoped(leaving.id, opened.shell.context.session.id)
    old = opened.shell
    old.renew()
    wait_for(lambda: opened.window.findChild(SignInAgain) is not None)
    dialog = opened.window.findChild(SignInAgain)
    assert dialog is not None
    dialog.credentials.type_in(coming.login, PASSWORD)
    wait_for(lambda: opened.window.shell is not old, "a new shell")
    assert opened.window.shell is not None
    assert opened.window.shell.context.scope.firm_id == second


def test_declining_to_sign_in_again_leaves_the_window_and_says_so(opener: Opener, house: House) -> None:
    firm = house.firm()
    administrator = house.administrator("firm_admin", firm)
    opened = opener(house, administrator)
    opened.go("conflicts")
    opened.settled()
    house.admin.sessions.end_unscoped(administrator.id, opened.shell.context.session.id)
    page = opened.list_page("conflicts")
    page.renew()
    wait_for(lambda: opened.window.findChild(SignInAgain) is not None)
    press(opened.window.findChild(SignInAgain) or opened.window, "dialog.cancel")
    wait_for(lambda: page.banner.text, "the list says that it is old")


def test_signing_out_ends_the_session_at_the_server_and_in_the_key_store(opener: Opener, house: House) -> None:
    administrator = house.administrator("central_admin")
    opened = opener(house, administrator)
    assert len(house.admin.sessions.every_unscoped(administrator.id)) == 1
    opened.shell.signed_out.emit()
    wait_for(lambda: opened.window.sign_in is not None and opened.window.sign_in.credentials is not None)
    assert house.admin.sessions.every_unscoped(administrator.id) == ()
    assert opened.keyring.kept == {}
