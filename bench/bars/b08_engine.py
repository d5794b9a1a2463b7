"""B8, B9: what the engine adds to its calls: CPU of a real worker beside that of bare calls with its own transport.

The worker and the bare client are processes of their own over the same simulated systems behind HTTPS; slices of both
alternate. Only their CPU counts, so that another load of the machine hardly reaches into the ratio.
"""

import base64
import json
import subprocess
import sys

from bench.measured import Found, Run, Target, median
from server.store.admin.firms import Firms
from tests.process.checker import Checker
from tests.process.load import Load
from tests.process.site import ROOT, Process, Site, SiteOptions, open_site, wait

TITLE = "B8 B9: the engine beside bare calls"
FIRMS, PEOPLE = 4, 10
_OBSTACLE = (
    "The bar was computed for two calls, one statement's commit and a merge. Each change also freezes an intent, "
    "stores its echo, base and trail sealed, checks the lease in each commit and re-reads before it writes. Statements "
    "run on the driver's own cursor and commits of a firm that wait at the same moment are one; what remains has no "
    "single hot place (see the flame graph): JSON and AES-GCM of sealed rows, SQLite's flushes, the merge of all "
    "fields, requests itself."
)
TARGETS = (
    Target(bar="B8", name="CPU of bare calls to the engine's, SQLite", least=0.75, kind="cpu", obstacle=_OBSTACLE),
    Target(bar="B9", name="CPU of a change to that of a bare call", most=3.0, kind="cpu", obstacle=_OBSTACLE),
)


def measure(run: Run) -> Found:
    rounds, changes = (2, 40) if run.quick else (9, 100)
    options = SiteOptions(firms=FIRMS, people=PEOPLE, poll_seconds=5, seed=8)
    with open_site(options, run.fresh("engine")) as site:
        load = Load(site, seed=8)
        for number in range(changes):
            load.place(site.firms[number % FIRMS])
        worker, checker = site.start_worker(), Checker(site, load)
        wait(lambda: not checker.unsettled(), "the first sync", 300, every=0.2)
        per_call, per_change, calls_each, ratios = [], [], [], []
        for number in range(rounds + 1):
            bare = _bare(site, 200)
            spent, calls = _carried(site, load, checker, worker)
            run.say(f"bare call {1000 * bare:.2f} ms, change {1000 * spent / changes:.2f} ms, {calls} requests")
            if number == 0:
                continue  # the first one fills caches
            per_call.append(bare)
            per_change.append(spent / changes)
            calls_each.append(calls / changes)
            ratios.append(bare * calls / spent)
    return Found(
        values={
            "CPU of bare calls to the engine's, SQLite": median(ratios),
            "CPU of a change to that of a bare call": median(
                change / call for call, change in zip(per_call, per_change, strict=True)
            ),
        },
        details={
            "CPU ms of a bare call": round(1000 * median(per_call), 2),
            "CPU ms of a change": round(1000 * median(per_change), 2),
            "requests for a change": round(median(calls_each), 2),
            "ratios of the slices": [round(one, 3) for one in sorted(ratios)],
        },
    )


def _bare(site: Site, calls: int) -> float:
    """CPU seconds of one bare call, in a process of its own."""
    found = Firms(site.database).raynet_connection(site.firms[0].id)
    login = base64.b64encode(f"{found.user}:{found.key}".encode()).decode()
    plan = {
        "url": f"{site.world.raynet_url}activity/?limit=1",
        "headers": {"Authorization": f"Basic {login}", "X-Instance-Name": found.instance},
        "ca": str(site.server.certificates.ca),
        "calls": calls,
        "threads": 2,
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.raw"], cwd=ROOT, input=json.dumps(plan) + "\n", capture_output=True, text=True,
        check=True, timeout=300,
    )  # fmt: skip
    return float(done.stdout)


def _carried(site: Site, load: Load, checker: Checker, worker: Process) -> tuple[float, int]:
    """CPU seconds of the worker and its requests from people's edits until both sides show them."""
    site.ledger.forget()
    began = worker.cpu_seconds()
    for place, item in enumerate(load.items):
        load.change(item, "title" if place % 2 else "move")
    wait(lambda: not checker.unsettled(), "carrying", 300, every=0.1)
    return worker.cpu_seconds() - began, len([one for one in site.ledger.exchanges if one.pid == worker.pid])
