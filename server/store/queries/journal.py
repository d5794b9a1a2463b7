"""What is due, what waits for people, what people asked for, and the end of what is old."""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, exists, select

from server.domain.state import Attention, Conflict, Hold, IntentState, Notice, Pass
from server.ports.store import DueLinks, Notices, OpenHolds, Prune, RestoreRequests, UndoRequests
from server.store import shapes
from server.store.queries.panel import prune_panel
from server.store.scope import FirmScope
from server.store.tables import items, journal, runtime
from server.store.tables.meta import firm_criterion

#: Closed links outlive their trails: a late arrival is still recognised.
CLOSED_LINKS_STAY: Final = timedelta(hours=24)


def due_links(scope: FirmScope, op: DueLinks) -> tuple[Attention, ...]:
    attention = runtime.attention
    statement = select(*shapes.ATTENTION.columns()).where(attention.c.due_at <= op.until)
    return scope.values(shapes.ATTENTION, statement.order_by(attention.c.due_at, attention.c.link_id).limit(op.limit))


def notices(scope: FirmScope, op: Notices) -> tuple[Notice, ...]:
    statement = select(*shapes.NOTICE.columns()).order_by(runtime.notice.c.seq).limit(op.limit)
    return scope.values(shapes.NOTICE, statement)


def open_holds(scope: FirmScope, op: OpenHolds) -> tuple[Hold, ...]:
    hold = journal.hold
    statement = select(*shapes.HOLD.columns()).where(hold.c.closed_at.is_(None))
    return scope.values(shapes.HOLD, statement.order_by(hold.c.at, hold.c.id))


def restore_requests(scope: FirmScope, op: RestoreRequests) -> tuple[Conflict, ...]:
    conflict = journal.conflict
    statement = select(*shapes.CONFLICT.columns()).where(
        conflict.c.restore_requested_at.is_not(None), conflict.c.restored_at.is_(None)
    )
    return scope.values(shapes.CONFLICT, statement.order_by(conflict.c.restore_requested_at, conflict.c.id))


def undo_requests(scope: FirmScope, op: UndoRequests) -> tuple[Pass, ...]:
    passes = journal.passes
    statement = select(*shapes.PASS.columns()).where(
        passes.c.undo_requested_at.is_not(None), passes.c.undone_at.is_(None)
    )
    return scope.values(shapes.PASS, statement.order_by(passes.c.undo_requested_at, passes.c.id))


def prune(scope: FirmScope, op: Prune) -> None:
    """Nothing that is open, due or asked for is dropped, however old."""
    trail, passes, intent, sample = journal.trail, journal.passes, items.intent, runtime.push_sample
    scope.change(delete(trail).where(trail.c.at < op.before))
    asked = passes.c.undo_requested_at.is_not(None) & passes.c.undone_at.is_(None)
    scope.change(delete(passes).where(passes.c.started_at < op.before, ~asked))
    scope.change(delete(intent).where(intent.c.at < op.before, intent.c.state != IntentState.OPEN))
    scope.change(delete(sample).where(sample.c.at < op.before))
    prune_panel(scope, op)
    _prune_links(scope, op)


def _prune_links(scope: FirmScope, op: Prune) -> None:
    """Links whose pairs were all closed by then, without an open intent; their pairs and attention go with them.

    A link that never had a pair is not closed: it waits for a rule, a seat or a time.
    """
    link, pair, intent, attention = items.link, items.pair, items.intent, runtime.attention
    has_pair = exists().where(firm_criterion(pair, scope.firm), pair.c.link_id == link.c.id)
    recent = exists().where(
        firm_criterion(pair, scope.firm),
        pair.c.link_id == link.c.id,
        pair.c.updated_at >= op.before - CLOSED_LINKS_STAY,
    )
    unsettled = exists().where(
        firm_criterion(intent, scope.firm), intent.c.link_id == link.c.id, intent.c.state == IntentState.OPEN
    )
    scope.change(delete(link).where(~link.c.is_open, has_pair, ~recent, ~unsettled))
    known = exists().where(firm_criterion(link, scope.firm), link.c.id == attention.c.link_id)
    scope.change(delete(attention).where(~known, attention.c.due_at < op.before))
