"""What was played, in figures: rates, and which faults struck which calls."""

import json
import os
import platform
from collections import Counter
from typing import Any

from tests.histories.campaign import BENCH, Tally, _log_lines
from tests.histories.encounters import ENCOUNTERS
from tests.histories.wire import FAULTS, READS_ONLY, WRITES_ONLY

#: Calls that a history may make; each must meet each fault that fits it: :mod:`tests.histories.encounters`.
WRITES = tuple(sorted(one for one, met in ENCOUNTERS.items() if met.is_write))
READS = tuple(sorted(one for one, met in ENCOUNTERS.items() if not met.is_write))
COMMIT_FAULTS = ("commit_failed", "commit_lost")


def summary(tally: Tally, wall_seconds: float, *, reference: float) -> str:
    """Rates by CPU time, and as a share of a trivial loop of the same moment."""
    if not tally.histories:
        return "nothing played"
    rate = tally.histories / max(tally.cpu_seconds, 1e-9)
    steps = tally.calls / max(tally.cpu_seconds, 1e-9)
    return (
        f"{tally.histories} histories, {len(tally.failed)} failed, {tally.twice} played twice; "
        f"{rate:.1f} a CPU second at {tally.calls / tally.histories:.0f} calls, {tally.writes / tally.histories:.1f} "
        f"writes and {tally.deeds / tally.histories:.1f} deeds each; {steps:.0f} calls a CPU second, one for "
        f"{reference / max(steps, 1e-9):.0f} steps of a trivial loop; {wall_seconds:.0f} s; "
        f"with a write {100 * tally.carried / tally.histories:.1f} %; excused {dict(tally.excused)}"
    )


def expected() -> list[tuple[str, str]]:
    """Each fault with each call it can strike."""
    pairs = [(fault, call) for fault in FAULTS for call in WRITES if fault not in READS_ONLY]
    pairs += [(fault, call) for fault in FAULTS for call in READS if fault not in WRITES_ONLY]
    return [*pairs, *((fault, "store.commit") for fault in COMMIT_FAULTS)]


def never_struck(struck: Counter[tuple[str, str]], least: int = 1) -> list[tuple[str, str]]:
    return [pair for pair in expected() if struck[pair] < least]


def write_coverage(tally: Tally) -> int:
    """``bench/histories/coverage.md``; how many expected pairs chance never met."""
    missing = never_struck(tally.struck)
    calls, faults = sorted({call for _, call in tally.struck} | {*WRITES, *READS}), sorted((*FAULTS, *COMMIT_FAULTS))
    possible = set(expected())
    lines = [
        "# Coverage",
        "",
        f"{tally.histories} histories. How often each fault struck each call (– where the two cannot meet), and how",
        "often each reason decided. Chance meets the rare ones seldom: every run of the tests meets each pair and each",
        "reason once on purpose (`tests/histories/test_encounters.py`); what no history can meet is named beside them.",
        "",
        "| call | " + " | ".join(faults) + " |",
        "|---" * (len(faults) + 1) + "|",
    ]
    for call in calls:
        told = (str(tally.struck[one, call]) if (one, call) in possible else "–" for one in faults)
        lines.append(f"| {call} | " + " | ".join(told) + " |")
    lines += ["", "| reason | times |", "|---|---|"]
    lines += [f"| {reason} | {times} |" for reason, times in sorted(tally.reasons.items(), key=lambda one: -one[1])]
    lines += ["", f"Not met by chance: {len(missing)} of {len(expected())}."]
    lines += [f"- {fault} at {call}" for fault, call in missing]
    BENCH.mkdir(parents=True, exist_ok=True)
    (BENCH / "coverage.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(missing)


def campaign_summary() -> str:
    """All lines of the campaign's log in one."""
    played = failed = 0
    excused: Counter[str] = Counter()
    for line in _log_lines():
        played += int(str(line["histories"]))
        failures, pardons = line["failed"], line["excused"]
        failed += len(failures) if isinstance(failures, dict) else 0
        excused.update(pardons if isinstance(pardons, dict) else {})
    return f"campaign: {played} histories, {failed} failed, excused {dict(excused)}"


def deaths_summary() -> str:
    """All lines of the log of crashes in one."""
    rows = _rows("crashes")
    points, failed = sum(row["points"] for row in rows), sum(len(row["failed"]) for row in rows)
    return f"crashes: {sum(row['points'] > 0 for row in rows)} worlds, {points} yield points, {failed} failed"


def keep_run(text: str, commit: str) -> None:
    """Remember what a run said of itself, and write ``bench/histories/README.md`` anew."""
    BENCH.mkdir(parents=True, exist_ok=True)
    with (BENCH / "runs.jsonl").open("a", encoding="utf-8") as log:
        machine = f"{os.cpu_count()} CPUs, Python {platform.python_version()}"
        log.write(json.dumps({"said": text, "commit": commit, "machine": machine}, ensure_ascii=False) + "\n")
    write_readme()


def write_readme() -> None:
    runs = [f"- {row['commit']} ({row['machine']}): {row['said']}" for row in _rows("runs")[-5:]]
    lines = [
        "# Deterministic histories",
        "",
        "Made by `make histories`, `make defects`, `make campaign`, `python -m tests.histories crashes`, not by hand.",
        "What was found is in [bugs.md](bugs.md), what was struck in [coverage.md](coverage.md), planted defects are",
        "in [defects.md](defects.md). Logs: `campaign.jsonl`, `crashes.jsonl`, `runs.jsonl`.",
        "",
        f"- {campaign_summary()}",
        f"- {deaths_summary()}",
        "",
        "The last runs:",
        "",
        *runs,
    ]
    (BENCH / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _rows(name: str) -> list[dict[str, Any]]:
    file = BENCH / f"{name}.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []
