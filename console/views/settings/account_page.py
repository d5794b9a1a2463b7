"""One's own account: password, second factor, where one is signed in."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from console.api import account
from console.api.problems import NoRights
from console.api.wire.session import RecoveryCodes, SessionEntry, TotpStart
from console.api.wire.shapes import Page
from console.context import Context
from console.i18n import translate
from console.models.columns import Column
from console.models.listing import Source
from console.presenters.formats import ago, instant, iso
from console.theme import Tone
from console.widgets.banner import Banner
from console.widgets.buttons import button
from console.widgets.credentials import NewPassword
from console.widgets.dialogs import Dialog, confirm
from console.widgets.form import problem_banner
from console.widgets.list_page import ListPage, RowAction
from console.widgets.words import Card, badge, clear, column, line, words


class AccountPage(QWidget):
    """Everything here is about the person who is signed in; auditors may do it too."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.banner = Banner(context.theme)
        self.password = button("account.password", translate("Account", "Change the &password…"), self._password)
        self._factor = line(gap=10)
        session = context.session
        method = (
            translate("Account", "through Microsoft Entra ID")
            if session.method == "entra"
            else translate("Account", "with a local password")
        )
        until = translate("Account", "Signed in {0}, until {1}").format(method, instant(session.expires_at))
        who = Card(
            column(
                words(session.login, "subtitle"),
                words(until, "muted"),
                line(self.password, None),
                gap=8,
            )
        )
        self.password.setVisible(session.method != "entra")
        factor = Card(
            column(
                words(translate("Account", "Second factor"), "subtitle"),
                words(
                    translate(
                        "Account",
                        "A code from an authenticator on your phone, asked for at each sign-in with the password.",
                    ),
                    "muted",
                    wrap=True,
                ),
                self._factor,
                gap=8,
            )
        )
        factor.setVisible(session.method != "entra")
        self.sessions = self._sessions()
        self.setLayout(
            column(
                self.banner,
                who,
                factor,
                words(translate("Account", "Where you are signed in"), "subtitle"),
                self.sessions,
                gap=12,
            )
        )
        self._show_factor(is_on=session.totp)

    def renew(self, *, is_quiet: bool) -> None:
        self.sessions.renew(is_quiet=is_quiet)

    # --- sessions -----------------------------------------------------------------------------------------------------

    def _sessions(self) -> ListPage[SessionEntry]:
        client = self._context.client
        columns: Sequence[Column[SessionEntry]] = (
            Column(
                key="method",
                title=lambda: translate("Account", "How"),
                text=lambda s: "Entra ID" if s.method == "entra" else translate("Account", "Password"),
                width=150,
            ),
            Column(
                key="current",
                title=lambda: translate("Account", "This one"),
                text=lambda s: translate("Account", "this console") if s.current else "",
                tone=lambda s: Tone.ACCENT if s.current else None,
                width=150,
            ),
            Column(
                key="created",
                title=lambda: translate("Account", "Since"),
                text=lambda s: instant(s.created_at),
                export=lambda s: iso(s.created_at),
                order=lambda s: s.created_at,
                width=170,
            ),
            Column(
                key="seen",
                title=lambda: translate("Account", "Last used"),
                text=lambda s: ago(s.seen_at),
                export=lambda s: iso(s.seen_at),
                order=lambda s: s.seen_at,
                width=150,
            ),
        )

        def fetch(_query: object) -> Page[SessionEntry]:
            found = account.sessions(client)
            return Page[SessionEntry](items=found, next=None, total=len(found))

        page = ListPage(
            self._context,
            "account.sessions",
            Source(fetch=fetch, columns=columns, identity=lambda session: session.id, is_whole=True),
        )
        page.add_action(
            RowAction(
                name="end",
                text=translate("Account", "&End the session"),
                icon="sign_out",
                run=self._end,
                is_possible=lambda rows: bool(rows) and not any(row.current for row in rows),
                is_dangerous=True,
            )
        )
        return page

    def _end(self, rows: list[SessionEntry]) -> None:
        client = self._context.client

        def work(_cancel: object) -> None:
            for row in rows:
                account.end_session(client, row.id)

        self._context.jobs.start(
            work, done=lambda _none: self.sessions.renew(), failed=self.sessions.show_problem, owner=self
        )

    # --- password -----------------------------------------------------------------------------------------------------

    def _password(self) -> None:
        dialog = Dialog(translate("Account", "Change the password"), self)
        dialog.setObjectName("account.password.dialog")
        form = NewPassword(self._context.parts, self._context.client)
        form.changed.connect(dialog.accept)
        form.changed.connect(lambda: self._context.tell(translate("Account", "The password is changed")))
        dialog.body.addWidget(form)
        dialog.add_cancel()
        dialog.open()

    # --- second factor ------------------------------------------------------------------------------------------------

    def _show_factor(self, *, is_on: bool) -> None:
        clear(self._factor)
        if is_on:
            self._factor.addWidget(badge(translate("Account", "On"), Tone.GOOD))
            self._factor.addWidget(
                button("account.totp.off", translate("Account", "Turn it off"), self._stop_totp, kind="danger")
            )
        else:
            self._factor.addWidget(badge(translate("Account", "Off"), Tone.NEUTRAL))
            self._factor.addWidget(button("account.totp.on", translate("Account", "Turn it on…"), self._start_totp))
        self._factor.addStretch(1)

    def _start_totp(self) -> None:
        client = self._context.client
        self._context.jobs.start(
            lambda _cancel: account.start_totp(client), done=self._totp_started, failed=self._failed, owner=self
        )

    def _totp_started(self, start: TotpStart) -> None:
        dialog = TotpDialog(self._context, start, self)
        dialog.turned_on.connect(lambda: self._show_factor(is_on=True))
        dialog.open()

    def _stop_totp(self) -> None:
        title = translate("Account", "Turn the second factor off?")
        text = translate("Account", "The password alone will then be enough to sign in.")
        if not confirm(self, self._context.theme, title, text, translate("Account", "Turn off"), is_dangerous=True):
            return
        client = self._context.client
        self._context.jobs.start(
            lambda _cancel: account.stop_totp(client),
            done=lambda _none: self._show_factor(is_on=False),
            failed=self._failed,
            owner=self,
        )

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, NoRights) and problem.told.code == "sign_in_again":
            self.banner.say(
                Tone.WARN,
                translate("Account", "Sign in anew first"),
                translate(
                    "Account", "Changing how one signs in needs a fresh sign-in with the password: sign out and in."
                ),
            )
            return
        problem_banner(self.banner, problem, self._context.language)


