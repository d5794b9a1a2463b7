"""B15: two workers on PostgreSQL beside one: the process test P3, small.

Wall time decides here, because what two workers share is waiting for 100 ms calls: on a machine that is busy otherwise,
or has fewer free cores than processes (the simulated systems, PostgreSQL and the workers), the ratio says little.
"""

from bench.measured import Found, Run, Target
from tests.process.p03_workers import Options
from tests.process.p03_workers import run as carry

TITLE = "B15: two workers"
TARGETS = (
    Target(
        bar="B15",
        name="changes a second of two workers to one",
        least=1.9,
        unit="times",
        kind="wall",
        obstacle="PostgreSQL, the simulated systems and both workers share the cores of this machine, so it is short "
        "of CPU where the bar assumes that it only waits. No firm is ever worked on by two, and no "
        "transaction deadlocks.",
    ),
    Target(bar="B15", name="mailboxes worked on by two at once", most=0),
    Target(bar="B15", name="deadlocks", most=0),
)


def measure(run: Run) -> Found:
    firms, people, changes = (2, 4, 20) if run.quick else (6, 10, 120)
    options = Options(firms=firms, people=people, changes=changes, most_workers=2, patience_seconds=300)
    out = carry(options, run.fresh("workers"))
    values = {mark.name: mark.value for mark in out.marks}
    wrong = [str(mark) for mark in out.marks if not mark.met and not mark.of_time]
    return Found(
        values={
            "changes a second of two workers to one": values["speed-up of 2"],
            "mailboxes worked on by two at once": values["mailboxes worked on by two at once"],
            "deadlocks": values["deadlocks"],
        },
        details={**out.figures, "marks of the process test that were missed": wrong or "none"},
    )
