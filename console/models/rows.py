"""A table over frozen rows with an identity. Refreshing keeps selection, current row and scroll: only what differs is
announced, and never by a reset."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from console.models.columns import Column

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex

ROW: Final = Qt.ItemDataRole.UserRole
TONE: Final = Qt.ItemDataRole.UserRole + 1
ICON: Final = Qt.ItemDataRole.UserRole + 2
_NO_INDEX: Final = QModelIndex()


class RowsModel(QAbstractTableModel, Generic[R]):
    """The rows that are here; ``total`` says how many there are at the server."""

    #: The view came near the end of what is here, and there is more.
    more_wanted = Signal()

    def __init__(
        self, columns: Sequence[Column[R]], identity: Callable[[R], Hashable], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._identity = identity
        self._rows: list[R] = []
        self._is_more = False

    # --- rows -------------------------------------------------------------------------------------------------------

    @property
    def rows(self) -> Sequence[R]:
        return self._rows

    def row(self, index: Index) -> R:
        return self._rows[index.row()]

    def place_of(self, identity: Hashable) -> int | None:
        """Where the row with this identity stands."""
        return next((at for at, row in enumerate(self._rows) if self._identity(row) == identity), None)

    def set_more(self, *, is_more: bool) -> None:
        """Whether scrolling to the end should ask for more."""
        self._is_more = is_more

    def extend(self, rows: Sequence[R]) -> None:
        """Further rows at the end; those that are here already stay where they are."""
        here = {self._identity(row) for row in self._rows}
        fresh = [row for row in rows if self._identity(row) not in here]
        if fresh:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(fresh) - 1)
            self._rows.extend(fresh)
            self.endInsertRows()

    def renew(self, rows: Sequence[R]) -> None:
        """The same list as it is now: announces what went, came, moved and changed, nothing else."""
        wanted = {self._identity(row): row for row in rows}
        self._remove_all_but(wanted.keys())
        kept = [self._identity(row) for row in self._rows]
        here = set(kept)
        in_order = [name for name in wanted if name in here]
        if kept != in_order:
            self._reorder(in_order)
        self._insert_missing(list(wanted.values()))
        self._update(wanted)

    def update_row(self, row: R) -> None:
        """One row changed."""
        self._update({self._identity(row): row})

    def remove(self, identity: Hashable) -> None:
        """One row is gone."""
        self._remove_all_but([name for name in map(self._identity, self._rows) if name != identity])

    def clear(self) -> None:
        self._is_more = False
        self._remove_all_but(())

    def _remove_all_but(self, names: Any) -> None:
        keep = set(names)
        end = len(self._rows)
        while end > 0:
            if self._identity(self._rows[end - 1]) in keep:
                end -= 1
                continue
            start = end - 1
            while start > 0 and self._identity(self._rows[start - 1]) not in keep:
                start -= 1
            self.beginRemoveRows(QModelIndex(), start, end - 1)
            del self._rows[start:end]
            self.endRemoveRows()
            end = start

    def _reorder(self, names: Sequence[Hashable]) -> None:
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        identities = [self._identity(self._rows[index.row()]) for index in before]
        here = {self._identity(row): row for row in self._rows}
        self._rows = [here[name] for name in names]
        places = {name: at for at, name in enumerate(names)}
        after = [self.createIndex(places[name], index.column()) for name, index in zip(identities, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _insert_missing(self, rows: Sequence[R]) -> None:
        """The rows that are here already stand in the order of ``rows``; the others are put between them."""
        here = {self._identity(row) for row in self._rows}
        at = 0
        while at < len(rows):
            if self._identity(rows[at]) in here:
                at += 1
                continue
            end = at
            while end < len(rows) and self._identity(rows[end]) not in here:
                end += 1
            self.beginInsertRows(QModelIndex(), at, end - 1)
            self._rows[at:at] = rows[at:end]
            self.endInsertRows()
            at = end

    def _update(self, wanted: dict[Hashable, R]) -> None:
        last = len(self.columns) - 1
        for at, row in enumerate(self._rows):
            fresh = wanted.get(self._identity(row))
            if fresh is not None and fresh != row:
                self._rows[at] = fresh
                self.dataChanged.emit(self.index(at, 0), self.index(at, last))

    # --- Qt ---------------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def canFetchMore(self, parent: Index) -> bool:
        return self._is_more and not parent.isValid()

    def fetchMore(self, parent: Index) -> None:
        if self._is_more and not parent.isValid():
            self._is_more = False
            self.more_wanted.emit()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row, column = self._rows[index.row()], self.columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return column.text(row)
            case Qt.ItemDataRole.ToolTipRole:
                return column.hint(row) if column.hint is not None else None
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if column.is_numeric else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
            case _ if role == ROW:
                return row
            case _ if role == TONE:
                return column.tone(row) if column.tone is not None else None
            case _ if role == ICON:
                return column.icon(row) if column.icon is not None else None
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.is_numeric else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None
