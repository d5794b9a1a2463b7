"""How much of Raynet may be used, by whom and when: pure decisions first, then the one holder that all threads share.

Facts: a daily budget per instance, midnight to midnight UTC, told by ``X-Ratelimit-*`` on every reply [spec]; at most 4
parallel connections per "client", whatever that is [doc]; more than 20 bad logins block the address for an hour [spec];
§2, §6, §22 no. 7.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, IntEnum, auto

from server.domain.ids import FirmId
from server.errors import Denied, Scope, Throttled
from server.raynet.codes import RaynetCode
from server.raynet.connection import RaynetConnection


class Lane(IntEnum):
    """How urgent a call is: the lower, the sooner it gets a slot and the longer it may use the budget."""

    #: Writes, and the reads that a change of somebody needs.
    USER = 0
    #: Finding out what has changed.
    POLL = 1
    #: Comparing everything; can wait.
    SWEEP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What we allow ourselves, below what Raynet allows.

    All are per process: several processes on one address share out ``per_host`` and the login figures among them.
    """

    #: Fact: 2 per instance, 3 per address at most until the scope of "4" is known, §22 no. 7.
    per_instance: int = 2
    per_host: int = 3
    #: Refused logins in a rolling hour over all firms; Raynet blocks the address at the 21st.
    refused_logins: int = 10
    #: The last of these are kept for connections that have worked, whose key may just have been revoked.
    refused_logins_untried: int = 8
    #: Shares of the day's budget kept for more urgent lanes, melting away with the day.
    poll_reserve: float = 0.10
    sweep_reserve: float = 0.25
    #: How long a call waits for a slot, in seconds.
    slot_seconds: float = 60.0
    #: How long after a refused login the one probe is allowed. A minute less than the hour after which the worker tries
    #: again, which it counts from the beginning of its pass: its try must not be refused here.
    probe_seconds: float = 3540.0
    #: After a probe that nobody answered.
    silent_probe_seconds: float = 60.0
    login_window_seconds: float = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """The day's budget of an instance as the newest reply told it."""

    limit: int
    remaining: int
    reset: datetime


# --- pure decisions -------------------------------------------------------------------------------------------------

_DAY = timedelta(days=1)
_HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


def next_midnight(now: datetime) -> datetime:
    """Fact: observed resets fall exactly on 00:00 UTC [seen], §6."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + _DAY


def quota_from(headers: Mapping[str, str], now: datetime) -> Quota | None:
    """The budget that a reply tells, None when it tells none that can be. Header names are lower case.

    A reset that is past or more than a day and an hour ahead is replaced by the next midnight UTC.
    """
    numbers = [headers.get(name, "").strip() for name in _HEADERS]
    if not all(text.isascii() and text.isdigit() and len(text) <= 12 for text in numbers[:2]):
        return None
    reset = _instant(numbers[2])
    if reset is None or not now < reset <= now + _DAY + timedelta(hours=1):
        reset = next_midnight(now)
    return Quota(limit=int(numbers[0]), remaining=int(numbers[1]), reset=reset)


def _instant(text: str) -> datetime | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 11):
        return None
    return datetime.fromtimestamp(int(text), UTC)


def newer(old: Quota | None, new: Quota) -> Quota:
    """What to believe after one more reply. Replies of parallel calls may overtake each other: within a day the budget
    only shrinks, unless the limit itself was changed."""
    if old is None or (old.reset, old.limit) != (new.reset, new.limit):
        return new
    return replace(new, remaining=min(old.remaining, new.remaining))


def wait_for_budget(quota: Quota | None, lane: Lane, in_flight: int, now: datetime, limits: Limits) -> datetime | None:
    """The instant from which the lane may send again; None = at once.

    Calls under way count as spent. A lane's reserve is a share of the limit in proportion to what is left of the day,
    so it is large in the morning and nothing at the end, and a lane that was stopped goes on later the same day.
    """
    if quota is None or now >= quota.reset:
        return None
    spare = quota.remaining - in_flight
    if spare <= 0:
        return quota.reset
    reserve = {Lane.USER: 0.0, Lane.POLL: limits.poll_reserve, Lane.SWEEP: limits.sweep_reserve}[lane] * quota.limit
    left = quota.reset - now
    if reserve * (left / _DAY) <= spare:
        return None
    # A second more, so that rounding never wakes the lane a moment too soon.
    return quota.reset - _DAY * (spare / reserve) + timedelta(seconds=1)


def may_login(*, refused: int, in_flight: int, in_flight_untried: int, is_proven: bool, limits: Limits) -> bool:
    """Whether one more call could still not break the budget of refused logins even if every call under way is refused.

    Connections that never worked cannot use it up alone.
    """
    if refused + in_flight >= limits.refused_logins:
        return False
    return is_proven or refused + in_flight_untried < limits.refused_logins_untried


def short_wait(consecutive: int) -> timedelta:
    """How long to wait after the n-th 429 in a row that the daily budget does not explain: 1, 2, 3, then up to 30 s.

    Fact: concurrency answers 429 too [doc], told apart by what remains [inferred], §6.
    """
    steps = (1, 2, 3, 10, 30)
    return timedelta(seconds=steps[min(max(consecutive, 1), len(steps)) - 1])


# --- the holder -------------------------------------------------------------------------------------------------------


class Outcome(Enum):
    """What a reply said about the connection."""

    #: Raynet accepted who we are.
    PROVEN = auto()
    #: Raynet refused who we are.
    REFUSED = auto()
    #: Nothing: no reply, a proxy's page, a 429.
    SILENT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCounts:
    """Calls sent since the last reset."""

    reads: int = 0
    writes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmGauge:
    """What ``ros status`` shows of a firm's Raynet. ``refused_since`` is set while the local breaker is open."""

    firm: FirmId
    limit: int | None
    remaining: int | None
    reset: datetime | None
    in_flight: int
    calls: CallCounts
    odd_rows: int = 0
    refused_until: datetime | None = None


