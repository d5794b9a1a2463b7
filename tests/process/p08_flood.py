"""P8: a burst of notifications while no worker runs and the database is busy: each is stored and answered in time."""

import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, update

from server.store.tables.people import firm as firm_table
from tests.process.notices import Clients, stored, subscribe
from tests.process.outcome import Outcome, percentile
from tests.process.site import Site, SiteOptions, open_site

#: Graph takes an endpoint for slow above this.
SLOW_SECONDS = 2.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``connections`` of the sender; ``busy`` writers besides."""

    backend: str = "sqlite"
    number: int = 10_000
    connections: int = 8
    busy: int = 1
    plain_every: int = 5
    processes: int = 0
    seed: int = 8


def run(options: Options, folder: Path) -> Outcome:
    with open_site(SiteOptions(backend=options.backend, people=20, seed=options.seed), folder) as site:
        subscriptions = subscribe(site)
        arguments = ["--processes", str(options.processes)] if options.processes else []
        server = site.start_server(*arguments)
        stop = threading.Event()
        writers = [threading.Thread(target=_busy, args=(site, stop)) for _ in range(options.busy)]
        for one in writers:
            one.start()
        cpu = server.cpu_seconds()
        found = Clients(
            {
                "kind": "burst",
                "name": "p8",
                "port": site.port,
                "subscriptions": subscriptions,
                "number": options.number,
                "connections": options.connections,
                "plain_every": options.plain_every,
            }
        ).result(600)
        stop.set()
        for one in writers:
            one.join()
        out = Outcome("P8", options.backend)
        seconds, plain = found["notified"]["seconds"], found["plain"]["seconds"]
        bad = Counter(found["notified"]["statuses"])
        accepted = bad.pop("202", 0)
        out.figures = {
            "notifications": accepted,
            "per_second": accepted / found["seconds"],
            "p50_ms": 1000 * percentile(seconds, 0.5),
            "p99_ms": 1000 * percentile(seconds, 0.99),
            "max_ms": 1000 * max(seconds, default=0.0),
            "over_2_9_s": sum(one > SLOW_SECONDS for one in seconds),
            "plain_p50_ms": 1000 * percentile(plain, 0.5),
            "plain_p99_ms": 1000 * percentile(plain, 0.99),
            "plain_max_ms": 1000 * max(plain, default=0.0),
            "other_answers": dict(bad),
            "master_cpu_seconds": server.cpu_seconds() - cpu,
            "defects": dict(site.defects()),
        }
        out.mark("notifications that were not accepted", bad.total(), most=0)
        out.mark("accepted but not stored", accepted - stored(site), most=0)
        out.mark("over 2.9 s", sum(one > SLOW_SECONDS for one in seconds), most=0, of_time=True)
        out.mark("p99 in ms", 1000 * percentile(seconds, 0.99), most=100, of_time=True)
        out.mark("max in ms", 1000 * max(seconds, default=0.0), most=1000, of_time=True)
        out.mark("defects in logs", site.defects().total(), most=0)
        return out


def _busy(site: Site, stop: threading.Event) -> None:
    """Somebody else's small transactions, as a worker's commits are."""
    firm = site.firms[0].id

    def work(connection: Connection) -> int:
        statement = update(firm_table).where(firm_table.c.id == firm).values(seats=50)
        return connection.execute(statement.execution_options(ros_unscoped=True)).rowcount

    while not stop.wait(0.02):
        site.database.write_unscoped(work)
