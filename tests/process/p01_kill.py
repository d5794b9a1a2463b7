"""P1: workers are killed at random moments under load; alone they are started again, two take over from each other."""

import random
import time
from dataclasses import dataclass
from pathlib import Path

from tests.process.load import CALM_SECONDS, MIX, Load
from tests.process.outcome import Outcome, percentile
from tests.process.rest import come_to_rest
from tests.process.site import Process, Site, SiteOptions, open_site, wait

#: A lease of ten seconds and the three of a call that may still be under way.
TAKEOVER_SECONDS = 13.0
RESTART_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``workers`` 1: killed and started again; 2: the other one takes over."""

    backend: str = "sqlite"
    runs: int = 200
    rate: float = 20.0
    workers: int = 1
    seed: int = 1
    #: Weight of deletions among what people do.
    deletes: int = 12
    patience_seconds: float = 180.0


def run(options: Options, folder: Path) -> Outcome:
    site_options = SiteOptions(backend=options.backend, people=8, seed=options.seed)
    with open_site(site_options, folder) as site, _load(site, options) as load:
        rng = random.Random(options.seed)
        kills = _restarted(site, options, rng) if options.workers == 1 else _taken_over(site, options, rng)
        out = Outcome(f"P1-{options.workers}", options.backend)
        come_to_rest(site, load, out, options.patience_seconds)
        out.figures |= {
            "kills": options.runs,
            "kills_at_work": kills.at_work,
            "p50_seconds": percentile(kills.seconds, 0.5),
            "p99_seconds": percentile(kills.seconds, 0.99),
            "max_seconds": max(kills.seconds, default=0.0),
        }
        out.mark("killed while they held the firm", kills.at_work, least=max(1, options.runs // 10))
        name, most = (
            ("restart to first sync p99", RESTART_SECONDS)
            if options.workers == 1
            else ("takeover p99", TAKEOVER_SECONDS)
        )
        out.mark(name, percentile(kills.seconds, 0.99), most=most, of_time=True)
        return out


def _load(site: Site, options: Options) -> Load:
    return Load(site, options.rate, mix=MIX | {"delete": options.deletes}, calm_seconds=CALM_SECONDS, seed=options.seed)


@dataclass(slots=True)
class _Kills:
    seconds: list[float]
    at_work: int = 0


def _restarted(site: Site, options: Options, rng: random.Random) -> _Kills:
    """One worker at a time; its successor's libraries are loaded while it still lives."""
    kills, worker = _Kills([]), site.start_worker()
    _first_request(site, worker)
    for _ in range(options.runs):
        successor = site.load()
        time.sleep(rng.uniform(0.3, 1.8))
        held = _held(site)
        site.kill(worker)
        kills.at_work += held or _held(site)
        worker = site.begin(successor)
        kills.seconds.append(_first_request(site, worker))
        site.ledger.forget()
    return kills


def _taken_over(site: Site, options: Options, rng: random.Random) -> _Kills:
    """Two side by side; whoever has just worked is killed, and the time until the other works for the firm counted."""
    kills = _Kills([])
    pair = [site.start_worker(), site.start_worker()]
    _first_request(site, pair[0])
    for _ in range(options.runs):
        time.sleep(rng.uniform(0.3, 2.0))
        worker = _at_work(site, pair)
        held = _held(site)
        site.kill(worker)
        killed = time.monotonic()
        kills.at_work += held
        pair.remove(worker)
        replacement = site.load()
        other = pair[0]
        wait(lambda p=other, k=killed: _works(site, p, k), "a takeover", options.patience_seconds)  # type: ignore[misc]
        first = min(one.began for one in site.ledger.since(killed) if one.pid == other.pid)
        kills.seconds.append(first - killed)
        pair.append(site.begin(replacement))
        site.ledger.forget()
    return kills


def _at_work(site: Site, pair: list[Process]) -> Process:
    """Who asked something last."""
    recent = site.ledger.since(time.monotonic() - 5.0)
    pids = {one.pid: one for one in pair}
    last = next((pids[one.pid] for one in reversed(recent) if one.pid in pids), pair[0])
    assert last.alive, last.log.read_text()[-2000:]
    return last


def _works(site: Site, process: Process, since: float) -> bool:
    assert process.alive, process.log.read_text()[-2000:]
    return any(one.pid == process.pid for one in site.ledger.since(since))


def _first_request(site: Site, worker: Process) -> float:
    """Seconds from being told to begin to the first request to a remote side."""
    wait(lambda: worker.pid in site.ledger.first_of or not worker.alive, "a worker's first request", 180.0)
    assert worker.alive, worker.log.read_text()[-2000:]
    return site.ledger.first_of[worker.pid] - worker.begun


def _held(site: Site) -> bool:
    holder = site.holder(site.firms[0].id)
    return holder is not None and holder.owner is not None
