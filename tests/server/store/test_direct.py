"""Prepared statements on the driver's own cursor: what they find, and what guards them."""

from typing import Any

import pytest
from sqlalchemy import BindParameter, bindparam, select, tuple_

from server.domain.ids import ActivityKey
from server.domain.state import Firm
from server.errors import Forbidden
from server.store.database import Database
from server.store.direct import select_rows
from server.store.scope import FirmScope, Prepared
from server.store.tables import items, runtime
from tests.server.store import build
from tests.server.store.build import ANNA, BERT, NOW
from tests.server.store.conftest import Keep

_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_BY_KEY = Prepared(
    select(items.seen_activity.c.key, items.seen_activity.c.seen_at)
    .where(items.seen_activity.c.key.in_(_KEYS))
    .order_by(items.seen_activity.c.key)
)
_BY_PLACE = Prepared(
    select(items.seen_event.c.mailbox, items.seen_event.c.event_id)
    .where(tuple_(items.seen_event.c.mailbox, items.seen_event.c.event_id).in_(_KEYS))
    .order_by(items.seen_event.c.event_id, items.seen_event.c.mailbox)
)
_NOT = Prepared(select(items.seen_activity.c.key).where(items.seen_activity.c.key.not_in(_KEYS)))


@pytest.fixture
def seen(firm: Firm, keep: Keep) -> Firm:
    keep(*(build.seen_activity(firm.id, number) for number in range(1, 8)))
    keep(*(build.seen_event(firm.id, name, box) for name in "abc" for box in (ANNA, BERT)))
    return firm


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 7])
def test_lists_of_any_size_find_exactly_what_they_name(database: Database, seen: Firm, size: int) -> None:
    keys = [build.meeting(number) for number in range(1, size + 1)]
    found = database.read(seen.id, lambda scope: scope.rows(_BY_KEY, keys=keys))

    assert [row.key for row in found] == keys
    assert {row.seen_at for row in found} <= {NOW}
    left: list[ActivityKey] = [row[0] for row in database.read(seen.id, lambda scope: scope.rows(_NOT, keys=keys))]
    assert set(left) == {build.meeting(number) for number in range(size + 1, 8)}


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pairs_of_values_find_both_together(database: Database, seen: Firm, size: int) -> None:
    keys = [(ANNA, "a"), (BERT, "b"), (BERT, "unknown")][:size]
    found = database.read(seen.id, lambda scope: scope.rows(_BY_PLACE, keys=keys))

    assert [tuple(row) for row in found] == [key for key in keys if key[1] != "unknown"]


def test_the_first_of_several_is_found_alone(database: Database, seen: Firm) -> None:
    keys = [build.meeting(3), build.meeting(2)]
    first = database.read(seen.id, lambda scope: scope.first(_BY_KEY, keys=keys))
    nothing = database.read(seen.id, lambda scope: scope.first(_BY_KEY, keys=[build.meeting(99)]))

    assert first is not None
    assert first.key == build.meeting(2)
    assert nothing is None


def test_the_guard_sees_them_too(database: Database, firm: Firm) -> None:
    unlimited = select(runtime.notice.c.seq)

    def work(scope: FirmScope) -> object:
        return select_rows(scope.connection, unlimited, {})

    with pytest.raises(Forbidden) as refused:
        database.read(firm.id, work)
    assert refused.value.code == "unscoped_statement"
    assert isinstance(database.read_unscoped(lambda connection: select_rows(connection, unlimited, {})), list)


def test_another_firm_finds_nothing_with_the_same_statement(database: Database, seen: Firm) -> None:
    keys = [build.meeting(1)]
    other = type(seen.id)(seen.id + 1)

    assert database.read(other, lambda scope: scope.rows(_BY_KEY, keys=keys)) == []
    assert len(database.read(seen.id, lambda scope: scope.rows(_BY_KEY, keys=keys))) == 1
