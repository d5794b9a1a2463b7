"""How much we ask of Graph: at most three calls at once per mailbox, demanded waits, and counts per firm.

Fact: 4 parallel requests per app and mailbox [doc], §17; one older page says 4 per app over all mailboxes. Requests
made while throttled still count, so a lane that has to wait is not asked at all.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from server.domain.ids import FirmId, MailboxId
from server.errors import Scope, Throttled, Unavailable
from server.microsoft.exchange import DIRECTORY, Call

PARALLEL_CALLS_PER_MAILBOX: Final = 3
_PATIENCE_SECONDS: Final = 60.0
#: Above this many remembered waits the past ones are swept out.
_SWEEP_AT: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCounts:
    """Calls since the gateway was made. A batch is one ``http`` request and as many reads as it has entries."""

    reads: int = 0
    writes: int = 0
    http: int = 0


class Governor:
    """Thread-safe. ``clock`` tells aware UTC; waiting for a free place takes real time."""

    def __init__(self, clock: Callable[[], datetime], *, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        self._clock = clock
        self._patience_seconds = patience_seconds
        self._freed = threading.Condition()
        self._in_flight: Counter[tuple[FirmId, MailboxId]] = Counter()
        self._waits: dict[tuple[FirmId, str], datetime] = {}
        self._counts: dict[FirmId, Counter[str]] = {}

    @contextmanager
    def places(self, firm: FirmId, mailboxes: Collection[MailboxId]) -> Iterator[None]:
        """Hold one place in each mailbox, taken all at once, so that two batches cannot block each other.

        Raises Unavailable when no place becomes free for a minute.
        """
        keys = {(firm, mailbox) for mailbox in mailboxes}
        self._take(keys)
        try:
            yield
        finally:
            with self._freed:
                for key in keys:
                    self._in_flight[key] -= 1
                    if not self._in_flight[key]:
                        del self._in_flight[key]
                self._freed.notify_all()

    def _take(self, keys: set[tuple[FirmId, MailboxId]]) -> None:
        deadline = time.monotonic() + self._patience_seconds
        with self._freed:
            while any(self._in_flight[key] >= PARALLEL_CALLS_PER_MAILBOX for key in keys):
                left = deadline - time.monotonic()
                if left <= 0 or not self._freed.wait(left):
                    raise Unavailable(scope=Scope.MAILBOX, detail="busy")
            self._in_flight.update(keys)

    def check(self, firm: FirmId, call: Call) -> Throttled | None:
        """The wait that still holds for the lane of this call."""
        with self._freed:
            until = self._waits.get((firm, call.lane))
        if until is None or until <= self._clock():
            return None
        scope = Scope.FIRM if call.lane == DIRECTORY else Scope.MAILBOX
        return Throttled(until=until, scope=scope, status=None, detail="waiting")

    def demand_wait(self, firm: FirmId, lane: str, until: datetime) -> None:
        """Remember that nothing may be sent on this lane before ``until``; the later of two demands holds."""
        with self._freed:
            if len(self._waits) >= _SWEEP_AT:
                now = self._clock()
                self._waits = {key: end for key, end in self._waits.items() if end > now}
            known = self._waits.get((firm, lane))
            self._waits[firm, lane] = until if known is None else max(until, known)

    def count(self, firm: FirmId, calls: Collection[Call]) -> None:
        """One HTTP request that carries these calls is about to be sent."""
        writes = sum(call.is_write for call in calls)
        with self._freed:
            counts = self._counts.setdefault(firm, Counter())
            counts.update(http=1, writes=writes, reads=len(calls) - writes)

    def counters(self, firm: FirmId) -> CallCounts:
        with self._freed:
            counts = self._counts.get(firm, Counter())
            return CallCounts(reads=counts["reads"], writes=counts["writes"], http=counts["http"])
