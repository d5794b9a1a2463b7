"""B13, B14, B16, X1: memory and CPU by the number of mailboxes, and how many one core keeps within the promise.

A real worker polls idle mailboxes of the simulated systems behind HTTPS, without push, in firms of twenty.
Its own CPU
is divided by the readings it did, so that a machine which is busy otherwise makes it slower but not dearer.
"""

import math
import sqlite3
import time

from sqlalchemy import make_url

from bench.bars.b04_idle import SIGN_OF_LIFE_SECONDS, sign_of_life
from bench.measured import Found, Plot, Run, Target, cpu_of_thread, median, slope
from server.store.locks import Lease, Leases
from tests.process.site import Process, Site, SiteOptions, open_site, wait
from tests.support.rig import Rig, rig
from tests.support.turning import prove_push, turning

TITLE = "B13 B14 B16 X1: ten thousand mailboxes"
TOGETHER = 20
FLOOR_SECONDS = 14.0
TARGETS = (
    Target(
        bar="B13",
        name="MiB for 1,000 mailboxes more",
        most=2,
        unit="MiB",
        kind="cpu",
        obstacle="The bar was set for an entry in a schedule. Fifty firms more hold 26 KiB of objects each (msal's "
        "application and its token, people's names, what a pass cached); the rest is the allocator's slack and the "
        "database's pages. It is measured beyond 500 mailboxes, where all threads and connections are there.",
    ),
    Target(bar="B13", name="MiB of a worker with few mailboxes", most=120, unit="MiB", kind="cpu"),
    Target(bar="B14", name="growth exponent of CPU, polling", most=1.05, kind="cpu"),
    Target(
        bar="B14",
        name="growth exponent of an idle hour's requests, push",
        most=0.15,
        obstacle="With proven push each mailbox is still read every five minutes, twenty to a request: 0.6 "
        "requests an "
        "hour for each, which is linear with a small factor. A loss of push that nobody notices would "
        "otherwise last.",
    ),
    Target(bar="B14", name="growth exponent of picking what is due", most=0.1, kind="cpu"),
    Target(bar="B16", name="mailboxes that one core reads every 10 s", least=3500, kind="cpu"),
    Target(
        bar="X1",
        name="mailboxes that one core keeps within 15 s, no push",
        least=10_000,
        kind="cpu",
        obstacle="A reading is a twentieth of a batch request and of its JSON, and of its firm's pass and list of "
        "Raynet. With few mailboxes the worker's own clock (looking for notices five times a second) weighs more.",
    ),
)


def measure(run: Run) -> Found:
    sizes = (20, 40, 60) if run.quick else (100, 500, 1500)
    found = {size: _polled(run, size) for size in sizes}
    few, some, many = (found[size] for size in sizes)
    logs = [(math.log10(size), math.log10(one[0] * size)) for size, one in found.items()]
    picks = {size: _pick(run, size) for size in ((100, 1000) if run.quick else (100, 1000, 10_000))}
    rung = {size: _rung(run, size) for size in ((5, 20) if run.quick else (10, 20, 40))}
    return Found(
        values={
            "MiB for 1,000 mailboxes more": 1000 * (many[1] - some[1]) / (sizes[-1] - sizes[-2]),
            "MiB of a worker with few mailboxes": few[1],
            "growth exponent of CPU, polling": slope(logs),
            "growth exponent of an idle hour's requests, push": _exponent(rung),
            "growth exponent of picking what is due": _exponent(picks),
            "mailboxes that one core reads every 10 s": 10 / many[0],
            "mailboxes that one core keeps within 15 s, no push": FLOOR_SECONDS / many[0],
        },
        details={
            "CPU ms of a reading, by mailboxes": {str(size): round(1000 * one[0], 3) for size, one in found.items()},
            "MiB, by mailboxes": {str(size): round(one[1], 1) for size, one in found.items()},
            "CPU ms of a pick, by firms": {str(size): round(1000 * one, 2) for size, one in picks.items()},
            "requests of an idle hour with push, by mailboxes": {str(size): one for size, one in rung.items()},
        },
        plots=[
            Plot(
                name="cpu-by-mailboxes",
                title="CPU of one round over all mailboxes, polling alone",
                x="mailboxes",
                y="seconds",
                lines={"CPU": [(float(size), one[0] * size) for size, one in found.items()]},
            )
        ],
    )


