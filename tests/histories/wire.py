"""What may happen to one call on its way: the faults, and where they strike.

A fault belongs to one HTTP call of one operation. It says whether the request arrives (now, later, twice) and what the
caller hears. The sides (:mod:`tests.histories.raynet_side`, :mod:`tests.histories.graph_side`) ask :class:`Wire` at
every call, so a fault can strike the second call of an operation as well as the first.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """``arrives``: the request takes effect at once; ``later_ms``: (again) so much later. ``answer``: an HTTP status,
    0 for the true answer, -1 for silence, -2 for a reply that is no JSON, -3 for an empty list or a lost token."""

    name: str
    arrives: bool = False
    later_ms: int | None = None
    answer: int = -1
    retry_after: int | None = None
    #: How long the caller waits before it hears.
    takes_ms: int = 0


#: Every kind of trouble a call can have. Those of a size are drawn with it: see :func:`sized`.
FAULTS: dict[str, Fault] = {
    "request_lost": Fault(name="request_lost", takes_ms=4_000),
    "reply_lost": Fault(name="reply_lost", arrives=True, takes_ms=4_000),
    "reset": Fault(name="reset", arrives=True, takes_ms=50),
    "late": Fault(name="late", later_ms=5_000, takes_ms=4_000),
    "late_as_503": Fault(name="late_as_503", later_ms=40_000, answer=503),
    "twice": Fault(name="twice", arrives=True, later_ms=1_000, answer=0),
    "twice_lost": Fault(name="twice_lost", arrives=True, later_ms=20_000, takes_ms=4_000),
    "throttled": Fault(name="throttled", answer=429),
    "throttled_for": Fault(name="throttled_for", answer=429, retry_after=5),
    "status_500": Fault(name="status_500", answer=500),
    "status_500_applied": Fault(name="status_500_applied", arrives=True, answer=500),
    "status_503": Fault(name="status_503", answer=503),
    "status_503_applied": Fault(name="status_503_applied", arrives=True, answer=503),
    "status_504": Fault(name="status_504", answer=504, takes_ms=3_000),
    "html": Fault(name="html", answer=-2),
    "html_applied": Fault(name="html_applied", arrives=True, answer=-2),
    "hang": Fault(name="hang", arrives=True, answer=0, takes_ms=9_000),
    "conflict": Fault(name="conflict", answer=409),
    "denied": Fault(name="denied", answer=403),
    "empty": Fault(name="empty", answer=-3),
}
#: What makes no sense for a read, and what for a write.
WRITES_ONLY = frozenset(
    {
        "late",
        "late_as_503",
        "twice",
        "twice_lost",
        "status_500_applied",
        "status_503_applied",
        "html_applied",
        "conflict",
    }
)
READS_ONLY = frozenset({"empty"})


@dataclass(slots=True)
class Strike:
    """One fault at the ``skip``-th call of one operation."""

    fault: Fault
    skip: int = 0


class Wire:
    """Between the sides and the models. ``later`` puts work into the future; ``gap`` lets others act between calls."""

    def __init__(self, later: Callable[[int, Callable[[], None]], None]) -> None:
        self._later = later
        self.strike: Strike | None = None
        self.gap: Callable[[], None] | None = None
        self.index = 0
        #: Extra time that the present operation took.
        self.took_ms = 0
        #: Calls by kind, and faults by (fault, kind): what the coverage table counts.
        self.calls: Counter[str] = Counter()
        self.struck: Counter[tuple[str, str]] = Counter()

    def begin(self, strike: Strike | None, gap: Callable[[], None] | None) -> None:
        """An operation starts."""
        self.strike, self.gap, self.index, self.took_ms = strike, gap, 0, 0

    def call(self, kind: str, work: Callable[[], T], *, is_write: bool) -> tuple[T | None, Fault | None]:
        """(answer, None), or (None, the fault that the caller hears of instead)."""
        self.calls[kind] += 1
        if self.index and self.gap is not None:
            self.gap()
        fault = self._fault(is_write=is_write) if self.strike is not None else None
        self.index += 1
        if fault is None:
            return work(), None
        self.struck[fault.name, kind] += 1
        self.took_ms += fault.takes_ms
        answer: T | None = None
        if fault.arrives or not is_write:
            answer = work()
        if fault.later_ms is not None and is_write:
            self._later(fault.later_ms, lambda: self._quietly(work))
        return (answer, None) if fault.answer == 0 else (None, fault)

    def _fault(self, *, is_write: bool) -> Fault | None:
        strike = self.strike
        if strike is None:
            return None
        if self.index < strike.skip or strike.fault.name in (READS_ONLY if is_write else WRITES_ONLY):
            return None
        self.strike = None
        return strike.fault

    @staticmethod
    def _quietly(work: Callable[[], object]) -> None:
        """Nobody hears how a late request ends."""
        try:
            work()
        except RefusalError:
            return


class RefusalError(Exception):
    """A model's refusal on its way to the adapter: ``status`` and the reply's body."""

    def __init__(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers or {}
