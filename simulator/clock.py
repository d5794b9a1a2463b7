"""Clocks for the simulated world: one that stands still until moved, one that runs with the machine plus an offset."""

from datetime import UTC, datetime, timedelta


class ManualClock:
    """Time that only moves when told to."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("aware instant expected")
        self.now = start.astimezone(UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, *, seconds: float = 0.0, minutes: float = 0.0, hours: float = 0.0, days: float = 0.0) -> datetime:
        self.now += timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days)
        return self.now


class RunningClock:
    """The machine's time; ``advance`` adds to an offset, so that a demonstration can jump ahead."""

    def __init__(self) -> None:
        self.offset = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def advance(self, *, seconds: float) -> datetime:
        self.offset += timedelta(seconds=seconds)
        return self()
