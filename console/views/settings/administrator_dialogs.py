"""Adding an administrator, and showing an initial password this once."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from console.api import people
from console.api.problems import Refused
from console.api.wire import session as roles
from console.api.wire.people import AdministratorMade, NewAdministrator
from console.context import Context
from console.i18n import translate
from console.presenters.roles import role_text
from console.theme import Tone
from console.widgets.banner import Banner
from console.widgets.buttons import button
from console.widgets.dialogs import Dialog
from console.widgets.form import problem_banner
from console.widgets.words import words


class NewAdministratorDialog(Dialog):
    """Emits ``made`` with the initial password."""

    made = Signal(object)

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(translate("Administrators", "New administrator"), parent)
        self.setObjectName("administrators.new")
        self._context = context
        self.banner = Banner(context.theme)
        self.login = QLineEdit()
        self.login.setObjectName("administrators.new.login")
        self.login.setAccessibleName(translate("Administrators", "Login"))
        self.role = QComboBox()
        self.role.setObjectName("administrators.new.role")
        self.role.setAccessibleName(translate("Administrators", "Role"))
        for role in roles_to_give(context):
            self.role.addItem(role_text(role), role)
        login_label = words(translate("Administrators", "&Login (an e-mail address is best)"), "label")
        role_label = words(translate("Administrators", "&Role"), "label")
        for label, widget in ((login_label, self.login), (role_label, self.role)):
            label.setTextFormat(label.textFormat().AutoText)
            label.setBuddy(widget)
            self.body.addWidget(label)
            self.body.addWidget(widget)
        self.body.insertWidget(0, self.banner)
        hint = translate("Administrators", "You will see an initial password once and hand it over yourself.")
        self.body.addWidget(words(hint, "muted", wrap=True))
        self.add_cancel()
        self.submit = button("administrators.new.add", translate("Administrators", "&Add"), self._add, kind="primary")
        self.submit.setDefault(True)
        self.buttons.addWidget(self.submit)
        self.login.setFocus()

    def _add(self) -> None:
        login, role = self.login.text().strip(), str(self.role.currentData())
        if not login:
            self.login.setFocus()
            return
        body = NewAdministrator(login=login, role=role)
        if role != roles.CENTRAL_ADMIN and self._context.scope.firm_id is not None:
            body = NewAdministrator(login=login, role=role, firm_id=self._context.scope.firm_id)
        client = self._context.client
        self.submit.setEnabled(False)
        self._context.jobs.start(
            lambda _cancel: people.add_administrator(client, body),
            done=self._done,
            failed=self._failed,
            owner=self,
            slot="add",
        )

    def _done(self, made: AdministratorMade) -> None:
        self.accept()
        self.made.emit(made)

    def _failed(self, problem: Exception) -> None:
        self.submit.setEnabled(True)
        problem_banner(self.banner, problem, self._context.language)
        if isinstance(problem, Refused):
            self.login.setFocus()


def roles_to_give(context: Context) -> list[str]:
    """A firm's two; without a firm in scope the operator adds its own people."""
    if context.scope.firm_id is None:
        return [roles.CENTRAL_ADMIN]
    return [roles.FIRM_ADMIN, roles.FIRM_AUDITOR]


class PasswordShown(Dialog):
    """The initial password, for handing over."""

    def __init__(self, context: Context, made: AdministratorMade, parent: QWidget) -> None:
        super().__init__(translate("Administrators", "Initial password"), parent)
        self.setObjectName("administrators.password")
        self._password = made.initial_password
        banner = Banner(context.theme)
        banner.say(
            Tone.ACCENT,
            translate("Administrators", "Shown this once"),
            translate("Administrators", "Hand it to {0}; it must be changed at the first sign-in.").format(
                made.administrator.login
            ),
        )
        shown = words(made.initial_password, "mono", selectable=True)
        shown.setObjectName("administrators.password.text")
        shown.setAccessibleName(translate("Administrators", "Initial password"))
        self.body.addWidget(banner)
        self.body.addWidget(shown)
        copy = button("administrators.password.copy", translate("Administrators", "&Copy"), self._copy)
        context.theme.dress(copy, "copy")
        self.buttons.addWidget(copy)
        self.add_confirm(translate("Administrators", "&Done"))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._password)
