"""Threads at once, lost connections, full disks."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from server.domain.ids import LinkId
from server.domain.state import Firm
from server.errors import Invalid, Unavailable
from server.ports.store import DueLinks, LoadGroups
from server.store import shapes
from server.store.admin.firms import Firms
from server.store.database import Database, open_database
from server.store.scope import FirmScope
from tests.server.store import build
from tests.server.store.build import DAY, MINUTE, NOW
from tests.server.store.conftest import Ask, Keep, new_firm
from tests.support.databases import KEYS, fresh_database, superuser


def test_threads_upsert_the_same_rows_in_any_order_without_a_deadlock(
    database: Database, firm: Firm, ask: Ask, keep: Keep
) -> None:
    rows = [build.attention(firm.id, f"link-{n}", due_at=NOW + n * MINUTE) for n in range(40)]

    def upsert(turn: int) -> None:
        order = rows[turn:] + rows[:turn]
        for _ in range(5):
            keep(*order)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(upsert, (0, 13, 26, 39)))
    assert len(ask(DueLinks(firm.id, NOW + DAY, 100))) == 40


def test_one_refused_write_of_a_group_spoils_no_other(database: Database, firm: Firm, ask: Ask, keep: Keep) -> None:
    start = threading.Barrier(8)

    def write(number: int) -> str:
        start.wait()
        try:
            if number % 2:
                keep(build.link(firm.id, f"good-{number}"))
            else:
                keep(build.link(firm.id, f"bad-{number}"), build.pair(firm.id, f"p{number}", link_id="unknown"))
        except Invalid as error:
            return error.code
        return "stored"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(write, range(8)))
    assert outcomes == ["store_constraint", "stored"] * 4
    groups = ask(LoadGroups(firm.id, tuple(LinkId(f"{kind}-{n}") for kind in ("good", "bad") for n in range(8))))
    assert [group.link.id for group in groups] == [f"good-{n}" for n in (1, 3, 5, 7)]


def test_a_value_that_cannot_be_stored_is_refused_without_naming_it(firm: Firm, keep: Keep) -> None:
    with pytest.raises(Invalid) as refused:
        keep(build.attention(firm.id, why="canary-naive", due_at=NOW.replace(tzinfo=None)))
    assert refused.value.code == "store_value"
    assert "canary" not in repr(refused.value)
    assert refused.value.__cause__ is None


def store_one(firm: Firm) -> Callable[[FirmScope], int]:
    return lambda scope: scope.store(shapes.ATTENTION, [build.attention(firm.id)])


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_connection_lost_before_the_commit_means_trying_again(database: Database, firm: Firm, ask: Ask) -> None:
    tries: list[int] = []

    def work(scope: FirmScope) -> int:
        tries.append(backend_of(scope))
        if len(tries) == 1:
            terminate(database, tries[0])
        return store_one(firm)(scope)

    assert database.write(firm.id, work) == 1
    assert len(tries) == 2
    assert len(ask(DueLinks(firm.id, NOW, 9))) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_connection_lost_in_the_commit_leaves_the_outcome_unknown(database: Database, firm: Firm) -> None:
    tries: list[int] = []

    def work(scope: FirmScope) -> None:
        store_one(firm)(scope)
        tries.append(backend_of(scope))
        terminate(database, tries[-1])

    with pytest.raises(Unavailable) as lost:
        database.write(firm.id, work)
    assert lost.value.unknown_outcome
    assert len(tries) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_deadlock_is_resolved_by_trying_again(database: Database, firm: Firm, keep: Keep) -> None:
    keep(build.attention(firm.id, "a"), build.attention(firm.id, "b"))
    both = threading.Barrier(2)
    tries: list[str] = []

    def cross(first: str, second: str) -> None:
        def work(scope: FirmScope) -> None:
            scope.store(shapes.ATTENTION, [build.attention(firm.id, first)])
            tries.append(first)
            if len(tries) <= 2:
                both.wait(10)
            scope.store(shapes.ATTENTION, [build.attention(firm.id, second)])

        database.write(firm.id, work)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(cross, "ab", "ba"))
    assert len(tries) == 3


def test_a_full_disk_stores_nothing_and_says_so(tmp_path: Path) -> None:
    with fresh_database("sqlite", tmp_path) as database:
        firm = make_firm(database)

        def work(scope: FirmScope) -> None:
            pages = scope.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            scope.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            scope.store(shapes.ATTENTION, [build.attention(firm.id, f"l{n}", why="x" * 500) for n in range(500)])

        with pytest.raises(Unavailable) as full:
            database.write(firm.id, work)
        assert (full.value.detail, full.value.unknown_outcome) == ("SQLITE_FULL", False)
        database.close()
        assert database.write(firm.id, store_one(firm)) == 1
        assert count_attention(database, firm) == 1


def test_a_database_that_cannot_be_reached_is_unavailable(tmp_path: Path) -> None:
    away = open_database("postgresql+psycopg2://nobody:secret-canary@127.0.0.1:1/none", KEYS)
    with pytest.raises(Unavailable) as error:
        away.read_unscoped(lambda connection: connection.execute(text("SELECT 1")).scalar())
    assert "canary" not in repr(error.value)
    assert not error.value.unknown_outcome


def test_a_locked_sqlite_file_is_waited_for(tmp_path: Path) -> None:
    with fresh_database("sqlite", tmp_path) as database:
        firm = make_firm(database)
        other = database.engine.raw_connection()
        other.cursor().execute("BEGIN IMMEDIATE")
        threading.Timer(0.5, other.rollback).start()
        assert database.write(firm.id, store_one(firm)) == 1
        other.close()


def make_firm(database: Database) -> Firm:
    return Firms(database).add(new_firm(), actor="cli")


def count_attention(database: Database, firm: Firm) -> int:
    return len(database.read(firm.id, lambda scope: scope.rows(select(shapes.ATTENTION.table.c.link_id))))


def backend_of(scope: FirmScope) -> int:
    return int(scope.connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def terminate(database: Database, backend: int) -> None:
    engine = superuser(database.engine.url.render_as_string(hide_password=False))
    with engine.connect() as connection:
        gone: Any = text("SELECT pg_terminate_backend(:pid, 5000)")
        assert connection.execute(gone, {"pid": backend}).scalar_one()
