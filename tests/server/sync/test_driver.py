"""The driver with threads: what runs side by side, in which order outcomes come, and that nobody waits for others."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from server.flow import Done, Failed, Flow, Gather, NewId, Op, Stopping, gather, want
from server.sync.driver import Driver, Ports

PATIENCE_SECONDS = 10.0


class Wait(Op[None]):
    """Wait until the test lets go."""


class Blocking:
    """A remote system that answers when ``gate`` opens; counts who is inside."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.entered = threading.Semaphore(0)
        self.inside = 0
        self.most = 0
        self._lock = threading.Lock()

    def __call__(self, _op: Op[Any]) -> object:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.entered.release()
        assert self.gate.wait(PATIENCE_SECONDS)
        with self._lock:
            self.inside -= 1
        return None


@pytest.fixture
def remote() -> Blocking:
    return Blocking()


@pytest.fixture
def driver(remote: Blocking) -> Iterator[Driver]:
    ports = Ports(
        raynet=remote,
        graph=remote,
        store=remote,
        raynet_ops=frozenset({Wait}),
        graph_ops=frozenset(),
        may_write=lambda _firm, _seconds: True,
    )
    made = Driver(ports, threads=4)
    try:
        yield made
    finally:
        remote.gate.set()
        made.close()


def _waits() -> Flow[None]:
    yield from want(Wait())


def _number(number: int) -> Flow[int]:
    yield from want(Stopping())
    if number == 3:
        raise ValueError
    return number


def _all(flows: "list[Flow[Any]]", limit: int) -> Flow[tuple[Any, ...]]:
    return (yield from gather(flows, limit))


def test_outcomes_come_in_the_order_given_and_one_failure_stops_no_other(driver: Driver) -> None:
    outcomes = driver.run(_all([_number(n) for n in range(6)], 3))
    assert [one.value if isinstance(one, Done) else type(one.error) for one in outcomes] == [0, 1, 2, ValueError, 4, 5]
    assert isinstance(outcomes[3], Failed)
    assert driver.run(_all([], 3)) == ()


def test_no_more_than_the_limit_are_inside_at_once(driver: Driver, remote: Blocking) -> None:
    runs = threading.Thread(target=driver.run, args=(_all([_waits() for _ in range(9)], 3),))
    runs.start()
    for _ in range(3):
        assert remote.entered.acquire(timeout=PATIENCE_SECONDS)
    remote.gate.set()
    runs.join(PATIENCE_SECONDS)
    assert not runs.is_alive()
    assert remote.most == 3


def test_a_firm_whose_calls_hang_does_not_stand_in_front_of_another(driver: Driver, remote: Blocking) -> None:
    stuck = [threading.Thread(target=driver.run, args=(_all([_waits() for _ in range(50)], 8),)) for _ in range(3)]
    for thread in stuck:
        thread.start()
    for _ in stuck:
        assert remote.entered.acquire(timeout=PATIENCE_SECONDS)
    other = threading.Thread(target=driver.run, args=(_all([_number(1), _number(2)], 8),))
    other.start()
    other.join(PATIENCE_SECONDS)
    assert not other.is_alive(), "two short flows waited behind those of firms that hang"
    remote.gate.set()
    for thread in stuck:
        thread.join(PATIENCE_SECONDS)


def test_a_gather_inside_a_gather_comes_to_its_end(driver: Driver) -> None:
    def nested() -> Flow[int]:
        inner = yield from gather([_number(1), _number(2)], 2)
        assert all(isinstance(one, Done) for one in inner)
        return len((yield from want(NewId())))

    runs = threading.Thread(target=driver.run, args=(_all([nested() for _ in range(20)], 8),), daemon=True)
    runs.start()
    runs.join(PATIENCE_SECONDS)
    assert not runs.is_alive()
    assert driver.perform(Gather((nested(),), 1)) == (Done(32),)
