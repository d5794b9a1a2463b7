"""The section around the page, with the guide for the tenant's administrator."""

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QScrollArea

from console.context import Context
from console.i18n import translate
from console.targets import Target
from console.views.consent.page import ConsentPage
from console.views.section import Section
from console.widgets.buttons import button


class ConsentSection(Section):
    """One page."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, translate("Sections", "Azure consent"))
        guide = button("consent.guide", " " + translate("Consent", "G&uide for the administrator"), self._guide)
        context.theme.dress(guide, "guide")
        self.heading.addWidget(guide)
        self.page = ConsentPage(context)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.page)
        self.body.addWidget(scroll, 1)

    def enter(self, target: Target) -> None:
        self.renew(is_quiet=False)

    def renew(self, *, is_quiet: bool) -> None:
        self.page.renew(is_quiet=is_quiet)

    @property
    def is_dirty(self) -> bool:
        return self.page.form.is_dirty

    def _guide(self) -> None:
        QDesktopServices.openUrl(QUrl(f"{self.context.client.address.url}/navody/"))