def _exponent(points: dict[int, float]) -> float:
    return slope([(math.log10(x), math.log10(y)) for x, y in points.items()])


def _polled(run: Run, mailboxes: int) -> tuple[float, float]:
    """CPU seconds of one mailbox's reading, its firm's pass included, and MiB resident."""
    options = SiteOptions(firms=max(1, mailboxes // TOGETHER), people=TOGETHER, poll_seconds=15, seed=13)
    with open_site(options, run.fresh("polled")) as site:
        worker = site.start_worker()
        wait(lambda: _first_round_is_over(site, mailboxes), "the first round", 600, every=0.5)
        _let_pass(site, worker, 2 * mailboxes)
        began = worker.cpu_seconds()
        readings = _let_pass(site, worker, (2 if run.quick else 3) * mailboxes)
        spent = (worker.cpu_seconds() - began) / readings
        run.say(f"{mailboxes} mailboxes: {1000 * spent:.2f} ms for a reading, {worker.rss_kib() / 1024:.0f} MiB")
        return spent, worker.rss_kib() / 1024


def _first_round_is_over(site: Site, mailboxes: int) -> bool:
    with site.peek.connect() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM mailbox_sync WHERE matched").scalar() == mailboxes


def _let_pass(site: Site, worker: Process, readings: int) -> int:
    """Wait for so many readings of mailboxes; how many it were. A batch holds a firm's twenty."""
    site.ledger.forget()
    done = 0

    def is_over() -> bool:
        nonlocal done
        done = _batches(site, worker) * TOGETHER
        return done >= readings

    wait(is_over, "reading the mailboxes", 600)
    return done


def _batches(site: Site, worker: Process) -> int:
    return sum(one.path.endswith("/$batch") and one.pid == worker.pid for one in tuple(site.ledger.exchanges))


def _pick(run: Run, firms: int) -> float:
    """CPU seconds of claiming the one firm that is due, and letting go of it, among so many that are not."""
    with rig(run.fresh("pick"), people=()) as made:
        _multiply_firms(made, firms)
        leases = Leases(made.database, "bench")
        seen = []
        for _ in range(5 if run.quick else 25):
            held = leases.claim(made.firm)
            assert held is not None
            leases.release(held, 0.0)
            found: list[Lease] = []
            seen.append(cpu_of_thread(lambda: found.extend(leases.claim_due(8))))  # noqa: B023  # called at once
            assert [one.firm for one in found] == [made.firm]
        return median(seen)


def _multiply_firms(made: Rig, firms: int) -> None:
    """Copies of the firm that are due in an hour."""
    path = make_url(made.url).database
    assert path is not None
    with sqlite3.connect(path) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(firm)") if row[1] != "id"]
        names = ", ".join(columns)
        numbers = f"WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {firms})"  # noqa: S608
        connection.execute(f"{numbers} INSERT INTO firm ({names}) SELECT {names} FROM number, (SELECT * FROM firm)")  # noqa: S608
        later = int((time.time() + 3600) * 1000)
        connection.execute(
            "INSERT INTO lease (firm_id, owner, epoch, expires_ms, due_ms, claimed_ms) SELECT id, NULL, 1, 0, ?, ? "
            "FROM firm WHERE id NOT IN (SELECT firm_id FROM lease)",
            (later, later),
        )
    connection.close()


def _rung(run: Run, mailboxes: int) -> float:
    """Requests to Graph of an hour in which nothing but a sign of life happens, with proven push."""
    names = tuple(f"p{number}" for number in range(mailboxes))
    with turning(run.fresh("rung"), people=names) as made:
        made.rig.raynet.switches.webhook_pacing = "none"
        prove_push(made)
        made.run_for(300)
        before = made.calls()
        for number in range(2):
            sign_of_life(made, number)
            made.run_for(SIGN_OF_LIFE_SECONDS)
        return (made.calls() - before).graph_http * 3600 / (2 * SIGN_OF_LIFE_SECONDS)
