"""The one window: before the sign-in and after it; language, sign-in in place, remembered geometry."""

from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QMainWindow, QStackedWidget

from console.api import account
from console.api.client import Client
from console.api.problems import ApiProblem
from console.api.wire.session import ServerInfo, Session, SignedIn
from console.context import Context, Parts
from console.i18n import translate
from console.keystore import KeyStore, Place
from console.views.again import SignInAgain
from console.views.shell.shell import Shell
from console.views.sign_in.view import SignInView
from console.widgets.dialogs import confirm


class Window(QMainWindow):
    """Owns nothing that outlives it."""

    def __init__(self, parts: Parts, keystore: KeyStore) -> None:
        super().__init__()
        self._parts, self._keystore = parts, keystore
        self.sign_in: SignInView | None = None
        self.shell: Shell | None = None
        self._again: SignInAgain | None = None
        self._typed: tuple[str, str] | None = None
        self._stack = QStackedWidget()
        self.setCentralWidget(self._stack)
        self.setMinimumSize(960, 600)
        self._restore()
        parts.jobs.signed_out.connect(self._session_over)
        parts.languages.changed.connect(lambda _language: self._speak())
        self._title()

    def start(self) -> None:
        self._show_sign_in()

    def type_credentials(self, login: str, password: str) -> None:
        """As soon as the sign-in asks for them (demo)."""
        self._typed = (login, password)

    # --- before -------------------------------------------------------------------------------------------------------

    def _show_sign_in(self) -> None:
        self._drop_shell()
        view = SignInView(self._parts, self._keystore)
        view.entered.connect(self._enter)
        view.language_chosen.connect(self.choose_language)
        view.asked.connect(self._type)
        self._put(view)
        self.sign_in = view
        view.start()

    def _type(self) -> None:
        if self._typed is not None and self.sign_in is not None and self.sign_in.credentials is not None:
            (login, password), self._typed = self._typed, None
            self.sign_in.credentials.type_in(login, password)

    def _enter(self, client: Client, server: ServerInfo, session: Session) -> None:
        self.sign_in = None
        self._show_shell(Context(session=session, server=server, client=client, parts=self._parts))

    # --- after --------------------------------------------------------------------------------------------------------

    def _show_shell(self, context: Context) -> None:
        shell = Shell(context)
        context.setParent(shell)
        shell.signed_out.connect(self._sign_out)
        shell.language_chosen.connect(self.choose_language)
        self._put(shell)
        self.shell = shell
        self._title()
        shell.start()
        if self._parts.preferences.text("token_place") == Place.MEMORY:
            context.tell(translate("Shell", "This computer has no key store: the next start will ask you to sign in."))

    def _sign_out(self) -> None:
        if self.shell is None or not self._may_leave():
            return
        client = self.shell.context.client

        def work(_cancel: object) -> None:
            self._keystore.forget(client.address.url)
            account.sign_out(client)

        def out(_outcome: object) -> None:
            self._show_sign_in()

        self._parts.jobs.forget()
        self._parts.jobs.start(work, done=out, failed=out, owner=self, parks=False)

    def _session_over(self) -> None:
        if self.shell is None or self._again is not None:
            return
        self._again = SignInAgain(self._parts, self.shell.context, self)
        self._again.credentials.signed_in.connect(self._signed_in_again)
        self._again.rejected.connect(self._not_again)
        self._again.open()

    def _signed_in_again(self, answer: SignedIn) -> None:
        self._again = None
        if self.shell is None:
            return
        context = self.shell.context
        url, token = context.client.address.url, answer.token
        self._parts.jobs.start(lambda _cancel: self._keystore.write(url, token), is_quiet=True, parks=False)
        if answer.session.administrator_id == context.session.administrator_id:
            context.session = answer.session
            self._parts.jobs.resume()
            return
        # Somebody else: nothing that the first one saw or typed may stay.
        self._parts.jobs.forget()
        self._enter(context.client, context.server, answer.session)

    def _not_again(self) -> None:
        self._again = None
        self._parts.jobs.give_up(ApiProblem("signed_out"))

    def _drop_shell(self) -> None:
        if self.shell is not None:
            self.shell.close_down()
            self.shell = None

    def _put(self, view: SignInView | Shell) -> None:
        while self._stack.count():
            if (old := self._stack.widget(0)) is not None:
                self._stack.removeWidget(old)
                old.deleteLater()
        self._stack.addWidget(view)

    # --- language -----------------------------------------------------------------------------------------------------

    def choose_language(self, language: str) -> None:
        """Live; asks first where something typed would be lost."""
        if language != self._parts.languages.current and self._may_leave():
            self._parts.preferences.language = language
            self._parts.languages.use(language)

    def _speak(self) -> None:
        """All texts anew: the views are made again at the same place."""
        if self.shell is None:
            if self.sign_in is not None:
                self._show_sign_in()
            return
        old = self.shell.context
        current, scope = self.shell.current, old.scope
        old.client.speak(self._parts.languages.current)
        self._drop_shell()
        context = Context(session=old.session, server=old.server, client=old.client, parts=self._parts)
        context.scope.choose(scope.firm_id, scope.firm_name)
        if current is not None:
            self._parts.preferences.keep_text("section", current.key)
        self._show_shell(context)

    def _may_leave(self) -> bool:
        dirty = self.shell.dirty_sections() if self.shell is not None else []
        if not dirty:
            return True
        return confirm(
            self,
            self._parts.theme,
            translate("Shell", "Something is not saved"),
            translate("Shell", "Changes in {0} are not saved and would be lost.").format(", ".join(dirty)),
            translate("Shell", "Discard them"),
            is_dangerous=True,
        )

    # --- geometry -----------------------------------------------------------------------------------------------------

    def _title(self) -> None:
        name = translate("Shell", "Raynet ⇄ Outlook – console")
        firm = self.shell.context.session.firm_name if self.shell is not None else None
        self.setWindowTitle(f"{firm} – {name}" if firm else name)

    def _restore(self) -> None:
        kept = self._parts.preferences.blob("window")
        if kept.isEmpty() or not self.restoreGeometry(kept):
            room = QGuiApplication.primaryScreen().availableGeometry()
            self.resize(min(1360, room.width() - 40), min(860, room.height() - 60))

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_leave():
            event.ignore()
            return
        self._parts.preferences.keep_blob("window", self.saveGeometry())
        self._drop_shell()
        self._parts.preferences.sync()
        event.accept()
