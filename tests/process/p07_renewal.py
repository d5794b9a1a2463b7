"""P7: ``ros serve`` is renewed (HUP) and replaced (TERM) under load: no request fails, no notification is lost."""

import signal
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.process.notices import Clients, stored, subscribe
from tests.process.outcome import Outcome, percentile
from tests.process.site import Process, SiteOptions, open_site, wait


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
        server = site.start_server(*arguments)
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
        ended = _end_under_load(site.port, subscriptions, server, options)
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
            "after_term": dict(ended.statuses),
            "defects": dict(site.defects()),
        }
        out.mark("failed requests", bad.total(), most=0)
        out.mark("accepted notifications that are not stored", len(accepted) - stored(site), most=0)
        out.mark("answers broken off by TERM", ended.broken, most=0)
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


def _end_under_load(port: int, subscriptions: list[dict[str, str]], server: Process, options: Options) -> _Ended:
    """TERM while requests run: whoever was let in is answered; the others are refused at the door, and come again."""
    clients = Clients(
        {
            "kind": "paced",
            "name": "p7-term",
            "port": port,
            "subscriptions": subscriptions,
            "seconds": 6.0,
            "plain_rate": options.plain_rate / 2,
            "notify_rate": options.notify_rate / 2,
            "threads": options.threads,
        }
    )
    time.sleep(3.0)
    server.send(signal.SIGTERM)
    code = server.popen.wait(timeout=60)
    found = clients.result(120)
    statuses = Counter(found["notified"]["statuses"]) + Counter(found["plain"]["statuses"])
    # Who comes when nobody listens any more meets a refused connection; anything else was broken off.
    broken = statuses.total() - statuses["202"] - statuses["200"] - statuses["ConnectionRefusedError"]
    wait(lambda: not clients.running, "the clients' end", 60)
    return _Ended(found["notified"]["accepted"], statuses, broken, code)
