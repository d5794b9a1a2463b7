"""Deletions that wait for a decision: so many of a user's items vanished at once that it may be a mistake."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from console.api import sync
from console.api.wire.shapes import Page
from console.api.wire.sync import HeldPair, Hold, HoldDetail
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.models.columns import Choice, Column, Filter
from console.models.listing import Source
from console.presenters.formats import ago, instant, iso, number
from console.presenters.items import activity_text
from console.theme import Tone
from console.views.trail import open_pair
from console.widgets.dialogs import Dialog, confirm
from console.widgets.list_page import ListPage, RowAction
from console.widgets.words import column, words


class HoldsPage(QWidget):
    """The list; deciding asks first, because confirming deletes."""

    decided = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        client, firm_id = context.client, context.scope.firm_id or 0
        self.list: ListPage[Hold] = ListPage(
            context,
            "sync.holds",
            Source(
                fetch=lambda query: sync.holds(client, firm_id, query),
                columns=_columns(context.language),
                identity=lambda hold: hold.id,
                filters=_filters(),
            ),
        )
        self.list.say_when_empty(
            translate("Holds", "Nothing is held"), translate("Holds", "No deletion waits for a decision.")
        )
        self.list.add_action(
            RowAction(
                name="show",
                text=translate("Holds", "&What is in it"),
                icon="eye",
                run=lambda rows: self._open(rows[0]),
                is_possible=lambda rows: len(rows) == 1,
            )
        )
        if context.can_change:
            self._add_decisions()
        self.list.opened.connect(self._open)
        self.setLayout(column(self.list))

    def _add_decisions(self) -> None:
        self.list.add_action(
            RowAction(
                name="reject",
                text=translate("Holds", "&Keep the items…"),
                icon="restore",
                run=lambda rows: self._decide(rows[0], "reject"),
                is_possible=lambda rows: len(rows) == 1 and rows[0].decision is None,
            )
        )
        self.list.add_action(
            RowAction(
                name="confirm",
                text=translate("Holds", "&Delete them…"),
                icon="trash",
                run=lambda rows: self._decide(rows[0], "confirm"),
                is_possible=lambda rows: len(rows) == 1 and rows[0].decision is None,
                is_dangerous=True,
            )
        )

    def renew(self, *, is_quiet: bool) -> None:
        self.list.renew(is_quiet=is_quiet)

    def _open(self, hold: Hold) -> None:
        HoldDialog(self._context, hold, self).open()

    def _decide(self, hold: Hold, decision: str) -> None:
        user = hold.email or hold.mailbox
        if decision == "confirm":
            title = translate("Holds", "Delete %n item(s) on the other side?", "", hold.count)
            text = translate("Holds", "They are gone from one side of {0} and will be removed from the other too.")
            action = translate("Holds", "Delete them")
        else:
            title = translate("Holds", "Keep %n item(s)?", "", hold.count)
            text = translate("Holds", "What is gone from one side of {0} is made again there from the other side.")
            action = translate("Holds", "Keep them")
        is_dangerous = decision == "confirm"
        if not confirm(self, self._context.theme, title, text.format(user), action, is_dangerous=is_dangerous):
            return
        client, firm_id = self._context.client, self._context.scope.firm_id or 0

        def work(_cancel: Cancel) -> None:
            (sync.confirm_hold if decision == "confirm" else sync.reject_hold)(client, firm_id, hold.id)

        def done(_nothing: object) -> None:
            self._context.tell(translate("Holds", "Decided; the next pass carries it out"))
            self.list.renew()
            self.decided.emit()

        self._context.jobs.start(work, done=done, failed=self.list.show_problem, owner=self)


class HoldDialog(Dialog):
    """The items of one hold, each with its trail."""

    def __init__(self, context: Context, hold: Hold, parent: QWidget) -> None:
        super().__init__(translate("Holds", "Held deletion"), parent, width=640)
        self.setObjectName("hold")
        self.resize(680, 520)
        client, firm_id = context.client, context.scope.firm_id or 0

        def fetch(_query: object) -> Page[HeldPair]:
            found: HoldDetail = sync.hold(client, firm_id, hold.id)
            return Page[HeldPair](items=found.pairs, next=None, total=len(found.pairs))

        self.list: ListPage[HeldPair] = ListPage(
            context,
            "hold.pairs",
            Source(
                fetch=fetch,
                columns=(
                    Column(
                        key="activity",
                        title=lambda: translate("Holds", "In Raynet"),
                        text=lambda p: activity_text(p.activity),
                        width=200,
                    ),
                    Column(
                        key="event",
                        title=lambda: translate("Holds", "In Outlook"),
                        text=lambda p: p.event or "—",
                        width=300,
                    ),
                ),
                identity=lambda pair: pair.pair,
                is_whole=True,
            ),
        )
        self.list.opened.connect(lambda pair: open_pair(context, pair.pair, self))
        self.body.addWidget(words(_of(hold), "subtitle", wrap=True))
        self.body.addWidget(words(hold.text.said(context.language), wrap=True))
        self.body.addWidget(self.list, 1)
        self.add_confirm(translate("Holds", "&Close"))
        self.list.renew()


def _of(hold: Hold) -> str:
    return translate("Holds", "{0}: {1} of {2} items").format(
        hold.email or hold.mailbox, number(hold.count), number(hold.of)
    )


def _state(hold: Hold) -> tuple[str, Tone]:
    if hold.decision is None:
        return translate("Holds", "Waits for you"), Tone.WARN
    if hold.decision in ("confirm", "confirmed"):
        return translate("Holds", "Deletion confirmed"), Tone.NEUTRAL
    return translate("Holds", "Items kept"), Tone.NEUTRAL


def _columns(language: str) -> tuple[Column[Hold], ...]:
    return (
        Column(key="user", title=lambda: translate("Holds", "User"), text=lambda h: h.email or h.mailbox, width=230),
        Column(
            key="count",
            title=lambda: translate("Holds", "Items"),
            text=lambda h: translate("Holds", "{0} of {1}").format(number(h.count), number(h.of)),
            is_numeric=True,
            width=110,
        ),
        Column(
            key="state",
            title=lambda: translate("Holds", "State"),
            text=lambda h: _state(h)[0],
            tone=lambda h: _state(h)[1],
            width=170,
        ),
        Column(
            key="text",
            title=lambda: translate("Holds", "Why"),
            text=lambda h: h.text.said(language),
            hint=lambda h: h.text.said(language),
            width=520,
        ),
        Column(
            key="at",
            title=lambda: translate("Holds", "Since"),
            text=lambda h: ago(h.at),
            hint=lambda h: instant(h.at),
            export=lambda h: iso(h.at),
            sort="at",
            width=120,
        ),
    )


def _filters() -> tuple[Filter[Hold], ...]:
    return (
        Filter(
            key="state",
            title=lambda: translate("Holds", "State"),
            choices=(
                Choice(value="open", title=lambda: translate("Holds", "Waiting")),
                Choice(value="decided", title=lambda: translate("Holds", "Decided")),
                Choice(value="closed", title=lambda: translate("Holds", "Done")),
                Choice(value="all", title=lambda: translate("Holds", "All")),
            ),
        ),
    )
