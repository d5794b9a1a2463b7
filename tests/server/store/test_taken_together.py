"""Requests that come at the same moment are stored together; what goes wrong for one of them is nobody else's."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import event

from server.domain.ids import FirmId
from server.domain.state import Firm, Notice
from server.errors import Invalid, Unavailable
from server.ports.store import Notices
from server.store.database import Database
from server.store.group import MOST_AT_ONCE, GroupCommit
from server.store.inbox import Inbox
from tests.server.store import build
from tests.server.store.conftest import Ask

_PATIENCE_SECONDS = 60


class _Held:
    """Doubles numbers; its first group takes until it is let go."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.go = threading.Event()

    def __call__(self, jobs: Sequence[int]) -> list[Any]:
        self.groups.append(list(jobs))
        assert self.go.wait(_PATIENCE_SECONDS)
        if 666 in jobs:
            raise Unavailable(detail="disk")
        return [ValueError(str(one)) if one < 0 else 2 * one for one in jobs]


def _queued(group: GroupCommit[Any], count: int) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while len(group._waiting) < count:
        assert time.monotonic() < until
        time.sleep(0.001)


def _behind_the_first(
    pool: ThreadPoolExecutor, group: GroupCommit[Any], run: Callable[[Any], Any], jobs: Sequence[Any]
) -> list[Future[Any]]:
    """The first job leads alone; the others wait behind it, in their order."""
    futures = []
    for place, job in enumerate(jobs):
        futures.append(pool.submit(run, job))
        if place:
            _queued(group, place)
        else:
            until = time.monotonic() + _PATIENCE_SECONDS
            while not group._led or group._waiting:
                assert time.monotonic() < until
                time.sleep(0.001)
    return futures


def test_who_waits_meanwhile_makes_the_next_group_and_everybody_gets_the_own_outcome() -> None:
    held = _Held()
    group = GroupCommit(held)
    count = MOST_AT_ONCE + 5
    with ThreadPoolExecutor(count) as pool:
        futures = _behind_the_first(pool, group, group.run, range(count))
        held.go.set()
        assert [one.result(_PATIENCE_SECONDS) for one in futures] == [2 * one for one in range(count)]
    assert held.groups == [[0], [*range(1, MOST_AT_ONCE + 1)], [*range(MOST_AT_ONCE + 1, count)]]
    assert group.run(7) == 14, "nobody waits any more: it leads at once"


def test_what_one_raises_is_raised_for_it_alone_and_a_lost_group_for_all_of_it() -> None:
    held = _Held()
    group = GroupCommit(held)
    with ThreadPoolExecutor(8) as pool:
        futures = _behind_the_first(pool, group, group.run, [1, -1, 2])
        held.go.set()
        assert (futures[0].result(_PATIENCE_SECONDS), futures[2].result(_PATIENCE_SECONDS)) == (2, 4)
        with pytest.raises(ValueError, match="-1"):
            futures[1].result(_PATIENCE_SECONDS)
        held.go.clear()
        futures = _behind_the_first(pool, group, group.run, [3, 666, 4])
        held.go.set()
        assert futures[0].result(_PATIENCE_SECONDS) == 6
        for lost in futures[1:]:
            with pytest.raises(Unavailable):
                lost.result(_PATIENCE_SECONDS)
    assert group.run(5) == 10, "the next one leads as if nothing had happened"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_requests_that_wait_together_share_one_transaction_and_each_knows_what_of_it_was_new(
    database: Database, firm: Firm, ask: Ask
) -> None:
    inbox, go = Inbox(database), threading.Event()
    assert inbox._group is not None, "SQLite has one writer"
    begun: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("BEGIN IMMEDIATE"):
            begun.append(statement)

    def first(_known: object) -> list[Notice]:
        assert go.wait(_PATIENCE_SECONDS)
        return [build.notice(firm.id, "first")]

    def broken(_known: object) -> list[Notice]:
        raise ValueError("ours")

    takes: list[Callable[[object], list[Notice]]] = [
        first,
        lambda _known: [build.notice(firm.id, "a"), build.notice(firm.id, "b")],
        lambda _known: [build.notice(firm.id, "b"), build.notice(firm.id, "c"), build.notice(firm.id, "first")],
        broken,
        lambda _known: [],
    ]
    event.listen(database.engine, "before_cursor_execute", note)
    try:
        with ThreadPoolExecutor(8) as pool:
            futures = _behind_the_first(pool, inbox._group, lambda one: inbox.take((), one), takes)
            go.set()
            outcomes = [one.result(_PATIENCE_SECONDS) for place, one in enumerate(futures) if place != 3]
            with pytest.raises(ValueError, match="ours"):
                futures[3].result(_PATIENCE_SECONDS)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert outcomes == [(1, 1), (2, 2), (3, 1), (0, 0)]
    assert {one.dedupe for one in ask(Notices(firm.id))} == {"first", "a", "b", "c"}
    assert len(begun) == 2


def test_a_notice_that_cannot_be_stored_costs_nobody_else_his_own(database: Database, firm: Firm, ask: Ask) -> None:
    """A firm may be removed between the look-up and the storing."""
    inbox, go = Inbox(database), threading.Event()
    nobody = FirmId(987_654)

    def first(_known: object) -> list[Notice]:
        assert go.wait(_PATIENCE_SECONDS)
        return []

    takes: list[Callable[[object], list[Notice]]] = [
        first,
        lambda _known: [build.notice(firm.id, "good")],
        lambda _known: [build.notice(nobody, "bad")],
    ]
    with ThreadPoolExecutor(8) as pool:
        if inbox._group is None:
            go.set()
            futures = [pool.submit(inbox.take, (), one) for one in takes]
        else:
            futures = _behind_the_first(pool, inbox._group, lambda one: inbox.take((), one), takes)
            go.set()
        assert futures[1].result(_PATIENCE_SECONDS) == (1, 1)
        with pytest.raises(Invalid):
            futures[2].result(_PATIENCE_SECONDS)
    assert {one.dedupe for one in ask(Notices(firm.id))} == {"good"}
