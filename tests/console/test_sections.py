"""Every section as every role: it opens, loads without a failure, is reachable by keyboard and named for everybody."""

import re
from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
    QTabWidget,
    QWidget,
)

from console.presenters.setup import STEPS
from console.views.registry import EVERY
from console.views.setup.section import SetupSection
from console.widgets.banner import Banner
from console.widgets.finder import Finder
from console.widgets.list_page import ListPage
from console.widgets.state_page import StatePage
from tests.console.support.house import House
from tests.console.support.windows import Opened, Opener, cut_off, wait_for

ROLES = ("central_admin", "firm_admin", "firm_auditor")
#: Words that tell a firm's people that there are others.
PLURAL = re.compile(r"\b(firmy|firem|firmám|firmách|firmami|firms)\b", re.IGNORECASE)
#: What an auditor may press: looking, going, own account.
HARMLESS = re.compile(
    r"^(section\.|shell\.|account\.|password\.|settings\.(language|scheme)|overview\.(firms\.open|alerts\.solve|\w+$)|.*\."
    r"(columns|export|refresh|search|trail|show|retry|clear|copy_id|guide|items|table)$|.*\.filter\.|audit\.period|"
    r"sync\.user\.|consent\.guide|qt_|$|ScrollLeftButton|ScrollRightButton)"
)


def pages(opened: Opened) -> Iterator[tuple[str, QWidget]]:
    """Every section with every tab, settled."""
    for kind in opened.shell.kinds:
        section = opened.go(kind.key)
        opened.settled()
        if isinstance(section, SetupSection):
            for step in STEPS:
                opened.go("setup", step)
                opened.settled()
                yield f"setup/{step}", section
            continue
        tabs = next(iter(section.findChildren(QTabWidget)), None)
        if tabs is None:
            yield kind.key, section
            continue
        for at in range(tabs.count()):
            tabs.setCurrentIndex(at)
            opened.settled()
            yield f"{kind.key}/{tabs.tabText(at)}", section


def visible_texts(root: QWidget) -> list[str]:
    found = [root.windowTitle()]
    for widget in root.findChildren(QWidget):
        for name in ("text", "placeholderText", "toolTip", "accessibleName", "accessibleDescription"):
            value = getattr(widget, name, None)
            if callable(value):
                found.append(str(value()))
        if isinstance(widget, QComboBox):
            found.extend(widget.itemText(at) for at in range(widget.count()))
        if isinstance(widget, QTabWidget):
            found.extend(widget.tabText(at) for at in range(widget.count()))
        if isinstance(widget, QTableView):
            model = widget.model()
            columns = range(model.columnCount())
            found.extend(str(model.headerData(at, Qt.Orientation.Horizontal)) for at in columns)
    return [text.replace("&", "") for text in found]


def failures(section: QWidget) -> list[str]:
    """What stands on the page as a failure."""
    banners = [
        banner.text
        for banner in section.findChildren(Banner)
        if banner.isVisible() and banner.property("tone") == "bad"
    ]
    states = [page.title for page in section.findChildren(StatePage) if page.isVisible()]
    return banners + [title for title in states if title in ("Tohle tu už není", "Server má potíže")]


@pytest.fixture
def firm(house: House) -> int:
    made = house.firm("Válcovka Ostrava s.r.o.")
    for name in ("jana.mala", "petr.velky", "eva.kralova"):
        house.admin.seats.add(made, f"{name}@valcovka.example", actor="test")
    house.carried(made, hours=6)
    return int(made)


def opened_as(role: str, house: House, firm: int, opener: Opener) -> Opened:
    own = None if role == "central_admin" else firm
    opened = opener(house, house.administrator(role, own))  # type: ignore[arg-type]
    if own is None:
        opened.go("overview", firm_id=firm, filters={"firm_name": "Válcovka Ostrava s.r.o."})
        opened.settled()
    return opened


def whole(section: QWidget) -> bool:
    return not cut_off(section)


@pytest.mark.parametrize("role", ROLES)
def test_every_page_loads_for_every_role_and_says_no_failure(
    opener: Opener, house: House, firm: int, role: str
) -> None:
    opened = opened_as(role, house, firm, opener)
    found = {}
    for name, section in pages(opened):
        if failures(section):
            found[name] = failures(section)
        wait_for(partial(whole, section), f"every sentence of {name} is seen to its end")
    # The guide's proposals come from both directories, and nobody stands behind this server.
    assert found.keys() <= {"setup/users"}, found


