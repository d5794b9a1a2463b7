"""Adding users: from proposals (Raynet people and mailboxes that belong together), or by typing addresses."""

import re

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QTabWidget, QWidget

from console.api import people
from console.api.wire.people import BulkResult, BulkUsers, NewUser, Proposal
from console.context import Context
from console.i18n import translate
from console.models.listing import Source
from console.theme import Tone
from console.views.users.columns import proposal_columns
from console.widgets.banner import Banner
from console.widgets.buttons import button
from console.widgets.dialogs import Dialog
from console.widgets.form import problem_banner
from console.widgets.list_page import ListPage
from console.widgets.words import column, words


class AddUsers(QWidget):
    """Emits ``added`` with what became of each. Also a step of the set-up."""

    added = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        client, firm_id = context.client, context.scope.firm_id or 0
        self.banner = Banner(context.theme)
        self.proposals: ListPage[Proposal] = ListPage(
            context,
            "users.proposals",
            Source(
                fetch=lambda query: people.proposals(client, firm_id, query),
                columns=proposal_columns(context.language),
                identity=lambda one: f"{one.person_id}:{one.mailbox}:{one.email}",
                is_whole=True,
            ),
        )
        self.proposals.say_when_empty(
            translate("Users", "No proposals"),
            translate("Users", "Proposals come from Raynet and Microsoft 365, once both are connected."),
        )
        self.proposals.selection_changed.connect(self._judge)
        self.proposals.arrived.connect(lambda _count: self._judge())
        self.addresses = QPlainTextEdit()
        self.addresses.setObjectName("users.addresses")
        self.addresses.setAccessibleName(translate("Users", "E-mail addresses"))
        self.addresses.setPlaceholderText("jana.mala@example.cz\npetr.velky@example.cz")
        self.addresses.setTabChangesFocus(True)
        self.addresses.textChanged.connect(self._judge)
        typed = QWidget()
        hint = translate("Users", "One address on a line; the Raynet person is found by it.")
        typed.setLayout(column(words(hint, "muted", wrap=True), self.addresses, gap=8))
        self.tabs = QTabWidget()
        self.tabs.setObjectName("users.add.tabs")
        self.tabs.setAccessibleName(translate("Users", "Add users"))
        self.tabs.addTab(self.proposals, translate("Users", "Proposals"))
        self.tabs.addTab(typed, translate("Users", "By address"))
        self.tabs.currentChanged.connect(lambda _at: self._judge())
        self.submit = button("users.add.submit", translate("Users", "&Add the chosen"), self._add, kind="primary")
        self.setLayout(column(self.banner, self.tabs, gap=10))
        self._judge()

    def renew(self) -> None:
        self.proposals.renew()

    def chosen(self) -> tuple[NewUser, ...]:
        """What the button would add."""
        if self.tabs.currentWidget() is self.proposals:
            rows = [row for row in self.proposals.selected() if row.user_id is None]
            return tuple(_from_proposal(row) for row in rows)
        typed = [word for word in re.split(r"[\s,;]+", self.addresses.toPlainText()) if word]
        return tuple(NewUser(email=word) for word in dict.fromkeys(typed))

    def _judge(self) -> None:
        count = len(self.chosen())
        self.submit.setEnabled(count > 0)
        text = translate("Users", "&Add %n user(s)", "", count) if count else translate("Users", "&Add the chosen")
        self.submit.setText(text)

    def _add(self) -> None:
        chosen = self.chosen()
        wrong = [user.email for user in chosen if "@" not in user.email]
        if wrong:
            text = translate("Users", "This is no address: {0}").format(", ".join(wrong[:3]))
            self.banner.say(Tone.WARN, text)
            return
        client, firm_id = self._context.client, self._context.scope.firm_id or 0
        self.submit.setEnabled(False)
        self.banner.be_silent()
        self._context.jobs.start(
            lambda _cancel: people.change_users(client, firm_id, BulkUsers(add=chosen)),
            done=self._done,
            failed=self._failed,
            owner=self,
            slot="add",
        )

    def _done(self, result: BulkResult) -> None:
        self._judge()
        self._context.changed.emit()
        if result.refused:
            self.banner.say(Tone.WARN, *outcome_words(result, self._context.language))
            refused = [one.email for one in result.outcomes if one.code is not None and one.email]
            if self.tabs.currentWidget() is not self.proposals:
                self.addresses.setPlainText("\n".join(refused))
        else:
            self.addresses.clear()
        self.proposals.renew()
        self.added.emit(result)

    def _failed(self, problem: Exception) -> None:
        self._judge()
        problem_banner(self.banner, problem, self._context.language)


def _from_proposal(row: Proposal) -> NewUser:
    # A person that the address finds by itself need not be chosen; anybody else must be.
    if row.person_id is None or row.why == "same_email":
        return NewUser(email=row.email)
    return NewUser(email=row.email, person_id=row.person_id)


def outcome_words(result: BulkResult, language: str) -> tuple[str, str]:
    """What was refused and why: the first few by name."""
    title = translate("Users", "%n done", "", result.done) + ", "
    title += translate("Users", "%n refused", "", result.refused)
    refused = [one for one in result.outcomes if one.code is not None]
    told = [f"{one.email or one.id}: {one.text.said(language) if one.text else one.code}" for one in refused[:4]]
    rest = len(refused) - len(told)
    if rest > 0:
        told.append(translate("Users", "and %n more", "", rest))
    return title, "\n".join(told)


class AddUsersDialog(Dialog):
    """The same in a window; closes when everything was added."""

    added = Signal()

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(translate("Users", "Add users"), parent, width=820)
        self.setObjectName("users.add.dialog")
        self.resize(900, 600)
        self.content = AddUsers(context)
        self.content.added.connect(self._done)
        self.body.addWidget(self.content, 1)
        self.add_cancel(translate("Users", "Close"))
        self.buttons.addWidget(self.content.submit)
        self.content.renew()

    def _done(self, result: BulkResult) -> None:
        self.added.emit()
        if not result.refused:
            self.accept()
