"""Who gets through: slots over threads, refused logins over firms, the local breaker, what is shown of it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from server.domain.ids import FirmId
from server.errors import Denied, Scope, Throttled, Unavailable
from server.ports.raynet import ListWebhooks, NewestActivities, Probe
from server.raynet.connection import RaynetConnection
from server.raynet.quota import Governor, Lane, Limits, Outcome
from simulator.clock import ManualClock
from simulator.raynet.populate import add_api_key, add_user
from tests.server.raynet.scripted import Canned, Odd, connection, scripted
from tests.server.raynet.simulated import FIRM, START, Seconds, simulated

EMPTY = Canned(body={"success": True, "totalCount": 0, "data": []})
REFUSED = Canned(status=401, body={"type": "BadCredentialsException", "message": "Bad credentials"})


def poll(firm: int = 1) -> NewestActivities:
    return NewestActivities(FirmId(firm), 0, 10)


def code_of(odd: Odd, op: object) -> str:
    """What an operation is refused with; it must be refused."""
    with pytest.raises(Denied) as caught:
        odd.perform(op)
    return caught.value.code


# --- credentials ------------------------------------------------------------------------------------------------------


def test_after_the_first_refusal_a_connection_sends_nothing_for_an_hour_and_then_one_probe() -> None:
    odd = scripted(REFUSED)
    with pytest.raises(Denied) as caught:
        odd.perform(poll())
    assert (caught.value.code, caught.value.scope, caught.value.status) == ("raynet_credentials", Scope.FIRM, 401)
    for op in (poll(), Probe(FIRM), ListWebhooks(FIRM)):
        assert code_of(odd, op) == "raynet_credentials"
    assert len(odd.transport.requests) == 1
    assert odd.gateway.gauge(FIRM).refused_until == START + timedelta(minutes=59)
    odd.clock.advance(hours=1)
    assert code_of(odd, poll()) == "raynet_credentials"
    assert code_of(odd, poll()) == "raynet_credentials"
    assert len(odd.transport.requests) == 2


def test_a_successful_probe_closes_the_breaker() -> None:
    odd = scripted(REFUSED, EMPTY)
    assert code_of(odd, poll()) == "raynet_credentials"
    odd.clock.advance(hours=1)
    assert odd.perform(poll()).total == 0
    assert odd.perform(poll()).total == 0
    assert odd.gateway.gauge(FIRM).refused_until is None


def test_a_probe_that_nobody_answers_is_repeated_after_a_minute() -> None:
    odd = scripted(REFUSED, Canned(status=503, body=b""), EMPTY)
    assert code_of(odd, poll()) == "raynet_credentials"
    odd.clock.advance(hours=1)
    with pytest.raises(Unavailable):
        odd.perform(poll())
    assert code_of(odd, poll()) == "raynet_credentials"
    odd.clock.advance(minutes=1)
    assert odd.perform(poll()).total == 0


def test_a_changed_connection_may_try_at_once() -> None:
    odd = scripted(REFUSED, EMPTY)
    assert code_of(odd, poll()) == "raynet_credentials"
    odd.connections[FIRM] = connection(1, revision=2)
    assert odd.perform(poll()).total == 0


def test_one_firms_bad_key_stops_no_other_firm() -> None:
    odd = scripted(EMPTY, REFUSED, EMPTY)
    odd.perform(poll(2))
    assert code_of(odd, poll(1)) == "raynet_credentials"
    assert odd.perform(poll(2)).total == 0


def test_all_firms_together_never_reach_the_block() -> None:
    sim = simulated()
    healthy = sim.connections[FIRM]
    sim.perform(poll())
    for firm in range(2, 40):
        sim.connections[FirmId(firm)] = RaynetConnection(
            firm=FirmId(firm), base_url=healthy.base_url, instance="acme", user=healthy.user, key=f"wrong-{firm}"
        )
    codes = []
    for _ in range(3):
        for firm in range(2, 40):
            with pytest.raises(Denied) as caught:
                sim.perform(poll(firm))
            codes.append((caught.value.code, caught.value.scope))
    assert sim.service.bad_logins.total() == 8
    assert codes.count(("raynet_login_budget", Scope.SERVER)) == 3 * 30
    assert sim.perform(poll()).total == 0
    sim.ui.revoke_key("ROS")
    with pytest.raises(Denied):
        sim.perform(poll())
    assert sim.service.bad_logins.total() == 9


def test_the_budget_of_refused_logins_rolls_over_the_hour() -> None:
    odd = scripted(REFUSED)
    for firm in range(1, 9):
        assert code_of(odd, poll(firm)) == "raynet_credentials"
        odd.clock.advance(minutes=5)
    assert code_of(odd, poll(9)) == "raynet_login_budget"
    odd.clock.advance(minutes=20)
    assert code_of(odd, poll(9)) == "raynet_credentials"
    assert code_of(odd, poll(10)) == "raynet_login_budget"
    assert len(odd.transport.requests) == 9


def test_even_connections_that_worked_stop_at_ten() -> None:
    odd = scripted(EMPTY)
    for firm in range(1, 15):
        odd.perform(poll(firm))
    odd.transport.script[:] = [REFUSED]
    codes = [code_of(odd, poll(firm)) for firm in range(1, 15)]
    assert codes == ["raynet_credentials"] * 10 + ["raynet_login_budget"] * 4
    assert len(odd.transport.requests) == 14 + 10


def test_a_revoked_key_and_its_replacement() -> None:
    sim = simulated()
    sim.perform(poll())
    sim.ui.revoke_key("ROS")
    for _ in range(5):
        with pytest.raises(Denied):
            sim.perform(poll())
    assert sim.service.bad_logins.total() == 1
    add_user(sim.instance, "next@firma.cz", "Next", "One")
    key = add_api_key(sim.instance, "next@firma.cz", "ROS 2")
    old = sim.connections[FIRM]
    sim.connections[FIRM] = RaynetConnection(
        firm=FIRM, base_url=old.base_url, instance="acme", user="next@firma.cz", key=key.secret, revision=2
    )
    assert sim.perform(Probe(FIRM)).login == "next@firma.cz"


# --- too many ---------------------------------------------------------------------------------------------------------


def test_too_many_at_once_waits_seconds_an_empty_budget_until_its_reset() -> None:
    reset = START.replace(hour=0) + timedelta(days=1)
    headers = {"X-Ratelimit-Limit": "24000", "X-Ratelimit-Reset": str(int(reset.timestamp()))}
    body = {"type": "RequestLimitReached", "message": "API request limit reached. "}
    busy = Canned(status=429, body=body, headers=headers | {"X-Ratelimit-Remaining": "23000"})
    spent = Canned(status=429, body=body, headers=headers | {"X-Ratelimit-Remaining": "0"})
    odd = scripted(busy, busy, busy, busy, EMPTY, Canned(status=429, body=b""), spent)
    waits = []
    for _ in range(4):
        with pytest.raises(Throttled) as caught:
            odd.perform(poll())
        assert (caught.value.scope, caught.value.status) == (Scope.FIRM, 429)
        waits.append((caught.value.until - odd.clock.now).total_seconds())
    assert waits == [1, 2, 3, 10]
    odd.perform(poll())
    with pytest.raises(Throttled) as caught:
        odd.perform(poll())
    assert caught.value.until == START + timedelta(seconds=1)
    for _ in range(3):
        with pytest.raises(Throttled) as caught:
            odd.perform(poll())
        assert caught.value.until == reset
    assert len(odd.transport.requests) == 7


def test_whoever_sends_a_retry_after_is_obeyed() -> None:
    odd = scripted(Canned(status=429, body=b"", headers={"Retry-After": "40"}))
    with pytest.raises(Throttled) as caught:
        odd.perform(poll())
    assert caught.value.until == START + timedelta(seconds=40)


# --- slots ------------------------------------------------------------------------------------------------------------


class Gauge:
    """Counts who is inside at once, per instance and altogether."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.inside: list[str] = []
        self.most_altogether = 0
        self.most_of_one = 0
        self.order: list[Lane] = []

    def enter(self, instance: str, lane: Lane) -> None:
        with self.lock:
            self.inside.append(instance)
            self.order.append(lane)
            self.most_altogether = max(self.most_altogether, len(self.inside))
            self.most_of_one = max(self.most_of_one, self.inside.count(instance))

    def leave(self, instance: str) -> None:
        with self.lock:
            self.inside.remove(instance)


