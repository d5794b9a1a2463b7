"""The list of sections."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout

from console.context import Context
from console.i18n import translate
from console.version import VERSION
from console.views.section import SectionKind
from console.widgets.words import line, picture, words


class Sidebar(QFrame):
    """Emits the key of the section that was chosen. Arrows move, Ctrl+1 … choose from anywhere."""

    chosen = Signal(str)

    def __init__(self, context: Context, kinds: Sequence[SectionKind]) -> None:
        super().__init__()
        self.setObjectName("sidebar")
        self.setFixedWidth(226)
        self.setAccessibleName(translate("Shell", "Sections"))
        self._context = context
        self._buttons: dict[str, QToolButton] = {}
        self._icons = {kind.key: kind.icon for kind in kinds}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 14, 12, 12)
        layout.setSpacing(3)
        brand = words(translate("Shell", "Raynet ⇄ Outlook"))
        brand.setObjectName("brand")
        layout.addLayout(line(6, picture(context.theme, "app", size=26), brand, None, gap=10))
        layout.addSpacing(14)
        for number, kind in enumerate(kinds, 1):
            made = QToolButton()
            made.setObjectName(f"section.{kind.key}")
            made.setText(f"  {kind.title()}")
            made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            made.setIconSize(QSize(18, 18))
            made.setCheckable(True)
            made.setSizePolicy(made.sizePolicy().Policy.Expanding, made.sizePolicy().Policy.Fixed)
            made.setToolTip(f"Ctrl+{number}")
            made.setAccessibleName(kind.title())
            made.setShortcut(f"Ctrl+{number}")
            made.clicked.connect(lambda _checked=False, key=kind.key: self.chosen.emit(key))
            layout.addWidget(made)
            self._buttons[kind.key] = made
            context.theme.dress(made, kind.icon)
        layout.addStretch(1)
        layout.addLayout(line(8, words(translate("Shell", "Version {0}").format(VERSION), "faint"), None))

    def show_current(self, key: str) -> None:
        for name, made in self._buttons.items():
            made.setChecked(name == key)
            self._context.theme.dress(made, self._icons[name], "accent" if name == key else "muted")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.focusNextChild()
        elif event.key() == Qt.Key.Key_Up:
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)
