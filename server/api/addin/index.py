"""Raynet's records of a firm in memory, for type-ahead: newest first, bounded, renewed by what changed since.

A first search asks Raynet itself while the rest is being read; afterwards answers come from memory. Nothing here is
ever written to disk or logged; a firm that nobody searches in for a while is forgotten.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from server.api.addin.bounds import Bounded, Limiter, Rate
from server.api.services import Remotes
from server.domain.concern import ConcernKind
from server.domain.ids import FirmId
from server.domain.record import Category, Record, merged, rank, search_text, words_of
from server.errors import Refused, Remote, RosError
from server.ports.raynet import ActivityCategories, FindRecords, NewestRecords, RecordPage

#: Records of one kind that are kept; of a larger instance the ones changed last, and Raynet is asked for the others.
MOST_RECORDS: Final = 5_000
PAGE: Final = 1_000
#: How old an answer may be before what changed since is asked for, and before everything is read again.
FRESH_FOR: Final = timedelta(minutes=5)
WHOLE_FOR: Final = timedelta(hours=12)
#: Saves that became visible late are read again.
OVERLAP: Final = timedelta(minutes=2)
#: After a refusal or trouble Raynet is left alone.
REST_FOR: Final = timedelta(seconds=30)
#: Firms whose records are kept in one process, and records of all of them together.
MOST_FIRMS: Final = 200
MOST_OF_ALL: Final = 200_000
_MOST_SHOWN: Final = 5_000
#: Searches of a firm that may reach Raynet itself: three tenths of a day's budget at the most, so that no
#: typing, however wild, stops the synchronisation. Fact: 24,000 calls a day, raynet-api §6 [spec].
ASKED_DIRECTLY: Final = Rate(300, 3600.0)
#: The same question again within this time is answered from memory.
_SAME_FOR_SECONDS: Final = 60.0
_MOST_ANSWERS: Final = 2_000
_LOG = structlog.get_logger("addin")


@dataclass(slots=True)
class _Shelf:
    """Records of one kind of one firm. ``lock`` lets one thread read from Raynet, the others use what is there."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    records: tuple[Record, ...] = ()
    texts: Mapping[int, str] = field(default_factory=dict)
    read_at: datetime | None = None
    whole_at: datetime | None = None
    is_complete: bool = False
    rest_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Records with their place, best first; ``complete`` when no other one can fit."""

    records: tuple[Record, ...]
    complete: bool
    fresh_at: datetime | None


class RecordIndex:
    """Of all firms; thread-safe. ``run`` does what may happen later: reading ahead."""

    def __init__(self, remotes: Remotes, *, now: Callable[[], datetime], executor: Executor | None = None) -> None:
        self._remotes = remotes
        self._now = now
        self._executor = executor
        self._lock = threading.Lock()
        self._shelves: OrderedDict[FirmId, dict[ConcernKind, _Shelf]] = OrderedDict()
        self._categories: dict[FirmId, tuple[datetime, tuple[Category, ...]]] = {}
        self._limiter = Limiter(lambda: now().timestamp())
        self._answers: Bounded[tuple[FirmId, ConcernKind, str, int], RecordPage] = Bounded(
            _MOST_ANSWERS, seconds=_SAME_FOR_SECONDS, clock=lambda: now().timestamp()
        )
        self._shown: Bounded[tuple[FirmId, ConcernKind, int], Record] = Bounded(_MOST_SHOWN)

    # --- asking ---

    def search(self, firm: FirmId, kind: ConcernKind, query: str, limit: int) -> Found:
        """Records whose text holds every word. Raises Remote only when nothing at all is known."""
        shelf = self._shelf(firm, kind)
        if shelf.read_at is None:
            self.warm(firm, (kind,))
        if shelf.read_at is None:
            return self._asked(firm, kind, query, limit)
        if self._is_stale(shelf):
            self.warm(firm, (kind,))
        found = _best(shelf, query, limit)
        if len(found) < limit and not shelf.is_complete and words_of(query):
            return self._both(firm, kind, query, limit, found)
        return Found(records=tuple(found), complete=len(found) < limit and shelf.is_complete, fresh_at=shelf.read_at)

    def of_addresses(self, firm: FirmId, kinds: Iterable[ConcernKind], addresses: frozenset[str]) -> tuple[Record, ...]:
        """Known records that carry one of the addresses, and the clients of people who do."""
        found: list[Record] = []
        clients: set[int] = set()
        people = self._shelf(firm, ConcernKind.PERSON).records
        matching = [one for one in people if addresses.intersection(one.emails)]
        clients.update(one.company.id for one in matching if one.company is not None)
        for kind in kinds:
            for one in self._shelf(firm, kind).records:
                by_client = kind is ConcernKind.COMPANY and one.id in clients
                of_client = kind is not ConcernKind.COMPANY and one.company is not None and one.company.id in clients
                related = of_client and kind is not ConcernKind.PERSON and one.active
                if addresses.intersection(one.emails) or by_client or related:
                    found.append(one)
        return tuple(found)

    def known(self, firm: FirmId, kind: ConcernKind, number: int) -> Record | None:
        """A record that is in memory, or was shown lately."""
        found = next((one for one in self._shelf(firm, kind).records if one.id == number), None)
        return found or self._shown.get((firm, kind, number))

    def categories(self, firm: FirmId) -> tuple[Category, ...]:
        """The instance's categories, at most five minutes old; empty when Raynet does not answer."""
        kept = self._categories.get(firm)
        if kept is not None and self._now() - kept[0] < FRESH_FOR:
            return kept[1]
        try:
            found = self._remotes.raynet(ActivityCategories(firm))
        except RosError as error:
            _LOG.info("categories_unread", firm=int(firm), code=error.code)
            return kept[1] if kept is not None else ()
        self._categories[firm] = (self._now(), found)
        return found

    # --- reading ---

    def warm(self, firm: FirmId, kinds: Iterable[ConcernKind]) -> None:
        """Read ahead what will be searched in; returns at once where there is somebody to do it."""
        for kind in kinds:
            shelf = self._shelf(firm, kind)
            if not self._is_stale(shelf) or shelf.lock.locked():
                continue
            if self._executor is None:
                self.refresh(firm, kind)
            else:
                self._executor.submit(self.refresh, firm, kind)

    def refresh(self, firm: FirmId, kind: ConcernKind) -> None:
        """Bring one kind up to date: everything, or what changed since. Trouble leaves what is known."""
        shelf = self._shelf(firm, kind)
        if not shelf.lock.acquire(blocking=False):
            return
        try:
            now = self._now()
            if shelf.rest_until is not None and now < shelf.rest_until:
                return
            if shelf.whole_at is None or now - shelf.whole_at >= WHOLE_FOR:
                self._read_whole(firm, kind, shelf, now)
            elif shelf.read_at is not None and now - shelf.read_at >= FRESH_FOR:
                page = self._remotes.raynet(NewestRecords(firm, kind, shelf.read_at - OVERLAP, 0, PAGE))
                if page.more:
                    self._read_whole(firm, kind, shelf, now)
                else:
                    _keep(shelf, merged(shelf.records, page.records, MOST_RECORDS), now)
        except RosError as error:
            shelf.rest_until = self._now() + REST_FOR
            _LOG.info("records_unread", firm=int(firm), kind=kind.value, code=error.code)
        finally:
            shelf.lock.release()

    def _read_whole(self, firm: FirmId, kind: ConcernKind, shelf: _Shelf, now: datetime) -> None:
        found: list[Record] = []
        more, offset = True, 0
        while more and offset < MOST_RECORDS:
            page = self._remotes.raynet(NewestRecords(firm, kind, None, offset, PAGE))
            found += page.records
            more, offset = page.more, offset + PAGE
        shelf.is_complete = not more
        shelf.whole_at = now
        _keep(shelf, merged((), found, MOST_RECORDS), now)

    def _is_stale(self, shelf: _Shelf) -> bool:
        now = self._now()
        if shelf.rest_until is not None and now < shelf.rest_until:
            return False
        return shelf.read_at is None or now - shelf.read_at >= FRESH_FOR

    def _asked(self, firm: FirmId, kind: ConcernKind, query: str, limit: int) -> Found:
        """Nothing is in memory yet: Raynet itself, with the text as it was typed.

        Never complete: Raynet may want the diacritics that were not typed, memory will not.
        """
        page = self._found(firm, kind, query, limit)
        return Found(records=page.records[:limit], complete=False, fresh_at=self._now())

    def _found(self, firm: FirmId, kind: ConcernKind, query: str, limit: int) -> RecordPage:
        """Raynet's own answer, seldom asked for. Raises Remote, Refused ``too_many_tries``."""
        question = (firm, kind, query.strip(), limit)
        kept = self._answers.get(question)
        if kept is not None:
            return kept
        self._limiter.check("find", str(firm), ASKED_DIRECTLY)
        page = self._answers.put(question, self._remotes.raynet(FindRecords(firm, kind, query, limit)))
        self._note(firm, page.records)
        return page

    def _note(self, firm: FirmId, records: Iterable[Record]) -> None:
        """What Raynet itself found may be chosen and then has to be shown again."""
        for one in records:
            self._shown.put((firm, one.kind, one.id), one)

    def _both(self, firm: FirmId, kind: ConcernKind, query: str, limit: int, found: list[Record]) -> Found:
        """Memory holds a part of the instance: Raynet is asked for the rest, and may not answer."""
        shelf = self._shelf(firm, kind)
        try:
            page = self._found(firm, kind, query, limit)
        except (Remote, Refused):
            return Found(records=tuple(found), complete=False, fresh_at=shelf.read_at)
        ids = {one.id for one in found}
        every = [*found, *(one for one in page.records if one.id not in ids)]
        return Found(records=tuple(every[:limit]), complete=not page.more, fresh_at=shelf.read_at)

    def _shelf(self, firm: FirmId, kind: ConcernKind) -> _Shelf:
        with self._lock:
            shelves = self._shelves.setdefault(firm, {})
            self._shelves.move_to_end(firm)
            while len(self._shelves) > 1 and self._is_too_much():
                gone, _ = self._shelves.popitem(last=False)
                self._categories.pop(gone, None)
            return shelves.setdefault(kind, _Shelf())

    def _is_too_much(self) -> bool:
        kept = sum(len(one.records) for shelves in self._shelves.values() for one in shelves.values())
        return len(self._shelves) > MOST_FIRMS or kept > MOST_OF_ALL


def _keep(shelf: _Shelf, records: tuple[Record, ...], now: datetime) -> None:
    """Readers see either the old or the new ones: each member is replaced at once."""
    shelf.texts = {one.id: search_text(one) for one in records}
    shelf.records = records
    shelf.read_at = now
    shelf.rest_until = None


def _best(shelf: _Shelf, query: str, limit: int) -> list[Record]:
    words, texts = words_of(query), shelf.texts
    if not words:
        return list(shelf.records[:limit])
    ranked = ((rank(words, texts.get(one.id, ""), one), one) for one in shelf.records)
    fitting = sorted(((place, one.id, one) for place, one in ranked if place is not None), key=lambda item: item[:2])
    return [one for _, _, one in fitting[:limit]]
