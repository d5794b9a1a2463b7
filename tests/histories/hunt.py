"""How many histories find each planted defect, and the short script that shows it ever after.

The first hit is looked for in three ranges of seeds; a seed that fails without the mistake too tells nothing and is
passed over. The shortest failure is kept in ``found/`` as a script, which the tests play with the mistake (it must
fail) and without (it must pass). Figures stand in ``bench/histories/defects.jsonl``, the table made of them in
``bench/histories/defects.md``.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.histories import campaign, corpus
from tests.histories.defects import BY_NAME, DEFECTS, Defect
from tests.histories.play import Outcome, play
from tests.histories.script import Script
from tests.histories.shrink import Shrinker, kind_of

RANGES = (500_000, 600_000, 700_000)
#: What has not come to rest after so long never will: a short script needs seconds.
PATIENCE_MS = 900_000
#: What says that a mistake no longer fits the code it is planted in.
MISFITS = ("broken", "TypeError", "AttributeError")
FOLDER = Path(__file__).resolve().parent / "found"


@dataclass(frozen=True, slots=True)
class Hit:
    """After how many histories, and what came of the last; None when the cap was reached."""

    number: int | None
    outcome: Outcome | None = None


def first_hit(defect: Defect, start: int, cap: int) -> Hit:
    """The first history that fails with the defect and passes without."""
    for number in range(cap):
        with defect.planted():
            outcome = campaign.played(start + number)
        if _told(outcome.problems) and not campaign.played(start + number).problems:
            return Hit(number + 1, outcome)
    return Hit(None)


class _Alone(Shrinker):
    """Shrinks what fails with the defect alone."""

    def __init__(self, defect: Defect, kinds: frozenset[str], seconds: float) -> None:
        super().__init__(kinds, seconds)
        self._defect = defect

    def fails(self, script: Script) -> bool:
        with self._defect.planted():
            is_failing = super().fails(script)
        return is_failing and not play(script).problems


def record(defect: Defect, outcome: Outcome, seconds: float) -> None:
    """Keep the failure, shrunk, as the script that shows this defect."""
    alone = _Alone(defect, frozenset({kind_of(_told(outcome.problems)[0])}), seconds)
    script = alone.shrink(outcome.script) if alone.fails(outcome.script) else None
    if script is not None and shows(defect, script):
        keep(defect, script)


def keep(defect: Defect, script: Script) -> None:
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{defect.name}.json").write_text(script.to_json(), encoding="utf-8")


def borrowed(defect: Defect) -> Script | None:
    """The shortest script of the corpus, or of another defect, that shows this one too."""
    everyone = [*corpus.scripts().values(), *recorded().values()]
    for script in sorted(everyone, key=lambda one: one.size()):
        if shows(defect, script):
            return script
    return None


def shows(defect: Defect, script: Script) -> list[str]:
    """The problems of this script that the defect alone makes."""
    with defect.planted():
        problems = _told(_problems(script))
    return problems if not _problems(script) else []


def _problems(script: Script) -> list[str]:
    try:
        return play(script, patience_ms=PATIENCE_MS).problems
    except Exception as error:  # noqa: BLE001  # a mistake may break the harness itself
        return [f"broken {type(error).__name__}"]


def _told(problems: Sequence[str]) -> list[str]:
    """Without what only says that the mistake no longer fits the code it is planted in."""
    return [one for one in problems if not one.startswith(MISFITS)]


def recorded() -> dict[str, Script]:
    """By defect."""
    return {path.stem: Script.load(path) for path in sorted(FOLDER.glob("*.json"))}


def hunt(names: Sequence[str], *, cap: int, ranges: int, seconds: float, say: Callable[[str], None]) -> int:
    """Hunt these defects (all by default) and write the table; 1 when one that is not masked escaped.

    A defect whose script still shows it keeps that; the others get the shortest failure met.
    """
    known = _known()
    for defect in [BY_NAME[name] for name in names] or list(DEFECTS):
        began = time.monotonic()
        script = recorded().get(defect.name)
        if script is None or not shows(defect, script):
            script = borrowed(defect)
            if script is not None:
                keep(defect, script)
        hits = [first_hit(defect, start, cap) for start in RANGES[:ranges]]
        outcomes = sorted((one.outcome for one in hits if one.outcome is not None), key=lambda one: one.deeds)
        if outcomes and script is None:
            record(defect, outcomes[0], seconds)
        by = outcomes[0].problems[0] if outcomes else ""
        known[defect.name] = {
            "name": defect.name,
            "hits": [one.number for one in hits],
            "cap": cap,
            "by": kind_of(by) if by else "",
            "commit": campaign.commit_id(),
        }
        _write(known)
        say(f"{defect.name}: {_shown(known[defect.name])} ({time.monotonic() - began:.0f} s) {by[:80]}")
    return int(any(_escaped(one, known.get(one.name)) for one in DEFECTS))


def _known() -> dict[str, dict[str, Any]]:
    file = campaign.BENCH / "defects.jsonl"
    if not file.exists():
        return {}
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return {row["name"]: row for row in rows if row["name"] in BY_NAME}


def _middle(row: dict[str, Any]) -> int | None:
    found = [one if one is not None else row["cap"] + 1 for one in row["hits"]]
    if not found:
        return None
    middle = int(median(found))
    return middle if middle <= row["cap"] else None


def _escaped(defect: Defect, row: dict[str, Any] | None) -> bool:
    return not defect.masked and (row is None or not any(row["hits"])) and defect.name not in recorded()


def _shown(row: dict[str, Any]) -> str:
    return "/".join(str(one) if one is not None else f"> {row['cap']}" for one in row["hits"])


def _write(known: dict[str, dict[str, Any]]) -> None:
    lines = [json.dumps(known[one.name], ensure_ascii=False) for one in DEFECTS if one.name in known]
    campaign.BENCH.mkdir(parents=True, exist_ok=True)
    (campaign.BENCH / "defects.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_table()


def write_table() -> None:
    """``bench/histories/defects.md`` of what the hunts met and of the scripts that stand."""
    known, scripts = _known(), recorded()
    middles = [middle for row in known.values() if (middle := _middle(row)) is not None]
    masked = [one.name for one in DEFECTS if one.masked and one.name not in scripts]
    unseen = [one.name for one in DEFECTS if one.name not in scripts and not one.masked]
    text = [
        "# Planted defects",
        "",
        f"Histories until the first hit, in ranges of seeds from {', '.join(str(one) for one in RANGES)};",
        "`make defects`. A seed counts when it fails with the defect and passes without. The tests play the script of",
        "each (`tests/histories/found/`) with the defect and without; where no seed is named, it was written by",
        "hand or met in a small world.",
        "",
        f"{len(DEFECTS)} defects: {len(scripts)} shown by a script, {len(masked)} masked ({', '.join(masked)}),",
        f"{len(unseen)} neither ({', '.join(unseen) or '–'}). Where seeds were hunted: median of the first hits",
        f"{int(median(middles)) if middles else '–'} histories, worst {max(middles, default=0)}.",
        "",
        "| defect | what is wrong | first hits | median | script | shown by |",
        "|---|---|---|---|---|---|",
    ]
    for defect in DEFECTS:
        row = known.get(defect.name, {"hits": [], "cap": 0, "by": ""})
        middle, script = _middle(row), scripts.get(defect.name)
        size = f"{len(script.deeds)} deeds" if script is not None else "–"
        by = row["by"] or (f"masked: {defect.masked}" if defect.masked else "its script" if script else "nothing yet")
        shown = middle if middle is not None else "–"
        hits = _shown(row) or "–"
        text.append(f"| {defect.name} | {defect.about} | {hits} | {shown} | {size} | {by.replace('|', '/')[:140]} |")
    (campaign.BENCH / "defects.md").write_text("\n".join(text) + "\n", encoding="utf-8")
