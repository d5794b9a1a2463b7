"""A crash at each yield point of a history in turn: no moment of death is left to chance."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from tests.histories.play import play
from tests.histories.script import Accident, Script
from tests.histories.workload import history

#: How soon the next process comes; by turns before and after the lease has run out.
BACK_MS = (500, 3_000, 20_000)


@dataclass(slots=True)
class Deaths:
    """What came of an enumeration."""

    seeds: int = 0
    points: int = 0
    failed: list[tuple[int, int, str]] = field(default_factory=list)


def quiet(seed: int) -> Script:
    """The people's part of a seed: no faults and accidents but the crash, one worker."""
    script, _ = history(seed)
    return replace(script, mishaps=(), accidents=(), workers=1, calm_ms=min(script.calm_ms, 90_000))


def points(script: Script, *, every: int = 1, offset: int = 0) -> Iterator[int]:
    """The yield points before the calm, or each ``every``-th of them."""
    outcome = play(script)
    return iter(range(1 + offset % every, outcome.steps, every))


def dying_at(script: Script, step: int) -> Script:
    accident = Accident(worker=0, what="kill", step=step, lasts_ms=BACK_MS[step % len(BACK_MS)])
    return replace(script, accidents=(accident,))


def enumerate_all(
    seeds: Iterable[int], *, every: int = 1, say: Callable[[str], None] | None = None, kept: int = 10**9
) -> Deaths:
    """Play each seed once for each of its yield points. A seed that fails without a crash is left out."""
    deaths = Deaths()
    for seed in seeds:
        script = quiet(seed)
        if play(script).problems:
            continue
        deaths.seeds += 1
        for step in points(script, every=every, offset=seed):
            if deaths.points >= kept:
                return deaths
            deaths.points += 1
            problems = play(dying_at(script, step)).problems
            if problems:
                deaths.failed.append((seed, step, problems[0]))
                if say is not None:
                    say(f"seed {seed}, crash at step {step}: {problems[0]}")
    return deaths
