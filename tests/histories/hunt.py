"""How many histories find each planted defect: the first hit in three ranges of seeds, and their median."""

import time
from collections.abc import Callable, Sequence
from statistics import median

from tests.histories import campaign
from tests.histories.defects import BY_NAME, DEFECTS, Defect

RANGES = (500_000, 600_000, 700_000)


def first_hit(defect: Defect, start: int, cap: int) -> tuple[int | None, str]:
    """After how many histories the defect shows itself, and by which problem; None when it does not within ``cap``."""
    with defect.planted():
        for number in range(cap):
            outcome = campaign.played(start + number)
            if outcome.problems:
                return number + 1, outcome.problems[0]
    return None, ""


def is_clean(start: int, count: int) -> bool:
    """Whether these seeds pass without any defect: else a hit would tell nothing."""
    return not campaign.run(range(start, start + count)).failed


def hunt(names: Sequence[str], *, cap: int, ranges: int, say: Callable[[str], None]) -> int:
    """Hunt these defects (all by default) and write the table; 1 when one that is not masked escaped."""
    chosen = [BY_NAME[name] for name in names] or list(DEFECTS)
    rows, escaped = [], 0
    for defect in chosen:
        began = time.monotonic()
        hits = [first_hit(defect, start, cap) for start in RANGES[:ranges]]
        numbers = [number for number, _ in hits]
        found = [number if number is not None else cap + 1 for number in numbers]
        middle = int(median(found))
        shown = "/".join(str(number) if number is not None else "–" for number in numbers)
        by = next((problem for _, problem in hits if problem), defect.masked or "not found")
        escaped += middle > cap and not defect.masked
        rows.append((defect.name, defect.about, shown, middle if middle <= cap else None, by))
        if not names:
            _write(rows, cap)
        say(f"{defect.name}: {shown} ({time.monotonic() - began:.0f} s) {by[:80]}")
    return int(bool(escaped))


def _write(rows: Sequence[tuple[str, str, str, int | None, str]], cap: int) -> None:
    found = [middle for *_, middle, _ in rows if middle is not None]
    lines = [
        "# Planted defects",
        "",
        f"Histories until the first hit, in three ranges of seeds (cap {cap}); `python -m tests.histories defects`.",
        "",
        (
            f"{len(found)} of {len(rows)} found; median "
            f"{int(median(found)) if found else '–'}, worst {max(found, default=0)}."
        ),
        "",
        "| defect | what is wrong | first hits | median | shown by |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {about} | {shown} | {middle if middle is not None else '–'} | {by.replace('|', '/')[:90]} |"
        for name, about, shown, middle, by in rows
    ]
    campaign.BENCH.mkdir(parents=True, exist_ok=True)
    (campaign.BENCH / "defects.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
