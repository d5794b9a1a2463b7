"""Faults between a client and a simulated system: lost requests and replies, late and double effects, wrong answers.

A rule says which calls it matches, when it fires and what happens then. The layer keeps the truth: whether the request
reached the system stands in the outcome, for tests only; a client sees what a client would see.
"""

import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never

from simulator.replies import cut_list, html_page, malformed, truncated, with_status
from simulator.wire import Clock, SimHandler, SimRequest, SimResponse

System = Literal["raynet", "graph", "entra", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which calls; every given condition must hold. ``path`` is searched as a regular expression.

    An entry of a Graph ``$batch`` counts as a call of its own (``/graph/v1.0/users/...``), but only for rules with a
    ``path``: rules without one mean whole HTTP requests.
    """

    system: System | None = None
    host: str | None = None
    method: str | None = None
    path: str | None = None
    body: Callable[[bytes], bool] | None = None

    def fits(self, system: System, request: SimRequest, *, is_entry: bool = False) -> bool:
        return (
            not (is_entry and self.path is None)
            and self.system in (None, system)
            and self.host in (None, request.host)
            and self.method in (None, request.method)
            and (self.path is None or re.search(self.path, request.path) is not None)
            and (self.body is None or self.body(request.body))
        )


# -- what happens --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DropRequest:
    """The request never arrives: connection error, not applied."""


@dataclass(frozen=True, slots=True)
class DropReply:
    """The request is applied, the reply is lost: the client runs into its read time-out or a reset."""

    reset: bool = False


@dataclass(frozen=True, slots=True)
class LateEffect:
    """The client gets an error now (``status``, or a time-out for None), the request is applied after ``seconds``."""

    seconds: float
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Twice:
    """The request is applied, answered, and applied once more after ``seconds`` (0 = at once)."""

    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Status:
    """The system answers with this status. ``applied`` True: it had done the work before."""

    status: int
    retry_after: int | None = None
    applied: bool = False


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """An HTML page with status 200 in place of the reply, as proxies and maintenance pages do; not applied."""

    status: int = 200


@dataclass(frozen=True, slots=True)
class CutJson:
    """The reply's JSON ends in the middle."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """The reply is well-formed JSON of a shape nobody promised: the envelope without its content."""


@dataclass(frozen=True, slots=True)
class CutPage:
    """A list keeps its first ``keep`` rows although totalCount, nextLink or deltaLink say otherwise."""

    keep: int


@dataclass(frozen=True, slots=True)
class EmptyList:
    """A list without rows that looks consistent (totalCount 0)."""


@dataclass(frozen=True, slots=True)
class Delay:
    """The reply takes this much longer; beyond the client's time-out it is lost for the client though applied."""

    seconds: float


_BentReply = Status | HtmlPage | CutJson | Malformed | CutPage | EmptyList | Delay
Action = DropRequest | DropReply | LateEffect | Twice | _BentReply


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """``skip`` matching calls pass first, then it fires up to ``times`` times (None = for ever), each by ``chance``.

    The third matching call only: ``skip=2, times=1``. The next two: ``times=2``.
    """

    name: str
    match: Match
    action: Action
    skip: int = 0
    times: int | None = None
    chance: float = 1.0


# -- what the client sees ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer that arrives, after ``delay_seconds`` on top of the usual."""

    response: SimResponse
    delay_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """No answer arrives. ``how``: connect = never reached, reset = connection broken, timeout = silence."""

    how: Literal["connect", "reset", "timeout"]
    applied: bool
    delay_seconds: float = 0.0


Outcome = Reply | Lost
Handle = Callable[[SimRequest], SimResponse]


@dataclass(slots=True)
class _Armed:
    """A rule with its counters."""

    rule: Rule
    seen: int = 0
    fired: int = 0


@dataclass(slots=True, order=True)
class _Pending:
    """A request that takes effect later."""

    due_at: datetime
    number: int
    request: SimRequest = field(compare=False)
    handle: Handle = field(compare=False)


class FaultLayer:
    """Stands before a handler. Not thread-safe: the owner of the world serialises access."""

    def __init__(self, handler: SimHandler, clock: Clock, *, seed: int = 0) -> None:
        self._handler = handler
        self._clock = clock
        self._random = random.Random(f"{seed}:faults")
        self._armed: dict[str, _Armed] = {}
        self._pending: list[_Pending] = []
        self._number = 0
        #: How often each rule fired.
        self.fired: Counter[str] = Counter()
        #: How often each kind of fault met each kind of call: (action class, system, method).
        self.met: Counter[tuple[str, System, str]] = Counter()
        #: Late or second effects that took place.
        self.late_effects = 0

    def add(self, rule: Rule) -> None:
        """Arms a rule; one of the same name is replaced."""
        self._armed[rule.name] = _Armed(rule)

    def remove(self, name: str) -> bool:
        return self._armed.pop(name, None) is not None

    def clear(self) -> None:
        """Disarms all rules. Effects already on their way still come."""
        self._armed.clear()

    def rules(self) -> list[Rule]:
        return [armed.rule for armed in self._armed.values()]

    def pending(self) -> int:
        return len(self._pending)

    def next_effect_at(self) -> datetime | None:
        return min((pending.due_at for pending in self._pending), default=None)

    def advance(self) -> int:
        """Applies late effects whose time has come, oldest first; gives their number."""
        now = self._clock()
        due = sorted(pending for pending in self._pending if pending.due_at <= now)
        self._pending = [pending for pending in self._pending if pending.due_at > now]
        for pending in due:
            pending.handle(pending.request)
            self.late_effects += 1
        return len(due)

    def exchange(self, request: SimRequest) -> Outcome:
        """One call through all faults. Delays add up; of the other faults the first rule that fires decides."""
        self.advance()
        decisive, delay = self._struck_by(request, is_entry=False)
        if decisive is None:
            return Reply(response=self._handler.handle(request), delay_seconds=delay)
        return self._applied(decisive, request, self._handler.handle, delay)

    def entry(self, request: SimRequest, handle: Handle) -> SimResponse:
        """One entry of a Graph ``$batch``: what would be lost on the wire is a 504 there, delays are none."""
        whole = replace(request, path=f"/graph{request.path}")
        decisive, _ = self._struck_by(whole, is_entry=True)
        if decisive is None:
            return handle(request)
        outcome = self._applied(decisive, whole, lambda late: handle(replace(late, path=request.path)), 0.0)
        return outcome.response if isinstance(outcome, Reply) else with_status(whole, 504, None)

    def _struck_by(self, request: SimRequest, *, is_entry: bool) -> tuple[Rule | None, float]:
        system = system_of(request.path)
        delay, decisive = 0.0, None
        for armed in list(self._armed.values()):
            if not armed.rule.match.fits(system, request, is_entry=is_entry):
                continue
            armed.seen += 1
            is_delay = isinstance(armed.rule.action, Delay)
            if (decisive is not None and not is_delay) or not self._fires(armed):
                continue
            self.fired[armed.rule.name] += 1
            self.met[type(armed.rule.action).__name__, system, request.method] += 1
            if isinstance(armed.rule.action, Delay):
                delay += armed.rule.action.seconds
            else:
                decisive = armed.rule
        return decisive, delay

    def _fires(self, armed: _Armed) -> bool:
        rule = armed.rule
        if armed.seen <= rule.skip or (rule.times is not None and armed.fired >= rule.times):
            return False
        if rule.chance < 1.0 and self._random.random() >= rule.chance:
            return False
        armed.fired += 1
        return True

    def _applied(self, rule: Rule, request: SimRequest, handle: Handle, delay: float) -> Outcome:
        action = rule.action
        match action:
            case DropRequest():
                return Lost(how="connect", applied=False, delay_seconds=delay)
            case DropReply():
                handle(request)
                return Lost(how="reset" if action.reset else "timeout", applied=True, delay_seconds=delay)
            case LateEffect():
                self._later(request, handle, action.seconds)
                if action.status is None:
                    return Lost(how="timeout", applied=False, delay_seconds=delay)
                return Reply(response=with_status(request, action.status, None), delay_seconds=delay)
            case Twice():
                first = handle(request)
                if action.seconds > 0:
                    self._later(request, handle, action.seconds)
                else:
                    handle(request)
                    self.late_effects += 1
                return Reply(response=first, delay_seconds=delay)
        return Reply(response=_bent(action, request, handle), delay_seconds=delay)

    def _later(self, request: SimRequest, handle: Handle, seconds: float) -> None:
        self._number += 1
        due_at = self._clock() + timedelta(seconds=seconds)
        self._pending.append(_Pending(due_at=due_at, number=self._number, request=request, handle=handle))


def _bent(action: _BentReply, request: SimRequest, handle: Handle) -> SimResponse:
    match action:
        case Status():
            if action.applied:
                handle(request)
            return with_status(request, action.status, action.retry_after)
        case HtmlPage():
            return html_page(action.status)
        case CutJson():
            return truncated(handle(request))
        case Malformed():
            return malformed(handle(request))
        case CutPage():
            return cut_list(handle(request), action.keep)
        case EmptyList():
            return cut_list(handle(request), None)
        case Delay():
            return handle(request)
    assert_never(action)


def system_of(path: str) -> System:
    """Which simulated system a path belongs to."""
    head = path.lstrip("/").split("/", 1)[0]
    systems: dict[str, System] = {"raynet": "raynet", "graph": "graph", "entra": "entra"}
    return systems.get(head, "other")
