"""Questions before something that can hurt, and short forms in a window of their own."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from console.i18n import translate
from console.theme import Theme
from console.widgets.buttons import button
from console.widgets.words import column, line, picture, words


class Dialog(QDialog):
    """A title, content and buttons at the bottom right; Escape closes, Enter confirms."""

    def __init__(self, title: str, parent: QWidget | None = None, *, width: int = 480) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(width)
        self.setModal(True)
        self.body = QVBoxLayout()
        self.body.setSpacing(12)
        self.buttons = line(None)
        self.setLayout(column(self.body, 8, self.buttons, gap=8, margin=20))

    def add_cancel(self, text: str = "") -> None:
        label = text or translate("Dialogs", "Cancel")
        self.buttons.addWidget(button("dialog.cancel", label, self.reject))

    def add_confirm(self, text: str, *, kind: str = "primary") -> None:
        made = button("dialog.confirm", text, self.accept, kind=kind)
        made.setDefault(True)
        self.buttons.addWidget(made)


def confirm(parent: QWidget, theme: Theme, title: str, text: str, action: str, *, is_dangerous: bool = False) -> bool:
    """Asks. The button says what will be done, never just Yes. False for Escape."""
    dialog = question(parent, theme, title, text, action, is_dangerous=is_dangerous)
    return dialog.exec() == QDialog.DialogCode.Accepted


def question(
    parent: QWidget, theme: Theme, title: str, text: str, action: str, *, is_dangerous: bool = False
) -> Dialog:
    """The dialog behind :func:`confirm`."""
    dialog = Dialog(title, parent, width=440)
    dialog.setObjectName("confirm")
    sign = picture(theme, "warning" if is_dangerous else "help", "bad" if is_dangerous else "accent", 28)
    body: QLabel = words(text, wrap=True)
    body.setMinimumWidth(360)
    content = line(sign, column(words(title, "subtitle", wrap=True), body, gap=6), gap=14)
    content.setAlignment(sign, Qt.AlignmentFlag.AlignTop)
    dialog.body.addLayout(content)
    dialog.add_cancel()
    dialog.add_confirm(action, kind="danger" if is_dangerous else "primary")
    dialog.setAccessibleDescription(text)
    return dialog
