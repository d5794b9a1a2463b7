"""What a bar is and what was measured of it: values that the runner stores and the report shows."""

import math
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One figure that must not be above ``most`` or below ``least``.

    ``kind`` says how far another load of the machine reaches into it: ``count`` and ``virtual`` (simulated time) not at
    all, ``cpu`` hardly (CPU time, ratios of slices of one run), ``wall`` fully. ``obstacle`` is shown when the target
    is missed: what stands in the way.
    """

    bar: str
    name: str
    most: float | None = None
    least: float | None = None
    unit: str = ""
    kind: str = "count"
    obstacle: str = ""

    def met_by(self, value: float) -> bool:
        return (self.most is None or value <= self.most) and (self.least is None or value >= self.least)

    @property
    def bound(self) -> str:
        return f"≤ {self.most:g}" if self.most is not None else f"≥ {self.least:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Lines over one pair of axes; ``bars`` draws each point as a bar instead."""

    name: str
    title: str
    x: str
    y: str
    lines: dict[str, list[tuple[float, float]]]
    logarithmic: bool = False
    bars: bool = False


@dataclass(slots=True)
class Found:
    """Of one module: a value for each target's name, and what else is worth telling."""

    values: dict[str, float] = field(default_factory=dict)
    details: dict[str, object] = field(default_factory=dict)
    plots: list[Plot] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a module shall measure. ``quick``: small sizes, seconds instead of minutes."""

    folder: Path
    quick: bool
    say: Callable[[str], None]

    def fresh(self, name: str) -> Path:
        """An empty folder of that name."""
        made = self.folder / f"{name}-{len(list(self.folder.iterdir()))}"
        made.mkdir(parents=True)
        return made


class Module(Protocol):
    """What each module of :mod:`bench.bars` has."""

    TITLE: str
    TARGETS: Sequence[Target]

    @staticmethod
    def measure(run: Run) -> Found: ...


def own_cpu() -> float:
    """CPU seconds of this process so far, of all its threads."""
    times = os.times()
    return times.user + times.system


def cpu_of(work: Callable[[], object]) -> float:
    """CPU seconds that ``work`` took in this process."""
    began = own_cpu()
    work()
    return own_cpu() - began


def cpu_of_thread(work: Callable[[], object]) -> float:
    """CPU seconds that ``work`` took in the calling thread: for single-threaded work, finer than the process's."""
    began = time.thread_time()
    work()
    return time.thread_time() - began


def median(values: Iterable[float]) -> float:
    """The middle one; the lower of two."""
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(len(ordered) * share) - 1))]


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Least squares through ``(x, y)``."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
