"""One user: state and why, both directions' last change, the Raynet person, the way to the items."""

from datetime import datetime

from PySide6.QtWidgets import QWidget

from console.api import people
from console.api.client import Answer
from console.api.wire.people import User, UserPatch
from console.context import Context
from console.i18n import translate
from console.presenters import states
from console.presenters.formats import NONE, ago, instant, number, span
from console.targets import Target
from console.views.users.person_finder import choose_person
from console.widgets.banner import Banner
from console.widgets.buttons import button
from console.widgets.dialogs import Dialog
from console.widgets.form import problem_banner
from console.widgets.words import badge, clear, column, line, words


class UserDialog(Dialog):
    """Reads the user anew; ``done`` is emitted by closing."""

    def __init__(self, context: Context, user: User, parent: QWidget) -> None:
        super().__init__(translate("Users", "User"), parent, width=560)
        self.setObjectName("user")
        self._context, self._user = context, user
        self._etag: str | None = None
        self.banner = Banner(context.theme)
        self._content = column(gap=8)
        self.body.addWidget(self.banner)
        self.body.addLayout(self._content)
        self.add_confirm(translate("Users", "&Close"))
        self._fill()
        self._read()

    def _read(self) -> None:
        client, firm_id, number_of = self._context.client, self._context.scope.firm_id or 0, self._user.id
        self._context.jobs.start(
            lambda _cancel: people.user(client, firm_id, number_of),
            done=self._show,
            failed=self._failed,
            owner=self,
            slot="read",
        )

    def _show(self, answer: Answer[User]) -> None:
        self._user, self._etag = answer.value, answer.etag
        self._fill()

    def _fill(self) -> None:
        user = self._user
        clear(self._content)
        heading = words(user.email, "subtitle", selectable=True)
        heading.setObjectName("user.address")
        self._content.addLayout(line(heading, badge(*states.user(user.state)), None))
        self._content.addWidget(words(user.reason.said(self._context.language), wrap=True, selectable=True))
        person = translate("Users", "found by the e-mail address")
        if user.person_chosen:
            person = translate("Users", "chosen by an administrator")
        if user.person_id is None:
            person = translate("Users", "nobody with this e-mail address")
        named = user.person_name or (str(user.person_id) if user.person_id is not None else "")
        lag = translate("Users", "{0} ago").format(span(user.lag_seconds)) if user.lag_seconds is not None else "—"
        for title, value in (
            (translate("Users", "Raynet person"), f"{named} – {person}" if named else person),
            (translate("Users", "Calendar"), user.mailbox or "—"),
            (translate("Users", "Calendar last read"), lag),
            (translate("Users", "Last change to Outlook"), _moment(user.last_to_outlook_at)),
            (translate("Users", "Last change to Raynet"), _moment(user.last_to_raynet_at)),
            (translate("Users", "Failed readings"), _failures(user)),
        ):
            label = words(title, "label")
            label.setFixedWidth(190)
            row = line(label, gap=12)
            row.addWidget(words(value, wrap=True, selectable=True), 1)
            self._content.addLayout(row)
        items = translate("Users", "&Items of this user (%n)", "", user.pairs)
        row = line(button("user.items", items, self._items, kind="link"), None)
        if self._context.can_change:
            row.addWidget(button("user.person", translate("Users", "Choose the Raynet &person…"), self._choose))
            if user.person_chosen:
                row.addWidget(button("user.automatic", translate("Users", "Find &by e-mail"), self._automatic))
        self._content.addSpacing(4)
        self._content.addLayout(row)

    # --- actions ------------------------------------------------------------------------------------------------------

    def _items(self) -> None:
        self.accept()
        self._context.go(Target(section="sync", page="pairs", filters={"user": str(self._user.id)}))

    def _choose(self) -> None:
        choose_person(self._context, self, self._take)

    def _take(self, person_id: int) -> None:
        self._patch(UserPatch(person_id=person_id))

    def _automatic(self) -> None:
        self._patch(UserPatch(person_id=None))

    def _patch(self, body: UserPatch) -> None:
        client, firm_id, etag = self._context.client, self._context.scope.firm_id or 0, self._etag
        number_of = self._user.id
        self._context.jobs.start(
            lambda _cancel: people.change_user(client, firm_id, number_of, body, etag),
            done=self._changed,
            failed=self._failed,
            owner=self,
            slot="write",
        )

    def _changed(self, answer: Answer[User]) -> None:
        self.banner.be_silent()
        self._show(answer)
        self._context.changed.emit()

    def _failed(self, problem: Exception) -> None:
        problem_banner(self.banner, problem, self._context.language)


def _moment(at: datetime | None) -> str:
    return f"{instant(at)} ({ago(at)})" if at is not None else NONE


def _failures(user: User) -> str:
    if not user.failures:
        return number(0)
    return translate("Users", "{0}, next try {1}").format(number(user.failures), instant(user.retry_at))
