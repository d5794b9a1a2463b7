"""What happens in one history, readable and in JSON: the world, what people do, which calls fail, what befalls workers.

A script says everything by name and instant, never by the position of a random number, so that a shrunk one still tells
its story after the code around it has changed. Latencies and interleavings come from ``schedule``.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmPlan:
    """A firm: its people (the last ``seatless`` of them have no seat), rules, and readings of its Raynet."""

    people: int = 2
    seatless: int = 0
    rules: Mapping[str, str] = field(default_factory=dict)
    switches: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something a person does: ``who`` of firm ``firm``, to the item of that slot where the deed concerns one."""

    at_ms: int
    firm: int
    who: int
    what: str
    slot: int = 0
    args: Arguments = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """A fault at the ``skip``-th call of the firm's n-th operation of this kind (from 1)."""

    firm: int
    op: str
    number: int
    fault: str
    skip: int = 0
    later_ms: int | None = None
    retry_after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accident:
    """What befalls a worker: ``kill`` (a new process ``lasts_ms`` later), ``pause``, ``skew`` (of its clock).

    ``at_ms`` is a moment; ``step`` instead a yield point, counted over the whole history (from 1), for kills.
    """

    worker: int
    what: str
    at_ms: int = 0
    step: int = 0
    lasts_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One history. Instants are milliseconds from its start; ``calm_ms`` ends all faults and accidents."""

    start: str = "2026-03-02T09:00:00+00:00"
    schedule: int = 0
    firms: tuple[FirmPlan, ...] = (FirmPlan(),)
    workers: int = 1
    poll_seconds: float = 15.0
    #: Rows of a page and calendars of a portion, so that a first meeting takes several; 0: as many as there are.
    portions: int = 0
    #: Readings of Graph.
    switches: Mapping[str, Any] = field(default_factory=dict)
    #: Push: share of announcements that come, and how late at most. 0 = no push.
    push: float = 0.0
    push_delay_ms: int = 4_000
    deeds: tuple[Deed, ...] = ()
    mishaps: tuple[Mishap, ...] = ()
    accidents: tuple[Accident, ...] = ()
    calm_ms: int = 120_000

    def to_json(self) -> str:
        """Readable JSON, one deed, mishap or accident a line; defaults left out."""
        plain = _bare(asdict(self), asdict(Script()))
        lines = []
        for name, value in plain.items():
            if isinstance(value, list | tuple) and value and isinstance(value[0], dict):
                rows = ",\n  ".join(json.dumps(_trim(name, row), ensure_ascii=False) for row in value)
                lines.append(f' "{name}": [\n  {rows}]')
            else:
                lines.append(f' "{name}": {json.dumps(value, ensure_ascii=False)}')
        return "{\n" + ",\n".join(lines) + "\n}\n"

    @classmethod
    def from_json(cls, text: str) -> "Script":
        plain = json.loads(text)
        made: dict[str, Any] = {}
        for name, value in plain.items():
            kind = _PARTS.get(name)
            made[name] = tuple(kind(**row) for row in value) if kind is not None else value
        made.pop("about", None)
        return cls(**made)

    @classmethod
    def load(cls, path: Path) -> "Script":
        return cls.from_json(path.read_text(encoding="utf-8"))

    def size(self) -> tuple[int, int, int]:
        return len(self.deeds), len(self.mishaps), len(self.accidents)


_PARTS: dict[str, Any] = {"firms": FirmPlan, "deeds": Deed, "mishaps": Mishap, "accidents": Accident}
_BLANKS: dict[str, dict[str, Any]] = {
    "firms": asdict(FirmPlan()),
    "deeds": asdict(Deed(at_ms=-1, firm=-1, who=-1, what="")),
    "mishaps": asdict(Mishap(firm=-1, op="", number=0, fault="")),
    "accidents": asdict(Accident(worker=-1, what="")),
}


def _bare(plain: dict[str, Any], blank: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in plain.items() if value != blank.get(name)}


def _trim(name: str, row: dict[str, Any]) -> dict[str, Any]:
    return _bare(row, _BLANKS[name])


def with_schedule(script: Script, schedule: int) -> Script:
    return replace(script, schedule=schedule)
