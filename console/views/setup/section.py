"""Steps on the left with their state, the step's own page on the right; every step can be visited again."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QButtonGroup, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from console.api import firms, people
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.presenters import setup
from console.presenters.setup import STEPS, Progress
from console.targets import Target
from console.theme import Tone
from console.views.consent.page import ConsentPage
from console.views.section import Section
from console.views.settings.raynet_page import RaynetPage
from console.views.settings.rules_page import RulesPage
from console.views.setup.start_page import StartPage
from console.views.users.add_dialog import AddUsers
from console.widgets.banner import Banner
from console.widgets.buttons import button
from console.widgets.form import problem_banner
from console.widgets.pages import Later
from console.widgets.preview import PreviewPage
from console.widgets.words import Card, column, line, words


class SetupSection(Section):
    """Pages by the names of :data:`STEPS`."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, translate("Sections", "Set-up guide"))
        self.progress: Progress | None = None
        self._is_previewed = self._has_seen_rules = False
        self.step = ""
        self.banner = Banner(context.theme)
        self.stack = QStackedWidget()
        self.buttons: dict[str, QToolButton] = {}
        self._pages = {
            "raynet": Later(self._raynet_page, scrolls=True),
            "consent": Later(self._consent_page, scrolls=True),
            "users": Later(self._users_page),
            "rules": Later(self._rules_page, scrolls=True),
            "preview": Later(self._preview_page),
            "start": Later(self._start_page, scrolls=True),
        }
        for page in self._pages.values():
            self.stack.addWidget(page)
        self.back = button("setup.back", translate("Setup", "&Back"), lambda: self._move(-1))
        self.forward = button("setup.next", translate("Setup", "&Next"), lambda: self._move(1), kind="primary")
        self.hint = words("", "warn", wrap=True)
        self.hint.setObjectName("setup.hint")
        foot = line(gap=8)
        foot.addWidget(self.hint, 1)
        foot.addWidget(self.back)
        foot.addWidget(self.forward)
        right = column(self.stack, foot, gap=12)
        body = line(self._steps(), gap=18)
        body.addLayout(right, 1)
        self.body.addWidget(self.banner)
        self.body.addLayout(body, 1)

    def _steps(self) -> QWidget:
        holder = Card(None)
        holder.setFixedWidth(260)
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(4)
        group = QButtonGroup(holder)
        for number, step in enumerate(STEPS, 1):
            made = QToolButton()
            made.setObjectName(f"setup.step.{step}")
            made.setProperty("kind", "step")
            made.setCheckable(True)
            made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            made.setIconSize(QSize(18, 18))
            made.setText(f"  {number}. {setup.title(step)}")
            made.setSizePolicy(made.sizePolicy().Policy.Expanding, made.sizePolicy().Policy.Fixed)
            made.clicked.connect(lambda _checked=False, step=step: self.show_step(step))
            group.addButton(made)
            self.context.theme.dress(made, "clock")
            layout.addWidget(made)
            self.buttons[step] = made
        layout.addStretch(1)
        return holder

    # --- pages, each made when its step is first shown ---------------------------------------------------------------

    def _raynet_page(self) -> QWidget:
        self.raynet = RaynetPage(self.context, "setup.raynet")
        self.raynet.form.saved.connect(self.read)
        return self.raynet

    def _consent_page(self) -> QWidget:
        self.consent = ConsentPage(self.context, "setup.consent")
        self.consent.granted.connect(self.read)
        return self.consent

    def _rules_page(self) -> QWidget:
        self.rules = RulesPage(self.context, "setup.rules")
        return self.rules

    def _start_page(self) -> QWidget:
        self.start = StartPage(self.context)
        self.start.started.connect(self._started)
        if self.progress is not None:
            self.start.show_progress(self.progress)
        return self.start

    def _users_page(self) -> QWidget:
        page = QWidget()
        self.users = AddUsers(self.context)
        self.users.added.connect(lambda _result: self.read())
        intro = translate(
            "Setup",
            "Give a seat to those who shall be synchronised. Proposals come from both sides; nobody is mailed.",
        )
        self.user_count = words("", "label")
        self.user_count.setObjectName("setup.users.count")
        self._show_users()
        page.setLayout(
            column(
                words(translate("Setup", "Users and seats"), "subtitle"),
                words(intro, "muted", wrap=True),
                self.user_count,
                self.users,
                line(self.users.submit, None),
                gap=10,
            )
        )
        return page

    def _preview_page(self) -> QWidget:
        page = QWidget()
        self.preview = PreviewPage(self.context)
        self.preview.finished.connect(lambda _result: self._previewed())
        intro = translate(
            "Setup",
            "Both sides are read and compared. You see what would be matched, made and changed; nothing is written.",
        )
        page.setLayout(
            column(
                words(translate("Setup", "Preview"), "subtitle"),
                words(intro, "muted", wrap=True),
                self.preview,
                gap=10,
            )
        )
        return page

    # --- Section ------------------------------------------------------------------------------------------------------

    def enter(self, target: Target) -> None:
        if target.page in STEPS:
            self.show_step(target.page)
        self.read()

    def renew(self, *, is_quiet: bool) -> None:
        self.read(is_quiet=is_quiet)

    @property
    def is_dirty(self) -> bool:
        forms = [page.form for page in self._made() if isinstance(page, RaynetPage | ConsentPage)]
        rules = [page for page in self._made() if isinstance(page, RulesPage)]
        return any(form.is_dirty for form in forms) or any(page.is_dirty for page in rules)

    def _made(self) -> list[QWidget]:
        return [page.content for page in self._pages.values() if page.content is not None]

    # --- reading ------------------------------------------------------------------------------------------------------

    def read(self, *, is_quiet: bool = False) -> None:
        """What is done already."""
        client, firm_id = self.context.client, self.context.scope.firm_id or 0
        is_previewed, has_seen_rules = self._is_previewed, self._has_seen_rules

        def work(_cancel: Cancel) -> Progress:
            return Progress(
                firm=firms.read(client, firm_id).value,
                raynet=firms.raynet(client, firm_id).value,
                consent=firms.consent(client, firm_id),
                users=people.users(client, firm_id, {"limit": 1, "enabled": True}).total,
                is_previewed=is_previewed,
                has_seen_rules=has_seen_rules,
            )

        self.context.jobs.start(
            work, done=self._show, failed=self._failed, owner=self, slot="progress", is_quiet=is_quiet
        )

    def _show(self, progress: Progress) -> None:
        self.banner.be_silent()
        self.progress = progress
        if self._pages["users"].content is not None:
            self._show_users()
        if self._pages["start"].content is not None:
            self.start.show_progress(progress)
        for step, made in self.buttons.items():
            done, is_open = setup.is_done(progress, step), setup.is_open(progress, step)
            icon, role = ("check_circle", "good") if done else ("clock", "muted") if is_open else ("lock", "faint")
            self.context.theme.dress(made, icon, role)
            made.setEnabled(is_open)
            state = translate("Setup", "done") if done else translate("Setup", "open")
            made.setAccessibleName(f"{setup.title(step)}: {state}")
        if not self.step:
            self.show_step(setup.next_step(progress))
        self._judge()

    def _show_users(self) -> None:
        if self.progress is not None:
            self.user_count.setText(translate("Setup", "%n user(s) with a seat", "", self.progress.users))

    def _failed(self, problem: Exception) -> None:
        problem_banner(self.banner, problem, self.context.language)

    # --- steps --------------------------------------------------------------------------------------------------------

    def show_step(self, step: str) -> None:
        """The page of a step, freshly read."""
        self.step = step
        self._pages[step].fill()
        self.stack.setCurrentWidget(self._pages[step])
        self.buttons[step].setChecked(True)
        match step:
            case "raynet":
                self.raynet.renew(is_quiet=False)
            case "consent":
                self.consent.renew(is_quiet=False)
            case "users":
                self.users.renew()
            case "rules":
                self._has_seen_rules = True
                self.rules.renew(is_quiet=False)
            case _:
                pass
        self._judge()

    def _move(self, by: int) -> None:
        at = STEPS.index(self.step) + by
        if 0 <= at < len(STEPS):
            self.show_step(STEPS[at])
            self.read(is_quiet=True)

    def _judge(self) -> None:
        at = STEPS.index(self.step) if self.step else 0
        self.back.setEnabled(at > 0)
        following = STEPS[at + 1] if at + 1 < len(STEPS) else None
        self.forward.setVisible(following is not None)
        is_open = following is not None and (self.progress is None or setup.is_open(self.progress, following))
        self.forward.setEnabled(is_open)
        hint = "" if is_open or self.progress is None else setup.missing(self.progress)
        # A button that cannot be pressed says why.
        self.hint.setText(translate("Setup", "Before that: {0}").format(hint) if hint and following else "")

    def _previewed(self) -> None:
        self._is_previewed = True
        self.read(is_quiet=True)

    def _started(self) -> None:
        self.context.changed.emit()
        self.banner.say(
            Tone.GOOD,
            translate("Setup", "The synchronisation runs"),
            translate("Setup", "The first pass compares both sides; the overview shows how it goes."),
        )
        self.context.go(Target(section="overview", firm_id=self.context.scope.firm_id))
