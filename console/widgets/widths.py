"""Columns of a list share the width there is, until somebody arranges them."""

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QTableView

from console.models.columns import Column

#: No column that wished for more is made narrower than this; a badge needs more, the first one says what the row is.
_NARROW: Final = 110
_BADGE: Final = 150
_FIRST: Final = 200


class FittingTable(QTableView):
    """Fits its columns to its width after ``share``; a column moved by hand ends that."""

    def __init__(self) -> None:
        super().__init__()
        self._columns: Sequence[Column[Any]] = ()
        self._given: list[int] = []

    def share(self, columns: Sequence[Column[Any]]) -> None:
        """Wide columns give way in proportion to what they have to spare; where nothing is to spare, one scrolls."""
        self._columns = columns
        self._given = self._widths()

    @property
    def is_arranged(self) -> bool:
        """Somebody moved, hid or widened a column."""
        header = self.horizontalHeader()
        is_as_made = all(header.isSectionHidden(at) == one.is_hidden for at, one in enumerate(self._columns))
        return not self._columns or self._widths() != self._given or header.sectionsMoved() or not is_as_made

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_fitting()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._keep_fitting()

    def _keep_fitting(self) -> None:
        if self._columns and self._widths() == self._given:
            self._fit()
            self._given = self._widths()

    def _widths(self) -> list[int]:
        """Without the last one, which takes what is left in any case."""
        header = self.horizontalHeader()
        return [header.sectionSize(at) for at in range(header.count() - 1)]

    def _fit(self) -> None:
        header, columns = self.horizontalHeader(), self._columns
        shown = [at for at in range(header.count()) if not header.isSectionHidden(at)]
        least = {at: max(header.sectionSizeHint(at), min(columns[at].width, self._floor(at))) for at in shown}
        wished = {at: max(columns[at].width, least[at]) for at in shown}
        spare = sum(wished[at] - least[at] for at in shown)
        missing = sum(wished.values()) - self.viewport().width() + len(shown)
        share = min(1.0, max(0.0, missing / spare)) if spare else 0.0
        for at in shown:
            header.resizeSection(at, wished[at] - round((wished[at] - least[at]) * share))

    def _floor(self, at: int) -> int:
        if at == 0:
            return _FIRST
        return _NARROW if self._columns[at].tone is None else _BADGE
