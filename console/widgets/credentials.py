"""Login, password, second factor, or Entra ID: the same form for the first sign-in and for signing in again."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from console.api import account, entra
from console.api.client import Client
from console.api.problems import SignedOut
from console.api.wire.session import PasswordChange, ServerInfo, SignedIn, SignIn
from console.context import Parts
from console.i18n import translate
from console.jobs import Cancel, Job
from console.presenters.troubles import explained
from console.theme import Tone
from console.widgets.banner import Banner
from console.widgets.buttons import button
from console.widgets.words import column, fixed, line, rule, words


class Credentials(QWidget):
    """Emits ``signed_in`` with the server's answer; the client then carries the new token."""

    signed_in = Signal(object)

    def __init__(self, parts: Parts, client: Client, server: ServerInfo, *, login: str = "") -> None:
        super().__init__()
        self._parts, self._client, self._server = parts, client, server
        self._job: Job | None = None
        self.banner = Banner(parts.theme)
        self.login = _edit("signin.login", translate("SignIn", "Login"))
        self.password = _edit("signin.password", translate("SignIn", "Password"), is_secret=True)
        self.code = _edit("signin.code", translate("SignIn", "Verification code"))
        self.code.setPlaceholderText(translate("SignIn", "only if you use an authenticator"))
        self.login.setText(login)
        self.submit = button("signin.submit", translate("SignIn", "&Sign in"), self._local, kind="primary")
        self.submit.setDefault(True)
        self.stop = button("signin.cancel", translate("SignIn", "Cancel"), self._cancel)
        self.stop.hide()
        self.entra = button("signin.entra", translate("SignIn", "Sign in with &Microsoft Entra ID"), self._with_entra)
        with_entra = QWidget()
        with_entra.setLayout(
            column(line(rule(), fixed(words(translate("SignIn", "or"), "faint")), rule()), self.entra, gap=10)
        )
        with_entra.setVisible(server.entra is not None)
        layout = column(self.banner, gap=6)
        for text, edit in (
            (translate("SignIn", "&Login"), self.login),
            (translate("SignIn", "&Password"), self.password),
            (translate("SignIn", "Verification &code"), self.code),
        ):
            label = words(text, "label")
            label.setBuddy(edit)
            label.setTextFormat(Qt.TextFormat.AutoText)
            layout.addWidget(label)
            layout.addWidget(edit)
            edit.returnPressed.connect(self._local)
        layout.addSpacing(10)
        layout.addWidget(self.submit)
        layout.addWidget(self.stop)
        layout.addWidget(with_entra)
        self.setLayout(layout)
        self.setTabOrder(self.login, self.password)
        self.setTabOrder(self.password, self.code)
        self.setTabOrder(self.code, self.submit)

    def start(self) -> None:
        """The keyboard goes to the first empty field."""
        (self.password if self.login.text() else self.login).setFocus()

    def type_in(self, login: str, password: str) -> None:
        """As a person would, and presses the button."""
        self.login.setText(login)
        self.password.setText(password)
        self._local()

    # --- signing in ---------------------------------------------------------------------------------------------------

    def _local(self) -> None:
        login, password, code = self.login.text().strip(), self.password.text(), self.code.text().replace(" ", "")
        if not login or not password:
            self.banner.say(Tone.WARN, translate("SignIn", "Enter the login and the password."))
            (self.password if login else self.login).setFocus()
            return
        body = SignIn(login=login, password=password, totp=code) if code else SignIn(login=login, password=password)
        self._run(lambda _cancel: account.sign_in(self._client, body))

    def _with_entra(self) -> None:
        application = self._server.entra
        if application is None:
            return

        def work(cancel: Cancel) -> SignedIn:
            token = entra.access_token(application)
            cancel.check()
            return account.sign_in_with_entra(self._client, token)

        self._run(work)
        self.banner.say(
            Tone.ACCENT,
            translate("SignIn", "Continue in the browser"),
            translate("SignIn", "A window of your browser has opened. Sign in there, then come back."),
        )
        self.stop.show()

    def _run(self, work: object) -> None:
        if self._job is not None or not callable(work):
            return
        self.banner.be_silent()
        self._enable(is_on=False)
        self._job = self._parts.jobs.start(work, done=self._done, failed=self._failed, owner=self, parks=False)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._settle()
        self.banner.be_silent()

    def _done(self, answer: SignedIn) -> None:
        self._settle()
        self._client.token = answer.token
        if answer.session.method == "password":
            self._parts.preferences.login = answer.session.login
        self.password.clear()
        self.code.clear()
        self.signed_in.emit(answer)

    def _failed(self, problem: Exception) -> None:
        self._settle()
        if isinstance(problem, SignedOut):
            self.banner.say(
                Tone.BAD,
                translate("SignIn", "The sign-in was not accepted"),
                translate(
                    "SignIn",
                    "Check the login and the password. If you use an authenticator, enter its current code too.",
                ),
            )
            self.password.selectAll()
            self.password.setFocus()
            return
        if isinstance(problem, entra.EntraRefused):
            self.banner.say(
                Tone.BAD,
                translate("SignIn", "Entra ID did not sign you in"),
                translate("SignIn", "It said: {0}. Try again, or use a local account.").format(problem.reason),
            )
            return
        trouble = explained(problem, self._parts.languages.current)
        self.banner.say(Tone.BAD, trouble.title, trouble.text, icon=trouble.icon)

    def _settle(self) -> None:
        self._job = None
        self.stop.hide()
        self._enable(is_on=True)

    def _enable(self, *, is_on: bool) -> None:
        for widget in (self.login, self.password, self.code, self.submit, self.entra):
            widget.setEnabled(is_on)
        self.submit.setText(translate("SignIn", "&Sign in") if is_on else translate("SignIn", "Signing in…"))


