"""Figures one can click: from every number to the items behind it."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.i18n import translate
from console.theme import Theme, Tone
from console.widgets.words import Card, column, line, picture, restyle, words


class FigureCard(Card):
    """A number with its name. With ``run`` it is a button: mouse, Enter and Space lead to what it counts."""

    clicked = Signal()

    def __init__(self, theme: Theme, name: str, title: str, icon: str, run: Callable[[], object] | None = None) -> None:
        super().__init__()
        self.setObjectName(name)
        self._title = title
        self._figure = words("—", "figure")
        self._note = words("", "muted")
        self._note.setWordWrap(True)
        self._picture = picture(theme, icon, "muted", 18)
        heading = line(self._picture, words(title, "label"), None, gap=8)
        layout = column(heading, self._figure, self._note, None, gap=4)
        layout.setContentsMargins(16, 14, 16, 14)
        self.setLayout(layout)
        self.setMinimumWidth(150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._icon = icon
        if run is not None:
            self.setProperty("clickable", True)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.clicked.connect(run)
        self.show_figure("—")

    @property
    def figure(self) -> str:
        return self._figure.text()

    def show_figure(self, figure: str, note: str = "", tone: Tone = Tone.NEUTRAL) -> None:
        """``note`` says what the number means; a tone always comes with one."""
        self._figure.setText(figure)
        self._note.setText(note)
        self._note.setVisible(bool(note))
        restyle(self._note, "kind", {Tone.BAD: "problem", Tone.WARN: "warn", Tone.GOOD: "good"}.get(tone, "muted"))
        restyle(self, "tone", tone.value)
        self._picture.show_icon(self._icon, "muted" if tone is Tone.NEUTRAL else tone.value)
        self.setAccessibleName(f"{self._title}: {figure}")
        self.setAccessibleDescription(note)
        if self.property("clickable"):
            self.setToolTip(translate("Cards", "Show what is behind the number"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.property("clickable") and event.key() in (
            Qt.Key.Key_Return,
            Qt.Key.Key_Enter,
            Qt.Key.Key_Space,
        ):
            self.clicked.emit()
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.property("clickable") and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()


class TextCard(Card):
    """A heading with any content under it."""

    def __init__(self, title: str, content: QWidget, *, note: str = "") -> None:
        super().__init__()
        parts: list[QWidget] = [words(title, "subtitle")]
        if note:
            parts.append(words(note, "muted", wrap=True))
        layout = column(*parts, content, gap=6)
        layout.setContentsMargins(16, 14, 16, 14)
        self.setLayout(layout)
