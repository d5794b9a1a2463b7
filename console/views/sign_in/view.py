"""The window before the sign-in: one card in the middle; server, credentials, new password."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QStackedWidget, QVBoxLayout, QWidget

from console.api.client import Client
from console.api.wire.session import ServerInfo, Session, SignedIn
from console.context import Parts
from console.i18n import translate
from console.keystore import KeyStore, Place
from console.presenters.troubles import explained
from console.theme import Tone
from console.version import VERSION
from console.views.sign_in.entering import NoToken, resumed
from console.views.sign_in.server_page import Found, ServerPage
from console.widgets.buttons import button
from console.widgets.credentials import Credentials, NewPassword
from console.widgets.state_page import StatePage, Step
from console.widgets.words import Card, column, line, picture, words


class SignInView(QWidget):
    """Emits ``entered`` with client, server and session once nothing stands in the way."""

    entered = Signal(object, object, object)
    language_chosen = Signal(str)
    #: The credentials are asked for.
    asked = Signal()

    def __init__(self, parts: Parts, keystore: KeyStore) -> None:
        super().__init__()
        self.setObjectName("page")
        self._parts, self._keystore = parts, keystore
        self._client: Client | None = None
        self._server: ServerInfo | None = None
        self.title = words("", "title", wrap=True)
        self.subtitle = words("", "muted", wrap=True)
        self.pages = QStackedWidget()
        self.server_page = ServerPage(parts)
        self.server_page.found.connect(self._found)
        self.waiting = StatePage(parts.theme)
        self.pages.addWidget(self.server_page)
        self.pages.addWidget(self.waiting)
        self.credentials: Credentials | None = None
        self.new_password: NewPassword | None = None
        self.other_server = button(
            "signin.server", translate("SignIn", "Another server…"), self.show_server, kind="link"
        )
        content = column(self.title, self.subtitle, 8, self.pages, line(None, self.other_server), gap=6)
        card = Card(content, margin=28)
        card.setFixedWidth(460)
        brand = words(translate("Shell", "Raynet ⇄ Outlook"), "subtitle")
        head = line(None, picture(parts.theme, "app", size=32), brand, None, gap=10)
        foot = line(None, words(translate("SignIn", "Console {0}").format(VERSION), "faint"), self._languages(), None)
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        outer.addLayout(head)
        outer.addSpacing(16)
        # Not by alignment: then its height would be asked for as wide as the window, where no sentence wraps.
        outer.addLayout(line(None, card, None))
        outer.addSpacing(12)
        outer.addLayout(foot)
        outer.addStretch(2)

    def _languages(self) -> QComboBox:
        box = QComboBox()
        box.setObjectName("signin.language")
        box.setAccessibleName(translate("SignIn", "Language"))
        box.addItem("Čeština", "cs")
        box.addItem("English", "en")
        box.setCurrentIndex(box.findData(self._parts.languages.current))
        box.activated.connect(lambda at: self.language_chosen.emit(str(box.itemData(at))))
        return box

    # --- pages --------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Resumes the last session where there is one; otherwise asks."""
        address = self._parts.preferences.address
        if address is None:
            self.show_server()
            return
        self._say(translate("SignIn", "Connecting"), address.url)
        self.waiting.wait(translate("SignIn", "Looking for the server…"))
        self.pages.setCurrentWidget(self.waiting)
        self._parts.jobs.start(
            lambda cancel: resumed(address, self._keystore, self._parts.languages.current, cancel),
            done=self._resumed,
            failed=self._not_resumed,
            owner=self,
            slot="start",
            parks=False,
        )

    def show_server(self) -> None:
        self._say(
            translate("SignIn", "Which server?"),
            translate("SignIn", "The address of your synchronisation server, as your administrator gave it to you."),
        )
        self.other_server.hide()
        self.pages.setCurrentWidget(self.server_page)
        self.server_page.start()

    def _found(self, found: Found) -> None:
        self._client, self._server = found[0], found[1]
        self._show_credentials()

    def _show_credentials(self, notice: str = "") -> None:
        if self._client is None or self._server is None:
            return
        self._say(translate("SignIn", "Sign in"), self._client.address.url)
        self._drop()
        self.credentials = Credentials(self._parts, self._client, self._server, login=self._parts.preferences.login)
        self.credentials.signed_in.connect(self._signed_in)
        self.pages.addWidget(self.credentials)
        self.pages.setCurrentWidget(self.credentials)
        self.other_server.show()
        if notice:
            self.credentials.banner.say(Tone.ACCENT, notice)
        self.credentials.start()
        self.asked.emit()

    def _show_new_password(self, session: Session) -> None:
        if self._client is None:
            return
        self._say(
            translate("SignIn", "Choose your password"),
            translate("SignIn", "The one you were given is for the first sign-in only."),
        )
        self._drop()
        self.new_password = NewPassword(self._parts, self._client)
        self.new_password.changed.connect(
            lambda: self._enter(session.model_copy(update={"must_change_password": False}))
        )
        self.pages.addWidget(self.new_password)
        self.pages.setCurrentWidget(self.new_password)
        self.new_password.current.setFocus()

    def _drop(self) -> None:
        for page in (self.credentials, self.new_password):
            if page is not None:
                self.pages.removeWidget(page)
                page.deleteLater()
        self.credentials = self.new_password = None

    # --- outcomes -----------------------------------------------------------------------------------------------------

    def _resumed(self, found: tuple[Client, ServerInfo, Session]) -> None:
        self._client, self._server, session = found
        self._settle(session)

    def _not_resumed(self, problem: Exception) -> None:
        if isinstance(problem, NoToken):
            self._client, self._server = problem.client, problem.server
            self._show_credentials()
            return
        trouble = explained(problem, self._parts.languages.current)
        again = Step(name="signin.retry", text=translate("SignIn", "Try again"), run=self.start, is_primary=True)
        self.waiting.say(trouble.icon, trouble.title, trouble.text, (again,), role="warn")
        self.other_server.show()

    def _signed_in(self, answer: SignedIn) -> None:
        url, token = (self._client.address.url if self._client is not None else ""), answer.token
        self._parts.jobs.start(
            lambda _cancel: self._keystore.write(url, token), done=self._kept, owner=self, is_quiet=True, parks=False
        )
        self._settle(answer.session)

    def _kept(self, place: Place) -> None:
        self._parts.preferences.keep_text("token_place", place.value)

    def _settle(self, session: Session) -> None:
        if session.must_change_password:
            self._show_new_password(session)
        else:
            self._enter(session)

    def _enter(self, session: Session) -> None:
        self.entered.emit(self._client, self._server, session)

    def _say(self, title: str, subtitle: str) -> None:
        self.title.setText(title)
        self.subtitle.setText(subtitle)
