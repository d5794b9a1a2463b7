"""Labels, badges, lines and boxes, so that sections never touch a font or a colour."""

from typing import TypeVar

from PySide6.QtCore import QMargins, Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QLayout, QVBoxLayout, QWidget

from console.theme import Theme, Tone

L = TypeVar("L", bound=QBoxLayout)


def words(text: str, kind: str = "", *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """``kind``: title, subtitle, muted, faint, figure, label, problem, good, warn, mono."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if kind:
        label.setProperty("kind", kind)
    label.setWordWrap(wrap)
    if selectable:
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return label


def badge(text: str, tone: Tone = Tone.NEUTRAL) -> QLabel:
    """A state in a word and a colour."""
    label = words(text, "badge")
    label.setProperty("tone", tone.value)
    label.setSizePolicy(label.sizePolicy().Policy.Maximum, label.sizePolicy().Policy.Maximum)
    return label


def set_tone(widget: QWidget, tone: Tone) -> None:
    """Another tone for a card, a banner or a badge."""
    restyle(widget, "tone", tone.value)


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Changes a property that the style sheet looks at."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def fixed(label: QLabel) -> QLabel:
    """As wide as its text; what stands beside it takes the rest."""
    label.setSizePolicy(label.sizePolicy().Policy.Maximum, label.sizePolicy().Policy.Preferred)
    return label


def rule() -> QFrame:
    """A thin line between parts."""
    line = QFrame()
    line.setProperty("kind", "rule")
    return line


class Picture(QLabel):
    """One of our icons; decoration, hence without an accessible name. Follows the scheme."""

    def __init__(self, theme: Theme, name: str, role: str = "muted", size: int = 20) -> None:
        super().__init__()
        self._theme, self._name, self._role, self._size = theme, name, role, size
        self.setFixedSize(size, size)
        theme.changed.connect(self._draw)
        self._draw()

    def show_icon(self, name: str, role: str) -> None:
        self._name, self._role = name, role
        self._draw()

    def _draw(self) -> None:
        self.setPixmap(self._theme.pixmap(self._name, self._role, self._size))


def picture(theme: Theme, name: str, role: str = "muted", size: int = 20) -> Picture:
    """A :class:`Picture`, for reading well in layouts."""
    return Picture(theme, name, role, size)


def column(*parts: QWidget | QLayout | int | None, gap: int = 8, margin: int = 0) -> QVBoxLayout:
    """Parts under each other; a number is a space, None a stretch."""
    return _filled(QVBoxLayout(), parts, gap, margin)


def line(*parts: QWidget | QLayout | int | None, gap: int = 8, margin: int = 0) -> QHBoxLayout:
    """Parts side by side; a number is a space, None a stretch."""
    return _filled(QHBoxLayout(), parts, gap, margin)


def _filled(layout: L, parts: tuple[QWidget | QLayout | int | None, ...], gap: int, margin: int) -> L:
    layout.setSpacing(gap)
    layout.setContentsMargins(QMargins(margin, margin, margin, margin))
    for part in parts:
        if part is None:
            layout.addStretch(1)
        elif isinstance(part, int):
            layout.addSpacing(part)
        elif isinstance(part, QWidget):
            layout.addWidget(part)
        else:
            layout.addLayout(part)
    return layout


def clear(layout: QLayout) -> None:
    """Takes everything out and lets it go."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)


class Card(QFrame):
    """A white box with rounded corners."""

    def __init__(self, layout: QLayout | None = None, parent: QWidget | None = None, *, margin: int = 16) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        if layout is not None:
            layout.setContentsMargins(QMargins(margin, margin, margin, margin))
            self.setLayout(layout)
