"""A list at the server: its query, the pages that are here, and their renewal. The GUI-thread half of a list page."""

import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from console.api.client import Query
from console.api.problems import ApiProblem
from console.api.wire.shapes import Page
from console.jobs import Cancel, Jobs
from console.models.columns import Column, Filter, folded, natural
from console.models.rows import RowsModel

R = TypeVar("R")

#: How many rows come with the first look and with each scrolling on.
PAGE: Final = 100
#: The most that the server gives at once; for renewals and exports.
MOST: Final = 500
#: A renewal by the clock covers so many rows at most; F5 renews all that are here.
_RENEWED_BY_CLOCK: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person asked a list for."""

    q: str = ""
    sort: str = ""
    is_descending: bool = False
    filters: Mapping[str, str] = field(default_factory=dict)

    def query(self, limit: int, cursor: str | None) -> Query:
        order = f"-{self.sort}" if self.sort and self.is_descending else self.sort
        return {"limit": limit, "cursor": cursor, "sort": order, "q": self.q, **self.filters}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Generic[R]):
    """Where rows come from. ``is_whole``: small lists are loaded whole; searching, sorting and filters happen here."""

    fetch: Callable[[Query], Page[R]]
    columns: Sequence[Column[R]]
    identity: Callable[[R], Hashable]
    filters: Sequence[Filter[R]] = ()
    is_whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded(Generic[R]):
    rows: tuple[R, ...]
    next: str | None
    total: int
    seconds: float


class Listing(QObject, Generic[R]):
    """Keeps a model filled."""

    #: A first page is under way (True) or there (False).
    loading_changed = Signal(bool)
    #: Rows arrived: how many there are at the server for this query.
    arrived = Signal(int)
    #: Loading failed; the rows that are here stay.
    failed = Signal(object)

    def __init__(self, source: Source[R], jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.source = source
        self.model: RowsModel[R] = RowsModel(source.columns, source.identity, self)
        self.asked = Asked()
        self.total = 0
        self.is_loaded = False
        #: What the last loading took, which spaces renewals by the clock.
        self.seconds = 0.0
        self._jobs = jobs
        self._next: str | None = None
        self._all: tuple[R, ...] = ()
        self.model.more_wanted.connect(self._load_more)

    def ask(self, asked: Asked) -> None:
        """Another query: what is here belongs to the old one and goes when the new rows come."""
        self.asked = asked
        if self.source.is_whole and self.is_loaded:
            self._show_whole()
        else:
            self.load()

    def load(self) -> None:
        """The first page of the query."""
        self.loading_changed.emit(True)
        self._start(self._first, self._show, is_quiet=False)

    def renew(self, *, is_quiet: bool = False) -> None:
        """The rows that are here, as they are now."""
        if not self.is_loaded:
            self.load()
            return
        here = len(self.model.rows)
        wanted = max(PAGE, min(here, _RENEWED_BY_CLOCK) if is_quiet else here)
        if is_quiet and here > _RENEWED_BY_CLOCK:
            self._start(lambda cancel: self._several(cancel, wanted), self._show_beginning, is_quiet=True)
        else:
            self._start(lambda cancel: self._several(cancel, wanted), self._show, is_quiet=is_quiet)

    def whole(self, cancel: Cancel, asked: Asked) -> Iterator[R]:
        """Every row of a query, page by page; blocking. For exports."""
        if self.source.is_whole:
            yield from self._fitting(self._all, asked)
            return
        cursor, done = None, 0
        while True:
            cancel.check()
            page = self.source.fetch(asked.query(MOST, cursor))
            yield from page.items
            done, cursor = done + len(page.items), page.next
            cancel.progress(done, page.total)
            if cursor is None:
                return

    # --- on job threads -----------------------------------------------------------------------------------------------

    def _first(self, cancel: Cancel) -> _Loaded[R]:
        return self._several(cancel, 0 if not self.source.is_whole else 1_000_000)

    def _several(self, cancel: Cancel, wanted: int) -> _Loaded[R]:
        """From the beginning, at least ``wanted`` rows where there are so many."""
        asked = Asked() if self.source.is_whole else self.asked
        began = time.monotonic()
        if self.source.is_whole:
            wanted = 1_000_000
        rows: list[R] = []
        cursor: str | None = None
        total = 0
        while True:
            cancel.check()
            missing = wanted - len(rows)
            page = self.source.fetch(asked.query(PAGE if missing <= PAGE else min(MOST, missing), cursor))
            rows.extend(page.items)
            cursor, total = page.next, page.total
            if cursor is None or len(rows) >= wanted:
                return _Loaded(rows=tuple(rows), next=cursor, total=total, seconds=time.monotonic() - began)

    # --- on the GUI thread --------------------------------------------------------------------------------------------

    def _start(self, work: Callable[[Cancel], Any], done: Callable[[Any], None], *, is_quiet: bool) -> None:
        self._jobs.start(work, done=done, failed=self._fail, owner=self, slot="list", is_quiet=is_quiet)

    def _load_more(self) -> None:
        if self._next is None:
            return
        cursor = self._next

        def work(_cancel: Cancel) -> Page[R]:
            return self.source.fetch(self.asked.query(PAGE, cursor))

        self._start(work, self._append, is_quiet=False)

    def _append(self, page: Page[R]) -> None:
        self.model.extend(page.items)
        self._next, self.total = page.next, page.total
        self.model.set_more(is_more=page.next is not None)
        self.arrived.emit(page.total)

    def _show(self, loaded: _Loaded[R]) -> None:
        self.seconds, self.is_loaded = loaded.seconds, True
        self._next, self.total, self._all = loaded.next, loaded.total, loaded.rows
        if self.source.is_whole:
            self._show_whole()
        else:
            self.model.renew(loaded.rows)
            self.model.set_more(is_more=loaded.next is not None)
            self.arrived.emit(self.total)
        self.loading_changed.emit(False)

    def _show_beginning(self, loaded: _Loaded[R]) -> None:
        """A renewal that did not reach the end of what is here: the rest stays as it was read."""
        names = {self.source.identity(row) for row in loaded.rows}
        rest = [row for row in self.model.rows[len(loaded.rows) :] if self.source.identity(row) not in names]
        self.seconds, self.total = loaded.seconds, loaded.total
        self.model.renew([*loaded.rows, *rest])
        self.arrived.emit(self.total)

    def _show_whole(self) -> None:
        rows = self._fitting(self._all, self.asked)
        self.total = len(rows)
        self.model.renew(rows)
        self.arrived.emit(self.total)

    def _fitting(self, rows: Sequence[R], asked: Asked) -> list[R]:
        found = [row for row in rows if self._accepts(row, asked)]
        column = next((one for one in self.source.columns if one.key == asked.sort), None)
        if column is not None:
            order = column.order or column.text
            found.sort(key=lambda row: natural(order(row)), reverse=asked.is_descending)
        return found

    def _accepts(self, row: R, asked: Asked) -> bool:
        for one in self.source.filters:
            value = asked.filters.get(one.key, "")
            if value and one.accepts is not None and not one.accepts(row, value):
                return False
        words = folded(asked.q).split()
        if not words:
            return True
        text = folded(" ".join(column.text(row) for column in self.source.columns))
        return all(word in text for word in words)

    def _fail(self, problem: Exception) -> None:
        if not isinstance(problem, ApiProblem):
            problem = ApiProblem("defect")
        self.model.set_more(is_more=self._next is not None and self.is_loaded)
        self.loading_changed.emit(False)
        self.failed.emit(problem)
