"""Figures over time: how long changes took, in a histogram that minutes, hours and users can be added up in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

#: Upper bounds in seconds; the last class is open. Fine where the promise of 15 s is decided.
BOUNDS: Final = (0.5, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 45, 60, 120, 300, 600, 1800, 3600, 21_600, 86_400)
MINUTE: Final = 60
HOUR: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What was carried from ``at`` on for ``span_seconds``. ``counts`` has one class more than :data:`BOUNDS`."""

    at: datetime
    span_seconds: int
    counts: tuple[int, ...] = (0,) * (len(BOUNDS) + 1)
    most_seconds: float = 0.0
    to_raynet: int = 0
    to_outlook: int = 0

    @property
    def samples(self) -> int:
        return sum(self.counts)

    def percentile(self, share: float) -> float | None:
        """Seconds below which ``share`` of the changes stayed, to the upper bound of a class; None without changes."""
        wanted, passed = share * self.samples, 0
        for place, count in enumerate(self.counts):
            passed += count
            if count and passed >= wanted:
                bound = BOUNDS[place] if place < len(BOUNDS) else self.most_seconds
                return min(float(bound), self.most_seconds)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One change of a person that reached the other side at ``at``, so many seconds after it was made."""

    at: datetime
    seconds: float
    to_outlook: bool
    #: Whose calendar it concerned; None where no single seat is meant.
    seat_id: int | None = field(default=None)


def bucket_start(at: datetime, span_seconds: int) -> datetime:
    """The beginning of the span that ``at`` falls into."""
    seconds = int(at.timestamp()) // span_seconds * span_seconds
    return datetime.fromtimestamp(seconds, UTC)


def bucket_of(carried: Iterable[Carried], span_seconds: int) -> tuple[Bucket, ...]:
    """The changes sorted into buckets, earliest first."""
    found: dict[datetime, Bucket] = {}
    for one in carried:
        start = bucket_start(one.at, span_seconds)
        counts = [0] * (len(BOUNDS) + 1)
        counts[_class_of(one.seconds)] = 1
        single = Bucket(
            at=start,
            span_seconds=span_seconds,
            counts=tuple(counts),
            most_seconds=one.seconds,
            to_raynet=0 if one.to_outlook else 1,
            to_outlook=1 if one.to_outlook else 0,
        )
        found[start] = added(found[start], single) if start in found else single
    return tuple(found[start] for start in sorted(found))


def added(one: Bucket, other: Bucket) -> Bucket:
    """Both together, in the place of the first."""
    return Bucket(
        at=one.at,
        span_seconds=one.span_seconds,
        counts=tuple(a + b for a, b in zip(one.counts, other.counts, strict=True)),
        most_seconds=max(one.most_seconds, other.most_seconds),
        to_raynet=one.to_raynet + other.to_raynet,
        to_outlook=one.to_outlook + other.to_outlook,
    )


def summed(buckets: Sequence[Bucket], span_seconds: int) -> tuple[Bucket, ...]:
    """The same figures in longer spans, earliest first."""
    found: dict[datetime, Bucket] = {}
    for one in buckets:
        start = bucket_start(one.at, span_seconds)
        empty = Bucket(at=start, span_seconds=span_seconds)
        found[start] = added(found.get(start, empty), one)
    return tuple(found[start] for start in sorted(found))


def chart_span(start: datetime, end: datetime) -> int:
    """Minutes for up to six hours, hours for up to two weeks, else six hours: some 360 points at most."""
    length = end - start
    if length <= timedelta(hours=6):
        return MINUTE
    return HOUR if length <= timedelta(days=15) else 6 * HOUR


def _class_of(seconds: float) -> int:
    return next((place for place, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))
