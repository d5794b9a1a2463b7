"""Counting calls and the daily quota of an instance (raynet-api §6)."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from simulator.raynet.switches import RaynetSwitches


@dataclass(slots=True)
class Calls:
    """Calls that reached an instance. A path kind is the path with ids replaced: ``meeting/{id}/lock``."""

    by_path: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_status: Counter[int] = field(default_factory=Counter)
    #: Per source: the name of the API key.
    reads_by_source: Counter[str] = field(default_factory=Counter)
    writes_by_source: Counter[str] = field(default_factory=Counter)

    @property
    def reads(self) -> int:
        return self.reads_by_source.total()

    @property
    def writes(self) -> int:
        return self.writes_by_source.total()

    def count(self, method: str, path_kind: str, source: str, status: int) -> None:
        self.by_path[method, path_kind] += 1
        self.by_status[status] += 1
        (self.reads_by_source if method == "GET" else self.writes_by_source)[source] += 1

    def reset(self) -> None:
        for counter in (self.by_path, self.by_status, self.reads_by_source, self.writes_by_source):
            counter.clear()


@dataclass(slots=True)
class Quota:
    """Calls per UTC day. Fact: window midnight to midnight UTC, shared by all integrations of the instance [spec]."""

    switches: RaynetSwitches
    used: int = 0
    day_starts_at: datetime | None = None

    def spend(self, now: datetime) -> bool:
        """Takes one call; False when none is left (nothing is taken then)."""
        self._roll(now)
        if self.used >= self.switches.daily_quota:
            return False
        self.used += 1
        return True

    def headers(self, now: datetime) -> dict[str, str]:
        start = self._roll(now)
        return {
            "X-Ratelimit-Limit": str(self.switches.daily_quota),
            "X-Ratelimit-Remaining": str(max(0, self.switches.daily_quota - self.used)),
            "X-Ratelimit-Reset": str(int((start + timedelta(days=1)).timestamp())),
        }

    def _roll(self, now: datetime) -> datetime:
        start = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        if start != self.day_starts_at:
            self.day_starts_at, self.used = start, 0
        return start
