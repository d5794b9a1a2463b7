"""The list model: every refresh is announced exactly, so that marks and places survive it."""

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelectionModel, QModelIndex
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from console.models.columns import Column, folded, natural
from console.models.rows import RowsModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    id: int
    text: str = ""


COLUMNS: tuple[Column[Row], ...] = (
    Column(key="id", title=lambda: "Id", text=lambda row: str(row.id)),
    Column(key="text", title=lambda: "Text", text=lambda row: row.text),
)


def model(rows: list[Row]) -> RowsModel[Row]:
    made: RowsModel[Row] = RowsModel(COLUMNS, lambda row: row.id)
    made.renew(rows)
    return made


rows = st.lists(
    st.builds(Row, id=st.integers(0, 12), text=st.sampled_from("abc")), unique_by=lambda row: row.id, max_size=12
)


@given(before=rows, after=rows, chosen=st.sets(st.integers(0, 12)))
def test_after_any_refresh_the_model_is_the_new_list_and_marks_stay_with_their_rows(
    qapp: QApplication, before: list[Row], after: list[Row], chosen: set[int]
) -> None:
    made = model(before)
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    marks = QItemSelectionModel(made)
    select = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for at, row in enumerate(before):
        if row.id in chosen:
            marks.select(made.index(at, 0), select)
    made.renew(after)
    assert list(made.rows) == after
    still = {row.id for row in before} & {row.id for row in after} & chosen
    assert {made.row(index).id for index in marks.selectedRows()} == still
    del tester


def test_only_what_differs_is_announced(qapp: QApplication) -> None:
    made = model([Row(id=at, text="a") for at in range(6)])
    told: list[object] = []
    made.dataChanged.connect(lambda top, bottom: told.append(("changed", top.row(), bottom.row())))
    made.rowsInserted.connect(lambda _parent, first, last: told.append(("in", first, last)))
    made.rowsRemoved.connect(lambda _parent, first, last: told.append(("out", first, last)))
    made.layoutChanged.connect(lambda: told.append("moved"))
    made.modelReset.connect(lambda: told.append("reset"))
    made.renew(list(made.rows))
    assert told == []
    changed = [replace(row, text="b") if row.id == 2 else row for row in made.rows]
    made.renew([*changed[:4], Row(id=9), Row(id=10), changed[5]])
    assert told == [("out", 4, 4), ("in", 4, 5), ("changed", 2, 2)]


def test_the_end_of_what_is_here_asks_for_more_once(qapp: QApplication) -> None:
    made = model([Row(id=1)])
    asked: list[int] = []
    made.more_wanted.connect(lambda: asked.append(1))
    root = QModelIndex()
    assert not made.canFetchMore(root)
    made.set_more(is_more=True)
    made.fetchMore(root)
    made.fetchMore(root)
    assert asked == [1]
    made.extend([Row(id=1), Row(id=2)])
    assert [row.id for row in made.rows] == [1, 2]


def test_searching_and_sorting_here_are_as_people_expect() -> None:
    assert folded("Příliš ŽLUŤOUČKÝ") == "prilis zlutoucky"
    assert sorted(["žába", "Zebra", None, "auto"], key=natural) == ["auto", "žába", "Zebra", None]