@pytest.mark.parametrize("role", ROLES)
def test_everything_one_can_use_has_a_name_and_a_place_in_the_keyboards_order(
    opener: Opener, house: House, firm: int, role: str
) -> None:
    opened = opened_as(role, house, firm, opener)
    kinds = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QPlainTextEdit, QTableView)
    wrong: set[str] = set()
    for name, section in pages(opened):
        for root in (section, opened.shell.sidebar):
            for widget in root.findChildren(QWidget):
                if not isinstance(widget, kinds) or not widget.isVisible() or _is_part_of_another(widget):
                    continue
                what = f"{name}: {type(widget).__name__} {widget.objectName()!r}"
                if not widget.objectName():
                    wrong.add(f"{what} has no object name")
                if not (widget.accessibleName() or getattr(widget, "text", str)()):
                    wrong.add(f"{what} has no accessible name")
                if widget.isEnabled() and not widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                    wrong.add(f"{what} cannot be reached with Tab")
    assert not wrong, "\n".join(sorted(wrong))


def _is_part_of_another(widget: QWidget) -> bool:
    """Editors inside of combo and spin boxes, header corners, the cross of a search field."""
    parent = widget.parentWidget()
    is_inner = isinstance(parent, QComboBox | QAbstractSpinBox | QLineEdit | QTableView)
    return is_inner or widget.objectName().startswith(("qt_", "Scroll"))


@pytest.mark.parametrize("role", ["firm_admin", "firm_auditor"])
@pytest.mark.parametrize("language", ["cs", "en"])
def test_a_firms_people_never_read_that_there_are_other_firms(
    opener: Opener, house: House, firm: int, role: str, language: str
) -> None:
    opener.parts.languages.use(language)
    opened = opened_as(role, house, firm, opener)
    assert not any(kind.key == "firms" for kind in opened.shell.kinds)
    found = {
        f"{name}: {text}"
        for name, _section in pages(opened)
        for text in visible_texts(opened.window)
        if PLURAL.search(text)
    }
    assert found == set()
    assert opened.shell.firm.text() == "Válcovka Ostrava s.r.o."
    assert isinstance(opened.shell.firm, QLabel), "there is nothing to choose"


def test_an_auditor_sees_the_whole_firm_and_has_nothing_that_changes_it(
    opener: Opener, house: House, firm: int
) -> None:
    admin = opened_as("firm_admin", house, firm, opener)
    everything = {name for name, _section in pages(admin) if not name.startswith("setup")}
    auditor = opened_as("firm_auditor", house, firm, opener)
    seen = set()
    for name, section in pages(auditor):
        seen.add(name)
        for button in section.findChildren(QAbstractButton):
            if button.isVisible() and button.isEnabled() and not _is_part_of_another(button):
                assert HARMLESS.match(button.objectName()), f"{name}: {button.objectName()} {button.text()}"
        for edit in section.findChildren(QLineEdit):
            if edit.isVisible() and not _is_part_of_another(edit) and not edit.objectName().endswith(".search"):
                assert edit.isReadOnly() or not edit.isEnabled(), f"{name}: {edit.objectName()}"
        for page in section.findChildren(ListPage):
            for action in page.actions():
                assert HARMLESS.match(action.objectName().removesuffix(".action")), action.objectName()
    assert everything - seen == {"settings/Správci"}, "the server shows administrators to those who may change them"


def test_the_operator_chooses_a_firm_and_every_section_follows(opener: Opener, house: House) -> None:
    first, second = house.firm("První zkušební"), house.firm("Druhá zkušební")
    house.admin.seats.add(first, "jedna@prvni.example", actor="test")
    opened = opener(house, house.administrator("central_admin"))
    section = opened.go("users")
    assert section.findChild(QAbstractButton, "scope.choose") is not None, "says that a firm must be chosen"
    opened.shell.choose_firm()
    finder = next(one for one in opened.shell.findChildren(Finder) if one.isVisible())
    finder.search.setText("prvni zkusebni")
    wait_for(lambda: finder.list.model().rowCount() == 1, "found without accents")
    QTest.keyClick(finder, Qt.Key.Key_Return)
    opened.settled()
    assert opened.shell.context.scope.firm_id == first
    assert [row.email for row in opened.list_page("users").listing.model.rows] == ["jedna@prvni.example"]
    opened.go("users", firm_id=second, filters={"firm_name": "Druhá zkušební"})
    opened.settled()
    wait_for(lambda: not opened.list_page("users").listing.model.rows, "the second firm's list, which is empty")
    assert "Druhá zkušební" in opened.shell.firm.text()


