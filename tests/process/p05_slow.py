"""P5: one tenant's Graph is slow and sometimes hangs: the others' changes arrive as fast as before."""

import time
from dataclasses import dataclass
from pathlib import Path

from simulator.faults import Delay, Match, Rule
from tests.process.lags import lags
from tests.process.load import Load
from tests.process.outcome import Outcome, percentile
from tests.process.rest import come_to_rest
from tests.process.site import Process, SimFirm, Site, SiteOptions, open_site, wait

#: What the design allows one process.
THREADS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """So many seconds without and with the slow tenant; its p50 and the share of its calls that hang."""

    backend: str = "sqlite"
    seconds: float = 120.0
    firms: int = 4
    slow_seconds: float = 2.0
    hang_share: float = 0.05
    hang_seconds: float = 60.0
    #: What is on its way at the end of a stage gets so long to arrive.
    trail_seconds: float = 10.0
    rate: float = 4.0
    seed: int = 5
    patience_seconds: float = 300.0


def run(options: Options, folder: Path) -> Outcome:
    site_options = SiteOptions(backend=options.backend, firms=options.firms, people=3, seed=options.seed)
    with open_site(site_options, folder) as site, Load(site, options.rate, seed=options.seed) as load:
        worker = site.start_worker()
        wait(lambda: site.ledger.checked > 20, "the first writes", options.patience_seconds)
        out = Outcome("P5", options.backend)
        calm = _others(site, load, options, worker)
        _slow_down(site, site.firms[0], options)
        slow = _others(site, load, options, worker)
        site.world.faults.clear()
        come_to_rest(site, load, out, options.patience_seconds)
        out.figures |= {
            "others_calm_p50_seconds": percentile(calm.lags, 0.5),
            "others_calm_p99_seconds": percentile(calm.lags, 0.99),
            "others_slow_p50_seconds": percentile(slow.lags, 0.5),
            "others_slow_p99_seconds": percentile(slow.lags, 0.99),
            "changes_calm": len(calm.lags),
            "changes_slow": len(slow.lags),
            "most_threads": slow.most_threads,
            "faults": dict(site.world.faults.fired),
        }
        ratio = percentile(slow.lags, 0.99) / max(0.001, percentile(calm.lags, 0.99))
        out.mark("others' p99 slow / calm", ratio, most=1.2, of_time=True)
        out.mark("threads", slow.most_threads, most=THREADS)
        out.mark("others' changes that arrived meanwhile", len(slow.lags), least=1)
        return out


@dataclass(slots=True)
class _Watched:
    lags: list[float]
    most_threads: int = 0


def _others(site: Site, load: Load, options: Options, worker: Process) -> _Watched:
    """What the other firms' changes of this time took; those on their way get a little longer."""
    began = site.world.clock()
    out = _Watched([])
    end = time.monotonic() + options.seconds
    while time.monotonic() < end:
        out.most_threads = max(out.most_threads, worker.threads())
        time.sleep(0.5)
    until = site.world.clock()
    wait(lambda: (site.world.clock() - until).total_seconds() > options.trail_seconds, "what was on its way", 60)
    found = lags(site, load, began, until)
    out.lags = [one for firm in site.firms[1:] for one in found.get(firm.id, [])]
    return out


def _slow_down(site: Site, firm: SimFirm, options: Options) -> None:
    """Each of the tenant's calls, and each batch in which one of its mailboxes is."""
    mailboxes = [person.mailbox.id for person in firm.people]
    path = "|".join(mailboxes)
    needles = [one.encode() for one in mailboxes]

    def names_one(body: bytes) -> bool:
        return any(one in body for one in needles)

    for name, match in (
        ("calls", Match(system="graph", path=f"^/graph/v1.0/users/({path})")),
        ("batches", Match(system="graph", method="POST", path=r"\$batch", body=names_one)),
    ):
        site.world.faults.add(Rule(name=f"slow-{name}", match=match, action=Delay(options.slow_seconds)))
        site.world.faults.add(
            Rule(name=f"hang-{name}", match=match, action=Delay(options.hang_seconds), chance=options.hang_share)
        )
