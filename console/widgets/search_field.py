"""A search field: an icon, a cross, Escape clears it, Ctrl+F of the window finds it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from console.theme import Theme


class SearchField(QLineEdit):
    """``placeholder`` is also its accessible name."""

    def __init__(self, theme: Theme, name: str, placeholder: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setClearButtonEnabled(True)
        self.setMinimumWidth(240)
        self.setMaximumWidth(340)
        sign = QAction(self)
        theme.dress(sign, "search", "faint")
        self.addAction(sign, QLineEdit.ActionPosition.LeadingPosition)

    def set_quietly(self, text: str) -> None:
        """Without telling anybody."""
        self.blockSignals(True)
        self.setText(text)
        self.blockSignals(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)
