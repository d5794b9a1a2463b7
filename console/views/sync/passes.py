"""What was done when, and taking a pass back."""

from PySide6.QtWidgets import QWidget

from console.api import sync
from console.api.wire.shapes import Page
from console.api.wire.sync import Pass, PassWrite
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.models.columns import Column
from console.models.listing import Source
from console.presenters.formats import instant, iso, span
from console.presenters.items import activity_text, counts_text, field_names, kind_text, trigger_text
from console.theme import Tone
from console.views.trail import open_item
from console.widgets.dialogs import Dialog, confirm
from console.widgets.list_page import ListPage, RowAction
from console.widgets.words import column, words


class PassesPage(QWidget):
    """The list of passes."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        client, firm_id = context.client, context.scope.firm_id or 0
        self.list: ListPage[Pass] = ListPage(
            context,
            "sync.passes",
            Source(
                fetch=lambda query: sync.passes(client, firm_id, query),
                columns=_columns(),
                identity=lambda one: one.id,
            ),
        )
        self.list.say_when_empty(
            translate("Passes", "No pass yet"),
            translate("Passes", "A pass is recorded whenever it had something to do."),
        )
        self.list.add_action(
            RowAction(
                name="show",
                text=translate("Passes", "&What it wrote"),
                icon="eye",
                run=lambda rows: self._open(rows[0]),
                is_possible=lambda rows: len(rows) == 1,
            )
        )
        if context.can_change:
            self.list.add_action(
                RowAction(
                    name="undo",
                    text=translate("Passes", "&Take it back…"),
                    icon="undo",
                    run=lambda rows: self._undo(rows[0]),
                    is_possible=lambda rows: len(rows) == 1 and rows[0].can_undo,
                    is_dangerous=True,
                )
            )
        self.list.opened.connect(self._open)
        self.setLayout(column(self.list))

    def renew(self, *, is_quiet: bool) -> None:
        self.list.renew(is_quiet=is_quiet)

    def _open(self, row: Pass) -> None:
        PassDialog(self._context, row, self).open()

    def _undo(self, row: Pass) -> None:
        title = translate("Passes", "Take back the pass of {0}?").format(instant(row.started_at))
        text = translate(
            "Passes",
            "Everything it wrote is written back on both sides, except for what somebody has changed since. "
            "It did: {0}.",
        ).format(counts_text(row.counts))
        if not confirm(self, self._context.theme, title, text, translate("Passes", "Take it back"), is_dangerous=True):
            return
        client, firm_id = self._context.client, self._context.scope.firm_id or 0

        def work(_cancel: Cancel) -> None:
            sync.undo_pass(client, firm_id, row.id)

        def done(_nothing: object) -> None:
            self._context.tell(translate("Passes", "It is being taken back"))
            self.list.renew()

        self._context.jobs.start(work, done=done, failed=self.list.show_problem, owner=self)


class PassDialog(Dialog):
    """The writes of a pass, each with its trail."""

    def __init__(self, context: Context, row: Pass, parent: QWidget) -> None:
        super().__init__(translate("Passes", "Pass"), parent, width=760)
        self.setObjectName("pass")
        self.resize(860, 560)
        client, firm_id = context.client, context.scope.firm_id or 0

        def fetch(_query: object) -> Page[PassWrite]:
            found = sync.pass_detail(client, firm_id, row.id)
            return Page[PassWrite](items=found.writes, next=None, total=len(found.writes))

        self.list: ListPage[PassWrite] = ListPage(
            context,
            "pass.writes",
            Source(fetch=fetch, columns=_write_columns(), identity=lambda write: write.id, is_whole=True),
        )
        self.list.say_when_empty(
            translate("Passes", "Nothing was written"), translate("Passes", "The pass only looked and compared.")
        )
        self.list.opened.connect(
            lambda write: open_item(context, self, activity=write.activity, event=write.event, mailbox=write.mailbox)
        )
        self.body.addWidget(words(instant(row.started_at, seconds=True), "subtitle"))
        self.body.addWidget(words(counts_text(row.counts), "muted", wrap=True))
        self.body.addWidget(self.list, 1)
        self.add_confirm(translate("Passes", "&Close"))
        self.list.renew()


def _state(row: Pass) -> tuple[str, Tone]:
    if row.undone_at is not None:
        return translate("Passes", "Taken back"), Tone.NEUTRAL
    if row.undo_requested_at is not None:
        return translate("Passes", "Being taken back"), Tone.ACCENT
    if row.ended_at is None:
        return translate("Passes", "Running"), Tone.ACCENT
    if row.counts.get("errors"):
        return translate("Passes", "With errors"), Tone.WARN
    return translate("Passes", "Done"), Tone.GOOD


def _took(row: Pass) -> str:
    return span((row.ended_at - row.started_at).total_seconds()) if row.ended_at is not None else "—"


def _columns() -> tuple[Column[Pass], ...]:
    return (
        Column(
            key="started",
            title=lambda: translate("Passes", "Started"),
            text=lambda p: instant(p.started_at, seconds=True),
            export=lambda p: iso(p.started_at),
            sort="started_at",
            width=190,
        ),
        Column(key="took", title=lambda: translate("Passes", "Took"), text=_took, is_numeric=True, width=90),
        Column(
            key="trigger",
            title=lambda: translate("Passes", "Started how"),
            text=lambda p: trigger_text(p.trigger),
            width=170,
        ),
        Column(
            key="state",
            title=lambda: translate("Passes", "State"),
            text=lambda p: _state(p)[0],
            tone=lambda p: _state(p)[1],
            width=160,
        ),
        Column(
            key="counts",
            title=lambda: translate("Passes", "What it did"),
            text=lambda p: counts_text(p.counts),
            hint=lambda p: counts_text(p.counts),
            width=360,
        ),
    )


def _write_columns() -> tuple[Column[PassWrite], ...]:
    return (
        Column(
            key="item",
            title=lambda: translate("Passes", "Item"),
            text=lambda w: activity_text(w.activity) if w.activity else (w.event or "—"),
            width=170,
        ),
        Column(key="kind", title=lambda: translate("Passes", "What"), text=lambda w: kind_text(w.kind), width=180),
        Column(
            key="fields",
            title=lambda: translate("Passes", "Fields"),
            text=lambda w: field_names(w.fields),
            width=220,
        ),
        Column(
            key="undone",
            title=lambda: translate("Passes", "Taken back"),
            text=lambda w: translate("Passes", "yes") if w.undone else "",
            width=110,
        ),
        Column(
            key="at",
            title=lambda: translate("Passes", "When"),
            text=lambda w: instant(w.at, seconds=True),
            order=lambda w: w.at,
            export=lambda w: iso(w.at),
            width=180,
        ),
    )
