"""Signing in again in place: the window behind stays as it is, with everything typed."""

from PySide6.QtWidgets import QWidget

from console.context import Context, Parts
from console.i18n import translate
from console.widgets.credentials import Credentials
from console.widgets.dialogs import Dialog
from console.widgets.words import words


class SignInAgain(Dialog):
    """Accepted once somebody signed in; ``credentials.signed_in`` says who."""

    def __init__(self, parts: Parts, context: Context, parent: QWidget) -> None:
        super().__init__(translate("SignIn", "Sign in again"), parent, width=420)
        self.setObjectName("again")
        self.body.addWidget(words(translate("SignIn", "Your session has ended"), "subtitle"))
        self.body.addWidget(
            words(
                translate("SignIn", "Sign in to go on where you were. Nothing of what you typed is lost."),
                "muted",
                wrap=True,
            )
        )
        self.credentials = Credentials(parts, context.client, context.server, login=context.session.login)
        self.credentials.signed_in.connect(lambda _answer: self.accept())
        self.body.addWidget(self.credentials)
        self.add_cancel(translate("SignIn", "Not now"))
        self.credentials.start()
