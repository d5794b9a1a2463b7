"""Many seeds: played one after another, counted, failures shrunk; a campaign goes on where it was stopped.

The log is ``bench/histories/campaign.jsonl``: one line for each chunk of seeds, so that what was played is known after
a kill, and two processes never play the same chunk.
"""

import contextlib
import gc
import json
import os
import platform
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.histories.play import Outcome, play
from tests.histories.shrink import kind_of, shrink_script
from tests.histories.thaw import thawed
from tests.histories.workload import history

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "bench" / "histories"
CORPUS = Path(__file__).resolve().parent / "corpus"
#: Every so many seeds one is played twice: its trace must be the same.
TWICE = 100
CHUNK = 250
_SWEEP_EVERY = 50


@dataclass(slots=True)
class Tally:
    """What came of a range of seeds."""

    histories: int = 0
    calls: int = 0
    writes: int = 0
    deeds: int = 0
    turns: int = 0
    twice: int = 0
    carried: int = 0
    cpu_seconds: float = 0.0
    struck: Counter[tuple[str, str]] = field(default_factory=Counter)
    called: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    excused: Counter[str] = field(default_factory=Counter)
    #: Seeds that failed, with their first problem.
    failed: dict[int, str] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        self.histories += 1
        self.calls += outcome.calls
        self.writes += outcome.writes
        self.deeds += outcome.deeds
        self.turns += outcome.turns
        self.carried += outcome.writes > 0
        self.struck.update(outcome.struck)
        self.called.update(outcome.called)
        self.reasons.update(outcome.reasons)
        self.excused.update(outcome.excused)

    def join(self, other: "Tally") -> None:
        for name in ("histories", "calls", "writes", "deeds", "turns", "twice", "carried", "cpu_seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("struck", "called", "reasons", "excused"):
            getattr(self, name).update(getattr(other, name))
        self.failed |= other.failed


def played(seed: int) -> Outcome:
    """One seed; what breaks the harness itself is a problem like any other."""
    script, weather = history(seed)
    try:
        return play(script, weather)
    except Exception as error:  # noqa: BLE001  # a history that cannot be played fails
        return Outcome(script=script, problems=[f"broken {type(error).__name__}: {error}"])


def run(seeds: range, say: Callable[[int, Outcome], None] | None = None) -> Tally:
    """Play these seeds. ``say`` hears of each failure."""
    tally = Tally()
    began = time.process_time()
    was_enabled = gc.isenabled()
    gc.collect()
    gc.freeze()  # the code itself is no garbage: the sweeps look at histories alone
    gc.disable()  # a history leaves its world behind as a whole; see the sweep below
    undo = contextlib.ExitStack()
    undo.callback(gc.unfreeze)
    undo.enter_context(thawed())
    try:
        for place, seed in enumerate(seeds):
            outcome = played(seed)
            if seed % TWICE == 0:
                tally.twice += 1
                if played(seed).trace != outcome.trace:
                    outcome.problems.append("not repeatable: the second trace differs")
            tally.add(outcome)
            if outcome.problems:
                tally.failed[seed] = outcome.problems[0]
                if say is not None:
                    say(seed, outcome)
            if place % _SWEEP_EVERY == 0:
                gc.collect()
    finally:
        undo.close()
        if was_enabled:
            gc.enable()
    tally.cpu_seconds = time.process_time() - began
    return tally


def reference_rate(seconds: float = 0.3) -> float:
    """Steps a second of a trivial seeded loop: what this machine can do now. Rates are told as a ratio to it."""
    import random  # of the reference alone

    rng, until, steps, state = random.Random(1), time.process_time() + seconds, 0, {0: 0}
    while time.process_time() < until:
        for _ in range(100):
            state[rng.randrange(50)] = state.get(rng.randrange(50), 0) + 1
            steps += 1
    return steps / seconds


# --- failures -------------------------------------------------------------------------------------------------------


def report(seed: int, outcome: Outcome, *, seconds: float = 60.0) -> str:
    """The short script of a failure, its problems, and the one command that repeats it."""
    script, again = shrink_script(outcome.script, outcome.problems, seconds=seconds)
    problems = "\n".join(f"  {one}" for one in (again.problems or outcome.problems))
    command = f"python -m tests.histories play --seed {seed}"
    return f"seed {seed}, {script.size()} deeds, mishaps, accidents:\n{problems}\n{script.to_json()}repeat: {command}\n"


def keep(seed: int, *, seconds: float = 120.0) -> Path | None:
    """Put the shrunk failure of a seed into the corpus; None when the seed does not fail."""
    outcome = played(seed)
    if not outcome.problems:
        return None
    script, again = shrink_script(outcome.script, outcome.problems, seconds=seconds)
    name = "-".join(kind_of((again.problems or outcome.problems)[0]).lower().split()[:6])
    name = "".join(one if one.isalnum() or one == "-" else "" for one in name)
    path = CORPUS / f"{name}-{seed}.json"
    path.write_text(script.to_json(), encoding="utf-8")
    return path


# --- the campaign ---------------------------------------------------------------------------------------------------


def _log_lines() -> Iterator[dict[str, object]]:
    file = BENCH / "campaign.jsonl"
    if file.exists():
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)


def next_chunk(start: int, share: int, of: int) -> int:
    """The first seed of the next chunk that is this process's share and that no line of the log names."""
    done = {line["first"] for line in _log_lines()}
    first = start + share * CHUNK
    while first in done:
        first += of * CHUNK
    return first


def commit_id() -> str:
    """The state of the code that was played."""
    found = subprocess.run(
        ["/usr/bin/env", "git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return found.stdout.strip()


def campaign(start: int, share: int, of: int, until: Callable[[], bool]) -> None:
    """Chunks of seeds until told to stop; each ends with its line in the log, failures with their report beside it."""
    BENCH.mkdir(parents=True, exist_ok=True)
    commit = commit_id()  # of the code that is played, whatever is committed meanwhile
    while not until():
        first = next_chunk(start, share, of)
        tally = run(range(first, first + CHUNK), _write_failure)
        line = {
            "first": first,
            "histories": tally.histories,
            "calls": tally.calls,
            "cpu_seconds": round(tally.cpu_seconds, 1),
            "twice": tally.twice,
            "excused": dict(tally.excused),
            "failed": {str(seed): problem for seed, problem in tally.failed.items()},
            "commit": commit,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "python": platform.python_version(),
        }
        with (BENCH / "campaign.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line, ensure_ascii=False) + "\n")
        print(json.dumps(line, ensure_ascii=False), file=sys.stderr)  # noqa: T201  # progress of a command


def _write_failure(seed: int, outcome: Outcome) -> None:
    folder = BENCH / "failures"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{seed}.txt").write_text(report(seed, outcome), encoding="utf-8")


def cores() -> int:
    return os.cpu_count() or 1
