"""Přehled: for the operator all firms in a list and one firm's health; for others their own firm's health; alerts."""

from PySide6.QtWidgets import QScrollArea, QTabWidget, QWidget

from console.api import firms
from console.api.wire.firms import Alert, Health
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.models.listing import Source
from console.presenters.health import alert_target
from console.targets import Target
from console.views.overview.columns import alert_columns, health_columns, health_filters
from console.views.overview.firm_health import FirmHealth
from console.views.section import Section
from console.widgets.list_page import ListPage, RowAction
from console.widgets.state_page import Step


class OverviewSection(Section):
    """Tabs: all firms (operator), one firm, alerts."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, translate("Sections", "Overview"))
        self.tabs = QTabWidget()
        self.tabs.setObjectName("overview.tabs")
        self.tabs.setAccessibleName(translate("Sections", "Overview"))
        self.all: ListPage[Health] | None = None
        if context.is_central:
            self.all = self._all_firms()
            self.tabs.addTab(self.all, translate("Overview", "All firms"))
        self.firm = FirmHealth(context)
        if context.scope.firm_id is not None:
            scroll = QScrollArea()
            scroll.setWidgetResizable(True)
            scroll.setWidget(self.firm)
            self.tabs.addTab(scroll, self._firm_title())
        self.alerts = self._alerts()
        self.tabs.addTab(self.alerts, translate("Overview", "Alerts"))
        self.tabs.currentChanged.connect(lambda _at: self.renew(is_quiet=False))
        self.body.addWidget(self.tabs, 1)

    def _firm_title(self) -> str:
        if self.context.is_central:
            return self.context.scope.firm_name.replace("&", "&&")
        return translate("Overview", "Health")

    def _all_firms(self) -> ListPage[Health]:
        client = self.context.client
        page = ListPage(
            self.context,
            "overview.firms",
            Source(
                fetch=lambda query: firms.overview(client, query),
                columns=health_columns(),
                identity=lambda found: found.firm_id,
                filters=health_filters(),
            ),
        )
        page.say_when_empty(
            translate("Overview", "No firm yet"),
            translate("Overview", "Add the first one in the section Firms; a guide leads through its set-up."),
            (
                Step(
                    name="overview.firms.first",
                    text=translate("Overview", "To the firms"),
                    run=lambda: self.context.go(Target(section="firms")),
                    is_primary=True,
                ),
            ),
        )
        page.opened.connect(lambda found: self._open(found.firm_id, found.name))
        page.add_action(
            RowAction(
                name="open",
                text=translate("Overview", "&Open"),
                icon="arrow_right",
                run=lambda rows: self._open(rows[0].firm_id, rows[0].name),
                is_possible=lambda rows: len(rows) == 1,
            )
        )
        return page

    def _alerts(self) -> ListPage[Alert]:
        context = self.context
        page = ListPage(
            context,
            "overview.alerts",
            Source(
                fetch=lambda query: firms.alerts(context.client, context.scope.firm_id, query),
                columns=alert_columns(context),
                identity=lambda alert: alert.id,
                is_whole=True,
            ),
        )
        page.say_when_empty(
            translate("Overview", "Nothing to do"), translate("Overview", "There is nothing that needs you.")
        )
        page.opened.connect(lambda alert: context.go(alert_target(alert)))
        page.add_action(
            RowAction(
                name="solve",
                text=translate("Overview", "&Go to the remedy"),
                icon="arrow_right",
                run=lambda rows: context.go(alert_target(rows[0])),
                is_possible=lambda rows: len(rows) == 1,
            )
        )
        if context.can_change:
            page.add_action(
                RowAction(
                    name="acknowledge",
                    text=translate("Overview", "I &know of it"),
                    icon="check",
                    run=self._acknowledge,
                )
            )
        return page

    # --- Section ------------------------------------------------------------------------------------------------------

    def enter(self, target: Target) -> None:
        if target.page == "alerts":
            self.tabs.setCurrentWidget(self.alerts)
        elif target.firm_id is not None or not self.context.is_central:
            self.tabs.setCurrentIndex(1 if self.context.is_central else 0)
        self.renew(is_quiet=False)

    def renew(self, *, is_quiet: bool) -> None:
        shown: QWidget = self.tabs.currentWidget()
        if shown is self.alerts:
            self.alerts.renew(is_quiet=is_quiet)
        elif self.all is not None and shown is self.all:
            self.all.renew(is_quiet=is_quiet)
        else:
            self.firm.renew(is_quiet=is_quiet)

    def _open(self, firm_id: int, name: str) -> None:
        self.context.go(Target(section="overview", firm_id=firm_id, filters={"firm_name": name}))

    def _acknowledge(self, rows: list[Alert]) -> None:
        client = self.context.client

        def work(cancel: Cancel) -> int:
            for alert in rows:
                cancel.check()
                firms.acknowledge(client, alert)
            return len(rows)

        self.context.jobs.start(
            work, done=lambda _count: self.alerts.renew(), failed=self.alerts.show_problem, owner=self
        )
