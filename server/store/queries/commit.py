"""What a flow learnt, decided and wants done, in one transaction."""

from collections import defaultdict
from typing import Any, Final

from sqlalchemy import and_, delete, exists, update

from server.domain.state import Pair, PairState
from server.ports import Commit, Forget
from server.store import shapes
from server.store.locks import Lease, fence
from server.store.scope import FirmScope, chunks
from server.store.tables import items, runtime
from server.store.tables.meta import firm_criterion

_SHAPES: Final[dict[type, shapes.Shape[Any]]] = {shape.kind: shape for shape in shapes.ORDER}


def commit(scope: FirmScope, op: Commit, lease: Lease) -> None:
    """Store ``op.rows`` and forget ``op.forget``. Raises Outdated when ``lease`` was lost: then nothing is stored."""
    fence(scope, lease)
    rows: dict[type, list[Any]] = defaultdict(list)
    for row in op.rows:
        rows[type(row)].append(row)
    for shape in shapes.ORDER:
        if shape is shapes.LINK:
            _close_links(scope, rows[Pair])
        if shape is shapes.PAIR:
            _store_pairs(scope, rows[Pair])
        elif rows[shape.kind]:
            scope.store(shape, rows[shape.kind])
    _forget(scope, op.forget)


def _store_pairs(scope: FirmScope, pairs: list[Pair]) -> None:
    """Closed ones first: an event that changes hands is free by then. Links become open last, for the same reason."""
    scope.store(shapes.PAIR, [pair for pair in pairs if pair.state is PairState.CLOSED])
    open_ones = [pair for pair in pairs if pair.state is not PairState.CLOSED]
    scope.store(shapes.PAIR, open_ones)
    link = items.link
    for ids in chunks(sorted({pair.link_id for pair in open_ones})):
        scope.change(update(link).where(link.c.id.in_(ids), ~link.c.is_open).values(is_open=True))


def _close_links(scope: FirmScope, pairs: list[Pair]) -> None:
    """Links whose last open pair is among those closed now hold their activity no longer."""
    link, pair = items.link, items.pair
    still_open = {one.link_id for one in pairs if one.state is not PairState.CLOSED}
    closed = [one for one in pairs if one.state is PairState.CLOSED and one.link_id not in still_open]
    other_open_pair = exists().where(
        firm_criterion(pair, scope.firm),
        pair.c.link_id == link.c.id,
        pair.c.state != PairState.CLOSED,
        pair.c.id.not_in([one.id for one in closed]),
    )
    for ids in chunks(sorted({one.link_id for one in closed})):
        scope.change(
            update(link).where(and_(link.c.id.in_(ids), link.c.is_open, ~other_open_pair)).values(is_open=False)
        )


def _forget(scope: FirmScope, forget: Forget) -> None:
    by_key = (
        (runtime.notice.c.dedupe, forget.notices),
        (runtime.attention.c.link_id, forget.attention),
        (runtime.subscription.c.id, forget.subscriptions),
        (items.tombstone.c.key, forget.tombstones),
    )
    for column, keys in by_key:
        for some in chunks(sorted(set(keys))):
            scope.change(delete(column.table).where(column.in_(some)))
    if forget.webhooks:
        scope.change(delete(runtime.webhook))
