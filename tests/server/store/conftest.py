"""Databases, firms and leases for the store's tests. Each test has a firm of its own in a database per module."""

import itertools
from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeVar, cast

import pytest
from sqlalchemy import delete

from server.domain.ids import FirmId
from server.domain.state import Firm
from server.flow import Op
from server.ports.store import Commit, Forget, Row
from server.store.admin.firms import Firms, NewFirm
from server.store.database import Database
from server.store.gateway import StoreGateway
from server.store.locks import Lease, LeaseBook, Leases
from server.store.tables.runtime import notice
from tests.support.databases import BACKENDS, fresh_database

TENANT = "6f1c9a7e-1111-4222-8333-1234567890ab"
T = TypeVar("T")
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "postgresql" in item.name:
            item.add_marker("postgres")


@pytest.fixture(scope="module", params=BACKENDS)
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with fresh_database(request.param, tmp_path_factory.mktemp("store")) as fresh:
        yield fresh


def new_firm(**changes: object) -> NewFirm:
    values: dict[str, object] = {
        "name": "Novák a syn",
        "tenant_id": TENANT,
        "raynet_url": "https://app.raynet.cz/api/v2",
        "raynet_instance": "novak",
        "raynet_user": "api@novak.example",
        "raynet_key": "canary-raynet-key",
        "seats": 3,
        "valid_until": date(2030, 12, 31),
    }
    return NewFirm(**(values | changes))  # type: ignore[arg-type]  # a builder


@pytest.fixture
def firm(database: Database) -> Firm:
    """A firm whose own first notice has been seen."""
    made = Firms(database).add(new_firm(), actor="cli")
    database.write(made.id, lambda scope: scope.change(delete(notice)))
    return made


@pytest.fixture
def book() -> LeaseBook:
    return LeaseBook()


@pytest.fixture
def gateway(database: Database, book: LeaseBook) -> StoreGateway:
    return StoreGateway(database, book)


@pytest.fixture
def lease(database: Database, book: LeaseBook, firm: Firm) -> Lease:
    """A lease of the firm that outlives the test."""
    claimed = Leases(database, f"worker-{next(_numbers)}").claim(firm.id, ttl_seconds=600)
    assert claimed is not None
    book.put(claimed)
    return claimed


class Ask:
    """``ask(op)`` is the operation's outcome, typed."""

    def __init__(self, gateway: StoreGateway) -> None:
        self._gateway = gateway

    def __call__(self, op: Op[T]) -> T:
        return cast(T, self._gateway.perform(op))


@pytest.fixture
def ask(gateway: StoreGateway) -> Ask:
    return Ask(gateway)


Keep = Callable[..., None]


@pytest.fixture
def keep(gateway: StoreGateway, lease: Lease) -> Keep:
    """``keep(*rows, forget=…)`` commits under the lease."""

    def commit(*rows: Row, forget: Forget = Forget()) -> None:  # noqa: B008  # frozen
        gateway.perform(Commit(FirmId(lease.firm), rows, forget))

    return commit
