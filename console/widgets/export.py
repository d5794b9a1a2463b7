"""A list into a CSV file: asks for the name, reads all pages off the GUI thread, shows progress, can be cancelled."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QProgressBar, QWidget

from console.api.problems import ApiProblem
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel, Job
from console.models.columns import Column
from console.models.export import write
from console.models.listing import Listing
from console.presenters.formats import number
from console.presenters.troubles import explained
from console.widgets.dialogs import Dialog
from console.widgets.words import words

R = TypeVar("R")


def ask_and_export(
    parent: QWidget, context: Context, name: str, columns: Sequence[Column[R]], listing: Listing[R]
) -> None:
    """Nothing where no name was chosen."""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    suggested = Path(documents) / f"{name.replace('.', '-')}-{date.today():%Y-%m-%d}.csv"  # noqa: DTZ011 (a local day)
    chosen, _filter = QFileDialog.getSaveFileName(
        parent, translate("Export", "Export to CSV"), str(suggested), translate("Export", "CSV files (*.csv)")
    )
    if chosen:
        ExportDialog(parent, context).run(Path(chosen), columns, listing)


class ExportDialog(Dialog):
    """Progress of one export."""

    def __init__(self, parent: QWidget, context: Context) -> None:
        super().__init__(translate("Export", "Export to CSV"), parent, width=380)
        self.setObjectName("export")
        self._context = context
        self._job: Job | None = None
        self._text = words(translate("Export", "Reading the list…"), wrap=True)
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self.body.addWidget(self._text)
        self.body.addWidget(self._bar)
        self.add_cancel()

    def run(self, target: Path, columns: Sequence[Column[R]], listing: Listing[R]) -> None:
        asked = listing.asked

        def work(cancel: Cancel) -> int:
            try:
                return write(target, columns, listing.whole(cancel, asked))
            except OSError as error:
                raise _NotWritten(error.strerror or "") from error

        self._job = self._context.jobs.start(
            work, done=self._done, failed=self._failed, progressed=self._progress, owner=self
        )
        self.open()

    def reject(self) -> None:
        if self._job is not None:
            self._job.cancel()
        super().reject()

    def _progress(self, done: int, of: int) -> None:
        self._bar.setRange(0, max(of, 1))
        self._bar.setValue(done)
        self._text.setText(translate("Export", "{0} of {1} rows").format(number(done), number(of)))

    def _done(self, count: int) -> None:
        self._job = None
        self.accept()
        self._context.tell(translate("Export", "%n row(s) exported", "", count))

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, _NotWritten):
            self._text.setText(translate("Export", "The file could not be written: {0}").format(problem.why))
        else:
            trouble = explained(problem, self._context.language)
            self._text.setText(f"{trouble.title}. {trouble.text}")
        self._bar.hide()


class _NotWritten(ApiProblem):
    """The disk or the folder refused."""

    code = "not_written"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
