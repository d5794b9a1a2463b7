"""The conflict journal: what stands, what lost, one click to restore it."""

from PySide6.QtWidgets import QWidget

from console.api import sync
from console.api.wire.sync import Conflict
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.models.columns import Choice, Column, Filter
from console.models.listing import Source
from console.presenters import states
from console.presenters.formats import ago, instant, iso
from console.presenters.items import activity_text, field_name
from console.targets import Target
from console.theme import Tone
from console.views.section import Section
from console.views.trail import open_item
from console.widgets.dialogs import Dialog, confirm
from console.widgets.list_page import ListPage, RowAction
from console.widgets.words import words


class ConflictsSection(Section):
    """One list."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, translate("Sections", "Conflicts"))
        firm_id, client = context.scope.firm_id or 0, context.client
        intro = translate(
            "Conflicts",
            "Both sides changed the same field before either change was carried over. One value stands, the other one "
            "is kept here and can be restored.",
        )
        self.body.addWidget(words(intro, "muted", wrap=True))
        self.list: ListPage[Conflict] = ListPage(
            context,
            "conflicts",
            Source(
                fetch=lambda query: sync.conflicts(client, firm_id, query),
                columns=_columns(),
                identity=lambda one: one.id,
                filters=_filters(),
            ),
        )
        self.list.say_when_empty(
            translate("Conflicts", "No conflicts"), translate("Conflicts", "No value has been lost.")
        )
        if context.can_change:
            self.list.add_action(
                RowAction(
                    name="restore",
                    text=translate("Conflicts", "&Restore the lost value…"),
                    icon="restore",
                    run=lambda rows: self._restore(rows[0]),
                    is_possible=lambda rows: len(rows) == 1 and is_open(rows[0]),
                )
            )
        self.list.add_action(
            RowAction(
                name="trail",
                text=translate("Conflicts", "&Why"),
                icon="trail",
                run=lambda rows: self._trail(rows[0]),
                is_possible=lambda rows: len(rows) == 1 and rows[0].activity is not None,
            )
        )
        self.list.opened.connect(lambda row: ConflictDialog(row, self).open())
        self.body.addWidget(self.list, 1)

    def enter(self, target: Target) -> None:
        if target.filters:
            self.list.preset(target.filters)
        else:
            self.renew(is_quiet=False)

    def renew(self, *, is_quiet: bool) -> None:
        self.list.renew(is_quiet=is_quiet)

    def _trail(self, row: Conflict) -> None:
        open_item(self.context, self, activity=row.activity)

    def _restore(self, row: Conflict) -> None:
        title = translate("Conflicts", "Restore the value that lost?")
        text = translate("Conflicts", "“{0}” replaces “{1}” on both sides. The present value stays in the log.").format(
            shortened(row.lost), shortened(row.kept)
        )
        if not confirm(self, self.context.theme, title, text, translate("Conflicts", "Restore")):
            return
        client, firm_id = self.context.client, self.context.scope.firm_id or 0

        def work(_cancel: Cancel) -> None:
            sync.restore(client, firm_id, row.id)

        def done(_nothing: object) -> None:
            self.context.tell(translate("Conflicts", "The value is being restored"))
            self.renew(is_quiet=False)

        self.context.jobs.start(work, done=done, failed=self.list.show_problem, owner=self)


class ConflictDialog(Dialog):
    """All three values whole."""

    def __init__(self, row: Conflict, parent: QWidget) -> None:
        super().__init__(translate("Conflicts", "Conflict"), parent, width=560)
        self.setObjectName("conflict")
        heading = f"{activity_text(row.activity)} – {field_name(row.field)}"
        self.body.addWidget(words(heading, "subtitle", selectable=True))
        self.body.addWidget(words(f"{row.email or row.mailbox}, {instant(row.at)}", "muted", selectable=True))
        for title, value in (
            (translate("Conflicts", "Before both changes"), row.base),
            (translate("Conflicts", "Stands now"), row.kept),
            (translate("Conflicts", "Lost, from {0}").format(states.side(_side(row))), row.lost),
        ):
            self.body.addWidget(words(title, "label"))
            self.body.addWidget(words(value or "—", wrap=True, selectable=True))
        self.add_confirm(translate("Conflicts", "&Close"))


def is_open(row: Conflict) -> bool:
    """Nobody has asked for it yet."""
    return row.restore_requested_at is None and row.restored_at is None


def shortened(text: str, most: int = 60) -> str:
    """One line for a question."""
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= most else f"{one_line[: most - 1]}…"


def _side(row: Conflict) -> str:
    return "outlook" if row.lost_side == "graph" else row.lost_side


def _state(row: Conflict) -> tuple[str, Tone]:
    if row.restored_at is not None:
        return translate("Conflicts", "Restored"), Tone.GOOD
    if row.restore_requested_at is not None:
        return translate("Conflicts", "Being restored"), Tone.ACCENT
    return translate("Conflicts", "Can be restored"), Tone.NEUTRAL


def _columns() -> tuple[Column[Conflict], ...]:
    return (
        Column(
            key="activity",
            title=lambda: translate("Conflicts", "Item"),
            text=lambda c: activity_text(c.activity),
            width=150,
        ),
        Column(
            key="field",
            title=lambda: translate("Conflicts", "Field"),
            text=lambda c: field_name(c.field),
            width=110,
        ),
        Column(
            key="kept",
            title=lambda: translate("Conflicts", "Stands now"),
            text=lambda c: shortened(c.kept),
            hint=lambda c: c.kept,
            export=lambda c: c.kept,
            width=230,
        ),
        Column(
            key="lost",
            title=lambda: translate("Conflicts", "Lost"),
            text=lambda c: shortened(c.lost),
            hint=lambda c: c.lost,
            export=lambda c: c.lost,
            width=230,
        ),
        Column(
            key="side",
            title=lambda: translate("Conflicts", "Lost from"),
            text=lambda c: states.side(_side(c)),
            width=120,
        ),
        Column(
            key="email",
            title=lambda: translate("Conflicts", "User"),
            text=lambda c: c.email or c.mailbox,
            width=200,
            is_hidden=True,
        ),
        Column(
            key="at",
            title=lambda: translate("Conflicts", "When"),
            text=lambda c: ago(c.at),
            hint=lambda c: instant(c.at, seconds=True),
            export=lambda c: iso(c.at),
            sort="at",
            width=120,
        ),
        Column(
            key="state",
            title=lambda: translate("Conflicts", "State"),
            text=lambda c: _state(c)[0],
            tone=lambda c: _state(c)[1],
            width=150,
        ),
    )


def _filters() -> tuple[Filter[Conflict], ...]:
    return (
        Filter(
            key="state",
            title=lambda: translate("Conflicts", "State"),
            choices=(
                Choice(value="", title=lambda: translate("Conflicts", "All states")),
                Choice(value="open", title=lambda: translate("Conflicts", "Can be restored")),
                Choice(value="restoring", title=lambda: translate("Conflicts", "Being restored")),
                Choice(value="restored", title=lambda: translate("Conflicts", "Restored")),
            ),
        ),
    )
