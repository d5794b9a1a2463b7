"""P2: a worker is stopped beyond its lease while another lives, and goes on: it writes nothing any more.

PostgreSQL; on SQLite a process that is stopped inside a transaction stops everybody, so there it is stopped only
between two, which the harness cannot see: the test is run there too, and what waits then is counted as waiting.
"""

import random
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from tests.process.load import CALM_SECONDS, Load
from tests.process.outcome import Outcome
from tests.process.rest import come_to_rest
from tests.process.site import Process, Site, SiteOptions, open_site, wait

FENCED = ("lease_lost", "pass_gave_way")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``shortest`` and ``longest`` pause in seconds."""

    backend: str = "postgresql"
    runs: int = 20
    rate: float = 10.0
    shortest: float = 5.0
    longest: float = 60.0
    seed: int = 2
    patience_seconds: float = 180.0


def run(options: Options, folder: Path) -> Outcome:
    rng = random.Random(options.seed)
    site_options = SiteOptions(backend=options.backend, firms=2, people=4, seed=options.seed)
    with (
        open_site(site_options, folder) as site,
        Load(site, options.rate, calm_seconds=CALM_SECONDS, seed=options.seed) as load,
    ):
        pair = [site.start_worker(), site.start_worker()]
        wait(lambda: site.ledger.checked > 0, "the first write", options.patience_seconds)
        taken = held = 0
        pauses: list[float] = []
        for _ in range(options.runs):
            time.sleep(rng.uniform(0.2, 1.5))
            victim = rng.choice(pair)
            held += _stop_at_work(site, victim, rng)
            stopped = time.monotonic()
            pauses.append(rng.uniform(options.shortest, options.longest))
            wait(lambda p=pauses[-1], s=stopped: time.monotonic() - s > p, "the pause", 600)  # type: ignore[misc]
            other = next(one for one in pair if one is not victim)
            taken += any(one.pid == other.pid and one.is_write for one in site.ledger.since(stopped + 1.0))
            victim.send(signal.SIGCONT)
        out = Outcome("P2", options.backend)
        come_to_rest(site, load, out, options.patience_seconds)
        fenced = site.logged(*FENCED)
        out.figures |= {
            "pauses": options.runs,
            "paused_while_holding": held,
            "longer_than_the_lease": sum(one > 10.0 for one in pauses),
            "other_wrote_meanwhile": taken,
            "fenced": fenced,
        }
        out.mark("paused while they held a firm", held, least=1)
        out.mark("late commits and writes that were fenced", fenced, least=1)
        return out


def _stop_at_work(site: Site, victim: Process, rng: random.Random) -> bool:
    """Stop it, at best while a firm is its own: just after a request of its own."""
    for _ in range(40):
        before = time.monotonic()
        if any(one.pid == victim.pid and one.is_write for one in site.ledger.since(before - 0.05)):
            break
        time.sleep(rng.uniform(0.01, 0.1))
    victim.send(signal.SIGSTOP)
    time.sleep(0.05)
    holders = [site.holder(firm.id) for firm in site.firms]
    return any(one is not None and one.owner == site.ledger.owner_of(victim.pid) for one in holders)
