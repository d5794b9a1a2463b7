"""P7: ``ros serve`` is renewed (HUP) and replaced (TERM, then a new one) under load: no request fails, nothing is lost.

The port is held as deploy/systemd/ros-api.socket holds it, so whoever comes between two processes waits in its queue.
"""

import signal
import socket
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.process.notices import Clients, stored, subscribe
from tests.process.outcome import Outcome, percentile
from tests.process.site import Process, Site, SiteOptions, open_site, wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """So many reloads, one each ``every`` seconds, under these rates a second."""

    backend: str = "sqlite"
    reloads: int = 20
    every: float = 5.0
    plain_rate: float = 200.0
    notify_rate: float = 100.0
    threads: int = 8
    processes: int = 0
    seed: int = 7


def run(options: Options, folder: Path) -> Outcome:
    with open_site(SiteOptions(backend=options.backend, people=4, seed=options.seed), folder) as site:
        subscriptions = subscribe(site)
        arguments = ["--processes", str(options.processes)] if options.processes else []
        held = site.hold_port()
        server = site.start_server(*arguments, held=held)
        clients = Clients(
            {
                "kind": "paced",
                "name": "p7",
                "port": site.port,
                "subscriptions": subscriptions,
                "seconds": (options.reloads + 1) * options.every,
                "plain_rate": options.plain_rate,
                "notify_rate": options.notify_rate,
                "threads": options.threads,
            }
        )
        for _ in range(options.reloads):
            time.sleep(options.every)
            server.send(signal.SIGHUP)
        found = clients.result(options.every * 4 + 120)
        booted = sum(n for (_, event), n in server.events().items() if "Booting worker" in event)
        ended = _replace_under_load(site, subscriptions, server, held, options)
        held.close()
        out = Outcome("P7", options.backend)
        accepted = [*found["notified"]["accepted"], *ended.accepted]
        bad = Counter(found["notified"]["statuses"]) + Counter(found["plain"]["statuses"])
        good = bad.pop("202", 0) + bad.pop("200", 0)
        out.figures = {
            "reloads": options.reloads,
            "processes_booted": booted,
            "requests": good + bad.total(),
            "rate": (good + bad.total()) / found["seconds"],
            "other_answers": dict(bad),
            "notifications_accepted": len(accepted),
            "notify_p99_seconds": percentile(found["notified"]["seconds"], 0.99),
            "notify_max_seconds": max(found["notified"]["seconds"], default=0.0),
            "plain_p99_seconds": percentile(found["plain"]["seconds"], 0.99),
            "while_replaced": dict(ended.statuses),
            "defects": dict(site.defects()),
        }
        out.mark("failed requests", bad.total(), most=0)
        out.mark("accepted notifications that are not stored", len(accepted) - stored(site), most=0)
        out.mark("requests that failed while the server was replaced", ended.broken, most=0)
        out.mark("exit code after TERM", ended.code, most=0)
        out.mark("processes renewed", booted, least=options.reloads)
        out.mark("defects in logs", site.defects().total(), most=0)
        return out


@dataclass(slots=True)
class _Ended:
    accepted: list[str]
    statuses: Counter[str]
    broken: int
    code: int


def _replace_under_load(
    site: Site, subscriptions: list[dict[str, str]], server: Process, held: socket.socket, options: Options
) -> _Ended:
    """TERM while requests run, and then a new server: whoever was let in is answered, the others wait at the door."""
    clients = Clients(
        {
            "kind": "paced",
            "name": "p7-term",
            "port": site.port,
            "subscriptions": subscriptions,
            "seconds": 10.0,
            "plain_rate": options.plain_rate / 2,
            "notify_rate": options.notify_rate / 2,
            "threads": options.threads,
        }
    )
    before = stored(site)
    wait(lambda: stored(site) > before + 5, "the clients' first answers", 120)
    server.send(signal.SIGTERM)
    code = server.popen.wait(timeout=60)
    arguments = ["--processes", str(options.processes)] if options.processes else []
    site.start_server(*arguments, held=held)
    found = clients.result(180)
    statuses = Counter(found["notified"]["statuses"]) + Counter(found["plain"]["statuses"])
    broken = statuses.total() - statuses["202"] - statuses["200"]
    wait(lambda: not clients.running, "the clients' end", 60)
    return _Ended(found["notified"]["accepted"], statuses, broken, code)
