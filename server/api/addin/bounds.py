"""What one process remembers for a while, and how often somebody may ask: bounded, and lost with the process."""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from server.errors import Refused

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

#: Callers that are counted at once; the oldest are forgotten.
_MOST_CALLERS: Final = 20_000


class Bounded(Generic[K, V]):
    """The values used last, at most ``most``; each for ``seconds`` where that is given. Thread-safe."""

    def __init__(self, most: int, *, seconds: float | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._values: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def get(self, key: K) -> V | None:
        with self._lock:
            found = self._values.get(key)
            if found is None:
                return None
            at, value = found
            if self._seconds is not None and self._clock() - at > self._seconds:
                del self._values[key]
                return None
            self._values.move_to_end(key)
            return value

    def put(self, key: K, value: V) -> V:
        with self._lock:
            self._values[key] = (self._clock(), value)
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls in so many seconds."""

    calls: int
    seconds: float


class Limiter:
    """Counts calls per caller in a sliding window of two halves; per process, so that no database is asked."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: OrderedDict[tuple[str, str], tuple[float, int, int]] = OrderedDict()

    def check(self, what: str, who: str, rate: Rate) -> None:
        """Count one call. Raises Refused ``too_many_tries`` with the seconds to wait."""
        now = self._clock()
        with self._lock:
            began, before, count = self._windows.get((what, who), (now, 0, 0))
            age = now - began
            if age >= 2 * rate.seconds:
                began, before, count = now, 0, 0
            elif age >= rate.seconds:
                began, before, count = began + rate.seconds, count, 0
            weight = before * max(0.0, 1 - (now - began) / rate.seconds)
            if count + weight >= rate.calls:
                # Just after the window's end: at its very end the calls of this one still count in full.
                wait = math.floor(began + rate.seconds - now) + 1
                raise Refused("too_many_tries", retry_after_seconds=wait)
            self._windows[(what, who)] = (began, before, count + 1)
            self._windows.move_to_end((what, who))
            while len(self._windows) > _MOST_CALLERS:
                self._windows.popitem(last=False)
