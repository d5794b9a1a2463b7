"""Commits of one firm that wait at the same moment: one transaction, each with its own outcome."""

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event

from server.domain.ids import LinkId, PairId
from server.domain.state import Firm, FirmSync, PairState
from server.errors import Invalid, Outdated
from server.ports.store import Commit, DueLinks, Forget, LoadFirm, LoadGroups, Row
from server.store import group as group_module
from server.store.database import Database
from server.store.gateway import StoreGateway
from server.store.group import GroupCommit
from server.store.locks import Lease, LeaseBook
from server.store.queries.commit import CommitWork
from tests.server.store import build
from tests.server.store.build import DAY, MINUTE, NOW
from tests.server.store.conftest import Ask

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@contextmanager
def commits(database: Database) -> Iterator[list[int]]:
    """A mark for each transaction that wrote."""
    seen: list[int] = []

    def note(connection: Connection) -> None:
        if connection.get_execution_options().get("ros_write"):
            seen.append(1)

    event.listen(database.engine, "commit", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "commit", note)


def all_at_once(database: Database, jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Outcomes of jobs that all wait while somebody else writes; an exception is an outcome too."""
    writing, going_on = threading.Event(), threading.Event()

    def hold(_connection: Connection) -> None:
        writing.set()
        going_on.wait(60)

    def outcome(job: Callable[[], Any]) -> Any:
        try:
            return job()
        except Exception as error:  # noqa: BLE001  # looked at by the test
            return error

    with ThreadPoolExecutor(len(jobs) + 1) as pool:
        holder = pool.submit(database.write_unscoped, hold)
        assert writing.wait(60)
        waiting = [pool.submit(outcome, job) for job in jobs]
        group: Any = database._group  # who waits is seen nowhere else
        while len(group._waiting) < len(jobs):  # as above
            threading.Event().wait(0.01)
        going_on.set()
        holder.result()
        return [one.result() for one in waiting]


def kept(gateway: StoreGateway, firm: Firm, *rows: Row, forget: Forget | None = None) -> Callable[[], object]:
    return lambda: gateway.perform(Commit(firm.id, rows, forget or Forget()))


def test_commits_that_wait_together_are_one(
    database: Database, firm: Firm, gateway: StoreGateway, lease: Lease, ask: Ask
) -> None:
    jobs = [
        kept(gateway, firm, build.link(firm.id, f"l{n}"), build.pair(firm.id, f"p{n}", link_id=f"l{n}"))
        for n in range(8)
    ]
    with commits(database) as seen:
        assert all_at_once(database, jobs) == [None] * 8

    assert len(seen) == 2  # the one that was waited for, and all of them
    groups = ask(LoadGroups(firm.id, tuple(LinkId(f"l{n}") for n in range(8))))
    assert [(one.link.id, [pair.id for pair in one.pairs]) for one in groups] == [
        (f"l{n}", [f"p{n}"]) for n in range(8)
    ]


def test_the_last_of_several_rows_of_the_firm_counts(
    database: Database, firm: Firm, gateway: StoreGateway, lease: Lease, ask: Ask
) -> None:
    jobs = [kept(gateway, firm, FirmSync(firm_id=firm.id, raynet_failures=n)) for n in range(5)]
    all_at_once(database, jobs)

    before = ask(LoadFirm(firm.id)).sync.raynet_failures
    assert before in range(5)
    joined = CommitWork(Commit(firm.id, (FirmSync(firm_id=firm.id, raynet_failures=8),)), lease).joined(
        CommitWork(Commit(firm.id, (FirmSync(firm_id=firm.id, raynet_failures=9),)), lease)
    )
    assert joined is not None
    database.write(firm.id, joined)
    assert ask(LoadFirm(firm.id)).sync.raynet_failures == 9


def test_one_that_is_refused_leaves_the_others_stored(
    database: Database, firm: Firm, gateway: StoreGateway, lease: Lease, ask: Ask
) -> None:
    good = [kept(gateway, firm, build.link(firm.id, f"good-{n}")) for n in range(3)]
    orphan = kept(gateway, firm, build.link(firm.id, "bad"), build.pair(firm.id, "orphan", link_id="nowhere"))

    outcomes = all_at_once(database, [good[0], orphan, good[1], good[2]])

    assert [outcomes[0], outcomes[2], outcomes[3]] == [None] * 3
    assert isinstance(outcomes[1], Invalid)
    names = [one.link.id for one in ask(LoadGroups(firm.id, tuple(map(LinkId, ("good-0", "good-1", "good-2", "bad")))))]
    assert names == ["good-0", "good-1", "good-2"]


def test_no_commit_under_a_lost_lease_is_stored(
    database: Database, firm: Firm, gateway: StoreGateway, book: LeaseBook, lease: Lease, ask: Ask
) -> None:
    lost = Lease(firm=lease.firm, owner=lease.owner, epoch=lease.epoch - 1, deadline=lease.deadline)
    book.put(lost)
    jobs = [kept(gateway, firm, build.attention(firm.id, f"late-{n}")) for n in range(3)]

    outcomes = all_at_once(database, jobs)

    assert [type(one) for one in outcomes] == [Outdated] * 3
    assert ask(DueLinks(firm.id, NOW + DAY, 9)) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("attention", "attention"),
        ("attention", "forgets attention"),
        ("forgets attention", "attention"),
        ("link", "link"),
        ("pair", "closed pair"),
        ("pair", "another pair of the link"),
    ],
)
def test_what_touches_the_same_row_stays_one_after_the_other(firm: Firm, lease: Lease, one: str, other: str) -> None:
    rows: dict[str, Commit] = {
        "attention": Commit(firm.id, (build.attention(firm.id),)),
        "forgets attention": Commit(firm.id, (), Forget(attention=(build.attention(firm.id).link_id,))),
        "link": Commit(firm.id, (build.link(firm.id),)),
        "pair": Commit(firm.id, (build.pair(firm.id),)),
        "closed pair": Commit(firm.id, (build.closed(firm.id),)),
        "another pair of the link": Commit(firm.id, (build.pair(firm.id, "other"),)),
    }
    assert CommitWork(rows[one], lease).joined(CommitWork(rows[other], lease)) is None


def test_joined_commits_leave_what_single_ones_leave(database: Database, firm: Firm, lease: Lease, ask: Ask) -> None:
    """An event changes hands, a link closes, another is forgotten: whatever order they waited in."""
    before = (
        build.link(firm.id, "a"), build.pair(firm.id, "pa", link_id="a"), build.attention(firm.id, "a"),
        build.link(firm.id, "b"), build.attention(firm.id, "b", due_at=NOW + MINUTE),
    )  # fmt: skip
    database.write(firm.id, CommitWork(Commit(firm.id, before), lease))
    taken = build.pair(firm.id, "pb", link_id="b", event=build.pair(firm.id, "pa").event)
    opens = CommitWork(Commit(firm.id, (taken,), Forget(attention=(LinkId("b"),))), lease)
    closes = CommitWork(Commit(firm.id, (build.closed(firm.id, "pa", link_id="a"),)), lease)

    joined = opens.joined(closes)
    assert joined is not None
    database.write(firm.id, joined)

    groups = {one.link.id: one for one in ask(LoadGroups(firm.id, (LinkId("a"), LinkId("b"))))}
    assert {name: [(pair.id, pair.state) for pair in one.pairs] for name, one in groups.items()} == {
        "a": [(PairId("pa"), PairState.CLOSED)],
        "b": [(PairId("pb"), PairState.LIVE)],
    }
    assert [one.link_id for one in ask(DueLinks(firm.id, NOW + DAY, 9))] == ["a"]


def test_every_job_of_many_threads_is_done_once(database: Database) -> None:
    """Threads that come at any moment, a thousand jobs in groups: none is lost, none waits for ever."""
    done: list[int] = []

    def together(jobs: Sequence[int]) -> list[Any]:
        done.extend(jobs)
        return [ValueError(job) if job % 7 == 0 else job for job in jobs]

    group: GroupCommit[int] = GroupCommit(together)

    def work(thread: int) -> list[int]:
        refused = []
        for number in range(thread * 1_000, thread * 1_000 + 150):
            try:
                assert group.run(number) == number
            except ValueError:
                refused.append(number)
        return refused

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads change places between any two steps
    try:
        with ThreadPoolExecutor(8) as pool:
            refused = [one for some in pool.map(work, range(8), timeout=120) for one in some]
    finally:
        sys.setswitchinterval(interval)
    assert sorted(done) == [thread * 1_000 + number for thread in range(8) for number in range(150)]
    assert sorted(refused) == [one for one in sorted(done) if one % 7 == 0]


def test_a_thread_that_is_interrupted_while_it_waits_stops_nobody(database: Database) -> None:
    """As Ctrl+C in the foreground; ``database`` only says that SQLite is the one with groups."""
    begun, going_on = threading.Event(), threading.Event()

    def together(jobs: Sequence[str]) -> list[Any]:
        if "first" in jobs:
            begun.set()
            going_on.wait(60)
        return list(jobs)

    group: GroupCommit[str] = GroupCommit(together)

    class Interrupted:
        """A lock whose waiter is interrupted the moment it was told to lead."""

        def __init__(self) -> None:
            self.told = threading.Event()

        def acquire(self) -> None:
            self.told.wait(60)
            raise KeyboardInterrupt

        def release(self) -> None:
            self.told.set()

    def interrupted() -> str:
        ticket: Any = group_module._Ticket("second")  # what run() makes, with another lock
        ticket.turn = Interrupted()
        with group._lock:  # as run() does
            group._waiting.append(ticket)  # as run() does
        try:
            group._wait(ticket)  # as run() does
        except KeyboardInterrupt:
            return "interrupted"
        return "went on"

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(group.run, "first")
        assert begun.wait(60)
        second = pool.submit(interrupted)
        while len(group._waiting) < 1:  # see above
            threading.Event().wait(0.01)
        third = pool.submit(group.run, "third")
        while len(group._waiting) < 2:  # see above
            threading.Event().wait(0.01)
        going_on.set()
        assert (first.result(60), second.result(60), third.result(60)) == ("first", "interrupted", "third")
