"""Administrators of the firm, or of the server: who they are, adding, roles, new passwords, removing."""

from PySide6.QtWidgets import QWidget

from console.api import people
from console.api.wire.people import (
    Administrator,
    AdministratorMade,
    AdministratorPatch,
    PasswordReset,
)
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.models.columns import Column
from console.models.listing import Source
from console.presenters.formats import ago, instant, iso
from console.presenters.roles import role_text
from console.theme import Tone
from console.views.settings.administrator_dialogs import NewAdministratorDialog, PasswordShown
from console.widgets.dialogs import confirm
from console.widgets.list_page import ListPage, RowAction
from console.widgets.words import column


class AdministratorsPage(QWidget):
    """For the operator all of them, or the firm's in scope; for a firm its own."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        firm_id = context.scope.firm_id
        self.list: ListPage[Administrator] = ListPage(
            context,
            "administrators",
            Source(
                fetch=lambda query: people.administrators(
                    context.client, {**query, "firm_id": firm_id if context.is_central else None}
                ),
                columns=_columns(context),
                identity=lambda one: one.id,
            ),
        )
        if context.can_change:
            self._add_actions()
        self.setLayout(column(self.list))

    def renew(self, *, is_quiet: bool) -> None:
        self.list.renew(is_quiet=is_quiet)

    def _add_actions(self) -> None:
        add = self.list.add_action
        add(
            RowAction(
                name="add",
                text=translate("Administrators", "&Add…"),
                icon="plus",
                run=lambda _rows: self._add(),
                is_possible=lambda _rows: True,
                shortcut="Ctrl+N",
            )
        )
        add(
            RowAction(
                name="password",
                text=translate("Administrators", "New &password…"),
                icon="key",
                run=lambda rows: self._reset(rows[0]),
                is_possible=lambda rows: len(rows) == 1 and not rows[0].current,
            )
        )
        add(
            RowAction(
                name="switch",
                text=translate("Administrators", "&Block or unblock"),
                icon="lock",
                run=lambda rows: self._switch(rows[0]),
                is_possible=lambda rows: len(rows) == 1 and not rows[0].current,
            )
        )
        add(
            RowAction(
                name="remove",
                text=translate("Administrators", "&Remove…"),
                icon="trash",
                run=lambda rows: self._remove(rows[0]),
                is_possible=lambda rows: len(rows) == 1 and not rows[0].current,
                is_dangerous=True,
                shortcut="Del",
            )
        )

    # --- actions ------------------------------------------------------------------------------------------------------

    def _add(self) -> None:
        dialog = NewAdministratorDialog(self._context, self)
        dialog.made.connect(self._show_password)
        dialog.open()

    def _show_password(self, made: AdministratorMade) -> None:
        self.list.renew()
        PasswordShown(self._context, made, self).open()

    def _reset(self, row: Administrator) -> None:
        title = translate("Administrators", "A new password for {0}?").format(row.login)
        text = translate(
            "Administrators",
            "The present one ends at once, as do all sessions and the second factor. You will see the new one once.",
        )
        if not confirm(self, self._context.theme, title, text, translate("Administrators", "Make a new one")):
            return
        client = self._context.client
        self._context.jobs.start(
            lambda _cancel: people.reset_password(client, row.id, PasswordReset(totp=row.totp)),
            done=self._show_password,
            failed=self.list.show_problem,
            owner=self,
        )

    def _switch(self, row: Administrator) -> None:
        client = self._context.client

        def work(_cancel: Cancel) -> Administrator:
            etag = people.administrator(client, row.id).etag
            return people.change_administrator(client, row.id, AdministratorPatch(enabled=not row.enabled), etag).value

        self._context.jobs.start(
            work, done=self.list.listing.model.update_row, failed=self.list.show_problem, owner=self
        )

    def _remove(self, row: Administrator) -> None:
        title = translate("Administrators", "Remove {0}?").format(row.login)
        text = translate("Administrators", "The account ends at once. What it did stays in the log.")
        action = translate("Administrators", "Remove")
        if not confirm(self, self._context.theme, title, text, action, is_dangerous=True):
            return
        client = self._context.client

        def work(_cancel: Cancel) -> None:
            people.remove_administrator(client, row.id, people.administrator(client, row.id).etag)

        self._context.jobs.start(work, done=lambda _none: self.list.renew(), failed=self.list.show_problem, owner=self)


def _columns(context: Context) -> tuple[Column[Administrator], ...]:
    firm: Column[Administrator] = Column(
        key="firm",
        title=lambda: translate("Administrators", "Firm"),
        text=lambda a: a.firm_name or translate("Administrators", "all"),
        width=180,
    )
    columns: tuple[Column[Administrator], ...] = (
        Column(
            key="login",
            title=lambda: translate("Administrators", "Login"),
            text=lambda a: translate("Administrators", "{0} (you)").format(a.login) if a.current else a.login,
            sort="login",
            width=240,
        ),
        Column(
            key="role",
            title=lambda: translate("Administrators", "Role"),
            text=lambda a: role_text(a.role),
            sort="role",
            width=200,
        ),
        Column(
            key="state",
            title=lambda: translate("Administrators", "State"),
            text=lambda a: _state(a)[0],
            tone=lambda a: _state(a)[1],
            width=180,
        ),
        Column(
            key="factor",
            title=lambda: translate("Administrators", "Second factor"),
            text=_factor,
            width=140,
        ),
        Column(
            key="seen",
            title=lambda: translate("Administrators", "Last sign-in"),
            text=lambda a: ago(a.last_sign_in_at),
            hint=lambda a: instant(a.last_sign_in_at),
            export=lambda a: iso(a.last_sign_in_at),
            width=150,
        ),
    )
    return (*columns[:2], firm, *columns[2:]) if context.is_central else columns


def _state(row: Administrator) -> tuple[str, Tone]:
    if not row.enabled:
        return translate("Administrators", "Blocked"), Tone.NEUTRAL
    if row.locked_until is not None:
        return translate("Administrators", "Locked for a while"), Tone.WARN
    if row.must_change_password:
        return translate("Administrators", "Not signed in yet"), Tone.ACCENT
    return translate("Administrators", "Active"), Tone.GOOD


def _factor(row: Administrator) -> str:
    if row.entra is not None:
        return "Entra ID"
    return translate("Administrators", "On") if row.totp else translate("Administrators", "Off")
