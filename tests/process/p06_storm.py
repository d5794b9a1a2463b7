"""P6: all is answered 429 for a while: nobody is asked before the demanded time, then everything is caught up."""

import math
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from simulator.faults import Match, Rule, Status
from tests.process.checker import Checker
from tests.process.ledger import Exchange
from tests.process.load import Load
from tests.process.outcome import Outcome
from tests.process.rest import come_to_rest
from tests.process.site import Site, SiteOptions, open_site, wait

#: Calls side by side to one mailbox; when a wait ends, so many may meet the storm before the first refusal is known.
MOST_AT_ONCE = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """A storm of Graph, then one inside of batches only, then one of Raynet; each so long, demanding such waits."""

    backend: str = "sqlite"
    seconds: float = 120.0
    retry_after: int = 30
    rate: float = 4.0
    workers: int = 1
    seed: int = 6
    patience_seconds: float = 300.0


def run(options: Options, folder: Path) -> Outcome:
    site_options = SiteOptions(backend=options.backend, firms=2, people=3, seed=options.seed)
    with open_site(site_options, folder) as site, Load(site, options.rate, seed=options.seed) as load:
        for _ in range(options.workers):
            site.start_worker()
        wait(lambda: site.ledger.checked > 10, "the first writes", options.patience_seconds)
        out = Outcome("P6", options.backend)
        storms = {
            "graph": Match(system="graph"),
            "graph_entries": Match(system="graph", path="/users/"),
            "raynet": Match(system="raynet"),
        }
        for name, match in storms.items():
            _storm(site, load, out, name, match, options)
        come_to_rest(site, load, out, options.patience_seconds)
        return out


def _storm(site: Site, load: Load, out: Outcome, name: str, match: Match, options: Options) -> None:
    site.ledger.forget()
    began = time.monotonic()
    action = Status(429, retry_after=options.retry_after)
    fired = site.world.faults.fired[name]
    site.world.faults.add(Rule(name=name, match=match, action=action))
    time.sleep(options.seconds)
    site.world.faults.remove(name)
    ended = time.monotonic()
    load.hold(on=True)
    checker = Checker(site, load)
    wait(lambda: not checker.unsettled(), "catching up", options.patience_seconds, every=0.2)
    caught_up = time.monotonic() - ended
    load.hold(on=False)
    seen = site.ledger.since(began)
    system = "raynet" if name == "raynet" else "graph"
    stormy = [one for one in seen if one.system == system and one.ended and one.began < ended]
    refused = site.world.faults.fired[name] - fired
    out.figures |= {
        f"{name}_refused": refused,
        f"{name}_calls_in_storm": len(stormy),
        f"{name}_calls_per_wait_worst_place": _per_wait(stormy, options),
        f"{name}_caught_up_seconds": caught_up,
    }
    if name != "graph_entries":
        # Inside of a batch a refusal is one mailbox's; the ledger sees only the batch.
        out.mark(f"{name}: calls before the demanded time, worst place", _early(stormy, options.retry_after), most=0)
    out.mark(f"{name}: calls per demanded wait, worst place", _per_wait(stormy, options), most=MOST_AT_ONCE)
    out.mark(f"{name}: the storm was met", refused, least=1)
    out.mark(f"{name}: caught up", caught_up, most=options.retry_after + 15.0, of_time=True)


def _early(seen: list[Exchange], retry_after: int) -> int:
    """The worst mailbox's or instance's calls that were sent although a wait demanded of it was known and still ran.

    Retry-After is whole seconds: one is left to rounding.
    """
    early: Counter[str] = Counter()
    refusals: dict[str, list[float]] = defaultdict(list)
    for one in seen:
        if one.status == 429:
            for place in _places(one):
                refusals[place].append(one.ended)
    for one in seen:
        for place in _places(one):
            early[place] += any(then < one.began < then + retry_after - 1.0 for then in refusals[place])
    return max(early.values(), default=0)


def _per_wait(seen: list[Exchange], options: Options) -> float:
    """The worst place's calls in each Retry-After of the storm."""
    calls: Counter[str] = Counter(place for one in seen for place in _places(one))
    return max(calls.values(), default=0) / math.ceil(options.seconds / options.retry_after)


def _places(one: Exchange) -> frozenset[str]:
    """Whom a refusal concerns: the mailboxes it names, or the firm's instance."""
    return one.mailboxes or frozenset({f"{one.system}:{one.firm}"})
