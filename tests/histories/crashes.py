"""A crash at each yield point of a history in turn: no moment of death is left to chance.

The log is ``bench/histories/crashes.jsonl``, a line a seed; an enumeration goes on where it was stopped.
"""

import gc
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tests.histories.campaign import BENCH, commit_id
from tests.histories.play import play
from tests.histories.script import Accident, Deed, Script
from tests.histories.small import small
from tests.histories.workload import history

#: How soon the next process comes; by turns before and after the lease has run out.
BACK_MS = (500, 3_000, 20_000)
#: Small worlds with more yield points than this wait for an hour's retry and are left to the large histories.
MOST_POINTS = 500
_SWEEP_EVERY = 50
#: Of the small worlds: between two deeds, and from the last to the calm. Longer than a round of theirs (5 s) takes.
LONGEST_IDLE_MS = 7_000
LOG = BENCH / "crashes.jsonl"


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


def quiet_small(seed: int) -> Script:
    """A small world: few yield points, most of them around a write.

    Where people leave the sync alone for many rounds, one is left: an idle round dies the same way every time.
    """
    script, deeds, ago = small(seed), list[Deed](), 0
    for deed in script.deeds:
        idle = max(0, deed.at_ms - (deeds[-1].at_ms + ago if deeds else 0) - LONGEST_IDLE_MS)
        ago += idle
        deeds.append(replace(deed, at_ms=deed.at_ms - ago))
    calm_ms = max((one.at_ms for one in deeds), default=0) + LONGEST_IDLE_MS
    return replace(script, deeds=tuple(deeds), mishaps=(), accidents=(), workers=1, calm_ms=calm_ms)


def points(script: Script, *, every: int = 1, offset: int = 0) -> Iterator[int]:
    """The yield points until quiescence, or each ``every``-th of them."""
    return iter(range(1 + offset % every, play(script).steps_to_rest + 1, every))


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
        if not play(script).problems:
            _die(deaths, seed, script, every=every, say=say, kept=kept)
        if deaths.points >= kept:
            break
    return deaths


def _die(
    deaths: Deaths, seed: int, script: Script, *, every: int, say: Callable[[str], None] | None, kept: int = 10**9
) -> None:
    """Each of this seed's deaths."""
    deaths.seeds += 1
    for place, step in enumerate(points(script, every=every, offset=seed)):
        if place % _SWEEP_EVERY == 0:
            gc.collect()
        if deaths.points >= kept:
            return
        deaths.points += 1
        problems = play(dying_at(script, step)).problems
        if problems:
            deaths.failed.append((seed, step, problems[0]))
            if say is not None:
                say(f"seed {seed}, crash at step {step}: {problems[0]}")


def enumerate_small(seeds: Iterable[int], *, until: Callable[[], bool], say: Callable[[str], None]) -> Deaths:
    """Every yield point of these small worlds, each seed once for ever: what the log names is not played again."""
    rows = [json.loads(line) for line in LOG.read_text(encoding="utf-8").splitlines()] if LOG.exists() else []
    done, commit = {row["seed"] for row in rows}, commit_id()
    gc.disable()  # each history leaves its world behind as a whole: swept now and then
    try:
        for seed in (one for one in seeds if one not in done):
            if until():
                break
            rows.append({**_die_small(seed, say), "commit": commit})
            with LOG.open("a", encoding="utf-8") as log:
                log.write(json.dumps(rows[-1], ensure_ascii=False) + "\n")
    finally:
        gc.enable()
    failures = [(row["seed"], int(step), problem) for row in rows for step, problem in row["failed"].items()]
    return Deaths(
        seeds=sum(row["points"] > 0 for row in rows), points=sum(row["points"] for row in rows), failed=failures
    )


def _die_small(seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """A line of the log; no points where the world fails, or drags on, without a crash."""
    deaths, script = Deaths(), quiet_small(seed)
    alive = play(script)
    if not alive.problems and alive.steps_to_rest <= MOST_POINTS:
        _die(deaths, seed, script, every=1, say=say)
    return {
        "seed": seed,
        "points": deaths.points,
        "failed": {str(step): problem for _, step, problem in deaths.failed},
    }
