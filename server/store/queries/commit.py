"""What a flow learnt, decided and wants done, in one transaction."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, delete, exists, update

from server.domain.state import (
    Attention,
    FirmSync,
    Link,
    MailboxSync,
    Notice,
    Pair,
    PairState,
    Subscription,
    Tombstone,
    Webhook,
)
from server.ports.store import Commit, Forget
from server.store import shapes
from server.store.database import Joinable
from server.store.locks import Lease, fence
from server.store.scope import FirmScope, Prepared, chunks
from server.store.tables import items, runtime
from server.store.tables.meta import firm_criterion

_SHAPES: Final[dict[type, shapes.Shape[Any]]] = {shape.kind: shape for shape in shapes.ORDER}


#: Rows that every commit of a firm may bring, whole: of several the last one counts, as it would one after the other.
_SHARED: Final = frozenset({FirmSync, MailboxSync})


@dataclass(frozen=True, slots=True)
class CommitWork(Joinable):
    """One operation under its lease, or several that wait at the same moment under the same one."""

    op: Commit
    lease: Lease
    #: What it touches, where that is known already.
    known: frozenset[object] | None = None

    def __call__(self, scope: FirmScope) -> None:
        commit(scope, self.op, self.lease)

    def joined(self, other: Joinable) -> "CommitWork | None":
        """Only where no row of one is touched by the other, which makes their order indifferent."""
        if not isinstance(other, CommitWork) or other.lease.epoch != self.lease.epoch:
            return None  # what waits for the same firm in one process has one owner
        mine, theirs = self.touched(), other.touched()
        if not mine.isdisjoint(theirs):
            return None
        both = Commit(self.op.firm, self.op.rows + other.op.rows, _both(self.op.forget, other.op.forget))
        return CommitWork(both, self.lease, mine | theirs)

    def touched(self) -> frozenset[object]:
        return _touched_by(self.op) if self.known is None else self.known


def _touched_by(op: Commit) -> frozenset[object]:
    """What an operation stores or forgets, by kind and key. A pair touches its link too, which opens or closes."""
    forget = op.forget
    by_kind = (
        (Notice, forget.notices),
        (Attention, forget.attention),
        (Subscription, forget.subscriptions),
        (Tombstone, forget.tombstones),
    )
    found: set[object] = {(kind, (key,)) for kind, keys in by_kind for key in keys}
    if forget.webhooks:
        found.add((Webhook, ()))
    for row in op.rows:
        shape = _SHAPES[type(row)]
        if shape.kind not in _SHARED and not shape.appended:
            found.add((shape.kind, shape.identity(row)))
        if isinstance(row, Pair):
            found.add((Link, (row.link_id,)))
    return frozenset(found)


def _both(one: Forget, other: Forget) -> Forget:
    return Forget(
        notices=one.notices + other.notices,
        attention=one.attention + other.attention,
        subscriptions=one.subscriptions + other.subscriptions,
        tombstones=one.tombstones + other.tombstones,
        webhooks=one.webhooks or other.webhooks,
    )


def commit(scope: FirmScope, op: Commit, lease: Lease) -> None:
    """Store ``op.rows`` and forget ``op.forget``. Raises Outdated when ``lease`` was lost: then nothing is stored."""
    fence(scope, lease)
    rows: dict[type, list[Any]] = defaultdict(list)
    for row in op.rows:
        rows[type(row)].append(row)
    for shape in shapes.ORDER:
        if shape is shapes.LINK and Pair in rows:
            _close_links(scope, rows[Pair])
        if shape.kind not in rows:
            continue
        if shape is shapes.PAIR:
            _store_pairs(scope, rows[Pair])
        else:
            scope.store(shape, rows[shape.kind])
    _forget(scope, op.forget)


_OPENED: Final = Prepared(
    update(items.link)
    .where(items.link.c.id.in_(bindparam("ids", expanding=True)), ~items.link.c.is_open)
    .values(is_open=True)
)
_OTHER_OPEN_PAIR: Final = exists().where(
    firm_criterion(items.pair),
    items.pair.c.link_id == items.link.c.id,
    items.pair.c.state != PairState.CLOSED,
    items.pair.c.id.not_in(bindparam("closing", expanding=True)),
)
_SHUT: Final = Prepared(
    update(items.link)
    .where(items.link.c.id.in_(bindparam("ids", expanding=True)), items.link.c.is_open, ~_OTHER_OPEN_PAIR)
    .values(is_open=False)
)


def _store_pairs(scope: FirmScope, pairs: list[Pair]) -> None:
    """Closed ones first: an event that changes hands is free by then. Links become open last, for the same reason."""
    scope.store(shapes.PAIR, [pair for pair in pairs if pair.state is PairState.CLOSED])
    open_ones = [pair for pair in pairs if pair.state is not PairState.CLOSED]
    scope.store(shapes.PAIR, open_ones)
    for ids in chunks(sorted({pair.link_id for pair in open_ones})):
        scope.change(_OPENED, ids=ids)


def _close_links(scope: FirmScope, pairs: list[Pair]) -> None:
    """Links whose last open pair is among those closed now hold their activity no longer."""
    still_open = {one.link_id for one in pairs if one.state is not PairState.CLOSED}
    closed = [one for one in pairs if one.state is PairState.CLOSED and one.link_id not in still_open]
    for ids in chunks(sorted({one.link_id for one in closed})):
        scope.change(_SHUT, ids=ids, closing=[one.id for one in closed])


_FORGOTTEN: Final = tuple(
    (name, Prepared(delete(column.table).where(column.in_(bindparam("keys", expanding=True)))))
    for name, column in (
        ("notices", runtime.notice.c.dedupe),
        ("attention", runtime.attention.c.link_id),
        ("subscriptions", runtime.subscription.c.id),
        ("tombstones", items.tombstone.c.key),
    )
)
_NOTHING: Final = Forget()
_NO_WEBHOOK: Final = Prepared(delete(runtime.webhook))


def _forget(scope: FirmScope, forget: Forget) -> None:
    if forget == _NOTHING:
        return
    for name, gone in _FORGOTTEN:
        for some in chunks(sorted(set(getattr(forget, name)))):
            scope.change(gone, keys=some)
    if forget.webhooks:
        scope.change(_NO_WEBHOOK)
