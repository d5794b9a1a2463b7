"""The list of firms, for the operator's people only."""

from console.api import firms
from console.api.wire.firms import Firm, FirmPatch
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.models.columns import Choice, Column, Filter
from console.models.listing import Source
from console.presenters.formats import day, instant, iso, number
from console.targets import Target
from console.theme import Tone
from console.views.firms.firm_dialog import FirmDialog, NewFirmDialog
from console.views.section import Section
from console.widgets.dialogs import confirm
from console.widgets.list_page import ListPage, RowAction
from console.widgets.state_page import Step


class FirmsSection(Section):
    """One list."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, translate("Sections", "Firms"))
        client = context.client
        self.list: ListPage[Firm] = ListPage(
            context,
            "firms",
            Source(
                fetch=lambda query: firms.listed(client, query),
                columns=_columns(),
                identity=lambda firm: firm.id,
                filters=_filters(),
            ),
        )
        self.list.say_when_empty(
            translate("Firms", "No firm yet"),
            translate("Firms", "Add the first one; a guide leads through its set-up."),
            (Step(name="firms.first", text=translate("Firms", "Add a firm…"), run=self._add, is_primary=True),),
        )
        self._add_actions()
        self.list.opened.connect(self._open)
        self.body.addWidget(self.list, 1)

    def _add_actions(self) -> None:
        add = self.list.add_action
        add(
            RowAction(
                name="add",
                text=translate("Firms", "&Add…"),
                icon="plus",
                run=lambda _rows: self._add(),
                is_possible=lambda _rows: True,
                shortcut="Ctrl+N",
            )
        )
        add(
            RowAction(
                name="setup",
                text=translate("Firms", "&Guide"),
                icon="guide",
                run=lambda rows: self._go(rows[0], "setup"),
                is_possible=lambda rows: len(rows) == 1,
            )
        )
        add(
            RowAction(
                name="edit",
                text=translate("Firms", "&Edit…"),
                icon="edit",
                run=lambda rows: self._edit(rows[0]),
                is_possible=lambda rows: len(rows) == 1,
                shortcut="F2",
            )
        )
        add(
            RowAction(
                name="pause",
                text=translate("Firms", "&Pause or resume…"),
                icon="pause",
                run=lambda rows: self._pause(rows[0]),
                # What was never started is started by the guide, after its preview.
                is_possible=lambda rows: len(rows) == 1 and rows[0].set_up,
            )
        )

    def enter(self, target: Target) -> None:
        self.renew(is_quiet=False)

    def renew(self, *, is_quiet: bool) -> None:
        self.list.renew(is_quiet=is_quiet)

    # --- actions ------------------------------------------------------------------------------------------------------

    def _open(self, firm: Firm) -> None:
        """A firm that is not set up yet is led on, another one shown."""
        self._go(firm, "overview" if firm.set_up else "setup")

    def _go(self, firm: Firm, section: str) -> None:
        self.context.go(Target(section=section, firm_id=firm.id, filters={"firm_name": firm.name}))

    def _add(self) -> None:
        dialog = NewFirmDialog(self.context, self)
        dialog.made.connect(lambda firm: self._go(firm, "setup"))
        dialog.open()

    def _edit(self, firm: Firm) -> None:
        dialog = FirmDialog(self.context, firm, self)
        dialog.finished.connect(lambda _result: self.list.renew())
        dialog.open()

    def _pause(self, firm: Firm) -> None:
        if firm.paused:
            title = translate("Firms", "Resume {0}?").format(firm.name)
            text = translate("Firms", "Everything that changed meanwhile is carried over.")
            action = translate("Firms", "Resume")
        else:
            title = translate("Firms", "Pause {0}?").format(firm.name)
            text = translate("Firms", "Nothing is read or written until it is resumed. Nothing is lost.")
            action = translate("Firms", "Pause")
        if not confirm(self, self.context.theme, title, text, action):
            return
        client = self.context.client

        def work(_cancel: Cancel) -> Firm:
            etag = firms.read(client, firm.id).etag
            return firms.changed(client, firm.id, FirmPatch(paused=not firm.paused), etag).value

        self.context.jobs.start(
            work, done=self.list.listing.model.update_row, failed=self.list.show_problem, owner=self
        )


def _state(firm: Firm) -> tuple[str, Tone]:
    if not firm.set_up:
        return translate("Firms", "Not set up yet"), Tone.ACCENT
    if firm.paused:
        return translate("Firms", "Paused"), Tone.NEUTRAL
    return translate("Firms", "Running"), Tone.GOOD


def _columns() -> tuple[Column[Firm], ...]:
    return (
        Column(key="name", title=lambda: translate("Firms", "Name"), text=lambda f: f.name, sort="name", width=280),
        Column(
            key="state",
            title=lambda: translate("Firms", "State"),
            text=lambda f: _state(f)[0],
            tone=lambda f: _state(f)[1],
            width=160,
        ),
        Column(
            key="seats",
            title=lambda: translate("Firms", "Seats"),
            text=lambda f: f"{number(f.seats_used)} / {number(f.seats)}",
            is_numeric=True,
            width=100,
        ),
        Column(
            key="until",
            title=lambda: translate("Firms", "Licence until"),
            text=lambda f: day(f.valid_until),
            export=lambda f: f.valid_until,
            sort="valid_until",
            width=140,
        ),
        Column(
            key="note",
            title=lambda: translate("Firms", "Note"),
            text=lambda f: " ".join((f.note or "").split()),
            hint=lambda f: f.note or "",
            width=240,
        ),
        Column(
            key="created",
            title=lambda: translate("Firms", "Added"),
            text=lambda f: instant(f.created_at),
            export=lambda f: iso(f.created_at),
            width=150,
        ),
        Column(
            key="id",
            title=lambda: translate("Firms", "Number"),
            text=lambda f: str(f.id),
            sort="id",
            is_numeric=True,
            width=80,
            is_hidden=True,
        ),
    )


def _filters() -> tuple[Filter[Firm], ...]:
    return (
        Filter(
            key="paused",
            title=lambda: translate("Firms", "State"),
            choices=(
                Choice(value="", title=lambda: translate("Firms", "All firms")),
                Choice(value="false", title=lambda: translate("Firms", "Running")),
                Choice(value="true", title=lambda: translate("Firms", "Paused")),
            ),
        ),
    )
