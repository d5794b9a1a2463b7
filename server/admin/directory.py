"""Both directories of a firm, read now and then and searched here: typing in a search field costs nobody's quota."""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

import structlog

from server.domain.ids import FirmId
from server.domain.people import Entry
from server.domain.state import Side
from server.errors import Remote
from server.flow import Op
from server.ports.graph import ListUsers
from server.ports.raynet import RaynetUsers
from server.store.admin.directories import Directories, Reading
from server.store.admin.firms import Firms

T = TypeVar("T")

#: People join a firm rarely; a reading serves for so long.
READ_AGAIN: Final = timedelta(minutes=15)
#: Where a side does not answer now, what was read within a day is better than nothing.
STILL_USEFUL: Final = timedelta(days=1)
#: Firms whose people's names a process keeps at hand.
_MOST_NAMED: Final = 200
_LOG = structlog.get_logger("directory")


class Ask(Protocol):
    """Performs operations of one remote system; raises only :mod:`server.errors`."""

    def __call__(self, op: Op[T]) -> T: ...


class DirectoryDesk:
    """Thread-safe. Of several who ask at once in one process, one reads and the others wait for it."""

    def __init__(
        self, directories: Directories, firms: Firms, raynet: Ask, graph: Ask, now: Callable[[], datetime]
    ) -> None:
        self._directories = directories
        self._firms = firms
        self._raynet = raynet
        self._graph = graph
        self._now = now
        self._lock = threading.Lock()
        self._locks: dict[tuple[FirmId, Side], threading.Lock] = {}
        self._names: dict[FirmId, tuple[datetime, Mapping[int, str]]] = {}

    def people(self, firm: FirmId, side: Side) -> Reading:
        """Everybody on that side. Raises the side's own Remote where nothing useful is known either."""
        found = self._directories.get(firm, side)
        if found is not None and self._age(found) < READ_AGAIN:
            return found
        with self._lock:
            own = self._locks.setdefault((firm, side), threading.Lock())
        with own:
            found = self._directories.get(firm, side)
            if found is not None and self._age(found) < READ_AGAIN:
                return found
            return self._read(firm, side, found)

    def person_names(self, firm: FirmId, read_at: datetime | None) -> Mapping[int, str]:
        """What Raynet's people are called by the reading of that moment, which is the last one; nobody outside is
        asked. Empty before the first reading."""
        if read_at is None:
            return {}
        known = self._names.get(firm)
        if known is None or known[0] != read_at:
            found = self._directories.get(firm, Side.RAYNET)
            names = {int(one.id): one.name for one in found.entries if one.name} if found is not None else {}
            # A few thousand short texts a firm; more firms than a server has at work are not kept.
            if len(self._names) >= _MOST_NAMED:
                self._names.clear()
            known = self._names[firm] = (read_at, names)
        return known[1]

    def _age(self, reading: Reading) -> timedelta:
        """A reading of the future was noted by a clock ahead of ours: it is as old as can be."""
        age = self._now() - reading.read_at
        return age if age >= timedelta(0) else timedelta.max

    def _read(self, firm: FirmId, side: Side, before: Reading | None) -> Reading:
        revision = self._firms.get(firm).connection_revision
        try:
            entries = self._from_raynet(firm) if side is Side.RAYNET else self._from_graph(firm)
        except Remote as error:
            if before is None or self._age(before) >= STILL_USEFUL:
                raise
            _LOG.warning("directory_not_read", firm=firm, side=side.value, code=error.code)
            return before
        return self._directories.put(firm, side, revision, entries)

    def _from_raynet(self, firm: FirmId) -> tuple[Entry, ...]:
        """Without the accounts' alternative addresses, which cost a call per user."""
        users = self._raynet(RaynetUsers(firm))
        return tuple(Entry(id=str(one.person), name=one.name, addresses=one.emails, active=one.active) for one in users)

    def _from_graph(self, firm: FirmId) -> tuple[Entry, ...]:
        users = self._graph(ListUsers(firm))
        return tuple(Entry(id=one.mailbox, name=one.name, addresses=one.addresses) for one in users)