def governor(limits: Limits | None = None) -> tuple[Governor, ManualClock]:
    clock = ManualClock(START)
    return Governor(clock=clock, monotonic=Seconds(clock), limits=limits), clock


def prove(one: Governor, who: RaynetConnection) -> None:
    with one.slot(who, Lane.USER, is_write=False) as permit:
        permit.outcome = Outcome.PROVEN


def crowd(one: Governor, calls: list[tuple[RaynetConnection, Lane]]) -> Gauge:
    gauge = Gauge()
    nothing = threading.Event()

    def call(given: tuple[RaynetConnection, Lane]) -> None:
        who, lane = given
        with one.slot(who, lane, is_write=False) as permit:
            gauge.enter(who.instance, lane)
            nothing.wait(0.005)
            permit.outcome = Outcome.PROVEN
            gauge.leave(who.instance)

    with ThreadPoolExecutor(len(calls)) as pool:
        list(pool.map(call, calls))
    return gauge


def test_at_most_two_calls_of_an_instance_and_three_of_an_address_run_at_once() -> None:
    one, _ = governor()
    firms = [connection(number) for number in range(1, 4)]
    for who in firms:
        prove(one, who)
    gauge = crowd(one, [(firms[n // 10], Lane.USER) for n in range(30)])
    assert (gauge.most_altogether, gauge.inside) == (3, [])
    assert gauge.most_of_one <= 2
    gauge = crowd(one, [(firms[0], Lane.USER)] * 10)
    assert (gauge.most_altogether, gauge.most_of_one) == (2, 2)
    assert one.gauge(firms[0]).in_flight == 0


def test_a_connection_that_never_worked_tries_with_one_call_at_a_time() -> None:
    one, _ = governor()
    who = connection(1)
    inside = threading.Event()
    go_on = threading.Event()
    with ThreadPoolExecutor(2) as pool:

        def first() -> None:
            with one.slot(who, Lane.USER, is_write=False) as permit:
                inside.set()
                go_on.wait(5)
                permit.outcome = Outcome.REFUSED

        def second() -> None:
            with one.slot(who, Lane.USER, is_write=False):
                raise AssertionError("sent although the login had been refused")

        running = pool.submit(first)
        assert inside.wait(5)
        waiting = pool.submit(second)
        assert not waiting.done()
        go_on.set()
        running.result(5)
        with pytest.raises(Denied):
            waiting.result(5)


def test_the_more_urgent_call_goes_first_when_a_slot_is_free() -> None:
    one, _ = governor(Limits(per_instance=1, per_host=1))
    who = connection(1)
    prove(one, who)
    order: list[Lane] = []
    hold = threading.Event()
    lanes = [Lane.SWEEP, Lane.POLL, Lane.USER]

    def call(lane: Lane) -> None:
        with one.slot(who, lane, is_write=False):
            order.append(lane)

    with ThreadPoolExecutor(4) as pool:
        with one.slot(who, Lane.USER, is_write=False):
            done = [pool.submit(call, lane) for lane in lanes]
            while len(one._host(who).waiting) < 3:
                hold.wait(0.001)
        for one_done in done:
            one_done.result(5)
    assert order == [Lane.USER, Lane.POLL, Lane.SWEEP]


def test_a_call_that_gets_no_slot_gives_up_after_its_patience() -> None:
    one, _ = governor(Limits(per_instance=1, slot_seconds=0.02))
    who = connection(1)
    prove(one, who)

    def wait_in_vain() -> None:
        with one.slot(who, Lane.USER, is_write=False):
            raise AssertionError("two at once")

    with ThreadPoolExecutor(1) as pool, one.slot(who, Lane.USER, is_write=False), pytest.raises(Throttled) as caught:
        pool.submit(wait_in_vain).result(5)
    assert caught.value.detail == "no_slot"
    prove(one, who)


def test_a_slot_is_given_back_when_the_call_fails() -> None:
    odd = scripted(OSError("broken"), EMPTY)
    with pytest.raises(Unavailable):
        odd.perform(poll())
    assert odd.gateway.gauge(FIRM).in_flight == 0
    assert odd.perform(poll()).total == 0


def test_firms_of_the_same_instance_share_its_budget() -> None:
    headers = {"X-Ratelimit-Limit": "100", "X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": "0"}
    odd = scripted(Canned(body=EMPTY.body, headers=headers))
    first = odd.connections[FirmId(1)]
    odd.connections[FirmId(2)] = RaynetConnection(
        firm=FirmId(2), base_url=first.base_url, instance=first.instance.upper(), user=first.user, key=first.key
    )
    odd.perform(poll(1))
    with pytest.raises(Throttled):
        odd.perform(poll(2))
    assert odd.perform(poll(3)).total == 0
