"""From a failing history to a short script that fails in the same way.

Delta debugging over deeds, then mishaps, then accidents, then the world (firms, workers, readings, rules), then times.
Every candidate is a whole new life, so nothing has to be undone.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from tests.histories.play import Outcome, play
from tests.histories.script import Deed, FirmPlan, Script
from tests.histories.workload import Weather, history

T = TypeVar("T")
#: Times a seed of the schedule is changed to keep a failure that lost its interleaving.
SCHEDULES = 4


def kind_of(problem: str) -> str:
    """What kind of problem it is: its sentence without numbers and ids."""
    return re.sub(r"[0-9a-f]{6,}|[0-9]+", "#", problem.split(": ")[0])[:80]


class Shrinker:
    """Shrinks one script towards the first kind of its problems."""

    def __init__(self, kinds: frozenset[str], seconds: float = 60.0) -> None:
        self._kinds = kinds
        self._until = time.monotonic() + seconds
        self.runs = 0

    def fails(self, script: Script) -> bool:
        """Whether it still fails in the same way."""
        if time.monotonic() > self._until:
            return False
        self.runs += 1
        try:
            found = play(script).problems
        except Exception as error:  # noqa: BLE001  # a harness that breaks is a failure of its own kind
            found = [f"broken {type(error).__name__}"]
        return any(kind_of(one) in self._kinds for one in found)

    def shrink(self, script: Script) -> Script:
        before: object = None
        while before != script:
            before = script
            script = self._many(script, script.deeds, lambda s, rows: replace(s, deeds=rows))
            script = self._many(script, script.mishaps, lambda s, rows: replace(s, mishaps=rows))
            script = self._many(script, script.accidents, lambda s, rows: replace(s, accidents=rows))
            script = self._world(script)
            script = self._deeds(script)
            script = self._times(script)
        return script

    def _many(self, script: Script, rows: Sequence[T], put: Callable[[Script, tuple[T, ...]], Script]) -> Script:
        """ddmin."""
        kept = tuple(rows)
        size = max(1, len(kept) // 2)
        while kept and size >= 1:
            place, shorter = 0, False
            while place < len(kept):
                candidate = kept[:place] + kept[place + size :]
                fits = self._kept(put(script, candidate))
                if fits is not None:
                    kept, script, shorter = candidate, fits, True
                else:
                    place += size
            size = size if shorter and size > 1 else size // 2
        return put(script, kept)

    def _kept(self, script: Script) -> Script | None:
        """The script where it fails, under this schedule."""
        return script if self.fails(script) else None

    def _world(self, script: Script) -> Script:
        candidates: list[Callable[[Script], Script]] = [
            lambda s: replace(s, workers=1),
            lambda s: replace(s, push=0.0, push_delay_ms=Script().push_delay_ms),
            lambda s: replace(s, poll_seconds=15.0),
            lambda s: replace(s, portions=0),
            lambda s: replace(s, start=Script().start),
            _without_last_firm,
        ]
        candidates += [partial(_without_reading, name=name) for name in script.switches]
        for number, plan in enumerate(script.firms):
            candidates += [partial(_firm, number=number, change=partial(_less_rule, name=name)) for name in plan.rules]
            candidates += [
                partial(_firm, number=number, change=partial(_less_switch, name=name)) for name in plan.switches
            ]
            candidates.append(partial(_firm, number=number, change=_fewer))
            candidates.append(partial(_firm, number=number, change=_seated))
        for change in candidates:
            try:
                candidate = change(script)
            except IndexError:
                continue
            if candidate != script and self.fails(candidate):
                script = candidate
        return script

    def _deeds(self, script: Script) -> Script:
        """Fewer words in each deed."""
        for place, deed in enumerate(script.deeds):
            for name in deed.args:
                current = script.deeds[place]
                less = {key: value for key, value in current.args.items() if key != name}
                script = self._instead(script, place, replace(current, args=less))
            if script.deeds[place].who:
                script = self._instead(script, place, replace(script.deeds[place], who=0))
        return script

    def _instead(self, script: Script, place: int, deed: Deed) -> Script:
        candidate = replace(script, deeds=(*script.deeds[:place], deed, *script.deeds[place + 1 :]))
        try:
            return candidate if self.fails(candidate) else script
        except KeyError:
            return script

    def _times(self, script: Script) -> Script:
        for place, deed in enumerate(script.deeds):
            for at in (0, deed.at_ms // 1000 * 1000):
                if at != deed.at_ms and (not place or at >= script.deeds[place - 1].at_ms):
                    script = self._instead(script, place, replace(deed, at_ms=at))
                    break
        for calm in (15_000, 30_000, 60_000):
            if calm < script.calm_ms and max(_moments(script), default=0) < calm:
                candidate = replace(script, calm_ms=calm)
                if self.fails(candidate):
                    return candidate
        return script


def _moments(script: Script) -> list[int]:
    return [one.at_ms for one in script.deeds] + [one.at_ms for one in script.accidents]


def _without_last_firm(script: Script) -> Script:
    last = len(script.firms) - 1
    if last < 1:
        return script
    return replace(
        script,
        firms=script.firms[:-1],
        deeds=tuple(one for one in script.deeds if one.firm != last),
        mishaps=tuple(one for one in script.mishaps if one.firm != last),
    )


def _firm(script: Script, number: int, change: Callable[[FirmPlan], FirmPlan]) -> Script:
    plan = change(script.firms[number])
    return replace(script, firms=(*script.firms[:number], plan, *script.firms[number + 1 :]))


def _without_reading(script: Script, name: str) -> Script:
    return replace(script, switches={key: value for key, value in script.switches.items() if key != name})


def _fewer(plan: FirmPlan) -> FirmPlan:
    return replace(plan, people=max(1, plan.people - 1))


def _seated(plan: FirmPlan) -> FirmPlan:
    return replace(plan, seatless=0)


def _less_rule(plan: FirmPlan, name: str) -> FirmPlan:
    return replace(plan, rules={key: value for key, value in plan.rules.items() if key != name})


def _less_switch(plan: FirmPlan, name: str) -> FirmPlan:
    return replace(plan, switches={key: value for key, value in plan.switches.items() if key != name})


def shrunk(seed: int, *, seconds: float = 60.0) -> tuple[Script, Outcome]:
    """The short script of a failing seed, and what comes of it."""
    script, weather = history(seed)
    found = play(script, weather)
    return shrink_script(found.script, found.problems, seconds=seconds)


def shrink_script(script: Script, problems: Sequence[str], *, seconds: float = 60.0) -> tuple[Script, Outcome]:
    """As :func:`shrunk`, of a script that is known to fail with these problems."""
    shrinker = Shrinker(frozenset({kind_of(problems[0])}), seconds)
    short = shrinker.shrink(script) if shrinker.fails(script) else script
    return short, play(short)


__all__ = ["Shrinker", "Weather", "kind_of", "shrink_script", "shrunk"]
