"""P9: the first sync of many full calendars: few calls, flat memory, interrupted and resumed, edits go on meanwhile.

An edit in a calendar that has not met Raynet yet waits for that. In the others it keeps its fifteen seconds, while the
rest still meets Raynet and when colleagues join later.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tests.process.lags import lags
from tests.process.load import Item, Load
from tests.process.outcome import Outcome, percentile
from tests.process.rest import come_to_rest
from tests.process.site import Person, Process, Site, SiteOptions, open_site

#: Events that one call may cost, of Graph's entries and Raynet's lists together. What a calendar that has met Raynet is
#: polled for from then on, while the others still meet it, is no cost of the first sync.
EVENTS_PER_CALL = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``mailboxes`` of ``events`` each; ``new_percent`` of them stand in Outlook only. ``kills`` on the way.

    ``newcomers`` of them get their seats when all others have met Raynet.
    """

    backend: str = "sqlite"
    mailboxes: int = 20
    newcomers: int = 2
    events: int = 200
    new_percent: int = 2
    kills: int = 1
    edit_rate: float = 0.5
    seed: int = 9
    patience_seconds: float = 3000.0


def run(options: Options, folder: Path) -> Outcome:
    site_options = SiteOptions(
        backend=options.backend,
        people=options.mailboxes,
        seatless=options.newcomers,
        poll_seconds=15,
        seed=options.seed,
    )
    with open_site(site_options, folder) as site:
        load = Load(site, options.edit_rate, mix={"create": 1, "title": 4, "move": 4}, seed=options.seed)
        firm = site.firms[0]
        first, joining = firm.people[: -options.newcomers or None], firm.people[len(firm.people) - options.newcomers :]
        begun = time.monotonic()
        fresh = max(1, options.events * options.new_percent // 100)
        alone: list[Item] = []
        for person in firm.people:
            for number in range(options.events):
                if number < options.events - fresh:
                    load.place_twin(firm, person)
                else:
                    alone.append(load.place_alone(firm, person))
        seeded = time.monotonic() - begun
        out = Outcome("P9", options.backend)
        counting, calls = site.world.graph.counting, firm.raynet.calls
        watch = _Watch(site=site, worker=site.start_worker())
        begun, began = time.monotonic(), site.world.clock()
        with load:
            for number in range(options.kills):
                writes = (number + 1) * fresh * len(first) // (options.kills + 1)
                watch.until(lambda most=writes: firm.raynet.calls.writes > most, options.patience_seconds)
                watch.kill()
            watch.until(lambda: _is_imported(load, alone, first), options.patience_seconds)
            imported, took = site.world.clock(), time.monotonic() - begun
            events = len(first) * options.events
            with site.world.lock:
                polls = sum(counting.mailbox_reads[mailbox] - reads for mailbox, reads in watch.reads.items())
            reads = counting.reads - polls + calls.reads
            site.seat(firm, joining)
            joined = watch.until(lambda: _is_imported(load, alone, joining), options.patience_seconds)
            ended = site.world.clock()
        come_to_rest(site, load, out, options.patience_seconds)
        found = lags(site, load, began, imported, watch.had_met).get(firm.id, [])
        waited = lags(site, load, began, imported, lambda item, at: not watch.had_met(item, at)).get(firm.id, [])
        later = lags(site, load, imported, ended, watch.had_met).get(firm.id, [])
        half = len(watch.memory) // 2
        first_half, second_half = (max(rows, default=0) / 1024 for rows in (watch.memory[:half], watch.memory[half:]))
        out.figures |= {
            "mailboxes": options.mailboxes,
            "events": events,
            "seeded_seconds": seeded,
            "import_seconds": took,
            "reads": reads,
            "polls_of_met_calendars": polls,
            "reads_per_50_events": reads / (events / EVENTS_PER_CALL),
            "graph_http": counting.http_requests,
            "graph_reads": counting.reads,
            "raynet_reads": calls.reads,
            "raynet_writes": calls.writes,
            "rss_first_half_mib": first_half,
            "rss_second_half_mib": second_half,
            "killed": watch.killed,
            "edits_measured": len(found),
            "edit_p50_seconds": percentile(found, 0.5),
            "edit_p99_seconds": percentile(found, 0.99),
            "unmet_edits": len(waited),
            "unmet_edit_p50_seconds": percentile(waited, 0.5),
            "unmet_edit_p99_seconds": percentile(waited, 0.99),
            "joined_seconds": joined,
            "edits_while_joining": len(later),
            "joining_edit_p50_seconds": percentile(later, 0.5),
            "joining_edit_p99_seconds": percentile(later, 0.99),
        }
        out.mark("memory of the second half above the first, MiB", second_half - first_half, most=20, of_time=True)
        out.mark("reads per 50 events", reads / (events / EVENTS_PER_CALL), most=1.0 + options.kills, of_time=True)
        out.mark("killed on the way", watch.killed, least=options.kills)
        out.mark("edits meanwhile, p99 seconds", percentile(found, 0.99), most=15.0, of_time=True)
        out.mark("edits while colleagues join, p99 seconds", percentile(later, 0.99), most=15.0, of_time=True)
        return out


@dataclass(slots=True, kw_only=True)
class _Watch:
    """Looks twice a second, at what the worker holds in memory and which calendars have met Raynet."""

    site: Site
    worker: Process
    memory: list[int] = field(default_factory=list)
    met: dict[str, datetime] = field(default_factory=dict)
    #: What had been read of a calendar when it had met Raynet.
    reads: dict[str, int] = field(default_factory=dict)
    killed: int = 0

    def until(self, condition: Callable[[], bool], seconds: float) -> float:
        """Look until the condition holds, or so long at most. How long it took."""
        began = time.monotonic()
        while not condition() and time.monotonic() - began < seconds:
            assert self.worker.alive, self.worker.log.read_text()[-2000:]
            self.memory.append(self.worker.rss_kib())
            for mailbox in self.site.met() - self.met.keys():
                self.met[mailbox] = self.site.world.clock()
                with self.site.world.lock:
                    self.reads[mailbox] = self.site.world.graph.counting.mailbox_reads[mailbox]
            time.sleep(0.5)
        return time.monotonic() - began

    def kill(self) -> None:
        self.site.kill(self.worker)
        self.worker = self.site.start_worker()
        self.memory.clear()
        self.killed += 1

    def had_met(self, item: Item, at: datetime) -> bool:
        since = self.met.get(item.person.mailbox.id)
        return since is not None and since <= at


def _is_imported(load: Load, alone: Sequence[Item], people: Sequence[Person]) -> bool:
    """Whether everything that stood in their Outlook only stands in Raynet too; edits go on meanwhile."""
    with load.site.world.lock:
        return all(load.index.activities(one.firm, one.number) for one in alone if one.person in people)
