"""Passes that somebody waits for: run until nothing is left, or planned only; what they did as one document.

The command line and the jobs of the API share this, so both tell the same.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from server.catalogue.explained import sentence
from server.catalogue.sentences import Language
from server.domain.ids import FirmId
from server.domain.plan import Plan, Write
from server.domain.series import Carried
from server.domain.state import Side
from server.flow import Op
from server.store.database import Database
from server.store.gateway import StoreGateway
from server.store.locks import LeaseBook, Leases
from server.store.scratch import scratch_copy
from server.sync.context import Counts, ItemError, PassOptions, PassResult
from server.sync.driver import Driver, Ports
from server.sync.passes import run_pass
from server.sync.session import held

#: A run until quiet ends after so many passes or seconds; whatever is left then waits for the worker.
MOST_PASSES = 40
LONGEST_SECONDS = 600.0
#: What is due later than this is a retry for the worker, not for somebody who waits.
WORTH_WAITING_SECONDS = 30.0


#: Reads, writes and HTTP requests so far, each to Raynet and to Graph.
Calls = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
Counters = Callable[[FirmId], Calls]


@dataclass(slots=True)
class Report:
    """What ``ros sync`` tells."""

    pass_id: str = ""
    passes: list[str] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    errors: list[ItemError] = field(default_factory=list)
    reads: dict[str, int] = field(default_factory=lambda: {"raynet": 0, "graph": 0})
    writes: dict[str, int] = field(default_factory=lambda: {"raynet": 0, "graph": 0})
    http_requests: dict[str, int] = field(default_factory=lambda: {"raynet": 0, "graph": 0})
    planned: tuple[Write, ...] = ()
    quiet: bool = True
    seconds: float = 0.0
    carried: list[Carried] = field(default_factory=list)

    def take(self, result: PassResult) -> None:
        """Add one pass. The document's ``pass`` is the last one that wrote something, else the last."""
        counts = result.counts
        wrote = counts.created + counts.changed + counts.removed
        self.passes.append(result.pass_id)
        if wrote or not self.pass_id or self.counts.created + self.counts.changed + self.counts.removed == 0:
            self.pass_id = result.pass_id
        self.counts.add(counts)
        # An error that a later pass got over is no longer one.
        self.errors = list(result.errors)
        self.quiet = result.quiet
        self.carried += result.carried

    def document(self, language: Language, *, preview: bool) -> dict[str, object]:
        """The JSON document; its members are part of the stable interface."""
        counts = self.counts
        out: dict[str, object] = {
            "pass": self.pass_id,
            "passes": self.passes,
            "reads": self.reads,
            "writes": self.writes,
            "http_requests": self.http_requests,
            "mails": counts.mails,
            "matched": counts.matched,
            "created": counts.created,
            "changed": counts.changed,
            "removed": counts.removed,
            "ambiguous": counts.ambiguous,
            "held": counts.held,
            "conflicts": counts.conflicts,
            "errors": [
                {"item": one.item, "code": one.code, "text": sentence(one.code, {"detail": one.detail}).text(language)}
                for one in self.errors
            ],
            "seconds": round(self.seconds, 3),
        }
        if preview:
            out["steps"] = [
                {"side": side, "kind": kind, "item": item, "fields": list(names)}
                for side, kind, item, names in self.steps()
            ]
        return out

    def steps(self) -> list[tuple[str, str, str, tuple[str, ...]]]:
        """Side, kind, item and fields of each planned write; two previews of the same tell them in the same order."""
        return sorted(
            (
                write.side.value,
                write.kind.value,
                str(write.activity or write.event or write.pair),
                tuple(name.value for name in write.fields),
            )
            for write in self.planned
        )


class _Counting:
    """What the calls of a firm have grown by."""

    def __init__(self, counters: Counters, firm: FirmId) -> None:
        self._counters = counters
        self._firm = firm
        self._before = counters(firm)
        self._began = time.monotonic()

    def into(self, report: Report) -> None:
        targets = (report.reads, report.writes, report.http_requests)
        for target, before, after in zip(targets, self._before, self._counters(self._firm), strict=True):
            target["raynet"], target["graph"] = after[0] - before[0], after[1] - before[1]
        report.seconds = time.monotonic() - self._began


@dataclass(frozen=True, slots=True, kw_only=True)
class Until:
    """When a run ends. ``once``: after one pass. ``now`` is the clock that due times are held against."""

    now: Callable[[], datetime]
    once: bool = False
    wait: Callable[[float], object] = time.sleep


def run_until_quiet(driver: Driver, firm: FirmId, options: PassOptions, until: Until, counters: Counters) -> Report:
    """Passes under a lease that the caller holds, until nothing is left to do or somebody stops the driver."""
    report, counting, began = Report(), _Counting(counters, firm), time.monotonic()
    for _ in range(1 if until.once else MOST_PASSES):
        result = driver.run(run_pass(firm, options))
        report.take(result)
        options = replace(options, full=False)
        if until.once or driver.stopping.is_set() or time.monotonic() - began > LONGEST_SECONDS:
            break
        wait = (result.due_at - until.now()).total_seconds() if result.due_at is not None else None
        if result.quiet and (wait is None or wait > WORTH_WAITING_SECONDS):
            break
        if wait is not None and result.quiet:
            until.wait(max(0.0, wait))
    counting.into(report)
    return report


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewParts:
    """What a preview works with: the real store to copy from, the real remote systems to read."""

    database: Database
    keys: tuple[bytes, ...]
    ports: Ports
    counters: Counters
    clock: Callable[[], datetime]


def preview(
    parts: PreviewParts, firm: FirmId, *, full: bool, look: Callable[[Op[object]], None] | None = None
) -> Report:
    """The plan of the next pass, made over a copy of the firm's rows: nothing is written, neither here nor there.

    ``look`` is told of each remote call before it is sent, and may end the preview by raising.
    """
    counting, report = _Counting(parts.counters, firm), Report()
    with tempfile.TemporaryDirectory(prefix="ros-preview-") as folder:
        scratch = scratch_copy(parts.database, firm, Path(folder), parts.keys)
        book = LeaseBook()
        leases = Leases(scratch, "preview")
        driver = Driver(_reading_only(parts.ports, StoreGateway(scratch, book), look), threads=8, clock=parts.clock)
        try:
            with held(leases, book, firm):
                result = driver.run(run_pass(firm, PassOptions(trigger="preview", full=full, preview=True)))
        finally:
            driver.close()
            scratch.close()
    report.take(result)
    report.planned = result.writes
    _count_plans(report, result.plans)
    counting.into(report)
    for side in (Side.RAYNET, Side.GRAPH):
        report.writes[side.value] = 0
    return report


def _reading_only(ports: Ports, store: StoreGateway, look: Callable[[Op[object]], None] | None) -> Ports:
    def looked(perform: Callable[[Op[object]], object]) -> Callable[[Op[object]], object]:
        if look is None:
            return perform

        def watched(op: Op[object]) -> object:
            look(op)
            return perform(op)

        return watched

    return replace(ports, raynet=looked(ports.raynet), graph=looked(ports.graph), store=store.perform, may_write=_never)


def _never(_firm: FirmId, _seconds: float) -> bool:
    return False


def _count_plans(report: Report, plans: tuple[Plan, ...]) -> None:
    counts = report.counts
    for plan in plans:
        counts.conflicts += len(plan.losses)
        counts.matched += sum(1 for step in plan.steps if step.outcome == "matched")
        for write in plan.writes:
            if write.removal:
                counts.removed += 1
            elif write.kind.value.startswith("create"):
                counts.created += 1
            else:
                counts.changed += 1
