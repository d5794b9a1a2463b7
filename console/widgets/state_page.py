"""Loading, empty, failed, offline, forbidden: pages with a sentence and a next step instead of an empty view."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from console.theme import Theme
from console.widgets.buttons import button
from console.widgets.words import clear, line, picture, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A button: what may be done next."""

    name: str
    text: str
    run: Callable[[], object]
    is_primary: bool = False


class StatePage(QWidget):
    """One message in the middle."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._layout = QVBoxLayout(self)
        self._layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._layout.setSpacing(8)
        self.title = ""

    def say(self, icon: str, title: str, text: str = "", steps: Sequence[Step] = (), *, role: str = "faint") -> None:
        clear(self._layout)
        self.title = title
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        sign = picture(self._theme, icon, role, 40)
        self._layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignHCenter)
        self._layout.addSpacing(4)
        heading = words(title, "subtitle", wrap=True)
        heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        heading.setFixedWidth(480)
        self._layout.addWidget(heading, 0, Qt.AlignmentFlag.AlignHCenter)
        if text:
            body = words(text, "muted", wrap=True, selectable=True)
            body.setAlignment(Qt.AlignmentFlag.AlignCenter)
            body.setFixedWidth(480)
            self._layout.addWidget(body, 0, Qt.AlignmentFlag.AlignHCenter)
        if steps:
            self._layout.addSpacing(8)
            made = [button(s.name, s.text, s.run, kind="primary" if s.is_primary else "") for s in steps]
            self._layout.addLayout(line(None, *made, None))

    def wait(self, text: str) -> None:
        """Something is being loaded."""
        clear(self._layout)
        self.title = text
        self.setAccessibleName(text)
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setFixedWidth(180)
        bar.setTextVisible(False)
        bar.setAccessibleName(text)
        self._layout.addWidget(bar, 0, Qt.AlignmentFlag.AlignHCenter)
        self._layout.addWidget(words(text, "muted"), 0, Qt.AlignmentFlag.AlignHCenter)
