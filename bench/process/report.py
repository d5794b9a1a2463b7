"""``python -m bench.process.report``: the measured figures as one table, from the results beside this file."""

import json
import sys
from pathlib import Path

_RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Markdown on stdout; one row for each mark."""
    lines = ["| test | mark | value | bound | met | commit, load of the machine |", "|---|---|---|---|---|---|"]
    for path in sorted(_RESULTS.glob("*.json"), key=lambda one: (len(one.name.split("-")[0]), one.name)):
        found = json.loads(path.read_text())
        where = f"{found['commit']}, {found['machine']['load_average'][0]}"
        for mark in found["marks"]:
            bound = f"≤ {mark['most']:g}" if mark["most"] is not None else f"≥ {mark['least']:g}"
            met = "yes" if mark["met"] else ("too slow" if mark["time"] else "**no**")
            row = (f"{found['test']} {found['backend']}", mark["name"], f"{mark['value']:.4g}", bound, met, where)
            lines.append("| " + " | ".join(row) + " |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
