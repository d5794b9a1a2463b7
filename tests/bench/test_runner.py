"""What the bench's command says of a bar that cannot be measured."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

from bench import report
from bench.__main__ import MISSED, NOT_MEASURED, measure_all
from bench.measured import Found, Run, Target

TARGET = Target(bar="B1", name="calls", most=2)


def bar(value: float | None) -> ModuleType:
    """A module that finds ``value``, or breaks."""
    made: Any = ModuleType("bench.bars.b99_ours")

    def measure(_run: Run) -> Found:
        if value is None:
            raise RuntimeError("a path of somebody")
        return Found(values={TARGET.name: value})

    made.TITLE, made.TARGETS, made.measure = "B1: ours", (TARGET,), measure
    return made  # type: ignore[no-any-return]  # as made


def test_the_command_ends_as_the_bars_do(tmp_path: Path) -> None:
    assert measure_all([bar(2)], tmp_path) == 0
    assert measure_all([bar(3)], tmp_path) == MISSED
    assert measure_all([bar(2), bar(None)], tmp_path) == NOT_MEASURED
    assert measure_all([bar(3), bar(None)], None) == NOT_MEASURED


def test_the_report_names_a_bar_that_broke_and_shows_its_figures_from_before(tmp_path: Path) -> None:
    results, page = tmp_path / "results", tmp_path / "README.md"
    measure_all([bar(2)], results)
    (kept,) = results.glob("*.json")
    document = json.loads(kept.read_text())
    document["modules"]["b99_ours"]["at"] = "2026-01-01T00:00:00+00:00"
    (results / "2026-01-01-before.json").write_text(json.dumps(document))
    measure_all([bar(None)], results)

    report.write(results, page, tmp_path / "plots")

    told = page.read_text()
    assert "## Failed when last measured" in told
    assert "RuntimeError in measure" in told
    assert "B1, calls" in told
    assert "| B1 | calls | ≤ 2 | 2 | yes |" in told
    assert "somebody" not in told
