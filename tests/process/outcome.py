"""What a process test measured, and whether it meets its marks."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.process.checker import Verdict

_ROOT = Path(__file__).resolve().parents[2]
RESULTS = _ROOT / "bench" / "process" / "results"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """``value`` must not be above ``most`` (or below ``least``). Marks of time bind only where figures are taken."""

    name: str
    value: float
    most: float | None = None
    least: float | None = None
    of_time: bool = False

    @property
    def met(self) -> bool:
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    def __str__(self) -> str:
        bound = f"<= {self.most:g}" if self.most is not None else f">= {self.least:g}"
        sign = "ok  " if self.met else ("SLOW" if self.of_time else "FAIL")
        return f"{sign} {self.name}: {self.value:g} ({bound})"


@dataclass(slots=True)
class Outcome:
    """Of one run of one test."""

    test: str
    backend: str
    figures: dict[str, object] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def mark(
        self,
        name: str,
        value: float,
        *,
        most: float | None = None,
        least: float | None = None,
        of_time: bool = False,
    ) -> None:
        self.marks.append(Mark(name=name, value=value, most=most, least=least, of_time=of_time))

    def judge(self, verdict: Verdict) -> None:
        """The marks that hold for every test, and the counts behind them."""
        wrong = verdict.wrong()
        for name in ("lost", "duplicates", "resurrected", "echoes", "stale_writes", "leaks", "trespasses", "mails"):
            self.mark(name, wrong.get(name, 0), most=0)
        self.figures |= {
            "writes_raynet": verdict.writes["raynet"],
            "writes_graph": verdict.writes["graph"],
            "empty_writes": verdict.empty_writes,
            "extra_creates": verdict.extra_creates,
        }
        self.notes += verdict.examples()

    def failed(self, *, with_time: bool = False) -> list[str]:
        """Marks that were missed; those of time only where asked for."""
        return [str(one) for one in self.marks if not one.met and (with_time or not one.of_time)]

    def show(self) -> str:
        lines = [f"{self.test} {self.backend}"]
        lines += [f"  {name}: {_shown(value)}" for name, value in self.figures.items()]
        lines += [f"  {mark}" for mark in self.marks]
        return "\n".join(lines + [f"  ! {note}" for note in self.notes])

    def write(self, command: Sequence[str], folder: Path = RESULTS) -> Path:
        """As JSON with machine, commit and command, under the test's and the back end's name."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.test}-{self.backend}.json"
        document = {
            "test": self.test,
            "backend": self.backend,
            "command": " ".join(command),
            "commit": _commit(),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "figures": self.figures,
            "marks": [
                {"name": m.name, "value": m.value, "most": m.most, "least": m.least, "time": m.of_time, "met": m.met}
                for m in self.marks
            ],
            "notes": self.notes,
        }
        path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
        return path


def machine() -> dict[str, object]:
    """What the figures were taken on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return {
        "cores": os.cpu_count(),
        "memory_mib": memory,
        "load_average": [round(one, 1) for one in os.getloadavg()],
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": sys.version.split()[0],
    }


def percentile(values: Sequence[float], share: float) -> float:
    """0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def _commit() -> str:
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude", "*"],  # noqa: S607  # git is on the path of whoever takes figures
        cwd=_ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return found.stdout.strip() or "unknown"


def _shown(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value
