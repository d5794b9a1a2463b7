"""Every value that a flow may commit comes back as it was, from both databases."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server.domain.activity import Activity
from server.domain.event import Event
from server.domain.ids import EventKey
from server.domain.state import Firm, Link, Origin, Pair, SeenEvent
from server.ports.store import Commit
from server.store import shapes
from server.store.database import Database
from server.store.gateway import StoreGateway
from server.store.locks import Lease
from server.store.scope import FirmScope
from tests.server.store.values import texts, values

_KEYLESS = [shape for shape in shapes.ORDER if shape not in (shapes.PAIR, shapes.SEEN_EVENT)]
#: A found example is small enough as it is, and every try is a durable commit: no shrinking.
_settings = settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def stored(database: Database, firm: Firm, shape: shapes.Shape[Any]) -> tuple[Any, ...]:
    def work(scope: FirmScope) -> tuple[Any, ...]:
        return scope.values(shape, select(*shape.columns()))

    return database.read(firm.id, work)


def emptied(database: Database, firm: Firm, shape: shapes.Shape[Any]) -> None:
    database.write(firm.id, lambda scope: scope.change(shape.table.delete()))


@pytest.mark.parametrize("shape", _KEYLESS, ids=lambda shape: shape.kind.__name__)
@_settings
@given(data=st.data())
def test_a_value_comes_back_as_it_was(
    data: st.DataObject,
    shape: shapes.Shape[Any],
    database: Database,
    firm: Firm,
    gateway: StoreGateway,
    lease: Lease,
) -> None:
    emptied(database, firm, shape)
    first = data.draw(values(shape.kind, firm_id=firm.id))
    gateway.perform(Commit(firm.id, (first,)))
    assert stored(database, firm, shape) == (first,)


@_settings
@given(data=st.data())
def test_an_observed_event_comes_back_with_its_key(
    data: st.DataObject, database: Database, firm: Firm, gateway: StoreGateway, lease: Lease
) -> None:
    emptied(database, firm, shapes.SEEN_EVENT)
    seen = data.draw(values(SeenEvent, firm_id=firm.id, key=st.builds(EventKey, texts, texts)))
    gateway.perform(Commit(firm.id, (seen,)))
    assert stored(database, firm, shapes.SEEN_EVENT) == (seen,)


@_settings
@given(data=st.data())
def test_a_pair_comes_back_beside_its_link(
    data: st.DataObject, database: Database, firm: Firm, gateway: StoreGateway, lease: Lease
) -> None:
    emptied(database, firm, shapes.LINK)
    link = Link(id="one", firm_id=firm.id, origin=Origin.OUTLOOK)  # type: ignore[arg-type]  # an id
    pair = data.draw(values(Pair, firm_id=firm.id, link_id=link.id))
    gateway.perform(Commit(firm.id, (pair, link)))
    assert stored(database, firm, shapes.PAIR) == (pair,)
    assert stored(database, firm, shapes.LINK) == (link,)


@given(activity=values(Activity), event=values(Event))
@settings(max_examples=15, deadline=None)
def test_rich_text_keeps_what_does_not_compare(activity: Activity, event: Event) -> None:
    """``html`` and ``truncated`` are left out of equality, so they are looked at by themselves."""
    for kind, value, text in ((Activity, activity, activity.description), (Event, event, event.body)):
        again = shapes_adapter(kind, value)
        read = again.description if isinstance(again, Activity) else again.body
        assert (read.plain, read.html, read.truncated) == (text.plain, text.html, text.truncated)


def shapes_adapter(kind: type, value: Any) -> Any:
    from server.store.types import _adapter

    return _adapter(kind).validate_json(_adapter(kind).dump_json(value))


def test_every_member_has_a_column() -> None:
    for shape in shapes.ORDER:
        assert set(shape.read) <= set(shape.table.columns.keys()), shape.kind
