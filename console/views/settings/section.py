"""Nastavení. Tabs of the firm stand first, where a firm is in scope."""

from PySide6.QtWidgets import QScrollArea, QTabWidget, QWidget

from console.context import Context
from console.i18n import translate
from console.targets import Target
from console.views.section import Section
from console.views.settings.account_page import AccountPage
from console.views.settings.console_page import ConsolePage


class SettingsSection(Section):
    """Pages by name: ``account``, ``console`` and those of the firm."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, translate("Sections", "Settings"))
        self.tabs = QTabWidget()
        self.tabs.setObjectName("settings.tabs")
        self.tabs.setAccessibleName(translate("Sections", "Settings"))
        self._pages: dict[str, QWidget] = {}
        self.account = AccountPage(context)
        self._add("account", translate("Settings", "M&y account"), self.account, scrolls=False)
        self._add("console", translate("Settings", "&Console"), ConsolePage(context))
        self.tabs.currentChanged.connect(lambda _at: self.renew(is_quiet=False))
        self.body.addWidget(self.tabs, 1)

    def _add(self, key: str, title: str, page: QWidget, *, scrolls: bool = True) -> None:
        shown = page
        if scrolls:
            scroll = QScrollArea()
            scroll.setWidgetResizable(True)
            scroll.setWidget(page)
            shown = scroll
        self._pages[key] = shown
        self.tabs.addTab(shown, title)

    def enter(self, target: Target) -> None:
        if target.page in self._pages:
            self.tabs.setCurrentWidget(self._pages[target.page])
        self.renew(is_quiet=False)

    def renew(self, *, is_quiet: bool) -> None:
        if self.tabs.currentWidget() is self._pages["account"]:
            self.account.renew(is_quiet=is_quiet)
