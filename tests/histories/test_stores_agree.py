"""The dictionary store and the real ones, asked the same by whole histories: the same answers, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from server.domain.ids import FirmId
from server.domain.state import Notice
from server.errors import RosError
from server.flow import Op
from server.ports import store as ports
from server.store.admin.firms import Firms, NewFirm
from server.store.database import Database
from server.store.gateway import StoreGateway
from server.store.inbox import Inbox
from server.store.locks import Lease, LeaseBook, Leases
from tests.histories.play import History
from tests.histories.script import Script
from tests.histories.store import DictStore
from tests.histories.workload import Weather, history
from tests.support.databases import fresh_database

#: Rows of these come in an order that nobody promises.
_UNORDERED = (ports.LoadSeen,)


class BothStores:
    """Asks both; what differs is remembered. The real store's leases are held for good: time is the other's matter."""

    def __init__(self, lived: History, database: Database) -> None:
        self.differences: list[str] = []
        self.asked = 0
        self._dict = lived.store
        self._plain = lived.store.perform
        book = LeaseBook(lambda: 0.0)
        self._real = StoreGateway(database, book)
        leases = Leases(database, "histories", lambda: 0.0)
        for house in lived.village.houses:
            firm = Firms(database, lived.timeline.clock).add(_entered(house.tenant, house.raynet.name), actor="test")
            assert firm.id == house.id
            lease = leases.claim(house.id, 1e9)
            assert lease is not None
            book.put(lease)
            # The firm's own arrival rings too.
            rung = self._real.perform(ports.Notices(house.id))
            assert isinstance(rung, tuple)
            forget = ports.Forget(notices=tuple(one.dedupe for one in rung))
            self._real.perform(ports.Commit(house.id, (), forget))
        self._inbox = Inbox(database)

    def perform(self, op: Op[Any], lease: Lease | None) -> object:
        self.asked += 1
        mine, my_error = _outcome(lambda: self._plain(op, lease))
        if my_error == "Outdated":
            raise my_error_of(self._plain, op, lease)
        theirs, their_error = _outcome(lambda: self._real.perform(op))
        if my_error != their_error or (my_error is None and _comparable(op, mine) != _comparable(op, theirs)):
            self.differences.append(f"{type(op).__name__}: {my_error} {their_error} {mine!s:.300} {theirs!s:.300}")
        if my_error is not None:
            return self._plain(op, lease)
        return mine

    def add_notices(self, notices: list[Notice]) -> int:
        self._inbox.add(notices)
        return DictStore.add_notices(self._dict, notices)


def my_error_of(perform: Any, op: Op[Any], lease: Lease | None) -> Exception:
    try:
        perform(op, lease)
    except RosError as error:
        return error
    raise AssertionError("refused once, then not")


def _outcome(ask: Any) -> tuple[object, str | None]:
    try:
        return ask(), None
    except RosError as error:
        return None, type(error).__name__


def _comparable(op: Op[Any], value: Any) -> object:
    if isinstance(value, ports.FirmState):
        # The histories move the nightly comparison forward in their own store only.
        return replace(value.sync, last_full_at=None), value.mailboxes
    if isinstance(value, ports.PassStart):
        others = [getattr(value, one.name) for one in fields(value) if one.name != "state"]
        return _comparable(op, value.state), others
    if isinstance(op, _UNORDERED):
        return tuple(sorted(part, key=lambda one: str(one.key)) for part in value)
    if isinstance(op, ports.UnlinkedActivities | ports.UnpairedEvents):
        return {str(one.key): one for one in value}
    if isinstance(op, ports.LinksInMailbox | ports.KnownActivities | ports.KnownEvents):
        return sorted(str(one) for one in value)
    return value


def _entered(tenant: str, instance: str) -> NewFirm:
    return NewFirm(
        name=instance,
        tenant_id=tenant,
        raynet_url="https://raynet.invalid",
        raynet_instance=instance,
        raynet_user="sync@valce.example",
        raynet_key="x",
        seats=50,
        valid_until=date(2030, 1, 1),
    )


def _without_office(seed: int) -> tuple[Script, Weather]:
    """What people do; the administrators' own changes reach the real store by other ways."""
    script, weather = history(seed)
    return replace(script, deeds=tuple(one for one in script.deeds if not one.what.startswith("a."))), weather


@contextmanager
def _both(seed: int, database: Database) -> Iterator[tuple[History, BothStores]]:
    lived = History(*_without_office(seed))
    both = BothStores(lived, database)
    lived.store.perform = both.perform  # type: ignore[method-assign]  # both are asked from now on
    lived.store.add_notices = both.add_notices  # type: ignore[method-assign, assignment]  # as above
    yield lived, both


def _compared(seed: int, database: Database) -> BothStores:
    with _both(seed, database) as (lived, both):
        outcome = lived.run()
    assert outcome.problems == []
    return both


def _check(backend: str, seeds: range, folder: Path) -> None:
    asked = 0
    for seed in seeds:
        with fresh_database(backend, folder) as database:
            both = _compared(seed, database)
        assert both.differences == [], seed
        asked += both.asked
    assert asked > 100 * len(seeds)


def test_the_dictionary_store_answers_as_sqlite_does(tmp_path: Path) -> None:
    _check("sqlite", range(3), tmp_path)


@pytest.mark.slow
def test_the_dictionary_store_answers_as_sqlite_does_in_more_histories(tmp_path: Path) -> None:
    _check("sqlite", range(10, 30), tmp_path)


@pytest.mark.slow
@pytest.mark.postgres
def test_the_dictionary_store_answers_as_postgresql_does(tmp_path: Path) -> None:
    _check("postgresql", range(30, 36), tmp_path)


def test_firms_are_numbered_alike() -> None:
    lived = History(*_without_office(0))

    assert [house.id for house in lived.village.houses] == [FirmId(n + 1) for n in range(len(lived.village.houses))]
