"""Nastavení. Tabs of the firm stand first, where a firm is in scope."""

from console.context import Context
from console.i18n import translate
from console.targets import Target
from console.views.section import Section
from console.views.settings.account_page import AccountPage
from console.views.settings.administrators_page import AdministratorsPage
from console.views.settings.console_page import ConsolePage
from console.views.settings.raynet_page import RaynetPage
from console.views.settings.rules_page import RulesPage
from console.widgets.pages import Pages


class SettingsSection(Section):
    """Pages by name: ``account``, ``console`` and those of the firm."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, translate("Sections", "Settings"))
        self.tabs = Pages("settings", translate("Sections", "Settings"))
        if context.scope.firm_id is not None:
            self.tabs.add("raynet", translate("Settings", "Raynet"), lambda: RaynetPage(context), scrolls=True)
            self.tabs.add("rules", translate("Settings", "Rules"), lambda: RulesPage(context), scrolls=True)
        if context.can_change:
            # The server shows them to those who may change them only.
            title = translate("Settings", "Administrators")
            self.tabs.add("administrators", title, lambda: AdministratorsPage(context))
        self.tabs.add("account", translate("Settings", "My account"), lambda: AccountPage(context))
        self.tabs.add("console", translate("Settings", "Console"), lambda: ConsolePage(context), scrolls=True)
        self.tabs.start()
        self.body.addWidget(self.tabs, 1)

    def enter(self, target: Target) -> None:
        self.tabs.open(target.page)
        self.renew(is_quiet=False)

    def renew(self, *, is_quiet: bool) -> None:
        self.tabs.renew(is_quiet=is_quiet)

    @property
    def is_dirty(self) -> bool:
        return any(
            (isinstance(page, RaynetPage) and page.form.is_dirty) or (isinstance(page, RulesPage) and page.is_dirty)
            for page in self.tabs.made()
        )
