"""Who may work on a firm, and that nobody else's work is stored."""

import threading
import time
from dataclasses import replace

import pytest
from sqlalchemy import update

from server.domain.ids import FirmId
from server.domain.state import Firm
from server.errors import Outdated
from server.ports.store import Commit, DueLinks
from server.store.admin.firms import Firms
from server.store.database import Database
from server.store.gateway import StoreGateway
from server.store.inbox import Inbox
from server.store.locks import Lease, LeaseBook, Leases, fence
from server.store.scope import FirmScope
from server.store.tables.runtime import lease as lease_table
from tests.server.store import build
from tests.server.store.build import DAY, NOW
from tests.server.store.conftest import Ask, new_firm


def expire(database: Database, firm: FirmId) -> None:
    """What ten seconds without renewal do."""
    statement = update(lease_table).where(lease_table.c.firm_id == firm).values(expires_ms=1)
    database.write_unscoped(lambda connection: connection.execute(statement).rowcount)


def settle(database: Database) -> None:
    """No firm of an earlier test is due."""
    statement = update(lease_table).values(due_ms=2**60, claimed_ms=2**60, owner=None, expires_ms=0)
    database.write_unscoped(lambda connection: connection.execute(statement).rowcount)


def due_now(database: Database, *firms: FirmId) -> None:
    statement = update(lease_table).where(lease_table.c.firm_id.in_(firms)).values(due_ms=0)
    database.write_unscoped(lambda connection: connection.execute(statement).rowcount)


def claimed(leases: Leases, firm: FirmId) -> Lease:
    lease = leases.claim(firm)
    assert lease is not None
    return lease


def test_a_firm_has_one_owner_until_the_lease_ends(database: Database, firm: Firm) -> None:
    one, two = Leases(database, "one"), Leases(database, "two")
    first = claimed(one, firm.id)
    assert two.claim(firm.id) is None
    assert claimed(one, firm.id).epoch == first.epoch
    expire(database, firm.id)
    assert claimed(two, firm.id).epoch == first.epoch + 1
    assert one.claim(firm.id) is None


def test_the_database_lets_a_lease_run_out_by_its_own_clock(database: Database, firm: Firm) -> None:
    assert Leases(database, "one").claim(firm.id, ttl_seconds=0.2) is not None
    two = Leases(database, "two")
    assert two.claim(firm.id) is None
    time.sleep(0.3)
    assert two.claim(firm.id) is not None


def test_a_lost_lease_is_neither_renewed_nor_released(database: Database, firm: Firm) -> None:
    one, two = Leases(database, "one"), Leases(database, "two")
    lost = claimed(one, firm.id)
    assert one.renew(lost).epoch == lost.epoch
    expire(database, firm.id)
    kept = claimed(two, firm.id)
    with pytest.raises(Outdated):
        one.renew(lost)
    assert one.release(lost) is False
    assert two.release(kept) is True
    assert claimed(one, firm.id).epoch == kept.epoch + 1


def test_a_worker_that_lost_its_lease_stores_nothing(
    database: Database, firm: Firm, book: LeaseBook, gateway: StoreGateway, ask: Ask
) -> None:
    one, two = Leases(database, "one"), Leases(database, "two")
    book.put(claimed(one, firm.id))
    expire(database, firm.id)
    ask(Commit(firm.id, (build.attention(firm.id, "mine"),)))  # late, but nobody took it over
    claimed(two, firm.id)
    with pytest.raises(Outdated):
        ask(Commit(firm.id, (build.attention(firm.id, "too-late"),)))
    assert [one.link_id for one in ask(DueLinks(firm.id, NOW + DAY, 9))] == ["mine"]


def test_an_older_epoch_of_the_same_owner_stores_nothing(
    database: Database, firm: Firm, book: LeaseBook, ask: Ask
) -> None:
    leases = Leases(database, "one")
    old = claimed(leases, firm.id)
    leases.release(old)
    claimed(leases, firm.id)
    book.put(old)
    with pytest.raises(Outdated):
        ask(Commit(firm.id, ()))


def test_without_a_lease_nothing_is_committed(firm: Firm, ask: Ask) -> None:
    with pytest.raises(Outdated):
        ask(Commit(firm.id, ()))


