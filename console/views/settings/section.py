"""Nastavení. Tabs of the firm stand first, where a firm is in scope."""

from PySide6.QtWidgets import QScrollArea, QTabWidget, QWidget

from console.context import Context
from console.i18n import translate
from console.targets import Target
from console.views.section import Section
from console.views.settings.account_page import AccountPage
from console.views.settings.administrators_page import AdministratorsPage
from console.views.settings.console_page import ConsolePage
from console.views.settings.raynet_page import RaynetPage
from console.views.settings.rules_page import RulesPage


class SettingsSection(Section):
    """Pages by name: ``account``, ``console`` and those of the firm."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, translate("Sections", "Settings"))
        self.tabs = QTabWidget()
        self.tabs.setObjectName("settings.tabs")
        self.tabs.setAccessibleName(translate("Sections", "Settings"))
        self._pages: dict[str, QWidget] = {}
        self.raynet: RaynetPage | None = None
        self.rules: RulesPage | None = None
        if context.scope.firm_id is not None:
            self.raynet, self.rules = RaynetPage(context), RulesPage(context)
            self._add("raynet", translate("Settings", "Raynet"), self.raynet)
            self._add("rules", translate("Settings", "Rules"), self.rules)
        self.administrators: AdministratorsPage | None = None
        if context.can_change:
            # The server shows them to those who may change them only.
            self.administrators = AdministratorsPage(context)
            self._add("administrators", translate("Settings", "Administrators"), self.administrators, scrolls=False)
        self.account = AccountPage(context)
        self._add("account", translate("Settings", "My account"), self.account, scrolls=False)
        self._add("console", translate("Settings", "Console"), ConsolePage(context))
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
        for key, page in (
            ("raynet", self.raynet),
            ("rules", self.rules),
            ("administrators", self.administrators),
            ("account", self.account),
        ):
            if page is not None and self.tabs.currentWidget() is self._pages.get(key):
                page.renew(is_quiet=is_quiet)

    @property
    def is_dirty(self) -> bool:
        raynet = self.raynet is not None and self.raynet.form.is_dirty
        return raynet or (self.rules is not None and self.rules.is_dirty)