@dataclass(slots=True)
class Permit:
    """One call under way. The client says what came of it before the slot is given back."""

    outcome: Outcome = Outcome.SILENT
    quota: Quota | None = None
    throttled: bool = False


@dataclass(slots=True)
class _Instance:
    """State of one instance of one host; shared by firms that use the same one."""

    quota: Quota | None = None
    in_flight: int = 0
    throttled_in_row: int = 0


@dataclass(slots=True)
class _Login:
    """What is known of a connection's credentials, for one revision of it."""

    revision: int
    is_proven: bool = False
    #: Monotonic instant of the one next probe; None = not refused.
    probe_at: float | None = None
    probing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """One call under way, as its start saw the connection."""

    login: _Login
    is_untried: bool
    is_probe: bool


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class _Waiter:
    """A call that wants a slot; the smallest goes first among those that can go."""

    lane: Lane
    ticket: int
    connection: RaynetConnection = field(compare=False)


@dataclass(slots=True)
class _Host:
    in_flight: int = 0
    waiting: list[_Waiter] = field(default_factory=list)


class Governor:
    """Lets calls through, or says until when not. One per process, for all firms; every method is thread-safe."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        limits: Limits | None = None,
    ) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._limits = limits or Limits()
        self._condition = threading.Condition()
        self._instances: dict[tuple[str, str], _Instance] = {}
        self._hosts: dict[str, _Host] = {}
        self._logins: dict[FirmId, _Login] = {}
        self._refused: deque[float] = deque()
        self._untried_in_flight = 0
        self._calls: dict[FirmId, CallCounts] = {}
        self._tickets = 0

    @contextmanager
    def slot(self, connection: RaynetConnection, lane: Lane, *, is_write: bool) -> Iterator[Permit]:
        """Hold one of the slots for one call; waits for it. Throttled or Denied when the call must not be sent at all.

        Order of the checks: credentials before budget, so that a broken connection says so.
        """
        with self._condition:
            self._wait_for_slot(connection, lane)
            call = self._begin(connection, is_write=is_write)
        permit = Permit()
        try:
            yield permit
        finally:
            with self._condition:
                self._end(connection, call, permit)
                self._condition.notify_all()

    def next_short_wait(self, connection: RaynetConnection) -> timedelta:
        """How long a 429 that the budget does not explain stops the instance."""
        with self._condition:
            return short_wait(self._instance(connection).throttled_in_row + 1)

    def gauge(self, connection: RaynetConnection) -> FirmGauge:
        with self._condition:
            instance, login = self._instance(connection), self._login(connection)
            quota = instance.quota if instance.quota and self._clock() < instance.quota.reset else None
            wait = None if login.probe_at is None else max(0.0, login.probe_at - self._monotonic())
            return FirmGauge(
                firm=connection.firm,
                limit=quota.limit if quota else None,
                remaining=quota.remaining if quota else None,
                reset=quota.reset if quota else None,
                in_flight=instance.in_flight,
                calls=self._calls.get(connection.firm, CallCounts()),
                refused_until=None if wait is None else self._clock() + timedelta(seconds=wait),
            )

    def counters(self, firm: FirmId) -> CallCounts:
        with self._condition:
            return self._calls.get(firm, CallCounts())

    def reset_counters(self, firm: FirmId) -> CallCounts:
        """The counts so far; from now on they start at nothing."""
        with self._condition:
            return self._calls.pop(firm, CallCounts())

    # -- below: the condition is held --------------------------------------------------------------------------------

    def _wait_for_slot(self, connection: RaynetConnection, lane: Lane) -> None:
        host = self._host(connection)
        self._tickets += 1
        me = _Waiter(lane=lane, ticket=self._tickets, connection=connection)
        patience = self._monotonic() + self._limits.slot_seconds
        host.waiting.append(me)
        try:
            while True:
                self._refuse_hopeless(connection, lane)
                if self._is_next(me, host):
                    return
                woken = self._condition.wait(self._limits.slot_seconds)
                if not woken or self._monotonic() >= patience:
                    raise Throttled(
                        until=self._clock() + short_wait(1), scope=Scope.FIRM, status=None, detail="no_slot"
                    )
        finally:
            host.waiting.remove(me)
            self._condition.notify_all()

    def _refuse_hopeless(self, connection: RaynetConnection, lane: Lane) -> None:
        """Raise when waiting for a slot would not help."""
        login = self._login(connection)
        if login.probe_at is not None and (login.probing or self._monotonic() < login.probe_at):
            raise Denied(RaynetCode.CREDENTIALS, scope=Scope.FIRM, detail="breaker")
        if not self._may_login(login, in_flight=0, in_flight_untried=0):
            raise Denied(RaynetCode.LOGIN_BUDGET, scope=Scope.SERVER, detail="breaker")
        instance = self._instance(connection)
        until = wait_for_budget(instance.quota, lane, instance.in_flight, self._clock(), self._limits)
        if until is not None:
            raise Throttled(until=until, scope=Scope.FIRM, status=None, detail=f"reserve_{lane.name.lower()}")

    def _is_next(self, me: _Waiter, host: _Host) -> bool:
        if host.in_flight >= self._limits.per_host:
            return False
        return me is next((waiter for waiter in sorted(host.waiting) if self._can_go(waiter)), None)

    def _can_go(self, waiter: _Waiter) -> bool:
        """Whether its instance has a slot. A connection that has not worked yet tries with one call at a time."""
        login = self._login(waiter.connection)
        slots = self._limits.per_instance if login.is_proven else 1
        in_flight = sum(host.in_flight for host in self._hosts.values())
        return self._instance(waiter.connection).in_flight < slots and self._may_login(
            login, in_flight=in_flight, in_flight_untried=self._untried_in_flight
        )

    def _may_login(self, login: _Login, *, in_flight: int, in_flight_untried: int) -> bool:
        horizon = self._monotonic() - self._limits.login_window_seconds
        while self._refused and self._refused[0] <= horizon:
            self._refused.popleft()
        return may_login(
            refused=len(self._refused),
            in_flight=in_flight,
            in_flight_untried=in_flight_untried,
            is_proven=login.is_proven,
            limits=self._limits,
        )

    def _begin(self, connection: RaynetConnection, *, is_write: bool) -> _Call:
        login = self._login(connection)
        call = _Call(login=login, is_untried=not login.is_proven, is_probe=login.probe_at is not None)
        login.probing = call.is_probe
        self._instance(connection).in_flight += 1
        self._host(connection).in_flight += 1
        self._untried_in_flight += call.is_untried
        counts = self._calls.get(connection.firm, CallCounts())
        self._calls[connection.firm] = CallCounts(reads=counts.reads + (not is_write), writes=counts.writes + is_write)
        return call

    def _end(self, connection: RaynetConnection, call: _Call, permit: Permit) -> None:
        instance = self._instance(connection)
        instance.in_flight -= 1
        self._host(connection).in_flight -= 1
        self._untried_in_flight -= call.is_untried
        if permit.quota is not None:
            instance.quota = newer(instance.quota, permit.quota)
        elif instance.quota is not None:
            # Nobody said whether this call was counted; take it that it was.
            instance.quota = replace(instance.quota, remaining=max(0, instance.quota.remaining - 1))
        if permit.throttled:
            instance.throttled_in_row += 1
        elif permit.outcome is Outcome.PROVEN:
            instance.throttled_in_row = 0
        self._learn(call, permit.outcome)

    def _learn(self, call: _Call, outcome: Outcome) -> None:
        """What the reply said about the credentials. A success of an older call does not close an open breaker."""
        login, now = call.login, self._monotonic()
        if call.is_probe:
            login.probing = False
        if outcome is Outcome.REFUSED:
            self._refused.append(now)
            login.is_proven = False
            login.probe_at = now + self._limits.probe_seconds
        elif outcome is Outcome.PROVEN and (call.is_probe or login.probe_at is None):
            login.is_proven = True
            login.probe_at = None
        elif call.is_probe:
            login.probe_at = now + self._limits.silent_probe_seconds

    def _login(self, connection: RaynetConnection) -> _Login:
        known = self._logins.get(connection.firm)
        if known is None or known.revision != connection.revision:
            known = self._logins[connection.firm] = _Login(revision=connection.revision)
        return known

    def _instance(self, connection: RaynetConnection) -> _Instance:
        return self._instances.setdefault((connection.host, connection.instance.lower()), _Instance())

    def _host(self, connection: RaynetConnection) -> _Host:
        return self._hosts.setdefault(connection.host, _Host())
