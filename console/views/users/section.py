"""Tabs: users, registrations, licence."""

from functools import partial

from console.api import people
from console.api.wire.people import BulkResult, BulkUsers, Registration, RegistrationDecision, User
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.models.listing import Source
from console.targets import Target
from console.theme import Tone
from console.views.section import Section
from console.views.users.add_dialog import AddUsersDialog, outcome_words
from console.views.users.columns import registration_columns, registration_filters, user_columns, user_filters
from console.views.users.licence_page import LicencePage
from console.views.users.user_dialog import UserDialog
from console.widgets.dialogs import confirm
from console.widgets.list_page import ListPage, RowAction
from console.widgets.pages import Pages
from console.widgets.state_page import Step


class UsersSection(Section):
    """Pages by name: ``users``, ``registrations``, ``licence``."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, translate("Sections", "Users and licence"))
        self._firm_id = context.scope.firm_id or 0
        self._has_asked = False
        self.users = self._users()
        self.tabs = Pages("users", translate("Sections", "Users and licence"))
        self.tabs.add("users", translate("Users", "Users"), lambda: self.users)
        self.tabs.add("registrations", translate("Users", "Registrations"), self._registrations)
        self.tabs.add("licence", translate("Users", "Licence"), lambda: LicencePage(context))
        self.tabs.start()
        self.body.addWidget(self.tabs, 1)

    # --- making -------------------------------------------------------------------------------------------------------

    def _users(self) -> ListPage[User]:
        context, client, firm_id = self.context, self.context.client, self._firm_id
        page: ListPage[User] = ListPage(
            context,
            "users",
            Source(
                fetch=lambda query: people.users(client, firm_id, query),
                columns=user_columns(context.language),
                identity=lambda user: user.id,
                filters=user_filters(),
            ),
        )
        page.opened.connect(self._open)
        page.arrived.connect(self._name_persons)
        steps: tuple[Step, ...] = ()
        if context.can_change:
            self._add_user_actions(page)
            text = translate("Users", "Add users…")
            steps = (Step(name="users.first", text=text, run=self._add, is_primary=True),)
        page.say_when_empty(
            translate("Users", "Nobody is synchronised yet"),
            translate("Users", "Give the first users a seat; their calendars are compared and nothing is duplicated."),
            steps,
        )
        return page

    def _add_user_actions(self, page: ListPage[User]) -> None:
        page.add_action(
            RowAction(
                name="add",
                text=translate("Users", "&Add…"),
                icon="plus",
                run=lambda _rows: self._add(),
                is_possible=lambda _rows: True,
                shortcut="Ctrl+N",
            )
        )
        page.add_action(
            RowAction(
                name="enable",
                text=translate("Users", "&Give a seat"),
                icon="play",
                run=lambda rows: self._bulk(BulkUsers(enable=tuple(row.id for row in rows if not row.enabled))),
                is_possible=lambda rows: any(not row.enabled for row in rows),
            )
        )
        page.add_action(
            RowAction(
                name="disable",
                text=translate("Users", "&Take the seat"),
                icon="pause",
                run=self._disable,
                is_possible=lambda rows: any(row.enabled for row in rows),
            )
        )
        page.add_action(
            RowAction(
                name="remove",
                text=translate("Users", "R&emove…"),
                icon="trash",
                run=self._remove,
                is_dangerous=True,
                shortcut="Del",
            )
        )

    def _registrations(self) -> ListPage[Registration]:
        client, firm_id = self.context.client, self._firm_id
        page: ListPage[Registration] = ListPage(
            self.context,
            "registrations",
            Source(
                fetch=lambda query: people.registrations(client, firm_id, query),
                columns=registration_columns(),
                identity=lambda one: one.id,
                filters=registration_filters(),
            ),
        )
        page.say_when_empty(
            translate("Users", "Nobody asks"),
            translate("Users", "Requests come from the Outlook panel, when somebody without a seat registers."),
        )
        if self.context.can_change:
            for name, text, icon in (
                ("approve", translate("Users", "&Approve"), "check"),
                ("reject", translate("Users", "Re&ject"), "close"),
            ):
                page.add_action(
                    RowAction(
                        name=name,
                        text=text,
                        icon=icon,
                        run=partial(self._decide, page, name),
                        is_possible=lambda rows: any(row.state == "waiting" for row in rows),
                    )
                )
        return page

    # --- Section ------------------------------------------------------------------------------------------------------

    def enter(self, target: Target) -> None:
        self.tabs.open(target.page)
        if target.filters:
            self._preset(target)
            return
        self.renew(is_quiet=False)

    def _preset(self, target: Target) -> None:
        filters = {key: value for key, value in target.filters.items() if key != "sort"}
        sort = target.filters.get("sort", "")
        self.tabs.open("users")
        self.tabs.current()
        if sort:
            self.users.order_by(sort.removeprefix("-"), is_descending=sort.startswith("-"))
        self.users.preset(filters)

    def renew(self, *, is_quiet: bool) -> None:
        self.tabs.renew(is_quiet=is_quiet)

    @property
    def is_dirty(self) -> bool:
        return any(isinstance(page, LicencePage) and page.form.is_dirty for page in self.tabs.made())

    # --- actions ------------------------------------------------------------------------------------------------------

    def _name_persons(self, _total: int) -> None:
        """Once: where the server does not know what people are called, it is made to look into Raynet's directory."""
        rows = self.users.listing.model.rows
        if self._has_asked or not any(row.person_id is not None and row.person_name is None for row in rows):
            return
        self._has_asked = True
        client, firm_id = self.context.client, self._firm_id
        self.context.jobs.start(
            lambda _cancel: people.persons(client, firm_id, {"limit": 1}),
            done=lambda _page: self.users.renew(is_quiet=True),
            failed=lambda _problem: None,
            owner=self,
            slot="names",
            is_quiet=True,
        )

    def _open(self, user: User) -> None:
        dialog = UserDialog(self.context, user, self)
        dialog.finished.connect(lambda _result: self.users.renew(is_quiet=True))
        dialog.open()

    def _add(self) -> None:
        dialog = AddUsersDialog(self.context, self)
        dialog.added.connect(self.users.renew)
        dialog.open()

    def _disable(self, rows: list[User]) -> None:
        chosen = [row for row in rows if row.enabled]
        title = translate("Users", "Take the seat from %n user(s)?", "", len(chosen))
        text = translate(
            "Users", "Nothing is carried over for them any more. Both sides stay as they are; it can be given again."
        )
        if confirm(self, self.context.theme, title, text, translate("Users", "Take the seat")):
            self._bulk(BulkUsers(disable=tuple(row.id for row in chosen)))

    def _remove(self, rows: list[User]) -> None:
        title = translate("Users", "Remove %n user(s)?", "", len(rows))
        text = translate(
            "Users",
            "Their items are released: nothing is deleted on either side, but they no longer belong together. "
            "Adding the users again compares both sides anew.",
        )
        if confirm(
            self, self.context.theme, title, text, translate("Users", "Remove from the list"), is_dangerous=True
        ):
            self._bulk(BulkUsers(remove=tuple(row.id for row in rows)))

    def _bulk(self, body: BulkUsers) -> None:
        client, firm_id = self.context.client, self._firm_id
        self.context.jobs.start(
            lambda _cancel: people.change_users(client, firm_id, body),
            done=self._bulk_done,
            failed=self.users.show_problem,
            owner=self,
            slot="bulk",
        )

    def _bulk_done(self, result: BulkResult) -> None:
        self.context.changed.emit()
        self.users.renew()
        if result.refused:
            self.users.say(Tone.WARN, *outcome_words(result, self.context.language))
        else:
            self.context.tell(translate("Users", "%n user(s) changed", "", result.done))

    def _decide(self, page: ListPage[Registration], decision: str, rows: list[Registration]) -> None:
        waiting = [row for row in rows if row.state == "waiting"]
        client, firm_id = self.context.client, self._firm_id

        def work(cancel: Cancel) -> int:
            for row in waiting:
                cancel.check()
                if decision == "approve":
                    people.approve(client, firm_id, row.id, RegistrationDecision())
                else:
                    people.reject(client, firm_id, row.id)
            return len(waiting)

        def done(count: int) -> None:
            page.renew()
            self.context.changed.emit()
            self.context.tell(translate("Users", "%n registration(s) decided", "", count))

        self.context.jobs.start(work, done=done, failed=page.show_problem, owner=self)
