"""Graph's limits per app and mailbox: concurrency and requests per ten minutes. Facts: graph-calendar §17 [doc]."""

import math
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulator.graph.errors import throttled
from simulator.graph.mailbox import Mailbox
from simulator.graph.switches import GraphSwitches


@dataclass(slots=True)
class _Usage:
    stamps: deque[float] = field(default_factory=deque)
    #: Ends of requests that still count as running on the simulated clock.
    ends: deque[datetime] = field(default_factory=deque)
    held: int = 0
    begun: int = 0


class Throttle:
    """Counts what each app does in each mailbox and refuses too much. Refused requests count too. Fact: [doc]."""

    def __init__(self, switches: GraphSwitches) -> None:
        self._switches = switches
        self._usage: dict[tuple[str, str], _Usage] = {}
        #: The most requests ever running at once, per (app, mailbox).
        self.peaks: dict[tuple[str, str], int] = {}

    def admit(self, app: str, mailbox: Mailbox, now: datetime, *, in_batch: bool = False) -> None:
        """Count one request; raises 429 with ``Retry-After``. Batch entries do not run into the concurrency limit."""
        usage = self._usage.get((app, mailbox.id)) or self._usage.setdefault((app, mailbox.id), _Usage())
        self._check_window(usage, now)
        if mailbox.throttled_until is not None and now < mailbox.throttled_until:
            raise throttled(math.ceil((mailbox.throttled_until - now).total_seconds()))
        if not in_batch:
            self._check_concurrency(usage, (app, mailbox.id), now)

    def _check_window(self, usage: _Usage, now: datetime) -> None:
        switches, second = self._switches, now.timestamp()
        stamps = usage.stamps
        while stamps and second - stamps[0] >= switches.window_seconds:
            stamps.popleft()
        stamps.append(second)
        if len(stamps) > switches.requests_per_window:
            if len(stamps) > 2 * switches.requests_per_window:
                stamps.popleft()
            wait = math.ceil(switches.window_seconds - (second - stamps[-switches.requests_per_window]))
            raise throttled(max(1, wait), "MailboxRequests")

    def _check_concurrency(self, usage: _Usage, key: tuple[str, str], now: datetime) -> None:
        while usage.ends and usage.ends[0] <= now:
            usage.ends.popleft()
        running = usage.held + len(usage.ends) + 1
        self.peaks[key] = max(self.peaks.get(key, 0), running)
        if running > self._switches.concurrent_requests:
            raise throttled(self._switches.concurrency_retry_after_seconds)
        if self._switches.occupancy_seconds > 0:
            usage.ends.append(now + timedelta(seconds=self._switches.occupancy_seconds))

    def begin(self, app: str, mailbox_id: str) -> bool:
        """Take one of the places for a request that really lasts; False when none is free."""
        usage = self._usage.setdefault((app, mailbox_id), _Usage())
        running = usage.begun + usage.held + 1
        self.peaks[(app, mailbox_id)] = max(self.peaks.get((app, mailbox_id), 0), running)
        if running > self._switches.concurrent_requests:
            return False
        usage.begun += 1
        return True

    def end(self, app: str, mailbox_id: str) -> None:
        """Give back a place taken by ``begin``."""
        self._usage[(app, mailbox_id)].begun -= 1

    @contextmanager
    def running(self, app: str, mailbox_id: str) -> Iterator[None]:
        """Hold one of the four places for a while, as a request in flight does."""
        usage = self._usage.setdefault((app, mailbox_id), _Usage())
        usage.held += 1
        try:
            yield
        finally:
            usage.held -= 1

    def refuse(self, mailbox: Mailbox, until: datetime) -> None:
        """Throttle a mailbox by hand."""
        mailbox.throttled_until = until
