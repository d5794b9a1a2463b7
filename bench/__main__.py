"""``python -m bench [B1 B8 …] [--quick]``: measure bars, keep the figures in ``bench/results``, renew the report.

Progress on stderr. ``--quick`` measures small and writes nothing. Ends with 3 when something could not be measured,
else with 1 when a count was missed.
"""

import argparse
import json
import logging
import os
import platform
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import structlog

from bench import report
from bench.measured import Found, Run, Target, own_cpu
from bench.registry import modules

RESULTS = Path(__file__).parent / "results"
#: What the command ends with. argparse itself takes 2.
MISSED, NOT_MEASURED = 1, 3
_ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Bars of cost and speed.")
    parser.add_argument("bars", nargs="*", help="B1 … B20, X1 … X4; all without any")
    parser.add_argument("--quick", action="store_true", help="small sizes, nothing is stored")
    arguments = parser.parse_args()
    quiet()
    try:
        chosen = modules(frozenset(arguments.bars))
    except LookupError as error:
        parser.error(str(error))
    ended = measure_all(chosen, None if arguments.quick else RESULTS)
    if not arguments.quick:
        report.write()
    return ended


def measure_all(chosen: Sequence[ModuleType], results: Path | None) -> int:
    """Measure these modules and keep what was found in the folder; None: small, and nothing is kept. The exit code."""
    missed, failed = 0, []
    for module in chosen:
        document = _measured(module, quick=results is None)
        for row in document["figures"]:
            missed += not row["met"] and row["kind"] in ("count", "virtual")
            sign = "ok    " if row["met"] else "MISSED"
            _say(f"  {sign} {row['bar']} {row['name']}: {row['value']:.4g} {row['bound']}")
        failed += document["missing"]
        if results is not None:
            _store(module, document, results)
    for name in failed:
        _say(f"FAILED, not measured: {name}")
    return NOT_MEASURED if failed else MISSED if missed else 0


def quiet() -> None:
    """The product's own log lines are no part of the figures."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.ERROR)


def _measured(module: ModuleType, *, quick: bool) -> dict[str, Any]:
    _say(f"{module.TITLE}")
    began, cpu = time.monotonic(), own_cpu()
    broken = ""
    with tempfile.TemporaryDirectory(prefix="ros-bench-") as folder:
        try:
            found: Found = module.measure(Run(folder=Path(folder), quick=quick, say=lambda text: _say(f"    {text}")))
        except Exception as error:  # noqa: BLE001  # one bar that breaks stops no other; the report names it as failed
            _say(traceback.format_exc())
            found, broken = Found(), _place_of(error)
    _say(f"  {time.monotonic() - began:.0f} s, {own_cpu() - cpu:.0f} s of CPU here")
    return {
        "title": module.TITLE,
        "figures": [
            _row(target, found.values[target.name]) for target in module.TARGETS if target.name in found.values
        ],
        "missing": [f"{one.bar}, {one.name}" for one in module.TARGETS if one.name not in found.values],
        "broken": broken,
        "details": found.details,
        "plots": [_plot(one) for one in found.plots],
        "seconds": round(time.monotonic() - began, 1),
    }


def _place_of(error: Exception) -> str:
    """What was raised, and in which function of ours: no message, which may name this machine."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if Path(one.filename).is_relative_to(_ROOT)]
    ours = [one for one in frames if ".venv" not in one.filename]
    return f"{type(error).__name__} in {ours[-1].name}" if ours else type(error).__name__


def _row(target: Target, value: float) -> dict[str, Any]:
    return {
        "bar": target.bar,
        "name": target.name,
        "value": value,
        "bound": target.bound,
        "limit": target.most if target.most is not None else target.least,
        "unit": target.unit,
        "kind": target.kind,
        "met": target.met_by(value),
        "obstacle": target.obstacle,
    }


def _plot(plot: Any) -> dict[str, Any]:
    return {name: getattr(plot, name) for name in plot.__slots__}


def _store(module: ModuleType, document: dict[str, Any], results: Path) -> None:
    """Under date and commit; a later run of the same module on the same commit and day replaces its part."""
    results.mkdir(exist_ok=True)
    now, commit = datetime.now(UTC), _commit()
    path = results / f"{now:%Y-%m-%d}-{commit.removesuffix('-dirty')}.json"
    whole: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"modules": {}}
    document |= {
        "at": now.isoformat(timespec="seconds"),
        "commit": commit,
        "command": " ".join(["python -m bench", *sys.argv[1:]]),
        "machine": machine(),
    }
    whole["modules"][module.__name__.rpartition(".")[2]] = document
    path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n")


def machine() -> dict[str, Any]:
    """What the figures were taken on, and how busy it was just then."""
    return {
        "cores": os.cpu_count(),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "load_average": [round(one, 1) for one in os.getloadavg()],
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
    }


def _commit() -> str:
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude", "*"],  # noqa: S607  # git is on the path of whoever takes figures
        cwd=_ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return found.stdout.strip() or "unknown"


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
