"""Pages that are made when they are first seen: the window never works on more than one of them in one go."""

from collections.abc import Callable, Iterator
from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QScrollArea, QTabWidget, QWidget

from console.widgets.words import column


@runtime_checkable
class Renewed(Protocol):
    """A page that reads what it shows."""

    def renew(self, *, is_quiet: bool) -> None: ...


class Later(QWidget):
    """Stands where a page will be; ``fill`` makes it."""

    def __init__(self, make: Callable[[], QWidget], *, scrolls: bool = False) -> None:
        super().__init__()
        self._make, self._scrolls = make, scrolls
        self.content: QWidget | None = None

    def fill(self) -> QWidget:
        """The page, made at the first time."""
        if self.content is None:
            self.content = self._make()
            self.setLayout(column(scrolled(self.content) if self._scrolls else self.content))
        return self.content


class Pages(QTabWidget):
    """Tabs by name. The first one is made with ``open`` or when another was never asked for."""

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        self.setObjectName(f"{name}.tabs")
        self.setAccessibleName(title)
        self._keys: list[str] = []

    def add(self, key: str, title: str, make: Callable[[], QWidget], *, scrolls: bool = False) -> None:
        """A tab at the end."""
        self._keys.append(key)
        self.blockSignals(True)
        self.addTab(Later(make, scrolls=scrolls), title)
        self.blockSignals(False)

    def start(self) -> None:
        """From now on a change of the tab makes and renews the page."""
        self.currentChanged.connect(lambda _at: self.renew(is_quiet=False))

    def open(self, key: str) -> None:
        """Shows a tab without renewing it; a name that is none changes nothing."""
        if key in self._keys:
            self.blockSignals(True)
            self.setCurrentIndex(self._keys.index(key))
            self.blockSignals(False)

    @property
    def key(self) -> str:
        """The name of the tab that is shown."""
        return self._keys[self.currentIndex()]

    def current(self) -> QWidget:
        """The page that is shown."""
        return self._at(self.currentIndex()).fill()

    def made(self) -> Iterator[QWidget]:
        """Pages that exist already."""
        for at in range(self.count()):
            content = self._at(at).content
            if content is not None:
                yield content

    def renew(self, *, is_quiet: bool) -> None:
        """The page that is shown reads again."""
        page = self.current()
        if isinstance(page, Renewed):
            page.renew(is_quiet=is_quiet)

    def _at(self, place: int) -> Later:
        found = self.widget(place)
        assert isinstance(found, Later)  # noqa: S101 (only ``add`` puts something in)
        return found


def scrolled(page: QWidget) -> QScrollArea:
    """A page that may be higher than the window."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(page)
    return area
