"""A sentence across a view, with what to do about it: it stays until it is no longer true."""

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from console.theme import Theme, Tone
from console.widgets.buttons import button
from console.widgets.state_page import Step
from console.widgets.words import clear, column, picture, restyle, words

_ICONS = {
    Tone.NEUTRAL: "info",
    Tone.ACCENT: "info",
    Tone.GOOD: "check_circle",
    Tone.WARN: "warning",
    Tone.BAD: "error",
}


class Banner(QFrame):
    """Hidden until something is said."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("kind", "banner")
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(14, 10, 14, 10)
        self._layout.setSpacing(12)
        self.text = ""
        self.hide()

    def say(self, tone: Tone, title: str, text: str = "", steps: Sequence[Step] = (), *, icon: str = "") -> None:
        clear(self._layout)
        restyle(self, "tone", tone.value)
        self.text = f"{title} {text}".strip()
        self.setAccessibleName(self.text)
        heading = words(title, wrap=True, selectable=True)
        font = heading.font()
        font.setWeight(font.Weight.DemiBold)
        heading.setFont(font)
        parts = [heading] if title else []
        if text:
            parts.append(words(text, wrap=True, selectable=True))
        self._layout.addWidget(picture(self._theme, icon or _ICONS[tone], tone.value, 20))
        self._layout.addLayout(column(*parts, gap=2), 1)
        for step in steps:
            self._layout.addWidget(button(step.name, step.text, step.run, kind="primary" if step.is_primary else ""))
        self.show()

    def be_silent(self) -> None:
        self.text = ""
        self.hide()
