"""The audit log of the firm in scope, or of the whole server for the operator."""

from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import QComboBox, QWidget

from console.api import people
from console.api.client import Query
from console.api.wire.people import AuditEntry
from console.api.wire.shapes import Page
from console.context import Context
from console.i18n import translate
from console.models.columns import Column
from console.models.listing import Source
from console.presenters.audit import action_text, actor_text, detail_lines, detail_text, object_text
from console.presenters.formats import instant, iso
from console.targets import Target
from console.views.section import Section
from console.widgets.dialogs import Dialog
from console.widgets.list_page import ListPage
from console.widgets.words import words


class AuditSection(Section):
    """One list and a period."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, translate("Sections", "Log"))
        self._since = ""
        intro = translate("Audit", "Every change an administrator made. Nothing is ever taken out of it.")
        self.body.addWidget(words(intro, "muted", wrap=True))
        self.period = QComboBox()
        self.period.setObjectName("audit.period")
        self.period.setAccessibleName(translate("Audit", "Period"))
        for value, text in (
            (0, translate("Audit", "All times")),
            (1, translate("Audit", "Last 24 hours")),
            (7, translate("Audit", "Last 7 days")),
            (30, translate("Audit", "Last 30 days")),
            (365, translate("Audit", "Last year")),
        ):
            self.period.addItem(text, value)
        self.period.currentIndexChanged.connect(lambda _at: self._choose_period())
        self.heading.addWidget(self.period)
        self.list: ListPage[AuditEntry] = ListPage(
            context,
            "audit",
            Source(fetch=self._fetch, columns=_columns(context), identity=lambda entry: entry.id),
        )
        self.list.opened.connect(lambda entry: EntryDialog(entry, self).open())
        self.body.addWidget(self.list, 1)

    def _fetch(self, query: Query) -> Page[AuditEntry]:
        return people.audit(self.context.client, self.context.scope.firm_id, {**query, "since": self._since})

    def enter(self, target: Target) -> None:
        self.renew(is_quiet=False)

    def renew(self, *, is_quiet: bool) -> None:
        self.list.renew(is_quiet=is_quiet)

    def _choose_period(self) -> None:
        days = int(self.period.currentData())
        self._since = iso(datetime.now(UTC) - timedelta(days=days)) if days else ""
        self.list.listing.load()


class EntryDialog(Dialog):
    """An entry with its details, old and new values."""

    def __init__(self, entry: AuditEntry, parent: QWidget) -> None:
        super().__init__(translate("Audit", "Entry of the log"), parent, width=560)
        self.setObjectName("audit.entry")
        self.body.addWidget(words(action_text(entry.action), "subtitle", wrap=True))
        self.body.addWidget(words(f"{actor_text(entry)}, {instant(entry.at, seconds=True)}", "muted", selectable=True))
        self.body.addWidget(words(object_text(entry.object), selectable=True))
        for text in detail_lines(entry):
            self.body.addWidget(words(text, wrap=True, selectable=True))
        self.add_confirm(translate("Audit", "&Close"))


def _columns(context: Context) -> tuple[Column[AuditEntry], ...]:
    firm: Column[AuditEntry] = Column(
        key="firm",
        title=lambda: translate("Audit", "Firm"),
        text=lambda e: "—" if e.firm_id is None else f"#{e.firm_id}",
        width=90,
    )
    columns: tuple[Column[AuditEntry], ...] = (
        Column(
            key="at",
            title=lambda: translate("Audit", "When"),
            text=lambda e: instant(e.at, seconds=True),
            export=lambda e: iso(e.at),
            width=180,
        ),
        Column(key="actor", title=lambda: translate("Audit", "Who"), text=actor_text, width=200),
        Column(
            key="action",
            title=lambda: translate("Audit", "What"),
            text=lambda e: action_text(e.action),
            hint=lambda e: e.action,
            width=250,
        ),
        Column(
            key="object", title=lambda: translate("Audit", "On what"), text=lambda e: object_text(e.object), width=170
        ),
        Column(
            key="detail",
            title=lambda: translate("Audit", "Details"),
            text=detail_text,
            hint=detail_text,
            width=320,
        ),
    )
    return (columns[0], firm, *columns[1:]) if context.is_central and context.scope.firm_id is None else columns
