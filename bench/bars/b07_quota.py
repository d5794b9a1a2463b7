"""B7: what a day with 5,000 changes takes of an instance's daily quota, and that no call is refused for it."""

import random

from bench.calls import MIX, People
from bench.measured import Found, Run, Target
from tests.support.turning import POLL_SECONDS, turning

TITLE = "B7: a day of 5,000 changes"
QUOTA = 24_000
CHANGES = 5_000
WORKING_HOURS = 10
TARGETS = (
    Target(bar="B7", name="share of the daily quota, polling alone", most=0.80),
    Target(bar="B7", name="calls refused for the quota", most=0),
)


def measure(run: Run) -> Found:
    """So many changes an hour, at random moments, without push, the dearer way; the rest of the day is idle."""
    an_hour = CHANGES // WORKING_HOURS
    changes = 40 if run.quick else an_hour
    seconds = 3600 * changes / an_hour
    with turning(run.fresh("quota"), push=False, people=("jana",)) as made:
        people = People(made, items=40)
        made.run_for(120)
        before, draw = made.calls(), random.Random(7)
        moments = sorted(draw.uniform(0, seconds) for _ in range(changes))
        at = 0.0
        for number, moment in enumerate(moments):
            made.run_for(moment - at)
            at = moment
            people.change(MIX[number % len(MIX)])
        made.run_for(seconds - at + POLL_SECONDS)
        spent = made.calls() - before
        refused = made.rig.raynet.calls.by_status[429]
    raynet = (spent.raynet_reads + spent.raynet_writes) * 3600 / seconds
    idle = 86_400 / 14.0
    day = raynet * WORKING_HOURS + idle * (24 - WORKING_HOURS) / 24
    return Found(
        values={"share of the daily quota, polling alone": day / QUOTA, "calls refused for the quota": float(refused)},
        details={"calls in a working hour": round(raynet), "calls that day": round(day), "changes an hour": an_hour},
    )
