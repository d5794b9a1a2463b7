"""P4: the database is restarted the hard way, locked, its disk is full: workers go on by themselves, nothing is lost.

On PostgreSQL: ``pg_ctl restart -m immediate`` of a server of our own. On SQLite: somebody else holds the file's write
lock for seconds. Both: a disk without any room, where mounting a small one is permitted.
"""

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from tests.process.load import CALM_SECONDS, Load
from tests.process.outcome import Outcome, percentile
from tests.process.rest import come_to_rest
from tests.process.site import Site, SiteOptions, open_site, wait

RECOVERY_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``faults`` times, ``every`` so many seconds; then ``full`` times a full disk for ``full_seconds``."""

    backend: str = "postgresql"
    faults: int = 30
    every: float = 10.0
    lock_seconds: float = 5.0
    full: int = 3
    full_seconds: float = 8.0
    rate: float = 5.0
    seed: int = 4
    patience_seconds: float = 180.0


def run(options: Options, folder: Path) -> Outcome:
    site_options = SiteOptions(
        backend=options.backend,
        firms=2,
        people=4,
        seed=options.seed,
        own_server=options.backend == "postgresql",
        disk_mib=384 if options.full else 0,
    )
    with (
        open_site(site_options, folder) as site,
        Load(site, options.rate, calm_seconds=CALM_SECONDS, seed=options.seed) as load,
    ):
        workers = [site.start_worker(), site.start_worker()]
        wait(lambda: site.ledger.checked > 0, "the first write", options.patience_seconds)
        out = Outcome("P4", options.backend)
        recovered = [_struck(site, options) for _ in range(options.faults)]
        full = [_filled(site, options) for _ in range(options.full)] if site.disk and site.disk.is_real else []
        dead = sum(not one.alive for one in workers)
        come_to_rest(site, load, out, options.patience_seconds)
        out.figures |= {
            "faults": options.faults,
            "full_disks": len(full),
            "recovery_p50_seconds": percentile(recovered, 0.5),
            "recovery_max_seconds": max(recovered, default=0.0),
            "full_recovery_max_seconds": max(full, default=0.0),
            "database_away": site.logged("database_away", "lease_not_renewed"),
        }
        out.mark("workers that ended", dead, most=0)
        out.mark("recovery", max([*recovered, *full], default=0.0), most=RECOVERY_SECONDS, of_time=True)
        return out


def _struck(site: Site, options: Options) -> float:
    """One fault; seconds from its end to the next request of a worker."""
    began = time.monotonic()
    if site.postgres is not None:
        site.postgres.restart()
    else:
        _locked(site, options.lock_seconds)
    seconds = _recovers(site, options)
    time.sleep(max(0.0, options.every - (time.monotonic() - began)))
    return seconds


def _locked(site: Site, seconds: float) -> None:
    with closing(sqlite3.connect(str(make_url(site.url).database), timeout=30, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        time.sleep(seconds)
        other.execute("ROLLBACK")


def _filled(site: Site, options: Options) -> float:
    """The disk is full for a while; seconds from its end to the next request."""
    assert site.disk is not None
    began = time.monotonic()
    while time.monotonic() - began < options.full_seconds:
        site.disk.fill()
        time.sleep(0.1)
    site.disk.clear()
    return _recovers(site, options)


def _recovers(site: Site, options: Options) -> float:
    """Until something is written again. A server that could not write its log has ended itself: it is started again."""
    since = time.monotonic()
    while not any(one.is_write for one in site.ledger.since(since)):
        if time.monotonic() - since > options.patience_seconds:
            raise TimeoutError("no write after the database came back")
        if site.postgres is not None and not site.postgres.runs():
            site.postgres.control("start")
        time.sleep(0.1)
    site.ledger.forget()
    return time.monotonic() - since