class TotpDialog(Dialog):
    """The secret for the authenticator, its first code, then the recovery codes, which only their button closes."""

    #: It is in use from now on.
    turned_on = Signal()

    def __init__(self, context: Context, start: TotpStart, parent: QWidget) -> None:
        super().__init__(translate("Account", "Second factor"), parent)
        self.setObjectName("account.totp.dialog")
        self._context = context
        self._is_on = False
        self.banner = Banner(context.theme)
        self.code = QLineEdit()
        self.code.setObjectName("account.totp.code")
        self.code.setAccessibleName(translate("Account", "Code from the authenticator"))
        self.code.setMaxLength(7)
        self.code.returnPressed.connect(self._confirm)
        secret = words(
            " ".join(start.secret[at : at + 4] for at in range(0, len(start.secret), 4)),
            "mono",
            selectable=True,
            wrap=True,
        )
        secret.setObjectName("account.totp.secret")
        label = words(translate("Account", "&Code from the authenticator"), "label")
        label.setTextFormat(label.textFormat().AutoText)
        label.setBuddy(self.code)
        self._content = QWidget()
        self._content.setLayout(
            column(
                words(translate("Account", "1. Add an account in the authenticator and type this key:"), wrap=True),
                secret,
                words(translate("Account", "2. Type the code that it shows:"), wrap=True),
                label,
                self.code,
                gap=8,
            )
        )
        self.body.addWidget(self.banner)
        self.body.addWidget(self._content)
        self.add_cancel()
        self.submit = button("account.totp.confirm", translate("Account", "&Turn on"), self._confirm, kind="primary")
        self.buttons.addWidget(self.submit)
        self.code.setFocus()

    def _confirm(self) -> None:
        client, code = self._context.client, self.code.text().replace(" ", "")
        self.submit.setEnabled(False)
        self._context.jobs.start(
            lambda _cancel: account.confirm_totp(client, code), done=self._done, failed=self._failed, owner=self
        )

    def reject(self) -> None:
        """Not by Escape while the codes are shown: they are told this once."""
        if self._is_on:
            return
        super().reject()

    def _done(self, codes: RecoveryCodes) -> None:
        self._is_on = True
        self.turned_on.emit()
        self.banner.say(
            Tone.GOOD,
            translate("Account", "The second factor is on"),
            translate("Account", "Keep these codes in a safe place. Each signs you in once if you lose the phone."),
        )
        self._content.hide()
        shown = words("\n".join(codes.codes), "mono", selectable=True)
        shown.setObjectName("account.totp.codes")
        self.body.addWidget(shown)
        clear(self.buttons)
        self.buttons.addStretch(1)
        self.buttons.addWidget(
            button("account.totp.close", translate("Account", "I have them"), self.accept, kind="primary")
        )

    def _failed(self, problem: Exception) -> None:
        self.submit.setEnabled(True)
        problem_banner(self.banner, problem, self._context.language)
        self.code.selectAll()
