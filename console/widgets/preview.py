"""Runs a preview at the server and shows its result: what would be matched, made, changed; nothing is written."""

from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QProgressBar, QWidget

from console.api import sync
from console.api.problems import ApiProblem
from console.api.wire.shapes import Page
from console.api.wire.sync import Job as ServerJob
from console.api.wire.sync import Preview, PreviewStep
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel, Job
from console.models.columns import Column
from console.models.listing import Source
from console.presenters import states
from console.presenters.formats import number
from console.presenters.items import activity_text, field_names, kind_text
from console.theme import Tone
from console.widgets.banner import Banner
from console.widgets.buttons import button
from console.widgets.cards import FigureCard
from console.widgets.form import problem_banner
from console.widgets.list_page import ListPage
from console.widgets.words import clear, column, line, words

#: Figures whose writes are listed, and how the kinds of these begin.
_KINDS: Final = {"created": "create_", "changed": "update_", "removed": "delete_"}


class PreviewFailed(ApiProblem):
    """The job at the server ended without a result."""

    code = "preview_failed"

    def __init__(self, job: ServerJob) -> None:
        super().__init__(job.state)
        self.job = job


class PreviewPage(QWidget):
    """``finished`` once a result is shown."""

    finished = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._job: Job | None = None
        self.result: Preview | None = None
        #: How the kinds begin of the writes that are listed.
        self._only = ""
        self.banner = Banner(context.theme)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(translate("Preview", "Progress"))
        self.progress = words("", "muted")
        self.start_button = button(
            "preview.start", translate("Preview", "&Make the preview"), self.start, kind="primary"
        )
        self.cancel_button = button("preview.cancel", translate("Preview", "&Cancel"), self.cancel)
        self._figures = QGridLayout()
        self._figures.setSpacing(10)
        self.steps: ListPage[PreviewStep] = ListPage(
            context,
            "preview.steps",
            Source(fetch=self._page, columns=_columns(), identity=id, is_whole=True),
        )
        self.steps.say_when_empty(
            translate("Preview", "Nothing would be written"),
            translate("Preview", "Both sides say the same already."),
        )
        self.steps.hide()
        self._working = QWidget()
        self._working.setLayout(column(self.progress, line(self.bar, self.cancel_button, gap=10), gap=6))
        self._working.hide()
        layout = column(self.banner, line(self.start_button, None), self._working, self._figures, gap=12)
        # The list takes all there is; without it the rest stays at the top.
        layout.addWidget(self.steps, 1)
        layout.addStretch(0)
        self.setLayout(layout)

    def start(self) -> None:
        """Nothing is written by it."""
        self.banner.be_silent()
        self.start_button.setEnabled(False)
        self.bar.setRange(0, 0)
        self.progress.setText(translate("Preview", "Both sides are being read…"))
        self._working.show()
        self._job = self._context.jobs.start(
            self._run, done=self._show, failed=self._failed, progressed=self._tell, owner=self, slot="preview"
        )

    def cancel(self) -> None:
        """At the server too."""
        if self._job is not None:
            self._job.cancel()
        self._settle()
        self.banner.say(Tone.NEUTRAL, translate("Preview", "The preview was cancelled"))

    # --- on a job thread ----------------------------------------------------------------------------------------------

    def _run(self, cancel: Cancel) -> Preview:
        client, firm_id = self._context.client, self._context.scope.firm_id or 0
        job = sync.start_preview(client, firm_id)
        try:
            job = sync.awaited(client, firm_id, job, cancel.sleep, cancel.progress)
        finally:
            if cancel.is_set():
                sync.cancel_job(client, firm_id, job.id)
        if job.state != "done" or job.result is None:
            raise PreviewFailed(job)
        return Preview.model_validate(job.result)

    def _page(self, _query: object) -> Page[PreviewStep]:
        steps = self.result.steps if self.result is not None else ()
        found = tuple(step for step in steps if step.kind.startswith(self._only))
        return Page[PreviewStep](items=found, next=None, total=len(found))

    # --- showing ------------------------------------------------------------------------------------------------------

    def _tell(self, done: int, of: int) -> None:
        if of > 0:
            self.bar.setRange(0, of)
            self.bar.setValue(done)
            self.progress.setText(translate("Preview", "{0} of {1} users").format(number(done), number(of)))

    def _show(self, found: Preview) -> None:
        self._settle()
        self.result, self._only = found, ""
        clear(self._figures)
        for place, (key, title, icon, count, tone) in enumerate(_figures(found)):
            lead = partial(self._show_only, key) if key in _KINDS and count else None
            card = FigureCard(self._context.theme, f"preview.{key}", title, icon, lead)
            card.show_figure(number(count), "", tone)
            self._figures.addWidget(card, place // 3, place % 3)
        self.banner.say(Tone.GOOD if not found.errors else Tone.WARN, summary(found))
        self.steps.show()
        self.steps.renew()
        self.start_button.setText(translate("Preview", "&Make it again"))
        self.finished.emit(found)

    def _show_only(self, figure: str) -> None:
        """The writes behind a figure; once more, all of them."""
        self._only = "" if self._only == _KINDS[figure] else _KINDS[figure]
        self.steps.renew()

    def _failed(self, problem: Exception) -> None:
        self._settle()
        if isinstance(problem, PreviewFailed) and problem.job.problem is not None:
            told = problem.job.problem
            text = told.text_en if self._context.language == "en" else told.text_cs
            self.banner.say(Tone.BAD, translate("Preview", "The preview could not be made"), text)
            return
        problem_banner(self.banner, problem, self._context.language)

    def _settle(self) -> None:
        self._job = None
        self._working.hide()
        self.start_button.setEnabled(True)


def summary(found: Preview) -> str:
    """``120 matched, 0 created, 1 unclear, 0 e-mails``."""
    parts = (
        translate("Preview", "%n matched", "", found.matched),
        translate("Preview", "%n created", "", found.created),
        translate("Preview", "%n changed", "", found.changed),
        translate("Preview", "%n unclear", "", found.ambiguous),
        translate("Preview", "%n e-mail(s)", "", found.mails),
    )
    return ", ".join(parts)


def _figures(found: Preview) -> tuple[tuple[str, str, str, int, Tone], ...]:
    def worry(count: int) -> Tone:
        return Tone.WARN if count else Tone.NEUTRAL

    return (
        ("matched", translate("Preview", "Matched"), "link", found.matched, Tone.NEUTRAL),
        ("created", translate("Preview", "Created"), "plus", found.created, Tone.NEUTRAL),
        ("changed", translate("Preview", "Changed"), "edit", found.changed, Tone.NEUTRAL),
        ("removed", translate("Preview", "Removed"), "trash", found.removed, worry(found.removed)),
        ("ambiguous", translate("Preview", "Unclear"), "help", found.ambiguous, worry(found.ambiguous)),
        ("mails", translate("Preview", "E-mails"), "mail", found.mails, worry(found.mails)),
    )


def _columns() -> tuple[Column[PreviewStep], ...]:
    return (
        Column(
            key="side",
            title=lambda: translate("Preview", "Where"),
            text=lambda s: states.side("outlook" if s.side == "graph" else s.side),
            width=140,
        ),
        Column(key="kind", title=lambda: translate("Preview", "What"), text=lambda s: kind_text(s.kind), width=190),
        Column(key="item", title=lambda: translate("Preview", "Item"), text=lambda s: activity_text(s.item), width=260),
        Column(
            key="fields", title=lambda: translate("Preview", "Fields"), text=lambda s: field_names(s.fields), width=240
        ),
    )
