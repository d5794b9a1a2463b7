"""Tabs: state, held deletions, items set aside, passes, items; run now and preview stand above them all."""

from PySide6.QtWidgets import QScrollArea, QTabWidget, QWidget

from console.api import sync
from console.context import Context
from console.i18n import translate
from console.targets import Target
from console.views.section import Section
from console.views.sync.holds import HoldsPage
from console.views.sync.lists import errors_list, pairs_list
from console.views.sync.passes import PassesPage
from console.views.sync.preview import PreviewDialog
from console.views.sync.state_page import StateOfSync
from console.widgets.banner import Banner
from console.widgets.buttons import button
from console.widgets.form import problem_banner


class SyncSection(Section):
    """Pages by name: ``state``, ``holds``, ``errors``, ``passes``, ``pairs``."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, translate("Sections", "Synchronisation"))
        self.banner = Banner(context.theme)
        self.state = StateOfSync(context)
        self.holds = HoldsPage(context)
        self.errors = errors_list(context, self)
        self.passes = PassesPage(context)
        self.pairs = pairs_list(context, self)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.state)
        self._pages: dict[str, QWidget] = {
            "state": scroll,
            "holds": self.holds,
            "errors": self.errors,
            "passes": self.passes,
            "pairs": self.pairs,
        }
        self.tabs = QTabWidget()
        self.tabs.setObjectName("sync.tabs")
        self.tabs.setAccessibleName(translate("Sections", "Synchronisation"))
        for key, title in (
            ("state", translate("Sync", "State")),
            ("holds", translate("Sync", "Held deletions")),
            ("errors", translate("Sync", "Set aside")),
            ("passes", translate("Sync", "Passes")),
            ("pairs", translate("Sync", "Items")),
        ):
            self.tabs.addTab(self._pages[key], title)
        self.tabs.currentChanged.connect(lambda _at: self.renew(is_quiet=False))
        if context.can_change:
            self._add_buttons()
        self.body.addWidget(self.banner)
        self.body.addWidget(self.tabs, 1)

    def _add_buttons(self) -> None:
        theme = self.context.theme
        preview = button("sync.preview", " " + translate("Sync", "Pre&view…"), self.preview)
        theme.dress(preview, "eye")
        full = button(
            "sync.full",
            translate("Sync", "&Compare everything"),
            lambda: self.run(full=True),
            hint=translate("Sync", "Reads both sides whole instead of only what changed."),
        )
        now = button("sync.run", " " + translate("Sync", "&Run now"), lambda: self.run(full=False), kind="primary")
        theme.dress(now, "play", "on_accent")
        for one in (preview, full, now):
            self.heading.addWidget(one)

    # --- Section ------------------------------------------------------------------------------------------------------

    def enter(self, target: Target) -> None:
        if target.page in self._pages:
            self.tabs.setCurrentWidget(self._pages[target.page])
        if target.page == "pairs" and target.filters:
            self.pairs.preset(target.filters, target.item)
            return
        self.renew(is_quiet=False)

    def renew(self, *, is_quiet: bool) -> None:
        shown = self.tabs.currentWidget()
        for page in (self.holds, self.errors, self.passes, self.pairs):
            if shown is page:
                page.renew(is_quiet=is_quiet)
        if shown is self._pages["state"]:
            self.state.renew(is_quiet=is_quiet)

    # --- actions ------------------------------------------------------------------------------------------------------

    def preview(self) -> None:
        """What the next pass would do; nothing is written."""
        PreviewDialog(self.context, self).open()

    def run(self, *, full: bool) -> None:
        """Tells the worker; does not wait for it."""
        client, firm_id = self.context.client, self.context.scope.firm_id or 0

        def done(_answer: object) -> None:
            self.banner.be_silent()
            self.context.tell(translate("Sync", "The worker has been told; the pass appears among the passes"))
            self.renew(is_quiet=True)

        self.context.jobs.start(
            lambda _cancel: sync.run(client, firm_id, full=full),
            done=done,
            failed=lambda problem: problem_banner(self.banner, problem, self.context.language),
            owner=self,
            slot="run",
        )
