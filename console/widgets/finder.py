"""A short list under a search field: firms to look at, or places to go to (Ctrl+K)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QStringListModel, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QDialog, QListView, QWidget

from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.models.columns import folded
from console.widgets.search_field import SearchField
from console.widgets.words import column, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A line and what happens when it is chosen."""

    text: str
    run: Callable[[], object]


#: What the server knows for a text that was typed; runs on a job thread.
Look = Callable[[str, Cancel], Sequence[Found]]


class Finder(QDialog):
    """Type, arrow down, Enter. ``fixed`` lines are filtered here, ``look`` asks the server."""

    def __init__(
        self, context: Context, name: str, title: str, *, fixed: Sequence[Found] = (), look: Look | None = None
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setModal(True)
        self.setMinimumSize(480, 380)
        self._context, self._fixed, self._look = context, tuple(fixed), look
        self._shown: list[Found] = []
        self.search = SearchField(context.theme, f"{name}.search", title)
        self.search.setMaximumWidth(2_000)
        self.list = QListView()
        self.list.setObjectName(f"{name}.list")
        self.list.setAccessibleName(title)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._model = QStringListModel(self)
        self.list.setModel(self._model)
        hint = words(translate("Finder", "Enter chooses, Escape closes"), "faint")
        self.setLayout(column(self.search, self.list, hint, gap=8, margin=14))
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(200)
        self._typing.timeout.connect(self._ask)
        self.search.textChanged.connect(self._typed)
        self.list.activated.connect(lambda index: self._choose(index.row()))
        self.list.clicked.connect(lambda index: self._choose(index.row()))
        self._show(self._fitting())
        self._ask()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.list.currentIndex().row()
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self.list.setCurrentIndex(self._model.index(max(0, min(len(self._shown) - 1, row + step))))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(row)
        else:
            super().keyPressEvent(event)

    def _typed(self) -> None:
        self._show(self._fitting())
        self._typing.start()

    def _fitting(self) -> list[Found]:
        wanted = folded(self.search.text()).split()
        return [one for one in self._fixed if all(word in folded(one.text) for word in wanted)]

    def _ask(self) -> None:
        look, text = self._look, self.search.text().strip()
        if look is None:
            return
        self._context.jobs.start(
            lambda cancel: look(text, cancel), done=self._arrived, failed=self._failed, owner=self, slot="look"
        )

    def _arrived(self, found: Sequence[Found]) -> None:
        self._show([*self._fitting(), *found])

    def _failed(self, _problem: Exception) -> None:
        """The lines that need no server stay."""

    def _show(self, found: list[Found]) -> None:
        self._shown = found
        self._model.setStringList([one.text for one in found])
        if found:
            self.list.setCurrentIndex(self._model.index(0))

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._shown):
            chosen = self._shown[row]
            self.accept()
            chosen.run()


def open_over(finder: Finder, parent: QWidget) -> None:
    """In the upper middle of the window."""
    finder.setParent(parent, finder.windowFlags() | Qt.WindowType.Dialog)
    finder.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    finder.open()
    finder.search.setFocus()
