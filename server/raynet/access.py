"""One firm's Raynet during one operation: calls in terms of pages and data, and what we learnt of the instance."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

import structlog

from server.errors import Unavailable
from server.raynet.client import Call, RaynetClient
from server.raynet.codes import RaynetCode
from server.raynet.connection import RaynetConnection
from server.raynet.quota import Lane
from server.raynet.replies import BrokenReplyError, Listed, Reply, Subject, data_of, listed
from server.raynet.wire import Json

T = TypeVar("T")

#: Fact: with it, output has milliseconds and the right offset, ``rowInfo`` too [spec][seen], §4.
ISO_DATES: Final = ("dateFormat", "ISO8601")
#: Fact: the largest page [spec], §5.
MOST_ROWS: Final = 1000
#: Fact: the longest URL is unknown; 100 ids at most, §22 no. 22.
MOST_IDS: Final = 100


@dataclass(slots=True)
class Learnt:
    """What an instance turned out to know, for one revision of its connection. Lost with the process, found again."""

    revision: int
    zone: ZoneInfo | None = None
    #: Ids per ``id[IN]``; 1 = the operator is not known, so ``id`` alone is used.
    ids_per_call: int = MOST_IDS
    #: Whether ``contactInfo.email[IN]`` works; None = not seen yet.
    emails_in: bool | None = None
    odd_rows: int = 0


class Access:
    """Calls of one firm. Raises only :mod:`server.errors`."""

    def __init__(self, *, connection: RaynetConnection, client: RaynetClient, learnt: Learnt) -> None:
        self.connection = connection
        self.learnt = learnt
        self._client = client

    @property
    def zone(self) -> ZoneInfo | None:
        """The API user's zone, None while nobody has read it."""
        return self.learnt.zone

    def send(self, call: Call) -> Reply:
        return self._client.send(self.connection, call)

    def page(
        self, path: str, query: tuple[tuple[str, str], ...], *, lane: Lane, subject: Subject = Subject.LIST,
        offset: int = 0, limit: int = MOST_ROWS,
    ) -> Listed:  # fmt: skip
        """One call of a list. A reply that is no whole page is Unavailable, never an empty one."""
        paging = (("offset", str(offset)), ("limit", str(limit)), ISO_DATES)
        reply = self.send(Call(method="GET", path=path, query=(*query, *paging), lane=lane, subject=subject))
        return understood(reply, lambda: listed(reply, offset=offset, limit=limit))

    def pages(
        self, path: str, query: tuple[tuple[str, str], ...], *, lane: Lane, subject: Subject = Subject.LIST
    ) -> tuple[Json, ...]:
        """All rows of a list that hardly moves, by offset; a row that comes twice is kept twice."""
        rows: list[Json] = []
        while True:
            found = self.page(path, query, lane=lane, subject=subject, offset=len(rows))
            rows += found.rows
            if not found.rows or len(rows) >= found.total:
                return tuple(rows)

    def detail(self, path: str, *, lane: Lane = Lane.USER, subject: Subject = Subject.RECORD) -> Json:
        """``data`` of a single record."""
        reply = self.send(Call(method="GET", path=path, query=(ISO_DATES,), lane=lane, subject=subject))
        return understood(reply, lambda: data_of(reply))

    def note_odd_row(self, what: str, row_id: int | None) -> None:
        """A row that could not be understood is left out of a reply: counted and logged by its id."""
        self.learnt.odd_rows += 1
        structlog.get_logger(__name__).warning(
            "raynet_odd_row", firm=int(self.connection.firm), row_id=row_id, detail=what
        )


def understood(reply: Reply, read: Callable[[], T], *, is_write: bool = False) -> T:
    """What ``read`` makes of the reply; one that is not as promised is Unavailable (a write may have been applied)."""
    try:
        return read()
    except BrokenReplyError as broken:
        what = str(broken.args[0])
        code = RaynetCode.TRUNCATED if what == "truncated" else RaynetCode.BROKEN_REPLY
        raise Unavailable(code, status=reply.status, detail=what, unknown_outcome=is_write) from broken
