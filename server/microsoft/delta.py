"""Delta rounds of many mailboxes at once: what changed in a window since the last round.

Facts, §13: the window is fixed inside the token; ``@removed`` also comes for events outside the window; plain
occurrences are bare; the same id may come several times, the last one wins; pages with series exceed the wished size;
and with large series nextLink may repeat the same page for ever [seen]. Only Prefer headers may be sent, ``$select``,
``$expand``, ``$top`` not [doc].
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from server.domain.ids import MailboxId
from server.errors import Remote, Scope, TokenLost, Unavailable
from server.microsoft.batch import BATCH_LIMIT, Batches
from server.microsoft.client import GraphClient, broken_reply
from server.microsoft.codes import GraphCode
from server.microsoft.exchange import Call, Json, Reply, user_path
from server.microsoft.moments import view_window
from server.microsoft.translate import understood
from server.ports.graph import DeltaRound, DeltaWanted, ReadDeltas

_PAGE_SIZE: Final = 100
_PAGE_SIZE_AFTER_LOOP: Final = 1000
_MAX_PAGES: Final = 500
#: ``detail`` of TokenLost when a round does not end: the plain calendar has to be read instead.
LOOP: Final = "delta_loop"


@dataclass(slots=True)
class _Round:
    """One mailbox on its way. ``items`` keeps the last word on each id, in the order of those words."""

    wanted: DeltaWanted
    url: str
    page_size: int = _PAGE_SIZE
    pages: int = 0
    digests: set[bytes] = field(default_factory=set)
    items: dict[str, Json] = field(default_factory=dict)

    def call(self) -> Call:
        return Call(
            method="GET",
            url=self.url,
            mailbox=self.wanted.mailbox,
            max_page_size=self.page_size,
            is_link=self.pages > 0 or self.wanted.link is not None,
        )


class DeltaReader:
    """Reads rounds; keeps no state between two of them."""

    def __init__(self, client: GraphClient, batches: Batches) -> None:
        self._client = client
        self._batches = batches

    def read(self, op: ReadDeltas) -> dict[MailboxId, DeltaRound | Remote]:
        """The outcome of each mailbox. A link of ours that leads elsewhere (the endpoint changed) is a lost token."""
        outcomes: dict[MailboxId, DeltaRound | Remote] = {}
        queue: list[_Round] = []
        for one in op.wanted:
            if one.link is not None and not self._client.is_own_link(one.link):
                outcomes[one.mailbox] = TokenLost(scope=Scope.MAILBOX, detail=GraphCode.FOREIGN_LINK.value)
            else:
                queue.append(_Round(one, one.link or _first_url(one)))
        while queue:
            turn, queue = queue[:BATCH_LIMIT], queue[BATCH_LIMIT:]
            answers = self._batches.read(op.firm, [unfinished.call() for unfinished in turn])
            going_on: list[_Round] = []
            for unfinished, answer in zip(turn, answers, strict=True):
                outcome = answer if isinstance(answer, Remote) else self._page(unfinished, answer)
                if outcome is None:
                    going_on.append(unfinished)
                else:
                    outcomes[unfinished.wanted.mailbox] = outcome
            queue = going_on + queue
        return outcomes

    def _page(self, unfinished: _Round, reply: Reply) -> DeltaRound | Remote | None:
        """Take in one page: the finished round, an error, or None to go on."""
        rows = reply.members.get("value")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            return broken_reply(unfinished.call(), "no_value")
        following, final = reply.members.get("@odata.nextLink"), reply.members.get("@odata.deltaLink")
        link = following if following is not None else final
        if not isinstance(link, str):
            return broken_reply(unfinished.call(), "no_link")
        if not self._client.is_own_link(link):
            return Unavailable(GraphCode.FOREIGN_LINK.value, scope=Scope.MAILBOX)
        _take(unfinished.items, rows)
        if following is None:
            return _finished(unfinished, link)
        if _is_loop(unfinished, rows, link):
            return _start_again(unfinished)
        unfinished.url = link
        unfinished.pages += 1
        return None


def _first_url(wanted: DeltaWanted) -> str:
    return f"{user_path(wanted.mailbox, 'calendarView', 'delta')}?{view_window(wanted.start, wanted.end)}"


def _take(items: dict[str, Json], rows: Sequence[Mapping[str, Json]]) -> None:
    for row in rows:
        id_ = row.get("id")
        if isinstance(id_, str) and id_:
            items.pop(id_, None)
            items[id_] = row


def _is_loop(unfinished: _Round, rows: Sequence[Mapping[str, Json]], link: str) -> bool:
    """A page that came before (ids and etags), a link that leads back to itself, or no end in sight."""
    seen = hashlib.sha256()
    for row in rows:
        seen.update(repr((row.get("id"), row.get("@odata.etag"), "@removed" in row)).encode())
    digest = seen.digest()
    is_repeated = bool(rows) and digest in unfinished.digests
    unfinished.digests.add(digest)
    return is_repeated or link == unfinished.url or unfinished.pages + 1 >= _MAX_PAGES


def _start_again(unfinished: _Round) -> TokenLost | None:
    """Once more from the beginning with larger pages, which ends the defect where the series fits into one."""
    if unfinished.page_size == _PAGE_SIZE_AFTER_LOOP:
        return TokenLost(scope=Scope.MAILBOX, detail=LOOP)
    unfinished.page_size = _PAGE_SIZE_AFTER_LOOP
    unfinished.url = unfinished.wanted.link or _first_url(unfinished.wanted)
    unfinished.pages = 0
    unfinished.digests.clear()
    unfinished.items.clear()
    return None


def _finished(unfinished: _Round, link: str) -> DeltaRound:
    removed = tuple(id_ for id_, row in unfinished.items.items() if "@removed" in row)
    present = [row for row in unfinished.items.values() if "@removed" not in row]
    events, odd = understood(present, unfinished.wanted.mailbox)
    return DeltaRound(events=events, removed=removed, link=link, full=unfinished.wanted.link is None, odd=odd)
