"""Colours, type and icons of both schemes. Follows the system unless somebody chose; ``changed`` says when to redraw.

A colour is asked for by its role (``theme.color("muted")``), never written down elsewhere. ``tokens.qss`` names roles
as ``@role``. Contrast of text roles on surfaces is at least 4.5 : 1; a test computes it.
"""

import re
import weakref
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final

import shiboken6
from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFont, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication

RESOURCES: Final = Path(__file__).parent / "resources"


class Tone(StrEnum):
    """What a state means for the person who looks; always shown with a word or a shape, never as colour alone."""

    NEUTRAL = "neutral"
    ACCENT = "accent"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


LIGHT: Final[Mapping[str, str]] = {
    "window": "#f4f6f9",
    "sidebar": "#eceff4",
    "surface": "#ffffff",
    "raised": "#ffffff",
    "sunken": "#f0f2f6",
    "hover": "#eef2f8",
    "selected": "#dfe8fb",
    "line": "#e1e5ec",
    "line_strong": "#c9d0db",
    "text": "#18202b",
    "muted": "#566173",
    "faint": "#8590a2",
    "accent": "#2a5bd0",
    "accent_hover": "#234fb8",
    "on_accent": "#ffffff",
    "good": "#17714a",
    "good_bg": "#e0f3ea",
    "warn": "#8a5300",
    "warn_bg": "#fcefd4",
    "bad": "#b3261e",
    "bad_bg": "#fce6e4",
    "neutral": "#4c5768",
    "neutral_bg": "#e8ebf1",
    "accent_bg": "#e2eafb",
    "chart_1": "#2a5bd0",
    "chart_2": "#8fa8e6",
    "chart_3": "#1a8f83",
    "focus": "#2a5bd0",
}
DARK: Final[Mapping[str, str]] = {
    "window": "#12161c",
    "sidebar": "#0e1217",
    "surface": "#191f27",
    "raised": "#202833",
    "sunken": "#141920",
    "hover": "#222b37",
    "selected": "#24365a",
    "line": "#2a323e",
    "line_strong": "#3d4858",
    "text": "#e7ebf1",
    "muted": "#a3aebd",
    "faint": "#76818f",
    "accent": "#8db0ff",
    "accent_hover": "#a6c1ff",
    "on_accent": "#0d1830",
    "good": "#6fd3a3",
    "good_bg": "#15342a",
    "warn": "#f0bd66",
    "warn_bg": "#3a2c12",
    "bad": "#ff9c94",
    "bad_bg": "#43201f",
    "neutral": "#b3bdca",
    "neutral_bg": "#2a323d",
    "accent_bg": "#1f2f52",
    "chart_1": "#8db0ff",
    "chart_2": "#4e6aa8",
    "chart_3": "#5fc9bd",
    "focus": "#8db0ff",
}


class Theme(QObject):
    """The scheme in force."""

    changed = Signal()

    def __init__(self, application: QApplication, choice: str = "system") -> None:
        super().__init__(application)
        self._application = application
        self._choice = choice
        self._icons: weakref.WeakKeyDictionary[QObject, tuple[str, str]] = weakref.WeakKeyDictionary()
        application.setStyle("Fusion")
        application.setFont(_font(application))
        application.styleHints().colorSchemeChanged.connect(lambda _scheme: self._apply())
        self._apply()

    @property
    def is_dark(self) -> bool:
        if self._choice == "system":
            return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self._choice == "dark"

    @property
    def choice(self) -> str:
        """``system``, ``light`` or ``dark``."""
        return self._choice

    def choose(self, choice: str) -> None:
        """Live, for every window."""
        if choice != self._choice:
            self._choice = choice
            self._apply()

    def color(self, role: str) -> QColor:
        return QColor(self._tokens[role])

    def tone(self, tone: Tone) -> tuple[QColor, QColor]:
        """Text and background of a badge."""
        return self.color(tone.value), self.color(f"{tone.value}_bg")

    # --- icons -----------------------------------------------------------------------------------------------------

    def pixmap(self, name: str, role: str = "muted", size: int = 18) -> QPixmap:
        """One of our icons in a colour of the scheme."""
        return _drawn(name, self._tokens[role], size, QGuiApplication.primaryScreen().devicePixelRatio())

    def icon(self, name: str, role: str = "muted", size: int = 18) -> QIcon:
        """For a moment; ``dress`` keeps it right after a change of the scheme."""
        icon = QIcon(self.pixmap(name, role, size))
        icon.addPixmap(self.pixmap(name, "faint", size), QIcon.Mode.Disabled)
        return icon

    def dress(self, target: QObject, name: str, role: str = "muted") -> None:
        """Gives a button or an action its icon, now and after each change of the scheme."""
        self._icons[target] = (name, role)
        _put(target, self.icon(name, role))

    def _apply(self) -> None:
        self._tokens = DARK if self.is_dark else LIGHT
        QApplication.setPalette(self._palette())
        self._application.setStyleSheet(style_sheet(self._tokens, is_dark=self.is_dark))
        for target, (name, role) in list(self._icons.items()):
            if shiboken6.isValid(target):
                _put(target, self.icon(name, role))
        self.changed.emit()

    def _palette(self) -> QPalette:
        palette = QPalette()
        roles = QPalette.ColorRole
        for role, token in (
            (roles.Window, "window"),
            (roles.WindowText, "text"),
            (roles.Base, "surface"),
            (roles.AlternateBase, "sunken"),
            (roles.Text, "text"),
            (roles.Button, "surface"),
            (roles.ButtonText, "text"),
            (roles.BrightText, "bad"),
            (roles.Highlight, "accent"),
            (roles.HighlightedText, "on_accent"),
            (roles.Accent, "accent"),
            (roles.Link, "accent"),
            (roles.LinkVisited, "accent"),
            (roles.PlaceholderText, "faint"),
            (roles.ToolTipBase, "raised"),
            (roles.ToolTipText, "text"),
            (roles.Mid, "line_strong"),
            (roles.Dark, "line_strong"),
            (roles.Light, "surface"),
            (roles.Shadow, "line_strong"),
        ):
            palette.setColor(role, self.color(token))
        disabled = QPalette.ColorGroup.Disabled
        for role in (roles.Text, roles.WindowText, roles.ButtonText):
            palette.setColor(disabled, role, self.color("faint"))
        return palette


def _put(target: QObject, icon: QIcon) -> None:
    if isinstance(target, QAction | QAbstractButton):
        target.setIcon(icon)


def style_sheet(tokens: Mapping[str, str], *, is_dark: bool) -> str:
    """``tokens.qss`` with the roles filled in. Raises KeyError for a role that does not exist."""
    controls = (RESOURCES / "controls" / ("dark" if is_dark else "light")).as_posix()
    values = {**tokens, "controls": controls}
    text = (RESOURCES / "tokens.qss").read_text(encoding="utf-8")
    return re.sub(r"@([a-z_0-9]+)", lambda found: values[found.group(1)], text)


def _font(application: QApplication) -> QFont:
    """The system's own, at a size that reads well; Segoe and San Francisco come by themselves."""
    font = QFont(application.font())
    font.setPointSizeF(max(font.pointSizeF(), 10.0))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


@lru_cache(maxsize=512)
def _drawn(name: str, color: str, size: int, ratio: float) -> QPixmap:
    source = (RESOURCES / "icons" / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", color)
    renderer = QSvgRenderer(QByteArray(source.encode()))
    pixmap = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap
