"""Buttons with icon, accessible name and place in the keyboard's order."""

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QPushButton, QToolButton

from console.theme import Theme


def button(
    name: str, text: str, run: Callable[[], object] | None = None, *, kind: str = "", hint: str = ""
) -> QPushButton:
    """``name`` is the object name (``firms.add``); ``kind``: primary, danger, link, quiet."""
    made = QPushButton(text)
    made.setObjectName(name)
    made.setAutoDefault(False)
    if kind:
        made.setProperty("kind", kind)
    if hint:
        made.setToolTip(hint)
    made.setAccessibleName(text.replace("&", ""))
    if run is not None:
        made.clicked.connect(lambda _checked=False: run())
    return made


def icon_button(
    theme: Theme, name: str, icon: str, text: str, run: Callable[[], object] | None = None, *, shortcut: str = ""
) -> QToolButton:
    """Only an icon to see; the text is its hint and its accessible name."""
    made = QToolButton()
    made.setObjectName(name)
    made.setProperty("kind", "quiet")
    made.setIconSize(QSize(18, 18))
    made.setToolTip(f"{text} ({shortcut})" if shortcut else text)
    made.setAccessibleName(text)
    theme.dress(made, icon)
    if run is not None:
        made.clicked.connect(lambda _checked=False: run())
    return made