def test_every_number_of_the_overview_leads_to_what_it_counts(opener: Opener, house: House, firm: int) -> None:
    opened = opened_as("firm_admin", house, firm, opener)
    expected = {
        "lag": "users",
        "queue": "sync",
        "users": "users",
        "holds": "sync",
        "errors": "sync",
        "conflicts": "conflicts",
        "pairs": "sync",
        "seats": "users",
    }
    for key, section in expected.items():
        overview = opened.go("overview")
        opened.settled()
        card = overview.findChild(QWidget, f"overview.{key}")
        assert card is not None, key
        QTest.keyClick(card, Qt.Key.Key_Return)
        assert opened.shell.current is not None
        assert opened.shell.current.key == section, key
        opened.settled()
    opened.go("overview")
    opened.settled()
    cards = opened.shell.findChild(QWidget, "overview.users")
    assert cards is not None
    assert cards.accessibleName() == "Synchronizovaní uživatelé: 0"


def test_the_keyboard_reaches_sections_search_and_places(opener: Opener, house: House, firm: int) -> None:
    opened = opened_as("firm_admin", house, firm, opener)
    keys = {shortcut.key().toString() for shortcut in opened.shell.findChildren(QShortcut)}
    assert {"F5", "Ctrl+F", "Ctrl+K", "Alt+Left"} <= keys
    for number, kind in enumerate(kind for kind in opened.shell.kinds if not kind.is_guide):
        button = opened.shell.findChild(QAbstractButton, f"section.{kind.key}")
        assert button is not None
        assert button.shortcut() == QKeySequence(f"Ctrl+{number + 1}")
    opened.go("users")
    opened.settled()
    opened.shell.search()
    focus = QApplication.focusWidget()
    assert focus is None or focus.objectName() == "users.search"
    opened.shell.find_place()
    finder = next(one for one in opened.shell.findChildren(Finder) if one.isVisible())
    finder.search.setText("konflikty")
    QTest.keyClick(finder, Qt.Key.Key_Return)
    assert opened.shell.current is not None
    assert opened.shell.current.key == "conflicts"
    opened.shell.back()
    assert opened.shell.current.key == "users"


def test_the_language_changes_live_at_the_same_place(opener: Opener, house: House, firm: int) -> None:
    opened = opened_as("firm_admin", house, firm, opener)
    opened.go("conflicts")
    opened.settled()
    opened.window.choose_language("en")
    shell = opened.window.shell
    assert shell is not None
    assert shell is not opened.shell
    assert shell.current is not None
    assert shell.current.key == "conflicts"
    section = shell.stack.currentWidget()
    assert section is not None
    assert section.accessibleName() == "Conflicts"
    assert opener.parts.preferences.language == "en"
    assert shell.context.client is opened.shell.context.client


@pytest.mark.parametrize("language", ["cs", "en"])
def test_mnemonics_of_a_page_do_not_clash(opener: Opener, house: House, firm: int, language: str) -> None:
    opener.parts.languages.use(language)
    opened = opened_as("firm_admin", house, firm, opener)
    clashes = set()
    for name, section in pages(opened):
        used: dict[str, str] = {}
        texts = [
            (widget.objectName(), widget.text())
            for widget in section.findChildren(QAbstractButton)
            if widget.isVisible() and not _is_part_of_another(widget)
        ]
        for tabs in section.findChildren(QTabWidget):
            if tabs.isVisible():
                texts += [(f"tab {at}", tabs.tabText(at)) for at in range(tabs.count())]
        for label in section.findChildren(QLabel):
            if label.isVisible() and label.buddy() is not None:
                texts.append((label.text(), label.text()))
        for owner, text in texts:
            letter = re.search(r"&([^&\s])", text.replace("&&", ""))
            if letter is None:
                continue
            key = letter.group(1).casefold()
            if key in used and used[key] != owner:
                clashes.add(f"{name}: Alt+{key} for {used[key]} and {owner}")
            used[key] = owner
    assert clashes == set(), "\n".join(sorted(clashes))


def test_the_registry_and_the_sidebar_agree(opener: Opener, house: House, firm: int) -> None:
    opened = opened_as("central_admin", house, firm, opener)
    assert [kind.key for kind in opened.shell.kinds] == [kind.key for kind in EVERY]
    for kind in EVERY:
        button = opened.shell.findChild(QAbstractButton, f"section.{kind.key}")
        assert (button is None) == kind.is_guide
