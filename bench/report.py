"""``python -m bench.report``: tables and plots of the newest figures of each bar, into ``README.md`` and ``plots/``."""

import json
from pathlib import Path
from typing import Any

from bench.drawing import drawn
from bench.registry import modules

_HERE = Path(__file__).parent
_RESULTS, _PLOTS, _PAGE = _HERE / "results", _HERE / "plots", _HERE / "README.md"
_INTRODUCTION = """\
# What the sync costs and how fast it is

Written by `make bench-report` (`make bench` measures first); not by hand. `python -m bench B1 B8` measures some bars,
`--quick` small and without storing. Reliability is measured elsewhere: [histories](histories/coverage.md),
[real processes](process/README.md).

Counts are exact. Costs are CPU time, never wall time; ratios are medians over slices of both sides, taken alternately
in one run. `virtual` is simulated time: other work on the machine reaches neither it nor the counts. The load average
of the machine stands beside each figure: two cores, on which much other work ran.
"""


def write() -> None:
    """Newest stored figures of each module."""
    found = newest()
    rows = [(figure, document) for document in found.values() for figure in document["figures"]]
    rows.sort(key=lambda row: (row[0]["bar"][0], int(row[0]["bar"][1:])))
    parts = [
        _INTRODUCTION,
        _summary(rows),
        _table(rows),
        _missed(rows),
        _unmeasured(rows),
        _pictures(found),
        _details(found),
    ]
    _PAGE.write_text("\n".join(part for part in parts if part))


def newest() -> dict[str, dict[str, Any]]:
    """Of each module what was measured last."""
    found: dict[str, dict[str, Any]] = {}
    for path in _RESULTS.glob("*.json"):
        for name, document in json.loads(path.read_text())["modules"].items():
            if name not in found or found[name]["at"] < document["at"]:
                found[name] = document
    return dict(sorted(found.items()))


def _summary(rows: list[tuple[dict[str, Any], dict[str, Any]]]) -> str:
    met = sum(figure["met"] for figure, _ in rows)
    return f"**{met} of {len(rows)} targets are met.**\n"


def _table(rows: list[tuple[dict[str, Any], dict[str, Any]]]) -> str:
    lines = ["| bar | what | target | measured | met | kind | commit, load |", "|---|---|---|---|---|---|---|"]
    for figure, document in rows:
        value = f"{figure['value']:.4g} {figure['unit']}".strip()
        met = "yes" if figure["met"] else "**no**"
        where = f"{document['commit']}, {document['machine']['load_average'][0]}"
        bound = f"{figure['bound']} {figure['unit']}".strip()
        cells = (figure["bar"], figure["name"], bound, value, met, figure["kind"], where)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _missed(rows: list[tuple[dict[str, Any], dict[str, Any]]]) -> str:
    """By how much, and what stands in the way."""
    missed = [figure for figure, _ in rows if not figure["met"]]
    if not missed:
        return ""
    obstacles = {(target.bar, target.name): target.obstacle for module in modules() for target in module.TARGETS}
    lines = ["## What is missed, by how much, and what stands in the way\n"]
    for figure in missed:
        lines.append(
            f"- **{figure['bar']}, {figure['name']}**: {figure['value']:.4g} ({figure['bound']}), {_by(figure)}."
        )
        obstacle = obstacles.get((figure["bar"], figure["name"]))
        if obstacle:
            lines.append(f"  {obstacle}")
    return "\n".join(lines) + "\n"


def _unmeasured(rows: list[tuple[dict[str, Any], dict[str, Any]]]) -> str:
    """Bars that no kept run has a figure for."""
    known = {(figure["bar"], figure["name"]) for figure, _ in rows}
    wanted = [one for module in modules() for one in module.TARGETS if (one.bar, one.name) not in known]
    if not wanted:
        return ""
    return "\n".join(["## Not measured yet\n", *(f"- {one.bar}, {one.name} ({one.bound})" for one in wanted)]) + "\n"


def _by(figure: dict[str, Any]) -> str:
    value, limit = figure["value"], figure["limit"]
    if not limit or not value:
        return f"by {abs(value - limit):.3g}"
    times = max(value / limit, limit / value)
    return f"{times:.2g} times" if times >= 2 else f"by {100 * (times - 1):.0f} %"


def _pictures(found: dict[str, dict[str, Any]]) -> str:
    _PLOTS.mkdir(exist_ok=True)
    lines = []
    for document in found.values():
        for plot in document["plots"]:
            name = f"{plot['name']}.svg"
            (_PLOTS / name).write_text(drawn(plot))
            lines.append(f"![{plot['title']}](plots/{name})\n")
    return "\n".join(["## Plots\n", *lines]) if lines else ""


def _details(found: dict[str, dict[str, Any]]) -> str:
    lines = ["## Behind the figures\n"]
    for document in found.values():
        lines.append(f"### {document['title']}\n")
        lines.append(f"`{document['command']}`, {document['at']}, {document['seconds']:g} s.\n")
        lines += [f"- {name}: {_shown(value)}" for name, value in document["details"].items()]
        lines += [f"- **not measured**: {name}" for name in document["missing"]]
        lines.append("")
    return "\n".join(lines)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(one)}" for name, one in value.items())
    return f"{value:.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    write()