def _edit(name: str, label: str, *, is_secret: bool = False) -> QLineEdit:
    made = QLineEdit()
    made.setObjectName(name)
    made.setAccessibleName(label)
    if is_secret:
        made.setEchoMode(QLineEdit.EchoMode.Password)
    return made


class NewPassword(QWidget):
    """The current password and the new one twice. Forced at the first sign-in, free afterwards."""

    changed = Signal()

    def __init__(self, parts: Parts, client: Client) -> None:
        super().__init__()
        self._parts, self._client = parts, client
        self.banner = Banner(parts.theme)
        self.current = _edit("password.current", translate("Password", "Current password"), is_secret=True)
        self.new = _edit("password.new", translate("Password", "New password"), is_secret=True)
        self.again = _edit("password.again", translate("Password", "New password again"), is_secret=True)
        action = translate("Password", "&Change the password")
        self.submit = button("password.submit", action, self._run, kind="primary")
        layout = column(self.banner, gap=6)
        for edit in (self.current, self.new, self.again):
            label = words(edit.accessibleName(), "label")
            label.setBuddy(edit)
            layout.addWidget(label)
            layout.addWidget(edit)
            edit.returnPressed.connect(self._run)
        hint = translate("Password", "At least 15 characters; a sentence is easier to remember than a puzzle.")
        layout.addWidget(words(hint, "muted", wrap=True))
        layout.addSpacing(8)
        layout.addWidget(self.submit)
        self.setLayout(layout)

    def _run(self) -> None:
        current, new = self.current.text(), self.new.text()
        if new != self.again.text() or not new:
            self.banner.say(Tone.WARN, translate("Password", "The new password was not typed twice in the same way."))
            return
        self.banner.be_silent()
        self.submit.setEnabled(False)
        body = PasswordChange(current=current, new=new)
        self._parts.jobs.start(
            lambda _cancel: account.change_password(self._client, body),
            done=self._done,
            failed=self._failed,
            owner=self,
        )

    def _done(self, _nothing: object) -> None:
        self.submit.setEnabled(True)
        for edit in (self.current, self.new, self.again):
            edit.clear()
        self.changed.emit()

    def _failed(self, problem: Exception) -> None:
        self.submit.setEnabled(True)
        trouble = explained(problem, self._parts.languages.current)
        self.banner.say(Tone.BAD, trouble.title, trouble.text, icon=trouble.icon)
