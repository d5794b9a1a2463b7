"""One visit of a worker to a firm, as a flow: the same steps as ``server.sync.worker.Worker._one_firm``.

Whoever changes one changes the other: no test holds the two against each other yet.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from server.domain.ids import FirmId
from server.errors import Outdated, RosError, Scope, Unavailable
from server.flow import Flow, Note, Now, want
from server.ports.store import LoadFirm
from server.sync.context import PassOptions, Portions
from server.sync.maintain import is_urgent, maintain
from server.sync.passes import run_pass
from server.sync.worker import (
    CARRYING_SECONDS,
    DATABASE_AWAY_SECONDS,
    FULL_AFTER,
    FULL_HOUR,
    LONGEST_AWAY_SECONDS,
    MAINTAIN_EVERY,
    FirmClock,
)

PUBLIC_URL = "https://ros.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnParts:
    """What the worker knows: its memory of the firm, the floor of polling, its steady clock in seconds."""

    clock: FirmClock
    poll_seconds: float
    monotonic: Callable[[], float]
    portions: Portions
    full: bool = False
    push: bool = True


def turn(firm: FirmId, parts: TurnParts) -> Flow[float]:
    """Seconds until the firm is due again. A defect comes out."""
    clock = parts.clock
    due_in = parts.poll_seconds
    began = parts.monotonic()
    try:
        if (yield from is_urgent(firm)):
            yield from _maintained(firm, parts, at_once=True)
        options = yield from _options(firm, parts)
        result = yield from run_pass(firm, options)
        clock.failures = 0
        now = yield from want(Now())
        again = result.read_again_in_seconds
        due_in = _floor(parts) - (parts.monotonic() - began) if again is None else again
        if result.due_at is not None:
            due_in = min(due_in, (result.due_at - now).total_seconds())
        due_in = max(0.0, due_in)
        yield from _maintained(firm, parts, at_once=False)
    except Outdated:
        pass
    except RosError as error:
        if isinstance(error, Unavailable) and error.scope is Scope.SERVER:
            due_in = min(due_in, DATABASE_AWAY_SECONDS)
        else:
            clock.failures += 1
            due_in = min(LONGEST_AWAY_SECONDS, 5.0 * clock.failures)
        yield from want(Note("pass_failed", (("code", error.code),), "warning"))
    return due_in


def _options(firm: FirmId, parts: TurnParts) -> Flow[PassOptions]:
    now = yield from want(Now())
    state = yield from want(LoadFirm(firm))
    last = state.sync.last_full_at
    stale = last is None or now - last > FULL_AFTER
    nightly = stale and (now.hour in FULL_HOUR or last is None or now - last > timedelta(hours=28))
    full = (nightly and last is not None) or parts.full
    trigger = "nightly" if full else "worker"
    return PassOptions(trigger=trigger, full=full, floor_seconds=_floor(parts), portions=parts.portions)


def _floor(parts: TurnParts) -> float:
    poll = parts.poll_seconds
    return poll - CARRYING_SECONDS if poll >= 5 * CARRYING_SECONDS else poll


def _maintained(firm: FirmId, parts: TurnParts, *, at_once: bool) -> Flow[None]:
    now = yield from want(Now())
    clock = parts.clock
    if not at_once and clock.maintained_at is not None and now - clock.maintained_at < MAINTAIN_EVERY:
        return
    clock.maintained_at = now
    yield from maintain(firm, PUBLIC_URL)


def portions_of(size: int) -> Portions:
    """The product's own, or such small ones that a few items make several, and a breath before each."""
    if not size:
        return Portions()
    return Portions(
        calendars=size,
        calendars_alone=size,
        unlinked=size,
        sought=size,
        links=3 * size,
        links_within=2 * size,
        urgent=size,
        breath=timedelta(seconds=size - 1),
    )
