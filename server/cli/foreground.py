"""Passes run by a command: the store opened, the firm's lease held, counts and calls added up."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from server.catalogue.explained import sentence
from server.catalogue.sentences import Language
from server.cli.shell import Shell
from server.domain.ids import FirmId
from server.domain.plan import Plan, Write
from server.domain.state import Side
from server.errors import Refused
from server.settings import master_keys
from server.store.admin.administration import Administration
from server.store.database import Database
from server.store.gateway import StoreGateway
from server.store.locks import LeaseBook, Leases
from server.store.scratch import scratch_copy
from server.sync.context import Counts, ItemError, PassOptions, PassResult
from server.sync.driver import Driver
from server.sync.passes import run_pass
from server.sync.session import held
from server.wiring import Engine, build_engine, open_store

#: A run until quiet ends after so many passes or seconds, whatever is left then waits for the worker.
MOST_PASSES = 40
LONGEST_SECONDS = 600.0
#: What is due later than this is a retry for the worker, not for somebody who waits.
WORTH_WAITING_SECONDS = 30.0


@contextmanager
def store_of(shell: Shell) -> Iterator[Database]:
    """The product's database, closed afterwards."""
    database = open_store(shell.settings)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def administration_of(shell: Shell) -> Iterator[Administration]:
    """What operators' commands read and change."""
    with store_of(shell) as database:
        yield Administration(database)


@contextmanager
def engine_of(shell: Shell) -> Iterator[Engine]:
    """Everything that runs passes."""
    with store_of(shell) as database:
        engine = build_engine(shell.settings, database)
        try:
            yield engine
        finally:
            engine.close()


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

    def take(self, result: PassResult) -> None:
        """Add one pass. The document's ``pass`` is the last one that wrote something, else the last."""
        counts = result.counts
        wrote = counts.created + counts.changed + counts.removed
        self.passes.append(result.pass_id)
        if wrote or not self.pass_id or self.counts.created + self.counts.changed + self.counts.removed == 0:
            self.pass_id = result.pass_id
        for name in ("matched", "created", "changed", "removed", "ambiguous", "held", "conflicts", "mails"):
            setattr(self.counts, name, getattr(self.counts, name) + getattr(counts, name))
        # An error that a later pass got over is no longer one.
        self.errors = list(result.errors)
        self.quiet = result.quiet

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
                {
                    "side": write.side.value,
                    "kind": write.kind.value,
                    "item": str(write.activity or write.event or write.pair),
                    "fields": [name.value for name in write.fields],
                }
                for write in self.planned
            ]
        return out


def _calls(engine: Engine, firm: FirmId) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    raynet, graph = engine.raynet.counters(firm), engine.graph.counters(firm)
    return (raynet.reads, graph.reads), (raynet.writes, graph.writes), (raynet.reads + raynet.writes, graph.http)


def run_until_quiet(engine: Engine, firm: FirmId, options: PassOptions, *, once: bool) -> Report:
    """Passes in the foreground under the firm's lease. Raises Refused ``firm_busy``, ``firm_paused``."""
    if engine.firms.get(firm).paused:
        raise Refused("firm_paused", firm=firm)
    report, began = Report(), time.monotonic()
    before = _calls(engine, firm)
    with held(engine.leases, engine.book, firm):
        for _ in range(1 if once else MOST_PASSES):
            result = engine.driver.run(run_pass(firm, options))
            report.take(result)
            options = replace(options, full=False)
            if once or time.monotonic() - began > LONGEST_SECONDS:
                break
            wait = (result.due_at - datetime.now(UTC)).total_seconds() if result.due_at is not None else None
            if result.quiet and (wait is None or wait > WORTH_WAITING_SECONDS):
                break
            if wait is not None and result.quiet:
                time.sleep(max(0.0, wait))
    after = _calls(engine, firm)
    for index, counts in enumerate((report.reads, report.writes, report.http_requests)):
        counts["raynet"] = after[index][0] - before[index][0]
        counts["graph"] = after[index][1] - before[index][1]
    report.seconds = time.monotonic() - began
    return report


def preview(shell: Shell, engine: Engine, firm: FirmId, *, full: bool) -> Report:
    """The plan of the next pass, made over a copy of the firm's rows: nothing is written, neither here nor there."""
    before, began = _calls(engine, firm), time.monotonic()
    report = Report()
    with tempfile.TemporaryDirectory(prefix="ros-preview-") as folder:
        scratch = scratch_copy(engine.database, firm, Path(folder), master_keys(shell.settings))
        book = LeaseBook()
        leases = Leases(scratch, "preview")
        ports = replace(engine.ports, store=StoreGateway(scratch, book).perform, may_write=_never)
        driver = Driver(ports)
        try:
            with held(leases, book, firm):
                result = driver.run(run_pass(firm, PassOptions(trigger="preview", full=full, preview=True)))
        finally:
            driver.close()
            scratch.close()
    report.take(result)
    report.planned = result.writes
    _count_plans(report, result.plans)
    after = _calls(engine, firm)
    report.reads = {"raynet": after[0][0] - before[0][0], "graph": after[0][1] - before[0][1]}
    for side in (Side.RAYNET, Side.GRAPH):
        report.writes[side.value] = 0
    report.seconds = time.monotonic() - began
    return report


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
