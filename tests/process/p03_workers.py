"""P3: several workers on PostgreSQL share the firms: how much faster, and never two at one mailbox."""

import random
import time
from dataclasses import dataclass
from pathlib import Path

from tests.process.checker import Checker
from tests.process.load import Load
from tests.process.outcome import Outcome
from tests.process.rest import come_to_rest
from tests.process.site import Process, Site, SiteOptions, open_site, wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``firms`` times ``people`` mailboxes; ``changes`` wait while nobody works and are then carried by 1, 2, 4."""

    backend: str = "postgresql"
    firms: int = 20
    people: int = 50
    changes: int = 600
    latency_seconds: float = 0.1
    most_workers: int = 4
    seed: int = 3
    patience_seconds: float = 600.0


def run(options: Options, folder: Path) -> Outcome:
    site_options = SiteOptions(
        backend=options.backend,
        firms=options.firms,
        people=options.people,
        poll_seconds=15,
        latency_seconds=options.latency_seconds,
        seed=options.seed,
    )
    with open_site(site_options, folder) as site:
        out = Outcome("P3", options.backend)
        load = Load(site, seed=options.seed)
        for number in range(options.changes):
            load.place(site.firms[number % len(site.firms)])
        _carry(site, load, 2, options)
        number, seconds = 1, {}
        overlaps = 0
        while number <= options.most_workers:
            site.ledger.forget()
            _edit_all(load, options)
            seconds[number] = _carry(site, load, number, options)
            overlaps += site.ledger.overlaps()
            number *= 2
        come_to_rest(site, load, out, options.patience_seconds)
        out.figures |= {
            "mailboxes": options.firms * options.people,
            "changes_each_time": options.changes,
            "seconds_by_workers": {str(n): round(s, 2) for n, s in seconds.items()},
            "changes_per_second": {str(n): round(options.changes / s, 1) for n, s in seconds.items()},
            "overlaps": overlaps,
        }
        out.mark("mailboxes worked on by two at once", overlaps, most=0)
        if not site.is_sqlite:
            name = "SELECT {} FROM pg_stat_database WHERE datname = current_database()"
            out.figures["transactions"] = site.scalar(name.format("xact_commit"))
            out.mark("deadlocks", site.scalar(name.format("deadlocks")), most=0)
        for number, least in ((2, 1.9), (4, 3.6)):
            if number in seconds:
                out.mark(f"speed-up of {number}", seconds[1] / seconds[number], least=least, of_time=True)
        return out


def _edit_all(load: Load, options: Options) -> None:
    """One edit of each item, on the one side or the other; nobody works meanwhile."""
    rng = random.Random(options.seed)
    for item in load.items:
        load.change(item, rng.choice(("title", "move")))


def _carry(site: Site, load: Load, number: int, options: Options) -> float:
    """Seconds from the first request until both sides show everything; all workers are told to end afterwards."""
    workers = [site.load() for _ in range(number)]
    wait(lambda: all(_is_loaded(one) for one in workers), "loading", 120)
    for one in workers:
        site.begin(one)
    wait(lambda: any(one.pid in site.ledger.first_of for one in workers), "a first request", 120)
    began = min(site.ledger.first_of[one.pid] for one in workers if one.pid in site.ledger.first_of)
    checker = Checker(site, load)
    wait(lambda: not checker.unsettled(), "carrying", options.patience_seconds, every=0.25)
    taken = time.monotonic() - began
    for one in workers:
        site.finish(one)
    return taken


def _is_loaded(process: Process) -> bool:
    """Its libraries are there: it sleeps, waiting to be told to begin."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return fields[0] == "S" and process.rss_kib() > 60_000 and process.cpu_seconds() > 0.3
