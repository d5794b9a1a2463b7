"""``python -m bench.report``: tables and plots of the newest figures of each bar, into ``README.md`` and ``plots/``."""

import json
from collections import defaultdict
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


def write(results: Path = _RESULTS, page: Path = _PAGE, plots: Path = _PLOTS) -> None:
    """Newest stored figures of each module, and which could not be measured when it was last tried."""
    runs = _runs(results)
    whole = {name: [one for one in some if is_whole(one)] for name, some in runs.items()}
    found = {name: some[-1] for name, some in whole.items() if some}
    failed = [some[-1] for some in runs.values() if not is_whole(some[-1])]
    rows = [(figure, document) for document in found.values() for figure in document["figures"]]
    rows.sort(key=lambda row: (row[0]["bar"][0], int(row[0]["bar"][1:])))
    parts = [
        _INTRODUCTION,
        _summary(rows),
        _failed(failed),
        _table(rows),
        _missed(rows),
        _unmeasured(rows),
        _pictures(found, plots),
        _details(found),
    ]
    page.write_text("\n".join(part for part in parts if part))


def is_whole(document: dict[str, Any]) -> bool:
    """Whether the run found a figure for each of its targets."""
    return not document["missing"] and not document.get("broken")


def _runs(results: Path) -> dict[str, list[dict[str, Any]]]:
    """By module, the last one last."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path in results.glob("*.json"):
        for name, document in json.loads(path.read_text())["modules"].items():
            found[name].append(document)
    return {name: sorted(runs, key=lambda one: str(one["at"])) for name, runs in sorted(found.items())}


def _summary(rows: list[tuple[dict[str, Any], dict[str, Any]]]) -> str:
    met = sum(figure["met"] for figure, _ in rows)
    return f"**{met} of {len(rows)} targets are met.**\n"


def _failed(failed: list[dict[str, Any]]) -> str:
    if not failed:
        return ""
    lines = ["## Failed when last measured\n", "The figures below are those of the run before, where there is one.\n"]
    for document in failed:
        why = document.get("broken") or "no figure"
        lines.append(f"- **{document['title']}**: {why}, {document['at']}, {document['commit']}")
        lines += [f"  - {name}" for name in document["missing"]]
    return "\n".join(lines) + "\n"


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


def _pictures(found: dict[str, dict[str, Any]], plots: Path) -> str:
    plots.mkdir(exist_ok=True)
    lines = []
    for document in found.values():
        for plot in document["plots"]:
            name = f"{plot['name']}.svg"
            (plots / name).write_text(drawn(plot))
            lines.append(f"![{plot['title']}](plots/{name})\n")
    if (plots / "flame.svg").exists():
        lines.append("![CPU of a busy pass](plots/flame.svg)\n\nThe flame graph is made by `python -m bench.flame`.\n")
    return "\n".join(["## Plots\n", *lines]) if lines else ""


def _details(found: dict[str, dict[str, Any]]) -> str:
    lines = ["## Behind the figures\n"]
    for document in found.values():
        lines.append(f"### {document['title']}\n")
        lines.append(f"`{document['command']}`, {document['at']}, {document['seconds']:g} s.\n")
        lines += [f"- {name}: {_shown(value)}" for name, value in document["details"].items()]
        lines.append("")
    return "\n".join(lines)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(one)}" for name, one in value.items())
    return f"{value:.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    write()
