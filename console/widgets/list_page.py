"""A list of the server with everything a list has here: search, filters, order, columns, actions, export, renewal.

::

    page = ListPage(context, "users", Source(fetch=…, columns=USER_COLUMNS, identity=lambda user: user.id, filters=…))
    page.add_action(RowAction(name="remove", text=…, icon="trash", run=self._remove, is_dangerous=True))
    page.opened.connect(self._open)          # Enter or double click
    page.renew(); page.preset({"state": "held"}); page.selected()
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLabel,
    QMenu,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from console.context import Context
from console.i18n import translate
from console.models.columns import Filter
from console.models.listing import Asked, Listing, Source
from console.presenters.formats import clock, number
from console.presenters.troubles import explained
from console.theme import Tone
from console.widgets.banner import Banner
from console.widgets.buttons import icon_button
from console.widgets.cells import CellDelegate
from console.widgets.export import ask_and_export
from console.widgets.search_field import SearchField
from console.widgets.state_page import StatePage, Step
from console.widgets.widths import FittingTable
from console.widgets.words import column, line, words

R = TypeVar("R")

_TYPING_MS = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAction(Generic[R]):
    """Something to do with the selected rows. ``needs_rows`` False: always possible (add, run now)."""

    name: str
    text: str
    icon: str
    run: Callable[[list[R]], object]
    is_possible: Callable[[list[R]], bool] = lambda rows: len(rows) > 0
    shortcut: str = ""
    is_dangerous: bool = False
    is_primary: bool = False
    #: Only in the context menu.
    is_hidden: bool = False


class ListPage(QWidget, Generic[R]):
    """The whole page. ``name`` is stable: it prefixes object names and what is remembered."""

    #: Enter or double click on a row.
    opened = Signal(object)
    selection_changed = Signal()
    #: Rows are there: how many fit the query.
    arrived = Signal(int)

    def __init__(self, context: Context, name: str, source: Source[R], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._context, self._name = context, name
        self.listing: Listing[R] = Listing(source, context.jobs, self)
        self._empty = (translate("Lists", "Nothing here"), translate("Lists", "There is nothing of this kind yet."))
        self._empty_steps: Sequence[Step] = ()
        self._actions: list[tuple[RowAction[R], QAction, QToolButton | None]] = []
        self._filters: dict[str, QComboBox] = {}
        self._last_tool: QWidget = self
        self._make(source.filters)
        self._connect()

    # --- what sections use --------------------------------------------------------------------------------------------

    def say_when_empty(self, title: str, text: str, steps: Sequence[Step] = ()) -> None:
        """The page that stands where there is nothing, without any search or filter."""
        self._empty, self._empty_steps = (title, text), steps

    def add_action(self, action: RowAction[R]) -> QAction:
        """In the toolbar, the context menu and by its shortcut. Nothing that changes is added for an auditor."""
        made = QAction(action.text, self)
        made.setObjectName(f"{self._name}.{action.name}.action")
        if action.shortcut:
            made.setShortcut(QKeySequence(action.shortcut))
            made.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        made.triggered.connect(lambda _checked=False: self._run(action))
        self.addAction(made)
        self._context.theme.dress(made, action.icon, "bad" if action.is_dangerous else "muted")
        shown = None
        if not action.is_hidden:
            shown = QToolButton()
            shown.setObjectName(f"{self._name}.{action.name}")
            shown.setProperty("kind", "button")
            shown.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            shown.setIconSize(QSize(16, 16))
            shown.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            shown.setText(f" {action.text}")
            shown.setAccessibleName(action.text.replace("&", ""))
            shown.setToolTip(f"{action.text.replace('&', '')} ({action.shortcut})" if action.shortcut else "")
            self._context.theme.dress(shown, action.icon, "bad" if action.is_dangerous else "muted")
            shown.clicked.connect(lambda _checked=False: self._run(action))
            self._action_bar.addWidget(shown)
            # By keyboard too the actions stand between the tools and the rows.
            QWidget.setTabOrder(self._last_tool, shown)
            QWidget.setTabOrder(shown, self.table)
            self._last_tool = shown
        self._actions.append((action, made, shown))
        self._judge_actions()
        return made

    def selected(self) -> list[R]:
        """The rows that are marked, from top to bottom."""
        indexes = self.table.selectionModel().selectedRows()
        return [self.listing.model.row(index) for index in sorted(indexes, key=lambda index: index.row())]

    def preset(self, filters: Mapping[str, str], q: str = "") -> None:
        """As if a person had chosen these filters and typed this; loads."""
        for key, box in self._filters.items():
            box.blockSignals(True)
            box.setCurrentIndex(max(0, box.findData(filters.get(key, ""))))
            box.blockSignals(False)
        self.search.set_quietly(q)
        extra = {key: value for key, value in filters.items() if key not in self._filters}
        self._ask(extra)

    def renew(self, *, is_quiet: bool = False) -> None:
        """The rows as they are now; selection and scroll stay."""
        self.listing.renew(is_quiet=is_quiet)

    def say(self, tone: Tone, title: str, text: str = "") -> None:
        """Above the list, until the next word or the next successful loading that somebody asked for."""
        self._kept_word = True
        self.banner.say(tone, title, text)

    def show_problem(self, problem: Exception) -> None:
        """An action on rows failed: said above the list, which stays."""
        trouble = explained(problem, self._context.language)
        self._kept_word = True
        self.banner.say(Tone.BAD, trouble.title, trouble.text, icon=trouble.icon)

    def select(self, identity: Any) -> bool:
        """Marks a row and scrolls to it; False where it is not here."""
        place = self.listing.model.place_of(identity)
        if place is None:
            return False
        self.table.selectRow(place)
        self.table.scrollTo(self.listing.model.index(place, 0))
        return True

    def keep_state(self) -> None:
        """Column widths, order and hidden ones, for the next time."""
        if self.table.is_arranged:
            self._context.preferences.keep_blob(self._kept_name, self.table.horizontalHeader().saveState())

    # --- making -------------------------------------------------------------------------------------------------------

    def _make(self, filters: Sequence[Filter[R]]) -> None:
        theme = self._context.theme
        self.search = SearchField(theme, f"{self._name}.search", translate("Lists", "Search"))
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        bar = line(self.search, gap=8)
        for one in filters:
            bar.addWidget(self._filter_box(one))
        bar.addStretch(1)
        self._columns_button = icon_button(theme, f"{self._name}.columns", "columns", translate("Lists", "Columns"))
        self._columns_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._columns_button.setMenu(QMenu(self._columns_button))
        export = icon_button(theme, f"{self._name}.export", "export", translate("Lists", "Export to CSV"), self._export)
        fresh = icon_button(
            theme, f"{self._name}.refresh", "refresh", translate("Lists", "Refresh"), self.renew, shortcut="F5"
        )
        for tool in (self._columns_button, export, fresh):
            bar.addWidget(tool)
        self._last_tool = fresh
        self.banner = Banner(theme)
        self.table = self._make_table()
        self.state = StatePage(theme)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.state)
        self.count: QLabel = words("", "muted")
        self.count.setObjectName(f"{self._name}.count")
        self._stamp = words("", "faint")
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setFixedWidth(90)
        self._bar.setTextVisible(False)
        self._bar.hide()
        foot = line(self.count, None, self._bar, self._stamp)
        actions = line(gap=8)
        self._action_bar = line(gap=8)
        actions.addLayout(self._action_bar)
        actions.addStretch(1)
        self.setLayout(column(bar, actions, self.banner, self._stack, foot, gap=10))

    def _filter_box(self, one: Filter[R]) -> QComboBox:
        box = QComboBox()
        box.setObjectName(f"{self._name}.filter.{one.key}")
        box.setAccessibleName(one.title())
        box.setToolTip(one.title())
        for choice in one.choices:
            box.addItem(choice.title(), choice.value)
        box.currentIndexChanged.connect(lambda _at: self._ask())
        self._filters[one.key] = box
        return box

    @property
    def _kept_name(self) -> str:
        """Widths of a list fit lists with as many columns only: an operator's has one more."""
        return f"list/{self._name}/{len(self.listing.model.columns)}"

    def _make_table(self) -> FittingTable:
        table = FittingTable()
        table.setObjectName(f"{self._name}.table")
        table.setAccessibleName(translate("Lists", "List"))
        table.setModel(self.listing.model)
        table.setItemDelegate(CellDelegate(self._context.theme, table))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setMouseTracking(True)
        # Tab leaves the list; the arrows move within it.
        table.setTabKeyNavigation(False)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(38)
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(60)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        for at, one in enumerate(self.listing.model.columns):
            header.resizeSection(at, max(one.width, header.sectionSizeHint(at)))
            header.setSectionHidden(at, one.is_hidden)
        kept = self._context.preferences.blob(self._kept_name)
        if kept.isEmpty() or not header.restoreState(kept):
            table.share(self.listing.model.columns)
        return table

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self.search.returnPressed.connect(self._typing.start)
        self._typing.timeout.connect(self._ask)
        header = self.table.horizontalHeader()
        header.setSectionsClickable(True)
        header.sectionClicked.connect(self._sort_by)
        header.customContextMenuRequested.connect(lambda at: self._columns_menu().popup(header.mapToGlobal(at)))
        self._columns_button.menu().aboutToShow.connect(self._fill_columns_menu)
        self.table.activated.connect(self._open)
        self.table.customContextMenuRequested.connect(self._menu)
        self.table.selectionModel().selectionChanged.connect(lambda _new, _old: self._selection())
        self.listing.model.rowsAboutToBeInserted.connect(lambda *_: self._remember_anchor())
        self.listing.model.rowsInserted.connect(lambda *_: self._restore_anchor())
        self.listing.model.rowsRemoved.connect(lambda *_: self._judge_actions())
        self.listing.loading_changed.connect(self._loading)
        self.listing.arrived.connect(self._show_count)
        self.listing.failed.connect(self._failed)
        self._anchor: tuple[Any, int] | None = None
        #: What was said about an action must survive the renewal that follows it.
        self._kept_word = False

    # --- asking -------------------------------------------------------------------------------------------------------

    def _ask(self, extra: Mapping[str, str] | None = None) -> None:
        filters = {key: str(box.currentData() or "") for key, box in self._filters.items()}
        earlier = self.listing.asked
        kept = {k: v for k, v in earlier.filters.items() if k not in filters} if extra is None else dict(extra)
        asked = Asked(
            q=self.search.text().strip(),
            sort=earlier.sort,
            is_descending=earlier.is_descending,
            filters={**kept, **filters},
        )
        if asked != earlier or not self.listing.is_loaded:
            self.listing.ask(asked)

    def _sort_by(self, section: int) -> None:
        one = self.listing.model.columns[section]
        key = one.key if self.listing.source.is_whole else one.sort
        if key is None:
            return
        earlier = self.listing.asked
        is_descending = earlier.sort == key and not earlier.is_descending
        header = self.table.horizontalHeader()
        header.setSortIndicatorShown(True)
        order = Qt.SortOrder.DescendingOrder if is_descending else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(section, order)
        self.listing.ask(Asked(q=earlier.q, sort=key, is_descending=is_descending, filters=earlier.filters))

    def order_by(self, sort: str, *, is_descending: bool) -> None:
        """By the server's name of an order, as shown in the header from now on; the next asking loads it."""
        earlier = self.listing.asked
        self.listing.asked = Asked(q=earlier.q, sort=sort, is_descending=is_descending, filters=earlier.filters)
        self.listing.is_loaded = False
        at = next((at for at, one in enumerate(self.listing.model.columns) if one.sort == sort), None)
        if at is not None:
            header = self.table.horizontalHeader()
            header.setSortIndicatorShown(True)
            order = Qt.SortOrder.DescendingOrder if is_descending else Qt.SortOrder.AscendingOrder
            header.setSortIndicator(at, order)

    def sort_by(self, key: str) -> None:
        """As a click on the header of a column; a second time the other way round."""
        at = next(at for at, one in enumerate(self.listing.model.columns) if one.key == key)
        self._sort_by(at)

    # --- showing ------------------------------------------------------------------------------------------------------

    def _loading(self, is_loading: bool) -> None:  # noqa: FBT001 (a signal's argument)
        self._bar.setVisible(is_loading)
        if is_loading and not self.listing.is_loaded:
            self.state.wait(translate("Lists", "Loading…"))
            self._stack.setCurrentWidget(self.state)

    def _show_count(self, total: int) -> None:
        here = len(self.listing.model.rows)
        if not self._kept_word:
            self.banner.be_silent()
        self._stamp.setText(translate("Lists", "Updated {0}").format(clock(datetime.now(UTC))))
        if here == 0:
            self._show_nothing()
        else:
            self._stack.setCurrentWidget(self.table)
        if here < total:
            self.count.setText(translate("Lists", "{0} of {1}").format(number(here), number(total)))
        else:
            self.count.setText(translate("Lists", "%n item(s)", "", total))
        self._judge_actions()
        self.arrived.emit(total)

    def _show_nothing(self) -> None:
        asked = self.listing.asked
        if asked.q or any(box.currentIndex() > 0 for box in self._filters.values()):
            clear = Step(name=f"{self._name}.clear", text=translate("Lists", "Clear the filter"), run=self._clear)
            self.state.say(
                "search",
                translate("Lists", "Nothing fits"),
                translate("Lists", "Nothing corresponds to the search and the filters."),
                (clear,),
            )
        else:
            self.state.say("check_circle", *self._empty, self._empty_steps)
        self._stack.setCurrentWidget(self.state)

    def _clear(self) -> None:
        self.preset({})

    def _failed(self, problem: Exception) -> None:
        trouble = explained(problem, self._context.language)
        again = Step(name=f"{self._name}.retry", text=translate("Lists", "Try again"), run=self.renew)
        if self.listing.is_loaded:
            shown = translate("Lists", "What you see is from the last successful loading.")
            self.banner.say(Tone.WARN, trouble.title, shown, (again,), icon=trouble.icon)
            return
        text = trouble.text
        if trouble.support_code:
            text += "\n" + translate("Lists", "Code for support: {0}").format(trouble.support_code)
        self.state.say(trouble.icon, trouble.title, text, (again,), role="warn")
        self._stack.setCurrentWidget(self.state)

    # --- rows ---------------------------------------------------------------------------------------------------------

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(self.listing.model.row(index))

    def _selection(self) -> None:
        self._judge_actions()
        self.selection_changed.emit()

    def _judge_actions(self) -> None:
        rows = self.selected()
        for action, made, shown in self._actions:
            is_possible = action.is_possible(rows)
            made.setEnabled(is_possible)
            if shown is not None:
                shown.setEnabled(is_possible)

    def _run(self, action: RowAction[R]) -> None:
        rows = self.selected()
        self._kept_word = False
        if action.is_possible(rows):
            action.run(rows)

    def _menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for _action, made, _shown in self._actions:
            if made.isEnabled():
                menu.addAction(made)
        if self.selected():
            menu.addSeparator()
            menu.addAction(translate("Lists", "Copy"), self.copy)
        if not menu.isEmpty():
            menu.popup(self.table.viewport().mapToGlobal(at))

    def copy(self) -> None:
        """The marked rows as lines with tabs, as they are seen."""
        from PySide6.QtGui import QGuiApplication

        shown = [one for at, one in enumerate(self.listing.model.columns) if not self.table.isColumnHidden(at)]
        text = "\n".join("\t".join(one.text(row) for one in shown) for row in self.selected())
        QGuiApplication.clipboard().setText(text)

    def _remember_anchor(self) -> None:
        """Rows that come above what is seen must not push it away."""
        bar = self.table.verticalScrollBar()
        top = self.table.rowAt(0)
        if bar.value() == 0 or top < 0:
            self._anchor = None
            return
        row = self.listing.model.rows[top]
        self._anchor = (self.listing.source.identity(row), bar.value() - top * 38)

    def _restore_anchor(self) -> None:
        if self._anchor is None:
            return
        place = self.listing.model.place_of(self._anchor[0])
        if place is not None:
            self.table.verticalScrollBar().setValue(place * 38 + self._anchor[1])

    # --- columns and files --------------------------------------------------------------------------------------------

    def _columns_menu(self) -> QMenu:
        self._fill_columns_menu()
        return self._columns_button.menu()

    def _fill_columns_menu(self) -> None:
        menu = self._columns_button.menu()
        menu.clear()
        header = self.table.horizontalHeader()
        for at, one in enumerate(self.listing.model.columns):
            choice = menu.addAction(one.title())
            choice.setCheckable(True)
            choice.setChecked(not header.isSectionHidden(at))
            # The first one says what the row is.
            choice.setEnabled(at > 0)
            choice.toggled.connect(lambda is_on, at=at: header.setSectionHidden(at, not is_on))

    def _export(self) -> None:
        shown = [one for at, one in enumerate(self.listing.model.columns) if not self.table.isColumnHidden(at)]
        ask_and_export(self, self._context, self._name, shown, self.listing)
