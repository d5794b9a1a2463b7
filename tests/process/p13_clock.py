"""P13: the workers' clocks are an hour off, ahead and behind: leases follow the database's, nothing is lost."""

import random
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from tests.process.entries import SKEW
from tests.process.load import CALM_SECONDS, Load
from tests.process.outcome import Outcome
from tests.process.rest import come_to_rest
from tests.process.site import SKEWED_WORKER, Process, Site, SiteOptions, open_site, wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One is killed and one paused beyond its lease ``faults`` times, and started anew."""

    backend: str = "postgresql"
    skew_seconds: float = 3600.0
    faults: int = 4
    pause_seconds: float = 14.0
    rate: float = 5.0
    seed: int = 13
    patience_seconds: float = 240.0


def run(options: Options, folder: Path) -> Outcome:
    rng = random.Random(options.seed)
    with open_site(SiteOptions(backend=options.backend, firms=3, people=3, seed=options.seed), folder) as site:
        out = Outcome("P13", options.backend)
        with Load(site, options.rate, calm_seconds=CALM_SECONDS, seed=options.seed) as load:
            skews = [options.skew_seconds, -options.skew_seconds]
            pair = [_worker(site, skew) for skew in skews]
            wait(lambda: all(one.pid in site.ledger.first_of for one in pair), "both at work", options.patience_seconds)
            for _ in range(options.faults):
                time.sleep(rng.uniform(1.0, 3.0))
                place = rng.randrange(2)
                if rng.random() < 0.5:
                    site.kill(pair[place])
                    pair[place] = _worker(site, skews[place])
                else:
                    pair[place].send(signal.SIGSTOP)
                    time.sleep(options.pause_seconds)
                    pair[place].send(signal.SIGCONT)
            wait(lambda: pair[0].pid in site.ledger.first_write_of or not pair[0].alive, "a write", 120)
            come_to_rest(site, load, out, options.patience_seconds)
        out.figures |= {
            "skew_seconds": options.skew_seconds,
            "faults": options.faults,
            "tokens_asked": sum(site.world.entra.counts.values()),
        }
        return out


def _worker(site: Site, skew: float) -> Process:
    return site.begin(site.load(SKEWED_WORKER, environ={SKEW: str(skew)}))
