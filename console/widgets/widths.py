"""Columns of a list share the width there is."""

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtWidgets import QTableView

from console.models.columns import Column

#: No column that wished for more is made narrower than this; the first one says what the row is.
_NARROW: Final = 110
_FIRST: Final = 200


def share_width(table: QTableView, columns: Sequence[Column[Any]]) -> None:
    """Wide columns give way in proportion to what they have to spare; where nothing is to spare, one scrolls."""
    header = table.horizontalHeader()
    shown = [at for at in range(header.count()) if not header.isSectionHidden(at)]
    floors = {at: _NARROW if at else _FIRST for at in shown}
    least = {at: max(header.sectionSizeHint(at), min(columns[at].width, floors[at])) for at in shown}
    wished = {at: max(columns[at].width, least[at]) for at in shown}
    missing = sum(wished.values()) - table.viewport().width()
    spare = sum(wished[at] - least[at] for at in shown)
    if missing <= 0 or spare <= 0:
        return
    for at in shown:
        header.resizeSection(at, wished[at] - round((wished[at] - least[at]) * min(1.0, missing / spare)))
