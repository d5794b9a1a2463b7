"""P9: the first sync of many full calendars: few calls, flat memory, interrupted and resumed, edits go on meanwhile."""

import time
from dataclasses import dataclass
from pathlib import Path

from tests.process.lags import lags
from tests.process.load import Item, Load
from tests.process.outcome import Outcome, percentile
from tests.process.rest import come_to_rest
from tests.process.site import SiteOptions, open_site

#: Events that one call may cost, of Graph's entries and Raynet's lists together.
EVENTS_PER_CALL = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``mailboxes`` of ``events`` each; ``new_percent`` of them stand in Outlook only. ``kills`` on the way."""

    backend: str = "sqlite"
    mailboxes: int = 20
    events: int = 200
    new_percent: int = 2
    kills: int = 1
    edit_rate: float = 0.5
    seed: int = 9
    patience_seconds: float = 3000.0


def run(options: Options, folder: Path) -> Outcome:
    site_options = SiteOptions(backend=options.backend, people=options.mailboxes, poll_seconds=15, seed=options.seed)
    with open_site(site_options, folder) as site:
        load = Load(site, options.edit_rate, mix={"create": 1, "title": 4, "move": 4}, seed=options.seed)
        firm = site.firms[0]
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
        worker = site.start_worker()
        first_edit = site.world.clock()
        memory: list[int] = []
        killed = 0
        started = time.monotonic()
        with load:
            while not _is_imported(load, alone) and time.monotonic() - started < options.patience_seconds:
                assert worker.alive, worker.log.read_text()[-2000:]
                memory.append(worker.rss_kib())
                if killed < options.kills and firm.raynet.calls.writes > fresh * options.mailboxes // 2:
                    site.kill(worker)
                    killed += 1
                    worker = site.start_worker()
                    memory.clear()
                time.sleep(0.5)
        took = time.monotonic() - started
        last_edit = site.world.clock()
        events = options.mailboxes * options.events
        reads = counting.reads + calls.reads
        come_to_rest(site, load, out, options.patience_seconds)
        found = lags(site, load, first_edit, last_edit).get(firm.id, [])
        half = len(memory) // 2
        out.figures |= {
            "mailboxes": options.mailboxes,
            "events": events,
            "seeded_seconds": seeded,
            "import_seconds": took,
            "reads": reads,
            "reads_per_50_events": reads / (events / EVENTS_PER_CALL),
            "graph_http": counting.http_requests,
            "graph_reads": counting.reads,
            "raynet_reads": calls.reads,
            "raynet_writes": calls.writes,
            "rss_first_half_mib": max(memory[:half], default=0) / 1024,
            "rss_second_half_mib": max(memory[half:], default=0) / 1024,
            "killed": killed,
            "edits_measured": len(found),
            "edit_p50_seconds": percentile(found, 0.5),
            "edit_p99_seconds": percentile(found, 0.99),
        }
        growth = (max(memory[half:], default=0) - max(memory[:half], default=0)) / 1024
        out.mark("memory of the second half above the first, MiB", growth, most=20, of_time=True)
        out.mark("reads per 50 events", reads / (events / EVENTS_PER_CALL), most=1.0 + options.kills, of_time=True)
        out.mark("killed on the way", killed, least=options.kills)
        out.mark("edits meanwhile, p99 seconds", percentile(found, 0.99), most=15.0, of_time=True)
        return out


def _is_imported(load: Load, alone: list[Item]) -> bool:
    """Whether everything that stood in Outlook only stands in Raynet too; edits go on meanwhile."""
    with load.site.world.lock:
        return all(load.index.activities(one.firm, one.number) for one in alone)
