"""B4, B5: what mailboxes cost in which nothing happens, with push that has proven itself and without any push."""

from datetime import timedelta
from itertools import pairwise

from bench.measured import Found, Run, Target
from tests.support.turning import Calls, Turning, prove_push, turning

TITLE = "B4 B5: an idle mailbox's hour"
MAILBOXES = 20
#: How often one of the mailboxes changes something, so that push goes on proving itself.
SIGN_OF_LIFE_SECONDS = 1500
TARGETS = (
    Target(bar="B4", name="delta reads, with proven push", most=13, unit="an hour"),
    Target(bar="B4", name="HTTP requests to Graph, with proven push", most=1, unit="an hour"),
    Target(bar="B5", name="HTTP requests to Graph, polling alone", most=13, unit="an hour"),
    Target(bar="B5", name="longest time between two readings, polling alone", most=15, unit="s", kind="virtual"),
)


def measure(run: Run) -> Found:
    hours = 1 if run.quick else 3
    calls, alive = with_push(run, hours)
    run.say("with push: done")
    polled, longest, seconds = polling(run, 600 if run.quick else 3600)
    an_hour = 3600 / seconds / MAILBOXES
    return Found(
        values={
            "delta reads, with proven push": calls.graph_reads / hours / MAILBOXES,
            "HTTP requests to Graph, with proven push": calls.graph_http / hours / MAILBOXES,
            "HTTP requests to Graph, polling alone": polled.graph_http * an_hour,
            "longest time between two readings, polling alone": longest,
        },
        details={
            "mailboxes": MAILBOXES,
            "delta reads an hour, polling alone": polled.graph_reads * an_hour,
            "renewals and other writes, with push": calls.graph_writes,
            "changes that kept push proven": alive,
        },
    )


def with_push(run: Run, hours: int) -> tuple[Calls, int]:
    """All calls of so many hours in which only a sign of life came now and then, and how many of those."""
    names = tuple(f"p{number}" for number in range(MAILBOXES))
    with turning(run.fresh("push"), people=names) as made:
        # Raynet's own pacing would make announcements late ones.
        made.rig.raynet.switches.webhook_pacing = "none"
        prove_push(made)
        made.run_for(300)
        before, alive, left = made.calls(), 0, hours * 3600
        while left > 0:
            sign_of_life(made, alive)
            alive += 1
            part = min(left, SIGN_OF_LIFE_SECONDS)
            made.run_for(part)
            left -= part
        if len(made.proven()) < 2:
            raise RuntimeError("push was not proven to the end")
        return made.calls() - before, alive


def sign_of_life(made: Turning, number: int) -> None:
    person, start = next(iter(made.rig.people.values())), made.rig.clock() + timedelta(days=3, hours=number)
    person.ui.create("meeting", start=start, title=f"Ozvěna {number}")
    made.run_for(0)
    person.outlook.create(f"Echo {number}", start + timedelta(hours=12), start + timedelta(hours=13))


def polling(run: Run, seconds: int) -> tuple[Calls, float, int]:
    """Calls, the longest gap between two turns, and the time."""
    names = tuple(f"p{number}" for number in range(MAILBOXES))
    with turning(run.fresh("poll"), push=False, people=names) as made:
        before, first = made.calls(), len(made.turns)
        made.run_for(seconds)
        at = [turn.at for turn in made.turns[first:]]
        longest = max((b - a).total_seconds() for a, b in pairwise(at))
        return made.calls() - before, longest, seconds
