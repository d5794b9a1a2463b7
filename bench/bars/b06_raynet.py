"""B6: what an idle instance costs of Raynet's daily quota, and that the number of users changes nothing about it."""

from bench.bars.b04_idle import SIGN_OF_LIFE_SECONDS, sign_of_life
from bench.measured import Found, Run, Target
from tests.support.turning import prove_push, turning

TITLE = "B6: an idle instance's day"
TARGETS = (
    Target(bar="B6", name="calls a day, with proven webhook", most=1500),
    Target(
        bar="B6",
        name="calls a day, polling alone",
        most=5760,
        obstacle="5,760 is one reading each 15 s. A change must have arrived after 15 s, so reading begins "
        "every 14 s and "
        "leaves one second for carrying it over: 86,400 / 14 = 6,171, 26 % of the quota. The promise is the "
        "harder bar.",
    ),
    Target(bar="B6", name="calls more for a user more", most=0),
)


def measure(run: Run) -> Found:
    idle = {users: _polled(run, users) for users in ((1, 10) if run.quick else (1, 10, 50))}
    run.say(f"polled: {idle}")
    few, many = min(idle), max(idle)
    return Found(
        values={
            "calls a day, with proven webhook": _rung(run) * 24.0,
            "calls a day, polling alone": idle[few] * 24.0,
            "calls more for a user more": (idle[many] - idle[few]) / (many - few),
        },
        details={"calls an hour by number of users, polling alone": {str(n): calls for n, calls in idle.items()}},
    )


def _polled(run: Run, users: int) -> float:
    """Calls an hour without push; few turns for many users."""
    seconds = 140 if users >= 50 else 3598
    if run.quick:
        seconds = 280
    with turning(run.fresh("polled"), push=False, people=tuple(f"p{number}" for number in range(users))) as made:
        made.run_for(20)
        before, first = made.calls(), len(made.turns)
        made.run_for(seconds)
        turns = made.turns[first:]
        spent = (turns[-1].at - turns[0].at).total_seconds() + 14.0
        return (made.calls() - before).raynet_reads * 3600 / spent


def _rung(run: Run) -> float:
    """Calls an hour while the webhook has proven itself, without those for the signs of life that keep it proven."""
    with turning(run.fresh("rung"), people=("jana",)) as made:
        made.rig.raynet.switches.webhook_pacing = "none"
        prove_push(made)
        made.run_for(300)
        first = len(made.turns)
        for number in range(1 if run.quick else 2):
            sign_of_life(made, number)
            made.run_for(SIGN_OF_LIFE_SECONDS)
        turns = made.turns[first:]
        seconds = (turns[-1].at - turns[0].at).total_seconds()
        return sum(turn.floor.raynet_reads for turn in turns) * 3600 / seconds
