"""Tabs: state, held deletions, items set aside, passes, items; run now and preview stand above them all."""

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
from console.widgets.list_page import ListPage
from console.widgets.pages import Pages


class SyncSection(Section):
    """Pages by name: ``state``, ``holds``, ``errors``, ``passes``, ``pairs``."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, translate("Sections", "Synchronisation"))
        self.banner = Banner(context.theme)
        self.tabs = Pages("sync", translate("Sections", "Synchronisation"))
        self.tabs.add("state", translate("Sync", "State"), lambda: StateOfSync(context), scrolls=True)
        self.tabs.add("holds", translate("Sync", "Held deletions"), lambda: HoldsPage(context))
        self.tabs.add("errors", translate("Sync", "Set aside"), lambda: errors_list(context, self))
        self.tabs.add("passes", translate("Sync", "Passes"), lambda: PassesPage(context))
        self.tabs.add("pairs", translate("Sync", "Items"), lambda: pairs_list(context, self))
        self.tabs.start()
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
        self.tabs.open(target.page)
        page = self.tabs.current()
        if target.page == "pairs" and target.filters and isinstance(page, ListPage):
            page.preset(target.filters, target.item)
            return
        self.renew(is_quiet=False)

    def renew(self, *, is_quiet: bool) -> None:
        self.tabs.renew(is_quiet=is_quiet)

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