def test_nobody_takes_a_firm_over_while_a_commit_runs(database: Database, firm: Firm) -> None:
    """The fence holds the lease's row: the successor waits, or skips the firm."""
    one, two = Leases(database, "one"), Leases(database, "two")
    mine = claimed(one, firm.id)
    expire(database, firm.id)
    is_fenced, successor = threading.Event(), []

    def take_over() -> None:
        is_fenced.wait(5)
        successor.append(two.claim(firm.id))

    thread = threading.Thread(target=take_over)
    thread.start()
    order: list[str] = []

    def work(scope: FirmScope) -> None:
        fence(scope, mine)
        is_fenced.set()
        time.sleep(0.3)
        assert not any(successor)
        order.append("committed")

    database.write(firm.id, work)
    thread.join(5)
    assert order == ["committed"]
    assert two.claim(firm.id) is not None


def test_due_firms_are_claimed_longest_waiting_first(database: Database) -> None:
    settle(database)
    firms = [Firms(database).add(new_firm(), actor="cli").id for _ in range(3)]
    for firm, due_in in zip(firms, (-5, -50, 60), strict=True):
        leases = Leases(database, "before")
        leases.release(claimed(leases, firm), due_in_seconds=due_in)
    leases = Leases(database, "one")
    assert [one.firm for one in leases.claim_due(1)] == [firms[1]]
    assert [one.firm for one in leases.claim_due(9)] == [firms[0]]
    assert leases.claim_due(9) == ()


def test_a_notice_makes_a_firm_due_at_once(database: Database, firm: Firm) -> None:
    settle(database)
    leases = Leases(database, "one")
    leases.release(claimed(leases, firm.id), due_in_seconds=3600)
    assert leases.claim_due(9) == ()
    Inbox(database).add([build.notice(firm.id, "n1")])
    time.sleep(0.01)  # a notice of the very millisecond of the claim would count as unseen
    (found,) = leases.claim_due(9)
    assert found.firm == firm.id
    leases.release(found, due_in_seconds=3600)
    assert leases.claim_due(9) == ()  # it was seen, and its owner chose when to come back


def test_a_dead_worker_s_firms_are_due_a_paused_firm_is_not(database: Database, firm: Firm) -> None:
    settle(database)
    claimed(Leases(database, "dead"), firm.id)
    expire(database, firm.id)
    Firms(database).set_paused(firm.id, paused=True, actor="cli")
    two = Leases(database, "two")
    assert two.claim_due(9) == ()
    Firms(database).set_paused(firm.id, paused=False, actor="cli")
    assert [one.firm for one in two.claim_due(9)] == [firm.id]


def test_claimers_skip_each_other_s_firms(database: Database) -> None:
    settle(database)
    firms = {Firms(database).add(new_firm(), actor="cli").id for _ in range(24)}
    due_now(database, *firms)
    found: list[FirmId] = []
    start = threading.Barrier(4)

    def claim(name: str) -> None:
        leases = Leases(database, name)
        start.wait()
        while batch := leases.claim_due(3):
            found.extend(one.firm for one in batch)

    threads = [threading.Thread(target=claim, args=(f"worker-{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 24
    assert set(found) == firms


def test_the_local_deadline_counts_from_before_the_claim(database: Database, firm: Firm, book: LeaseBook) -> None:
    clock = iter([100.0, 101.0])
    lease = Leases(database, "one", monotonic=lambda: next(clock)).claim(firm.id, ttl_seconds=10)
    assert lease is not None
    assert lease.deadline == 110.0


def test_a_remote_write_needs_a_lease_that_surely_holds() -> None:
    now = [0.0]
    book = LeaseBook(lambda: now[0])
    firm = FirmId(1)
    lease = Lease(firm=firm, owner="one", epoch=1, deadline=10.0)
    assert not book.may_write(firm)
    book.put(lease)
    assert book.may_write(firm)
    now[0] = 8.0
    assert book.may_write(firm, margin_seconds=1.9)
    assert not book.may_write(firm, margin_seconds=2.0)
    book.put(replace(lease, deadline=20.0))
    assert book.may_write(firm, margin_seconds=2.0)
    assert [one.deadline for one in book.held()] == [20.0]
    book.drop(firm)
    assert not book.may_write(firm)
