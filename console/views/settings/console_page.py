"""This console: language, appearance, server, where the sign-in is kept. All at once in force, nothing to save."""

from PySide6.QtWidgets import QComboBox, QWidget

from console.context import Context
from console.i18n import translate
from console.keystore import Place
from console.version import VERSION
from console.widgets.words import Card, column, line, words


class ConsolePage(QWidget):
    """Choices of this computer."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.language = QComboBox()
        self.language.setObjectName("settings.language")
        self.language.setAccessibleName(translate("Settings", "Language"))
        for code, name in (("cs", "Čeština"), ("en", "English")):
            self.language.addItem(name, code)
        self.language.setCurrentIndex(self.language.findData(context.language))
        self.language.activated.connect(lambda at: context.language_wanted.emit(str(self.language.itemData(at))))
        self.scheme = QComboBox()
        self.scheme.setObjectName("settings.scheme")
        self.scheme.setAccessibleName(translate("Settings", "Appearance"))
        for code, name in (
            ("system", translate("Settings", "As the system")),
            ("light", translate("Settings", "Light")),
            ("dark", translate("Settings", "Dark")),
        ):
            self.scheme.addItem(name, code)
        self.scheme.setCurrentIndex(self.scheme.findData(context.theme.choice))
        self.scheme.activated.connect(lambda at: self._choose_scheme(str(self.scheme.itemData(at))))
        for box in (self.language, self.scheme):
            box.setFixedWidth(220)
        in_memory = context.preferences.text("token_place") == Place.MEMORY
        kept = (
            translate(
                "Settings",
                "This computer has no key store, so the sign-in lasts until the console is closed. On Linux, a "
                "running Secret Service (GNOME Keyring, KWallet) is enough.",
            )
            if in_memory
            else translate("Settings", "In the key store of this computer.")
        )
        look = Card(
            column(
                words(translate("Settings", "Language and appearance"), "subtitle"),
                self._row(translate("Settings", "Language"), self.language),
                self._row(translate("Settings", "Appearance"), self.scheme),
                gap=10,
            )
        )
        about = Card(
            column(
                words(translate("Settings", "Connection"), "subtitle"),
                self._row(translate("Settings", "Server"), words(context.client.address.url, selectable=True)),
                self._row(translate("Settings", "Version of the server"), words(context.server.version)),
                self._row(translate("Settings", "Version of the console"), words(VERSION)),
                self._row(translate("Settings", "The sign-in is kept"), words(kept, wrap=True)),
                gap=10,
            )
        )
        self.setLayout(column(look, about, None, gap=12))

    def _row(self, title: str, widget: QWidget) -> QWidget:
        row = QWidget()
        label = words(title, "label")
        label.setFixedWidth(200)
        label.setBuddy(widget)
        content = line(label, gap=12)
        content.addWidget(widget, 1 if widget.objectName() == "" else 0)
        if widget.objectName():
            content.addStretch(1)
        row.setLayout(content)
        return row

    def _choose_scheme(self, code: str) -> None:
        self._context.preferences.scheme = code
        self._context.theme.choose(code)
