"""Steps on the left with their state, the step's own page on the right; every step can be visited again."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QButtonGroup, QScrollArea, QStackedWidget, QToolButton, QVBoxLayout, QWidget

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
        self.raynet = RaynetPage(context, "setup.raynet")
        self.consent = ConsentPage(context, "setup.consent")
        self.users = AddUsers(context)
        self.rules = RulesPage(context, "setup.rules")
        self.preview = PreviewPage(context)
        self.start = StartPage(context)
        self._pages: dict[str, QWidget] = {
            "raynet": _scrolled(self.raynet),
            "consent": _scrolled(self.consent),
            "users": self._users_page(),
            "rules": _scrolled(self.rules),
            "preview": self._preview_page(),
            "start": _scrolled(self.start),
        }
        for page in self._pages.values():
            self.stack.addWidget(page)
        self.back = button("setup.back", translate("Setup", "&Back"), lambda: self._move(-1))
        self.forward = button("setup.next", translate("Setup", "&Next"), lambda: self._move(1), kind="primary")
        right = column(self.stack, line(None, self.back, self.forward), gap=12)
        body = line(self._steps(), gap=18)
        body.addLayout(right, 1)
        self.body.addWidget(self.banner)
        self.body.addLayout(body, 1)
        self._connect()

    def _steps(self) -> QWidget:
        holder = Card(None)
        holder.setFixedWidth(250)
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

    def _users_page(self) -> QWidget:
        page = QWidget()
        intro = translate(
            "Setup",
            "Give a seat to those who shall be synchronised. Proposals come from both sides; nobody is mailed.",
        )
        self.user_count = words("", "label")
        self.user_count.setObjectName("setup.users.count")
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

    def _connect(self) -> None:
        self.raynet.form.saved.connect(self.read)
        self.consent.granted.connect(self.read)
        self.users.added.connect(lambda _result: self.read())
        self.preview.finished.connect(lambda _result: self._previewed())
        self.start.started.connect(self._started)

    # --- Section ------------------------------------------------------------------------------------------------------

    def enter(self, target: Target) -> None:
        if target.page in STEPS:
            self.show_step(target.page)
        self.read()

    def renew(self, *, is_quiet: bool) -> None:
        self.read(is_quiet=is_quiet)

    @property
    def is_dirty(self) -> bool:
        return self.raynet.form.is_dirty or self.consent.form.is_dirty or self.rules.is_dirty

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
        self.user_count.setText(translate("Setup", "%n user(s) with a seat", "", progress.users))
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

    def _failed(self, problem: Exception) -> None:
        problem_banner(self.banner, problem, self.context.language)

    # --- steps --------------------------------------------------------------------------------------------------------

    def show_step(self, step: str) -> None:
        """The page of a step, freshly read."""
        self.step = step
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
        self.forward.setToolTip(translate("Setup", "Before that: {0}").format(hint) if hint else "")

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


def _scrolled(page: QWidget) -> QScrollArea:
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setWidget(page)
    return scroll
