"""Signed-in windows, and finding and using what is in them by object name, as a keyboard user or a script would."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from keyring.backend import KeyringBackend
from PySide6.QtCore import QDeadlineTimer, QEvent, QEventLoop, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from console.api.client import Address
from console.context import Parts
from console.keystore import KeyStore
from console.targets import Target
from console.views.shell.shell import Shell
from console.views.window import Window
from console.widgets.form import Form
from console.widgets.list_page import ListPage
from server.store.admin.administrators import Administrator
from tests.console.support.house import House

W = TypeVar("W", bound=QObject)
_MOST_SECONDS = 60.0


class MemoryKeyring(KeyringBackend):
    """A key store that lives as long as the test; a backend as keyring's own interface wants it."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


def wait_for(holds: Callable[[], Any], what: str = "", seconds: float = _MOST_SECONDS) -> None:
    """Lets the window live until it holds. Generous: a loaded machine is slow, a defect is for ever."""
    deadline = QDeadlineTimer(int(seconds * 1000))
    while not holds():
        if deadline.hasExpired():
            raise AssertionError(f"never: {what or holds}")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        QTest.qWait(5)


def shown(root: QObject, kind: type[W], name: str) -> W:
    """The widget with this object name. Fails where there is none."""
    found = root.findChild(kind, name)
    assert found is not None, f"no {kind.__name__} is called {name}"
    return found


def cut_off(root: QWidget) -> list[str]:
    """Sentences that are seen in part only: their label is lower than they need at its width."""
    seen = [label for label in root.findChildren(QLabel) if label.isVisible() and label.wordWrap() and label.text()]
    return [label.text() for label in seen if label.height() < label.heightForWidth(label.width())]


def press(root: QObject, name: str) -> None:
    """A click on a button, as with the mouse."""
    made = shown(root, QAbstractButton, name)
    assert made.isEnabled(), f"{name} cannot be pressed"
    QTest.mouseClick(made, Qt.MouseButton.LeftButton)


def type_into(root: QObject, name: str, text: str) -> None:
    """Replaces what is in a field, letter by letter."""
    edit = shown(root, QLineEdit, name)
    edit.selectAll()
    QTest.keyClick(edit, Qt.Key.Key_Delete)
    for letter in text:
        # QTest ends the process over a letter that is not ASCII.
        event = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, letter)
        QApplication.sendEvent(edit, event)


@dataclass(slots=True)
class Opened:
    """A window with a shell in it."""

    window: Window
    shell: Shell
    keyring: MemoryKeyring

    def go(self, section: str, page: str = "", **more: Any) -> QWidget:
        self.shell.go(Target(section=section, page=page, **more))
        QApplication.processEvents()
        found = self.shell.stack.currentWidget()
        assert found is not None
        return found

    def list_page(self, name: str) -> ListPage[Any]:
        found = self.shell.findChild(ListPage, name)
        assert found is not None, f"no list is called {name}"
        return found

    def settled(self, seconds: float = _MOST_SECONDS) -> None:
        """Nothing that was asked for is under way."""
        wait_for(self.shell.context.jobs.is_idle, "the window comes to rest", seconds)
        QApplication.processEvents()

    def close(self) -> None:
        """What is typed goes: nobody is there to answer whether it may."""
        for form in self.window.findChildren(Form):
            form.reset()
        self.window.close()
        self.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QApplication.processEvents()


@dataclass(slots=True)
class Opener:
    """Opens windows with a kept session, the way a second start of the console does."""

    parts: Parts
    opened: list[Opened]

    def __call__(self, house: House, administrator: Administrator) -> Opened:
        keyring = MemoryKeyring()
        store = KeyStore(keyring)
        store.write(house.url, house.token(administrator))
        self.parts.preferences.address = Address(url=house.url)
        window = Window(self.parts, store)
        window.resize(1360, 860)
        window.show()
        window.start()
        wait_for(lambda: window.shell is not None, "the shell is there")
        assert window.shell is not None
        made = Opened(window, window.shell, keyring)
        self.opened.append(made)
        made.settled()
        return made
