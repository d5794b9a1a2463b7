"""The last step: what will happen, and the button that starts it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from console.api import firms, sync
from console.api.wire.firms import FirmPatch
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.presenters import setup
from console.presenters.setup import Progress
from console.theme import Tone
from console.widgets.banner import Banner
from console.widgets.buttons import button
from console.widgets.form import problem_banner
from console.widgets.words import Card, column, line, words


class StartPage(QWidget):
    """Emits ``started``."""

    started = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.banner = Banner(context.theme)
        self.submit = button(
            "setup.start", translate("Setup", "&Start the synchronisation"), self._start, kind="primary"
        )
        self.submit.setEnabled(False)
        self.submit.setVisible(context.can_change)
        text = translate(
            "Setup",
            "From now on changes are carried over both ways within seconds. What exists on both sides is matched, not "
            "duplicated; nobody receives an e-mail. It can be paused at any time, and every pass can be taken back.",
        )
        self.setLayout(
            column(
                Card(
                    column(
                        words(translate("Setup", "Start"), "subtitle"),
                        words(text, wrap=True),
                        self.banner,
                        line(self.submit, None),
                        gap=12,
                    ),
                    margin=20,
                ),
                None,
            )
        )

    def show_progress(self, progress: Progress) -> None:
        missing = setup.missing(progress)
        if setup.is_running(progress):
            self.banner.say(Tone.GOOD, translate("Setup", "The synchronisation runs already"))
        elif missing:
            self.banner.say(Tone.WARN, translate("Setup", "Still to be done: {0}").format(missing))
        else:
            self.banner.be_silent()
        self.submit.setEnabled(not missing and not setup.is_running(progress))

    def _start(self) -> None:
        client, firm_id = self._context.client, self._context.scope.firm_id or 0
        self.submit.setEnabled(False)

        def work(_cancel: Cancel) -> None:
            found = firms.read(client, firm_id)
            if found.value.paused:
                firms.changed(client, firm_id, FirmPatch(paused=False), found.etag)
            sync.run(client, firm_id, full=True)

        self._context.jobs.start(
            work, done=lambda _none: self.started.emit(), failed=self._failed, owner=self, slot="start"
        )

    def _failed(self, problem: Exception) -> None:
        self.submit.setEnabled(True)
        problem_banner(self.banner, problem, self._context.language)
