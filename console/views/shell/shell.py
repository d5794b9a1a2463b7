"""Holds the sections, follows targets, renews what is seen, tells when the server is away."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QStackedWidget, QToolButton, QWidget

from console.api import firms
from console.api.account import server
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.presenters.roles import role_text
from console.targets import Target
from console.theme import Tone
from console.views.registry import sections
from console.views.section import NoFirm, Section, SectionKind
from console.views.shell.sidebar import Sidebar
from console.widgets.banner import Banner
from console.widgets.buttons import button, icon_button
from console.widgets.finder import Finder, Found, open_over
from console.widgets.state_page import Step
from console.widgets.toast import Toast
from console.widgets.words import column, line, picture, words

#: A renewal by the clock takes at most a twentieth of the time.
_RENEW_MS: Final = 10_000
_PING_MS: Final = 4_000


class Reach(QObject):
    """Whether the server answered the last call; told from job threads, heard on the GUI thread."""

    changed = Signal(bool)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._is_there = True

    def tell(self, reached: bool) -> None:  # noqa: FBT001 (a callback of one value)
        """From any thread."""
        if reached != self._is_there:
            self._is_there = reached
            self.changed.emit(reached)


class Shell(QWidget):
    """One sign-in's window content."""

    signed_out = Signal()
    language_chosen = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.kinds: Sequence[SectionKind] = sections(context)
        self._sections: dict[str, Section] = {}
        self.current: SectionKind | None = None
        self.sidebar = Sidebar(context, [kind for kind in self.kinds if not kind.is_guide])
        self.sidebar.chosen.connect(lambda key: self.go(Target(section=key)))
        self.offline = Banner(context.theme)
        self.stack = QStackedWidget()
        holder = QWidget()
        holder.setObjectName("page")
        holder.setLayout(column(self._offline_row(), self.stack, gap=0))
        right = column(self._topbar(), holder, gap=0)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.sidebar)
        outer.addLayout(right, 1)
        self.toast = Toast(self)
        self._watch()

    # --- making -------------------------------------------------------------------------------------------------------

    def _topbar(self) -> QFrame:
        context = self.context
        bar = QFrame()
        bar.setObjectName("topbar")
        bar.setFixedHeight(54)
        self.firm: QToolButton | QLabel
        if context.is_central:
            chooser = QToolButton()
            chooser.setObjectName("scope.firm")
            chooser.setProperty("kind", "button")
            chooser.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            chooser.setIconSize(QSize(16, 16))
            chooser.clicked.connect(lambda _checked=False: self.choose_firm())
            context.theme.dress(chooser, "firms")
            self.firm = chooser
        else:
            self.firm = words(context.scope.firm_name, "subtitle")
            self.firm.setObjectName("scope.firm")
        self.role = words(role_text(context.session.role), "muted")
        find = button("shell.find", " " + translate("Shell", "Go to…   Ctrl+K"), self.find_place, kind="quiet")
        context.theme.dress(find, "search")
        self.reach_sign = picture(context.theme, "online", "good", 18)
        self.reach_sign.setToolTip(translate("Shell", "Connected"))
        self.account = icon_button(context.theme, "shell.account", "user", translate("Shell", "Account"))
        self.account.setText(f" {context.session.login}")
        self.account.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.account.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.account.setMenu(self._account_menu())
        content = line(self.firm, self.role, None, find, self.reach_sign, self.account, gap=12)
        content.setContentsMargins(28, 0, 20, 0)
        bar.setLayout(content)
        self._show_firm()
        return bar

    def _account_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setObjectName("shell.account.menu")
        language = menu.addMenu(translate("Shell", "Language"))
        for code, name in (("cs", "Čeština"), ("en", "English")):
            choice = language.addAction(name, partial(self.language_chosen.emit, code))
            choice.setCheckable(True)
            choice.setChecked(code == self.context.language)
        scheme = menu.addMenu(translate("Shell", "Appearance"))
        for code, name in (
            ("system", translate("Shell", "As the system")),
            ("light", translate("Shell", "Light")),
            ("dark", translate("Shell", "Dark")),
        ):
            choice = scheme.addAction(name, partial(self.choose_scheme, code))
            choice.setCheckable(True)
            choice.setChecked(code == self.context.theme.choice)
        menu.aboutToShow.connect(lambda: self._check_scheme(scheme))
        menu.addSeparator()
        menu.addAction(translate("Shell", "My account"), lambda: self.go(Target(section="settings", page="account")))
        menu.addAction(translate("Shell", "Sign out"), self.signed_out.emit)
        return menu

    def _check_scheme(self, menu: QMenu) -> None:
        for action, code in zip(menu.actions(), ("system", "light", "dark"), strict=True):
            action.setChecked(code == self.context.theme.choice)

    def _offline_row(self) -> QWidget:
        row = QWidget()
        row.setLayout(column(self.offline, margin=0))
        row.layout().setContentsMargins(28, 14, 28, 0)  # type: ignore[union-attr]  # set in the line above
        self.offline_row = row
        row.hide()
        return row

    def _watch(self) -> None:
        context = self.context
        self.reach = Reach(self)
        self.reach.changed.connect(self._reach_changed)
        context.client.on_reach.append(self.reach.tell)
        context.navigated.connect(self.go)
        context.language_wanted.connect(self.language_chosen)
        context.told.connect(self.toast.say)
        context.scope.changed.connect(self._scope_changed)
        for keys, run in (
            ("F5", self.renew),
            ("Ctrl+R", self.renew),
            ("Ctrl+F", self.search),
            ("Ctrl+K", self.find_place),
            ("Alt+Left", self.back),
        ):
            QShortcut(keys, self, activated=run)  # type: ignore[call-overload]  # the stubs miss keyword signals
        self._clock = QTimer(self)
        self._clock.setInterval(_RENEW_MS)
        self._clock.timeout.connect(self._tick)
        self._clock.start()
        self._ping = QTimer(self)
        self._ping.setInterval(_PING_MS)
        self._ping.timeout.connect(self._knock)
        self._past: list[Target] = []

    # --- going --------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """The last section of the last time, or the overview."""
        kept = self.context.preferences.text("section")
        key = kept if any(kind.key == kept for kind in self.kinds) else "overview"
        self.go(Target(section=key))

    def go(self, target: Target) -> None:
        """Shows a section at a target; a firm in the target becomes the firm in scope."""
        kind = next((one for one in self.kinds if one.key == target.section), None)
        if kind is None:
            return
        if target.firm_id is not None and target.firm_id != self.context.scope.firm_id and self.context.is_central:
            self._choose(target.firm_id, target.filters.get("firm_name", f"#{target.firm_id}"))
        if self.current is not None and self.current.key != kind.key:
            self._sections[self._place(self.current)].leave()
        self._past = [*self._past[-49:], target]
        self.current = kind
        section = self._section(kind)
        self.stack.setCurrentWidget(section)
        self.sidebar.show_current(kind.key)
        if not kind.is_guide:
            self.context.preferences.keep_text("section", kind.key)
        # The firm has been chosen above; what is left belongs to the section.
        own = {key: value for key, value in target.filters.items() if key != "firm_name"}
        section.enter(replace(target, filters=own))

    def back(self) -> None:
        """Where one came from."""
        if len(self._past) > 1:
            self._past.pop()
            self.go(self._past.pop())

    def section(self, key: str) -> Section | None:
        """A section that was shown already."""
        kind = next(one for one in self.kinds if one.key == key)
        return self._sections.get(self._place(kind))

    def _place(self, kind: SectionKind) -> str:
        return kind.key if self._has_firm(kind) else f"{kind.key}!"

    def _has_firm(self, kind: SectionKind) -> bool:
        return not kind.needs_firm or self.context.scope.firm_id is not None

    def _section(self, kind: SectionKind) -> Section:
        place = self._place(kind)
        if place not in self._sections:
            made = (
                kind.make(self.context)
                if self._has_firm(kind)
                else NoFirm(self.context, kind.title(), self.choose_firm)
            )
            self._sections[place] = made
            self.stack.addWidget(made)
        return self._sections[place]

    def choose_firm(self) -> None:
        """The operator's people choose whose sections they look at."""
        open_over(
            Finder(self.context, "firms.finder", translate("Shell", "Choose a firm"), look=self._look_for_firms), self
        )

    def _look_for_firms(self, text: str, _cancel: Cancel) -> Sequence[Found]:
        page = firms.listed(self.context.client, {"q": text, "limit": 50})
        return [Found(text=firm.name, run=partial(self._choose_and_stay, firm.id, firm.name)) for firm in page.items]

    def _choose_and_stay(self, firm_id: int, name: str) -> None:
        key = self.current.key if self.current is not None else "overview"
        self._choose(firm_id, name)
        self.go(Target(section=key))

    def _choose(self, firm_id: int, name: str) -> None:
        self.context.scope.choose(firm_id, name)

    def _scope_changed(self) -> None:
        """Sections of the earlier firm go; what they showed must not stand beside the new name."""
        for old in self._sections.values():
            old.keep_state()
            self.stack.removeWidget(old)
            old.deleteLater()
        self._sections.clear()
        self.current = None
        self._show_firm()

    def _show_firm(self) -> None:
        scope = self.context.scope
        if isinstance(self.firm, QToolButton):
            name = scope.firm_name or translate("Shell", "Choose a firm…")
            self.firm.setText(f" {name}")
            self.firm.setAccessibleName(translate("Shell", "Firm: {0}").format(name))

    # --- keyboard -----------------------------------------------------------------------------------------------------

    def renew(self) -> None:
        if self.current is not None:
            self._section(self.current).renew(is_quiet=False)

    def search(self) -> None:
        if self.current is not None and (field := self._section(self.current).search()) is not None:
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def find_place(self) -> None:
        """Everywhere one can go, by its name."""
        places = [Found(text=kind.title(), run=partial(self.go, Target(section=kind.key))) for kind in self.kinds]
        look = self._look_for_firms_to_open if self.context.is_central else None
        open_over(Finder(self.context, "shell.finder", translate("Shell", "Go to"), fixed=places, look=look), self)

    def _look_for_firms_to_open(self, text: str, _cancel: Cancel) -> Sequence[Found]:
        if not text:
            return []
        page = firms.listed(self.context.client, {"q": text, "limit": 20})
        return [
            Found(
                text=translate("Shell", "Firm {0}").format(firm.name),
                run=partial(self.go, Target(section="overview", firm_id=firm.id, filters={"firm_name": firm.name})),
            )
            for firm in page.items
        ]

    def choose_scheme(self, code: str) -> None:
        self.context.preferences.scheme = code
        self.context.theme.choose(code)

    # --- the clock and the line ---------------------------------------------------------------------------------------

    def _tick(self) -> None:
        if self.current is not None and self.isVisible() and self.context.jobs.is_idle() and not self._ping.isActive():
            self._section(self.current).renew(is_quiet=True)

    def _reach_changed(self, is_there: bool) -> None:  # noqa: FBT001 (a signal's argument)
        if is_there:
            self._ping.stop()
            self.offline.be_silent()
            self.offline_row.hide()
            self.reach_sign.show_icon("online", "good")
            self.reach_sign.setToolTip(translate("Shell", "Connected"))
            self.renew()
            return
        self.reach_sign.show_icon("offline", "bad")
        self.reach_sign.setToolTip(translate("Shell", "The server does not answer"))
        again = Step(name="shell.reconnect", text=translate("Shell", "Try now"), run=self._knock)
        self.offline.say(
            Tone.WARN,
            translate("Shell", "The server does not answer"),
            translate("Shell", "What you see may be old. The console keeps trying; nothing you typed is lost."),
            (again,),
            icon="offline",
        )
        self.offline_row.show()
        self._ping.start()

    def _knock(self) -> None:
        client = self.context.client
        self.context.jobs.start(lambda _cancel: server(client), owner=self, slot="knock", is_quiet=True, parks=False)

    # --- the end ------------------------------------------------------------------------------------------------------

    def dirty_sections(self) -> list[str]:
        """Titles of sections with something typed that is not saved."""
        return [kind.title() for kind in self.kinds if (s := self._sections.get(kind.key)) is not None and s.is_dirty]

    def keep_state(self) -> None:
        for section in self._sections.values():
            section.keep_state()

    def close_down(self) -> None:
        """No more calls from here."""
        self._clock.stop()
        self._ping.stop()
        self.keep_state()
        if self.reach.tell in self.context.client.on_reach:
            self.context.client.on_reach.remove(self.reach.tell)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.toast.place()
